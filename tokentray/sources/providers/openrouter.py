"""
OpenRouter: tokens, money, credits and limits of one person or team.

Read: /key and /credits; with a management key also /analytics/query by hour, or /activity by day where analytics is not given. Described in
OpenRouter's public API description of August 2026 and its guide pages, read on 2026-11-20. Odd: both reports speak of the same requests, so they
share one feed and one replaces the other; counts may come as text; activity holds thirty completed UTC days only; `usage` is US dollars.
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import msgspec

from tokentray.core.clock import Clock
from tokentray.core.errors import SourceError, Unreadable
from tokentray.core.gauge import Gauge
from tokentray.core.money import Cost, MoneyKind
from tokentray.core.period import Period
from tokentray.core.usage import Tokens, Usage
from tokentray.http_client import Web, pages
from tokentray.sources.answers import (
    LARGEST_COUNT,
    Count,
    Text,
    billed,
    item_id,
    merged_costs,
    merged_usages,
    money,
    plausible,
)
from tokentray.sources.backfill import DAY, NOT_FOR_THIS_ACCOUNT, Feed, Reading, midnight, read_feeds
from tokentray.sources.source import Batch, BucketSet, Kind, Poll, Source

HOUR = timedelta(hours=1)
FEED = "usage"
BYOK = "billed by the model's own provider (BYOK)"
MOST_ROWS = 1000
MEMORY = 30 * DAY
LATEST_LISTING = timedelta(hours=6)
TOO_HEAVY = (408, 504, 524)
METRICS = ("request_count", "tokens_prompt", "tokens_completion", "total_usage", "reasoning_tokens")
INDISPENSABLE = METRICS[:4]
ONLY_A_KEY_NOTE = "This is no management key: only its own limit and spending can be seen, no tokens."


class Key(msgspec.Struct):
    usage: Decimal
    limit: Decimal | None = None
    limit_remaining: Decimal | None = None
    limit_reset: str | None = None
    is_management_key: bool | None = None
    is_provisioning_key: bool | None = None

    @property
    def manages(self) -> bool:
        return bool(self.is_management_key or self.is_provisioning_key)


class KeyAnswer(msgspec.Struct):
    data: Key


class Credits(msgspec.Struct):
    total_credits: Decimal
    total_usage: Decimal


class CreditsAnswer(msgspec.Struct):
    data: Credits


class Activity(msgspec.Struct):
    """One UTC day, model and endpoint."""

    date: Text
    usage: Decimal
    requests: Count
    prompt_tokens: Count
    completion_tokens: Count
    reasoning_tokens: Count | None = None
    byok_usage_inference: Decimal | None = None
    model: Text | None = None
    model_permaslug: Text | None = None
    endpoint_id: Text | None = None
    provider_name: Text | None = None
    workspace_id: Text | None = None

    @property
    def day(self) -> datetime:
        try:
            day = date.fromisoformat(self.date[:10])
        except ValueError as error:
            raise Unreadable("OpenRouter names a day that does not exist.") from error
        return datetime(day.year, day.month, day.day, tzinfo=UTC)


class ActivityAnswer(msgspec.Struct):
    data: list[Activity]


class Metric(msgspec.Struct):
    name: str
    is_rate: bool = False


class Word(msgspec.Struct):
    name: str


class Meta(msgspec.Struct):
    metrics: list[Metric]
    dimensions: list[Word]
    granularities: list[Word]


class MetaAnswer(msgspec.Struct):
    data: Meta


class Hour(msgspec.Struct):
    """One row of analytics; each count may be text, and null where nothing is known."""

    date__hour: str | None = None
    created_at__hour: str | None = None
    model: Text | None = None
    workspace: Text | None = None
    workspace_id: Text | None = None
    api_key_id: Text | None = None
    request_count: Decimal | None = None
    tokens_prompt: Decimal | None = None
    tokens_completion: Decimal | None = None
    reasoning_tokens: Decimal | None = None
    total_usage: Decimal | None = None

    @property
    def start(self) -> datetime:
        try:
            start = datetime.fromisoformat(self.date__hour or self.created_at__hour or "")
        except ValueError as error:
            raise Unreadable("OpenRouter's analytics has a row without its hour.") from error
        return (start if start.tzinfo else start.replace(tzinfo=UTC)).astimezone(UTC)


class TableMetadata(msgspec.Struct):
    truncated: bool


class Table(msgspec.Struct):
    data: list[Hour]
    metadata: TableMetadata


class TableAnswer(msgspec.Struct):
    data: Table


class NamedKey(msgspec.Struct):
    hash: Text
    name: Text | None = None


class NamedKeys(msgspec.Struct):
    data: list[NamedKey]


@dataclass(frozen=True, slots=True)
class Analytics:
    """What this account's analytics can be asked for: `dimension` beside the model is "workspace", "api_key_id" or ""."""

    metrics: tuple[str, ...]
    dimension: str


def authorise(key: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test(web: Web) -> str:
    """
    Asks the key about itself.

    Raises:
        KeyRejected: no key of OpenRouter.
    """
    key = web.get_json("/key", shape=KeyAnswer).data
    if key.manages:
        return "This key opens tokens, money and credits of the whole account."
    return (
        "This is an ordinary key: TokenTray sees its limit and its spending. For tokens by model use a management key."
    )


def fetch(poll: Poll, web: Web, clock: Clock) -> Iterator[Batch]:
    """Limit and credits, the last three UTC days, then what is missing of the past, newest first."""
    now = clock.now()
    key = web.get_json("/key", shape=KeyAnswer).data
    yield Batch(gauges=_key_gauges(key, now), notes=() if key.manages else (ONLY_A_KEY_NOTE,), done=0.0)
    if not key.manages:
        return
    yield Batch(gauges=(_balance(web, now),), done=0.0)
    analytics, text = _analytics(poll, web, now)
    yield Batch(cursors={"analytics": text}, done=0.0)
    feed = Feed(FEED, partial(_read, analytics), MEMORY, reach=None if analytics else MEMORY)
    names = partial(_names, poll, web, now, analytics)
    yield from read_feeds((feed,), poll, web, now, names)


def _key_gauges(key: Key, now: datetime) -> tuple[Gauge, ...]:
    spent = Gauge("spent", now, used=_signed(key.usage), unit="USD")
    if key.limit is None:
        return (spent,)
    limit = _signed(key.limit)
    remaining = None if key.limit_remaining is None else _signed(key.limit_remaining)
    used = None if remaining is None else limit - remaining
    minutes, resets_at = _reset(key.limit_reset, now)
    limited = Gauge(
        "key limit",
        now,
        used_percent=used / limit * 100 if used is not None and limit > 0 else None,
        used=used,
        limit=limit,
        remaining=remaining,
        unit="USD",
        window_minutes=minutes,
        resets_at=resets_at,
    )
    return (spent, limited)


def _reset(word: str | None, now: datetime) -> tuple[int | None, datetime | None]:
    """Length in minutes, if it is always the same, and the next reset; UTC days, weeks from Monday, months."""
    today = midnight(now)
    if word == "daily":
        return 24 * 60, today + DAY
    if word == "weekly":
        return 7 * 24 * 60, today + (7 - today.weekday()) * DAY
    if word == "monthly":
        return None, today + (calendar.monthrange(today.year, today.month)[1] - today.day + 1) * DAY
    return None, None


def _balance(web: Web, now: datetime) -> Gauge:
    credit = web.get_json("/credits", shape=CreditsAnswer).data
    bought, used = _signed(credit.total_credits), _signed(credit.total_usage)
    return Gauge("balance", now, used=used, limit=bought, remaining=bought - used, unit="USD")


def _analytics(poll: Poll, web: Web, now: datetime) -> tuple[Analytics | None, str]:
    """What analytics gives this account, None if nothing, with the cursor that remembers it for a day."""
    today = now.date().isoformat()
    text = "" if poll.full else poll.cursors.get("analytics", "")
    try:
        day, metrics, dimension = json.loads(text or "[]")
    except ValueError:
        day, metrics, dimension = "", [], ""
    if day != today:
        metrics, dimension = _meta(web)
        text = json.dumps([today, metrics, dimension])
    return (Analytics(tuple(metrics), dimension) if metrics else None), text


def _meta(web: Web) -> tuple[list[str], str]:
    try:
        meta = web.get_json("/analytics/meta", shape=MetaAnswer).data
    except SourceError as error:
        if error.status in NOT_FOR_THIS_ACCOUNT:
            return [], ""
        raise
    known = {metric.name for metric in meta.metrics if not metric.is_rate}
    dimensions = [word.name for word in meta.dimensions]
    by_hour = any(word.name == "hour" for word in meta.granularities)
    if not (by_hour and "model" in dimensions and known.issuperset(INDISPENSABLE)):
        return [], ""
    second = next((name for name in ("workspace", "api_key_id") if name in dimensions), "")
    return [metric for metric in METRICS if metric in known], second


def _read(analytics: Analytics | None, web: Web, window: Period, now: datetime) -> Reading:
    if analytics is not None:
        try:
            return _read_analytics(analytics, web, window, now)
        except SourceError as error:
            if error.status not in (403, 404):
                raise
    return _read_activity(web, window, now)


def _read_analytics(analytics: Analytics, web: Web, window: Period, now: datetime) -> Reading:
    hours = _hours(analytics, web, Period(window.start, min(window.end, _next_hour(now))))
    found = BucketSet(
        FEED,
        window.start,
        window.end,
        usages=merged_usages(_hour_usage(hour) for hour in hours),
        costs=merged_costs(_hour_cost(hour) for hour in hours if hour.total_usage is not None),
    )
    # How long analytics remembers is not written down. Rows say that it reached so far; silence is only believed for as long as activity's.
    if not hours and window.start < midnight(now) - MEMORY:
        return Reading((found,), None)
    return Reading((found,), Period(window.start, now) if hours else window)


def _hours(analytics: Analytics, web: Web, window: Period) -> list[Hour]:
    """All rows of the window; asked in halves where the answer was cut short or took too long."""
    body = {
        "metrics": analytics.metrics,
        "dimensions": ["model", analytics.dimension] if analytics.dimension else ["model"],
        "granularity": "hour",
        "time_range": {"start": _rfc3339(window.start), "end": _rfc3339(window.end)},
        "limit": MOST_ROWS,
    }
    try:
        table = web.post_json("/analytics/query", body, shape=TableAnswer).data
    except SourceError as error:
        if error.status not in TOO_HEAVY:
            raise
        return _halves(analytics, web, window, error)
    if table.metadata.truncated or len(table.data) >= MOST_ROWS:
        return _halves(
            analytics, web, window, Unreadable("OpenRouter cuts its analytics short even for a single hour.")
        )
    # Whether the end belongs to the range is not written down: what starts there belongs to the next one.
    hours = [hour for hour in table.data if hour.start != window.end]
    if any(not window.start <= hour.start < window.end or hour.start != _floored(hour.start) for hour in hours):
        raise Unreadable("OpenRouter's analytics gives other hours than asked for.")
    return hours


def _halves(analytics: Analytics, web: Web, window: Period, error: SourceError) -> list[Hour]:
    middle = _floored(window.start + (window.end - window.start) / 2)
    if middle <= window.start:
        raise error
    earlier = _hours(analytics, web, Period(window.start, middle))
    return earlier + _hours(analytics, web, Period(middle, window.end))


def _hour_usage(hour: Hour) -> Usage:
    return Usage(
        id=_hour_id(hour),
        start=hour.start,
        span=HOUR,
        tokens=Tokens(
            unsplit=_count(hour.tokens_prompt),
            output=_count(hour.tokens_completion),
            reasoning=_count(hour.reasoning_tokens),
        ),
        requests=_count(hour.request_count),
        model=hour.model,
        project=hour.workspace or hour.workspace_id,
        key=hour.api_key_id,
    )


def _hour_cost(hour: Hour) -> Cost:
    return Cost(
        id=_hour_id(hour),
        start=hour.start,
        span=HOUR,
        money=billed(hour.total_usage or Decimal(), "USD"),
        model=hour.model,
        project=hour.workspace or hour.workspace_id,
    )


def _hour_id(hour: Hour) -> str:
    return item_id(hour.start, hour.model, hour.workspace or hour.workspace_id, hour.api_key_id)


def _read_activity(web: Web, window: Period, now: datetime) -> Reading:
    today = midnight(now)
    listed = [row for row in _activity(web) if row.day < today]
    days = {row.day for row in listed}
    start, end = max(window.start, today - MEMORY), min(window.end, today)
    # A clock that is off by minutes at midnight would take the list's oldest day for an empty one.
    if start == today - MEMORY and start not in days:
        start += DAY
    # A day that has just ended may not be in the list yet.
    if end == today and today - DAY not in days and now < today + LATEST_LISTING:
        end -= DAY
    known = Period(start, end) if start < end else None
    found = [_activity_set(known, listed)] if known else []
    part = _today(web, today) if window.end > today else None
    if part is not None:
        found.append(_activity_set(Period(today, today + DAY), part))
        known = Period(start, today + DAY) if end == today else known
    return Reading(tuple(found), known)


def _activity_set(period: Period, rows: Sequence[Activity]) -> BucketSet:
    rows = [row for row in rows if period.start <= row.day < period.end]
    return BucketSet(
        FEED,
        period.start,
        period.end,
        usages=merged_usages(_day_usage(row) for row in rows),
        costs=merged_costs(cost for row in rows for cost in _day_costs(row)),
    )


def _activity(web: Web, *params: tuple[str, str]) -> Sequence[Activity]:
    return web.get_json("/activity", [("group_by", "workspace"), *params], shape=ActivityAnswer).data


def _today(web: Web, today: datetime) -> Sequence[Activity] | None:
    """Today's part so far; None where only completed days are given."""
    try:
        return _activity(web, ("date", today.date().isoformat()))
    except SourceError as error:
        if error.status == 400:
            return None
        raise


def _day_usage(row: Activity) -> Usage:
    """Cached tokens are inside the prompt and not told apart; reasoning is inside the completion."""
    return Usage(
        id=_day_id(row),
        start=row.day,
        span=DAY,
        tokens=Tokens(unsplit=row.prompt_tokens, output=row.completion_tokens, reasoning=row.reasoning_tokens),
        requests=row.requests,
        model=row.model_permaslug or row.model,
        project=row.workspace_id,
    )


def _day_costs(row: Activity) -> Iterator[Cost]:
    """What OpenRouter billed; what went through the person's own provider key is that provider's bill, so an estimate here."""
    model = row.model_permaslug or row.model
    yield Cost(_day_id(row), row.day, DAY, billed(row.usage, "USD"), None, model, row.workspace_id)
    if row.byok_usage_inference:
        own = money(row.byok_usage_inference, "USD", MoneyKind.ESTIMATED)
        yield Cost(item_id(row.day, _day_id(row), "byok"), row.day, DAY, own, BYOK, model, row.workspace_id)


def _day_id(row: Activity) -> str:
    return item_id(row.day, row.model_permaslug or row.model, row.endpoint_id, row.provider_name, row.workspace_id)


def _names(poll: Poll, web: Web, now: datetime, analytics: Analytics | None) -> Iterator[Batch]:
    """The keys' names, once a day, if usage is told by key."""
    today = now.date().isoformat()
    if (
        analytics is None
        or analytics.dimension != "api_key_id"
        or (poll.cursors.get("names") == today and not poll.full)
    ):
        return
    names: dict[str, str] = {}
    for key in _keys(web):
        if key.name:
            # Analytics shows the first twelve letters of what /keys gives in full.
            names |= {key.hash: key.name, key.hash[:12]: key.name}
    yield Batch(names=names, cursors={"names": today}, done=0.0)


def _keys(web: Web) -> list[NamedKey]:
    found: list[NamedKey] = []

    def ask(offset: str | None) -> NamedKeys:
        page = web.get_json("/keys", [("offset", offset or "0"), ("include_disabled", "true")], shape=NamedKeys)
        found.extend(page.data)
        return page

    for _ in pages(ask, lambda page: str(len(found)) if page.data else None, cap=50):
        pass
    return found


def _count(number: Decimal | None) -> int | None:
    if number is None:
        return None
    if not plausible(number) or number < 0 or number > LARGEST_COUNT or number != int(number):
        raise Unreadable("OpenRouter names a count that makes no sense.")
    return int(number)


def _signed(amount: Decimal) -> Decimal:
    """A level of money; below zero when more was used than bought."""
    if not plausible(amount):
        raise Unreadable("OpenRouter names an amount of money that makes no sense.")
    return amount


def _next_hour(now: datetime) -> datetime:
    return _floored(now) + HOUR


def _floored(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)


def _rfc3339(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


SOURCE = Source(
    name="openrouter",
    title="OpenRouter",
    kind=Kind.PROVIDER,
    gives="Tokens and money by hour or day, model and workspace; the credits that are left and the key's limit.",
    cannot="Cached tokens are not told apart from the rest of the prompt.",
    key_kind="a management key, made in OpenRouter's settings; an ordinary key shows only its own limit and spending",
    key_page="https://openrouter.ai/settings/management-keys",
    origin="https://openrouter.ai/api/v1",
    authorise=authorise,
    fetch=fetch,
    test=test,
)
