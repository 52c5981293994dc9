"""The table of fragments: put once by its nonce, replaced and deleted by whoever knows the secret."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Connection, text

PUT = "INSERT INTO frag (week, kind, nonce, a, b, ct) {rows} ON CONFLICT DO NOTHING RETURNING week, kind, nonce"
FIND = text("SELECT a, b, ct FROM frag WHERE week = :week AND kind = :kind AND nonce = :nonce")
DELETE = text("DELETE FROM frag WHERE week = :week AND kind = :kind AND nonce = :nonce")
NONCES = text("SELECT nonce FROM frag WHERE week = :week AND a IS NOT NULL")
CARDS = text("SELECT nonce, a, b, ct FROM frag WHERE week = :week AND kind = 'card' AND a IS NOT NULL")
COUNT = text("SELECT kind, a, b, count(*) FROM frag WHERE week = :week AND a IS NOT NULL GROUP BY kind, a, b")
COUNT_LIVE = text("SELECT kind, count(*) FROM frag WHERE week = :week AND a IS NOT NULL GROUP BY kind")
DROP_TOMBSTONES = text("DELETE FROM frag WHERE week = :week AND a IS NULL")
DROP_WEEK = text("DELETE FROM frag WHERE week = :week")
WEEKS = text("SELECT week FROM frag GROUP BY week")
ALL = text("SELECT week, kind, nonce, a, b, ct FROM frag ORDER BY week, kind, nonce")
LIVE = text("SELECT kind, nonce FROM frag WHERE week = :week AND a IS NOT NULL")
# PostgreSQL only: the rows stand up, and sit down again sorted.
CHAIRS = text("CREATE TEMPORARY TABLE standing (LIKE frag) ON COMMIT DROP")
STAND_UP = text("INSERT INTO standing SELECT week, kind, nonce, a, b, ct FROM frag WHERE week = :week")
SIT_DOWN = text(
    "INSERT INTO frag (week, kind, nonce, a, b, ct) SELECT week, kind, nonce, a, b, ct FROM standing ORDER BY nonce, kind"
)
GO_HOME = text("DROP TABLE standing")

Key = tuple[str, str, bytes]

AT_ONCE = 64
_COLUMNS = ("week", "kind", "nonce", "a", "b", "ct")
_TYPES = ("text", "text", "bytea", "text", "text", "bytea")
# One statement for any number of rows, so that it is read and planned once; SQLite has no lists.
PUT_LISTS = text(
    PUT.format(
        rows="SELECT * FROM unnest("
        + ", ".join(f"CAST(:{name} AS {each}[])" for name, each in zip(_COLUMNS, _TYPES, strict=True))
        + ")"
    )
)


@dataclass(frozen=True, slots=True)
class Row:
    """A fragment as it is kept. `a` None: spent and deleted."""

    week: str
    kind: str
    nonce: bytes
    a: str | None
    b: str | None = None
    ct: bytes | None = None

    @property
    def key(self) -> Key:
        return (self.week, self.kind, self.nonce)


class Outcome(Enum):
    """What became of a wish."""

    CREATED = "created"
    SAME = "same"
    REPLACED = "replaced"
    GONE = "gone"
    SPENT = "spent"
    UNKNOWN = "unknown"
    CLOSED = "closed"


def put_rows(connection: Connection, rows: list[Row]) -> set[Key]:
    """The keys that were not spent before, and now are. `rows` have different keys."""
    created: set[Key] = set()
    lists = connection.dialect.name == "postgresql"
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        found = connection.execute(PUT_LISTS, _lists(part)) if lists else connection.exec_driver_sql(*_listed(part))
        created.update((week, kind, bytes(nonce)) for week, kind, nonce in found.all())
    return created


def _lists(rows: list[Row]) -> dict[str, object]:
    return {name: [getattr(row, name) for row in rows] for name in _COLUMNS}


def _listed(rows: list[Row]) -> tuple[str, tuple[object, ...]]:
    # Hundreds of named parameters would cost more than the rows themselves.
    places = ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(rows))
    values = [value for row in rows for value in (row.week, row.kind, row.nonce, row.a, row.b, row.ct)]
    return PUT.format(rows=f"VALUES {places}"), tuple(values)


def put_again(connection: Connection, row: Row) -> Outcome:
    """What a put means whose token was spent before: the same content is a harmless repetition."""
    present = find_row(connection, row.key)
    return Outcome.SAME if present == row else Outcome.SPENT


def replace_row(connection: Connection, row: Row) -> Outcome:
    """Other content under the same token; what was deleted stays deleted."""
    present = find_row(connection, row.key)
    if present is None:
        return Outcome.UNKNOWN
    if present.a is None:
        return Outcome.SPENT
    if present == row:
        return Outcome.SAME
    delete_by_key(connection, row.key)
    put_rows(connection, [row])
    return Outcome.REPLACED


def bury_row(connection: Connection, key: Key, *, keep_spent: bool = True) -> Outcome:
    """The content goes; the nonce stays spent as long as the week is open."""
    present = find_row(connection, key)
    if present is None:
        return Outcome.UNKNOWN
    if present.a is not None:
        delete_by_key(connection, key)
        if keep_spent:
            put_rows(connection, [Row(*key, None)])
    return Outcome.GONE


def find_row(connection: Connection, key: Key) -> Row | None:
    found = connection.execute(FIND, _bound(key)).one_or_none()
    return None if found is None else Row(*key, found.a, found.b, _bytes(found.ct))


def delete_by_key(connection: Connection, key: Key) -> None:
    connection.execute(DELETE, _bound(key))


def live_nonces(connection: Connection, week: str) -> list[bytes]:
    """Of all kinds together, sorted."""
    return sorted(bytes(row.nonce) for row in connection.execute(NONCES, {"week": week}))


def live_keys(connection: Connection, week: str) -> list[Key]:
    return [(week, kind, bytes(nonce)) for kind, nonce in connection.execute(LIVE, {"week": week})]


def cards_of(connection: Connection, week: str, circle: str | None) -> list[Row]:
    """Sealed cards, sorted by nonce; `circle` (hex) None means every circle."""
    found = [
        Row(week, "card", bytes(nonce), a, b, _bytes(ct))
        for nonce, a, b, ct in connection.execute(CARDS, {"week": week})
    ]
    return sorted((row for row in found if circle is None or row.b == circle), key=lambda row: row.nonce)


def counts_of(connection: Connection, week: str) -> list[tuple[str, str, str, int]]:
    """(kind, a, b, how many) of everything live in the week."""
    return [(kind, a, b or "", n) for kind, a, b, n in connection.execute(COUNT, {"week": week})]


def all_rows(connection: Connection) -> list[Row]:
    return [Row(week, kind, bytes(nonce), a, b, _bytes(ct)) for week, kind, nonce, a, b, ct in connection.execute(ALL)]


def weeks_kept(connection: Connection) -> list[str]:
    return sorted(week for (week,) in connection.execute(WEEKS))


def reseat_week(connection: Connection, week: str) -> None:
    """
    Every row of the week leaves and comes back sorted by nonce, so that nothing physical tells when it came; on PostgreSQL.

    The rows never come here: a large week would not fit into this process' memory.
    """
    connection.execute(CHAIRS)
    connection.execute(STAND_UP, {"week": week})
    connection.execute(DROP_WEEK, {"week": week})
    connection.execute(SIT_DOWN)
    connection.execute(GO_HOME)


def drop_tombstones(connection: Connection, week: str) -> None:
    connection.execute(DROP_TOMBSTONES, {"week": week})


def drop_weeks(connection: Connection, weeks: Iterable[str]) -> None:
    for week in weeks:
        connection.execute(DROP_WEEK, {"week": week})


def _bound(key: Key) -> dict[str, object]:
    return {"week": key[0], "kind": key[1], "nonce": key[2]}


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)
