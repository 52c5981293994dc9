"""Says what was just done, with one button to take it back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from tokentray.ui.card import text_label


class UndoBar(QFrame):
    """Stays until it is used, closed or replaced: nobody has to hurry."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self._how: Callable[[], None] | None = None
        self._text = text_label("", "body", wrap=True)
        self.button = QPushButton(self.tr("Undo"))
        self.button.clicked.connect(self.take_back)
        self._close = QPushButton(self.tr("Close"))
        self._close.setProperty("role", "link")
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.addWidget(self._text, 1)
        row.addWidget(self.button)
        row.addWidget(self._close)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def offer(self, said: str, take_back: Callable[[], None] | None, wording: str = "") -> None:
        """Shows what was done; without `take_back` it only tells."""
        self._text.setText(said)
        self.setAccessibleName(said)
        self._how = take_back
        self.button.setText(wording or self.tr("Undo"))
        self.button.setVisible(take_back is not None)
        self.show()

    def take_back(self) -> None:
        """The same as a click; harmless when there is nothing to take back."""
        if self.isHidden():
            return
        how, self._how = self._how, None
        self.hide()
        if how is not None:
            how()
