"""Runs of use without a longer pause, made from the usage rows, with what the person cut and joined of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from itertools import chain
from typing import Any, NamedTuple

from tokentray.core.journal import Link, WorkEdit
from tokentray.core.usage import Tokens
from tokentray.store.database import History, transaction
from tokentray.store.rollup import COUNTS, DAY_MS
from tokentray.store.usage_table import instant_of, milliseconds

PAUSE_MS = 300_000
DAYS_AT_ONCE = 32

# Rows of one span do not overlap but by whole buckets, so a run goes on where a row begins within five minutes of the end of the one before it.
# A bucket of an hour or more is a run of its own: whether a log speaks of the same tokens is asked for each of them.
MADE = f"""
    WITH part AS (
        SELECT start / {DAY_MS} AS day, account, project, span, start, start + span * 1000 AS "end", model, tier, band, {COUNTS}
        FROM usage WHERE account = ? AND start >= ? AND start < ? AND span < 86400
    ),
    marked AS (
        SELECT *, start - lag("end") OVER run > iif(span < 3600, {PAUSE_MS}, -1) AS begins FROM part
        WINDOW run AS (PARTITION BY day, project, span ORDER BY start)
    ),
    numbered AS (
        SELECT *, coalesce(sum(begins) OVER run, 0) AS number FROM marked
        WINDOW run AS (PARTITION BY day, project, span ORDER BY start ROWS UNBOUNDED PRECEDING)
    ),
    summed AS (
        SELECT day, account, project, span, number, min(start) AS start, max("end") AS "end", model, tier, band,
            {", ".join(f"SUM({count}) AS {count}" for count in COUNTS.split(", "))}
        FROM numbered GROUP BY day, project, span, number, model, tier, band
    )
    SELECT day, account, project, span, min(start) OVER run, model, tier, band, max("end") OVER run, {COUNTS}
    FROM summed WINDOW run AS (PARTITION BY day, project, span, number)
"""
KEEP = f'INSERT INTO run (day, account, project, span, start, model, tier, band, "end", {COUNTS}) {MADE}'
FORGET = "DELETE FROM run WHERE account = ? AND day >= ? AND day < ?"
STALE = "SELECT account, day FROM stale_day WHERE day BETWEEN ? AND ? ORDER BY account, day"
UNMARK = "DELETE FROM stale_day WHERE account = ? AND day >= ? AND day < ?"
HELD = f"""
    SELECT day, account, project, span, start, model, tier, band, "end", {COUNTS} FROM run
    WHERE day BETWEEN ? AND ? AND "end" >= ? AND start < ?
"""
EXCEPT_STALE = " AND (account, day) NOT IN (SELECT account, day FROM stale_day)"
ACCOUNTS = "SELECT id, name FROM account"
ORIGINS = "SELECT id, origin FROM account"
NAME = "SELECT text FROM name WHERE id = ?"

EDITS = "SELECT kind, project, at, until FROM work_edit ORDER BY number"
KEEP_EDIT = "INSERT INTO work_edit (kind, project, at, until) VALUES (?, ?, ?, ?)"
UNDO = "DELETE FROM work_edit WHERE number = (SELECT max(number) FROM work_edit) RETURNING kind, project, at, until"

LINKS = (
    'SELECT card, project, anchor, start, "end" FROM card_link WHERE anchor >= ? AND anchor < ? ORDER BY card, place'
)

FIRST_DAY, LAST_DAY = -(10**6), 10**7


class Run(NamedTuple):
    """
    One model's part of a run: use of one account and project without a pause over five minutes, within one UTC day.

    `start` and `end` are the whole run's, in milliseconds since 1970: the first and the last response's instants, or the edges of its
    bucket. `span` is seconds: 0 for single responses. `project`, `model` and `tier` None: nobody said. Prices hold of `price_day`
    (days since 1970-01-01). `counts` are the token classes in their order, then requests.
    """

    # Not a dataclass: five years have a hundred thousand of these, and they are wanted in 300 ms.
    start: int
    end: int
    span: int
    project: str | None
    account: str
    origin: str
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


def fresh_runs(
    history: History, since: date | None = None, until: date | None = None, stop: Callable[[], bool] | None = None
) -> int:
    """
    Makes the runs of those UTC days again of which rows have changed, newest first; gives how many days of accounts that were.

    Both inclusive, None: without an end. Every month or so (of a busy person: 150 ms) is a transaction of its own, and before each of them
    `stop` is asked; not to be called in one. Reading gives the right runs without this, too, only slower.
    """
    made = 0
    stretches = _stale(history, _day_number(since, FIRST_DAY), _day_number(until, LAST_DAY))
    for account, first, end in sorted(stretches, key=lambda stretch: -stretch[2]):
        if stop is not None and stop():
            break
        with transaction(history):
            history.db.execute(FORGET, (account, first, end))
            history.db.execute(KEEP, (account, first * DAY_MS, end * DAY_MS))
            history.db.execute(UNMARK, (account, first, end))
        made += end - first
    return made


def runs_between(history: History, since: datetime, until: datetime) -> list[Run]:
    """All runs that touch [since, until), whole, by their start; parts of one run follow each other, by account and project."""
    start, end = milliseconds(since), milliseconds(until)
    first, last = start // DAY_MS - 1, max(end - 1, start) // DAY_MS
    stale = _stale(history, first, last)
    held = history.db.execute(HELD + (EXCEPT_STALE if stale else ""), (first, last, start, end))
    made = (
        row
        for account, stale_first, stale_end in stale
        for row in history.db.execute(MADE, (account, stale_first * DAY_MS, stale_end * DAY_MS))
        if row[8] >= start and row[4] < end
    )
    return _in_words(history, chain(held, made))


def runs_within(history: History, since: datetime, until: datetime) -> list[Run]:
    """As `runs_between`, but only of the rows that start in [since, until): what a stretch that was cut by hand holds. Reads those rows."""
    bounds = (milliseconds(since), milliseconds(until))
    accounts = [row[0] for row in history.db.execute(ACCOUNTS)]
    return _in_words(history, (row for account in accounts for row in history.db.execute(MADE, (account, *bounds))))


def links_between(history: History, since: datetime, until: datetime) -> list[tuple[str, Link]]:
    """The id of each card with its links that hold within [since, until)."""
    rows = history.db.execute(LINKS, (milliseconds(since), milliseconds(until)))
    return [(card, Link(project, *map(instant_of, instants))) for card, project, *instants in rows]


def work_edits(history: History) -> list[WorkEdit]:
    """What was cut and joined by hand, in that order."""
    return [_edit(row) for row in history.db.execute(EDITS)]


def record_work_edit(history: History, edit: WorkEdit) -> None:
    """Adds it as the last one."""
    until = None if edit.until is None else milliseconds(edit.until)
    history.db.execute(KEEP_EDIT, (edit.kind, edit.project, milliseconds(edit.at), until))


def undo_work_edit(history: History) -> WorkEdit | None:
    """Takes the last one back, and gives it; None if there is none."""
    row = history.db.execute(UNDO).fetchone()
    return _edit(row) if row else None


def _stale(history: History, first: int, last: int) -> list[tuple[int, int, int]]:
    """Stretches of stale days as (account, first day, end day), none much longer than a month."""
    stretches: list[tuple[int, int, int]] = []
    for account, day in history.db.execute(STALE, (first, last)):
        known = stretches[-1] if stretches else (0, 0, 0)
        if known[0] == account and known[2] == day and day - known[1] < DAYS_AT_ONCE:
            stretches[-1] = (account, known[1], day + 1)
        else:
            stretches.append((account, day, day + 1))
    return stretches


def _in_words(history: History, rows: Iterable[tuple[Any, ...]]) -> list[Run]:
    accounts = dict(history.db.execute(ACCOUNTS))
    origins = dict(history.db.execute(ORIGINS))
    names = _Names(history)
    # By place: giving the columns names first takes a tenth of a second for five years.
    runs = [
        Run(
            row[4],
            row[8],
            row[3],
            names[row[2]],
            accounts[row[1]],
            origins[row[1]],
            names[row[5]],
            names[row[6]],
            row[7],
            row[0],
            row[9:],
        )
        for row in rows
    ]
    runs.sort(key=_order)
    return runs


def _order(run: Run) -> tuple[int, str, str, int, str, str, int]:
    # By texts: the numbers of names depend on what came first.
    start, _, span, project, account, _, model, tier, band = run[:9]
    return (start, account, project or "", span, model or "", tier or "", band)


class _Names(dict[int, str | None]):
    """Texts by their numbers, each read once: five years know few of them."""

    def __init__(self, history: History) -> None:
        super().__init__({0: None})
        self._history = history

    def __missing__(self, number: int) -> str | None:
        (self[number],) = self._history.db.execute(NAME, (number,)).fetchone()
        return self[number]


def _edit(row: tuple[Any, ...]) -> WorkEdit:
    kind, project, at, until = row
    return WorkEdit(kind, project, instant_of(at), None if until is None else instant_of(until))


def _day_number(day: date | None, open_end: int) -> int:
    return open_end if day is None else (day - date(1970, 1, 1)).days
