"""The price list that comes with the program: which price a model's name leads to, by day, tier and band."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise

from tokentray import paths
from tokentray.core.found import BAND_EDGES

# Not typing's: importing that costs 5 ms, which a first answer on a new machine does not have.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Cells = tuple[int | None, int | None, int | None, int | None, int | None]
"""Input, cache read, 5 min cache write, 1 h cache write, output, in 10^-12 USD for one token; None where the list does not say."""

UNKNOWN: Cells = (None, None, None, None, None)
PLAIN_TIERS = ("", "standard", "default")
COMPACT_DATE = re.compile(r"(-)(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)")


class PriceList:
    """resources/prices.json, read once; made by packaging/make_prices.py, which describes its shape."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.name: str = f"{raw['list']}, {raw['date']}"
        self._providers: dict[str, Any] = {provider["id"]: provider for provider in raw["providers"]}

    def prices(self, model: str, tier: str = "") -> list[tuple[int, tuple[Cells, ...]]]:
        """
        One entry for each day (since 1970) from which other prices hold, oldest first, with the prices of every band.

        Empty: the list does not know this model, or has no price for this tier of it.
        """
        found = self._find(model.lower())
        if found is None:
            return []
        _, periods, tiers, _ = found
        chosen = periods if tier in PLAIN_TIERS else tiers.get(tier, [])
        return [(since_day, _bands(cells)) for since_day, cells in chosen]

    def varies_by_hour(self, model: str) -> bool:
        """Whether the list has other prices for some hours of the day, which are not counted here."""
        found = self._find(model.lower())
        return found is not None and bool(found[3])

    def _find(self, name: str) -> Any:
        for provider in self._providers.values():
            if provider["match"] is not None and _matches(provider["match"], name):
                found = self._find_at(provider, name) or self._find_at(provider, COMPACT_DATE.sub(r"-\2-\3-\4", name))
                return found or self._find_at_openrouter(name)
        return self._find_at_openrouter(name)

    def _find_at(self, provider: Any, name: str) -> Any:
        for place in (provider, *(self._providers[other] for other in provider["fallback"])):
            for model in place["models"]:
                if _matches(model[0], name):
                    return model
        return None

    def _find_at_openrouter(self, name: str) -> Any:
        # A name such as "qwen/qwen3-coder" says no more than the vendor; OpenRouter's is the list with such names.
        return self._find_at(self._providers["openrouter"], name) if "/" in name else None


def load_price_list() -> PriceList:
    """Reads the list: about 3 ms, so only when there is a model to price."""
    with open(paths.resource("prices.json"), encoding="utf-8") as file:
        return PriceList(json.load(file))


def list_name() -> str:
    """The list's name and date, read from the file's first line alone."""
    with open(paths.resource("prices.json"), encoding="utf-8") as file:
        head = json.loads(file.readline() + "]}")
    return f"{head['list']}, {head['date']}"


def _matches(rule: list[Any], name: str) -> bool:
    match rule:
        case ["=", str(text)]:
            return name == text
        case ["^", str(text)]:
            return name.startswith(text)
        case ["$", str(text)]:
            return name.endswith(text)
        case ["~", str(text)]:
            return text in name
        case ["re", str(pattern)]:
            return re.search(pattern, name) is not None
        case ["or", *parts]:
            return any(_matches(part, name) for part in parts)
        case ["and", *parts]:
            return all(_matches(part, name) for part in parts)
    raise ValueError(f"prices.json holds a rule of another kind: {rule[0]}")


def _bands(cells: list[Any] | None) -> tuple[Cells, ...]:
    edges = (0, *BAND_EDGES, 2**62)
    return tuple(_in_band(cells, low, high) for low, high in pairwise(edges))


def _in_band(cells: list[Any] | None, low: int, high: int) -> Cells:
    if cells is None:
        return UNKNOWN
    shortest, longest = tuple(_cells_for(cells, low + 1)), tuple(_cells_for(cells, high))
    # The list changes its price inside this band: one number for all of it would be a guess.
    return shortest if shortest == longest else UNKNOWN  # type: ignore[return-value]


def _cells_for(cells: list[Any], prompt: int) -> Iterator[int | None]:
    """The prices of a request with so many prompt tokens: the dearest edge that it exceeds counts for all of its tokens."""
    for cell in cells:
        if not isinstance(cell, list):
            yield cell
            continue
        base, *steps = cell
        reached = [price for edge, price in zip(steps[::2], steps[1::2], strict=True) if prompt > edge]
        yield reached[-1] if reached else base
