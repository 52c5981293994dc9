"""Fragments are spent once, replaced and buried by their key, on every kind of store."""

from __future__ import annotations

import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tokentray.board.cell_table import close_week
from tokentray.board.database import open_board
from tokentray.board.errors import BoardTooNew, StoreFailed
from tokentray.board.fragment_table import Outcome, Row, all_rows, find_row, live_nonces
from tokentray.board.writer import Bury, Put, Replace, Writer, reseat

WEEK = "2026-W47"
NONCE = bytes(range(32))
TRIED = Row(WEEK, "c1", NONCE, "tried")
DAILY = Row(WEEK, "c1", NONCE, "daily")


@pytest.fixture
def writer(store):
    made = Writer(store)
    yield made
    made.stop()


def granted(writer, wish):
    return writer.ask(wish).result(10)


def test_a_token_is_spent_once(writer):
    assert granted(writer, Put(TRIED)) is Outcome.CREATED
    assert granted(writer, Put(TRIED)) is Outcome.SAME
    assert granted(writer, Put(DAILY)) is Outcome.SPENT


def test_of_eight_racers_one_wins(writer, store):
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: granted(writer, Put(TRIED)), range(8)))

    assert sorted(outcome.value for outcome in outcomes) == ["created"] + ["same"] * 7
    with store.reading() as connection:
        assert all_rows(connection) == [TRIED]


def test_two_writers_on_one_store_spend_a_token_once(writer, store, tmp_path, database):
    other_store = open_board(str(tmp_path), database)
    other = Writer(other_store)
    answers = [each.ask(Put(row)) for row in (TRIED, DAILY) for each in (writer, other)]
    outcomes = sorted(answer.result(20).value for answer in answers)
    other.stop()
    other_store.close()

    assert outcomes == ["created", "same", "spent", "spent"]


def test_replacing_needs_something_to_replace(writer, store):
    assert granted(writer, Replace(TRIED)) is Outcome.UNKNOWN
    granted(writer, Put(TRIED))

    assert granted(writer, Replace(DAILY)) is Outcome.REPLACED
    with store.reading() as connection:
        assert find_row(connection, TRIED.key) == DAILY


def test_what_is_buried_stays_buried(writer, store):
    granted(writer, Put(TRIED))

    assert granted(writer, Bury(TRIED.key)) is Outcome.GONE
    assert granted(writer, Bury(TRIED.key)) is Outcome.GONE
    assert granted(writer, Put(TRIED)) is Outcome.SPENT
    assert granted(writer, Replace(DAILY)) is Outcome.SPENT
    with store.reading() as connection:
        assert live_nonces(connection, WEEK) == []


def test_a_closed_week_takes_nothing(writer, store):
    granted(writer, Put(TRIED))
    with store.writing() as connection:
        close_week(connection, WEEK)

    assert granted(writer, Put(Row(WEEK, "c1", bytes(32), "tried"))) is Outcome.CLOSED
    assert granted(writer, Replace(DAILY)) is Outcome.CLOSED


def test_a_card_can_be_taken_back_after_its_week_has_closed(writer, store):
    granted(writer, Put(TRIED))
    with store.writing() as connection:
        close_week(connection, WEEK)

    assert granted(writer, Bury(TRIED.key)) is Outcome.GONE
    with store.reading() as connection:
        assert all_rows(connection) == []


def test_reseating_keeps_every_row(writer, store):
    rows = [Row(WEEK, "card", bytes([255 - i] * 32), "prompt/worked/me", "00" * 8, bytes([i] * 512)) for i in range(80)]
    for row in rows:
        granted(writer, Put(row))
    granted(writer, Bury(rows[0].key))

    reseat(store)

    with store.reading() as connection:
        assert sorted(all_rows(connection), key=lambda row: row.nonce) == sorted(
            [*rows[1:], Row(WEEK, "card", rows[0].nonce, None)], key=lambda row: row.nonce
        )


def test_a_full_disk_is_told_and_later_writes_go_on(tmp_path):
    store = open_board(str(tmp_path))
    with store.apart() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
    writer = Writer(store)
    failed = None
    for number in range(64):
        row = Row(WEEK, "card", number.to_bytes(32, "big"), "a", "b", bytes(2048))
        try:
            assert granted(writer, Put(row)) is Outcome.CREATED
        except StoreFailed:
            failed = row
            break
    assert failed is not None
    with store.reading() as connection:
        assert find_row(connection, failed.key) is None
    with store.apart() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 100000")

    assert granted(writer, Put(failed)) is Outcome.CREATED
    writer.stop()
    store.close()


def test_a_store_from_a_newer_version_is_refused(tmp_path, database):
    store = open_board(str(tmp_path), database)
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE board_meta SET value = '99' WHERE key = 'schema'")
    store.close()

    with pytest.raises(BoardTooNew):
        open_board(str(tmp_path), database)


def test_deleted_bytes_are_in_no_file(tmp_path):
    store = open_board(str(tmp_path))
    writer = Writer(store)
    telling = b"DER-TELLING-CIPHERTEXT" * 20
    row = Row(WEEK, "card", NONCE, "prompt/worked/me", "00" * 8, telling)
    granted(writer, Put(row))
    assert any(b"TELLING" in file.read_bytes() for file in tmp_path.iterdir())

    granted(writer, Bury(row.key))

    assert not any(b"TELLING" in file.read_bytes() for file in tmp_path.iterdir())
    writer.stop()
    store.close()


def test_without_secure_delete_the_bytes_would_stay(tmp_path):
    connection = sqlite3.connect(tmp_path / "careless.db")
    connection.execute("PRAGMA secure_delete = OFF")
    connection.execute("CREATE TABLE frag (nonce BLOB PRIMARY KEY, ct BLOB) WITHOUT ROWID")
    connection.execute("INSERT INTO frag VALUES (?, ?)", (NONCE, b"DER-TELLING-CIPHERTEXT"))
    connection.commit()
    connection.execute("DELETE FROM frag")
    connection.commit()
    connection.close()

    assert b"TELLING" in (tmp_path / "careless.db").read_bytes()


class PutReplaceDeleteClose(RuleBasedStateMachine):
    """Whatever the order, the store agrees with a dictionary."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_board(self.folder.name)
        self.writer = Writer(self.store)
        self.known = {}
        self.closed = False

    nonces = st.integers(0, 3).map(lambda n: bytes([n] * 32))
    words = st.sampled_from(["none", "tried", "weekly"])

    def expect(self, wish, outcome):
        assert granted(self.writer, wish) is (Outcome.CLOSED if self.closed else outcome)
        return not self.closed

    @rule(nonce=nonces, word=words)
    def put(self, nonce, word):
        spent = nonce in self.known
        same = spent and self.known[nonce] == word
        outcome = Outcome.SAME if same else Outcome.SPENT if spent else Outcome.CREATED
        if self.expect(Put(Row(WEEK, "c1", nonce, word)), outcome) and not spent:
            self.known[nonce] = word

    @rule(nonce=nonces, word=words)
    def replace(self, nonce, word):
        present = self.known.get(nonce, "missing")
        outcome = {"missing": Outcome.UNKNOWN, None: Outcome.SPENT, word: Outcome.SAME}.get(present, Outcome.REPLACED)
        if self.expect(Replace(Row(WEEK, "c1", nonce, word)), outcome) and outcome is Outcome.REPLACED:
            self.known[nonce] = word

    @rule(nonce=nonces)
    def bury(self, nonce):
        outcome = Outcome.GONE if nonce in self.known else Outcome.UNKNOWN
        assert granted(self.writer, Bury((WEEK, "c1", nonce))) is outcome
        if nonce in self.known and not self.closed:
            self.known[nonce] = None
        elif self.known.get(nonce) is not None:
            del self.known[nonce]

    @rule(sure=st.integers(0, 9))
    def close_the_week(self, sure):
        if sure == 0:
            with self.store.writing() as connection:
                close_week(connection, WEEK)
            self.closed = True

    def teardown(self):
        with self.store.reading() as connection:
            rows = {row.nonce: row.a for row in all_rows(connection)}
        self.writer.stop()
        self.store.close()
        self.folder.cleanup()
        assert rows == self.known


TestPutReplaceDeleteClose = PutReplaceDeleteClose.TestCase
TestPutReplaceDeleteClose.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
