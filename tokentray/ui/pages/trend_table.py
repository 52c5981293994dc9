"""The rows of a trend as a table: native numbers for sorting, the locale's for reading, plain ones for copying."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt

from tokentray.core.money import Money
from tokentray.core.usage import Tokens
from tokentray.insights.snapshot import Trend
from tokentray.ui import wording
from tokentray.ui.pages.rows_view import PLAIN_ROLE

SORT_ROLE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
Row = tuple[str, Tokens, int | None, tuple[Money, ...]]


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` is name, a token class, total, share, requests, or "cost" with its `currency` and `money_kind`."""

    title: str
    kind: str
    currency: str = ""
    money_kind: str = ""


class TrendTable(QAbstractTableModel):
    """One row for each row of a trend; columns of which nobody said anything are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: list[Column] = []
        self._rows: tuple[Row, ...] = ()
        self._written: Callable[[str], str] = str
        self._all = 0

    def show_trend(self, trend: Trend, title: str, written: Callable[[str], str] = str) -> None:
        """`title` heads the first column; `written` is how a row's name is shown."""
        self.beginResetModel()
        self._written = written
        self._rows = trend.rows
        self._all = sum(tokens.total or 0 for _, tokens, _, _ in trend.rows)
        self.columns = [Column(title, "name"), *self._number_columns()]
        self.endResetModel()

    def name_at(self, row: int) -> str:
        return self._rows[row][0]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        column = self.columns[index.column()]
        value = self._value(self._rows[index.row()], column)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._written(value) if isinstance(value, str) else _shown(value, column)
        if role == SORT_ROLE:
            return _sortable(value)
        if role == PLAIN_ROLE:
            return _plain(value)
        if role == Qt.ItemDataRole.ToolTipRole and column.kind == "name":
            return value
        return None

    def _number_columns(self) -> list[Column]:
        tr = self.tr
        titles = {
            "input": tr("Input"),
            "cache_read": tr("Cache read"),
            "cache_write": tr("Cache write"),
            "output": tr("Output"),
            "reasoning": tr("Reasoning in it"),
            "unsplit": tr("Not split"),
        }
        known = [
            Column(title, kind)
            for kind, title in titles.items()
            if any(getattr(tokens, kind) for _, tokens, _, _ in self._rows)
        ]
        requests = [Column(tr("Requests"), "requests")] if any(row[2] is not None for row in self._rows) else []
        total = [Column(tr("Tokens"), "total"), Column(tr("Share"), "share")]
        return [*total, *self._cost_columns(), *requests, *known]

    def _cost_columns(self) -> list[Column]:
        kinds = {(money.currency, str(money.kind)) for _, _, _, cost in self._rows for money in cost}
        titles = {
            "billed": self.tr("Billed, {currency}"),
            "estimated": self.tr("Estimated, {currency}"),
        }
        return [
            Column(titles[kind].format(currency=currency), "cost", currency, kind) for currency, kind in sorted(kinds)
        ]

    def _value(self, row: Row, column: Column) -> str | int | float | Money | None:
        name, tokens, requests, cost = row
        if column.kind == "name":
            return name
        if column.kind == "requests":
            return requests
        if column.kind == "share":
            return tokens.total / self._all if self._all and tokens.total is not None else None
        if column.kind == "cost":
            wanted = (column.currency, column.money_kind)
            return next((money for money in cost if (money.currency, money.kind) == wanted), None)
        count: int | None = getattr(tokens, column.kind)
        return count


class SortedTrend(QSortFilterProxyModel):
    """Sorts by native numbers; what is unknown stands below everything else."""

    def __init__(self, table: TrendTable) -> None:
        super().__init__()
        self.setSourceModel(table)
        self.setSortRole(SORT_ROLE)
        self.setSortCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setDynamicSortFilter(True)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        super().sort(column, order)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(self.columnCount() - 1, 0))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The sorted column is marked in its heading, where an arrow is never in the way of the words."""
        heading = super().headerData(section, orientation, role)
        if role != Qt.ItemDataRole.DisplayRole or section != self.sortColumn():
            return heading
        return f"{heading} {'↓' if self.sortOrder() == Qt.SortOrder.DescendingOrder else '↑'}"

    def lessThan(self, left: Index, right: Index) -> bool:
        one, other = left.data(SORT_ROLE), right.data(SORT_ROLE)
        if one is None or other is None:
            return one is None and other is not None
        return bool(one < other)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _shown(value: int | float | Money | None, column: Column) -> str:
    if isinstance(value, Money):
        return wording.money_text(value)
    if column.kind == "share":
        return wording.percent(value)
    return wording.exact_count(value if isinstance(value, int) else None)


def _sortable(value: str | int | float | Money | None) -> str | int | float | Decimal | None:
    if isinstance(value, Money):
        return value.amount
    return value.casefold() if isinstance(value, str) else value


def _plain(value: str | int | float | Money | None) -> str:
    if isinstance(value, Money):
        return value.text
    if isinstance(value, float):
        return f"{value:.4f}"
    return "" if value is None else str(value)
