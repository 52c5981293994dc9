"""What tokens are worth by the price list, in whole numbers of 10^-12 USD, so that nothing is rounded on the way."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation

from tokentray.core.money import Money, MoneyKind
from tokentray.core.usage import BAND_EDGES
from tokentray.insights.price_list import PriceList, list_name, load_price_list
from tokentray.settings.settings import OwnPrice
from tokentray.store.database import History, transaction
from tokentray.store.price_table import Price, PriceRow, forget_prices, prices_of, record_prices, unpriced_models

OWN = "own"
# Such a model's price on the list depends on the time of day; what holds outside of the named hours is taken for all of the day.
BY_HOUR = " (without its prices by the hour)"
BANDS = len(BAND_EDGES) + 1


class PriceBook:
    """The prices of all models the history knows, by name, tier, band and day."""

    __slots__ = ("_days", "_prices")

    def __init__(self, prices: dict[tuple[str, str | None, int], list[tuple[int, Price]]]) -> None:
        self._prices = prices
        self._days = {key: [since_day for since_day, _ in periods] for key, periods in prices.items()}

    def price(self, model: str | None, tier: str | None, band: int, day: int) -> Price | None:
        """What holds on a day (since 1970); None: nothing is known of it. A price may still lack some of its parts."""
        key = (model or "", tier, band)
        days = self._days.get(key)
        if days is None:
            return None
        place = bisect_right(days, day) - 1
        return self._prices[key][place][1] if place >= 0 else None


def open_price_book(history: History, own_prices: Iterable[OwnPrice] | None = None) -> PriceBook:
    """
    The prices of everything in the history; what the price table lacks is looked up and, if this is the writer, kept.

    A mere reader values a model that nobody priced yet by the first day's price of each answer.
    """
    own_prices = None if own_prices is None else tuple(own_prices)
    if not history.read_only and not history.db.in_transaction:
        price_missing_models(history, own_prices)
    prices = prices_of(history)
    missing = unpriced_models(history) if history.read_only or history.db.in_transaction else []
    if missing:
        own = _by_model(own_prices)
        price_list = load_price_list()
        for model, tier in missing:
            for row in _rows(price_list, own, model, tier):
                prices.setdefault((model, tier, row.band), []).append((row.since_day, row.price))
    return PriceBook(prices)


def worth(counts: Sequence[int | None], price: Price | None) -> int | None:
    """
    In 10^-12 USD, of counts in the order of TOKEN_CLASSES; None if a kind of which there are tokens has no price, or what a
    provider does not split.

    Where nobody said how long a cache entry lives, it is five minutes.
    """
    if price is None:
        return None
    fresh, read, written, hour, output, _, unsplit = counts[:7]
    if unsplit:
        return None
    total = 0
    for count, unit in (
        (fresh, price.input),
        (read, price.cache_read),
        (written - hour if written and hour else written, price.cache_write_5m),
        (hour, price.cache_write_1h),
        (output, price.output),
    ):
        if count:
            if unit is None:
                return None
            total += count * unit
    return total


def in_usd(units: int) -> Money:
    return Money(Decimal(units).scaleb(-12), "USD", MoneyKind.ESTIMATED)


def price_missing_models(history: History, own_prices: Iterable[OwnPrice] | None = None) -> int:
    """
    Looks up the prices of models and tiers that came since the last time, and all of them again if the list or the person's own
    prices are others; gives how many. To be called after something was recorded; costs 2 ms if nothing is to be done.

    `own_prices` None: the person's prices are not at hand, and what is known stays.
    """
    own = _by_model(own_prices)
    outdated = own_prices is not None and _is_outdated(history, own)
    if not outdated and not unpriced_models(history):
        return 0
    price_list = load_price_list()
    with transaction(history):
        if outdated:
            forget_prices(history)
        missing = unpriced_models(history)
        record_prices(history, [row for model, tier in missing for row in _rows(price_list, own, model, tier)])
    return len(missing)


def price_note(lists: Iterable[str]) -> str:
    """Names the lists that estimates rest on; empty if there are none."""
    named = list_names(lists)
    return f"≈ estimated with {named}" if named else ""


def list_names(lists: Iterable[str]) -> str:
    """Price lists in words, with their dates."""
    held = set(lists)
    named = {"your own prices" if name == OWN else name for name in held if name + BY_HOUR not in held}
    return " and ".join(sorted(named))


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


def _rows(price_list: PriceList, own: dict[str, OwnPrice], model: str, tier: str | None) -> Iterator[PriceRow]:
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
    try:
        price = Decimal(usd_for_a_million)
    except InvalidOperation:
        return None
    return round(price * 1_000_000) if price.is_finite() and price >= 0 else None
