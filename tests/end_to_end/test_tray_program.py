"""The tray as a program, offscreen: it starts, hears a second start, keeps its history, and ends when told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.waiting_parcel import queue_one
from tokentray.store.database import open_history
from tokentray.store.outbox_table import all_departures
from tokentray.ui.socket_ear import tell

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="speaks to the program through a socket that is a file")

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    environment = {
        **os.environ,
        "TOKENTRAY_HOME": str(tmp_path / "tray"),
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    environment["QT_QPA_PLATFORM"] = "offscreen"
    running: list[subprocess.Popen[bytes]] = []

    def begin(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "error", "-m", "tokentray", *words]
        running.append(subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def test_a_second_start_is_heard_by_the_first_and_ends(start: Start, tmp_path: Path) -> None:
    first = start()
    wait_until(lambda: hears(tmp_path))
    second = start()
    assert second.wait(PATIENCE_SECONDS) == 0
    assert first.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_end_it_ends_in_order(start: Start, tmp_path: Path, number: int) -> None:
    first = start()
    wait_until(lambda: hears(tmp_path))
    wait_until(lambda: (tmp_path / "tray" / "history.sqlite").exists())
    first.send_signal(number)
    # How long that takes (two seconds at most) is measured by tests/benchmarks/tray.py.
    assert first.wait(PATIENCE_SECONDS) == 0
    # Nothing is left behind that says somebody still writes, and no socket at which nobody answers.
    assert [path.name for path in (tmp_path / "tray").iterdir() if path.name != "settings.json"] == ["history.sqlite"]


def test_what_waits_to_leave_leaves_though_no_window_was_ever_open(start: Start, tmp_path: Path) -> None:
    (tmp_path / "tray").mkdir()
    (tmp_path / "tray" / "settings.json").write_text('{"welcomed": true}')
    history_path = str(tmp_path / "tray" / "history.sqlite")
    queue_one(history_path, datetime.now(UTC) - timedelta(minutes=1))
    start()
    # Nobody listens there: that it was tried stands in the log of what left.
    with open_history(history_path, read_only=True) as history:
        wait_until(lambda: len(all_departures(history)) == 1)


def test_after_a_crash_it_starts_again(start: Start, tmp_path: Path) -> None:
    first = start()
    wait_until(lambda: hears(tmp_path))
    first.kill()
    first.wait()
    start()
    wait_until(lambda: hears(tmp_path))


def test_a_second_start_can_ask_the_first_to_end(start: Start, tmp_path: Path) -> None:
    first = start()
    wait_until(lambda: hears(tmp_path))
    wait_until(lambda: tell(ear(tmp_path), "quit") or first.poll() is not None)
    assert first.wait(PATIENCE_SECONDS) == 0


def ear(folder: Path) -> str:
    return str(folder / "tray" / "org.tokentray.Desktop.socket")


def hears(folder: Path) -> bool:
    return tell(ear(folder), "")


def wait_until(seen: Callable[[], bool]) -> None:
    """Waits for what can be seen from outside."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.02)
