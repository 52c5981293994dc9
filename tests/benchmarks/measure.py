"""Times whole programs side by side: wall, processor and memory of each finished run, interleaved, as medians."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """A program to time. `before` prepares each run and is not timed; `environment` is added to a bare one."""

    name: str
    words: tuple[str, ...]
    environment: dict[str, str]
    before: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of wall clock and of all processors (children included), and the largest single process in MB."""

    wall: float
    cpu: float
    peak: float


def interleaved(commands: list[Command], rounds: int) -> dict[str, Run]:
    """Each command once in each round, after one uncounted round; the median of each figure."""
    runs: dict[str, list[Run]] = {command.name: [] for command in commands}
    for number in range(rounds + 1):
        for command in commands:
            run = timed(command)
            if number:
                runs[command.name].append(run)
    return {name: median(all_runs) for name, all_runs in runs.items()}


def timed(command: Command) -> Run:
    if command.before:
        command.before()
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC", **command.environment}
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        # The fast way to start a program; its own standard output is thrown away.
        process = subprocess.Popen(command.words, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
        _pid, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            raise SystemExit(f"{command.name} ended with {process.returncode}:\n{errors.read().decode()[-2000:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median(runs: list[Run]) -> Run:
    return Run(*(statistics.median(getattr(run, name) for run in runs) for name in ("wall", "cpu", "peak")))


def row(what: str, ours: float, theirs: float, aim: float, unit: str = "s") -> None:
    """One line of the table: both figures, their ratio, the aim, and whether it was met."""
    ratio = ours / theirs
    word = "met" if ratio <= aim else f"MISSED by {ratio / aim - 1:.0%}"
    print(f"| {what} | {shown(ours, unit)} | {shown(theirs, unit)} | {ratio:.3f} | {aim:.3f} | {word} |", flush=True)


def shown(value: float, unit: str) -> str:
    if unit == "s":
        return f"{value * 1000:.1f} ms" if value < 1 else f"{value:.2f} s"
    return f"{value:.1f} {unit}"


def head(title: str) -> None:
    print(f"\n### {title}\n\n| what | ours | theirs | ratio | aim | |\n|---|---|---|---|---|---|", flush=True)
