"""One account or agent on the Sources page: how it is, how far it reaches, what it can and cannot see."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from tokentray.core.period import local_day
from tokentray.insights.snapshot import AccountState
from tokentray.settings.new_account import AccountTested
from tokentray.ui import wording
from tokentray.ui.card import text_label
from tokentray.ui.flow import FlowLayout
from tokentray.ui.glyphs import glyph, glyph_size
from tokentray.ui.look import look_of, set_role

MOST_GAPS = 3

_STATE_GLYPHS = {
    "ok": "ok",
    "paused": "paused",
    "never": "waiting",
    "not_allowed": "waiting",
    "reading": "sync",
    "throttled": "waiting",
    "unreachable": "offline",
    "vault_locked": "key",
    "no_vault": "key",
    "key_missing": "key",
    "key_rejected": "refused",
}


class AccountCard(QFrame):
    """Shows an `AccountState`; its signals carry the account's name."""

    test_wished = Signal(str)
    pause_wished = Signal(str, bool)
    remove_wished = Signal(str)

    def __init__(self, account: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.account = account
        self._state = "never"
        self._row: AccountState | None = None
        self._title = text_label("", "heading", wrap=True)
        self._name = text_label(account, "muted", wrap=True)
        self._glyph = QLabel()
        self.state = text_label("", "muted", wrap=True)
        self.facts = text_label("", wrap=True)
        self.details = text_label("", "muted", wrap=True)
        self.result = text_label("", wrap=True)
        self.result.hide()
        self.test = QPushButton(self.tr("Test"))
        self.pause = QPushButton(self.tr("Pause"))
        self.remove = QPushButton(self.tr("Remove…"))
        self.remove.setProperty("role", "danger")
        self._lay_out()
        self.test.clicked.connect(lambda: self.test_wished.emit(self.account))
        self.pause.clicked.connect(self._tell_pause)
        self.remove.clicked.connect(lambda: self.remove_wished.emit(self.account))

    def show_row(self, row: AccountState, now: datetime, zone: str) -> None:
        """Shows the account as it was at `now`, with the moments of a zone."""
        self._row = row
        self._state = "paused" if row.paused else row.state
        self._title.setText(row.title)
        self.state.setText(self._state_text(row, now))
        set_role(self.state, wording.state_tone(self._state))
        self.facts.setText(self._facts_text(row, zone))
        self.details.setText(self._details_text(row, zone))
        self.pause.setText(self.tr("Resume") if row.paused else self.tr("Pause"))
        self.test.setVisible(row.kind == "provider")
        # An agent that is found by itself would only be found again.
        self.remove.setVisible(row.kind == "provider" or not row.account.endswith("/default"))
        for button in (self.test, self.pause, self.remove):
            button.setAccessibleName(f"{button.text().rstrip('…')}: {row.account}")
        self.setAccessibleName(f"{row.title}, {row.account}: {self.state.text()}")
        self._paint_glyph()

    def show_testing(self) -> None:
        self.test.setEnabled(False)
        set_role(self.result, "muted")
        self.result.setText(self.tr("Testing…"))
        self.result.show()

    def show_tested(self, tested: AccountTested) -> None:
        """Shows what the test said, in words and colour."""
        self.test.setEnabled(True)
        set_role(self.result, "good" if tested.accepted else "bad")
        self.result.setText(("✓ " if tested.accepted else "✕ ") + tested.sentence)
        self.result.show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_glyph()

    def _lay_out(self) -> None:
        names, buttons = FlowLayout(gap=8), FlowLayout(gap=8)
        names.addWidget(self._title)
        names.addWidget(self._name)
        for button in (self.test, self.pause, self.remove):
            buttons.addWidget(button)
        # In the middle of the buttons' line.
        names.setContentsMargins(0, 5, 0, 0)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addLayout(names, 1)
        head.addLayout(buttons)
        state = QHBoxLayout()
        state.setSpacing(6)
        state.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        state.addWidget(self.state, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(21, 13, 15, 15)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(state)
        column.addWidget(self.result)
        column.addWidget(self.facts)
        column.addWidget(self.details)

    def _paint_glyph(self) -> None:
        look = look_of(self)
        tokens = {"good": look.good_text, "warn": look.warn_text, "bad": look.bad_text}
        token = tokens.get(wording.state_tone(self._state), look.muted)
        name = _STATE_GLYPHS.get(self._state, "warning")
        self._glyph.setPixmap(glyph(name, token, 16).pixmap(glyph_size(16), self.devicePixelRatioF()))

    def _tell_pause(self) -> None:
        if self._row is not None:
            self.pause_wished.emit(self.account, not self._row.paused)

    def _state_text(self, row: AccountState, now: datetime) -> str:
        parts = [wording.state_words(self._state) + "."]
        if self._state not in ("ok", "paused"):
            message = row.message.rstrip(".")
            parts.append(f"{message}." if message else wording.what_to_do(self._state))
        if row.succeeded_at is not None:
            parts.append(self.tr("Last reading {age}.").format(age=wording.age(row.succeeded_at, now)))
        return " ".join(part for part in parts if part)

    def _facts_text(self, row: AccountState, zone: str) -> str:
        parts = []
        if row.tokens is not None:
            parts.append(wording.tokens_text(row.tokens))
        if row.complete_since is not None:
            day = wording.day_text(local_day(row.complete_since, zone))
            parts.append(self.tr("complete since {day}").format(day=day))
        elif row.first_day is not None:
            parts.append(self.tr("since {day}").format(day=wording.day_text(row.first_day)))
        if row.complete_until is not None and row.kind == "provider":
            parts.append(self.tr("until {moment}").format(moment=_moment(row.complete_until, zone)))
        return "  ·  ".join(parts) or self.tr("Nothing has been read yet.")

    def _details_text(self, row: AccountState, zone: str) -> str:
        lines = [self.tr("Gap: {gap}").format(gap=_gap_text(gap, zone)) for gap in row.gaps[:MOST_GAPS]]
        if len(row.gaps) > MOST_GAPS:
            lines.append(self.tr("and {number} more gaps").format(number=len(row.gaps) - MOST_GAPS))
        if row.gives:
            lines.append(self.tr("Gives: {what}").format(what=row.gives))
        if row.cannot:
            lines.append(self.tr("Limits: {what}").format(what=row.cannot))
        return "\n".join((*lines, *row.notes))


def _gap_text(gap: tuple[datetime, datetime, str], zone: str) -> str:
    since, until, why = gap
    stretch = f"{_moment(since, zone)} – {_moment(until, zone)}"
    return f"{stretch}: {why}" if why else stretch


def _moment(instant: datetime, zone: str) -> str:
    here = instant.astimezone(ZoneInfo(zone))
    return f"{wording.short_day(here.date())}, {wording.clock_text(here)}"
