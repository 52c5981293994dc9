"""Team shows how to join, the recovery code once, and then its four parts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from tests.ui.sharing_views import FACTS, PROMISE, joined, long_season, shared, week
from tests.ui.snapshots import NOW
from tokentray.core.clock import StoppedClock
from tokentray.settings.settings import Settings
from tokentray.share.team_view import DigestWish, TeamView
from tokentray.ui.look import apply_look
from tokentray.ui.pages.papers_view import PapersWindow
from tokentray.ui.pages.team_page import PARTS, TeamPage

CODE = "ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-2345"


@pytest.fixture
def page(qtbot: QtBot) -> TeamPage:
    page = TeamPage(Settings(zone="Europe/Berlin"), StoppedClock(NOW))
    qtbot.addWidget(page)
    page.resize(984, 760)
    page.show_team(TeamView(NOW))
    page.show()
    return page


def test_without_a_team_only_joining_is_shown(page: TeamPage) -> None:
    assert page.join.isVisible()
    for widget in (page.parts, page.about, page.week, page.left, page.code):
        assert widget.isHidden()


def test_before_anything_is_known_nothing_is_claimed(qtbot: QtBot) -> None:
    page = TeamPage(Settings(), StoppedClock(NOW))
    qtbot.addWidget(page)
    page.show()
    assert page.join.isHidden()
    assert page.week.isHidden()


def test_the_code_stands_before_everything_until_it_is_kept(page: TeamPage) -> None:
    page.join.invite.setText("https://board.example.org/i#v=1&c=abc")
    page.show_code(CODE)
    page.show_team(joined())
    assert page.code.isVisible()
    assert page.week.isHidden()
    assert page.join.invite.text() == ""
    page.code.keep.click()
    assert page.code.isHidden()
    assert page.week.isVisible()


def test_a_problem_with_joining_stands_with_the_field(page: TeamPage) -> None:
    page.show_work("Joining…")
    page.show_join_problem("The board does not know this invite: ask for another one.")
    page.show_work("")
    assert page.join.answer.text() == "The board does not know this invite: ask for another one."
    assert page.join.answer.isVisible()


def test_the_head_names_team_season_and_level(page: TeamPage) -> None:
    page.show_team(joined())
    assert page.facts.text() == "board.example.org · season 2026-Q4"
    assert page.level.text() == "Level L2"
    assert page.promise.isHidden()
    page.level.click()
    assert page.promise.isVisible()
    assert page.promise.text() == PROMISE
    page.show_team(joined())
    assert page.promise.isVisible()


def test_its_parts_are_gone_to(page: TeamPage) -> None:
    page.show_team(shared())
    page.parts.choose("left")
    assert page.left.isVisible()
    assert page.week.isHidden()
    page.show_part("week")
    assert page.parts.value() == "week"
    assert page.week.isVisible()


def test_wishes_come_out_of_the_page(page: TeamPage, qtbot: QtBot) -> None:
    page.join.invite.setText("invite")
    with qtbot.waitSignal(page.join_wished) as wished:
        page.join.join.click()
    assert wished.args == ["invite", ""]
    page.show_team(joined(week=week(kinds=("c1",))))
    with qtbot.waitSignal(page.share_wished):
        page.week.share.click()
    with qtbot.waitSignals([page.skip_wished, page.undoable]):
        page.week.skip.click()
    with qtbot.waitSignal(page.team_week_chosen):
        page.week.before.click()
    page.show_team(shared())
    with qtbot.waitSignal(page.verify_wished):
        page.left.verify.click()
    with qtbot.waitSignal(page.withdraw_wished):
        page.left.weeks["2026-W47"].rows[6].withdraw.click()


def test_nothing_is_asked_while_the_board_asks_nothing(page: TeamPage) -> None:
    page.show_team(joined())
    for part in PARTS:
        page.show_part(part)
        assert page.falling.isHidden()
        assert page.password.isHidden()


def test_a_promise_that_fell_is_agreed_to_in_two_steps(page: TeamPage, qtbot: QtBot) -> None:
    agreed: list[bool] = []
    page.level_accepted.connect(lambda: agreed.append(True))
    page.show_team(joined(team=replace(FACTS, fell=True)))
    for part in PARTS:
        page.show_part(part)
        assert page.falling.isVisible()
    assert not page.falling.accept.isVisible()
    page.falling.ask.click()
    assert "somebody who runs it, changes the program and records who connects when" in page.falling.cost.text()
    page.falling.keep_waiting.click()
    assert not page.falling.accept.isVisible()
    assert agreed == []
    page.falling.ask.click()
    page.falling.accept.click()
    assert agreed == [True]
    page.show_team(joined())
    assert page.falling.isHidden()


def test_the_readers_password_is_asked_where_the_boards_answers_are_shown(page: TeamPage, qtbot: QtBot) -> None:
    page.show_team(joined(team=replace(FACTS, asks_password=True)))
    assert page.password.isHidden()
    page.show_part("feed")
    field = page.password.password
    assert field.echoMode() == QLineEdit.EchoMode.Password
    assert not page.password.keep.isEnabled()
    qtbot.keyClicks(field, " of all ")
    with qtbot.waitSignal(page.password_given) as given:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert given.args == ["of all"]
    field.undo()
    assert field.text() == ""
    page.show_team(joined(team=replace(FACTS, asks_password=True, password_kept=True)))
    assert page.password.accessibleName().startswith("The board does not take the password")
    page.show_team(joined())
    assert page.password.isHidden()


def test_wishes_of_feed_board_and_digest_come_out_of_the_page(page: TeamPage, qtbot: QtBot) -> None:
    page.show_team(joined())
    for inner, outer, said in (
        (page.feed.reproduced_noted, page.reproduced_noted, ("a1", True)),
        (page.feed.still_true_answered, page.still_true_answered, ("a1", "yes")),
        (page.feed.card_imported, page.card_imported, ("a1",)),
        (page.feed.card_wished, page.card_wished, ("b2",)),
        (page.feed.refresh_wished, page.refresh_wished, ()),
        (page.board.refresh_wished, page.refresh_wished, ()),
        (page.board.told, page.told, ("Saved.",)),
        (page.digest.digest_wished, page.digest_wished, (DigestWish("2026-W46"),)),
        (page.digest.webhook_given, page.webhook_given, ("slack", "https://hooks.example.org")),
        (page.digest.told, page.told, ("Copied.",)),
        (page.week.card_wished, page.card_wished, ("c3",)),
    ):
        with qtbot.waitSignal(outer) as wished:
            inner.emit(*said)
        assert tuple(wished.args) == said


def test_feed_and_board_are_parts_of_their_own(page: TeamPage) -> None:
    page.show_team(joined())
    page.parts.choose("feed")
    assert page.feed.isVisible()
    assert not page.board.isVisible()
    page.parts.choose("board")
    assert page.board.isVisible()
    assert page.digest.isVisible()
    assert not page.feed.isVisible()


def test_the_papers_open_above_the_page_also_before_joining(page: TeamPage, qtbot: QtBot) -> None:
    page.join.papers.click()
    papers = page.findChild(PapersWindow)
    assert isinstance(papers, PapersWindow)
    assert papers.isVisible()
    page.show_team(joined())
    page.papers.click()
    assert len(page.findChildren(PapersWindow)) == 1
    with qtbot.waitSignal(papers.destroyed):
        papers.close()
    page.papers.click()
    assert len(page.findChildren(PapersWindow)) == 1


def test_a_new_season_is_joined_with_a_new_invite(page: TeamPage) -> None:
    page.show_team(joined())
    assert page.news.isHidden()
    page.show_team(joined(team=replace(FACTS, news="A new season has begun, 2027-Q1.")))
    assert page.news.isVisible()
    page.join_anew.click()
    assert page.join.isVisible()
    assert page.week.isHidden()
    page.join.invite.setText("invite")
    page.show_team(joined(team=replace(FACTS, news="A new season has begun, 2027-Q1.")))
    assert page.join.invite.text() == "invite"
    page.show_team(joined(team=replace(FACTS, season="2027-Q1")))
    assert page.join.isHidden()
    assert page.join.invite.text() == ""
    assert page.week.isVisible()


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("part", ["join", "code", "week", "left"])
def test_nothing_is_cut_off_in_the_smallest_window(app: QApplication, qtbot: QtBot, scale: float, part: str) -> None:
    apply_look(app, "light", text_scale=scale)
    page = TeamPage(Settings(zone="Europe/Berlin"), StoppedClock(NOW))
    qtbot.addWidget(page)
    page.resize(660, 600)
    page.show_team(TeamView(NOW) if part == "join" else long_season())
    if part == "code":
        page.show_code(CODE)
    elif part == "left":
        page.show_part("left")
        page.left.log.table.selectRow(0)
    elif part == "week":
        for card in page.week.cards.values():
            card.tick.click()
            card.preview.inside.toggle.click()
            card.to_list.click()
        page.week.at_once.click()
    page.show()
    qtbot.waitUntil(lambda: page._scroll.horizontalScrollBar().maximum() == 0)
    assert page.width() == 660


def test_all_parts_can_be_read_at_twice_the_size(app: QApplication, qtbot: QtBot) -> None:
    apply_look(app, "light", text_scale=2.0)
    page = TeamPage(Settings(), StoppedClock(NOW))
    qtbot.addWidget(page)
    page.resize(660, 760)
    page.show_team(joined())
    page.show()
    buttons = page.parts._group.buttons()
    qtbot.waitUntil(lambda: all(page.parts.rect().contains(button.geometry()) for button in buttons))
    assert buttons[-1].y() > buttons[0].y()
