"""Overview shows the moment, and before there is one, what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.snapshots import account_state, empty_snapshot, extreme_snapshot, full_snapshot
from tokentray.insights.snapshot import Figure
from tokentray.settings.settings import Settings
from tokentray.ui.pages.overview_page import OverviewPage


@pytest.fixture
def page(qtbot: QtBot) -> OverviewPage:
    page = OverviewPage(Settings(welcomed=True))
    qtbot.addWidget(page)
    page.resize(984, 760)
    page.show_snapshot(full_snapshot())
    page.show()
    return page


def test_the_four_figures_are_shown(page: OverviewPage) -> None:
    assert [card.value.text() for card in page.figures] == ["1.24M", "$69.54", "81 %", "opus-4"]
    assert page.figures[0].accessibleName() == "Today: 1.24M. $3.42 · 14 sessions"


def test_another_period_is_asked_for(page: OverviewPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.days_chosen) as chosen:
        page.days.choose(30)
    assert chosen.args == [30]


def test_showing_a_period_does_not_ask_for_it(page: OverviewPage, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(page.days_chosen):
        page.show_snapshot(replace(full_snapshot(), overview_days=7))
    assert page.days.value() == 7


def test_a_click_on_a_model_leads_on(page: OverviewPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.model_chosen) as chosen:
        page.bars.series_clicked.emit("gpt-5")
    assert chosen.args == ["gpt-5"]


def test_what_needs_attention_says_where_it_is_mended(page: OverviewPage, qtbot: QtBot) -> None:
    button = next(one for one in page.notices.findChildren(QPushButton) if one.text() == "Open Settings")
    with qtbot.waitSignal(page.page_wished) as wished:
        button.click()
    assert wished.args == ["settings"]


def test_nothing_that_needs_attention_takes_no_room(page: OverviewPage) -> None:
    page.show_snapshot(replace(full_snapshot(), notices=()))
    assert page.notices.isHidden()


def test_of_many_notices_three_are_shown_until_more_are_wished(page: OverviewPage) -> None:
    page.show_snapshot(extreme_snapshot())
    assert [row.isVisible() for row in page.notices._rows] == [True, True, True, False, False]
    page.notices.more.click()
    assert all(row.isVisible() for row in page.notices._rows)


def test_a_month_without_known_cost_says_so(page: OverviewPage) -> None:
    page.show_snapshot(replace(full_snapshot(), month=None))
    assert page.line.accessibleName() == "Cost this month: No cost is known for this month."


def test_a_long_model_name_is_written_smaller_before_it_is_broken(page: OverviewPage) -> None:
    value = page.figures[3].value
    usual = value.font().pointSizeF()
    figures = (*full_snapshot().figures[:3], Figure("Busiest model", "claude-opus-4-5-20251101", ""))
    page.show_snapshot(replace(full_snapshot(), figures=figures))
    assert value.font().pointSizeF() < usual
    assert value.fontMetrics().horizontalAdvance(value.text()) <= value.width()


def test_a_first_start_without_anything_says_what_to_do(qtbot: QtBot) -> None:
    page = OverviewPage(Settings())
    qtbot.addWidget(page)
    page.show_snapshot(empty_snapshot())
    page.show()
    assert page.welcome.found_title.text() == "Nothing was found on this machine yet"
    assert page.welcome.allow.isVisible()
    assert not page.bars.isVisible()
    with qtbot.waitSignal(page.add_wished):
        page.welcome.add.click()


def test_a_first_start_names_the_agents_found(qtbot: QtBot) -> None:
    page = OverviewPage(Settings())
    qtbot.addWidget(page)
    page.show_snapshot(full_snapshot())
    page.show()
    assert page.welcome.found.text() == "Claude Code  ·  since Fri, 21 Nov 2025  ·  12.3M tokens"
    assert page.bars.isVisible()


@pytest.mark.parametrize("allowed", [True, False])
def test_polling_is_asked_for_plainly(qtbot: QtBot, allowed: bool) -> None:
    page = OverviewPage(Settings())
    qtbot.addWidget(page)
    page.show_snapshot(full_snapshot())
    with qtbot.waitSignal(page.polling_answered) as answered:
        (page.welcome.allow if allowed else page.welcome.refuse).click()
    assert answered.args == [allowed]


def test_once_answered_the_welcome_is_gone(qtbot: QtBot) -> None:
    page = OverviewPage(Settings())
    qtbot.addWidget(page)
    page.show_snapshot(full_snapshot())
    page.show_settings(Settings(welcomed=True))
    assert page.welcome.isHidden()


def test_without_any_number_the_way_to_add_stays_after_the_answer(qtbot: QtBot) -> None:
    page = OverviewPage(Settings(welcomed=True))
    qtbot.addWidget(page)
    page.show_snapshot(replace(empty_snapshot(), accounts=(account_state("codex/default", "Codex"),)))
    page.show()
    assert page.welcome.add.isVisible()
    assert not page.welcome.allow.isVisible()
