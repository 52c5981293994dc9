"""The table of published cells, written once for each week, beside the mark that a week is closed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

from tokentray.core.published import Row

WRITE = text(
    "INSERT INTO cell (week, kind, a, b, n, band) VALUES (:week, :kind, :a, :b, :n, :band) ON CONFLICT DO NOTHING"
)
READ = text("SELECT week, kind, a, b, n, band FROM cell ORDER BY week, kind, a, b")
PUBLISHED = text("SELECT week FROM cell GROUP BY week")
CLOSE = text("INSERT INTO board_meta (key, value) VALUES (:key, :value) ON CONFLICT DO NOTHING")
CLOSED = text("SELECT key FROM board_meta WHERE key = :key")


def write_cells(connection: Connection, rows: Iterable[Row]) -> None:
    """What stands already stays as it is."""
    names = ("week", "kind", "a", "b", "n", "band")
    connection.execute(WRITE, [dict(zip(names, row, strict=True)) for row in rows])


def read_cells(connection: Connection) -> list[Row]:
    return [(week, kind, a, b, n, band) for week, kind, a, b, n, band in connection.execute(READ)]


def weeks_published(connection: Connection) -> list[str]:
    return sorted(week for (week,) in connection.execute(PUBLISHED))


def close_week(connection: Connection, week: str) -> None:
    connection.execute(CLOSE, {"key": f"closed/{week}", "value": "1"})


def is_closed(connection: Connection, week: str) -> bool:
    return connection.execute(CLOSED, {"key": f"closed/{week}"}).one_or_none() is not None
