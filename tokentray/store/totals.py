"""Answers what was used in a stretch of local days, by whatever keys are asked for."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from tokentray.core.usage import Tokens
from tokentray.store.database import History, error_in_our_words, zone_of
from tokentray.store.key_words import ALIASES, accounts_by_id, key_word, names_by_id
from tokentray.store.local_time import shift_at, shift_sql
from tokentray.store.question import KEYS_OF_DAYS, WITHIN, Question, bounds_of, narrowed
from tokentray.store.rollup import COUNTS, DAY_SECONDS, SLOT_MS, SLOTS_OF_DAY, TOTAL

COUNT_NAMES = tuple(COUNTS.split(", "))
SUMS = ", ".join(f"SUM({count})" for count in COUNT_NAMES)
# Upper and lower bits on their own, for sums beyond 2^63 - 1: Python puts them together.
LOW_BITS = 31
HALF_SUMS = ", ".join(f"SUM({count} >> {LOW_BITS}), SUM({count} & {2**LOW_BITS - 1})" for count in COUNT_NAMES)

FROM_DAYS = f"""
    SELECT day, NULL AS hour, NULL AS shift, account, model, tier, band, 0 AS project, 0 AS session, {COUNTS}
    FROM day_total WHERE day BETWEEN :since AND :until
"""
FROM_SLOTS = f"""
    SELECT iif(span < 86400, slot + <shift>, slot) / 96 AS day, iif(span < 86400, (slot + <shift>) / 4, NULL) AS hour,
        iif(span < 86400, <shift>, NULL) AS shift, account, model, tier, band, project, session, {COUNTS}
    FROM slot_total WHERE account IN (SELECT id FROM account) AND {WITHIN}
"""
ANSWER = """
    SELECT <hour> AS hour, <shift> AS shift, <day> AS day, <week> AS week, <month> AS month, <project> AS project,
        <session> AS session, account, model, tier, band, <price_day> AS price_day, <sums>
    FROM (<part>) AS part WHERE <only> GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
    ORDER BY hour, shift DESC, day, week, month, account, model
"""
# The table's own key: nothing to add up, nothing to sort.
ANSWER_BY_DAY = f"""
    SELECT NULL, NULL, day, NULL, NULL, NULL, NULL, account, model, tier, band, <price_day>, {COUNTS}
    FROM day_total AS part WHERE day BETWEEN :since AND :until AND <only> ORDER BY day, account, model, tier, band
"""
ALL_NAMES = "SELECT id, text FROM name"
PRICE_CHANGES = "SELECT DISTINCT since_day FROM price WHERE since_day > ? AND since_day <= ? ORDER BY since_day DESC"

USES = f"""
    SELECT account, project, model, tier, band, span, start, session, {COUNTS} FROM usage AS part
    WHERE account IN (SELECT id FROM account) AND start >= (:low - 1536) * 900000 AND start < :high * 900000 AND <only>
"""
# 1 January 1970 was a Thursday.
HOURS_OF_WEEK = f"""
    SELECT account.origin, (hour + 72) % 168, {TOTAL} FROM (<part>) AS part JOIN account ON account.id = part.account
    WHERE hour IS NOT NULL AND <only> GROUP BY 1, 2
"""

Label = TypeVar("Label")


class TotalRow(NamedTuple):
    """
    One part of an answer; parts with the same `keys` (in the order of Question.by) are to be merged, within one origin.

    It is finer than was asked for, so that prices can be applied: `tier` None is the usual one, and at no price has changed between
    `price_day` (days since 1970-01-01) and the last day this row speaks of. `counts` are the token classes in their order, then requests.
    """

    # Not a dataclass: a year has thousands of these, and they are wanted in 10 ms.
    keys: tuple[str | None, ...]
    origin: str
    account: str
    model: str | None
    tier: str | None
    band: int
    price_day: int
    counts: tuple[int | None, ...]

    @property
    def tokens(self) -> Tokens:
        return Tokens(*self.counts[:7])

    @property
    def requests(self) -> int | None:
        return self.counts[7]


class UseKind(NamedTuple):
    """What usages may have in common; `project` is as its source names it, `span` is seconds, None: nobody said."""

    account: str
    project: str | None
    model: str | None
    tier: str | None
    band: int
    span: int


def answer(history: History, question: Question) -> list[TotalRow]:
    """
    In order of time; hours are local ISO 8601 with their offset, weeks ISO ("2026-W47"), months "2026-11".

    From the sums by day if the keys and the zone allow it, else from those by quarter hour.
    """
    bounds = bounds_of(question)
    sql = _answer_sql(history, question, bounds)
    try:
        rows = history.db.execute(sql.replace("<sums>", SUMS), bounds).fetchall()
    except sqlite3.OperationalError as error:
        if "integer overflow" not in str(error):
            raise error_in_our_words(error, history.path) from error
        rows = [_whole_sums(row) for row in history.db.execute(sql.replace("<sums>", HALF_SUMS), bounds)]
    return _in_words(history, question.by, rows)


def answer_apart(
    history: History, question: Question, apart: Callable[[UseKind], Callable[[int], Label]]
) -> list[tuple[Label, TotalRow]]:
    """
    As `answer`, but told apart by a label for each single usage: `apart` is asked once for each kind, and what it gives for each start
    (milliseconds since 1970). Reads all usages of the stretch: a second for some hundred thousand.
    """
    bounds = bounds_of(question)
    accounts = accounts_by_id(history)
    names = dict(history.db.execute(ALL_NAMES))
    names |= {None: None, 0: None}
    changes = [day for (day,) in history.db.execute(PRICE_CHANGES, (bounds["since"], bounds["until"]))][::-1]
    places: dict[tuple[int, bool], tuple[int | None, int | None, int, int] | None] = {}
    labels: dict[tuple[int, ...], Callable[[int], Label]] = {}
    by_hour, by_project, by_session = "hour" in question.by, "project" in question.by, "session" in question.by
    sums: dict[tuple[Any, ...], list[int | None]] = {}
    sql = USES.replace("<only>", narrowed(question, "part"))
    for account, project, model, tier, band, span, start, session, *counts in history.db.execute(sql, bounds):
        slot = ((start + span * 500) // SLOT_MS, span >= DAY_SECONDS)
        if slot not in places:
            places[slot] = _place(slot, bounds, question.zone, changes)
        place = places[slot]
        if place is None:
            continue
        kind = (account, project, model, tier, band, span)
        label_at = labels.get(kind)
        if label_at is None:
            said = UseKind(accounts[account][0], names[project], names[model], names[tier], band, span)
            label_at = labels[kind] = apart(said)
        hour, shift, day, price_day = place
        key = (
            label_at(start),
            hour if by_hour else None,
            shift if by_hour else None,
            day,
            None,
            None,
            project if by_project else None,
            session if by_session else None,
            account,
            model,
            tier,
            band,
            price_day,
        )
        held = sums.get(key)
        if held is None:
            sums[key] = counts
        else:
            for n, count in enumerate(counts):
                if count is not None:
                    held[n] = (held[n] or 0) + count
    rows = [(*key[1:], *counts) for key, counts in sums.items()]
    return list(zip((key[0] for key in sums), _in_words(history, question.by, rows), strict=True))


def hours_of_week(history: History, question: Question) -> list[tuple[str, int, int]]:
    """Origin, hour of the local week (0: Monday from midnight on), tokens; `question.by` says nothing here, and whole-day buckets have no hour."""
    bounds = bounds_of(question)
    part = FROM_SLOTS.replace("<shift>", shift_sql(history, question.zone, bounds))
    sql = HOURS_OF_WEEK.replace("<part>", part, 1).replace("<only>", narrowed(question, "part"))
    return history.db.execute(sql, bounds).fetchall()


def _fits_days(history: History, question: Question) -> bool:
    return question.project is None and KEYS_OF_DAYS.issuperset(question.by) and zone_of(history) == question.zone


def _place(
    slot: tuple[int, bool], bounds: dict[str, Any], zone: str, changes: list[int]
) -> tuple[int | None, int | None, int, int] | None:
    """Local hour, shift, day and price day of a quarter hour; None outside of the bounds. A whole day's bucket has only its own date."""
    number, daily = slot
    if daily:
        hour, shift, day = None, None, number // SLOTS_OF_DAY
        inside = bounds["since"] <= day <= bounds["until"]
    else:
        shift = shift_at(number, ZoneInfo(zone))
        hour, day = (number + shift) // 4, (number + shift) // SLOTS_OF_DAY
        inside = bounds["first"] <= number < bounds["end"]
    place = bisect_right(changes, day)
    return (hour, shift, day, changes[place - 1] if place else bounds["since"]) if inside else None


def _answer_sql(history: History, question: Question, bounds: dict[str, Any]) -> str:
    if _fits_days(history, question):
        sql = ANSWER_BY_DAY if "day" in question.by else ANSWER.replace("<part>", FROM_DAYS)
    else:
        sql = ANSWER.replace("<part>", FROM_SLOTS.replace("<shift>", shift_sql(history, question.zone, bounds)))
    for name, expression in _columns(question).items():
        sql = sql.replace(f"<{name}>", expression)
    return sql.replace("<price_day>", _price_day(history, bounds)).replace("<only>", narrowed(question, "part"))


def _columns(question: Question) -> dict[str, str]:
    """What each column of ANSWER is for this question; NULL where it is not to be told apart, or follows from a finer one."""
    by = question.by
    finest = next((key for key in ("hour", "day") if key in by), "")
    return {
        "hour": "hour" if finest == "hour" else "NULL",
        "shift": "shift" if finest == "hour" else "NULL",
        "day": "day" if finest else "NULL",
        "week": "(day + 3) / 7" if "week" in by and not finest else "NULL",
        "month": "strftime('%Y-%m', day * 86400, 'unixepoch')" if "month" in by and not finest else "NULL",
        "project": "project" if "project" in by else "NULL",
        "session": "session" if "session" in by else "NULL",
    }


def _price_day(history: History, bounds: dict[str, Any]) -> str:
    changes = history.db.execute(PRICE_CHANGES, (bounds["since"], bounds["until"])).fetchall()
    cases = " ".join(f"WHEN day >= {day} THEN {day}" for (day,) in changes)
    return f"CASE {cases} ELSE {bounds['since']} END" if cases else str(bounds["since"])


def _in_words(history: History, by: tuple[str, ...], rows: list[tuple[Any, ...]]) -> list[TotalRow]:
    accounts = accounts_by_id(history)
    names = names_by_id(history, {number for row in rows for number in (row[5], row[6], row[8], row[9]) if number})
    readable = {}
    if "project" in by:
        readable = {(account, name): text for account, name, text in history.db.execute(ALIASES)}
    keys = [key_word(key, accounts, names, readable) for key in by]
    found = []
    for row in rows:
        account, origin = accounts[row[7]]
        words = tuple([key(row) for key in keys])
        found.append(TotalRow(words, origin, account, names[row[8]], names[row[9]], row[10], row[11], row[12:]))
    return found


def _whole_sums(row: tuple[Any, ...]) -> tuple[Any, ...]:
    halves = row[12:]
    pairs = zip(halves[::2], halves[1::2], strict=True)
    return (*row[:12], *(None if high is None else (high << LOW_BITS) + low for high, low in pairs))
