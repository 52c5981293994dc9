"""A member's way to the board and its relay: one connection for each request, and nothing leaves that was not written down before."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from tokentray.core.api_key import ApiKey
from tokentray.core.clock import Clock
from tokentray.core.errors import BoardRefused, NotGenuine, SourceError, Unreadable
from tokentray.core.published import Published
from tokentray.http_client import Limits, Web

if TYPE_CHECKING:
    import httpx

# The same for all: which version or system a member has is nobody's business.
HEADERS: Final = {"User-Agent": "TokenTray", "Accept": "*/*"}
ANSWERS: Final = frozenset((200, 201, 204, 400, 401, 404, 409, 410, 413, 422))
LIMITS: Final = Limits(largest_bytes=16 * 1024 * 1024)

READERS: Final = "This board asks its readers for the password they have in common: the Team page or “tokentray share password -” takes it."

# Method, address, what it is in words, what a sealed body holds, the very bytes; gives where to tell the answer's status.
Note = Callable[[str, str, str, bytes, bytes], Callable[[int], None]]


class BoardClient:
    """
    The board at `address` (an origin). `note` is called before anything leaves; `transport` replaces the network. `reader` gives the
    password that all readers of a board have in common; it is asked for when something is read that needs one.

    Raises:
        SourceError: of each method, if board or relay cannot be reached or answer what they should not.
    """

    def __init__(
        self,
        address: str,
        note: Note,
        clock: Clock | None = None,
        transport: httpx.BaseTransport | None = None,
        reader: Callable[[], ApiKey | None] = lambda: None,
    ) -> None:
        self._address = address.rstrip("/")
        self._note = note
        self._clock = clock
        self._transport = transport
        self._reader = reader

    def manifest(self, relay: str | None = None) -> bytes:
        """The signed document as the board gives it, or as the relay does."""
        origin = self._address if relay is None else origin_of(relay)
        told = self._note("GET", f"{origin}/v1/manifest", "the question for the season's manifest", b"", b"")
        with self._web(origin) as web:
            document = web.get_bytes("/v1/manifest")
        told(200)
        return document

    def same_manifest(self, relay: str | None) -> bytes:
        """
        The signed document, if board and relay give the same.

        Raises:
            NotGenuine: they differ, so that one of them may be made for this member alone.
        """
        document = self.manifest()
        if relay is not None and self.manifest(relay) != document:
            raise NotGenuine(
                "The board shows its relay another manifest than you, which could single you out. Nothing is sent; tell your team."
            )
        return document

    def claim_book(self, code: bytes, season: str, blinded: Sequence[tuple[str, str, bytes]]) -> list[bytes]:
        """
        The issuer's blind signatures for a whole season, in the order of `blinded` (week, kind, message).

        Raises:
            BoardRefused: the invite is unknown, or another book was made with it.
        """
        body = {
            "code": _base64(code),
            "season": season,
            "blinded": [[week, kind, _base64(message)] for week, kind, message in blinded],
        }
        # The invite gets its seat next season's book, too: neither the history nor a log that is shown to others may have it.
        told = self._note(
            "POST",
            f"{self._address}/v1/books",
            "the request for a season's tokens, blinded; the invite's code, a secret, stands here as stars",
            b"",
            msgspec.json.encode({**body, "code": "*" * len(str(body["code"]))}),
        )
        with self._web(self._address) as web:
            try:
                answer = web.post_json("/v1/books", body, shape=dict[str, Any])
            except SourceError as error:
                if error.status is not None:
                    told(error.status)
                raise _refused(error) from error
        told(200)
        try:
            return [b64decode(signature, validate=True) for signature in answer["sigs"]]
        except (KeyError, TypeError, ValueError, NotBase64) as error:
            raise Unreadable("The board's answer to the request for tokens is not what its protocol says.") from error

    def post_envelope(self, relay: str | None, envelope: bytes, words: str, inside: bytes) -> int:
        """The status with which the board answers a sealed envelope, by way of the relay if there is one; `inside` is for the log."""
        url = f"{self._address}/v1/sealed" if relay is None else relay_endpoint(relay)
        told = self._note("POST", url, words, inside, envelope)
        origin = origin_of(url)
        with self._web(origin) as web:
            status = web.post_bytes(url.removeprefix(origin), envelope, ANSWERS)
        told(status)
        return status

    def nonces(self, week: str) -> frozenset[str]:
        """What the board publishes of all live tokens of a week: 16 hex digits of each."""
        return frozenset(
            self._asked(f"/v1/weeks/{week}/nonces", "the public list of a week's tokens", "nonces", list[str])
        )

    def cards(self, week: str, circle: str) -> list[dict[str, str]]:
        """The week's cards of one circle, still encrypted."""
        path = f"/v1/weeks/{week}/cards?circle={quote(circle)}"
        found: list[dict[str, str]] = self._asked(
            path, "the question for the team's cards", "cards", list[dict[str, str]], self._as_reader()
        )
        return found

    def published(self) -> list[Published]:
        """Every closed week as it was published, a kind at a time."""
        found: list[Published] = self._asked(
            "/v1/board", "the question for the published weeks", "weeks", list[Published], self._as_reader()
        )
        return found

    def _asked(self, path: str, words: str, name: str, shape: Any, more: Mapping[str, str] | None = None) -> Any:
        told = self._note("GET", self._address + path, words, b"", b"")
        with self._web(self._address, more) as web:
            try:
                answer = web.get_json(path, shape=dict[str, Any])
            except SourceError as error:
                if error.status is not None:
                    told(error.status)
                if error.status == 401:
                    raise BoardRefused(READERS) from error
                raise
        told(200)
        try:
            return msgspec.convert(answer.get(name), shape)
        except msgspec.ValidationError as error:
            raise Unreadable("The board's answer is not what its protocol says.") from error

    def _as_reader(self) -> dict[str, str]:
        password = self._reader()
        return {} if password is None else {"Authorization": f"Basic {_base64(b':' + password.reveal().encode())}"}

    def _web(self, origin: str, more: Mapping[str, str] | None = None) -> Web:
        return Web(origin, {**HEADERS, **(more or {})}, clock=self._clock, transport=self._transport, limits=LIMITS)


def relay_endpoint(relay: str) -> str:
    """Where the relay takes envelopes: the manifest's address as it is, or the usual path where it names an origin only."""
    return relay if urlsplit(relay).path.strip("/") else f"{relay.rstrip('/')}/v1/relay"


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _refused(error: SourceError) -> SourceError | BoardRefused:
    sentences = {
        403: "The board does not know this invite: ask for another one.",
        409: "This invite was used already, with another recovery code: join again with --recover and that code.",
        410: "This season is over: ask for an invite to the present one.",
        422: "The board did not understand the request for tokens; perhaps one of the two programs is too old.",
    }
    if error.status not in sentences:
        return error
    refused = BoardRefused(sentences[error.status])
    refused.status = error.status
    return refused


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
