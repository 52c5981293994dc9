"""
Looks up what the models in the history cost, in the price list and in the person's own prices, and keeps it.

A first answer on a new machine waits for this, so nothing here imports dataclasses or decimals: 25 ms together with settings.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tokentray.core.found import BAND_EDGES
from tokentray.insights.price_list import PriceList, list_name, load_price_list
from tokentray.store.database import History, transaction
from tokentray.store.price_table import Price, PriceRow, forget_prices, prices_of, record_prices, unpriced_models

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tokentray.settings.settings import OwnPrice

OWN = "own"
# Such a model's price on the list depends on the time of day; what holds outside of the named hours is taken for all of the day.
BY_HOUR = " (without its prices by the hour)"
BANDS = len(BAND_EDGES) + 1


def price_missing_models(history: History, own_prices: Sequence[OwnPrice] | None = None) -> int:
    """
    Looks up the prices of models and tiers that came since the last time, and all of them again if the list or the person's own
    prices are others; gives how many. To be called after something was recorded; costs 2 ms if nothing is to be done.

    `own_prices` None: the person's prices are not at hand, and what is known stays.
    """
    outdated = own_prices is not None and _is_outdated(history, _by_model(own_prices))
    if not outdated and not unpriced_models(history):
        return 0
    with transaction(history):
        if outdated:
            forget_prices(history)
        missing = unpriced_models(history)
        record_prices(history, price_rows(missing, own_prices))
    return len(missing)


def price_rows(models: Sequence[tuple[str, str | None]], own_prices: Iterable[OwnPrice] | None) -> Iterator[PriceRow]:
    """What to keep of each of these models and tiers: the person's own price, else the list's, else that it is not known."""
    if not models:
        return
    own = _by_model(own_prices)
    price_list = load_price_list()
    for model, tier in models:
        yield from _rows_of(price_list, own, model, tier)


def _by_model(own_prices: Iterable[OwnPrice] | None) -> dict[str, OwnPrice]:
    return {price.model: price for price in own_prices or () if price.model}


def _is_outdated(history: History, own: dict[str, OwnPrice]) -> bool:
    current = list_name()
    for (model, tier, _), periods in prices_of(history).items():
        mine = own.get(model) if tier is None else None
        for _, price in periods:
            if mine is not None:
                if price != _own_price(mine):
                    return True
            elif price.list.removesuffix(BY_HOUR) != current:
                return True
    return False


def _rows_of(price_list: PriceList, own: dict[str, OwnPrice], model: str, tier: str | None) -> Iterator[PriceRow]:
    if model in own and tier is None:
        price = _own_price(own[model])
        yield from (PriceRow(model, tier, band, 0, price) for band in range(BANDS))
        return
    name = price_list.name + BY_HOUR if price_list.varies_by_hour(model) else price_list.name
    periods = price_list.prices(model, tier or "") or [(0, ((None, None, None, None, None),) * BANDS)]
    for since_day, bands in periods:
        for band, cells in enumerate(bands):
            yield PriceRow(model, tier, band, since_day, Price(*cells, list=name))


def _own_price(own: OwnPrice) -> Price:
    """In USD for a million tokens; what is left empty costs as much as input, but output is unknown then."""
    fresh = _units(own.input)
    read, write = _units(own.cache_read), _units(own.cache_write)
    write = fresh if write is None else write
    return Price(fresh, fresh if read is None else read, write, write, _units(own.output), OWN)


def _units(usd_for_a_million: str) -> int | None:
    """None for what is no price: the settings' file may have been edited by hand."""
    from decimal import Decimal, InvalidOperation  # 2 ms, only for those who set a price of their own

    try:
        price = Decimal(usd_for_a_million)
    except InvalidOperation:
        return None
    return round(price * 1_000_000) if price.is_finite() and price >= 0 else None
