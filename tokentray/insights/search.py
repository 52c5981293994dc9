"""What a person types to find cards: words and filters, such as `tag:refactor outcome:failed model:opus since:2026-09 "two words"`."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from typing import TypeVar

from tokentray.core.journal import Level, Outcome, SearchQuery

PART = re.compile(r'(?:(?P<name>[^\W\d_]+):(?!//))?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))?\s*')
YEAR = re.compile(r"\d{4}")
MONTH = re.compile(r"(\d{4})-(\d{1,2})")
WEEK = re.compile(r"(\d{4})-?[Ww](\d{1,2})")
FILTERS = ("tag", "outcome", "level", "function", "model", "project", "since", "until", "draft")
Word = TypeVar("Word", Outcome, Level)
YES_NO = {"yes": True, "true": True, "only": True, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class Search:
    """What was understood, and in clear words what was not; with `problems` the query lacks those parts."""

    query: SearchQuery
    problems: tuple[str, ...] = ()


def parse_search(text: str) -> Search:
    """
    Words and "phrases" must all be found; filters are `name:value`, `name:"two words"` or `name:one,other` (either will do).

    `since` and `until` take a day (2026-09-14), a week (2026-W38), a month (2026-09) or a year, from its first or to its last day.
    A word with a colon that is no filter's name is a problem, but for web addresses and times of day.
    """
    reader = _Reader()
    place = 0
    text = text.strip()
    while place < len(text):
        part = PART.match(text, place)
        # Everything matches but a lone quotation mark's rest, which the pattern takes as unclosed.
        place = part.end() if part is not None and part.end() > place else place + 1
        if part is not None:
            reader.read(part["name"], part["quoted"], part["plain"])
    return reader.search()


class _Reader:
    """Takes the parts of a search in, one after the other."""

    def __init__(self) -> None:
        self._lists: dict[str, list[str]] = {name: [] for name in ("word", "tag", "function", "model", "project")}
        self._outcomes: list[Outcome] = []
        self._levels: list[Level] = []
        self._since: date | None = None
        self._until: date | None = None
        self._draft: bool | None = None
        self._problems: list[str] = []

    def read(self, name: str | None, quoted: str | None, plain: str | None) -> None:
        value = (quoted if quoted is not None else plain or "").strip()
        if name is None:
            if value:
                self._lists["word"].append(value)
            return
        name = name.lower()
        if name not in FILTERS:
            self._say(_unknown(name))
        elif not value:
            self._say(f"“{name}:” needs a value right behind the colon, such as {name}:{_example(name)}.")
        else:
            values = [value] if quoted is not None else [one for one in value.split(",") if one]
            for one in values:
                self._narrow(name, one)

    def search(self) -> Search:
        if self._since is not None and self._until is not None and self._since > self._until:
            self._say(f"since:{self._since} is after until:{self._until}, so nothing can be found.")
        lists = {name: tuple(dict.fromkeys(values)) for name, values in self._lists.items()}
        query = SearchQuery(
            lists["word"],
            lists["tag"],
            tuple(dict.fromkeys(self._outcomes)),
            tuple(dict.fromkeys(self._levels)),
            lists["function"],
            lists["model"],
            lists["project"],
            self._since,
            self._until,
            self._draft,
        )
        return Search(query, tuple(dict.fromkeys(self._problems)))

    def _narrow(self, name: str, value: str) -> None:
        match name:
            case "outcome":
                self._add_word(self._outcomes, Outcome, name, value)
            case "level":
                self._add_word(self._levels, Level, name, value)
            case "since":
                self._since = self._day(name, value, first_day_of)
            case "until":
                self._until = self._day(name, value, last_day_of)
            case "draft":
                if value.lower() in YES_NO:
                    self._draft = YES_NO[value.lower()]
                else:
                    self._say(f"“draft:{value}” is not known; there are draft:yes and draft:no.")
            case _:
                self._lists[name].append(value)

    def _add_word(self, words: list[Word], kind: type[Word], name: str, value: str) -> None:
        try:
            words.append(kind(value.lower()))
        except ValueError:
            known = ", ".join(word.value for word in kind)
            self._say(f"“{name}:{value}” is not known; there are {known}.")

    def _day(self, name: str, value: str, edge: Callable[[str], date | None]) -> date | None:
        day = edge(value)
        if day is None:
            self._say(f"“{name}:{value}” is no day; it can be 2026-09-14, 2026-W38, 2026-09 or 2026.")
        return day

    def _say(self, problem: str) -> None:
        self._problems.append(problem)


def first_day_of(text: str) -> date | None:
    """Of a day, an ISO week, a month or a year; None if it is none of them."""
    return _edges(text)[0]


def last_day_of(text: str) -> date | None:
    """Of a day, an ISO week, a month or a year; None if it is none of them."""
    return _edges(text)[1]


def _edges(text: str) -> tuple[date, date] | tuple[None, None]:
    try:
        if YEAR.fullmatch(text):
            return date(int(text), 1, 1), date(int(text), 12, 31)
        if month := MONTH.fullmatch(text):
            year, number = int(month[1]), int(month[2])
            return date(year, number, 1), date(year, number, monthrange(year, number)[1])
        if week := WEEK.fullmatch(text):
            monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
            return monday, monday + timedelta(days=6)
        day = date.fromisoformat(text)
    except (ValueError, OverflowError):
        return None, None
    return day, day


def _unknown(name: str) -> str:
    near = get_close_matches(name, FILTERS, 1, 0.6)
    hint = f" Did you mean “{near[0]}:”?" if near else f" There are {', '.join(FILTERS)}."
    return f"There is no filter “{name}:”.{hint}"


def _example(name: str) -> str:
    return {"outcome": "failed", "level": "team", "since": "2026-09", "until": "2026-09", "draft": "yes"}.get(
        name, "refactor" if name == "tag" else "name"
    )
