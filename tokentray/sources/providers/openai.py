"""
OpenAI: what an organisation used and was billed, from its usage and costs API.

Read: /organization/usage/* in hourly buckets, /organization/costs by day, and the names of projects and keys, with an admin key. Described in
OpenAI's public API description 2.3.0 and its Python client 3.54.0, read on 2026-11-20. Odd: input counts include cached ones; a group key of
null means that nobody knows; the first and the last bucket are clipped to the query, so only whole hours and days are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Annotated, TypeVar

import msgspec

from tokentray.core.clock import Clock
from tokentray.core.errors import SourceError, Throttled, Unreachable, Unreadable
from tokentray.core.money import Cost
from tokentray.core.period import Period
from tokentray.core.usage import Meter, Tokens, Usage
from tokentray.http_client import Params, Web, pages
from tokentray.sources.answers import (
    Count,
    Text,
    billed,
    item_id,
    merged_costs,
    merged_meters,
    merged_usages,
    needed,
)
from tokentray.sources.backfill import DAY, Feed, Reading, covered, midnight, open_days, read_feeds
from tokentray.sources.source import Batch, BucketSet, Kind, Poll, Source

HOUR = timedelta(hours=1)
MOST_BUCKETS = {HOUR: 168, DAY: 31}
MOST_COST_DAYS = 180
FOUR_WEEKS = 28 * DAY
RARELY = timedelta(minutes=55)
MOST_PROJECTS = 20
NAMELESS_NOTE = "This key may not read the names of projects and keys; their ids are shown."
# The public description repeats the plain name, OpenAI's own Python client writes brackets; both are in use.
SPELLINGS = ("group_by", "group_by[]")
NORMAL_TIERS = ("default", "auto", "standard", "")

P = TypeVar("P", "UsagePage", "CostPage")
R = TypeVar("R")
UnixSeconds = Annotated[int, msgspec.Meta(ge=1_400_000_000, le=4_000_000_000)]


class Row(msgspec.Struct):
    """A result of any usage endpoint; which counts are there depends on it."""

    input_tokens: Count | None = None
    input_uncached_tokens: Count | None = None
    input_cached_tokens: Count | None = None
    input_cache_write_tokens: Count | None = None
    output_tokens: Count | None = None
    num_model_requests: Count | None = None
    images: Count | None = None
    characters: Count | None = None
    seconds: Count | None = None
    usage_bytes: Count | None = None
    num_sessions: Count | None = None
    num_requests: Count | None = None
    model: Text | None = None
    project_id: Text | None = None
    api_key_id: Text | None = None
    batch: bool | None = None
    service_tier: Text | None = None


class Bucket(msgspec.Struct):
    start_time: UnixSeconds
    results: list[Row]


class UsagePage(msgspec.Struct):
    data: list[Bucket]
    has_more: bool
    next_page: str | None = None


class Amount(msgspec.Struct):
    value: Decimal
    currency: str


class CostRow(msgspec.Struct):
    amount: Amount
    line_item: Text | None = None
    project_id: Text | None = None


class CostBucket(msgspec.Struct):
    start_time: UnixSeconds
    results: list[CostRow]


class CostPage(msgspec.Struct):
    data: list[CostBucket]
    has_more: bool
    next_page: str | None = None


class Named(msgspec.Struct):
    id: Text
    name: Text | None = None
    status: str | None = None


class NamedPage(msgspec.Struct):
    data: list[Named]
    has_more: bool = False
    last_id: str | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One usage endpoint: how it can be grouped, and what its rows are (`tokens`, or a meter's field and unit)."""

    name: str
    groups: tuple[str, ...]
    meter: tuple[str, str] | None = None
    width: timedelta = HOUR


BY_KEY = ("project_id", "api_key_id", "model")
COMPLETIONS = Endpoint("completions", (*BY_KEY, "batch", "service_tier"))
OTHERS = (
    Endpoint("embeddings", BY_KEY),
    Endpoint("moderations", BY_KEY),
    Endpoint("images", BY_KEY, ("images", "images")),
    Endpoint("audio_speeches", BY_KEY, ("characters", "characters")),
    Endpoint("audio_transcriptions", BY_KEY, ("seconds", "seconds")),
    # A level, not a sum: one reading a day says all.
    Endpoint("vector_stores", ("project_id",), ("usage_bytes", "bytes"), DAY),
    Endpoint("code_interpreter_sessions", ("project_id",), ("num_sessions", "sessions")),
    Endpoint("file_search_calls", ("project_id", "api_key_id"), ("num_requests", "calls")),
    Endpoint("web_search_calls", BY_KEY, ("num_requests", "calls")),
)


def authorise(key: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test(web: Web) -> str:
    """
    Asks for today's costs.

    Raises:
        KeyRejected: not an admin key, or one without the right to read usage.
    """
    today = midnight(web.clock.now())
    web.get_json("/organization/costs", [("start_time", _seconds(today)), ("limit", "1")], shape=CostPage)
    return "This key opens the usage and the costs of your organisation."


def fetch(poll: Poll, web: Web, clock: Clock) -> Iterator[Batch]:
    """The last three UTC days first, then what is missing of the past, newest first; can be stopped after any batch."""
    now = clock.now()
    yield from read_feeds(FEEDS, poll, web, now, partial(_names, poll, web, now))


def _read_usage(endpoint: Endpoint, web: Web, window: Period, now: datetime) -> Reading:
    whole = window
    if endpoint.width == HOUR and window.end <= open_days(now).start:
        busy = _busy_days(endpoint, web, window)
        if busy is None:
            return Reading((BucketSet(endpoint.name, window.start, window.end),), window)
        window = busy
    buckets = _buckets(web, endpoint, endpoint.width, endpoint.groups, window, now)
    known = _known(buckets, endpoint.width, window)
    if known is None:
        return Reading((), None)
    if window != whole and known == window:
        known = whole
    usages: list[Usage] = []
    meters: list[Meter] = []
    for start, rows in buckets.items():
        if endpoint.meter is None:
            usages += [_usage(start, row) for row in rows]
        else:
            meters += [_meter(endpoint, start, row) for row in rows]
    found = BucketSet(endpoint.name, known.start, known.end, usages=merged_usages(usages), meters=merged_meters(meters))
    return Reading((found,), known)


def _busy_days(endpoint: Endpoint, web: Web, window: Period) -> Period | None:
    """
    From the first to the last day with use; None if all are empty.

    One answer in days spares four or five in hours for each month in which an endpoint was not used, and most of the nine are not.
    """
    days = _buckets(web, endpoint, DAY, (), window, window.end)
    if _known(days, DAY, window) != window:
        return window
    busy = [start for start, rows in days.items() if rows]
    return Period(min(busy), max(busy) + DAY) if busy else None


def _read_costs(web: Web, window: Period, now: datetime) -> Reading:
    params = [*_range(window, now), ("bucket_width", "1d"), ("limit", str(MOST_COST_DAYS))]
    for spelling in SPELLINGS:
        buckets: dict[datetime, list[CostRow]] = {}
        groups = [(spelling, "line_item"), (spelling, "project_id")]
        for page in pages(partial(_page, web, "/organization/costs", [*params, *groups], CostPage), _next_page):
            for bucket in page.data:
                _add(buckets, bucket.start_time, DAY, bucket.results)
        if _is_told(row.line_item for rows in buckets.values() for row in rows):
            break
    buckets = _asked_for(buckets, window, now)
    known = _known(buckets, DAY, window)
    if known is None:
        return Reading((), None)
    costs = merged_costs(_cost(start, row) for start, rows in buckets.items() for row in rows)
    return Reading((BucketSet("costs", known.start, known.end, costs=costs),), known)


def _buckets(
    web: Web, endpoint: Endpoint, width: timedelta, groups: tuple[str, ...], window: Period, now: datetime
) -> dict[datetime, list[Row]]:
    width_text = "1h" if width == HOUR else "1d"
    params = [*_range(window, now), ("bucket_width", width_text), ("limit", str(MOST_BUCKETS[width]))]
    path = f"/organization/usage/{endpoint.name}"
    for spelling in SPELLINGS:
        buckets: dict[datetime, list[Row]] = {}
        asked = [*params, *((spelling, group) for group in groups)]
        for page in pages(partial(_page, web, path, asked, UsagePage), _next_page):
            for bucket in page.data:
                _add(buckets, bucket.start_time, width, bucket.results)
        if "model" not in groups or _is_told(row.model for rows in buckets.values() for row in rows):
            break
    return _asked_for(buckets, window, now)


def _asked_for(buckets: dict[datetime, list[R]], window: Period, now: datetime) -> dict[datetime, list[R]]:
    """Where no end was asked for, OpenAI's clock says what is now; if ours is slow, a new day may have begun there."""
    return {start: rows for start, rows in buckets.items() if start < window.end} if window.end > now else buckets


def _is_told(names: Iterable[str | None]) -> bool:
    """Whether rows were grouped as asked: if all names are null, the question's spelling may not have been understood."""
    told = [name is not None for name in names]
    return any(told) or not told


def _range(window: Period, now: datetime) -> Params:
    """A window that is not over yet has no end: an end in the future is not documented."""
    start = ("start_time", _seconds(window.start))
    return [start, ("end_time", _seconds(window.end))] if window.end <= now else [start]


def _page(web: Web, path: str, params: Params, shape: type[P], cursor: str | None) -> P:
    return web.get_json(path, [*params, ("page", cursor)] if cursor else params, shape=shape)


def _next_page(page: UsagePage | CostPage) -> str | None:
    return needed(page.next_page, "the next page's name") if page.has_more else None


def _add(buckets: dict[datetime, list[R]], start_time: int, width: timedelta, rows: list[R]) -> None:
    seconds = width // timedelta(seconds=1)
    start = datetime.fromtimestamp(start_time - start_time % seconds, UTC)
    if start in buckets:
        raise Unreadable("OpenAI gave the same hour or day twice.")
    buckets[start] = rows


def _known(buckets: Mapping[datetime, object], width: timedelta, window: Period) -> Period | None:
    try:
        return covered(buckets, width, window)
    except ValueError as error:
        raise Unreadable(f"OpenAI's buckets do not fit the question: {error}.") from error


def _usage(start: datetime, row: Row) -> Usage:
    tier = "batch" if row.batch else row.service_tier
    return Usage(
        id=item_id(start, row.model, row.project_id, row.api_key_id, row.batch, row.service_tier),
        start=start,
        span=HOUR,
        tokens=_tokens(row),
        requests=row.num_model_requests,
        model=row.model,
        project=row.project_id,
        key=row.api_key_id,
        tier=None if tier is None or tier in NORMAL_TIERS else tier,
    )


def _tokens(row: Row) -> Tokens:
    """`input_tokens` is uncached + cached + cache writes; where it is more than its parts, the rest stays unsplit."""
    whole = needed(row.input_tokens, "input_tokens")
    cached, written = row.input_cached_tokens, row.input_cache_write_tokens
    fresh = row.input_uncached_tokens
    if fresh is None:
        if cached is None and row.output_tokens is not None:
            return Tokens(unsplit=whole, output=row.output_tokens)
        fresh = whole - (cached or 0) - (written or 0)
    rest = whole - fresh - (cached or 0) - (written or 0)
    if fresh < 0 or rest < 0:
        raise Unreadable("OpenAI's input tokens are fewer than their parts.")
    return Tokens(input=fresh, cache_read=cached, cache_write=written, output=row.output_tokens, unsplit=rest or None)


def _meter(endpoint: Endpoint, start: datetime, row: Row) -> Meter:
    name, unit = endpoint.meter or ("", "")
    return Meter(
        id=item_id(start, row.model, row.project_id, row.api_key_id),
        start=start,
        span=endpoint.width,
        unit=unit,
        quantity=needed(getattr(row, name), name),
        model=row.model,
        project=row.project_id,
        key=row.api_key_id,
    )


def _cost(start: datetime, row: CostRow) -> Cost:
    money = billed(row.amount.value, row.amount.currency)
    return Cost(
        id=item_id(start, row.line_item, row.project_id, money.currency),
        start=start,
        span=DAY,
        money=money,
        line_item=row.line_item,
        project=row.project_id,
    )


def _names(poll: Poll, web: Web, now: datetime) -> Iterator[Batch]:
    """Once a day; a key that may not read names still reads usage."""
    today = now.date().isoformat()
    read, _, refused = poll.cursors.get("names", "").partition(" ")
    if read == today and not poll.full:
        if refused:
            yield Batch(notes=(NAMELESS_NOTE,), done=0.0)
        return
    names: dict[str, str] = {}
    notes: tuple[str, ...] = ()
    try:
        projects = _named(web, "/organization/projects", [("include_archived", "true")])
        names = {project.id: project.name for project in projects if project.name}
        active = [project for project in projects if project.status != "archived"]
        for project in (active + [other for other in projects if other not in active])[:MOST_PROJECTS]:
            keys = _named(web, f"/organization/projects/{project.id}/api_keys", [])
            names |= {key.id: key.name for key in keys if key.name}
    except (Throttled, Unreachable):
        raise
    except SourceError:
        notes = (NAMELESS_NOTE,)
    yield Batch(names=names, cursors={"names": f"{today} refused" if notes else today}, notes=notes, done=0.0)


def _named(web: Web, path: str, params: Params) -> list[Named]:
    def ask(after: str | None) -> NamedPage:
        return web.get_json(path, [("limit", "100"), *params, *([("after", after)] if after else [])], shape=NamedPage)

    found = pages(ask, lambda page: needed(page.last_id, "last_id") if page.has_more else None, cap=50)
    return [item for page in found for item in page.data]


def _seconds(instant: datetime) -> str:
    return str(int(instant.timestamp()))


def _usage_feed(endpoint: Endpoint, every: timedelta, optional: bool) -> Feed:
    read: Callable[[Web, Period, datetime], Reading] = partial(_read_usage, endpoint)
    return Feed(endpoint.name, read, FOUR_WEEKS, every=every, optional=optional)


FEEDS = (
    _usage_feed(COMPLETIONS, timedelta(), optional=False),
    Feed("costs", _read_costs, MOST_COST_DAYS * DAY),
    # With these once an hour, a round is four requests on the average.
    *(_usage_feed(endpoint, RARELY, optional=True) for endpoint in OTHERS),
)

SOURCE = Source(
    name="openai",
    title="OpenAI",
    kind=Kind.PROVIDER,
    gives="Tokens by hour, model, project and key; what was billed by day; images, speech, searches and storage.",
    cannot="No balance of prepaid credit, and nothing of ChatGPT or Codex subscriptions.",
    key_kind="an admin key (sk-admin-…), made by an owner of the organisation; project keys cannot read usage",
    key_page="https://platform.openai.com/settings/organization/admin-keys",
    origin="https://api.openai.com/v1",
    authorise=authorise,
    fetch=fetch,
    test=test,
)
