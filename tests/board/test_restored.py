"""A backup is put back: nothing is served until the operator has accepted what that means, and what was deleted stays deleted."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.board.people import DAILY, TRIED, Member
from tests.fakes import MovableClock
from tokentray.board.closing import close_due
from tokentray.board.command import run_board
from tokentray.board.database import open_board, open_issuer
from tokentray.board.errors import StoreFailed, StoreRestored
from tokentray.board.fragment_table import Outcome, Row, all_rows, drop_weeks, put_rows
from tokentray.board.ledger import Ledger
from tokentray.board.restored import Repaired, accept, note_further, stores_behind
from tokentray.board.season import Seasons
from tokentray.board.serve import Service, opened
from tokentray.board.writer import Bury, Put, Writer

WEEK = "2026-W47"
OPEN = datetime(2026, 11, 18, 12, tzinfo=UTC)
CLOSED = datetime(2026, 11, 30, 0, 0, 1, tzinfo=UTC)
FAILED = 3


@pytest.fixture
def folder(season_folder, tmp_path):
    copy = tmp_path / "board"
    shutil.copytree(season_folder, copy)
    return str(copy)


@pytest.fixture
def links(folder, capsys):
    assert run_board(["invite", "--data", folder, "--count", "6"]) == 0
    return capsys.readouterr().out.split()


class Host:
    """A board that is started, stopped, copied and put back."""

    def __init__(self, folder, tmp_path):
        self.folder = folder
        self.copies = tmp_path / "copies"
        self.copies.mkdir()

    def served(self):
        return opened(Service(role="all", folder=self.folder, clock=MovableClock(OPEN)))

    def doing(self, work):
        with self.served() as app, TestClient(app, base_url="https://board.example") as client:
            return work(client)

    def copy(self, name):
        """With the server stopped, as any program that copies files does."""
        shutil.copy(os.path.join(self.folder, name), self.copies)

    def put_back(self, name):
        shutil.copy(self.copies / name, self.folder)

    def close(self, now=CLOSED):
        issuer, board = open_issuer(self.folder), open_board(self.folder)
        close_due(self.folder, Seasons(self.folder), now, issuer=issuer, board=board)
        issuer.close()
        board.close()

    def rows(self):
        board = open_board(self.folder)
        with board.reading() as connection:
            rows = all_rows(connection)
            cells = connection.exec_driver_sql("SELECT * FROM cell ORDER BY 1, 2, 3, 4").all()
        board.close()
        return rows, [cell for cell in cells if cell[0] == WEEK]


@pytest.fixture
def host(folder, tmp_path):
    return Host(folder, tmp_path)


def refused(host):
    with pytest.raises(StoreRestored, match="tokentray board restored"), host.served():
        pass
    return True


def test_a_board_that_is_stopped_and_started_is_no_restored_one(host, capsys):
    for _ in range(3):
        host.doing(lambda client: client.get("/v1/health"))

    assert run_board(["restored", "--data", host.folder]) == 0
    assert "no backup was put back" in capsys.readouterr().out


def test_what_was_deleted_since_a_copy_stays_deleted(host, links, capsys):
    def first(client):
        member = Member(client, links[0]).claim()
        assert member.put(member.ticket(WEEK, "c1"), TRIED).status_code == 201
        card = member.ticket(WEEK, "card")
        assert member.put(card, member.card(card)).status_code == 201
        return member

    member = host.doing(first)
    host.copy("board.db")

    def later(client):
        member.client = client
        assert member.delete(member.ticket(WEEK, "card")).status_code == 204
        return member.put(member.ticket(WEEK, "card", 1), member.card(member.ticket(WEEK, "card", 1))).status_code

    assert host.doing(later) == 201
    host.put_back("board.db")

    assert refused(host)
    assert run_board(["publish", "--data", host.folder]) == FAILED
    assert run_board(["restored", "--data", host.folder]) == 0
    assert "can be\n  spent once more" in capsys.readouterr().out
    assert refused(host)
    assert run_board(["restored", "--data", host.folder, "--accept"]) == 0
    assert "Deleted again: 1." in capsys.readouterr().out

    def after(client):
        member.client = client
        card, lost = member.ticket(WEEK, "card"), member.ticket(WEEK, "card", 1)
        assert client.get(f"/v1/weeks/{WEEK}/cards").json()["cards"] == []
        # Spent before the copy: still spent. Deleted since: still spent. Sent since: it is missing, and its owner may send it again.
        return [
            member.put(member.ticket(WEEK, "c1"), DAILY).status_code,
            member.put(card, member.card(card)).status_code,
            member.put(lost, member.card(lost)).status_code,
        ]

    assert host.doing(after) == [409, 409, 201]
    assert run_board(["restored", "--data", host.folder]) == 0
    assert "no backup was put back" in capsys.readouterr().out


def test_a_copy_made_by_the_backup_command_is_known_when_it_comes_back(host, tmp_path):
    host.doing(lambda client: client.get("/v1/health"))
    copy = tmp_path / "copy.db"
    assert run_board(["backup", "--data", host.folder, str(copy)]) == 0
    assert run_board(["backup", "--data", host.folder, str(copy)]) == 2
    shutil.move(copy, os.path.join(host.folder, "board.db"))

    assert refused(host)


def test_a_store_that_was_lost_is_known_too(host):
    host.doing(lambda client: client.get("/v1/health"))
    os.remove(os.path.join(host.folder, "board.db"))

    assert refused(host)


def test_a_published_week_is_put_back_and_not_drawn_again(host):
    board = open_board(host.folder)
    writer = Writer(board)
    for number in range(40):
        writer.ask(Put(Row(WEEK, "c1", bytes([number] * 32), "tried"))).result(10)
    writer.stop()
    board.close()
    host.doing(lambda client: client.get("/v1/health"))
    host.copy("board.db")
    host.close()
    published = host.rows()[1]
    assert len(published) > 4
    host.put_back("board.db")
    assert host.rows()[1] == []

    assert run_board(["restored", "--data", host.folder, "--accept"]) == 0

    assert host.rows()[1] == published
    host.close()
    assert host.rows()[1] == published


def test_a_card_deleted_after_its_week_had_closed_stays_deleted(host):
    board = open_board(host.folder)
    ledger = Ledger(host.folder)
    writer = Writer(board, ledger)
    row = Row(WEEK, "card", bytes(32), "coding/worked/team", "00" * 8, b"a telling text" * 40)
    writer.ask(Put(row)).result(10)
    writer.stop()
    board.close()
    host.close()
    host.copy("board.db")
    board = open_board(host.folder)
    writer = Writer(board, ledger)
    assert writer.ask(Bury(row.key)).result(10) is Outcome.GONE
    writer.stop()
    board.close()
    host.put_back("board.db")

    assert run_board(["restored", "--data", host.folder, "--accept"]) == 0

    assert host.rows()[0] == []
    assert not any(b"telling" in file.read_bytes() for file in Path(host.folder).glob("board.db*"))


def test_a_restored_issuer_gives_nobody_a_second_book(host, links, capsys):
    host.doing(lambda client: Member(client, links[1]).claim())
    host.copy("issuer.db")
    claimed = host.doing(lambda client: Member(client, links[0]).claim())
    host.put_back("issuer.db")

    assert refused(host)
    assert run_board(["restored", "--data", host.folder, "--accept"]) == 0
    assert "Invites void: 5." in capsys.readouterr().out

    def after(client):
        again = Member(client, links[0])
        early = Member(client, links[1])
        return again.ask_for_book().status_code, early.ask_for_book().status_code

    assert claimed.tickets
    # Whose book the backup does not know gets no second one; the other one's book is known, and it is another than is asked for here.
    assert host.doing(after) == (403, 409)


def test_accepting_mends_every_kind_of_store(store, tmp_path):
    ledger = Ledger(str(tmp_path))
    note_further(ledger, store)
    rows = [Row(WEEK, "c1", bytes([number] * 32), "tried") for number in range(4)]
    writer = Writer(store, ledger)
    for row in rows:
        writer.ask(Put(row)).result(10)
    writer.ask(Bury(rows[2].key)).result(10)
    writer.stop()
    with store.writing() as connection:
        # As before the deletion.
        drop_weeks(connection, [WEEK])
        put_rows(connection, rows)
        connection.exec_driver_sql("UPDATE board_meta SET value = '1' WHERE key = 'generation'")

    assert accept(ledger, None, store, 13) == Repaired(1, [], 0)

    with store.reading() as connection:
        assert all_rows(connection) == [*rows[:2], Row(WEEK, "c1", rows[2].nonce, None), rows[3]]
        assert stores_behind(ledger, None, store) == []


def test_without_a_ledger_the_second_book_would_be_given(host, links):
    host.doing(lambda client: client.get("/v1/health"))
    host.copy("issuer.db")
    host.doing(lambda client: Member(client, links[0]).claim())
    host.put_back("issuer.db")
    shutil.rmtree(os.path.join(host.folder, "ledger"))

    assert host.doing(lambda client: Member(client, links[0]).ask_for_book().status_code) == 200


def test_the_ledger_tells_neither_a_nonce_nor_an_order(tmp_path):
    ledger = Ledger(str(tmp_path))
    keys = [(WEEK, "c1", bytes([number] * 32)) for number in (9, 3, 7, 1)]
    for key in keys:
        ledger.remember_gone([key])

    (file,) = (tmp_path / "ledger").iterdir()
    content = file.read_bytes()
    marks = [content[start : start + 16] for start in range(0, len(content), 16)]
    assert marks == sorted(marks)
    assert len(marks) == 4
    assert not any(nonce[:8] in content for _, _, nonce in keys)


def test_nothing_is_deleted_that_the_ledger_could_not_remember(store, tmp_path):
    ledger = Ledger(str(tmp_path / "closed"))
    (tmp_path / "closed").write_text("no folder")
    writer = Writer(store, ledger)
    row = Row(WEEK, "c1", bytes(32), "tried")
    assert writer.ask(Put(row)).result(10) is Outcome.CREATED

    with pytest.raises(StoreFailed):
        writer.ask(Bury(row.key)).result(10)

    with store.reading() as connection:
        assert all_rows(connection) == [row]
    writer.stop()
