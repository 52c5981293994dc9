"""Which days of a billing feed to ask for next, so that a history grows backwards and can be stopped at any time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from tokentray.core.batch import Batch, BucketSet
from tokentray.core.errors import SourceError, Unreadable
from tokentray.core.period import Period

if TYPE_CHECKING:
    from tokentray.http_client import Web
    from tokentray.sources.source import Poll

DAY = timedelta(days=1)
NOT_FOR_THIS_ACCOUNT = (400, 403, 404, 410)
OPEN_DAYS = 3  # Providers add to closed buckets for a while; the last three UTC days are read again each time.


@dataclass(frozen=True, slots=True)
class Progress:
    """
    What a feed's cursor says: `settled` are the stretches of whole UTC days that need not be read again, oldest first and apart;
    `read_at` is when the open days were read last, `refused_at` when an optional feed was refused, or None.
    """

    settled: tuple[Period, ...] = ()
    read_at: datetime | None = None
    refused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one window held; `known` is the stretch that is now complete, None if the provider said nothing about it."""

    bucket_sets: tuple[BucketSet, ...]
    known: Period | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """
    One list of buckets of a billing API.

    `read(web, window, now)` gives all of a window or raises. `longest` is the longest window that is read in one step; `reach` how far
    back it makes sense to ask, None: as far as the person wants. The open days are read again when `every` has passed.
    `optional` feeds may be refused to an account: a note then says so.
    """

    name: str
    read: Callable[[Web, Period, datetime], Reading]
    longest: timedelta
    every: timedelta = timedelta()
    reach: timedelta | None = None
    optional: bool = False


Step = tuple[Feed, Period]


def read_feeds(
    feeds: Sequence[Feed], poll: Poll, web: Web, now: datetime, names: Callable[[], Iterable[Batch]]
) -> Iterator[Batch]:
    """
    The open days of all feeds, then `names`, then the days before, newest first.

    A feed whose answer is unreadable does not keep the others from being read; the error is raised at the end. If the first answer of all
    is unreadable, it is raised at once: then the address is wrong.
    """
    progress = {feed.name: read_cursor(None if poll.full else poll.cursors.get(feed.name)) for feed in feeds}
    refused = [feed for feed in feeds if _is_refused(progress[feed.name], now)]
    if refused:
        yield Batch(notes=tuple(refusal_note(feed) for feed in refused), done=0.0)
    feeds = [feed for feed in feeds if feed not in refused]
    present = [(feed, open_days(now)) for feed in feeds if _is_due(feed, progress[feed.name], now)]
    past = [
        (feed, window)
        for feed in feeds
        for window in missing(progress[feed.name], _since(feed, poll, now), now, feed.longest)
    ]
    past.sort(key=lambda step: step[1].end, reverse=True)
    turn = _Turn(web, now, progress, len(present) + len(past))
    yield from turn.take(present)
    yield from names()
    yield from turn.take(past)
    if turn.failure is not None:
        raise turn.failure


class _Turn:
    """One walk through the steps of all feeds, with what went wrong on the way."""

    def __init__(self, web: Web, now: datetime, progress: dict[str, Progress], steps: int) -> None:
        self.failure: Unreadable | None = None
        self._web, self._now, self._progress, self._steps = web, now, progress, steps
        self._taken = 0
        self._given_up: set[str] = set()

    def take(self, steps: Iterable[Step]) -> Iterator[Batch]:
        for feed, window in steps:
            self._taken += 1
            if feed.name in self._given_up:
                continue
            try:
                reading = feed.read(self._web, window, self._now)
            except SourceError as error:
                yield from self._refused(feed, error)
                continue
            yield self._batch(feed, window, reading)

    def _refused(self, feed: Feed, error: SourceError) -> Iterator[Batch]:
        if feed.optional and error.status in NOT_FOR_THIS_ACCOUNT:
            self._given_up.add(feed.name)
            cursor = cursor_text(replace(self._progress[feed.name], refused_at=self._now))
            yield Batch(cursors={feed.name: cursor}, notes=(refusal_note(feed),), done=self._taken / self._steps)
        elif isinstance(error, Unreadable) and self._taken > 1:
            self._given_up.add(feed.name)
            self.failure = self.failure or error
        else:
            raise error

    def _batch(self, feed: Feed, window: Period, reading: Reading) -> Batch:
        progress = self._progress[feed.name]
        is_open = window == open_days(self._now)
        progress = replace(progress, read_at=self._now) if is_open else settle(progress, window)
        self._progress[feed.name] = progress
        known = reading.known
        return Batch(
            bucket_sets=reading.bucket_sets,
            cursors={feed.name: cursor_text(progress)},
            complete={feed.name: (known.start, min(known.end, self._now))} if known else {},
            notes=reading.notes,
            done=self._taken / self._steps,
        )


def refusal_note(feed: Feed) -> str:
    """What the person is told of an optional feed; it is asked for again a day later."""
    return f"The provider does not give “{feed.name.replace('_', ' ')}” to this account."


def _is_refused(progress: Progress, now: datetime) -> bool:
    return progress.refused_at is not None and progress.refused_at <= now < progress.refused_at + DAY


def _is_due(feed: Feed, progress: Progress, now: datetime) -> bool:
    return progress.read_at is None or not progress.read_at <= now < progress.read_at + feed.every


def _since(feed: Feed, poll: Poll, now: datetime) -> datetime:
    return poll.backfill_since if feed.reach is None else max(poll.backfill_since, now - feed.reach)


def read_cursor(text: str | None) -> Progress:
    """What `cursor_text` wrote; a cursor that is missing or of another kind begins anew."""
    try:
        raw = json.loads(text or "{}")
        settled = tuple(Period(_instant(since), _instant(until)) for since, until in raw.get("settled", ()))
        return Progress(settled, _instant_or_none(raw.get("read_at")), _instant_or_none(raw.get("refused_at")))
    except (ValueError, TypeError, AttributeError):
        return Progress()


def cursor_text(progress: Progress) -> str:
    settled = [[period.start.isoformat(), period.end.isoformat()] for period in progress.settled]
    read_at, refused_at = (at and at.isoformat() for at in (progress.read_at, progress.refused_at))
    return json.dumps({"settled": settled, "read_at": read_at, "refused_at": refused_at})


def midnight(instant: datetime) -> datetime:
    """The start of the instant's UTC day."""
    return instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def open_days(now: datetime) -> Period:
    """The last three UTC days, to the end of the present one."""
    today = midnight(now)
    return Period(today - (OPEN_DAYS - 1) * DAY, today + DAY)


def missing(progress: Progress, since: datetime, now: datetime, longest: timedelta) -> list[Period]:
    """The stretches of whole UTC days from `since` to the open days that are not settled, newest first, none longer than `longest`."""
    windows: list[Period] = []
    end = open_days(now).start
    begin = midnight(since)
    for settled in (*reversed(progress.settled), Period(begin, begin)):
        start = max(settled.end, begin)
        while start < end:
            windows.append(Period(max(end - longest, start), end))
            end = windows[-1].start
        end = min(end, settled.start)
    return windows


def settle(progress: Progress, window: Period) -> Progress:
    """With this window settled, too; stretches that touch become one."""
    merged: list[Period] = []
    for period in sorted((*progress.settled, window), key=lambda period: period.start):
        if merged and period.start <= merged[-1].end:
            merged[-1] = Period(merged[-1].start, max(merged[-1].end, period.end))
        else:
            merged.append(period)
    return replace(progress, settled=tuple(merged))


def covered(starts: Iterable[datetime], width: timedelta, window: Period) -> Period | None:
    """
    The stretch that the buckets beginning at `starts` cover without a hole; None if there are none.

    Raises:
        ValueError: a bucket came twice, lies outside the window, or is missing between two others.
    """
    ordered = sorted(starts)
    if not ordered:
        return None
    if ordered[0] < window.start or ordered[-1] >= window.end:
        raise ValueError("a bucket outside the time asked for")
    if any(later - earlier != width for earlier, later in pairwise(ordered)):
        raise ValueError("a bucket twice, or one missing")
    return Period(ordered[0], ordered[-1] + width)


def _instant_or_none(text: str | None) -> datetime | None:
    return None if text is None else _instant(text)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone")
    return instant.astimezone(UTC)
