"""Hands out books: one for each seat and season, signed blindly."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from tokentray.board import seat_table
from tokentray.board.database import Store
from tokentray.board.errors import Refused, StoreFailed
from tokentray.board.ledger import Ledger
from tokentray.board.season import Seasons
from tokentray.core.board_crypto import Signer, blind_sign, signer_of
from tokentray.core.errors import NotGenuine
from tokentray.core.manifest import Manifest


class BookWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a member asks for; `code` and the blinded messages are base64 in JSON."""

    season: str
    code: bytes
    blinded: list[tuple[str, str, bytes]]


class Book(msgspec.Struct, frozen=True):
    """A signature for each blinded message, in the same order; empty where the week's key has been destroyed."""

    sigs: list[bytes]


class Issuer:
    """The issuer at work; its functions are called from several threads."""

    def __init__(self, store: Store, password: bytes, seasons: Seasons, ledger: Ledger) -> None:
        self._store = store
        self._ledger = ledger
        self._password = password
        self._seasons = seasons
        self._signers: dict[tuple[str, str], Signer] = {}
        # One book at a time: signing is slow, and the requests that matter go to the board.
        self._turn = threading.Lock()

    def claim(self, wish: BookWish) -> Book:
        """
        The seat's book; the same one again for the same request.

        Raises:
            Refused: 403 unknown invite, 409 another book, 422 not the season's list.
        """
        season = next((each for each in self._seasons.all() if each.manifest.season == wish.season), None)
        if season is None:
            raise Refused(422, "There is no such season.")
        _refuse_another_list(wish.blinded, season.manifest)
        code_hash = hashlib.sha256(wish.code).digest()
        with self._store.writing() as connection:
            seat_season = seat_table.season_of_seat(connection, code_hash)
            if seat_season is None:
                raise Refused(403, "This invite is unknown.")
            if seat_season != wish.season or not seat_table.claim_book(connection, code_hash, book_hash(wish)):
                raise Refused(409, "This seat has another book already.")
            generation = seat_table.next_generation(connection)
        with self._turn:
            with suppress(StoreFailed):
                self._ledger.note_came_to("issuer", generation)
            self._load_signers()
            return Book([self._sign(week, kind, blinded) for week, kind, blinded in wish.blinded])

    def _sign(self, week: str, kind: str, blinded: bytes) -> bytes:
        signer = self._signers.get((week, kind))
        if signer is None:
            return b""
        try:
            return blind_sign(signer, blinded)
        except NotGenuine as error:
            raise Refused(422, "A blinded message is not of the form that RFC 9474 asks for.") from error

    def _load_signers(self) -> None:
        with self._store.reading() as connection:
            keys = seat_table.keys_of(connection)
        known = {name: signer for name, signer in self._signers.items() if name in keys}
        self._signers = known | {
            name: signer_of(pkcs8, self._password) for name, pkcs8 in keys.items() if name not in known
        }


def book_hash(wish: BookWish) -> bytes:
    return hashlib.sha256(b"TTB1 book\n" + msgspec.json.encode([wish.season, wish.blinded])).digest()


def _refuse_another_list(blinded: Sequence[tuple[str, str, bytes]], manifest: Manifest) -> None:
    expected = [
        (week, kind) for week in manifest.weeks for kind in sorted(manifest.kinds) for _ in range(manifest.kinds[kind])
    ]
    if [(week, kind) for week, kind, _ in blinded] != expected:
        raise Refused(422, "A book has one blinded message for each token of the season, in the manifest's order.")
    if any(len(message) != 256 for _, _, message in blinded):
        raise Refused(422, "A blinded message has 256 bytes.")


def destroy_keys(store: Store, weeks: Sequence[str]) -> None:
    """The weeks' keys are gone from the file and from its log."""
    if not weeks:
        return
    with store.writing() as connection:
        for week in weeks:
            seat_table.destroy_keys(connection, week)
    with store.apart() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
