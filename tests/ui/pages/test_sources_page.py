"""Sources: what each account says, and what can be done with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from tests.ui.snapshots import account_state, empty_snapshot, extreme_snapshot, full_snapshot
from tokentray.insights.snapshot import AccountState
from tokentray.settings.new_account import AccountTested
from tokentray.ui.pages.account_card import AccountCard
from tokentray.ui.pages.sources_page import SourcesPage


@pytest.fixture
def page(qtbot: QtBot) -> SourcesPage:
    page = SourcesPage()
    qtbot.addWidget(page)
    page.resize(984, 760)
    page.show_snapshot(full_snapshot())
    page.show()
    return page


def card_of(page: SourcesPage, row: AccountState) -> AccountCard:
    page.show_snapshot(replace(full_snapshot(), accounts=(row,)))
    return page.cards[row.account]


def test_a_card_says_how_its_account_is(page: SourcesPage) -> None:
    card = page.cards["openai/work"]
    assert card.state.text() == "Up to date. Last reading 20 s ago."
    assert card.facts.text() == ("12.3M tokens  ·  complete since Fri, 21 Nov 2025  ·  until 21 Nov, 9:08\u202fPM")
    assert "Limits: What single conversations were about." in card.details.text()
    assert card.accessibleName() == "OpenAI, openai/work: Up to date. Last reading 20 s ago."


def test_a_refused_key_is_told_in_words(page: SourcesPage) -> None:
    card = card_of(page, account_state("openai/work", "OpenAI", "key_rejected", "OpenAI refused the key."))
    assert card.state.text() == "The key was refused. OpenAI refused the key. Last reading 3 days ago."
    assert card.state.property("role") == "bad"


def test_an_account_that_was_never_read_says_so(page: SourcesPage) -> None:
    row = replace(
        account_state("openai/work", "OpenAI", "never"),
        succeeded_at=None,
        complete_since=None,
        complete_until=None,
        first_day=None,
        tokens=None,
    )
    card = card_of(page, row)
    assert card.state.text() == "Not read yet."
    assert card.facts.text() == "Nothing has been read yet."


def test_an_agent_names_its_first_day(page: SourcesPage) -> None:
    row = replace(account_state("codex/default", "Codex"), complete_since=None, complete_until=None)
    assert card_of(page, row).facts.text() == "12.3M tokens  ·  since Fri, 21 Nov 2025"


def test_gaps_are_named_and_many_are_counted(page: SourcesPage) -> None:
    gap = (datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 2, 8, tzinfo=UTC), "the log was deleted")
    card = card_of(page, replace(account_state("openai/work", "OpenAI"), gaps=(gap,) * 5))
    lines = card.details.text().split("\n")
    assert lines[0] == "Gap: 1 Mar, 9:00\u202fAM – 2 Mar, 9:00\u202fAM: the log was deleted"
    assert lines[3] == "and 2 more gaps"


def test_an_account_is_tested_and_the_answer_stands_in_its_card(page: SourcesPage, qtbot: QtBot) -> None:
    card = page.cards["openai/work"]
    with qtbot.waitSignal(page.account_tested) as wished:
        card.test.click()
    assert wished.args == ["openai/work"]
    assert card.result.text() == "Testing…"
    page.show_tested(AccountTested("openai/work", True, "The key opens usage and costs."))
    assert card.result.text() == "✓ The key opens usage and costs."
    assert card.test.isEnabled()


@pytest.mark.parametrize(("state", "button", "pauses"), [("ok", "Pause", True), ("paused", "Resume", False)])
def test_pausing_and_resuming(page: SourcesPage, qtbot: QtBot, state: str, button: str, pauses: bool) -> None:
    card = card_of(page, account_state("openai/work", "OpenAI", state))
    assert card.pause.text() == button
    with qtbot.waitSignal(page.account_paused) as wished:
        card.pause.click()
    assert wished.args == ["openai/work", pauses]


def test_removing_asks_first_and_says_that_the_history_stays(page: SourcesPage, qtbot: QtBot) -> None:
    page.cards["openai/work"].remove.click()
    box = page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "stays in your history" in box.informativeText()
    remove = next(button for button in box.buttons() if button.text() == "Remove")
    with qtbot.waitSignal(page.account_removed) as wished:
        remove.click()
    assert wished.args == ["openai/work"]


def test_removing_can_be_thought_better_of(page: SourcesPage, qtbot: QtBot) -> None:
    page.cards["openai/work"].remove.click()
    box = page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    with qtbot.assertNotEmitted(page.account_removed):
        box.button(QMessageBox.StandardButton.Cancel).click()


def test_an_agent_that_finds_itself_cannot_be_removed_or_tested(page: SourcesPage) -> None:
    card = page.cards["claude-code/default"]
    assert card.remove.isHidden()
    assert card.test.isHidden()
    assert not card.pause.isHidden()


def test_an_account_that_is_gone_takes_its_card_along(page: SourcesPage) -> None:
    page.show_snapshot(replace(full_snapshot(), accounts=full_snapshot().accounts[:1]))
    assert list(page.cards) == ["anthropic/work"]


def test_nothing_at_all_is_said_in_words(page: SourcesPage) -> None:
    page.show_snapshot(empty_snapshot())
    assert page._agents._nothing.isVisible()
    assert page._providers._nothing.isVisible()


def test_long_names_do_not_widen_the_page(page: SourcesPage, qtbot: QtBot) -> None:
    page.show_snapshot(extreme_snapshot())
    page.resize(704, 600)
    qtbot.waitUntil(lambda: page._scroll.horizontalScrollBar().maximum() == 0)


def test_every_card_can_be_reached_by_keyboard(page: SourcesPage) -> None:
    page.show_account("openai/work")
    assert page.focusWidget() is page.cards["openai/work"].pause
