"""What tokens are worth by the price list, in whole numbers of 10^-12 USD, so that nothing is rounded on the way."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from decimal import Decimal

from tokentray.core.money import Money, MoneyKind
from tokentray.insights.price_lookup import BY_HOUR, OWN, price_missing_models, price_rows
from tokentray.settings.settings import OwnPrice
from tokentray.store.database import History
from tokentray.store.price_table import Price, prices_of, unpriced_models


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
    for row in price_rows(missing, own_prices):
        prices.setdefault((row.model, row.tier, row.band), []).append((row.since_day, row.price))
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


def price_note(lists: Iterable[str]) -> str:
    """Names the lists that estimates rest on; empty if there are none."""
    named = list_names(lists)
    return f"≈ estimated with {named}" if named else ""


def list_names(lists: Iterable[str]) -> str:
    """Price lists in words, with their dates."""
    held = set(lists)
    named = {"your own prices" if name == OWN else name for name in held if name + BY_HOUR not in held}
    return " and ".join(sorted(named))
