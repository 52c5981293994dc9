"""A backup of the history that is put back sends nothing by itself: what waited in it may have been taken back since, or have left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.share.conftest import FRIDAY, Member
from tests.share.small_board import SmallBoard
from tests.share.test_outbox import C1, C2
from tokentray.core.errors import BoardRefused
from tokentray.core.fragment import Adopted
from tokentray.settings.settings import Settings
from tokentray.share.outbox import queue_fragment, recall, verify, withdraw
from tokentray.share.team import Team
from tokentray.share.team_taking import take_team_view
from tokentray.store.copying import backup_history, restore_history
from tokentray.store.database import open_history
from tokentray.store.outbox_table import all_parcels, held_back, team_of

WEEK = "2026-W47"
SUNDAY = FRIDAY + timedelta(days=9)
DAILY = Adopted(v=1, adoption="daily")


@contextmanager
def put_back(member: Member, copy: Path) -> Iterator[Member]:
    """The member with the backup in the history's place, nine days later."""
    member.history.close()
    restore_history(member.history.path, str(copy))
    member.clock.instant = SUNDAY
    with open_history(member.history.path) as history:
        yield Member(history, member.board, member.clock)


def states(member: Member) -> dict[str, str]:
    return {one.op: one.state for one in all_parcels(member.history)}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "backup.sqlite"


@pytest.fixture
def team(member: Member) -> Team:
    return member.join()


def test_what_was_taken_back_since_does_not_leave(member: Member, board: SmallBoard, team: Team, copy: Path) -> None:
    queued = queue_fragment(member.history, team, WEEK, C1, FRIDAY)
    backup_history(member.history, str(copy))
    withdraw(member.history, team, queued, FRIDAY)
    with put_back(member, copy) as back:
        assert back.send(team, everything=True) == []
        assert (states(back), held_back(back.history)) == ({"put": "cancelled"}, 1)
        (shown,) = take_team_view(back.history, Settings(), SUNDAY, "UTC").sendings
        assert shown.why == "It waited in a backup that was put back; share it again if it should leave"
        assert not shown.spent
    assert board.bodies() == []


def test_a_withdrawal_that_waited_still_leaves(member: Member, board: SmallBoard, team: Team, copy: Path) -> None:
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    member.send(team)
    withdraw(member.history, team, all_parcels(member.history)[0], FRIDAY)
    backup_history(member.history, str(copy))
    with put_back(member, copy) as back:
        assert [one.parcel.op for one in back.send(team, everything=True)] == ["delete"]
    assert board.bodies() == []


def test_what_left_since_is_known_again_by_the_public_list(
    member: Member, board: SmallBoard, team: Team, copy: Path
) -> None:
    backup_history(member.history, str(copy))
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    queued = queue_fragment(member.history, team, WEEK, C2, FRIDAY)
    member.send(team)
    with put_back(member, copy) as back:
        assert recall(back.history, team, back.client, SUNDAY) == 1
        assert [(one.kind, one.state, one.why) for one in all_parcels(back.history)] == [
            ("c1", "sent", "before a backup was put back")
        ]
        with pytest.raises(BoardRefused, match="can be withdrawn from here"):
            queue_fragment(back.history, team, WEEK, DAILY, SUNDAY)
        withdraw(back.history, team, all_parcels(back.history)[0], SUNDAY, at_once=True)
        back.send(team)
    assert queued.state == "waiting"
    assert board.bodies() == []


def test_what_waited_and_left_since_is_known_again(member: Member, board: SmallBoard, team: Team, copy: Path) -> None:
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    backup_history(member.history, str(copy))
    member.send(team)
    with put_back(member, copy) as back:
        assert recall(back.history, team, back.client, SUNDAY) == 1
        ((parcel, there),) = verify(back.history, team, back.client, SUNDAY)
        assert (parcel.op, there) == ("put", True)


def test_what_did_not_leave_can_be_shared_again(member: Member, board: SmallBoard, team: Team, copy: Path) -> None:
    queue_fragment(member.history, team, WEEK, C1, FRIDAY)
    backup_history(member.history, str(copy))
    with put_back(member, copy) as back:
        asked = len(board.requests)
        assert recall(back.history, team, back.client, SUNDAY) == 0
        # The list of each week, once: whoever watches the board's network can guess from them who shares.
        assert len(board.requests) == asked + 2
        assert recall(back.history, team, back.client, SUNDAY) == 0
        assert len(board.requests) == asked + 2
        queue_fragment(back.history, team, WEEK, DAILY, SUNDAY, at_once=True)
        assert [one.state for one in back.send(team)] == ["sent"]
    assert board.bodies() == [b'{"adoption":"daily","kind":"c1","v":1}']


def test_a_correction_is_not_sent_a_second_time(member: Member, board: SmallBoard, team: Team, copy: Path) -> None:
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    member.send(team)
    queue_fragment(member.history, team, WEEK, DAILY, FRIDAY, at_once=True)
    backup_history(member.history, str(copy))
    member.send(team)
    with put_back(member, copy) as back:
        assert back.send(team, everything=True) == []
        with pytest.raises(BoardRefused, match="which can be done once"):
            queue_fragment(back.history, team, WEEK, Adopted(v=1, adoption="none"), SUNDAY)


def test_without_a_team_a_backup_has_nothing_to_say_of_one(member: Member, copy: Path) -> None:
    backup_history(member.history, str(copy))
    with put_back(member, copy) as back:
        assert team_of(back.history) == {}
