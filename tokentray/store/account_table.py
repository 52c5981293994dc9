"""The accounts whose usage the history holds."""

from __future__ import annotations

from tokentray.store.database import History

FIND = "SELECT id FROM account WHERE name = ?"
ADD = "INSERT INTO account (name, origin) VALUES (?, ?) RETURNING id"
ALL = "SELECT id, name, origin FROM account ORDER BY name"


class AccountRow:
    """`name` is source/label; `origin` is billed, logged, imported or manual."""

    # Not a dataclass: importing those costs more than `sync` may take when nothing is new.
    __slots__ = ("id", "name", "origin")

    def __init__(self, id: int, name: str, origin: str) -> None:  # noqa: A002
        self.id = id
        self.name = name
        self.origin = origin

    @property
    def source(self) -> str:
        return self.name.partition("/")[0]


def account_id(history: History, name: str, origin: str) -> int:
    """The number of an account, which is made if it is new. An account keeps the origin it was made with."""
    row = find_account(history, name)
    return row if row is not None else int(history.db.execute(ADD, (name, str(origin))).fetchone()[0])


def find_account(history: History, name: str) -> int | None:
    """The number of an account, None if the history has never heard of it."""
    row = history.db.execute(FIND, (name,)).fetchone()
    return int(row[0]) if row else None


def all_accounts(history: History) -> list[AccountRow]:
    """By name."""
    return [AccountRow(*row) for row in history.db.execute(ALL)]
