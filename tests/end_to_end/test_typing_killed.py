"""The program is killed in the middle of typing, at twenty points: at most two seconds of text are lost, and the history is sound."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.typed_text import TEXT, TITLE
from tokentray.store.database import open_history
from tokentray.store.journal_table import all_cards

ROOT = Path(__file__).parents[2]
POINTS = [5, 11, 18, 24, 31, 40, 52, 63, 77, 88, 101, 113, 126, 140, 155, 168, 181, 197, 214, 230]
"""After so many keys: in the title first, in the text later; half a second to five seconds after the first key."""

LOST_AT_MOST_SECONDS = 2.0
PATIENCE_SECONDS = 60

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no kill -9 there")


@dataclass(frozen=True)
class Killed:
    """One person's attempt: `typed` are the instants of the keys, `kept` is what the history has of them."""

    point: int
    typed: list[float]
    kept: str
    damaged: list[str]

    @property
    def lost_seconds(self) -> float:
        """The age of the oldest key that was lost."""
        return self.typed[-1] - self.typed[len(self.kept)] if len(self.kept) < len(self.typed) else 0.0


def test_at_most_two_seconds_of_text_are_lost_and_the_history_is_sound(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as persons:
        attempts = list(persons.map(lambda point: write_until_killed(tmp_path / str(point), point), POINTS))
    for attempt in attempts:
        assert f"{TITLE}\n{TEXT}".startswith(attempt.kept)
        assert attempt.damaged == []
    lost = {attempt.point: round(attempt.lost_seconds, 2) for attempt in attempts}
    assert max(lost.values()) <= LOST_AT_MOST_SECONDS, lost


def write_until_killed(folder: Path, point: int) -> Killed:
    folder.mkdir()
    environment = {**os.environ, "TOKENTRAY_HOME": str(folder / "tray"), "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    environment["QT_QPA_PLATFORM"] = "offscreen"
    command = [sys.executable, "-m", "tests.end_to_end.typing_person"]
    typed: list[float] = []
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as person:
        assert person.stdout is not None
        for line in person.stdout:
            typed.append(float(line.split()[1]))
            if len(typed) == point:
                person.kill()
        person.wait(PATIENCE_SECONDS)
    assert len(typed) >= point
    return Killed(point, typed, kept(folder), [path.name for path in (folder / "tray").glob("*.damaged*")])


def kept(folder: Path) -> str:
    """What was written, as the history has it; opening it after such an end checks the whole file."""
    with open_history(str(folder / "tray" / "history.sqlite")) as history:
        cards = all_cards(history)
    assert len(cards) <= 1
    return "".join(f"{card.title}\n{card.tried}" if card.tried else card.title for card in cards)
