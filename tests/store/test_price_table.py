"""Prices by model, tier and band; what no list speaks of is asked for once."""

from __future__ import annotations

from tests.store.conftest import Put
from tokentray.store.database import History, transaction
from tokentray.store.price_table import (
    Price,
    PriceRow,
    forget_prices,
    price_lists,
    prices_of,
    record_prices,
    unknown_models,
    unpriced_models,
)

KNOWN = Price(1_250_000, 125_000, None, None, 10_000_000, "genai-prices 2026-11-20")
UNKNOWN = Price(None, None, None, None, None, "genai-prices 2026-11-20")


def test_models_and_tiers_in_use_are_asked_for_until_a_list_has_spoken(opened: History, put: Put) -> None:
    put("2026-11-01T12:00Z", input=1, model="gpt-5")
    put("2026-11-01T13:00Z", input=1, model="gpt-5", tier="batch")
    put("2026-11-01T14:00Z", input=1, model="no-such-model")
    put("2026-11-01T15:00Z", input=1)
    assert unpriced_models(opened) == [("gpt-5", None), ("gpt-5", "batch"), ("no-such-model", None)]
    with transaction(opened):
        record_prices(opened, [PriceRow("gpt-5", None, 0, 0, KNOWN), PriceRow("no-such-model", None, 0, 0, UNKNOWN)])
    assert unpriced_models(opened) == [("gpt-5", "batch")]
    assert unknown_models(opened) == ["no-such-model"]
    with transaction(opened):
        rows = [("batch", 0, UNKNOWN), (None, 0, KNOWN), (None, 1, UNKNOWN)]
        record_prices(opened, [PriceRow("gpt-5", tier, band, 0, price) for tier, band, price in rows])
    assert unknown_models(opened) == ["gpt-5 (batch)", "no-such-model"]


def test_prices_come_back_by_their_first_day(opened: History) -> None:
    later = Price(1, 2, 3, 4, 5, "own")
    with transaction(opened):
        record_prices(opened, [PriceRow("gpt-5", None, 1, 20_700, later), PriceRow("gpt-5", None, 1, 0, KNOWN)])
    assert prices_of(opened) == {("gpt-5", None, 1): [(0, KNOWN), (20_700, later)]}
    assert price_lists(opened) == ["genai-prices 2026-11-20", "own"]


def test_recording_a_model_again_leaves_nothing_of_its_old_prices(opened: History) -> None:
    with transaction(opened):
        record_prices(opened, [PriceRow("gpt-5", None, 0, day, KNOWN) for day in (0, 20_700)])
        record_prices(opened, [PriceRow("gpt-5", None, 0, 20_000, UNKNOWN)])
    assert prices_of(opened) == {("gpt-5", None, 0): [(20_000, UNKNOWN)]}


def test_all_prices_can_be_forgotten(opened: History) -> None:
    with transaction(opened):
        record_prices(opened, [PriceRow("gpt-5", "batch", 0, 0, KNOWN)])
        forget_prices(opened)
    assert prices_of(opened) == {}
