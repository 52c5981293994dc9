"""Tokens: unknown is never zero, and the total counts each class once."""

from __future__ import annotations

from tokentray.core.usage import BAND_EDGES, Tokens, band_of


def test_the_total_is_of_the_disjoint_classes() -> None:
    tokens = Tokens(
        input=1, cache_read=20, cache_write=300, cache_write_1h=100, output=4000, reasoning=900, unsplit=50000
    )
    assert tokens.total == 54321


def test_nothing_known_is_not_zero() -> None:
    assert Tokens().total is None
    assert Tokens(reasoning=5).total is None
    assert Tokens(output=0).total == 0


def test_adding_keeps_what_is_unknown() -> None:
    assert Tokens(input=1, output=2) + Tokens(input=3, cache_read=4) == Tokens(input=4, cache_read=4, output=2)


def test_counts_have_no_bounds() -> None:
    assert (Tokens(input=2**63 - 1) + Tokens(input=2**63 - 1)).total == 2**64 - 2


def test_the_band_is_how_many_edges_a_prompt_exceeds() -> None:
    assert band_of(0) == 0
    assert band_of(BAND_EDGES[0]) == 0
    assert band_of(BAND_EDGES[0] + 1) == 1
    assert band_of(10**9) == len(BAND_EDGES)
