"""Doctor's view: what the file holds, and whether its sums are those of its rows."""

from __future__ import annotations

import os
from datetime import date

from tests.store.conftest import Put
from tokentray.store.checking import facts, remake_all_totals, verify, verify_totals
from tokentray.store.database import History, newest_version, transaction


def test_a_right_history_has_nothing_to_say(opened: History, put: Put) -> None:
    put("2026-11-01T12:00Z", input=5, model="gpt-5", project="p")
    assert verify(opened) == []


def test_wrong_sums_are_found_and_made_right(opened: History, put: Put) -> None:
    put("2026-11-01T12:00Z", input=5, model="gpt-5")
    put("2026-11-02T12:00Z", input=None, model="gpt-5")
    with transaction(opened):
        opened.db.execute("UPDATE slot_total SET input = 0 WHERE input IS NULL")
        opened.db.execute("DELETE FROM day_total WHERE day = 20758")
    assert verify_totals(opened) == [
        "1 quarter-hour sums differ from the rows they were made from.",
        "2 daily sums differ from the quarter hours they were made from.",
    ]
    with transaction(opened):
        remake_all_totals(opened)
    assert verify_totals(opened) == []


def test_a_lost_name_is_found(opened: History, put: Put) -> None:
    put("2026-11-01T12:00Z", input=5, model="gpt-5")
    opened.db.execute("DELETE FROM name WHERE text = 'gpt-5'")
    assert verify_totals(opened) == ["1 models, projects or sessions have lost their names."]


def test_facts(opened: History, put: Put) -> None:
    put("2026-11-01T23:30Z", input=5)
    put("2026-11-05T12:00Z", input=5)
    found = facts(opened)
    assert (found.path, found.zone, found.usages) == (opened.path, "Europe/Berlin", 2)
    assert (found.first_day, found.last_day) == (date(2026, 11, 2), date(2026, 11, 5))
    assert found.version == newest_version()
    assert found.size == os.path.getsize(opened.path) + os.path.getsize(opened.path + "-wal")
