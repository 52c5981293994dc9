"""Copies of the whole history: backups, their return, and exports that other programs can read."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from io import StringIO
from typing import Any

from tokentray.core.errors import HistoryDamaged, HistoryError, HistoryFull
from tokentray.store.database import (
    History,
    another_writes,
    connect,
    error_in_our_words,
    is_sample,
    is_sound,
    open_history,
    refuse_strangers,
    set_aside,
    version_of,
    zone_of,
)
from tokentray.store.outbox_table import hold_back

SCHEMA = "tokentray.export/1"
PAGES_AT_ONCE = 2_000
ROWS_AT_ONCE = 1_000

INSTANT = "strftime('%Y-%m-%dT%H:%M:%S', {0} / 1000, 'unixepoch') || printf('.%03dZ', {0} % 1000)"


def _instant(column: str) -> str:
    return f"iif({column} IS NULL, NULL, {INSTANT.format(column)})"


def _name(column: str) -> str:
    return f"nullif((SELECT text FROM name WHERE id = {column}), '')"


def _account(column: str) -> str:
    return f"(SELECT name FROM account WHERE id = {column})"


def _by_account(table: str, *order: str) -> str:
    """Rows with an account, in an order that is the same in every history that holds them."""
    return f"(SELECT id AS owner, name AS owner_name FROM account) CROSS JOIN {table} ON account = owner ORDER BY {', '.join(('owner_name', *order))}"


COUNTED = ("input", "cache_read", "cache_write", "cache_write_1h", "output", "reasoning", "unsplit", "requests")

# Each kind of row: its table with its order, and its columns as (name in the export, SQL).
KINDS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "account": ("account ORDER BY name", (("account", "name"), ("origin", "origin"))),
    "session": (
        "session ORDER BY 1",
        (("session", _name("session.id")), ("first_at", _instant("first_at")), ("parent", _name("parent"))),
    ),
    "alias": (
        "alias ORDER BY 1, 2",
        (("account", _account("account")), ("name", _name("name")), ("text", "text")),
    ),
    "cost_state": (
        "cost_state ORDER BY 1, at, 3",
        (
            ("session", _name("session")),
            ("at", _instant("at")),
            ("model", _name("model")),
            *((name, name) for name in ("input", "cache_read", "cache_write", "cache_write_1h", "output")),
            ("amount", "cost"),
        ),
    ),
    "usage": (
        _by_account("usage", "start", "id"),
        (
            ("account", "owner_name"),
            ("id", "printf('%016x', id)"),
            ("start", _instant("start")),
            ("span", "span"),
            *((name, _name(name)) for name in ("feed", "model", "project", "session", "api_key", "tier")),
            ("band", "band"),
            *((name, name) for name in COUNTED),
            ("flags", "flags"),
        ),
    ),
    "cost": (
        _by_account("cost", "start", "5", "id"),
        (
            ("account", "owner_name"),
            ("id", "id"),
            ("start", _instant("start")),
            ("span", "span"),
            ("feed", _name("feed")),
            ("model", _name("model")),
            ("project", _name("project")),
            ("line_item", _name("line_item")),
            ("amount", "amount"),
            ("currency", "currency"),
            ("kind_of_money", "kind"),
        ),
    ),
    "meter": (
        _by_account("meter", "start", "5", "id"),
        (
            ("account", "owner_name"),
            ("id", "id"),
            ("start", _instant("start")),
            ("span", "span"),
            *((name, _name(name)) for name in ("feed", "model", "project", "api_key")),
            ("unit", "unit"),
            ("quantity", "quantity"),
        ),
    ),
    "gauge": (
        _by_account("gauge", "name", "at"),
        (
            ("account", "owner_name"),
            ("name", "name"),
            ("at", _instant("at")),
            *((name, f'"{name}"') for name in ("used_percent", "used", "limit", "remaining", "unit", "window_minutes")),
            ("resets_at", _instant("resets_at")),
        ),
    ),
    "feed": (
        "feed WHERE complete_since IS NOT NULL ORDER BY 1, 2",
        (
            ("account", _account("account")),
            ("feed", "feed"),
            ("complete_since", _instant("complete_since")),
            ("complete_until", _instant("complete_until")),
        ),
    ),
    "gap": (
        "gap ORDER BY 1, 2, start",
        (
            ("account", _account("account")),
            ("feed", "feed"),
            ("start", _instant("start")),
            ("until", _instant("until")),
            ("why", "why"),
        ),
    ),
    "card": (
        "card ORDER BY created_at, id",
        (
            ("id", "id"),
            *((name, _instant(name)) for name in ("created_at", "edited_at")),
            ("day", "date(day * 86400, 'unixepoch')"),
            *((name, name) for name in ("title", "tried", "worked", "learned", "next", "outcome", "level", "function")),
            *((name, name) for name in ("effort_minutes", "saved_least", "saved_most", "url", "follows", "draft")),
        ),
    ),
    "card_tag": ("card_tag ORDER BY card, place", (("card", "card"), ("tag", "tag"))),
    "card_model": ("card_model ORDER BY card, place", (("card", "card"), ("model", "model"))),
    "card_link": (
        "card_link ORDER BY card, place",
        (
            ("card", "card"),
            ("project", "project"),
            *((name, _instant(name)) for name in ("anchor", "start")),
            ("until", _instant('"end"')),
        ),
    ),
    "card_edit": ("card_edit ORDER BY card, at", (("card", "card"), ("at", _instant("at")), ("text", "texts"))),
    "tag": ("tag ORDER BY name", (("tag", "name"), ("colour", "colour"))),
    "saved_search": ("saved_search ORDER BY name", (("name", "name"), ("text", "text"))),
    "checkin": (
        "checkin ORDER BY week",
        (
            ("week", "week"),
            ("answers", "answers"),
            ("cards", "cards"),
            ("edited_at", _instant("edited_at")),
            ("done", "done"),
        ),
    ),
    "retry": (
        "retry ORDER BY card",
        (("card", "card"), ("model", "model"), ("offered_at", _instant("offered_at")), ("again", "again")),
    ),
    "work_edit": (
        "work_edit ORDER BY number",
        (("edit", "kind"), ("project", "project"), ("at", _instant("at")), ("until", _instant("until"))),
    ),
}

# Those of them that tell what a person wrote; none of them needs any other.
JOURNAL = (
    "card",
    "card_tag",
    "card_model",
    "card_link",
    "card_edit",
    "tag",
    "saved_search",
    "checkin",
    "retry",
    "work_edit",
)


def backup_history(history: History, target: str, progress: Callable[[float], None] | None = None) -> None:
    """
    Copies the history as it is at this moment into one file, checks the copy, and only then gives it its name.

    Others may write meanwhile; they are not in the copy. `progress` hears how much is done, 0 to 1; what it raises ends the backup.

    Raises:
        HistoryFull: no room or no right where the copy is to lie.
        HistoryDamaged: the copy is not sound; what lay at `target` is still there.
    """
    part = target + ".part"
    try:
        _remove(part)
        copy = connect(part)
        try:
            _copy_one_moment(history, copy, progress)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, readable from a disk that cannot be written
            if not is_sound(copy):
                raise HistoryDamaged(f"The copy of {history.path} is not sound: the history or the disk is damaged.")
        finally:
            copy.close()
        os.replace(part, target)
    except sqlite3.Error as error:
        raise error_in_our_words(error, target) from error
    except OSError as error:
        raise HistoryFull(f"{target} cannot be written ({error.strerror}).") from error
    finally:
        _remove(part)


def restore_history(path: str, backup: str) -> str | None:
    """
    Puts a backup in the history's place; gives the path under which the present one is kept, None if there was none.

    What waited in it to be shared with a team does not leave: it may have been taken back since.

    Nobody may have the history open for writing. The next `open_history` migrates an older backup.

    Raises:
        HistoryError: the backup is missing, another program's or not sound, or a TokenTray has the history open. Nothing was changed.
        HistoryTooNew: a newer TokenTray wrote the backup.
        HistoryFull: no room or no right.
    """
    part = path + ".restored"
    try:
        os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
        if another_writes(path):
            raise HistoryError("TokenTray has the history open: quit it, then restore.")
        _remove(part)
        _copy_checked(backup, part)
        kept = _keep_present(path)
        os.replace(part, path)
        return kept
    except sqlite3.Error as error:
        raise error_in_our_words(error, path) from error
    except OSError as error:
        raise HistoryFull(f"{path} cannot be written ({error.strerror}).") from error
    finally:
        _remove(part)


def export_json(history: History, kinds: Collection[str] = KINDS) -> Iterator[str]:
    """
    Everything, or some kinds of rows, as one JSON object, in pieces of text: {"schema": "tokentray.export/1", "zone", "account": […], "usage": […], …}; with
    "sample": true if it is made up. Each row stands on a line of its own. What it is for: export_reading.py reads it back.

    Each list has one kind of row as KINDS describes it; a row's empty columns are null. Instants are RFC 3339 in UTC with milliseconds, `span` is
    seconds, amounts and percentages are decimal text, `id` of a usage is 16 hexadecimal digits, `flags` as in 0001_usage.sql. It is one
    moment's state, whoever writes meanwhile.
    """
    yield f'{{"schema": {json.dumps(SCHEMA)},\n"zone": {json.dumps(zone_of(history))}'
    if is_sample(history):
        yield ',\n"sample": true'
    for kind, rows in _everything(history, kinds):
        names = [name for name, _ in KINDS[kind][1]]
        yield f',\n"{kind}": ['
        before = "\n"
        for some in rows:
            objects = (json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in some)
            yield before + ",\n".join(objects)
            before = ",\n"
        yield "]"
    yield "}\n"


def export_csv(history: History) -> Iterator[str]:
    """
    Everything as one CSV table, in pieces of text: the same rows as in `export_json`, with their kind in the first column.

    The first row is schema and zone, each before its value, and a last pair for sample data; the second names the columns of all kinds
    together. A cell that a kind does not have, or that is null, is empty. export_csv_reading.py reads it back.
    """
    columns = list(dict.fromkeys(name for _, spec in KINDS.values() for name, _ in spec))
    head = ("schema", SCHEMA, "zone", zone_of(history), *(("sample", "true") if is_sample(history) else ()))
    yield _csv([head, ("kind", *columns)])
    for kind, rows in _everything(history):
        place = {name: index for index, (name, _) in enumerate(KINDS[kind][1])}
        order = [place.get(name) for name in columns]
        for some in rows:
            yield _csv([(kind, *(None if index is None else row[index] for index in order)) for row in some])


def _everything(
    history: History, kinds: Collection[str] = KINDS
) -> Iterator[tuple[str, Iterator[list[tuple[Any, ...]]]]]:
    history.db.execute("BEGIN")
    try:
        for kind in kinds:
            table, columns = KINDS[kind]
            yield kind, _pieces(history.db.execute(f"SELECT {', '.join(sql for _, sql in columns)} FROM {table}"))
    finally:
        # A reader that went away may have closed the history first; then nothing is open any more.
        with suppress(sqlite3.ProgrammingError):
            history.db.execute("ROLLBACK")


def _pieces(cursor: sqlite3.Cursor) -> Iterator[list[tuple[Any, ...]]]:
    while some := cursor.fetchmany(ROWS_AT_ONCE):
        yield some


def _csv(rows: list[tuple[Any, ...]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _copy_one_moment(history: History, copy: sqlite3.Connection, progress: Callable[[float], None] | None) -> None:
    def hear(_: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress(1 - remaining / total if total else 1.0)

    # Reading holds this moment; else the copying would begin again whenever another program writes.
    history.db.execute("BEGIN")
    try:
        version_of(history.db)
        history.db.backup(copy, pages=PAGES_AT_ONCE, progress=hear)
    finally:
        history.db.execute("ROLLBACK")


def _copy_checked(backup: str, part: str) -> None:
    if not os.path.isfile(backup):
        raise HistoryError(f"There is no file {backup}.")
    source = connect(backup, read_only=True)
    try:
        refuse_strangers(source, backup)
        if version_of(source) == 0 or not is_sound(source):
            raise HistoryError(f"{backup} is not a sound backup; nothing was changed.")
        copy = connect(part)
        try:
            source.backup(copy)
            hold_back(copy)
        finally:
            copy.close()
    except sqlite3.DatabaseError as error:
        raise HistoryError(f"{backup} is not a sound backup; nothing was changed.") from error
    finally:
        source.close()
    os.chmod(part, 0o600)


def _keep_present(path: str) -> str | None:
    if not os.path.exists(path):
        return None
    try:
        open_history(path).close()  # brings what stands in its -wal into the file
    except HistoryDamaged:
        return None if os.path.exists(path) else _newest_damaged(path)
    except HistoryError:
        pass  # another program's or a newer one's: kept as it is
    return set_aside(path, "replaced")


def _newest_damaged(path: str) -> str | None:
    folder, start = os.path.dirname(path) or ".", os.path.basename(path) + ".damaged-"
    kept = [os.path.join(folder, name) for name in os.listdir(folder) if name.startswith(start)]
    return max((name for name in kept if not name.endswith(("-wal", "-shm"))), key=os.path.getmtime, default=None)


def _remove(path: str) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        if os.path.exists(path + suffix):
            os.remove(path + suffix)
