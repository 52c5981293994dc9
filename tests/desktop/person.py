"""A person at a real desktop who hears what a screen reader says, and a machine with a quarter of an hour of work in an agent’s log."""

from __future__ import annotations

import json
import os
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.desktop.conftest import Program
from tokentray.core.journal import Card
from tokentray.store.database import open_history
from tokentray.store.journal_table import all_cards

READER = Path(__file__).parent / "screen_reader.py"
MOST_TABS = 60
KEY_SECONDS = 0.05
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
"""The program's clock stands there: what is today's must not depend on the hour in which the test runs."""

needs_accessibility = pytest.mark.skipif(
    "QT_LINUX_ACCESSIBILITY_ALWAYS_ON" not in os.environ, reason="no accessibility bus: session.sh --a11y"
)


class Person:
    """Hears and sees what is on the screen by the accessibility bus; has a keyboard, and a pointer."""

    def __init__(self) -> None:
        self._reader = subprocess.Popen(
            ["/usr/bin/python3", str(READER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def press(self, *keys: str) -> None:
        subprocess.run(["xdotool", "key", "--delay", "30", *keys], check=True)

    def type(self, text: str) -> None:
        subprocess.run(["xdotool", "type", "--delay", "12", text], check=True)

    def ask(self, question: str) -> list[dict[str, Any]]:
        assert self._reader.stdin is not None
        assert self._reader.stdout is not None
        self._reader.stdin.write(question + "\n")
        self._reader.stdin.flush()
        heard: list[dict[str, Any]] = json.loads(self._reader.stdout.readline())
        return heard

    def focused(self) -> list[str]:
        """What has the focus, and what it is in, by name."""
        return [str(one["name"]) for one in self.ask("focus")]

    def is_in(self, name: str) -> bool:
        return any(focused.startswith(name) for focused in self.focused())

    def hears(self, name: str) -> bool:
        return any(one["name"].startswith(name) for one in self.ask("seen"))

    def click(self, name: str) -> None:
        """With the pointer, in the middle of what is called so."""
        x, y = next(one["middle"] for one in self.ask("seen") if one["name"] == name)
        subprocess.run(["xdotool", "mousemove", str(x), str(y), "click", "1"], check=True)

    def tab_to(self, name: str) -> None:
        """Tab until it is there."""
        way: list[list[str]] = []
        for _ in range(MOST_TABS):
            if self.is_in(name):
                return
            way.append(self.focused())
            self.press("Tab")
            time.sleep(KEY_SECONDS)
        raise AssertionError(f"Tab never came to {name}, but to {way}")

    def end(self) -> None:
        self._reader.kill()
        self._reader.communicate()


def log_some_work(home: Path) -> None:
    """A quarter of an hour of today's, on a project called alpha."""
    path = home / ".claude" / "projects" / "-home-me-alpha" / "one.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as log:
        for number in range(4):
            log.write(json.dumps(response(number, NOW - timedelta(minutes=25 - 5 * number))) + "\n")


def response(number: int, at: datetime) -> dict[str, object]:
    usage = {"input_tokens": 1000, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 0}
    return {
        "type": "assistant",
        "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "sessionId": "one",
        "requestId": f"req_{number}",
        "cwd": "/home/me/alpha",
        "uuid": f"u{number}",
        "message": {"id": f"msg_{number}", "model": "claude-opus-4-5", "role": "assistant", "usage": usage},
    }


def windows(tokentray: Program) -> int:
    """How many there are on the screen: a menu is one, and not on the accessibility bus before it has the focus."""
    command = ["xdotool", "search", "--onlyvisible", "--pid", str(tokentray.process.pid)]
    return len(subprocess.run(command, capture_output=True, text=True).stdout.split())


def kept(folder: Path) -> Card:
    """The one card, as the history has it; an empty one before there is any."""
    with open_history(str(folder / "tokentray" / "history.sqlite"), read_only=True) as history:
        cards = all_cards(history)
    return cards[0] if cards else Card("", NOW, NOW)
