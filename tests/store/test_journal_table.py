"""Cards are kept with what they said before, found again, and removed to the last byte."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tokentray.core.journal import Card, Level, Link, Outcome, Retry, SearchQuery, new_card_id
from tokentray.store.database import History, open_history, transaction
from tokentray.store.journal_table import (
    TagRow,
    all_cards,
    all_retries,
    all_tags,
    card_of,
    cards_between,
    cards_of,
    edits_of,
    empty_wal,
    functions_used,
    put_back,
    record_retry,
    remove_card,
    remove_cards,
    save_card,
    save_search,
    saved_searches,
    search,
    set_tag_colour,
    tag_colours,
    tags_of_project,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BERLIN = "Europe/Berlin"

FULL = Card(
    id="c0ffee",
    created_at=NOON,
    edited_at=NOON,
    day=date(2026, 11, 19),
    title='Käse & "quotes"\n',
    tried="Let the model *rename* things",
    worked="Names",
    learned="Ask twice",
    next="Types",
    outcome=Outcome.FAILED,
    level=Level.TEAM,
    function="engineering",
    effort_minutes=0,
    saved_minutes=(10, 45),
    tags=("refactor", "Zürich"),
    url="https://example.org/1",
    links=(
        Link("shop", NOON - HOUR, NOON - 2 * HOUR, NOON),
        Link(None, NOON - DAY + timedelta(milliseconds=1), NOON - DAY, NOON - DAY + HOUR),
    ),
    models=("claude-opus-4-1", "gpt-5-codex"),
    follows="c0ffed",
    draft=True,
)


def save(history: History, card: Card, now: datetime = NOON, sitting: str = "") -> Card:
    with transaction(history):
        return save_card(history, card, now, sitting)


def make(history: History, card_id: str, at: datetime = NOON, **texts: Any) -> Card:
    return save(history, Card(card_id, at, at, **texts), at)


def found(history: History, **query: Any) -> list[str]:
    return search(history, SearchQuery(**query), BERLIN)


def bytes_of(history: History) -> bytes:
    folder = Path(history.path).parent
    return b"".join((folder / name).read_bytes() for name in os.listdir(folder))


def test_a_card_comes_back_as_it_was(opened: History) -> None:
    assert save(opened, FULL) == FULL
    assert card_of(opened, "c0ffee") == FULL
    assert all_cards(opened) == [FULL]


def test_a_card_of_which_nothing_is_known_has_nothing(opened: History) -> None:
    card = make(opened, "a")
    assert card_of(opened, "a") == card
    assert (card.day, card.outcome, card.effort_minutes, card.saved_minutes, card.links) == (None, None, None, None, ())
    assert card_of(opened, "b") is None


def test_ids_are_never_the_same() -> None:
    assert len({new_card_id() for _ in range(1000)}) == 1000


def test_each_edit_keeps_what_was_there(opened: History) -> None:
    save(opened, FULL)
    second = save(opened, replace(FULL, tried="Two", links=(), tags=("b",)), NOON + HOUR)
    third = save(opened, replace(second, tried="Three"), NOON + HOUR + MINUTE)
    assert third.edited_at == NOON + HOUR + MINUTE
    assert [(edit.at, edit.card) for edit in edits_of(opened, "c0ffee")] == [(NOON + HOUR, second), (NOON, FULL)]
    assert card_of(opened, "c0ffee") == third


def test_saving_what_is_there_is_no_edit(opened: History) -> None:
    save(opened, FULL)
    assert save(opened, replace(FULL, edited_at=NOON + DAY), NOON + HOUR) == FULL
    assert edits_of(opened, "c0ffee") == []


def test_a_card_keeps_the_instant_it_was_made(opened: History) -> None:
    save(opened, FULL)
    assert save(opened, replace(FULL, title="New", created_at=NOON + DAY), NOON + DAY).created_at == NOON


def test_what_one_sitting_saves_in_ten_minutes_is_one_edit(opened: History) -> None:
    first = save(opened, Card("a", NOON, NOON, tried="before"), NOON, "yesterday")
    for minute, text in ((60, "t"), (65, "ty"), (75, "typed")):
        save(opened, replace(first, tried=text), NOON + minute * MINUTE, "today")
    assert [edit.card.tried for edit in edits_of(opened, "a")] == ["before"]
    save(opened, replace(first, tried="later"), NOON + 86 * MINUTE, "today")
    save(opened, replace(first, tried="elsewhere"), NOON + 87 * MINUTE, "another")
    assert [edit.card.tried for edit in edits_of(opened, "a")] == ["later", "typed", "before"]


def test_cards_stand_on_their_own_day_or_where_their_link_holds(opened: History) -> None:
    make(opened, "made", datetime(2026, 11, 20, 22, 59, tzinfo=UTC))
    make(opened, "next", datetime(2026, 11, 20, 23, 0, tzinfo=UTC))
    make(opened, "dated", NOON, day=date(2026, 11, 18))
    make(opened, "linked", NOON, links=(Link("shop", NOON - DAY, NOON - DAY, NOON - DAY),))
    days = {
        day: [card.id for card in cards_between(opened, date(2026, 11, day), date(2026, 11, day), BERLIN)]
        for day in range(17, 22)
    }
    assert days == {17: [], 18: ["dated"], 19: ["linked"], 20: ["made"], 21: ["next"]}
    assert [card.id for card in all_cards(opened)] == ["next", "made", "linked", "dated"]


def test_some_cards_come_in_the_order_asked_for(opened: History) -> None:
    for number in range(600):
        make(opened, f"c{number}", tags=(f"t{number}",))
    wanted = [f"c{number}" for number in range(599, -1, -1)]
    cards = cards_of(opened, ["nobody", *wanted])
    assert [(card.id, card.tags) for card in cards] == [
        (f"c{number}", (f"t{number}",)) for number in range(599, -1, -1)
    ]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, ["two", "one", "old"]),
        ({"words": ("rena",)}, ["two", "one"]),
        ({"words": ("RENAME", "shop")}, ["one"]),
        ({"words": ("kase",)}, ["one"]),
        ({"words": ("rename everything",)}, ["two"]),
        ({"words": ("everything rename",)}, []),
        ({"words": ('"', "OR")}, []),
        ({"words": ("NEAR(",)}, []),
        ({"words": ("c++",)}, ["old"]),
        ({"words": ("++",)}, ["old"]),
        ({"words": ("の動",)}, ["old"]),
        ({"tags": ("REFACTOR",)}, ["one"]),
        ({"tags": ("ÜBUNG",)}, ["old"]),
        ({"words": ("ü-eier",)}, ["old"]),
        ({"tags": ("refactor", "tests")}, ["two", "one"]),
        ({"outcomes": (Outcome.FAILED, Outcome.UNCLEAR)}, ["one"]),
        ({"levels": (Level.COMPANY,)}, ["two"]),
        ({"functions": ("Legal",)}, ["old"]),
        ({"models": ("opus",)}, ["two", "one"]),
        ({"models": ("opus",), "words": ("everything",)}, ["two"]),
        ({"projects": ("SHO",)}, ["one"]),
        ({"since": date(2026, 11, 20)}, ["two", "one"]),
        ({"until": date(2026, 11, 19)}, ["old"]),
        ({"since": date(2026, 11, 21), "until": date(2026, 11, 21)}, ["two"]),
        ({"draft": True}, ["old"]),
    ],
)
def test_a_search_finds(opened: History, query: dict[str, Any], ids: list[str]) -> None:
    link = Link("shop", NOON, NOON, NOON)
    make(
        opened,
        "one",
        tried="renamed Käse",
        tags=("refactor",),
        outcome=Outcome.FAILED,
        links=(link,),
        models=("claude-opus-4-1",),
    )
    make(opened, "two", NOON + DAY, title="rename everything", tags=("tests",), level=Level.COMPANY, models=("Opus",))
    make(
        opened,
        "old",
        NOON,
        day=date(2026, 11, 1),
        learned="C++ 私の動き",
        function="legal",
        tags=("Übung",),
        draft=True,
        next="Ü-Eier",
    )
    assert found(opened, **query) == ids


def test_what_was_edited_away_is_not_found(opened: History) -> None:
    card = make(opened, "a", tried="walnut")
    save(opened, replace(card, tried="hazel"), NOON + DAY)
    assert (found(opened, words=("walnut",)), found(opened, words=("hazel",))) == ([], ["a"])


def test_tags_are_counted_coloured_and_proposed(opened: History) -> None:
    link = Link("shop", NOON, NOON, NOON)
    make(opened, "a", NOON - DAY, tags=("slow", "x"), links=(link,))
    make(opened, "b", NOON, tags=("x",))
    make(opened, "c", NOON + DAY, tags=("fast",), links=(Link("shop", NOON + DAY, NOON, NOON),))
    make(opened, "d", NOON + 2 * DAY, tags=("alone",), links=(Link(None, NOON, NOON, NOON),))
    with transaction(opened):
        set_tag_colour(opened, "x", 3)
        set_tag_colour(opened, "fast", 1)
        set_tag_colour(opened, "fast", None)
    assert all_tags(opened)[0] == TagRow("x", 3, 2, NOON)
    assert [tag.name for tag in all_tags(opened)] == ["x", "alone", "fast", "slow"]
    assert tag_colours(opened) == {"x": 3}
    assert tags_of_project(opened, "shop") == ["fast", "slow", "x"]
    assert tags_of_project(opened, "shop", 1) == ["fast"]
    assert tags_of_project(opened, None) == ["alone"]


def test_functions_of_work_are_remembered(opened: History) -> None:
    for card_id, function in (("a", "legal"), ("b", "design"), ("c", "legal"), ("d", "")):
        make(opened, card_id, function=function)
    assert functions_used(opened) == ["legal", "design"]


def test_searches_are_saved_by_name(opened: History) -> None:
    with transaction(opened):
        save_search(opened, "mine", "tag:x")
        save_search(opened, "failed", "outcome:failed")
        save_search(opened, "mine", "tag:y")
        save_search(opened, "failed", "")
    assert saved_searches(opened) == [("mine", "tag:y")]


def test_another_try_is_offered_once_and_answered(opened: History) -> None:
    offered = Retry("a", "claude-opus-5", NOON)
    with transaction(opened):
        record_retry(opened, offered)
        record_retry(opened, Retry("b", "gpt-6", NOON + HOUR))
        record_retry(opened, replace(offered, again=False))
    assert all_retries(opened) == [replace(offered, again=False), Retry("b", "gpt-6", NOON + HOUR)]


def test_a_removed_card_leaves_no_byte_in_any_file(opened: History) -> None:
    telling = [f"zq{number:03}telling" for number in range(40)]
    for number in range(300):
        make(opened, f"n{number}", tried=f"harmless {number} " * 40)
    for number, word in enumerate(telling):
        # Short and long ones, saved again and again, between others: what SQLite moves about leaves copies.
        card = make(opened, f"x{number}", tried=word * (1 + number * 30), title=word, tags=(word,))
        link = Link(word, NOON, NOON, NOON)
        for minute in range(3):
            texts = {"learned": f"{word} again {minute}" * (1 + minute * number), "url": word, "function": word}
            card = save(opened, replace(card, **texts, links=(link,), models=(word,)), NOON + minute * MINUTE)
        make(opened, f"m{number}", tried=f"other {number} " * (number * 20))
    with transaction(opened):
        for word in telling:
            set_tag_colour(opened, word, 1)
    assert all(word.encode() in bytes_of(opened) for word in telling)
    assert len(remove_cards(opened, [f"x{number}" for number in range(20)])) == 20
    removed = remove_card(opened, "x20")
    assert removed is not None
    assert removed.wiped
    assert os.path.getsize(opened.path + "-wal") == 0
    left = bytes_of(opened)
    assert [word for word in telling if word.encode() in left] == telling[21:]
    assert b"telling" in left
    assert found(opened, words=("zq000",)) == []
    assert found(opened, words=("zq021",)) == ["x21"]
    assert len(all_cards(opened)) == 359
    assert opened.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_last_card_leaves_no_byte_either(opened: History) -> None:
    make(opened, "a", tried="telling " * 5000, tags=("telling",))
    assert b"telling" in bytes_of(opened)
    remove_card(opened, "a")
    assert b"telling" not in bytes_of(opened)
    opened.close()
    assert b"telling" not in bytes_of(opened)


def test_it_is_gone_though_another_program_has_the_history_open(opened: History) -> None:
    make(opened, "a", tried="telling")
    with open_history(opened.path) as other:
        assert len(all_cards(other)) == 1
        removed = remove_card(opened, "a")
        assert removed is not None
        assert removed.wiped
        assert b"telling" not in bytes_of(opened)
        make(other, "b", tried="more")
        assert found(other, words=("more",)) == ["b"]


def test_a_removed_card_can_be_put_back_whole(opened: History) -> None:
    card = save(opened, FULL)
    card = save(opened, replace(card, tried="Two"), NOON + HOUR)
    with transaction(opened):
        set_tag_colour(opened, "refactor", 5)
    removed = remove_card(opened, "c0ffee")
    assert removed is not None
    assert (card_of(opened, "c0ffee"), edits_of(opened, "c0ffee"), all_tags(opened)) == (None, [], [])
    with transaction(opened):
        put_back(opened, removed)
    assert card_of(opened, "c0ffee") == card
    assert [edit.card for edit in edits_of(opened, "c0ffee")] == [FULL]
    assert {tag.name: tag.colour for tag in all_tags(opened)} == {"refactor": 5, "Zürich": None}
    assert found(opened, words=("rename",)) == []
    assert found(opened, words=("two",)) == ["c0ffee"]


def test_removing_what_is_not_there_is_nothing(opened: History) -> None:
    assert remove_card(opened, "nobody") is None
    assert remove_cards(opened, []) == []


def test_a_reader_in_the_way_is_said(opened: History) -> None:
    make(opened, "a", tried="telling")
    opened.db.execute("PRAGMA busy_timeout = 0")
    with open_history(opened.path, read_only=True) as reader:
        reader.db.execute("BEGIN")
        all_cards(reader)
        removed = remove_card(opened, "a")
        assert removed is not None
        assert not removed.wiped
        reader.db.execute("COMMIT")
    assert empty_wal(opened)
    assert b"telling" not in bytes_of(opened)
