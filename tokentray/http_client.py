"""The one HTTP client: time limits, size caps, and errors in our own words."""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from tokentray import __version__
from tokentray.core.clock import Clock, SystemClock
from tokentray.core.errors import KeyRejected, SourceError, Throttled, Unreachable, Unreadable

if TYPE_CHECKING:
    import random
    import ssl

    import httpx

USER_AGENT = f"TokenTray/{__version__}"
PAGE_CAP = 1000
LONGEST_WAIT = timedelta(days=7)
LONGEST_BACK_OFF = timedelta(hours=6)

T = TypeVar("T")
Page = TypeVar("Page")
Params = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much one request may take; `largest_bytes` holds before and after decompression."""

    connect_seconds: float = 10
    read_seconds: float = 30
    total_seconds: float = 90
    largest_bytes: int = 32 * 1024 * 1024


class Web:
    """
    One account's way to its provider, for one thread.

    `base_url` is https (http only on loopback) and may have a path, which every request's path is put behind. `headers` carry the
    key; they are sent to this host only and appear in no URL and no message. `needs` names the kind of key for KeyRejected.
    `transport` replaces the network. `request_id` is the provider's name for the last answer, for the log.

    Raises:
        Unreachable: the address is not one we may send a key to.
        KeyRejected: the key holds characters that no key has.
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        *,
        needs: str = "",
        clock: Clock | None = None,
        transport: httpx.BaseTransport | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.request_id = ""
        self._base_url = checked_address(base_url)
        self.host = urlsplit(self._base_url).netloc
        self._headers = {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip", **headers}
        if not all(value.isascii() and value.isprintable() and value.strip() for value in headers.values()):
            raise KeyRejected("The key is empty or holds characters that no key has; copy it again.", needs or None)
        self._secrets = tuple(value.split()[-1] for value in headers.values())
        self._needs = needs
        self.clock = clock or SystemClock()
        self._transport = transport
        self._limits = limits or Limits()
        self._client: httpx.Client | None = None
        self._stream: Any = None
        self._late = False
        self._status = 0

    def __repr__(self) -> str:
        return f"Web({self._base_url})"

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets the connection go; the next request makes a new one."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def get_json(self, path: str, params: Params = (), *, shape: type[T]) -> T:
        """
        What GET answers, checked against `shape` (anything msgspec knows).

        Raises:
            KeyRejected, Throttled, Unreachable, Unreadable: with the HTTP status in `status`, if there was one.
        """
        return self._read(path, self._ask("GET", path, params, None), shape)

    def post_json(self, path: str, body: Any, *, shape: type[T]) -> T:
        """What POST answers to a JSON body; everything else as in `get_json`."""
        import msgspec  # as in _read

        return self._read(path, self._ask("POST", path, (), msgspec.json.encode(body)), shape)

    def get_bytes(self, path: str) -> bytes:
        """What GET answers, as it is; errors as in `get_json`."""
        return self._ask("GET", path, (), None)

    def post_bytes(
        self, path: str, body: bytes, expected: Collection[int], kind: str = "application/octet-stream"
    ) -> int:
        """The status that POST of these bytes is answered with, if it is one of `expected`; errors as in `get_json`."""
        self._ask("POST", path, (), body, kind=kind, expected=expected)
        return self._status

    def _read(self, path: str, body: bytes, shape: type[T]) -> T:
        # msgspec costs 6 ms to import; agents' files import this module by way of sources/ and may not need it.
        import msgspec

        body = body.removeprefix(b"\xef\xbb\xbf").strip()
        if body.startswith(b"<"):
            raise Unreadable(f"{self.host} answered with a web page; perhaps this network wants a login first.")
        try:
            return msgspec.json.decode(body, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            detail = self._scrubbed(str(error)) if isinstance(error, msgspec.ValidationError) else "not sound JSON"
            raise Unreadable(
                f"The answer of {self.host} to {path} is not what its documentation says: {detail}."
            ) from None

    def _ask(
        self,
        method: str,
        path: str,
        params: Params,
        body: bytes | None,
        kind: str = "application/json",
        expected: Collection[int] = (200,),
    ) -> bytes:
        # httpx costs 80 ms to import, and most runs poll nothing.
        import httpx

        self._late = False
        deadline = monotonic() + self._limits.total_seconds
        # Only another thread can end a wait for a header that comes byte by byte: each byte starts the read limit anew.
        watch = threading.Timer(self._limits.total_seconds, self._cut)
        watch.daemon = True
        watch.start()
        try:
            with self._open_client().stream(
                method,
                self._base_url + path,
                params=list(params) or None,
                headers={"Content-Type": kind} if body is not None else None,
                content=body,
                extensions={"trace": self._note_stream},
            ) as response:
                headers = response.headers
                self.request_id = (headers.get("x-request-id") or headers.get("request-id") or "")[:100]
                self._status = response.status_code
                if self._status not in expected:
                    raise self._refusal(path, response, deadline)
                return self._body(response, deadline)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        except httpx.InvalidURL as error:
            raise Unreachable("The address of this account is not sound.") from error
        finally:
            watch.cancel()

    def _open_client(self) -> httpx.Client:
        import httpx  # as in _ask

        if self._client is None:
            limits = self._limits
            self._client = httpx.Client(
                headers=self._headers,
                transport=self._transport,
                verify=_tls() if self._base_url.startswith("https:") else False,
                # The system's proxies, but never for a server on this machine.
                trust_env=not is_loopback(urlsplit(self._base_url).hostname or ""),
                follow_redirects=False,
                timeout=httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds),
                limits=httpx.Limits(max_connections=1),
            )
        return self._client

    def _note_stream(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._stream = info["return_value"]

    def _cut(self) -> None:
        import socket  # loaded by httpx already

        self._late = True
        peer = self._stream and self._stream.get_extra_info("socket")
        if peer is not None:
            try:
                # Not the TLS socket's own method: that one forgets its state while the other thread still reads.
                socket.socket.shutdown(peer, socket.SHUT_RDWR)
            except OSError:
                return

    def _body(self, response: httpx.Response, deadline: float) -> bytes:
        """The body, decompressed; ends as soon as a limit is passed."""
        largest = self._limits.largest_bytes
        too_large = Unreadable(f"The answer of {self.host} is larger than {largest // 1_000_000} million bytes.")
        declared = response.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > largest:
            raise too_large
        encoding = response.headers.get("content-encoding", "identity").lower()
        if encoding not in ("identity", "gzip", ""):
            raise Unreadable(f"The answer of {self.host} is packed in a way that was not asked for.")
        # A transport that hands over a whole answer at once, as fakes do, has unpacked it already.
        whole = response.is_stream_consumed
        unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if encoding == "gzip" and not whole else None
        parts = bytearray()
        received = 0
        for chunk in [response.content] if whole else response.iter_raw():
            if monotonic() > deadline:
                raise self._too_slow()
            received += len(chunk)
            try:
                parts += unpack.decompress(chunk, largest - len(parts) + 1) if unpack else chunk
            except zlib.error:
                raise Unreadable(f"The answer of {self.host} is damaged.") from None
            if max(received, len(parts)) > largest:
                raise too_large
        if unpack and not unpack.eof:
            raise Unreadable(f"The answer of {self.host} is cut off.")
        return bytes(parts)

    def _refusal(self, path: str, response: httpx.Response, deadline: float) -> SourceError:
        error = self._refusal_in_words(path, response, self._reason(response, deadline))
        error.status = response.status_code
        return error

    def _refusal_in_words(self, path: str, response: httpx.Response, reason: str) -> SourceError:
        status = response.status_code
        retry_at = retry_after(response.headers.get("retry-after"), response.headers.get("date"), self.clock.now())
        if status == 401:
            return KeyRejected(f"{self.host} refused the key{reason}.", self._needs or None)
        if status == 403:
            return KeyRejected(f"{self.host} says that this key may not read usage{reason}.", self._needs or None)
        if status == 429 or (status in (503, 529) and retry_at):
            return Throttled(f"{self.host} asks to wait{reason}.", retry_at)
        if status == 407:
            return Unreachable("The proxy of this network wants a name and a password.")
        if status == 402:
            return Unreachable(f"{self.host} says that there is no credit left{reason}.")
        if status == 408 or status >= 500:
            return Unreachable(f"{self.host} has trouble at present ({status}){reason}.")
        if 300 <= status < 400:
            return Unreadable(
                f"{self.host} sends us elsewhere, where the key must not go; perhaps this network wants a login first."
            )
        if status == 404:
            return Unreadable(f"{self.host} knows no {path}; if this account has an address of its own, check it.")
        if status == 410:
            return Unreadable(f"{self.host} has withdrawn {path}; look for a newer TokenTray.")
        return Unreadable(f"{self.host} did not understand the question about {path} ({status}){reason}.")

    def _reason(self, response: httpx.Response, deadline: float) -> str:
        """The provider's own words, if they are a documented error's message, made safe to show; else nothing."""
        import httpx  # as in _ask
        import msgspec

        try:
            body = msgspec.json.decode(self._body(response, deadline))
        except (SourceError, httpx.HTTPError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return ""
        error = body.get("error") if isinstance(body, dict) else None
        message = error.get("message") if isinstance(error, dict) else error
        if isinstance(body, dict) and not self.request_id and isinstance(body.get("request_id"), str):
            self.request_id = self._scrubbed(body["request_id"])[:100]
        return f" (“{self._scrubbed(message)}”)" if isinstance(message, str) and message.strip() else ""

    def _scrubbed(self, text: str) -> str:
        """One short line without anything that looks like a key or holds six characters of ours in a row."""
        pieces = {secret[at : at + 6] for secret in self._secrets for at in range(max(len(secret) - 5, 1))}
        words = [
            "••••" if _KEY_LIKE.search(word) or any(piece in word for piece in pieces) else word
            for word in text[:300].split()
        ]
        return "".join(letter for letter in " ".join(words) if letter.isprintable()).rstrip(".")[:200]

    def _unreachable(self, error: httpx.HTTPError) -> Unreachable:
        import httpx  # as in _ask

        if self._late:
            return self._too_slow()
        untrusted = _certificate_trouble(error)
        if untrusted:
            return Unreachable(f"The certificate of {self.host} is not trusted ({untrusted}), so the key was not sent.")
        if isinstance(error, httpx.TimeoutException):
            return Unreachable(f"{self.host} did not answer in time.")
        if isinstance(error, httpx.ProxyError):
            return Unreachable("The proxy of this network did not let us through.")
        if isinstance(error, httpx.RemoteProtocolError):
            return Unreachable(f"{self.host} broke off in the middle of an answer.")
        return Unreachable(f"{self.host} could not be reached.")

    def _too_slow(self) -> Unreachable:
        return Unreachable(f"{self.host} took longer than {self._limits.total_seconds:g} seconds for one answer.")


def pages(
    ask: Callable[[str | None], Page], next_of: Callable[[Page], str | None], cap: int = PAGE_CAP
) -> Iterator[Page]:
    """
    All pages in their order: `ask` gets the cursor (None for the first page), `next_of` gives the next one or None at the end.

    Raises:
        Unreadable: a cursor came twice, or there are more than `cap` pages.
    """
    seen: set[str] = set()
    cursor: str | None = None
    for _ in range(cap):
        page = ask(cursor)
        yield page
        cursor = next_of(page)
        if cursor is None:
            return
        if cursor in seen:
            raise Unreadable("The provider's pages go round in a circle.")
        seen.add(cursor)
    raise Unreadable(f"The provider's answer has more than {cap} pages.")


def next_try(
    failures: int,
    now: datetime,
    retry_at: datetime | None,
    rng: random.Random,
    every: timedelta = timedelta(minutes=15),
) -> datetime:
    """
    When to ask again: after `every` if all is well, else twice as long with each failure in a row, with jitter.

    `failures` counts the ones in a row up to now; `retry_at` is what the provider asked for and is never undercut.
    """
    wait = min(every * (1 << min(max(failures - 1, 0), 10)), max(LONGEST_BACK_OFF, every))
    planned = now + wait * rng.uniform(1.0, 1.2)
    return max(planned, retry_at + every * rng.uniform(0.0, 0.05)) if retry_at else planned


def retry_after(text: str | None, date: str | None, now: datetime) -> datetime | None:
    """
    The instant that a Retry-After header asks for (seconds or an HTTP date), at most a week away; None if it says nothing sound.

    A date is taken as a distance from the answer's own Date header, so that a wrong clock here does no harm; from our clock where
    that one says nothing or a later instant.
    """
    text = (text or "").strip()
    if text.isascii() and text.isdecimal():
        wait = timedelta(seconds=min(int(text[:9]), 10**9))
    else:
        until = _http_date(text)
        if until is None:
            return None
        said = _http_date(date or "")
        wait = until - (said if said is not None and said <= until else now)
    return now + min(max(wait, timedelta()), LONGEST_WAIT)


def checked_address(url: str) -> str:
    """
    The address without a slash at its end.

    Raises:
        Unreachable: it is not https (http on loopback), or holds a name, a password, a query or a fragment.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise Unreachable("The address of this account is not sound.") from None
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment or not host:
        raise Unreachable("The address of this account must be a plain one, such as https://example.com/v1.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise Unreachable("The address of this account must begin with https://, or the key would travel in the open.")
    return url.strip().rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether the name stands for this very machine."""
    return host in ("localhost", "::1") or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None


_KEY_LIKE = re.compile(r"\b(sk|xai|pk|key|apikey)[-_][\w.*…-]{4,}|[A-Za-z0-9_*-]{32,}", re.ASCII)


def _http_date(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime  # 20 ms; loaded by httpx already

    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware: datetime = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return aware.astimezone(UTC)


@cache
def _tls() -> ssl.SSLContext:
    """The system's trusted certificates, loaded once; the ones httpx brings along where the system has none."""
    import ssl  # loaded by httpx already

    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        import certifi

        context.load_verify_locations(certifi.where())
    return context


def _certificate_trouble(error: BaseException | None) -> str:
    import ssl  # loaded by httpx already

    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        error = error.__cause__ or error.__context__
    return ""
