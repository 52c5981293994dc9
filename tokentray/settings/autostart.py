"""Starting TokenTray when the person logs in, in the way each system has for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

NAME = "org.tokentray.Desktop"

# Panels come up late; the icon waits for them anyway, yet a short delay spares the desktop's own start.
DESKTOP_ENTRY = """[Desktop Entry]
Type=Application
Name=TokenTray
Comment=AI use at a glance
Exec={command}
Icon=tokentray-desktop
Terminal=false
X-GNOME-Autostart-Delay=3
X-KDE-autostart-after=panel
"""

LAUNCH_AGENT = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>Label</key><string>{name}</string>
<key>ProgramArguments</key><array>{arguments}</array>
<key>RunAtLoad</key><true/>
</dict></plist>
"""


def start_at_login(wanted: bool, command: Sequence[str], environ: Mapping[str, str] = os.environ) -> None:
    """
    Makes it so that `command` is started at login, or is not; nothing is written where it already is as wanted.

    Raises:
        OSError: the folder cannot be written.
    """
    if sys.platform == "win32":
        _in_registry(wanted, command)
        return
    path = autostart_file(environ)
    text = _file_text(command)
    if wanted and _read(path) != text:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    elif not wanted and os.path.exists(path):
        os.remove(path)


def autostart_file(environ: Mapping[str, str] = os.environ) -> str:
    """Where the file lies that the system reads at login (not on Windows, which has its registry)."""
    home = environ.get("HOME") or os.path.expanduser("~")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "LaunchAgents", NAME + ".plist")
    config = environ.get("XDG_CONFIG_HOME", "")
    return os.path.join(
        config if os.path.isabs(config) else os.path.join(home, ".config"), "autostart", NAME + ".desktop"
    )


def own_command() -> list[str]:
    """What starts this very program: the bundle itself, or this Python with our module."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "tokentray"]


def _file_text(command: Sequence[str]) -> str:
    if sys.platform == "darwin":
        arguments = "".join(f"<string>{_xml(word)}</string>" for word in command)
        return LAUNCH_AGENT.format(name=NAME, arguments=arguments)
    return DESKTOP_ENTRY.format(command=" ".join(_quoted(word) for word in command))


def _quoted(word: str) -> str:
    """As the Desktop Entry Specification wants it: quotes around, these characters escaped twice, and % doubled."""
    for character in ("\\", '"', "`", "$"):
        word = word.replace(character, "\\\\" + character)
    return '"' + word.replace("%", "%%") + '"'


def _xml(word: str) -> str:
    return word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def _in_registry(wanted: bool, command: Sequence[str]) -> None:
    if sys.platform != "win32":
        return
    import winreg  # Windows only

    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, r"Software\Microsoft\Windows\CurrentVersion\Run") as run:
        if wanted:
            winreg.SetValueEx(run, NAME, 0, winreg.REG_SZ, " ".join(f'"{word}"' for word in command))
        elif any(winreg.EnumValue(run, index)[0] == NAME for index in range(winreg.QueryInfoKey(run)[1])):
            winreg.DeleteValue(run, NAME)
