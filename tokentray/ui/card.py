"""A card: a quiet frame with a title, a line beside it and room for a page's content."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from tokentray.ui.flow import FlowLayout
from tokentray.ui.look import label


class Card(QFrame):
    """`head` takes widgets for the title's line, `body` the content below it."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName(title)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(21, 17, 21, 17)
        self.body.setSpacing(8)
        self.head = FlowLayout(gap=10)
        self._title = text_label(title, "heading")
        self._subtitle = text_label("", "muted")
        self._subtitle.hide()
        if title:
            self.head.addWidget(self._title)
            self.head.addWidget(self._subtitle)
            self.body.addLayout(self.head)

    def show_title(self, title: str) -> None:
        self._title.setText(title)
        self.setAccessibleName(title)

    def show_subtitle(self, text: str) -> None:
        self._subtitle.setText(text)
        self._subtitle.setVisible(bool(text))

    @property
    def subtitle(self) -> str:
        return self._subtitle.text()


def text_label(text: str, role: str = "body", *, wrap: bool = False) -> QLabel:
    """The look's plain-text label, with lines that break if `wrap`."""
    made = label(text, role)
    made.setWordWrap(wrap)
    return made
