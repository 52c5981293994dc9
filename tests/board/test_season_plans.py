"""The board makes no season that a member's app would refuse, and begins with the present week."""

from __future__ import annotations

import os
from datetime import date

import msgspec
import pytest

from tests.share.small_board import SmallBoard
from tokentray.board.command import run_board
from tokentray.board.season import WEEKS, Plan, planned_weeks, season_name
from tokentray.core.errors import NotGenuine
from tokentray.core.manifest import Function, Window
from tokentray.share.acceptable import refuse_weak_or_strange

URL = "https://board.example"
MANY = [f"word {number}" for number in range(201)]


def options(name, words):
    return [each for word in words for each in (name, word)]


@pytest.mark.parametrize(
    ("wish", "manifest", "words"),
    [
        (options("--category", ("coding", "coding")), {"categories": ("coding", "coding")}, "coding is there twice"),
        (options("--tool", ("claude", "claude")), {"tools": ("claude", "claude")}, "claude is there twice"),
        (options("--category", ["dark\u202eword"]), {"categories": ("dark\u202eword",)}, "cannot be printed"),
        (options("--tool", ["new\nline"]), {"tools": ("new\nline",)}, "cannot be printed"),
        (options("--category", MANY), {"categories": tuple(MANY)}, "200 times at most"),
        (["--window", "0:91"], {"window": Window(0, 91)}, "within 90 days"),
        (["--window=-1:14"], {"window": Window(-1, 14)}, "within 90 days"),
        (["--window", "14:14"], {"window": Window(14, 14)}, "within 90 days"),
        (["--relay", "http://relay.example"], {"relay": "http://relay.example"}, "--relay takes"),
        (["--relay", "https://relay.example/?a"], {"relay": "https://relay.example/?a"}, "--relay takes"),
        (["--relay", "http://127.0.0.1:9"], {"relay": "http://127.0.0.1:9"}, "--relay takes"),
        (["--relay", "relay.example"], {"relay": "relay.example"}, "--relay takes"),
        (
            ["--seats", "30", "--function", "sales:5-9"],
            {"functions": (Function("sales", "5-9"),)},
            "a smaller one would name people",
        ),
        (
            ["--seats", "30", *options("--function", ("sales:10-24", "sales:25-49"))],
            {"functions": (Function("sales", "10-24"), Function("sales", "25-49"))},
            "sales is there twice",
        ),
        (
            ["--seats", "9999", *options("--function", [f"{word}:10-24" for word in MANY])],
            {"functions": tuple(Function(word, "10-24") for word in MANY)},
            "200 times at most",
        ),
    ],
)
def test_what_the_apps_refuse_is_refused_with_what_to_do(tmp_path, capsys, wish, manifest, words):
    board = SmallBoard()
    refuse_weak_or_strange(board.manifest, board.address)
    with pytest.raises(NotGenuine):
        refuse_weak_or_strange(msgspec.structs.replace(board.manifest, **manifest), board.address)

    folder = str(tmp_path / "board")
    assert run_board(["season", "--data", folder, "--url", URL, *wish]) == 2
    assert words in capsys.readouterr().err
    assert not os.path.exists(os.path.join(folder, "root.key"))


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (["--category", "x" * 65], "64 letters"),
        (["--category", ""], "64 letters"),
        (["--tool", " "], "64 letters"),
        (["--seats", "24", "--function", "sales:10-24"], "at least 25 seats"),
        (["--seats", "30", "--function", ":10-24"], "64 letters"),
    ],
)
def test_what_nobody_could_use_is_refused_too(tmp_path, capsys, wish, words):
    assert run_board(["season", "--data", str(tmp_path), "--url", URL, *wish]) == 2
    assert words in capsys.readouterr().err


def test_the_first_season_begins_with_the_present_week():
    weeks = planned_weeks(Plan(), None, date(2026, 11, 20))
    assert (weeks[0], weeks[-1], len(weeks)) == ("2026-W47", "2027-W06", WEEKS)


def test_a_season_after_a_pause_has_no_past_weeks():
    last = SmallBoard().manifest  # to 2026-W48
    assert planned_weeks(Plan(), last, date(2026, 11, 20))[0] == "2026-W49"
    assert planned_weeks(Plan(), last, date(2027, 2, 3))[0] == "2027-W05"


def test_seasons_that_begin_in_any_week_have_names_of_their_own():
    # Two middles in one quarter: the first Monday of July 2024 and the last of September.
    first = planned_weeks(Plan(first_week="2024-W21"), None, date(2024, 5, 20))
    second = planned_weeks(Plan(first_week="2024-W34"), None, date(2024, 8, 19))
    taken = [season_name(first)]
    assert taken == ["2024-Q3"]
    assert season_name(second, taken) == "2024-Q4"
