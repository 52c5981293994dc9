"""Everything the Journal page shows, taken at one moment: cards and stretches of work by day, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tokentray.core.journal import Card, WorkSession
from tokentray.core.money import Money
from tokentray.store.journal_table import TagRow


@dataclass(frozen=True, slots=True)
class JournalChoice:
    """
    What the Journal is asked to show: `text` as it was typed into the search ("tag:refactor since:2026-09 words"), local days, both inclusive.

    `since` None: the last thirteen weeks, or all of the history if something is searched for. `until` None: today.
    """

    text: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class CardRow:
    """
    A card with the stretches of work it speaks of, in order of time.

    `tokens` None: unknown, as for a card with a mere date; `cost` empty: no known price. `before` is the card it tries again, `after` are those
    that try it again: together they read as one story. `models` are the card's own, or those of its stretches.
    """

    card: Card
    day: date
    sessions: tuple[WorkSession, ...] = ()
    tokens: int | None = None
    cost: tuple[Money, ...] = ()
    models: tuple[str, ...] = ()
    before: Card | None = None
    after: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True)
class JournalDay:
    """A local day with its cards and the stretches of work that began on it and that no card speaks of, newest first each."""

    day: date
    cards: tuple[CardRow, ...]
    unexplained: tuple[WorkSession, ...]


@dataclass(frozen=True, slots=True)
class JournalSum:
    """
    What the cards with one tag, function or outcome come to ("": none was said).

    A stretch of work that two of them speak of counts once. `tokens` and `effort_minutes` None: unknown; `cost` empty: no known price.
    `unknown` is how many of the cards have no known tokens.
    """

    name: str
    cards: int
    sessions: int
    tokens: int | None
    cost: tuple[Money, ...]
    effort_minutes: int | None
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class RetryOffer:
    """A failed or unclear experiment with `old_model`, now that `model` of the same family is there; `since` is the local day it was first used."""

    card: Card
    old_model: str
    model: str
    since: date


@dataclass(frozen=True, slots=True)
class JournalView:
    """
    The moment. `since` and `until` are the local days shown, both inclusive; `earlier` tells whether there is anything before them.

    `problems` are clear words on what could not be understood in the search. `unexplained_percent` is the part of this week's tokens that no
    card speaks of, None in a week without any. Statistics are of the cards shown, most cards first. `tags` are all that are in use, most used
    first; `functions` those of the settings and of the cards.
    """

    choice: JournalChoice
    taken_at: datetime
    zone: str
    since: date
    until: date
    earlier: bool
    days: tuple[JournalDay, ...]
    cards: int
    problems: tuple[str, ...]
    week_tokens: int | None
    unexplained_percent: int | None
    by_tag: tuple[JournalSum, ...]
    by_function: tuple[JournalSum, ...]
    by_outcome: tuple[JournalSum, ...]
    tags: tuple[TagRow, ...]
    functions: tuple[str, ...]
    retries: tuple[RetryOffer, ...]
    searches: tuple[tuple[str, str], ...]
    projects: tuple[str, ...] = ()
