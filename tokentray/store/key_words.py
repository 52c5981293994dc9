"""Puts the numbers of a row into the words that a question's keys are told in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from tokentray.store.database import History
from tokentray.store.rollup import EPOCH_ORDINAL

ACCOUNT_ORIGINS = "SELECT id, name, origin FROM account"
NAMES = "SELECT id, text FROM name WHERE id IN (<ids>)"
ALIASES = "SELECT account, name, text FROM alias"
NAMES_AT_ONCE = 500


def accounts_by_id(history: History) -> dict[int, tuple[str, str]]:
    """Each account's name and origin."""
    return {number: (name, origin) for number, name, origin in history.db.execute(ACCOUNT_ORIGINS)}


def names_by_id(history: History, ids: set[int]) -> dict[int | None, str | None]:
    """The texts of these numbers; of 0 and None, which nobody said, it is None."""
    names: dict[int | None, str | None] = {None: None, 0: None}
    wanted = sorted(ids)
    for first in range(0, len(wanted), NAMES_AT_ONCE):
        some = wanted[first : first + NAMES_AT_ONCE]
        names.update(history.db.execute(NAMES.replace("<ids>", ", ".join("?" * len(some))), some).fetchall())
    return names


def key_word(
    key: str,
    accounts: dict[int, tuple[str, str]],
    names: dict[int | None, str | None],
    readable: dict[tuple[int, int], str],
) -> Callable[[tuple[Any, ...]], str | None]:
    """
    What gives the word of one key for a row: local hour, shift, day, week, month, project, session, account, model, all as numbers.

    `readable` are the projects' names by account and number.
    """
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
