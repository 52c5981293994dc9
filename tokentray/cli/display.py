"""Whether a window could be shown here: asked before Qt is, because Qt ends the whole program if not."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping

X11_SOCKETS = "/tmp/.X11-unix"  # noqa: S108  where every X server puts them
PATIENCE_SECONDS = 2.0
TRAY = "org.kde.StatusNotifierWatcher"


def no_display(environ: Mapping[str, str]) -> str | None:
    """Why no window can be shown, as a sentence; None if one can."""
    if sys.platform in ("win32", "darwin") or environ.get("QT_QPA_PLATFORM"):
        return None
    if wayland := environ.get("WAYLAND_DISPLAY"):
        path = os.path.join(environ.get("XDG_RUNTIME_DIR", ""), wayland)
        if _answers(socket.AF_UNIX, path):
            return None
    display = environ.get("DISPLAY", "")
    if display and _x_answers(display):
        return None
    if wayland or display:
        return f"The display {wayland or display} does not answer, so there is no window here."
    return "There is no display here, so there is no window."


def _x_answers(display: str) -> bool:
    found = re.fullmatch(r"(?:unix)?([^:]*):(\d+)(?:\.\d+)?", display.removeprefix("unix/"))
    if not found:
        return False
    host, number = found[1], int(found[2])
    if host:
        return _answers(socket.AF_INET, (host, 6000 + number))
    path = f"{X11_SOCKETS}/X{number}"
    return _answers(socket.AF_UNIX, path) or (sys.platform == "linux" and _answers(socket.AF_UNIX, f"\0{path}"))


def _answers(family: int, address: str | tuple[str, int]) -> bool:
    with socket.socket(family) as line:
        line.settimeout(PATIENCE_SECONDS)
        try:
            line.connect(address)
        except OSError:
            return False
    return True


def no_tray(environ: Mapping[str, str]) -> str | None:
    """Why no tray icon would be shown, as a sentence; None if a tray is there. Asks the session's bus, for two seconds at most."""
    if sys.platform != "linux":
        return None
    if not environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return "There is no session bus here, so no tray can be found."
    # Linux only, and for doctor only.
    from jeepney import DBusAddress, new_method_call  # type: ignore[import-untyped]
    from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]

    bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
    try:
        with open_dbus_connection("SESSION") as line:
            reply = line.send_and_get_reply(
                new_method_call(bus, "NameHasOwner", "s", (TRAY,)), timeout=PATIENCE_SECONDS
            )
    except (OSError, TimeoutError, KeyError, ValueError):
        return "The session bus does not answer, so no tray can be found."
    return None if reply.body and reply.body[0] is True else "This desktop has no place for tray icons."
