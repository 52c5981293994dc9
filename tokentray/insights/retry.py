"""Experiments that are worth another try, because a newer model of the family has shown up since."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from tokentray.core.journal import Card, Level, Outcome, Retry, new_card_id
from tokentray.insights import overlap

UNFINISHED = (Outcome.FAILED, Outcome.UNCLEAR)
# Words of a name that tell a stage of release or the way a cloud names it, not another kind of model.
STAGES = frozenset(("preview", "exp", "experimental", "beta", "latest", "stable", "default"))
CLOUDS = frozenset(("us", "eu", "apac", "global", "anthropic", "amazon", "openai"))
NUMBER = re.compile(r"\d{1,2}")
# gpt-4o, o3, qwen3, deepseek-v4, kimi-k2: a number that is stuck to a letter or a word.
STUCK = re.compile(r"([a-z]*?)(\d{1,2})([a-z]?)")
# llama-3.3-70b, gpt-oss-120b, mixtral-8x7b: the size tells kinds apart, not versions.
SIZE = re.compile(r"(?:\d+x)?\d+[bm]")
LETTERS_OF_VERSIONS = ("v", "k")


@dataclass(frozen=True, slots=True)
class Lineage:
    """Which line of models a name belongs to ("claude-opus"), and its place in it; an empty `version`: its name does not say."""

    line: str
    version: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RetryOffer:
    """A failed or unclear experiment with `old_model`, now that `model` of the same family is there; `since` is the local day it was first used."""

    card: Card
    old_model: str
    model: str
    since: date


@cache
def lineage(model: str) -> Lineage:
    """claude-3-5-sonnet-20241022 and claude-sonnet-4-6 are of one line, and the second is newer; gpt-5-mini and gpt-5 are of two."""
    words: list[str] = []
    version: list[int] = []
    for word in overlap.family(model).split("-"):
        if NUMBER.fullmatch(word):
            version.append(int(word))
        elif word in STAGES or word in CLOUDS or not word:
            continue
        elif SIZE.fullmatch(word) or not (stuck := STUCK.fullmatch(word)):
            words.append(word)
        else:
            version.append(int(stuck[2]))
            if stuck[1] not in ("", *LETTERS_OF_VERSIONS):
                words.append(stuck[1])
    return Lineage("-".join(words), tuple(version))


def is_newer(model: str, than: str) -> bool:
    """Whether both are of one line and the first comes later in it, by name and version."""
    one, other = lineage(model), lineage(than)
    return one.line == other.line and bool(other.version) and one.version > other.version


def retry_offers(
    cards: Iterable[tuple[Card, date, tuple[str, ...]]], first_days: Mapping[str, date], answered: Iterable[Retry]
) -> list[RetryOffer]:
    """
    One offer for each failed or unclear card of which a model has a newer one since its day; the newest models first.

    `cards` come with their local day and the models they were tried with; `first_days` tell when each model first showed up. A card that was
    answered, or that another one follows already, comes back no more.
    """
    cards = list(cards)
    done = {retry.card for retry in answered if retry.again is not None}
    done |= {card.follows for card, _, _ in cards if card.follows is not None}
    offers = []
    for card, day, models in cards:
        if card.outcome in UNFINISHED and not card.draft and card.id not in done:
            newer = _newest_since(day, models, first_days)
            if newer is not None:
                old, model = newer
                offers.append(RetryOffer(card, old, model, first_days[model]))
    return sorted(offers, key=lambda offer: (offer.since, offer.card.created_at, offer.card.id), reverse=True)


def another_try(offer_of: Card, now: datetime) -> Card:
    """The draft of a card that tries an earlier one again: linked to it, so that the pair reads as one story."""
    return Card(
        new_card_id(),
        now,
        now,
        title=offer_of.title,
        tried=offer_of.tried,
        level=Level.ME,
        function=offer_of.function,
        tags=offer_of.tags,
        url=offer_of.url,
        follows=offer_of.id,
        draft=True,
    )


def _newest_since(day: date, models: tuple[str, ...], first_days: Mapping[str, date]) -> tuple[str, str] | None:
    """An old model of the card with the newest one of its line that showed up on that day or later."""
    found = [
        (old, model)
        for old in models
        for model, first in first_days.items()
        if first >= day and model not in models and is_newer(model, old)
    ]
    return max(found, key=lambda pair: (lineage(pair[1]).version, first_days[pair[1]], pair), default=None)
