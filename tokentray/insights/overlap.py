"""Which origin is believed where two may speak of the same tokens."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from functools import cache
from typing import TypeVar

# A snapshot's date or "latest" at the end of a name, and the vendor before a slash, do not make another model.
VENDOR = re.compile(r"^[^/]+/")
SNAPSHOT = re.compile(r"[-@:](?:20\d{2}-?\d{2}-?\d{2}|\d{4}|latest)(?:-v\d+(?::\d+)?)?(?=$|\[)")
CONTEXT = re.compile(r"\[[^\]]*\]$")

ONLY = {
    "billed": "As billed by the providers.",
    "logged": "As logged by the agents on this machine.",
    "imported": "As imported from other tools.",
    "manual": "As entered by hand.",
}
LARGER = (
    "Where a provider and an agent's log both speak of a model on a day, the larger count is taken, because they may be "
    "the same tokens; they are never added."
)
SEPARATE = "Providers and agents' logs spoke of different models or days, so no token is counted twice."
# Of equal counts, the provider's word comes first: it decides what is paid.
RANK = {"billed": 3, "logged": 2, "imported": 1, "manual": 0}

Place = TypeVar("Place", bound=Hashable)


@cache
def family(model: str | None) -> str:
    """A model's name without vendor, snapshot date and context size: what a bill and a log have in common."""
    if not model:
        return ""
    bare = CONTEXT.sub("", VENDOR.sub("", model.lower()))
    return SNAPSHOT.sub("", bare).replace(".", "-")


def taken_origins(claims: Iterable[tuple[Place, str, int]]) -> dict[Place, str]:
    """
    For each place (a model's family on a day) the one origin that is taken: the larger one; of equal ones the provider's.

    `claims` are (place, origin, total tokens); several of one place and origin are summed.
    """
    sums: dict[Place, dict[str, int]] = {}
    for place, origin, total in claims:
        of_place = sums.setdefault(place, {})
        of_place[origin] = of_place.get(origin, 0) + total
    return {
        place: max(of_place, key=lambda origin: (of_place[origin], RANK[origin])) for place, of_place in sums.items()
    }


def reason(origins: Iterable[str], overlapping: bool) -> str:
    """The sentence that says which origins the headline took and why; `overlapping`: somewhere two spoke of the same model and day."""
    present = sorted(set(origins), key=lambda origin: -RANK[origin])
    if not present:
        return ""
    if len(present) == 1:
        return ONLY[present[0]]
    return LARGER if overlapping else SEPARATE
