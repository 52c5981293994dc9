"""The own week stands beside the published distribution in honest words, whatever was published."""

from __future__ import annotations

import pytest

from tokentray.core.published import BANDED, COUNTED, FEWER, Cell, Published
from tokentray.share.own_place import own_place

WEEK = "2026-W46"
# 10, 20, 30, 30, 10 of a hundred
COUNTED_USE = Published(
    WEEK, "use", COUNTED, 100,
    tuple(Cell("", band, n) for band, n in (("0", 0), ("<10k", 10), ("<100k", 20), ("<1M", 30), ("<10M", 30), ("<100M", 10), (">=100M", 0))),
)  # fmt: skip
BANDED_USE = Published(WEEK, "use", BANDED, None, (Cell("", "<1M", None, "some"), Cell("", "<10M", None, "most")))


def sentence(tokens: int | None, published: Published | None) -> str:
    return own_place(WEEK, tokens, published).sentence


def test_a_counted_week_tells_below_same_and_above() -> None:
    place = own_place(WEEK, 2_000_000, COUNTED_USE)
    assert place.band == "<10M"
    assert "Your week: 1M to 10M tokens." in place.sentence
    assert "about 30 % lies in the same band, about 60 % below it, about 10 % above it" in place.sentence
    assert "noise" in place.sentence


@pytest.mark.parametrize(("tokens", "absent"), [(0, "below it"), (10**9, "above it")])
def test_at_the_ends_there_is_nothing_beyond(tokens: int, absent: str) -> None:
    assert absent not in sentence(tokens, COUNTED_USE)
    assert "hardly any lies in the same band" in sentence(tokens, COUNTED_USE)


def test_a_week_in_words_says_no_more_than_its_words() -> None:
    said = sentence(2_000_000, BANDED_USE)
    assert "most lies in the same band" in said
    assert "%" not in said
    assert "few may be nobody" in said
    # a band without a word was nobody's, or few people's
    assert "few lies in the same band" in sentence(5, BANDED_USE)


@pytest.mark.parametrize("published", [None, Published(WEEK, "use", FEWER)])
def test_fewer_than_five_are_nothing_to_compare_with(published: Published | None) -> None:
    assert "Fewer than five" in sentence(2_000_000, published)
    assert "same band" not in sentence(2_000_000, published)


def test_unknown_use_is_no_use_of_nothing() -> None:
    assert sentence(None, COUNTED_USE).startswith("No use of yours is known for this week.")
    assert "same band" not in sentence(None, COUNTED_USE)
    assert "Your week: no tokens." in sentence(0, COUNTED_USE)


def test_noise_that_ate_all_numbers_is_too_few() -> None:
    empty = Published(WEEK, "use", COUNTED, 25, (Cell("", "<1M", 0), Cell("", "<10M", 1)))
    assert "Too few" in sentence(5, empty)
