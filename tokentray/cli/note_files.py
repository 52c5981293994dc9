"""Cards as Markdown files in a folder: written without losing what a person changed there, and taken back into the journal."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tokentray.cli.files import write_whole
from tokentray.core.errors import HistoryError, HistoryFull, Unreadable
from tokentray.core.journal import Card, Edit
from tokentray.insights.front_matter import split_note
from tokentray.insights.journal import card_day
from tokentray.insights.markdown_cards import (
    Note,
    file_name,
    has_sections,
    named_by_file,
    read_note,
    says_the_same,
    write_note,
)
from tokentray.store.database import History, transaction
from tokentray.store.journal_table import card_of, edits_of, keep_edit, put_card, save_card

ENDINGS = (".md", ".markdown")
VAULT = ".obsidian"


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A file that may be a card; `id` is the card's, or one made of the file's name, the same each time."""

    path: str
    text: str
    id: str
    changed_at: datetime

    @property
    def base(self) -> Card:
        """What the file alone tells of the card."""
        day, title = named_by_file(os.path.splitext(os.path.basename(self.path))[0])
        return Card(self.id, self.changed_at, self.changed_at, day, title)


@dataclass(slots=True)
class Taken:
    """What became of notes: how many were new, changed or known, and which were passed over or could not be understood."""

    new: int = 0
    changed: int = 0
    known: int = 0
    passed: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Written:
    """What became of cards: how many files were written or were right already, and which were left because a person changed them."""

    written: int = 0
    right: int = 0
    left: list[str] = field(default_factory=list)


def write_notes(history: History, cards: Iterable[Card], folder: str, zone: str) -> Written:
    """
    One file for each card; a card that has one keeps it, whatever its name, with the properties that are not ours.

    Raises:
        HistoryFull: there is no room or no right.
    """
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise HistoryFull(f"{folder} cannot be made ({error.strerror}).") from error
    present = {note.id: note for note in note_files(folder, [])}
    taken = {name.casefold() for name in os.listdir(folder)}
    done = Written()
    for card in cards:
        note = present.get(card.id)
        path = note.path if note else os.path.join(folder, _free_name(card, zone, taken))
        others: tuple[str, ...] = ()
        if note is not None:
            known = _read(note, card)
            if known is None or not _is_known(known, card, edits_of(history, card.id)):
                done.left.append(path)
                continue
            others = known.others
        text = write_note(card, others)
        if note is not None and note.text == text:
            done.right += 1
        else:
            write_whole(path, [text])
            done.written += 1
    return done


def take_notes(history: History, paths: Iterable[str], now: datetime) -> Taken:
    """
    Notes and folders of notes into the journal, in one transaction; again, it changes nothing.

    Of a folder, the notes with front matter or with a card's section are taken. What a person changed in a note takes the card's place, and
    what the card said is kept as its earlier text; a note that nobody changed counts as what the card was when the note was written.

    Raises:
        HistoryError: a path is not there.
    """
    taken = Taken()
    found: list[NoteFile] = []
    for path in paths:
        if os.path.isdir(path):
            inside = list(note_files(path, taken.problems))
            cards = [note for note in inside if split_note(note.text)[0] or has_sections(note.text)]
            taken.passed += len(inside) - len(cards)
            found += cards
        else:
            found.append(_note_file(path, os.path.dirname(os.path.abspath(path))))
    with transaction(history):
        for note in found:
            _take(history, note, now, taken)
    return taken


def note_files(folder: str, problems: list[str]) -> Iterator[NoteFile]:
    """The Markdown files in a folder and below it, by name; hidden ones and hidden folders are left out."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(ENDINGS) and not name.startswith("."):
                path = os.path.join(place, name)
                try:
                    yield _note_file(path, folder)
                except HistoryError as error:
                    problems.append(str(error))


def _note_file(path: str, folder: str) -> NoteFile:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        changed = os.stat(path).st_mtime
    except UnicodeDecodeError as error:
        raise HistoryError(f"{path} is not UTF-8.") from error
    except OSError as error:
        raise HistoryError(f"{path} cannot be read ({error.strerror}).") from error
    try:
        note = read_note(text, Card("", datetime.fromtimestamp(0, UTC), datetime.fromtimestamp(0, UTC)))
        card_id = note.card.id
    except Unreadable:
        card_id = ""
    changed_at = datetime.fromtimestamp(int(changed), UTC)
    return NoteFile(path, text, card_id or _id_of_place(path, folder), changed_at)


def _id_of_place(path: str, folder: str) -> str:
    """The same on every machine that has the folder under this name; of a vault of Obsidian's, the whole vault."""
    top = os.path.abspath(folder)
    above = top
    while above != os.path.dirname(above):
        if os.path.isdir(os.path.join(above, VAULT)):
            top = above
            break
        above = os.path.dirname(above)
    inside = os.path.relpath(os.path.abspath(path), top).replace(os.sep, "/")
    return hashlib.sha256(f"{os.path.basename(top)}/{inside}".encode()).hexdigest()[:12]


def _free_name(card: Card, zone: str, taken: set[str]) -> str:
    name = file_name(card, card_day(card, zone))
    if name.casefold() in taken:
        name = f"{name.removesuffix('.md')} ({card.id}).md"
    taken.add(name.casefold())
    return name


def _read(note: NoteFile, base: Card) -> Note | None:
    try:
        return read_note(note.text, base)
    except Unreadable:
        return None


def _is_known(note: Note, card: Card, edits: list[Edit]) -> bool:
    """Whether the journal has all that a note says."""
    return note.untouched or any(says_the_same(note.card, known) for known in (card, *(edit.card for edit in edits)))


def _take(history: History, file: NoteFile, now: datetime, taken: Taken) -> None:
    held = card_of(history, file.id)
    try:
        # Another program's note says nothing of stretches and models: what the card has of them stays.
        note = read_note(file.text, held or file.base)
        if held is not None and note.own:
            note = read_note(file.text, file.base)
    except Unreadable as error:
        taken.problems.append(f"{file.path}, {error}.")
        return
    card = note.card
    if held is None:
        put_card(history, card)
        taken.new += 1
    elif says_the_same(card, held):
        taken.known += 1
    elif note.untouched and card.edited_at > held.edited_at:
        keep_edit(history, Edit(held.edited_at, held))
        put_card(history, card)
        taken.changed += 1
    elif _is_known(note, held, edits_of(history, held.id)):
        taken.known += 1
    else:
        save_card(history, replace(card, created_at=held.created_at, edited_at=held.edited_at), now)
        taken.changed += 1
