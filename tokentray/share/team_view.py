"""What the Team page shows, taken at one moment, and what a person may wish there; values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tokentray.core.fragment import Adoption, Band, Effort, Result, Vocabulary
from tokentray.core.journal import Card
from tokentray.share.fragments import WeekOfUse


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """
    The team this machine belongs to. `level` L1 or L2 with its sentence `promise`; `relay` is its host, None without one.

    `open_weeks` take fragments now, oldest first. `checked_at`: when board and relay last gave the same manifest.
    """

    board: str
    season: str
    level: str
    promise: str
    relay: str | None
    weeks: tuple[str, ...]
    open_weeks: tuple[str, ...]
    offered: Vocabulary
    per_week: tuple[tuple[str, int], ...]
    """How many tokens of each kind a week has: (("c1", 1), …)."""
    retention_weeks: int
    checked_at: datetime | None
    secrets_in_keyring: bool
    news: str = ""
    """What the board changed in its manifest since the season was joined, or that a new season has begun; "" if nothing."""
    webhooks: tuple[str, ...] = ()
    """Of slack and teams, those whose address is kept in the keyring."""
    fell: bool = False
    """The board has no relay any more, so that L1 would hold instead of L2: nothing is sent until the person agrees."""
    asks_password: bool = False
    """The board did not answer its last reader without the password of all readers, or with the one that is kept."""
    password_kept: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """
    A fragment of the outbox (`op` put), its correction (replace) or its withdrawal (delete). `words` is its sentence, `bytes_inside` the very
    body that is sealed ("" for a withdrawal).

    `state` waiting, sent, refused, lapsed or cancelled, with `why`; `planned_at` if it waits. `seen_at`: when the public list confirmed it.
    `can_withdraw`: it waits or was sent, and no withdrawal of it is under way. `spent`: its token is used up, or may be; else it is free for
    something else.
    """

    number: int
    op: str
    week: str
    kind: str
    card: str | None
    words: str
    bytes_inside: str
    state: str
    why: str
    planned_at: datetime | None
    done_at: datetime | None
    seen_at: datetime | None
    can_withdraw: bool
    spent: bool = True


@dataclass(frozen=True, slots=True)
class WeekToShare:
    """
    The chosen week before anything is wished: `use` with its finished cards, and what the person chose the last time.

    `shareable` are the cards for team or company with an outcome; `private` counts the others. `kinds` are those the person takes part in:
    empty at first, remembered afterwards. `skipped`: "not this week" was said. `closes_at`: until when the week takes fragments.
    """

    week: str
    open: bool
    closes_at: datetime | None
    skipped: bool
    use: WeekOfUse
    shareable: tuple[Card, ...]
    private: int
    kinds: tuple[str, ...]
    function: str
    sendings: tuple[Sending, ...]
    """Those of this week only."""


@dataclass(frozen=True, slots=True)
class FeedCard:
    """
    A colleague's card, decrypted here; nobody knows whose. `id` is its nonce in 16 hex digits.

    `reproduced`: "I reproduced this", noted on this machine only. `still_true`: yes, no, or "" while it was not answered; `asks` whether it
    is eight weeks old and unanswered. `imported_as` is the own card it became, "" if none. `own`: it was sent from here.
    """

    id: str
    week: str
    category: str
    outcome: Result
    level: str
    tried: str
    worked: str
    learned: str
    next: str
    reproduced: bool = False
    still_true: str = ""
    asks: bool = False
    imported_as: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a published table: `text` says its share ("about 60 %", "some"), `part` is it as a fraction for the picture."""

    value: str
    label: str
    text: str
    part: float


@dataclass(frozen=True, slots=True)
class Table:
    """A published table, one-way; `rows` are empty if there is nothing that may be said, and `note` says why."""

    title: str
    rows: tuple[Row, ...]
    note: str


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One row of a two-way table: `rows` are its shares, none if it is too small to say; `answers` how many they are of ("≈ 14"), "" then."""

    label: str
    answers: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class SplitTable:
    """
    A published two-way table: what `heading` names, each with its shares of the same `values` (their labels).

    `rows` are empty if there is nothing that may be said, and `note` says why; else what is to be known of it, "" for nothing.
    """

    title: str
    heading: str
    values: tuple[str, ...]
    rows: tuple[SplitRow, ...]
    note: str = ""
    subtitle: str = ""


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """
    Where the own week stands in the published distribution of token use, worked out on this machine: `band` is the own one, `sentence` says it.

    `known` False: nothing is known of the own week, and `band` means nothing.
    """

    week: str
    band: Band
    sentence: str
    known: bool = True


@dataclass(frozen=True, slots=True)
class PublishedWeek:
    """
    A week as the board published it, for good: a headline, figures (label, value, note), tables one-way and two-way, what they cannot say.

    `own` and `cards` are known on this machine only: the own place, and the own cards of that week that a digest may take.
    """

    week: str
    title: str
    headline: str
    figures: tuple[tuple[str, str, str], ...]
    tables: tuple[Table, ...]
    small_print: str
    own: OwnPlace | None
    splits: tuple[SplitTable, ...] = ()
    cards: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """One request that ever left: `words` what it was, `inside` what a sealed body held, `size` in bytes, `status` None without an answer."""

    number: int
    at: datetime
    method: str
    url: str
    words: str
    inside: str
    size: int
    status: int | None


@dataclass(frozen=True, slots=True)
class TeamView:
    """
    All of the Team page. `team` None: this machine belongs to none, and the rest is empty, save what left earlier.

    `feed` newest week first, within a week in an order that means nothing; `published` newest first. `asked_at`: when the board was last
    asked for both, None if never. `left` newest first, the last 200 of `left_count`.
    """

    taken_at: datetime
    team: TeamFacts | None = None
    week: WeekToShare | None = None
    sendings: tuple[Sending, ...] = ()
    feed: tuple[FeedCard, ...] = ()
    unread: int = 0
    published: tuple[PublishedWeek, ...] = ()
    asked_at: datetime | None = None
    left: tuple[Left, ...] = ()
    left_count: int = 0


@dataclass(frozen=True, slots=True)
class CardWish:
    """A card that is to leave with these texts (tried, worked, learned, next), as the person saw them in the preview."""

    card: str
    category: str
    texts: tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class ShareWish:
    """
    What of a week is to leave. `kinds` are those of c1, c2, use and card that the person ticked; a word that is None is worked out from the week.

    `at_once`: now, instead of each at a random time. `remembered` are the kinds that are on for the next weeks: also those of which all was
    handed over before, and which are not in `kinds` again.
    """

    week: str
    kinds: tuple[str, ...]
    adoption: Adoption | None = None
    function: str = ""
    outcome: Result | None = None
    effort: Effort | None = None
    cards: tuple[CardWish, ...] = ()
    at_once: bool = False
    remembered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestWish:
    """
    A published week's digest with own cards in clear beneath, under the own `name`; `post_to` "" (only shown), slack or teams.

    `as_it_is`: the person has seen what was found in the cards' texts and posts them all the same.
    """

    week: str
    cards: tuple[str, ...] = ()
    name: str = ""
    post_to: str = ""
    as_it_is: bool = False
