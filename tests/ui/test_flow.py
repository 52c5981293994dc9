"""Lines of controls fill the width, and what has a ring for the focus stands with its words below the text above."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tokentray.ui.flow import FlowLayout
from tokentray.ui.look import apply_look


def link(text: str) -> QPushButton:
    made = QPushButton(text)
    made.setProperty("role", "link")
    return made


@pytest.mark.parametrize(("scale", "room"), [(1.0, 4), (2.0, 6)])
def test_links_and_tick_boxes_begin_where_the_text_above_does(
    qtbot: QtBot, app: QApplication, scale: float, room: int
) -> None:
    apply_look(app, "light", text_scale=scale)
    words, first, tick, button = (
        QLabel("Above"),
        link("Show the bytes"),
        QCheckBox("I reproduced this"),
        QPushButton("A"),
    )
    page = shown(qtbot, words, first, tick, button, margin=14)
    assert [one.x() - words.x() for one in (first, tick, button)] == [-room, -room, 0]
    assert page.width() == 500


def test_only_what_begins_a_line_moves(qtbot: QtBot) -> None:
    page, label, second = QWidget(), QLabel("Two"), link("links")
    qtbot.addWidget(page)
    flow = FlowLayout(page, gap=8)
    flow.setContentsMargins(20, 0, 0, 0)
    flow.addWidget(label)
    flow.addWidget(second)
    page.resize(400, 50)
    page.show()
    assert second.x() == 20 + label.width() + 8


def test_no_ring_is_cut_at_the_edge(qtbot: QtBot) -> None:
    words, first = QLabel("Above"), link("Show the bytes")
    page = shown(qtbot, words, first, margin=0)
    assert (first.x(), page.width()) == (0, 500)


def shown(qtbot: QtBot, words: QLabel, *controls: QWidget, margin: int) -> QWidget:
    """Words with the controls below, each in a line of its own."""
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    column.setContentsMargins(margin, 0, margin, 0)
    column.addWidget(words)
    for control in controls:
        line = FlowLayout(gap=8)
        line.addWidget(control)
        column.addLayout(line)
    page.resize(500, 300)
    page.show()
    return page
