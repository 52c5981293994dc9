"""Every model of genai-prices costs here what it costs there, to the last digit."""

import json
import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

import pytest

from tokentray.core.usage import BAND_EDGES, band_of
from tokentray.insights.price_list import UNKNOWN, Cells, list_name, load_price_list

genai_prices = pytest.importorskip("genai_prices")
from genai_prices import data_snapshot, types  # noqa: E402
from genai_prices.data import providers  # noqa: E402

LIST = load_price_list()
prices = cache(LIST.prices)
SAMPLES = os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "agent-logs", "samples")
# input, cache read, 5 min write, 1 h write, output: a short, a middling and a very long prompt, and the edge of 200k itself.
SIZES = [
    (1200, 800, 500, 300, 700),
    (3, 150_000, 1000, 500, 9000),
    (7, 199_000, 493, 500, 11),
    (999, 700_000, 12_000, 0, 64_000),
]
DAYS = [date(2025, 3, 1), date(2026, 9, 1), date(2026, 11, 20)]


def test_the_list_is_made_from_the_installed_package():
    assert LIST.name.startswith(f"genai-prices {genai_prices.__version__}, "), "run packaging/make_prices.py"
    assert list_name() == LIST.name


def test_every_model_costs_what_genai_prices_says():
    names = sorted({model.id for provider in providers for model in provider.models})
    assert len(names) > 1900
    wrong = [problem for name in names for problem in differences(name, None)]
    assert wrong == []


@pytest.mark.parametrize("tier", ["batch", "fast", "priority", "flex"])
def test_every_tier_costs_what_genai_prices_says(tier):
    names = sorted({model.id for provider in providers for model in provider.models if model.price_variants})
    compared = [problem for name in names for problem in differences(name, tier)]
    assert compared == []


def test_the_names_in_the_agents_logs_cost_what_genai_prices_says():
    if not os.path.isdir(SAMPLES):
        pytest.skip("needs ../shared/agent-logs/samples")
    names = set()
    for agent in os.listdir(SAMPLES):
        truth = os.path.join(SAMPLES, agent, "ground-truth.jsonl")
        if os.path.exists(truth):
            with open(truth, encoding="utf-8") as file:
                names |= {json.loads(line)["model"] for line in file}
    assert "claude-haiku-5-5" in names
    assert [problem for name in sorted(names) for problem in differences(name, None)] == []


def test_an_unknown_model_has_no_price():
    assert LIST.prices("my-own-model") == []


def test_a_free_model_costs_nothing():
    assert LIST.prices("deepseek/deepseek-r1:free") == [(0, ((0, 0, 0, 0, 0),) * 7)]


def test_a_long_prompt_is_dearer_in_all_of_its_tokens():
    ((_, bands),) = LIST.prices("claude-sonnet-4-5")
    assert bands[band_of(200_000)] == (3_000_000, 300_000, 3_750_000, 6_000_000, 15_000_000)
    assert bands[band_of(200_001)] == (6_000_000, 600_000, 7_500_000, 12_000_000, 22_500_000)


def test_a_price_that_changes_inside_a_band_is_unknown():
    ((_, bands),) = LIST.prices("gemini-1.5-pro")
    assert bands[band_of(90_000)][0] == 1_250_000
    assert bands[band_of(128_001)] == UNKNOWN
    assert bands[band_of(300_000)][0] == 2_500_000


def test_fast_before_the_list_knows_it_is_unknown():
    (first, second) = LIST.prices("claude-haiku-5-5", "batch")
    assert first == (0, (UNKNOWN,) * 7)
    assert second[0] == 20740


def differences(name: str, tier: str | None) -> list[str]:
    """Where our price is another than genai-prices', by day and size."""
    found = their_model(name)
    if found is None:
        return [] if prices(name) == [] else [f"{name}: theirs is unknown"]
    wrong = []
    for day in DAYS:
        for size in SIZES:
            cells = our_cells(name, tier, day, sum(size[:4]))
            theirs = their_cost(found, tier, day, size, cells)
            if theirs is not None and abs(our_cost(cells, size) - theirs) > Decimal(sum(size)) / 10**12:
                wrong.append(f"{name} {tier} {day} {size}: {our_cost(cells, size)} is not {theirs}")
    return wrong


def their_model(name):
    """By the bare name; a name with a vendor that leads nowhere is OpenRouter's."""
    snapshot = data_snapshot.get_snapshot()
    for provider in (None, "openrouter" if "/" in name else None):
        try:
            return snapshot.find_provider_model(name, None, provider, None)
        except LookupError:
            continue
    return None


def our_cells(name: str, tier: str | None, day: date, prompt: int) -> Cells:
    days = (day - date(1970, 1, 1)).days
    in_force = [bands for since_day, bands in prices(name, tier or "") if since_day <= days]
    return in_force[-1][band_of(prompt)] if in_force else UNKNOWN


def their_cost(found, tier, day, size, cells) -> Decimal | None:
    """None where genai-prices itself has nothing to say: no price for tokens of this kind, or none for the tier on that day."""
    provider, model = found
    # 20:00 is outside the hours with prices of their own, all but one pair of old models.
    instant = datetime(day.year, day.month, day.day, 20, tzinfo=UTC)
    context = {}
    if tier:
        active = [
            v
            for v in model.price_variants or ()
            if tier in v.when.values() and (v.constraint is None or v.constraint.active(instant))
        ]
        if not active or not any(m is model for m in provider.models):
            assert cells == UNKNOWN or not any(m is model for m in provider.models)
            return None
        context = {key: tier for variant in active for key in variant.when}
    prices = model.get_prices(instant, context)
    if cells == UNKNOWN:
        assert prices.input_mtok is None or has_unlisted_edge(prices), f"{model.id} has a price"
        return None
    fresh, read, five, hour, output = size
    usage = {
        "input_tokens": fresh + read + five + hour,
        "cache_read_tokens": read,
        "cache_write_tokens": five + hour,
        "cache_write_1h_tokens": hour,
        "output_tokens": output,
    }
    if prices.requests_kcount is not None:
        return None
    return model.calc_price(
        genai_prices.Usage(**usage), provider, genai_request_timestamp=instant, price_context=context or None
    ).total_price


def has_unlisted_edge(prices) -> bool:
    tiered = [price for price in prices.__dict__.values() if isinstance(price, types.TieredPrices)]
    return any(tier.start not in BAND_EDGES for price in tiered for tier in price.tiers)


def our_cost(cells: Cells, size: tuple[int, ...]) -> Decimal:
    """Kinds without a price count nothing here, as they do in genai-prices."""
    return Decimal(sum(price * count for price, count in zip(cells, size, strict=True) if price is not None)) / 10**12


def test_periods_are_days_in_utc():
    periods = LIST.prices("deepseek-v4-pro")
    assert [date(1970, 1, 1) + timedelta(days=since_day) for since_day, _ in periods] == [
        date(1970, 1, 1),
        date(2026, 8, 17),
    ]
    assert LIST.varies_by_hour("deepseek-v4-pro")
