"""The few fakes: small honest programs that stand at the seams. The clock that stands still is core.clock.StoppedClock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class DictionaryKeyring:
    """A keyring that is a dictionary; `refuses` makes it raise that error, and `asked` counts the calls."""

    secrets: dict[tuple[str, str], str] = field(default_factory=dict)
    refuses: Exception | None = None
    asked: int = 0

    def get_password(self, service: str, username: str) -> str | None:
        self._answer()
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._answer()
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._answer()
        del self.secrets[service, username]

    def _answer(self) -> None:
        self.asked += 1
        if self.refuses is not None:
            raise self.refuses


@dataclass
class MovableClock:
    """A clock that stands still until a test moves it; `instant` is aware and UTC."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant
