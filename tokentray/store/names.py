"""Texts that recur (models, projects, sessions, keys, feeds, tiers), each kept once under a number."""

from __future__ import annotations

from collections.abc import Mapping

from tokentray.store.database import History

FIND = "SELECT id FROM name WHERE text = ?"
ADD = "INSERT INTO name (text) VALUES (?) RETURNING id"
SET_ALIAS = """
    INSERT INTO alias (account, name, text) VALUES (?, ?, ?)
    ON CONFLICT (account, name) DO UPDATE SET text = excluded.text WHERE text <> excluded.text
"""

NOBODY_SAID = 0


def name_id(history: History, text: str | None) -> int:
    """The number of a text, given to it now if it is new; 0 for None and for an empty text."""
    if not text:
        return NOBODY_SAID
    known = history.names.get(text)
    if known is None:
        kept = (_whole(text),)
        row = history.db.execute(FIND, kept).fetchone() or history.db.execute(ADD, kept).fetchone()
        known = history.names[text] = int(row[0])
    return known


def set_aliases(history: History, account_id: int, readable: Mapping[str, str]) -> None:
    """What a provider's ids (the keys) are called; the last word holds."""
    for text, word in readable.items():
        history.db.execute(SET_ALIAS, (account_id, name_id(history, text), _whole(word)))


def _whole(text: str) -> str:
    # JSON may bring half of a surrogate pair, which no database keeps.
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
