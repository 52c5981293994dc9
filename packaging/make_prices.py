"""
Writes resources/prices.json from the installed genai-prices' packaged data; run it after updating that package.

    python packaging/make_prices.py

Importing genai-prices takes a third of a second and 40 MB, which a tray program that prices a new model once a week need not spend.
The result holds what a bare model name can lead to: the providers with a rule for bare names, in the order genai-prices tries them,
those they fall back to, and OpenRouter for names with a vendor before a slash.

    {"list": "genai-prices 0.2.3", "date": the newest price change that has begun, "providers": [provider, …]}
    provider: {"id", "match": rule or null, "fallback": [id, …], "models": [model, …]}
    model: [rule, [[since_day, cells], …], {tier: [[since_day, cells or null], …]}, varies by hour: 0 or 1]
    cells: input, cache read, 5 min cache write, 1 h cache write, output; each an integer of 10^-12 USD per token, null (not said),
           or [base, edge, price, edge, price, …]: the price holds for all tokens of a request whose prompt is longer than its edge
    rule: ["=", text], ["^", starts], ["$", ends], ["~", contains], ["re", pattern], ["or", rule, …] or ["and", rule, …]; texts in lower case
    since_day: days since 1970-01-01

A price that genai-prices does not name is what it would charge: cached tokens cost what input costs, an hour's cache what five minutes' does.
Prices by time of day (DeepSeek) cannot be kept by day: the one outside the named hours is taken, and the model is marked.
"""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from genai_prices import types
from genai_prices.data import providers

FILE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "resources", "prices.json")
EPOCH = date(1970, 1, 1)
FREE = [0, 0, 0, 0, 0]  # genai-prices lists such models without any price
TIER_KEYS = ("processing", "service_tier", "speed")


def main() -> None:
    today = datetime.now(UTC).date()
    wanted = [provider for provider in providers if provider.model_match is not None or provider.id == "openrouter"]
    known = {provider.id for provider in wanted}
    raw = {
        "list": "genai-prices " + version("genai-prices"),
        "date": max(day for provider in wanted for day in _change_days(provider) if day <= today).isoformat(),
        "providers": [_provider(provider, known) for provider in wanted],
    }
    with open(FILE, "w", encoding="utf-8") as file:
        file.write(json.dumps(raw, separators=(",", ":")).replace('{"id"', '\n{"id"') + "\n")
    print(
        f"{raw['list']}, {raw['date']}: {sum(len(p['models']) for p in raw['providers'])} models, {os.path.getsize(FILE)} bytes"
    )


def _provider(provider: types.Provider, known: set[str]) -> dict[str, Any]:
    fallback = [other for other in provider.fallback_model_providers or () if other in known]
    match = _rule(provider.model_match) if provider.model_match is not None else None
    return {
        "id": provider.id,
        "match": match,
        "fallback": fallback,
        "models": [_model(model) for model in provider.models],
    }


def _model(model: types.ModelInfo) -> list[Any]:
    by_hour = any(isinstance(constraint, types.TimeOfDateConstraint) for constraint in _constraints(model))
    return [_rule(model.match), _periods(model, None), _tiers(model), int(by_hour)]


def _tiers(model: types.ModelInfo) -> dict[str, Any]:
    words = {word for variant in model.price_variants or () for word in _tier_words(variant)}
    return {word: _periods(model, word) for word in sorted(words)}


def _tier_words(variant: types.PriceVariant) -> list[str]:
    if len(variant.when) != 1:
        return []
    ((key, word),) = variant.when.items()
    return [word] if key in TIER_KEYS and word != "default" else []


def _periods(model: types.ModelInfo, tier: str | None) -> list[list[Any]]:
    days = [EPOCH, *sorted({c.start_date for c in _constraints(model) if isinstance(c, types.StartDateConstraint)})]
    periods: list[list[Any]] = []
    for day in days:
        cells = _cells_on(model, day, tier)
        if not periods or periods[-1][1] != cells:
            periods.append([(day - EPOCH).days, cells])
    return periods


def _cells_on(model: types.ModelInfo, day: date, tier: str | None) -> list[Any] | None:
    instant = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    whole_day = types.ModelInfo(
        id=model.id, match=model.match, prices=_without_hours(model), price_variants=model.price_variants
    )
    if tier is None:
        return FREE if model.id.endswith(":free") else _cells(whole_day.get_prices(instant))
    active = [
        v
        for v in model.price_variants or ()
        if tier in _tier_words(v) and (v.constraint is None or v.constraint.active(instant))
    ]
    if not active:
        return None
    return _cells(whole_day.get_prices(instant, {key: tier for variant in active for key in variant.when}))


def _without_hours(model: types.ModelInfo) -> Any:
    if isinstance(model.prices, types.ModelPrice):
        return model.prices
    return [price for price in model.prices if not isinstance(price.constraint, types.TimeOfDateConstraint)]


def _cells(prices: types.ModelPrice) -> list[Any]:
    fresh = prices.input_mtok
    five_minutes = _first(prices.cache_write_mtok, fresh)
    cells = (
        fresh,
        _first(prices.cache_read_mtok, fresh),
        five_minutes,
        _first(prices.cache_write_1h_mtok, five_minutes),
        prices.output_mtok,
    )
    return [_cell(price) for price in cells]


def _first(*prices: Any) -> Any:
    return next((price for price in prices if price is not None), None)


def _cell(price: Decimal | types.TieredPrices | None) -> Any:
    if price is None:
        return None
    if isinstance(price, types.TieredPrices):
        return [_units(price.base), *(part for tier in price.tiers for part in (tier.start, _units(tier.price)))]
    return _units(price)


def _units(usd_for_a_million: Decimal) -> int:
    # A few prices are written as rounded thirds; what is cut off here is at most a dollar in two million million tokens.
    return round(usd_for_a_million * 1_000_000)


def _constraints(model: types.ModelInfo) -> list[Any]:
    prices = model.prices if isinstance(model.prices, list) else []
    return [entry.constraint for entry in (*prices, *(model.price_variants or ())) if entry.constraint is not None]


def _change_days(provider: types.Provider) -> list[date]:
    return [
        c.start_date
        for model in provider.models
        for c in _constraints(model)
        if isinstance(c, types.StartDateConstraint)
    ]


def _rule(clause: Any) -> list[Any]:
    match clause:
        case types.ClauseEquals():
            return ["=", clause.equals.lower()]
        case types.ClauseStartsWith():
            return ["^", clause.starts_with.lower()]
        case types.ClauseEndsWith():
            return ["$", clause.ends_with.lower()]
        case types.ClauseContains():
            return ["~", clause.contains.lower()]
        case types.ClauseRegex():
            re.compile(clause.regex)
            return ["re", clause.regex]
        case types.ClauseOr():
            return ["or", *map(_rule, clause.or_)]
        case types.ClauseAnd():
            return ["and", *map(_rule, clause.and_)]
    raise TypeError(f"a rule this script does not know: {clause!r}")


if __name__ == "__main__":
    main()
