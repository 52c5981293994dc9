"""A failed or unclear experiment comes back once, when a newer model of its family is there."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tokentray.core.journal import Card, Outcome, Retry
from tokentray.insights.retry import Lineage, another_try, is_newer, lineage, retry_offers

MARCH = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MODELS = {
    "claude-opus-4-5": date(2026, 1, 1),
    "claude-opus-4-6": date(2026, 2, 1),
    "claude-opus-5": date(2026, 6, 1),
    "claude-opus-5-5": date(2026, 10, 1),
    "claude-haiku-5-5": date(2026, 10, 2),
}


def failed(card_id: str = "a", outcome: Outcome = Outcome.FAILED, follows: str | None = None) -> Card:
    return Card(card_id, NOON, NOON, title="Port the parser", outcome=outcome, tags=("parser",), follows=follows)


def offers(*cards: Card, models: tuple[str, ...] = ("claude-opus-4-5",), answered: tuple[Retry, ...] = ()) -> list[str]:
    return [
        f"{offer.card.id}: {offer.old_model} -> {offer.model} since {offer.since}"
        for offer in retry_offers([(card, MARCH, models) for card in cards], MODELS, answered)
    ]


@pytest.mark.parametrize(
    ("model", "line", "version"),
    [
        ("claude-3-5-sonnet-20241022", "claude-sonnet", (3, 5)),
        ("anthropic/claude-sonnet-4.5", "claude-sonnet", (4, 5)),
        ("us.anthropic.claude-opus-4-20250514-v1:0", "claude-opus", (4,)),
        ("claude-opus-5-5[1m]", "claude-opus", (5, 5)),
        ("gpt-5.1-codex-mini", "gpt-codex-mini", (5, 1)),
        ("gpt-4o-2024-08-06", "gpt", (4,)),
        ("o4-mini", "o-mini", (4,)),
        ("gemini-3-pro-preview", "gemini-pro", (3,)),
        ("qwen3-coder-plus", "qwen-coder-plus", (3,)),
        ("deepseek-v4-pro", "deepseek-pro", (4,)),
        ("llama-3.3-70b-instruct", "llama-70b-instruct", (3, 3)),
        ("gpt-oss-120b", "gpt-oss-120b", ()),
    ],
)
def test_a_name_tells_line_and_version(model: str, line: str, version: tuple[int, ...]) -> None:
    assert lineage(model) == Lineage(line, version)


def test_newer_is_a_later_version_of_one_line() -> None:
    assert is_newer("claude-opus-5", "claude-opus-4-6")
    assert is_newer("claude-opus-5-5", "claude-opus-5")
    assert not is_newer("claude-opus-5", "claude-opus-5")
    assert not is_newer("claude-sonnet-5", "claude-opus-4-6")
    assert not is_newer("gpt-oss-120b", "gpt-oss-120b")


def test_the_newest_model_since_then_is_offered() -> None:
    assert offers(failed()) == ["a: claude-opus-4-5 -> claude-opus-5-5 since 2026-10-01"]
    assert offers(failed(outcome=Outcome.UNCLEAR)) == ["a: claude-opus-4-5 -> claude-opus-5-5 since 2026-10-01"]


def test_what_worked_and_what_has_no_newer_model_stays_away() -> None:
    assert offers(failed(outcome=Outcome.WORKED)) == []
    assert offers(failed(), models=("claude-opus-5-5",)) == []
    assert offers(failed(), models=("gpt-5",)) == []
    assert offers(failed(), models=()) == []


def test_a_model_that_was_there_before_the_experiment_is_no_news() -> None:
    before = {model: day for model, day in MODELS.items() if day < MARCH}
    assert retry_offers([(failed(), MARCH, ("claude-opus-4-5",))], before, ()) == []


def test_an_answer_ends_it_and_an_offer_does_not() -> None:
    assert offers(failed(), answered=(Retry("a", "claude-opus-5", NOON, False),)) == []
    assert offers(failed(), answered=(Retry("a", "claude-opus-5", NOON, True),)) == []
    assert len(offers(failed(), answered=(Retry("a", "claude-opus-5", NOON),))) == 1


def test_the_next_try_follows_the_first_and_ends_its_offer() -> None:
    first = failed()
    second = another_try(first, NOON)
    assert (second.follows, second.title, second.tags, second.outcome, second.draft) == (
        "a",
        "Port the parser",
        ("parser",),
        None,
        True,
    )
    assert offers(first, second) == []
