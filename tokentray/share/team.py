"""The team this machine belongs to: its seasons, how long each week takes and keeps fragments, and which promise holds; no cryptography."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import msgspec

from tokentray.core.manifest import Manifest
from tokentray.core.published import Team as Board
from tokentray.http_client import is_loopback
from tokentray.store.database import History
from tokentray.store.outbox_table import CHECK_EVERY, team_of

L1: Final = (
    "Level L1: holds against a thief of every file, backup and log of the server, and against an operator who reads what the software stores. "
    "It does not hold against an operator who changes the server and records who connects when: that needs a relay run by somebody else."
)
L2: Final = (
    "Level L2: fragments travel sealed through a relay, so that it holds against an operator of the board who changes it and records "
    "connections, too, as long as somebody else runs the relay."
)
STYLE: Final = (
    "What a card says in free text can be recognised by colleagues who know how you write, in a small team above all."
)
MARGIN: Final = timedelta(hours=1)  # clocks differ
BEFORE: Final = "manifest "  # of a season before the present one, followed by its name


@dataclass(frozen=True, slots=True)
class Team:
    """
    The one team: `board` is an origin, `root_hash` pins who may sign its manifest, `key_from` says where the secrets are (see settings.vault).

    `before` are the seasons this machine took part in earlier, oldest first; `after` is one that has begun and was not joined yet.
    """

    board: str
    root_hash: bytes
    manifest: Manifest
    key_from: str
    checked_at: datetime | None
    before: tuple[Manifest, ...] = ()
    after: Manifest | None = None

    @property
    def level(self) -> str:
        """The sentence on which promise holds."""
        return L2 if holds_against_operator(self.board, self.newest) else L1

    @property
    def weeks(self) -> tuple[str, ...]:
        """Those of all seasons it took part in, oldest first."""
        return tuple(week for season in (*self.before, self.manifest) for week in season.weeks)

    def season_of(self, week: str) -> Manifest:
        """The season with that week; the present one if none has it."""
        return next((season for season in self.before if week in season.weeks), self.manifest)

    @property
    def newest(self) -> Manifest:
        """Whose relay and envelope key hold now: the board forgets the keys of a season that is over."""
        return self.after or self.manifest


class _Unchecked(msgspec.Struct):
    manifest: Manifest


def understood(document: bytes, _root_hash: bytes) -> Manifest:
    """The manifest in a signed document that was verified when it was kept."""
    return msgspec.json.decode(document, type=_Unchecked).manifest


def kept_team(history: History, opened: Callable[[bytes, bytes], Manifest] = understood) -> Team | None:
    """The team as the history has it, None if there is none; `opened` may verify its manifests anew."""
    kept = team_of(history)
    if "board" not in kept:
        return None
    root_hash = bytes.fromhex(kept["root"])

    def manifest_in(name: str) -> Manifest:
        return opened(b64decode(kept[name]), root_hash)

    checked_at = datetime.fromisoformat(kept["checked_at"]) if "checked_at" in kept else None
    before = sorted((manifest_in(name) for name in kept if name.startswith(BEFORE)), key=lambda one: one.weeks)
    after = manifest_in("after") if kept.get("after") else None
    return Team(kept["board"], root_hash, manifest_in("manifest"), kept["key_from"], checked_at, tuple(before), after)


def holds_against_operator(board: str, manifest: Manifest) -> bool:
    """Whether fragments go through a relay of another host, so that level L2 may be said to hold if somebody else runs it."""
    return manifest.relay is not None and _host(manifest.relay) != _host(board)


def _host(url: str) -> str:
    """Without its port, which one operator has many of; only on loopback, where all of a trial is one host, the port tells."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    return parts.netloc if is_loopback(host) else host


def opens_at(team: Team, week: str) -> datetime:
    """When the board begins to take that week's fragments."""
    return monday_of(week) + timedelta(days=team.season_of(week).window.opens)


def closes_at(team: Team, week: str) -> datetime:
    """When it takes them no more (exclusive)."""
    return monday_of(week) + timedelta(days=team.season_of(week).window.closes)


def is_open(team: Team, week: str, now: datetime) -> bool:
    """Whether the week is one of the team's and surely takes fragments now."""
    return week in team.weeks and opens_at(team, week) <= now < closes_at(team, week) - MARGIN


def is_check_due(team: Team, now: datetime) -> bool:
    """Whether a day has gone by since board and relay were asked for the manifest (or the clock was set back)."""
    return team.checked_at is None or not timedelta() <= now - team.checked_at < CHECK_EVERY


def kept_weeks(team: Team, now: datetime) -> tuple[str, ...]:
    """The weeks that have begun and of which the board still has the fragments, oldest first."""
    return tuple(week for week in team.weeks if opens_at(team, week) <= now < dropped_at(team, week) - MARGIN)


def dropped_at(team: Team, week: str) -> datetime:
    """When the board drops the week's fragments, tombstones and cards; what was published of it stays."""
    return closes_at(team, week) + timedelta(weeks=team.newest.retention_weeks)


def monday_of(week: str) -> datetime:
    """Monday, 00:00 UTC, of an ISO week ("2026-W47"); ValueError if there is none."""
    year, _, number = week.partition("-W")
    return datetime.combine(date.fromisocalendar(int(year), int(number), 1), datetime.min.time(), UTC)


def as_board(team: Team) -> Board:
    """What a digest says about the board itself."""
    manifest = team.manifest
    return Board(
        name=manifest.board.split("://")[-1],
        season=manifest.season,
        address=team.board,
        relay=manifest.relay,
        functions=tuple((function.id, function.band) for function in manifest.functions),
        retention_weeks=manifest.retention_weeks,
    )
