"""
T14: a manifest that is given to one member only is refused, also where the board's own root key signed it.

The board's operator holds that key. So it can make a season of which one member gets other token keys, by which the board would know that member's
fragments ever after. The relay gets the manifest that all get, since it does not say for whom it asks.
"""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import timedelta

import msgspec
import pytest

from tests.share.conftest import FRIDAY, Member
from tests.share.small_board import SmallBoard
from tokentray.core.board_crypto import (
    new_signer,
    opened_envelope,
    seal_key_of,
    signed_manifest,
    token_key,
    verified_nonce,
)
from tokentray.core.errors import NotGenuine
from tokentray.core.fragment import Adopted
from tokentray.share.board_client import BoardClient
from tokentray.share.outbox import queue_fragment
from tokentray.share.tokens import check_manifest
from tokentray.store.database import open_history

WEEK = "2026-W47"
C1 = Adopted(v=1, adoption="weekly")


class Singling(SmallBoard):
    """A board that shows whoever comes directly, and nobody else, a manifest with keys of its own for one kind; it signs with them, too."""

    singling = True

    def __post_init__(self):
        super().__post_init__()
        self.tagging = new_signer()
        tagged = {name: self.tagging if name == f"{WEEK}/c1" else signer for name, signer in self._signers.items()}
        self._signers = tagged
        keys = {name: signer.spki for name, signer in tagged.items()}
        self.tagged = signed_manifest(msgspec.structs.replace(self.manifest, keys=keys), self.root)

    def _answer(self, request):
        answer = super()._answer(request)
        if self.singling and request.url.path == "/v1/manifest" and request.url.host in self.address:
            return type(answer)(200, content=self.tagged)
        return answer

    def knows(self, envelope):
        """Whether the fragment in it was sent by the member who was singled out."""
        letter = json.loads(opened_envelope(envelope, seal_key_of(self._seal), self.manifest.board))
        key = token_key(self.manifest.board, WEEK, "c1", self.tagging.spki)
        try:
            verified_nonce(b64decode(letter["token"]), key)
        except NotGenuine:
            return False
        return True


@pytest.fixture
def member(tmp_path):
    with open_history(str(tmp_path / "history.sqlite")) as history:
        yield Member(history, Singling(relay="https://relay.example/v1/relay"))


def test_t14_whoever_is_singled_out_does_not_join(member):
    with pytest.raises(NotGenuine, match="Do not join"):
        member.join()


def test_t14_whoever_is_singled_out_later_sends_nothing_more(member):
    member.board.singling = False
    member.board.sign(keys={name: signer.spki for name, signer in member.board._signers.items()})
    team = member.join()
    member.board.singling = True
    member.board.tagged = signed_manifest(
        msgspec.structs.replace(member.board.manifest, categories=("marked",)), member.board.root
    )

    with pytest.raises(NotGenuine, match="single you out"):
        check_manifest(member.history, team, member.client, FRIDAY + timedelta(days=1))


def test_t14_an_app_that_does_not_compare_is_caught(member, monkeypatch):
    """The protection taken out: what the relay says is not asked for. Then the board knows this member's fragment when it comes."""
    direct = BoardClient.manifest
    monkeypatch.setattr(BoardClient, "manifest", lambda self, relay=None: direct(self))
    team = member.join()
    queue_fragment(member.history, team, WEEK, C1, FRIDAY, at_once=True)
    member.send(team)
    (envelope,) = [request[-8192:] for request in member.board.received if len(request) > 8192]

    assert member.board.knows(envelope)


def test_t14_on_a_board_that_singles_nobody_out_nobody_is_known(tmp_path):
    board = Singling(relay="https://relay.example/v1/relay")
    board.singling = False
    board._signers = {**board._signers, f"{WEEK}/c1": SmallBoard()._signers[f"{WEEK}/c1"]}
    with open_history(str(tmp_path / "history.sqlite")) as history:
        member = Member(history, board)
        team = member.join()
        queue_fragment(history, team, WEEK, C1, FRIDAY, at_once=True)
        member.send(team)
    (envelope,) = [request[-8192:] for request in board.received if len(request) > 8192]

    assert not board.knows(envelope)
