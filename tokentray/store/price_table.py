"""What a token costs, by model, tier and band, from a day on."""

from __future__ import annotations

from collections.abc import Iterable

from tokentray.store.database import History
from tokentray.store.names import name_id

UNPRICED = """
    SELECT DISTINCT name.text, tier.text FROM day_total
    JOIN name ON name.id = day_total.model JOIN name AS tier ON tier.id = day_total.tier
    WHERE day_total.model <> 0
    AND NOT EXISTS (SELECT 1 FROM price WHERE price.model = day_total.model AND price.tier = day_total.tier)
    ORDER BY 1, 2
"""
FORGET = "DELETE FROM price WHERE model = ? AND tier = ?"
FORGET_ALL = "DELETE FROM price"
KEEP = """
    INSERT OR REPLACE INTO price (model, tier, band, since_day, input, cache_read, cache_write_5m, cache_write_1h, output, list)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
ALL = """
    SELECT name.text, tier.text, band, since_day, input, cache_read, cache_write_5m, cache_write_1h, output, list FROM price
    JOIN name ON name.id = price.model JOIN name AS tier ON tier.id = price.tier
    ORDER BY price.model, price.tier, band, since_day
"""
UNKNOWN = """
    SELECT model.text || iif(tier.text = '', '', ' (' || tier.text || ')') FROM price
    JOIN name AS model ON model.id = price.model JOIN name AS tier ON tier.id = price.tier
    GROUP BY price.model, price.tier HAVING max(coalesce(input, cache_read, cache_write_5m, cache_write_1h, output)) IS NULL ORDER BY 1
"""
LISTS = "SELECT DISTINCT list FROM price ORDER BY list"


class Price:
    """In 10^-12 USD for one token; None where the list does not say. All None: the list does not know the model. `list` names it with its date."""

    # Not a dataclass: importing those costs 12 ms, more than all the rest of looking up a price.
    __slots__ = ("cache_read", "cache_write_1h", "cache_write_5m", "input", "list", "output")

    def __init__(
        self,
        input: int | None,  # noqa: A002
        cache_read: int | None,
        cache_write_5m: int | None,
        cache_write_1h: int | None,
        output: int | None,
        list: str,  # noqa: A002
    ) -> None:
        self.input = input
        self.cache_read = cache_read
        self.cache_write_5m = cache_write_5m
        self.cache_write_1h = cache_write_1h
        self.output = output
        self.list = list

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Price) and _price(self) == _price(other)

    def __hash__(self) -> int:
        return hash(_price(self))

    def __repr__(self) -> str:
        return f"Price{_price(self)}"


class PriceRow:
    """A price from a day on (days since 1970-01-01); `tier` None is the usual one."""

    __slots__ = ("band", "model", "price", "since_day", "tier")

    def __init__(self, model: str, tier: str | None, band: int, since_day: int, price: Price) -> None:
        self.model = model
        self.tier = tier
        self.band = band
        self.since_day = since_day
        self.price = price


def unpriced_models(history: History) -> list[tuple[str, str | None]]:
    """Model and tier of all usages that no row of the price table speaks of, not even to say that the list does not know them."""
    return [(model, tier or None) for model, tier in history.db.execute(UNPRICED)]


def record_prices(history: History, rows: Iterable[PriceRow]) -> None:
    """Puts these in the place of whatever was known of their models and tiers."""
    named = [(name_id(history, row.model), name_id(history, row.tier), row) for row in rows]
    history.db.executemany(FORGET, {(model, tier) for model, tier, _ in named})
    history.db.executemany(
        KEEP, [(model, tier, row.band, row.since_day, *_price(row.price)) for model, tier, row in named]
    )


def forget_prices(history: History) -> None:
    """All of them: a newer list is at hand, or the person's own prices changed."""
    history.db.execute(FORGET_ALL)


def prices_of(history: History) -> dict[tuple[str, str | None, int], list[tuple[int, Price]]]:
    """By model, tier and band: (first day of validity, price), oldest first."""
    prices: dict[tuple[str, str | None, int], list[tuple[int, Price]]] = {}
    for model, tier, band, since_day, *price in history.db.execute(ALL):
        prices.setdefault((model, tier or None, band), []).append((since_day, Price(*price)))
    return prices


def unknown_models(history: History) -> list[str]:
    """The models of which the price list knows no price at all, with the tier where it is not the usual one: "opus (fast)"."""
    return [name for (name,) in history.db.execute(UNKNOWN)]


def price_lists(history: History) -> list[str]:
    """The names of the lists that prices were taken from."""
    return [name for (name,) in history.db.execute(LISTS)]


def _price(price: Price) -> tuple[int | str | None, ...]:
    return (price.input, price.cache_read, price.cache_write_5m, price.cache_write_1h, price.output, price.list)
