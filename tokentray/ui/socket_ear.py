"""Hears other starts through a socket that is a file, which only its owner may open."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

WAIT_SECONDS = 1.0
LONGEST = 64


def tell(path: str, line: str) -> bool:
    """Whether somebody listens there and has heard the line."""
    with socket.socket(socket.AF_UNIX) as call:
        call.settimeout(WAIT_SECONDS)
        try:
            call.connect(path)
            call.sendall(line.encode() + b"\n")
            return bool(call.recv(LONGEST))
        except OSError:
            return False


class SocketEar(QObject):
    """One call at a time, each a single short line, which is answered at once."""

    heard = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = ""
        self._socket: socket.socket | None = None
        self._notifier: QSocketNotifier | None = None

    def listen(self, path: str) -> bool:
        """Whether the ear is open; what a crash left behind is replaced, a living one is not."""
        if os.path.lexists(path):
            if tell(path, ""):
                return False
            os.remove(path)
        ear = socket.socket(socket.AF_UNIX)
        mask = os.umask(0o177)
        try:
            ear.bind(path)
        except OSError:
            ear.close()
            return False
        finally:
            os.umask(mask)
        ear.listen()
        ear.setblocking(False)
        self._path, self._socket = path, ear
        self._notifier = QSocketNotifier(ear.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._meet)
        return True

    def close(self) -> None:
        if self._socket is not None and self._notifier is not None:
            self._notifier.setEnabled(False)
            self._socket.close()
            self._socket = None
            with suppress(FileNotFoundError):
                os.remove(self._path)

    @Slot()
    def _meet(self) -> None:
        if self._socket is None:
            return
        try:
            call, _address = self._socket.accept()
        except BlockingIOError:
            return
        with call:
            # Whoever calls is one of our own and writes at once; somebody who does not must not hold the window up.
            call.settimeout(0.1)
            try:
                line = call.recv(LONGEST)
                call.sendall(b"heard\n")
            except OSError:
                return
        self.heard.emit(line.decode("ascii", "replace").strip())
