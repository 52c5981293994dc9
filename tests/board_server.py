"""A real board on loopback, run as its own program, for tests of what a member sees."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 60.0


class BoardServer:
    """`now` is when its clock stands still; `links` are invites to it."""

    def __init__(self, folder: Path, now: datetime, seats: int = 8) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._folder, self._now = folder, now
        self._run("season", "--url", f"http://127.0.0.1:{self.port}")
        self.links = self._run("invite", "--count", str(seats)).split()

    @contextmanager
    def served(self) -> Iterator[None]:
        command = self._command("serve", "--port", str(self.port))
        said = self._folder / "said"
        with said.open("w") as file, subprocess.Popen(command, env=self._environ(), stderr=file) as server:
            try:
                end = time.monotonic() + PATIENCE_SECONDS
                while not self._answers():
                    assert server.poll() is None, said.read_text()
                    assert time.monotonic() < end, "the board does not answer"
                    time.sleep(0.05)
                yield
            finally:
                server.terminate()

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            self._command(*words), env=self._environ(), capture_output=True, text=True, timeout=120, check=True
        )
        return done.stdout

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tokentray", "board", *words, "--data", str(self._folder / "data")]

    def _environ(self) -> dict[str, str]:
        own = {"TOKENTRAY_HOME": str(self._folder / "home"), "TOKENTRAY_NOW": self._now.isoformat()}
        return {**os.environ, **own, "PYTHONPATH": str(ROOT)}
