"""What is not tokens is added up by report and unit, and said in words."""

from datetime import UTC, date, datetime

from tokentray.core.usage import Tokens
from tokentray.insights.prices import open_price_book
from tokentray.insights.quantities import WORDS, QuantitySum, add_up_quantities, in_words, take_quantities
from tokentray.insights.snapshot import Quantity, TrendChoice
from tokentray.insights.trends import take_trend
from tokentray.sources.providers.openai import OTHERS
from tokentray.store.question import Question

FRIDAY, SATURDAY = date(2026, 11, 20), date(2026, 11, 21)


def question(*by, **only):
    return Question(FRIDAY, SATURDAY, "Europe/Berlin", by, **only)


def test_models_and_accounts_are_added_up_where_nobody_asks_for_them(ledger, history):
    ledger.meter(FRIDAY, "images", "images", 3, model="gpt-image-1")
    ledger.meter(SATURDAY, "images", "images", 4, model="dall-e-3")
    ledger.meter(FRIDAY, "images", "images", 5, account="openai/home")
    assert add_up_quantities(history, question()) == [QuantitySum((), "billed", "images", "images", 12)]
    by_account = add_up_quantities(history, question("account"))
    assert {total.keys: total.quantity for total in by_account} == {("openai/work",): 7, ("openai/home",): 5}


def test_searches_of_two_kinds_are_two_quantities(ledger, history):
    ledger.meter(FRIDAY, "web_search_calls", "calls", 2)
    ledger.meter(FRIDAY, "file_search_calls", "calls", 1)
    assert set(take_quantities(history, question("day"))) == {Quantity(2, "web searches"), Quantity(1, "file search")}


def test_stretches_of_work_and_tags_have_none(ledger, history):
    ledger.meter(FRIDAY, "images", "images", 3)
    (total,) = add_up_quantities(history, question("tag", "day", "work"))
    assert (total.keys, total.quantity) == ((None, "2026-11-20", None), 3)
    assert add_up_quantities(history, question(tag="refactor")) == []


def test_a_trend_has_those_of_its_stretch_and_filters(ledger, history):
    ledger.meter(FRIDAY, "images", "images", 3, model="gpt-image-1")
    ledger.meter(FRIDAY, "audio_transcriptions", "seconds", 1, model="whisper-1")
    ledger.meter(date(2026, 11, 19), "images", "images", 100)
    choice = TrendChoice(FRIDAY, SATURDAY, only=(("model", "gpt-image-1"),))
    assert take_trend(history, choice, "Europe/Berlin", open_price_book(history)).quantities == (Quantity(3, "images"),)


def test_tokens_are_no_quantity(ledger, history):
    ledger.log(datetime(2026, 11, 20, 9, tzinfo=UTC), "gpt-5", Tokens(input=1))
    assert take_quantities(history, question()) == ()


def test_large_stores_are_said_in_megabytes():
    assert in_words("vector_stores", "bytes", 2_900_000) == Quantity(2, "MB in vector stores")
    assert in_words("vector_stores", "bytes", 999) == Quantity(999, "bytes in vector stores")


def test_a_report_without_words_is_named():
    assert in_words("ocr", "pages", 7) == Quantity(7, "pages (ocr)")


def test_every_meter_of_the_providers_has_words():
    metered = {(endpoint.name, endpoint.meter[1]) for endpoint in OTHERS if endpoint.meter}
    assert len(metered) > 5
    assert metered <= set(WORDS)
