"""
Kept envelopes played again: the first content, a correction after the deletion, and what makes the app correct a fragment only once.
"""

from __future__ import annotations

from contextlib import closing

import msgspec
import pytest

from tests.board.people import DAILY, TRIED
from tokentray.board.closing import close_due
from tokentray.board.database import open_board
from tokentray.board.fragment_table import all_rows
from tokentray.board.season import Seasons

WEEK = "2026-W47"
NONE = {"v": 1, "kind": "c1", "adoption": "none"}


@pytest.fixture
def told(running):
    """A member, one ticket, and what the board has of it: the adoption's word, or None for a deleted one."""
    member = running.member()
    ticket = member.ticket(WEEK, "c1")

    def word():
        with closing(open_board(running.folder, running.database)) as store, store.reading() as connection:
            # Beside them stand the marks of the envelopes that have corrected something.
            return [row.a for row in all_rows(connection) if row.kind == "c1"]

    return member, ticket, word


def statuses(member, *envelopes):
    return [member.send(envelope).status_code for envelope in envelopes]


def test_the_first_content_does_not_come_back_after_a_correction(told):
    member, ticket, word = told
    put, correction = member.envelope("put", ticket, TRIED), member.envelope("replace", ticket, DAILY)

    assert statuses(member, put, correction, put) == [201, 200, 409]
    assert word() == ["daily"]
    # the same correction again, as after a lost answer, is harmless
    assert statuses(member, correction) == [200]
    assert word() == ["daily"]


def test_no_correction_brings_back_what_was_deleted(told):
    member, ticket, word = told
    correction = member.envelope("replace", ticket, DAILY)

    assert statuses(member, member.envelope("put", ticket, TRIED), correction, member.envelope("delete", ticket)) == [
        201,
        200,
        204,
    ]
    assert statuses(member, correction, member.envelope("put", ticket, TRIED)) == [409, 409]
    assert word() == [None]


def test_of_two_corrections_a_kept_one_does_not_come_back(told):
    member, ticket, word = told
    first, second = member.envelope("replace", ticket, DAILY), member.envelope("replace", ticket, NONE)

    assert statuses(member, member.envelope("put", ticket, TRIED), first, second, first) == [201, 200, 200, 409]
    assert word() == ["none"]
    # The owner may, with an envelope of its own; but the app sends one correction only (share.outbox): a relay may keep
    # one back that the board has never seen, and let it through after the next.
    assert statuses(member, member.envelope("replace", ticket, DAILY)) == [200]


def test_what_a_relay_keeps_back_finds_its_token_spent_by_a_stand_in(told):
    member, ticket, word = told
    held = member.envelope("put", ticket, TRIED)
    stand_in, deletion = member.envelope("put", ticket, NONE), member.envelope("delete", ticket)
    # What the app does when a withdrawn fragment is unknown: a deletion of what never came leaves no mark of its own.
    assert statuses(member, deletion, stand_in, deletion, held) == [404, 201, 204, 409]
    assert word() == [None]


def test_a_closed_weeks_list_tells_that_a_deletion_held(running):
    member = running.member()
    kept, gone = member.ticket(WEEK, "c1"), member.ticket(WEEK, "c2")
    assert member.put(kept, TRIED).status_code == 201
    assert member.put(gone, {"v": 1, "kind": "c2", "outcome": "worked", "effort": "1-4h"}).status_code == 201
    assert member.delete(gone).status_code == 204
    running.clock.instant = running.clock.instant.replace(month=12, day=1)
    with closing(open_board(running.folder, running.database)) as store:
        assert WEEK in close_due(running.folder, Seasons(running.folder), running.clock.now(), board=store)

    assert member.replace(kept, DAILY).status_code == 410
    listed = msgspec.json.decode(member.client.get(f"/v1/weeks/{WEEK}/nonces").content)["nonces"]
    assert listed == [kept.nonce[:8].hex()]
