"""Trends asks for what is chosen and shows the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.snapshots import TODAY, full_snapshot, full_trend, usd
from tokentray.core.money import MoneyKind
from tokentray.core.usage import Tokens
from tokentray.insights.snapshot import Measure, Quantity, Snapshot, Step, Trend, TrendChoice
from tokentray.settings.settings import Settings
from tokentray.ui.pages.trends_page import TrendsPage


@pytest.fixture
def asked() -> list[TrendChoice]:
    return []


@pytest.fixture
def page(qtbot: QtBot, asked: list[TrendChoice]) -> TrendsPage:
    page = TrendsPage(Settings())
    qtbot.addWidget(page)
    page.resize(984, 760)
    page.trend_chosen.connect(asked.append)
    page.show_snapshot(full_snapshot())
    page.show()
    return page


def answer(page: TrendsPage, **changes: object) -> Snapshot:
    """A snapshot with the answer to what the page asked last."""
    assert page.choice is not None
    trend = replace(full_trend(), choice=page.choice, **changes)  # type: ignore[arg-type]
    return replace(full_snapshot(), trend=trend)


def test_without_an_answer_it_asks_for_the_last_thirty_days(qtbot: QtBot, asked: list[TrendChoice]) -> None:
    page = TrendsPage(Settings())
    qtbot.addWidget(page)
    page.trend_chosen.connect(asked.append)
    page.show_snapshot(replace(full_snapshot(), trend=None))
    assert asked == [TrendChoice(date(2026, 10, 23), TODAY)]


def test_an_answer_that_is_there_already_is_shown_without_asking(page: TrendsPage, asked: list[TrendChoice]) -> None:
    assert asked == []
    assert page.total.text() == "15.6M"
    assert page.compared.text() == "29 % above the 30 days before"
    assert page.period.value() == 30


def test_a_preset_asks_for_days_that_end_today(page: TrendsPage, asked: list[TrendChoice]) -> None:
    page.period.choose(7)
    assert (asked[-1].since, asked[-1].until, asked[-1].step) == (date(2026, 11, 15), TODAY, Step.DAY)


def test_a_year_is_shown_by_week(page: TrendsPage, asked: list[TrendChoice]) -> None:
    page.period.choose(365)
    assert (asked[-1].since, asked[-1].step) == (date(2025, 11, 22), Step.WEEK)


def test_any_days_can_be_chosen(page: TrendsPage, asked: list[TrendChoice]) -> None:
    page.since.setDate(QDate(2026, 11, 3))
    page.until.setDate(QDate(2026, 11, 5))
    assert (asked[-1].since, asked[-1].until) == (date(2026, 11, 3), date(2026, 11, 5))
    assert page.period.value() is None


def test_an_end_before_the_start_moves_the_start(page: TrendsPage, asked: list[TrendChoice]) -> None:
    page.until.setDate(QDate(2026, 10, 1))
    assert (asked[-1].since, asked[-1].until) == (date(2026, 10, 1), date(2026, 10, 1))


def test_hours_are_offered_up_to_a_week(page: TrendsPage, asked: list[TrendChoice]) -> None:
    hour = page.step.findChildren(QPushButton)[0]
    assert not hour.isEnabled()
    page.period.choose(7)
    assert hour.isEnabled()
    page.step.choose(Step.HOUR)
    assert asked[-1].step == Step.HOUR
    page.period.choose(30)
    assert asked[-1].step == Step.DAY


def test_measure_and_split_are_asked_for(page: TrendsPage, asked: list[TrendChoice]) -> None:
    page.measure.choose(Measure.COST)
    page.by.setCurrentIndex(3)
    page.by.activated.emit(3)
    assert (asked[-1].measure, asked[-1].by) == (Measure.COST, "project")


def test_token_kinds_are_shown_as_tokens_only(page: TrendsPage, asked: list[TrendChoice]) -> None:
    page.measure.choose(Measure.COST)
    page.by.activated.emit(6)
    assert (asked[-1].measure, asked[-1].by) == (Measure.TOKENS, "class")
    cost = page.measure.findChildren(QPushButton)[1]
    assert not cost.isEnabled()


def test_a_click_on_a_model_filters_and_its_chip_takes_it_back(page: TrendsPage, asked: list[TrendChoice]) -> None:
    page.bars.series_clicked.emit("gpt-5")
    assert (asked[-1].only, asked[-1].by) == ((("model", "gpt-5"),), "project")
    chip = next(button for button in page.findChildren(QPushButton) if "gpt-5" in button.text())
    assert chip.text() == "Model: gpt-5  ✕"
    chip.click()
    assert asked[-1].only == ()


def test_return_on_a_row_filters(page: TrendsPage, asked: list[TrendChoice], qtbot: QtBot) -> None:
    page.rows.selectRow(0)
    page.rows.row_chosen.emit(1)
    assert asked[-1].only == (("model", "sonnet-4"),)


def test_dragging_zooms_and_back_returns(page: TrendsPage, asked: list[TrendChoice]) -> None:
    assert page.back.isHidden()
    page.bars.range_dragged.emit(date(2026, 11, 2), date(2026, 11, 6))
    assert (asked[-1].since, asked[-1].until) == (date(2026, 11, 2), date(2026, 11, 6))
    page.back.click()
    assert (asked[-1].since, asked[-1].until) == (date(2026, 10, 23), TODAY)
    assert page.back.isHidden()


def test_zooming_into_weeks_reaches_to_the_end_of_the_last_one(page: TrendsPage, asked: list[TrendChoice]) -> None:
    page.period.choose(365)
    weeks = (date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16))
    stack = full_trend().stack
    series = tuple(replace(one, values=one.values[:3]) for one in stack.series)
    page.show_snapshot(answer(page, stack=replace(stack, starts=weeks, series=series)))
    page.bars.range_dragged.emit(weeks[0], weeks[1])
    assert (asked[-1].since, asked[-1].until) == (date(2026, 11, 2), date(2026, 11, 15))


def test_zooming_into_hours_shows_that_day(page: TrendsPage, asked: list[TrendChoice]) -> None:
    page.bars.range_dragged.emit(datetime(2026, 11, 20, 9), datetime(2026, 11, 20, 15))
    assert (asked[-1].since, asked[-1].until, asked[-1].step) == (date(2026, 11, 20), date(2026, 11, 20), Step.HOUR)


def test_an_answer_to_an_older_question_is_not_shown(page: TrendsPage) -> None:
    page.period.choose(7)
    page.show_snapshot(full_snapshot())
    assert page.period.value() == 7
    page.show_snapshot(answer(page, total=1_000.0))
    assert page.total.text() == "1.0k"


def test_after_midnight_the_same_number_of_days_is_asked_for(page: TrendsPage, asked: list[TrendChoice]) -> None:
    tomorrow = replace(full_snapshot(), today=replace(full_snapshot().today, day=date(2026, 11, 22)))
    page.show_snapshot(tomorrow)
    assert (asked[-1].since, asked[-1].until) == (date(2026, 10, 24), date(2026, 11, 22))


def test_a_share_of_cache_that_nobody_said_is_unknown(page: TrendsPage) -> None:
    page.show_snapshot(answer(page, cache_share=None, cache_saved=None))
    assert page.cache_share.text() == "—"
    assert page.cache_words.text() == "Nobody said how much of the input came from a cache."


@pytest.mark.parametrize(
    ("step", "key", "words"),
    [
        (Step.HOUR, "2026-11-20T09:00+01:00", "Fri, 20 Nov 2026, 9 AM"),
        (Step.DAY, "2026-11-20", "Fri, 20 Nov 2026"),
        (Step.WEEK, "2026-W47", "Week of Mon, 16 Nov 2026"),
        (Step.MONTH, "2026-11", "November 2026"),
        (Step.HOUR, "unknown", "unknown"),
    ],
)
def test_by_token_kind_each_row_is_a_bar(page: TrendsPage, step: Step, key: str, words: str) -> None:
    page.choose(TrendChoice(date(2026, 11, 16), TODAY, step, "class"))
    page.show_snapshot(answer(page, rows=((key, Tokens(output=1), None, ()),)))
    assert page.sorted.index(0, 0).data() == words


def test_estimated_costs_are_about(page: TrendsPage) -> None:
    page.measure.choose(Measure.COST)
    rows = (("a", Tokens(output=1), None, (usd("3", MoneyKind.ESTIMATED),)),)
    page.show_snapshot(answer(page, rows=rows, total=3.0, stack=replace(full_trend().stack, unit="USD")))
    assert page.total.text() == "≈\u202f$3.00"


def test_requests_are_counted_exactly(page: TrendsPage) -> None:
    page.measure.choose(Measure.REQUESTS)
    page.show_snapshot(answer(page, total=63_878.0, stack=replace(full_trend().stack, unit="requests")))
    assert page.total.text() == "63,878"


@pytest.mark.parametrize("name", ["unknown", "other"])
def test_what_has_no_name_cannot_be_filtered_by(page: TrendsPage, asked: list[TrendChoice], name: str) -> None:
    page.bars.series_clicked.emit(name)
    assert asked == []


def test_a_whole_month_is_compared_with_the_month_before(page: TrendsPage) -> None:
    page.choose(TrendChoice(date(2026, 10, 1), date(2026, 10, 31)))
    page.show_snapshot(answer(page))
    assert page.compared.text() == "29 % above the month before"


def test_nothing_before_is_no_comparison(page: TrendsPage) -> None:
    page.show_snapshot(answer(page, before=None))
    assert page.compared.text() == "nothing to compare with yet"


def test_an_empty_stretch_shows_words_instead_of_tables(page: TrendsPage) -> None:
    empty: Trend = replace(full_trend(), rows=(), stack=replace(full_trend().stack, series=(), starts=()), total=None)
    assert page.choice is not None
    page.show_snapshot(replace(full_snapshot(), trend=replace(empty, choice=page.choice)))
    assert page.rows_card.isHidden()
    assert page.bars.accessibleName().startswith("Tokens per day: Nothing was reported")


def test_the_table_is_saved_where_the_person_says(page: TrendsPage, tmp_path: Path, qtbot: QtBot) -> None:
    page.save.click()
    dialog = page.bars_card.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    with qtbot.waitSignal(page.told) as said:
        dialog.fileSelected.emit(str(tmp_path / "rows.csv"))
    dialog.reject()
    assert said.args == [f"Saved as {tmp_path / 'rows.csv'}."]
    assert (tmp_path / "rows.csv").read_text().startswith("Model,Tokens,Share")


def test_the_picture_is_saved_and_a_failure_is_told(page: TrendsPage, tmp_path: Path, qtbot: QtBot) -> None:
    page.bars_card.ask_file("svg", page.bars.export_svg)
    dialog = page.bars_card.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "chart.svg"))
    assert "<svg" in (tmp_path / "chart.svg").read_text()
    page.bars_card.ask_file("csv", lambda path: False)
    with qtbot.waitSignal(page.told) as said:
        page.bars_card.findChildren(QFileDialog)[-1].fileSelected.emit("/nowhere/x.csv")
    assert said.args == ["/nowhere/x.csv could not be written."]


def test_show_as_table_swaps_the_chart_for_its_values(page: TrendsPage) -> None:
    page.bars_card.as_table.setChecked(True)
    view = page.bars_card._view
    assert view is not None
    assert page.bars.isHidden()
    assert view.model().headerData(1, Qt.Orientation.Horizontal) == "opus-4"
    page.bars_card.as_table.setChecked(False)
    assert not page.bars.isHidden()


def test_other_quantities_are_shown_where_there_are_any(page: TrendsPage) -> None:
    assert not page.quantities_card.isVisible()
    page.show_snapshot(answer(page, quantities=(Quantity(1204, "images"), Quantity(1, "web search"))))
    assert page.quantities_card.isVisible()
    assert page.quantities.text() == "1,204 images · 1 web search"


def test_a_click_on_a_tag_filters_but_what_has_none_is_no_filter(page: TrendsPage, asked: list[TrendChoice]) -> None:
    page.by.activated.emit(4)
    assert asked[-1].by == "tag"
    page.bars.series_clicked.emit("not tagged")
    assert asked[-1].only == ()
    page.bars.series_clicked.emit("refactor")
    assert (asked[-1].only, asked[-1].by) == ((("tag", "refactor"),), "model")
    assert any(button.text() == "Tag: refactor  ✕" for button in page.findChildren(QPushButton))


def test_of_one_tag_no_hours_are_shown(page: TrendsPage) -> None:
    assert page.pattern_card.isVisible()
    page.filter_by("tag", "refactor")
    page.show_snapshot(answer(page, pattern=()))
    assert page.rows_card.isVisible()
    assert not page.pattern_card.isVisible()
