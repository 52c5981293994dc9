"""Journal shows days, cards and unexplained sessions, and says what is wished with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QInputDialog, QLineEdit, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from tests.ui.journal_views import FAILED, empty_view, extreme_view, found_view, row, stretch, week_view, with_retry
from tests.ui.snapshots import NOW, TODAY
from tokentray.core.clock import StoppedClock
from tokentray.core.journal import Card, Edit
from tokentray.insights.journal import JournalChoice, JournalDay
from tokentray.ui.look import apply_look
from tokentray.ui.pages.journal_page import JournalPage
from tokentray.ui.pages.journal_rows import card_key, session_key
from tokentray.ui.pages.session_panel import SplitDialog

FIRST, SECOND = "000000000001", "000000000002"
ALPHA = "2026-11-21T13:00Z/alpha"


@pytest.fixture
def page(qtbot: QtBot) -> JournalPage:
    page = JournalPage(StoppedClock(NOW))
    qtbot.addWidget(page)
    page.resize(984, 760)
    page.show_journal(week_view())
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    return page


@pytest.fixture
def edited(page: JournalPage) -> list[Card]:
    cards: list[Card] = []
    page.card_edited.connect(cards.append)
    return cards


def choose(page: JournalPage, *keys: str) -> None:
    page.list.clearSelection()
    for key in keys:
        place = page.rows.place_of(key)
        assert place is not None
        index = page.rows.index(place)
        page.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.Select)
    page.list.setFocus()
    page._show_chosen()


def undo_of(page: JournalPage) -> list[tuple[str, Callable[[], object]]]:
    told: list[tuple[str, Callable[[], object]]] = []
    page.undoable.connect(lambda said, how: told.append((said, how)))
    return told


def test_days_stand_newest_first_with_their_cards_and_sessions(page: JournalPage) -> None:
    texts = [page.rows.index(place).data() for place in range(6)]
    assert texts == [
        "Sat, 21 Nov 2026. 2 to explain",
        "What was this?. 2:00\u202fPM to 3:40\u202fPM · alpha · ≈\u00a0$3.42. 1.20M tokens",
        "What was this?. 10:00\u202fAM to 10:25\u202fAM · tokentray. 214k tokens",
        "Fri, 20 Nov 2026. 2 cards · 1 to explain",
        "Property tests found the bug in the parser. Worked. Team. testing, parser. 2.31M tokens. alpha · ≈\u00a0$6.10",
        "Pictures for the release notes. Partly. design. tokens unknown",
    ]


def test_use_that_no_log_knows_is_unknown_not_nothing(page: JournalPage) -> None:
    place = page.rows.place_of(card_key(SECOND))
    assert place is not None
    assert "tokens unknown" in page.rows.index(place).data()


def test_a_card_without_title_is_called_by_what_was_tried(page: JournalPage) -> None:
    place = page.rows.place_of(card_key("000000000005"))
    assert place is not None
    assert page.rows.index(place).data() == "Queries for the quarterly numbers. Not said yet. Draft. tokens unknown"


def test_a_folder_is_called_by_its_last_part(page: JournalPage) -> None:
    session = stretch(TODAY, 9, 30, "/home/somebody/code/alpha", 1_000)
    page.show_journal(replace(week_view(), days=(JournalDay(TODAY, (), (session,)),)))
    assert page.rows.index(1).data() == "What was this?. 10:00\u202fAM to 10:30\u202fAM · alpha. 1.0k tokens"


def test_moving_passes_over_days(page: JournalPage, qtbot: QtBot) -> None:
    choose(page, session_key("2026-11-21T09:00Z/tokentray"))
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    assert page.list.currentIndex().row() == 4


def test_j_and_k_move_as_arrows_do(page: JournalPage, qtbot: QtBot) -> None:
    choose(page, session_key(ALPHA))
    qtbot.keyClick(page.list, Qt.Key.Key_J)
    assert page.list.currentIndex().row() == 2
    qtbot.keyClick(page.list, Qt.Key.Key_K)
    assert page.list.currentIndex().row() == 1


def test_resting_on_a_card_opens_it_and_the_list_keeps_the_focus(page: JournalPage, qtbot: QtBot) -> None:
    opened: list[str] = []
    page.card_opened.connect(opened.append)
    page.list.setFocus()
    place = page.rows.place_of(card_key(FIRST))
    assert place is not None
    page.list.setCurrentIndex(page.rows.index(place))
    qtbot.waitUntil(lambda: opened == [FIRST])
    assert page.editor.card().title == "Property tests found the bug in the parser"
    assert page.list.hasFocus()


def test_enter_goes_into_the_card_and_escape_back(page: JournalPage, qtbot: QtBot) -> None:
    choose(page, card_key(FAILED.id))
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    focused = page.focusWidget()
    assert focused is not None
    assert page.editor.isAncestorOf(focused)
    qtbot.keyClick(focused, Qt.Key.Key_Escape)
    assert page.list.hasFocus()


def test_enter_on_a_session_begins_a_card_that_is_linked_to_it(page: JournalPage, qtbot: QtBot) -> None:
    choose(page, session_key(ALPHA))
    assert page.session.when.text() == "Sat, 21 Nov 2026, 2:00\u202fPM to 3:40\u202fPM"
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    card = page.editor.card()
    assert [(link.project, link.start.hour, link.end.hour) for link in card.links] == [("alpha", 13, 14)]
    assert card.tags == ("testing", "parser")
    assert card.models == ("claude-opus-5-5", "claude-haiku-5-5")
    assert card.created_at == NOW


def test_a_new_card_is_kept_as_soon_as_something_is_written(
    page: JournalPage, edited: list[Card], qtbot: QtBot
) -> None:
    qtbot.keyClick(page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert page.editor.card().day == TODAY
    assert edited == []
    focused = page.focusWidget()
    assert focused is not None
    qtbot.keyClicks(focused, "A chat on the web")
    qtbot.waitUntil(lambda: len(edited) > 0)
    assert edited[-1].title == "A chat on the web"


def test_a_new_view_does_not_disturb_the_card_being_written(
    page: JournalPage, edited: list[Card], qtbot: QtBot
) -> None:
    page.new_card()
    focused = page.focusWidget()
    assert focused is not None
    qtbot.keyClicks(focused, "A chat")
    qtbot.waitUntil(lambda: len(edited) > 0)
    day = JournalDay(TODAY, (row(edited[-1]),), ())
    qtbot.keyClicks(focused, " on the web")
    page.show_journal(replace(week_view(), days=(day, *week_view().days)))
    assert page.editor.card().title == "A chat on the web"
    assert page.focusWidget() is focused
    assert page._chosen_keys() == [card_key(edited[-1].id)]


def test_what_was_chosen_stays_chosen_in_a_new_view(page: JournalPage) -> None:
    choose(page, session_key(ALPHA))
    later = JournalDay(date(2026, 11, 22), (), (stretch(date(2026, 11, 22), 9, 30),))
    page.show_journal(replace(week_view(), days=(later, *week_view().days)))
    assert page._chosen_keys() == [session_key(ALPHA)]


def test_many_sessions_of_a_day_are_folded_into_one_row(page: JournalPage, qtbot: QtBot) -> None:
    sessions = tuple(stretch(TODAY, hour, 20, f"p{hour}", 1_000 * hour) for hour in range(9, 3, -1))
    page.show_journal(replace(week_view(), days=(JournalDay(TODAY, (), sessions),)))
    assert [page.rows.key(place)[-2:] for place in range(5)] == ["21", "p9", "p8", "p7", "21"]
    assert page.rows.index(4).data() == "3 smaller ones. 15k tokens"
    page.list.setFocus()
    page.list.setCurrentIndex(page.rows.index(4))
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert [page.rows.key(place)[-2:] for place in range(1, 7)] == ["p9", "p8", "p7", "p6", "p5", "p4"]
    assert page._chosen_keys() == [session_key("2026-11-21T06:00Z/p6")]


def test_delete_removes_and_can_be_taken_back(page: JournalPage, qtbot: QtBot) -> None:
    told, removed, restored = undo_of(page), list[str](), list[Card]()
    page.card_removed.connect(removed.append)
    page.card_restored.connect(restored.append)
    choose(page, card_key(FAILED.id))
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    assert removed == [FAILED.id]
    assert told[0][0] == "“Let an agent translate the contract template” was deleted."
    told[0][1]()
    assert restored[0].id == FAILED.id


def test_deleting_the_open_card_tells_its_last_words_first(page: JournalPage, qtbot: QtBot) -> None:
    said: list[str] = []
    page.card_edited.connect(lambda card: said.append(card.title[:4]))
    page.card_removed.connect(said.append)
    page.show_card(FAILED.id)
    focused = page.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, Qt.Key.Key_X)
    page.editor.card_removed.emit(FAILED.id)
    assert said == ["xLet", FAILED.id]


def test_delete_on_a_session_does_nothing(page: JournalPage, qtbot: QtBot) -> None:
    choose(page, session_key(ALPHA))
    with qtbot.assertNotEmitted(page.card_removed):
        qtbot.keyClick(page.list, Qt.Key.Key_Delete)


def test_several_cards_are_tagged_at_once_and_it_can_be_taken_back(page: JournalPage, edited: list[Card]) -> None:
    told = undo_of(page)
    choose(page, card_key(FIRST), card_key(FAILED.id), session_key(ALPHA))
    assert page.chosen.title.text() == "2 cards chosen"
    page.chosen.tags.input.setText("november")
    page.chosen.tags.take_typed()
    assert [card.tags for card in edited] == [
        ("testing", "parser", "november"),
        ("contracts", "translation", "november"),
    ]
    told[0][1]()
    assert [card.tags for card in edited[2:]] == [("testing", "parser"), ("contracts", "translation")]


def test_searching_is_told_when_typing_rests(page: JournalPage, qtbot: QtBot) -> None:
    asked: list[JournalChoice] = []
    page.journal_chosen.connect(asked.append)
    qtbot.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.search.field.hasFocus()
    qtbot.keyClicks(page.search.field, "tag:refactor slow")
    qtbot.waitUntil(lambda: asked == [JournalChoice("tag:refactor slow")])


def test_filters_are_chips_and_a_click_takes_one_away(page: JournalPage, qtbot: QtBot) -> None:
    page.search.search('outcome:failed tag:"pair work" glossary')
    chips = [button for button in page.search.findChildren(QPushButton) if button.property("role") == "chip"]
    assert [chip.text() for chip in chips] == ["outcome: failed  ✕", "tag: pair work  ✕"]
    with qtbot.waitSignal(page.journal_chosen) as chosen:
        chips[0].click()
    assert chosen.args == [JournalChoice('tag:"pair work" glossary')]


def test_a_filter_from_the_menu_is_added_and_taken_away(page: JournalPage) -> None:
    page.search.filters.menu().aboutToShow.emit()
    outcomes = page.search.filters.menu().actions()[0].menu()
    outcomes.actions()[2].trigger()
    assert page.search.text == "outcome:failed"
    page.search.narrow("since", "2026-09")
    page.search.narrow("since", "2026-11")
    assert page.search.text == "outcome:failed since:2026-11"
    page.search.narrow("outcome", "failed")
    assert page.search.text == "since:2026-11"


def test_a_search_is_saved_under_a_name_and_found_again(page: JournalPage, qtbot: QtBot) -> None:
    page.search.search("tag:refactor")
    dialog = page.search.ask_name()
    assert isinstance(dialog, QInputDialog)
    dialog.setTextValue("Refactorings")
    with qtbot.waitSignal(page.search_saved) as saved:
        dialog.accept()
    assert saved.args == ["Refactorings", "tag:refactor"]
    page.search.saved.menu().aboutToShow.emit()
    page.search.saved.menu().actions()[0].trigger()
    assert page.search.text == "outcome:failed"


def test_a_new_page_shows_the_search_that_is_answered(qtbot: QtBot) -> None:
    page = JournalPage(StoppedClock(NOW))
    qtbot.addWidget(page)
    page.show_journal(found_view())
    assert page.search.text == "outcome:failed since:2026-09 glossary"


def test_an_answer_to_older_words_does_not_bring_them_back(page: JournalPage) -> None:
    page.search.search("glossary")
    page.search.search("")
    page.show_journal(found_view())
    assert page.search.text == ""


def test_what_is_seen_stays_in_its_place_when_rows_come_above(page: JournalPage, app: QApplication) -> None:
    choose(page, session_key(ALPHA))
    bar = page.list.verticalScrollBar()
    bar.setValue(115)
    later = JournalDay(date(2026, 11, 22), (), (stretch(date(2026, 11, 22), 9, 30),))
    page.show_journal(replace(week_view(), days=(later, *week_view().days)))
    app.processEvents()
    assert bar.value() == 115 + 2 * 50


def test_other_words_begin_at_the_top(page: JournalPage, app: QApplication) -> None:
    page.list.verticalScrollBar().setValue(215)
    page.show_journal(replace(week_view(), choice=JournalChoice("alpha"), days=week_view().days[1:]))
    app.processEvents()
    assert page.list.verticalScrollBar().value() == 0


def test_down_leaves_the_search_for_the_list(page: JournalPage, qtbot: QtBot) -> None:
    page.search.field.setFocus()
    qtbot.keyClick(page.search.field, Qt.Key.Key_Down)
    assert page.list.hasFocus()
    assert page.list.currentIndex().row() == 1


def test_escape_empties_the_search_first(page: JournalPage, qtbot: QtBot) -> None:
    page.search.search("glossary")
    page.search.field.setFocus()
    qtbot.keyClick(page.search.field, Qt.Key.Key_Escape)
    assert page.search.text == ""


def test_unexplained_use_is_an_invitation_that_leads_to_the_largest(page: JournalPage) -> None:
    assert page.invitations.unexplained.text() == "38 % of this week's tokens have no story yet."
    page.invitations.explain.click()
    assert page._chosen_keys() == [session_key(ALPHA)]


def test_a_retry_is_offered_once_and_answered(page: JournalPage, qtbot: QtBot) -> None:
    page.show_journal(with_retry(week_view()))
    assert page.invitations.again_words.text() == (
        "“Let an agent translate the contract template”: you tried this with claude-opus-5-1 in November 2026. "
        "claude-opus-5-5 is here now: try again?"
    )
    with qtbot.waitSignal(page.retry_answered) as answered:
        page.invitations.not_now.click()
    assert answered.args == [FAILED.id, False]
    assert page.invitations.retry.isHidden()


def test_a_card_that_is_not_on_the_list_is_looked_for(page: JournalPage, qtbot: QtBot) -> None:
    old = Card("00000000000a", NOW, NOW, title="Long ago", day=date(2025, 3, 1))
    with qtbot.waitSignal(page.journal_chosen) as chosen:
        page.show_card(old.id)
    assert chosen.args == [JournalChoice("", date(1971, 1, 1))]
    page.show_journal(replace(week_view(), days=(*week_view().days, JournalDay(date(2025, 3, 1), (row(old),), ()))))
    assert page.editor.card().id == old.id


def test_a_session_is_split_where_the_person_says(page: JournalPage, qtbot: QtBot) -> None:
    told = undo_of(page)
    choose(page, session_key(ALPHA))
    qtbot.keyClick(page.list, Qt.Key.Key_S)
    dialog = page.findChild(SplitDialog)
    assert isinstance(dialog, SplitDialog)
    assert dialog.words.text() == "2:00\u202fPM to 2:50\u202fPM, then 2:50\u202fPM to 3:40\u202fPM"
    dialog.slider.setValue(29)
    with qtbot.waitSignal(page.work_split) as split:
        dialog._tell()
    assert page._chosen_keys() == [session_key(ALPHA)]
    assert split.args == [ALPHA, datetime(2026, 11, 21, 13, 30, tzinfo=UTC)]
    with qtbot.waitSignal(page.work_undone):
        told[0][1]()


def test_a_session_is_joined_with_the_one_before_on_its_project(page: JournalPage, qtbot: QtBot) -> None:
    choose(page, session_key(ALPHA))
    with qtbot.waitSignal(page.work_joined) as joined:
        qtbot.keyClick(page.list, Qt.Key.Key_J, Qt.KeyboardModifier.ShiftModifier)
    assert joined.args == ["2026-11-20T08:00Z/alpha", ALPHA]


def test_without_an_earlier_one_nothing_can_be_joined(page: JournalPage) -> None:
    choose(page, session_key("2026-11-21T09:00Z/tokentray"))
    assert not page.session.join.isEnabled()


def test_the_menu_offers_what_fits_to_what_is_chosen(page: JournalPage) -> None:
    choose(page, session_key(ALPHA))
    assert [action.text() for action in page.menu().actions()] == ["Start a card", "Split…", "Join with the one before"]
    choose(page, card_key(FIRST), card_key(FAILED.id))
    assert [action.text() for action in page.menu().actions() if action.text()] == ["Tag them…", "Delete"]


def test_sums_by_tag_function_and_outcome_become_filters(page: JournalPage, qtbot: QtBot) -> None:
    statistics = page.statistics
    statistics.by.choose("outcome")
    assert statistics.rows.lines()[2] == ["Did not work", "1", "1", "3.90M", "≈\u00a0$11.80", "1 h 30 m"]
    statistics.by.choose("function")
    assert statistics.rows.lines()[3] == ["(none)", "1", "0", "—", "—", "—"]
    with qtbot.waitSignal(page.journal_chosen) as chosen:
        statistics.rows.row_chosen.emit(1)
    assert chosen.args == [JournalChoice("function:legal")]


def test_earlier_days_are_asked_for(page: JournalPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.journal_chosen) as chosen:
        page.earlier.click()
    assert chosen.args == [JournalChoice("", date(2026, 2, 22))]


def test_nothing_is_said_in_words(page: JournalPage) -> None:
    page.show_journal(empty_view())
    assert page.list.isHidden()
    assert page.nothing.text().startswith("Nothing here yet.")
    page.show_journal(replace(empty_view(), choice=JournalChoice("xyz")))
    assert page.nothing.text().startswith("No card says that.")


def test_what_was_not_understood_is_said(page: JournalPage) -> None:
    assert page.problems.isHidden()
    page.show_journal(extreme_view())
    assert page.problems.text().endswith("is not a date: write since:2026-09 or since:2026-09-15.")


def test_the_other_card_of_a_story_is_opened(page: JournalPage) -> None:
    page.show_card(FIRST)
    page.editor.card_wished.emit(FAILED.id)
    assert page.editor.card().id == FAILED.id


def test_earlier_texts_come_to_the_open_card(page: JournalPage) -> None:
    page.show_card(FAILED.id)
    page.show_edits(FAILED.id, (Edit(NOW, replace(FAILED, title="As it was")),))
    assert page.editor._edits.isVisible()


def test_where_there_is_little_room_one_side_is_shown(app: QApplication, qtbot: QtBot) -> None:
    apply_look(app, "light", text_scale=2.0)
    page = JournalPage(StoppedClock(NOW))
    qtbot.addWidget(page)
    page.resize(660, 600)
    page.show_journal(extreme_view())
    page.show()
    qtbot.waitUntil(lambda: page._right.isHidden())
    page.show_card(FAILED.id)
    assert page._left.isHidden()
    scroll = page._written.findChild(QScrollArea)
    assert isinstance(scroll, QScrollArea)
    qtbot.waitUntil(lambda: scroll.horizontalScrollBar().maximum() == 0)
    assert page.width() == 660
    page.back.click()
    assert not page._left.isHidden()


def test_every_field_has_a_name_for_screen_readers(page: JournalPage) -> None:
    page.show_card(FAILED.id)
    fields = [field for field in page.findChildren(QLineEdit) if field.isVisible()]
    nameless = [field for field in fields if not field.accessibleName() and not isinstance(field.parent(), QComboBox)]
    assert nameless == []
    assert page.list.accessibleName() == "Cards and sessions, by day"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_list_is_painted_in_the_window_s_colours(
    app: QApplication, page: JournalPage, qtbot: QtBot, theme: str
) -> None:
    apply_look(app, theme)
    app.processEvents()
    ground = page.list.viewport().grab().toImage().pixelColor(3, 3).lightness()
    assert (ground < 60) == (theme == "dark")
    strip = page.list.viewport().grab().toImage()
    row_of = page.list.visualRect(page.rows.index(4))
    lightness = [strip.pixelColor(x, row_of.top() + 16).lightness() for x in range(40, 200)]
    contrast = max(abs(each - ground) for each in lightness)
    assert contrast > 150
