"""Cards as Markdown notes: nothing is lost on the way out and back, and notes of other programs are read as they are meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tokentray.core.errors import Unreadable
from tokentray.core.journal import Card, Level, Link, Outcome
from tokentray.insights.markdown_cards import (
    file_name,
    fingerprint,
    named_by_file,
    read_note,
    says_the_same,
    template,
    write_note,
)

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
BASE = Card("0123456789ab", NINE, NINE)
FULL = Card(
    "a1b2c3d4e5f6",
    NINE,
    NINE + timedelta(minutes=5),
    date(2026, 11, 20),
    "Split: the parser's #2 [draft]",
    "Asked for *one* pass.\n\n- faster\n- shorter",
    "Half the time.",
    "Give it the tests first.",
    "",
    Outcome.PARTLY,
    Level.TEAM,
    "engineering",
    90,
    (30, 60),
    ("refactor", "claude code", "#1, really"),
    "https://example.org/pull/7#top",
    (Link("/home/dev/änderung", NINE, NINE, NINE + timedelta(hours=1)), Link(None, NINE, NINE, NINE)),
    ("claude-opus-4-6",),
    "bbbbbbbbbbbb",
    True,
)
AS_A_NOTE = """\
---
id: a1b2c3d4e5f6
title: "Split: the parser's #2 [draft]"
date: 2026-11-20
outcome: partly
level: team
function: engineering
tags: [refactor, claude code, "#1, really"]
effort: 90m
saved: 30m-60m
link: "https://example.org/pull/7#top"
models: [claude-opus-4-6]
work:
  - "2026-11-20T09:00:00.000Z/2026-11-20T10:00:00.000Z @ 2026-11-20T09:00:00.000Z /home/dev/änderung"
  - "2026-11-20T09:00:00.000Z/2026-11-20T09:00:00.000Z @ 2026-11-20T09:00:00.000Z"
follows: bbbbbbbbbbbb
draft: true
created: 2026-11-20T09:00:00.000Z
edited: 2026-11-20T09:05:00.000Z
fingerprint: <fingerprint>
---

## Tried

Asked for *one* pass.

- faster
- shorter

## Worked

Half the time.

## Learned

Give it the tests first.
"""

instants = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
texts = st.text(max_size=80) | st.text("#TriedNextworkl \t\r\n\\-_:'\"[],\x0b\u2028\x85é", max_size=60)
links = st.builds(Link, st.none() | texts, instants, instants, instants)
cards = st.builds(
    Card,
    st.from_regex(r"[0-9a-f]{12}", fullmatch=True),
    instants,
    instants,
    st.none() | st.dates(),
    texts,
    texts,
    texts,
    texts,
    texts,
    st.none() | st.sampled_from(Outcome),
    st.sampled_from(Level),
    texts,
    st.none() | st.integers(0, 10**12),
    st.none() | st.tuples(st.integers(0, 500), st.integers(500, 10**6)),
    st.lists(texts, max_size=4).map(tuple),
    texts,
    st.lists(links, max_size=3).map(tuple),
    st.lists(texts, max_size=3).map(tuple),
    st.none() | st.text(min_size=1, max_size=20),
    st.booleans(),
)


def in_words(text: str) -> Card:
    return read_note(text, BASE).card


def test_a_note_reads_well() -> None:
    text = write_note(FULL)
    assert text == AS_A_NOTE.replace("<fingerprint>", text.split("fingerprint: ")[1].split("\n")[0])


@given(cards)
@example(FULL)
@example(
    replace(BASE, tried="## Next\n\\## tried\n\n\n## Next ", next="\n\nx\n", learned="---\n---\n", worked="\r\n\r")
)
@example(replace(BASE, title="\ufeff---", tags=("", "a,b", "~", "null"), function="# no comment"))
def test_any_card_comes_back_as_it_was(card: Card) -> None:
    note = read_note(write_note(card), BASE)
    assert note.card == card
    assert (note.own, note.untouched, note.others) == (True, True, ())
    again = write_note(note.card, note.others)
    assert again == write_note(card)


@given(cards)
def test_any_card_comes_back_from_the_editor_as_it_was(card: Card) -> None:
    card = replace(
        card,
        tags=tuple(dict.fromkeys(tag.replace("#", "").strip() for tag in card.tags if tag.replace("#", "").strip())),
    )
    edited = read_note(template(card, ["sales"], ["ui"]), card).card
    # What a person sees and does not touch may lose blank lines at the ends of a section: nothing else.
    for name in ("tried", "worked", "learned", "next"):
        assert getattr(edited, name).split() == getattr(card, name).split()
    assert replace(edited, tried="", worked="", learned="", next="") == replace(
        card, tried="", worked="", learned="", next=""
    )


def test_every_template_has_its_sections_and_what_may_stand_where() -> None:
    lines = template(BASE, ["design"], ["ui"]).splitlines()
    assert [line for line in lines if line.startswith("##")] == ["## Tried", "## Worked", "## Learned", "## Next"]
    assert "outcome:                  # worked, partly, failed, unclear" in lines
    assert in_words("\n".join(lines)) == BASE


def test_the_properties_of_another_program_stay() -> None:
    mine = 'aliases:\n  - one\n  - two\ncssclasses: wide\n"odd key": {a: 1}\n'
    note = read_note(write_note(FULL).replace("---\n", f"---\n{mine}", 1), BASE)
    assert note.others == ("aliases:\n  - one\n  - two", "cssclasses: wide", '"odd key": {a: 1}')
    assert note.untouched
    assert note.card == FULL
    assert read_note(write_note(note.card, note.others), BASE) == note


def test_an_edited_note_is_known_as_such() -> None:
    note = read_note(write_note(FULL).replace("Half the time.", "A third of the time."), BASE)
    assert not note.untouched
    assert note.card == replace(FULL, worked="A third of the time.")


def test_an_edited_section_comes_before_its_exact_text() -> None:
    text = write_note(replace(FULL, worked="Half the time.\n\n"))
    assert 'worked_exact: "Half the time.\\n\\n"' in text
    assert in_words(text).worked == "Half the time.\n\n"
    assert in_words(text.replace("\nHalf", "\nOver half")).worked == "Over half the time."


def test_a_note_from_obsidian() -> None:
    text = """---
created: 2026-11-18T14:02
tags:
  - "#prompting"
  - review   # mine
outcome: Failed
Status: done
saved: 1-2h
effort: 1h30
---
# Review with a small model

It found nothing.

## Learned
Use the larger one.

### Next
is a heading of mine
"""
    note = read_note(text, BASE)
    expected = replace(
        BASE,
        day=date(2026, 11, 18),
        title="Review with a small model",
        tried="It found nothing.",
        learned="Use the larger one.\n\n### Next\nis a heading of mine",
        outcome=Outcome.FAILED,
        effort_minutes=90,
        saved_minutes=(60, 120),
        tags=("prompting", "review"),
    )
    assert note.card == expected
    assert (note.own, note.untouched, note.others) == (False, False, ("Status: done",))


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("Fix #12 and #13", "Fix #12 and #13"),
        ("Why: because", "Why: because"),
        ("[WIP] parser", "[WIP] parser"),
        ('"quoted" start', '"quoted" start'),
        ("'it''s'", "it's"),
        ('"a \\"b\\""', 'a "b"'),
        (">-\n  two\n  lines", "two lines"),
        ("", ""),
    ],
)
def test_titles_as_people_write_them(value: str, title: str) -> None:
    assert in_words(f"---\ntitle: {value}\n---\n").title == title


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("a, b c", ("a", "b c")),
        ("[a, 'b, c', \"d\"]", ("a", "b, c", "d")),
        ("[a,\n  b]", ("a", "b")),
        ("[]", ()),
        ("", ()),
        ("\n- a\n- b", ("a", "b")),
    ],
)
def test_tags_as_people_write_them(value: str, tags: tuple[str, ...]) -> None:
    assert in_words(f"---\ntags: {value}\n---\n").tags == tags


def test_a_forgotten_space_is_forgiven() -> None:
    card = in_words("---\ntitle:A: b\noutcome:worked  # at last\ntags:[a, b]\n---\n")
    assert (card.title, card.outcome, card.tags) == ("A: b", Outcome.WORKED, ("a", "b"))


def test_text_without_front_matter_was_tried() -> None:
    assert in_words("---\nno end") == replace(BASE, tried="---\nno end")
    assert in_words("only\r\ntext\r\n") == replace(BASE, tried="only\ntext")
    assert in_words("") == BASE


@pytest.mark.parametrize(
    ("front", "why"),
    [
        ("outcome: great", "line 2: outcome: “great” is none of worked, partly, failed, unclear"),
        ("title: a\nlevel: all", "line 3: level: “all” is none of me, team, company"),
        ("date: tomorrow", "line 2: date: “tomorrow” is no day such as 2026-11-21"),
        ("date: 2026-02-30", "line 2: date: day is out of range for month"),
        ("effort: long", "line 2: effort: “long” is no time such as 45, 45m, 1h30 or 1.5h"),
        ("saved: 2h-1h", "line 2: saved: “2h-1h” begins with the greater time"),
        ("tags: [a, b", "line 2: the list of “tags” has no end"),
        ('function: "a', "line 2: the quotes of “function” do not end where the text does"),
        ('function: "\\q"', "line 2: “function” has a backslash that means nothing"),
        ("id: ../x", "line 2: id: “../x” is no card's id"),
        ("id: abc\nedited: today", "line 3: edited: “today” is no instant such as 2026-11-21T09:00:00Z"),
        ("work:\n- soon", "line 2: work: “soon” is no session of work such as START/END @ INSTANT PROJECT"),
        ("draft: perhaps", "line 2: draft: “perhaps” is neither true nor false"),
    ],
)
def test_what_cannot_be_understood_is_named_with_its_line(front: str, why: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read_note(f"---\n{front}\n---\n", BASE)
    assert str(raised.value) == why


@given(st.text("-:#\"'[]{}|>, \\\nabtitleags", max_size=80))
def test_no_front_matter_is_a_bug(front: str) -> None:
    try:
        read_note(f"---\ntitle: {front}\ntags: {front}\n---\n", BASE)
    except Unreadable:
        return


def test_a_card_says_the_same_whenever_it_was_made() -> None:
    later = replace(FULL, id="other", created_at=NINE - timedelta(days=1), edited_at=NINE + timedelta(days=1))
    assert says_the_same(FULL, later)
    assert fingerprint(FULL) == fingerprint(later)
    assert not says_the_same(FULL, replace(FULL, draft=False))


@pytest.mark.parametrize(
    ("card", "name"),
    [
        (FULL, "2026-11-20 Split the parser's 2 draft.md"),
        (BASE, "2026-11-20 Untitled.md"),
        (replace(BASE, title=" ../..\\x. "), "2026-11-20 x.md"),
        (replace(BASE, title="é" * 200), f"2026-11-20 {'é' * 80}.md"),
        (replace(BASE, title="\U0001f600" * 200), f"2026-11-20 {chr(0x1F600) * 40}.md"),
    ],
)
def test_file_names(card: Card, name: str) -> None:
    assert file_name(card, date(2026, 11, 20)) == name


@pytest.mark.parametrize(
    ("stem", "said"),
    [
        ("2026-11-20 A thing", (date(2026, 11, 20), "A thing")),
        ("2026-11-20", (date(2026, 11, 20), "")),
        ("2026-99-20 A thing", (None, "2026-99-20 A thing")),
        ("A thing", (None, "A thing")),
    ],
)
def test_what_a_file_name_tells(stem: str, said: tuple[date | None, str]) -> None:
    assert named_by_file(stem) == said
