"""Answers what providers billed and counted besides tokens in a stretch of local days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tokentray.core.money import Money, MoneyKind
from tokentray.store.database import History
from tokentray.store.key_words import ALIASES, accounts_by_id, key_word, names_by_id
from tokentray.store.local_time import shift_at
from tokentray.store.question import WITHIN, Question, bounds_of, narrowed
from tokentray.store.rollup import DAY_SECONDS, SLOTS_OF_DAY

# The margin lets a bucket start well before the stretch its middle lies in.
BUCKETS = f"""
    SELECT slot, span, project, model, account, <columns> FROM (
        SELECT *, (start + span * 500) / 900000 AS slot FROM <table>
        WHERE account IN (SELECT id FROM account) AND start >= (:low - 1536) * 900000 AND start < :high * 900000
    ) AS bucket WHERE {WITHIN} AND <only> ORDER BY slot, account, feed, id
"""
COST_COLUMNS = "(SELECT text FROM name WHERE id = line_item), amount, currency, kind"
METER_COLUMNS = "slot, (SELECT text FROM name WHERE id = feed), unit, quantity"


@dataclass(frozen=True, slots=True)
class CostTotal:
    """What was billed for `keys` and a line item; days are UTC days, and there are no hours and no sessions."""

    keys: tuple[str | None, ...]
    origin: str
    account: str
    model: str | None
    line_item: str | None
    money: Money


@dataclass(frozen=True, slots=True)
class MeterTotal:
    """A quantity that is not tokens, from the report `feed`; "bytes" is a level, so it is the newest one, the other units are sums."""

    keys: tuple[str | None, ...]
    origin: str
    account: str
    model: str | None
    feed: str
    unit: str
    quantity: int


def billed_costs(history: History, question: Question) -> list[CostTotal]:
    """What providers billed, in order of time; money of one currency and kind is added up, exactly."""
    sums: dict[tuple[Any, ...], Decimal] = {}
    for group, (item, amount, currency, kind) in _buckets(history, question, "cost", COST_COLUMNS):
        whole = (*group, item or None, currency, kind)
        sums[whole] = sums.get(whole, Decimal(0)) + Decimal(amount)
    return [
        CostTotal(keys, origin, account, model, item, Money(amount, currency, MoneyKind(kind)))
        for (keys, origin, account, model, item, currency, kind), amount in sums.items()
    ]


def meters(history: History, question: Question) -> list[MeterTotal]:
    """Quantities that are not tokens, in order of time."""
    sums: dict[tuple[Any, ...], int] = {}
    newest: dict[tuple[Any, ...], int] = {}
    for group, (slot, feed, unit, quantity) in _buckets(history, question, "meter", METER_COLUMNS):
        whole = (*group, feed, unit)
        if unit == "bytes" and newest.get(whole) != slot:
            newest[whole], sums[whole] = slot, 0
        sums[whole] = sums.get(whole, 0) + quantity
    return [
        MeterTotal(keys, origin, account, model, feed, unit, quantity)
        for (keys, origin, account, model, feed, unit), quantity in sums.items()
    ]


def _buckets(
    history: History, question: Question, table: str, columns: str
) -> Iterator[tuple[tuple[tuple[str | None, ...], str, str, str | None], tuple[Any, ...]]]:
    """Each bucket's (keys, origin, account, model), then its own columns."""
    sql = (
        BUCKETS.replace("<table>", table).replace("<columns>", columns).replace("<only>", narrowed(question, "bucket"))
    )
    rows = history.db.execute(sql, bounds_of(question)).fetchall()
    accounts = accounts_by_id(history)
    names = names_by_id(history, {number for row in rows for number in row[2:4] if number})
    readable = {(account, name): text for account, name, text in history.db.execute(ALIASES)}
    keys = [key_word(key, accounts, names, readable) for key in question.by]
    zone = ZoneInfo(question.zone)
    for slot, span, project, model, account_id, *own in rows:
        shift = shift_at(slot, zone) if span < DAY_SECONDS else None
        hour = None if shift is None else (slot + shift) // 4
        as_total = (hour, shift, (slot + (shift or 0)) // SLOTS_OF_DAY, None, None, project, 0, account_id, model)
        account, origin = accounts[account_id]
        yield (tuple([key(as_total) for key in keys]), origin, account, names[model]), tuple(own)
