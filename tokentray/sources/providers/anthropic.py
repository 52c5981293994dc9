"""
Anthropic: what an organisation used and was billed, from its Usage and Cost Admin API.

Read: /organizations/usage_report/messages in hourly buckets, /organizations/cost_report by day, the Claude Code analytics where the organisation
has them, and the names of workspaces and keys, with an admin key. Described in Anthropic's guide "Usage and Cost API" and its reference, read on
2026-11-20. Odd: the input classes do not overlap; amounts are cents as text; a workspace of null is the default one, a key of null the Console.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, TypeVar

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
    in_whole_units,
    item_id,
    merged_costs,
    merged_meters,
    merged_usages,
    needed,
)
from tokentray.sources.backfill import DAY, Feed, Reading, covered, open_days, read_feeds
from tokentray.sources.source import Batch, BucketSet, Kind, Poll, Source

HOUR = timedelta(hours=1)
FOUR_WEEKS = 28 * DAY
RARELY = timedelta(minutes=55)
DEFAULT_WORKSPACE = "default"
CONSOLE = "console"
NAMELESS_NOTE = "This key may not read the names of workspaces and keys; their ids are shown."
PRIORITY_NOTE = "Priority Tier tokens are shown, but Anthropic does not put their cost into its report."

Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class CacheCreation(msgspec.Struct):
    ephemeral_5m_input_tokens: Count = 0
    ephemeral_1h_input_tokens: Count = 0


class ServerTools(msgspec.Struct):
    web_search_requests: Count = 0


class UsageRow(msgspec.Struct):
    uncached_input_tokens: Count
    output_tokens: Count
    cache_read_input_tokens: Count | None = None
    cache_creation: CacheCreation | None = None
    server_tool_use: ServerTools | None = None
    model: Text | None = None
    workspace_id: Text | None = None
    api_key_id: Text | None = None
    service_tier: Text | None = None


class UsageBucket(msgspec.Struct):
    starting_at: Instant
    results: list[UsageRow]


class UsagePage(msgspec.Struct):
    data: list[UsageBucket]
    has_more: bool
    next_page: str | None = None


class CostRow(msgspec.Struct):
    amount: Decimal
    currency: str
    description: Text | None = None
    model: Text | None = None
    workspace_id: Text | None = None


class CostBucket(msgspec.Struct):
    starting_at: Instant
    results: list[CostRow]


class CostPage(msgspec.Struct):
    data: list[CostBucket]
    has_more: bool
    next_page: str | None = None


class Lines(msgspec.Struct):
    added: Count = 0


class CoreMetrics(msgspec.Struct):
    num_sessions: Count
    lines_of_code: Lines | None = None
    commits_by_claude_code: Count = 0


class CodeRecord(msgspec.Struct):
    """Who it was (an e-mail address) is not read. Its tokens are those of `messages` or of a subscription, and not read either."""

    date: Instant
    core_metrics: CoreMetrics
    customer_type: Text | None = None
    terminal_type: Text | None = None


class CodePage(msgspec.Struct):
    data: list[CodeRecord]
    has_more: bool
    next_page: str | None = None


class Named(msgspec.Struct):
    id: Text
    name: Text | None = None


class NamedPage(msgspec.Struct):
    data: list[Named]
    has_more: bool = False
    last_id: str | None = None


P = TypeVar("P", UsagePage, CostPage, CodePage)
B = TypeVar("B", UsagePage, CostPage)


@dataclass(frozen=True, slots=True)
class Report:
    """One report in buckets."""

    path: str
    width: timedelta
    most_buckets: int
    groups: tuple[str, ...]


MESSAGES = Report(
    "/organizations/usage_report/messages", HOUR, 168, ("model", "workspace_id", "api_key_id", "service_tier")
)
MESSAGES_BY_DAY = Report("/organizations/usage_report/messages", DAY, 31, ())
COSTS = Report("/organizations/cost_report", DAY, 31, ("workspace_id", "description"))
CLAUDE_CODE = "/organizations/usage_report/claude_code"


def authorise(key: str) -> Mapping[str, str]:
    return {"x-api-key": key, "anthropic-version": "2023-06-01"}


def test(web: Web) -> str:
    """
    Asks which organisation the key belongs to.

    Raises:
        KeyRejected: not an admin key.
    """
    organisation = web.get_json("/organizations/me", shape=Named)
    return f"This key opens the usage and the costs of the organisation “{organisation.name or organisation.id}”."


def fetch(poll: Poll, web: Web, clock: Clock) -> Iterator[Batch]:
    """The last three UTC days first, then what is missing of the past, newest first; can be stopped after any batch."""
    now = clock.now()
    yield from read_feeds(FEEDS, poll, web, now, partial(_names, poll, web, now))


def _read_messages(web: Web, window: Period, now: datetime) -> Reading:
    asked = window
    if window.end <= open_days(now).start:
        busy = _busy_days(web, window)
        if busy is None:
            return Reading(_messages(window, {}), window)
        asked = busy
    buckets = _buckets(web, MESSAGES, asked, UsagePage)
    known = _known(buckets, HOUR, asked)
    if known is None:
        return Reading((), None)
    if known == asked:
        known = window
    priority = any((row.service_tier or "").startswith("priority") for rows in buckets.values() for row in rows)
    return Reading(_messages(known, buckets), known, (PRIORITY_NOTE,) if priority else ())


def _busy_days(web: Web, window: Period) -> Period | None:
    """From the first to the last day with use, None if all are empty: one answer in days instead of four in hours."""
    days = _buckets(web, MESSAGES_BY_DAY, window, UsagePage)
    if _known(days, DAY, window) != window:
        return window
    busy = [start for start, rows in days.items() if rows]
    return Period(min(busy), max(busy) + DAY) if busy else None


def _messages(known: Period, buckets: Mapping[datetime, list[UsageRow]]) -> tuple[BucketSet, ...]:
    usages = merged_usages(_usage(start, row) for start, rows in buckets.items() for row in rows)
    searches = merged_meters(
        _searches(start, row, row.server_tool_use.web_search_requests)
        for start, rows in buckets.items()
        for row in rows
        if row.server_tool_use
    )
    return (
        BucketSet("messages", known.start, known.end, usages=usages),
        BucketSet("web_search_calls", known.start, known.end, meters=searches),
    )


def _read_costs(web: Web, window: Period, now: datetime) -> Reading:
    buckets = _buckets(web, COSTS, window, CostPage)
    known = _known(buckets, DAY, window)
    if known is None:
        return Reading((), None)
    costs = merged_costs(_cost(start, row) for start, rows in buckets.items() for row in rows)
    return Reading((BucketSet("costs", known.start, known.end, costs=costs),), known)


def _read_claude_code(web: Web, window: Period, now: datetime) -> Reading:
    """Day by day, because one question gives one day. What is known is not said: the report has no word for an empty day."""
    meters: list[Meter] = []
    day = window.start
    while day < min(window.end, now):
        params = [("starting_at", day.date().isoformat()), ("limit", "1000")]
        for page in pages(partial(_page, web, CLAUDE_CODE, params, CodePage), _next_page):
            for record in page.data:
                if record.date.astimezone(UTC) != day:
                    raise Unreadable("Anthropic's Claude Code report gives another day than asked for.")
                meters += _code_meters(day, record)
        day += DAY
    return Reading((BucketSet("claude_code", window.start, window.end, meters=merged_meters(meters)),), None)


def _buckets(web: Web, report: Report, window: Period, shape: type[B]) -> dict[datetime, list[Any]]:
    params = [
        ("starting_at", _rfc3339(window.start)),
        ("ending_at", _rfc3339(window.end)),
        ("bucket_width", "1h" if report.width == HOUR else "1d"),
        ("limit", str(report.most_buckets)),
        *(("group_by[]", group) for group in report.groups),
    ]
    found: dict[datetime, list[Any]] = {}
    for page in pages(partial(_page, web, report.path, params, shape), _next_page):
        for bucket in page.data:
            start = _floored(bucket.starting_at, report.width)
            if start in found:
                raise Unreadable("Anthropic gave the same hour or day twice.")
            found[start] = bucket.results
    return found


def _page(web: Web, path: str, params: Params, shape: type[P], cursor: str | None) -> P:
    return web.get_json(path, [*params, ("page", cursor)] if cursor else params, shape=shape)


def _next_page(page: UsagePage | CostPage | CodePage) -> str | None:
    return needed(page.next_page, "the next page's name") if page.has_more else None


def _known(buckets: Mapping[datetime, object], width: timedelta, window: Period) -> Period | None:
    try:
        return covered(buckets, width, window)
    except ValueError as error:
        raise Unreadable(f"Anthropic's buckets do not fit the question: {error}.") from error


def _usage(start: datetime, row: UsageRow) -> Usage:
    return Usage(
        id=item_id(start, row.model, row.workspace_id, row.api_key_id, row.service_tier),
        start=start,
        span=HOUR,
        tokens=_tokens(row),
        model=row.model,
        project=row.workspace_id or DEFAULT_WORKSPACE,
        key=row.api_key_id or CONSOLE,
        tier=None if row.service_tier in (None, "", "standard") else row.service_tier,
    )


def _tokens(row: UsageRow) -> Tokens:
    written = row.cache_creation
    return Tokens(
        input=row.uncached_input_tokens,
        cache_read=row.cache_read_input_tokens,
        cache_write=written.ephemeral_5m_input_tokens + written.ephemeral_1h_input_tokens if written else None,
        cache_write_1h=written.ephemeral_1h_input_tokens if written else None,
        output=row.output_tokens,
    )


def _searches(start: datetime, row: UsageRow, searches: int) -> Meter:
    return Meter(
        id=item_id(start, row.model, row.workspace_id, row.api_key_id),
        start=start,
        span=HOUR,
        unit="calls",
        quantity=searches,
        model=row.model,
        project=row.workspace_id or DEFAULT_WORKSPACE,
        key=row.api_key_id or CONSOLE,
    )


def _cost(start: datetime, row: CostRow) -> Cost:
    money = billed(in_whole_units(row.amount), row.currency)
    return Cost(
        id=item_id(start, row.description, row.model, row.workspace_id, money.currency),
        start=start,
        span=DAY,
        money=money,
        line_item=row.description,
        model=row.model,
        project=row.workspace_id or DEFAULT_WORKSPACE,
    )


def _code_meters(day: datetime, record: CodeRecord) -> Iterator[Meter]:
    metrics = record.core_metrics
    counts = {
        "sessions": metrics.num_sessions,
        "lines": metrics.lines_of_code.added if metrics.lines_of_code else 0,
        "commits": metrics.commits_by_claude_code,
    }
    for unit, quantity in counts.items():
        yield Meter(item_id(day, unit, record.customer_type, record.terminal_type), day, DAY, unit, quantity)


def _names(poll: Poll, web: Web, now: datetime) -> Iterator[Batch]:
    """Once a day; a key that may not read names still reads usage."""
    today = now.date().isoformat()
    read, _, refused = poll.cursors.get("names", "").partition(" ")
    if read == today and not poll.full:
        if refused:
            yield Batch(notes=(NAMELESS_NOTE,), done=0.0)
        return
    names = {DEFAULT_WORKSPACE: "Default workspace", CONSOLE: "Console"}
    notes: tuple[str, ...] = ()
    try:
        found = [
            *_named(web, "/organizations/workspaces", [("include_archived", "true")]),
            *_named(web, "/organizations/api_keys", []),
        ]
        names |= {item.id: item.name for item in found if item.name}
    except (Throttled, Unreachable):
        raise
    except SourceError:
        notes = (NAMELESS_NOTE,)
    yield Batch(names=names, cursors={"names": f"{today} refused" if notes else today}, notes=notes, done=0.0)


def _named(web: Web, path: str, params: Params) -> list[Named]:
    def ask(after: str | None) -> NamedPage:
        return web.get_json(
            path, [("limit", "100"), *params, *([("after_id", after)] if after else [])], shape=NamedPage
        )

    found = pages(ask, lambda page: needed(page.last_id, "last_id") if page.has_more else None, cap=50)
    return [item for page in found for item in page.data]


def _floored(instant: datetime, width: timedelta) -> datetime:
    instant = instant.astimezone(UTC)
    return instant - (instant - datetime(1970, 1, 1, tzinfo=UTC)) % width


def _rfc3339(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


FEEDS = (
    Feed("messages", _read_messages, FOUR_WEEKS),
    Feed("costs", _read_costs, 31 * DAY),
    # One question for each day: a month back, and once an hour.
    Feed("claude_code", _read_claude_code, 7 * DAY, every=RARELY, reach=30 * DAY, optional=True),
)

SOURCE = Source(
    name="anthropic",
    title="Anthropic",
    kind=Kind.PROVIDER,
    gives="Tokens by hour, model, workspace and key; what was billed by day; Claude Code sessions of an organisation.",
    cannot="No count of requests, no cost of Priority Tier, and nothing of Claude subscriptions.",
    key_kind="an admin key (sk-ant-admin…), made by an admin of an organisation; ordinary API keys cannot read usage",
    key_page="https://console.anthropic.com/settings/admin-keys",
    origin="https://api.anthropic.com/v1",
    authorise=authorise,
    fetch=fetch,
    test=test,
)
