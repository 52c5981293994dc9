"""T5, the part about bytes: after a deletion the sealed text is in no file of the store any more, on PostgreSQL from the next night on."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.board.subpoena import clusters_of
from tokentray.board.fragment_table import Row
from tokentray.board.writer import Bury, Put, Writer, reseat

TELLING = b"DER-TELLING-CIPHERTEXT"
ROW = Row("2026-W47", "card", bytes(range(32)), "coding/worked/team", "00" * 8, TELLING * 23)


def heap_files(url):
    """Of all its clusters; not the write-ahead log, which keeps what was written until it is recycled, as the papers say."""
    found = []
    for each in clusters_of(url):
        with psycopg.connect(each, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            (folder,) = connection.execute("SHOW data_directory").fetchone()
        found += [path for path in Path(folder, "base").rglob("*") if path.is_file()]
    return found


def is_in(files):
    return any(TELLING in path.read_bytes() for path in files)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_t5_deleted_bytes_leave_postgresql_by_night(store, database):
    writer = Writer(store)
    writer.ask(Put(ROW)).result(10)
    assert is_in(heap_files(database))
    writer.ask(Bury(ROW.key)).result(10)
    writer.stop()
    # The protection not yet at work: a deleted row stays where it lay.
    assert is_in(heap_files(database))

    reseat(store)

    assert not is_in(heap_files(database))
