"""Sums by quarter hour and by local day, made again from the usage rows wherever those were touched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

# Not typing's: importing that costs 5 ms, which the quick commands do not have.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from tokentray.store.database import History

COUNTS = "input, cache_read, cache_write, cache_write_1h, output, reasoning, unsplit, requests"
SUMS = ", ".join(f"SUM({count})" for count in COUNTS.split(", "))
# A float inside: exact to 2^53, and a count that cannot be true breaks no sum.
TOTAL = """CAST(total(
    coalesce(input, 0) + coalesce(cache_read, 0) + coalesce(cache_write, 0) + coalesce(output, 0) + coalesce(unsplit, 0)
) AS INTEGER)"""
ZONE = "SELECT value FROM meta WHERE key = 'zone'"

FORGET_SLOTS = "DELETE FROM slot_total WHERE account = ? AND span = ? AND slot >= ? AND slot < ?"
MAKE_SLOTS = f"""
    INSERT INTO slot_total (account, slot, span, model, project, session, tier, band, {COUNTS})
    SELECT account, (start + span * 500) / 900000 AS slot, span, model, project, session, tier, band, {SUMS}
    FROM usage WHERE account = ? AND span = ? AND start >= ? AND start < ?
    GROUP BY account, slot, span, model, project, session, tier, band
"""
FORGET_SLOTS_OF_ACCOUNT = "DELETE FROM slot_total WHERE account = ?"
# The plus keeps SQLite from going through the index by time, row by row.
MAKE_SLOTS_OF_ACCOUNT = f"""
    INSERT INTO slot_total (account, slot, span, model, project, session, tier, band, {COUNTS})
    SELECT account, (start + span * 500) / 900000 AS slot, span, model, project, session, tier, band, {SUMS}
    FROM usage WHERE +account = ? GROUP BY slot, span, model, project, session, tier, band
"""
FORGET_DAYS_OF_ACCOUNT = "DELETE FROM day_total WHERE account = ?"
FORGET_DAY = "DELETE FROM day_total WHERE day = ? AND account = ?"
MAKE_DAY = f"""
    INSERT INTO day_total (day, account, model, tier, band, {COUNTS})
    SELECT ?, account, model, tier, band, {SUMS}
    FROM slot_total WHERE account = ? AND slot >= ? AND slot < ?
    AND CASE WHEN span < 86400 THEN slot >= ? AND slot < ? ELSE slot / 96 = ? END
    GROUP BY model, tier, band
"""
FORGET_DAYS = "DELETE FROM day_total"
# Runs of use are made again when somebody asks for them: see work_table.py.
MARK_STALE = "INSERT OR IGNORE INTO stale_day (day, account) VALUES (?, ?)"
SLOTS_OF_ACCOUNTS = "SELECT account, MIN(slot), MAX(slot) FROM slot_total GROUP BY account"

SLOT_MS = 900_000
SLOT_SECONDS = 900
DAY_SECONDS = 86_400
SLOTS_OF_DAY = 96
DAY_MS = 86_400_000
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
# Slots that lie nearer together than this are made again in one stretch: making an untouched one again changes nothing.
BRIDGED_SLOTS = 96


def slot_of(start: int, span: int) -> int:
    """The quarter hour of the middle of a bucket; `start` in milliseconds, `span` in seconds."""
    return (start + span * 500) // SLOT_MS


def remake_totals(history: History, touched: Iterable[tuple[int, int, int]]) -> None:
    """
    Makes the sums again for each touched (account, span in seconds, slot), then those of the local days they lie in.

    To be called in the transaction that inserted, replaced or deleted the usage rows. Totals of an account of which
    all rows are gone vanish, too.
    """
    day_of = _Days(_zone(history))
    days: set[tuple[int, int]] = set()
    for account, span, first, end in _stretches(touched):
        shift = span * 500
        history.db.execute(FORGET_SLOTS, (account, span, first, end))
        history.db.execute(MAKE_SLOTS, (account, span, first * SLOT_MS - shift, end * SLOT_MS - shift))
        if span < DAY_SECONDS:
            _mark_stale(history, account, first * SLOT_MS - shift, end * SLOT_MS - shift)
            days.update((day, account) for day in range(day_of.slot(first), day_of.slot(end - 1) + 1))
        else:
            days.update((day, account) for day in range(first // SLOTS_OF_DAY, (end - 1) // SLOTS_OF_DAY + 1))
    _make_days(history, day_of, days)


def remake_account(history: History, account: int) -> None:
    """Makes all sums of an agent's account again; to be called in the transaction that wrote its usage rows."""
    day_of = _Days(_zone(history))
    history.db.execute(FORGET_SLOTS_OF_ACCOUNT, (account,))
    history.db.execute(MAKE_SLOTS_OF_ACCOUNT, (account,))
    history.db.execute(FORGET_DAYS_OF_ACCOUNT, (account,))
    for other, first, last in history.db.execute(SLOTS_OF_ACCOUNTS).fetchall():
        if other == account:
            _mark_stale(history, account, first * SLOT_MS, (last + 1) * SLOT_MS)
            _make_days(history, day_of, {(day, account) for day in range(day_of.slot(first), day_of.slot(last) + 1)})


def remake_days(history: History) -> None:
    """Makes every local day again from the slots, after `meta.zone` has changed."""
    day_of = _Days(_zone(history))
    history.db.execute(FORGET_DAYS)
    days: set[tuple[int, int]] = set()
    for account, first, last in history.db.execute(SLOTS_OF_ACCOUNTS).fetchall():
        # A bucket of a whole day may count for the day before or after the one its middle lies in here.
        days.update((day, account) for day in range(day_of.slot(first) - 1, day_of.slot(last) + 2))
    _make_days(history, day_of, days)


def slots_of_day(day: int, zone: str) -> tuple[int, int]:
    """First slot (inclusive) and end slot (exclusive) of a local day (days since 1970-01-01) in an IANA zone."""
    days = _Days(zone)
    return days.first_slot(day), days.first_slot(day + 1)


def day_of_slot(slot: int, zone: str) -> int:
    """The local day (days since 1970-01-01) a slot lies in."""
    return _Days(zone).slot(slot)


def _mark_stale(history: History, account: int, start: int, end: int) -> None:
    days = range(start // DAY_MS, (end - 1) // DAY_MS + 1)
    history.db.executemany(MARK_STALE, [(day, account) for day in days])


def _make_days(history: History, day_of: _Days, days: set[tuple[int, int]]) -> None:
    history.db.executemany(FORGET_DAY, days)
    history.db.executemany(MAKE_DAY, [_day_bounds(day_of, day, account) for day, account in sorted(days)])


def _day_bounds(day_of: _Days, day: int, account: int) -> tuple[int, ...]:
    # A bucket of a whole (UTC) day counts for its own date, in whatever zone the person lives.
    first, end = day_of.first_slot(day), day_of.first_slot(day + 1)
    utc_first, utc_end = day * SLOTS_OF_DAY, (day + 1) * SLOTS_OF_DAY
    return (day, account, min(first, utc_first), max(end, utc_end), first, end, day)


def _stretches(touched: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Runs of near slots, each as (account, span, first slot, end slot)."""
    runs: list[tuple[int, int, int, int]] = []
    for account, span, slot in sorted(touched):
        if runs and runs[-1][:2] == (account, span) and slot - runs[-1][3] < BRIDGED_SLOTS:
            runs[-1] = (account, span, runs[-1][2], max(runs[-1][3], slot + 1))
        else:
            runs.append((account, span, slot, slot + 1))
    return runs


def _zone(history: History) -> str:
    row = history.db.execute(ZONE).fetchone()
    return row[0] if row else "UTC"


class _Days:
    """Days of one zone. Zones change their clocks on quarter hours, so a slot lies in one day."""

    def __init__(self, zone: str) -> None:
        from zoneinfo import ZoneInfo  # 4 ms, which a sync without news saves

        self._zone = ZoneInfo(zone)

    def slot(self, slot: int) -> int:
        return datetime.fromtimestamp(slot * SLOT_SECONDS, self._zone).toordinal() - EPOCH_ORDINAL

    def first_slot(self, day: int) -> int:
        midnight = datetime.combine(date.fromordinal(day + EPOCH_ORDINAL), time(), self._zone)
        # Over UTC: the arithmetic of two local times in one zone would leave out the change of the clocks.
        return (midnight.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=SLOT_SECONDS)
