"""Check-in asks five questions, keeps the answers, promotes cards one by one, and is taken along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.journal_views import ANSWERS, FAILED, checkin_draft, empty_checkin
from tests.ui.snapshots import LONG, NOW
from tokentray.core.clock import StoppedClock
from tokentray.core.journal import Card, CheckIn, Level
from tokentray.settings.settings import Settings
from tokentray.ui.look import LIGHT, apply_look
from tokentray.ui.pages.checkin_page import CheckInPage


@pytest.fixture
def page(qtbot: QtBot) -> CheckInPage:
    page = CheckInPage(Settings(zone="Europe/Berlin"), StoppedClock(NOW))
    qtbot.addWidget(page)
    page.resize(984, 760)
    page.show_checkin(checkin_draft())
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    return page


@pytest.fixture
def kept(page: CheckInPage) -> list[CheckIn]:
    checkins: list[CheckIn] = []
    page.checkin_edited.connect(checkins.append)
    return checkins


def test_the_five_questions_come_with_drafted_answers(page: CheckInPage) -> None:
    assert page.questions == (
        "What did you try that was new?",
        "What worked better than expected, and how could another repeat it?",
        "What did not work, or was not worth it?",
        "What did you learn, in one sentence for a colleague of another function?",
        "What is next, or what is your question?",
    )
    assert tuple(answer.text() for answer in page.answers) == ANSWERS
    assert page.answers[2].accessibleName() == "What did not work, or was not worth it?"


def test_the_week_is_named(page: CheckInPage) -> None:
    assert page.week.text() == "Week 47 · 16 Nov to 22 Nov 2026"
    assert not page.after.isEnabled()
    assert page.this_week.isHidden()


def test_showing_tells_nothing(page: CheckInPage, kept: list[CheckIn], qtbot: QtBot) -> None:
    page.show_checkin(replace(checkin_draft(), week="2026-W46", since=checkin_draft().since))
    page.save()
    assert kept == []


def test_what_is_written_is_kept_by_itself(page: CheckInPage, kept: list[CheckIn], qtbot: QtBot) -> None:
    page.answers[0].setFocus()
    qtbot.keyClicks(page.answers[0], "New: ")
    qtbot.waitUntil(lambda: len(kept) > 0)
    assert kept[-1].answers[0] == "New: " + ANSWERS[0]
    assert kept[-1].edited_at == NOW
    assert kept[-1].week == "2026-W47"


def test_leaving_a_field_keeps_it_at_once(page: CheckInPage, kept: list[CheckIn], qtbot: QtBot) -> None:
    page.answers[0].setFocus()
    qtbot.keyClick(page.answers[0], Qt.Key.Key_X)
    qtbot.keyClick(page.answers[0], Qt.Key.Key_Tab)
    assert [checkin.answers[0][:2] for checkin in kept] == ["xA"]


def test_leaving_the_page_keeps_it_too(page: CheckInPage, kept: list[CheckIn], qtbot: QtBot) -> None:
    qtbot.keyClick(page.answers[4], Qt.Key.Key_X)
    page.hide()
    assert kept[-1].answers[4] == "x" + ANSWERS[4]


def test_the_same_week_coming_back_does_not_disturb_the_writing(page: CheckInPage, qtbot: QtBot) -> None:
    page.answers[0].setFocus()
    qtbot.keyClick(page.answers[0], Qt.Key.Key_X)
    page.show_checkin(checkin_draft())
    assert page.answers[0].text() == "x" + ANSWERS[0]


def test_an_answer_that_says_something_else_can_take_what_the_cards_say(page: CheckInPage, kept: list[CheckIn]) -> None:
    assert all(button.isHidden() for button in page.proposals)
    page.answers[1].setPlainText("Nothing much.")
    assert [button.isHidden() for button in page.proposals] == [True, False, True, True, True]
    page.proposals[1].click()
    assert page.answers[1].text() == "Nothing much.\n" + ANSWERS[1]
    page.save()
    assert kept[-1].answers[1] == "Nothing much.\n" + ANSWERS[1]
    page.answers[1].undo()
    assert page.answers[1].text() == "Nothing much."


def test_it_can_be_said_to_be_done(page: CheckInPage, kept: list[CheckIn]) -> None:
    page.done.click()
    assert kept[-1].done


def test_other_weeks_are_asked_for(page: CheckInPage, qtbot: QtBot) -> None:
    asked: list[str] = []
    page.week_chosen.connect(asked.append)
    page.before.click()
    assert asked == ["2026-W46"]
    monday = checkin_draft().since.replace(day=2)
    before = replace(checkin_draft(), week="2026-W45", since=monday, checkin=CheckIn("2026-W45"))
    page.show_checkin(before)
    assert page.answers[0].text() == ""
    page.after.click()
    page.this_week.click()
    assert asked == ["2026-W46", "2026-W46", "2026-W47"]


def test_a_card_is_promoted_by_itself_and_that_can_be_taken_back(page: CheckInPage) -> None:
    edited: list[Card] = []
    told: list[tuple[str, Callable[[], object]]] = []
    page.card_edited.connect(edited.append)
    page.undoable.connect(lambda said, how: told.append((said, how)))
    page.promotions[FAILED.id].level.choose(Level.TEAM)
    assert [(card.id, card.level) for card in edited] == [(FAILED.id, Level.TEAM)]
    assert told[0][0] == (
        "“Let an agent translate the contract template” is for the team: it goes along with this check-in."
    )
    told[0][1]()
    assert edited[-1].level is Level.ME


def test_nothing_is_promoted_that_nobody_promoted(page: CheckInPage) -> None:
    levels = [promotion.level.value() for promotion in page.promotions.values()]
    assert levels == [Level.ME, Level.COMPANY, Level.ME, Level.TEAM, Level.ME]


def test_a_card_is_opened(page: CheckInPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.card_wished) as wished:
        page.promotions[FAILED.id].open.click()
    assert wished.args == [FAILED.id]


def test_copying_takes_the_words_as_they_are_now(page: CheckInPage, qtbot: QtBot) -> None:
    page.answers[0].setPlainText("Only this.")
    with qtbot.waitSignal(page.told) as told:
        page.copy.click()
    text = QGuiApplication.clipboard().text()
    assert "Only this." in text
    assert "Property tests found the bug in the parser" in text
    assert FAILED.title not in text.partition("## The week")[2]
    assert told.args == ["The check-in was copied as Markdown, with 2 cards."]


@pytest.mark.parametrize(("ending", "begin"), [("md", "# Check-in 2026-W47"), ("html", "<!doctype html>")])
def test_it_is_saved_where_the_person_says(
    page: CheckInPage, qtbot: QtBot, tmp_path: Path, ending: str, begin: str
) -> None:
    page.save_as.menu().actions()[0 if ending == "md" else 1].trigger()
    dialog = page.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    with qtbot.waitSignal(page.told) as told:
        dialog.fileSelected.emit(str(tmp_path / f"week.{ending}"))
    dialog.reject()
    assert told.args == [f"Saved as {tmp_path / f'week.{ending}'}."]
    assert (tmp_path / f"week.{ending}").read_text().startswith(begin)


def test_a_file_that_cannot_be_written_is_told(page: CheckInPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.told) as told:
        page._write("/nowhere/week.md", page.markdown())
    assert told.args == ["/nowhere/week.md could not be written."]


def test_the_picture_has_the_cards_on_their_days(page: CheckInPage) -> None:
    assert page.chart.tip(4, LIGHT).text == (
        "Fri, 20 Nov 2026; claude-haiku-5-5 470k; claude-opus-5-5 2.80M; Total 3,270,000; "
        "Property tests found the bug in the parser Worked; Pictures for the release notes Partly"
    )
    assert page.chart.summary().endswith("5 cards.")
    assert page.chart.table().rows[2][-1] == "Let an agent translate the contract template"
    assert page.chart.subtitle == "15.5M tokens · ≈\u00a0$35.57"


def test_two_weeks_stand_side_by_side(page: CheckInPage) -> None:
    compare = [b for b in page.past.findChildren(QPushButton) if b.text() == "Compare"]
    compare[0].click()
    assert page.comparison.isVisible()
    mine, theirs = page._compared[2]
    assert (mine.text(), theirs.text()) == (ANSWERS[2], "Merging took longer than writing.")
    assert page._compared[1][1].text() == "—"
    page.close_comparison.click()
    assert page.comparison.isHidden()


def test_an_earlier_one_is_opened_again(page: CheckInPage, qtbot: QtBot) -> None:
    opens = [b for b in page.past.findChildren(QPushButton) if b.text() == "Open"]
    assert opens[1].accessibleName() == "Open: Week 44 · 26 Oct to 1 Nov 2026"
    with qtbot.waitSignal(page.week_chosen) as chosen:
        opens[1].click()
    assert chosen.args == ["2026-W44"]


def test_an_empty_week_says_so(page: CheckInPage) -> None:
    page.show_checkin(empty_checkin())
    assert page.promotions == {}
    assert page._no_cards.isVisible()
    assert page.past.isHidden()
    assert page.chart.summary() == "0 cards."


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_nothing_is_cut_off_in_the_smallest_window(app: QApplication, qtbot: QtBot, scale: float) -> None:
    apply_look(app, "light", text_scale=scale)
    page = CheckInPage(Settings(), StoppedClock(NOW))
    qtbot.addWidget(page)
    page.resize(660, 600)
    draft = checkin_draft()
    rows = tuple(replace(row, card=replace(row.card, title=LONG)) for row in draft.cards)
    page.show_checkin(replace(draft, cards=rows))
    page.compare("2026-W46")
    page.show()
    qtbot.waitUntil(lambda: page._scroll.horizontalScrollBar().maximum() == 0)
    assert page.width() == 660
