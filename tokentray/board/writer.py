"""The one thread that writes fragments: what came together is shuffled and committed together."""

from __future__ import annotations

import asyncio
import queue
import secrets
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from tokentray.board.cell_table import is_closed
from tokentray.board.database import Store
from tokentray.board.errors import Collided, StoreFailed
from tokentray.board.fragment_table import (
    Key,
    Outcome,
    Row,
    bury_row,
    put_again,
    put_rows,
    replace_row,
    reseat_week,
    weeks_kept,
)

GROUP = 512
GATHER_S = 0.01
TRIES = 8
REST_S = 0.05
CHECKPOINT_S = 1.0
RESEAT_SQLITE_S = 3600.0
RESEAT_POSTGRESQL_S = 86_400.0
PUBLISHING_LOCK = 84_849


@dataclass(frozen=True, slots=True, eq=False)
class Put:
    """A token's first use."""

    row: Row


@dataclass(frozen=True, slots=True)
class Replace:
    """Other content, by whoever showed the secret."""

    row: Row


@dataclass(frozen=True, slots=True)
class Bury:
    """A deletion, by whoever showed the secret."""

    key: Key


Wish = Put | Replace | Bury
Answer = Future[Outcome] | asyncio.Future[Outcome]
Asked = tuple[Wish, Answer]


def week_of(wish: Wish) -> str:
    return wish.key[0] if isinstance(wish, Bury) else wish.row.week


class Writer:
    """
    Takes wishes from any thread and answers each with a future, after the commit that holds it.

    A future fails with StoreFailed if nothing of its group was kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._wishes: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
        self._random = secrets.SystemRandom()
        self._checkpoint_at = 0.0
        self._reseat_at = time.monotonic() + self._reseat_every()
        self._changed = False
        self._thread = threading.Thread(target=self._run, name="board-writer", daemon=True)
        self._thread.start()

    def ask(self, wish: Wish) -> Future[Outcome]:
        answer: Future[Outcome] = Future()
        self._wishes.put((wish, answer))
        return answer

    def ask_from_loop(self, wish: Wish) -> asyncio.Future[Outcome]:
        """The same for the running event loop, which is woken once for a whole group."""
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._wishes.put((wish, answer))
        return answer

    def stop(self) -> None:
        """Ends the thread after everything that was asked."""
        self._wishes.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            group, going = self._next_group()
            if group:
                self._commit(group)
            self._tidy(resting=not group or not going)

    def _next_group(self) -> tuple[list[Asked], bool]:
        try:
            until_reseat = max(REST_S, self._reseat_at - time.monotonic())
            first = self._wishes.get(timeout=REST_S if self._changed else until_reseat)
        except queue.Empty:
            return [], True
        if first is None:
            return [], False
        # What comes in this time is committed together. Asleep, this thread takes no time from the one that answers.
        time.sleep(GATHER_S)
        group = [first]
        with suppress(queue.Empty):
            while len(group) < GROUP:
                wish = self._wishes.get_nowait()
                if wish is None:
                    return group, False
                group.append(wish)
        return group, True

    def _commit(self, group: list[Asked]) -> None:
        self._random.shuffle(group)
        try:
            outcomes = self._granted([wish for wish, _ in group])
        except Exception as error:  # StoreFailed, or a bug, which must not leave the others waiting for ever
            _tell([(answer, error) for _, answer in group])
            return
        self._changed = True
        if any(outcome in (Outcome.GONE, Outcome.REPLACED) for outcome in outcomes):
            self._checkpoint_at = 0.0
            self._checkpoint()
        _tell([(answer, outcome) for (_, answer), outcome in zip(group, outcomes, strict=True)])

    def _granted(self, wishes: list[Wish]) -> list[Outcome]:
        for _ in range(TRIES - 1):
            try:
                with self._store.writing() as connection:
                    return _grant(connection, wishes)
            except Collided:
                time.sleep(self._random.random() * 0.02)
        with self._store.writing() as connection:
            return _grant(connection, wishes)

    def _tidy(self, *, resting: bool) -> None:
        if self._changed and (resting or time.monotonic() >= self._checkpoint_at):
            self._checkpoint()
        if time.monotonic() >= self._reseat_at:
            self._reseat_at = time.monotonic() + self._reseat_every()
            try:
                reseat(self._store)
            except StoreFailed:
                return

    def _checkpoint(self) -> None:
        # The write-ahead log holds the groups in the order they came, and what was deleted: it is emptied at every rest.
        self._checkpoint_at = time.monotonic() + CHECKPOINT_S
        if not self._store.on_sqlite:
            return
        try:
            with self._store.apart() as connection:
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        except StoreFailed:
            return
        self._changed = bool(busy)

    def _reseat_every(self) -> float:
        return RESEAT_SQLITE_S if self._store.on_sqlite else RESEAT_POSTGRESQL_S


def _tell(told: list[tuple[Answer, Outcome | Exception]]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Answer, Outcome | Exception]]] = {}
    for answer, what in told:
        if isinstance(answer, asyncio.Future):
            by_loop.setdefault(answer.get_loop(), []).append((answer, what))
        else:
            _settle([(answer, what)])
    for loop, of_loop in by_loop.items():
        with suppress(RuntimeError):  # the loop has ended, and nobody waits any more
            loop.call_soon_threadsafe(_settle, of_loop)


def _settle(told: list[tuple[Answer, Outcome | Exception]]) -> None:
    for answer, what in told:
        if answer.cancelled():
            continue
        if isinstance(what, Exception):
            answer.set_exception(what)
        else:
            answer.set_result(what)


def _grant(connection: Connection, wishes: list[Wish]) -> list[Outcome]:
    if connection.dialect.name == "postgresql":
        # Shared with other writers; publishing takes it alone, so nobody is answered 201 after the count.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({PUBLISHING_LOCK})")
    closed = {week: is_closed(connection, week) for week in {week_of(wish) for wish in wishes}}
    first: dict[Key, Put] = {}
    for wish in wishes:
        if isinstance(wish, Put) and not closed[wish.row.week]:
            first.setdefault(wish.row.key, wish)
    # In one order everywhere, so that two servers cannot wait for each other.
    created = put_rows(connection, sorted((wish.row for wish in first.values()), key=lambda row: row.key))
    outcomes = []
    for wish in wishes:
        if isinstance(wish, Bury):
            outcomes.append(bury_row(connection, wish.key, keep_spent=not closed[wish.key[0]]))
        elif closed[wish.row.week]:
            outcomes.append(Outcome.CLOSED)
        elif isinstance(wish, Replace):
            outcomes.append(replace_row(connection, wish.row))
        elif wish.row.key in created and first[wish.row.key] is wish:
            outcomes.append(Outcome.CREATED)
        else:
            outcomes.append(put_again(connection, wish.row))
    return outcomes


def reseat(store: Store) -> None:
    """Nothing physical tells any more in which order rows came: on SQLite the file is written anew, elsewhere each week."""
    if store.on_sqlite:
        with store.apart() as connection:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with store.writing() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({PUBLISHING_LOCK})")
        for week in weeks_kept(connection):
            reseat_week(connection, week)
    with store.apart() as connection:
        # Deleted rows stay in the heap's pages until those are written anew. A sharded table is vacuumed on its shards.
        if connection.exec_driver_sql("SELECT relkind FROM pg_class WHERE oid = 'frag'::regclass").scalar_one() == "r":
            connection.exec_driver_sql("VACUUM FULL frag")
