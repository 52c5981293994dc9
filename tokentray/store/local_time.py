"""Local hours and days of quarter hours, in SQL and one by one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tokentray.store.database import History
from tokentray.store.rollup import SLOT_SECONDS, SLOTS_OF_DAY

SLOT_RANGE = """
    SELECT min((SELECT min(slot) FROM slot_total WHERE account = account.id)),
        max((SELECT max(slot) FROM slot_total WHERE account = account.id)) FROM account
"""


def local_day(history: History, zone: str) -> str:
    """SQL for the local day (since 1970-01-01) of a row of slot_total, whichever the history holds."""
    shift = shift_sql(history, zone, {"first": 0, "end": 2**40})
    return f"iif(span < 86400, slot + {shift}, slot) / 96"


def shift_sql(history: History, zone: str, bounds: dict[str, Any]) -> str:
    """SQL for what a slot's local time is ahead of UTC, in quarter hours."""
    first_held, last_held = history.db.execute(SLOT_RANGE).fetchone()
    if first_held is None:
        return "0"
    shifts = _shifts(zone, max(bounds["first"], first_held), min(bounds["end"], last_held + 1))
    cases = " ".join(f"WHEN slot >= {slot} THEN {shift}" for slot, shift in reversed(shifts[1:]))
    return f"CASE {cases} ELSE {shifts[0][1]} END" if cases else f"({shifts[0][1]})"


def _shifts(zone: str, first: int, end: int) -> list[tuple[int, int]]:
    """Each slot of [first, end) from which another shift holds, with that shift; the first one always."""
    local = ZoneInfo(zone)
    found = [(first, shift_at(first, local))]
    for known in range(first, end, SLOTS_OF_DAY):
        upper = known + SLOTS_OF_DAY
        if (shift := shift_at(upper, local)) != found[-1][1]:
            lower = known
            while upper - lower > 1:
                middle = (lower + upper) // 2
                lower, upper = (middle, upper) if shift_at(middle, local) == found[-1][1] else (lower, middle)
            found.append((upper, shift))
    return found


def shift_at(slot: int, zone: ZoneInfo) -> int:
    """What a slot's local time is ahead of UTC, in quarter hours."""
    offset = datetime.fromtimestamp(slot * SLOT_SECONDS, zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) // SLOT_SECONDS
