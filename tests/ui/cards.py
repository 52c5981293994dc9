"""Cards and stretches of work made by hand for the tests of what writes and shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from tokentray.core.journal import Card, Completions, Outcome, WorkSession, link_to
from tokentray.core.money import Money, MoneyKind
from tokentray.core.usage import Tokens

NOW = datetime(2026, 11, 21, 20, 10, tzinfo=UTC)
COMPLETIONS = Completions(("alpha", "refactor", "tests", "code review"), (), (("refactor", 4),))


def stretch(hour: int = 14, project: str | None = "alpha", tokens: int | None = 1_200_000) -> WorkSession:
    """From that hour on the day of NOW, an hour and forty minutes long."""
    return WorkSession(
        f"2026-11-21T{hour:02}:00Z/{project}",
        project,
        NOW.replace(hour=hour, minute=0),
        NOW.replace(hour=hour + 1, minute=40),
        "response",
        ("claude-code/default",),
        ("Claude Code",),
        ("claude-opus-4-5",),
        Tokens(input=tokens),
        12,
        (Money(Decimal("3.42"), "USD", MoneyKind.ESTIMATED),),
    )


def empty_card(card_id: str = "0123456789ab") -> Card:
    return Card(card_id, NOW, NOW)


def full_card(card_id: str = "ba9876543210") -> Card:
    return Card(
        card_id,
        NOW,
        NOW,
        title="Split the parser",
        tried="Failing tests first.",
        worked="The tests kept it honest.",
        learned="Small steps beat one large request.",
        next="The billing module.",
        outcome=Outcome.WORKED,
        function="engineering",
        effort_minutes=90,
        saved_minutes=(60, 120),
        tags=("alpha", "refactor"),
        url="https://example.com/pull/42",
        links=(link_to(stretch()),),
        models=("claude-opus-4-5",),
    )
