"""What every page of the window has: a heading with its controls, and content that scrolls when the window is small."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from tokentray.ui.card import text_label
from tokentray.ui.flow import FlowLayout
from tokentray.ui.look import set_role

RIGHT_MARGIN = 24


class PageFrame:
    """Lays out an empty page; `head` and `body` are where it goes on."""

    def __init__(self, page: QWidget, title: str) -> None:
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.head = FlowLayout(gap=8, spread=True)
        self.head.setContentsMargins(25, 18, RIGHT_MARGIN, 14)
        heading = text_label(title, "title")
        heading.setMinimumHeight(32)
        self.head.addWidget(heading)
        outer.addLayout(self.head)
        content = ScrolledColumn()
        self.body = content.column
        self.body.setContentsMargins(25, 0, RIGHT_MARGIN, 20)
        self.body.setSpacing(14)
        self.scroll = content.in_scroll_area()
        # It is always there, if unseen: Qt crashes when a screen reader asks for a bar that it counted a moment ago (6.11).
        self.scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar, body = self.scroll.verticalScrollBar(), self.body

        def keep_edge(lowest: int, highest: int) -> None:
            """The right edge of the cards stays below the head's; a bar that moves nothing is not seen."""
            set_role(bar, "" if highest > lowest else "idle")
            body.setContentsMargins(25, 0, max(RIGHT_MARGIN - bar.sizeHint().width(), 8), 20)

        bar.rangeChanged.connect(keep_edge)
        keep_edge(0, 0)
        outer.addWidget(self.scroll, 1)


class ScrolledColumn(QWidget):
    """A column in a scroll area that is never squeezed: Qt's own forgets that broken lines make text higher."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "page")
        self.column = QVBoxLayout(self)

    def in_scroll_area(self) -> QScrollArea:
        scroll = QScrollArea()
        scroll.setWidget(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return scroll

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._take_height()
        return done

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._take_height()

    def _take_height(self) -> None:
        wanted = self.column.minimumHeightForWidth(self.width()) if self.column.hasHeightForWidth() else 0
        if wanted != self.minimumHeight():
            self.setMinimumHeight(wanted)
