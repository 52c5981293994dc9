"""What the use was for: a person's cards, the stretches of work they speak of, and the week's check-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from os import urandom  # `secrets` brings OpenSSL along, 3 MB of a tray that is to be small

from tokentray.core.money import Money
from tokentray.core.usage import Tokens


class Outcome(StrEnum):
    """How an experiment went."""

    WORKED = "worked"
    PARTLY = "partly"
    FAILED = "failed"
    UNCLEAR = "unclear"


class Level(StrEnum):
    """Who a card is meant for; only its author raises it."""

    ME = "me"
    TEAM = "team"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Link:
    """
    A card's hold on a stretch of work: whichever stretch of that project contains the `anchor` is the linked one.

    `start` and `end` are as they were seen when it was linked, for showing where the stretch is not known (another machine's).
    `project` None: the use of no known project. Instants aware and UTC.
    """

    project: str | None
    anchor: datetime
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """
    What was tried and what came of it, in the person's own words; texts are Markdown, "" where nothing was said.

    `day` is the date of use that no log knows, None if links say when. `outcome` None: not said yet. `saved_minutes` is a range (least,
    most). `models` are those it was tried with; `follows` is the id of the card it tries again. Instants aware and UTC.
    """

    id: str
    created_at: datetime
    edited_at: datetime
    day: date | None = None
    title: str = ""
    tried: str = ""
    worked: str = ""
    learned: str = ""
    next: str = ""
    outcome: Outcome | None = None
    level: Level = Level.ME
    function: str = ""
    effort_minutes: int | None = None
    saved_minutes: tuple[int, int] | None = None
    tags: tuple[str, ...] = ()
    url: str = ""
    links: tuple[Link, ...] = ()
    models: tuple[str, ...] = ()
    follows: str | None = None
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """A card as it was before an edit; `at` is when it was last saved like that."""

    at: datetime
    card: Card


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A week's check-in: `week` is ISO ("2026-W47"), `answers` belong to the five questions, `cards` are the ids it shows."""

    week: str
    answers: tuple[str, str, str, str, str] = ("", "", "", "", "")
    cards: tuple[str, ...] = ()
    edited_at: datetime | None = None
    done: bool = False


@dataclass(frozen=True, slots=True)
class WorkSession:
    """
    A stretch of work on one project, across accounts; instants aware and UTC.

    `id` is a handle ("<start of its earliest run>/<project>"), not a name: late data may widen the stretch, and the older handle still finds
    it. `grain` "hour": only a bill knows of it, and it is as fine as that bill. `also_billed` are tokens a bill says of the same time, which
    are not in `tokens`. `cost` is empty if no price is known; `cards` are the ids of the cards linked to it.
    """

    id: str
    project: str | None
    start: datetime
    end: datetime
    grain: str
    accounts: tuple[str, ...]
    agents: tuple[str, ...]
    models: tuple[str, ...]
    tokens: Tokens
    requests: int | None
    cost: tuple[Money, ...]
    also_billed: int | None = None
    cards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkEdit:
    """
    A stretch of work cut or joined by hand.

    "split": cut at `at`, which begins the later part. "join": the stretches that contain `at` and `until` are one. Aware and UTC.
    """

    kind: str
    project: str | None
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """A card that was offered for another try with a newer model; `again` is the person's answer, None while there is none."""

    card: str
    model: str
    offered_at: datetime
    again: bool | None = None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """
    Which cards are wanted; every part narrows it down, and within one part any of its words will do, save that all `words` must be found.

    A word finds all words that begin with it; one with spaces inside is a phrase. `models` and `projects` are found by a part of their name.
    `since` and `until` are local days, both inclusive; `draft` None takes both.
    """

    words: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    levels: tuple[Level, ...] = ()
    functions: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    draft: bool | None = None


@dataclass(frozen=True, slots=True)
class Completions:
    """
    What the fields of a card offer, most used first.

    `colours` are those the person gave to tags: (tag, slot 0 to 7 of the look's series); other tags have the colour of their name.
    """

    tags: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    colours: tuple[tuple[str, int], ...] = ()


FUNCTIONS = (
    "engineering",
    "design",
    "product",
    "data",
    "research",
    "marketing",
    "sales",
    "support",
    "finance",
    "legal",
    "people",
    "operations",
)
"""Functions of work that are offered to everybody, as they are kept; a person may use own words instead."""


def link_to(session: WorkSession) -> Link:
    """A hold on that stretch for a card."""
    return Link(session.project, session.start, session.start, session.end)


def holds(session: WorkSession, link: Link) -> bool:
    """Whether this is the stretch that the link means."""
    return session.project == link.project and session.start <= link.anchor <= session.end


def new_card_id() -> str:
    """Twelve characters that no other card has, on whichever machine it is made."""
    return urandom(6).hex()
