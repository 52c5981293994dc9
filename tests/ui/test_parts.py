"""The small parts pages are made of: flowing lines, long words, choices in a row."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.snapshots import LONG
from tokentray.ui.card import Words
from tokentray.ui.flow import FlowLayout
from tokentray.ui.growing_text import GrowingText
from tokentray.ui.page_frame import PageFrame
from tokentray.ui.segments import Segments


class Block(QWidget):
    def __init__(self, width: int, height: int = 20) -> None:
        super().__init__()
        self._size = QSize(width, height)

    def sizeHint(self) -> QSize:
        return self._size


def flow(qtbot: QtBot, widths: tuple[int, ...], room: int, *, spread: bool = False) -> list[tuple[int, int]]:
    page = QWidget()
    qtbot.addWidget(page)
    layout = FlowLayout(page, gap=10, spread=spread)
    blocks = [Block(width) for width in widths]
    for block in blocks:
        layout.addWidget(block)
    page.resize(room, layout.heightForWidth(room))
    page.show()
    return [(block.x(), block.y()) for block in blocks]


def test_lines_go_on_below_where_the_room_ends(qtbot: QtBot) -> None:
    assert flow(qtbot, (100, 100, 100), 250) == [(0, 0), (110, 0), (0, 30)]


def test_a_head_has_its_controls_at_the_right(qtbot: QtBot) -> None:
    assert flow(qtbot, (100, 50), 400, spread=True) == [(0, 0), (350, 0)]


def test_what_is_hidden_takes_no_room(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    layout = FlowLayout(page, gap=10)
    hidden, shown = Block(100), Block(50)
    layout.addWidget(hidden)
    layout.addWidget(shown)
    hidden.hide()
    page.resize(300, 40)
    page.show()
    assert shown.x() == 0


def test_a_long_word_breaks_and_is_still_read_as_one(qtbot: QtBot) -> None:
    words = Words(f"openai/{LONG}", "body")
    qtbot.addWidget(words)
    assert words.text() == f"openai/{LONG}"
    assert words.accessibleName() == f"openai/{LONG}"
    assert words.minimumSizeHint().width() < 150
    assert words.heightForWidth(150) > 2 * words.fontMetrics().height()


def test_arrows_move_the_choice(qtbot: QtBot) -> None:
    segments = Segments("Period", [(7, "7 days"), (30, "30 days"), (90, "90 days")])
    qtbot.addWidget(segments)
    segments.show_value(7)
    segments.show()
    segments.activateWindow()
    qtbot.waitUntil(segments.isActiveWindow)
    first = segments.findChildren(QPushButton)[0]
    first.setFocus()
    with qtbot.waitSignal(segments.chosen) as chosen:
        qtbot.keyClick(first, Qt.Key.Key_Right)
    assert chosen.args == [30]


@pytest.mark.parametrize("value", [None, 14])
def test_a_value_that_is_not_offered_checks_nothing(qtbot: QtBot, value: object) -> None:
    segments = Segments("Period", [(7, "7 days"), (30, "30 days")])
    qtbot.addWidget(segments)
    segments.show_value(7)
    segments.show_value(value)
    assert segments.value() is None


def test_a_text_that_breaks_anew_has_one_height(app: QApplication, qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    column, text = QVBoxLayout(page), GrowingText("Learned")
    column.addWidget(text)
    column.addStretch(1)
    page.resize(400, 400)
    page.show()
    item = "- The table was elegant and dropped one exception that matters to eleven customers.\n"
    for width, items in ((400, 4), (300, 8), (500, 6), (250, 5), (274, 4), (385, 7), (496, 3)):
        text.show_text(item * items)
        page.resize(width, 400)
        app.processEvents()
        assert text.minimumHeight() == text.maximumHeight() == text.height()


def test_a_page_that_grows_long_keeps_its_edge_and_what_a_screen_reader_counts(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    frame = PageFrame(page, "Page")
    block = Block(100, 50)
    frame.body.addWidget(block)
    page.resize(600, 400)
    page.show()
    edges = []
    for height in (50, 1000, 50):
        block.setFixedHeight(height)
        qtbot.waitUntil(lambda: (frame.scroll.verticalScrollBar().maximum() > 0) == (block.height() == 1000))
        edges.append(block.mapTo(page, block.rect().topRight()).x())
        area = QAccessible.queryAccessibleInterface(frame.scroll)
        assert area.childCount() == 2
    assert edges == [575, 575, 575]
