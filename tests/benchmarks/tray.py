"""
The tray beside a bare one: start, memory, and what it does while nothing happens.

Run inside packaging/desktop/session.sh: session.sh -- python tests/benchmarks/tray.py [--idle 120] [--rounds 5]
The bare tray is PySide6 with an icon and a menu of one entry. All figures come from /proc, so nothing in the programs is measured by
themselves: wake-ups are voluntary context switches of all threads, processor time is what the scheduler gave them.
"""

from __future__ import annotations

import argparse
import glob
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from measure import head, row

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SETTLE_SECONDS = 8

BARE = """
import sys
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon
app = QApplication([])
pixmap = QPixmap(22, 22)
pixmap.fill("white")
menu = QMenu()
menu.addAction("Quit")
tray = QSystemTrayIcon(QIcon(pixmap))
tray.setContextMenu(menu)
tray.show()
app.exec()
"""


@dataclass(frozen=True, slots=True)
class Idle:
    """What a program does in one minute of nothing."""

    wakeups: float
    milliseconds: float


def measure_tray(idle_seconds: int, rounds: int, home: str | None = None) -> None:
    head("Tray")
    starts = [started_within(home) for _ in range(rounds + 1)][1:]
    row("start to event loop", statistics.median(starts), 0.25, 1.0)
    with Program(BARE, home) as bare, Program(None, home) as ours:
        time.sleep(SETTLE_SECONDS)
        row("memory (RSS)", ours.memory("Rss"), bare.memory("Rss"), 1.25, "MB")
        row("memory of its own (USS)", ours.memory("Private"), bare.memory("Private"), 1.25, "MB")
        idle = ours.idle(idle_seconds)
        row("wake-ups a minute, aim 4", idle.wakeups, 4, 1.0, "")
        row("processor a minute, aim 3 ms", idle.milliseconds / 1000, 0.003, 1.0)
        before = ours.memory("Rss")
        for _ in range(2):
            ours.open_and_close_window()
        row("memory after the window, aim +4 MB", ours.memory("Rss") - before, 4, 1.0, "MB")
        began = time.perf_counter()
        ours.process.send_signal(signal.SIGTERM)
        ours.process.wait(5)
        row("end, aim 2 s", time.perf_counter() - began, 2, 1.0)


def started_within(home: str | None) -> float:
    """Seconds from the start of the program until its event loop answers a second start's question."""
    began = time.perf_counter()
    with Program(None, home) as program:
        program.say("hello")
        return time.perf_counter() - began


class Program:
    """A running tray: ours, or a script's."""

    def __init__(self, script: str | None, home: str | None) -> None:
        self._folder = tempfile.mkdtemp(prefix="tokentray-bench-")
        # Compiled modules are kept even where the machine says otherwise, as packaging/dev.py does.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment = {**kept, "TOKENTRAY_HOME": self._folder, "PYTHONPATH": ROOT}
        environment["HOME"] = home or self._folder
        # Whoever has answered the welcome is shown no window at the start.
        with open(os.path.join(self._folder, "settings.json"), "w", encoding="utf-8") as file:
            file.write('{"welcomed": true}')
        words = ["-c", script] if script else ["-m", "tokentray"]
        self.process = subprocess.Popen([sys.executable, *words], env=environment)

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self._folder)

    def say(self, wish: str) -> None:
        """Speaks to the running program as a second start does, and waits until it was heard."""
        path = os.path.join(self._folder, "org.tokentray.Desktop.socket")
        while True:
            try:
                with socket.socket(socket.AF_UNIX) as line:
                    line.connect(path)
                    line.sendall(wish.encode() + b"\n")
                    line.recv(16)
                    return
            except OSError:
                time.sleep(0.002)

    def memory(self, kind: str) -> float:
        """MB; `kind` is Rss, Pss or Private."""
        with open(f"/proc/{self.process.pid}/smaps_rollup") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith(kind)) / 1024

    def idle(self, seconds: int) -> Idle:
        before = self._counts()
        time.sleep(seconds)
        after = self._counts()
        # A thread that ended in between takes its counts with it, and had none to speak of.
        wakeups = sum(after[task][0] - before.get(task, (0, 0))[0] for task in after)
        nanoseconds = sum(after[task][1] - before.get(task, (0, 0))[1] for task in after)
        minutes = seconds / 60
        return Idle(wakeups / minutes, nanoseconds / 1e6 / minutes)

    def open_and_close_window(self) -> None:
        self.say("show")
        window = wait_for_window(self.process.pid)
        time.sleep(2)
        # As a person does: the window's own Escape, not the end of its connection.
        subprocess.run(["xdotool", "windowfocus", "--sync", window, "key", "Escape"], check=True)
        time.sleep(4)

    def _counts(self) -> dict[str, tuple[int, int]]:
        """By thread: how often it slept, and the nanoseconds it ran."""
        counts = {}
        for task in glob.glob(f"/proc/{self.process.pid}/task/*"):
            with open(f"{task}/status") as file:
                slept = sum(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt_switches"))
            with open(f"{task}/schedstat") as file:
                counts[task] = (slept, int(file.read().split()[0]))
        return counts


def wait_for_window(pid: int) -> str:
    for _ in range(200):
        found = subprocess.run(
            ["xdotool", "search", "--all", "--onlyvisible", "--pid", str(pid), "--name", "."],
            capture_output=True,
            text=True,
        ).stdout.split()
        if found:
            return found[-1]
        time.sleep(0.05)
    raise SystemExit("no window came")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--idle", type=int, default=120, help="seconds")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--home", help="a home folder with agents' logs")
    chosen = parser.parse_args()
    measure_tray(chosen.idle, chosen.rounds, chosen.home)
