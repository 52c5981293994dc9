"""Where things lie on this machine."""

from __future__ import annotations

import os
import sys

APP = "tokentray-desktop"


def home_folder() -> str | None:
    """The one folder that holds everything if TOKENTRAY_HOME says so, else None."""
    return os.environ.get("TOKENTRAY_HOME") or None


def config_folder() -> str:
    """Where settings.json lies."""
    return home_folder() or _folder("config", "XDG_CONFIG_HOME", ".config")


def data_folder() -> str:
    """Where the history lies."""
    return home_folder() or _folder("data", "XDG_DATA_HOME", ".local/share")


def state_folder() -> str:
    """Where our own log lies."""
    return home_folder() or _folder("state", "XDG_STATE_HOME", ".local/state")


def settings_file() -> str:
    return os.path.join(config_folder(), "settings.json")


def history_file() -> str:
    return os.path.join(data_folder(), "history.sqlite")


def log_file() -> str:
    return os.path.join(state_folder(), "tokentray.log")


def socket_name() -> str:
    """
    Where a second start finds the first: an absolute path only this user can reach, or a pipe's name on Windows.

    Qt would put a bare name into /tmp, shared by all users.
    """
    if sys.platform == "win32":
        return f"{APP}-{os.environ.get('USERNAME', '')}"
    folder = home_folder() or os.environ.get("XDG_RUNTIME_DIR") or state_folder()
    return os.path.join(folder, "org.tokentray.Desktop.socket")


def agents_home() -> str:
    """The home folder below which coding agents keep their logs."""
    return os.path.expanduser("~")


def resource(name: str) -> str:
    """The path of a file in `resources/`: beside the package in a checkout, inside it when installed."""
    package = os.path.dirname(os.path.abspath(__file__))
    installed = os.path.join(package, "resources", name)
    return installed if os.path.exists(installed) else os.path.join(os.path.dirname(package), "resources", name)


def _folder(kind: str, variable: str, below_home: str) -> str:
    # platformdirs costs more to import than `tokentray today` may take; on Linux its rule is one line.
    if sys.platform == "linux":
        base = os.environ.get(variable, "")
        return os.path.join(base if os.path.isabs(base) else os.path.join(os.path.expanduser("~"), below_home), APP)
    import platformdirs

    folders = {
        "config": platformdirs.user_config_dir,
        "data": platformdirs.user_data_dir,
        "state": platformdirs.user_state_dir,
    }
    return folders[kind](APP, appauthor=False)
