"""What charts say, how they answer pointer and keys, and that unknown is never drawn as nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from tests.ui.snapshots import HOURS, TODAY, daily, month, pattern, year
from tokentray.insights.snapshot import Series, Stack
from tokentray.ui.charts.bars import BarChart
from tokentray.ui.charts.base import Chart, Table
from tokentray.ui.charts.heat_map import HeatMap
from tokentray.ui.charts.hour_bars import HourBars
from tokentray.ui.charts.line import LineChart
from tokentray.ui.charts.pattern import Pattern
from tokentray.ui.charts.scale import Axis, heat_level, heat_stops, named_dates, nice_axis, width_of
from tokentray.ui.look import LIGHT

TWO_DAYS = Stack(
    (date(2026, 11, 20), date(2026, 11, 21)),
    (Series("opus", 0, (300.0, None)), Series("haiku", 1, (700.0, 500.0))),
)


def shown(qtbot: QtBot, chart: Chart, width: int = 600, height: int = 300) -> Chart:
    qtbot.addWidget(chart)
    chart.resize(width, height)
    chart.show()
    qtbot.waitExposed(chart)
    return chart


def bars(qtbot: QtBot, stack: Stack = TWO_DAYS) -> BarChart:
    chart = BarChart("Tokens per day")
    chart.show_stack(stack)
    shown(qtbot, chart)
    return chart


def colours_in(chart: Chart) -> set[str]:
    image = chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return {f"#{pixel & 0xFFFFFF:06x}" for pixel in set(memoryview(image.constBits()).cast("I"))}


@pytest.mark.parametrize(
    ("highest", "axis"),
    [
        (0, Axis(1.0, 1.0)),
        (1_430_000, Axis(1_500_000.0, 500_000.0)),
        (407_000, Axis(500_000.0, 100_000.0)),
        (99, Axis(100.0, 25.0)),
        (2, Axis(2.0, 1.0)),
    ],
)
def test_axis_has_steps_a_person_would_choose(highest: float, axis: Axis) -> None:
    assert nice_axis(highest, whole=True) == axis


def test_dates_below_the_bars() -> None:
    starts = daily(90, models=1).starts
    assert width_of(starts) == "day"
    named = [starts[i] for i in named_dates(starts, "day")]
    assert named == [
        date(2026, 9, 1),
        date(2026, 9, 15),
        date(2026, 10, 1),
        date(2026, 10, 15),
        date(2026, 11, 1),
        date(2026, 11, 15),
    ]


def test_heat_has_a_level_of_its_own_for_nothing() -> None:
    stops = heat_stops([0, None, 1, 2, 3, 4])
    assert [heat_level(value, stops) for value in (0, 1, 2, 3, 4)] == [0, 1, 2, 3, 4]


def test_bars_table_says_unknown_for_what_nobody_said() -> None:
    chart = BarChart("Tokens per day")
    chart.show_stack(TWO_DAYS)
    assert chart.table() == Table(
        ("Day", "opus", "haiku", "Total"),
        (("Fri, 20 Nov 2026", "300", "700", "1,000"), ("Sat, 21 Nov 2026", "unknown", "500", "500")),
    )


def test_bars_have_an_accessible_name_with_a_summary(qtbot: QtBot) -> None:
    assert bars(qtbot).accessibleName() == (
        "Tokens per day: Fri, 20 Nov 2026 to Sat, 21 Nov 2026: 1.5k tokens, most on Fri, 20 Nov 2026 with 1.0k."
    )


def test_arrow_keys_move_the_mark_and_say_its_values(qtbot: QtBot) -> None:
    chart = bars(qtbot)
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.marked == 0
    assert chart.accessibleDescription() == "Fri, 20 Nov 2026; haiku 700; opus 300; Total 1,000"
    qtbot.keyClick(chart, Qt.Key.Key_End)
    assert chart.accessibleDescription() == "Sat, 21 Nov 2026; haiku 500; opus unknown; Total 500"
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert (chart.marked, chart.accessibleDescription()) == (None, "")


def test_a_click_names_bar_and_series(qtbot: QtBot) -> None:
    chart, bar, series = bars(qtbot), [], []
    chart.bar_clicked.connect(bar.append)
    chart.series_clicked.connect(series.append)
    first = chart.part_rect(0, chart.area())
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPointF(first.center().x(), first.bottom() - 4).toPoint())
    assert (bar, series) == ([date(2026, 11, 20)], ["opus"])


def test_a_drag_names_first_and_last_bar(qtbot: QtBot) -> None:
    chart, ranges = bars(qtbot, daily(30, models=2)), []
    chart.range_dragged.connect(lambda first, last: ranges.append((first, last)))
    start, end = (chart.part_rect(i, chart.area()).center().toPoint() for i in (9, 4))
    qtbot.mousePress(chart, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(chart, end)
    qtbot.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=end)
    assert ranges == [(TODAY - timedelta(days=25), TODAY - timedelta(days=20))]


def test_a_bar_of_which_nothing_is_known_is_not_drawn_as_nothing(qtbot: QtBot) -> None:
    nothing = Stack((TODAY,), (Series("opus", 0, (0.0,)),))
    unknown = Stack((TODAY,), (Series("opus", 0, (None,)),))
    one, other = bars(qtbot, nothing), bars(qtbot, unknown)
    assert colours_in(one) != colours_in(other)
    assert other.tip(0, LIGHT).text == "Sat, 21 Nov 2026; opus unknown"


def test_marking_a_bar_does_not_paint_the_bars_again(qtbot: QtBot) -> None:
    chart = bars(qtbot)
    chart.grab()
    kept = chart._kept
    chart.mark(1)
    chart.grab()
    assert chart._kept is kept


def test_other_data_are_painted_anew_and_the_same_are_not(qtbot: QtBot) -> None:
    chart = bars(qtbot)
    chart.grab()
    kept = chart._kept
    chart.show_stack(replace(TWO_DAYS))
    assert chart._kept is kept
    chart.show_stack(daily(7, models=2))
    assert chart._kept is None


def test_a_hidden_chart_keeps_no_pictures(qtbot: QtBot) -> None:
    chart = bars(qtbot)
    chart.grab()
    chart.hide()
    assert chart._kept is None


def test_ground_colours_of_every_series_are_there(qtbot: QtBot) -> None:
    assert set(LIGHT.series[:6]) <= colours_in(bars(qtbot, daily(20, models=6)))


def test_png_and_svg_are_drawn_by_the_same_hand(qtbot: QtBot, tmp_path: Path) -> None:
    chart = bars(qtbot)
    assert chart.export_png(str(tmp_path / "a.png"), 2.0, size=QSize(400, 300))
    assert chart.export_svg(str(tmp_path / "a.svg"), size=QSize(400, 300))
    assert QImage(str(tmp_path / "a.png")).size() == QSize(800, 600)
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "Tokens per day" in text
    assert "haiku" in text


def test_a_place_that_cannot_be_written_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    assert not bars(qtbot).export_png(str(tmp_path / "no folder" / "a.png"))


def test_nothing_yet_is_said_in_words(qtbot: QtBot) -> None:
    chart = BarChart("Tokens per day")
    shown(qtbot, chart)
    assert chart.summary() == "Nothing to show for these days yet."
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.marked is None
    assert len(colours_in(chart)) > 3


def test_month(qtbot: QtBot) -> None:
    chart = LineChart("Cost this month")
    chart.show_month(month())
    shown(qtbot, chart)
    assert chart.summary() == "$65.40 so far, $95.10 expected at the end of the month, budget $110.00."
    assert chart.tip(20, LIGHT).text == "Sat, 21 Nov 2026; So far $65.40; On that day $0.40"
    assert chart.tip(29, LIGHT).text == "Mon, 30 Nov 2026; Forecast $95.10; Likely between $87.00 – $105.90"
    assert {LIGHT.warn, LIGHT.series[0]} <= colours_in(chart)
    assert len(chart.table().rows) == 30


def test_year(qtbot: QtBot) -> None:
    chart = HeatMap("Activity")
    chart.show_days(year())
    shown(qtbot, chart, 700, 200)
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.marked == 7
    assert chart.tip(41, LIGHT).text == "Fri, 2 Jan 2026; tokens unknown"
    for index in (0, 100, 364):
        assert chart.part_at(chart.part_rect(index, chart.area()).center(), chart.area()) == index


def test_a_narrow_year_shows_the_newest_weeks(qtbot: QtBot) -> None:
    chart = HeatMap("Activity")
    chart.show_days(year())
    shown(qtbot, chart, 260, 160)
    assert chart.part_rect(364, chart.area()).right() <= chart.width()
    assert chart.part_rect(0, chart.area()).right() < 0


def test_week_pattern(qtbot: QtBot) -> None:
    chart = Pattern("When")
    chart.show_pattern(pattern(), first_weekday=6)
    shown(qtbot, chart)
    assert chart.tip(0, LIGHT).title == "Sunday, 12 AM"
    assert chart.part_at(chart.part_rect(30, chart.area()).center(), chart.area()) == 30
    assert len(chart.table().rows) == 7


def test_hours_of_a_day_with_25(qtbot: QtBot) -> None:
    chart = HourBars("Today by the hour")
    starts = [datetime(2026, 10, 25, hour) for hour in (0, 1, 2, *range(2, 24))]
    chart.show_hours((1, *HOURS), starts, 20)
    shown(qtbot, chart, 320, 50)
    assert chart.tip(24, LIGHT).text == "11 PM to 12 AM; 0 tokens"
    assert len(chart.table().rows) == 25


@pytest.mark.parametrize("scale", [1, 2])
def test_every_chart_draws_into_a_tiny_place_without_harm(scale: int) -> None:
    charts: list[Chart] = [BarChart(), LineChart(), HeatMap(), Pattern(), HourBars()]
    charts[0].show_stack(daily(365, models=9))  # type: ignore[attr-defined]
    charts[1].show_month(month())  # type: ignore[attr-defined]
    charts[2].show_days(year())  # type: ignore[attr-defined]
    charts[3].show_pattern(pattern())  # type: ignore[attr-defined]
    charts[4].show_hours(HOURS, [datetime(2026, 11, 21, hour) for hour in range(24)])  # type: ignore[attr-defined]
    for chart in charts:
        image = QImage(20 * scale, 10 * scale, QImage.Format.Format_ARGB32_Premultiplied)
        painter = QPainter(image)
        chart.draw(painter, image.rect().toRectF(), LIGHT)
        painter.end()
