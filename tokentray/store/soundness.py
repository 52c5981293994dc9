"""Whether the history's file is whole, and its sums are the sums of its rows."""

from __future__ import annotations

import sqlite3

from tokentray.store.database import History, zone_of
from tokentray.store.rollup import COUNTS, SUMS, day_of_slot

WHOLE = "PRAGMA quick_check(5)"
DANGLING = "SELECT count(*) FROM pragma_foreign_key_check"
SLOT_KEYS = "account, slot, span, model, project, session, tier, band"
DAY_KEYS = "day, account, model, tier, band"
OF_USAGE = f"SELECT account, (start + span * 500) / 900000 AS slot, span, model, project, session, tier, band, {SUMS} FROM usage GROUP BY {SLOT_KEYS}"
SLOTS = f"SELECT {SLOT_KEYS}, {COUNTS} FROM slot_total"
OF_SLOTS = f"""
    SELECT iif(span < 86400, local_day(slot), slot / 96) AS day, account, model, tier, band, {SUMS}
    FROM slot_total GROUP BY {DAY_KEYS}
"""
DAYS = f"SELECT {DAY_KEYS}, {COUNTS} FROM day_total"
SLOTS_APART = f"SELECT max((SELECT count(*) FROM ({OF_USAGE} EXCEPT {SLOTS})), (SELECT count(*) FROM ({SLOTS} EXCEPT {OF_USAGE})))"
DAYS_APART = (
    f"SELECT max((SELECT count(*) FROM ({OF_SLOTS} EXCEPT {DAYS})), (SELECT count(*) FROM ({DAYS} EXCEPT {OF_SLOTS})))"
)


def faults_of(history: History) -> list[str]:
    """What is wrong, one sentence each; reads everything, so it takes seconds where there are millions of rows."""
    try:
        said = [row[0] for row in history.db.execute(WHOLE)]
        if said != ["ok"]:
            return [f"The file is damaged: {line}." for line in said]
        return [*_dangling(history), *_apart(history)]
    except sqlite3.DatabaseError as error:
        return [f"The file cannot be read to its end: {error}."]


def _dangling(history: History) -> list[str]:
    rows = history.db.execute(DANGLING).fetchone()[0]
    return [f"{rows} rows speak of something that is not there."] if rows else []


def _apart(history: History) -> list[str]:
    zone = zone_of(history)
    history.db.create_function("local_day", 1, lambda slot: day_of_slot(slot, zone), deterministic=True)
    found = (("quarter hours", SLOTS_APART), ("days", DAYS_APART))
    counts = [(what, history.db.execute(question).fetchone()[0]) for what, question in found]
    return [f"{apart} sums by {what} are not the sums of their rows." for what, apart in counts if apart]
