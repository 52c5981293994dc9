"""Adds up what was used and what it cost, without ever counting the same tokens in two origins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tokentray.core.money import Money
from tokentray.core.usage import Tokens
from tokentray.insights import overlap
from tokentray.insights.prices import PriceBook, in_usd, worth
from tokentray.store.account_table import all_accounts
from tokentray.store.bucket_sums import billed_costs
from tokentray.store.database import History
from tokentray.store.price_table import Price
from tokentray.store.question import Question
from tokentray.store.totals import TotalRow, answer

Keys = tuple[str | None, ...]


class Sum:
    """Tokens, requests and money of some part of an answer; counts that nobody said stay None."""

    __slots__ = ("_billed", "_cache_saved", "_counts", "_estimated", "_priced", "lists", "unpriced")

    def __init__(self) -> None:
        self._counts: list[int | None] = [None] * 8
        self._billed: dict[tuple[str, str], Money] = {}
        self._estimated = 0
        self._priced = False
        self._cache_saved = 0
        self.unpriced: dict[str, int] = {}
        self.lists: set[str] = set()

    def add_counts(self, counts: Sequence[int | None]) -> None:
        """Adds token counts in the order of TOKEN_CLASSES, then requests."""
        mine = self._counts
        for place, count in enumerate(counts):
            if count is not None:
                mine[place] = (mine[place] or 0) + count

    def add_worth(self, units: int | None, total: int, name: str, price: Price | None) -> None:
        """Adds what so many tokens are worth by a price, or remembers the name of what has none."""
        if units is None or price is None:
            self.unpriced[name] = self.unpriced.get(name, 0) + total
            return
        self._estimated += units
        self._priced = True
        self.lists.add(price.list)

    def add_saving(self, units: int) -> None:
        """Adds what reading from a cache cost less than reading anew."""
        self._cache_saved += units

    def add_money(self, money: Money) -> None:
        key = (money.currency, str(money.kind))
        held = self._billed.get(key)
        self._billed[key] = money if held is None else held + money

    def add_sum(self, other: Sum) -> None:
        self.add_counts(other._counts)
        for money in other._billed.values():
            self.add_money(money)
        self._estimated += other._estimated
        self._priced = self._priced or other._priced
        self._cache_saved += other._cache_saved
        for name, total in other.unpriced.items():
            self.unpriced[name] = self.unpriced.get(name, 0) + total
        self.lists |= other.lists

    @property
    def tokens(self) -> Tokens:
        return Tokens(*self._counts[:7])

    @property
    def requests(self) -> int | None:
        return self._counts[7]

    @property
    def total(self) -> int | None:
        """All tokens; None if nobody said any."""
        fresh, read, written, _, output, _, unsplit, _ = self._counts
        known = [count for count in (fresh, read, written, output, unsplit) if count is not None]
        return sum(known) if known else None

    @property
    def cost(self) -> tuple[Money, ...]:
        """Billed money by currency, then the estimate for what was not billed; empty if no price is known."""
        return (*self._billed.values(), in_usd(self._estimated)) if self._priced else tuple(self._billed.values())

    @property
    def cache_saved(self) -> Money | None:
        """None if nothing was read from a cache, or at no known price."""
        return in_usd(self._cache_saved) if self._cache_saved else None

    @property
    def cache_share(self) -> float | None:
        """Which part of all prompt tokens came from a cache, 0 to 1; None if nobody said."""
        fresh, read, written = self._counts[0], self._counts[1], self._counts[2]
        if read is None:
            return None
        prompt = (fresh or 0) + read + (written or 0)
        return read / prompt if prompt else None

    def amount(self, currency: str) -> Decimal | None:
        """Billed and estimated together in one currency, for drawing and comparing only; None if there is no money in it."""
        amounts = [money.amount for money in self.cost if money.currency == currency]
        return sum(amounts, Decimal(0)) if amounts else None


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What a question came to.

    `rows` by the question's keys: if "origin" is one of them, all that was said, else only what the headline takes. `by_origin` has
    everything each origin said; `headline` counts no token twice; `why` says which origins it took; `overlapping` whether any were left out.
    """

    rows: dict[Keys, Sum]
    by_origin: dict[str, Sum]
    headline: Sum
    origins: tuple[str, ...]
    why: str
    overlapping: bool


def add_up(history: History, question: Question, book: PriceBook) -> Answer:
    """Answers a question with money, each token once."""
    if all(account.origin == "logged" for account in all_accounts(history)):
        return _add_up_logs(history, question, book)
    # Bills and logs are compared by day.
    asked = replace(question, by=(*question.by, "day"))
    parts = [(part, (part.keys[-1], overlap.family(part.model))) for part in answer(history, asked)]
    costs = billed_costs(history, asked)
    taken = overlap.taken_origins((place, part.origin, total_of(part.counts)) for part, place in parts)
    billed_days = {(cost.account, cost.keys[-1]) for cost in costs}
    builder = Builder(len(question.by), "origin" in question.by)
    left_out = False
    for part, place in parts:
        counted = taken[place] == part.origin
        left_out = left_out or not counted
        sums = builder.sums(part.keys, part.origin, counted)
        add_part(sums, part, book, (part.account, part.keys[-1]) in billed_days)
    for cost in costs:
        counted = taken.get((cost.keys[-1], overlap.family(cost.model)), cost.origin) == cost.origin
        for total in builder.sums(cost.keys, cost.origin, counted):
            total.add_money(cost.money)
    return builder.answer(left_out)


def _add_up_logs(history: History, question: Question, book: PriceBook) -> Answer:
    # Where there are no bills, nothing need be told apart.
    builder = Builder(len(question.by), "origin" in question.by)
    for part in answer(history, question):
        add_part(builder.sums(part.keys, part.origin, True), part, book, False)
    return builder.answer(False)


class Builder:
    """An answer in the making. `everything`: rows hold what the headline leaves out, too."""

    def __init__(self, keys: int, everything: bool) -> None:
        self._keys = keys
        self._everything = everything
        self._rows: dict[Keys, Sum] = {}
        self._by_origin: dict[str, Sum] = {}
        self._headline = Sum()
        self._taken: set[str] = set()

    def sums(self, keys: Keys, origin: str, counted: bool, *more: Keys) -> list[Sum]:
        """All sums that a part with these keys (the day may stand behind them) goes into; `more` rows have it too, the headline has it once."""
        of_origin = self._by_origin.get(origin)
        if of_origin is None:
            of_origin = self._by_origin[origin] = Sum()
        if counted:
            self._taken.add(origin)
        elif not self._everything:
            return [of_origin]
        rows = [self.row(some) for some in (keys, *more)]
        return [of_origin, *rows, self._headline] if counted else [of_origin, *rows]

    def row(self, keys: Keys) -> Sum:
        """The row with these keys; it is there from now on, even if nothing is known of it."""
        keys = keys[: self._keys]
        row = self._rows.get(keys)
        if row is None:
            row = self._rows[keys] = Sum()
        return row

    def answer(self, overlapping: bool) -> Answer:
        origins = tuple(sorted(self._taken, key=lambda origin: -overlap.RANK[origin]))
        why = overlap.reason(origins, overlapping)
        return Answer(self._rows, self._by_origin, self._headline, origins, why, overlapping)


def add_part(sums: Iterable[Sum], part: TotalRow, book: PriceBook, billed: bool) -> None:
    counts = part.counts
    price = book.price(part.model, part.tier, part.band, part.price_day)
    units = None if billed else worth(counts, price)
    saved = _saving(counts[1], price)
    name = f"{part.model} ({part.tier})" if part.tier else part.model or "no model"
    for total in sums:
        total.add_counts(counts)
        if saved:
            total.add_saving(saved)
        if not billed:
            total.add_worth(units, total_of(counts), name, price)


def _saving(cached: int | None, price: Price | None) -> int:
    if not cached or price is None or price.input is None or price.cache_read is None:
        return 0
    return cached * (price.input - price.cache_read)


def total_of(counts: Sequence[int | None]) -> int:
    fresh, read, written, _, output, _, unsplit, _ = counts
    return (fresh or 0) + (read or 0) + (written or 0) + (output or 0) + (unsplit or 0)


def sum_of(parts: Iterable[Sum]) -> Sum:
    """Several sums as one: for "other", and for a whole period."""
    whole = Sum()
    for part in parts:
        whole.add_sum(part)
    return whole
