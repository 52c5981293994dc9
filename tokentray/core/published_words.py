"""Reads published weeks: the figures, shares and sentences that the page and the digest have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tokentray.core.fragment import BANDS, EFFORTS, RESULTS
from tokentray.core.published import BANDED, COUNTED, FEWER, OTHER, SHARES, Cell, Published, by_first, by_second

ADOPTIONS = ("daily", "weekly", "tried", "none")
"""Most use first, as they are shown; the words themselves are those of `core.fragment`."""

LABELS = {
    "daily": "Daily",
    "weekly": "Weekly",
    "tried": "Tried it",
    "none": "Not at all",
    "worked": "Worked",
    "mixed": "Partly",
    "failed": "Did not work",
    "unsure": "Unclear",
    "lt1h": "Under 1 hour",
    "1-4h": "1 to 4 hours",
    "4-16h": "4 to 16 hours",
    "gt16h": "Over 16 hours",
    "0": "None",
    "<10k": "Under 10k",
    "<100k": "10k to 100k",
    "<1M": "100k to 1M",
    "<10M": "1M to 10M",
    "<100M": "10M to 100M",
    ">=100M": "From 100M",
    "claude-code": "Claude Code",
    "gpt": "GPT",
    "openai": "OpenAI",
    OTHER: "Other",
}

TOO_FEW = 5
"""Below this a row is not turned into shares: its noise would be most of it."""

_SURELY_SOMEBODY = 3
"""A noisy number from here on is more than noise; 1 and 2 may be nobody."""

_MIDDLES = (0.10, 0.30, 0.50, 0.80)
"""Where the words of a banded week are drawn in a picture that has shares."""


@dataclass(frozen=True, slots=True)
class Share:
    """
    One value of a one-way table. `level` is 1 (few) to 4 (most); `part` is its share, or the word's middle in a banded week.

    `text` is what is said of it: "about 60 %" or "some". `n` is None in a banded week.
    """

    value: str
    label: str
    text: str
    part: float
    level: int
    n: int | None


@dataclass(frozen=True, slots=True)
class Split:
    """One row of a two-way table: its shares, or none if it is too small to say."""

    label: str
    count: int
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One large figure with what it is above, and what it means below."""

    label: str
    value: str
    note: str


Week = Mapping[str, Published]
"""One closed week by kind; a kind that nobody could send is missing."""


def by_week(published: Iterable[Published]) -> dict[str, dict[str, Published]]:
    """Oldest week first."""
    weeks: dict[str, dict[str, Published]] = {}
    for each in published:
        weeks.setdefault(each.week, {})[each.kind] = each
    return dict(sorted(weeks.items()))


def size_of(published: Published | None) -> str:
    return published.size if published else FEWER


def week_name(week: str) -> str:
    """ "Week 40, 28 September to 4 October 2026" for "2026-W40"."""
    year, number = week.split("-W")
    first, last = (date.fromisocalendar(int(year), int(number), day) for day in (1, 7))
    begin = f"{first.day} {first:%B}" if first.month != last.month else str(first.day)
    begin += f" {first.year}" if first.year != last.year else ""
    return f"Week {int(number)}, {begin} to {last.day} {last:%B} {last.year}"


def label_of(value: str) -> str:
    """A vocabulary's value in words; the board's own functions, categories and tools as they are written."""
    return LABELS.get(value) or value[:1].upper() + value[1:].replace("-", " ").replace("_", " ")


def percent(part: float, count: int) -> str:
    """To the nearest 5 % below 100 answers: one person and the noise move it by that much. Never none or all."""
    step = 5 if count < 100 else 1
    rounded = round(100 * part / step) * step
    return "hardly any" if rounded == 0 else "nearly all" if rounded == 100 else f"about {rounded} %"


def shares(published: Published | None, values: Sequence[str], *, first: bool = True) -> tuple[Share, ...]:
    """A one-way table in the order of `values`; nothing if the week says nothing about them."""
    if published is None or published.size == FEWER:
        return ()
    found = by_first(published) if first else by_second(published)
    if published.size == BANDED:
        return tuple(_in_words(value, found[value]) for value in values if value in found)
    return in_numbers({value: found[value].n or 0 for value in values if value in found})


def in_numbers(counts: Mapping[str, int]) -> tuple[Share, ...]:
    """Shares that add up to all of `counts`; nothing if they are too few."""
    total = sum(counts.values())
    if total < TOO_FEW:
        return ()
    return tuple(
        Share(value, label_of(value), percent(n / total, total), n / total, _level(n / total), n)
        for value, n in counts.items()
    )


def splits(published: Published | None, rows: Sequence[str], values: Sequence[str], *, rows_first: bool) -> list[Split]:
    """A two-way table by row, each in shares of its own; empty unless the week was counted and split."""
    if published is None or published.size != COUNTED:
        return []
    table: dict[str, dict[str, int]] = {}
    for cell in published.cells:
        if cell.a and cell.b:
            row, value = (cell.a, cell.b) if rows_first else (cell.b, cell.a)
            table.setdefault(row, {})[value] = cell.n or 0
    return [
        Split(
            label_of(row), sum(table[row].values()), in_numbers({value: table[row].get(value, 0) for value in values})
        )
        for row in rows
        if row in table
    ]


def by_function(check_ins: Published | None, functions: Sequence[str]) -> list[Split]:
    """How often AI was used in each function, in alphabetical order; empty where no function may be told apart."""
    found = splits(check_ins, [*sorted(functions), OTHER], ADOPTIONS, rows_first=False)
    # A row of others alone would be the one-way table once more.
    return found if any(split.label != label_of(OTHER) for split in found) else []


def by_effort(outcomes: Published | None) -> list[Split]:
    """What came of it by the effort put in, least effort first."""
    return splits(outcomes, EFFORTS, RESULTS, rows_first=False)


def values_of(published: Published | None, *, first: bool = True) -> list[str]:
    """The values a one-way table has, in alphabetical order with "other" last."""
    if published is None:
        return []
    found = by_first(published) if first else by_second(published)
    return sorted(found, key=lambda value: (value == OTHER, value))


def regular_part(week: Week) -> tuple[float, int] | None:
    """The share of check-ins with weekly or daily use, and of how many; None unless the week was counted."""
    return _part_of(week.get("c1"), ("daily", "weekly"), ADOPTIONS)


def worked_part(week: Week) -> tuple[float, int] | None:
    """The share of outcomes that worked, and of how many; None unless the week was counted."""
    return _part_of(week.get("c2"), ("worked",), RESULTS)


def functions_reached(week: Week, functions: Sequence[str]) -> int | None:
    """How many of the functions surely have somebody with weekly or daily use; None if the week cannot say."""
    published = week.get("c1")
    if published is None or published.size != COUNTED or not functions:
        return None
    regular: dict[str, int] = {}
    for cell in published.cells:
        if cell.b and cell.a in ("daily", "weekly"):
            regular[cell.b] = regular.get(cell.b, 0) + (cell.n or 0)
    return sum(regular.get(function, 0) >= _SURELY_SOMEBODY for function in functions)


def headline(week: Week) -> str:
    """The one sentence of a week."""
    check_ins = week.get("c1")
    if check_ins is None or check_ins.size == FEWER:
        return "Fewer than five people checked in, so nothing is shown."
    part = regular_part(week)
    if part:
        return f"{percent(*part).capitalize()} of the check-ins used AI weekly or daily."
    words = {share.value: share.text for share in shares(check_ins, ADOPTIONS)}
    if not words:
        return "Too few people checked in to say more."
    weekly, daily = words.get("weekly", "few"), words.get("daily", "few")
    if weekly == daily:
        return f"{weekly.capitalize()} used AI weekly, and {daily} daily."
    return f"{weekly.capitalize()} used AI weekly, {daily} daily."


def figures(week: Week, before: Week | None, functions: Sequence[str]) -> list[Figure]:
    """Four large figures, each with a comparison or with the reason why there is none."""
    return [
        _check_ins(week.get("c1")),
        _regular(week, before),
        _worked(week, before),
        _reached(week, functions),
    ]


def tables(week: Week) -> list[tuple[str, str, tuple[Share, ...]]]:
    """Title, kind and shares of each one-way table that is told of a week; no shares where the week says nothing about it."""
    values: tuple[tuple[str, str, Sequence[str], bool], ...] = (
        ("How often AI was used", "c1", ADOPTIONS, True),
        ("What came of it", "c2", RESULTS, True),
        ("Effort put in", "c2", EFFORTS, False),
        ("Tokens in the week, of those who send it", "use", BANDS, False),
        ("What the shared cards say of it", "card", RESULTS, False),
        ("What the shared cards are about", "card", tuple(values_of(week.get("card"))), True),
    )
    return [(title, kind, shares(week.get(kind), of, first=first)) for title, kind, of, first in values]


def small_print(week: Week) -> str:
    """What a week's numbers can and cannot say."""
    size = size_of(week.get("c1"))
    if size == FEWER:
        return "A week with fewer than 5 check-ins says nothing else, so that nobody can be singled out."
    if size == BANDED:
        return "Below 25 check-ins there are words only; few may be nobody, most may be everybody. The board cannot tell who."
    return "The numbers carry noise and may be off by a few. They are those who chose to answer. The board cannot tell who."


def _check_ins(published: Published | None) -> Figure:
    size = size_of(published)
    if published and published.total is not None:
        return Figure("Check-ins", f"≈ {published.total}", "with noise: a few more or fewer")
    if size == BANDED:
        return Figure("Check-ins", size, "words instead of numbers below 25")
    return Figure("Check-ins", size.capitalize(), "too few to show anything else")


def _regular(week: Week, before: Week | None) -> Figure:
    label = "Weekly or daily use"
    part = regular_part(week)
    if part:
        return Figure(label, _short(part), _comparison(part, regular_part(before or {})))
    words = {share.value: share.text for share in shares(week.get("c1"), ADOPTIONS)}
    if words:
        return Figure(label, words.get("weekly", "few").capitalize(), f"weekly; {words.get('daily', 'few')} daily")
    return Figure(label, "—", "not shown below five check-ins")


def _worked(week: Week, before: Week | None) -> Figure:
    label = "What was tried worked"
    part = worked_part(week)
    if part:
        return Figure(label, _short(part), _comparison(part, worked_part(before or {})))
    words = {share.value: share.text for share in shares(week.get("c2"), RESULTS)}
    if words:
        return Figure(label, words.get("worked", "few").capitalize(), f"{words.get('failed', 'few')} did not work")
    return Figure(label, "—", "not shown below five answers")


def _reached(week: Week, functions: Sequence[str]) -> Figure:
    label = "Functions reached"
    reached = functions_reached(week, functions)
    if reached is not None:
        return Figure(label, f"{reached} of {len(functions)}", "with somebody at it every week")
    if not functions:
        return Figure(label, "—", "not asked: it would point at people")
    return Figure(label, "—", "not shown below 25 check-ins")


def _comparison(now: tuple[float, int], then: tuple[float, int] | None) -> str:
    if then is None:
        return f"of {now[1]} answers"
    # A few people's answers and the noise of two weeks: less than this is no change that can be seen.
    doubt = 6 / min(now[1], then[1])
    if abs(now[0] - then[0]) <= doubt:
        return "much the same as the week before"
    return f"{'more' if now[0] > then[0] else 'less'} than the week before ({percent(*then)})"


def _short(part: tuple[float, int]) -> str:
    words = percent(*part)
    return words.replace("about", "≈").capitalize()


def _part_of(published: Published | None, wanted: Sequence[str], values: Sequence[str]) -> tuple[float, int] | None:
    if published is None or published.size != COUNTED:
        return None
    found = by_first(published)
    counts = {value: found[value].n or 0 for value in values if value in found}
    total = sum(counts.values())
    return (sum(counts.get(value, 0) for value in wanted) / total, total) if total >= TOO_FEW else None


def _in_words(value: str, cell: Cell) -> Share:
    level = SHARES.index(cell.band) + 1 if cell.band in SHARES else 1
    return Share(value, label_of(value), SHARES[level - 1], _MIDDLES[level - 1], level, None)


def _level(part: float) -> int:
    return 1 if part < 0.2 else 2 if part < 0.4 else 3 if part < 0.6 else 4
