"""What was chosen leaves once, at random times, whatever sleep, restarts and the network do; and it can be taken back."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes import MovableClock
from tests.share.conftest import FRIDAY, Member
from tests.share.small_board import SmallBoard
from tokentray.core.errors import BoardRefused, NotGenuine
from tokentray.core.fragment import Adopted, Used, Went
from tokentray.core.journal import Card, Level, Outcome
from tokentray.share.outbox import (
    QUIET,
    note_spent,
    queue_card,
    queue_fragment,
    send_due,
    skip,
    verify,
    was_asked_lately,
    withdraw,
)
from tokentray.share.team import L1, L2
from tokentray.share.timing import LATE, WORKDAYS, WORKING_HOURS
from tokentray.share.tokens import check_manifest, team_here
from tokentray.store.database import open_history
from tokentray.store.outbox_table import all_departures, all_parcels, next_departure, skipped_weeks, token_counts

WEEK = "2026-W47"
C1 = Adopted(v=1, adoption="weekly")
C2 = Went(v=1, outcome="worked", effort="1-4h")
HOUR = timedelta(hours=1)
CARD = Card("c0ffee", FRIDAY, FRIDAY, tried="a", learned="b", outcome=Outcome.WORKED, level=Level.TEAM)
TEXTS = {"tried": "a", "learned": "b"}


def test_joining_claims_the_whole_season_at_once(member: Member) -> None:
    team = member.join()
    assert team_here(member.history) == team
    assert sum(token_counts(member.history).values()) == 2 * (1 + 1 + 2 + 3)
    assert team.level == L1
    assert [(left.method, left.url, left.status) for left in all_departures(member.history)] == [
        ("GET", "https://board.example/v1/manifest", 200),
        ("POST", "https://board.example/v1/books", 200),
    ]


def test_the_log_has_the_request_for_tokens_without_the_invites_code(member: Member, board: SmallBoard) -> None:
    member.join()
    (left,) = (one for one in all_departures(member.history) if one.method == "POST")
    code = b64encode(bytes([1]) * 16)
    sent = next(received for received in board.received if b"/v1/books" in received)
    assert code in sent
    assert sent.endswith(left.body.replace(b"*" * 24, code))
    assert code not in left.body


def test_whoever_joins_late_has_no_tokens_for_closed_weeks(member: Member) -> None:
    member.clock.instant = datetime(2026, 11, 30, tzinfo=UTC)
    member.join()
    assert {week for week, _ in token_counts(member.history)} == {"2026-W48"}


def test_an_unknown_or_used_invite_is_refused_in_words(member: Member) -> None:
    with pytest.raises(BoardRefused, match="does not know"):
        member.join(99)
    member.join()
    with pytest.raises(BoardRefused, match="a team already"):
        member.join(2)
    assert team_here(member.history) is not None


def test_a_fragment_waits_and_leaves_once(member: Member, board: SmallBoard) -> None:
    team = member.join()
    parcel = queue_fragment(member.history, team, WEEK, C1, FRIDAY)
    assert FRIDAY <= parcel.planned_at <= FRIDAY + timedelta(days=6)
    assert member.send(team) == []
    member.clock.instant = parcel.planned_at
    assert [sent.state for sent in member.send(team)] == ["sent"]
    assert member.send(team) == []
    assert board.bodies() == [b'{"adoption":"weekly","kind":"c1","v":1}']


def test_planned_times_lie_in_the_working_hours_of_this_machine(member: Member) -> None:
    team = member.join()
    planned = {queue_fragment(member.history, team, WEEK, C1, FRIDAY).planned_at.astimezone() for _ in range(50)}
    assert len(planned) == 50
    assert {time.weekday() for time in planned} <= set(WORKDAYS)
    assert {time.hour for time in planned} <= set(WORKING_HOURS)


def test_a_plan_survives_a_restart(member: Member, tmp_path: Path) -> None:
    team = member.join()
    planned = queue_fragment(member.history, team, WEEK, C1, FRIDAY).planned_at
    member.history.close()
    with open_history(str(tmp_path / "history.sqlite")) as history:
        assert next_departure(history) == planned.replace(microsecond=planned.microsecond // 1000 * 1000)


def test_what_was_slept_over_does_not_leave_together_on_waking(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY)
    queue_fragment(member.history, team, WEEK, C2, FRIDAY)
    member.clock.instant = woken = FRIDAY + timedelta(days=6) + LATE + HOUR
    assert member.send(team) == []
    assert board.bodies() == []
    plans = [parcel.planned_at for parcel in all_parcels(member.history)]
    assert all(plan > woken for plan in plans)
    assert plans[0] != plans[1]
    assert [parcel.missed for parcel in all_parcels(member.history)] == [1, 1]


def test_two_whose_time_has_come_leave_apart(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    queue_fragment(member.history, team, WEEK, C2, FRIDAY, at_once=True)
    assert len(member.send(team)) == 1
    assert len(board.bodies()) == 1
    assert sorted(parcel.state for parcel in all_parcels(member.history)) == ["sent", "waiting"]


def test_a_machine_awake_an_hour_a_day_gets_everything_out(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY)
    queue_fragment(member.history, team, WEEK, C2, FRIDAY)
    for day in range(11):
        for minute in range(0, 60, 15):
            member.clock.instant = FRIDAY + timedelta(days=day, minutes=minute)
            if member.clock.instant < datetime(2026, 11, 30, tzinfo=UTC):
                member.send(team)
    # Nothing is promised to a machine that sleeps so much, but nothing may be lost without a word.
    assert {parcel.state for parcel in all_parcels(member.history)} <= {"sent", "waiting"}
    member.clock.instant = datetime(2026, 11, 29, 23, tzinfo=UTC)
    member.send(team)
    assert len(board.bodies()) == 2


def test_a_week_offline_lapses_with_a_word(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY)
    member.clock.instant = datetime(2026, 11, 30, 8, tzinfo=UTC)
    assert [(sent.state, sent.why) for sent in member.send(team)] == [("lapsed", "its week closed before")]
    assert board.bodies() == []


def test_a_lost_answer_sends_the_same_again(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    board.fails = 503
    assert [sent.state for sent in member.send(team, everything=True)] == ["later"]
    with pytest.raises(BoardRefused, match="already"):
        queue_fragment(member.history, team, WEEK, Adopted(v=1, adoption="none"), FRIDAY)
    board.fails = None
    (parcel,) = all_parcels(member.history)
    member.clock.instant = parcel.planned_at
    assert [sent.state for sent in member.send(team)] == ["sent"]
    assert len(board.bodies()) == 1


def test_what_waits_is_changed_in_its_place(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY)
    queue_fragment(member.history, team, WEEK, Adopted(v=1, adoption="daily"), FRIDAY, at_once=True)
    member.send(team)
    assert board.bodies() == [b'{"adoption":"daily","kind":"c1","v":1}']


def test_two_tools_have_two_tokens_and_a_third_none(member: Member) -> None:
    team = member.join()
    for tool in ("claude-code", "openai", "openai"):
        queue_fragment(member.history, team, WEEK, Used(v=1, tool=tool, tokens="<1M"), FRIDAY)
    assert [parcel.place for parcel in all_parcels(member.history)] == [0, 1]
    with pytest.raises(BoardRefused, match="All 2 tokens for use"):
        queue_fragment(member.history, team, WEEK, Used(v=1, tool="other", tokens="<1M"), FRIDAY)


def test_withdrawn_before_it_left_it_never_leaves(member: Member, board: SmallBoard) -> None:
    team = member.join()
    parcel = queue_fragment(member.history, team, WEEK, C1, FRIDAY)
    assert withdraw(member.history, team, parcel, FRIDAY) == "cancelled"
    member.clock.instant = FRIDAY + timedelta(days=6)
    assert member.send(team, everything=True) == []
    assert board.bodies() == []
    queue_fragment(member.history, team, WEEK, C2, member.clock.instant)


def test_withdrawn_afterwards_it_is_gone_and_the_public_list_says_so(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    member.send(team)
    ((parcel, there),) = verify(member.history, team, member.client, FRIDAY)
    assert there
    assert withdraw(member.history, team, parcel, FRIDAY) == "planned"
    (deletion,) = [parcel for parcel in all_parcels(member.history) if parcel.op == "delete"]
    assert FRIDAY <= deletion.planned_at <= FRIDAY + 6 * HOUR
    member.clock.instant = deletion.planned_at
    assert [sent.state for sent in member.send(team)] == ["sent"]
    assert board.bodies() == []
    ((parcel, gone),) = verify(member.history, team, member.client, member.clock.now())
    assert (parcel.op, gone) == ("delete", True)
    asked = [left.url for left in all_departures(member.history) if "/weeks/" in left.url]
    assert asked == ["https://board.example/v1/weeks/2026-W47/nonces"] * 2


def test_what_was_sent_is_corrected_once(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    member.send(team)
    assert queue_fragment(member.history, team, WEEK, C1, FRIDAY).state == "sent"
    queue_fragment(member.history, team, WEEK, Adopted(v=1, adoption="none"), FRIDAY)
    queue_fragment(member.history, team, WEEK, Adopted(v=1, adoption="daily"), FRIDAY, at_once=True)
    assert [(one.op, one.state) for one in all_parcels(member.history)] == [("replace", "waiting"), ("put", "sent")]
    assert [sent.state for sent in member.send(team)] == ["sent"]
    assert board.bodies() == [b'{"adoption":"daily","kind":"c1","v":1}']
    # Two corrections could be played back in the other order by whoever kept their envelopes.
    with pytest.raises(BoardRefused, match="corrected for 2026-W47 already"):
        queue_fragment(member.history, team, WEEK, Adopted(v=1, adoption="none"), FRIDAY)
    assert len(board.opened) == 2


def test_a_correction_leaves_no_secret_in_the_log(member: Member, board: SmallBoard) -> None:
    team = member.join()
    for adoption in ("weekly", "none"):
        queue_fragment(member.history, team, WEEK, Adopted(v=1, adoption=adoption), FRIDAY, at_once=True)  # type: ignore[arg-type]
        member.send(team)
    *_, left = all_departures(member.history)
    assert left.inside == b'{"adoption":"none","kind":"c1","v":1}'
    assert left.words == "A correction: Somebody had this week: no use of AI."
    assert b'"secret"' in board.opened[-1]


def test_a_correction_taken_back_before_it_left_changes_nothing(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    member.send(team)
    queue_fragment(member.history, team, WEEK, Adopted(v=1, adoption="none"), FRIDAY)
    assert queue_fragment(member.history, team, WEEK, C1, FRIDAY).op == "put"
    member.clock.instant = FRIDAY + timedelta(days=6)
    assert member.send(team, everything=True) == []
    # and with the fragment itself its correction is withdrawn, too
    queue_fragment(member.history, team, WEEK, Adopted(v=1, adoption="none"), FRIDAY + HOUR)
    put = next(one for one in all_parcels(member.history) if one.op == "put")
    withdraw(member.history, team, put, member.clock.now(), at_once=True)
    assert {one.op: one.state for one in all_parcels(member.history)} == {
        "put": "sent",
        "replace": "cancelled",
        "delete": "waiting",
    }


def test_a_withdrawn_card_can_be_sent_again_with_another_token(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_card(member.history, team, member.secrets, WEEK, CARD, TEXTS, "review", FRIDAY, at_once=True)
    member.send(team)
    with pytest.raises(BoardRefused, match="withdraw it first"):
        queue_card(member.history, team, member.secrets, WEEK, CARD, TEXTS, "review", FRIDAY)
    withdraw(member.history, team, all_parcels(member.history)[0], FRIDAY, at_once=True)
    second = queue_card(member.history, team, member.secrets, WEEK, CARD, TEXTS, "review", FRIDAY, at_once=True)
    assert second.place == 1
    member.send(team, everything=True)
    assert len(board.bodies()) == 1


def test_what_the_board_does_not_offer_any_more_stops_nothing_else(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, Used(v=1, tool="openai", tokens="<1M"), FRIDAY, at_once=True)
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    board.sign(tools=("claude-code",))
    later = FRIDAY + timedelta(days=1)
    team = check_manifest(member.history, team, member.client, later)
    member.clock.instant = later
    assert sorted((sent.state, sent.parcel.kind) for sent in member.send(team, everything=True)) == [
        ("refused", "use"),
        ("sent", "c1"),
    ]


def test_what_the_board_did_not_take_can_be_shared_again(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    board.calls["/v1/sealed"] = 422
    assert [sent.state for sent in member.send(team, everything=True)] == ["refused"]
    del board.calls["/v1/sealed"]
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    assert [sent.state for sent in member.send(team, everything=True)] == ["sent"]


def test_what_may_have_arrived_holds_its_token(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    board.fails = 500
    member.send(team, everything=True)
    lapsed = member.clock.instant = FRIDAY + timedelta(days=365)
    assert [sent.why for sent in member.send(team)] == ["its week closed before; it may have arrived"]
    assert lapsed == all_parcels(member.history)[0].done_at
    with pytest.raises(BoardRefused, match="already"):
        queue_fragment(member.history, team, WEEK, Adopted(v=1, adoption="none"), FRIDAY)


def test_a_clock_that_leapt_ahead_for_a_moment_costs_no_token(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY)
    member.clock.instant = FRIDAY + timedelta(days=365)
    assert [sent.state for sent in member.send(team)] == ["lapsed"]
    member.clock.instant = FRIDAY
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    assert [sent.state for sent in member.send(team, everything=True)] == ["sent"]


def test_what_is_sent_at_once_takes_nothing_else_along(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C2, FRIDAY, at_once=True)
    member.clock.instant = now = FRIDAY + 2 * LATE
    chosen = queue_fragment(member.history, team, WEEK, C1, now, at_once=True).number
    sent = send_due(member.history, team, lambda: member.secrets, member.client, now, chosen=[chosen])
    assert [(one.parcel.kind, one.state) for one in sent] == [("c1", "sent")]
    assert len(board.opened) == 1
    planned = next_departure(member.history)
    assert planned is not None
    assert planned > now


def test_nothing_leaves_through_a_relay_next_to_a_question_to_the_board(tmp_path: Path) -> None:
    board = SmallBoard(relay="https://relay.example/v1/relay")
    with open_history(str(tmp_path / "other.sqlite")) as history:
        member = Member(history, board)
        team = member.join()
        assert was_asked_lately(history, team, FRIDAY + timedelta(minutes=9))
        assert not was_asked_lately(history, team, FRIDAY + QUIET)
        assert not was_asked_lately(history, team, FRIDAY - HOUR)
        member.clock.instant = FRIDAY + HOUR
        queue_fragment(history, team, WEEK, C1, member.clock.now(), at_once=True)
        member.send(team, everything=True)
        assert not was_asked_lately(history, team, FRIDAY + HOUR)  # the relay's questions are none
        member.client.nonces(WEEK)
        assert was_asked_lately(history, team, FRIDAY + HOUR)


def test_without_a_relay_a_question_makes_no_difference(member: Member) -> None:
    assert not was_asked_lately(member.history, member.join(), FRIDAY)


def test_a_closed_week_takes_nothing_but_gives_back(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    member.send(team)
    member.clock.instant = monday = datetime(2026, 11, 30, tzinfo=UTC)
    for week, now in ((WEEK, monday), ("2026-W48", FRIDAY), ("2027-W01", FRIDAY)):
        with pytest.raises(BoardRefused, match=r"closed|no tokens"):
            queue_fragment(member.history, team, week, C2, now)
    ((_, there),) = verify(member.history, team, member.client, monday)
    assert there
    withdraw(member.history, team, all_parcels(member.history)[0], monday, at_once=True)
    member.send(team)
    assert board.bodies() == []
    ((parcel, gone),) = verify(member.history, team, member.client, monday)
    assert (parcel.op, gone) == ("delete", True)
    # when the week has been dropped by the board, nothing can be said of it any more
    assert verify(member.history, team, member.client, monday + timedelta(weeks=13)) == []


def test_not_this_week_cancels_what_waits(member: Member, board: SmallBoard) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY)
    skip(member.history, WEEK, FRIDAY)
    assert skipped_weeks(member.history) == [WEEK]
    member.clock.instant = FRIDAY + timedelta(days=6)
    assert member.send(team, everything=True) == []
    queue_fragment(member.history, team, WEEK, C1, FRIDAY)
    assert skipped_weeks(member.history) == []


def test_a_second_device_has_the_same_book_and_knows_what_is_spent(
    member: Member, board: SmallBoard, tmp_path: Path
) -> None:
    team = member.join()
    queue_card(member.history, team, member.secrets, WEEK, CARD, TEXTS, "review", FRIDAY, at_once=True)
    member.send(team)
    with open_history(str(tmp_path / "second.sqlite")) as history:
        second = Member(history, board)
        team = second.join()
        assert note_spent(history, team, second.client, FRIDAY, second.secrets.code) == 1
        other = replace(CARD, id="c0ffed")
        assert queue_card(history, team, second.secrets, WEEK, other, TEXTS, "review", FRIDAY, at_once=True).place == 1
        second.send(team)
        assert len(board.bodies()) == 2
        first = next(parcel for parcel in all_parcels(history) if parcel.place == 0)
        withdraw(history, team, first, FRIDAY, at_once=True)
        second.send(team)
        assert len(board.bodies()) == 1


def test_a_second_device_takes_back_what_was_sent_for_a_closed_week(
    member: Member, board: SmallBoard, tmp_path: Path
) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    member.send(team)
    monday = datetime(2026, 11, 30, tzinfo=UTC)
    with open_history(str(tmp_path / "second.sqlite")) as history:
        second = Member(history, board, MovableClock(monday))
        team = second.join()
        assert note_spent(history, team, second.client, monday, second.secrets.code) == 1
        assert verify(history, team, second.client, monday) == []
        withdraw(history, team, all_parcels(history)[0], monday, at_once=True)
        second.send(team)
        assert board.bodies() == []


def test_a_relay_sees_one_size_and_one_set_of_headers(tmp_path: Path) -> None:
    board = SmallBoard(relay="https://relay.example/v1/relay")
    with open_history(str(tmp_path / "history.sqlite")) as history:
        member = Member(history, board)
        team = member.join()
        assert team.level == L2
        queue_fragment(history, team, WEEK, C1, FRIDAY, at_once=True)
        queue_card(history, team, member.secrets, WEEK, CARD, TEXTS, "review", FRIDAY, at_once=True)
        member.send(team, everything=True)
        withdraw(history, team, all_parcels(history)[0], FRIDAY, at_once=True)
        member.send(team, everything=True)
        seen = [request for request in board.requests if request[1] == "https://relay.example/v1/relay"]
        assert len(seen) == 3
        assert seen[0] == seen[1] == seen[2]
        assert seen[0][2] == {
            "host": "relay.example",
            "user-agent": "TokenTray",
            "accept": "*/*",
            "accept-encoding": "gzip",
            "connection": "keep-alive",
            "content-type": "application/octet-stream",
            "content-length": "8192",
        }


def test_a_manifest_for_one_member_alone_is_refused(tmp_path: Path) -> None:
    board = SmallBoard(relay="https://relay.example/v1/relay", other_manifest_for_relay=True)
    with open_history(str(tmp_path / "history.sqlite")) as history:
        member = Member(history, board)
        with pytest.raises(NotGenuine, match="Do not join"):
            member.join()
        board.other_manifest_for_relay = False
        team = member.join()
        board.other_manifest_for_relay = True
        check_manifest(history, team, member.client, FRIDAY)
        with pytest.raises(NotGenuine, match="single you out"):
            check_manifest(history, team, member.client, FRIDAY + timedelta(days=1))
