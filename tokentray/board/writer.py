"""The one thread that writes fragments: what came together is shuffled and committed together."""

from __future__ import annotations

import asyncio
import logging
import queue
import secrets
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from tokentray.board.cell_table import is_closed, next_generation, note_seated, weeks_seated, weeks_unseated
from tokentray.board.database import Store
from tokentray.board.errors import Collided, StoreFailed
from tokentray.board.fragment_table import (
    Key,
    Outcome,
    Row,
    bury_row,
    find_row,
    put_again,
    put_rows,
    replace_row,
    reseat_week,
    weeks_kept,
)
from tokentray.board.ledger import Ledger

GROUP = 512
GATHER_S = 0.006
TRIES = 8
REST_S = 0.05
CHECKPOINT_S = 1.0
RESEAT_EVERY_S = {"sqlite": 0.0, "postgresql": 60.0}
RESEAT_PART = 20
RESEAT_AGAIN_S = 60.0
RESEAT_AT_MOST_S = 3600.0
VACUUM_WAIT_MS = 2000
IN_MEMORY_BYTES = 32 * 1024 * 1024
SEEN = "seen"
CHANGES = (Outcome.CREATED, Outcome.REPLACED, Outcome.GONE)
PUBLISHING_LOCK = 84_849
log = logging.getLogger("tokentray.board")


@dataclass(frozen=True, slots=True, eq=False)
class Put:
    """A token's first use."""

    row: Row


@dataclass(frozen=True, slots=True)
class Replace:
    """
    Other content, by whoever showed the secret.

    `envelope` is the hash of the envelope it came in, None if it came unsealed: whoever forwards envelopes cannot open them, but could send
    an old one once more.
    """

    row: Row
    envelope: bytes | None = None


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

    A future fails with StoreFailed if its group was not kept, or if the connection was lost before the store had said so: then the same wish
    once more is answered rightly. `ledger` None: deletions are remembered nowhere else.
    """

    def __init__(self, store: Store, ledger: Ledger | None = None) -> None:
        self._store = store
        self._ledger = ledger
        self._wishes: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()
        self._random = secrets.SystemRandom()
        self._checkpoint_at = 0.0
        self._reseat_at = 0.0
        # A process before may have been killed before it came to that.
        self._loose = True
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
            self._tidy(resting=not group)
        if self._loose and self._store.on_sqlite:
            self._reseat()

    def _next_group(self) -> tuple[list[Asked], bool]:
        try:
            first = self._wishes.get(timeout=self._patience())
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

    def _patience(self) -> float | None:
        """How long to wait for the next wish before there is something else to do."""
        if self._changed:
            return REST_S
        return max(REST_S, self._reseat_at - time.monotonic()) if self._loose else None

    def _commit(self, group: list[Asked]) -> None:
        self._random.shuffle(group)
        try:
            outcomes = self._granted([wish for wish, _ in group])
        except Exception as error:  # StoreFailed, or a bug, which must not leave the others waiting for ever
            _tell([(answer, error) for _, answer in group])
            return
        if any(outcome in CHANGES for outcome in outcomes):
            self._changed = self._loose = True
        if any(outcome in (Outcome.GONE, Outcome.REPLACED) for outcome in outcomes):
            self._checkpoint_at = 0.0
            self._checkpoint()
        _tell([(answer, outcome) for (_, answer), outcome in zip(group, outcomes, strict=True)])

    def _granted(self, wishes: list[Wish]) -> list[Outcome]:
        for _ in range(TRIES - 1):
            try:
                return self._granted_once(wishes)
            except Collided:
                time.sleep(self._random.random() * 0.02)
        return self._granted_once(wishes)

    def _granted_once(self, wishes: list[Wish]) -> list[Outcome]:
        generation = 0
        with self._store.writing() as connection:
            outcomes = _grant(connection, wishes)
            gone = [
                wish.key
                for wish, outcome in zip(wishes, outcomes, strict=True)
                if isinstance(wish, Bury) and outcome is Outcome.GONE
            ]
            if self._ledger and (gone or Outcome.REPLACED in outcomes):
                generation = next_generation(connection)
                self._ledger.remember_gone(gone)
        if self._ledger and generation:
            # The store is kept already; a ledger that is behind it does no harm.
            with suppress(StoreFailed):
                self._ledger.note_came_to("board", generation)
        return outcomes

    def _tidy(self, *, resting: bool) -> None:
        if self._changed and (resting or time.monotonic() >= self._checkpoint_at):
            self._checkpoint()
        # At rest: what came is hardly written when it is sorted. Under load that would stand in the way, but an hour is enough.
        now = time.monotonic()
        if self._loose and now >= self._reseat_at + (0 if resting else RESEAT_AT_MOST_S):
            self._reseat()

    def _reseat(self) -> None:
        start = time.monotonic()
        try:
            reseat(self._store)
        except StoreFailed as error:
            log.error("The rows could not be put in order, so the order of arrival can be found. %s", error)
            self._reseat_at = time.monotonic() + RESEAT_AGAIN_S
            return
        self._loose = self._changed = False
        took = time.monotonic() - start
        every = max(RESEAT_EVERY_S[self._store.dialect], took * RESEAT_PART)
        self._reseat_at = time.monotonic() + min(every, RESEAT_AT_MOST_S)

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
            outcomes.append(_replace(connection, wish))
        elif wish.row.key in created and first[wish.row.key] is wish:
            outcomes.append(Outcome.CREATED)
        else:
            outcomes.append(put_again(connection, wish.row))
    return outcomes


def _replace(connection: Connection, wish: Replace) -> Outcome:
    """An envelope that has replaced something is spent until the week closes, as tombstones are: it cannot bring older content back."""
    if wish.envelope is None:
        return replace_row(connection, wish.row)
    seen = Row(wish.row.week, SEEN, wish.envelope, None)
    if find_row(connection, seen.key) is not None:
        return put_again(connection, wish.row)
    outcome = replace_row(connection, wish.row)
    if outcome is Outcome.REPLACED:
        put_rows(connection, [seen])
    return outcome


def reseat(store: Store) -> None:
    """
    Nothing physical tells any more in which order rows came: the open weeks are sorted by nonce, and the file or table is written anew.

    Raises:
        StoreFailed: the store is busy or lost; another time will do.
    """
    with store.writing() as connection:
        if not store.on_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({PUBLISHING_LOCK})")
            settled = weeks_seated(connection)
            for week in weeks_kept(connection):
                if week not in settled:
                    reseat_week(connection, week)
        closed = weeks_unseated(connection)
    _write_anew(store)
    with store.writing() as connection:
        for week in closed:
            note_seated(connection, week)


def _write_anew(store: Store) -> None:
    with store.apart() as connection:
        if store.on_sqlite:
            pages, size = (
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size")
            )
            if pages * size > IN_MEMORY_BYTES:
                # The copy would not fit into this process' memory; the temporary file has no name, and ends with the statement.
                connection.exec_driver_sql("PRAGMA temp_store = FILE")
            try:
                connection.exec_driver_sql("VACUUM")
            finally:
                connection.exec_driver_sql("PRAGMA temp_store = MEMORY")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        # Who waits for the whole table makes all others wait behind; a dump may hold it for long.
        connection.exec_driver_sql(f"SET lock_timeout = {VACUUM_WAIT_MS}")
        # Deleted rows stay in the heap's pages until those are written anew. A sharded table is vacuumed on its shards.
        if connection.exec_driver_sql("SELECT relkind FROM pg_class WHERE oid = 'frag'::regclass").scalar_one() == "r":
            connection.exec_driver_sql("VACUUM FULL frag")
        connection.exec_driver_sql("RESET lock_timeout")
