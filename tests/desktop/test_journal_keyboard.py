"""With the keyboard alone, and heard through the accessibility bus: a card from nothing, tagged, linked, promoted, exported."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.desktop.conftest import Program, wait_until
from tokentray.core.journal import Card, Level, Outcome
from tokentray.store.database import open_history
from tokentray.store.journal_table import all_cards

READER = Path(__file__).parent / "screen_reader.py"
MOST_TABS = 60
KEY_SECONDS = 0.05

pytestmark = pytest.mark.skipif(
    "QT_LINUX_ACCESSIBILITY_ALWAYS_ON" not in os.environ, reason="no accessibility bus: session.sh --a11y"
)


class Person:
    """Hears what a screen reader says, and has a keyboard and nothing else."""

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


@pytest.fixture
def person() -> Iterator[Person]:
    person = Person()
    yield person
    person.end()


def test_a_card_from_nothing_tagged_linked_promoted_and_exported(
    program: Callable[..., Program], person: Person, tmp_path: Path
) -> None:
    log_an_hour_of_work(tmp_path / "home")
    tokentray = program()
    wait_until(tokentray.listens, "the program")
    wait_until(lambda: tokentray.say("show"), "the window")
    wait_until(lambda: person.hears("Overview"), "the window on the accessibility bus")

    person.press("ctrl+3")
    wait_until(lambda: person.hears("What was this?"), "the stretch of work in the journal")
    person.press("ctrl+n")
    wait_until(lambda: person.is_in("Title"), "the new card's title")
    person.type("Written without a mouse")
    person.tab_to("Outcome")
    person.press("3")
    wait_until(lambda: person.is_in("Outcome: Did not work"), "the outcome")
    person.tab_to("Tried")
    person.type("Every field by its name")
    wait_until(lambda: kept(tmp_path).tried == "Every field by its name", "the card in the history")

    person.tab_to("Tags")
    person.type("keyboard,")
    wait_until(lambda: kept(tmp_path).tags == ("keyboard",), "the tag")
    person.tab_to("Link a stretch of work")
    person.press("space")
    wait_until(lambda: windows(tokentray) == 2, "the menu of stretches")
    person.press("Down", "Return")
    wait_until(lambda: len(kept(tmp_path).links) == 1, "the link")
    wait_until(lambda: person.hears("Unlink"), "the linked stretch with its button")

    person.press("ctrl+4")
    wait_until(lambda: person.hears("Written without a mouse: Did not work"), "the card in the check-in")
    person.tab_to("Written without a mouse is for: Me")
    person.press("Right")
    wait_until(lambda: kept(tmp_path).level == Level.TEAM, "the promotion")
    person.tab_to("Save")
    person.press("space")
    wait_until(lambda: windows(tokentray) == 2, "the menu of formats")
    person.press("Down", "Return")
    wait_until(lambda: person.is_in("File"), "the file dialog")
    person.press("ctrl+a")
    person.type(str(tmp_path / "week.md"))
    person.press("Return")
    wait_until((tmp_path / "week.md").exists, "the file")
    text = (tmp_path / "week.md").read_text()
    assert "### Written without a mouse" in text
    assert "For the team · did not work · 4k tokens" in text
    assert kept(tmp_path).outcome == Outcome.FAILED


def log_an_hour_of_work(home: Path) -> None:
    """One stretch of today's, on a project called alpha."""
    path = home / ".claude" / "projects" / "-home-me-alpha" / "one.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    with path.open("w") as log:
        for number in range(4):
            log.write(json.dumps(response(number, now - timedelta(minutes=25 - 5 * number))) + "\n")


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
    return cards[0] if cards else Card("", datetime.now(UTC), datetime.now(UTC))
