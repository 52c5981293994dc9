#!/usr/bin/env python3
"""
How much a board takes, load generator included:

    python tests/benchmarks/board.py [--database postgresql://…] [--count 20000]

Two measures: the writer alone (16 threads ask, groups are committed), and the whole server over HTTP with genuine tokens, beside the same server
asked for /v1/health, which stores nothing. And: closing a week of 100 000 people, the page from 52 weeks, the peak of memory.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import secrets
import subprocess
import sys
import tempfile
import time
from concurrent.futures import wait
from datetime import UTC, datetime

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, ROOT)

import httpx  # noqa: E402

from tests.board.stores import free_port  # noqa: E402
from tokentray.board.cell_table import read_cells, write_cells  # noqa: E402
from tokentray.board.closing import values_of  # noqa: E402
from tokentray.board.database import open_board  # noqa: E402
from tokentray.board.fragment_table import Row, put_rows  # noqa: E402
from tokentray.board.page import show_board  # noqa: E402
from tokentray.board.publish import cells_of_week, publish_week  # noqa: E402
from tokentray.board.season import Plan, Seasons, make_season  # noqa: E402
from tokentray.board.writer import Put, Writer  # noqa: E402
from tokentray.core.board_crypto import SALT_BYTES, signer_of, token_input  # noqa: E402
from tokentray.core.published import Team, published_of  # noqa: E402

WEEK = "2026-W47"
NOW = "2026-11-18T12:00:00Z"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--database")
    words.add_argument("--count", type=int, default=20_000)
    options = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make_season(folder, Plan(url="http://board.example", first_week="2026-W40"), datetime.now(UTC).date())
        writer_alone(folder, options)
        over_http(folder, options)
        a_large_week(folder, options)
        the_page(folder)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"memory of the server, at most     {peak:8.0f} MB")


def writer_alone(folder: str, options: argparse.Namespace) -> None:
    store = open_board(folder, options.database)
    rows = [Row("2026-W01", "c1", secrets.token_bytes(32), "tried") for _ in range(options.count)]
    writer = Writer(store)
    start = time.perf_counter()
    wait([writer.ask(Put(row)) for row in rows])
    seconds = time.perf_counter() - start
    writer.stop()
    store.close()
    print(f"writer alone                      {options.count / seconds:8.0f} fragments/s")


def tokens(folder: str, count: int) -> list[bytes]:
    """Genuine tokens, signed openly with the issuer's key: blinding is not what is measured."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    from tokentray.board.database import open_issuer
    from tokentray.board.season import known_secret
    from tokentray.board.seat_table import keys_of

    issuer = open_issuer(folder)
    with issuer.reading() as connection:
        pkcs8 = keys_of(connection)[WEEK, "c1"]
    issuer.close()
    private = signer_of(pkcs8, known_secret(folder, "issuer.key")).private
    season = Seasons(folder).newest()
    assert season is not None
    scheme = padding.PSS(padding.MGF1(hashes.SHA384()), SALT_BYTES)
    inputs = [token_input(secrets.token_bytes(32), season.token_keys[WEEK, "c1"]) for _ in range(count)]
    return [each + private.sign(each, scheme, hashes.SHA384()) for each in inputs]


def over_http(folder: str, options: argparse.Namespace) -> None:
    from base64 import urlsafe_b64encode

    count = min(options.count, 10_000)
    body = b'{"adoption":"tried","kind":"c1","v":1}'
    puts = [
        b"PUT /v1/fragments/%s/c1 HTTP/1.1\r\nHost: b\r\nContent-Length: %d\r\nAuthorization: PrivateToken token=%s\r\n\r\n%s"
        % (WEEK.encode(), len(body), urlsafe_b64encode(token), body)
        for token in tokens(folder, count)
    ]
    health = [b"GET /v1/health HTTP/1.1\r\nHost: b\r\n\r\n"] * count
    port = free_port()
    command = [sys.executable, "-m", "tokentray", "board", "serve", "--data", folder, "--port", str(port)]
    command += ["--database", options.database] if options.database else []
    server = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": ROOT, "TOKENTRAY_NOW": NOW}, stderr=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/v1/health")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        stored = asyncio.run(load(port, puts, b"HTTP/1.1 201"))
        bare = asyncio.run(load(port, health, b"HTTP/1.1 200"))
    finally:
        server.terminate()
        server.wait()
    print(f"PUT over HTTP, kept               {stored:8.0f} fragments/s")
    print(f"GET /v1/health, nothing kept      {bare:8.0f} requests/s ({bare / stored:.1f} times as many)")


async def load(port: int, requests: list[bytes], expected: bytes) -> float:
    """Requests a second over 64 connections that are kept open."""
    waiting = iter(requests)

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(expected), head
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(64)))
    return len(requests) / (time.perf_counter() - start)


def a_large_week(folder: str, options: argparse.Namespace) -> None:
    store = open_board(folder, options.database)
    adoptions = ("none", "tried", "weekly", "daily")
    rows = [Row("2026-W46", "c1", secrets.token_bytes(32), adoptions[number % 4]) for number in range(100_000)]
    with store.writing() as connection:
        put_rows(connection, rows)
    season = Seasons(folder).newest()
    assert season is not None
    start = time.perf_counter()
    publish_week(store, "2026-W46", values_of(season))
    print(f"closing a week of 100 000         {time.perf_counter() - start:8.2f} s")
    store.close()


def the_page(folder: str) -> None:
    with tempfile.TemporaryDirectory() as other:
        store = open_board(other)
        season = Seasons(folder).newest()
        assert season is not None
        values = values_of(season)
        counts = [("c1", "daily", "", 40), ("c2", "worked", "1-4h", 40), ("use", "gpt", "<1M", 40)]
        with store.writing() as connection:
            for number in range(1, 53):
                write_cells(connection, cells_of_week(f"2026-W{number:02}", counts, values))
        took = []
        for _ in range(20):
            start = time.perf_counter()
            with store.reading() as connection:
                published = published_of(read_cells(connection))
            show_board(Team("board.example", "2026-Q4"), published)
            took.append(time.perf_counter() - start)
        store.close()
    print(f"the page from 52 weeks            {sorted(took)[10] * 1000:8.1f} ms")


if __name__ == "__main__":
    main()
