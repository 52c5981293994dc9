"""Stretches of work, found from the runs of all sources together and from what was cut and joined by hand."""

from __future__ import annotations

import gc
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tokentray.core.journal import Link, WorkEdit, WorkSession
from tokentray.core.usage import Tokens
from tokentray.insights.overlap import family
from tokentray.insights.prices import PriceBook, in_usd, worth
from tokentray.insights.sums import total_of
from tokentray.store.database import History
from tokentray.store.usage_table import instant_of, milliseconds
from tokentray.store.work_table import Run, fresh_runs, links_between, runs_between, runs_within, work_edits

# Runs are cut at five minutes; beyond a day, stretches would never end.
LEAST_PAUSE_MINUTES, MOST_PAUSE_MINUTES = 5, 1440
HOUR_MS = 3_600_000
MINUTE = timedelta(minutes=1)
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(9998, 1, 1, tzinfo=UTC)
HANDLE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)Z/(.*)", re.DOTALL)

Links = Iterable[tuple[str, Link]]


@dataclass(slots=True)
class _Stretch:
    """A stretch in the making; `start` and `end` in milliseconds, `absorbed` are the parts of a bill that may be the same tokens."""

    project: str | None
    parts: list[Run]
    start: int
    end: int
    absorbed: list[Run] = field(default_factory=list)

    def families(self) -> set[str]:
        return {family(part.model) for part in self.parts}


def take_sessions(
    history: History, since: datetime | None, until: datetime | None, pause_minutes: int, book: PriceBook
) -> list[WorkSession]:
    """
    The stretches of work that touch [since, until), whole, by their start; None: without an end. With the cards that speak of them.

    A writer makes stale runs again first, so it is not to be called in a transaction.
    """
    return [session for session, _ in take_stretches(history, since, until, pause_minutes, book)]


def take_stretches(
    history: History, since: datetime | None, until: datetime | None, pause_minutes: int, book: PriceBook
) -> list[tuple[WorkSession, list[Run]]]:
    """As `take_sessions`, with the runs each was made of, and those of a bill that are only told of beside it."""
    since, until = max(since or FIRST, FIRST), min(until or LAST, LAST)
    pause = timedelta(milliseconds=_pause_ms(pause_minutes))
    edits = work_edits(history)
    reach = timedelta(days=1)
    while True:
        start, end = _window(since, until, reach, edits)
        if not history.read_only and not history.db.in_transaction:
            fresh_runs(history, start.date() - timedelta(days=1), end.date())
        with _uncollected():
            runs = _cut(history, runs_between(history, start, end), edits)
            found = stretches_of(runs, edits, pause_minutes, book, links_between(history, start, end))
        wanted = [held for held in found if _touches(held[0], since, until)]
        # What lies before and after the runs that were read might go on with the first or the last stretch.
        if all(
            (session.start - pause > start or start == FIRST) and (session.end + pause < end or end == LAST)
            for session, _ in wanted
        ):
            return wanted
        reach *= 4


def work_sessions(
    runs: Iterable[Run], edits: Sequence[WorkEdit], pause_minutes: int, book: PriceBook, links: Links = ()
) -> list[WorkSession]:
    """
    The stretches that runs make, by their start: use of one project, of whatever accounts, without a pause longer than that.

    `runs` are in order of their start, and cut where the person cut: pure, and the same however the use came in. Buckets of a bill that
    overlap a stretch with such a model are only told of beside it; the others make stretches that are as fine as they are. Days' buckets
    make none. `links` name the cards that hold the stretches.
    """
    return [session for session, _ in stretches_of(runs, edits, pause_minutes, book, links)]


def stretches_of(
    runs: Iterable[Run], edits: Sequence[WorkEdit], pause_minutes: int, book: PriceBook, links: Links = ()
) -> list[tuple[WorkSession, list[Run]]]:
    """As `work_sessions`, with the runs each was made of, and those of a bill that are only told of beside it."""
    pause = _pause_ms(pause_minutes)
    fine, coarse = _sorted_out(runs)
    logged = _edited(_natural(fine, pause), edits)
    left = _absorb(coarse, logged)
    billed = _edited(_natural(left, pause), edits)
    cards = _cards(logged, billed, links)
    found = [(stretch, "response") for stretch in logged] + [(stretch, _grain(stretch)) for stretch in billed]
    found.sort(key=lambda one: (one[0].start, one[0].project or "", one[1], one[0].end))
    twice = _twice([stretch for stretch, _ in found])
    made = []
    for stretch, grain in found:
        exactly = (stretch.start // 60_000, stretch.project) in twice
        session = _session(stretch, grain, book, cards.get(id(stretch), ()), exactly)
        made.append((session, stretch.parts + stretch.absorbed if stretch.absorbed else stretch.parts))
    return made


def session_of(history: History, handle: str, pause_minutes: int, book: PriceBook) -> WorkSession | None:
    """The stretch that a handle names ("2026-11-20T14:05Z/alpha", of whenever it is); None if there is none any more."""
    told = HANDLE.fullmatch(handle)
    if told is None:
        return None
    at, project = datetime.fromisoformat(told[1] + "+00:00"), told[2] or None
    # A handle names the minute in which the stretch began when it was made.
    width = MINUTE if at.second == at.microsecond == 0 else timedelta(milliseconds=1)
    near = take_sessions(history, at, at + width, pause_minutes, book)
    mine = [session for session in near if session.project == project]
    return next((session for session in mine if session.id == handle), mine[0] if mine else None)


def earlier_and_later(
    session: WorkSession, others: Iterable[WorkSession]
) -> tuple[WorkSession | None, WorkSession | None]:
    """The neighbours with which a stretch can be joined: of the same project and grain, the one before and the one after."""
    alike = sorted(
        (other for other in others if (other.project, other.grain) == (session.project, session.grain)),
        key=lambda other: other.start,
    )
    before = [other for other in alike if other.start < session.start]
    after = [other for other in alike if other.start > session.start]
    return (before[-1] if before else None, after[0] if after else None)


def split_at(session: WorkSession, at: datetime) -> WorkEdit:
    """
    Cuts a stretch; `at` begins the later part.

    Raises:
        ValueError: it does not lie inside.
    """
    if not session.start < at <= session.end:
        raise ValueError("a session is cut between its start and its end")
    return WorkEdit("split", session.project, at)


def join(one: WorkSession, other: WorkSession) -> WorkEdit:
    """
    Makes one stretch of two, and of what lies between them.

    Raises:
        ValueError: they are of different projects, or one is only as fine as a bill.
    """
    if (one.project, one.grain) != (other.project, other.grain):
        raise ValueError("only sessions of one project can be joined")
    first, last = sorted((one, other), key=lambda session: session.start)
    return WorkEdit("join", one.project, first.start, last.start)


def _pause_ms(pause_minutes: int) -> int:
    return min(max(pause_minutes, LEAST_PAUSE_MINUTES), MOST_PAUSE_MINUTES) * 60_000


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing that is made here has cycles, and the collector would go through all of it again and again: a third of the time for five years."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _touches(session: WorkSession, since: datetime, until: datetime) -> bool:
    # A response's instant belongs to its stretch, the end of a bucket does not.
    return session.start < until and (session.end >= since if session.grain == "response" else session.end > since)


def _window(since: datetime, until: datetime, reach: timedelta, edits: Iterable[WorkEdit]) -> tuple[datetime, datetime]:
    """So far around, and with all that was joined to something inside."""
    start = since - reach if since - FIRST > reach else FIRST
    end = until + reach if LAST - until > reach else LAST
    joins = [(edit.at, edit.until) for edit in edits if edit.until is not None]
    widened = True
    while widened:
        widened = False
        for at, last in joins:
            if at < end and last > start and (at <= start or last >= end):
                start, end = min(start, at - reach), max(end, last + reach)
                widened = True
    return max(start, FIRST), min(end, LAST)


def _cut(history: History, runs: list[Run], edits: Iterable[WorkEdit]) -> list[Run]:
    """Runs inside of which the person cut, as what lies before and after; read again from the single responses."""
    cuts: dict[str | None, list[int]] = {}
    for edit in edits:
        if edit.kind == "split":
            cuts.setdefault(edit.project, []).append(milliseconds(edit.at))
    if not cuts:
        return runs
    whole: list[Run] = []
    torn: dict[tuple[int, int, str | None, str, int], list[int]] = {}
    for run in runs:
        inside = [at for at in cuts.get(run.project, ()) if run.start < at <= run.end and run.span < 3600]
        if inside:
            torn[run.start, run.end, run.project, run.account, run.span] = sorted(set(inside))
        else:
            whole.append(run)
    for (start, end, project, account, span), inside in torn.items():
        for first, last in zip([start, *inside], [*inside, end + 1], strict=True):
            parts = runs_within(history, instant_of(first), instant_of(last))
            whole += [part for part in parts if (part.project, part.account, part.span) == (project, account, span)]
    whole.sort(key=lambda run: run.start)
    return whole


def _sorted_out(runs: Iterable[Run]) -> tuple[dict[str | None, list[Run]], dict[str | None, list[Run]]]:
    """By project: what the agents' logs say, and what only a bill (or another tool) says."""
    fine: dict[str | None, list[Run]] = {}
    coarse: dict[str | None, list[Run]] = {}
    for run in runs:
        kind = fine if run.span < 3600 and run.origin == "logged" else coarse
        of_project = kind.get(run.project)
        if of_project is None:
            kind[run.project] = [run]
        else:
            of_project.append(run)
    return fine, coarse


def _natural(by_project: dict[str | None, list[Run]], pause: int) -> dict[str | None, list[_Stretch]]:
    """By project: stretches as the pauses make them."""
    found: dict[str | None, list[_Stretch]] = {}
    for project, parts in by_project.items():
        stretches: list[_Stretch] = []
        current: _Stretch | None = None
        for part in parts:
            if current is None or part.start - current.end > pause:
                current = _Stretch(project, [part], part.start, part.end)
                stretches.append(current)
            else:
                current.parts.append(part)
                if part.end > current.end:
                    current.end = part.end
        found[project] = stretches
    return found


def _edited(natural: dict[str | None, list[_Stretch]], edits: Iterable[WorkEdit]) -> list[_Stretch]:
    for edit in edits:
        stretches = natural.get(edit.project)
        if stretches:
            place = _place(stretches, milliseconds(edit.at))
            if edit.until is not None:
                _join(stretches, place, _place(stretches, milliseconds(edit.until)))
            elif place is not None:
                _split(stretches, place, milliseconds(edit.at))
    return [stretch for stretches in natural.values() for stretch in stretches]


def _place(stretches: list[_Stretch], at: int) -> int | None:
    """Which one contains an instant."""
    place = bisect_right(stretches, at, key=lambda stretch: stretch.start) - 1
    return place if place >= 0 and at <= stretches[place].end else None


def _split(stretches: list[_Stretch], place: int, at: int) -> None:
    whole = stretches[place]
    before = [part for part in whole.parts if part.start < at]
    after = [part for part in whole.parts if part.start >= at]
    if before and after:
        stretches[place : place + 1] = [_stretch(whole.project, before), _stretch(whole.project, after)]


def _join(stretches: list[_Stretch], one: int | None, other: int | None) -> None:
    if one is not None and other is not None and one != other:
        first, last = min(one, other), max(one, other)
        parts = [part for stretch in stretches[first : last + 1] for part in stretch.parts]
        stretches[first : last + 1] = [_stretch(stretches[first].project, parts)]


def _stretch(project: str | None, parts: list[Run]) -> _Stretch:
    return _Stretch(project, parts, parts[0].start, max(part.end for part in parts))


def _absorb(coarse: dict[str | None, list[Run]], logged: Iterable[_Stretch]) -> dict[str | None, list[Run]]:
    """Gives each bucket that overlaps a stretch with such a model to that one, and gives back the others."""
    if not coarse:
        return coarse
    by_hour: dict[int, list[_Stretch]] = {}
    for stretch in logged:
        for hour in range(stretch.start // HOUR_MS, stretch.end // HOUR_MS + 1):
            by_hour.setdefault(hour, []).append(stretch)
    families: dict[int, set[str]] = {}
    left: dict[str | None, list[Run]] = {}
    for project, parts in coarse.items():
        for part in parts:
            first, last = part.start // HOUR_MS, (part.end - 1) // HOUR_MS
            near = by_hour.get(first, []) if first == last else _of_hours(by_hour, first, last)
            same = [stretch for stretch in near if _may_be_same(part, stretch, families)]
            if same:
                max(same, key=lambda stretch: _nearness(part, stretch)).absorbed.append(part)
            else:
                left.setdefault(project, []).append(part)
    return left


def _of_hours(by_hour: dict[int, list[_Stretch]], first: int, last: int) -> list[_Stretch]:
    return list({id(one): one for hour in range(first, last + 1) for one in by_hour.get(hour, ())}.values())


def _may_be_same(part: Run, stretch: _Stretch, families: dict[int, set[str]]) -> bool:
    """Whether a bucket may speak of the same tokens: of the same time, and of the same model as far as both say."""
    if not (stretch.start < part.end and stretch.end >= part.start):
        return False
    held = families.get(id(stretch))
    if held is None:
        held = families[id(stretch)] = stretch.families()
    name = family(part.model)
    return name in held or not name or "" in held


def _nearness(part: Run, stretch: _Stretch) -> tuple[bool, int, int, str]:
    common = min(part.end, stretch.end) - max(part.start, stretch.start)
    return (part.project == stretch.project, common, -stretch.start, stretch.project or "")


def _grain(stretch: _Stretch) -> str:
    return "hour" if any(part.span >= 3600 for part in stretch.parts) else "response"


def _cards(logged: list[_Stretch], billed: list[_Stretch], links: Links) -> dict[int, tuple[str, ...]]:
    """The cards that hold each stretch, by its id()."""
    # A bill of which the log came later is looked for last: the card goes on with the stretch that took it in.
    absorbed = [(part.project, part.start, part.end - 1, stretch) for stretch in logged for part in stretch.absorbed]
    lines = [
        _Line((stretch.project, stretch.start, stretch.end, stretch) for stretch in logged),
        _Line((stretch.project, stretch.start, stretch.end, stretch) for stretch in billed),
        _Line(absorbed),
    ]
    held: dict[int, dict[str, None]] = {}
    for card, link in links:
        at = milliseconds(link.anchor)
        stretch = next((found for line in lines if (found := line.at(link.project, at)) is not None), None)
        if stretch is not None:
            held.setdefault(id(stretch), {})[card] = None
    return {stretch: tuple(sorted(cards)) for stretch, cards in held.items()}


class _Line:
    """Stretches of each project in order, to be found by an instant."""

    def __init__(self, held: Iterable[tuple[str | None, int, int, _Stretch]]) -> None:
        self._by_project: dict[str | None, list[tuple[int, int, _Stretch]]] = {}
        for project, start, end, stretch in held:
            self._by_project.setdefault(project, []).append((start, end, stretch))
        for of_project in self._by_project.values():
            of_project.sort(key=lambda one: (one[0], one[2].start))

    def at(self, project: str | None, at: int) -> _Stretch | None:
        of_project = self._by_project.get(project, [])
        place = bisect_right(of_project, at, key=lambda one: one[0]) - 1
        return of_project[place][2] if place >= 0 and at <= of_project[place][1] else None


def _twice(stretches: Iterable[_Stretch]) -> set[tuple[int, str | None]]:
    """The minutes in which more than one stretch of a project begins: only where the person cut, or a bill is told apart from a log."""
    seen: set[tuple[int, str | None]] = set()
    twice: set[tuple[int, str | None]] = set()
    for stretch in stretches:
        key = (stretch.start // 60_000, stretch.project)
        (twice if key in seen else seen).add(key)
    return twice


def _session(stretch: _Stretch, grain: str, book: PriceBook, cards: tuple[str, ...], exactly: bool) -> WorkSession:
    parts = stretch.parts
    models: dict[str, int] = {}
    accounts: dict[str, str] = {}
    units, priced = 0, False
    for part in parts:
        accounts[part.account] = part.origin
        if part.model is not None:
            models[part.model] = models.get(part.model, 0) + total_of(part.counts)
        value = worth(part.counts, book.price(part.model, part.tier, part.band, part.price_day))
        if value is not None:
            units, priced = units + value, True
    counts = parts[0].counts if len(parts) == 1 else _added(parts)
    start = instant_of(stretch.start)
    return WorkSession(
        id=f"{start.isoformat(timespec='milliseconds' if exactly else 'minutes')[: 23 if exactly else 16]}Z/{stretch.project or ''}",
        project=stretch.project,
        start=start,
        end=instant_of(stretch.end),
        grain=grain,
        accounts=tuple(sorted(accounts)),
        agents=tuple(sorted({name.partition("/")[0] for name, origin in accounts.items() if origin == "logged"})),
        models=tuple(models) if len(models) < 2 else tuple(sorted(models, key=lambda model: (-models[model], model))),
        tokens=Tokens(*counts[:7]),
        requests=counts[7],
        cost=(in_usd(units),) if priced else (),
        also_billed=_also_billed(stretch.absorbed) if stretch.absorbed else None,
        cards=cards,
    )


def _added(parts: Iterable[Run]) -> tuple[int | None, ...]:
    sums: list[int | None] = []
    for column in zip(*[part.counts for part in parts], strict=True):
        if None in column:
            known = [count for count in column if count is not None]
            sums.append(sum(known) if known else None)
        else:
            sums.append(sum(column))
    return tuple(sums)


def _also_billed(parts: Iterable[Run]) -> int | None:
    return Tokens(*_added(parts)[:7]).total
