"""One TokenTray for each person: a second start tells the first one what is wished, and ends."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

SHOW, POPOVER, SYNC, QUIT = "show", "popover", "sync", "quit"
WAIT_MS = 1000
LONGEST = 64


def tell_the_first(socket: str, wish: str) -> bool:
    """Whether another TokenTray of this person runs and has been told."""
    line = QLocalSocket()
    line.connectToServer(socket)
    if not line.waitForConnected(WAIT_MS):
        return False
    line.write(wish.encode() + b"\n")
    told = line.waitForBytesWritten(WAIT_MS) and line.waitForReadyRead(WAIT_MS)
    line.disconnectFromServer()
    return told


class OneInstance(QObject):
    """The first TokenTray's ear. The signals are a second start's wishes."""

    show_wished = Signal()
    popover_wished = Signal()
    sync_wished = Signal()
    quit_wished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._meet)
        self._wishes = {
            SHOW: self.show_wished,
            POPOVER: self.popover_wished,
            SYNC: self.sync_wished,
            QUIT: self.quit_wished,
        }

    def listen(self, socket: str) -> bool:
        """Whether the ear is open. A socket at which nobody answers was left behind by a crash, and is removed."""
        if self._server.listen(socket):
            return True
        if tell_the_first(socket, SHOW):
            return False
        QLocalServer.removeServer(socket)
        return self._server.listen(socket)

    def close(self) -> None:
        self._server.close()

    @Slot()
    def _meet(self) -> None:
        while (line := self._server.nextPendingConnection()) is not None:
            line.readyRead.connect(self._hear)
            line.disconnected.connect(line.deleteLater)

    @Slot()
    def _hear(self) -> None:
        line = self.sender()
        if not isinstance(line, QLocalSocket):
            return
        if line.canReadLine():
            wish = bytes(line.readLine(LONGEST).data()).decode("ascii", "replace").strip()
            line.write(b"heard\n")
            line.flush()
            if wish in self._wishes:
                self._wishes[wish].emit()
        elif line.bytesAvailable() > LONGEST:
            line.abort()
