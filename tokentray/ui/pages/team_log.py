"""The log of what left, as a table: newest first, with what each sealed body held below it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QFrame, QHeaderView, QVBoxLayout, QWidget

from tokentray.share.team_view import Left
from tokentray.ui import wording
from tokentray.ui.card import text_label
from tokentray.ui.growing_text import GrowingText
from tokentray.ui.look import pixels
from tokentray.ui.pages.bytes_view import fixed_font
from tokentray.ui.pages.rows_view import PLAIN_ROLE, RowsView
from tokentray.ui.pages.sending_words import in_zone, moment_text

Index = QModelIndex | QPersistentModelIndex
WORDS = 1


class TeamLog(QWidget):
    """The row that is looked at stays when others come."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = LeftTable()
        self.table = _Table(self.tr("Everything that left"))
        self.table.setModel(self.model)
        self.detail = QFrame()
        self.detail.setProperty("role", "inset")
        self.words = text_label("", wrap=True)
        self.request = text_label("", "muted", wrap=True)
        self.inside_words = text_label("", "muted", wrap=True)
        self.inside = GrowingText(self.tr("What the sealed body held"))
        self.inside.setReadOnly(True)
        self.inside.setFont(fixed_font())
        column = QVBoxLayout(self.detail)
        column.setContentsMargins(14, 10, 14, 10)
        for widget in (self.words, self.request, self.inside_words, self.inside):
            column.addWidget(widget)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        outer.addWidget(self.table)
        outer.addWidget(self.detail)
        self.detail.hide()
        self.table.selectionModel().selectionChanged.connect(lambda _on, _off: self._show_detail())

    def show_left(self, left: tuple[Left, ...], zone: str) -> None:
        """Newest first."""
        if (left, zone) == (self.model.rows, self.model.zone):
            return
        looked_at = self._looked_at()
        at = self.table.verticalScrollBar().value()
        self.model.show_rows(left, zone)
        if looked_at is not None:
            row = next((i for i, one in enumerate(left) if one.number == looked_at.number), None)
            if row is not None:
                self.table.selectRow(row)
        self.table.verticalScrollBar().setValue(at)
        self._show_detail()

    def _looked_at(self) -> Left | None:
        rows = self.table.selectionModel().selectedRows()
        return self.model.rows[rows[0].row()] if len(rows) == 1 and rows[0].row() < len(self.model.rows) else None

    def _show_detail(self) -> None:
        one = self._looked_at()
        self.detail.setVisible(one is not None)
        if one is None:
            return
        self.words.setText(one.words)
        self.request.setText(f"{one.method} {one.url}")
        self.inside_words.setText(
            self.tr("Sealed in it, for the board alone to open:")
            if one.inside
            else self.tr("Nothing of yours was in it but the question itself.")
            if one.method == "GET"
            else self.tr("What was in it is not kept: it held a secret.")
        )
        self.inside.setVisible(bool(one.inside))
        self.inside.show_text(one.inside)


class LeftTable(QAbstractTableModel):
    """When, what in words, how many bytes, and what was answered."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Left, ...] = ()
        self.zone = ""

    def show_rows(self, rows: tuple[Left, ...], zone: str) -> None:
        self.beginResetModel()
        self.rows, self.zone = rows, zone
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("When"), self.tr("What"), self.tr("Bytes"), self.tr("Answer"))[section]
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        one = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            here = in_zone(one.at, self.zone)
            when = f"{wording.short_day(here.date())}, {wording.clock_text(here)}"
            return (when, one.words, wording.exact_count(one.size), self._answer(one))[index.column()]
        if role == PLAIN_ROLE:
            return (one.at.isoformat(), one.words, one.size, one.status)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                moment_text(one.at, self.zone)
                if index.column() == 0
                else one.words
                if index.column() == WORDS
                else None
            )
        return _alignment(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _answer(self, one: Left) -> str:
        if one.status is None:
            return self.tr("no answer")
        if one.status < 300:
            words = self.tr("answered ({status})") if one.method == "GET" else self.tr("taken ({status})")
            return words.format(status=one.status)
        return self.tr("refused ({status})").format(status=one.status)


class _Table(RowsView):
    """The words get the room that is left."""

    def fit(self) -> None:
        self.resizeColumnsToContents()
        header: QHeaderView = self.horizontalHeader()
        if header.count() > WORDS:
            spare = self.viewport().width() - header.length()
            needed = min(header.sectionSize(WORDS), pixels(320))
            header.resizeSection(WORDS, max(header.sectionSize(WORDS) + spare, needed))
        self.updateGeometry()


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == WORDS + 1 else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
