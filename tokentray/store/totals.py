"""Answers what was used in a stretch of local days, by whatever keys are asked for."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from tokentray.core.money import Money, MoneyKind
from tokentray.core.usage import Tokens
from tokentray.store.database import History, error_in_our_words, zone_of
from tokentray.store.gauge_table import newest_gauges
from tokentray.store.rollup import COUNTS, DAY_SECONDS, EPOCH_ORDINAL, SLOT_MS, SLOT_SECONDS, SLOTS_OF_DAY, slots_of_day
from tokentray.store.usage_table import instant_of, milliseconds

KEYS = ("hour", "day", "week", "month", "source", "account", "model", "project", "session", "origin")
KEYS_OF_DAYS = frozenset(("day", "week", "month", "source", "account", "model", "origin"))

COUNT_NAMES = tuple(COUNTS.split(", "))
SUMS = ", ".join(f"SUM({count})" for count in COUNT_NAMES)
# Upper and lower bits on their own, for sums beyond 2^63 - 1: Python puts them together.
LOW_BITS = 31
NAMES_AT_ONCE = 500
HALF_SUMS = ", ".join(f"SUM({count} >> {LOW_BITS}), SUM({count} & {2**LOW_BITS - 1})" for count in COUNT_NAMES)

FROM_DAYS = f"""
    SELECT day, NULL AS hour, NULL AS shift, account, model, tier, band, 0 AS project, 0 AS session, {COUNTS}
    FROM day_total WHERE day BETWEEN :since AND :until
"""
# A bucket of a whole (UTC) day counts for its own date and for no hour, in whatever zone the person lives.
WITHIN = """
    slot >= :low AND slot < :high
    AND CASE WHEN span < 86400 THEN slot >= :first AND slot < :end ELSE slot / 96 BETWEEN :since AND :until END
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
ACCOUNT_ORIGINS = "SELECT id, name, origin FROM account"
NAMES = "SELECT id, text FROM name WHERE id IN (<ids>)"
ALL_NAMES = "SELECT id, text FROM name"
ALIASES = "SELECT account, name, text FROM alias"
ONLY = {
    "account": "<part>.account = (SELECT id FROM account WHERE name = :account)",
    "source": "<part>.account IN (SELECT id FROM account WHERE substr(name, 1, length(:source) + 1) = :source || '/')",
    "model": "<part>.model = (SELECT id FROM name WHERE text = :model)",
    "project": """(<part>.project = (SELECT id FROM name WHERE text = :project)
        OR (<part>.account, <part>.project) IN (SELECT account, name FROM alias WHERE text = :project))""",
}
SLOT_RANGE = """
    SELECT min((SELECT min(slot) FROM slot_total WHERE account = account.id)),
        max((SELECT max(slot) FROM slot_total WHERE account = account.id)) FROM account
"""
PRICE_CHANGES = "SELECT DISTINCT since_day FROM price WHERE since_day > ? AND since_day <= ? ORDER BY since_day DESC"

# The margin lets a bucket start well before the stretch its middle lies in.
BUCKETS = f"""
    SELECT slot, span, project, model, account, <columns> FROM (
        SELECT *, (start + span * 500) / 900000 AS slot FROM <table>
        WHERE account IN (SELECT id FROM account) AND start >= (:low - 1536) * 900000 AND start < :high * 900000
    ) AS bucket WHERE {WITHIN} AND <only> ORDER BY slot, account, feed, id
"""
COST_COLUMNS = "(SELECT text FROM name WHERE id = line_item), amount, currency, kind"
METER_COLUMNS = "slot, (SELECT text FROM name WHERE id = feed), unit, quantity"

# A float inside: exact to 2^53, and a count that cannot be true breaks no sum.
TOTAL = """CAST(total(
    coalesce(input, 0) + coalesce(cache_read, 0) + coalesce(cache_write, 0) + coalesce(output, 0) + coalesce(unsplit, 0)
) AS INTEGER)"""
SLOTS = f"""
    SELECT account.name, slot, {TOTAL} FROM slot_total JOIN account ON account.id = slot_total.account
    WHERE account IN (SELECT id FROM account) AND slot >= ? AND slot < ? AND span < 86400
    GROUP BY account, slot ORDER BY account.name, slot
"""
SESSIONS = f"""
    SELECT account.name, session.text, first_at, last_at, total, requests, project.text
    FROM (
        SELECT account, session, min(start) AS first_at, max(start) AS last_at, {TOTAL} AS total, SUM(requests) AS requests,
            max(project) AS project
        FROM usage WHERE account IN (SELECT id FROM account) AND start >= ? AND start < ? AND session <> 0
        GROUP BY account, session
    ) AS part
    JOIN account ON account.id = part.account JOIN name AS session ON session.id = part.session
    JOIN name AS project ON project.id = part.project ORDER BY first_at
"""
USES = f"""
    SELECT account, project, model, tier, band, span, start, session, {COUNTS} FROM usage AS part
    WHERE account IN (SELECT id FROM account) AND start >= (:low - 1536) * 900000 AND start < :high * 900000 AND <only>
"""
# 1 January 1970 was a Thursday.
HOURS_OF_WEEK = f"""
    SELECT account.origin, (hour + 72) % 168, {TOTAL} FROM (<part>) AS part JOIN account ON account.id = part.account
    WHERE hour IS NOT NULL AND <only> GROUP BY 1, 2
"""
DAYS = f"""
    SELECT day, account.name, account.origin, model.text, {TOTAL} FROM day_total
    JOIN account ON account.id = day_total.account JOIN name AS model ON model.id = day_total.model
    WHERE day BETWEEN ? AND ? GROUP BY day, account, model
"""
ACCOUNTS = f"SELECT account.name, {TOTAL}, min(day) FROM day_total JOIN account ON account.id = day_total.account GROUP BY account"
RESPONSES = f"""
    SELECT start, {TOTAL}, project.text FROM usage JOIN name AS project ON project.id = usage.project
    WHERE account IN (SELECT id FROM account WHERE origin = 'logged') AND start >= ? AND start < ?
    GROUP BY start, project ORDER BY start
"""
PROJECTS = f"""
    SELECT coalesce(alias.text, name.text) FROM slot_total JOIN name ON name.id = slot_total.project
    LEFT JOIN alias ON alias.account = slot_total.account AND alias.name = slot_total.project
    WHERE slot_total.account IN (SELECT id FROM account) AND slot >= ? AND project <> 0
    GROUP BY 1 ORDER BY {TOTAL} DESC, 1
"""
FIRST_DAYS = "SELECT text, min(day) FROM day_total JOIN name ON name.id = model WHERE model <> 0 GROUP BY model"
FIRST_DAY = "SELECT min(day) FROM day_total"
LAST_DAY = "SELECT max(day) FROM day_total"
REQUESTS = "SELECT CAST(total(requests) AS INTEGER) FROM day_total"
USAGES = "SELECT count(*) FROM usage"
NEWEST = """
    SELECT max(newest) FROM (SELECT (SELECT max(start) FROM usage WHERE account = account.id) AS newest FROM account WHERE origin = 'logged'
        UNION ALL SELECT max(succeeded_at) FROM poll)
"""

Label = TypeVar("Label")


@dataclass(frozen=True, slots=True)
class Question:
    """
    What is wanted: local days from `since` to `until`, both inclusive, in an IANA zone, grouped by some of KEYS.

    `account`, `source`, `model` and `project` (its id or its readable name) narrow it down; None takes all. `tag` does so, too, and "work" and
    "tag" are further keys: those are answered by insights/work_sums.py.
    """

    since: date
    until: date
    zone: str
    by: tuple[str, ...] = ()
    account: str | None = None
    source: str | None = None
    model: str | None = None
    project: str | None = None
    tag: str | None = None


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


@dataclass(frozen=True, slots=True)
class CostTotal:
    """What was billed for `keys` and a line item; days are UTC days, and there are no hours and no sessions."""

    keys: tuple[str | None, ...]
    origin: str
    account: str
    model: str | None
    line_item: str | None
    money: Money


@dataclass(frozen=True, slots=True)
class MeterTotal:
    """A quantity that is not tokens, from the report `feed`; "bytes" is a level, so it is the newest one, the other units are sums."""

    keys: tuple[str | None, ...]
    origin: str
    account: str
    model: str | None
    feed: str
    unit: str
    quantity: int


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One agent's session as far as it lies in the stretch asked for; instants aware and UTC."""

    account: str
    session: str
    first_at: datetime
    last_at: datetime
    total: int
    requests: int | None
    project: str | None


def answer(history: History, question: Question) -> list[TotalRow]:
    """
    In order of time; hours are local ISO 8601 with their offset, weeks ISO ("2026-W47"), months "2026-11".

    From the sums by day if the keys and the zone allow it, else from those by quarter hour.
    """
    bounds = _bounds(question)
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
    bounds = _bounds(question)
    accounts = _accounts(history)
    names = dict(history.db.execute(ALL_NAMES))
    names |= {None: None, 0: None}
    changes = [day for (day,) in history.db.execute(PRICE_CHANGES, (bounds["since"], bounds["until"]))][::-1]
    places: dict[tuple[int, bool], tuple[int | None, int | None, int, int] | None] = {}
    labels: dict[tuple[int, ...], Callable[[int], Label]] = {}
    by_hour, by_project, by_session = "hour" in question.by, "project" in question.by, "session" in question.by
    sums: dict[tuple[Any, ...], list[int | None]] = {}
    sql = USES.replace("<only>", _only(question, "part"))
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


def billed_costs(history: History, question: Question) -> list[CostTotal]:
    """What providers billed, in order of time; money of one currency and kind is added up, exactly."""
    sums: dict[tuple[Any, ...], Decimal] = {}
    for group, (item, amount, currency, kind) in _buckets(history, question, "cost", COST_COLUMNS):
        whole = (*group, item or None, currency, kind)
        sums[whole] = sums.get(whole, Decimal(0)) + Decimal(amount)
    return [
        CostTotal(keys, origin, account, model, item, Money(amount, currency, MoneyKind(kind)))
        for (keys, origin, account, model, item, currency, kind), amount in sums.items()
    ]


def meters(history: History, question: Question) -> list[MeterTotal]:
    """Quantities that are not tokens, in order of time."""
    sums: dict[tuple[Any, ...], int] = {}
    newest: dict[tuple[Any, ...], int] = {}
    for group, (slot, feed, unit, quantity) in _buckets(history, question, "meter", METER_COLUMNS):
        whole = (*group, feed, unit)
        if unit == "bytes" and newest.get(whole) != slot:
            newest[whole], sums[whole] = slot, 0
        sums[whole] = sums.get(whole, 0) + quantity
    return [
        MeterTotal(keys, origin, account, model, feed, unit, quantity)
        for (keys, origin, account, model, feed, unit), quantity in sums.items()
    ]


def slots_between(history: History, start: datetime, end: datetime) -> list[tuple[str, datetime, int]]:
    """Account, start of the quarter hour, tokens: by account, oldest first; `start` and `end` are on quarter hours."""
    bounds = (milliseconds(start) // SLOT_MS, milliseconds(end) // SLOT_MS)
    return [(name, instant_of(slot * SLOT_MS), total) for name, slot, total in history.db.execute(SLOTS, bounds)]


def hours_of_week(history: History, question: Question) -> list[tuple[str, int, int]]:
    """Origin, hour of the local week (0: Monday from midnight on), tokens; `question.by` says nothing here, and whole-day buckets have no hour."""
    bounds = _bounds(question)
    part = FROM_SLOTS.replace("<shift>", _shift(history, question.zone, bounds))
    sql = HOURS_OF_WEEK.replace("<part>", part, 1).replace("<only>", _only(question, "part"))
    return history.db.execute(sql, bounds).fetchall()


def days_between(history: History, since: date, until: date) -> list[tuple[int, str, str, str, int]]:
    """
    Day (since 1970), account, origin, model ("": nobody said), tokens: of the history's own local days, both inclusive, oldest first.

    Plain tuples, because a year of them is read for each snapshot.
    """
    bounds = (since.toordinal() - EPOCH_ORDINAL, until.toordinal() - EPOCH_ORDINAL)
    return history.db.execute(DAYS, bounds).fetchall()


def tokens_by_account(history: History) -> dict[str, tuple[int, date]]:
    """Everything each account ever said, and the first local day with any of it."""
    return {name: (total, date.fromordinal(day + EPOCH_ORDINAL)) for name, total, day in history.db.execute(ACCOUNTS)}


def projects_since(history: History, start: datetime) -> list[str]:
    """The readable names of all projects that used anything since then, busiest first."""
    return [name for (name,) in history.db.execute(PROJECTS, (milliseconds(start) // SLOT_MS,))]


def responses_between(history: History, start: datetime, end: datetime) -> list[tuple[datetime, int, str]]:
    """The agents' responses in [start, end): when, tokens, project ("": nobody said); oldest first, those of one instant and project as one."""
    rows = history.db.execute(RESPONSES, (milliseconds(start), milliseconds(end)))
    return [(instant_of(at), total, project) for at, total, project in rows]


def sessions_between(history: History, start: datetime, end: datetime) -> list[SessionRow]:
    """The agents' sessions that used anything in [start, end), in the order of their beginning."""
    return [
        SessionRow(account, session, instant_of(first), instant_of(last), total, requests, project or None)
        for account, session, first, last, total, requests, project in history.db.execute(
            SESSIONS, (milliseconds(start), milliseconds(end))
        )
    ]


def first_day(history: History) -> date | None:
    """The first local day of which anything is known."""
    return _date_or_none(history.db.execute(FIRST_DAY).fetchone()[0])


def first_days_of_models(history: History) -> dict[str, date]:
    """The first local day on which each model was used."""
    return {model: date.fromordinal(day + EPOCH_ORDINAL) for model, day in history.db.execute(FIRST_DAYS)}


def last_day(history: History) -> date | None:
    """The last local day of which anything is known; in the future if some clock was wrong."""
    return _date_or_none(history.db.execute(LAST_DAY).fetchone()[0])


def request_count(history: History) -> int:
    """How many requests the history knows of, in all origins together: quick, whatever its size."""
    return int(history.db.execute(REQUESTS).fetchone()[0])


def usage_count(history: History) -> int:
    """How many usages the history holds; reads a whole index, 50 ms for five million."""
    return int(history.db.execute(USAGES).fetchone()[0])


def newest_reading(history: History) -> datetime | None:
    """When the newest thing known was said: an agent's last response, a provider's last good answer, a sample."""
    newest = history.db.execute(NEWEST).fetchone()[0]
    instants = [gauge.at for _, gauge in newest_gauges(history)]
    return max(instants if newest is None else [*instants, instant_of(newest)], default=None)


def local_day(history: History, zone: str) -> str:
    """SQL for the local day (since 1970-01-01) of a row of slot_total, whichever the history holds."""
    shift = _shift(history, zone, {"first": 0, "end": 2**40})
    return f"iif(span < 86400, slot + {shift}, slot) / 96"


def _fits_days(history: History, question: Question) -> bool:
    return question.project is None and KEYS_OF_DAYS.issuperset(question.by) and zone_of(history) == question.zone


def _bounds(question: Question) -> dict[str, Any]:
    # Beyond these years the calendar itself ends; no usage lies there.
    since = max(question.since.toordinal() - EPOCH_ORDINAL, 1)
    until = min(question.until.toordinal() - EPOCH_ORDINAL, date(9999, 12, 1).toordinal() - EPOCH_ORDINAL)
    first, end = slots_of_day(since, question.zone)[0], slots_of_day(max(until, 1), question.zone)[1]
    return {
        "since": since,
        "until": until,
        "first": first,
        "end": end,
        "low": min(first, since * SLOTS_OF_DAY),
        "high": max(end, (until + 1) * SLOTS_OF_DAY),
        "account": question.account,
        "source": question.source,
        "model": question.model,
        "project": question.project,
    }


def _place(
    slot: tuple[int, bool], bounds: dict[str, Any], zone: str, changes: list[int]
) -> tuple[int | None, int | None, int, int] | None:
    """Local hour, shift, day and price day of a quarter hour; None outside of the bounds. A whole day's bucket has only its own date."""
    number, daily = slot
    if daily:
        hour, shift, day = None, None, number // SLOTS_OF_DAY
        inside = bounds["since"] <= day <= bounds["until"]
    else:
        shift = _shift_at(number, ZoneInfo(zone))
        hour, day = (number + shift) // 4, (number + shift) // SLOTS_OF_DAY
        inside = bounds["first"] <= number < bounds["end"]
    place = bisect_right(changes, day)
    return (hour, shift, day, changes[place - 1] if place else bounds["since"]) if inside else None


def _answer_sql(history: History, question: Question, bounds: dict[str, Any]) -> str:
    if _fits_days(history, question):
        sql = ANSWER_BY_DAY if "day" in question.by else ANSWER.replace("<part>", FROM_DAYS)
    else:
        sql = ANSWER.replace("<part>", FROM_SLOTS.replace("<shift>", _shift(history, question.zone, bounds)))
    for name, expression in _columns(question).items():
        sql = sql.replace(f"<{name}>", expression)
    return sql.replace("<price_day>", _price_day(history, bounds)).replace("<only>", _only(question, "part"))


def _only(question: Question, part: str) -> str:
    wanted = [sql.replace("<part>", part) for name, sql in ONLY.items() if getattr(question, name) is not None]
    return " AND ".join(wanted) or "true"


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


def _shift(history: History, zone: str, bounds: dict[str, Any]) -> str:
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
    found = [(first, _shift_at(first, local))]
    for known in range(first, end, SLOTS_OF_DAY):
        upper = known + SLOTS_OF_DAY
        if (shift := _shift_at(upper, local)) != found[-1][1]:
            lower = known
            while upper - lower > 1:
                middle = (lower + upper) // 2
                lower, upper = (middle, upper) if _shift_at(middle, local) == found[-1][1] else (lower, middle)
            found.append((upper, shift))
    return found


def _shift_at(slot: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(slot * SLOT_SECONDS, zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) // SLOT_SECONDS


def _buckets(
    history: History, question: Question, table: str, columns: str
) -> Iterator[tuple[tuple[tuple[str | None, ...], str, str, str | None], tuple[Any, ...]]]:
    """Each bucket's (keys, origin, account, model), then its own columns."""
    sql = BUCKETS.replace("<table>", table).replace("<columns>", columns).replace("<only>", _only(question, "bucket"))
    rows = history.db.execute(sql, _bounds(question)).fetchall()
    accounts = _accounts(history)
    names = _names(history, {number for row in rows for number in row[2:4] if number})
    readable = {(account, name): text for account, name, text in history.db.execute(ALIASES)}
    keys = [_key_of(key, accounts, names, readable) for key in question.by]
    zone = ZoneInfo(question.zone)
    for slot, span, project, model, account_id, *own in rows:
        shift = _shift_at(slot, zone) if span < DAY_SECONDS else None
        hour = None if shift is None else (slot + shift) // 4
        as_total = (hour, shift, (slot + (shift or 0)) // SLOTS_OF_DAY, None, None, project, 0, account_id, model)
        account, origin = accounts[account_id]
        yield (tuple([key(as_total) for key in keys]), origin, account, names[model]), tuple(own)


def _in_words(history: History, by: tuple[str, ...], rows: list[tuple[Any, ...]]) -> list[TotalRow]:
    accounts = _accounts(history)
    names = _names(history, {number for row in rows for number in (row[5], row[6], row[8], row[9]) if number})
    readable = {}
    if "project" in by:
        readable = {(account, name): text for account, name, text in history.db.execute(ALIASES)}
    keys = [_key_of(key, accounts, names, readable) for key in by]
    found = []
    for row in rows:
        account, origin = accounts[row[7]]
        words = tuple([key(row) for key in keys])
        found.append(TotalRow(words, origin, account, names[row[8]], names[row[9]], row[10], row[11], row[12:]))
    return found


def _accounts(history: History) -> dict[int, tuple[str, str]]:
    return {number: (name, origin) for number, name, origin in history.db.execute(ACCOUNT_ORIGINS)}


def _names(history: History, ids: set[int]) -> dict[int | None, str | None]:
    names: dict[int | None, str | None] = {None: None, 0: None}
    wanted = sorted(ids)
    for first in range(0, len(wanted), NAMES_AT_ONCE):
        some = wanted[first : first + NAMES_AT_ONCE]
        names.update(history.db.execute(NAMES.replace("<ids>", ", ".join("?" * len(some))), some).fetchall())
    return names


def _key_of(
    key: str,
    accounts: dict[int, tuple[str, str]],
    names: dict[int | None, str | None],
    readable: dict[tuple[int, int], str],
) -> Callable[[tuple[Any, ...]], str | None]:
    match key:
        case "hour":
            return lambda row: None if row[0] is None else _hour(row[0], row[1])
        case "day":
            return lambda row: _day(row[2])
        case "week":
            return lambda row: _week(row[3] if row[2] is None else (row[2] + 3) // 7)
        case "month":
            return lambda row: row[4] if row[2] is None else _day(row[2])[:7]
        case "source":
            return lambda row: accounts[row[7]][0].partition("/")[0]
        case "account":
            return lambda row: accounts[row[7]][0]
        case "origin":
            return lambda row: accounts[row[7]][1]
        case "model":
            return lambda row: names[row[8]]
        case "project":
            return lambda row: readable.get((row[7], row[5])) or names[row[5]]
        case "session":
            return lambda row: names[row[6]]
    raise ValueError(f"nothing can be grouped by {key!r}")


def _whole_sums(row: tuple[Any, ...]) -> tuple[Any, ...]:
    halves = row[12:]
    pairs = zip(halves[::2], halves[1::2], strict=True)
    return (*row[:12], *(None if high is None else (high << LOW_BITS) + low for high, low in pairs))


@cache
def _hour(hour: int, shift: int) -> str:
    sign, minutes = "-" if shift < 0 else "+", abs(shift) * 15
    return f"{_day(hour // 24)}T{hour % 24:02}:00{sign}{minutes // 60:02}:{minutes % 60:02}"


@cache
def _day(day: int) -> str:
    return date.fromordinal(day + EPOCH_ORDINAL).isoformat()


@cache
def _week(week: int | None) -> str | None:
    if week is None:
        return None
    year, number, _ = date.fromordinal(week * 7 - 3 + EPOCH_ORDINAL).isocalendar()
    return f"{year}-W{number:02}"


def _date_or_none(day: int | None) -> date | None:
    return None if day is None else date.fromordinal(day + EPOCH_ORDINAL)
