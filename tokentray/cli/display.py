"""Whether a window could be shown here: asked before Qt is, because Qt ends the whole program if not."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping

X11_SOCKETS = "/tmp/.X11-unix"  # noqa: S108  where every X server puts them
PATIENCE_SECONDS = 2.0


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
