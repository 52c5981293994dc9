"""Which days of a billing feed to ask for next, so that a history grows backwards and can be stopped at any time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tokentray.core.period import Period

DAY = timedelta(days=1)
OPEN_DAYS = 3  # Providers add to closed buckets for a while; the last three UTC days are read again each time.


@dataclass(frozen=True, slots=True)
class Progress:
    """
    What a feed's cursor says: `settled` are the stretches of whole UTC days that need not be read again, oldest first and apart;
    `read_at` is when the open days were read last, or None.
    """

    settled: tuple[Period, ...] = ()
    read_at: datetime | None = None


def read_cursor(text: str | None) -> Progress:
    """What `cursor_text` wrote; a cursor that is missing or of another kind begins anew."""
    try:
        raw = json.loads(text or "{}")
        settled = tuple(Period(_instant(since), _instant(until)) for since, until in raw.get("settled", ()))
        read_at = raw.get("read_at")
        return Progress(settled, None if read_at is None else _instant(read_at))
    except (ValueError, TypeError, AttributeError):
        return Progress()


def cursor_text(progress: Progress) -> str:
    settled = [[period.start.isoformat(), period.end.isoformat()] for period in progress.settled]
    return json.dumps({"settled": settled, "read_at": progress.read_at and progress.read_at.isoformat()})


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
    return Progress(tuple(merged), progress.read_at)


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


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone")
    return instant.astimezone(UTC)
