"""A card: a quiet frame with a title, a line beside it and room for a page's content."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from tokentray.ui.flow import FlowLayout
from tokentray.ui.look import label

LONG_WORD = 20


class Card(QFrame):
    """`head` takes widgets for the title's line, `body` the content below it."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName(title)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(21, 15, 20, 16)
        self.body.setSpacing(6)
        self.head = FlowLayout(gap=10)
        self._title = text_label(title, "heading", wrap=True)
        self._subtitle = text_label("", "muted", wrap=True)
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


def text_label(text: str, role: str = "body", *, wrap: bool = False) -> QLabel:
    """A plain-text label in one of the look's roles; with `wrap` its lines, and very long words, break where needed."""
    return Words(text, role) if wrap else label(text, role)


class Words(QLabel):
    """Text that would like to stand in one line, and breaks anywhere rather than be cut."""

    def __init__(self, text: str, role: str) -> None:
        super().__init__()
        self._plain = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setWordWrap(True)
        self.setText(text)

    def text(self) -> str:
        """Without the break marks."""
        return self._plain

    def setText(self, text: str) -> None:
        self._plain = text
        shown = " ".join(_breakable(word) for word in text.split(" "))
        super().setText(shown)
        self.setAccessibleName(text if shown != text else "")

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = max((metrics.horizontalAdvance(line) for line in self._plain.split("\n")), default=0)
        return QSize(width + 2, super().heightForWidth(width + 2))


def _breakable(word: str) -> str:
    """Very long words get marks of no width where they may break: after punctuation, else every few letters."""
    if len(word) < LONG_WORD:
        return word
    return re.sub(r"([/_.:@-])(?=.)|(\w{8})(?=\w)", "\\g<0>\u200b", word)
