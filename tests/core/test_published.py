"""Published weeks go into rows and come back, and one-way tables are read from two-way ones."""

from __future__ import annotations

import pytest

from tests.board.made_up import banded_year, counted_year
from tokentray.core.published import BANDED, COUNTED, FEWER, Cell, Published, by_first, by_second, published_of, rows_of


@pytest.mark.parametrize("year", [counted_year(), banded_year()], ids=["numbers", "words"])
def test_weeks_come_back_from_their_rows_in_any_order(year):
    rows = [row for published in year for row in rows_of(published)]

    found = published_of(reversed(rows))

    assert {(each.week, each.kind): (each.size, each.total, set(each.cells)) for each in found} == {
        (each.week, each.kind): (each.size, each.total, set(each.cells)) for each in year
    }


def test_weeks_come_oldest_first():
    rows = [("2026-W02", "c1", "", "", None, FEWER), ("2025-W52", "c1", "", "", None, FEWER)]

    assert [each.week for each in published_of(rows)] == ["2025-W52", "2026-W02"]


def test_a_kind_that_does_not_say_how_many_is_refused():
    with pytest.raises(ValueError, match="2026-W02"):
        published_of([("2026-W02", "c1", "daily", "", 9, None)])


def test_a_counted_two_way_table_adds_up_to_both_one_way_tables():
    cells = (Cell("worked", "lt1h", 4), Cell("worked", "1-4h", 3), Cell("failed", "lt1h", 2))
    published = Published("2026-W40", "c2", COUNTED, 9, cells)

    assert {value: cell.n for value, cell in by_first(published).items()} == {"worked": 7, "failed": 2}
    assert {value: cell.n for value, cell in by_second(published).items()} == {"lt1h": 6, "1-4h": 3}


def test_a_published_one_way_table_is_taken_as_it_is():
    cells = (Cell("daily", "", 20), Cell("daily", "design", 6), Cell("daily", "other", 5))

    assert by_first(Published("2026-W40", "c1", COUNTED, 40, cells)) == {"daily": Cell("daily", "", 20)}


def test_words_are_never_added_up():
    cells = (Cell("daily", "design", None, "few"), Cell("weekly", "", None, "most"))

    assert by_first(Published("2026-W40", "c1", BANDED, None, cells)) == {"weekly": Cell("weekly", "", None, "most")}
