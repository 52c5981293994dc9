"""Joining says what sharing is, takes an invite and perhaps a code, and forgets both."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from tokentray.ui.pages.team_code import RecoveryCode
from tokentray.ui.pages.team_join import TeamJoin

INVITE = "https://board.example.org/i#v=1&c=abc&r=def&t=ghi"
CODE = "ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-2345"


@pytest.fixture
def join(qtbot: QtBot) -> TeamJoin:
    join = TeamJoin()
    qtbot.addWidget(join)
    join.show()
    join.activateWindow()
    qtbot.waitUntil(join.isActiveWindow)
    return join


@pytest.fixture
def wishes(join: TeamJoin) -> list[tuple[str, str]]:
    wishes: list[tuple[str, str]] = []
    join.join_wished.connect(lambda invite, code: wishes.append((invite, code)))
    return wishes


def test_it_says_what_leaves_what_never_can_and_who_could_find_out(join: TeamJoin) -> None:
    said = " ".join(label.text() for label in join.findChildren(QLabel))
    for words in ("What leaves", "What never can", "Who could find out what", "level L1", "level L2", "team of eight"):
        assert words in said


def test_a_pasted_invite_is_joined_with_enter(join: TeamJoin, wishes: list[tuple[str, str]], qtbot: QtBot) -> None:
    join.invite.setText(f"  {INVITE}\n")
    qtbot.keyClick(join.invite, Qt.Key.Key_Return)
    assert wishes == [(INVITE, "")]
    assert join.answer.text() == "Joining…"


def test_nobody_joins_twice_at_once(join: TeamJoin, wishes: list[tuple[str, str]]) -> None:
    join.invite.setText(INVITE)
    join.join.click()
    join.join.click()
    assert len(wishes) == 1


def test_an_empty_field_is_told_and_gets_the_focus(join: TeamJoin, wishes: list[tuple[str, str]]) -> None:
    join.join.click()
    assert wishes == []
    assert join.answer.isVisible()
    assert join.answer.text().startswith("An invite is needed")
    assert join.focusWidget() is join.invite


def test_a_code_from_another_device_goes_along(join: TeamJoin, wishes: list[tuple[str, str]]) -> None:
    assert join.code_row.isHidden()
    join.recover.click()
    join.invite.setText(INVITE)
    join.join.click()
    assert wishes == []
    assert join.answer.text().startswith("The code from your other device is missing")
    join.code.setText(CODE)
    join.join.click()
    assert wishes == [(INVITE, CODE)]


def test_a_code_that_was_hidden_again_stays_here(join: TeamJoin, wishes: list[tuple[str, str]]) -> None:
    join.recover.click()
    join.code.setText(CODE)
    join.recover.click()
    join.invite.setText(INVITE)
    join.join.click()
    assert wishes == [(INVITE, "")]
    assert join.code.text() == ""


def test_a_problem_stands_beside_the_field_until_it_is_changed(
    join: TeamJoin, wishes: list[tuple[str, str]], qtbot: QtBot
) -> None:
    join.invite.setText(INVITE)
    join.join.click()
    join.show_problem("The board does not know this invite: ask for another one.")
    join.show_work("")
    assert join.answer.isVisible()
    assert join.answer.property("role") == "bad"
    assert join.invite.text() == INVITE
    qtbot.keyClick(join.invite, Qt.Key.Key_X)
    assert join.answer.isHidden()
    join.join.click()
    assert len(wishes) == 2


def test_progress_is_said_and_ends(join: TeamJoin) -> None:
    join.show_work("Asking for the season's tokens…")
    assert join.answer.text() == "Asking for the season's tokens…"
    join.show_work("")
    assert join.answer.isHidden()


def test_an_invite_comes_out_of_a_file(join: TeamJoin, tmp_path: Path) -> None:
    file = tmp_path / "invite.txt"
    file.write_text(f"Dear colleague,\nyour invite: {INVITE}\nSee you there\n")
    join.open.click()
    dialog = join.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(file))
    dialog.reject()
    assert join.invite.text() == INVITE


def test_a_file_that_cannot_be_read_says_what_to_do(join: TeamJoin) -> None:
    join.take_file("/nowhere/invite.txt")
    assert join.answer.text() == "That file could not be read. Copy the link out of it and paste it here."


@pytest.mark.parametrize("dropped", ["file", "text"])
def test_an_invite_can_be_dropped(join: TeamJoin, tmp_path: Path, dropped: str) -> None:
    mime = QMimeData()
    if dropped == "file":
        (tmp_path / "invite").write_text(INVITE)
        mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "invite"))])
    else:
        mime.setText(INVITE)
    join.dropEvent(
        QDropEvent(
            QPointF(1, 1),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    assert join.invite.text() == INVITE


def test_both_secrets_are_forgotten_once_joined(join: TeamJoin) -> None:
    join.recover.click()
    join.invite.setText(INVITE)
    join.code.setText(CODE)
    join.forget()
    assert (join.invite.text(), join.code.text()) == ("", "")
    assert not join.invite.isUndoAvailable()


def test_the_recovery_code_is_shown_until_it_was_kept(qtbot: QtBot) -> None:
    shown = RecoveryCode()
    qtbot.addWidget(shown)
    assert not shown.is_asking
    shown.show_code(CODE)
    assert shown.is_asking
    assert shown.code.text() == CODE
    assert shown.code.font().pixelSize() == 22
    said = " ".join(label.text() for label in shown.findChildren(QLabel))
    assert "you can withdraw nothing that you sent" in said
    with qtbot.waitSignal(shown.kept):
        shown.keep.click()
    assert not shown.is_asking
    assert CODE not in shown.code.text() + shown.code.accessibleName()


def test_the_recovery_code_is_copied_as_it_is(qtbot: QtBot) -> None:
    shown = RecoveryCode()
    qtbot.addWidget(shown)
    shown.show_code(CODE)
    with qtbot.waitSignal(shown.told) as told:
        shown.copy.click()
    assert QGuiApplication.clipboard().text() == CODE
    assert CODE not in told.args[0]
