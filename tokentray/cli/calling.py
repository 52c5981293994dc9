"""Calls the TokenTray that runs, with one word: without Qt, so that a key of the desktop bound to it answers at once."""

from __future__ import annotations

import socket
import sys

from tokentray.paths import socket_name

WISHES = ("popover", "tag")
PATIENCE_SECONDS = 1.0
HEARD = 64


def call(wish: str) -> bool:
    """Whether one runs and has heard it."""
    line = wish.encode() + b"\n"
    try:
        return _through_pipe(line) if sys.platform == "win32" else _through_socket(line)
    except OSError:
        return False


def _through_socket(line: bytes) -> bool:
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(PATIENCE_SECONDS)
        wire.connect(socket_name())
        wire.sendall(line)
        return bool(wire.recv(HEARD))


def _through_pipe(line: bytes) -> bool:
    with open(rf"\\.\pipe\{socket_name()}", "r+b", buffering=0) as pipe:
        pipe.write(line)
        return bool(pipe.read(HEARD))
