"""Ctrl+K: one field that finds cards, tags, models, projects, accounts, pages and actions."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

MOST_FOUND = 200
ROWS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be found: `kind` is page, action, or a key of a trend such as model; `kind_title` is its word for people."""

    kind: str
    value: str
    title: str
    kind_title: str


def matching(targets: list[Target], typed: str) -> list[Target]:
    """The targets that hold every typed word, those whose title begins with it first; all of them if nothing is typed."""
    words = typed.casefold().split()
    found = [t for t in targets if all(word in f"{t.title} {t.kind_title}".casefold() for word in words)]
    start = typed.strip().casefold()
    return sorted(found, key=lambda target: not target.title.casefold().startswith(start))


class Finder(QDialog):
    """Typing narrows, up and down move, Enter goes there, Esc closes."""

    found = Signal(object)

    def __init__(self, targets: list[Target], parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setProperty("role", "finder")
        self.setWindowTitle(self.tr("Search"))
        self.setAccessibleName(self.tr("Search cards, tags, models, projects, accounts, pages and actions"))
        self._targets = targets
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Search cards, tags, models, projects, accounts, actions"))
        self.field.setAccessibleName(self.accessibleName())
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.field.textChanged.connect(self._narrow)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._go)
        self._narrow("")

    def show_targets(self, targets: list[Target]) -> None:
        """Finds among others from now on; what was typed stays."""
        if targets != self._targets:
            self._targets = targets
            self._narrow(self.field.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The list is moved through while the field keeps the focus."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            if event.key() in steps:
                row = self.list.currentRow() + steps[Qt.Key(event.key())]
                self.list.setCurrentRow(max(0, min(row, self.list.count() - 1)))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._go(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _narrow(self, typed: str) -> None:
        self.list.clear()
        for target in matching(self._targets, typed)[:MOST_FOUND]:
            item = QListWidgetItem(f"{target.title}\u2002·\u2002{target.kind_title}")
            item.setData(Qt.ItemDataRole.UserRole, target)
            self.list.addItem(item)
        if self.list.count():
            self.list.setCurrentRow(0)
        else:
            nothing = QListWidgetItem(self.tr("Nothing is called that."))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        rows = min(self.list.count(), ROWS_SHOWN)
        self.list.setFixedHeight(rows * self.list.sizeHintForRow(0) + 2 * self.list.frameWidth() + 2)
        self._column.activate()
        self.resize(self.width(), self._column.sizeHint().height())

    def _go(self, item: QListWidgetItem | None) -> None:
        target = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        if target is not None:
            self.close()
            self.found.emit(target)
