"""Totals of the real logs in the samples equal what was really served, as far as it stands in the logs."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tokentray.core.clock import StoppedClock
from tokentray.ingest.logs import ScanResult, find_agents, scan_logs
from tokentray.store.database import History, open_history, set_zone

SAMPLES = Path(__file__).parents[3] / "shared" / "agent-logs" / "samples"
NOON = StoppedClock(datetime(2026, 11, 21, 12, tzinfo=UTC))
CLASSES = ("input", "cache_read", "cache_write", "cache_write_1h", "output", "reasoning")
SUMS = ", ".join(f"coalesce(SUM({name}), 0)" for name in CLASSES)
BY_SESSION_AND_MODEL = f"""
    SELECT session.text, model.text, {SUMS}, SUM(requests) FROM slot_total
    JOIN name AS session ON session.id = session JOIN name AS model ON model.id = model GROUP BY 1, 2
"""
BY_DAY_AND_MODEL = f"SELECT date(day * 86400, 'unixepoch'), text, {SUMS}, SUM(requests) FROM day_total JOIN name ON name.id = model GROUP BY 1, 2"
BY_PROJECT = "SELECT text, SUM(input), SUM(output) FROM usage JOIN name ON name.id = project GROUP BY 1"

Totals = dict[tuple[str, str], tuple[int, ...]]

needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the agent-log samples are not beside this checkout")
each_sample = pytest.mark.parametrize("sample", ["claude", "codex", "codex-compressed", "codex-migrated"])


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with open_history(str(tmp_path / "history.sqlite"), zone="UTC") as history:
        yield history


def scan(history: History, *homes: Path) -> ScanResult:
    result = ScanResult()
    for home in homes:
        result = scan_logs(history, find_agents({}, str(home)), NOON)
        assert result.problems == []
    return result


def totals(history: History, question: str) -> Totals:
    return {(row[0], row[1]): row[2:] for row in history.db.execute(question)}


def truth(sample: str, key: str, zone: str = "UTC") -> Totals:
    """What a perfect reader finds, by session or by day, and by model."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    for line in (SAMPLES / sample / "ground-truth.jsonl").read_text().splitlines():
        served = json.loads(line)
        if served["in_log"]:
            day = datetime.fromisoformat(served["log_ts"]).astimezone(ZoneInfo(zone)).date().isoformat()
            place = served["session"] if key == "session" else day
            counts = sums.setdefault((place, served.get("log_model", served["model"])), Counter())
            counts.update({name: served.get(f"log_{name}", served[name]) or 0 for name in CLASSES})
            counts["requests"] += 1
    return {place: tuple(counts[name] for name in (*CLASSES, "requests")) for place, counts in sums.items()}


def assert_exact(history: History, sample: str) -> None:
    assert totals(history, BY_SESSION_AND_MODEL) == truth(sample, "session")
    for zone in ("Europe/Berlin", "UTC"):
        set_zone(history, zone)
        assert totals(history, BY_DAY_AND_MODEL) == truth(sample, "day", zone)


@needs_samples
@each_sample
def test_every_class_by_session_model_and_day(history: History, sample: str) -> None:
    scan(history, SAMPLES / sample / "home")
    assert_exact(history, sample)


@needs_samples
@each_sample
def test_the_same_when_there_is_much_to_read(history: History, tmp_path: Path, sample: str) -> None:
    home = Path(shutil.copytree(SAMPLES / sample / "home", tmp_path / "home"))
    (home / ".claude" / "projects" / "p").mkdir(parents=True, exist_ok=True)
    padding = b'{"type":"attachment","data":"' + b"x" * 7_000_000 + b'"}\n'
    for number in range(4):
        (home / ".claude" / "projects" / "p" / f"{number}.jsonl").write_bytes(padding)
    scan(history, home)
    assert_exact(history, sample)


@needs_samples
def test_projects_are_working_directories(history: History) -> None:
    scan(history, SAMPLES / "codex" / "home")
    assert {row[0] for row in history.db.execute(BY_PROJECT)} == {"/home/dev/projects/alpha", "/home/dev/projects/beta"}
