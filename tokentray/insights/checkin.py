"""The week's check-in: drafted from its use and its cards, compared with those before, and written out for others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tokentray.core.journal import CheckIn
from tokentray.core.money import Money
from tokentray.insights.journal import CardRow
from tokentray.insights.snapshot import Stack

QUESTIONS = (
    "What did you try that was new?",
    "What worked better than expected, and how could another repeat it?",
    "What did not work, or was not worth it?",
    "What did you learn, in one sentence for a colleague of another function?",
    "What is next, or what is your question?",
)

Answers = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class PastWeek:
    """A week's check-in with what there was in it, for comparing; `tokens` None: unknown. `cards` counts those that are not drafts."""

    checkin: CheckIn
    cards: int
    tokens: int | None
    cost: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class CheckInDraft:
    """
    A week's check-in, as it was left or as it is proposed.

    `week` is ISO ("2026-W47"), `since` its Monday and `until` its Sunday. `checkin` has the answers to show; `proposed` are those its cards lead
    to, wherever the person wrote others. `cards` are the week's, oldest first, without drafts; `promoted` those of them that are for team or
    company. `picture` has seven bars of tokens by model, `on_days` the cards that stand on each of them. `unexplained_percent` is the part of
    the week's tokens that no card speaks of. `past` are the other weeks' check-ins, newest first.
    """

    week: str
    since: date
    until: date
    checkin: CheckIn
    proposed: Answers
    cards: tuple[CardRow, ...]
    promoted: tuple[CardRow, ...]
    picture: Stack
    on_days: tuple[tuple[CardRow, ...], ...]
    tokens: int | None
    cost: tuple[Money, ...]
    unexplained_percent: int | None
    past: tuple[PastWeek, ...]
