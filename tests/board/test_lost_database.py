"""The connection to PostgreSQL is lost under load: 503 until it is back, and everything that was answered 201 is there."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

import psycopg
import pytest
from starlette.testclient import TestClient

from tests.board.people import BODIES, Member
from tests.board.stores import postgres_programs, stoppable_cluster
from tests.fakes import MovableClock
from tokentray.board.app import STATUS, TITLES
from tokentray.board.command import run_board
from tokentray.board.database import open_board
from tokentray.board.errors import StoreFailed
from tokentray.board.fragment_table import Outcome, Row, all_rows
from tokentray.board.serve import Service, opened
from tokentray.board.writer import Put, Writer

WEEK = "2026-W47"


@pytest.fixture(scope="module")
def machine():
    """(URL, stop, start) of a cluster of its own, since others are running on theirs."""
    if postgres_programs() is None:
        pytest.skip("PostgreSQL's programs (initdb, pg_ctl) are not installed here")
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: S103  as in conftest.py
        with stoppable_cluster(os.path.join(folder, "cluster")) as found:
            yield found


class Load:
    """Four people who send without a pause, and note what they were answered."""

    def __init__(self, writer):
        self._writer = writer
        self._over = threading.Event()
        self.answered = []
        self.refused = []
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(4)]

    def _send(self, number):
        count = 0
        while not self._over.is_set():
            count += 1
            row = Row(WEEK, "c1", bytes([number]) + count.to_bytes(31, "big"), "tried")
            try:
                assert self._writer.ask(Put(row)).result(30) is Outcome.CREATED
                self.answered.append(row.nonce)
            except StoreFailed:
                self.refused.append(row.nonce)

    @contextmanager
    def going(self):
        for thread in self._threads:
            thread.start()
        yield self
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def wait_for(self, more, list_of):
        wanted = len(list_of) + more
        for _ in range(3000):
            if len(list_of) >= wanted:
                return
            self._over.wait(0.01)
        raise AssertionError("nothing is answered any more")


@pytest.fixture
def load(machine, tmp_path):
    store = open_board(str(tmp_path), machine[0])
    writer = Writer(store)
    yield Load(writer), store
    writer.stop()
    store.close()


def kept(store):
    with store.writing() as connection:
        nonces = {row.nonce for row in all_rows(connection)}
        connection.exec_driver_sql("DELETE FROM frag")
    return nonces


def test_backends_that_are_ended_cost_a_group_at_most(machine, load):
    load, store = load
    with load.going():
        for _ in range(3):
            load.wait_for(8, load.answered)
            with psycopg.connect(machine[0], autocommit=True) as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                    " AND backend_type = 'client backend'"
                )
        load.wait_for(8, load.answered)

    assert set(load.answered) <= kept(store)


def test_a_database_that_is_killed_and_comes_back_has_all_that_was_answered(machine, load):
    _, stop, start = machine
    load, store = load
    with load.going():
        load.wait_for(8, load.answered)
        stop()
        load.wait_for(4, load.refused)
        start()
        load.wait_for(8, load.answered)

    assert set(load.answered) <= kept(store)


@contextmanager
def board_on(url, season_folder, tmp_path, capsys):
    folder = str(tmp_path / "board")
    shutil.copytree(season_folder, folder)
    assert run_board(["invite", "--data", folder]) == 0
    link = capsys.readouterr().out.strip()
    clock = MovableClock(datetime(2026, 11, 18, 12, tzinfo=UTC))
    with (
        opened(Service(role="all", folder=folder, clock=clock, database=url)) as app,
        TestClient(app, base_url="https://board.example") as client,
    ):
        yield client, Member(client, link).claim()


def test_answers_given_too_early_are_caught(machine, load):
    """The same with a writer that says 201 before the commit."""

    class Hasty(Writer):
        def _commit(self, group):
            for _, answer in group:
                answer.set_result(Outcome.CREATED)
            with suppress(StoreFailed):
                self._granted([wish for wish, _ in group])

    _, stop, start = machine
    _, store = load
    hasty = Hasty(store)
    load = Load(hasty)
    with load.going():
        load.wait_for(8, load.answered)
        stop()
        load.wait_for(8, load.answered)
        start()
    hasty.stop()

    assert not set(load.answered) <= kept(store)


def test_a_connection_that_is_in_use_when_the_store_is_closed_is_closed_later(machine, tmp_path):
    store = open_board(str(tmp_path), machine[0])
    with store.reading() as connection:
        raw = connection.connection.dbapi_connection
        store.close()
        assert not raw.closed

    assert raw.closed


def test_a_lost_store_is_answered_with_503_and_recovers(machine, season_folder, tmp_path, capsys):
    """The same over HTTP: pages and fragments alike, and nothing of PostgreSQL's own words gets out."""
    url, stop, start = machine
    with board_on(url, season_folder, tmp_path, capsys) as (client, member):
        ticket, other = member.ticket(WEEK, "c1"), member.ticket(WEEK, "c2")
        assert member.put(ticket, BODIES["c1"]).status_code == 201
        stop()
        answers = [member.put(other, BODIES["c2"]), client.get("/v1/board"), client.get(f"/v1/weeks/{WEEK}/nonces")]
        start()

        assert [answer.status_code for answer in answers] == [503, 503, 503]
        assert {answer.headers["retry-after"] for answer in answers} == {"60"}
        assert {answer.json()["title"] for answer in answers} == {TITLES[503]}
        assert not any(word in answer.text for answer in answers for word in ("psycopg", "127.0.0.1", "postgres"))
        assert member.put(other, BODIES["c2"]).status_code == STATUS[Outcome.CREATED]
        assert member.put(ticket, BODIES["c1"]).status_code == 200
