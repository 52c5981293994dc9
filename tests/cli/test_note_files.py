"""Cards as files: any of them goes out and comes back, and nobody's words are overwritten."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.insights.test_markdown_cards import FULL, cards
from tokentray.cli.note_files import Taken, Written, take_notes, write_notes
from tokentray.core.journal import Card
from tokentray.store.database import History, open_history, transaction
from tokentray.store.journal_table import all_cards, edits_of, put_card, save_card

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
ONE = Card("aaaaaaaaaaaa", NINE, NINE, date(2026, 11, 20), "One", "First.")


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with open_history(str(tmp_path / "history.sqlite")) as opened:
        yield opened


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    return tmp_path / "vault"


def put(history: History, *some: Card) -> None:
    with transaction(history):
        for card in some:
            put_card(history, card)


def written(history: History, vault: Path) -> Written:
    return write_notes(history, all_cards(history), str(vault), "Europe/Berlin")


def taken(history: History, *paths: Path, hour: int = 12) -> Taken:
    return take_notes(history, map(str, paths), NINE.replace(hour=hour))


@settings(max_examples=50, deadline=None)
@given(st.lists(cards, max_size=4, unique_by=lambda card: card.id))
def test_any_journal_goes_out_and_comes_back(some: list[Card]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with open_history(os.path.join(folder, "one.sqlite")) as one:
            put(one, *some)
            kept = all_cards(one)
            assert write_notes(one, kept, os.path.join(folder, "vault"), "UTC") == Written(written=len(some))
            assert write_notes(one, kept, os.path.join(folder, "vault"), "UTC") == Written(right=len(some))
        with open_history(os.path.join(folder, "two.sqlite")) as two:
            assert take_notes(two, [os.path.join(folder, "vault")], NINE) == Taken(new=len(some))
            assert take_notes(two, [os.path.join(folder, "vault")], NINE) == Taken(known=len(some))
            assert all_cards(two) == kept


def test_cards_of_one_day_and_title_have_files_of_their_own(history: History, vault: Path) -> None:
    put(history, ONE, replace(ONE, id="bbbbbbbbbbbb", title="ONE"))
    assert written(history, vault) == Written(written=2)
    assert sorted(path.name for path in vault.iterdir()) == ["2026-11-20 ONE (bbbbbbbbbbbb).md", "2026-11-20 One.md"]
    assert written(history, vault) == Written(right=2)


def test_a_note_of_another_name_is_not_overwritten(history: History, vault: Path) -> None:
    vault.mkdir()
    (vault / "2026-11-20 one.md").write_text("mine")
    put(history, ONE)
    assert written(history, vault) == Written(written=1)
    assert (vault / "2026-11-20 one.md").read_text() == "mine"


def test_an_older_note_gives_way_and_changes_nothing(history: History, vault: Path) -> None:
    put(history, ONE)
    written(history, vault)
    with transaction(history):
        save_card(history, replace(ONE, tried="Second."), NINE.replace(hour=10))
    assert taken(history, vault) == Taken(known=1)
    assert written(history, vault) == Written(written=1)
    assert [card.tried for card in all_cards(history)] == ["Second."]


def test_a_newer_note_of_another_machine_comes_in_as_it_is(history: History, vault: Path, tmp_path: Path) -> None:
    newer = replace(ONE, tried="Second.", edited_at=NINE + timedelta(hours=1))
    with open_history(str(tmp_path / "other.sqlite")) as other:
        put(other, newer)
        written(other, vault)
    put(history, ONE)
    assert taken(history, vault) == Taken(changed=1)
    assert all_cards(history) == [newer]
    assert [edit.card for edit in edits_of(history, ONE.id)] == [ONE]
    assert taken(history, vault) == Taken(known=1)


def test_what_a_person_changed_in_a_note_is_an_edit(history: History, vault: Path) -> None:
    put(history, FULL)
    written(history, vault)
    (note,) = vault.iterdir()
    note.write_text(note.read_text().replace("Half the time.", "A third.").replace("draft: true\n", ""))
    assert written(history, vault) == Written(left=[str(note)])
    assert taken(history, note) == Taken(changed=1)
    (card,) = all_cards(history)
    assert card == replace(FULL, worked="A third.", draft=False, edited_at=NINE.replace(hour=12))
    assert [edit.card for edit in edits_of(history, FULL.id)] == [FULL]
    # Both changed since: the note's words come in, and the journal's are kept as earlier ones.
    with transaction(history):
        save_card(history, replace(card, worked="A quarter."), NINE.replace(hour=13))
    assert taken(history, note, hour=14) == Taken(known=1)
    note.write_text(note.read_text().replace("A third.", "A fifth."))
    assert taken(history, note, hour=15) == Taken(changed=1)
    assert [edit.card.worked for edit in edits_of(history, FULL.id)] == ["A quarter.", "A third.", "Half the time."]


def test_one_bad_note_does_not_stop_the_others(history: History, vault: Path) -> None:
    put(history, ONE)
    written(history, vault)
    (vault / "bad.md").write_text("---\nid: abc\nlevel: 3\n---\n")
    (vault / "binary.md").write_bytes(b"\xff\xfe")
    found = taken(history, vault)
    assert (found.known, found.new, len(found.problems)) == (1, 0, 2)
    assert "binary.md is not UTF-8." in found.problems[0]
    assert "bad.md, line 3: level: “3” is none of me, team, company." in found.problems[1]


def test_a_note_without_an_id_is_the_same_card_wherever_its_vault_lies(
    history: History, vault: Path, tmp_path: Path
) -> None:
    (vault / "sub").mkdir(parents=True)
    (vault / ".obsidian").mkdir()
    (vault / "sub" / "note.md").write_text("## Tried\nThis.\n")
    assert taken(history, vault) == Taken(new=1)
    assert taken(history, vault / "sub" / "note.md") == Taken(known=1)
    (tmp_path / "elsewhere").mkdir()
    moved = vault.rename(tmp_path / "elsewhere" / "vault")
    assert taken(history, moved / "sub") == Taken(known=1)
    (card,) = all_cards(history)
    assert (card.title, card.tried) == ("note", "This.")


def test_naming_a_note_takes_it_whatever_it_is(history: History, vault: Path) -> None:
    vault.mkdir()
    (vault / "plain.md").write_text("Only text.")
    assert taken(history, vault) == Taken(passed=1)
    assert taken(history, vault / "plain.md") == Taken(new=1)
