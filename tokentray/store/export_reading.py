"""Brings an export of a TokenTray back: into an empty history unchanged, into another one without counting anything twice."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import TextIOWrapper
from typing import Any, TextIO

from tokentray.core.errors import HistoryError, Unreadable
from tokentray.core.found import Found, Response
from tokentray.core.journal import Card, CheckIn, Edit, Level, Link, Outcome, Retry, WorkEdit
from tokentray.core.usage import Origin
from tokentray.store import rollup
from tokentray.store.account_table import account_id
from tokentray.store.checkin_table import checkin_of, record_checkin
from tokentray.store.copying import COUNTED, KINDS, SCHEMA
from tokentray.store.database import SET_ZONE, ZONE, History, is_sample, mark_sample, transaction
from tokentray.store.export_csv_reading import is_csv, told_by_csv
from tokentray.store.journal_table import (
    all_retries,
    card_from_texts,
    card_of,
    keep_edit,
    put_card,
    record_retry,
    save_search,
    saved_searches,
    set_tag_colour,
    tag_colours,
)
from tokentray.store.log_table import KEEP_SESSION, record_logs
from tokentray.store.names import name_id, set_aliases
from tokentray.store.poll_table import FORGET_GAP, KEEP_GAP, SET_STRETCH, STRETCH, record_complete
from tokentray.store.rollup import DAY_MS
from tokentray.store.unfinished import is_new
from tokentray.store.usage_table import instant_of, milliseconds
from tokentray.store.work_table import record_work_edit, work_edits

FIRST_LINE = f'{{"schema": {json.dumps(SCHEMA)},'
ROWS_AT_ONCE = 20_000
DAYS_AT_ONCE = 500

KEEP_USAGE = f"""
    INSERT OR <else> INTO usage (account, id, start, span, feed, model, project, session, api_key, tier, band, {", ".join(COUNTED)}, flags)
    VALUES ({", ".join("?" * 20)})
"""
KEEP_COST = """
    INSERT OR REPLACE INTO cost (account, id, start, span, feed, model, project, line_item, amount, currency, kind)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
KEEP_METER = """
    INSERT OR REPLACE INTO meter (account, id, start, span, feed, model, project, api_key, unit, quantity)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
KEEP = {"usage": KEEP_USAGE.replace("<else>", "REPLACE"), "cost": KEEP_COST, "meter": KEEP_METER}
KEEP_GAUGE = """
    INSERT OR IGNORE INTO gauge (account, name, at, used_percent, used, "limit", remaining, unit, window_minutes, resets_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
KEEP_COST_STATE = """
    INSERT OR IGNORE INTO cost_state (session, at, model, input, cache_read, cache_write, cache_write_1h, output, cost)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
ALIASES = "SELECT account, name.text FROM alias JOIN name ON name.id = alias.name"
USAGES = "SELECT count(*) FROM usage"
CARDS = "SELECT count(*) FROM card"

# How much a row of a bucket weighs: of two readings of one bucket the heavier one is the later one.
TOKENS = "coalesce(input, 0) + coalesce(cache_read, 0) + coalesce(cache_write, 0) + coalesce(output, 0) + coalesce(unsplit, 0)"
WEIGHTS = {"usage": TOKENS, "cost": "amount", "meter": "quantity"}
HELD = "SELECT start, span, <weight> FROM <table> WHERE account = ? AND feed = ? AND start >= ? AND start < ?"
FORGET = "DELETE FROM <table> WHERE account = ? AND feed = ? AND start >= ? AND start < ?"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReadBack:
    """How many rows of an export were read, and what of it was new to the history."""

    rows: int
    new_usages: int
    new_cards: int


def is_export(path: str) -> bool:
    """Whether a file begins as an export of a TokenTray does, as JSON or as CSV."""
    try:
        with open(path, "rb") as file:
            start = file.read(1000)
            return json.dumps(SCHEMA).encode() in start or is_csv(start.decode("utf-8", "replace"))
    except OSError:
        return False


def read_export(history: History, path: str, progress: Callable[[float], object] | None = None) -> ReadBack:
    """
    Takes in what `export_json` or `export_csv` wrote; reading it again changes nothing. Not to be called in a transaction: it makes several.

    What both know is counted once: a response is completed, of a provider's bucket the fuller reading stays, of a card the text saved last,
    and the other one as an earlier text of it. Prices are to be looked up afterwards. `progress` hears how much is read, 0 to 1.

    Raises:
        Unreadable: it is no export of a TokenTray, or not a whole one. What was read before a bad row stays, and may be read again.
        HistoryError: the file is not there, or one of file and history is made up and the other is not.
    """
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as raw, TextIOWrapper(raw, encoding="utf-8", newline="\n") as file:
            reading = _Reading(history, path)
            return reading.take(_told(history, file, path), lambda: progress and progress(raw.tell() / size))
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is no export of a TokenTray.") from error
    except OSError as error:
        raise HistoryError(f"{path} cannot be read ({error.strerror}).") from error


class _Reading:
    """One export on its way into the history: rows that stand for themselves in lots, the others when all has been read."""

    def __init__(self, history: History, path: str) -> None:
        self._history = history
        self._path = path
        self._sample = False
        self._accounts: dict[str, int] = {}
        self._kept: dict[str, list[Row]] = {}

    def take(self, told: Iterable[tuple[str, Any]], progress: Callable[[], object]) -> ReadBack:
        before, rows = self._counts(), 0
        try:
            for kind, lot in _lots(told):
                rows += len(lot) if kind in KINDS else 0
                with transaction(self._history):
                    self._take_lot(kind, lot)
                progress()
            for table in ("usage", "cost", "meter"):
                self._merge(table)
            with transaction(self._history):
                self._take_stretches()
                self._take_journal()
        except UnicodeDecodeError:
            raise  # no row, but the whole file
        except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError, sqlite3.IntegrityError) as error:
            raise Unreadable(f"{self._path} has a row that is not as it should be ({error}).") from error
        usages, cards = (after - known for after, known in zip(self._counts(), before, strict=True))
        return ReadBack(rows, usages, cards)

    def _counts(self) -> list[int]:
        return [self._history.db.execute(sql).fetchone()[0] for sql in (USAGES, CARDS)]

    def _take_lot(self, kind: str, lot: list[Any]) -> None:
        if kind in ("schema", "zone", "sample"):
            self._take_head(kind, lot[0])
            return
        if self._sample != is_sample(self._history):
            self._take_sample()
        match kind:
            case "account":
                for row in lot:
                    origin = str(Origin(row["origin"]))
                    self._accounts[row["account"]] = account_id(self._history, row["account"], origin)
            case "session":
                self._many(KEEP_SESSION, [self._session(row) for row in lot])
            case "alias":
                self._take_aliases(lot)
            case "cost_state":
                self._many(KEEP_COST_STATE, [self._cost_state(row) for row in lot])
            case "usage":
                self._take_usages(lot)
            case "gauge":
                self._many(KEEP_GAUGE, [self._gauge(row) for row in lot])
            case _:
                self._kept.setdefault(kind, []).extend(lot)

    def _take_head(self, kind: str, value: Any) -> None:
        if kind == "sample":
            self._sample = bool(value)
        elif kind == "zone" and self._history.db.execute(ZONE).fetchone() is None:
            self._history.db.execute(SET_ZONE, (value,))
            rollup.remake_days(self._history)

    def _take_sample(self) -> None:
        if self._sample and is_new(self._history) and not any(self._counts()):
            mark_sample(self._history)
            return
        raise HistoryError(
            f"One of {self._path} and the history is made up, and the other is not: they are kept apart."
        )

    def _take_aliases(self, lot: list[Row]) -> None:
        held = {row[:2] for row in self._history.db.execute(ALIASES)}
        for row in lot:
            account = self._accounts[row["account"]]
            if (account, row["name"]) not in held:
                set_aliases(self._history, account, {row["name"]: row["text"]})

    def _take_usages(self, lot: list[Row]) -> None:
        found: dict[int, Found] = {}
        single: list[tuple[Any, ...]] = []
        for row in lot:
            if any(row[count] is not None and row[count] < 0 for count in COUNTED):
                raise ValueError(f"a count of {row['id']} is below zero")
            if row["feed"] is not None:
                self._kept.setdefault("usage", []).append(row)
            elif _is_response(row):
                found.setdefault(self._accounts[row["account"]], Found()).responses.append(_response(row))
            else:
                single.append(self._usage(row))
        for account, responses in found.items():
            record_logs(self._history, account, responses, ())
        self._many(KEEP_USAGE.replace("<else>", "IGNORE"), single)
        rollup.remake_totals(self._history, {(row[0], row[3], rollup.slot_of(row[2], row[3])) for row in single})

    def _merge(self, table: str) -> None:
        """What feeds of providers said, day by day; a day is the least stretch in which buckets of any length can be compared."""
        rows = {"usage": self._usage, "cost": self._cost, "meter": self._meter}[table]
        days: dict[tuple[str, str, int], list[Row]] = {}
        for row in self._kept.pop(table, ()):
            days.setdefault((row["account"], row["feed"], _ms(row["start"]) // DAY_MS), []).append(row)
        for lot in _in_lots(sorted(days)):
            with transaction(self._history):
                touched: set[tuple[int, int, int]] = set()
                for key in lot:
                    touched |= self._merge_day(table, key[2], [rows(row) for row in days[key]])
                if table == "usage":
                    rollup.remake_totals(self._history, touched)

    def _merge_day(self, table: str, day: int, rows: list[tuple[Any, ...]]) -> set[tuple[int, int, int]]:
        account, feed = rows[0][0], rows[0][4]
        bounds = (account, feed, day * DAY_MS, (day + 1) * DAY_MS)
        sql = HELD.replace("<table>", table).replace("<weight>", WEIGHTS[table])
        held = _weights(self._history.db.execute(sql, bounds))
        told = _weights((row[2], row[3], _weight(table, row)) for row in rows)
        stretches = _fuller(day, held, told)
        for start, end in stretches:
            self._history.db.execute(FORGET.replace("<table>", table), (account, feed, start, end))
        taken = [row for row in rows if any(start <= row[2] < end for start, end in stretches)]
        self._many(KEEP[table], taken)
        buckets = {(start, span) for start, span in held if any(first <= start < end for first, end in stretches)}
        buckets |= {(row[2], row[3]) for row in taken}
        return {(account, span, rollup.slot_of(start, span)) for start, span in buckets}

    def _take_stretches(self) -> None:
        gaps: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
        for row in self._kept.get("gap", ()):
            gap = (_ms(row["start"]), _ms(row["until"]), row["why"])
            gaps.setdefault((row["account"], row["feed"]), []).append(gap)
        for row in self._kept.get("feed", ()):
            account, feed = self._accounts[row["account"]], row["feed"]
            since, until = _ms(row["complete_since"]), _ms(row["complete_until"])
            inside = gaps.get((row["account"], feed), [])
            if self._history.db.execute(STRETCH, (account, feed)).fetchone() is None:
                self._history.db.execute(SET_STRETCH, (account, feed, since, until))
                for gap in inside:
                    self._history.db.execute(FORGET_GAP, (account, feed, gap[0]))
                    self._history.db.execute(KEEP_GAP, (account, feed, *gap))
                continue
            for first, end in _between(since, until, inside):
                record_complete(self._history, account, {feed: (instant_of(first), instant_of(end))})

    def _take_journal(self) -> None:
        kept = self._kept
        colours, searches = tag_colours(self._history), dict(saved_searches(self._history))
        for row in kept.get("tag", ()):
            if row["tag"] not in colours:
                set_tag_colour(self._history, row["tag"], row["colour"])
        for row in kept.get("saved_search", ()):
            if row["name"] not in searches:
                save_search(self._history, row["name"], row["text"])
        for card in _cards(kept):
            _take_card(self._history, card)
        for row in kept.get("card_edit", ()):
            keep_edit(self._history, Edit(_instant(row["at"]), card_from_texts(row["card"], row["text"])))
        for row in kept.get("checkin", ()):
            _take_checkin(self._history, row)
        retries = {retry.card: retry for retry in all_retries(self._history)}
        for row in kept.get("retry", ()):
            again = None if row["again"] is None else bool(row["again"])
            if row["card"] not in retries or (retries[row["card"]].again is None and again is not None):
                record_retry(self._history, Retry(row["card"], row["model"], _instant(row["offered_at"]), again))
        edits = work_edits(self._history)
        for row in kept.get("work_edit", ()):
            until = None if row["until"] is None else _instant(row["until"])
            edit = WorkEdit(row["edit"], row["project"], _instant(row["at"]), until)
            if edit not in edits:
                record_work_edit(self._history, edit)

    def _many(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        self._history.db.executemany(sql, rows)

    def _names(self, row: Row, *kinds: str) -> Iterator[int]:
        return (name_id(self._history, row[kind]) for kind in kinds)

    def _session(self, row: Row) -> tuple[Any, ...]:
        parent = name_id(self._history, row.get("parent"))
        return (name_id(self._history, row["session"]), _ms(row["first_at"]), parent)

    def _cost_state(self, row: Row) -> tuple[Any, ...]:
        session, model = self._names(row, "session", "model")
        counts = (row[count] for count in ("input", "cache_read", "cache_write", "cache_write_1h", "output"))
        return (session, _ms(row["at"]), model, *counts, row["amount"])

    def _bucket(self, row: Row, key: int | str, *names: str) -> tuple[Any, ...]:
        return (self._accounts[row["account"]], key, _ms(row["start"]), row["span"], *self._names(row, *names))

    def _usage(self, row: Row) -> tuple[Any, ...]:
        names = ("feed", "model", "project", "session", "api_key", "tier")
        counts = (row[count] for count in COUNTED)
        return (*self._bucket(row, int(row["id"], 16), *names), row["band"], *counts, row["flags"])

    def _cost(self, row: Row) -> tuple[Any, ...]:
        names = ("feed", "model", "project", "line_item")
        return (*self._bucket(row, row["id"], *names), row["amount"], row["currency"], row["kind_of_money"])

    def _meter(self, row: Row) -> tuple[Any, ...]:
        return (*self._bucket(row, row["id"], "feed", "model", "project", "api_key"), row["unit"], row["quantity"])

    def _gauge(self, row: Row) -> tuple[Any, ...]:
        levels = (row[level] for level in ("used_percent", "used", "limit", "remaining", "unit", "window_minutes"))
        resets_at = None if row["resets_at"] is None else _ms(row["resets_at"])
        return (self._accounts[row["account"]], row["name"], _ms(row["at"]), *levels, resets_at)


def _told(history: History, file: TextIO, path: str) -> Iterator[tuple[str, Any]]:
    """Each kind with its value or, one after the other, with its rows."""
    first = file.readline()
    if first.rstrip("\r\n") == FIRST_LINE:
        yield from _told_by_lines(file, path)
        return
    if is_csv(first):
        file.seek(0)
        yield from told_by_csv(history, file, path)
        return
    # Some other program has laid it out anew: it has to be read as a whole.
    try:
        told = json.loads(first + file.read())
    except ValueError:
        told = None
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        raise Unreadable(f"{path} is no export of a TokenTray.")
    for kind in ("zone", "sample", *KINDS):
        value = told.get(kind, [])
        yield from ((kind, row) for row in (value if isinstance(value, list) else [value]))


def _told_by_lines(file: TextIO, path: str) -> Iterator[tuple[str, Any]]:
    decode = json.JSONDecoder().raw_decode
    kind, last = "", ""
    for line in file:
        last = line
        if line[0] == "{":
            yield kind, decode(line)[0]
        elif line[0] == '"':
            kind, end = decode(line)
            if not line.startswith(": [", end):
                yield kind, decode(line, end + 2)[0]
    if not last.rstrip().endswith("]}"):
        raise Unreadable(f"{path} ends in the middle: it is not a whole export.")


def _lots(told: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, list[Any]]]:
    kind = ""
    lot: list[Any] = []
    for told_kind, row in told:
        if lot and (told_kind != kind or len(lot) == ROWS_AT_ONCE):
            yield kind, lot
            lot = []
        kind = told_kind
        lot.append(row)
    if lot:
        yield kind, lot


def _in_lots(keys: list[tuple[str, str, int]]) -> Iterator[list[tuple[str, str, int]]]:
    return (keys[first : first + DAYS_AT_ONCE] for first in range(0, len(keys), DAYS_AT_ONCE))


def _is_response(row: Row) -> bool:
    return (row["span"], row["unsplit"], row["requests"], row["api_key"]) == (0, None, 1, None)


def _response(row: Row) -> Response:
    names = (row[name] or "" for name in ("model", "project", "session", "tier"))
    counts = (row[count] for count in COUNTED[:6])
    return (int(row["id"], 16), _ms(row["start"]), *names, *counts, row["flags"])


def _weight(table: str, row: tuple[Any, ...]) -> Any:
    if table != "usage":
        return row[8 if table == "cost" else 9]
    fresh, read, written, _, output, _, unsplit, _ = row[11:19]
    return sum(count or 0 for count in (fresh, read, written, output, unsplit))


def _weights(rows: Iterable[tuple[int, int, Any]]) -> dict[tuple[int, int], Decimal]:
    weights: dict[tuple[int, int], Decimal] = {}
    for start, span, weight in rows:
        weights[start, span] = weights.get((start, span), Decimal(0)) + Decimal(weight)
    return weights


def _fuller(
    day: int, held: dict[tuple[int, int], Decimal], told: dict[tuple[int, int], Decimal]
) -> list[tuple[int, int]]:
    """The stretches [start, end) in which the export knows more than the history."""
    if held and {span for _, span in held} != {span for _, span in told}:
        more = sum(told.values()) > sum(held.values())
        return [(day * DAY_MS, (day + 1) * DAY_MS)] if more else []
    return [(key[0], key[0] + 1) for key, weight in told.items() if key not in held or weight > held[key]]


def _between(since: int, until: int, gaps: list[tuple[int, int, str]]) -> Iterator[tuple[int, int]]:
    for start, end, _ in sorted(gaps):
        if since < start:
            yield since, min(start, until)
        since = max(since, end)
    if since < until:
        yield since, until


def _cards(kept: dict[str, list[Row]]) -> Iterator[Card]:
    parts: dict[str, dict[str, list[Any]]] = {"card_tag": {}, "card_model": {}, "card_link": {}}
    for part, of_cards in parts.items():
        for row in kept.get(part, ()):
            of_cards.setdefault(row["card"], []).append(row)
    for row in kept.get("card", ()):
        tags, models, links = (of_cards.get(row["id"], []) for of_cards in parts.values())
        yield Card(
            id=row["id"],
            created_at=_instant(row["created_at"]),
            edited_at=_instant(row["edited_at"]),
            day=None if row["day"] is None else date.fromisoformat(row["day"]),
            **{name: row[name] for name in ("title", "tried", "worked", "learned", "next", "function", "url")},
            outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
            level=Level(row["level"]),
            effort_minutes=row["effort_minutes"],
            saved_minutes=None if row["saved_least"] is None else (row["saved_least"], row["saved_most"]),
            tags=tuple(part["tag"] for part in tags),
            models=tuple(part["model"] for part in models),
            links=tuple(_link(part) for part in links),
            follows=row["follows"],
            draft=bool(row["draft"]),
        )


def _link(row: Row) -> Link:
    return Link(row["project"], *(_instant(row[name]) for name in ("anchor", "start", "until")))


def _take_card(history: History, told: Card) -> None:
    held = card_of(history, told.id)
    if held == told:
        return
    if held is None:
        put_card(history, told)
        return
    newer = told if told.edited_at > held.edited_at else held
    older = held if newer is told else told
    put_card(history, newer)
    keep_edit(history, Edit(older.edited_at, older))


def _take_checkin(history: History, row: Row) -> None:
    one, two, three, four, five = json.loads(row["answers"])
    edited_at = None if row["edited_at"] is None else _instant(row["edited_at"])
    told = CheckIn(
        row["week"], (one, two, three, four, five), tuple(json.loads(row["cards"])), edited_at, bool(row["done"])
    )
    held = checkin_of(history, told.week)
    if held is None or (edited_at is not None and (held.edited_at is None or edited_at > held.edited_at)):
        record_checkin(history, told)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _ms(text: str) -> int:
    return milliseconds(datetime.fromisoformat(text))
