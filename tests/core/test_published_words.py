"""The sentences and shares of a week say no more than its cells."""

from __future__ import annotations

import pytest

from tokentray.core.published import BANDED, COUNTED, FEWER, Cell, Published
from tokentray.core.published_words import (
    ADOPTIONS,
    figures,
    functions_reached,
    headline,
    in_numbers,
    label_of,
    percent,
    shares,
    splits,
    week_name,
)


def counted(kind: str, *cells: tuple[str, str, int]) -> Published:
    return Published("2026-W40", kind, COUNTED, sum(n for *_, n in cells), tuple(Cell(a, b, n) for a, b, n in cells))


def banded(kind: str, **words: str) -> Published:
    return Published("2026-W40", kind, BANDED, None, tuple(Cell(a, "", None, word) for a, word in words.items()))


CHECK_INS = counted("c1", ("daily", "", 10), ("weekly", "", 14), ("tried", "", 12), ("none", "", 4))


def test_a_counted_week_has_shares_of_its_own_table():
    assert [(share.value, share.text, share.n) for share in shares(CHECK_INS, ADOPTIONS)] == [
        ("daily", "about 25 %", 10),
        ("weekly", "about 35 %", 14),
        ("tried", "about 30 %", 12),
        ("none", "about 10 %", 4),
    ]


def test_a_banded_week_has_its_words_and_no_number():
    found = shares(banded("c1", daily="few", weekly="most"), ADOPTIONS)

    assert [(share.value, share.text, share.n, share.level) for share in found] == [
        ("daily", "few", None, 1),
        ("weekly", "most", None, 4),
    ]


def test_a_week_of_fewer_than_five_has_nothing():
    nothing = Published("2026-W40", "c1", FEWER)

    assert shares(nothing, ADOPTIONS) == ()
    assert shares(None, ADOPTIONS) == ()
    assert headline({"c1": nothing}) == "Fewer than five people checked in, so nothing is shown."
    assert [figure.value for figure in figures({"c1": nothing}, None, [])] == ["Fewer than 5", "—", "—", "—"]


def test_numbers_that_noise_made_too_small_give_no_shares():
    assert in_numbers({"worked": 2, "failed": 1, "mixed": 1}) == ()


def test_a_small_row_of_a_table_keeps_its_place_and_says_nothing():
    outcomes = counted("c2", ("worked", "lt1h", 6), ("failed", "lt1h", 4), ("worked", "gt16h", 3))

    found = splits(outcomes, ("lt1h", "gt16h"), ("worked", "failed"), rows_first=False)

    assert [(row.label, row.count, [share.text for share in row.shares]) for row in found] == [
        ("Under 1 hour", 10, ["about 60 %", "about 40 %"]),
        ("Over 16 hours", 3, []),
    ]


@pytest.mark.parametrize(
    ("part", "count", "words"),
    [
        (0.613, 30, "about 60 %"),
        (0.613, 300, "about 61 %"),
        (0.01, 30, "hardly any"),
        (0.99, 30, "nearly all"),
        (0.0, 300, "hardly any"),
    ],
)
def test_percentages_are_as_fine_as_the_noise_allows(part, count, words):
    assert percent(part, count) == words


def test_the_headline_of_a_counted_week():
    assert headline({"c1": CHECK_INS}) == "About 60 % of the check-ins used AI weekly or daily."


def test_the_headline_of_a_banded_week():
    assert headline({"c1": banded("c1", daily="some", weekly="about half")}) == "About half used AI weekly, some daily."
    assert headline({"c1": banded("c1", daily="few", weekly="few")}) == "Few used AI weekly, and few daily."


def test_a_change_within_the_noise_is_called_no_change():
    then = counted("c1", ("daily", "", 8), ("weekly", "", 13), ("tried", "", 14), ("none", "", 5))

    assert figures({"c1": CHECK_INS}, {"c1": then}, [])[1].note == "much the same as the week before"


def test_a_change_beyond_the_noise_is_said():
    then = counted("c1", ("daily", "", 2), ("weekly", "", 6), ("tried", "", 24), ("none", "", 8))

    assert figures({"c1": CHECK_INS}, {"c1": then}, [])[1].note == "more than the week before (about 20 %)"


def test_a_function_counts_as_reached_only_beyond_the_noise():
    week = {"c1": counted("c1", ("daily", "design", 2), ("weekly", "design", 1), ("weekly", "finance", 2))}

    assert functions_reached(week, ["design", "finance"]) == 1


def test_no_functions_are_named_where_none_are_offered():
    assert functions_reached({"c1": CHECK_INS}, []) is None


@pytest.mark.parametrize(
    ("week", "words"),
    [
        ("2026-W40", "Week 40, 28 September to 4 October 2026"),
        ("2026-W41", "Week 41, 5 to 11 October 2026"),
        ("2026-W53", "Week 53, 28 December 2026 to 3 January 2027"),
    ],
)
def test_a_week_in_words(week, words):
    assert week_name(week) == words


def test_words_of_the_board_are_shown_as_written():
    assert label_of("customer-care") == "Customer care"
    assert label_of("claude-code") == "Claude Code"
