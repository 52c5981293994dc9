"""
T12: with every key and file of issuer, board and relay nobody can be named: seven ways of guessing (subpoena.py) do no better than chance.

Eight people over three weeks send four kinds each: 12 lists of eight, of which chance gets 12 names right out of 96. More than 33 would be chance
once in a million runs. Measured: 10 to 23 by place on disk and by transaction, none by the other ways. Each way names nearly everybody where the protection is taken out.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from tests.board.people import BODIES
from tests.board.subpoena import (
    WAYS,
    Evidence,
    by_card,
    by_derivation,
    by_numbering,
    by_place_on_disk,
    by_shared_bytes,
    by_transaction,
)
from tokentray.board import writer
from tokentray.board.database import open_board
from tokentray.board.writer import reseat
from tokentray.core.board_crypto import parse_invite

WEEKS = ("2026-W47", "2026-W48", "2026-W49")
NAMES = tuple(f"person{number}" for number in range(8))
LIMIT = 33


class Team:
    """
    Eight people who spoke, what the relay noted of it, and the truth about each nonce.

    `codes` makes a recovery code out of an invite's code, `text` a card's text out of a name: an honest app does neither.
    """

    def __init__(self, running, weeks=WEEKS, codes=lambda _code: None, text=lambda _name: b"tried it"):
        dice = random.Random(12)
        self.members = {name: running.member(codes(parse_invite(running.links[-1]).code)) for name in NAMES}
        self.truth, self.notes = {}, {}
        for week in weeks:
            running.clock.instant = datetime.strptime(f"{week}-3", "%G-W%V-%u").replace(tzinfo=UTC)
            for kind in ("c1", "c2", "use", "card"):
                order = dice.sample(NAMES, len(NAMES))
                self.notes[week, kind] = order
                for name in order:
                    self.speak(name, week, kind, text(name))
        seats = {name: member.invite.code for name, member in self.members.items()}
        team_key = self.members[NAMES[0]].invite.team_key
        self.evidence = Evidence(running.folder, running.database, team_key, seats, self.notes)

    def speak(self, name, week, kind, text):
        member = self.members[name]
        ticket = member.ticket(week, kind)
        body = member.card(ticket, text) if kind == "card" else BODIES[kind]
        assert member.put(ticket, body).status_code == 201
        self.truth[ticket.nonce] = name

    def named(self, way):
        """How many fragments that way of guessing names rightly."""
        return sum(self.truth.get(nonce) == name for nonce, name in way(self.evidence).items())


def test_t12_nobody_is_named(running):
    team = Team(running)
    store = open_board(running.folder, running.database)
    reseat(store)  # on SQLite it is done already; PostgreSQL does it by night
    store.close()

    assert len(team.truth) == 96
    assert {way.__name__: team.named(way) for way in WAYS if team.named(way) > LIMIT} == {}


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_t12_a_heap_in_the_order_of_arrival_is_caught(running, monkeypatch):
    """Before the night, that is; how far a SQLite file goes at rest is tried in test_order.py."""
    monkeypatch.setattr(writer, "reseat", lambda _store: None)
    team = Team(running, WEEKS[:1])

    assert team.named(by_place_on_disk) == 32
    assert team.named(by_transaction) == 32


@pytest.mark.parametrize("database", [None])
def test_t12_a_table_that_numbers_arrivals_is_caught(running):
    store = open_board(running.folder)
    with store.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE seen (place INTEGER PRIMARY KEY, nonce BLOB)")
        connection.exec_driver_sql(
            "CREATE TRIGGER sees AFTER INSERT ON frag BEGIN INSERT INTO seen (nonce) VALUES (new.nonce); END"
        )
    store.close()

    assert Team(running, WEEKS[:1]).named(by_numbering) == 32


@pytest.mark.parametrize("database", [None])
def test_t12_recovery_codes_made_of_invites_are_caught(running):
    assert Team(running, WEEKS[:1], codes=lambda code: code).named(by_derivation) == 32


@pytest.mark.parametrize("database", [None])
def test_t12_an_issuer_that_notes_what_it_signs_unblinded_is_caught(running):
    team = Team(running, WEEKS[:1])
    lines = [
        f"{sha256(member.invite.code).hexdigest()} {' '.join(ticket.nonce.hex() for ticket in member.tickets)}"
        for member in team.members.values()
    ]
    (Path(running.folder) / "issued.log").write_bytes(b"\n".join(map(bytes.fromhex, map(bare, lines))))

    assert team.named(by_shared_bytes) == 32


def bare(line):
    return line.replace(" ", "")


@pytest.mark.parametrize("database", [None])
def test_t12_a_card_with_its_authors_name_is_caught(running):
    assert Team(running, WEEKS[:1], text=lambda name: f"{name} tried it".encode()).named(by_card) == 8
