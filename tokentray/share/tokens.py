"""Belonging to a team: its pinned manifest, each season's tokens, and the two secrets that stay in the keyring."""

from __future__ import annotations

from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
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
from tokentray.core.errors import BoardRefused, Mistyped, NotGenuine, SourceError
from tokentray.core.manifest import Invite, Manifest
from tokentray.share.acceptable import refuse_weak_or_strange
from tokentray.share.board_client import BoardClient
from tokentray.share.team import BEFORE, Team, holds_against_operator, is_check_due, kept_team, monday_of
from tokentray.store.database import History, transaction
from tokentray.store.outbox_table import keep_tokens, set_team, team_of

VAULT_NAME: Final = "share/team"
VOCABULARIES: Final = ("functions", "categories", "tools")


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
        NotGenuine: what is kept of its manifests does not hold.
    """
    return kept_team(history, opened_manifest)


def join(
    history: History,
    invite: Invite,
    code: bytes,
    key_from: str,
    client: BoardClient,
    now: datetime,
    accepted: Callable[[], None] = lambda: None,
) -> Team:
    """
    Claims the season's whole book at once, as every member does, and keeps it; also the next season's of the team one is in already.

    `accepted` is called when the board has taken the code and its book holds, before anything is kept.

    Raises:
        BoardRefused: the invite is unknown or used with another recovery code, or this machine is in another team or has this season.
        NotGenuine: manifest or tokens do not hold; nothing was kept.
        SourceError: the board could not be reached; joining again with the same code goes on where this ended.
    """
    here = team_here(history)
    if here is not None and (here.board, here.root_hash) != (invite.board, invite.root_hash):
        raise BoardRefused("This machine belongs to another team: “tokentray share leave” leaves it.")
    manifest, document = _checked_manifest(client, invite.board, invite.root_hash, None)
    if here is not None and manifest.weeks <= here.manifest.weeks:
        raise BoardRefused(
            f"This machine belongs to a team already, and has its tokens of {here.manifest.season}: “tokentray share leave” leaves it."
        )
    blinded = blinded_book(code, manifest)
    book = _book(code, manifest, blinded, client.claim_book(invite.code, manifest.season, blinded), now)
    accepted()
    with transaction(history):
        keep_tokens(history, ((ticket.week, ticket.kind, ticket.index, ticket.token) for ticket in book))
        if here is not None:
            set_team(history, **{BEFORE + here.manifest.season: team_of(history)["manifest"]})
        set_team(
            history,
            board=invite.board,
            root=invite.root_hash.hex(),
            manifest=b64encode(document).decode(),
            after="",
            news="",
            key_from=key_from,
            checked_at=now.isoformat(),
        )
    before = () if here is None else (*here.before, here.manifest)
    return Team(invite.board, invite.root_hash, manifest, key_from, now, before)


def check_manifest(history: History, team: Team, client: BoardClient, now: datetime, *, agreed: bool = False) -> Team:
    """
    Asks board and relay for the manifest once a day, never in one pass with a sending; gives the team by what it says.

    Other words, another relay or a new season are taken over if the same root signed them, and told as the team's news. `agreed`: the person
    knows that the relay is gone; then the former one is not asked.

    Raises:
        NotGenuine: board and relay differ, the season's weeks or keys are others than it began with, or the manifest protects less than TTB/1.
        BoardRefused: the promise fell from L2 to L1, to which the person has not agreed.
    """
    if not agreed and not is_check_due(team, now):
        return team
    known = team.newest
    manifest, document = _asked_manifest(client, team, None if agreed else known.relay)
    if manifest.season == known.season and _fixed(manifest) != _fixed(known):
        raise NotGenuine("The board's manifest is another one than when you joined. Nothing is sent; tell your team.")
    if manifest.season != known.season and manifest.weeks <= known.weeks:
        raise NotGenuine("The board shows a season that is over. Nothing is sent; tell your team.")
    fell = holds_against_operator(team.board, known) and not holds_against_operator(team.board, manifest)
    if fell and not agreed:
        with transaction(history):
            set_team(history, fell="L1")
        raise BoardRefused(
            "The board has no relay of another host any more, so that level L1 holds instead of L2. Nothing is sent until you agree, on the "
            "Team page or by “tokentray share accept”."
        )
    news = changes(known, manifest)
    is_present = manifest.season == team.manifest.season
    with transaction(history):
        set_team(history, **{"manifest" if is_present else "after": b64encode(document).decode()})
        set_team(history, checked_at=now.isoformat(), fell="", **({"news": " ".join(news)} if news else {}))
    return replace(
        team, manifest=manifest if is_present else team.manifest, after=None if is_present else manifest, checked_at=now
    )


def still_shown_to_relay(history: History, team: Team, client: BoardClient) -> bool:
    """
    Whether the manifest that is known here is what the board shows its relay, without the board seeing this address.

    Raises:
        SourceError: the relay could not be reached.
    """
    kept = team_of(history)
    known = kept.get("after") or kept["manifest"]
    return holds_against_operator(team.board, team.newest) and client.manifest(team.newest.relay) == b64decode(known)


def changes(before: Manifest, after: Manifest) -> tuple[str, ...]:
    """What a person should know of a manifest that takes another's place, in sentences."""
    if after.season != before.season:
        new = f"A new season has begun, {after.season}: “tokentray share join INVITE” with an invite to it gets its tokens."
        return (new, *changes(before, msgspec.structs.replace(after, season=before.season)))
    said = []
    if after.relay != before.relay:
        said.append(f"The relay is {after.relay or 'gone'} now; it was {before.relay or 'none'}.")
    if after.k != before.k:
        said.append(f"A published number stands for {after.k} people at least now; it was {before.k}.")
    if after.noise != before.noise:
        said.append(
            f"The noise has ε {after.noise.eps:g} from {after.noise.least} people on now; it was {before.noise.eps:g} from {before.noise.least}."
        )
    words = zip(VOCABULARIES, _words(before), _words(after), strict=True)
    said += [f"The {name} are {', '.join(now) or 'none'} now." for name, then, now in words if now != then]
    if after.retention_weeks != before.retention_weeks:
        said.append(f"Fragments are kept for {after.retention_weeks} weeks now; it was {before.retention_weeks}.")
    if after.window != before.window:
        said.append(f"A week takes fragments for {after.window.closes - after.window.opens} days now.")
    return tuple(said)


def secret_for(team: Team, code: bytes, week: str, kind: str, place: int) -> bytes:
    """What takes back the fragment that was sent with that token."""
    season = team.season_of(week)
    key = token_key(season.board, week, kind, season.keys[f"{week}/{kind}"])
    return secret_of(code, week, kind, place, key.key_id)


def _book(
    code: bytes,
    manifest: Manifest,
    blinded: Sequence[tuple[str, str, bytes]],
    signatures: Sequence[bytes],
    now: datetime,
) -> tuple[Ticket, ...]:
    """The tokens of all weeks; of those whose keys are destroyed already, because they are closed, there are none."""
    closed = {week for week in manifest.weeks if monday_of(week) + timedelta(days=manifest.window.closes) <= now}
    weeks = tuple(week for week in manifest.weeks if week not in closed)
    given = [signature for (week, _, _), signature in zip(blinded, signatures, strict=False) if week not in closed]
    return finished_book(code, msgspec.structs.replace(manifest, weeks=weeks), given)


def _asked_manifest(client: BoardClient, team: Team, relay: str | None) -> tuple[Manifest, bytes]:
    """As `_checked_manifest`; a relay that does not answer is asked no more where the board says that it is gone, to which a person has to agree."""
    try:
        return _checked_manifest(client, team.board, team.root_hash, relay)
    except SourceError:
        if relay is None:
            raise
        manifest, document = _checked_manifest(client, team.board, team.root_hash, None)
        if holds_against_operator(team.board, manifest):
            raise
        return manifest, document


def _checked_manifest(client: BoardClient, board: str, root_hash: bytes, relay: str | None) -> tuple[Manifest, bytes]:
    document = client.same_manifest(relay)
    manifest = opened_manifest(document, root_hash)
    refuse_weak_or_strange(manifest, board)
    if manifest.relay not in (None, relay) and client.manifest(manifest.relay) != document:
        raise NotGenuine(
            "The board shows its relay another manifest than you, which could single you out. Do not join; tell your team."
        )
    return manifest, document


def _fixed(manifest: Manifest) -> tuple[object, ...]:
    """What a season's tokens hang on, and what no new signature changes."""
    return (manifest.v, manifest.board, manifest.scheme, manifest.weeks, manifest.kinds, manifest.keys)


def _words(manifest: Manifest) -> tuple[tuple[str, ...], ...]:
    offered = manifest.vocabulary
    return offered.functions, offered.categories, offered.tools
