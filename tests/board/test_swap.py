"""T2: swap two people, and the dumps of both stores are the same to the last byte: nothing in them says which of the two it was."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import inspect
from starlette.testclient import TestClient

from tests.board.people import BODIES, DAILY, Member, owner
from tests.board.stores import empty
from tests.board.test_blindness import factor_between
from tests.fakes import MovableClock
from tokentray.board import seat_table
from tokentray.board.command import run_board
from tokentray.board.database import open_board, open_issuer
from tokentray.board.season import known_secret
from tokentray.board.serve import Service, opened
from tokentray.core.board_crypto import blinded_book, finalize, signer_of, token_key

WEEK = "2026-W47"
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
ALICE, BOB = b"alice's code....", b"bob's code......"
WHAT_ALICE_SAYS = BODIES
WHAT_BOB_SAYS = {**BODIES, "c1": DAILY}


@pytest.fixture
def folder(season_folder, tmp_path, capsys):
    copy = tmp_path / "before"
    shutil.copytree(season_folder, copy)
    assert run_board(["invite", "--data", str(copy), "--count", "2"]) == 0
    return copy, capsys.readouterr().out.split()


@contextmanager
def served(folder, database):
    service = Service(role="all", folder=str(folder), clock=MovableClock(NOW), database=database)
    with opened(service) as app, TestClient(app, base_url="https://board.example") as client:
        yield client


def says(client, member, tickets, bodies):
    """Everything of the week, and one deletion."""
    for ticket in tickets:
        if ticket.kind in bodies and ticket.index == 0:
            assert member.put(ticket, bodies[ticket.kind]).status_code == 201
    gone = next(ticket for ticket in tickets if ticket.kind == "use" and ticket.index == 0)
    assert client.delete(f"/v1/fragments/{WEEK}/use", headers=owner(gone)).status_code == 204


def of_week(member):
    return [ticket for ticket in member.tickets if ticket.week == WEEK]


def unblinded_as(folder, mine, theirs):
    """
    The tokens of `theirs` out of the answer that `mine` got: with other blinding factors the same bytes went to the issuer and came back.

    That such factors exist for any two people is what makes the issuer blind; whoever holds its keys can even work them out, as here.
    """
    issuer = open_issuer(str(folder))
    with issuer.reading() as connection:
        keys = seat_table.keys_of(connection)
    issuer.close()
    password = known_secret(str(folder), "issuer.key")
    for own, other in zip(of_week(mine), of_week(theirs), strict=True):
        signer = signer_of(keys[own.week, own.kind], password)
        asked, answer = mine.exchanged[own.week, own.kind, own.index]
        factor = factor_between(signer, asked, other.token)
        public = token_key(mine.manifest.board, own.week, own.kind, signer.spki).public
        assert other.token[:98] + finalize(public, other.token[:98], answer, 48, factor) == other.token
    return of_week(theirs)


class Remembering(Member):
    """A member who keeps what went to the issuer and what came back."""

    def ask_for_book(self, code=None):
        answer = super().ask_for_book(code)
        asked = blinded_book(self.code, self.manifest)
        signed = msgspec.json.decode(answer.content, type=dict[str, list[bytes]])["sigs"]
        places = Counter()
        self.exchanged = {}
        for (week, kind, message), signature in zip(asked, signed, strict=True):
            self.exchanged[week, kind, places[week, kind]] = message, signature
            places[week, kind] += 1
        return answer


def a_world(folder, links, database, *, swapped):
    """Alice has the first seat and speaks first. Swapped, she holds what were Bob's tokens, and says what Bob said."""
    with served(folder, database) as client:
        alice, bob = Remembering(client, links[0], ALICE).claim(), Remembering(client, links[1], BOB).claim()
        if swapped:
            says(client, alice, unblinded_as(folder, alice, bob), WHAT_BOB_SAYS)
            says(client, bob, unblinded_as(folder, bob, alice), WHAT_ALICE_SAYS)
        else:
            says(client, alice, of_week(alice), WHAT_ALICE_SAYS)
            says(client, bob, of_week(bob), WHAT_BOB_SAYS)
    return dump(folder, database)


def dump(folder, database):
    """Every row of every table of both stores, whatever tables there are, sorted; and every other file as it is."""
    rows = []
    for store in (open_issuer(str(folder)), open_board(str(folder), database)):
        with store.reading() as connection:
            for table in inspect(connection).get_table_names():
                found = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
                rows += [
                    (table, *(bytes(value) if isinstance(value, memoryview) else value for value in row))
                    for row in found
                ]
        store.close()
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file() and ".db" not in path.name
    }
    return sorted(rows, key=repr), files


def test_t2_swapped_people_leave_the_same_dump(folder, database, tmp_path):
    before, links = folder
    dumps = []
    for swapped in (False, True):
        world = tmp_path / f"world{swapped}"
        shutil.copytree(before, world)
        if database:
            empty(database)
        dumps.append(a_world(world, links, database, swapped=swapped))

    assert dumps[0] == dumps[1]
    assert len([row for row in dumps[0][0] if row[0].startswith("frag")]) >= 6


def test_t2_a_table_of_arrivals_is_caught(folder, tmp_path):
    """The protection taken out: the store numbers what comes."""
    before, links = folder
    store = open_board(str(before))
    with store.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE arrival (number INTEGER PRIMARY KEY, nonce BLOB)")
        connection.exec_driver_sql(
            "CREATE TRIGGER arrives AFTER INSERT ON frag BEGIN INSERT INTO arrival (nonce) VALUES (new.nonce); END"
        )
    store.close()
    dumps = []
    for swapped in (False, True):
        world = tmp_path / f"world{swapped}"
        shutil.copytree(before, world)
        dumps.append(a_world(world, links, None, swapped=swapped))

    assert dumps[0] != dumps[1]
