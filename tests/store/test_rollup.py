"""Sums by slot and day follow the rows, over clock changes too."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import tokentray.store
from tokentray.store import rollup

MIGRATIONS = sorted((Path(tokentray.store.__file__).parent / "migrations").glob("*.sql"))
COUNTS = "SELECT slot, input, output FROM slot_total ORDER BY slot"
DAYS = "SELECT day, account, input, output, requests FROM day_total ORDER BY day, account"


@pytest.fixture
def history() -> Iterator[Any]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    for migration in MIGRATIONS:
        db.executescript(migration.read_text())
    db.execute("INSERT INTO meta VALUES ('zone', 'Europe/Berlin')")
    db.execute(
        "INSERT INTO account (id, name, origin) VALUES (1, 'codex/default', 'logged'), (2, 'openai/work', 'billed')"
    )
    yield SimpleNamespace(db=db)
    db.close()


def add(history: Any, key: int, account: int, start: int, span: int, tokens: int | None) -> None:
    history.db.execute(
        "INSERT INTO usage (id, account, start, span, input, requests) VALUES (?, ?, ?, ?, ?, 1)",
        (key, account, start, span, tokens),
    )


def test_a_touched_slot_is_summed_again(history: Any) -> None:
    add(history, 1, 1, 900_000, 0, 5)
    rollup.remake_totals(history, [(1, 0, 1)])
    add(history, 2, 1, 900_001, 0, 7)
    rollup.remake_totals(history, [(1, 0, 1)])
    assert history.db.execute(COUNTS).fetchall() == [(1, 12, None)]


def test_a_vanished_row_takes_its_slot_and_day_with_it(history: Any) -> None:
    add(history, 1, 1, 900_000, 0, 5)
    rollup.remake_totals(history, [(1, 0, 1)])
    history.db.execute("DELETE FROM usage")
    rollup.remake_totals(history, [(1, 0, 1)])
    assert history.db.execute(COUNTS).fetchall() == []
    assert history.db.execute(DAYS).fetchall() == []


def test_unknown_counts_stay_unknown(history: Any) -> None:
    add(history, 1, 1, 0, 0, None)
    rollup.remake_totals(history, [(1, 0, 0)])
    assert history.db.execute(DAYS).fetchall() == [(0, 1, None, None, 1)]


def test_a_day_bucket_of_utc_falls_on_its_own_date(history: Any) -> None:
    noon = rollup.slot_of(20_000 * 86_400_000, 86_400)
    add(history, 1, 2, 20_000 * 86_400_000, 86_400, 3)
    rollup.remake_totals(history, [(2, 86_400, noon)])
    assert history.db.execute(DAYS).fetchall() == [(20_000, 2, 3, None, 1)]


def test_both_clock_changes_in_berlin() -> None:
    march, october = 20_541, 20_751  # 2026-03-29 and 2026-10-25
    first, end = rollup.slots_of_day(march, "Europe/Berlin")
    assert end - first == 23 * 4
    first, end = rollup.slots_of_day(october, "Europe/Berlin")
    assert end - first == 25 * 4
    assert [rollup.day_of_slot(slot, "Europe/Berlin") for slot in (first - 1, first, end - 1, end)] == [
        20_750,
        20_751,
        20_751,
        20_752,
    ]


def test_the_doubled_hour_counts_on_one_day(history: Any) -> None:
    for key, start in enumerate((1_792_888_200_000, 1_792_891_800_000)):  # 02:30 CEST and 02:30 CET on 25 October 2026
        add(history, key, 1, start, 0, 1)
    rollup.remake_totals(
        history, [(1, 0, rollup.slot_of(start, 0)) for start in (1_792_888_200_000, 1_792_891_800_000)]
    )
    assert history.db.execute(DAYS).fetchall() == [(20_751, 1, 2, None, 2)]


def test_another_zone_makes_other_days(history: Any) -> None:
    add(history, 1, 1, 82_800_000, 0, 4)  # 23:00 UTC on the first day: already midnight in Berlin
    rollup.remake_totals(history, [(1, 0, 92)])
    assert [row[0] for row in history.db.execute(DAYS)] == [1]
    history.db.execute("UPDATE meta SET value = 'America/New_York' WHERE key = 'zone'")
    rollup.remake_days(history)
    assert [row[0] for row in history.db.execute(DAYS)] == [0]


def test_far_and_near_slots_of_several_accounts(history: Any) -> None:
    touched = []
    for key, (account, span, slot) in enumerate([(1, 0, 0), (1, 0, 3), (1, 0, 5000), (2, 3600, 2), (2, 60, 2)]):
        add(history, key, account, max(0, slot * 900_000 - span * 500), span, 1)
        touched.append((account, span, slot))
    rollup.remake_totals(history, touched)
    assert history.db.execute("SELECT account, span, slot FROM slot_total ORDER BY account, slot, span").fetchall() == [
        (1, 0, 0), (1, 0, 3), (1, 0, 5000), (2, 60, 2), (2, 3600, 2),
    ]  # fmt: skip
