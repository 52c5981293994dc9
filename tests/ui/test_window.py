"""The window: pages on demand, keys, search, undo, and its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea
from pytestqt.qtbot import QtBot

from tests.ui.journal_views import FAILED, checkin_draft, extreme_view, week_view
from tests.ui.snapshots import NOW, empty_snapshot, extreme_snapshot, full_snapshot
from tokentray.core.clock import StoppedClock
from tokentray.insights.journal import JournalChoice
from tokentray.insights.snapshot import Progress, TrendChoice
from tokentray.settings.new_account import AccountTested
from tokentray.settings.settings import AccountSetting, Settings
from tokentray.share.team_view import TeamView
from tokentray.ui.look import apply_look
from tokentray.ui.pages.checkin_page import CheckInPage
from tokentray.ui.pages.journal_page import JournalPage
from tokentray.ui.pages.overview_page import OverviewPage
from tokentray.ui.pages.settings_page import SettingsPage
from tokentray.ui.pages.sources_page import SourcesPage
from tokentray.ui.pages.team_page import TeamPage
from tokentray.ui.pages.trends_page import TrendsPage
from tokentray.ui.window import Window

PAGES = ("overview", "trends", "journal", "checkin", "team", "sources", "settings")


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    window = Window(Settings(welcomed=True), StoppedClock(NOW))
    qtbot.addWidget(window)
    window.show_snapshot(full_snapshot())
    window.show()
    qtbot.waitExposed(window)
    return window


def test_a_page_is_built_when_it_is_first_shown(window: Window) -> None:
    assert list(window._pages) == ["overview"]
    window.show_page("sources")
    assert list(window._pages) == ["overview", "sources"]


def test_only_the_visible_page_is_painted_anew(window: Window) -> None:
    window.show_page("sources")
    window.show_snapshot(replace(full_snapshot(), accounts=()))
    sources, overview = window._pages["sources"], window._pages["overview"]
    assert isinstance(sources, SourcesPage)
    assert isinstance(overview, OverviewPage)
    assert sources.cards == {}
    assert overview._snapshot == full_snapshot()
    window.show_page("overview")
    assert overview._snapshot.accounts == ()


@pytest.mark.parametrize(("key", "page"), list(zip("1234567", PAGES, strict=True)))
def test_control_and_a_number_switch_pages(window: Window, qtbot: QtBot, key: str, page: str) -> None:
    qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
    assert window.page == page
    title = "Check-in" if page == "checkin" else page.capitalize()
    assert window.windowTitle() == f"{title} – TokenTray"


def test_arrows_move_between_pages_in_the_sidebar(window: Window, qtbot: QtBot) -> None:
    button = window.sidebar._group.button(0)
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Down)
    assert window.sidebar._group.button(1).isChecked()
    assert window.page == "trends"


def test_tab_comes_to_the_present_page_in_the_sidebar(window: Window) -> None:
    window.show_page("sources")
    policies = [button.focusPolicy() for button in window.sidebar._group.buttons()]
    strong, click = Qt.FocusPolicy.StrongFocus, Qt.FocusPolicy.ClickFocus
    assert policies == [click, click, click, click, click, strong, click]


def test_f5_syncs_and_escape_closes(window: Window, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.sync_wished):
        qtbot.keyClick(window, Qt.Key.Key_F5)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_it_says_how_fresh_the_numbers_are(window: Window) -> None:
    assert window.sidebar._fresh.text() == "Updated 20 s ago"
    window.show_snapshot(replace(full_snapshot(), newest_at=NOW - timedelta(hours=26)))
    assert window.sidebar._fresh.text() == "Updated 26 h ago"
    window.show_snapshot(empty_snapshot())
    assert window.sidebar._fresh.text() == "Nothing read yet"


def test_made_up_numbers_are_labelled_on_every_page(window: Window) -> None:
    assert window.sidebar._sample.isHidden()
    window.show_snapshot(replace(full_snapshot(), sample=True))
    for page in PAGES:
        window.show_page(page)
        assert window.sidebar._sample.isVisible()


def test_long_work_is_shown_and_can_be_stopped(window: Window, qtbot: QtBot) -> None:
    window.show_progress(Progress("Reading Claude Code's logs", 0.42, "1,203 of 2,871 files"))
    assert window.progress.text == "Reading Claude Code's logs  ·  1,203 of 2,871 files"
    assert window.progress.bar.value() == 420
    with qtbot.waitSignal(window.stop_wished):
        window.progress.stop.click()
    window.show_progress(None)
    assert window.progress.isHidden()


def test_its_place_and_page_are_remembered(window: Window, qtbot: QtBot) -> None:
    window.resize(920, 701)
    window.show_page("sources")
    with qtbot.waitSignal(window.window_placed) as placed:
        window.close()
    again = Window(Settings(window=placed.args[0]), StoppedClock(NOW))
    qtbot.addWidget(again)
    assert again.page == "sources"
    assert again.height() == 701


@pytest.mark.parametrize("text", ["nonsense", "[]", '{"page": "nowhere", "geometry": 7}'])
def test_a_place_that_cannot_be_read_is_forgotten(qtbot: QtBot, text: str) -> None:
    window = Window(Settings(window=text), StoppedClock(NOW))
    qtbot.addWidget(window)
    assert window.page == "overview"


def test_a_setting_is_taken_back_without_losing_what_changed_since(window: Window) -> None:
    wishes: list[Settings] = []
    window.settings_changed.connect(wishes.append)
    window.show_page("settings")
    page = window._pages["settings"]
    assert isinstance(page, SettingsPage)
    page.settings_changed.emit(replace(Settings(welcomed=True), theme="dark"), "Appearance: Dark.")
    assert window.undo.text == "Appearance: Dark."
    account = AccountSetting("openai/work", "keyring")
    window.show_settings(replace(wishes[-1], accounts=(account,)))
    window.undo.button.click()
    assert wishes[-1] == Settings(welcomed=True, accounts=(account,))


def test_control_z_takes_back_too(window: Window, qtbot: QtBot) -> None:
    wishes: list[Settings] = []
    window.settings_changed.connect(wishes.append)
    window._change_settings(Settings(welcomed=True, theme="dark"), "Appearance: Dark.")
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert wishes[-1].theme == "system"
    assert window.undo.isHidden()


def test_pausing_can_be_taken_back(window: Window) -> None:
    wishes: list[tuple[str, bool]] = []
    window.account_paused.connect(lambda account, paused: wishes.append((account, paused)))
    window.show_page("sources")
    page = window._pages["sources"]
    assert isinstance(page, SourcesPage)
    page.cards["openai/work"].pause.click()
    window.undo.button.click()
    assert wishes == [("openai/work", True), ("openai/work", False)]


def test_a_removed_account_can_be_added_again(window: Window) -> None:
    window.show_page("sources")
    page = window._pages["sources"]
    assert isinstance(page, SourcesPage)
    page.account_removed.emit("openai/work")
    assert window.undo.text == "openai/work was removed. What it told so far stays in your history."
    window.undo.button.click()
    assert page._dialog is not None
    assert page._dialog.label.text() == "work"
    page._dialog.reject()


def test_the_answer_to_the_polling_question_is_a_setting(qtbot: QtBot) -> None:
    window = Window(Settings(), StoppedClock(NOW))
    qtbot.addWidget(window)
    overview = window._pages["overview"]
    assert isinstance(overview, OverviewPage)
    with qtbot.waitSignal(window.settings_changed) as changed:
        overview.welcome.allow.click()
    assert changed.args == [Settings(polling_allowed=True, welcomed=True)]


def test_a_model_on_overview_leads_to_its_trend(window: Window) -> None:
    wishes: list[TrendChoice] = []
    window.trend_chosen.connect(wishes.append)
    overview = window._pages["overview"]
    assert isinstance(overview, OverviewPage)
    overview.bars.series_clicked.emit("gpt-5")
    assert window.page == "trends"
    assert wishes[-1].only == (("model", "gpt-5"),)


def test_adding_begins_on_sources_and_its_test_is_answered_in_the_dialog(window: Window, qtbot: QtBot) -> None:
    window._add_source()
    page = window._pages["sources"]
    assert isinstance(page, SourcesPage)
    assert page._dialog is not None
    page._dialog.key.setText("sk-admin-1")
    with qtbot.waitSignal(window.account_added) as added:
        page._dialog.add.click()
    assert added.args[0].name == "openai/default"
    window.show_tested(AccountTested("openai/default", True, "The key opens usage and costs."))
    assert page._dialog._said.text() == "✓ The key opens usage and costs."
    page._dialog.accept()


def test_search_goes_to_a_model_by_keyboard(window: Window, qtbot: QtBot) -> None:
    finder = window.search()
    finder.field.setText("gemini")
    qtbot.keyClick(finder.field, Qt.Key.Key_Return)
    assert window.page == "trends"
    trends = window._pages["trends"]
    assert isinstance(trends, TrendsPage)
    assert trends.choice is not None
    assert trends.choice.only == (("model", "gemini-2.5"),)


def test_search_finds_projects_accounts_and_actions(window: Window, qtbot: QtBot) -> None:
    window.show_snapshot(replace(full_snapshot(), names=(("project", "alpha"), ("model", "gpt-5"))))
    finder = window.search()
    finder.field.setText("alpha")
    assert finder.list.item(0).text() == "alpha\u2002·\u2002project"
    finder.field.setText("sync")
    with qtbot.waitSignal(window.sync_wished):
        qtbot.keyClick(finder.field, Qt.Key.Key_Return)
    again = window.search()
    again.field.setText("openai/work")
    qtbot.keyClick(again.field, Qt.Key.Key_Return)
    assert window.page == "sources"


def test_search_finds_cards_and_tags(window: Window, qtbot: QtBot) -> None:
    window.show_journal(week_view())
    finder = window.search()
    finder.field.setText("contract template")
    qtbot.keyClick(finder.field, Qt.Key.Key_Return)
    assert window.page == "journal"
    journal = window._pages["journal"]
    assert isinstance(journal, JournalPage)
    assert journal.editor.card().id == FAILED.id
    again = window.search()
    again.field.setText("parser tag")
    with qtbot.waitSignal(window.journal_chosen) as chosen:
        qtbot.keyClick(again.field, Qt.Key.Key_Return)
    assert chosen.args == [JournalChoice("tag:parser")]


def test_search_asks_for_the_journal_that_nobody_looks_at(window: Window, qtbot: QtBot) -> None:
    looked_at: list[bool] = []
    window.journal_shown.connect(looked_at.append)
    finder = window.search()
    finder.field.setText("contract template")
    assert finder.list.item(0).text() == "Nothing is called that."
    window.show_journal(week_view())
    assert finder.list.item(0).text() == "Let an agent translate the contract template\u2002·\u2002card"
    assert looked_at == [True, False]
    finder.close()
    assert window._finder is None


def test_a_deleted_card_comes_back_by_undo(window: Window, qtbot: QtBot) -> None:
    window.show_journal(week_view())
    window.show_card(FAILED.id)
    journal = window._pages["journal"]
    assert isinstance(journal, JournalPage)
    journal.list.setFocus()
    with qtbot.waitSignal(window.card_removed) as removed:
        qtbot.keyClick(journal.list, Qt.Key.Key_Delete)
    assert removed.args == [FAILED.id]
    with qtbot.waitSignal(window.card_restored) as restored:
        window.undo.button.click()
    assert restored.args[0].id == FAILED.id


def test_a_card_of_the_check_in_is_opened_in_the_journal(window: Window) -> None:
    window.show_journal(week_view())
    window.show_page("checkin")
    window.show_checkin(checkin_draft())
    checkin = window._pages["checkin"]
    assert isinstance(checkin, CheckInPage)
    checkin.promotions[FAILED.id].open.click()
    assert window.page == "journal"
    journal = window._pages["journal"]
    assert isinstance(journal, JournalPage)
    assert journal.editor.card().id == FAILED.id


def team_page(window: Window) -> TeamPage:
    page = window._pages["team"]
    assert isinstance(page, TeamPage)
    return page


def test_it_says_whether_somebody_looks_at_the_team(window: Window) -> None:
    looked_at: list[bool] = []
    window.team_shown.connect(looked_at.append)
    window.show_page("team")
    window.show_page("journal")
    window.show_page("team")
    window.close()
    assert looked_at == [True, False, True, False]


def test_the_check_in_leads_to_what_of_its_week_may_leave(window: Window, qtbot: QtBot) -> None:
    window.show_page("checkin")
    window.show_checkin(checkin_draft())
    checkin = window._pages["checkin"]
    assert isinstance(checkin, CheckInPage)
    with qtbot.waitSignal(window.team_week_chosen) as chosen:
        checkin.share.click()
    assert (chosen.args, window.page, team_page(window).part) == (["2026-W47"], "team", "week")


def test_search_finds_the_team_and_what_can_be_done_there(window: Window, qtbot: QtBot) -> None:
    finder = window.search()
    finder.field.setText("team")
    assert [finder.list.item(row).text() for row in range(finder.list.count())] == [
        "Team\u2002·\u2002page",
        "Join a team\u2002·\u2002action",
    ]
    finder.field.setText("share this week")
    with qtbot.waitSignal(window.team_week_chosen) as chosen:
        qtbot.keyClick(finder.field, Qt.Key.Key_Return)
    assert (chosen.args, window.page) == ([""], "team")


def test_whoever_is_in_no_team_is_offered_to_join_one_only(window: Window) -> None:
    window.show_team(TeamView(NOW))
    assert [title for _, title, _ in window._team_actions()] == ["Join a team"]


def test_what_is_done_for_the_team_is_stopped_at_the_foot_and_a_scan_goes_on(window: Window) -> None:
    stopped: list[str] = []
    window.stop_wished.connect(lambda: stopped.append("scan"))
    window.team_stop_wished.connect(lambda: stopped.append("team"))
    window.show_progress(Progress("Reading", 0.5))
    window.show_team_work("Joining the team")
    assert window.progress.text == "Joining the team"
    window.progress.stop.click()
    window.show_team_work("")
    assert window.progress.text == "Reading"
    window.progress.stop.click()
    assert stopped == ["team", "scan"]


def test_esc_does_not_lose_a_recovery_code_that_was_not_kept(window: Window, qtbot: QtBot) -> None:
    window.show_page("team")
    window.show_code("AAAA-BBBB")
    window.show_page("journal")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert (window.isVisible(), window.page) == (True, "team")
    assert window.undo.text.startswith("Your recovery code is shown this once")
    team_page(window).code.keep.click()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_a_closing_program_takes_the_window_along_in_any_case(window: Window) -> None:
    window.show_page("team")
    window.show_code("AAAA-BBBB")
    assert window.close()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_nothing_is_wider_than_the_smallest_window(app: QApplication, qtbot: QtBot, page: str, scale: float) -> None:
    apply_look(app, "light", text_scale=scale)
    window = Window(Settings(welcomed=True), StoppedClock(NOW))
    qtbot.addWidget(window)
    window.show_snapshot(extreme_snapshot())
    window.show_journal(extreme_view())
    window.show_checkin(checkin_draft())
    window.show_team(TeamView(NOW))
    window.show_page(page)
    window.resize(900, 600)
    window.show()
    scroll = window._pages[page].findChild(QScrollArea)
    assert isinstance(scroll, QScrollArea)
    qtbot.waitUntil(lambda: scroll.horizontalScrollBar().maximum() == 0)
    assert window.width() == 900


@pytest.mark.parametrize("page", PAGES)
def test_tab_reaches_something_on_every_page(app: QApplication, window: Window, qtbot: QtBot, page: str) -> None:
    window.show_journal(week_view())
    window.show_checkin(checkin_draft())
    window.show_team(TeamView(NOW))
    window.show_page(page)
    app.processEvents()
    reached = set()
    for _ in range(40):
        qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        focused = window.focusWidget()
        if focused is not None and window._pages[page].isAncestorOf(focused):
            reached.add(focused)
    assert len(reached) >= 3


def test_the_look_can_change_while_it_is_open(app: QApplication, window: Window) -> None:
    for page in PAGES:
        window.show_page(page)
    apply_look(app, "dark")
    app.processEvents()
    before = window.grab().toImage().pixelColor(30, 300).lightness()
    assert before < 60
