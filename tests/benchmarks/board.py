#!/usr/bin/env python3
"""
How much a board takes on this machine, load generator included:

    python tests/benchmarks/board.py [--store sqlite|postgresql] [--rounds 3] [--seconds 4] [--only kept,week,page]

Each round sends fresh genuine tokens to a fresh server over 64 connections, as plain PUTs and in envelopes, one kind of store after the other; between
them the same requests to the same server with a writer that keeps nothing, and GET /v1/health, which does not even look at a token. What was answered
is compared with what is in the store. Medians over the rounds are printed with the ratio to the server that keeps nothing, the processor time that one
submission took of the server alone, its peak of memory, and what else the machine did meanwhile (for PostgreSQL that is its own work, too).
With --patient each run waits until the machine is idle, for that many minutes at most. Then: closing a week of 100 000 people, and the page from 52 weeks.

The generator is wrk; without it one in Python is used, and said, for it takes a good part of the machine itself.
PostgreSQL is a cluster of its own in a temporary folder, which waits for the disk as any other (fsync is on).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from statistics import median

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, ROOT)

import httpx  # noqa: E402
import msgspec  # noqa: E402
from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import padding  # noqa: E402

from tests.board.stores import cluster, empty, free_port, postgres_programs  # noqa: E402
from tokentray.board.app import Parts, make_app  # noqa: E402
from tokentray.board.board import Desk  # noqa: E402
from tokentray.board.cell_table import read_cells, write_cells  # noqa: E402
from tokentray.board.closing import values_of  # noqa: E402
from tokentray.board.database import open_board, open_issuer  # noqa: E402
from tokentray.board.fragment_table import Outcome, Row, put_rows  # noqa: E402
from tokentray.board.page import show_board  # noqa: E402
from tokentray.board.publish import cells_of_week, publish_week  # noqa: E402
from tokentray.board.season import Plan, Seasons, known_secret, make_season  # noqa: E402
from tokentray.board.seat_table import keys_of  # noqa: E402
from tokentray.board.serve import run  # noqa: E402
from tokentray.board.writer import Put, Writer  # noqa: E402
from tokentray.core.board_crypto import (  # noqa: E402
    SALT_BYTES,
    sealed_envelope,
    signer_of,
    token_input,
)
from tokentray.core.clock import clock_of  # noqa: E402
from tokentray.core.published import Team, published_of  # noqa: E402

WEEK = "2026-W47"
NOW = "2026-11-18T12:00:00Z"
CONNECTIONS = 64
BODY = b'{"adoption":"tried","kind":"c1","v":1}'
STORES = ("sqlite", "postgresql")
FORMS = ("put", "sealed")
AIMS = {"sqlite": 2000, "postgresql": 3000}
USED_UP = "all the tokens were used: give a larger --tokens"

# One record after the other; the status of each answer is counted by wrk itself.
LUA = """
local size = tonumber(os.getenv("RECORD_BYTES"))
local records = io.open(os.getenv("RECORDS"), "rb")
request = function()
  return records:read(size) or "GET /used-up HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n"
end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\\nMEASURED {"answers": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50_ms": %.3f, "p99_ms": %.3f}\\n',
    summary.requests, summary.duration / 1e6, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One server under load: answers a second, its processor time for each in µs, its peak of memory in MB."""

    rate: float
    p99_ms: float
    server_us: float
    generator_us: float
    elsewhere_us: float
    peak_mb: float


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--store", choices=STORES, action="append", help="both if not given")
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--seconds", type=float, default=4)
    words.add_argument("--tokens", type=int, default=20_000, help="for each run")
    words.add_argument("--before", type=int, default=100_000, help="fragments in the store when a run begins")
    words.add_argument("--patient", type=float, default=0, metavar="MINUTES")
    words.add_argument("--form", choices=FORMS, action="append", help="both if not given")
    words.add_argument("--only", default="kept,writer,week,page")
    words.add_argument("--unkept", metavar="FOLDER", help=argparse.SUPPRESS)
    words.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = words.parse_args()
    if options.unkept:
        serve_unkept(options.unkept, options.port)
        return
    global patience_ends
    patience_ends = time.monotonic() + 60 * options.patient
    stores = options.store or list(STORES)
    if "postgresql" in stores and postgres_programs() is None:
        print("PostgreSQL's programs are not installed here: SQLite alone is measured.")
        stores.remove("postgresql")
    if shutil.which("wrk") is None:
        print("wrk is not installed here: the generator is Python's and takes a good part of the machine itself.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        os.chmod(folder, 0o755)  # noqa: S103  the cluster inside is its own user's alone
        season = os.path.join(folder, "season")
        make_season(season, Plan(url="http://board.example", first_week=WEEK), date(2026, 11, 18))
        urls: dict[str, str | None] = {"sqlite": None}
        if "postgresql" in stores:
            urls["postgresql"] = stack.enter_context(cluster(os.path.join(folder, "cluster")))
        only = options.only.split(",")
        print(f"{os.cpu_count()} processors; load before: {load()}")
        if "kept" in only:
            over_http(folder, {store: urls[store] for store in stores}, options)
        for store in stores:
            with emptied(season, urls[store]) as place:
                if "writer" in only:
                    print(f"{store:10}  the writer alone   {writer_alone(place, urls[store]):8.0f} fragments/s")
                if "week" in only:
                    print(f"{store:10}  a week of 100 000  {a_large_week(place, urls[store]):8.2f} s to close")
        if "page" in only:
            made, served = the_page(season)
            print(
                f"{'':10}  the page           {made:8.1f} ms from 52 weeks in the store; {served:.1f} ms as it is served"
            )
    print(f"load after: {load()}")


def load() -> str:
    return " ".join(f"{each:.2f}" for each in os.getloadavg())


# --- Over HTTP -----------------------------------------------------------------------------------------------------------------------


def over_http(folder: str, urls: dict[str, str | None], options: argparse.Namespace) -> None:
    season = os.path.join(folder, "season")
    forms = options.form or list(FORMS)
    records = {form: written(folder, form, *made) for form, made in requests(season, options.tokens, forms).items()}
    health = written(folder, "health", [b"GET /v1/health HTTP/1.1\r\nHost: b\r\n\r\n"] * 200_000)
    runs: dict[tuple[str, str], list[Run]] = {}
    for number in range(options.rounds):
        print(f"round {number + 1}: load {load()}", flush=True)
        for form in forms:
            for store, url in urls.items():
                with emptied(season, url) as place:
                    fill(place, url, options.before)
                    with kept_server(place, url) as (process, port):
                        # It sorts what it finds when it starts; that is over then, and comes again at the next rest.
                        time.sleep(2)
                        run = measured(process, port, records[form], options.seconds)
                    compare(place, url, options.before, run, options.seconds)
                runs.setdefault((form, store), []).append(run)
            with unkept_server(season) as (process, port):
                runs.setdefault((form, "nothing kept"), []).append(
                    measured(process, port, records[form], options.seconds)
                )
        with unkept_server(season) as (process, port):
            runs.setdefault(("health", "nothing kept"), []).append(measured(process, port, health, options.seconds))
    print_runs(runs)


def print_runs(runs: dict[tuple[str, str], list[Run]]) -> None:
    print(
        "form    store         answers/s  (each round)              of unkept  of health  p99 ms  server µs  wrk µs  elsewhere  peak MB"
    )
    health = median(run.rate for run in runs["health", "nothing kept"])
    for (form, store), found in runs.items():
        rates = [run.rate for run in found]
        unkept = median(run.rate for run in runs[form, "nothing kept"])
        each = " ".join(f"{rate:.0f}" for rate in rates)
        aim = f"  aim {AIMS[store]}" if store in AIMS else ""
        print(
            f"{form:7} {store:13} {median(rates):9.0f}  {each:24}  {median(rates) / unkept:9.2f}  {median(rates) / health:9.2f}"
            f"  {median(run.p99_ms for run in found):6.0f}  {median(run.server_us for run in found):9.0f}"
            f"  {median(run.generator_us for run in found):6.0f}  {median(run.elsewhere_us for run in found):9.0f}  {max(run.peak_mb for run in found):7.0f}{aim}"
        )


def requests(folder: str, count: int, forms: list[str]) -> dict[str, list[list[bytes]]]:
    """Whole HTTP requests with genuine tokens, by form, in the parts in which they were made."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        share = count // 8
        tokens = list(pool.map(made_tokens, [folder] * 8, [share] * 8))
        made = {"put": [[put_of(token) for token in part] for part in tokens]}
        if "sealed" in forms:
            made["sealed"] = list(pool.map(made_envelopes, [folder] * 8, tokens))
    return made


def made_tokens(folder: str, count: int) -> list[bytes]:
    """Signed openly with the issuer's key: blinding is not what is measured."""
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


def put_of(token: bytes) -> bytes:
    head = f"PUT /v1/fragments/{WEEK}/c1 HTTP/1.1\r\nHost: b\r\nContent-Length: {len(BODY)}\r\n"
    return head.encode() + b'Authorization: PrivateToken token="' + urlsafe_b64encode(token) + b'"\r\n\r\n' + BODY


def made_envelopes(folder: str, tokens: list[bytes]) -> list[bytes]:
    season = Seasons(folder).newest()
    assert season is not None
    manifest = season.manifest
    head = (
        b"POST /v1/sealed HTTP/1.1\r\nHost: b\r\nContent-Type: application/octet-stream\r\nContent-Length: 8192\r\n\r\n"
    )
    letters = [{"op": "put", "week": WEEK, "kind": "c1", "token": token, "body": msgspec.Raw(BODY)} for token in tokens]
    return [head + sealed_envelope(msgspec.json.encode(each), manifest.seal, manifest.board) for each in letters]


@dataclass(frozen=True, slots=True)
class Records:
    """A file of requests, all of one length."""

    path: str
    size: int


def written(folder: str, name: str, *parts: list[bytes]) -> Records:
    path = os.path.join(folder, f"{name}.requests")
    size = len(parts[0][0])
    with open(path, "wb") as file:
        for part in parts:
            assert all(len(each) == size for each in part)
            file.writelines(part)
    return Records(path, size)


def measured(process: subprocess.Popen[bytes], port: int, records: Records, seconds: float) -> Run:
    wait_until_idle()
    server_before, children_before, machine_before = processor_seconds(process.pid), os.times(), machine_seconds()
    generate = by_wrk if shutil.which("wrk") else by_python
    found = generate(port, records, seconds)
    assert found["refused"] == 0, f"{found['refused']} answers were refusals; {USED_UP}, or look at the server"
    assert found["broken"] == 0, f"{found['broken']} connections broke or timed out"
    children = os.times()
    generator = children.children_user + children.children_system
    generator -= children_before.children_user + children_before.children_system
    answers = found["answers"]
    server = processor_seconds(process.pid) - server_before
    elsewhere = machine_seconds() - machine_before - server - generator
    return Run(
        rate=answers / found["seconds"],
        p99_ms=found["p99_ms"],
        server_us=server / answers * 1e6,
        elsewhere_us=elsewhere / answers * 1e6,
        generator_us=generator / answers * 1e6,
        peak_mb=peak_of(process.pid),
    )


def by_wrk(port: int, records: Records, seconds: float) -> dict[str, float]:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(LUA)
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "-s", script.name, f"http://127.0.0.1:{port}"]
        environment = {**os.environ, "RECORDS": records.path, "RECORD_BYTES": str(records.size)}
        said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(said.rpartition("MEASURED ")[2])
    return found


def by_python(port: int, records: Records, seconds: float) -> dict[str, float]:
    return asyncio.run(asked(port, records, seconds))


async def asked(port: int, records: Records, seconds: float) -> dict[str, float]:
    took: list[float] = []
    refused = 0
    start = time.perf_counter()

    async def connection() -> None:
        nonlocal refused
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() - start < seconds and (request := file.read(records.size)):
            asked_at = time.perf_counter()
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
            took.append(time.perf_counter() - asked_at)
            refused += int(head.split()[1]) >= 400
        writer.close()

    with open(records.path, "rb") as file:
        await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    took.sort()
    return {
        "answers": len(took),
        "seconds": time.perf_counter() - start,
        "refused": refused,
        "broken": 0,
        "p50_ms": took[len(took) // 2] * 1e3,
        "p99_ms": took[len(took) * 99 // 100] * 1e3,
    }


def processor_seconds(pid: int) -> float:
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine_seconds() -> float:
    """What all processors have worked since the machine was started."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _idle, _waiting, *interrupts = (int(each) for each in file.readline().split()[1:9])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


patience_ends = 0.0


def wait_until_idle() -> None:
    while time.monotonic() < patience_ends:
        before = machine_seconds()
        time.sleep(1.5)
        if machine_seconds() - before < 0.1:
            return


def peak_of(pid: int) -> float:
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        (peak,) = (int(line.split()[1]) for line in file if line.startswith("VmHWM:"))
    return peak / 1024


def compare(folder: str, url: str | None, before: int, run: Run, seconds: float) -> None:
    """What was answered with 201 is in the store; at most what was on its way when the generator ended is there besides."""
    store = open_board(folder, url)
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM frag").scalar_one()
    store.close()
    kept = rows - before
    assert kept >= run.rate * seconds * 0.9, f"{kept} kept of {run.rate * seconds:.0f}"


# --- Servers -------------------------------------------------------------------------------------------------------------------------


@contextmanager
def emptied(season: str, url: str | None) -> Iterator[str]:
    """A folder of its own with the season, and nothing in the database."""
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(season, place, dirs_exist_ok=True)
        open_board(place, url).close()
        if url:
            empty(url)
            open_board(place, url).close()
        yield place


def fill(folder: str, url: str | None, count: int) -> None:
    store = open_board(folder, url)
    rows = [Row(WEEK, "c1", secrets.token_bytes(32), "tried") for _ in range(count)]
    with store.writing() as connection:
        put_rows(connection, sorted(rows, key=lambda row: row.nonce))
    store.close()


@contextmanager
def kept_server(folder: str, url: str | None) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    command = [sys.executable, "-m", "tokentray", "board", "serve", "--data", folder]
    with started([*command, *(["--database", url] if url else [])]) as found:
        yield found


@contextmanager
def unkept_server(folder: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with started([sys.executable, os.path.abspath(__file__), "--unkept", folder]) as found:
        yield found


@contextmanager
def started(command: list[str]) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    path = os.pathsep.join(filter(None, (ROOT, os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": path, "TOKENTRAY_NOW": NOW}
    process = subprocess.Popen([*command, "--port", str(port)], env=environment, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            try:
                httpx.get(f"http://127.0.0.1:{port}/v1/health")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield process, port
    finally:
        process.terminate()
        process.wait()


class Unkept:
    """A writer that answers in the same way, after the loop's next turn, and keeps nothing."""

    def ask_from_loop(self, _wish: Put) -> asyncio.Future[Outcome]:
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        loop.call_soon(answer.set_result, Outcome.CREATED)
        return answer


def serve_unkept(folder: str, port: int) -> None:
    seasons, clock = Seasons(folder), clock_of(NOW)
    run(make_app(Parts(seasons, clock, desk=Desk(seasons, clock), writer=Unkept())), "127.0.0.1", port)  # type: ignore[arg-type]


# --- Without HTTP --------------------------------------------------------------------------------------------------------------------


def writer_alone(folder: str, url: str | None, count: int = 20_000) -> float:
    store = open_board(folder, url)
    rows = [Row("2026-W49", "c1", secrets.token_bytes(32), "tried") for _ in range(count)]
    writer = Writer(store)
    start = time.perf_counter()
    answers: list[Future[Outcome]] = [writer.ask(Put(row)) for row in rows]
    wait(answers)
    seconds = time.perf_counter() - start
    writer.stop()
    store.close()
    assert all(answer.result() is Outcome.CREATED for answer in answers)
    return count / seconds


def a_large_week(folder: str, url: str | None) -> float:
    """Each of 100 000 people sent a check-in of two fragments and a week's use with one tool."""
    store = open_board(folder, url)
    season = Seasons(folder).newest()
    assert season is not None
    week = "2026-W48"
    choices = (("c1", "tried", None), ("c1", "daily", None), ("c2", "worked", "1-4h"), ("c2", "failed", "lt1h"))
    rows = [Row(week, kind, secrets.token_bytes(32), a, b) for kind, a, b in choices for _ in range(50_000)]
    rows += [Row(week, "use", secrets.token_bytes(32), "gpt", "<1M") for _ in range(100_000)]
    with store.writing() as connection:
        put_rows(connection, sorted(rows, key=lambda row: (row.kind, row.nonce)))
    start = time.perf_counter()
    publish_week(store, week, values_of(season))
    seconds = time.perf_counter() - start
    store.close()
    return seconds


def the_page(folder: str) -> tuple[float, float]:
    """Medians in ms: read from the store and made each time, and as the server answers it, which reads cells only when there are new ones."""
    with emptied(folder, None) as other:
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
        with kept_server(other, None) as (_, port), httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            asked = [client.get("/") for _ in range(50)]
    assert all("W52" in answer.text for answer in asked)
    return median(took) * 1000, median(answer.elapsed.total_seconds() for answer in asked) * 1000


if __name__ == "__main__":
    main()
