"""The quick card on a real desktop: two clicks from the icon, or one key; Enter saves, Esc keeps a draft."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.desktop.conftest import Desktop, Program, wait_until
from tests.desktop.person import NOW, Person, kept, log_some_work, needs_accessibility

pytestmark = needs_accessibility

Start = Callable[..., Program]


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    monkeypatch.setenv("TOKENTRAY_NOW", NOW.isoformat())
    person = Person()
    yield person
    person.end()


@pytest.fixture
def tokentray(program: Start, person: Person, desktop: Desktop, tmp_path: Path) -> Program:
    log_some_work(tmp_path / "home")
    tokentray = program()
    wait_until(lambda: desktop.can("find"), "the icon")
    return tokentray


def test_two_clicks_and_a_few_words(tokentray: Program, desktop: Desktop, person: Person, tmp_path: Path) -> None:
    desktop.do("click", "1")
    wait_until(lambda: person.hears("Tag this session"), "the popover")
    person.click("Tag this session")
    wait_until(lambda: person.is_in("Title"), "the quick card")
    person.type("Half a minute")
    person.press("Return")
    wait_until(lambda: not kept(tmp_path).draft and kept(tmp_path).title == "Half a minute", "the card")
    card = kept(tmp_path)
    assert (len(card.links), card.models, card.tags) == (1, ("claude-opus-4-5",), ("alpha", "claude-code"))


def test_a_key_opens_it_and_esc_keeps_a_draft(tokentray: Program, person: Person, tmp_path: Path) -> None:
    assert tokentray.start("tag").wait(10) == 0
    wait_until(lambda: person.is_in("Title"), "the quick card")
    person.type("Half a thought")
    person.press("Escape")
    wait_until(lambda: kept(tmp_path).title == "Half a thought", "the draft")
    assert kept(tmp_path).draft
    assert tokentray.start("tag").wait(10) == 0
    wait_until(lambda: person.is_in("Title"), "the quick card again")
    person.press("End")
    person.type(" and the rest")
    person.press("Return")
    wait_until(lambda: kept(tmp_path).title == "Half a thought and the rest", "the whole thought")
    assert not kept(tmp_path).draft
