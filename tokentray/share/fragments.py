"""What of a week may leave: from its use, its check-in and its cards to fragments, each with a sentence that says it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from msgspec import UNSET

from tokentray.core.errors import FragmentRefused
from tokentray.core.fragment import (
    Adopted,
    Adoption,
    Band,
    Effort,
    Fragment,
    Reach,
    Result,
    Told,
    Used,
    Vocabulary,
    Went,
    band_of_tokens,
)
from tokentray.core.journal import Card, Level, Outcome
from tokentray.core.published_words import label_of

RESULT_OF: Final[dict[Outcome, Result]] = {
    Outcome.WORKED: "worked",
    Outcome.PARTLY: "mixed",
    Outcome.FAILED: "failed",
    Outcome.UNCLEAR: "unsure",
}
# What a source may be called in a manifest, the closest name first.
FAMILIES: Final = {
    "claude-code": ("claude-code", "claude", "anthropic"),
    "anthropic": ("anthropic", "claude", "claude-code"),
    "codex": ("codex", "openai", "gpt"),
    "openai": ("openai", "gpt"),
}
OTHER: Final = "other"
LONGEST_TEXT: Final = 2017  # what the largest of the three sizes of a card has room for
TEXTS: Final = ("tried", "worked", "learned", "next")

ADOPTION_WORDS = {
    "none": "no use of AI",
    "tried": "AI tried on one day",
    "weekly": "AI used on some days",
    "daily": "AI used on most days",
}
RESULT_WORDS = {
    "worked": "it worked",
    "mixed": "it worked partly",
    "failed": "it did not work",
    "unsure": "it is unclear",
}
TOKENS_WORDS: Final[dict[Band, str]] = {
    "0": "no tokens",
    "<10k": "fewer than 10k tokens",
    "<100k": "10k to 100k tokens",
    "<1M": "100k to 1M tokens",
    "<10M": "1M to 10M tokens",
    "<100M": "10M to 100M tokens",
    ">=100M": "100M tokens or more",
}
EFFORT_WORDS = {
    "lt1h": "less than an hour",
    "1-4h": "one to four hours",
    "4-16h": "four to sixteen hours",
    "gt16h": "more than sixteen hours",
}


@dataclass(frozen=True, slots=True)
class WeekOfUse:
    """A week as far as sharing asks about it: `tokens` by source ("claude-code") where any are known, the cards without drafts."""

    week: str
    days_used: int
    tokens: tuple[tuple[str, int], ...]
    cards: tuple[Card, ...]


def adopted(week: WeekOfUse, offered: Vocabulary, adoption: Adoption | None = None, function: str = "") -> Adopted:
    """
    How often AI was used: as the person says, else by the days with use; a card is at least one.

    A function that the manifest does not offer is left out.
    """
    days = max(week.days_used, 1 if week.cards else 0)
    said = adoption or ("none", "tried", "weekly", "weekly", "daily", "daily", "daily", "daily")[days]
    return Adopted(v=1, adoption=said, function=function if function in offered.functions else UNSET)


def went(week: WeekOfUse, outcome: Result | None = None, effort: Effort | None = None) -> Went | None:
    """How the week's experiments went and what they took, as the person says, else as the cards do; None where neither says both."""
    outcome = outcome or _outcome(card.outcome for card in week.cards)
    effort = effort or _effort([card.effort_minutes for card in week.cards])
    return None if outcome is None or effort is None else Went(v=1, outcome=outcome, effort=effort)


def used(week: WeekOfUse, offered: Vocabulary, at_most: int = 2) -> tuple[Used, ...]:
    """The week's tokens by tool, as bands, most first; what the manifest has no name for is "other", or left out."""
    sums: dict[str, int] = {}
    for source, tokens in week.tokens:
        family = family_of(source, offered)
        if family is not None:
            sums[family] = sums.get(family, 0) + tokens
    most = sorted(sums.items(), key=lambda item: (-item[1], item[0]))[:at_most]
    return tuple(Used(v=1, tool=tool, tokens=band_of_tokens(tokens)) for tool, tokens in most)


def told(card: Card, category: str, circle: str, ct: str) -> Told:
    """
    The fragment of a card whose texts are in `ct` already, encrypted.

    Raises:
        FragmentRefused: the card is a draft, says no outcome, or is its author's own; the message is for a person.
    """
    if card.draft:
        raise FragmentRefused("This card is a draft; finish it first.")
    if card.level is Level.ME:
        raise FragmentRefused("This card is for you alone; only you can raise it, with “journal edit ID --level team”.")
    if card.outcome is None:
        raise FragmentRefused("This card does not say yet how it went; an outcome is part of what is shared.")
    reach: Reach = "company" if card.level is Level.COMPANY else "team"
    return Told(v=1, category=category, outcome=RESULT_OF[card.outcome], level=reach, circle=circle, ct=ct)


def card_text(texts: dict[str, str]) -> bytes:
    """
    What of a card is encrypted: tried, worked, learned and next as the person wrote them, and nothing else.

    Raises:
        FragmentRefused: it is longer than a fragment can hold, or says nothing; the message is for a person.
    """
    said = {name: texts[name].strip() for name in TEXTS if texts.get(name, "").strip()}
    if not said:
        raise FragmentRefused("This card has no text yet under tried, worked, learned or next.")
    data = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode("utf-8", "replace")
    if len(data) > LONGEST_TEXT:
        raise FragmentRefused(f"This card is {len(data) - LONGEST_TEXT} bytes too long to be shared; shorten it.")
    return data


def category_of(card: Card, offered: Vocabulary) -> str | None:
    """The manifest's category that the card's function or one of its tags names; None: the person has to say."""
    names = [card.function, *card.tags]
    return next((name.lower() for name in names if name.lower() in offered.categories), None)


def family_of(source: str, offered: Vocabulary) -> str | None:
    """What the manifest calls a source; None if it has no word for it and none for others."""
    names = (*FAMILIES.get(source, (source,)), OTHER)
    return next((name for name in names if name in offered.tools), None)


def sentence_of(fragment: Fragment) -> str:
    """What a fragment says, in words for the person whose it is."""
    match fragment:
        case Adopted(adoption=adoption, function=function):
            whose = f", in {function}" if isinstance(function, str) else ""
            return f"Somebody had this week: {ADOPTION_WORDS[adoption]}{whose}."
        case Went(outcome=outcome, effort=effort):
            return f"Somebody tried something this week: {RESULT_WORDS[outcome]}, after {EFFORT_WORDS[effort]}."
        case Used(tool=tool, tokens=tokens):
            which = "another tool" if tool == OTHER else label_of(tool)
            return f"Somebody used {which} this week: {TOKENS_WORDS[tokens]}."
        case Told(category=category, outcome=outcome, level=level):
            return f"A card on {category}, for the {level}: {RESULT_WORDS[outcome]}. Its texts are encrypted for your team."


def effort_of(minutes: int) -> Effort:
    """The band of a time."""
    hours = timedelta(minutes=minutes) / timedelta(hours=1)
    return "lt1h" if hours < 1 else "1-4h" if hours < 4 else "4-16h" if hours <= 16 else "gt16h"


def _outcome(outcomes: Iterable[Outcome | None]) -> Result | None:
    said = {RESULT_OF[outcome] for outcome in outcomes if outcome is not None}
    if len(said) > 1:
        said.discard("unsure")
    return None if not said else said.pop() if len(said) == 1 else "mixed"


def _effort(minutes: list[int | None]) -> Effort | None:
    known = [one for one in minutes if one is not None]
    return effort_of(sum(known)) if known else None
