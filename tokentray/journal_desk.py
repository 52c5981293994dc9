"""
The journal's part of the worker: keeps what the person writes, and publishes the journal and the check-in while somebody looks at them.

Lives on the engine's thread and uses its history. Made when the person first wishes to see or write something of the journal: a tray
that never does needs none of this.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from tokentray.core.journal import Card, CheckIn, Retry, WorkSession, new_card_id
from tokentray.core.period import local_day
from tokentray.insights.checkin import take_checkin
from tokentray.insights.journal import JournalChoice, take_journal, take_proposal, with_models
from tokentray.insights.prices import PriceBook, open_price_book
from tokentray.insights.retry import another_try
from tokentray.insights.work_sessions import join, session_of, split_at
from tokentray.store.checkin_table import record_checkin
from tokentray.store.database import History, change_mark, transaction
from tokentray.store.journal_table import (
    Removed,
    all_retries,
    card_of,
    edits_of,
    put_back,
    record_retry,
    remove_card,
    save_card,
    save_search,
    set_tag_colour,
)
from tokentray.store.work_table import record_work_edit, undo_work_edit

if TYPE_CHECKING:
    from tokentray.engine import Engine

SHOWN_AFTER_MS = 60
SHOWN_AT_MOST_EVERY_MS = 1000
"""Typing saves more often than that, and nobody reads the list meanwhile."""

LOOK_EVERY_MS = 2000
"""Whether anything changed, such as new use or a card from the command line; asking costs microseconds."""


class JournalDesk(QObject):
    """
    To be moved to the engine's thread. Slots are the person's wishes; signals carry frozen values.

    `journal_taken` a JournalView, `checkin_taken` a CheckInDraft, `card_saved` the Card as it is kept now, `edits_taken` a card's id and
    its earlier texts, `proposal_taken` a Proposal, `card_begun` the id of a card that another try begins, to be opened.
    """

    journal_taken = Signal(object)
    checkin_taken = Signal(object)
    card_saved = Signal(object)
    edits_taken = Signal(str, object)
    proposal_taken = Signal(object)
    card_begun = Signal(str)

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self._choice = JournalChoice()
        self._week = ""
        self._shows_journal = False
        self._shows_checkin = False
        self._shown: tuple[object, ...] | None = None
        self._shown_at = 0.0
        self._removed: dict[str, Removed] = {}
        # What is saved without a pause of ten minutes by one program is one edit.
        self._sitting = new_card_id()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._publish)
        self._look_timer = QTimer(self)
        self._look_timer.setInterval(LOOK_EVERY_MS)
        self._look_timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._look_timer.timeout.connect(self._look)

    @Slot()
    def stop(self) -> None:
        """Nothing is shown any more: a timer ends on its own thread only."""
        self._shows_journal = self._shows_checkin = False
        self._serve()

    # Showing

    @Slot(bool)
    def serve_journal(self, looked_at: bool) -> None:
        """Whether somebody looks at the Journal: only then it is taken, and taken again when something changed."""
        self._shows_journal = looked_at
        self._serve()

    @Slot(bool)
    def serve_checkin(self, looked_at: bool) -> None:
        """As `serve_journal`, for the Check-in."""
        self._shows_checkin = looked_at
        self._serve()

    @Slot(object)
    def choose_journal(self, choice: JournalChoice) -> None:
        """What the Journal is to show."""
        self._choice = choice
        self._publish()

    @Slot(str)
    def choose_week(self, week: str) -> None:
        """Which week the Check-in is of: "2026-W47", or "" for this one."""
        self._week = week
        self._publish()

    @Slot(str)
    def open_card(self, card_id: str) -> None:
        """Gives the card's earlier texts."""
        if (history := self._engine.history) is not None:
            with self._engine.telling_wishes():
                self.edits_taken.emit(card_id, tuple(edits_of(history, card_id)))

    @Slot()
    def propose(self) -> None:
        """Gives what the quick card is to show."""
        if (history := self._engine.history) is not None:
            with self._engine.telling_wishes():
                self.proposal_taken.emit(
                    take_proposal(history, self._engine.settings, self._engine.now(), self._engine.zone())
                )

    def _serve(self) -> None:
        if self._shows_journal or self._shows_checkin:
            self._look_timer.start()
            self._publish()
        else:
            self._look_timer.stop()
            self._timer.stop()

    @Slot()
    def _look(self) -> None:
        with self._engine.telling_wishes():
            if self._shown is None or self._state() != self._shown:
                self._soon()

    def _soon(self) -> None:
        """Before long: at once after a quiet time, while many changes in a row give one a second."""
        if (self._shows_journal or self._shows_checkin) and not self._timer.isActive():
            left = SHOWN_AT_MOST_EVERY_MS - int((time.monotonic() - self._shown_at) * 1000)
            self._timer.start(max(SHOWN_AFTER_MS, left))

    @Slot()
    def _publish(self) -> None:
        history, engine = self._engine.history, self._engine
        if history is None:
            return
        self._timer.stop()
        with self._engine.telling_wishes():
            try:
                if self._shows_journal:
                    view = take_journal(history, engine.settings, engine.now(), engine.zone(), self._choice)
                    self.journal_taken.emit(view)
                if self._shows_checkin:
                    draft = take_checkin(history, engine.settings, engine.now(), engine.zone(), self._week)
                    self.checkin_taken.emit(draft)
            finally:
                self._shown = self._state()  # what could not be taken is not tried again before something changed
        self._shown_at = time.monotonic()

    def _state(self) -> tuple[object, ...]:
        """What all that is shown depends on."""
        history, today = self._engine.history, self._today()
        return (today, self._engine.settings, change_mark(history) if history is not None else None)

    # Cards

    @Slot(object)
    def save_card(self, card: Card) -> None:
        """Keeps a card as it is written now; its earlier texts are kept, too."""
        history = self._engine.history
        if history is None:
            return
        with self._engine.telling_wishes():
            before = card_of(history, card.id)
            if before is None or before.links != card.links:
                card = with_models(history, self._engine.settings, card)
            with transaction(history):
                kept = save_card(history, card, self._engine.now(), self._sitting)
            self.card_saved.emit(kept)
            if before is not None:
                self.edits_taken.emit(card.id, tuple(edits_of(history, card.id)))
        self._soon()

    @Slot(str)
    def remove_card(self, card_id: str) -> None:
        """Deletes a card from the file itself; until the program ends it can be put back."""
        history = self._engine.history
        if history is None:
            return
        with self._engine.telling_wishes():
            removed = remove_card(history, card_id)
            if removed is not None:
                self._removed[card_id] = removed
        self._soon()

    @Slot(object)
    def restore_card(self, card: Card) -> None:
        """Puts a card back that was deleted, with its earlier texts."""
        removed = self._removed.pop(card.id, None)
        if removed is None:
            self.save_card(card)
        else:
            self._write(lambda history: put_back(history, removed))

    @Slot(str, int)
    def colour_tag(self, tag: str, colour: int) -> None:
        """A number of the palette; -1: as the program chooses."""
        self._write(lambda history: set_tag_colour(history, tag, colour if colour >= 0 else None))

    @Slot(str, str)
    def save_search(self, name: str, text: str) -> None:
        """In the place of one that has that name."""
        self._write(lambda history: save_search(history, name, text))

    @Slot(str)
    def forget_search(self, name: str) -> None:
        self.save_search(name, "")

    @Slot(str, bool)
    def answer_retry(self, card_id: str, again: bool) -> None:
        """The answer to "try again?"; a yes begins a card that goes on from the old one."""
        history = self._engine.history
        if history is None:
            return
        with self._engine.telling_wishes():
            card = card_of(history, card_id)
            if card is None:
                return
            known = next((retry for retry in all_retries(history) if retry.card == card_id), None)
            offered_at = known.offered_at if known else self._engine.now()
            answer = Retry(card_id, known.model if known else "", offered_at, again)
            with transaction(history):
                record_retry(history, answer)
            self._soon()
            if again:
                begun = another_try(card, self._engine.now())
                self.save_card(begun)
                self._publish()
                self.card_begun.emit(begun.id)

    # Stretches of work

    @Slot(str, object)
    def split_work(self, session_id: str, at: datetime) -> None:
        """Cuts a stretch; `at` begins the later part."""
        with self._engine.telling_wishes():
            session = self._session(session_id)
            if session is not None:
                edit = split_at(session, at)
                self._write(lambda history: record_work_edit(history, edit))

    @Slot(str, str)
    def join_work(self, one_id: str, other_id: str) -> None:
        """Makes one of two stretches of a project."""
        with self._engine.telling_wishes():
            one, other = self._session(one_id), self._session(other_id)
            if one is not None and other is not None:
                edit = join(one, other)
                self._write(lambda history: record_work_edit(history, edit))

    @Slot()
    def undo_work_edit(self) -> None:
        """Takes the last cut or join back."""
        self._write(undo_work_edit)

    def _session(self, session_id: str) -> WorkSession | None:
        history = self._engine.history
        if history is None:
            return None
        return session_of(history, session_id, self._engine.settings.pause_minutes, self._book(history))

    def _book(self, history: History) -> PriceBook:
        return open_price_book(history, self._engine.settings.own_prices)

    # Check-in

    @Slot(object)
    def save_checkin(self, checkin: CheckIn) -> None:
        """Keeps a week's answers."""
        edited = replace(checkin, edited_at=self._engine.now())
        self._write(lambda history: record_checkin(history, edited))

    # The history

    def _write(self, change: Callable[[History], object]) -> None:
        history = self._engine.history
        if history is None:
            return
        with self._engine.telling_wishes(), transaction(history):
            change(history)
        self._soon()

    def _today(self) -> date:
        return local_day(self._engine.now(), self._engine.zone())
