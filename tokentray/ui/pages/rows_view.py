"""A table that is as high as its rows need, up to a limit, and copies as tab-separated text."""

from __future__ import annotations

import csv
import io

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTableView, QWidget

from tokentray.ui.look import pixels

MOST_ROWS = 14
PLAIN_ROLE = Qt.ItemDataRole.UserRole + 1
"""A model's text for spreadsheets: numbers without grouping, "" where unknown."""


class RowsView(QTableView):
    """Ctrl+C copies the selected rows, or all of them; Return or a double click chooses one."""

    row_chosen = Signal(int)
    narrowest = 140
    """The least width of the first column, in the design's pixels."""

    most_rows = MOST_ROWS
    """More are scrolled."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "rows")
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setHighlightSections(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.activated.connect(lambda index: self.row_chosen.emit(index.row()))

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is not None:
            model.modelReset.connect(self.fit)
            self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Takes the width of the columns and the height of the rows from what they hold."""
        self.resizeColumnsToContents()
        header = self.horizontalHeader()
        if header.count():
            spare = self.viewport().width() - header.length()
            header.resizeSection(
                0, min(max(header.sectionSize(0) + max(spare, 0), pixels(self.narrowest)), pixels(480))
            )
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        rows = min(self.model().rowCount(QModelIndex()), self.most_rows) if self.model() is not None else 0
        height = sum(self.rowHeight(row) for row in range(rows)) + self.horizontalHeader().sizeHint().height()
        bar = self.horizontalScrollBar().sizeHint().height() if self.horizontalScrollBar().maximum() else 0
        return QSize(super().sizeHint().width(), height + bar + 2 * self.frameWidth() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.tab_separated())
        else:
            super().keyPressEvent(event)

    def tab_separated(self) -> str:
        """The selected rows with their headings; all rows if none is selected."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return "\n".join("\t".join(line) for line in self.lines(rows))

    def comma_separated(self) -> str:
        """All rows with their headings, as they are sorted now."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(self.lines())
        return text.getvalue()

    def lines(self, rows: list[int] | None = None) -> list[list[str]]:
        """Headings and rows as plain text."""
        model = self.model()
        across = range(model.columnCount())
        heading = [str(model.headerData(i, Qt.Orientation.Horizontal)).rstrip(" ↓↑") for i in across]
        return [heading, *([self._plain(row, i) for i in across] for row in rows or range(model.rowCount()))]

    def _plain(self, row: int, column: int) -> str:
        index = self.model().index(row, column)
        plain = index.data(PLAIN_ROLE)
        return str(index.data() if plain is None else plain)
