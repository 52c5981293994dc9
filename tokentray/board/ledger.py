"""What the folder remembers beside the store, so that a restored backup of the store is noticed and cannot undo what matters."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress

import msgspec

from tokentray.board.errors import StoreFailed
from tokentray.board.fragment_table import Key
from tokentray.board.season import write_file
from tokentray.core.published import Row

MARK_BYTES = 16


class Ledger:
    """
    Small files in DIR/ledger, each written whole:

    board, issuer   how far that store had come when it was last seen, a number that grows with starts, deletions and publications
    gone-WEEK       a mark for each fragment of the week that was deleted: 16 bytes of a hash, sorted, so that they tell neither order nor nonce
    cells-WEEK      the week's published cells, which are public

    What is written about the board's store is written inside its transactions, so two servers on one folder take turns.
    """

    def __init__(self, folder: str) -> None:
        self._folder = os.path.join(folder, "ledger")

    def came_to(self, store: str) -> int:
        """How far the store ("board", "issuer") had come; 0 if it has never been seen."""
        return int(self._read(store) or 0)

    def note_came_to(self, store: str, generation: int) -> None:
        """After the commit, so that a store is never behind its ledger but by a restored backup."""
        if generation > self.came_to(store):
            self._write(store, str(generation).encode())

    def remember_gone(self, keys: Iterable[Key]) -> None:
        """
        Before the commit that deletes them.

        Raises:
            StoreFailed: the folder cannot be written.
        """
        by_week: dict[str, set[bytes]] = {}
        for key in keys:
            by_week.setdefault(key[0], set()).add(mark_of(key))
        for week, marks in by_week.items():
            known = self.gone_in(week)
            if not marks <= known:
                self._write(f"gone-{week}", b"".join(sorted(known | marks)))

    def gone_in(self, week: str) -> set[bytes]:
        """The marks (`mark_of`) of all fragments of the week that were deleted."""
        marks = self._read(f"gone-{week}") or b""
        return {marks[start : start + MARK_BYTES] for start in range(0, len(marks), MARK_BYTES)}

    def forget_gone(self, week: str) -> None:
        """When all fragments of the week have been dropped."""
        with suppress(FileNotFoundError):
            os.remove(os.path.join(self._folder, f"gone-{week}"))

    def keep_cells(self, week: str, rows: list[Row]) -> None:
        self._write(f"cells-{week}", msgspec.json.encode(rows))

    def cells_of(self, week: str) -> list[Row]:
        """The week's cells as they were published; empty if it has not been, as far as this folder knows."""
        return msgspec.json.decode(self._read(f"cells-{week}") or b"[]", type=list[Row])

    def weeks_with_cells(self) -> list[str]:
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            return []
        return sorted(name.removeprefix("cells-") for name in names if name.startswith("cells-") and "." not in name)

    def _read(self, name: str) -> bytes | None:
        try:
            with open(os.path.join(self._folder, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreFailed(f"The folder's ledger cannot be read ({error.strerror}).") from error

    def _write(self, name: str, data: bytes) -> None:
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            write_file(os.path.join(self._folder, name), data, 0o600)
        except OSError as error:
            raise StoreFailed(f"The folder's ledger cannot be written ({error.strerror}).") from error


def mark_of(key: Key) -> bytes:
    """What tells that a fragment was deleted, to whoever has the fragment, and nothing to anybody else."""
    week, kind, nonce = key
    return hashlib.sha256(f"TTB1 gone {week} {kind} ".encode() + nonce).digest()[:MARK_BYTES]
