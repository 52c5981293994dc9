"""The web service: which path leads where, and what every answer looks like."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from base64 import b64decode, urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tokentray.board.board import Desk
from tokentray.board.cell_table import read_cells, weeks_published
from tokentray.board.database import Store
from tokentray.board.errors import Refused, StoreFailed
from tokentray.board.fragment_table import Outcome, cards_of, live_nonces
from tokentray.board.issuer import BookWish, Issuer
from tokentray.board.page import HEADERS, show_board, show_invite, show_paper, static_file
from tokentray.board.relay import Relay
from tokentray.board.season import Season, Seasons, week_of
from tokentray.board.writer import Wish, Writer
from tokentray.core.board_crypto import ENVELOPE_BYTES
from tokentray.core.clock import Clock
from tokentray.core.published import Published, Team, published_of

BODY_BYTES = 9 * 1024
BOOK_BYTES = 64 * 1024
AT_ONCE = 512
BOOKS_AT_ONCE = 8

STATUS = {
    Outcome.CREATED: 201,
    Outcome.SAME: 200,
    Outcome.REPLACED: 200,
    Outcome.GONE: 204,
    Outcome.SPENT: 409,
    Outcome.UNKNOWN: 404,
    Outcome.CLOSED: 410,
}
SAID = {
    Outcome.SPENT: "This token was spent with other content, or its fragment was deleted.",
    Outcome.UNKNOWN: "There is no such fragment.",
    Outcome.CLOSED: "This week is closed.",
}
TITLES = {
    400: "Not a request of this protocol",
    401: "Not genuine",
    403: "Not known",
    404: "Not found",
    405: "Method not allowed",
    409: "Spent",
    410: "Closed",
    413: "Too large",
    422: "Not in the vocabulary",
    500: "A bug of the board",
    502: "The board did not answer",
    503: "Busy",
}
LATER = {"Retry-After": "60"}
PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
log = logging.getLogger("tokentray.board")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the service is made of; a role that it does not play is None."""

    seasons: Seasons
    clock: Clock
    issuer: Issuer | None = None
    desk: Desk | None = None
    store: Store | None = None
    writer: Writer | None = None
    relay: Relay | None = None
    read_key_hash: bytes | None = None
    """SHA-256 of the one password that all readers share; None: whoever reaches the board may read it."""


def make_app(parts: Parts, close_weeks: Callable[[], object] | None = None) -> ASGIApp:
    """The ASGI application; `close_weeks` is called every minute, on a thread of its own."""
    service = Service(parts)
    routes = []
    if parts.desk:
        # First come those that are asked for most: paths are compared one after the other.
        routes += [
            Route("/v1/sealed", service.sealed, methods=["POST"]),
            Route("/v1/fragments/{week}/{kind}", service.fragment, methods=["PUT", "DELETE"]),
            Route("/v1/weeks/{week}/nonces", service.nonces),
            Route("/v1/weeks/{week}/cards", service.cards),
            Route("/v1/board", service.board),
            Route("/", service.page),
            Route("/i", service.invite),
            Route("/papers/{name}", service.paper),
            Route("/static/{name}", service.static),
        ]
    routes += [Route("/v1/health", service.health), Route("/v1/manifest", service.manifest)]
    if parts.issuer:
        routes.append(Route("/v1/books", service.books, methods=["POST"]))
    if parts.relay:
        routes.append(Route("/v1/relay", service.relay, methods=["POST"]))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        stopped = asyncio.Event()
        closing = asyncio.create_task(_every_minute(close_weeks, stopped)) if close_weeks else None
        yield
        stopped.set()
        if closing:
            # A week that is being closed is closed to its end, while the stores are still open.
            await closing

    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={
            Refused: _refused,
            StoreFailed: service.store_failed,
            HTTPException: _http_error,
            Exception: _bug,
        },
    )
    return Crowd(app, AT_ONCE)


async def _every_minute(work: Callable[[], object], stopped: asyncio.Event) -> None:
    while not stopped.is_set():
        try:
            await run_in_threadpool(work)
        except Exception as error:  # the board goes on taking fragments whatever keeps a week from being published
            log.error("A week could not be closed: %s", type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), 60)


class Crowd:
    """Turns away what is too much at once, for everybody alike: nothing is remembered about addresses."""

    def __init__(self, app: ASGIApp, at_once: int) -> None:
        self._app = app
        self._free = at_once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._free == 0:
            await problem(503, "Too many at once; try again in a moment.", {"Retry-After": "1"})(scope, receive, send)
            return
        self._free -= 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._free += 1


class Service:
    """One method for each path."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._books = asyncio.Semaphore(BOOKS_AT_ONCE)
        self._published: tuple[list[str], list[Published]] = [], []
        self._shown: tuple[Team | None, list[Published], str] = None, [], ""
        self._complain_at = 0.0

    async def health(self, _request: Request) -> Response:
        return as_json({"status": "ok"})

    async def manifest(self, _request: Request) -> Response:
        if self._parts.relay:
            document = await run_in_threadpool(self._parts.relay.manifest)
            return Response(document, media_type="application/json", headers={"Cache-Control": "no-cache"})
        season = self._season()
        return Response(season.document, media_type="application/json", headers={"Cache-Control": "no-cache"})

    async def books(self, request: Request) -> Response:
        assert self._parts.issuer is not None  # noqa: S101  the route is there only with an issuer
        body = await body_of(request, BOOK_BYTES)
        try:
            wish = msgspec.json.decode(body, type=BookWish)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refused(422, "The request is no wish for a book.") from error
        async with self._books:
            return as_json(await run_in_threadpool(self._parts.issuer.claim, wish))

    async def sealed(self, request: Request) -> Response:
        envelope = await body_of(request, BODY_BYTES)
        if len(envelope) != ENVELOPE_BYTES:
            raise Refused(400, f"An envelope has exactly {ENVELOPE_BYTES} bytes.")
        return await self._granted(self._desk().sealed(envelope))

    async def fragment(self, request: Request) -> Response:
        week, kind = request.path_params["week"], request.path_params["kind"]
        body = await body_of(request, BODY_BYTES)
        secret = request.headers.get("owner-secret")
        if request.method == "DELETE":
            return await self._granted(self._desk().delete(week, kind, base64_of(secret or "")))
        if secret is not None:
            return await self._granted(self._desk().replace(week, kind, base64_of(secret), body))
        return await self._granted(self._desk().put(week, kind, token_of(request), body))

    async def nonces(self, request: Request) -> Response:
        week = self._known_week(request)
        found = await run_in_threadpool(self._read_nonces, week)
        return as_json({"week": week, "nonces": [nonce[:8].hex() for nonce in found]})

    async def cards(self, request: Request) -> Response:
        self._let_read(request)
        week = self._known_week(request)
        return as_json(await run_in_threadpool(self._read_cards, week, request.query_params.get("circle")))

    async def board(self, request: Request) -> Response:
        self._let_read(request)
        return as_json({"weeks": await run_in_threadpool(self._read_board)})

    async def page(self, request: Request) -> Response:
        self._let_read(request)
        team, published = self._team(), await run_in_threadpool(self._read_board)
        shown_team, shown, html = self._shown
        if shown is not published or shown_team != team:
            html = show_board(team, published)
            self._shown = team, published, html
        return page(html)

    async def invite(self, _request: Request) -> Response:
        return page(show_invite(self._team()))

    async def paper(self, request: Request) -> Response:
        shown = show_paper(self._team(), request.path_params["name"])
        if shown is None:
            raise Refused(404, "There is no such paper.")
        return page(shown)

    async def static(self, request: Request) -> Response:
        found = static_file(request.path_params["name"])
        if found is None:
            raise Refused(404, "There is no such file.")
        return Response(found[0], media_type=found[1], headers={**HEADERS, "Cache-Control": "max-age=3600"})

    async def relay(self, request: Request) -> Response:
        assert self._parts.relay is not None  # noqa: S101  the route is there only with a relay
        envelope = await body_of(request, BODY_BYTES)
        if len(envelope) != ENVELOPE_BYTES:
            raise Refused(400, f"An envelope has exactly {ENVELOPE_BYTES} bytes.")
        status, body = await run_in_threadpool(self._parts.relay.forward, envelope)
        return Response(body, status, PRIVATE, "application/problem+json" if status >= 400 else "application/json")

    async def store_failed(self, _request: Request, error: Exception) -> Response:
        # Once a minute: a line for each request would tell when somebody sent.
        if time.monotonic() >= self._complain_at:
            self._complain_at = time.monotonic() + 60
            log.error("%s", error)
        return problem(
            503, "The board cannot keep anything now. Try again later: the same once more does no harm.", LATER
        )

    async def _granted(self, wish: Wish) -> Response:
        assert self._parts.writer is not None  # noqa: S101  where there is a desk, there is a writer
        outcome = await self._parts.writer.ask_from_loop(wish)
        if outcome in SAID:
            return problem(STATUS[outcome], SAID[outcome])
        if outcome is Outcome.GONE:
            return Response(None, 204, PRIVATE)
        return as_json({"outcome": outcome.value}, STATUS[outcome])

    def _read_nonces(self, week: str) -> list[bytes]:
        with self._store().reading() as connection:
            return live_nonces(connection, week)

    def _read_cards(self, week: str, circle: str | None) -> dict[str, object]:
        with self._store().reading() as connection:
            rows = cards_of(connection, week, circle)
        cards = []
        for row in rows:
            category, outcome, level = (row.a or "").split("/")
            words = {"category": category, "outcome": outcome, "level": level, "circle": row.b}
            cards.append({"nonce": row.nonce.hex(), **words, "ct": row.ct})
        return {"week": week, "cards": cards}

    def _read_board(self) -> list[Published]:
        with self._store().reading() as connection:
            weeks = weeks_published(connection)
            known, published = self._published
            if weeks == known:
                return published
            # A week's cells are written in one transaction and never change, so the weeks' names say whether any are new.
            published = published_of(read_cells(connection))
        self._published = weeks, published
        return published

    def _known_week(self, request: Request) -> str:
        week: str = request.path_params["week"]
        if self._parts.seasons.of_week(week) is None:
            raise Refused(404, "There is no such week.")
        return week

    def _let_read(self, request: Request) -> None:
        expected = self._parts.read_key_hash
        if expected is None:
            return
        scheme, _, words = request.headers.get("authorization", "").partition(" ")
        given = b""
        if scheme.lower() == "basic":
            try:
                given = b64decode(words).partition(b":")[2]
            except (NotBase64, ValueError):
                given = b""
        if not hmac.compare_digest(hashlib.sha256(given).digest(), expected):
            raise HTTPException(401, "This board asks its readers for their common password.", _ASK)

    def _team(self) -> Team:
        return self._season().team(self._open_week())

    def _open_week(self) -> str | None:
        week = week_of(self._parts.clock.now())
        return week if self._parts.seasons.of_week(week) else None

    def _season(self) -> Season:
        season = self._parts.seasons.newest()
        if season is None:
            raise Refused(404, "This board has no season yet.")
        return season

    def _desk(self) -> Desk:
        assert self._parts.desk is not None  # noqa: S101  the routes are there only with a desk
        return self._parts.desk

    def _store(self) -> Store:
        assert self._parts.store is not None  # noqa: S101  where there is a desk, there is a store
        return self._parts.store


_ASK = {"WWW-Authenticate": 'Basic realm="team board", charset="UTF-8"'}


async def body_of(request: Request, most: int) -> bytes:
    """The request's body; Refused with 413 as soon as it is longer than `most`."""
    declared = request.headers.get("content-length", "0")
    if not declared.isascii() or not declared.isdigit():
        raise Refused(400, "The length is no number.")
    if int(declared) > most:
        raise Refused(413, f"A body has at most {most} bytes here.")
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise Refused(413, f"A body has at most {most} bytes here.")
    except ClientDisconnect as error:
        raise Refused(400, "The request was not sent whole.") from error
    return bytes(body)


def token_of(request: Request) -> bytes:
    """RFC 9577, section 2.2: Authorization: PrivateToken token="…"."""
    scheme, _, words = request.headers.get("authorization", "").partition(" ")
    name, _, value = words.strip().partition("=")
    if scheme.lower() != "privatetoken" or name.strip().lower() != "token":
        raise Refused(401, 'A token is needed: Authorization: PrivateToken token="…"')
    return base64_of(value.strip().strip('"'))


def base64_of(text: str) -> bytes:
    """Base64 for URLs or the plain one, padded or not."""
    bare = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except (NotBase64, ValueError) as error:
        raise Refused(401, "The token or secret is no base64.") from error


def as_json(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, PRIVATE, "application/json")


def page(html: str) -> Response:
    return Response(html, headers={**HEADERS, "Cache-Control": "no-cache"}, media_type="text/html")


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """RFC 9457."""
    content = {"type": "about:blank", "title": TITLES.get(status, "Error"), "status": status, "detail": detail}
    return Response(msgspec.json.encode(content), status, {**PRIVATE, **(headers or {})}, "application/problem+json")


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101  registered for it
    return problem(error.status, str(error))


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for it
    return problem(error.status_code, str(error.detail), dict(error.headers or {}))


async def _bug(_request: Request, error: Exception) -> Response:
    # Neither the message nor the request: they could name somebody's content.
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    log.error("A bug: %s at %s", type(error).__name__, where)
    return problem(500, "A bug of the board; its operator's log has the place.")
