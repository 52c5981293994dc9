"""Samples of quotas and balances, exact, and the newest of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tokentray.core.gauge import Gauge
from tokentray.store.account_table import account_id
from tokentray.store.database import History, transaction
from tokentray.store.gauge_table import newest_gauges, record_gauges

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def record(history: History, account: str, *gauges: Gauge) -> None:
    with transaction(history):
        record_gauges(history, account_id(history, account, "logged"), gauges)


def test_a_sample_comes_back_as_it_went(opened: History) -> None:
    full = Gauge(
        "5h", NOON, Decimal("101.50"), Decimal("1E+3"), Decimal("0.1"), Decimal("-3"), "credits", 300, NOON + 5 * HOUR
    )
    bare = Gauge("balance", NOON, unit="USD")
    record(opened, "codex/default", full, bare)
    assert newest_gauges(opened) == [("codex/default", full), ("codex/default", bare)]
    assert str(newest_gauges(opened)[0][1].used_percent) == "101.50"


def test_the_newest_of_each_name_and_account(opened: History) -> None:
    record(opened, "codex/default", Gauge("week", NOON), Gauge("week", NOON + HOUR), Gauge("5h", NOON))
    record(opened, "claude-code/default", Gauge("week", NOON - HOUR))
    assert [(account, gauge.name, gauge.at) for account, gauge in newest_gauges(opened)] == [
        ("claude-code/default", "week", NOON - HOUR),
        ("codex/default", "5h", NOON),
        ("codex/default", "week", NOON + HOUR),
    ]


def test_the_same_instant_again_replaces(opened: History) -> None:
    record(opened, "codex/default", Gauge("week", NOON, Decimal(1)))
    record(opened, "codex/default", Gauge("week", NOON, Decimal(2)))
    assert [gauge.used_percent for _, gauge in newest_gauges(opened)] == [Decimal(2)]
