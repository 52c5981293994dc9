"""Reads what `today` and `status` show, in less time than most imports take."""

# No dataclasses, no datetime, no sqlite3 package: `_sqlite3` is its core and starts 4 ms sooner.
import os
import sys

from tokentray.store.stillness import lies_still

try:
    import _sqlite3 as sqlite
except ImportError:  # another Python than CPython
    import sqlite3 as sqlite  # type: ignore[no-redef]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSION = 4
BUSY_SECONDS = 5
WEEKS = 8
SLOTS_OF_WEEK = 672

COUNTS = "input, cache_read, cache_write, cache_write_1h, output, reasoning, unsplit, requests"
SUMS = ", ".join(f"SUM({count}) AS {count}" for count in COUNTS.split(", "))
# A float inside: exact to 2^53, and a count that cannot be true breaks no sum.
TOTAL = """CAST(total(
    coalesce(input, 0) + coalesce(cache_read, 0) + coalesce(cache_write, 0) + coalesce(output, 0) + coalesce(unsplit, 0)
) AS INTEGER)"""
META = "SELECT key, value FROM meta"
# Buckets of a whole (UTC) day count for their own date and for no hour: see rollup.py.
WITHIN = """
    account IN (SELECT id FROM account) AND slot >= min(:first, :day * 96) AND slot < max(:end, :day * 96 + 96)
    AND CASE WHEN span < 86400 THEN slot >= :first AND slot < :end ELSE slot / 96 = :day END
"""
OF_DAYS = f"SELECT account, model, tier, band, {COUNTS} FROM day_total WHERE day = :day"
OF_SLOTS = f"SELECT account, model, tier, band, {SUMS} FROM slot_total WHERE {WITHIN} GROUP BY 1, 2, 3, 4"
ROWS = f"""
    SELECT account.name, account.origin, model.text, tier.text, part.band, {", ".join("part." + c for c in COUNTS.split(", "))},
        price.input, price.cache_read, price.cache_write_5m, price.cache_write_1h, price.output, price.list
    FROM (<part>) AS part JOIN account ON account.id = part.account
    JOIN name AS model ON model.id = part.model JOIN name AS tier ON tier.id = part.tier
    LEFT JOIN price ON price.model = part.model AND price.tier = part.tier AND price.band = part.band AND price.since_day = (
        SELECT max(since_day) FROM price WHERE model = part.model AND tier = part.tier AND band = part.band AND since_day <= :day
    )
    ORDER BY account.name, model.text, tier.text, part.band
"""
COSTS = """
    SELECT account.name, amount, currency, kind, account.origin, model.text
    FROM cost JOIN account ON account.id = cost.account JOIN name AS model ON model.id = cost.model
    WHERE account IN (SELECT id FROM account) AND start >= (:day - 16) * 86400000 AND start < :end * 900000
    AND CASE WHEN span < 86400 THEN (start + span * 500) / 900000 >= :first AND (start + span * 500) / 900000 < :end
        ELSE (start + span * 500) / 86400000 = :day END
"""
# From name to name and to the last sample of each: the table is long, and only its ends are wanted.
GAUGES = """
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
    SELECT account.name, gauge.name, gauge.at, used_percent, used, "limit", remaining, unit, window_minutes, resets_at
    FROM newest JOIN gauge ON gauge.account = newest.account AND gauge.name = newest.name AND gauge.at = newest.at
    JOIN account ON account.id = gauge.account ORDER BY account.name, gauge.name
"""
HOURS = f"""
    SELECT name, (slot - :first) / 4, {TOTAL} FROM slot_total JOIN account ON account.id = account
    WHERE account IN (SELECT id FROM account) AND slot >= :first AND slot < :end AND span < 86400
    GROUP BY account, 2 ORDER BY name, 2
"""
DAYS_BEFORE = f"""
    SELECT (:day - day) / 7, name, {TOTAL} FROM day_total JOIN account ON account.id = account
    WHERE day IN ({", ".join(f":day - {week * 7}" for week in range(1, WEEKS + 1))}) GROUP BY day, account
"""
DAY_BY_SLOTS = (
    f"SELECT name, {TOTAL} FROM slot_total JOIN account ON account.id = account WHERE {WITHIN} GROUP BY account"
)
SO_FAR = f"""
    SELECT name, {TOTAL} FROM slot_total JOIN account ON account.id = account
    WHERE account IN (SELECT id FROM account) AND slot >= ? AND slot < ? AND span < 86400 GROUP BY account
"""
SESSIONS = f"SELECT count(DISTINCT session) FROM slot_total WHERE session <> 0 AND {WITHIN}"
POLLS = """
    SELECT name, tried_at, succeeded_at, state, message, not_before FROM poll JOIN account ON account.id = poll.account ORDER BY name
"""
NEWEST = """
    SELECT max(newest) FROM (
        SELECT (SELECT max(start) FROM usage WHERE account = account.id) AS newest FROM account WHERE origin = 'logged'
        UNION ALL SELECT max(succeeded_at) FROM poll
    )
"""
FIRST_DAY = "SELECT min(day) FROM day_total"


def glance(path: str, day: int, first: int, end: int, zone: str, so_far: int | None = None) -> "dict[str, Any] | None":
    """
    Today at a glance; None if there is no history yet.

    `day` is the local date as days since 1970-01-01; it lasts from slot `first` to slot `end` (exclusive; quarter hours since 1970) in
    `zone`. With `so_far`, the slot that has just begun, past days are summed up to the same time, too. Texts are "" where nobody said.

    rows      (account, origin, model, tier, band, input, cache_read, cache_write, cache_write_1h, output, reasoning, unsplit, requests,
              then the day's prices in 10^-12 USD: input, cache_read, cache_write_5m, cache_write_1h, output, and the price list's name,
              None if the model has not been looked up)
    costs     (account, amount, currency, kind, origin, model) billed for the UTC day of that date
    gauges    (account, name, at, used_percent, used, limit, remaining, unit, window_minutes, resets_at), the newest of each
    hours     (account, whole hours since local midnight, tokens)
    weekdays  (weeks ago, account, tokens of that whole day)
    so_far    (weeks ago, account, tokens of that day up to the same time); the clocks' change moves it by an hour
    polls     (account, tried_at, succeeded_at, state, message, not_before)
    sessions, newest_at, first_day: how many today, the newest reading's instant, the first day known; None if nothing is

    unfinished  whether the first reading of the logs has not come to its end: see unfinished.py

    Instants are milliseconds since 1970. The same tokens may be in two origins: it is for the caller to choose.

    Raises:
        HistoryError: as `open_history` for a reader.
    """
    if not os.path.exists(path):
        return None
    try:
        db = _connect(path)
        try:
            if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                raise sqlite.DatabaseError
            return _read(db, {"day": day, "first": first, "end": end}, zone, so_far)
        finally:
            db.close()
    except sqlite.Error as error:
        _explain(path, error)
        raise


def _read(db: "Any", bounds: "dict[str, int]", zone: str, so_far: int | None) -> "dict[str, Any]":
    db.execute("BEGIN")  # one moment for all that follows
    meta = dict(db.execute(META))
    fits = meta.get("zone") == zone
    rows = db.execute(ROWS.replace("<part>", OF_DAYS if fits else OF_SLOTS), bounds).fetchall()
    gauges = db.execute(GAUGES).fetchall()
    instants = [gauge[2] for gauge in gauges] + [row[0] for row in db.execute(NEWEST) if row[0] is not None]
    return {
        "rows": rows,
        "costs": db.execute(COSTS, bounds).fetchall(),
        "gauges": gauges,
        "hours": db.execute(HOURS, bounds).fetchall(),
        "weekdays": db.execute(DAYS_BEFORE, bounds).fetchall() if fits else _days_before(db, bounds),
        "so_far": [] if so_far is None else _so_far(db, bounds["first"], so_far),
        "polls": db.execute(POLLS).fetchall(),
        "sessions": db.execute(SESSIONS, bounds).fetchone()[0],
        "newest_at": max(instants, default=None),
        "first_day": db.execute(FIRST_DAY).fetchone()[0],
        "unfinished": "first_reading" in meta,
    }


def _days_before(db: "Any", bounds: "dict[str, int]") -> "list[tuple[int, str, int]]":
    found = []
    for week in range(1, WEEKS + 1):
        shift = week * SLOTS_OF_WEEK
        past = {"day": bounds["day"] - week * 7, "first": bounds["first"] - shift, "end": bounds["end"] - shift}
        found += [(week, *row) for row in db.execute(DAY_BY_SLOTS, past)]
    return found


def _so_far(db: "Any", first: int, so_far: int) -> "list[tuple[int, str, int]]":
    found = []
    for week in range(1, WEEKS + 1):
        shift = week * SLOTS_OF_WEEK
        found += [(week, *row) for row in db.execute(SO_FAR, (first - shift, so_far - shift))]
    return found


def _connect(path: str) -> "Any":
    # The same as database.connect, which costs datetime and zoneinfo to import.
    slash = "/" if sys.platform == "win32" else ""
    quoted = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    if slash:
        quoted = slash + quoted.replace("\\", "/")
    still = "&immutable=1" if lies_still(path) else ""
    return sqlite.connect(f"file:{quoted}?mode=ro{still}", uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _explain(path: str, error: BaseException) -> None:
    # Only when something is wrong: the words for it cost 15 ms to import.
    from tokentray.core.errors import HistoryError
    from tokentray.store.database import error_in_our_words, open_history

    open_history(path, read_only=True).close()
    ours = error_in_our_words(error, path)  # type: ignore[arg-type]
    if isinstance(ours, HistoryError):
        raise ours from error
