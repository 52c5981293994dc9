"""Hears other starts through a named pipe: Windows' way."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

WAIT_MS = 1000
LONGEST = 64


def tell(name: str, line: str) -> bool:
    """Whether somebody listens there and has heard the line."""
    pipe = QLocalSocket()
    pipe.connectToServer(name)
    if not pipe.waitForConnected(WAIT_MS):
        return False
    pipe.write(line.encode() + b"\n")
    told = pipe.waitForBytesWritten(WAIT_MS) and pipe.waitForReadyRead(WAIT_MS)
    pipe.disconnectFromServer()
    return told


class PipeEar(QObject):
    """Open only for this user."""

    heard = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._meet)

    def listen(self, name: str) -> bool:
        """Whether the ear is open; what a crash left behind is replaced, a living one is not."""
        if self._server.listen(name):
            return True
        if tell(name, ""):
            return False
        QLocalServer.removeServer(name)
        return self._server.listen(name)

    def close(self) -> None:
        self._server.close()

    @Slot()
    def _meet(self) -> None:
        while (pipe := self._server.nextPendingConnection()) is not None:
            pipe.readyRead.connect(self._read)
            pipe.disconnected.connect(pipe.deleteLater)

    @Slot()
    def _read(self) -> None:
        pipe = self.sender()
        if not isinstance(pipe, QLocalSocket):
            return
        if pipe.canReadLine():
            line = bytes(pipe.readLine(LONGEST).data()).decode("ascii", "replace").strip()
            pipe.write(b"heard\n")
            pipe.flush()
            self.heard.emit(line)
        elif pipe.bytesAvailable() > LONGEST:
            pipe.abort()
