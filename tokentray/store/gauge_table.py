"""Samples of quota windows and balances."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tokentray.core.gauge import Gauge
from tokentray.store.database import History
from tokentray.store.usage_table import instant_of, milliseconds

KEEP = """
    INSERT OR REPLACE INTO gauge (account, name, at, used_percent, used, "limit", remaining, unit, window_minutes, resets_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
COLUMNS = 'account.name, gauge.name, gauge.at, used_percent, used, "limit", remaining, unit, window_minutes, resets_at'
# From name to name and to the last sample of each: the table is long, and only its ends are wanted.
NEWEST = f"""
    WITH RECURSIVE found (account, name) AS (
        SELECT id, (SELECT min(name) FROM gauge WHERE account = account.id) FROM account
        UNION ALL
        SELECT account, (SELECT min(name) FROM gauge WHERE gauge.account = found.account AND gauge.name > found.name)
        FROM found WHERE name IS NOT NULL
    ),
    newest AS (
        SELECT account, name, (SELECT max(at) FROM gauge WHERE gauge.account = found.account AND gauge.name = found.name) AS at
        FROM found WHERE name IS NOT NULL
    )
    SELECT {COLUMNS} FROM newest
    JOIN gauge ON gauge.account = newest.account AND gauge.name = newest.name AND gauge.at = newest.at
    JOIN account ON account.id = gauge.account ORDER BY account.name, gauge.name
"""


def record_gauges(history: History, account_id: int, gauges: Iterable[Gauge]) -> None:
    """Keeps the samples; one of the same name and instant is replaced."""
    history.db.executemany(KEEP, [(account_id, *_row(gauge)) for gauge in gauges])


def newest_gauges(history: History) -> list[tuple[str, Gauge]]:
    """The newest sample of each gauge with its account's name, by account and name."""
    return [_gauge(row) for row in history.db.execute(NEWEST)]


def _row(gauge: Gauge) -> tuple[Any, ...]:
    levels = (_text(level) for level in (gauge.used_percent, gauge.used, gauge.limit, gauge.remaining))
    resets_at = None if gauge.resets_at is None else milliseconds(gauge.resets_at)
    return (gauge.name, milliseconds(gauge.at), *levels, gauge.unit, gauge.window_minutes, resets_at)


def _gauge(row: tuple[Any, ...]) -> tuple[str, Gauge]:
    account, name, at, used_percent, used, limit, remaining, unit, window_minutes, resets_at = row
    gauge = Gauge(
        name,
        instant_of(at),
        _decimal(used_percent),
        _decimal(used),
        _decimal(limit),
        _decimal(remaining),
        unit,
        window_minutes,
        None if resets_at is None else instant_of(resets_at),
    )
    return account, gauge


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _text(level: Decimal | None) -> str | None:
    return None if level is None else format(level, "f")
