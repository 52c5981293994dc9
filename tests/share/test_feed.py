"""The feed is asked for alike by everybody, follows what the board has, and what colleagues typed can do no harm here."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.share.conftest import FRIDAY, Member
from tests.share.small_board import TEAM_KEY, SmallBoard
from tokentray.core.board_crypto import circle_of, sealed_card
from tokentray.core.errors import BoardRefused, SourceError
from tokentray.core.journal import Card, Level, Outcome
from tokentray.settings.settings import Settings
from tokentray.share.feed import Refreshed, card_to_try, refresh
from tokentray.share.outbox import queue_card, withdraw
from tokentray.share.team import Team
from tokentray.share.team_taking import take_team_view
from tokentray.share.tokens import Secrets
from tokentray.store.database import open_history
from tokentray.store.feed_table import feed_cards, published_weeks
from tokentray.store.outbox_table import all_parcels, team_of

WEEK = "2026-W47"
CARD = Card("c0ffee", FRIDAY, FRIDAY, tried="a", learned="b", outcome=Outcome.WORKED, level=Level.TEAM)
CLOSED = {"week": "2026-W46", "kind": "c1", "size": "fewer than 5", "total": None, "cells": []}


def asked(member: Member, team: Team) -> Refreshed:
    return refresh(member.history, team, member.secrets, member.client, member.clock.now())


def send(member: Member, team: Team, **texts: str) -> None:
    card = Card(f"id{len(all_parcels(member.history))}", FRIDAY, FRIDAY, outcome=Outcome.WORKED, level=Level.TEAM)
    queue_card(member.history, team, member.secrets, WEEK, card, texts, "review", FRIDAY, at_once=True)
    member.send(team, everything=True)


def put(board: SmallBoard, nonce: bytes, text: str, key: bytes = TEAM_KEY, **other: Any) -> None:
    """A card that no app of ours made."""
    ct = b64encode(sealed_card(text.encode(), key, nonce, board.manifest.board, WEEK)).decode()
    told = {
        "category": "review",
        "outcome": "worked",
        "level": "team",
        "circle": circle_of(TEAM_KEY),
        "ct": ct,
        **other,
    }
    board.stored[WEEK, "card", nonce] = json.dumps(told).encode()


def test_a_card_comes_with_its_texts_and_goes_when_it_is_withdrawn(member: Member, board: SmallBoard) -> None:
    team = member.join()
    send(member, team, tried="Asked", learned="ü")
    board.published = [CLOSED]
    # of the weeks of season and board, W48 has not begun
    assert asked(member, team) == Refreshed(weeks=2, cards=1, unread=0, published=1)
    (card,) = feed_cards(member.history)
    assert (card.week, card.category, card.outcome, card.level) == (WEEK, "review", "worked", "team")
    assert (card.tried, card.worked, card.learned, card.next) == ("Asked", "", "ü", "")
    assert team_of(member.history)["asked_at"] == FRIDAY.isoformat()
    withdraw(member.history, team, all_parcels(member.history)[0], FRIDAY, at_once=True)
    member.send(team, everything=True)
    assert asked(member, team).cards == 0
    assert feed_cards(member.history) == []


def test_whoever_asks_asks_the_same(member: Member, board: SmallBoard, tmp_path: Path) -> None:
    team = member.join()
    send(member, team, tried="a")
    board.published = [CLOSED]
    asked(member, team)
    board.requests.clear()
    asked(member, team)
    first = [request[:2] for request in board.requests]
    board.requests.clear()
    with open_history(str(tmp_path / "second.sqlite")) as history:
        second = Member(history, board, secrets=Secrets(bytes([1]) * 16, TEAM_KEY))
        team = second.join(2)
        board.requests.clear()
        asked(second, team)
    assert [request[:2] for request in board.requests] == first
    assert [url.rpartition("/v1/")[2].partition("?")[0] for _, url in first] == [
        "board",
        "weeks/2026-W46/cards",
        "weeks/2026-W47/cards",
    ]


def test_a_week_that_cannot_be_asked_for_keeps_its_cards(member: Member, board: SmallBoard) -> None:
    team = member.join()
    send(member, team, tried="a")
    asked(member, team)
    board.calls[f"/v1/weeks/{WEEK}/cards"] = 500
    assert asked(member, team).failed == (WEEK,)
    assert len(feed_cards(member.history)) == 1
    board.fails = 503
    with pytest.raises(SourceError):
        asked(member, team)
    assert len(feed_cards(member.history)) == 1


def test_when_a_week_is_dropped_by_the_board_its_cards_go(member: Member, board: SmallBoard) -> None:
    team = member.join()
    send(member, team, tried="a")
    asked(member, team)
    member.clock.instant = datetime(2026, 11, 30, tzinfo=UTC) + timedelta(weeks=13)
    asked(member, team)
    assert feed_cards(member.history) == []


def test_what_the_teams_key_does_not_open_is_counted_and_left_out(member: Member, board: SmallBoard) -> None:
    team = member.join()
    put(board, bytes([1]) * 32, '{"tried":"a"}', key=bytes(32))
    put(board, bytes([2]) * 32, '["a"]')
    put(board, bytes([3]) * 32, "no JSON")
    put(board, bytes([4]) * 32, '{"tried":"a"}', outcome="splendid")
    put(board, bytes([5]) * 32, '{"tried":"a"}', ct="***")
    put(board, bytes([6]) * 32, '{"tried":"b"}')
    found = asked(member, team)
    assert (found.cards, found.unread) == (1, 5)
    assert team_of(member.history)["unread"] == "5"


def test_what_a_terminal_would_obey_is_taken_out(member: Member, board: SmallBoard) -> None:
    team = member.join()
    put(board, bytes([1]) * 32, json.dumps({"tried": "a\x1b[2Jb\u202ec\x07\n\td\r", "worked": 7}), category="x\x1b]0;y")
    asked(member, team)
    (card,) = feed_cards(member.history)
    assert (card.tried, card.worked, card.category) == ("a[2Jbc\n\td", "7", "x]0;y")


@pytest.mark.parametrize(
    "text",
    [r'{"tried":"half \ud800"}', "[" * 1990, '{"tried":' + "1" * 1990 + "}"],
    ids=["half", "deep", "long number"],
)
def test_no_card_of_a_colleague_stops_the_asking_for_all(member: Member, board: SmallBoard, text: str) -> None:
    team = member.join()
    put(board, bytes(32), text)
    put(board, bytes([1]) * 32, '{"tried":"mine"}')
    asked(member, team)
    assert "mine" in [card.tried for card in feed_cards(member.history)]


@pytest.mark.parametrize(
    "changed",
    [
        {"week": "2026-W99"},
        {"week": "0000-W01"},
        {"size": "25 and more", "total": -5},
        {"size": "25 and more", "total": 9, "cells": [{"a": "daily", "b": "", "n": -9}]},
        {"size": "\x1b[2J"},
        {"kind": "c9"},
    ],
)
def test_a_published_week_that_cannot_be_is_left_out(
    member: Member, board: SmallBoard, changed: dict[str, object]
) -> None:
    team = member.join()
    board.published = [CLOSED, {**CLOSED, "week": "2026-W45", **changed}]
    asked(member, team)
    view = take_team_view(member.history, Settings(), FRIDAY, "Europe/Berlin")
    assert [published.week for published in view.published] == ["2026-W46"]


def test_a_published_word_is_one_short_line(member: Member, board: SmallBoard) -> None:
    team = member.join()
    word = "a\x1b[2J\nb\u202e" + "c" * 900
    cells = [{"a": word, "b": "", "n": 30}]
    board.published = [{**CLOSED, "kind": "card", "size": "25 and more", "total": 30, "cells": cells}]
    asked(member, team)
    (published,) = take_team_view(member.history, Settings(), FRIDAY, "Europe/Berlin").published
    (row,) = (row for table in published.tables for row in table.rows)
    assert row.value == "a[2J b" + "c" * 58


def test_a_published_week_that_changes_is_told_and_stays_as_it_was(member: Member, board: SmallBoard) -> None:
    team = member.join()
    board.published = [CLOSED, {**CLOSED, "week": "no week"}, {**CLOSED, "kind": "names"}]
    assert asked(member, team).changed == ()
    (first,) = published_weeks(member.history)
    board.published = [{**CLOSED, "size": "5 to 24"}]
    assert asked(member, team).changed == ("2026-W46",)
    assert published_weeks(member.history) == [first]


def test_that_the_board_asks_for_its_readers_password_is_known_until_it_does_not(
    member: Member, board: SmallBoard
) -> None:
    team = member.join()
    board.password = "of all"
    with pytest.raises(BoardRefused, match="the Team page or"):
        asked(member, team)
    assert is_asked_for(member)
    board.password = None
    asked(member, team)
    assert not is_asked_for(member)


def is_asked_for(member: Member) -> bool:
    facts = take_team_view(member.history, Settings(), FRIDAY, "Europe/Berlin").team
    assert facts is not None
    return facts.asks_password


def test_an_imported_card_is_a_private_draft_to_try(member: Member, board: SmallBoard) -> None:
    team = member.join()
    send(member, team, tried="Asked for tests\nand more", worked="Yes", learned="Ask early", next="Try it twice")
    asked(member, team)
    card = card_to_try(feed_cards(member.history)[0], FRIDAY)
    assert (card.title, card.level, card.draft, card.outcome) == ("To try: Asked for tests", Level.ME, True, None)
    assert (card.tried, card.worked, card.learned) == ("Asked for tests\nand more", "", "")
    assert card.tags == ("to-try", "review")
    assert card.next == (
        "To try: from the team’s feed of 2026-W47; there it worked.\n\nWorked: Yes\n\nLearned: Ask early\n\nNext, they wrote: Try it twice"
    )
