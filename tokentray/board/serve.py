"""Makes the parts of a role and serves them: no access log, nothing said about the software, no address kept."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from tokentray.board.app import Parts, make_app
from tokentray.board.board import Desk
from tokentray.board.closing import close_due
from tokentray.board.database import Store, open_board, open_issuer
from tokentray.board.errors import WrongWish
from tokentray.board.issuer import Issuer
from tokentray.board.relay import Relay
from tokentray.board.season import Seasons, known_secret, read_secret
from tokentray.board.writer import Writer, reseat
from tokentray.core.clock import Clock

ROLES = ("all", "issuer", "board", "relay")


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
        HostError: a store cannot be opened, there is no season yet, an option does not fit.
    """
    with ExitStack() as stack:
        seasons = Seasons(service.folder)
        if service.role == "relay":
            if not service.relay_to:
                raise WrongWish("A relay needs --board https://board.example")
            yield make_app(Parts(seasons, service.clock, relay=Relay(service.relay_to)))
            return
        issuer_store: Store | None = None
        board_store: Store | None = None
        issuer: Issuer | None = None
        desk: Desk | None = None
        writer: Writer | None = None
        if service.role in ("all", "issuer"):
            issuer_store = open_issuer(service.folder)
            stack.callback(issuer_store.close)
            issuer = Issuer(issuer_store, known_secret(service.folder, "issuer.key"), seasons)
        if service.role in ("all", "board"):
            board_store = open_board(service.folder, service.database)
            stack.callback(board_store.close)
            reseat(board_store)
            writer = Writer(board_store)
            stack.callback(writer.stop)
            desk = Desk(seasons, service.clock)

        def close_weeks() -> None:
            close_due(service.folder, seasons, service.clock.now(), issuer=issuer_store, board=board_store)

        key_hash = read_secret(service.folder, "read.sha256")
        parts = Parts(seasons, service.clock, issuer, desk, board_store, writer, read_key_hash=key_hash)
        yield make_app(parts, close_weeks)


def serve(service: Service, host: str, port: int) -> None:
    """Until a signal ends it; what was asked before is answered."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    with opened(service) as app:
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=5,
            h11_max_incomplete_event_size=16 * 1024,
            backlog=1024,
        )
        uvicorn.Server(config).run()


def default_folder() -> str:
    """TOKENTRAY_BOARD, else `board` where the command was started."""
    return os.environ.get("TOKENTRAY_BOARD") or "board"
