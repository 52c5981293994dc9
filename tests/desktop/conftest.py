"""A real desktop around each test, started by packaging/desktop/session.sh; without it these tests are left out."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DESK = ROOT / "packaging" / "desktop" / "desk"
PATIENCE_SECONDS = 15.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "desktop" in Path(str(item.path)).parts[-2]:
            item.add_marker(pytest.mark.desktop)
            if "DESK_STATE" not in os.environ:
                item.add_marker(pytest.mark.skip(reason="no real desktop: packaging/desktop/session.sh -- pytest"))


class Desktop:
    """The session's panel, pointer, notifications and keyring."""

    def do(self, *words: str) -> str:
        """What `desk` says; it must have been able to do it."""
        done = subprocess.run([str(DESK), *words], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"desk {' '.join(words)}: {done.stderr}"
        return done.stdout

    def can(self, *words: str) -> bool:
        return subprocess.run([str(DESK), *words], capture_output=True, timeout=60).returncode == 0

    def items(self) -> list[str]:
        """The tray icons the panel knows."""
        return self.do("items").split()

    def tooltip(self) -> str:
        """What the newest icon says when the pointer rests on it."""
        name, _slash, path = self.items()[-1].partition("/")
        command = ["gdbus", "call", "--session", "-d", name, "-o", f"/{path}"]
        command += ["-m", "org.freedesktop.DBus.Properties.Get", "org.kde.StatusNotifierItem", "ToolTip"]
        return subprocess.run(command, capture_output=True, text=True).stdout

    def picture(self, area: str) -> bytes:
        """The pixels of a part of the screen, WxH+X+Y."""
        command = ["import", "-window", "root", "-crop", area, "+repage", "-depth", "8", "ppm:-"]
        return subprocess.run(command, capture_output=True, check=True).stdout

    def icon_picture(self) -> bytes:
        """The pixels of the newest tray icon."""
        x, y = map(int, self.do("find").split())
        return self.picture(f"28x28+{x - 14}+{y - 14}")

    def windows(self, pid: int) -> list[str]:
        """The titles of the program's visible windows."""
        command = ["xdotool", "search", "--all", "--onlyvisible", "--pid", str(pid), "--name", "."]
        numbers = subprocess.run(command, capture_output=True, text=True).stdout.split()
        return [
            subprocess.run(["xdotool", "getwindowname", number], capture_output=True, text=True).stdout.strip()
            for number in numbers
        ]

    def notifications(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.do("notifications").splitlines()]


class Program:
    """TokenTray, started as a person's desktop does, in a folder of its own."""

    def __init__(self, folder: Path, *words: str, settings: dict[str, object] | None = None) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "TOKENTRAY_HOME": str(folder / "tokentray"),
            "HOME": str(folder / "home"),
            "PYTHONPATH": str(ROOT),
            "OPENAI_ADMIN_KEY": "sk-admin-desktop-test",
        }
        (folder / "home").mkdir(exist_ok=True)
        (folder / "tokentray").mkdir(exist_ok=True)
        # Whoever has answered the welcome is shown no window at the start.
        self.settings(**(settings or {}))
        self.process = self.start(*words)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """One more start, with the same folders."""
        return subprocess.Popen([sys.executable, "-W", "error", "-m", "tokentray", *words], env=self.environment)

    def settings(self, **values: object) -> None:
        """Writes the settings as another program does: in one step, and as of somebody who has answered the welcome."""
        values = {"welcomed": True, **values}
        path = self.folder / "tokentray" / "settings.json"
        path.with_suffix(".new").write_text(json.dumps(values))
        path.with_suffix(".new").replace(path)

    def setting(self, name: str) -> object:
        path = self.folder / "tokentray" / "settings.json"
        return json.loads(path.read_text()).get(name) if path.exists() else None

    def listens(self) -> bool:
        """Whether its event loop runs: a second start would be heard."""
        return self.say("")

    def say(self, wish: str) -> bool:
        with socket.socket(socket.AF_UNIX) as call:
            try:
                call.connect(str(self.folder / "tokentray" / "org.tokentray.Desktop.socket"))
                call.sendall(wish.encode() + b"\n")
                return call.recv(16) != b""
            except OSError:
                return False

    def end(self) -> float:
        """Asks it to end, and gives the seconds that it took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(10)
        return time.monotonic() - began


@pytest.fixture
def desktop() -> Desktop:
    desktop = Desktop()
    if not desktop.can("wait-name", "org.kde.StatusNotifierWatcher", "1"):
        desktop.do("panel", "start")
    return desktop


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    started: list[Program] = []

    def start(*words: str, settings: dict[str, object] | None = None) -> Program:
        started.append(Program(tmp_path, *words, settings=settings))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()


def wait_until(seen: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Waits for what can be seen from outside."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, f"{what}: not within {seconds:g} seconds"
        time.sleep(0.05)
