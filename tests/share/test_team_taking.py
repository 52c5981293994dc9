"""The Team page is taken from the history alone: without cryptography, and with what the person chose the last time."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from tests.insights.conftest import Ledger
from tests.share.conftest import FRIDAY, Member
from tests.share.small_board import SmallBoard
from tokentray.core.errors import Unreachable
from tokentray.core.fragment import Adopted
from tokentray.core.journal import Card, Level, Outcome
from tokentray.core.published import BANDED, COUNTED, FEWER, Cell, Published
from tokentray.core.usage import Tokens
from tokentray.settings.settings import Settings
from tokentray.share.outbox import queue_card, queue_fragment, skip, verify, withdraw
from tokentray.share.team_taking import take_team_view
from tokentray.share.team_view import TeamView
from tokentray.store.database import transaction
from tokentray.store.feed_table import KeptCard, keep_published, keep_week, note_still_true
from tokentray.store.journal_table import save_card
from tokentray.store.outbox_table import all_parcels, set_team, token_of

WEEK = "2026-W47"
C1 = Adopted(v=1, adoption="weekly")
CARD = Card("c0ffee", FRIDAY, FRIDAY, tried="a", outcome=Outcome.WORKED, level=Level.TEAM)


def taken(member: Member, now: datetime = FRIDAY, week: str = "") -> TeamView:
    return take_team_view(member.history, Settings(), now, "Europe/Berlin", week)


def test_taking_it_loads_neither_cryptography_nor_network() -> None:
    program = "import sys, tokentray.share.team_taking; print([m for m in ('cryptography', 'httpx', 'keyring') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


@pytest.mark.parametrize(("status", "spent"), [(422, False), (401, False), (409, True)])
def test_what_the_board_surely_did_not_keep_leaves_its_token_free(
    member: Member, board: SmallBoard, status: int, spent: bool
) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    board.calls["/v1/sealed"] = status
    member.send(team)
    (refused,) = taken(member).sendings
    assert (refused.state, refused.spent) == ("refused", spent)


def test_without_a_team_there_is_only_what_left(member: Member, board: SmallBoard) -> None:
    assert taken(member) == TeamView(FRIDAY)
    board.fails = 503
    with pytest.raises(Unreachable):
        member.join()
    view = taken(member)
    assert (view.team, view.left_count, view.left[0].status) == (None, 1, None)


def test_the_team_is_told_as_its_manifest_says(member: Member) -> None:
    member.join()
    team = taken(member).team
    assert team is not None
    assert (team.board, team.season, team.level, team.relay) == ("https://board.example", "2026-Q4", "L1", None)
    assert team.promise.startswith("Level L1")
    assert (team.weeks, team.open_weeks) == (("2026-W47", "2026-W48"), ("2026-W47",))
    assert team.offered.functions == ("engineering",)
    assert dict(team.per_week) == {"c1": 1, "c2": 1, "use": 2, "card": 3}
    assert (team.checked_at, team.secrets_in_keyring) == (FRIDAY, True)


def test_nothing_is_chosen_at_first_and_the_choice_is_remembered(member: Member) -> None:
    member.join()
    week = taken(member).week
    assert week is not None
    assert (week.week, week.open, week.kinds, week.function, week.skipped) == (WEEK, True, (), "", False)
    with transaction(member.history):
        set_team(member.history, kinds="c1 card", function="engineering")
    skip(member.history, WEEK, FRIDAY)
    week = taken(member).week
    assert week is not None
    assert (week.kinds, week.function, week.skipped) == (("c1", "card"), "engineering", True)


def test_cards_are_told_apart_by_level_and_outcome(member: Member) -> None:
    member.join()
    Ledger(member.history).log(FRIDAY, "opus", Tokens(input=7))
    with transaction(member.history):
        told = save_card(member.history, CARD, FRIDAY)
        save_card(member.history, Card("a", FRIDAY, FRIDAY, tried="x", outcome=Outcome.WORKED), FRIDAY)
        save_card(member.history, Card("b", FRIDAY, FRIDAY, tried="x", level=Level.TEAM), FRIDAY)
        save_card(member.history, Card("d", FRIDAY, FRIDAY, tried="x", draft=True), FRIDAY)
    week = taken(member).week
    assert week is not None
    assert (week.shareable, week.private, week.use.days_used) == ((told,), 2, 1)


def test_another_week_can_be_looked_at_and_says_whether_it_is_open(member: Member) -> None:
    member.join()
    for name, is_open in (("2026-W46", False), ("2026-W48", False), (WEEK, True)):
        week = taken(member, week=name).week
        assert week is not None
        assert (week.week, week.open, week.closes_at is None) == (name, is_open, name == "2026-W46")


def test_a_fragment_is_followed_from_waiting_to_gone(member: Member) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    (waiting,) = taken(member).sendings
    assert (waiting.state, waiting.planned_at, waiting.can_withdraw) == ("waiting", FRIDAY, True)
    assert (waiting.words, waiting.bytes_inside) == (
        "Somebody had this week: AI used on some days.",
        '{"adoption":"weekly","kind":"c1","v":1}',
    )
    member.send(team)
    queue_fragment(member.history, team, WEEK, Adopted(v=1, adoption="none"), FRIDAY)
    verify(member.history, team, member.client, FRIDAY)
    correction, sent = sorted(taken(member).sendings, key=lambda one: one.op, reverse=True)
    assert (sent.state, sent.done_at, sent.seen_at, sent.can_withdraw) == ("sent", FRIDAY, FRIDAY, True)
    assert (correction.op, correction.can_withdraw) == ("replace", False)
    assert correction.words == "A correction: Somebody had this week: no use of AI."
    withdraw(member.history, team, next(one for one in all_parcels(member.history) if one.op == "put"), FRIDAY)
    assert {one.op: (one.state, one.can_withdraw) for one in taken(member).sendings} == {
        "put": ("sent", False),
        "replace": ("cancelled", False),
        "delete": ("waiting", False),
    }
    assert taken(member).week.sendings == taken(member).sendings  # type: ignore[union-attr]


def test_what_the_board_has_dropped_is_withdrawn_no_more(member: Member) -> None:
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    member.send(team)
    assert taken(member, FRIDAY + timedelta(weeks=14)).sendings[0].can_withdraw
    assert not taken(member, FRIDAY + timedelta(weeks=15)).sendings[0].can_withdraw


def test_the_feed_has_the_persons_notes_and_knows_its_own_card(member: Member) -> None:
    team = member.join()
    queue_card(member.history, team, member.secrets, WEEK, CARD, {"tried": "a"}, "review", FRIDAY, at_once=True)
    member.send(team)
    token = token_of(member.history, WEEK, "card", 0)
    assert token is not None
    texts = ("review", "worked", "team", "a", "", "", "", FRIDAY)
    with transaction(member.history):
        keep_week(member.history, WEEK, [KeptCard(token[2:34].hex(), WEEK, *texts)])  # type: ignore[arg-type]
        keep_week(member.history, "2026-W46", [KeptCard("ab" * 32, "2026-W46", *texts)])  # type: ignore[arg-type]
    own, other = taken(member).feed
    assert (own.week, own.own, other.own, other.id) == (WEEK, True, False, "ab" * 8)
    assert not own.asks
    later = FRIDAY + timedelta(weeks=8)
    assert [card.asks for card in taken(member, later).feed] == [True, True]
    with transaction(member.history):
        note_still_true(member.history, "ab" * 8, "no")
    assert [(card.asks, card.still_true) for card in taken(member, later).feed] == [(True, ""), (False, "no")]


def test_published_weeks_stand_beside_the_own_place(member: Member) -> None:
    member.join()
    ledger = Ledger(member.history)
    # Sunday, 23:30 UTC, is Monday in Berlin
    ledger.log(FRIDAY - timedelta(days=11, hours=-8.5), "opus", Tokens(input=500_000))
    ledger.log(FRIDAY, "opus", Tokens(input=3))
    cells = tuple(Cell("", band, 25) for band in ("<10k", "<100k", "<1M", "<10M"))
    for week in ("2026-W45", "2026-W46"):
        kinds = [Published(week, "c1", FEWER), Published(week, "use", COUNTED, 100, cells)]
        with transaction(member.history):
            keep_published(member.history, week, msgspec.json.encode(kinds), FRIDAY)
    newest, older = taken(member).published
    assert (newest.week, newest.title) == ("2026-W46", "Week 46, 9 to 15 November 2026")
    assert newest.headline == "Fewer than five people checked in, so nothing is shown."
    tables = {table.title: table for table in newest.tables}
    assert tables["How often AI was used"].note == "Fewer than five sent this."
    assert [row.text for row in tables["Tokens in the week, of those who send it"].rows] == ["about 25 %"] * 4
    assert newest.own is not None
    assert older.own is not None
    assert older.own.sentence.startswith("No use of yours is known")
    assert newest.own.sentence.startswith(
        "Your week: 100k to 1M tokens. Of what was sent, about 25 % lies in the same band, about 50 % below"
    )


def test_two_way_tables_say_which_rows_are_too_small_and_why_there_are_none(member: Member) -> None:
    member.join()
    adoption = [("daily", "engineering", 12), ("none", "engineering", 12), ("weekly", "other", 3)]
    kinds = [
        Published("2026-W46", "c1", COUNTED, 27, tuple(Cell(a, b, n) for a, b, n in adoption)),
        Published("2026-W46", "c2", BANDED, None, (Cell("worked", "", None, "most"), Cell("", "lt1h", None, "most"))),
    ]
    with transaction(member.history):
        keep_published(member.history, "2026-W46", msgspec.json.encode(kinds), FRIDAY)
    breadth, efforts = taken(member).published[0].splits
    assert [(row.label, row.answers, [(one.label, one.text) for one in row.rows]) for row in breadth.rows] == [
        ("Engineering", "≈ 24", [("Daily", "about 50 %"), ("Weekly", "hardly any"), ("Tried it", "hardly any"), ("Not at all", "about 50 %")]),
        ("Other", "", []),
    ]  # fmt: skip
    assert breadth.note.startswith("“Other” has the functions with fewer than five")
    assert (efforts.rows, efforts.note[:32]) == ((), "From 25 answers in a week on; be")


def test_a_published_week_has_its_own_cards_for_a_digest(member: Member) -> None:
    member.join()
    with transaction(member.history):
        for week in ("2026-W45", "2026-W46"):
            keep_published(member.history, week, msgspec.json.encode([Published(week, "c1", FEWER)]), FRIDAY)
        # Sunday, 23:30 UTC, is Monday in Berlin
        told = save_card(member.history, replace(CARD, created_at=datetime(2026, 11, 8, 23, 30, tzinfo=UTC)), FRIDAY)
        older = save_card(member.history, replace(CARD, id="b", outcome=None, day=date(2026, 11, 8)), FRIDAY)
        for number, change in enumerate(({"level": Level.ME}, {"draft": True}, {"day": date(2026, 11, 20)})):
            save_card(member.history, replace(CARD, id=f"d{number}", **{"day": date(2026, 11, 9), **change}), FRIDAY)  # type: ignore[arg-type]
    assert [(week.week, week.cards) for week in taken(member).published] == [
        ("2026-W46", (told,)),
        ("2026-W45", (older,)),
    ]


def test_what_left_is_told_newest_first(member: Member) -> None:
    member.join()
    left = taken(member).left
    assert [(one.number, one.method, one.status) for one in left] == [(2, "POST", 200), (1, "GET", 200)]
    assert left[0].size > 5000
