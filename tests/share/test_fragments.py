"""A week becomes fragments of closed words, and nothing of what a person typed is among them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tokentray.core.errors import FragmentRefused
from tokentray.core.fragment import Used, Vocabulary, fragment_bytes
from tokentray.core.journal import Card, Level, Outcome
from tokentray.share.fragments import (
    WeekOfUse,
    adopted,
    card_text,
    category_of,
    effort_of,
    sentence_of,
    told,
    used,
    went,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
OFFERED = Vocabulary(
    functions=("engineering",), categories=("writing", "review"), tools=("claude-code", "openai", "other")
)
CARD = Card(
    "c0ffee", NOON, NOON, title="Falcon", tried="a", learned="b", outcome=Outcome.WORKED, level=Level.TEAM,
    function="Falcon design", tags=("falcon", "Review"), effort_minutes=50, models=("gpt-5",), url="https://falcon.example",
)  # fmt: skip
WEEK = WeekOfUse("2026-W47", 3, (("claude-code", 1_200_000), ("codex", 40), ("falcon-llm", 99_999)), (CARD,))


@pytest.mark.parametrize(
    ("days", "word"), [(0, "none"), (1, "tried"), (2, "weekly"), (3, "weekly"), (4, "daily"), (7, "daily")]
)
def test_adoption_is_told_by_the_days_with_use(days: int, word: str) -> None:
    assert adopted(replace(WEEK, days_used=days, cards=()), OFFERED).adoption == word


def test_a_card_is_a_day_of_use() -> None:
    assert adopted(replace(WEEK, days_used=0), OFFERED).adoption == "tried"


def test_the_persons_word_comes_before_the_days() -> None:
    assert fragment_bytes(adopted(WEEK, OFFERED, "none")) == b'{"adoption":"none","kind":"c1","v":1}'


def test_a_function_leaves_only_if_it_is_offered() -> None:
    assert b"function" not in fragment_bytes(adopted(WEEK, OFFERED, function="falcon keeping"))
    assert b'"function":"engineering"' in fragment_bytes(adopted(WEEK, OFFERED, function="engineering"))


@pytest.mark.parametrize(
    ("outcomes", "word"),
    [
        ((Outcome.WORKED, Outcome.WORKED), "worked"),
        ((Outcome.WORKED, Outcome.FAILED), "mixed"),
        ((Outcome.PARTLY,), "mixed"),
        ((Outcome.FAILED, Outcome.UNCLEAR, None), "failed"),
        ((Outcome.UNCLEAR,), "unsure"),
    ],
)
def test_several_outcomes_become_one(outcomes: tuple[Outcome | None, ...], word: str) -> None:
    week = replace(WEEK, cards=tuple(replace(CARD, outcome=outcome) for outcome in outcomes))
    found = went(week)
    assert found is not None
    assert found.outcome == word


def test_efforts_are_added_up_into_a_band() -> None:
    found = went(replace(WEEK, cards=(CARD, CARD)))
    assert fragment_bytes(found) == b'{"effort":"1-4h","kind":"c2","outcome":"worked","v":1}'  # type: ignore[arg-type]
    assert [effort_of(minutes) for minutes in (59, 60, 239, 240, 960, 961)] == [
        "lt1h",
        "1-4h",
        "1-4h",
        "4-16h",
        "4-16h",
        "gt16h",
    ]


def test_nothing_is_made_up_where_nothing_was_said() -> None:
    assert went(replace(WEEK, cards=())) is None
    assert went(replace(WEEK, cards=(replace(CARD, effort_minutes=None),))) is None
    assert used(replace(WEEK, tokens=()), OFFERED) == ()


def test_use_is_told_by_family_and_band() -> None:
    assert [(one.tool, one.tokens) for one in used(WEEK, OFFERED)] == [("claude-code", "<10M"), ("other", "<100k")]
    assert [
        (one.tool, one.tokens) for one in used(WEEK, Vocabulary(functions=(), categories=(), tools=("openai",)))
    ] == [("openai", "<10k")]


def test_of_a_card_only_four_texts_are_encrypted() -> None:
    texts = {"title": "Falcon", "tried": " a ", "worked": "", "learned": "ü\n", "url": "x"}
    assert card_text(texts) == '{"learned":"ü","tried":"a"}'.encode()
    with pytest.raises(FragmentRefused, match="no text"):
        card_text({"title": "Falcon"})
    with pytest.raises(FragmentRefused, match="12 bytes too long"):
        card_text({"tried": "x" * 2017})


def test_a_card_of_ones_own_stays_here() -> None:
    assert fragment_bytes(told(CARD, "review", "0" * 16, "AAAA")) == (
        b'{"category":"review","circle":"0000000000000000","ct":"AAAA","kind":"card","level":"team","outcome":"worked","v":1}'
    )
    for card, why in (
        (replace(CARD, level=Level.ME), "you alone"),
        (replace(CARD, draft=True), "draft"),
        (replace(CARD, outcome=None), "how it went"),
    ):
        with pytest.raises(FragmentRefused, match=why):
            told(card, "review", "0" * 16, "AAAA")


def test_a_category_is_proposed_from_function_and_tags() -> None:
    assert category_of(CARD, OFFERED) == "review"
    assert category_of(replace(CARD, tags=()), OFFERED) is None


def test_no_telling_word_is_in_any_fragment_or_sentence() -> None:
    leaving = [
        adopted(WEEK, OFFERED, function=CARD.function),
        went(WEEK),
        *used(WEEK, OFFERED),
        told(CARD, "review", "0" * 16, "AA"),
    ]
    for fragment in leaving:
        assert fragment is not None
        for telling in ("falcon", "gpt", "c0ffee", "example"):
            assert telling not in fragment_bytes(fragment).decode().lower()
            assert telling not in sentence_of(fragment).lower()


def test_a_band_of_tokens_is_said_in_words() -> None:
    assert (
        sentence_of(Used(v=1, tool="claude-code", tokens="<10M"))
        == "Somebody used Claude Code this week: 1M to 10M tokens."
    )
    assert sentence_of(Used(v=1, tool="other", tokens="0")) == "Somebody used another tool this week: no tokens."
