"""The table of published cells, written once for each week, beside what the store says of itself: closed weeks, how far it has come."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

from tokentray.core.published import Row

WRITE = text(
    "INSERT INTO cell (week, kind, a, b, n, band) VALUES (:week, :kind, :a, :b, :n, :band) ON CONFLICT DO NOTHING"
)
READ = text("SELECT week, kind, a, b, n, band FROM cell ORDER BY week, kind, a, b")
READ_WEEK = text("SELECT week, kind, a, b, n, band FROM cell WHERE week = :week ORDER BY kind, a, b")
PUBLISHED = text("SELECT week FROM cell GROUP BY week")
CLOSE = text("INSERT INTO board_meta (key, value) VALUES (:key, :value) ON CONFLICT DO NOTHING")
CLOSED = text("SELECT key FROM board_meta WHERE key = :key")
MARKS = text("SELECT key FROM board_meta")
GENERATION = text("SELECT value FROM board_meta WHERE key = 'generation'")
FURTHER = text("UPDATE board_meta SET value = :value WHERE key = 'generation'")
# Nothing is changed, but the row is locked until the transaction ends: SQLite has one writer anyway.
LOCK = text("UPDATE board_meta SET value = value WHERE key = 'generation' RETURNING value")


def write_cells(connection: Connection, rows: Iterable[Row]) -> None:
    """What stands already stays as it is."""
    names = ("week", "kind", "a", "b", "n", "band")
    connection.execute(WRITE, [dict(zip(names, row, strict=True)) for row in rows])


def read_cells(connection: Connection) -> list[Row]:
    return [(week, kind, a, b, n, band) for week, kind, a, b, n, band in connection.execute(READ).all()]


def read_cells_of(connection: Connection, week: str) -> list[Row]:
    return [(week, kind, a, b, n, band) for week, kind, a, b, n, band in connection.execute(READ_WEEK, {"week": week})]


def weeks_published(connection: Connection) -> list[str]:
    return sorted(week for (week,) in connection.execute(PUBLISHED))


def close_week(connection: Connection, week: str) -> None:
    connection.execute(CLOSE, {"key": f"closed/{week}", "value": "1"})


def is_closed(connection: Connection, week: str) -> bool:
    return connection.execute(CLOSED, {"key": f"closed/{week}"}).one_or_none() is not None


def weeks_seated(connection: Connection) -> set[str]:
    """Closed weeks whose rows have been sorted for good."""
    return _weeks_marked(connection, "seated/")


def weeks_unseated(connection: Connection) -> list[str]:
    """Closed weeks whose rows have not."""
    return sorted(_weeks_marked(connection, "closed/") - weeks_seated(connection))


def _weeks_marked(connection: Connection, mark: str) -> set[str]:
    return {key.removeprefix(mark) for (key,) in connection.execute(MARKS) if key.startswith(mark)}


def note_seated(connection: Connection, week: str) -> None:
    connection.execute(CLOSE, {"key": f"seated/{week}", "value": "1"})


def generation_of(connection: Connection) -> int:
    """How far the store has come: it grows with each start, stop, backup, deletion, replacement and publication."""
    return int(connection.execute(GENERATION).scalar() or 0)


def next_generation(connection: Connection, after: int = 0) -> int:
    """One more than the store's own and than `after`; whoever asks at the same time waits for this transaction."""
    generation = max(int(connection.execute(LOCK).scalar_one()), after) + 1
    connection.execute(FURTHER, {"value": str(generation)})
    return generation
