"""What every page of the window has: a heading with its controls, and content that scrolls when the window is small."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from tokentray.ui.card import text_label
from tokentray.ui.flow import FlowLayout


class PageFrame:
    """Lays out an empty page; `head` and `body` are where it goes on."""

    def __init__(self, page: QWidget, title: str) -> None:
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.head = FlowLayout(gap=8, spread=True)
        self.head.setContentsMargins(25, 18, 24, 14)
        heading = text_label(title, "title")
        heading.setMinimumHeight(32)
        self.head.addWidget(heading)
        outer.addLayout(self.head)
        content = QWidget()
        content.setProperty("role", "page")
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(25, 0, 24, 20)
        self.body.setSpacing(14)
        self.scroll = QScrollArea()
        self.scroll.setWidget(content)
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        outer.addWidget(self.scroll, 1)
