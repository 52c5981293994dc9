"""Who sees only when fragments arrive links those of one person no better than by chance (T6)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.share.conftest import FRIDAY
from tests.share.small_board import SmallBoard
from tokentray.share.outbox import SPREAD, drawn
from tokentray.share.team import Team

WEEK = "2026-W47"
Plan = Callable[[datetime], datetime]


def linked(people: int, trials: int, plan: Plan) -> float:
    """How many of the people the best attacker links on average; chance is one, whatever their number."""
    rng = random.Random(1)  # noqa: S311  an attacker, not a secret
    right = 0
    for _ in range(trials):
        # Everybody checks in within the same afternoon, and sends two fragments.
        checkins = [FRIDAY + timedelta(minutes=rng.randrange(240)) for _ in range(people)]
        first = [(plan(at), person) for person, at in enumerate(checkins)]
        second = [(plan(at), person) for person, at in enumerate(checkins)]
        # Permuted before solving, so that equal times are no help; in one dimension the least sum of distances pairs by rank.
        rng.shuffle(first)
        rng.shuffle(second)
        pairs = zip(sorted(first, key=lambda it: it[0]), sorted(second, key=lambda it: it[0]), strict=True)
        right += sum(one[1] == other[1] for one, other in pairs)
    return right / trials


@pytest.mark.parametrize(("people", "trials"), [(8, 2000), (30, 1000), (200, 400)])
def test_planned_times_link_no_better_than_one_and_a_half_times_chance(people: int, trials: int) -> None:
    board = SmallBoard()
    team = Team(board.address, b"", board.manifest, "keyring", None)
    assert linked(people, trials, lambda at: drawn(team, WEEK, at, SPREAD)) < 1.5


@pytest.mark.parametrize("minutes", [0, 20])
def test_sending_at_once_or_within_minutes_is_caught(minutes: int) -> None:
    rng = random.Random(2)  # noqa: S311  not a secret
    assert linked(30, 200, lambda at: at + timedelta(minutes=minutes * rng.random())) > 1.5
