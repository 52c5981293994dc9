"""One TokenTray for each person: a second start tells the first one what is wished, and ends."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal, Slot

if sys.platform == "win32":
    from tokentray.ui.pipe_ear import PipeEar as Ear
    from tokentray.ui.pipe_ear import tell
else:
    # QtNetwork, which named pipes need, would cost 3 MB here.
    from tokentray.ui.socket_ear import SocketEar as Ear
    from tokentray.ui.socket_ear import tell

SHOW, POPOVER, TAG, SYNC, QUIT = "show", "popover", "tag", "sync", "quit"


def tell_the_first(path: str, wish: str) -> bool:
    """Whether another TokenTray of this person runs and has been told."""
    return tell(path, wish)


class OneInstance(QObject):
    """The first TokenTray's ear. The signals are a second start's wishes."""

    show_wished = Signal()
    popover_wished = Signal()
    tag_wished = Signal()
    sync_wished = Signal()
    quit_wished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ear = Ear(self)
        self._ear.heard.connect(self.hear)
        self._wishes = {
            SHOW: self.show_wished,
            POPOVER: self.popover_wished,
            TAG: self.tag_wished,
            SYNC: self.sync_wished,
            QUIT: self.quit_wished,
        }

    def listen(self, path: str) -> bool:
        """Whether the ear is open. A socket at which nobody answers was left behind by a crash, and is replaced."""
        return self._ear.listen(path)

    def close(self) -> None:
        self._ear.close()

    @Slot(str)
    def hear(self, wish: str) -> None:
        """What a second start wished; nothing if it is no wish."""
        if wish in self._wishes:
            self._wishes[wish].emit()
