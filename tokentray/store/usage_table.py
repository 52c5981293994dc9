"""What providers report of a stretch of time: tokens, costs and meters, replaced as a whole whenever it is read again."""

from __future__ import annotations

from _blake2 import blake2b  # hashlib has the same one, and takes 3 MB for OpenSSL
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from tokentray.core.batch import BucketSet
from tokentray.core.errors import Unreadable
from tokentray.core.money import Cost
from tokentray.core.usage import TOKEN_CLASSES, Meter, Usage
from tokentray.store import rollup
from tokentray.store.database import History
from tokentray.store.names import name_id

ACCOUNT_NAME = "SELECT name FROM account WHERE id = ?"
HELD = "SELECT DISTINCT span, (start + span * 500) / 900000 FROM usage WHERE account = ? AND start >= ? AND start < ? AND feed = ?"
FORGET = "DELETE FROM usage WHERE account = ? AND start >= ? AND start < ? AND feed = ?"
KEEP = """
    INSERT OR REPLACE INTO usage (id, account, start, span, feed, model, project, api_key, tier,
        input, cache_read, cache_write, cache_write_1h, output, reasoning, unsplit, requests)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
FORGET_COSTS = "DELETE FROM cost WHERE account = ? AND start >= ? AND start < ? AND feed = ?"
KEEP_COST = """
    INSERT OR REPLACE INTO cost (account, feed, start, id, span, amount, currency, kind, line_item, model, project)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
FORGET_METERS = "DELETE FROM meter WHERE account = ? AND start >= ? AND start < ? AND feed = ?"
KEEP_METER = """
    INSERT OR REPLACE INTO meter (account, feed, start, id, span, unit, quantity, model, project, api_key)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

# Beyond these a local date may lie before the epoch, or after the calendar's end.
FIRST_YEAR, LAST_YEAR = 1971, 9998
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)


def milliseconds(instant: datetime) -> int:
    """Since 1970-01-01T00:00Z, exactly; `instant` is aware."""
    return (instant - EPOCH) // MILLISECOND


def instant_of(ms: int) -> datetime:
    """Aware and UTC."""
    return EPOCH + ms * MILLISECOND


def replace_buckets(history: History, account_id: int, found: BucketSet) -> None:
    """
    Puts a bucket set in the place of all that this account and feed held in its stretch; sums are made again.

    Raises:
        ValueError: something of it starts outside of its stretch, so that it would never be replaced.
        Unreadable: a date in it cannot be true.
    """
    if found.start.year < FIRST_YEAR or found.end.year > LAST_YEAR:
        raise Unreadable(
            f"The report speaks of the year {found.start.year}, which cannot be true; nothing of it was kept."
        )
    items: tuple[Usage | Cost | Meter, ...] = (*found.usages, *found.costs, *found.meters)
    for item in items:
        if not found.start <= item.start < found.end:
            raise ValueError(f"{item.id} of {found.feed} starts outside of the stretch that was read")
    feed, stretch = name_id(history, found.feed), (milliseconds(found.start), milliseconds(found.end))
    touched = _replace_usages(history, account_id, feed, stretch, found)
    rollup.remake_totals(history, touched)
    _replace_costs(history, account_id, feed, stretch, found.costs)
    _replace_meters(history, account_id, feed, stretch, found.meters)


def usage_id(account: str, feed: str, start_ms: int, own_id: str) -> int:
    """63 bits that are the same on every machine that reads this account."""
    text = "\0".join((account, feed, str(start_ms), own_id)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest()) >> 1


def _replace_usages(
    history: History, account: int, feed: int, stretch: tuple[int, int], found: BucketSet
) -> set[tuple[int, int, int]]:
    touched = {(account, span, slot) for span, slot in history.db.execute(HELD, (account, *stretch, feed))}
    history.db.execute(FORGET, (account, *stretch, feed))
    account_name = history.db.execute(ACCOUNT_NAME, (account,)).fetchone()[0]
    rows = [_usage_row(history, account, account_name, feed, found.feed, usage) for usage in found.usages]
    history.db.executemany(KEEP, rows)
    touched.update((account, row[3], rollup.slot_of(row[2], row[3])) for row in rows)
    return touched


def _usage_row(
    history: History, account: int, account_name: str, feed: int, feed_name: str, usage: Usage
) -> tuple[Any, ...]:
    start, tokens = milliseconds(usage.start), usage.tokens
    names = (name_id(history, text) for text in (usage.model, usage.project, usage.key, usage.tier))
    counts = (getattr(tokens, name) for name in TOKEN_CLASSES)
    own = usage_id(account_name, feed_name, start, usage.id)
    return (own, account, start, usage.span // SECOND, feed, *names, *counts, usage.requests)


def _replace_costs(history: History, account: int, feed: int, stretch: tuple[int, int], costs: Iterable[Cost]) -> None:
    history.db.execute(FORGET_COSTS, (account, *stretch, feed))
    history.db.executemany(KEEP_COST, [(account, feed, *_cost_row(history, cost)) for cost in costs])


def _cost_row(history: History, cost: Cost) -> tuple[Any, ...]:
    names = (name_id(history, text) for text in (cost.line_item, cost.model, cost.project))
    money = (cost.money.text, cost.money.currency, str(cost.money.kind))
    return (milliseconds(cost.start), cost.id, cost.span // SECOND, *money, *names)


def _replace_meters(
    history: History, account: int, feed: int, stretch: tuple[int, int], meters: Iterable[Meter]
) -> None:
    history.db.execute(FORGET_METERS, (account, *stretch, feed))
    history.db.executemany(KEEP_METER, [(account, feed, *_meter_row(history, meter)) for meter in meters])


def _meter_row(history: History, meter: Meter) -> tuple[Any, ...]:
    names = (name_id(history, text) for text in (meter.model, meter.project, meter.key))
    return (milliseconds(meter.start), meter.id, meter.span // SECOND, meter.unit, meter.quantity, *names)
