"""Token counts that do not overlap, with what they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Origin(StrEnum):
    """Who said it. The same tokens may be in two origins, so origins are never added up."""

    BILLED = "billed"
    LOGGED = "logged"
    IMPORTED = "imported"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Tokens:
    """
    Disjoint counts, each at least 0, or None where nobody said.

    `cache_write_1h` is the part of `cache_write` with a life of one hour; `reasoning` is part of
    `output`; `unsplit` holds what a provider does not split.
    """

    input: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    output: int | None = None
    reasoning: int | None = None
    unsplit: int | None = None

    @property
    def total(self) -> int | None:
        """input + cache_read + cache_write + output + unsplit; None if all of them are unknown."""
        parts = (self.input, self.cache_read, self.cache_write, self.output, self.unsplit)
        known = [part for part in parts if part is not None]
        return sum(known) if known else None

    def __add__(self, other: Tokens) -> Tokens:
        """Class by class; unknown + unknown stays unknown."""
        return Tokens(*(_plus(getattr(self, name), getattr(other, name)) for name in TOKEN_CLASSES))


# Prompt tokens of one request beyond which some price list asks for another price (for all of its tokens).
BAND_EDGES = (100_000, 199_999, 200_000, 256_000, 272_000, 512_000)


def band_of(prompt: int) -> int:
    """The price band of one request: how many edges its prompt (input + cache_read + cache_write) exceeds."""
    return sum(prompt > edge for edge in BAND_EDGES)


TOKEN_CLASSES = ("input", "cache_read", "cache_write", "cache_write_1h", "output", "reasoning", "unsplit")


def _plus(one: int | None, other: int | None) -> int | None:
    if one is None:
        return other
    return one if other is None else one + other


@dataclass(frozen=True, slots=True)
class Usage:
    """
    What one bucket of a provider's report says about one combination of dimensions.

    `start` is aware and UTC; the bucket ends (exclusive) `span` later. `id` is stable within account and feed:
    the same bucket and dimensions give the same id whenever they are asked for. `requests` None: nobody said.
    `tier` is the provider's word where its price differs ("batch", "priority", "flex", "fast"), else None.
    """

    id: str
    start: datetime
    span: timedelta
    tokens: Tokens
    requests: int | None = None
    model: str | None = None
    project: str | None = None
    key: str | None = None
    tier: str | None = None


@dataclass(frozen=True, slots=True)
class Meter:
    """A quantity that is not tokens, for a bucket: `unit` is "images", "characters", "seconds", "bytes", "sessions", "calls", "lines" or "commits"."""

    id: str
    start: datetime
    span: timedelta
    unit: str
    quantity: int
    model: str | None = None
    project: str | None = None
    key: str | None = None
