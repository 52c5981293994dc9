"""With the keyboard alone, and heard through the accessibility bus: a card from nothing, tagged, linked, promoted, exported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.desktop.conftest import Program, wait_until
from tests.desktop.person import NOW, Person, kept, log_some_work, needs_accessibility, windows
from tokentray.core.journal import Level, Outcome

pytestmark = needs_accessibility


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    monkeypatch.setenv("TOKENTRAY_NOW", NOW.isoformat())
    person = Person()
    yield person
    person.end()


def test_a_card_from_nothing_tagged_linked_promoted_and_exported(
    program: Callable[..., Program], person: Person, tmp_path: Path
) -> None:
    log_some_work(tmp_path / "home")
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
    person.tab_to("Link a session")
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
