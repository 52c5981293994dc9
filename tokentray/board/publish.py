"""Publishes a week, once: counts it, folds what is small, blurs what is left, and freezes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction

from tokentray.board.cell_table import close_week, weeks_published, write_cells
from tokentray.board.database import Store
from tokentray.board.errors import AlreadyPublished
from tokentray.board.fragment_table import counts_of, drop_tombstones, drop_weeks, weeks_kept
from tokentray.board.noise import discrete_laplace
from tokentray.board.writer import PUBLISHING_LOCK
from tokentray.core.published import ALL, BANDED, COUNTED, FEWER, OTHER, SHARES, Cell, Published, Row, rows_of

K = 5
NOISE_FROM = 25
EPSILON = Fraction(2)
KINDS = ("c1", "c2", "use", "card")

Counts = dict[tuple[str, str], int]
Draw = Callable[[], int]


def noise() -> int:
    """One draw for one cell."""
    return discrete_laplace(EPSILON)


def publish_week(store: Store, week: str, values: dict[str, tuple[list[str], list[str]]], draw: Draw = noise) -> None:
    """
    Closes the week and writes its cells; the week's keys have been destroyed before, and the store is re-seated after.

    `values` has for each kind every value that its two fields can take, so that nobody's absence is told by a missing cell.

    Raises:
        AlreadyPublished: it was published before; nothing is drawn again.
    """
    with store.writing() as connection:
        if not store.on_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({PUBLISHING_LOCK})")
        if week in weeks_published(connection):
            raise AlreadyPublished(f"{week} has been published; it is never published again.")
        close_week(connection, week)
        write_cells(connection, cells_of_week(week, counts_of(connection, week), values, draw))
        drop_tombstones(connection, week)


def drop_old_weeks(store: Store, keep: int) -> list[str]:
    """Drops the fragments of all published weeks but the `keep` newest ones; gives those weeks, whether or not they had any left."""
    with store.writing() as connection:
        published = weeks_published(connection)
        old = published[: max(0, len(published) - keep)]
        drop_weeks(connection, sorted(set(old) & set(weeks_kept(connection))))
    return old


def cells_of_week(
    week: str,
    counts: list[tuple[str, str, str, int]],
    values: dict[str, tuple[list[str], list[str]]],
    draw: Draw = noise,
) -> list[Row]:
    """The rows of `cell` for all kinds of one week."""
    rows: list[Row] = []
    for kind in KINDS:
        counted: Counts = Counter()
        for of_kind, a, b, n in counts:
            if of_kind == kind:
                counted[_fields(kind, a, b)] += n
        rows += rows_of(_published(week, kind, counted, values[kind], draw))
    return rows


def _fields(kind: str, a: str, b: str) -> tuple[str, str]:
    # A card keeps its level with its first field, and its circle is nobody's business.
    if kind == "card":
        category, outcome, _level = a.split("/")
        return category, outcome
    return (a, b or OTHER) if kind == "c1" else (a, b)


def _published(week: str, kind: str, counts: Counts, values: tuple[list[str], list[str]], draw: Draw) -> Published:
    people = sum(counts.values())
    if people < K:
        return Published(week, kind, FEWER)
    if people < NOISE_FROM:
        return Published(week, kind, BANDED, None, tuple(_in_bands(kind, counts, values, people, draw)))
    firsts, seconds = values
    if kind == "c1":
        counts = fold_functions(counts)
        seconds = sorted({b for _, b in counts if b != OTHER}) + ([OTHER] if any(b == OTHER for _, b in counts) else [])
    if kind == "use":
        # Two one-way tables: a tool's own distribution would be a handful of people.
        cells = [Cell(a, ALL, _margin(counts, a, 0) + draw()) for a in firsts]
        cells += [Cell(ALL, b, _margin(counts, b, 1) + draw()) for b in seconds]
        total = sum(cell.n or 0 for cell in cells if cell.a == ALL)
    else:
        cells = [Cell(a, b, counts.get((a, b), 0) + draw()) for a in firsts for b in seconds]
        total = sum(cell.n or 0 for cell in cells)
    # The total is made of the blurred cells, so it tells nothing that they do not.
    return Published(
        week, kind, COUNTED, max(0, total), tuple(Cell(cell.a, cell.b, max(0, cell.n or 0)) for cell in cells)
    )


def _margin(counts: Counts, value: str, place: int) -> int:
    return sum(n for key, n in counts.items() if key[place] == value)


def _in_bands(kind: str, counts: Counts, values: tuple[list[str], list[str]], people: int, draw: Draw) -> list[Cell]:
    firsts, seconds = values
    words = _words([_margin(counts, a, 0) for a in firsts], people, draw)
    cells = [Cell(a, ALL, None, word) for a, word in zip(firsts, words, strict=True)]
    if kind != "c1":
        # Below 25 no function is told, not even in words.
        words = _words([_margin(counts, b, 1) for b in seconds], people, draw)
        cells += [Cell(ALL, b, None, word) for b, word in zip(seconds, words, strict=True)]
    return cells


def _words(margins: list[int], people: int, draw: Draw) -> list[str]:
    """
    A word for each, which may speak of one person more or fewer, and which together leave room for one more.

    Else words would add up: two of six and four of six leave nobody for the others, and whoever counts the marks of live tokens knows the six.
    """
    while True:
        words = [share(n + max(-1, min(1, draw())), people) for n in margins]
        if sum(_least(word, people) for word in words) < people:
            return words


def _least(word: str, people: int) -> int:
    """The fewest people of whom the word may speak."""
    return max(0, next(n for n in range(people + 1) if share(n, people) == word) - 1)


def share(n: int, people: int) -> str:
    """Few (up to a fifth), some, about half or most; nobody is also few, and everybody also most."""
    few, some, half, most = SHARES
    if 5 * n <= people:
        return few
    if 5 * n < 2 * people:
        return some
    return half if 5 * n <= 3 * people else most


def fold_functions(counts: Counts) -> Counts:
    """
    Functions with fewer than five people become OTHER, where those who named none are too.

    OTHER stands for five people at least and never for a single function; if it would, the smallest of the others goes into
    it as well, so that nothing is found by subtraction.
    """
    sizes: Counter[str] = Counter()
    for (_, function), n in counts.items():
        sizes[function] += n
    # Nobody hides nobody.
    sizes = +sizes
    named = sorted((name for name in sizes if name != OTHER), key=lambda name: (sizes[name], name))
    folded = [name for name in named if sizes[name] < K]
    left = named[len(folded) :]
    loose = sizes[OTHER]
    while folded or loose:
        enough = loose + sum(sizes[name] for name in folded) >= K
        if enough and len(folded) != 1:
            break
        if not left:
            # Nothing is left to hide behind: the whole table is told without functions.
            return _without_functions(counts)
        folded.append(left.pop(0))
    result: Counts = Counter()
    for (a, function), n in counts.items():
        result[a, OTHER if function in folded else function] += n
    return result


def _without_functions(counts: Counts) -> Counts:
    result: Counts = Counter()
    for (a, _), n in counts.items():
        result[a, OTHER] += n
    return result
