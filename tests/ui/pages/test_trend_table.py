"""A trend's rows as a table: what is shown, sorted and copied."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from tests.ui.snapshots import full_trend, usd
from tokentray.core.money import MoneyKind
from tokentray.core.usage import Tokens
from tokentray.ui.pages.rows_view import RowsView
from tokentray.ui.pages.trend_table import SortedTrend, TrendTable


@pytest.fixture
def table() -> TrendTable:
    table = TrendTable()
    table.show_trend(full_trend(), "Model")
    return table


def cells(model: SortedTrend | TrendTable, column: int) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_columns_of_which_nobody_said_anything_are_left_out(table: TrendTable) -> None:
    titles = [column.title for column in table.columns]
    assert titles == ["Model", "Tokens", "Share", "Billed, USD", "Requests", "Input", "Cache read", "Output"]


def test_numbers_are_written_as_the_locale_does_and_unknown_is_a_dash(table: TrendTable) -> None:
    assert cells(table, 1) == ["5,510,000", "3,100,000", "110,000"]
    assert cells(table, 6) == ["4,000,000", "2,000,000", "—"]
    assert cells(table, 4) == ["812", "640", "—"]
    assert cells(table, 3) == ["$41.20", "$12.75", "—"]


def test_shares_are_of_all_tokens_shown(table: TrendTable) -> None:
    assert cells(table, 2) == ["63 %", "36 %", "1 %"]


def test_numbers_stand_at_the_right(table: TrendTable) -> None:
    side = table.index(0, 1).data(Qt.ItemDataRole.TextAlignmentRole)
    assert side == Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def test_sorting_compares_numbers_not_their_text(table: TrendTable) -> None:
    trend = full_trend()
    rows = tuple((name, Tokens(output=count), None, ()) for name, count in (("a", 9), ("b", 100), ("c", 20)))
    table.show_trend(replace(trend, rows=rows), "Model")
    by_tokens = SortedTrend(table)
    by_tokens.sort(1, Qt.SortOrder.DescendingOrder)
    assert cells(by_tokens, 0) == ["b", "c", "a"]


def test_what_is_unknown_is_below_everything(table: TrendTable) -> None:
    by_cost = SortedTrend(table)
    by_cost.sort(3, Qt.SortOrder.AscendingOrder)
    assert cells(by_cost, 3) == ["—", "$12.75", "$41.20"]


def test_the_sorted_column_is_marked_in_its_heading(table: TrendTable) -> None:
    by_tokens = SortedTrend(table)
    by_tokens.sort(1, Qt.SortOrder.DescendingOrder)
    assert by_tokens.headerData(1, Qt.Orientation.Horizontal) == "Tokens ↓"
    assert by_tokens.headerData(2, Qt.Orientation.Horizontal) == "Share"


def test_billed_and_estimated_money_have_columns_of_their_own(table: TrendTable) -> None:
    cost = (usd("2"), usd("3.5", MoneyKind.ESTIMATED))
    table.show_trend(replace(full_trend(), rows=(("a", Tokens(output=1), None, cost),)), "Model")
    assert [column.title for column in table.columns[3:5]] == ["Billed, USD", "Estimated, USD"]
    assert cells(table, 4) == ["≈\u00a0$3.50"]


def test_copied_rows_are_plain_and_separated_by_tabs(table: TrendTable, qtbot: QtBot) -> None:
    view = RowsView("Totals")
    qtbot.addWidget(view)
    view.setModel(SortedTrend(table))
    view.selectRow(1)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines == [
        "Model\tTokens\tShare\tBilled, USD\tRequests\tInput\tCache read\tOutput",
        "sonnet-4\t3100000\t0.3555\t12.75\t640\t900000\t2000000\t200000",
    ]


def test_a_table_file_has_all_rows_and_nothing_where_unknown(table: TrendTable, qtbot: QtBot) -> None:
    view = RowsView("Totals")
    qtbot.addWidget(view)
    view.setModel(SortedTrend(table))
    assert view.comma_separated().splitlines()[-1] == "local-qwen,110000,0.0126,,,90000,,20000"


def test_it_is_a_sound_model(table: TrendTable, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(table)


def test_a_table_is_as_high_as_its_rows(table: TrendTable, qtbot: QtBot) -> None:
    view = RowsView("Totals")
    qtbot.addWidget(view)
    view.setModel(SortedTrend(table))
    view.resize(900, view.sizeHint().height())
    view.show()
    assert view.verticalScrollBar().maximum() == 0
