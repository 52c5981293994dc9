"""A layout that fills lines like text, so that nothing is cut where letters are large or words are long."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLayout, QLayoutItem, QPushButton, QWidget

from tokentray.ui.look import ring_room


class FlowLayout(QLayout):
    """
    Items from left to right, going on in the next line where the width ends.

    With `spread` the first item stays left and the others move to the right end of their line, as in a page's head. A link or a tick box that
    begins a line stands so far to the left that its words, not the unseen ring around them, are below the text above.
    """

    def __init__(self, parent: QWidget | None = None, *, gap: int = 8, spread: bool = False) -> None:
        super().__init__(parent)
        self._heights: dict[int, int] = {}
        self.setContentsMargins(0, 0, 0, 0)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self._spread = spread

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self._heights.clear()

    def invalidate(self) -> None:
        self._heights = {}
        super().invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def clear(self) -> None:
        """Takes all widgets out and away."""
        for item in self._items:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._items.clear()
        self.invalidate()

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        # The layouts around it ask for the same width many times while they settle.
        if width not in self._heights:
            self._heights[width] = self._arrange(QRect(0, 0, width, 0), place=False)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        hints = [item.sizeHint() for item in self._shown()]
        width = sum(hint.width() for hint in hints) + self._gap * max(len(hints) - 1, 0)
        height = max((hint.height() for hint in hints), default=0)
        return QSize(width + margins.left() + margins.right(), height + margins.top() + margins.bottom())

    def minimumSize(self) -> QSize:
        margins = self.contentsMargins()
        sizes = [item.minimumSize() for item in self._shown()]
        width = max((size.width() for size in sizes), default=0)
        height = max((size.height() for size in sizes), default=0)
        return QSize(width + margins.left() + margins.right(), height + margins.top() + margins.bottom())

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, place=True)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _arrange(self, rect: QRect, *, place: bool) -> int:
        margins = self.contentsMargins()
        inner = rect.adjusted(margins.left(), margins.top(), -margins.right(), -margins.bottom())
        top = inner.top()
        for line in self._lines(inner.width()):
            height = max(_height(item, inner.width()) for item in line)
            if place:
                self._place(line, inner, top, height)
            top += height + self._gap
        used = max(top - self._gap - inner.top(), 0)
        return used + margins.top() + margins.bottom()

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        left = 0
        for item in self._shown():
            wanted = item.sizeHint().width()
            if not lines or left + self._gap + wanted > width:
                lines.append([item])
                left = wanted
            else:
                lines[-1].append(item)
                left += self._gap + wanted
        return lines

    def _place(self, line: list[QLayoutItem], inner: QRect, top: int, height: int) -> None:
        widths = [min(item.sizeHint().width(), inner.width()) for item in line]
        spare = inner.width() - sum(widths) - self._gap * (len(line) - 1)
        # A ring outside the parent would be cut.
        left = inner.left() - min(_hang(line[0].widget()), max(inner.left(), 0))
        for index, (item, width) in enumerate(zip(line, widths, strict=True)):
            own = _height(item, inner.width())
            item.setGeometry(QRect(QPoint(left, top + (height - own) // 2), QSize(width, own)))
            left += width + self._gap
            if self._spread and index == 0 and line[0] is self._shown()[0]:
                left += max(spare, 0)


def line_of_links(*links: QWidget) -> FlowLayout:
    """Links beside each other, in several lines where there is no room; below text with their words below its words."""
    made = FlowLayout(gap=8)
    for link in links:
        made.addWidget(link)
    return made


def hung(column: QWidget | QLayout) -> QHBoxLayout:
    """The column so far left that the tick boxes in it, not the unseen rings around them, begin where text beside it does."""
    made = QHBoxLayout()
    made.setSpacing(0)
    made.addSpacing(-ring_room())
    if isinstance(column, QWidget):
        made.addWidget(column, 1)
    else:
        made.addLayout(column, 1)
    return made


def _hang(widget: QWidget | None) -> int:
    is_link = isinstance(widget, QPushButton) and widget.property("role") == "link"
    return ring_room() if is_link or isinstance(widget, QCheckBox) else 0


def _height(item: QLayoutItem, room: int) -> int:
    hint = item.sizeHint()
    return item.heightForWidth(room) if hint.width() > room and item.hasHeightForWidth() else hint.height()
