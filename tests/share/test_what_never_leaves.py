"""A history full of telling words is shared in full, and none of them is in any byte that leaves."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import timedelta

import pytest

from tests.insights.conftest import Ledger
from tests.share.conftest import FRIDAY, Member
from tests.share.small_board import TEAM_KEY, SmallBoard
from tokentray.core.board_crypto import opened_card
from tokentray.core.journal import Card, CheckIn, Level, Outcome
from tokentray.core.usage import Tokens
from tokentray.settings.settings import AccountSetting, Settings
from tokentray.share.fragments import TEXTS, adopted, used, went
from tokentray.share.lint import findings, rewritten
from tokentray.share.outbox import queue_card, queue_fragment, verify, withdraw
from tokentray.share.week import take_week
from tokentray.store.checkin_table import record_checkin
from tokentray.store.database import transaction
from tokentray.store.journal_table import save_card
from tokentray.store.outbox_table import all_departures, all_parcels

WEEK = "2026-W47"
TELLING = (
    "zebralabel", "zebraproject", "zebramodel", "zebrasession", "zebratag", "zebratitle", "zebraanswer", "zebraurl", "zebrafunction",
    "zebraname", "sk-zebra", "ZEBRA-", "zebraown", "zebracardid",
)  # fmt: skip
CARD = Card(
    "zebracardid", FRIDAY, FRIDAY, title="zebratitle", outcome=Outcome.WORKED, level=Level.TEAM, function="zebrafunction",
    tried="Asked zebraname@example.com with sk-zebra12345678, the usual way", learned="Plain words in ZEBRA-12 for Zebraown",
    tags=("zebratag", "review"), models=("zebramodel",), url="https://zebraurl.example", effort_minutes=90,
)  # fmt: skip


@pytest.fixture
def shared(member: Member) -> Member:
    ledger = Ledger(member.history)
    for hour in range(3):
        at = FRIDAY - timedelta(hours=3 + hour)
        ledger.log(at, "zebramodel", Tokens(input=70_000), "claude-code/zebralabel", "zebrasession", "zebraproject")
        ledger.bill(at.replace(minute=0), "zebramodel-2", Tokens(input=5), "openai/zebralabel", project="zebraproject")
    with transaction(member.history):
        save_card(member.history, CARD, FRIDAY)
        record_checkin(member.history, CheckIn(WEEK, ("zebraanswer",) * 5, ("zebracardid",), FRIDAY))  # type: ignore[arg-type]
    settings = Settings(accounts=(AccountSetting("openai/zebralabel", "keyring"),), private_words=("zebraown",))
    team = member.join()
    offered = team.manifest.vocabulary
    week = take_week(member.history, settings, WEEK, "Europe/Berlin")
    fragments = [adopted(week, offered, function="zebrafunction"), went(week), *used(week, offered)]
    for fragment in fragments:
        assert fragment is not None
        queue_fragment(member.history, team, WEEK, fragment, FRIDAY, at_once=True)
    texts = {name: getattr(CARD, name) for name in TEXTS}
    texts = {name: rewritten(text, findings(text, settings.private_words)) for name, text in texts.items()}
    queue_card(member.history, team, member.secrets, WEEK, CARD, texts, "review", FRIDAY, at_once=True)
    assert {sent.state for sent in member.send(team, everything=True)} == {"sent"}
    withdraw(member.history, team, all_parcels(member.history)[0], FRIDAY, at_once=True)
    member.send(team, everything=True)
    verify(member.history, team, member.client, FRIDAY)
    return member


def test_no_telling_word_is_in_any_byte_that_left(shared: Member, board: SmallBoard) -> None:
    log = [f"{left.url}{left.words}".encode() + left.inside + left.body for left in all_departures(shared.history)]
    everything = board.received + board.opened + [body for body in board.stored.values() if body] + log
    assert len(board.opened) == 6
    for data in everything:
        for word in TELLING:
            assert word.lower().encode() not in data.lower(), word


def test_what_the_search_looks_for_would_be_found(shared: Member, board: SmallBoard) -> None:
    # the card's own words are there for the team alone, without what the rewrite took out
    (token, body), = [(key, json.loads(body)) for key, body in board.stored.items() if body and key[1] == "card"]  # fmt: skip
    text = opened_card(b64decode(body["ct"]), TEAM_KEY, token[2], board.manifest.board, WEEK).decode()
    assert json.loads(text) == {
        "tried": "Asked [an address] with [a key], the usual way",
        "learned": "Plain words in [a ticket] for […]",
    }
    assert sorted(body for body in board.bodies() if b'"use"' in body) == [
        b'{"kind":"use","tokens":"<10k","tool":"openai","v":1}',
        b'{"kind":"use","tokens":"<1M","tool":"claude-code","v":1}',
    ]


def test_every_byte_that_came_in_stands_in_the_members_log(shared: Member, board: SmallBoard) -> None:
    left = all_departures(shared.history)
    assert [(one.method, one.url) for one in left] == [(method, url) for method, url, _ in board.requests]
    code = b64encode(bytes([1]) * 16)  # of the invite: it is a secret that gets next season's tokens
    received = [data.replace(code, b"*" * len(code)) for data in board.received]
    assert all(data.endswith(one.body) for one, data in zip(left, received, strict=True))
