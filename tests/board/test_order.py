"""T10: neither the order on disk nor `xmin` follows the order in which rows came."""

from __future__ import annotations

import itertools
import random
import time

import psycopg
import pytest

from tests.board.stores import empty
from tests.board.subpoena import clusters_of
from tokentray.board.cell_table import close_week, weeks_unseated
from tokentray.board.database import open_board
from tokentray.board.fragment_table import Row, put_rows
from tokentray.board.writer import Put, Writer, reseat

WEEK = "2026-W47"


def nonces(count=60):
    dice = random.Random(10)  # noqa: S311  a seed
    return [dice.randbytes(32) for _ in range(count)]


def put_carelessly(store, arrival):
    """Each in a commit of its own, as a quiet board sees them, and nothing after."""
    for nonce in arrival:
        with store.writing() as connection:
            put_rows(connection, [Row(WEEK, "c1", nonce, "tried")])


def follows(arrival, found):
    """How many of the neighbours in `found` are neighbours in `arrival`, from 0 to 1."""
    place = {nonce: number for number, nonce in enumerate(arrival)}
    return sum(place[b] - place[a] == 1 for a, b in itertools.pairwise(found)) / (len(found) - 1)


def on_disk(folder, arrival):
    content = (folder / "board.db").read_bytes() + b"".join(log.read_bytes() for log in folder.glob("board.db-wal"))
    # A page is filled from its end, so what came first lies last; what is not there at all comes first.
    return sorted(arrival, key=lambda nonce: -content.rfind(nonce))


@pytest.mark.parametrize("database", [None])
def test_t10_pages_of_the_file_follow_arrival_until_they_are_written_anew(store, tmp_path):
    arrival = nonces()
    put_carelessly(store, arrival)
    with store.apart() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert follows(arrival, on_disk(tmp_path, arrival)) > 0.9

    reseat(store)

    assert follows(arrival, on_disk(tmp_path, arrival)) < 0.2


@pytest.mark.parametrize("database", [None])
def test_t10_a_writer_at_rest_has_put_the_file_in_order(store, tmp_path):
    """Without being stopped: whoever takes the files from a quiet board finds no order in them."""
    arrival = nonces()
    writer = Writer(store)
    for nonce in arrival:
        writer.ask(Put(Row(WEEK, "c1", nonce, "tried"))).result(10)

    deadline = time.monotonic() + 20
    while on_disk(tmp_path, arrival) != sorted(arrival) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert on_disk(tmp_path, arrival) == sorted(arrival)
    assert (tmp_path / "board.db-wal").stat().st_size == 0
    writer.stop()


def test_t10_a_heap_follows_arrival_until_it_is_reseated(postgresql_urls, tmp_path):
    url = postgresql_urls[0]
    empty(url)
    store = open_board(str(tmp_path), url)
    arrival = nonces()
    put_carelessly(store, arrival)

    def column(order):
        with psycopg.connect(url) as connection:
            return connection.execute(f"SELECT nonce, xmin::text FROM frag ORDER BY {order}").fetchall()

    assert follows(arrival, [nonce for nonce, _ in column("ctid")]) > 0.9
    assert len({xmin for _, xmin in column("ctid")}) == 60

    reseat(store)

    assert [nonce for nonce, _ in column("ctid")] == sorted(arrival)
    assert len({xmin for _, xmin in column("ctid")}) == 1
    store.close()


def test_a_closed_week_is_sorted_once(store):
    put_carelessly(store, nonces(3))
    reseat(store)
    with store.writing() as connection:
        close_week(connection, WEEK)
        assert weeks_unseated(connection) == [WEEK]

    reseat(store)

    with store.reading() as connection:
        assert weeks_unseated(connection) == []


@pytest.mark.parametrize("database", ["sharded"], indirect=True)
def test_t10_on_each_shard_the_heap_follows_arrival_until_it_is_reseated(store, database):
    arrival = nonces()
    put_carelessly(store, arrival)

    def on_shards():
        for url in clusters_of(database):
            with psycopg.connect(url) as connection:
                query = "SELECT nonce, xmin::text FROM frag_part ORDER BY ctid"
                yield [(bytes(nonce), xmin) for nonce, xmin in connection.execute(query)]

    for rows in on_shards():
        here = [nonce for nonce, _ in rows]
        assert here == [nonce for nonce in arrival if nonce in here]
        assert len({xmin for _, xmin in rows}) == len(rows) > 5

    reseat(store)

    for rows in on_shards():
        assert [nonce for nonce, _ in rows] == sorted(nonce for nonce, _ in rows)
        assert len({xmin for _, xmin in rows}) == 1
