"""Two-way tables are painted with a bar for each row, and a row that is too small to say has none."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.ui.team_views import BREADTH
from tokentray.ui.charts.splits import SplitBars, share_token, words_on
from tokentray.ui.look import DARK, LIGHT, Look, contrast

ANSWERS = ("daily", "weekly", "tried", "none", "worked", "mixed", "failed", "unsure")


@pytest.fixture
def bars(qtbot: QtBot) -> SplitBars:
    bars = SplitBars("Breadth by function")
    qtbot.addWidget(bars)
    bars.show_split(BREADTH)
    bars.resize(600, bars.minimumHeight())
    bars.show()
    qtbot.waitExposed(bars)
    return bars


def test_what_it_shows_can_be_read_as_a_table(bars: SplitBars) -> None:
    table = bars.table()
    assert table.headings == ("Function", "Daily", "Weekly", "Tried it", "Not at all", "Answers")
    assert table.rows == (
        ("Engineering", "about 50 %", "about 25 %", "about 25 %", "hardly any", "≈ 16"),
        ("Support", *["too few to say"] * 4, "—"),
    )


def test_it_is_said_in_a_sentence_and_row_by_row(bars: SplitBars, qtbot: QtBot) -> None:
    assert bars.accessibleName().endswith("Not at all hardly any; Support: too few to say")
    qtbot.keyClick(bars, Qt.Key.Key_Down)
    assert bars.accessibleDescription().startswith("Engineering; Daily about 50 %; Weekly about 25 %")
    qtbot.keyClick(bars, Qt.Key.Key_Down)
    assert bars.accessibleDescription() == "Support; too few to say"


def test_shares_have_their_lengths_and_a_row_too_small_has_no_bar(bars: SplitBars) -> None:
    image = bars.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    # No word of a share stands so near to the upper edge of its bar.
    daily, support = (painted(image, bars, row, share_token("daily", LIGHT)) for row in (0, 1))
    weekly = painted(image, bars, 0, share_token("weekly", LIGHT))
    assert daily / weekly == pytest.approx(2, rel=0.05)
    assert daily > 0
    assert support == 0


def painted(image: QImage, bars: SplitBars, row: int, token: str) -> int:
    ratio = image.devicePixelRatio()
    y = int((bars._bar(row, bars.area()).top() + 1.5) * ratio)
    return sum(f"#{image.pixel(x, y) & 0xFFFFFF:06x}" == token for x in range(image.width()))


def test_it_is_as_high_as_its_rows_and_legend_need(bars: SplitBars) -> None:
    wide = bars.height()
    bars.resize(220, wide)
    assert bars.minimumHeight() > wide, "the names stand above the bars where there is no room beside"


@pytest.mark.parametrize("look", [LIGHT, DARK])
@pytest.mark.parametrize("answer", ANSWERS)
def test_words_in_a_bar_can_be_read(look: Look, answer: str) -> None:
    token = share_token(answer, look)
    assert contrast(words_on(token, look), token) >= 4.5
