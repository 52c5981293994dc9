"""Makes the parts of a role and serves them: no access log, nothing said about the software, no address kept."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tokentray.board.app import Parts, make_app
from tokentray.board.board import Desk
from tokentray.board.closing import close_due
from tokentray.board.database import Store, open_board, open_issuer
from tokentray.board.errors import StoreFailed, WrongWish
from tokentray.board.issuer import Issuer
from tokentray.board.ledger import Ledger
from tokentray.board.relay import Relay
from tokentray.board.restored import note_further, note_issuer_further, refuse_restored
from tokentray.board.season import Seasons, known_secret, read_secret
from tokentray.board.writer import Writer
from tokentray.core.clock import Clock

ROLES = ("all", "issuer", "board", "relay")
HEAD_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What to serve: one role, from one folder. `database` is a PostgreSQL URL, `relay_to` the board a relay forwards to."""

    role: str
    folder: str
    clock: Clock
    database: str | None = None
    relay_to: str | None = None


@contextmanager
def opened(service: Service) -> Iterator[ASGIApp]:
    """
    The application with its stores open and its writer running.

    Raises:
        HostError: a store cannot be opened or was put back from a backup, there is no season yet, an option does not fit.
    """
    with ExitStack() as stack:
        seasons = Seasons(service.folder)
        if service.role == "relay":
            if not service.relay_to:
                raise WrongWish("A relay needs --board https://board.example")
            yield make_app(Parts(seasons, service.clock, relay=Relay(service.relay_to)))
            return
        ledger = Ledger(service.folder)
        issuer_store: Store | None = None
        board_store: Store | None = None
        issuer: Issuer | None = None
        desk: Desk | None = None
        writer: Writer | None = None
        if service.role in ("all", "issuer"):
            issuer_store = open_issuer(service.folder)
            stack.callback(issuer_store.close)
            issuer = Issuer(issuer_store, known_secret(service.folder, "issuer.key"), seasons, ledger)
        if service.role in ("all", "board"):
            board_store = open_board(service.folder, service.database)
            stack.callback(board_store.close)
        refuse_restored(ledger, issuer_store, board_store)
        if issuer_store:
            note_issuer_further(ledger, issuer_store)
        if board_store:
            note_further(ledger, board_store)
            stack.callback(_note_the_end, ledger, board_store)
            writer = Writer(board_store, ledger)
            stack.callback(writer.stop)
            desk = Desk(seasons, service.clock)

        def close_weeks() -> None:
            close_due(service.folder, seasons, service.clock.now(), issuer=issuer_store, board=board_store)

        key_hash = read_secret(service.folder, "read.sha256")
        parts = Parts(seasons, service.clock, issuer, desk, board_store, writer, read_key_hash=key_hash)
        yield make_app(parts, close_weeks)


def _note_the_end(ledger: Ledger, board: Store) -> None:
    # A store that is lost now is none that could have gone further.
    with suppress(StoreFailed):
        note_further(ledger, board)


def serve(service: Service, host: str, port: int) -> None:
    """Until a signal ends it; what was asked before is answered, and the stores are closed."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    for each in (signal.SIGINT, signal.SIGTERM):
        # uvicorn stops at these signals and then raises them once more: without this the process would die there, with its stores
        # open and the last arrivals in the write-ahead log.
        signal.signal(each, _leave)
    with opened(service) as app:
        run(app, host, port)


def _leave(_signal: int, _frame: object) -> None:
    sys.exit(0)


def run(app: ASGIApp, host: str, port: int) -> None:
    """Serves the application until a signal ends it."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=ShortHead,
        ws="none",
        log_config=None,
        # A warning says that somebody sent nonsense, with the time; nobody needs that line.
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=5,
        backlog=1024,
    )
    uvicorn.Server(config).run()


class ShortHead(HttpToolsProtocol):
    """uvicorn's quick parser, which alone would gather a head of any length; a connection that sends too long a one is closed."""

    _in_head = False
    _gathered = 0

    def on_message_begin(self) -> None:
        self._in_head, self._gathered = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._gathered += len(data)
            if self._gathered > HEAD_BYTES:
                self.transport.close()
