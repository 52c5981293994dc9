"""Made-up people with habits, and what their apps send of two weeks, in the words a real season offers."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from random import Random

from msgspec import UNSET

from tokentray.board.board import row_of
from tokentray.board.season import CATEGORIES, TOOLS
from tokentray.core.fragment import ADOPTIONS, EFFORTS, Adopted, Fragment, Told, Used, Went, band_of_tokens

FUNCTIONS = {"engineering": 0.4, "support": 0.18, "design": 0.12, "finance": 0.12, "sales": 0.12, "legal": 0.06}
ARDOUR = {"engineering": 2.1, "support": 1.4, "design": 1.5, "finance": 1.0, "sales": 1.1, "legal": 0.8}
IN_USE = {
    "claude": 0.3, "copilot": 0.22, "gpt": 0.2, "cursor": 0.1, "codex": 0.06, "gemini": 0.06, "local": 0.02, "other": 0.04,
}  # fmt: skip
ON_CARDS = {
    "coding": 0.3, "writing": 0.15, "testing": 0.12, "analysis": 0.12, "research": 0.1, "automation": 0.08, "meetings": 0.05,
    "learning": 0.05, "agent": 0.02, "other": 0.01,
}  # fmt: skip
LENGTHS = {512: 0.6, 1024: 0.3, 2048: 0.1}
MOODS = {"c1": 0.45, "effort": 0.7, "tokens": 0.35, "tool": 0.08, "category": 0.5, "length": 0.4}
"""How much a week differs from the last: spreads of the three that are measured, chances of something else of the three that are chosen."""

assert set(IN_USE) == set(TOOLS)
assert set(ON_CARDS) == set(CATEGORIES)

Stored = tuple[object, ...]


@dataclass(frozen=True)
class Habits:
    """One person's: how often, how well, how long, with what, on what."""

    function: str
    ardour: float
    tools: tuple[str, str]
    tokens: float
    skill: float
    effort: float
    category: str
    length: int


def any_person(dice: Random) -> Habits:
    function = _one_of(FUNCTIONS, dice)
    ardour = dice.gauss(ARDOUR[function], 0.8)
    return Habits(
        function,
        ardour,
        (_one_of(IN_USE, dice), _one_of(IN_USE, dice)),
        dice.gauss(5.2 + 0.45 * (ardour - 1.5), 0.9),
        dice.betavariate(4, 3),
        dice.gauss(1.1, 0.6),
        _one_of(ON_CARDS, dice),
        _one_of(LENGTHS, dice),
    )


def a_week_of(person: Habits, dice: Random, functions: tuple[str, ...], steadiness: float = 1.0) -> list[Fragment]:
    """One fragment of each kind; `steadiness` 0 makes every week the same."""

    def about(value: float, mood: str) -> float:
        return value + dice.gauss(0, MOODS[mood] * steadiness)

    ardour = about(person.ardour, "c1")
    adoption = ADOPTIONS[sum(ardour > edge for edge in (0.4, 1.1, 2.2))]
    outcome = _one_of({"worked": person.skill, "mixed": 0.3, "failed": (1 - person.skill) / 2, "unsure": 0.08}, dice)
    effort = EFFORTS[max(0, min(3, round(about(person.effort, "effort"))))]
    tool = person.tools[dice.random() < MOODS["tool"] * steadiness]
    band = band_of_tokens(int(10 ** about(person.tokens, "tokens")) if adoption != "none" else 0)
    category = _one_of(ON_CARDS, dice) if dice.random() < MOODS["category"] * steadiness else person.category
    length = _one_of(LENGTHS, dice) if dice.random() < MOODS["length"] * steadiness else person.length
    sealed = b64encode(dice.randbytes(length)).decode()
    return [
        Adopted(v=1, adoption=adoption, function=person.function if person.function in functions else UNSET),
        Went(v=1, outcome=outcome, effort=effort),
        Used(v=1, tool=tool, tokens=band),
        Told(v=1, category=category, outcome=outcome, level="team", circle="00" * 8, ct=sealed),
    ]


def as_stored(fragment: Fragment) -> Stored:
    """All that the board keeps of it but the token: a thief of the store sees this."""
    row = row_of("2026-W47", bytes(32), fragment)
    return row.kind, row.a, row.b, len(row.ct or b"")


def as_one_row(fragments: list[Fragment]) -> Stored:
    """The protection taken out: the six counted fields in one row, as a form would be stored."""
    (_, adoption, function, _), (_, outcome, effort, _), (_, tool, band, _), _ = map(as_stored, fragments)
    return adoption, function, outcome, effort, tool, band


def _one_of(shares, dice):  # type: ignore[no-untyped-def]  any choice by weight
    return dice.choices(list(shares), list(shares.values()))[0]
