"""The published week shows its numbers or its words, the own place to its owner alone, and what it cannot say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QScrollArea
from pytestqt.qtbot import QtBot

from tests.ui.sharing_views import joined
from tests.ui.team_views import BANDED, BREADTH, COUNTED, FEWER, SENTENCE, TOKENS, long_team, team
from tokentray.share.team_view import OwnPlace, TeamView
from tokentray.ui.look import apply_look
from tokentray.ui.pages.team_board import TeamBoard


@pytest.fixture
def board(qtbot: QtBot) -> TeamBoard:
    board = TeamBoard()
    qtbot.addWidget(board)
    board.resize(935, 1200)
    board.show_team(team())
    board.show()
    return board


def test_the_newest_week_is_shown_with_its_sentence_and_figures(board: TeamBoard) -> None:
    assert board.week.currentData() == "2026-W45"
    assert board.headline.text() == COUNTED.headline
    assert [figure.value.text() for figure in board.figures] == ["≈ 38", "≈ 65 %", "≈ 40 %", "4 of 5"]
    assert board.small_print.text() == COUNTED.small_print


def test_tables_are_bars_with_a_table_behind_them(board: TeamBoard) -> None:
    card = board.tables["How often AI was used"]
    assert card.chart.table().rows == (
        ("Daily", "about 25 %"),
        ("Weekly", "about 40 %"),
        ("Tried it", "about 20 %"),
        ("Not at all", "about 15 %"),
    )
    assert "Daily: about 25 %; Weekly: about 40 %" in card.chart.accessibleName()
    assert card.csv_text().splitlines()[:2] == ["Value,Share", "Daily,about 25 %"]


def test_the_own_place_is_named_among_the_bands(board: TeamBoard) -> None:
    assert ("1M to 10M · your week", "about 30 %") in board.own_bars.table().rows
    assert board.sentence.text() == SENTENCE
    assert board.only_here.text() == "Your place is worked out on this machine; nobody else sees it."


def test_unknown_use_is_no_place_at_nothing(board: TeamBoard) -> None:
    unknown = OwnPlace("2026-W45", "0", "No use of yours is known for this week.", known=False)
    board.show_team(team(published=(replace(COUNTED, own=unknown),)))
    assert not any("your week" in name for name, _ in board.own_bars.table().rows)
    assert board.sentence.text() == "No use of yours is known for this week."


def test_without_a_distribution_there_is_still_the_sentence(board: TeamBoard) -> None:
    tables = tuple(replace(table, rows=(), note="Fewer than five sent this.") for table in COUNTED.tables)
    board.show_team(team(published=(replace(COUNTED, tables=tables),)))
    assert board.own_bars.isHidden()
    assert not board.own.isHidden()
    assert board.sentence.text() == SENTENCE


def test_what_is_not_shown_is_told_with_its_reason(board: TeamBoard) -> None:
    assert board.not_shown_words.text().splitlines() == [
        "What the shared cards say of it: fewer than five sent this.",
        "What came of it, by effort: from 25 answers in a week on.",
    ]


def test_two_way_tables_are_shown_where_the_week_may_be_split(board: TeamBoard) -> None:
    breadth = board.splits["Breadth by function"]
    assert breadth.csv_text().splitlines()[1:] == [
        "Engineering,about 50 %,about 25 %,about 25 %,hardly any,≈ 16",
        f"Support,{','.join(['too few to say'] * 4)},—",
    ]
    assert breadth.note.text() == BREADTH.note
    assert not breadth.isHidden()
    board.before.click()
    assert breadth.isHidden()


def test_the_week_before_is_in_words(board: TeamBoard, qtbot: QtBot) -> None:
    assert not board.after.isEnabled()
    board.before.click()
    assert board.week.currentData() == BANDED.week
    assert board.headline.text() == "About half used AI weekly, some daily."
    assert board.tables["How often AI was used"].chart.table().rows[0] == ("Daily", "some")
    assert board.after.isEnabled()


def test_words_are_drawn_as_steps_and_not_as_shares(board: TeamBoard) -> None:
    """A bar of 30 % for "some" would claim a number."""
    bars = board.tables["Effort put in"].chart
    numbers = bars.grab().toImage()
    board.before.click()
    words = bars.grab().toImage()
    middle = int(bars.part_rect(0, bars.area()).center().y())
    assert _runs(words, middle, board) == 4
    assert _runs(numbers, middle, board) == 1


def _runs(image: object, y: int, board: TeamBoard) -> int:
    """How many pieces a bar has, counted along its middle."""
    ratio = board.devicePixelRatioF()
    columns = range(int(150 * ratio), int(340 * ratio))
    ground = image.pixel(0, 0)  # type: ignore[attr-defined]
    painted = [image.pixel(x, int(y * ratio)) != ground for x in columns]  # type: ignore[attr-defined]
    return sum(here and not before for before, here in zip([False, *painted], painted, strict=False))


def test_a_week_of_fewer_than_five_says_nothing_else(board: TeamBoard) -> None:
    board.before.click()
    board.before.click()
    assert board.headline.text() == FEWER.headline
    assert all(card.isHidden() for card in board.tables.values())
    assert board.own.isHidden()
    assert "so that nobody can be singled out" in board.small_print.text()


def test_the_chosen_week_stays_when_a_view_comes(board: TeamBoard) -> None:
    board.before.click()
    newer = replace(COUNTED, week="2026-W46")
    board.show_team(team(published=(newer, COUNTED, BANDED, FEWER)))
    assert board.week.currentData() == BANDED.week


def test_a_new_week_is_shown_if_the_newest_was(board: TeamBoard) -> None:
    newer = replace(COUNTED, week="2026-W46", headline="Newer.")
    board.show_team(team(published=(newer, COUNTED)))
    assert board.headline.text() == "Newer."


def test_use_by_week_has_a_table(board: TeamBoard) -> None:
    table = board.weeks_chart.table()
    assert table.headings == ("Week", "Daily", "Weekly", "Tried it", "Not at all")
    assert table.rows == (
        ("Week 45 · 2 Nov to 8 Nov 2026", "about 25 %", "about 40 %", "about 20 %", "about 15 %"),
        ("Week 44 · 26 Oct to 1 Nov 2026", "some", "about half", "few", "few"),
        ("Week 43 · 19 Oct to 25 Oct 2026", *["fewer than five"] * 4),
    )
    assert board.weeks_chart.stacked


def test_weeks_in_words_are_not_stacked(board: TeamBoard) -> None:
    board.show_team(team(published=(BANDED, FEWER)))
    assert not board.weeks_chart.stacked
    assert "few (also nobody)" in board.trend_words.text()


def test_one_week_is_no_trend(board: TeamBoard) -> None:
    board.show_team(team(published=(COUNTED,)))
    assert board.trend.isHidden()


def test_arrows_walk_through_rows_and_weeks(board: TeamBoard, qtbot: QtBot) -> None:
    bars = board.own_bars
    qtbot.keyClick(bars, Qt.Key.Key_Down)
    assert bars.accessibleDescription() == "None; hardly any"
    weeks = board.weeks_chart
    qtbot.keyClick(weeks, Qt.Key.Key_End)
    assert weeks.accessibleDescription().startswith("Week 45 · 2 Nov to 8 Nov 2026; Daily about 25 %")


def test_a_table_can_be_copied(board: TeamBoard, qtbot: QtBot) -> None:
    copy = next(one for one in board.own.more.menu().actions() if one.text() == "Copy the table")
    with qtbot.waitSignal(board.told):
        copy.trigger()
    assert QGuiApplication.clipboard().text().splitlines()[1] == "None\thardly any"


def test_the_boards_page_opens_in_the_browser_which_is_told_before(board: TeamBoard, qtbot: QtBot) -> None:
    opened = Opened()
    QDesktopServices.setUrlHandler("https", opened, "open")
    try:
        board.page.click()
    finally:
        QDesktopServices.unsetUrlHandler("https")
    assert opened.addresses == ["https://board.example.org/"]
    assert "shows your address to the board" in board.page_words.text()


class Opened(QObject):
    """Takes what would go to the browser."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    @Slot(QUrl)
    def open(self, address: QUrl) -> None:
        self.addresses.append(address.toString())


def test_a_board_that_was_never_asked(board: TeamBoard, qtbot: QtBot) -> None:
    board.show_team(joined())
    assert board.nothing_title.text() == "The board has not been asked yet."
    assert board.week.isHidden()
    with qtbot.waitSignal(board.refresh_wished):
        board.ask.click()


def test_a_board_that_has_published_nothing(board: TeamBoard) -> None:
    board.show_team(team(published=()))
    assert board.nothing_title.text() == "No week has been published yet."
    assert all(figure.isHidden() for figure in board.figures)
    board.show_team(team())
    assert board.nothing.isHidden()
    assert board.headline.text() == COUNTED.headline


def test_the_bands_of_token_use_stand_once(board: TeamBoard) -> None:
    assert TOKENS.title not in board.tables


@pytest.mark.parametrize("view", [team(), long_team(), joined()])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_nothing_is_wider_than_a_narrow_window(qtbot: QtBot, app: QApplication, view: TeamView, scale: float) -> None:
    apply_look(app, "light", text_scale=scale)
    board, area = TeamBoard(), QScrollArea()
    qtbot.addWidget(area)
    area.setWidgetResizable(True)
    area.setWidget(board)
    area.resize(640, 600)
    board.show_team(view)
    area.show()
    qtbot.waitExposed(area)
    assert board.minimumSizeHint().width() <= 620
