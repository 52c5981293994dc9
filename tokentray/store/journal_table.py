"""The journal's cards with their earlier texts, their tags, and what finds them again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from tokentray.core.journal import Card, Edit, Level, Link, Outcome, Retry, SearchQuery
from tokentray.core.period import day_period
from tokentray.store.database import History, transaction
from tokentray.store.rollup import EPOCH_ORDINAL
from tokentray.store.usage_table import instant_of, milliseconds

COLUMNS = """id, created_at, edited_at, day, at, title, tried, worked, learned, next, outcome, level, function, effort_minutes,
    saved_least, saved_most, url, follows, draft"""
CARD = f"SELECT {COLUMNS}, number, sitting FROM card WHERE id = ?"
CARDS = f"SELECT {COLUMNS} FROM card"
PUT = f"""
    INSERT INTO card ({COLUMNS}, sitting) VALUES ({", ".join("?" * 20)})
    ON CONFLICT (id) DO UPDATE SET ({COLUMNS}, sitting) = ({", ".join(f"excluded.{name.strip()}" for name in f"{COLUMNS}, sitting".split(","))})
    RETURNING number
"""
NEWEST_FIRST = "ORDER BY coalesce(day * 86400000, at) DESC, at DESC, id"
LISTED = "(SELECT value FROM json_each(?))"
PARTS_OF = {
    "card_tag": f"SELECT card, tag FROM card_tag WHERE card IN {LISTED} ORDER BY card, place",
    "card_model": f"SELECT card, model FROM card_model WHERE card IN {LISTED} ORDER BY card, place",
    "card_link": f'SELECT card, project, anchor, start, "end" FROM card_link WHERE card IN {LISTED} ORDER BY card, place',
}
PUT_PART = {
    "card_tag": "INSERT INTO card_tag (card, place, tag) VALUES (?, ?, ?)",
    "card_model": "INSERT INTO card_model (card, place, model) VALUES (?, ?, ?)",
    "card_link": 'INSERT INTO card_link (card, place, project, anchor, start, "end") VALUES (?, ?, ?, ?, ?, ?)',
}
FORGET_PART = "DELETE FROM <part> WHERE card = ?"
FORGET_CARD = "DELETE FROM card WHERE id = ?"
KEEP_EDIT = "INSERT OR IGNORE INTO card_edit (card, at, texts) VALUES (?, ?, ?)"
EDITS = "SELECT at, texts FROM card_edit WHERE card = ? ORDER BY at DESC"

FORGET_TEXT = "DELETE FROM card_text WHERE rowid = ?"
PUT_TEXT = "INSERT INTO card_text (rowid, title, tried, worked, learned, next, about) VALUES (?, ?, ?, ?, ?, ?, ?)"
TEXT_TABLE = "SELECT sql FROM sqlite_schema WHERE name = 'card_text'"
DROP_TEXT = "DROP TABLE card_text"
NUMBERS = "SELECT id, number FROM card"

# Deleting all rows of a table gives its pages back, and with secure_delete those are overwritten; deleting one row may leave copies of
# it in pages that were split while it was there.
REWRITTEN = ("card", "card_edit", "card_tag", "card_link", "card_model", "tag")
FORGET_UNUSED_TAGS = "DELETE FROM tag WHERE name NOT IN (SELECT tag FROM card_tag)"
EMPTY_WAL = "PRAGMA wal_checkpoint(TRUNCATE)"

TAGS = """
    SELECT tag, tag.colour, count(*), max(coalesce(card.day * 86400000, card.at)) FROM card_tag
    JOIN card ON card.id = card_tag.card LEFT JOIN tag ON tag.name = card_tag.tag
    GROUP BY tag ORDER BY count(*) DESC, tag
"""
TAGS_OF_PROJECT = """
    SELECT tag FROM card_tag JOIN card ON card.id = card_tag.card
    WHERE card IN (SELECT card FROM card_link WHERE project IS ?)
    GROUP BY tag ORDER BY max(card.at) DESC, count(*) DESC, tag LIMIT ?
"""
SET_COLOUR = "INSERT INTO tag (name, colour) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET colour = excluded.colour"
UNSET_COLOUR = "DELETE FROM tag WHERE name = ?"
COLOURS = "SELECT name, colour FROM tag"
FUNCTIONS = "SELECT function FROM card WHERE function <> '' GROUP BY function ORDER BY count(*) DESC, function"

SEARCHES = "SELECT name, text FROM saved_search ORDER BY name"
SAVE_SEARCH = (
    "INSERT INTO saved_search (name, text) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET text = excluded.text"
)
FORGET_SEARCH = "DELETE FROM saved_search WHERE name = ?"

RETRIES = "SELECT card, model, offered_at, again FROM retry ORDER BY offered_at, card"
PUT_RETRY = "INSERT OR REPLACE INTO retry (card, model, offered_at, again) VALUES (?, ?, ?, ?)"

FOUND = "SELECT id FROM card WHERE <only>"
ANY_TAG = "id IN (SELECT card FROM card_tag WHERE folded(tag) IN (<marks>))"
SOME_MODEL = "id IN (SELECT card FROM card_model WHERE instr(folded(model), ?))"
SOME_PROJECT = "id IN (SELECT card FROM card_link WHERE instr(folded(project), ?))"
WORDS = "number IN (SELECT rowid FROM card_text WHERE card_text MATCH ?)"
LETTERS = """number IN (
    SELECT rowid FROM card_text WHERE instr(folded(title || ' ' || tried || ' ' || worked || ' ' || learned || ' ' || next || ' ' || about), ?)
)"""
OF_DAYS = "iif(day IS NOT NULL, day >= ? AND day < ?, at >= ? AND at < ?)"

ONE_EDIT = timedelta(minutes=10)
TEXTS = ("title", "tried", "worked", "learned", "next")
# From here on come scripts without spaces between words, which FTS5 takes for one long word each.
FIRST_SPACELESS = "\u2e80"


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag in use; `colour` is a number of the palette, None if the person gave none; `last_used` aware and UTC."""

    name: str
    colour: int | None
    cards: int
    last_used: datetime


@dataclass(frozen=True, slots=True)
class Removed:
    """All that `put_back` needs; `wiped` is False if a reader kept the -wal from being emptied: `empty_wal` later, or closing the history, does it."""

    card: Card
    edits: tuple[Edit, ...]
    colours: tuple[tuple[str, int], ...]
    wiped: bool


def save_card(history: History, card: Card, now: datetime, sitting: str = "") -> Card:
    """
    Keeps a card, and what it said before; gives it as it is kept, with `edited_at` set. Saving what is there already changes nothing.

    What one `sitting` (any text that names who edits) saves without a pause of ten minutes is one edit; "" keeps each. To be called in a
    transaction.
    """
    row = history.db.execute(CARD, (card.id,)).fetchone()
    if row is None:
        kept = replace(card, edited_at=now)
    else:
        (before,) = _cards(history, [row[:-2]])
        kept = replace(card, created_at=before.created_at, edited_at=before.edited_at)
        if kept == before:
            return before
        kept = replace(kept, edited_at=now)
        if not (sitting and sitting == row[-1] and now - before.edited_at <= ONE_EDIT):
            keep_edit(history, Edit(before.edited_at, before))
    put_card(history, kept, sitting)
    return kept


def put_card(history: History, card: Card, sitting: str = "") -> None:
    """Puts a card in the place of what bears its id, as it is and without a word about what was there."""
    (number,) = history.db.execute(PUT, (*_row(card), sitting)).fetchone()
    parts: dict[str, list[tuple[Any, ...]]] = {
        "card_tag": [(card.id, place, tag) for place, tag in enumerate(card.tags)],
        "card_model": [(card.id, place, model) for place, model in enumerate(card.models)],
        "card_link": [(card.id, place, *_link_row(link)) for place, link in enumerate(card.links)],
    }
    for part, rows in parts.items():
        history.db.execute(FORGET_PART.replace("<part>", part), (card.id,))
        history.db.executemany(PUT_PART[part], rows)
    history.db.execute(FORGET_TEXT, (number,))
    history.db.execute(PUT_TEXT, (number, *_text_row(card)))


def keep_edit(history: History, edit: Edit) -> None:
    """Keeps an earlier text of a card; once for each instant."""
    history.db.execute(KEEP_EDIT, (edit.card.id, milliseconds(edit.at), _texts(edit.card)))


def card_of(history: History, card_id: str) -> Card | None:
    """None if there is no card of that id."""
    row = history.db.execute(CARD, (card_id,)).fetchone()
    return _cards(history, [row[:-2]])[0] if row else None


def cards_between(history: History, since: date, until: date, zone: str) -> list[Card]:
    """
    The cards of local days, both inclusive, in an IANA zone; newest first, drafts too.

    A card stands on its own date if it has one, else where its first link holds, else where it was made.
    """
    rows = history.db.execute(f"{CARDS} WHERE {OF_DAYS} {NEWEST_FIRST}", _days(since, until, zone))
    return _cards(history, rows.fetchall())


def all_cards(history: History) -> list[Card]:
    """Newest first, drafts too."""
    return _cards(history, history.db.execute(f"{CARDS} {NEWEST_FIRST}").fetchall())


def cards_of(history: History, ids: Iterable[str]) -> list[Card]:
    """Those of these ids that there are, in their order."""
    wanted = list(ids)
    rows = history.db.execute(f"{CARDS} WHERE id IN {LISTED}", (json.dumps(wanted),)).fetchall()
    found = {card.id: card for card in _cards(history, rows)}
    return [found[card_id] for card_id in wanted if card_id in found]


def edits_of(history: History, card_id: str) -> list[Edit]:
    """What a card said before, newest first."""
    rows = history.db.execute(EDITS, (card_id,)).fetchall()
    return [Edit(instant_of(at), card_from_texts(card_id, texts)) for at, texts in rows]


def remove_card(history: History, card_id: str) -> Removed | None:
    """
    Removes a card for good: neither the history's file nor its -wal holds a word of it afterwards. None if there is no such card.

    Backups and exports made before still have it. Not to be called in a transaction; waits up to five seconds for readers to end.
    """
    removed = remove_cards(history, (card_id,))
    return removed[0] if removed else None


def remove_cards(history: History, card_ids: Iterable[str]) -> list[Removed]:
    """As `remove_card`, all of them in one go."""
    with transaction(history):
        cards = cards_of(history, dict.fromkeys(card_ids))
        if not cards:
            return []
        colours = history.db.execute(COLOURS).fetchall()
        kept = [(card, tuple(edits_of(history, card.id))) for card in cards]
        for card in cards:
            for part in ("card_tag", "card_model", "card_link", "card_edit"):
                history.db.execute(FORGET_PART.replace("<part>", part), (card.id,))
            history.db.execute(FORGET_CARD, (card.id,))
        history.db.execute(FORGET_UNUSED_TAGS)
        _write_anew(history)
    wiped = empty_wal(history)
    return [
        Removed(card, edits, tuple((tag, colour) for tag, colour in colours if tag in card.tags), wiped)
        for card, edits in kept
    ]


def empty_wal(history: History) -> bool:
    """Writes the -wal back and empties it; False if a reader was in the way for five seconds. Not to be called in a transaction."""
    return bool(history.db.execute(EMPTY_WAL).fetchone()[0] == 0)


def put_back(history: History, removed: Removed) -> None:
    """Undoes a removal, with the card's earlier texts and its tags' colours; to be called in a transaction."""
    put_card(history, removed.card)
    for edit in removed.edits:
        keep_edit(history, edit)
    for tag, colour in removed.colours:
        set_tag_colour(history, tag, colour)


def all_tags(history: History) -> list[TagRow]:
    """Those that some card has, most used first."""
    return [TagRow(name, colour, cards, instant_of(last)) for name, colour, cards, last in history.db.execute(TAGS)]


def tags_of_project(history: History, project: str | None, limit: int = 5) -> list[str]:
    """What the cards linked to a project's work are tagged with, last used first."""
    return [tag for (tag,) in history.db.execute(TAGS_OF_PROJECT, (project, limit))]


def set_tag_colour(history: History, tag: str, colour: int | None) -> None:
    """None: as the program chooses."""
    if colour is None:
        history.db.execute(UNSET_COLOUR, (tag,))
    else:
        history.db.execute(SET_COLOUR, (tag, colour))


def tag_colours(history: History) -> dict[str, int]:
    """Those that the person chose."""
    return dict(history.db.execute(COLOURS))


def functions_used(history: History) -> list[str]:
    """The functions of work that some card names, most used first."""
    return [function for (function,) in history.db.execute(FUNCTIONS)]


def search(history: History, query: SearchQuery, zone: str) -> list[str]:
    """The ids of the cards that a query finds, newest first; its days are those of an IANA zone."""
    # SQLite's own lower() knows no letter beyond ASCII.
    history.db.create_function("folded", 1, _folded, deterministic=True)
    conditions = list(_conditions(query, zone))
    only = " AND ".join(condition for condition, _ in conditions) or "true"
    bound = [value for _, values in conditions for value in values]
    rows = history.db.execute(f"{FOUND.replace('<only>', only)} {NEWEST_FIRST}", bound)
    return [card_id for (card_id,) in rows]


def saved_searches(history: History) -> list[tuple[str, str]]:
    """Name and text as it was typed, by name."""
    return history.db.execute(SEARCHES).fetchall()


def save_search(history: History, name: str, text: str) -> None:
    """In the place of one that has that name; an empty text forgets it."""
    if text:
        history.db.execute(SAVE_SEARCH, (name, text))
    else:
        history.db.execute(FORGET_SEARCH, (name,))


def all_retries(history: History) -> list[Retry]:
    """What was offered for another try so far, oldest first."""
    return [
        Retry(card, model, instant_of(at), None if again is None else bool(again))
        for card, model, at, again in history.db.execute(RETRIES)
    ]


def record_retry(history: History, retry: Retry) -> None:
    """An offer, or the person's answer to it: each card has one."""
    again = None if retry.again is None else int(retry.again)
    history.db.execute(PUT_RETRY, (retry.card, retry.model, milliseconds(retry.offered_at), again))


def card_from_texts(card_id: str, texts: str) -> Card:
    """A card from the JSON that an edit keeps."""
    told = json.loads(texts)
    least, most = told.pop("saved_minutes") or (None, None)
    day = told.pop("day")
    links = tuple(
        Link(project, *(instant_of(ms) for ms in (anchor, start, end)))
        for project, anchor, start, end in told.pop("links")
    )
    return Card(
        id=card_id,
        created_at=instant_of(told.pop("created_at")),
        edited_at=instant_of(told.pop("edited_at")),
        day=None if day is None else date.fromisoformat(day),
        outcome=_outcome(told.pop("outcome")),
        level=Level(told.pop("level")),
        saved_minutes=None if least is None or most is None else (least, most),
        tags=tuple(told.pop("tags")),
        links=links,
        models=tuple(told.pop("models")),
        **told,
    )


def _texts(card: Card) -> str:
    told = {
        **{name: getattr(card, name) for name in TEXTS},
        "created_at": milliseconds(card.created_at),
        "edited_at": milliseconds(card.edited_at),
        "day": None if card.day is None else card.day.isoformat(),
        "outcome": card.outcome,
        "level": card.level,
        "function": card.function,
        "effort_minutes": card.effort_minutes,
        "saved_minutes": card.saved_minutes,
        "tags": card.tags,
        "url": card.url,
        "links": [_link_row(link) for link in card.links],
        "models": card.models,
        "follows": card.follows,
        "draft": card.draft,
    }
    return json.dumps(told, ensure_ascii=False)


def _write_anew(history: History) -> None:
    """Empties the journal's tables and fills them again, so that no page has a copy of what is gone."""
    for table in REWRITTEN:
        rows = history.db.execute(f"SELECT * FROM {table}").fetchall()
        history.db.execute(f"DELETE FROM {table}")
        if rows:
            history.db.executemany(f"INSERT INTO {table} VALUES ({_marks(rows[0])})", rows)
    # SQLite's search marks its words as deleted and keeps them; a newer SQLite can be asked not to.
    (text_table,) = history.db.execute(TEXT_TABLE).fetchone()
    history.db.execute(DROP_TEXT)
    history.db.execute(text_table)
    history.db.executemany(PUT_TEXT, [(number, *_text_row(card)) for number, card in _numbered(history)])


def _numbered(history: History) -> Iterator[tuple[int, Card]]:
    numbers = dict(history.db.execute(NUMBERS))
    for card in all_cards(history):
        yield numbers[card.id], card


def _conditions(query: SearchQuery, zone: str) -> Iterator[tuple[str, Sequence[Any]]]:
    letters = [word for word in query.words if _is_letters(word)]
    words = [word for word in query.words if not _is_letters(word)]
    if words:
        yield WORDS, (" AND ".join(_match(word) for word in words),)
    for word in letters:
        yield LETTERS, (word.casefold(),)
    if query.tags:
        yield ANY_TAG.replace("<marks>", _marks(query.tags)), [tag.casefold() for tag in query.tags]
    for part, values in (("outcome", query.outcomes), ("level", query.levels), ("function", query.functions)):
        if values:
            yield f"folded({part}) IN ({_marks(values)})", [value.casefold() for value in values]
    for sql, names in ((SOME_MODEL, query.models), (SOME_PROJECT, query.projects)):
        if names:
            yield "(" + " OR ".join([sql] * len(names)) + ")", [name.casefold() for name in names]
    if query.since is not None or query.until is not None:
        yield OF_DAYS, _days(query.since or date(1971, 1, 1), query.until or date(9998, 12, 30), zone)
    if query.draft is not None:
        yield "draft = ?", (int(query.draft),)


def _folded(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def _is_letters(word: str) -> bool:
    """Whether a word is found letter by letter only: with signs in it, or of a script without spaces."""
    return any(not (sign.isalnum() or sign.isspace()) or sign >= FIRST_SPACELESS for sign in word)


def _match(word: str) -> str:
    return f'"{word}"' if " " in word.strip() else f'"{word.strip()}"*'


def _days(since: date, until: date, zone: str) -> tuple[int, int, int, int]:
    period = day_period(since, until, zone)
    days = (since.toordinal() - EPOCH_ORDINAL, until.toordinal() - EPOCH_ORDINAL + 1)
    return (*days, milliseconds(period.start), milliseconds(period.end))


def _row(card: Card) -> tuple[Any, ...]:
    at = card.links[0].anchor if card.links else card.created_at
    least, most = card.saved_minutes or (None, None)
    return (
        card.id,
        milliseconds(card.created_at),
        milliseconds(card.edited_at),
        None if card.day is None else card.day.toordinal() - EPOCH_ORDINAL,
        milliseconds(at),
        *(getattr(card, name) for name in TEXTS),
        None if card.outcome is None else str(card.outcome),
        str(card.level),
        card.function,
        card.effort_minutes,
        least,
        most,
        card.url,
        card.follows,
        int(card.draft),
    )


def _link_row(link: Link) -> tuple[str | None, int, int, int]:
    return (link.project, milliseconds(link.anchor), milliseconds(link.start), milliseconds(link.end))


def _text_row(card: Card) -> tuple[str, ...]:
    projects = (link.project for link in card.links if link.project)
    about = " ".join((*card.tags, card.function, *projects, *card.models, card.url))
    return (*(getattr(card, name) for name in TEXTS), about)


def _cards(history: History, rows: list[tuple[Any, ...]]) -> list[Card]:
    ids = [row[0] for row in rows]
    tags, models, links = (_parts(history, part, ids) for part in ("card_tag", "card_model", "card_link"))
    return [
        _card(
            row,
            tuple(tag for (tag,) in tags.get(row[0], ())),
            tuple(
                Link(project, instant_of(anchor), instant_of(start), instant_of(end))
                for project, anchor, start, end in links.get(row[0], ())
            ),
            tuple(model for (model,) in models.get(row[0], ())),
        )
        for row in rows
    ]


def _parts(history: History, part: str, ids: list[str]) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for card, *rest in history.db.execute(PARTS_OF[part], (json.dumps(ids),)):
        found.setdefault(card, []).append(tuple(rest))
    return found


def _card(row: tuple[Any, ...], tags: tuple[str, ...], links: tuple[Link, ...], models: tuple[str, ...]) -> Card:
    card_id, created_at, edited_at, day, _, title, tried, worked, learned, following, outcome, *rest = row
    level, function, effort, least, most, url, follows, draft = rest
    return Card(
        card_id,
        instant_of(created_at),
        instant_of(edited_at),
        None if day is None else date.fromordinal(day + EPOCH_ORDINAL),
        title,
        tried,
        worked,
        learned,
        following,
        _outcome(outcome),
        Level(level),
        function,
        effort,
        None if least is None else (least, most),
        tags,
        url,
        links,
        models,
        follows,
        bool(draft),
    )


def _outcome(text: str | None) -> Outcome | None:
    return None if text is None else Outcome(text)


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
