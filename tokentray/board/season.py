"""The board's folder: its secrets, its seasons' manifests, and how a season is made."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from tempfile import mkstemp
from urllib.parse import urlsplit

import msgspec

from tokentray.board import seat_table
from tokentray.board.database import Store, open_issuer
from tokentray.board.errors import NoBoard, WrongWish
from tokentray.core.board_crypto import (
    SealKey,
    TokenKey,
    new_seal_key,
    new_signer,
    opened_manifest,
    root_hash_of,
    seal_key_of,
    seal_public_of,
    signed_manifest,
    token_key,
)
from tokentray.core.fragment import KINDS, PER_WEEK
from tokentray.core.manifest import LONGEST_WINDOW_DAYS, LONGEST_WORD, MOST_WORDS, Function, Manifest, Window
from tokentray.core.published import Team

WEEKS = 13
LONGEST_ADDRESS = 255
LOOPBACK = ("localhost", "127.0.0.1", "::1")
FUNCTIONS_FROM_SEATS = 25
HEAD_COUNTS = ("10-24", "25-49", "50-99", "100-249", "250+")
CATEGORIES = (
    "agent",
    "analysis",
    "automation",
    "coding",
    "learning",
    "meetings",
    "research",
    "testing",
    "writing",
    "other",
)
TOOLS = ("claude", "codex", "copilot", "cursor", "gemini", "gpt", "local", "other")


@dataclass(frozen=True, slots=True)
class Season:
    """A season as it is served: the signed document, what it says, and its keys ready for use."""

    document: bytes
    manifest: Manifest
    token_keys: dict[tuple[str, str], TokenKey] = field(repr=False)
    seal: SealKey | None = field(repr=False)

    def opens(self, week: str) -> datetime:
        return monday_of(week) + timedelta(days=self.manifest.window.opens)

    def closes(self, week: str) -> datetime:
        return monday_of(week) + timedelta(days=self.manifest.window.closes)

    def team(self, open_week: str | None = None) -> Team:
        """What the page and the digest say about the board."""
        return Team(
            name=self.manifest.board.split("://")[-1],
            season=self.manifest.season,
            address=self.manifest.board,
            relay=self.manifest.relay,
            functions=tuple((function.id, function.band) for function in self.manifest.functions),
            open_week=open_week,
            retention_weeks=self.manifest.retention_weeks,
        )


class Seasons:
    """All seasons in a folder, newest last; read anew when the folder has changed."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._read_at = 0.0
        self._state: tuple[tuple[str, int], ...] = ()
        self._seasons: list[Season] = []

    def all(self) -> list[Season]:
        if time.monotonic() >= self._read_at:
            state = tuple(_state_of(self._folder))
            if state != self._state:
                self._seasons = read_seasons(self._folder)
                self._state = state
            # Last, so that another thread never takes a list that is still being read.
            self._read_at = time.monotonic() + 1
        return self._seasons

    def newest(self) -> Season | None:
        seasons = self.all()
        return seasons[-1] if seasons else None

    def of_week(self, week: str) -> Season | None:
        return next((season for season in self.all() if week in season.manifest.weeks), None)


def _state_of(folder: str) -> Iterator[tuple[str, int]]:
    manifests = os.path.join(folder, "manifests")
    if os.path.isdir(manifests):
        for name in sorted(os.listdir(manifests)):
            yield name, os.stat(os.path.join(manifests, name)).st_mtime_ns


def read_seasons(folder: str) -> list[Season]:
    """From the folder's manifests; a role that lacks the envelope keys has None there."""
    seasons = []
    for name, _ in _state_of(folder):
        if not name.endswith(".json"):
            continue
        with open(os.path.join(folder, "manifests", name), "rb") as file:
            document = file.read()
        # Our own disk is trusted for the root key; members compare it with their invite.
        manifest = opened_manifest(document, _root_hash_in(document))
        keys: dict[tuple[str, str], TokenKey] = {
            (week, kind): token_key(manifest.board, week, kind, manifest.keys[f"{week}/{kind}"])
            for week in manifest.weeks
            for kind in manifest.kinds
        }
        seal = read_secret(folder, f"seal-{manifest.season}.key")
        seasons.append(Season(document, manifest, keys, seal_key_of(seal) if seal else None))
    return sorted(seasons, key=lambda season: season.manifest.weeks)


def _root_hash_in(document: bytes) -> bytes:
    return hashlib.sha256(msgspec.json.decode(document, type=_RootOnly).root).digest()


class _RootOnly(msgspec.Struct):
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the operator may choose for a season; None and empty mean: as in the season before, or the program's own."""

    url: str | None = None
    first_week: str | None = None
    relay: str | None = None
    functions: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    seats: int = 0
    window: Window | None = None


def make_season(folder: str, plan: Plan, today: date) -> Manifest:
    """
    The next season: its keys, its signed manifest, and every seat's right to one more book.

    Raises:
        WrongWish: weeks that overlap, functions in a small team, a URL that is none, whatever members' apps would refuse.
    """
    os.makedirs(os.path.join(folder, "manifests"), mode=0o700, exist_ok=True)
    before = read_seasons(folder)
    last = before[-1].manifest if before else None
    weeks = planned_weeks(plan, last, today)
    season = season_name(weeks, [each.manifest.season for each in before])
    if any(set(weeks) & set(each.manifest.weeks) or season == each.manifest.season for each in before):
        raise WrongWish(f"{season} ({weeks[0]} to {weeks[-1]}) overlaps a season that is there already.")
    url = (plan.url or (last.board if last else "")).rstrip("/")
    if not re.fullmatch(r"https?://[^/\s#?]+", url):
        raise WrongWish("The board's address is missing or is none: --url https://board.example")
    _refuse_what_apps_refuse(plan, url)
    seal = new_seal_key()
    with opened_issuer(folder) as issuer:
        with issuer.reading() as connection:
            seats = max(plan.seats, seat_table.count_seats(connection))
        functions = _functions(plan.functions, last, seats)
        password = secret_for(folder, "issuer.key")
        signers = {(week, kind): new_signer() for week in weeks for kind in KINDS}
        manifest = Manifest(
            v=1,
            board=url,
            scheme="rfc9578-2",
            season=season,
            weeks=weeks,
            kinds=dict(PER_WEEK),  # type: ignore[arg-type]  # a plain dict of the very words
            keys={f"{week}/{kind}": signer.spki for (week, kind), signer in signers.items()},
            seal=seal_public_of(seal),
            relay=plan.relay or (last.relay if last else None),
            functions=functions,
            categories=plan.categories or (last.categories if last else CATEGORIES),
            tools=plan.tools or (last.tools if last else TOOLS),
            window=plan.window or (last.window if last else Window()),
        )
        with issuer.writing() as connection:
            for (week, kind), signer in signers.items():
                seat_table.keep_key(connection, week, kind, signer.pkcs8(password))
            seat_table.renew_seats(connection, season)
    write_secret(folder, f"seal-{season}.key", seal)
    root = secret_for(folder, "root.key")
    write_file(os.path.join(folder, "manifests", f"{season}.json"), signed_manifest(manifest, root), 0o644)
    return manifest


def planned_weeks(plan: Plan, last: Manifest | None, today: date) -> tuple[str, ...]:
    """
    From the wished week on, else from the present one, or from the first after the last season if that comes later.

    A week that went by would be published at once, as “fewer than 5”.
    """
    first = monday_of(plan.first_week or week_of(today))
    if last and not plan.first_week:
        first = max(first, monday_of(last.weeks[-1]) + timedelta(weeks=1))
    return tuple(week_of(first + timedelta(weeks=number)) for number in range(WEEKS))


def season_name(weeks: Sequence[str], taken: Collection[str] = ()) -> str:
    """The quarter that the season's middle falls into, "2026-Q4"; the one of its end, if two middles fall into one quarter."""
    middle, end = _quarter(weeks[len(weeks) // 2]), _quarter(weeks[-1])
    return end if middle in taken else middle


def _quarter(week: str) -> str:
    monday = monday_of(week)
    return f"{monday.year}-Q{(monday.month + 2) // 3}"


def _refuse_what_apps_refuse(plan: Plan, url: str) -> None:
    """With such a season nobody could join: see share.acceptable, which speaks for the members."""
    functions = [each.partition(":")[0] for each in plan.functions]
    for option, words in (("--category", plan.categories), ("--tool", plan.tools), ("--function", functions)):
        _refuse_strange_words(option, words)
    if any("/" in word for word in plan.categories):
        raise WrongWish("A category has no slash.")
    window = plan.window or Window()
    if not 0 <= window.opens < window.closes <= LONGEST_WINDOW_DAYS:
        raise WrongWish(
            f"A window opens on a week's Monday (0) or later, and closes after that and within {LONGEST_WINDOW_DAYS} days: --window 0:14."
        )
    if plan.relay is not None and not _is_relay(plan.relay, url):
        raise WrongWish(
            "--relay takes an https address without a query that somebody else answers, such as https://relay.example/v1/relay."
        )


def _refuse_strange_words(option: str, words: Sequence[str]) -> None:
    if len(words) > MOST_WORDS:
        raise WrongWish(f"{option} can be given {MOST_WORDS} times at most; people choose from a list.")
    for place, word in enumerate(words):
        if not word.isprintable():
            raise WrongWish(f"{option} number {place + 1} has a sign that cannot be printed: write it anew.")
        if not word.strip() or len(word) > LONGEST_WORD:
            raise WrongWish(f"{option} number {place + 1} has no letters, or more than {LONGEST_WORD} letters.")
        if word in words[:place]:
            raise WrongWish(f"{option}: {word} is there twice; leave one out.")


def _is_relay(relay: str, board: str) -> bool:
    try:
        parts, of_board = urlsplit(relay), urlsplit(board)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_plain = relay.isascii() and relay.isprintable() and " " not in relay and len(relay) <= LONGEST_ADDRESS
    if not host or not is_plain or "@" in parts.netloc or parts.query or parts.fragment:
        return False
    # On a member's machine that would be a program of its own; only a board that is tried out there has a relay there.
    if host in LOOPBACK:
        return parts.scheme in ("http", "https") and of_board.hostname in LOOPBACK
    return parts.scheme == "https"


def _functions(wished: tuple[str, ...], last: Manifest | None, seats: int) -> tuple[Function, ...]:
    if not wished:
        return last.functions if last and seats >= FUNCTIONS_FROM_SEATS else ()
    if seats < FUNCTIONS_FROM_SEATS:
        raise WrongWish(
            f"Functions need at least {FUNCTIONS_FROM_SEATS} seats (--seats); below, they would name people."
        )
    functions = []
    for each in wished:
        name, _, band = each.partition(":")
        if band not in HEAD_COUNTS:
            raise WrongWish(
                f"--function takes NAME:HEADS with HEADS one of {', '.join(HEAD_COUNTS)}; a smaller one would name people."
            )
        functions.append(Function(name, band))
    return tuple(functions)


@lru_cache(1024)
def monday_of(week: str) -> datetime:
    """Monday, 00:00 UTC, of an ISO week ("2026-W40"); WrongWish if there is no such week."""
    try:
        return datetime.strptime(f"{week}-1", "%G-W%V-%u").replace(tzinfo=UTC)
    except ValueError as error:
        raise WrongWish(f"{week} is no week; a week is written 2026-W40.") from error


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


@contextmanager
def opened_issuer(folder: str) -> Iterator[Store]:
    store = open_issuer(folder)
    try:
        yield store
    finally:
        store.close()


def read_secret(folder: str, name: str) -> bytes | None:
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return bytes.fromhex(file.read().decode().strip())
    except FileNotFoundError:
        return None


def known_secret(folder: str, name: str) -> bytes:
    secret = read_secret(folder, name)
    if secret is None:
        raise NoBoard(f"{name} is not in this folder: make a season first (tokentray board season).")
    return secret


def secret_for(folder: str, name: str) -> bytes:
    """The secret in that file; a new one of 32 bytes if there is none."""
    secret = read_secret(folder, name)
    if secret is None:
        secret = secrets.token_bytes(32)
        write_secret(folder, name, secret)
    return secret


def write_secret(folder: str, name: str, secret: bytes) -> None:
    write_file(os.path.join(folder, name), secret.hex().encode() + b"\n", 0o600)


def root_hash(folder: str) -> bytes:
    """What invites pin."""
    return root_hash_of(known_secret(folder, "root.key"))


def write_file(path: str, data: bytes, mode: int) -> None:
    """Whole or not at all, whoever else writes it, and on disk when this returns."""
    descriptor, beside = mkstemp(prefix=f"{os.path.basename(path)}.", suffix=".new", dir=os.path.dirname(path))
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, mode)
        os.replace(beside, path)
    except BaseException:
        os.remove(beside)
        raise
