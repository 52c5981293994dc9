"""A week is folded, blurred and frozen; T8: subtraction finds no hidden cell."""

from __future__ import annotations

import math
import random
from collections import Counter
from fractions import Fraction
from itertools import product

import pytest

from tokentray.board.errors import AlreadyPublished
from tokentray.board.fragment_table import Row, all_rows, put_rows
from tokentray.board.noise import bernoulli_exp, discrete_laplace
from tokentray.board.publish import cells_of_week, drop_old_weeks, fold_functions, publish_week, share
from tokentray.core.fragment import ADOPTIONS, BANDS, EFFORTS, RESULTS
from tokentray.core.published import ALL, COUNTED, OTHER, published_of

WEEK = "2026-W47"
VALUES = {
    "c1": (list(ADOPTIONS), ["legal", "sales", OTHER]),
    "c2": (list(RESULTS), list(EFFORTS)),
    "use": (["claude", "gpt", "other"], list(BANDS)),
    "card": (["coding", "other"], list(RESULTS)),
}


def published(counts, draw=lambda: 0):
    return {each.kind: each for each in published_of(cells_of_week(WEEK, counts, VALUES, draw))}


def test_four_people_are_fewer_than_five():
    assert published([("c1", "tried", "", 4)])["c1"].cells == ()


def test_five_people_are_told_in_words_without_functions():
    c1 = published([("c1", "tried", "sales", 3), ("c1", "daily", "", 2)])["c1"]

    assert c1.total is None
    assert [(cell.a, cell.b, cell.n, cell.band) for cell in c1.cells] == [
        ("none", ALL, None, "few"),
        ("tried", ALL, None, "about half"),
        ("weekly", ALL, None, "few"),
        ("daily", ALL, None, "about half"),
    ]


def test_nobody_and_everybody_have_no_word_of_their_own():
    assert (share(0, 20), share(1, 20), share(19, 20), share(20, 20)) == ("few", "few", "most", "most")


def test_from_twenty_five_on_numbers_carry_noise():
    draws = iter([3, -1] * 100)
    c2 = published([("c2", "worked", "1-4h", 20), ("c2", "failed", "lt1h", 5)], lambda: next(draws))["c2"]

    assert c2.size == COUNTED
    found = {(cell.a, cell.b): cell.n for cell in c2.cells}
    assert found["worked", "lt1h"] == 3
    assert found["worked", "1-4h"] == 19
    assert found["mixed", "1-4h"] == 0
    assert len(found) == 16


def test_use_is_told_by_tool_and_by_band_but_not_by_both():
    use = published([("use", "claude", "<1M", 30), ("use", "gpt", "0", 10)])["use"]

    assert use.total == 40
    assert all(ALL in (cell.a, cell.b) for cell in use.cells)


def test_small_functions_are_folded_together():
    folded = fold_functions({("tried", "legal"): 3, ("tried", "sales"): 2, ("tried", "data"): 30})

    assert folded == {("tried", OTHER): 5, ("tried", "data"): 30}


def test_one_small_function_takes_a_larger_one_with_it():
    folded = fold_functions({("tried", "legal"): 3, ("tried", "sales"): 9, ("tried", "data"): 30})

    assert folded == {("tried", OTHER): 12, ("tried", "data"): 30}


def test_with_nothing_to_hide_behind_no_function_is_told():
    assert fold_functions({("tried", "legal"): 3, ("daily", "legal"): 1}) == {("tried", OTHER): 3, ("daily", OTHER): 1}


def random_board(dice):
    functions = [f"f{number}" for number in range(dice.randint(1, 6))]
    if dice.random() < 0.3:
        functions.append(OTHER)
    return {
        (adoption, function): dice.choice([0, 0, 0, 1, 1, 2, 9, 20])
        for adoption, function in product(ADOPTIONS, functions)
    }


def sizes_of(counts):
    sizes = Counter()
    for (_, function), n in counts.items():
        sizes[function] += n
    return +sizes


def found_by_subtraction(counts, folded):
    """
    The hidden functions whose size the published table gives away: all that is hidden stands together in OTHER, so that is
    one function alone, or fewer than five people. A table that names no function at all gives nothing away.
    """
    sizes, shown = sizes_of(counts), sizes_of(folded)
    hidden = [function for function in sizes if function not in shown]
    if not hidden or set(shown) == {OTHER}:
        return []
    return hidden if len(hidden) < 2 or shown[OTHER] < 5 else []


def test_t8_subtraction_finds_no_hidden_function_on_ten_thousand_boards():
    dice = random.Random(8)
    boards = [random_board(dice) for _ in range(10_000)]

    assert [counts for counts in boards if found_by_subtraction(counts, fold_functions(counts))] == []
    assert all(sizes_of(fold_functions(counts)).total() == sizes_of(counts).total() for counts in boards)


def test_t8_folding_without_a_second_function_is_caught():
    def careless(counts):
        sizes = sizes_of(counts)
        folded = Counter()
        for (adoption, function), n in counts.items():
            folded[adoption, function if sizes[function] >= 5 else OTHER] += n
        return folded

    dice = random.Random(8)
    boards = [random_board(dice) for _ in range(1000)]

    assert sum(bool(found_by_subtraction(counts, careless(counts))) for counts in boards) > 50


def test_the_noise_has_its_distribution():
    dice = random.Random(4)
    drawn = Counter(discrete_laplace(Fraction(2), dice.randrange) for _ in range(20_000))
    weight = (1 - math.exp(-2)) / (1 + math.exp(-2))

    for x in range(-3, 4):
        expected = 20_000 * weight * math.exp(-2 * abs(x))
        assert abs(drawn[x] - expected) < 5 * math.sqrt(expected)


def test_the_exponential_coin_has_its_chance():
    dice = random.Random(4)
    heads = sum(bernoulli_exp(Fraction(1, 2), dice.randrange) for _ in range(20_000))

    assert abs(heads - 20_000 * math.exp(-0.5)) < 350


def fill(store, week=WEEK, people=30):
    with store.writing() as connection:
        put_rows(connection, [Row(week, "c1", bytes([number] * 32), "tried") for number in range(people)])
        put_rows(connection, [Row(week, "c1", bytes([200] * 32), None)])


def test_a_published_week_is_frozen(store):
    fill(store)
    publish_week(store, WEEK, VALUES)
    with store.reading() as connection:
        cells, rows = cells_in(connection), all_rows(connection)

    with pytest.raises(AlreadyPublished):
        publish_week(store, WEEK, VALUES)

    with store.reading() as connection:
        assert cells_in(connection) == cells
    assert len(rows) == 30


def cells_in(connection):
    return connection.exec_driver_sql("SELECT week, kind, a, b, n, band FROM cell ORDER BY 1, 2, 3, 4").all()


def test_after_the_retention_only_cells_are_left(store):
    for number in (45, 46, 47):
        fill(store, f"2026-W{number}", 6)
        publish_week(store, f"2026-W{number}", VALUES)

    assert drop_old_weeks(store, 2) == ["2026-W45"]

    with store.reading() as connection:
        assert {row.week for row in all_rows(connection)} == {"2026-W46", "2026-W47"}
        assert len(cells_in(connection)) > 3
