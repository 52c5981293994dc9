"""Checks the history against itself, for doctor."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date

from tokentray.store import rollup
from tokentray.store.database import History, is_sound, version_of, zone_of
from tokentray.store.extent import first_day, last_day, usage_count
from tokentray.store.local_time import local_day
from tokentray.store.rollup import COUNTS, SUMS

SLOT_KEYS = "account, slot, span, model, project, session, tier, band"
FRESH_SLOTS = f"""
    SELECT account, (start + span * 500) / 900000 AS slot, span, model, project, session, tier, band, {SUMS}
    FROM usage GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""
HELD_SLOTS = f"SELECT {SLOT_KEYS}, {COUNTS} FROM slot_total"
FRESH_DAYS = f"SELECT <day> AS day, account, model, tier, band, {SUMS} FROM slot_total GROUP BY 1, 2, 3, 4, 5"
HELD_DAYS = f"SELECT day, account, model, tier, band, {COUNTS} FROM day_total"
DIFFERENT = """
    WITH fresh AS MATERIALIZED (<fresh>), held AS (<held>)
    SELECT count(*) FROM (
        SELECT <key> FROM (SELECT * FROM fresh EXCEPT SELECT * FROM held)
        UNION SELECT <key> FROM (SELECT * FROM held EXCEPT SELECT * FROM fresh)
    )
"""
NAMELESS = """
    SELECT count(*) FROM (
        SELECT model AS id FROM slot_total UNION SELECT project FROM slot_total UNION SELECT session FROM slot_total
        UNION SELECT tier FROM slot_total UNION SELECT model FROM cost UNION SELECT project FROM cost UNION SELECT line_item FROM cost
    ) WHERE id NOT IN (SELECT id FROM name)
"""
TOUCHED = "SELECT DISTINCT account, span, (start + span * 500) / 900000 FROM usage"


@dataclass(frozen=True, slots=True)
class Facts:
    """`size` is in bytes, with what stands in the -wal; `last_day` lies in the future if some clock was wrong."""

    path: str
    size: int
    version: int
    zone: str
    usages: int
    first_day: date | None
    last_day: date | None


def facts(history: History) -> Facts:
    """What the file holds, without reading much of it."""
    size = sum(os.path.getsize(name) for name in (history.path, history.path + "-wal") if os.path.exists(name))
    return Facts(
        history.path,
        size,
        version_of(history.db),
        zone_of(history),
        usage_count(history),
        first_day(history),
        last_day(history),
    )


def verify(history: History) -> list[str]:
    """A sentence for each thing that is wrong with the file or its sums; reads everything, so it may take seconds."""
    if not is_sound(history.db):
        return [f"{history.path} is damaged: restore a backup with `tokentray restore`."]
    return verify_totals(history)


def verify_totals(history: History) -> list[str]:
    """A sentence for each kind of sum that is not what its rows give; empty if all is right."""
    fresh_days = FRESH_DAYS.replace("<day>", local_day(history, zone_of(history)))
    checks = (
        (
            "quarter-hour sums differ from the rows they were made from",
            _different("account, slot", FRESH_SLOTS, HELD_SLOTS),
        ),
        (
            "daily sums differ from the quarter hours they were made from",
            _different("account, day", fresh_days, HELD_DAYS),
        ),
        ("models, projects or sessions have lost their names", NAMELESS),
    )
    found = [(history.db.execute(sql).fetchone()[0], what) for what, sql in checks]
    return [f"{number} {what}." for number, what in found if number]


def remake_all_totals(history: History) -> None:
    """Makes all sums again from the rows; to be called in a transaction."""
    history.db.execute("DELETE FROM slot_total")
    history.db.execute("DELETE FROM day_total")
    rollup.remake_totals(history, history.db.execute(TOUCHED).fetchall())


def _different(key: str, fresh: str, held: str) -> str:
    return DIFFERENT.replace("<key>", key).replace("<fresh>", fresh).replace("<held>", held)
