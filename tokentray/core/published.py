"""What a closed week says: the published cells, which are all that any page, digest or export is made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

FEWER = "fewer than 5"
BANDED = "5 to 24"
COUNTED = "25 and more"
"""The three sizes of a kind's week: nothing but this word, words for each value, or numbers with noise."""

SHARES = ("few", "some", "about half", "most")
"""The words of a banded week, from few (also nobody) to most (also everybody)."""

ALL = ""
"""In a cell's `a` or `b`: not split by this field."""

OTHER = "other"
"""Functions that are too small to be named, and check-ins that named none."""

FIELDS = {
    "c1": ("adoption", "function"),
    "c2": ("outcome", "effort"),
    "use": ("tool", "tokens"),
    "card": ("category", "outcome"),
}
"""What `a` and `b` are, for each kind."""


@dataclass(frozen=True, slots=True)
class Cell:
    """
    One published number or word: `n` in a counted week, `band` (one of `SHARES`) in a banded one, never both.

    `a` or `b` is `ALL` in a one-way table. `n` carries its noise already and may be off by a little; it is not below 0.
    """

    a: str
    b: str
    n: int | None = None
    band: str | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """
    One kind of one closed week ("2026-W40"), as it was frozen. `cells` is empty if `size` is `FEWER`.

    `total` is how many sent this kind, with noise; None unless `size` is `COUNTED`.
    """

    week: str
    kind: str
    size: str
    total: int | None = None
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Team:
    """
    What the page and the digest say about the board itself, from its manifest.

    `address` is the board's own URL without a slash at the end, "" if it does not know it. `relay` None: level L1 only.
    `functions` are (id, head-count band) pairs; `open_week` is the week that is being collected, None between seasons.
    """

    name: str
    season: str
    address: str = ""
    relay: str | None = None
    functions: tuple[tuple[str, str], ...] = ()
    open_week: str | None = None
    retention_weeks: int = 13


Row = tuple[str, str, str, str, int | None, str | None]
"""A row of the table `cell`: week, kind, a, b, n, band."""


def published_of(rows: Iterable[Row]) -> list[Published]:
    """
    The rows of `cell`, in any order, as weeks and kinds, oldest week first.

    The row with both `a` and `b` `ALL` carries the kind's size as its band, and the total as its n.
    """
    heads: dict[tuple[str, str], tuple[str | None, int | None]] = {}
    cells: dict[tuple[str, str], list[Cell]] = {}
    for week, kind, a, b, n, band in rows:
        if a == ALL and b == ALL:
            heads[week, kind] = band, n
        else:
            cells.setdefault((week, kind), []).append(Cell(a, b, n, band))
    if not heads.keys() >= cells.keys():
        raise ValueError(f"no row says how many: {sorted(cells.keys() - heads.keys())}")
    return [
        Published(week, kind, size or FEWER, total, tuple(cells.get((week, kind), ())))
        for (week, kind), (size, total) in sorted(heads.items())
    ]


def rows_of(published: Published) -> list[Row]:
    """The rows of `cell` for one kind of a week; the way back from `published_of`."""
    head: Row = (published.week, published.kind, ALL, ALL, published.total, published.size)
    return [head, *((published.week, published.kind, cell.a, cell.b, cell.n, cell.band) for cell in published.cells)]


def by_first(published: Published) -> dict[str, Cell]:
    """The one-way table of the first field; made by adding where only the two-way table was published."""
    return _one_way(published, first=True)


def by_second(published: Published) -> dict[str, Cell]:
    """The one-way table of the second field, in the same way."""
    return _one_way(published, first=False)


def _one_way(published: Published, *, first: bool) -> dict[str, Cell]:
    cells = published.cells
    direct = [cell for cell in cells if (cell.b if first else cell.a) == ALL]
    if direct or published.size != COUNTED:
        return {(cell.a if first else cell.b): cell for cell in direct}
    sums: dict[str, int] = {}
    for cell in cells:
        name = cell.a if first else cell.b
        if name != ALL:
            sums[name] = sums.get(name, 0) + (cell.n or 0)
    return {name: Cell(name if first else ALL, ALL if first else name, n) for name, n in sums.items()}
