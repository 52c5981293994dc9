"""The history as the journal's commands open it: it may be without any use, and is made for a first card."""

from __future__ import annotations

from tokentray.cli.errors import WrongUsage
from tokentray.cli.here import Here
from tokentray.cli.reading import Chosen, agents_here, own_history
from tokentray.core.journal import Card, WorkSession
from tokentray.insights.journal import CardRow, card_rows
from tokentray.insights.prices import open_price_book
from tokentray.insights.work_sessions import MINUTE, session_of, take_sessions
from tokentray.store.database import History, open_history, transaction
from tokentray.store.journal_table import all_cards, card_of
from tokentray.store.unfinished import begin_first_reading

SHOWN_PREFIXES = 5


def journal_to_write(here: Here) -> History:
    """
    The history, made if there is none; whoever wants to know of use then reads the logs first.

    Raises:
        HistoryError: it cannot be opened.
    """
    chosen, is_new = Chosen(), not here.has_history
    history = own_history(chosen)
    if is_new and (chosen.others or agents_here(chosen)):
        with transaction(history):
            begin_first_reading(history)
    return history


def journal_to_read(here: Here) -> History | None:
    """The history, open for reading; None if there is none."""
    return open_history(here.history_path, read_only=True) if here.has_history else None


def card_named(history: History, name: str) -> Card:
    """
    The card of an id, or of what an id begins with.

    Raises:
        WrongUsage: there is none, or more than one.
    """
    card = card_of(history, name)
    if card is not None:
        return card
    found = [card for card in all_cards(history) if name and card.id.startswith(name)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise WrongUsage(f"There is no card “{name}”; “tokentray journal list” has them all.")
    some = ", ".join(card.id for card in found[:SHOWN_PREFIXES])
    raise WrongUsage(f"{len(found)} cards begin with “{name}”: {some}{' …' if len(found) > SHOWN_PREFIXES else ''}.")


def rows_of(history: History, here: Here, cards: list[Card]) -> list[CardRow]:
    """These cards with the stretches of work that they speak of."""
    anchors = [link.anchor for card in cards for link in card.links]
    sessions: list[WorkSession] = []
    if anchors:
        book = open_price_book(history, here.settings.own_prices)
        pause = here.settings.pause_minutes
        sessions = take_sessions(history, min(anchors), max(anchors) + MINUTE, pause, book)
    return card_rows(history, here.settings, cards, sessions, here.zone)


def session_named(history: History, here: Here, handle: str) -> WorkSession:
    """
    The stretch of work of a handle as `report --by work` has it; "last" is the latest one.

    Raises:
        WrongUsage: there is none.
    """
    book = open_price_book(history, here.settings.own_prices)
    if handle == "last":
        return _latest(history, here)
    found = session_of(history, handle, here.settings.pause_minutes, book)
    if found is None:
        raise WrongUsage(
            f"There is no session of work “{handle}”; “tokentray report --by work” names them, and “last” is the latest."
        )
    return found


def _latest(history: History, here: Here) -> WorkSession:
    book = open_price_book(history, here.settings.own_prices)
    for days in (2, 62, None):
        since = None if days is None else here.now - days * 1440 * MINUTE
        found = take_sessions(history, since, here.now + MINUTE, here.settings.pause_minutes, book)
        if found:
            return max(found, key=lambda session: (session.end, session.start))
    raise WrongUsage("No session of work is known yet: “tokentray sync” reads the logs.")
