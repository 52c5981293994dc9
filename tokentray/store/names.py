"""Texts that recur (models, projects, sessions, keys, feeds, tiers), each kept once under a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tokentray.store.database import History

FIND = "SELECT id FROM name WHERE text = ?"
ADD = "INSERT INTO name (text) VALUES (?) RETURNING id"
SET_ALIAS = """
    INSERT INTO alias (account, name, text) VALUES (?, ?, ?)
    ON CONFLICT (account, name) DO UPDATE SET text = excluded.text WHERE text <> excluded.text
"""
ALIASES = "SELECT account.name, name.text, alias.text FROM alias JOIN name ON name.id = alias.name JOIN account ON account.id = alias.account"

NOBODY_SAID = 0


def name_id(history: History, text: str | None) -> int:
    """The number of a text, given to it now if it is new; 0 for None and for an empty text."""
    if not text:
        return NOBODY_SAID
    known = history.names.get(text)
    if known is None:
        row = history.db.execute(FIND, (text,)).fetchone() or history.db.execute(ADD, (text,)).fetchone()
        known = history.names[text] = int(row[0])
    return known


def name_ids(history: History, texts: Iterable[str]) -> dict[str, int]:
    """The number of each text."""
    return {text: name_id(history, text) for text in texts}


def find_name(history: History, text: str) -> int | None:
    """The number of a text, None if it has none: for reading only."""
    row = history.db.execute(FIND, (text,)).fetchone()
    return int(row[0]) if row else None


def set_alias(history: History, account_id: int, text: str, readable: str) -> None:
    """What a provider's id is called; the last word holds."""
    history.db.execute(SET_ALIAS, (account_id, name_id(history, text), readable))


def set_aliases(history: History, account_id: int, readable: Mapping[str, str]) -> None:
    for text, word in readable.items():
        set_alias(history, account_id, text, word)


def aliases(history: History) -> dict[tuple[str, str], str]:
    """Readable names by account and the provider's id."""
    return {(account, text): word for account, text, word in history.db.execute(ALIASES)}
