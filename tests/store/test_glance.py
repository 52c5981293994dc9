"""The quick reading says what the slow one says, and imports next to nothing."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.store.conftest import Put
from tokentray.core.batch import Batch, BucketSet
from tokentray.core.errors import HistoryDamaged, HistoryTooNew
from tokentray.core.gauge import Gauge
from tokentray.core.money import Cost, Money, MoneyKind
from tokentray.store.account_table import account_id
from tokentray.store.database import History, newest_version, transaction
from tokentray.store.glance import VERSION, glance
from tokentray.store.poll_table import record_batch, record_outcome
from tokentray.store.price_table import Price, PriceRow, record_prices

BERLIN = "Europe/Berlin"
DAY = 20_758  # 2026-11-01, a Sunday; in Berlin from 2026-10-31T23:00Z
FIRST, END = DAY * 96 - 4, DAY * 96 + 92


def seen(history: History, zone: str = BERLIN, so_far: int | None = None) -> dict[str, Any]:
    found = glance(history.path, DAY, FIRST, END, zone, so_far)
    assert found is not None
    return found


def test_without_a_history_there_is_nothing(tmp_path: Path) -> None:
    assert glance(str(tmp_path / "none.sqlite"), DAY, FIRST, END, BERLIN) is None
    assert os.listdir(tmp_path) == []


def test_an_empty_history_is_all_empty(opened: History) -> None:
    found = seen(opened)
    assert (found["rows"], found["sessions"], found["newest_at"], found["first_day"]) == ([], 0, None, None)


@pytest.mark.parametrize("zone", [BERLIN, "Africa/Lagos"])  # the same days, but only one is the history's own zone
def test_todays_rows_come_with_the_prices_of_the_day(opened: History, put: Put, zone: str) -> None:
    put("2026-10-31T22:00Z", input=1, model="gpt-5")
    put("2026-10-31T23:00Z", input=2, output=4, model="gpt-5", requests=3)
    put("2026-11-01T22:00Z", input=8, model="gpt-5", requests=None)
    put("2026-11-01T23:00Z", input=16, model="gpt-5")
    put("2026-11-01T00:00Z", timedelta(days=1), input=32, account="openrouter/default", own_id="b")
    with transaction(opened):
        prices = (
            (0, Price(1, 2, 3, 4, 5, "old")),
            (DAY, Price(6, 7, 8, 9, 10, "new")),
            (DAY + 1, Price(0, 0, 0, 0, 0, "x")),
        )
        record_prices(opened, [PriceRow("gpt-5", None, 0, day, price) for day, price in prices])
    assert seen(opened, zone)["rows"] == [
        ("openai/work", "billed", "gpt-5", "", 0, 10, None, None, None, 4, None, None, 3, 6, 7, 8, 9, 10, "new"),
        ("openrouter/default", "billed", "", "", 0, 32, *[None] * 6, 1, *[None] * 6),
    ]


@pytest.mark.parametrize("zone", [BERLIN, "Africa/Lagos"])
def test_hours_and_the_same_weekday_before(opened: History, put: Put, zone: str) -> None:
    put("2026-10-31T23:00Z", input=1)
    put("2026-11-01T12:00Z", output=2)
    put("2026-10-25T13:00Z", input=4)
    put("2026-10-24T22:30Z", timedelta(minutes=1), input=8)
    put("2026-09-06T12:00Z", input=16)
    put("2026-08-30T12:00Z", input=32)
    found = seen(opened, zone, FIRST + 48)
    assert found["hours"] == [("openai/work", 0, 1), ("openai/work", 13, 2)]
    on_the_25th = {BERLIN: 12, "Africa/Lagos": 4}[zone]  # Berlin's began an hour earlier in UTC
    assert sorted(found["weekdays"]) == [(1, "openai/work", on_the_25th), (8, "openai/work", 16)]
    assert found["so_far"] == []
    assert seen(opened, zone, FIRST + 60)["so_far"] == [(1, "openai/work", 4), (8, "openai/work", 16)]


def test_costs_gauges_polls_and_the_newest_instant(opened: History) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    day = timedelta(days=1)
    costs = tuple(
        Cost("a", start + number * day, day, Money(Decimal(f"0.{number + 2}"), "USD", MoneyKind.BILLED), model="gpt-5")
        for number in (-1, 0, 1)
    )
    gauges = tuple(Gauge("week", start + number * day, Decimal(number)) for number in range(3))
    with transaction(opened):
        account = account_id(opened, "openai/work", "billed")
        record_batch(opened, account, Batch((BucketSet("costs", start - day, start + 2 * day, costs=costs),), gauges))
        record_outcome(opened, account, start + timedelta(hours=1), "throttled", "Wait.", start + day)
    found = seen(opened)
    assert [cost[:4] for cost in found["costs"]] == [("openai/work", "0.2", "USD", "billed")]
    at = 1_793_491_200_000 + 2 * 86_400_000
    assert found["gauges"] == [("openai/work", "week", at, "2", None, None, None, "percent", None, None)]
    assert found["polls"] == [("openai/work", 1_793_494_800_000, None, "throttled", "Wait.", 1_793_577_600_000)]
    assert found["newest_at"] == at


def test_sessions_are_counted(opened: History, put: Put) -> None:
    put("2026-11-01T12:00Z", input=1, account="codex/default", origin="logged")
    opened.db.execute("UPDATE slot_total SET session = 7")
    assert seen(opened)["sessions"] == 1


def test_counts_that_cannot_be_true_break_nothing(opened: History, put: Put) -> None:
    put("2026-11-01T12:00Z", input=2**63 - 1, output=2**63 - 1, model="gpt-5")
    put("2026-11-01T13:00Z", input=2**63 - 1, model="gpt-4")
    found = seen(opened)
    assert [row[5] for row in found["rows"]] == [2**63 - 1, 2**63 - 1]
    assert found["hours"] == [("openai/work", 13, 2**63 - 1), ("openai/work", 14, 2**63 - 1)]


def test_a_newer_history_and_a_damaged_one_are_said(opened: History) -> None:
    opened.db.execute(f"PRAGMA user_version = {newest_version() + 1}")
    with pytest.raises(HistoryTooNew):
        seen(opened)
    opened.db.execute(f"PRAGMA user_version = {newest_version()}")
    Path(opened.path + "2").write_bytes(b"nonsense " * 1000)
    with pytest.raises(HistoryDamaged):
        glance(opened.path + "2", DAY, FIRST, END, BERLIN)


def test_it_knows_the_newest_version() -> None:
    assert newest_version() == VERSION


def test_it_imports_next_to_nothing(opened: History) -> None:
    code = (
        "import sys; from tokentray.store.glance import glance; "
        f"glance({opened.path!r}, {DAY}, {FIRST}, {END}, {BERLIN!r}); "
        "print(*sorted({'dataclasses', 'datetime', 'json', 'zoneinfo', 'typing', 'sqlite3', 're'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[2]
    said = subprocess.run([sys.executable, "-S", "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert said.stdout == "\n"


def test_it_reads_while_another_writes(opened: History, put: Put) -> None:
    put("2026-11-01T12:00Z", input=1)
    writer = sqlite3.connect(opened.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE day_total SET input = 2")
    assert seen(opened)["rows"][0][5] == 1
    writer.execute("ROLLBACK")
    writer.close()
