"""Closes weeks whose time has come: destroys their keys, publishes them, forgets what has been kept long enough."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime

from tokentray.board.cell_table import weeks_published, weeks_unseated
from tokentray.board.database import Store
from tokentray.board.errors import AlreadyPublished, WeekOpen, WrongWish
from tokentray.board.issuer import destroy_keys
from tokentray.board.ledger import Ledger
from tokentray.board.publish import drop_old_weeks, publish_week
from tokentray.board.restored import keep_published, note_further
from tokentray.board.season import Season, Seasons
from tokentray.board.seat_table import weeks_with_keys
from tokentray.board.writer import reseat
from tokentray.core.fragment import ADOPTIONS, BANDS, EFFORTS, RESULTS
from tokentray.core.published import OTHER


def due_weeks(seasons: Seasons, now: datetime) -> list[str]:
    """Weeks that take nothing any more by the clock, oldest first."""
    return [week for season in seasons.all() for week in season.manifest.weeks if now >= season.closes(week)]


def close_due(
    folder: str, seasons: Seasons, now: datetime, *, issuer: Store | None = None, board: Store | None = None
) -> list[str]:
    """Everything that is due, in the protocol's order: keys first. Gives the weeks that were published."""
    ledger = Ledger(folder)
    weeks = due_weeks(seasons, now)
    if issuer:
        with issuer.reading() as connection:
            left = weeks_with_keys(connection)
        destroy_keys(issuer, [week for week in weeks if week in left])
    if board is None:
        return []
    with board.reading() as connection:
        published = weeks_published(connection)
        unseated = weeks_unseated(connection)
    fresh = [week for week in weeks if week not in published]
    for week in fresh:
        # Another server on the same store may have been quicker.
        with suppress(AlreadyPublished):
            publish(board, seasons, week)
    keep_published(ledger, board)
    if fresh:
        _forget_old(ledger, board, seasons)
        _forget_envelope_keys(folder, seasons, now)
    if fresh or unseated:
        reseat(board)
    return fresh


def _forget_old(ledger: Ledger, board: Store, seasons: Seasons) -> None:
    note_further(ledger, board)
    for week in drop_old_weeks(board, retention(seasons)):
        ledger.forget_gone(week)


def close_one(folder: str, seasons: Seasons, week: str, now: datetime, *, issuer: Store | None, board: Store) -> None:
    """
    One week by name.

    Raises:
        WrongWish: no season has it.
        WeekOpen: it still takes fragments.
        AlreadyPublished: it was published before.
    """
    season = seasons.of_week(week)
    if season is None:
        raise WrongWish(f"No season of this board has {week}.")
    if now < season.closes(week):
        raise WeekOpen(f"{week} takes fragments until {season.closes(week):%Y-%m-%d %H:%M} UTC.")
    if issuer:
        destroy_keys(issuer, [week])
    publish(board, seasons, week)
    ledger = Ledger(folder)
    keep_published(ledger, board)
    _forget_old(ledger, board, seasons)
    reseat(board)


def publish(board: Store, seasons: Seasons, week: str) -> None:
    season = seasons.of_week(week)
    if season is not None:
        publish_week(board, week, values_of(season))


def retention(seasons: Seasons) -> int:
    newest = seasons.newest()
    return newest.manifest.retention_weeks if newest else 13


def values_of(season: Season) -> dict[str, tuple[list[str], list[str]]]:
    """Every word that the two counted fields of each kind can have."""
    manifest = season.manifest
    return {
        "c1": (list(ADOPTIONS), [*(function.id for function in manifest.functions), OTHER]),
        "c2": (list(RESULTS), list(EFFORTS)),
        "use": (list(manifest.tools), list(BANDS)),
        "card": (list(manifest.categories), list(RESULTS)),
    }


def _forget_envelope_keys(folder: str, seasons: Seasons, now: datetime) -> None:
    # A season whose last week has closed opens no envelope any more; the newest one still seals deletions.
    for season in seasons.all()[:-1]:
        if all(now >= season.closes(week) for week in season.manifest.weeks):
            with suppress(FileNotFoundError):
                os.remove(os.path.join(folder, f"seal-{season.manifest.season}.key"))
