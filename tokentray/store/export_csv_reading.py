"""Reads the rows of an export that was written as CSV, with numbers as numbers and what was null as null."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from tokentray.core.errors import Unreadable
from tokentray.store.copying import KINDS, SCHEMA
from tokentray.store.database import History

MARK = "\ufeff"  # some programs put it before the first word of a text file
LONGEST_CELL = 1 << 30
# Kinds of rows are called as their tables.
COLUMNS = 'SELECT name, type, "notnull" FROM pragma_table_info(?)'

Value = Callable[[str], str | int | None]


def is_csv(start: str) -> bool:
    """Whether a text begins as `export_csv` does."""
    first, _, rest = start.lstrip(MARK).replace('"', "").partition(",")
    return first == "schema" and rest.startswith(SCHEMA)


def told_by_csv(history: History, file: TextIO, path: str) -> Iterator[tuple[str, Any]]:
    """
    Zone and mark of sample data, then each row with its kind, in the shape of `export_json`. `history` says what kind of value a column has.

    Raises:
        Unreadable: a row has more or fewer cells than there are columns, or the file ends in the middle of one.
    """
    limit = csv.field_size_limit(LONGEST_CELL)
    try:
        rows = csv.reader(file, strict=True)
        head, columns = next(rows), next(rows, ["kind"])
        told = dict(zip(head[2::2], head[3::2], strict=False))
        yield from ((name, told[name]) for name in ("zone", "sample") if told.get(name))
        cells = {kind: _cells_of(history, kind, columns) for kind in KINDS}
        for number, row in enumerate(rows, 3):
            if len(row) != len(columns):
                raise Unreadable(f"{path} has a row that is not whole (row {number}).")
            yield row[0], {name: value(row[place]) for name, place, value in cells.get(row[0], ())}
    except csv.Error as error:
        raise Unreadable(f"{path} cannot be read as CSV ({error}).") from error
    finally:
        csv.field_size_limit(limit)


def _cells_of(history: History, kind: str, columns: list[str]) -> list[tuple[str, int, Value]]:
    """The columns of a kind, where they stand and how they are read: an empty cell is an empty text only where the table knows no null."""
    held = {name: (sort, whole) for name, sort, whole in history.db.execute(COLUMNS, (kind,))}
    return [
        (name, columns.index(name), _value_of(*held.get(sql.strip('"'), ("TEXT", False))))
        for name, sql in KINDS[kind][1]
        if name in columns
    ]


def _value_of(sort: str, never_null: bool) -> Value:
    if sort == "INTEGER":
        return lambda cell: int(cell) if cell else None
    return str if never_null else lambda cell: cell or None
