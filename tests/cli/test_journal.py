"""Cards on a terminal and as JSON: what is unknown is said to be so, and nothing a card says is obeyed."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tokentray.cli.card_output import card_object, card_text, cards_table
from tokentray.cli.journal import parser
from tokentray.cli.journal_reading import _filtered, _searched
from tokentray.core.journal import Card, Edit, Level, Link, Outcome, SearchQuery, WorkSession
from tokentray.core.money import Money, MoneyKind
from tokentray.core.usage import Tokens
from tokentray.insights.journal import CardRow

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
COST = Money(Decimal("0.25"), "USD", MoneyKind.ESTIMATED)
SESSION = WorkSession(
    *("2026-11-20T09:00Z//home/dev/site", "/home/dev/site", NINE, TEN, "response", ("codex/default",), ("codex",)),
    *(("gpt-5",), Tokens(input=1000, output=234), 3, (COST,)),
)
CARD = Card(
    "a1b2c3d4e5f6",
    NINE,
    TEN,
    title="Split the parser",
    tried="One pass.\n- a\n- b",
    next="Measure.",
    outcome=Outcome.FAILED,
    level=Level.TEAM,
    function="engineering",
    effort_minutes=90,
    saved_minutes=(30, 60),
    tags=("refactor",),
    url="https://example.org",
    links=(Link("/home/dev/site", NINE, NINE, TEN),),
    models=("gpt-5",),
)
ROW = CardRow(CARD, date(2026, 11, 20), (SESSION,), 1234, (COST,), ("gpt-5",))


def test_a_card_in_full() -> None:
    assert card_text(ROW, [Edit(NINE, CARD)], "Europe/Berlin").splitlines() == [
        "Split the parser  (a1b2c3d4e5f6)",
        "2026-11-20 · did not work · for the team · engineering #refactor",
        "",
        "work    2026-11-20 10:00–11:00  site  1,234 tokens  ≈ 0.25 USD",
        "models  gpt-5",
        "effort  1h30",
        "saved   30m to 1h",
        "link    https://example.org",
        "",
        "Tried",
        "  One pass.",
        "  - a",
        "  - b",
        "",
        "Next",
        "  Measure.",
        "",
        "Edited once since 2026-11-20 10:00; “--earlier” shows the earlier texts.",
    ]


def test_a_card_of_another_machines_work() -> None:
    lines = card_text(CardRow(CARD, date(2026, 11, 20)), [], "Europe/Berlin").splitlines()
    assert "work    2026-11-20 10:00–11:00  site, of which this history knows nothing" in lines
    assert "tokens  unknown" in lines


def test_a_story_of_two_cards() -> None:
    before, after = replace(CARD, id="before", title="First"), replace(CARD, id="after", title="")
    lines = card_text(replace(ROW, before=before, after=(after,)), [], "UTC").splitlines()
    assert "follows First  (before)" in lines
    assert "again   Untitled  (after)" in lines


def test_a_table_of_cards() -> None:
    other = Card("0" * 12, NINE, NINE, date(2026, 11, 19), "", "The first words of it, " * 9, draft=True)
    lines = cards_table([ROW, CardRow(other, date(2026, 11, 19))]).splitlines()
    assert lines[0].split() == ["day", "id", "outcome", "tokens", "title", "tags"]
    assert lines[1].split() == [
        "2026-11-20",
        "a1b2c3d4e5f6",
        "did",
        "not",
        "work",
        "1.23k",
        "Split",
        "the",
        "parser",
        "#refactor",
    ]
    assert (
        lines[2]
        == "2026-11-19  000000000000  draft         —       The first words of it, The first words of it, The f…"
    )


def test_a_terminal_is_not_told_what_to_do() -> None:
    rude = replace(ROW, card=replace(CARD, title="\x1b[2Jgone", tried="\x9b2J\x07", tags=("\x1b]0;x",)))
    for text in (card_text(rude, [], "UTC"), cards_table([rude])):
        assert not {"\x1b", "\x9b", "\x07"} & set(text)
        assert "�[2Jgone" in text


def test_a_card_as_json() -> None:
    told = json.loads(json.dumps(card_object(ROW, [Edit(NINE, CARD)])))
    assert (told["on"], told["day"], told["tokens"], told["saved_minutes"]) == ("2026-11-20", None, 1234, [30, 60])
    assert told["cost"] == [{"amount": "0.25", "currency": "USD", "kind": "estimated"}]
    assert told["work"][0]["id"] == "2026-11-20T09:00Z//home/dev/site"
    assert told["links"] == [
        {
            "project": "/home/dev/site",
            "anchor": "2026-11-20T09:00:00Z",
            "start": "2026-11-20T09:00:00Z",
            "end": "2026-11-20T10:00:00Z",
        }
    ]
    assert told["edits"][0]["at"] == "2026-11-20T09:00:00Z"
    unknown = card_object(CardRow(Card("x", NINE, NINE), date(2026, 11, 20)))
    assert (unknown["tokens"], unknown["outcome"], unknown["cost"], "edits" in unknown) == (None, None, [], False)


@pytest.mark.parametrize(
    ("words", "query"),
    [
        (["split", "tag:ui"], SearchQuery(words=("split",), tags=("ui",))),
        (["two words"], SearchQuery(words=("two words",))),
        (['tag:"a b"'], SearchQuery(tags=("a b",))),
        (["outcome:failed since:2026-09"], SearchQuery(outcomes=(Outcome.FAILED,), since=date(2026, 9, 1))),
    ],
)
def test_what_the_shell_left_of_a_search(words: list[str], query: SearchQuery) -> None:
    assert _searched(words) == query


def test_filters_of_a_list() -> None:
    words = [
        "list",
        "--since",
        "2026-11-01",
        "--tag",
        "a",
        "--tag",
        "b",
        "--outcome",
        "failed",
        "--level",
        "team",
        "--function",
        "legal",
    ]
    options: Namespace = parser("journal").parse_args(words)
    assert _filtered(options) == SearchQuery(
        tags=("a", "b"),
        outcomes=(Outcome.FAILED,),
        levels=(Level.TEAM,),
        functions=("legal",),
        since=date(2026, 11, 1),
    )
