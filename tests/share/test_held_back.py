"""A relay that keeps a fragment back cannot let it through after its withdrawal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.share.conftest import FRIDAY, Member
from tests.share.small_board import SmallBoard
from tests.share.test_outbox import C1, C2, CARD, TEXTS, WEEK
from tokentray.core.fragment import Fragment, Used
from tokentray.share.outbox import queue_card, queue_fragment, verify, withdraw
from tokentray.share.team import Team
from tokentray.store.database import open_history
from tokentray.store.outbox_table import Parcel, all_departures, all_parcels, next_departure

USED = Used(v=1, tool="openai", tokens="<1M")


@pytest.fixture
def board() -> SmallBoard:
    return SmallBoard(relay="https://relay.example/v1/relay")


@pytest.fixture
def member(tmp_path: Path, board: SmallBoard) -> Iterator[Member]:
    with open_history(str(tmp_path / "history.sqlite")) as history:
        yield Member(history, board)


def sent(member: Member, fragment: Fragment | None = C1) -> tuple[Team, Parcel]:
    """A put that left, None for a card's; the team, and what the outbox has of it."""
    team = member.join()
    if fragment is None:
        queue_card(member.history, team, member.secrets, WEEK, CARD, TEXTS, "review", FRIDAY, at_once=True)
    else:
        queue_fragment(member.history, team, WEEK, fragment, FRIDAY, at_once=True)
    member.send(team)
    (parcel,) = all_parcels(member.history)
    return team, parcel


def take_back(member: Member, team: Team, parcel: Parcel) -> list[str]:
    withdraw(member.history, team, parcel, FRIDAY, at_once=True)
    return [one.state for one in member.send(team)]


def ops(board: SmallBoard) -> list[str]:
    return [json.loads(one)["op"] for one in board.opened]


@pytest.mark.parametrize("fragment", [C1, C2, USED, None])
def test_a_put_kept_back_does_not_arrive_after_its_withdrawal(
    member: Member, board: SmallBoard, fragment: Fragment | None
) -> None:
    board.relay_keeps = (0,)
    team, parcel = sent(member, fragment)
    assert board.opened == []

    assert take_back(member, team, parcel) == ["sent"]
    assert ops(board) == ["delete", "put", "delete"]
    # What is taken back is not told to be taken back: something else spends its token.
    assert b'"weekly"' not in board.opened[1]
    assert json.loads(board.opened[1])["body"] != json.loads(parcel.body)

    assert board.let_go() == [409]
    assert board.bodies() == []
    ((_, gone),) = verify(member.history, team, member.client, FRIDAY)
    assert gone


def test_a_relay_that_says_it_forwarded_what_it_keeps_gains_nothing(member: Member, board: SmallBoard) -> None:
    board.relay_keeps, board.relay_says = (0,), 201
    team, parcel = sent(member)
    assert parcel.state == "sent"
    assert take_back(member, team, parcel) == ["sent"]
    assert board.let_go() == [409]
    assert board.bodies() == []


def test_of_a_closed_week_nothing_can_arrive_any_more(member: Member, board: SmallBoard) -> None:
    board.relay_keeps = (0,)
    team, parcel = sent(member)
    member.clock.instant = closed = datetime(2026, 11, 30, 9, tzinfo=UTC)
    withdraw(member.history, team, parcel, closed, at_once=True)
    assert [(one.parcel.op, one.state) for one in member.send(team)] == [("delete", "sent")]
    assert ops(board) == ["delete"]


def test_what_did_arrive_is_deleted_by_one_envelope(member: Member, board: SmallBoard) -> None:
    board.relay_keeps = (0,)
    team, parcel = sent(member)
    assert board.let_go() == [201]
    assert take_back(member, team, parcel) == ["sent"]
    assert ops(board) == ["put", "delete"]
    assert board.bodies() == []


def test_a_withdrawal_whose_stand_in_is_kept_back_too_waits(member: Member, board: SmallBoard) -> None:
    board.relay_keeps = (0, 2)
    team, parcel = sent(member)
    assert take_back(member, team, parcel) == ["later"]
    member.clock.instant = next_departure(member.history) or FRIDAY
    assert [one.state for one in member.send(team)] == ["sent"]
    assert ops(board) == ["delete", "delete", "put", "delete"]
    assert board.let_go() == [409, 409]


def test_the_log_says_what_stood_in(member: Member, board: SmallBoard) -> None:
    board.relay_keeps = (0,)
    team, parcel = sent(member)
    take_back(member, team, parcel)
    first, stand_in, second = all_departures(member.history)[-3:]
    assert first.words == second.words == "The withdrawal of a fragment of 2026-W47 (c1)."
    assert stand_in.words == (
        "A stand-in, which is deleted at once: it spends the token of a fragment of 2026-W47 (c1) that the board did not know, "
        "so that it cannot arrive later."
    )
    assert stand_in.inside == board.opened[1]
    assert first.inside == second.inside == b""
