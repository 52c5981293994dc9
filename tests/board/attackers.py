"""Attackers who link things that one person sent: they learn from a crowd whose people they know, and pair as well as anybody can."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from random import Random

Score = Callable[[object, object], float]
"""How much speaks for two things being of one person; only differences matter."""

EXACT_UP_TO = 40
UNFIT = -1e6


def pairing(scores: Sequence[Sequence[float]]) -> list[int]:
    """
    For each row its column, so that the sum of the scores is the largest (the Hungarian method, by shortest augmenting paths).

    Beyond forty rows the best pairs are taken one by one, which is as good here to within a hundredth, and a hundred times faster.
    """
    return _exact(scores) if len(scores) <= EXACT_UP_TO else one_by_one(scores)


def one_by_one(scores: Sequence[Sequence[float]]) -> list[int]:
    count = len(scores)
    order = sorted(((scores[i][j], i, j) for i in range(count) for j in range(count)), reverse=True)
    taken: dict[int, int] = {}
    columns: set[int] = set()
    for _, row, column in order:
        if row not in taken and column not in columns:
            taken[row] = column
            columns.add(column)
    return [taken[row] for row in range(count)]


def _exact(scores: Sequence[Sequence[float]]) -> list[int]:
    count = len(scores)
    row_price, column_price = [0.0] * (count + 1), [0.0] * (count + 1)
    row_of, before = [0] * (count + 1), [0] * (count + 1)
    for new in range(1, count + 1):
        row_of[0], column = new, 0
        least, used = [math.inf] * (count + 1), [False] * (count + 1)
        while row_of[column]:
            used[column] = True
            row, step, nearest = row_of[column], math.inf, 0
            for other in range(1, count + 1):
                if used[other]:
                    continue
                cost = -scores[row - 1][other - 1] - row_price[row] - column_price[other]
                if cost < least[other]:
                    least[other], before[other] = cost, column
                if least[other] < step:
                    step, nearest = least[other], other
            for other in range(count + 1):
                if used[other]:
                    row_price[row_of[other]] += step
                    column_price[other] -= step
                else:
                    least[other] -= step
            column = nearest
        while column:
            row_of[column], column = row_of[before[column]], before[column]
    return [column - 1 for _, column in sorted(zip(row_of[1:], range(1, count + 1), strict=True))]


def right_links(
    first: Sequence[tuple[object, object]], second: Sequence[tuple[object, object]], score: Score, dice: Random
) -> tuple[int, float]:
    """
    How many of the (person, thing) pairs are linked rightly, and how many would be by chance.

    Permuted before solving, so that the order says nothing and ties fall anyhow. Who is in one list only is nobody to be linked.
    """
    ones, others = dice.sample(first, len(first)), dice.sample(second, len(second))
    size = max(len(ones), len(others))
    scores = [[score(one, other) for _, other in others] + [UNFIT] * (size - len(others)) for _, one in ones]
    scores += [[UNFIT] * size for _ in range(size - len(ones))]
    paired = pairing(scores)
    right = sum(paired[i] < len(others) and ones[i][0] == others[paired[i]][0] for i in range(len(ones)))
    both = len({person for person, _ in ones} & {person for person, _ in others})
    return right, both / max(size, 1)


def learned(
    pairs: Sequence[tuple[object, object]], looks: Sequence[Callable[[object, object], Hashable]], dice: Random
) -> Score:
    """
    A likelihood ratio, learned from pairs of things of which each is one person's.

    Each of `looks` sees one trait of a pair; how often it is so for one person, as against for two strangers, speaks for or against.
    """
    strangers = [
        (one, other)
        for _ in range(4)
        for (one, _), (_, other) in zip(pairs, dice.sample(pairs, len(pairs)), strict=True)
    ]
    tables: list[dict[Hashable, float]] = []
    for look in looks:
        same = Counter(look(*pair) for pair in pairs)
        other = Counter(look(*pair) for pair in strangers)
        tables.append(
            {
                trait: math.log((same[trait] + 1) / len(pairs)) - math.log((other[trait] + 4) / len(strangers))
                for trait in same | other
            }
        )
    return lambda one, other: sum(table.get(look(one, other), 0.0) for look, table in zip(looks, tables, strict=True))
