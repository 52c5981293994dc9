"""Adds up what was used by stretch of work and by tag, each token once in the headline."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

from tokentray.core.journal import Card, WorkSession
from tokentray.core.period import day_period
from tokentray.insights import overlap
from tokentray.insights.journal import card_day, spellings
from tokentray.insights.prices import PriceBook
from tokentray.insights.sums import Answer, Builder, Keys, add_part, total_of
from tokentray.insights.work_sessions import take_stretches
from tokentray.store.bucket_sums import billed_costs
from tokentray.store.database import History
from tokentray.store.journal_table import all_tags, cards_between, cards_of
from tokentray.store.question import Question
from tokentray.store.totals import UseKind, answer_apart
from tokentray.store.work_table import Run

WORK, TAG = "work", "tag"
DAY = timedelta(days=1)

# What is asked of a usage: the stretch it belongs to (None: of none, or nobody asks), and its tags.
Label = tuple[str | None, tuple[str, ...]]
NEITHER: Label = (None, ())
At = Callable[[int], Label]


def is_of_work(question: Question) -> bool:
    """Whether a question asks for stretches of work or tags, which the sums by slot and day do not know."""
    return question.tag is not None or WORK in question.by or TAG in question.by


def add_up_work(history: History, question: Question, book: PriceBook, pause_minutes: int) -> Answer:
    """
    As `add_up`, for questions with the keys "work" and "tag", or about one tag.

    A tag has the use of the stretches that cards with it speak of; with several tags, a stretch is in the rows of each, and in the headline
    once. A tag of which all cards stand on mere dates has a row of which nothing is known. What nothing was said of, and what is billed by
    the day, has neither stretch nor tag. Drafts say nothing. Not to be called in a transaction.
    """
    asked = replace(question, by=(*(key for key in question.by if key not in (WORK, TAG)), "day"), tag=None)
    period = day_period(question.since, question.until, question.zone)
    # Buckets of whole UTC days reach beyond the local ones.
    held = take_stretches(history, period.start - DAY, period.end + DAY, pause_minutes, book)
    tags = _tags(history, (session for session, _ in held))
    by_work = WORK in question.by
    labels = [((session.id if by_work else None, tags.get(session.id, ())), runs) for session, runs in held]
    parts = answer_apart(history, asked, _finder(labels))
    costs = billed_costs(history, asked)
    places = [(part.keys[-1], overlap.family(part.model)) for _, part in parts]
    taken = overlap.taken_origins(
        (place, part.origin, total_of(part.counts)) for place, (_, part) in zip(places, parts, strict=True)
    )
    billed_days = {(cost.account, cost.keys[-1]) for cost in costs}
    builder = Builder(len(question.by), "origin" in question.by)
    left_out = False
    for place, ((work, own), part) in zip(places, parts, strict=True):
        if question.tag is not None:
            own = tuple(tag for tag in own if tag.lower() == question.tag.lower())
        if question.tag is None or own:
            counted = taken[place] == part.origin
            left_out = left_out or not counted
            rows = _keys(question, part.keys, work, own)
            add_part(
                builder.sums(rows[0], part.origin, counted, *rows[1:]),
                part,
                book,
                (part.account, part.keys[-1]) in billed_days,
            )
    if question.tag is None:
        for cost in costs:
            counted = taken.get((cost.keys[-1], overlap.family(cost.model)), cost.origin) == cost.origin
            for total in builder.sums(_keys(question, cost.keys, None, ())[0], cost.origin, counted):
                total.add_money(cost.money)
    for keys in _unknown(history, question):
        builder.row(keys)
    return builder.answer(left_out)


def _finder(labels: Iterable[tuple[Label, list[Run]]]) -> Callable[[UseKind], At]:
    """The label of a usage, by its kind and start; the labels are those of whole stretches."""
    by_kind: dict[UseKind, list[tuple[int, int, Label]]] = {}
    for label, runs in labels:
        for run in runs:
            kind = UseKind(run.account, run.project, run.model, run.tier, run.band, run.span)
            by_kind.setdefault(kind, []).append((run.start, run.end, label))
    for stretches in by_kind.values():
        stretches.sort(key=lambda one: one[0])

    def apart(kind: UseKind) -> At:
        stretches = by_kind.get(kind, [])
        starts = [start for start, _, _ in stretches]

        def at(start: int) -> Label:
            place = bisect_right(starts, start) - 1
            return stretches[place][2] if place >= 0 and start <= stretches[place][1] else NEITHER

        return at

    return apart


def _tags(history: History, sessions: Iterable[WorkSession]) -> dict[str, tuple[str, ...]]:
    """What the cards of each stretch are tagged with, by its id; words in other letters are one tag."""
    cards_by_session = {session.id: session.cards for session in sessions if session.cards}
    wanted = {card for cards in cards_by_session.values() for card in cards}
    cards = {card.id: card for card in cards_of(history, sorted(wanted)) if not card.draft}
    spelled = spellings(all_tags(history))
    found: dict[str, tuple[str, ...]] = {}
    for session, ids in cards_by_session.items():
        tags = {spelled[tag.lower()] for card in ids if card in cards for tag in cards[card].tags}
        found[session] = tuple(sorted(tags))
    return found


def _keys(question: Question, keys: Keys, work: str | None, tags: Iterable[str]) -> list[Keys]:
    """All rows' keys, in the question's order; `keys` are those that are neither work nor tag, then the day."""
    rows = []
    own: tuple[str | None, ...] = (*tags,) or (None,)
    for tag in own if TAG in question.by else (None,):
        others = iter(keys)
        told = {WORK: work, TAG: tag}
        rows.append(tuple(told[key] if key in told else next(others) for key in question.by))
    return rows


def _unknown(history: History, question: Question) -> Iterable[Keys]:
    """Rows for the tags of cards with a mere date: of their use nothing is known."""
    narrowed = (question.account, question.source, question.model, question.project)
    if TAG not in question.by or not {TAG, "day", "week", "month"}.issuperset(question.by) or any(narrowed):
        return
    spelled = spellings(all_tags(history))
    for card in cards_between(history, question.since, question.until, question.zone):
        if not card.draft and not card.links:
            for tag in card.tags:
                if question.tag is None or tag.lower() == question.tag.lower():
                    name = spelled[tag.lower()]
                    yield tuple(name if key == TAG else _time(card, key, question.zone) for key in question.by)


def _time(card: Card, key: str, zone: str) -> str:
    day = card_day(card, zone)
    if key == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    return day.isoformat() if key == "day" else day.isoformat()[:7]
