"""A board's year, made up: the same every time, in the size that is asked for."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from tokentray.core.published import BANDED, COUNTED, FEWER, SHARES, Cell, Published, Team

TEAM = Team(
    name="Platform group",
    season="2026-Q4",
    address="https://board.example.org",
    relay="https://relay.example.net",
    functions=(("engineering", "25-49"), ("design", "10-24"), ("support", "10-24"), ("finance", "10-24")),
    open_week="2026-W41",
)
SMALL_TEAM = Team(name="Eight of us", season="2026-Q4", address="https://board.example.org", open_week="2026-W41")

ADOPTIONS = ("none", "tried", "weekly", "daily")
OUTCOMES = ("worked", "mixed", "failed", "unsure")
EFFORTS = ("lt1h", "1-4h", "4-16h", "gt16h")
BANDS = ("0", "<10k", "<100k", "<1M", "<10M", "<100M", ">=100M")
TOOLS = ("claude-code", "codex", "chat", "other")
CATEGORIES = ("code", "tests", "research", "writing", "data")


def week_names(count: int, last: date = date(2026, 10, 4)) -> list[str]:
    days = [last - timedelta(weeks=back) for back in reversed(range(count))]
    return [f"{day.isocalendar().year}-W{day.isocalendar().week:02}" for day in days]


def counted_year(weeks: int = 52) -> list[Published]:
    """A team of about eighty that grows into weekly use; two quiet weeks have words and one has nothing."""
    made: list[Published] = []
    for index, name in enumerate(week_names(weeks)):
        dice = Random(index)  # noqa: S311  the same year every time
        if index == weeks - 41:
            made.extend(Published(name, kind, FEWER) for kind in ("c1", "c2", "use", "card"))
        elif index in (weeks - 40, weeks - 39):
            made.extend(banded_week(name, dice))
        else:
            made.extend(counted_week(name, dice, index / weeks))
    return made


def banded_year(weeks: int = 13) -> list[Published]:
    """A team of about eight; in its first two weeks and in one holiday week fewer than five took part."""
    made: list[Published] = []
    for index, name in enumerate(week_names(weeks)):
        if index in (0, 1, 7):
            made.extend(Published(name, kind, FEWER) for kind in ("c1", "c2", "use", "card"))
        else:
            made.extend(banded_week(name, Random(index)))  # noqa: S311  as above
    return made


def counted_week(name: str, dice: Random, habit: float) -> list[Published]:
    lean = (3 * (1 - habit) + 0.4, 2.0, 1 + 2 * habit, 0.3 + 2.5 * habit)
    heads = {"engineering": 36, "design": 12, "support": 14, "finance": 9, "other": 7}
    c1 = [
        Cell(adoption, function, round(head * part * dice.uniform(0.8, 1.2)))
        for function, head in heads.items()
        for adoption, part in zip(ADOPTIONS, (one / sum(lean) for one in lean), strict=True)
    ]
    c2 = [
        Cell(outcome, effort, round(dice.uniform(0.6, 1.4) * head * part))
        for effort, head in zip(EFFORTS, (22, 25, 12, 3), strict=True)
        for outcome, part in zip(OUTCOMES, (0.45, 0.25, 0.2, 0.1), strict=True)
    ]
    use = [
        Cell(tool, band, round(dice.uniform(0.5, 1.5) * share * part))
        for tool, share in zip(TOOLS, (24, 14, 10, 3), strict=True)
        for band, part in zip(BANDS, (0.05, 0.08, 0.14, 0.24, 0.28, 0.16, 0.05), strict=True)
    ]
    card = [Cell(category, outcome, dice.randint(0, 4)) for category in CATEGORIES for outcome in OUTCOMES]
    kinds = {"c1": c1, "c2": c2, "use": use, "card": card}
    return [
        Published(name, kind, COUNTED, sum(cell.n or 0 for cell in cells), tuple(cells))
        for kind, cells in kinds.items()
    ]


def banded_week(name: str, dice: Random) -> list[Published]:
    def one_way(values: tuple[str, ...], *, first: bool) -> list[Cell]:
        words = [SHARES[min(dice.choice((0, 0, 1, 1, 2)), 3)] for _ in values]
        return [
            Cell(value if first else "", "" if first else value, None, word)
            for value, word in zip(values, words, strict=True)
        ]

    kinds = {
        "c1": one_way(ADOPTIONS, first=True),
        "c2": one_way(OUTCOMES, first=True) + one_way(EFFORTS, first=False),
        "use": one_way(TOOLS, first=True) + one_way(BANDS, first=False),
    }
    made = [Published(name, kind, BANDED, None, tuple(cells)) for kind, cells in kinds.items()]
    return [*made, Published(name, "card", FEWER)]
