"""Everything the Journal page shows, taken at one moment: cards and stretches of work by day, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tokentray.core.journal import (
    FUNCTIONS,
    Card,
    Completions,
    Outcome,
    SearchQuery,
    WorkSession,
    holds,
    link_to,
    new_card_id,
)
from tokentray.core.money import Money, add_up
from tokentray.core.period import Period, day_period, local_day
from tokentray.insights.prices import PriceBook, open_price_book
from tokentray.insights.retry import RetryOffer, retry_offers
from tokentray.insights.search import parse_search
from tokentray.insights.words import short_name
from tokentray.insights.work_sessions import take_sessions
from tokentray.settings.settings import Settings
from tokentray.store.database import History
from tokentray.store.extent import first_day, first_days_of_models
from tokentray.store.journal_table import (
    TagRow,
    all_cards,
    all_retries,
    all_tags,
    functions_used,
    saved_searches,
    search,
    tag_colours,
    tags_of_project,
)

SHOWN = timedelta(weeks=13)
NEAR = timedelta(days=3)
MOMENT = timedelta(milliseconds=1)
PROPOSED_TAGS = 5
TAGS_OF_PROJECT = 3


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
    that try it again: together they read as one story. `models` are the card's own, or those of its stretches. `lost` is how many of its links
    lead to nothing that this history knows (another machine's work): `tokens` and `cost` are without them.
    """

    card: Card
    day: date
    sessions: tuple[WorkSession, ...] = ()
    tokens: int | None = None
    cost: tuple[Money, ...] = ()
    models: tuple[str, ...] = ()
    before: Card | None = None
    after: tuple[Card, ...] = ()
    lost: int = 0


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


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    What the quick card proposes: a stretch of work, and a card that speaks of it.

    `session` None: nothing was used lately, and the card is for use that no log knows. `sessions` are others it could be for, those that
    a log knows first, newest first. `zone` is that of the person's days.
    """

    session: WorkSession | None
    card: Card
    sessions: tuple[WorkSession, ...]
    completions: Completions
    zone: str = "UTC"


def take_journal(history: History, settings: Settings, now: datetime, zone: str, choice: JournalChoice) -> JournalView:
    """What was chosen, at this moment. Not to be called in a transaction: a writer makes stale runs of use again."""
    book = open_price_book(history, settings.own_prices)
    found = parse_search(choice.text)
    today = local_day(now, zone)
    everything = all_cards(history)
    known = _first_known(history, everything, zone)
    since, until = _days(choice, found.query, today, known)
    query = replace(found.query, since=since, until=until)
    wanted = set(search(history, query, zone))
    cards = [card for card in everything if card.id in wanted]
    only_cards = _is_of_cards(query)
    period = day_period(since, until, zone)
    apart = cards if only_cards else [card for card in cards if _reaches_out(card, period)]
    sessions = sessions_of_cards(history, settings, book, apart)
    if not only_cards:
        sessions = _with_those_of_days(history, settings, book, sessions, period)
    rows = _rows(cards, everything, sessions, zone)
    tags = all_tags(history)
    week = _week(history, settings, book, today, zone)
    unexplained = [session for session in sessions if not only_cards and _is_shown(session, query, since, until, zone)]
    by_tag, by_function, by_outcome = _statistics([row for row in rows if not row.card.draft], tags)
    return JournalView(
        choice=choice,
        taken_at=now,
        zone=zone,
        since=since,
        until=until,
        earlier=known is not None and known < since,
        days=_by_day(rows, unexplained, zone),
        cards=len(rows),
        problems=found.problems,
        week_tokens=tokens_of(week),
        unexplained_percent=unexplained_percent(week),
        by_tag=by_tag,
        by_function=by_function,
        by_outcome=by_outcome,
        tags=tuple(tags),
        functions=functions(history, settings),
        retries=tuple(_retries(history, everything, rows, zone)),
        searches=tuple(saved_searches(history)),
        projects=tuple(sorted({session.project for session in sessions if session.project})),
    )


def take_proposal(history: History, settings: Settings, now: datetime, zone: str) -> Proposal:
    """
    The newest stretch of the last two days that no card speaks of, with a card for it; a draft that was left there is taken up again.

    Not to be called in a transaction.
    """
    book = open_price_book(history, settings.own_prices)
    today = local_day(now, zone)
    since = day_period(today - timedelta(days=1), today, zone).start
    near = take_sessions(history, since, now + MOMENT, settings.pause_minutes, book)
    drafts = {card.id: card for card in all_cards(history) if card.draft and card.follows is None}
    # What only a bill knows of is more likely a program's than a person's.
    newest = sorted(near, key=lambda session: (session.grain == "response", session.end, session.start), reverse=True)
    session = next((session for session in newest if drafts.keys() >= set(session.cards)), None)
    left = [card for card in drafts.values() if (card.id in session.cards if session else card.day == today)]
    card = left[0] if left else propose_card(history, session, now, zone)
    others = tuple(other for other in newest if other is not session)
    return Proposal(session, card, others, completions(history, settings), zone)


def propose_card(history: History, session: WorkSession | None, now: datetime, zone: str) -> Card:
    """A draft for a stretch of work: linked, with its models, and with tags after what was used last on its project; without one for today's date."""
    if session is None:
        return Card(new_card_id(), now, now, day=local_day(now, zone), draft=True)
    return Card(
        new_card_id(),
        now,
        now,
        function=next(iter(functions_used(history)), ""),
        tags=propose_tags(history, session),
        links=(link_to(session),),
        models=session.models,
        draft=True,
    )


def propose_tags(history: History, session: WorkSession) -> tuple[str, ...]:
    """What cards of this project were tagged with last, then the project and the agents; five at most."""
    used = tags_of_project(history, session.project, TAGS_OF_PROJECT) if session.project else []
    tags: dict[str, str] = {}
    for tag in (*used, short_name(session.project or ""), *session.agents):
        if tag:
            tags.setdefault(tag.lower(), tag)
    return tuple(tags.values())[:PROPOSED_TAGS]


def with_models(history: History, settings: Settings, card: Card) -> Card:
    """
    The card with the models of the stretches it speaks of, as it is to be saved: a failed experiment remembers what it was tried with.

    Without any known stretch it keeps what it has. Not to be called in a transaction.
    """
    if not card.links:
        return card
    book = open_price_book(history, settings.own_prices)
    near = [
        session
        for link in card.links
        for session in take_sessions(history, link.anchor, link.anchor + MOMENT, settings.pause_minutes, book)
        if holds(session, link)
    ]
    models = tuple(dict.fromkeys(model for session in near for model in session.models))
    return replace(card, models=models) if models else card


def completions(history: History, settings: Settings) -> Completions:
    """What the fields of a card offer."""
    tags = tuple(tag.name for tag in all_tags(history))
    return Completions(tags, functions(history, settings), tuple(sorted(tag_colours(history).items())))


def functions(history: History, settings: Settings) -> tuple[str, ...]:
    """Functions of work: those that cards name, most used first, then those of the settings, or else the ones offered to everybody."""
    return tuple(dict.fromkeys((*functions_used(history), *(settings.functions or FUNCTIONS))))


def sessions_of_cards(
    history: History, settings: Settings, book: PriceBook, cards: Iterable[Card]
) -> list[WorkSession]:
    """The stretches that these cards speak of, by their start, whenever they were. Not to be called in a transaction."""
    wanted = {card.id: card for card in cards}
    found: dict[str, WorkSession] = {}
    for first, last in _clusters(sorted(link.anchor for card in wanted.values() for link in card.links)):
        near = take_sessions(history, first, last + MOMENT, settings.pause_minutes, book)
        found |= {session.id: session for session in near if not wanted.keys().isdisjoint(session.cards)}
    return sorted(found.values(), key=lambda session: (session.start, session.id))


def card_rows(
    history: History, settings: Settings, cards: Iterable[Card], sessions: Iterable[WorkSession], zone: str
) -> list[CardRow]:
    """Cards with those of the stretches that they speak of; `sessions` know their cards."""
    return _rows(cards, all_cards(history), sessions, zone)


def card_day(card: Card, zone: str) -> date:
    """Where a card stands in the journal: on its own date, else where its first link holds, else where it was made."""
    if card.day is not None:
        return card.day
    return local_day(card.links[0].anchor if card.links else card.created_at, zone)


def tokens_of(sessions: Iterable[WorkSession]) -> int | None:
    """All tokens of some stretches; None if nobody said any."""
    totals = [session.tokens.total for session in sessions]
    known = [total for total in totals if total is not None]
    return sum(known) if known else None


def cost_of(sessions: Iterable[WorkSession]) -> tuple[Money, ...]:
    """All costs of some stretches, by currency and kind; empty if no price is known."""
    return tuple(add_up([money for session in sessions for money in session.cost]))


def unexplained_percent(sessions: Sequence[WorkSession]) -> int | None:
    """The part of these stretches' tokens that no card speaks of; None if there are none."""
    total = tokens_of(sessions)
    if not total:
        return None
    return round((tokens_of(session for session in sessions if not session.cards) or 0) * 100 / total)


def spellings(tags: Iterable[TagRow]) -> dict[str, str]:
    """How a tag is spelled most often, by its small letters: in other letters it is the same one."""
    spelled: dict[str, str] = {}
    for tag in tags:
        spelled.setdefault(tag.name.lower(), tag.name)
    return spelled


def _clusters(instants: list[datetime]) -> list[tuple[datetime, datetime]]:
    """First and last of those that lie near each other: what lies between few days is quicker read at once."""
    clusters: list[tuple[datetime, datetime]] = []
    for instant in instants:
        if clusters and instant - clusters[-1][1] <= NEAR:
            clusters[-1] = (clusters[-1][0], instant)
        else:
            clusters.append((instant, instant))
    return clusters


def _first_known(history: History, cards: Iterable[Card], zone: str) -> date | None:
    used = first_day(history)
    return min([*(card_day(card, zone) for card in cards), *([used] if used else [])], default=None)


def _days(choice: JournalChoice, query: SearchQuery, today: date, known: date | None) -> tuple[date, date]:
    until = min(day for day in (choice.until, query.until, date.max) if day is not None)
    until = max(today, known or today) if until == date.max else until
    asked = [day for day in (choice.since, query.since) if day is not None]
    if asked:
        return min(max(asked), until), until
    if replace(query, until=None) != SearchQuery():
        return min(known or until, until), until
    return until - SHOWN, until


def _reaches_out(card: Card, period: Period) -> bool:
    return any(not period.start <= link.anchor < period.end for link in card.links)


def _with_those_of_days(
    history: History, settings: Settings, book: PriceBook, sessions: Iterable[WorkSession], period: Period
) -> list[WorkSession]:
    found = {session.id: session for session in sessions}
    for session in take_sessions(history, period.start, period.end, settings.pause_minutes, book):
        found[session.id] = session
    return sorted(found.values(), key=lambda session: (session.start, session.id))


def _rows(
    cards: Iterable[Card], everything: Iterable[Card], sessions: Iterable[WorkSession], zone: str
) -> list[CardRow]:
    of_card: dict[str, list[WorkSession]] = {}
    for session in sessions:
        for card_id in session.cards:
            of_card.setdefault(card_id, []).append(session)
    by_id = {card.id: card for card in everything}
    followers: dict[str, list[Card]] = {}
    for card in by_id.values():
        if card.follows is not None:
            followers.setdefault(card.follows, []).append(card)
    return [
        _row(card, of_card.get(card.id, []), by_id.get(card.follows or ""), followers.get(card.id, []), zone)
        for card in cards
    ]


def _row(card: Card, sessions: list[WorkSession], before: Card | None, after: list[Card], zone: str) -> CardRow:
    return CardRow(
        card=card,
        day=card_day(card, zone),
        sessions=tuple(sessions),
        tokens=tokens_of(sessions),
        cost=cost_of(sessions),
        models=card.models or tuple(dict.fromkeys(model for session in sessions for model in session.models)),
        before=before,
        after=tuple(sorted(after, key=lambda card: card.created_at)),
        lost=sum(not any(one.start <= link.anchor <= one.end for one in sessions) for link in card.links),
    )


def _week(history: History, settings: Settings, book: PriceBook, today: date, zone: str) -> list[WorkSession]:
    """The stretches that began this week, as the person's weeks begin."""
    first = today - timedelta(days=(today.weekday() - settings.first_weekday) % 7)
    period = day_period(first, today, zone)
    found = take_sessions(history, period.start, period.end, settings.pause_minutes, book)
    return [session for session in found if session.start >= period.start]


def _is_of_cards(query: SearchQuery) -> bool:
    """Whether something is searched for that only cards have."""
    parts = (query.words, query.tags, query.outcomes, query.levels, query.functions)
    return any(parts) or query.draft is not None


def _is_shown(session: WorkSession, query: SearchQuery, since: date, until: date, zone: str) -> bool:
    if session.cards or not since <= local_day(session.start, zone) <= until:
        return False
    return _is_of(query.models, session.models) and _is_of(query.projects, (session.project or "",))


def _is_of(wanted: tuple[str, ...], names: tuple[str, ...]) -> bool:
    return not wanted or any(part.lower() in name.lower() for part in wanted for name in names)


def _by_day(rows: Iterable[CardRow], unexplained: Iterable[WorkSession], zone: str) -> tuple[JournalDay, ...]:
    cards: dict[date, list[CardRow]] = {}
    for row in rows:
        cards.setdefault(row.day, []).append(row)
    sessions: dict[date, list[WorkSession]] = {}
    for session in unexplained:
        sessions.setdefault(local_day(session.start, zone), []).append(session)
    return tuple(
        JournalDay(
            day,
            tuple(sorted(cards.get(day, []), key=_moment, reverse=True)),
            tuple(sorted(sessions.get(day, []), key=lambda session: (session.start, session.id), reverse=True)),
        )
        for day in sorted(cards.keys() | sessions.keys(), reverse=True)
    )


def _moment(row: CardRow) -> tuple[datetime, datetime, str]:
    at = row.card.links[0].anchor if row.card.links else row.card.created_at
    return (at, row.card.created_at, row.card.id)


def _statistics(
    rows: list[CardRow], tags: Iterable[TagRow]
) -> tuple[tuple[JournalSum, ...], tuple[JournalSum, ...], tuple[JournalSum, ...]]:
    spelled = spellings(tags)

    def tags_of(card: Card) -> tuple[str, ...]:
        return tuple(dict.fromkeys(spelled[tag.lower()] for tag in card.tags)) or ("",)

    def by_count(one: JournalSum) -> tuple[int, str]:
        return (-one.cards, one.name)

    by_tag = sorted(_sums(rows, tags_of), key=by_count)
    functions_of = sorted(_sums(rows, lambda card: (card.function,)), key=by_count)
    order = [*Outcome, ""]
    outcomes = sorted(_sums(rows, lambda card: (card.outcome or "",)), key=lambda one: order.index(one.name))
    return tuple(by_tag), tuple(functions_of), tuple(outcomes)


def _sums(rows: Iterable[CardRow], names: Callable[[Card], tuple[str, ...]]) -> list[JournalSum]:
    grouped: dict[str, list[CardRow]] = {}
    for row in rows:
        for name in names(row.card):
            grouped.setdefault(str(name), []).append(row)
    return [_sum(name, of_name) for name, of_name in grouped.items()]


def _sum(name: str, rows: list[CardRow]) -> JournalSum:
    sessions = {(session.id, session.grain): session for row in rows for session in row.sessions}
    efforts = [row.card.effort_minutes for row in rows if row.card.effort_minutes is not None]
    return JournalSum(
        name=name,
        cards=len(rows),
        sessions=len(sessions),
        tokens=tokens_of(sessions.values()),
        cost=cost_of(sessions.values()),
        effort_minutes=sum(efforts) if efforts else None,
        unknown=sum(row.tokens is None for row in rows),
    )


def _retries(history: History, everything: Iterable[Card], rows: Iterable[CardRow], zone: str) -> list[RetryOffer]:
    models = {row.card.id: row.models for row in rows}
    cards = [(card, card_day(card, zone), models.get(card.id, card.models)) for card in everything]
    return retry_offers(cards, first_days_of_models(history), all_retries(history))
