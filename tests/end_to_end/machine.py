"""A made-up machine: a home of its own, and the real program started in it as a person would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT.parent / "shared" / "agent-logs" / "samples"
CLASSES = ("input", "cache_read", "cache_write", "output")
PATIENCE_SECONDS = 60

needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the agent-log samples are not beside this checkout")


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Machine:
    """`home` is the person's, `folder` is TOKENTRAY_HOME."""

    home: Path
    folder: Path

    def run(self, *words: str, text: str | None = None, **environ: str) -> Ran:
        done = subprocess.run(
            self.command(*words),
            env=self.environ(**environ),
            cwd=ROOT,
            input=text or "",
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str, **environ: str) -> subprocess.Popen[str]:
        """In the background; to be used as a context."""
        return subprocess.Popen(
            self.command(*words),
            env=self.environ(**environ),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-W", "error", "-m", "tokentray", *words]

    def environ(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
        own = {"HOME": str(self.home), "USERPROFILE": str(self.home), "TOKENTRAY_HOME": str(self.folder)}
        return {**kept, **own, "TZ": "Europe/Berlin", "PYTHONUTF8": "1", **more}

    def take_logs(self, *samples: str) -> None:
        """Copies the samples' homes into this one; each file was changed last when its last line was written."""
        for sample in samples:
            shutil.copytree(SAMPLES / sample / "home", self.home, dirs_exist_ok=True)
        for path in self.home.rglob("*.jsonl"):
            written = max(
                (instant for line in path.read_text().splitlines() for instant in _instants(line)), default=None
            )
            if written is not None:
                os.utime(path, (written, written))


def truth(*samples: str) -> list[dict[str, Any]]:
    """The lines of ground-truth.jsonl that stand in the logs, with the numbers as the logs have them."""
    found = []
    for sample in samples:
        with (SAMPLES / sample / "ground-truth.jsonl").open() as lines:
            found += [line for line in map(json.loads, lines) if line["in_log"]]
    return [{**line, **{name: line.get(f"log_{name}", line[name]) or 0 for name in CLASSES}} for line in found]


def by(lines: list[dict[str, Any]], *keys: str, zone: str = "Europe/Berlin") -> dict[tuple[str, ...], Counter[str]]:
    """The truth's sums by day and model, or either."""
    sums: dict[tuple[str, ...], Counter[str]] = {}
    for line in lines:
        known = {
            "day": datetime.fromisoformat(line["log_ts"]).astimezone(ZoneInfo(zone)).date().isoformat(),
            "model": line.get("log_model") or line["model"],
        }
        counted = sums.setdefault(tuple(known[key] for key in keys), Counter())
        counted.update({name: line[name] for name in CLASSES})
        counted.update(requests=1, total=sum(line[name] for name in CLASSES))
    return sums


def said(rows: list[dict[str, Any]], *keys: str) -> dict[tuple[str, ...], Counter[str]]:
    """A report's rows in the shape of `by`."""
    return {
        tuple(row[key] for key in keys): Counter(
            {name: row["tokens"][name] or 0 for name in (*CLASSES, "total")} | {"requests": row["requests"]}
        )
        for row in rows
    }


def _instants(line: str) -> Iterator[float]:
    try:
        stamp = json.loads(line).get("timestamp")
    except ValueError:
        return
    if isinstance(stamp, str):
        yield datetime.fromisoformat(stamp).timestamp()
