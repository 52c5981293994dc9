"""
T12: whoever holds every key and every file, a list of who has which seat, and the relay's own notes: can they say who sent what?

    python tests/board/subpoena.py DIR [--database URL] --roster ROSTER.json --relay NOTES.json

ROSTER is {"team_key": hex, "seats": {name: invite code in hex}}, NOTES a list of names in the order in which the relay heard from them. Prints what each
way of guessing says, a line for each fragment; none of the guesses is better than chance unless the store breaks its promise.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import Connection, inspect

from tokentray.board.database import open_board
from tokentray.board.fragment_table import Row, all_rows
from tokentray.board.season import read_seasons
from tokentray.core.board_crypto import nonce_of, opened_card, secret_of
from tokentray.core.errors import NotGenuine

Group = tuple[str, str]
Guess = dict[bytes, str]
"""For each nonce a name."""


@dataclass(frozen=True)
class Evidence:
    """
    All there is. `seats` maps a name to its invite's code; `notes` are for each week and kind the names in the order the relay heard from them,
    which is more than a relay can know: it sees no week and no kind.
    """

    folder: str
    database: str | None
    team_key: bytes
    seats: dict[str, bytes]
    notes: dict[Group, list[str]]

    def rows(self) -> dict[Group, list[Row]]:
        board = open_board(self.folder, self.database)
        with board.reading() as connection:
            found = all_rows(connection)
        board.close()
        return {group: list(rows) for group, rows in itertools.groupby(found, lambda row: (row.week, row.kind))}

    def files(self) -> bytes:
        """Every byte of the folder but the board's own store, in which of course all nonces are."""
        paths = [path for path in sorted(Path(self.folder).rglob("*")) if path.is_file()]
        return b"".join(path.read_bytes() for path in paths if not path.name.startswith("board.db"))


def by_place_on_disk(evidence: Evidence) -> Guess:
    """Rows lie on disk in the order they came in, so the first one is whom the relay heard first."""
    return _in_order(evidence, on_disk(evidence))


def by_place_backwards(evidence: Evidence) -> Guess:
    """The same from the end, as SQLite fills its pages."""
    return _in_order(evidence, on_disk(evidence)[::-1])


def by_transaction(evidence: Evidence) -> Guess:
    """PostgreSQL numbers transactions."""
    if evidence.database is None:
        return {}
    numbers: dict[bytes, int] = {}
    for url in clusters_of(evidence.database):
        with psycopg.connect(url) as connection:
            for table in heaps_in(connection):
                numbers |= {
                    bytes(nonce): int(xmin)
                    for nonce, xmin in connection.execute(f"SELECT nonce, xmin::text FROM {table}")
                }
    return _in_order(evidence, sorted(numbers, key=lambda nonce: (numbers[nonce], nonce)))


def by_numbering(evidence: Evidence) -> Guess:
    """Some table, whatever it is for, has nonces beside numbers that grow."""
    guess: Guess = {}
    board = open_board(evidence.folder, evidence.database)
    with board.reading() as connection:
        for table in inspect(connection).get_table_names():
            for found in zip(*connection.exec_driver_sql(f"SELECT * FROM {table}").all(), strict=True):
                if all(isinstance(value, int) for value in found):
                    guess |= _in_order(evidence, numbered(connection, table, found))
    board.close()
    return guess


def numbered(connection: Connection, table: str, numbers: Sequence[int]) -> list[bytes]:
    """The table's binary values, in the order of a column of numbers."""
    rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
    return [
        bytes(value)
        for _, row in sorted(zip(numbers, rows, strict=True), key=lambda pair: pair[0])
        for value in row
        if isinstance(value, bytes | memoryview)
    ]


def _in_order(evidence: Evidence, order: Sequence[bytes]) -> Guess:
    guess: Guess = {}
    for group, rows in evidence.rows().items():
        nonces = {row.nonce for row in rows}
        guess |= dict(zip((each for each in order if each in nonces), evidence.notes.get(group, []), strict=False))
    return guess


def by_shared_bytes(evidence: Evidence) -> Guess:
    """A nonce, or its hash, stands beside a seat somewhere in the issuer's files; the last one before it sent it."""
    content = evidence.files()
    places = {
        place: name
        for name, code in evidence.seats.items()
        for each in (code, hashlib.sha256(code).digest())
        for place in found_at(content, each)
    }
    guess: Guess = {}
    for rows in evidence.rows().values():
        for row in rows:
            at = next((at for each in (row.nonce, row.nonce.hex().encode()) for at in found_at(content, each)), None)
            before = [place for place in places if at is not None and place < at]
            if before:
                guess[row.nonce] = places[max(before)]
    return guess


def by_derivation(evidence: Evidence) -> Guess:
    """A nonce comes from a recovery code; perhaps that is the invite's code, its hash, or something of the team key or the issuer's own keys."""
    seasons = read_seasons(evidence.folder)
    wanted = {row.nonce for rows in evidence.rows().values() for row in rows}
    guess: Guess = {}
    for name, code in evidence.seats.items():
        digest = hashlib.sha256(code).digest()
        for candidate in (code, digest[:16], digest[16:], hashlib.sha256(code + evidence.team_key).digest()[:16]):
            for season in seasons:
                for (week, kind), key in season.token_keys.items():
                    for place in range(season.manifest.kinds[kind]):  # type: ignore[index]  a kind is one of four
                        nonce = nonce_of(secret_of(candidate, week, kind, place, key.key_id))
                        if nonce in wanted:
                            guess[nonce] = name
    return guess


def by_card(evidence: Evidence) -> Guess:
    """A card's text names its author, or holds something of a seat."""
    guess: Guess = {}
    boards = [season.manifest.board for season in read_seasons(evidence.folder)]
    for (week, kind), rows in evidence.rows().items():
        for row in rows if kind == "card" else []:
            for board in boards:
                try:
                    text = opened_card(row.ct or b"", evidence.team_key, row.nonce, board, week)
                except NotGenuine:
                    continue
                for name, code in evidence.seats.items():
                    if name.encode() in text or code.hex().encode() in text or code in text:
                        guess[row.nonce] = name
    return guess


WAYS: tuple[Callable[[Evidence], Guess], ...] = (
    by_place_on_disk,
    by_place_backwards,
    by_transaction,
    by_numbering,
    by_shared_bytes,
    by_derivation,
    by_card,
)


def on_disk(evidence: Evidence) -> list[bytes]:
    """All nonces in the order in which they lie in the store's files."""
    if evidence.database is None:
        names = ("board.db", "board.db-wal")
        content = b"".join(path.read_bytes() for name in names if (path := Path(evidence.folder) / name).exists())
        return sorted((row.nonce for rows in evidence.rows().values() for row in rows), key=content.rfind)
    found: list[bytes] = []
    for url in clusters_of(evidence.database):
        with psycopg.connect(url) as connection:
            for table in heaps_in(connection):
                found += [bytes(nonce) for (nonce,) in connection.execute(f"SELECT nonce FROM {table} ORDER BY ctid")]
    return found


def clusters_of(database: str) -> list[str]:
    """The database itself, and of a sharded table those that have its parts."""
    with psycopg.connect(database) as connection:
        options = connection.execute("SELECT unnest(srvoptions) FROM pg_foreign_server").fetchall()
    ports = [option.removeprefix("port=") for (option,) in options if option.startswith("port=")]
    own = database.rpartition(":")[2].partition("/")[0]
    return [database.replace(f":{own}/", f":{port}/") for port in ports] or [database]


def heaps_in(connection: psycopg.Connection) -> Iterator[str]:
    """The tables in which fragments really lie."""
    query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname IN ('frag', 'frag_part')"
    for (name,) in connection.execute(query).fetchall():
        yield str(name)


def found_at(content: bytes, piece: bytes) -> Iterator[int]:
    place = content.find(piece)
    while place >= 0:
        yield place
        place = content.find(piece, place + 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--database")
    parser.add_argument("--roster", required=True)
    parser.add_argument("--relay", required=True)
    options = parser.parse_args()
    roster = json.loads(Path(options.roster).read_text())
    names = json.loads(Path(options.relay).read_text())
    seats = {name: bytes.fromhex(code) for name, code in roster["seats"].items()}
    bare = Evidence(options.folder, options.database, bytes.fromhex(roster["team_key"]), seats, {})
    evidence = Evidence(bare.folder, bare.database, bare.team_key, seats, dict.fromkeys(bare.rows(), names))
    for way in WAYS:
        for nonce, name in sorted(way(evidence).items()):
            sys.stdout.write(f"{way.__name__:20} {nonce[:8].hex()}  {name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
