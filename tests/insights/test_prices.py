"""Tokens times prices, by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from tokentray.core.batch import BucketSet
from tokentray.core.usage import Tokens, Usage
from tokentray.insights.price_list import list_name
from tokentray.insights.price_lookup import price_missing_models
from tokentray.insights.prices import PriceBook, open_price_book, price_note, worth
from tokentray.settings.settings import OwnPrice
from tokentray.store.account_table import account_id
from tokentray.store.database import open_history, transaction
from tokentray.store.price_table import Price
from tokentray.store.usage_table import replace_buckets

SONNET = Price(3_000_000, 300_000, 3_750_000, 6_000_000, 15_000_000, "list")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LIST = list_name()


@pytest.fixture
def history(tmp_path):
    with open_history(str(tmp_path / "history.sqlite"), zone="UTC") as history:
        yield history


def record(history, *models, tier=None):
    usages = tuple(Usage(model, NOON, timedelta(hours=1), Tokens(input=1), model=model, tier=tier) for model in models)
    with transaction(history):
        account = account_id(history, "openai/work", "billed")
        replace_buckets(history, account, BucketSet("usage", NOON, NOON + timedelta(hours=1), usages))


def test_each_kind_has_its_price():
    tokens = (10, 1000, 300, 100, 7, 5, None)
    assert worth(tokens, SONNET) == 30_000_000 + 300_000_000 + 750_000_000 + 600_000_000 + 105_000_000


def test_a_cache_entry_of_unknown_life_lives_five_minutes():
    assert worth((None, None, 2, None, None, None, None), SONNET) == 7_500_000


def test_tokens_without_a_price_have_no_worth():
    assert worth((1, None, None, None, 1, None, None), Price(20_000, 20_000, 20_000, 20_000, None, "list")) is None
    assert worth((1, None, None, None, 0, None, None), Price(20_000, 20_000, 20_000, 20_000, None, "list")) == 20_000
    assert worth((None, None, None, None, None, None, 1), SONNET) is None
    assert worth((1, None, None, None, None, None, None), None) is None


def test_the_days_price_holds():
    book = PriceBook({("m", None, 0): [(0, SONNET), (100, Price(1, 1, 1, 1, 1, "list"))]})
    assert book.price("m", None, 0, 99) == SONNET
    assert book.price("m", None, 0, 100) == Price(1, 1, 1, 1, 1, "list")
    assert book.price("m", "fast", 0, 100) is None


def test_new_models_are_looked_up_once(history):
    record(history, "claude-sonnet-4-6", "my-own-model")
    assert price_missing_models(history) == 2
    assert price_missing_models(history) == 0
    book = open_price_book(history)
    assert book.price("claude-sonnet-4-6", None, 0, 20777) == Price(
        3_000_000, 300_000, 3_750_000, 6_000_000, 15_000_000, LIST
    )
    assert book.price("my-own-model", None, 0, 20777) == Price(None, None, None, None, None, LIST)


def test_fast_has_a_price_of_its_own(history):
    record(history, "claude-opus-5", tier="fast")
    price_missing_models(history)
    assert open_price_book(history).price("claude-opus-5", "fast", 0, 20777).output == 50_000_000


def test_the_persons_own_price_wins_and_can_be_taken_back(history):
    record(history, "my-own-model")
    own = OwnPrice("my-own-model", input="0.2", output="1")
    assert price_missing_models(history, [own]) == 1
    assert open_price_book(history).price("my-own-model", None, 3, 1) == Price(
        200_000, 200_000, 200_000, 200_000, 1_000_000, "own"
    )
    assert price_missing_models(history, [own]) == 0
    assert price_missing_models(history, []) == 1
    assert open_price_book(history).price("my-own-model", None, 3, 1).input is None


def test_the_lists_are_named():
    assert price_note({"own", LIST}) == f"≈ estimated with {LIST} and your own prices"
    assert price_note(()) == ""


def test_a_price_by_the_hour_says_that_it_is_not_counted(history):
    record(history, "deepseek-v4-pro", "gpt-5")
    price_missing_models(history)
    assert price_missing_models(history, []) == 0
    note = open_price_book(history).price("deepseek-v4-pro", None, 0, 20777).list
    assert price_note({note, LIST}) == f"≈ estimated with {LIST} (without its prices by the hour)"
