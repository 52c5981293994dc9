"""The team's feed: asked for in the same questions as everybody asks, decrypted here, kept until the next asking."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import msgspec

from tokentray.core.board_crypto import circle_of, opened_card
from tokentray.core.errors import BoardRefused, NotGenuine, SourceError
from tokentray.core.fragment import REACHES, RESULTS
from tokentray.core.journal import Card, Level, new_card_id
from tokentray.core.published import BANDED, COUNTED, FEWER, FIELDS, Published
from tokentray.share.board_client import BoardClient
from tokentray.share.fragments import RESULT_WORDS, TEXTS
from tokentray.share.team import Team, dropped_at, kept_weeks, monday_of
from tokentray.share.tokens import Secrets
from tokentray.store.database import History, transaction
from tokentray.store.feed_table import (
    KeptCard,
    keep_published,
    keep_week,
    published_weeks,
    weeks_in_feed,
)
from tokentray.store.outbox_table import set_team

WEEK: Final = re.compile(r"20[0-9]{2}-W[0-9]{2}")
LONGEST_WORD: Final = 64
TITLE_LETTERS: Final = 60
TO_TRY: Final = "to-try"
# What no text needs and a terminal or a window would obey: control characters, and those that turn the direction of writing. Halves of
# characters, which JSON can spell, are in no file's UTF-8: one such card would stop the whole asking, for everybody in the team.
OBEYED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
MOST_CELLS: Final = 2000
LARGEST_COUNT: Final = 10**9


@dataclass(frozen=True, slots=True)
class Refreshed:
    """
    What an asking came to: `cards` that could be read of `weeks`, `unread` others, how many `published` weeks are kept.

    `failed` weeks could not be asked for and keep the cards they had; `changed` are published weeks that the board shows otherwise than before.
    """

    weeks: int
    cards: int
    unread: int
    published: int
    failed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def refresh(history: History, team: Team, secrets: Secrets, client: BoardClient, now: datetime) -> Refreshed:
    """
    Asks for the published weeks and for the cards of every week that the board still keeps, whatever of them is known here.

    A card that the board does not have any more is gone here, too.

    Raises:
        SourceError: the board could not be reached, or answered what it should not.
        BoardRefused: it asks its readers for a password.
    """
    told, changed = refresh_published(history, client, now)
    weeks = asked_weeks(team, told, now)
    circle = circle_of(secrets.team_key)
    cards = unread = 0
    failed: list[str] = []
    for place, week in enumerate(weeks):
        try:
            found = client.cards(week, circle)
        except SourceError as error:
            failed.append(week)
            if error.status is None:  # nobody answers any more
                failed += weeks[place + 1 :]
                break
            continue
        read = read_cards(found, team, secrets, week, now)
        cards, unread = cards + len(read), unread + len(found) - len(read)
        with transaction(history):
            keep_week(history, week, read)
    with transaction(history):
        for week in weeks_in_feed(history) - set(weeks):
            keep_week(history, week, ())
        set_team(history, asked_at=now.isoformat(), unread=str(unread))
    return Refreshed(len(weeks), cards, unread, len(published_weeks(history)), tuple(failed), changed)


def refresh_published(
    history: History, client: BoardClient, now: datetime
) -> tuple[tuple[Published, ...], tuple[str, ...]]:
    """
    All that the board has published, and the weeks that it shows otherwise than when they were first got; those stay here as they were.

    Raises:
        SourceError: as `refresh`.
    """
    told = tuple(_plain(one) for one in _published(history, client) if _is_sound(one))
    kept = dict(published_weeks(history))
    changed = []
    for week in sorted({one.week for one in told}):
        kinds = msgspec.json.encode(sorted((one for one in told if one.week == week), key=lambda one: one.kind))
        if kept.get(week, kinds) != kinds:
            changed.append(week)
        with transaction(history):
            keep_published(history, week, kinds, now)
    return told, tuple(changed)


def _published(history: History, client: BoardClient) -> list[Published]:
    try:
        found = client.published()
    except BoardRefused:
        # There is one refusal of this question: the password of its readers is missing, or another one.
        with transaction(history):
            set_team(history, reader_asked="1")
        raise
    with transaction(history):
        set_team(history, reader_asked="")
    return found


def asked_weeks(team: Team, published: Iterable[Published], now: datetime) -> tuple[str, ...]:
    """
    The weeks of which the board can still have cards, oldest first: those of the season, and closed ones of seasons before it.

    The latter are told by what the board published, so that whoever joined later asks the same.
    """
    closed = sorted({one.week for one in published})[-team.newest.retention_weeks :]
    earlier = [week for week in closed if _exists(week) and now < dropped_at(team, week)]
    return tuple(sorted({*kept_weeks(team, now), *earlier}))


def read_cards(
    found: Sequence[dict[str, str]], team: Team, secrets: Secrets, week: str, now: datetime
) -> list[KeptCard]:
    """Those of a week that the team's key opens, in clear; the others are left out."""
    cards = {}
    for told in found:
        try:
            card = _opened(told, team, secrets, week, now)
        except (NotGenuine, NotBase64, ValueError, KeyError, RecursionError):
            continue
        cards[card.nonce] = card
    return list(cards.values())


def card_to_try(card: KeptCard, now: datetime) -> Card:
    """
    A draft of one's own journal, for its owner alone, to try what a colleague tried.

    What came of it there stands under "next": under "worked" and "learned" belongs what comes of it here.
    """
    lines = [f"To try: from the team’s feed of {card.week}; there {RESULT_WORDS.get(card.outcome, card.outcome)}."]
    lines += [f"{name}: {text}" for name, text in (("Worked", card.worked), ("Learned", card.learned)) if text]
    lines += [f"Next, they wrote: {card.next}"] if card.next else []
    first = card.tried.strip().splitlines()[0] if card.tried.strip() else card.category
    title = first if len(first) <= TITLE_LETTERS else f"{first[: TITLE_LETTERS - 1].rstrip()}…"
    blank = Card(new_card_id(), now, now, level=Level.ME, draft=True, tags=(TO_TRY, card.category))
    return replace(blank, title=f"To try: {title}", tried=card.tried, next="\n\n".join(lines))


def _opened(told: dict[str, str], team: Team, secrets: Secrets, week: str, now: datetime) -> KeptCard:
    nonce = bytes.fromhex(told["nonce"])
    if len(nonce) != 32 or told["outcome"] not in RESULTS or told["level"] not in REACHES:
        raise ValueError
    text = opened_card(b64decode(told["ct"], validate=True), secrets.team_key, nonce, team.season_of(week).board, week)
    said: Any = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError
    tried, worked, learned, following = (_harmless(str(said.get(name, ""))) for name in TEXTS)
    category = _word(told["category"])
    return KeptCard(nonce.hex(), week, category, told["outcome"], told["level"], tried, worked, learned, following, now)


def _harmless(text: str) -> str:
    return OBEYED.sub("", text)


def _is_sound(told: Published) -> bool:
    """Whether it can be shown: what is kept once is kept for good, and what cannot be shown would hide everything else."""
    counts = (told.total, *(cell.n for cell in told.cells))
    return (
        _exists(told.week)
        and told.kind in FIELDS
        and told.size in (FEWER, BANDED, COUNTED)
        and len(told.cells) <= MOST_CELLS
        and all(n is None or 0 <= n <= LARGEST_COUNT for n in counts)
    )


def _plain(told: Published) -> Published:
    """Its words as one short line each, whatever the board has put into them."""
    cells = (replace(cell, a=_word(cell.a), b=_word(cell.b)) for cell in told.cells)
    return replace(told, cells=tuple(cells))


def _word(text: str) -> str:
    return " ".join(_harmless(text).split())[:LONGEST_WORD]


def _exists(week: str) -> bool:
    if not WEEK.fullmatch(week):
        return False
    try:
        monday_of(week)
    except ValueError:
        return False
    return True
