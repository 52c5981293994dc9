"""Bars, comparisons and patterns with numbers worked out by hand."""

from datetime import UTC, date, datetime, timedelta

from tokentray.core.journal import Card, link_to
from tokentray.core.usage import Tokens
from tokentray.insights.prices import open_price_book
from tokentray.insights.snapshot import Measure, Step, TrendChoice
from tokentray.insights.trends import bar_starts, take_trend
from tokentray.insights.work_sessions import take_sessions
from tokentray.store.database import transaction
from tokentray.store.journal_table import put_card

MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)


def noon(day):
    return datetime(day.year, day.month, day.day, 11, tzinfo=UTC)


def trend(history, choice):
    return take_trend(history, choice, "Europe/Berlin", open_price_book(history))


def test_two_models_side_by_side_with_the_week_before(ledger, history):
    ledger.log(noon(MONDAY), "claude-sonnet-4-6", Tokens(input=10))
    ledger.log(noon(MONDAY + timedelta(days=2)), "claude-sonnet-4-6", Tokens(input=20))
    ledger.log(noon(MONDAY + timedelta(days=2)), "gpt-5", Tokens(input=40))
    ledger.log(noon(MONDAY - timedelta(days=7)), "gpt-5", Tokens(input=7))
    answer = trend(history, TrendChoice(MONDAY, SUNDAY))
    assert [(series.name, series.slot, series.values) for series in answer.stack.series] == [
        ("gpt-5", 0, (0, 0, 40, 0, 0, 0, 0)),
        ("claude-sonnet-4-6", 1, (10, 0, 20, 0, 0, 0, 0)),
    ]
    assert (answer.total, answer.before) == (70, 7)
    assert [row[0] for row in answer.rows] == ["gpt-5", "claude-sonnet-4-6"]


def test_the_ninth_model_and_the_tenth_are_other(ledger, history):
    for number in range(10):
        ledger.log(noon(MONDAY), f"model-{number}", Tokens(input=100 - number))
    series = trend(history, TrendChoice(MONDAY, MONDAY)).stack.series
    assert len(series) == 9
    assert (series[8].name, series[8].slot, series[8].values) == ("other", 8, (92 + 91,))


def test_kinds_of_tokens_are_stacked(ledger, history):
    ledger.log(noon(MONDAY), "gpt-5", Tokens(input=1, cache_read=2, output=3, reasoning=2))
    series = trend(history, TrendChoice(MONDAY, MONDAY, by="class")).stack.series
    assert [(one.name, one.values) for one in series] == [("Input", (1,)), ("Cache read", (2,)), ("Output", (3,))]


def test_money_that_is_unknown_is_no_bar_of_nothing(ledger, history):
    ledger.log(noon(MONDAY), "house-model", Tokens(input=1))
    ledger.log(noon(MONDAY), "claude-sonnet-4-6", Tokens(output=2))
    stack = trend(history, TrendChoice(MONDAY, MONDAY, measure=Measure.COST)).stack
    assert stack.unit == "USD"
    assert {series.name: series.values for series in stack.series} == {
        "claude-sonnet-4-6": (0.00003,),
        "house-model": (None,),
    }


def test_weeks_and_months_begin_where_calendars_do():
    choice = TrendChoice(date(2026, 10, 30), date(2026, 11, 10), Step.WEEK)
    assert bar_starts(choice, "UTC") == (date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9))
    months = TrendChoice(date(2026, 10, 30), date(2026, 11, 10), Step.MONTH)
    assert bar_starts(months, "UTC") == (date(2026, 10, 1), date(2026, 11, 1))


def test_a_day_of_the_clock_change_has_25_hours(ledger, history):
    ledger.log(datetime(2026, 10, 25, 1, 5, tzinfo=UTC), "gpt-5", Tokens(input=9))
    answer = trend(history, TrendChoice(date(2026, 10, 25), date(2026, 10, 25), Step.HOUR))
    (series,) = answer.stack.series
    assert len(series.values) == 25
    assert series.values[3] == 9


def test_weeks_are_summed_across_the_years_edge(ledger, history):
    ledger.log(noon(date(2025, 12, 31)), "gpt-5", Tokens(input=1))
    ledger.log(noon(date(2026, 1, 2)), "gpt-5", Tokens(input=2))
    (series,) = trend(history, TrendChoice(date(2025, 12, 29), date(2026, 1, 4), Step.WEEK)).stack.series
    assert series.values == (3,)


def test_the_pattern_is_the_mean_of_such_hours(ledger, history):
    ledger.log(noon(MONDAY), "gpt-5", Tokens(input=10))
    ledger.log(noon(MONDAY - timedelta(days=7)), "gpt-5", Tokens(input=20))
    pattern = trend(history, TrendChoice(MONDAY - timedelta(days=7), SUNDAY)).pattern
    assert pattern[0][12] == 15
    assert sum(map(sum, pattern)) == 15


def test_a_period_before_that_is_only_partly_known_is_no_comparison(ledger, history):
    ledger.log(noon(MONDAY - timedelta(days=6)), "gpt-5", Tokens(input=7))
    ledger.log(noon(MONDAY), "gpt-5", Tokens(input=10))
    assert trend(history, TrendChoice(MONDAY, SUNDAY)).before is None


def test_a_whole_month_is_compared_with_the_month_before(ledger, history):
    ledger.log(noon(date(2026, 1, 1)), "gpt-5", Tokens(input=5))
    ledger.log(noon(date(2026, 2, 28)), "gpt-5", Tokens(input=8))
    assert trend(history, TrendChoice(date(2026, 2, 1), date(2026, 2, 28))).before == 5


def test_only_what_was_clicked_is_shown(ledger, history):
    ledger.log(noon(MONDAY), "gpt-5", Tokens(input=10))
    ledger.log(noon(MONDAY), "claude-sonnet-4-6", Tokens(input=20))
    answer = trend(history, TrendChoice(MONDAY, MONDAY, by="account", only=(("model", "gpt-5"),)))
    assert answer.total == 10


def keep_card(history, at, *tags):
    (stretch,) = take_sessions(history, at, at + timedelta(minutes=1), 30, open_price_book(history))
    with transaction(history):
        put_card(history, Card("-".join(tags), at, at, tags=tags, links=(link_to(stretch),)))


def test_tags_have_the_use_of_their_cards_and_the_rest_has_none(ledger, history):
    ledger.log(noon(MONDAY), "gpt-5", Tokens(input=10))
    ledger.log(noon(MONDAY) + timedelta(hours=3), "gpt-5", Tokens(input=5))
    ledger.log(noon(SUNDAY), "claude-sonnet-4-6", Tokens(input=20))
    ledger.log(noon(MONDAY - timedelta(days=7)), "gpt-5", Tokens(input=7))
    keep_card(history, noon(MONDAY), "refactor", "tests")
    answer = trend(history, TrendChoice(MONDAY, SUNDAY, by="tag"))
    assert {series.name: series.values for series in answer.stack.series} == {
        "not tagged": (5, 0, 0, 0, 0, 0, 20),
        "refactor": (10, 0, 0, 0, 0, 0, 0),
        "tests": (10, 0, 0, 0, 0, 0, 0),
    }
    assert (answer.total, answer.before) == (35, 7)
    assert [row[0] for row in answer.rows] == ["not tagged", "refactor", "tests"]
    assert "A session of work with several tags is in the row of each of them, and in the totals once" in answer.notes


def test_of_one_tag_the_models_but_not_the_hours_are_known(ledger, history):
    ledger.log(noon(MONDAY), "gpt-5", Tokens(input=10))
    ledger.log(noon(SUNDAY), "claude-sonnet-4-6", Tokens(input=20))
    keep_card(history, noon(MONDAY), "refactor")
    answer = trend(history, TrendChoice(MONDAY, SUNDAY, only=(("tag", "Refactor"),)))
    assert [(row[0], row[1].total) for row in answer.rows] == [("gpt-5", 10)]
    assert (answer.total, answer.pattern) == (10, ())
