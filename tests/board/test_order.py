"""T10: neither the order on disk nor `xmin` follows the order in which rows came."""

from __future__ import annotations

import itertools
import random

import psycopg
import pytest

from tests.board.stores import empty
from tokentray.board.database import open_board
from tokentray.board.fragment_table import Row
from tokentray.board.writer import Put, Writer, reseat

WEEK = "2026-W47"


def follows(arrival, found):
    """How many of the neighbours in `found` are neighbours in `arrival`, from 0 to 1."""
    place = {nonce: number for number, nonce in enumerate(arrival)}
    return sum(place[b] - place[a] == 1 for a, b in itertools.pairwise(found)) / (len(found) - 1)


@pytest.fixture
def arrival(store):
    """Nonces one by one, each in a commit of its own, as a quiet board sees them."""
    dice = random.Random(10)  # noqa: S311  a seed
    nonces = [dice.randbytes(32) for _ in range(60)]
    writer = Writer(store)
    for nonce in nonces:
        writer.ask(Put(Row(WEEK, "c1", nonce, "tried"))).result(10)
    writer.stop()
    return nonces


@pytest.mark.parametrize("database", [None])
def test_t10_pages_of_the_file_follow_arrival_until_they_are_written_anew(store, arrival, tmp_path):
    def on_disk():
        content = (tmp_path / "board.db").read_bytes()
        # A page is filled from its end, so what came first lies last.
        return sorted(arrival, key=lambda nonce: -content.find(nonce))

    assert follows(arrival, on_disk()) > 0.9

    reseat(store)

    assert follows(arrival, on_disk()) < 0.2


def test_t10_a_heap_follows_arrival_until_it_is_reseated(postgresql_urls, tmp_path):
    url = postgresql_urls[0]
    empty(url)
    store = open_board(str(tmp_path), url)
    dice = random.Random(10)  # noqa: S311  a seed
    nonces = [dice.randbytes(32) for _ in range(60)]
    writer = Writer(store)
    for nonce in nonces:
        writer.ask(Put(Row(WEEK, "c1", nonce, "tried"))).result(10)
    writer.stop()

    def column(order):
        with psycopg.connect(url) as connection:
            return connection.execute(f"SELECT nonce, xmin::text FROM frag ORDER BY {order}").fetchall()

    assert follows(nonces, [nonce for nonce, _ in column("ctid")]) > 0.9
    assert len({xmin for _, xmin in column("ctid")}) == 60

    reseat(store)

    assert [nonce for nonce, _ in column("ctid")] == sorted(nonces)
    assert len({xmin for _, xmin in column("ctid")}) == 1
    store.close()
