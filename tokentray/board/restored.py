"""Notices a store that was put back from a backup, and does what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass

from tokentray.board import seat_table
from tokentray.board.cell_table import (
    close_week,
    generation_of,
    next_generation,
    read_cells_of,
    weeks_published,
    write_cells,
)
from tokentray.board.database import Store
from tokentray.board.errors import StoreRestored
from tokentray.board.fragment_table import bury_row, drop_tombstones, live_keys, weeks_kept
from tokentray.board.ledger import Ledger, mark_of
from tokentray.board.publish import drop_old_weeks
from tokentray.board.writer import reseat


def refuse_restored(ledger: Ledger, issuer: Store | None, board: Store | None) -> None:
    """Raises StoreRestored: a store is behind what this folder has seen of it."""
    behind = stores_behind(ledger, issuer, board)
    if behind:
        raise StoreRestored(
            f"The store of the {' and the '.join(behind)} is older than what this folder has seen of it: a backup was put back. Nothing is served"
            " until you have read what that means: tokentray board restored --data DIR"
        )


def stores_behind(ledger: Ledger, issuer: Store | None, board: Store | None) -> list[str]:
    """ "board" and "issuer", if a backup of theirs was put back."""
    behind = []
    if board:
        with board.reading() as connection:
            if generation_of(connection) < ledger.came_to("board"):
                behind.append("board")
    if issuer:
        with issuer.reading() as connection:
            if seat_table.generation_of(connection) < ledger.came_to("issuer"):
                behind.append("issuer")
    return behind


def note_further(ledger: Ledger, board: Store) -> None:
    """At each start, stop and backup: every copy that was made before is older from now on."""
    with board.writing() as connection:
        generation = next_generation(connection)
    ledger.note_came_to("board", generation)


def note_issuer_further(ledger: Ledger, issuer: Store) -> None:
    with issuer.writing() as connection:
        generation = seat_table.next_generation(connection)
    ledger.note_came_to("issuer", generation)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What `accept` did: fragments deleted once more, weeks whose published numbers were put back, invites that are void now."""

    deleted: int
    weeks: list[str]
    void: int


def accept(ledger: Ledger, issuer: Store | None, board: Store, retention_weeks: int) -> Repaired:
    """
    What was deleted since the backup is deleted again, what was published since is put back as it was (nothing is drawn twice), and invites that
    may have been claimed since are void. The stores may be served again then.
    """
    behind = stores_behind(ledger, issuer, board)
    deleted, weeks, void = 0, list[str](), 0
    if "board" in behind:
        deleted, weeks = _mend_board(ledger, board)
        drop_old_weeks(board, retention_weeks)
        reseat(board)
    if issuer and "issuer" in behind:
        with issuer.writing() as connection:
            void = seat_table.void_unclaimed(connection)
            generation = seat_table.next_generation(connection, ledger.came_to("issuer"))
        ledger.note_came_to("issuer", generation)
    return Repaired(deleted, weeks, void)


def _mend_board(ledger: Ledger, board: Store) -> tuple[int, list[str]]:
    with board.writing() as connection:
        present = weeks_published(connection)
        back = [week for week in ledger.weeks_with_cells() if week not in present]
        for week in back:
            close_week(connection, week)
            write_cells(connection, ledger.cells_of(week))
            drop_tombstones(connection, week)
        closed = {*present, *back}
        deleted = 0
        for week in weeks_kept(connection):
            gone = ledger.gone_in(week)
            for key in live_keys(connection, week) if gone else ():
                if mark_of(key) in gone:
                    bury_row(connection, key, keep_spent=week not in closed)
                    deleted += 1
        generation = next_generation(connection, ledger.came_to("board"))
    ledger.note_came_to("board", generation)
    return deleted, back


def keep_published(ledger: Ledger, board: Store) -> None:
    """Copies every published week's cells into the folder, once."""
    kept = ledger.weeks_with_cells()
    with board.reading() as connection:
        missing = [week for week in weeks_published(connection) if week not in kept]
        rows = {week: read_cells_of(connection, week) for week in missing}
    for week, cells in rows.items():
        ledger.keep_cells(week, cells)
