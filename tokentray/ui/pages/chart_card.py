"""A card with a chart, the table behind it, and ways to take either along."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QToolButton, QWidget

from tokentray.ui.card import Card
from tokentray.ui.charts.base import Chart, Table
from tokentray.ui.glyphs import glyph, glyph_size
from tokentray.ui.look import look_of
from tokentray.ui.pages.rows_view import RowsView

Index = QModelIndex | QPersistentModelIndex


class ChartCard(Card):
    """`file_name` is the beginning of the names proposed for files. `told` says what became of an export."""

    told = Signal(str)

    def __init__(self, title: str, chart: Chart, file_name: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.chart = chart
        self.file_name = file_name
        chart.title = title
        self._view: RowsView | None = None
        self.more = QToolButton()
        self.more.setProperty("role", "flat")
        self.more.setIconSize(glyph_size(16))
        self.more.setToolTip(self.tr("Show as table, save or copy"))
        self.more.setAccessibleName(self.tr("{title}: show as table, save or copy").format(title=title))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        self.as_table = menu.addAction(self.tr("Show as table"))
        self.as_table.setCheckable(True)
        self.as_table.toggled.connect(self._show_table)
        self._fill_menu(menu)
        self.more.setMenu(menu)
        self.body.setSpacing(2)
        self.body.setContentsMargins(21, 11, 16, 15)
        self.head.setContentsMargins(0, 4, 0, 0)
        self.body.removeItem(self.head)
        line = QHBoxLayout()
        line.addLayout(self.head, 1)
        line.addWidget(self.more, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(line)
        self.body.addWidget(chart, 1)
        self._paint_tools()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "more"):
            self._paint_tools()

    def show_subtitle(self, text: str) -> None:
        super().show_subtitle(text)
        self.chart.subtitle = text

    def renew_table(self) -> None:
        """To be called when the chart shows something else."""
        if self._view is not None and self.as_table.isChecked():
            self._show_table(shown=True)

    def csv_text(self) -> str:
        """The chart's table, as shown, for a spreadsheet."""
        text, table = io.StringIO(), self.chart.table()
        csv.writer(text, lineterminator="\n").writerows((table.headings, *table.rows))
        return text.getvalue()

    def _fill_menu(self, menu: QMenu) -> None:
        menu.addSeparator()
        menu.addAction(self.tr("Copy the picture"), self._copy_picture)
        menu.addAction(self.tr("Copy the table"), self._copy_table)
        menu.addSeparator()
        menu.addAction(self.tr("Save as PNG…"), lambda: self.ask_file("png", self.chart.export_png))
        menu.addAction(self.tr("Save as SVG…"), lambda: self.ask_file("svg", self.chart.export_svg))
        menu.addAction(self.tr("Save the table as CSV…"), lambda: self.ask_file("csv", self._write_csv))

    def ask_file(self, form: str, write: Callable[[str], bool]) -> None:
        """Asks where to, then writes there and tells."""
        dialog = QFileDialog(self, self.tr("Save"), f"{self.file_name}.{form}", f"{form.upper()} (*.{form})")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(form)
        dialog.fileSelected.connect(lambda path: self._save(path, write))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _save(self, path: str, write: Callable[[str], bool]) -> None:
        words = self.tr("Saved as {path}.") if write(path) else self.tr("{path} could not be written.")
        self.told.emit(words.format(path=path))

    def _write_csv(self, path: str) -> bool:
        return write_text(path, self.csv_text())

    def _copy_table(self) -> None:
        table = self.chart.table()
        QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in (table.headings, *table.rows)))
        self.told.emit(self.tr("The table was copied."))

    def _copy_picture(self) -> None:
        QGuiApplication.clipboard().setPixmap(self.chart.grab())
        self.told.emit(self.tr("The picture was copied."))

    def _show_table(self, shown: bool) -> None:
        if self._view is None:
            self._view = RowsView(self.tr("{title}, as a table").format(title=self.chart.title))
            self.body.addWidget(self._view, 1)
        if shown:
            self._view.setModel(TextTable(self.chart.table(), self._view))
        self.chart.setVisible(not shown)
        self._view.setVisible(shown)

    def _paint_tools(self) -> None:
        self.more.setIcon(glyph("more", look_of(self).muted, 16))


class TextTable(QAbstractTableModel):
    """A chart's table as it is: text, the first column left, the others right."""

    def __init__(self, table: Table, parent: QWidget) -> None:
        super().__init__(parent)
        self._table = table

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._table.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._table.headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._table.headings[section]
        return _side(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._table.rows[index.row()][index.column()]
        return _side(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None


def write_text(path: str, text: str) -> bool:
    """Writes a text file; False if it could not be written."""
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError:
        return False
    return True


def _side(column: int) -> Qt.AlignmentFlag:
    return (Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
