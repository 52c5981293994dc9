"""The issuer's two tables: seats, each with one book, and the signing keys of open weeks; beside them how far the store has come."""

from __future__ import annotations

from sqlalchemy import Connection, text

ADD = text("INSERT INTO seat (code_hash, season, book_hash) VALUES (:code_hash, :season, NULL) ON CONFLICT DO NOTHING")
SEAT = text("SELECT season, book_hash FROM seat WHERE code_hash = :code_hash")
CLAIM = text(
    "UPDATE seat SET book_hash = :book_hash WHERE code_hash = :code_hash AND (book_hash IS NULL OR book_hash = :book_hash)"
)
COUNT = text("SELECT count(*) FROM seat")
RENEW = text("UPDATE seat SET season = :season, book_hash = NULL")
VOID = text("DELETE FROM seat WHERE book_hash IS NULL")
KEEP_KEY = text("INSERT INTO issuer_key (week, kind, pkcs8) VALUES (:week, :kind, :pkcs8)")
KEYS = text("SELECT week, kind, pkcs8 FROM issuer_key")
WEEKS = text("SELECT week FROM issuer_key GROUP BY week")
DESTROY = text("DELETE FROM issuer_key WHERE week = :week")


def add_seat(connection: Connection, code_hash: bytes, season: str) -> None:
    connection.execute(ADD, {"code_hash": code_hash, "season": season})


def season_of_seat(connection: Connection, code_hash: bytes) -> str | None:
    """The season whose book this seat may have; None if there is no such seat."""
    row = connection.execute(SEAT, {"code_hash": code_hash}).one_or_none()
    return None if row is None else str(row.season)


def claim_book(connection: Connection, code_hash: bytes, book_hash: bytes) -> bool:
    """Whether this is the seat's one book; the first one to come is."""
    return connection.execute(CLAIM, {"code_hash": code_hash, "book_hash": book_hash}).rowcount == 1


def count_seats(connection: Connection) -> int:
    return int(connection.execute(COUNT).scalar_one())


def renew_seats(connection: Connection, season: str) -> None:
    """Every seat may claim a book of the new season; books of the old one stay good."""
    connection.execute(RENEW, {"season": season})


def keep_key(connection: Connection, week: str, kind: str, pkcs8: bytes) -> None:
    connection.execute(KEEP_KEY, {"week": week, "kind": kind, "pkcs8": pkcs8})


def keys_of(connection: Connection) -> dict[tuple[str, str], bytes]:
    return {(week, kind): bytes(pkcs8) for week, kind, pkcs8 in connection.execute(KEYS)}


def weeks_with_keys(connection: Connection) -> list[str]:
    return sorted(week for (week,) in connection.execute(WEEKS))


def destroy_keys(connection: Connection, week: str) -> None:
    connection.execute(DESTROY, {"week": week})


def void_unclaimed(connection: Connection) -> int:
    """Seats without a book are gone; gives how many."""
    return connection.execute(VOID).rowcount


def generation_of(connection: Connection) -> int:
    """How far the store has come: it grows with each start, claim and season, and with each key that is destroyed."""
    # SQLite keeps this number of the application's in the file's head, inside the transaction like everything else.
    return int(connection.exec_driver_sql("PRAGMA application_id").scalar_one())


def next_generation(connection: Connection, after: int = 0) -> int:
    generation = max(generation_of(connection), after) + 1
    connection.exec_driver_sql(f"PRAGMA application_id = {generation}")
    return generation
