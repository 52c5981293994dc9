"""
T4 and T5 once more, as one list of attacks that is run on a sound board and on boards of which one protection was taken out.

The sound one withstands all, on every kind of store; each of the others is breached in exactly the places its missing protection stood for.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from tests.board.people import DAILY, TRIED, WORKED, Member
from tokentray.board import board, issuer, seat_table, writer
from tokentray.board.fragment_table import Outcome, bury_row
from tokentray.board.season import Seasons
from tokentray.core.board_crypto import blinded_book, new_recovery_code, verified_nonce
from tokentray.core.errors import NotGenuine

WEEK = "2026-W47"


def taken(answer):
    return answer.status_code in (200, 201)


def forged_tokens(running):
    """Signatures of nothing, another nonce under a good signature, good tokens of another week and kind."""
    member = running.member()
    ticket, week, kind = (member.ticket(*name) for name in ((WEEK, "c1"), ("2026-W46", "c1"), (WEEK, "c2")))
    tries = {
        "a forged signature": ticket.token[:98] + bytes(256),
        "a changed nonce": ticket.token[:2] + bytes(32) + ticket.token[34:],
        "another week's token": week.token,
        "another kind's token": kind.token,
    }
    return {what for what, token in tries.items() if taken(member.put(ticket, TRIED, token=token))}


def spent_tokens(running):
    """A second content under a spent token, a repetition that counts twice, and eight at once."""
    member = running.member()
    ticket, raced = member.ticket(WEEK, "c1"), member.ticket("2026-W46", "c1")
    assert member.put(ticket, TRIED).status_code == 201
    breached = {"a second count"} if member.put(ticket, TRIED).status_code == 201 else set()
    breached |= {"another body"} if taken(member.put(ticket, DAILY)) else set()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: member.put(raced, TRIED).status_code, range(8)))
    return breached | ({"two racers"} if answers.count(201) != 1 else set())


def further_books(running):
    """Another book for the same seat, one for no seat at all, and one with two tokens of a kind."""
    member, stranger, greedy = (Member(running.client, running.links.pop()) for _ in range(3))
    member.claim()
    breached = {"a second book"} if taken(member.ask_for_book(new_recovery_code())) else set()
    stranger.invite = msgspec.structs.replace(stranger.invite, code=bytes(16))
    breached |= {"an unknown invite"} if taken(stranger.ask_for_book()) else set()
    blinded = blinded_book(greedy.code, greedy.manifest)
    wish = {"season": greedy.manifest.season, "code": greedy.invite.code, "blinded": [*blinded, blinded[0]]}
    twice = greedy.client.post("/v1/books", content=msgspec.json.encode(wish))
    return breached | ({"two of a kind"} if taken(twice) else set())


def deleted_fragments(running):
    """What was deleted, out of an envelope that somebody stored, as it was and as a correction."""
    member = running.member()
    ticket = member.ticket(WEEK, "c1")
    stored, correction = member.envelope("put", ticket, TRIED), member.envelope("replace", ticket, DAILY)
    assert member.send(stored).status_code == 201
    assert member.delete(ticket).status_code == 204
    breached = {"a deleted fragment"} if taken(member.send(stored)) else set()
    breached |= {"a deleted fragment, corrected"} if taken(member.send(correction)) else set()
    other = running.member()
    other.put(other.ticket(WEEK, "c2"), WORKED)
    return breached | ({"somebody else's deletion"} if taken_away(running, member, other) else set())


def taken_away(running, member, other):
    """Whether `member` can delete what `other` sent."""
    forged = other.ticket(WEEK, "c2")
    answer = running.client.delete(f"/v1/fragments/{WEEK}/c2", headers={"Owner-Secret": forged.token[2:34].hex()})
    mine = member.delete(member.ticket(WEEK, "c2"))
    return answer.status_code == 204 or mine.status_code == 204


ATTACKS = (forged_tokens, spent_tokens, further_books, deleted_fragments)


def breaches(running):
    return set().union(*(attack(running) for attack in ATTACKS))


def test_t4_and_t5_a_sound_board_withstands_all(running):
    assert breaches(running) == set()


def unsigned(token, _key):
    return token[2:34]


def signed_by_any_key(running):
    keys = [key for season in Seasons(running.folder).all() for key in season.token_keys.values()]

    def verified(token, _key):
        for key in keys:
            try:
                return verified_nonce(token, key)
            except NotGenuine:
                continue
        raise NotGenuine("of no key at all")

    return verified


def created(_connection, _row):
    return Outcome.CREATED


def without_tombstone(connection, key, *, keep_spent=True):
    return bury_row(connection, key, keep_spent=False)


MUTANTS = {
    "no signature is checked": (
        {(board, "verified_nonce"): unsigned},
        {"a forged signature", "a changed nonce", "another week's token", "another kind's token"},
    ),
    "what is spent is not looked up": (
        {(writer, "put_again"): created},
        {"a second count", "another body", "two racers", "a deleted fragment"},
    ),
    "a seat is not marked": ({(seat_table, "claim_book"): lambda *_: True}, {"a second book"}),
    "no seat is asked for": (
        {(seat_table, "season_of_seat"): lambda *_: "2026-Q4", (seat_table, "claim_book"): lambda *_: True},
        {"a second book", "an unknown invite"},
    ),
    "a book may be of any length": ({(issuer, "_refuse_another_list"): lambda *_: None}, {"two of a kind"}),
    "no tombstone is left": (
        {(writer, "bury_row"): without_tombstone},
        {"a deleted fragment", "a deleted fragment, corrected"},
    ),
}


@pytest.mark.parametrize("database", [None])
@pytest.mark.parametrize("name", MUTANTS)
def test_t4_and_t5_a_board_without_one_protection_is_caught(running, monkeypatch, name):
    taken_out, expected = MUTANTS[name]
    for (module, function), replacement in taken_out.items():
        monkeypatch.setattr(module, function, replacement)

    assert breaches(running) == expected


@pytest.mark.parametrize("database", [None])
def test_t4_one_key_for_all_weeks_and_kinds_is_caught(running, monkeypatch):
    monkeypatch.setattr(board, "verified_nonce", signed_by_any_key(running))

    assert breaches(running) == {"another week's token", "another kind's token"}
