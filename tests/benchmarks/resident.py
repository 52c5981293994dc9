"""Inside one running program: an appended line until it stands in the total, and a year out of five million rows."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta

from peers import ROOT
from programs import ONE_LINE

sys.path.insert(0, ROOT)

from tokentray.core.clock import StoppedClock
from tokentray.ingest.logs import find_agents, scan_logs, tail
from tokentray.store.account_table import account_id
from tokentray.store.database import History, open_history, transaction
from tokentray.store.names import name_id
from tokentray.store.question import Question
from tokentray.store.rollup import remake_totals, slot_of
from tokentray.store.totals import answer

NOW = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
LINES = 2000
ROWS = 5_000_000
MODELS = 10


def measure_resident(work: str) -> None:
    print("\n### Inside one running program\n\n| what | ours | aim | |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir=work) as folder:
        times = sorted(appended_lines(folder))
    aim("an appended line stands in the total, median", times[len(times) // 2], 0.001)
    aim("an appended line stands in the total, p99", times[int(len(times) * 0.99)], 0.001)
    with (
        tempfile.TemporaryDirectory(dir=work) as folder,
        open_history(os.path.join(folder, "h.sqlite"), zone="UTC") as history,
    ):
        fill(history)
        aim(f"a year by model and day from {ROWS:,} rows, median", median_year(history), 0.010)


def aim(what: str, seconds: float, aimed: float) -> None:
    word = "met" if seconds <= aimed else f"MISSED by {seconds / aimed - 1:.0%}"
    print(f"| {what} | {seconds * 1000:.2f} ms | {aimed * 1000:.0f} ms | {word} |", flush=True)


def appended_lines(folder: str) -> list[float]:
    """From the moment after the write until the sum of the day, read back by another connection, has it; seconds."""
    project = os.path.join(folder, ".claude", "projects", "p")
    os.makedirs(project)
    log = os.path.join(project, "s.jsonl")
    times = []
    with open(log, "ab", buffering=0) as file, open_history(os.path.join(folder, "h.sqlite"), zone="UTC") as history:
        file.write(line(0))
        agents = find_agents({}, folder)
        scan_logs(history, agents, StoppedClock(NOW))
        with open_history(history.path, read_only=True) as reader:
            before = total_of(reader)
            for number in range(1, LINES + 1):
                file.write(line(number))
                began = time.perf_counter()
                tail(history, agents, [log])
                after = total_of(reader)
                times.append(time.perf_counter() - began)
                if after - before != 5 + 900 + 40_000 + 120:
                    raise SystemExit(f"the total is not exact after line {number}: {after - before}")
                before = after
    return times


def line(number: int) -> bytes:
    """A response every nine seconds, as an agent at work writes them."""
    instant = NOW - timedelta(hours=6) + timedelta(seconds=9 * number)
    return ONE_LINE % (str(number).encode(), instant.strftime("%Y-%m-%dT%H:%M:%S.000Z").encode())


def total_of(history: History) -> int:
    rows = answer(history, Question(since=NOW.date(), until=NOW.date(), zone="UTC"))
    return sum(row.tokens.total or 0 for row in rows)


def fill(history: History) -> None:
    """A year of responses, one every six seconds, of ten models; the sums are made as after any scan."""
    first = int((NOW - timedelta(days=365)).timestamp() * 1000)
    apart = 365 * 86_400_000 // ROWS
    with transaction(history):
        account = account_id(history, "claude-code/default", "logged")
        models = [name_id(history, f"model-{number}") for number in range(MODELS)]
        history.db.execute(
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)"
            " INSERT INTO usage (id, account, start, model, input, cache_read, cache_write, output, requests)"
            " SELECT i + 1, ?, ? + i * ?, ? + i % ?, i % 3000, i % 90000, i % 6000, i % 900, 1 FROM n",
            (ROWS, account, first, apart, models[0], MODELS),
        )
        last = first + apart * ROWS
        touched = ((account, 0, slot) for slot in range(slot_of(first, 0), slot_of(last, 0) + 1))
        remake_totals(history, touched)


def median_year(history: History) -> float:
    question = Question(since=date(2025, 11, 20), until=NOW.date(), zone="UTC", by=("day", "model"))
    times = []
    for _ in range(15):
        began = time.perf_counter()
        rows = answer(history, question)
        times.append(time.perf_counter() - began)
    if len(rows) != 365 * MODELS:
        raise SystemExit(f"the year has {len(rows)} rows instead of {365 * MODELS}")
    return sorted(times)[len(times) // 2]
