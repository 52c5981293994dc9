"""Stores to test against: a SQLite file, a PostgreSQL cluster of our own, and a table sharded over three of them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

KINDS_OF_STORE = ("sqlite", "postgresql", "sharded")
PROGRAMS = ("/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin")


def postgres_programs() -> str | None:
    """The folder with initdb and pg_ctl, or None."""
    found = [folder for folder in PROGRAMS if os.path.exists(os.path.join(folder, "initdb"))]
    on_path = shutil.which("initdb")
    return found[0] if found else os.path.dirname(on_path) if on_path else None


@contextmanager
def cluster(folder: str) -> Iterator[str]:
    """A PostgreSQL cluster on a free loopback port while the block runs; gives its URL."""
    with stoppable_cluster(folder) as (url, _, _):
        yield url


@contextmanager
def stoppable_cluster(folder: str) -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    """The same with what stops it in the middle of everything, and what starts it again."""
    programs = postgres_programs()
    assert programs is not None
    as_other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    os.makedirs(folder)
    if as_other:  # PostgreSQL refuses to run as root
        os.chown(folder, 65534, 65534)
    data, port = os.path.join(folder, "data"), free_port()
    initdb = [os.path.join(programs, "initdb"), "-D", data, "-A", "trust", "-U", "board", "--no-sync", "-E", "UTF8"]
    subprocess.run([*as_other, *initdb, "--locale=C"], check=True, capture_output=True, cwd="/")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c shared_buffers=32MB"
    control = [*as_other, os.path.join(programs, "pg_ctl"), "-D", data]
    log = os.path.join(folder, "log")

    def start() -> None:
        command = [*control, "-o", options, "-l", log, "-w", "start"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def stop() -> None:
        subprocess.run([*control, "-m", "immediate", "-w", "stop"], check=True, stdout=subprocess.DEVNULL, cwd="/")

    start()
    try:
        yield f"postgresql://board@127.0.0.1:{port}/postgres", stop, start
    finally:
        if os.path.exists(os.path.join(data, "postmaster.pid")):
            stop()


def free_port() -> int:
    with socket.socket() as ear:
        ear.bind(("127.0.0.1", 0))
        return int(ear.getsockname()[1])


FRAG = "week TEXT NOT NULL, kind TEXT NOT NULL, nonce BYTEA NOT NULL, a TEXT, b TEXT, ct BYTEA"


def shard(urls: list[str]) -> None:
    """Makes the first cluster's `frag` a table that is hash-partitioned by nonce over all of them."""
    for url in urls:
        with psycopg.connect(url) as connection:
            connection.execute(f"CREATE TABLE frag_part ({FRAG}, PRIMARY KEY (week, kind, nonce))")
    with psycopg.connect(urls[0]) as connection:
        connection.execute("CREATE EXTENSION postgres_fdw")
        connection.execute(f"CREATE TABLE frag ({FRAG}) PARTITION BY HASH (nonce)")
        for number, url in enumerate(urls):
            port = url.split(":")[-1].split("/")[0]
            connection.execute(
                f"CREATE SERVER shard{number} FOREIGN DATA WRAPPER postgres_fdw"
                f" OPTIONS (host '127.0.0.1', port '{port}', dbname 'postgres')"
            )
            connection.execute(f"CREATE USER MAPPING FOR board SERVER shard{number} OPTIONS (user 'board')")
            connection.execute(
                f"CREATE FOREIGN TABLE frag{number} PARTITION OF frag FOR VALUES WITH (MODULUS {len(urls)},"
                f" REMAINDER {number}) SERVER shard{number} OPTIONS (table_name 'frag_part')"
            )


def empty(url: str) -> None:
    """Forgets everything in the database but its tables."""
    with psycopg.connect(url) as connection:
        for table in ("frag", "cell", "board_meta"):
            if connection.execute("SELECT to_regclass(%s)", (table,)).fetchone() != (None,):
                connection.execute(f"DELETE FROM {table}")
