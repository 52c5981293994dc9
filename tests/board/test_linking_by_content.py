"""
T7: whoever holds the whole store links somebody's fragments of one week with those of the next in few cases.

Made-up people with habits (tests/board/habits.py), the real vocabulary, the rows as the board stores them; the attacker has learned from eight
thousand others how habits go on, and pairs as well as can be. Parts of rightly linked fragments of one kind, from two weeks:

    n     c1 (how often)  c2 (how it went)  use (tokens)  card   all four   bar  |  six fields in one row   of steady people
    8          0.26             0.18            0.69      0.26     0.35    0.40  |          0.80                  0.96
    30         0.12             0.05            0.36      0.09     0.16    0.30  |          0.64                  0.92
    200        0.07             0.01            0.10      0.02     0.05          |          0.38                  0.81

Two things are not hidden: token use alone is above the bars, since a tool and a band are both habits; it is off until a person turns it on.
And the protocol's "over 90 % at n = 200" for a whole row needs people still steadier than the steady ones here, or more fields than six.
"""

from __future__ import annotations

import random
from functools import cache

import pytest

from tests.board.attackers import learned, right_links
from tests.board.habits import a_week_of, any_person, as_one_row, as_stored

KINDS = ("c1", "c2", "use", "card")
FUNCTIONS = {8: (), 30: ("engineering",), 200: ("engineering", "support", "design", "finance", "sales", "legal")}
"""Which functions a season of that many seats can offer: none below 25 seats, and only those of ten people or more."""


@cache
def crowd_of(people, seed, count, steadiness=1.0):
    dice = random.Random(seed)
    weeks = []
    for _ in range(count):
        person = any_person(dice)
        weeks.append([a_week_of(person, dice, FUNCTIONS[people], steadiness) for _ in range(2)])
    return weeks


def linked(people, rounds, seen, steadiness=1.0):
    """The part of the people whose two weeks are rightly linked by what `seen` shows of each."""
    known = [(seen(one), seen(other)) for one, other in crowd_of(people, 2, 8000, steadiness)]
    # Few fields are known as a whole; of many, one by one, since whole rows hardly ever come again.
    fields = range(len(known[0][0]))
    apart = [lambda one, other, field=field: (one[field], other[field]) for field in fields]
    score = cache(learned(known, apart if len(fields) > 4 else [lambda *pair: pair], random.Random(3)))
    dice = random.Random(people)
    right = 0
    for _ in range(rounds):
        team = list(enumerate(dice.sample(crowd_of(people, 1, 2000, steadiness), people)))
        lists = [[(person, seen(weeks[number])) for person, weeks in team] for number in (0, 1)]
        right += right_links(*lists, score, dice)[0]
    return right / rounds / people


def by_kind(people, rounds):
    return {
        kind: linked(people, rounds, lambda week, place=place: as_stored(week[place]))
        for place, kind in enumerate(KINDS)
    }


@pytest.mark.parametrize(("people", "rounds", "most"), [(8, 300, 0.40), (30, 40, 0.30)])
def test_t7_fragments_of_two_weeks_are_rarely_linked(people, rounds, most):
    found = by_kind(people, rounds)

    assert sum(found.values()) / len(found) <= most
    assert all(found[kind] <= most for kind in ("c1", "c2", "card")), found


def test_t7_token_use_is_the_most_telling_kind_which_is_a_limit():
    """Its tool and its band are both a habit: that is why it is off until a person turns it on, and why the papers say so."""
    assert 0.4 < linked(8, 300, lambda week: as_stored(week[2])) < 0.8


@pytest.mark.parametrize(("people", "rounds", "most"), [(8, 100, 0.40), (30, 20, 0.30), (200, 2, 0.30)])
def test_t7_a_row_of_six_fields_is_caught(people, rounds, most):
    assert linked(people, rounds, as_one_row) > most


def test_t7_a_row_of_six_fields_of_steady_people_is_as_good_as_a_name():
    assert linked(30, 20, as_one_row, steadiness=0.1) > 0.9
