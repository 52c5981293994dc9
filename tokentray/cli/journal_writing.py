"""`tokentray journal add`, `edit` and `remove`."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from dataclasses import fields, replace
from typing import Any

from tokentray.cli.card_output import card_object
from tokentray.cli.codes import DONE, PART_FAILED
from tokentray.cli.errors import WrongUsage
from tokentray.cli.here import Here, rfc3339, warn
from tokentray.cli.journal_history import card_named, journal_to_write, rows_of, session_named
from tokentray.cli.output import print_json
from tokentray.cli.text_editor import TextEditor
from tokentray.core.errors import Unreadable
from tokentray.core.journal import Card, Level, link_to, new_card_id
from tokentray.insights.journal import completions
from tokentray.insights.markdown_cards import read_note, says_the_same, template
from tokentray.store.database import History, transaction
from tokentray.store.journal_table import card_of, remove_cards, save_card

TEXTS = ("title", "tried", "worked", "learned", "next")
# Options whose empty text means that nothing is said, by the field they fill.
PLAIN = {"outcome": "outcome", "date": "day", "effort": "effort_minutes", "saved": "saved_minutes"}
LEFT = "Backups and exports that were made before still have {them}, and so may copies that the system made of the history's file."


def run(options: Namespace, here: Here) -> int:
    if options.action == "remove" and not here.has_history:
        raise WrongUsage(f"There is no card “{options.ids[0]}”: there is no journal yet.")
    if options.action == "edit" and not here.has_history:
        raise WrongUsage(f"There is no card “{options.id}”: there is no journal yet.")
    with journal_to_write(here) as history:
        match options.action:
            case "add":
                return _add(options, history, here)
            case "edit":
                return _edit(options, history, here)
        return _remove(options, history)


def _add(options: Namespace, history: History, here: Here) -> int:
    blank = Card(new_card_id(), here.now, here.now)
    base = _with_options(blank, options, history, here)
    card = _written(options, base, history, here)
    if card is None:
        warn("Nothing was written, and no card was made.")
        return PART_FAILED
    return _tell("Added", card, options, history, here)


def _edit(options: Namespace, history: History, here: Here) -> int:
    before = card_named(history, options.id)
    base = _with_options(before, options, history, here)
    card = _written(options, base, history, here, before)
    if card is None:
        warn("The card was left as it was.")
        return _tell("", before, options, history, here) if options.json else DONE
    return _tell("Changed", card, options, history, here)


def _written(options: Namespace, base: Card, history: History, here: Here, before: Card | None = None) -> Card | None:
    """The card as it was saved; None if nothing was said or changed."""
    if options.file is not None:
        told = read_note(_text_of(options.file), base).card
        # Of a note that was exported, only what it says: it makes a card of its own, or changes the one that was named.
        card = replace(told, id=base.id, created_at=base.created_at, edited_at=base.edited_at)
        return _save(card, before, history, here)
    if _says_something(options, before):
        return _save(base, before, history, here)
    known = completions(history, here.settings)
    text = template(base, known.functions, known.tags)
    with TextEditor(text, os.path.dirname(here.history_path), "card.md") as editor:
        edited = _understood(editor, base)
        return None if edited is None else _save(edited, before, history, here)


def _says_something(options: Namespace, before: Card | None) -> bool:
    """Whether the options alone make a card, or a change."""
    if any(getattr(options, name) is not None for name in TEXTS):
        return True
    others = ("outcome", "level", "function", "tag", "model", "effort", "saved", "link", "date", "session", "draft")
    return before is not None and any(getattr(options, name) is not None for name in others)


def _understood(editor: TextEditor, base: Card) -> Card | None:
    while True:
        text = editor.edited()
        if text is None:
            return None
        try:
            return read_note(text, base).card
        except Unreadable as error:
            if not _wants(f"{error}. Edit it again?"):
                raise


def _wants(question: str) -> bool:
    """What a person at a terminal answers; where nobody is, no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _text_of(file: str) -> str:
    try:
        if file == "-":
            return sys.stdin.read()
        with open(file, encoding="utf-8", newline="") as opened:
            return opened.read()
    except OSError as error:
        raise WrongUsage(f"{file} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise WrongUsage(f"{file} is not UTF-8.") from error


def _save(card: Card, before: Card | None, history: History, here: Here) -> Card | None:
    if before is None and says_the_same(card, Card(card.id, card.created_at, card.edited_at)):
        return None
    if before is not None and says_the_same(card, before):
        return None
    with transaction(history):
        return save_card(history, _merged(card, before, history), here.now)


def _merged(card: Card, before: Card | None, history: History) -> Card:
    """With what the tray made of the card in the meantime, where this edit says nothing of it."""
    held = card_of(history, card.id)
    if held is None or before is None or held == before:
        return card
    names = (field.name for field in fields(Card))
    changed: dict[str, Any] = {
        name: getattr(card, name) for name in names if getattr(card, name) != getattr(before, name)
    }
    return replace(held, **changed)


def _with_options(card: Card, options: Namespace, history: History, here: Here) -> Card:
    said: dict[str, Any] = {
        name: getattr(options, name) for name in (*TEXTS, "function") if getattr(options, name) is not None
    }
    for option, field in PLAIN.items():
        value = getattr(options, option)
        if value is not None:
            said[field] = None if value == "" else value
    if options.level is not None:
        said["level"] = options.level or Level.ME
    if options.link is not None:
        said["url"] = options.link
    for option, field in (("tag", "tags"), ("model", "models")):
        given = getattr(options, option)
        if given is not None:
            said[field] = tuple(dict.fromkeys(text.strip() for text in given if text.strip()))
    if options.session is not None:
        sessions = [session_named(history, here, handle) for handle in options.session if handle]
        said |= {"links": tuple(map(link_to, sessions)), "day": None}
        if options.model is None:
            said["models"] = tuple(dict.fromkeys(model for session in sessions for model in session.models))
    if options.date:
        said["links"] = ()
    if options.follows:
        said["follows"] = card_named(history, options.follows).id
    if options.draft is not None:
        said["draft"] = options.draft
    return replace(card, **said)


def _tell(what: str, card: Card, options: Namespace, history: History, here: Here) -> int:
    if options.json:
        (row,) = rows_of(history, here, [card])
        print_json("journal", {"zone": here.zone, "as_of": rfc3339(here.now), "cards": [card_object(row)]})
    else:
        print(f"{what} {card.id}: {' '.join(card.title.split()) or 'Untitled'}")
    return DONE


def _remove(options: Namespace, history: History) -> int:
    cards = list({card.id: card for card in (card_named(history, name) for name in options.ids)}.values())
    many = len(cards) > 1
    left = LEFT.format(them="them" if many else "it")
    if not options.yes:
        if not sys.stdin.isatty():
            raise WrongUsage("Removing cannot be undone here: --yes says that it is meant.")
        titles = ", ".join(f"“{' '.join(card.title.split()) or 'Untitled'}”" for card in cards)
        if not _wants(f"Remove {titles} for good, with what {'they' if many else 'it'} said before? {left}"):
            warn("Nothing was removed.")
            return PART_FAILED
    removed = remove_cards(history, [card.id for card in cards])
    print(f"Removed {len(removed)} cards." if len(removed) > 1 else f"Removed {cards[0].id}.")
    warn(left)
    if not all(one.wiped for one in removed):
        warn(
            "Another program is reading the history; what was removed leaves its file once the last one has closed it."
        )
    return DONE
