"""Takes fragments: checks week, token and words, and says what the writer is to do."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from typing import Literal

import msgspec

from tokentray.board.errors import Refused
from tokentray.board.fragment_table import Row
from tokentray.board.season import Season, Seasons
from tokentray.board.writer import Bury, Put, Replace, Wish
from tokentray.core.board_crypto import nonce_of, opened_envelope, verified_nonce
from tokentray.core.clock import Clock
from tokentray.core.errors import FragmentRefused, NotGenuine
from tokentray.core.fragment import Adopted, Fragment, Told, Used, Went, parse_fragment


class Letter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an envelope holds; bytes are base64 in JSON. A put has a token, the others the owner's secret."""

    op: Literal["put", "replace", "delete"]
    week: str
    kind: str
    token: bytes = b""
    secret: bytes = b""
    body: msgspec.Raw = msgspec.Raw(b"")


LETTER = msgspec.json.Decoder(Letter)


class Desk:
    """Where requests become wishes."""

    def __init__(self, seasons: Seasons, clock: Clock) -> None:
        self._seasons = seasons
        self._clock = clock

    def sealed(self, envelope: bytes) -> Wish:
        """
        The wish in an envelope.

        Raises:
            Refused: 400 it cannot be opened, and all that the unsealed requests are refused for.
        """
        letter = self._opened(envelope)
        if letter.op == "put":
            return self.put(letter.week, letter.kind, letter.token, bytes(letter.body))
        if letter.op == "replace":
            # No two envelopes are alike, even with the same letter inside.
            seal = hashlib.sha256(envelope).digest()
            return self.replace(letter.week, letter.kind, letter.secret, bytes(letter.body), seal)
        return self.delete(letter.week, letter.kind, letter.secret)

    def put(self, week: str, kind: str, token: bytes, body: bytes) -> Put:
        """Raises Refused: 401 token, 404 no such week or kind, 410 closed, 422 not open yet or not the vocabulary."""
        season = self._open_season(week, kind)
        try:
            nonce = verified_nonce(token, season.token_keys[week, kind])
        except NotGenuine as error:
            raise Refused(401, "The token is not genuine for this week and kind.") from error
        return Put(row_of(week, nonce, _fragment(season, kind, body)))

    def replace(self, week: str, kind: str, secret: bytes, body: bytes, envelope: bytes | None = None) -> Replace:
        """`envelope` is the hash of the envelope it came in."""
        season = self._open_season(week, kind)
        return Replace(row_of(week, _nonce(secret), _fragment(season, kind, body)), envelope)

    def delete(self, week: str, kind: str, secret: bytes) -> Bury:
        """Also after the week has closed, for as long as its fragments are kept."""
        self._season(week, kind)
        return Bury((week, kind, _nonce(secret)))

    def _opened(self, envelope: bytes) -> Letter:
        for season in reversed(self._seasons.all()):
            if season.seal is None:
                continue
            try:
                message = opened_envelope(envelope, season.seal, season.manifest.board)
            except NotGenuine:
                continue
            try:
                return LETTER.decode(message)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise Refused(422, "What the envelope holds is no wish of TTB/1.") from error
        raise Refused(400, "The envelope cannot be opened.")

    def _season(self, week: str, kind: str) -> Season:
        season = self._seasons.of_week(week)
        if season is None or kind not in season.manifest.kinds:
            raise Refused(404, "There is no such week or kind.")
        return season

    def _open_season(self, week: str, kind: str) -> Season:
        season = self._season(week, kind)
        now = self._clock.now()
        if now < season.opens(week):
            raise Refused(422, "This week has not begun by the board's clock.")
        if now >= season.closes(week):
            raise Refused(410, "This week is closed.")
        return season


def row_of(week: str, nonce: bytes, fragment: Fragment) -> Row:
    """The fragment as it is kept: two words that are counted, and a card's ciphertext."""
    match fragment:
        case Adopted(adoption=adoption, function=function):
            return Row(week, "c1", nonce, adoption, function if isinstance(function, str) else None)
        case Went(outcome=outcome, effort=effort):
            return Row(week, "c2", nonce, outcome, effort)
        case Used(tool=tool, tokens=tokens):
            return Row(week, "use", nonce, tool, tokens)
        case Told(category=category, outcome=outcome, level=level, circle=circle, ct=ct):
            return Row(week, "card", nonce, f"{category}/{outcome}/{level}", circle, b64decode(ct))


def _fragment(season: Season, kind: str, body: bytes) -> Fragment:
    try:
        return parse_fragment(body, kind, season.manifest.vocabulary)
    except FragmentRefused as error:
        raise Refused(422, "The fragment has a field or a word that is not in the vocabulary.") from error


def _nonce(secret: bytes) -> bytes:
    if len(secret) != 32:
        raise Refused(401, "The owner's secret has 32 bytes.")
    return nonce_of(secret)
