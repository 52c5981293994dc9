"""Opens the two stores, the issuer's and the board's, which have no value in common."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from tokentray.board.errors import BoardTooNew, Collided, StoreFailed

SCHEMA_OF_BOARD = text("SELECT value FROM board_meta WHERE key = 'schema'")
NOTE_SCHEMA = text("INSERT INTO board_meta (key, value) VALUES ('schema', :value) ON CONFLICT DO NOTHING")
FORGET_SCHEMA = text("DELETE FROM board_meta WHERE key = 'schema'")
HAS_TABLE = {
    "sqlite": text("SELECT count(*) FROM sqlite_master WHERE name = 'board_meta'"),
    "postgresql": text("SELECT count(*) FROM pg_tables WHERE tablename = 'board_meta' AND schemaname = 'public'"),
}
BUSY_MS = 10_000
PATIENCE = {"connect_timeout": "5", "tcp_user_timeout": "10000"}
COLLIDED = ("40001", "40P01")
"""PostgreSQL's codes for a serialization failure, which only the sharded layout has, and for a deadlock."""


class Store:
    """An open store: `reading()` and `writing()` give a connection inside a transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.dialect = engine.dialect.name
        self.on_sqlite = self.dialect == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with failures_told(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """On SQLite the lock is taken at once, so that a transaction never has to be begun anew half-way."""
        with failures_told(), self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def apart(self) -> Iterator[Connection]:
        """A connection without a transaction, for what tolerates none (VACUUM, checkpoints)."""
        with failures_told(), self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """What another thread has in use is closed when it gives it back."""
        # The engine closes what is in its pool, and lets go of the rest: psycopg then complains of connections left open.
        event.listen(self.engine.pool, "checkin", _close_late)
        self.engine.dispose()


def _close_late(connection: Any, _record: Any) -> None:
    if connection is not None:
        connection.close()


@contextmanager
def failures_told() -> Iterator[None]:
    """
    The database's own failures as ours, without any value of a row.

    Raises:
        Collided: another writer was quicker; the same again will do.
        StoreFailed: a full disk, a lost connection, a lock that nobody gives back.
    """
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in COLLIDED:
            raise Collided("Another writer was quicker; nothing was kept.") from error
        reason = type(error.orig).__name__ if not _is_sqlite(error) else str(error.orig)
        raise StoreFailed(f"The store did not answer ({reason}).") from error


def _is_sqlite(error: DBAPIError) -> bool:
    # Its messages name tables and conditions; PostgreSQL's may quote a row.
    return type(error.orig).__module__ == "sqlite3"


def open_issuer(folder: str) -> Store:
    """
    The seats and the keys; made if missing, always a file of its own beside the board.

    Raises:
        BoardTooNew: a newer version wrote it.
        StoreFailed: it cannot be opened.
    """
    store = Store(_sqlite(os.path.join(folder, "issuer.db")))
    with _closed_on_failure(store), store.writing() as connection:
        present = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        newest = 0
        for number, script in _migrations("sqlite", "issuer"):
            newest = number
            if number > present:
                _run_script(connection, script)
                connection.exec_driver_sql(f"PRAGMA user_version = {number}")
        _refuse_newer(present, newest)
    return store


def open_board(folder: str, database: str | None = None) -> Store:
    """
    Fragments and cells; made if missing. `database` is a PostgreSQL URL, None for a file in `folder`.

    Raises:
        BoardTooNew: a newer version wrote it.
        StoreFailed: it cannot be opened or reached.
    """
    store = Store(_postgresql(database) if database else _sqlite(os.path.join(folder, "board.db")))
    with _closed_on_failure(store), store.writing() as connection:
        dialect = connection.dialect.name
        if dialect == "postgresql":
            # Two servers may start at once.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(84848)")
        present = _schema_of_board(connection)
        newest = 0
        for number, script in _migrations(dialect, "board"):
            newest = number
            if number > present:
                _run_script(connection, script)
                connection.execute(FORGET_SCHEMA)
                connection.execute(NOTE_SCHEMA, {"value": str(number)})
        _refuse_newer(present, newest)
    return store


@contextmanager
def _closed_on_failure(store: Store) -> Iterator[None]:
    try:
        yield
    except BaseException:
        store.close()
        raise


def _schema_of_board(connection: Connection) -> int:
    if not connection.execute(HAS_TABLE[connection.dialect.name]).scalar_one():
        return 0
    return int(connection.execute(SCHEMA_OF_BOARD).scalar() or 0)


def _refuse_newer(present: int, newest: int) -> None:
    if present > newest:
        raise BoardTooNew("This board was written by a newer TokenTray; install that one.")


def _migrations(dialect: str, store: str) -> list[tuple[int, str]]:
    folder = files("tokentray.board").joinpath("migrations", dialect)
    scripts = sorted(file.name for file in folder.iterdir() if file.name.startswith(f"{store}_"))
    return [(int(name.split("_")[1].split(".")[0]), folder.joinpath(name).read_text("utf-8")) for name in scripts]


def _run_script(connection: Connection, script: str) -> None:
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    for statement in "\n".join(lines).split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)


def _sqlite(path: str) -> Engine:
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        # Transactions are begun by us; sqlite3 would begin them late and as readers.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")

    if not os.path.exists(path):
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return engine


def _postgresql(database: str) -> Engine:
    url = make_url(database)
    if url.get_backend_name() != "postgresql":
        raise StoreFailed("--database takes a PostgreSQL URL: postgresql://user@host/name")
    # What is said in the URL counts more. Without these, a cable that was pulled is noticed after two minutes, or never.
    patience = {name: value for name, value in PATIENCE.items() if name not in url.query}
    return create_engine(
        url.set(drivername="postgresql+psycopg").update_query_dict(patience),
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=4,
        max_overflow=4,
    )
