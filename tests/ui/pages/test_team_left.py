"""What left stands in words, can be taken back, checked and exported; leaving asks first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from tests.ui.sharing_views import joined, left, sending, shared, withdrawal
from tokentray.settings.settings import Settings
from tokentray.ui.pages.team_left import TeamLeft


@pytest.fixture
def page(qtbot: QtBot) -> TeamLeft:
    page = TeamLeft(Settings(zone="Europe/Berlin"))
    qtbot.addWidget(page)
    page.resize(900, 900)
    page.show_team(shared())
    page.show()
    return page


def box_of(page: TeamLeft) -> QMessageBox:
    box = page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    return box


def press(box: QMessageBox, text: str) -> None:
    next(button for button in box.buttons() if button.text() == text).click()


def test_the_sendings_stand_by_week_with_their_state(page: TeamLeft) -> None:
    assert list(page.weeks) == ["2026-W47", "2026-W46", "2026-W45"]
    rows = page.weeks["2026-W47"].rows
    assert list(rows) == [6, 5, 4, 3]
    assert rows[5].state.text() == "Left on Sat, 21 Nov 2026, 7:10\u202fPM. The public list has it."
    assert rows[3].state.text().endswith("It is gone from the public list.")
    assert rows[3].withdraw.isHidden()


def test_earlier_weeks_are_behind_a_link(page: TeamLeft) -> None:
    old = tuple(sending(number, week=f"2026-W{number}") for number in range(41, 48))
    page.show_team(replace(shared(), sendings=old))
    assert len(page.weeks) == 3
    page.earlier.click()
    assert len(page.weeks) == 7
    assert page.earlier.isHidden()


def test_everything_is_withdrawn_after_a_question(page: TeamLeft, qtbot: QtBot) -> None:
    page.withdraw_all.click()
    box = box_of(page)
    assert box.text() == "Withdraw 3 parts?"
    with qtbot.waitSignal(page.withdraw_wished) as wished:
        press(box, "Withdraw")
    assert wished.args == [(6, 5, 4), False]


def test_a_week_is_withdrawn_now(page: TeamLeft, qtbot: QtBot) -> None:
    page.weeks["2026-W47"].withdraw.click()
    with qtbot.waitSignal(page.withdraw_wished) as wished:
        press(box_of(page), "Withdraw now")
    assert wished.args == [(6, 5, 4), True]


def test_withdrawing_can_be_thought_better_of(page: TeamLeft, qtbot: QtBot) -> None:
    page.withdraw_all.click()
    with qtbot.assertNotEmitted(page.withdraw_wished):
        box_of(page).button(QMessageBox.StandardButton.Cancel).click()


def test_one_that_waits_is_taken_back_at_once(page: TeamLeft, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.withdraw_wished) as wished:
        page.weeks["2026-W47"].rows[6].withdraw.click()
    assert wished.args == [(6,), False]
    assert page.findChild(QMessageBox) is None


def test_the_public_list_is_asked(page: TeamLeft, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.verify_wished):
        page.verify.click()
    assert page.checked.text() == "Board and relay last showed the same manifest on Sat, 21 Nov 2026, 4:10\u202fPM."


def test_the_log_says_when_what_how_much_and_the_answer(page: TeamLeft) -> None:
    lines = [[str(page.log.model.index(row, column).data()) for column in range(4)] for row in range(5)]
    assert lines[0] == ["21 Nov, 7:10\u202fPM", "Somebody had this week: AI used on some days.", "8,192", "taken (201)"]
    assert [line[3] for line in lines[1:]] == ["answered (200)", "taken (204)", "no answer", "refused (409)"]
    assert page.left._subtitle.text() == "the last 24 of 311; the export has all of them"


def test_a_row_opens_what_was_in_it_and_stays_open(page: TeamLeft) -> None:
    assert page.log.detail.isHidden()
    page.log.table.selectRow(0)
    assert page.log.detail.isVisible()
    assert page.log.request.text() == "POST https://relay.example.net/v1/relay"
    assert page.log.inside.text() == left(0).inside
    later = left(99, words="A later one.", inside="")
    page.show_team(replace(shared(), left=(later, *shared().left)))
    assert page.log.detail.isVisible()
    assert page.log.inside.text() == left(0).inside
    page.log.table.selectRow(0)
    assert page.log.inside_words.text() == "What was in it is not kept: it held a secret."
    assert page.log.inside.isHidden()


def test_the_log_is_copied_and_exported(page: TeamLeft, qtbot: QtBot) -> None:
    assert page.log.table.tab_separated().split("\n")[1].split("\t")[2:] == ["8192", "201"]
    page.export.click()
    dialog = page.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    with qtbot.waitSignal(page.log_export_wished) as wished:
        dialog.fileSelected.emit("/home/me/log.json")
    dialog.reject()
    assert wished.args == ["/home/me/log.json"]


@pytest.mark.parametrize("forget", [False, True])
def test_leaving_says_what_stays_and_asks(page: TeamLeft, qtbot: QtBot, forget: bool) -> None:
    page.leave.click()
    box = box_of(page)
    assert box.text() == "Leave board.example.org?"
    assert box.informativeText().startswith("2 parts that you sent stay on the board and can be withdrawn no more")
    assert "taken out of the keyring" in box.informativeText()
    box.checkBox().setChecked(forget)
    with qtbot.waitSignal(page.leave_wished) as wished:
        press(box, "Leave")
    assert wished.args == [forget]


def test_leaving_names_the_withdrawals_that_wait(page: TeamLeft) -> None:
    gone = replace(sending(31, state="sent"), can_withdraw=False)
    page.show_team(joined(sendings=(gone, withdrawal(32))))
    page.leave.click()
    assert "One withdrawal still waits. It is sent first" in box_of(page).informativeText()
    box_of(page).button(QMessageBox.StandardButton.Cancel).click()


def test_leaving_says_that_withdrawals_leave_together(page: TeamLeft) -> None:
    page.show_team(joined(sendings=(withdrawal(32), withdrawal(33, "c2"))))
    page.leave.click()
    words = box_of(page).informativeText()
    assert "2 withdrawals still wait. They are sent first, all in one moment" in words
    assert "cancel, and leave the team afterwards" in words


def test_leaving_can_be_thought_better_of(page: TeamLeft, qtbot: QtBot) -> None:
    page.leave.click()
    with qtbot.assertNotEmitted(page.leave_wished):
        box_of(page).button(QMessageBox.StandardButton.Cancel).click()


def test_a_row_keeps_the_focus_when_another_view_comes(page: TeamLeft, qtbot: QtBot) -> None:
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    link = page.weeks["2026-W47"].rows[5].withdraw
    link.setFocus()
    page.show_team(shared())
    assert page.focusWidget() is link


def test_nothing_yet_is_said(page: TeamLeft) -> None:
    page.show_team(joined())
    assert page.no_sendings.isVisible()
    assert page.no_log.isVisible()
    assert page.weeks == {}
    for widget in (page.verify, page.withdraw_all, page.export, page.log):
        assert widget.isHidden()
