"""A member's machine, and a small board for it to talk to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fakes import MovableClock
from tests.share.small_board import TEAM_KEY, SmallBoard
from tokentray.core.board_crypto import parse_invite
from tokentray.share.board_client import BoardClient
from tokentray.share.outbox import Sent, noted, send_due
from tokentray.share.team import Team
from tokentray.share.tokens import Secrets, join
from tokentray.store.database import History, open_history

FRIDAY = datetime(2026, 11, 20, 15, tzinfo=UTC)


@dataclass
class Member:
    """One member: a history of its own, a clock that stands still, a way to the board."""

    history: History
    board: SmallBoard
    clock: MovableClock = field(default_factory=lambda: MovableClock(FRIDAY))
    secrets: Secrets = Secrets(bytes(16), TEAM_KEY)  # noqa: RUF009  frozen

    @property
    def client(self) -> BoardClient:
        note = noted(self.history, self.clock.now)
        return BoardClient(self.board.address, note, self.clock, self.board.transport)

    def join(self, number: int = 1) -> Team:
        invite = parse_invite(self.board.link(number))
        return join(self.history, invite, self.secrets.code, "keyring", self.client, self.clock.now())

    def send(self, team: Team, everything: bool = False) -> list[Sent]:
        now = self.clock.now()
        return send_due(self.history, team, lambda: self.secrets, self.client, now, everything=everything)


@pytest.fixture
def board() -> SmallBoard:
    return SmallBoard()


@pytest.fixture
def member(tmp_path: Path, board: SmallBoard) -> Iterator[Member]:
    with open_history(str(tmp_path / "history.sqlite"), zone="Europe/Berlin") as history:
        yield Member(history, board)
