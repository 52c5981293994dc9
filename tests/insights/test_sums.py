"""Each token is counted once, and money keeps its kind."""

from datetime import UTC, date, datetime
from decimal import Decimal

from tokentray.core.money import Money, MoneyKind
from tokentray.core.usage import Tokens
from tokentray.insights.prices import open_price_book
from tokentray.insights.sums import add_up
from tokentray.store.question import Question

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def asked(history, *by):
    return add_up(history, Question(DAY, DAY, "Europe/Berlin", by), open_price_book(history))


def usd(amount, kind):
    return Money(Decimal(amount), "USD", kind)


def test_the_same_tokens_in_bill_and_log_count_once(ledger, history):
    ledger.bill(NOON, "gpt-5-2025-08-07", Tokens(input=900, output=100))
    ledger.log(NOON, "gpt-5", Tokens(input=880, output=90), account="codex/default")
    answer = asked(history)
    assert answer.headline.total == 1000
    assert answer.origins == ("billed",)
    assert answer.overlapping
    assert (answer.by_origin["billed"].total, answer.by_origin["logged"].total) == (1000, 970)


def test_the_log_is_taken_where_it_says_more(ledger, history):
    ledger.bill(NOON, "gpt-5", Tokens(input=10, output=1))
    ledger.charge(DAY, "0.5", "gpt-5")
    ledger.log(NOON, "gpt-5", Tokens(input=1_000_000), account="codex/default")
    answer = asked(history)
    assert answer.headline.total == 1_000_000
    assert answer.headline.cost == (usd("1.25", MoneyKind.ESTIMATED),)
    assert answer.by_origin["billed"].cost == (usd("0.5", MoneyKind.BILLED),)


def test_different_models_are_both_counted(ledger, history):
    ledger.bill(NOON, "gpt-5", Tokens(input=10))
    ledger.log(NOON, "claude-sonnet-4-6", Tokens(input=5))
    answer = asked(history)
    assert answer.headline.total == 15
    assert not answer.overlapping


def test_what_is_billed_is_not_estimated_as_well(ledger, history):
    ledger.bill(NOON, "gpt-5", Tokens(input=1_000_000))
    ledger.charge(DAY, "1.11")
    ledger.log(NOON, "claude-sonnet-4-6", Tokens(input=1_000_000))
    assert asked(history).headline.cost == (usd("1.11", MoneyKind.BILLED), usd("3", MoneyKind.ESTIMATED))


def test_a_day_that_is_not_billed_yet_is_estimated(ledger, history):
    ledger.bill(NOON, "gpt-5", Tokens(input=1_000_000))
    assert asked(history).headline.cost == (usd("1.25", MoneyKind.ESTIMATED),)


def test_an_unknown_model_costs_unknown_and_not_nothing(ledger, history):
    ledger.log(NOON, "house-model", Tokens(input=7))
    headline = asked(history).headline
    assert headline.cost == ()
    assert headline.unpriced == {"house-model": 7}


def test_origins_stay_apart_where_they_are_asked_for(ledger, history):
    ledger.bill(NOON, "gpt-5", Tokens(input=10))
    ledger.log(NOON, "gpt-5", Tokens(input=4), account="codex/default")
    rows = asked(history, "model", "origin").rows
    assert {keys: total.total for keys, total in rows.items()} == {("gpt-5", "billed"): 10, ("gpt-5", "logged"): 4}


def test_the_cache_saves_the_difference_of_two_prices(ledger, history):
    ledger.log(NOON, "claude-sonnet-4-6", Tokens(input=100_000, cache_read=1_000_000, cache_write=150_000, output=1))
    headline = asked(history).headline
    assert headline.cache_share == 0.8
    assert headline.cache_saved == usd("2.7", MoneyKind.ESTIMATED)


def test_a_fast_response_has_the_fast_price(ledger, history):
    ledger.log(NOON, "claude-opus-5", Tokens(output=1_000_000), tier="fast")
    ledger.log(NOON, "claude-sonnet-4-6", Tokens(output=1), tier="fast")
    headline = asked(history).headline
    assert headline.cost == (usd("50", MoneyKind.ESTIMATED),)
    assert headline.unpriced == {"claude-sonnet-4-6 (fast)": 1}


def test_a_long_prompt_has_its_bands_price(ledger, history):
    ledger.log(NOON, "claude-haiku-5-5", Tokens(input=100_000, output=0))
    ledger.log(NOON, "claude-haiku-5-5", Tokens(input=100_001, output=0))
    assert asked(history).headline.cost == (usd("0.0600005", MoneyKind.ESTIMATED),)


def test_each_day_has_the_price_of_that_day(ledger, history):
    ledger.log(datetime(2026, 8, 16, 12, tzinfo=UTC), "deepseek-v4-pro", Tokens(output=1_000_000))
    ledger.log(datetime(2026, 8, 17, 12, tzinfo=UTC), "deepseek-v4-pro", Tokens(output=1_000_000))
    question = Question(date(2026, 8, 1), date(2026, 8, 31), "Europe/Berlin", ())
    assert add_up(history, question, open_price_book(history)).headline.cost == (usd("2.85", MoneyKind.ESTIMATED),)
