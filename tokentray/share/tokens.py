"""Belonging to a team: its pinned manifest, the season's tokens, and the two secrets that stay in the keyring."""

from __future__ import annotations

from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from tokentray.core.api_key import ApiKey
from tokentray.core.board_crypto import (
    Ticket,
    blinded_book,
    finished_book,
    opened_manifest,
    parse_recovery_code,
    recovery_text,
    secret_of,
    token_key,
)
from tokentray.core.errors import BoardRefused, Mistyped, NotGenuine
from tokentray.core.manifest import Invite, Manifest
from tokentray.share.board_client import BoardClient, holds_against_operator
from tokentray.store.database import History, transaction
from tokentray.store.outbox_table import keep_tokens, set_team, team_of

VAULT_NAME: Final = "share/team"

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


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the keyring holds in one line: the recovery code (16 bytes) and the team key (32)."""

    code: bytes
    team_key: bytes

    def __repr__(self) -> str:
        return "Secrets(••••)"

    @property
    def line(self) -> ApiKey:
        return ApiKey(f"{recovery_text(self.code)}/{urlsafe_b64encode(self.team_key).decode()}")


@dataclass(frozen=True, slots=True)
class Team:
    """The one team: `board` is an origin, `root_hash` pins who may sign its manifest, `key_from` says where the secrets are (see settings.vault)."""

    board: str
    root_hash: bytes
    manifest: Manifest
    key_from: str
    checked_at: datetime | None

    @property
    def level(self) -> str:
        """The sentence on which promise holds."""
        return L2 if holds_against_operator(self.board, self.manifest) else L1


def secrets_of(line: ApiKey) -> Secrets:
    """
    The two secrets in the keyring's line.

    Raises:
        Mistyped: it is not such a line.
    """
    code, _slash, team_key = line.reveal().partition("/")
    try:
        key = urlsafe_b64decode(team_key)
    except (ValueError, NotBase64):
        key = b""
    if len(key) != 32:
        raise Mistyped("What stands in the place of the team's secrets is not what “tokentray share key” prints.")
    return Secrets(parse_recovery_code(code), key)


def team_here(history: History) -> Team | None:
    """
    The team this machine belongs to, None if there is none.

    Raises:
        NotGenuine: what is kept of its manifest does not hold.
    """
    kept = team_of(history)
    if "board" not in kept:
        return None
    root_hash = bytes.fromhex(kept["root"])
    checked_at = datetime.fromisoformat(kept["checked_at"]) if "checked_at" in kept else None
    manifest = opened_manifest(b64decode(kept["manifest"]), root_hash)
    return Team(kept["board"], root_hash, manifest, kept["key_from"], checked_at)


def join(history: History, invite: Invite, code: bytes, key_from: str, client: BoardClient, now: datetime) -> Team:
    """
    Claims the season's whole book at once, as every member does, and keeps it.

    Raises:
        BoardRefused: the invite is unknown or used with another recovery code, or this machine is in a team already.
        NotGenuine: manifest or tokens do not hold; nothing was kept.
        SourceError: the board could not be reached; joining again with the same code goes on where this ended.
    """
    if team_here(history) is not None:
        raise BoardRefused("This machine belongs to a team already: “tokentray share leave” leaves it.")
    manifest, document = _checked_manifest(client, invite.root_hash, None)
    blinded = blinded_book(code, manifest)
    book = _book(code, manifest, blinded, client.claim_book(invite.code, manifest.season, blinded), now)
    with transaction(history):
        keep_tokens(history, ((ticket.week, ticket.kind, ticket.index, ticket.token) for ticket in book))
        set_team(
            history,
            board=invite.board,
            root=invite.root_hash.hex(),
            manifest=b64encode(document).decode(),
            key_from=key_from,
            checked_at=now.isoformat(),
        )
    return Team(invite.board, invite.root_hash, manifest, key_from, now)


def check_manifest(history: History, team: Team, client: BoardClient, now: datetime) -> None:
    """
    Asks board and relay for the manifest once a day, before anything is sent.

    Raises:
        NotGenuine: they differ from each other, or from what this season began with.
    """
    if team.checked_at is not None and timedelta() <= now - team.checked_at < timedelta(days=1):
        return
    manifest, document = _checked_manifest(client, team.root_hash, team.manifest.relay)
    if manifest.season == team.manifest.season and document != b64decode(team_of(history)["manifest"]):
        raise NotGenuine("The board's manifest is another one than when you joined. Nothing is sent; tell your team.")
    with transaction(history):
        set_team(history, checked_at=now.isoformat())


def secret_for(team: Team, code: bytes, week: str, kind: str, place: int) -> bytes:
    """What takes back the fragment that was sent with that token."""
    key = token_key(team.manifest.board, week, kind, team.manifest.keys[f"{week}/{kind}"])
    return secret_of(code, week, kind, place, key.key_id)


def opens_at(team: Team, week: str) -> datetime:
    """When the board begins to take that week's fragments."""
    return _monday(week) + timedelta(days=team.manifest.window.opens)


def closes_at(team: Team, week: str) -> datetime:
    """When it takes them no more (exclusive)."""
    return _monday(week) + timedelta(days=team.manifest.window.closes)


def _book(
    code: bytes,
    manifest: Manifest,
    blinded: Sequence[tuple[str, str, bytes]],
    signatures: Sequence[bytes],
    now: datetime,
) -> tuple[Ticket, ...]:
    """The tokens of all weeks; of those whose keys are destroyed already, because they are closed, there are none."""
    closed = {week for week in manifest.weeks if _monday(week) + timedelta(days=manifest.window.closes) <= now}
    weeks = tuple(week for week in manifest.weeks if week not in closed)
    given = [signature for (week, _, _), signature in zip(blinded, signatures, strict=False) if week not in closed]
    return finished_book(code, msgspec.structs.replace(manifest, weeks=weeks), given)


def _monday(week: str) -> datetime:
    year, _, number = week.partition("-W")
    return datetime.combine(date.fromisocalendar(int(year), int(number), 1), datetime.min.time(), UTC)


def _checked_manifest(client: BoardClient, root_hash: bytes, relay: str | None) -> tuple[Manifest, bytes]:
    document = client.same_manifest(relay)
    manifest = opened_manifest(document, root_hash)
    if relay is None and manifest.relay is not None and client.manifest(manifest.relay) != document:
        raise NotGenuine(
            "The board shows its relay another manifest than you, which could single you out. Do not join; tell your team."
        )
    return manifest, document
