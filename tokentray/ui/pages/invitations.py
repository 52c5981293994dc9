"""What the journal would like to know: what this week's use was for, and whether something is worth another try."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from tokentray.insights.journal import JournalView
from tokentray.insights.retry import RetryOffer
from tokentray.ui import wording
from tokentray.ui.card import text_label
from tokentray.ui.flow import FlowLayout
from tokentray.ui.pages.journal_rows import title_of


class Invitations(QWidget):
    """Takes no room while there is nothing to ask; one retry at a time."""

    explain_wished = Signal()
    retry_answered = Signal(str, bool)
    """The card's id, and whether it is tried again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offer: RetryOffer | None = None
        self.unexplained = text_label("", "muted", wrap=True)
        self.explain = QPushButton(self.tr("Show the largest"))
        self.explain.setProperty("role", "link")
        self.explain.setToolTip(self.tr("Goes to the largest session of this week that has no card"))
        self._invitation = QWidget()
        line = FlowLayout(self._invitation, gap=8)
        line.addWidget(self.unexplained)
        line.addWidget(self.explain)
        self.retry = QFrame()
        self.retry.setProperty("role", "notice")
        self.again_words = text_label("", wrap=True)
        self.again = QPushButton(self.tr("Try again"))
        self.not_now = QPushButton(self.tr("Not now"))
        buttons = FlowLayout(gap=8)
        buttons.addWidget(self.again)
        buttons.addWidget(self.not_now)
        inside = QVBoxLayout(self.retry)
        inside.setContentsMargins(14, 10, 14, 12)
        inside.setSpacing(8)
        inside.addWidget(self.again_words)
        inside.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.retry)
        column.addWidget(self._invitation)
        self.explain.clicked.connect(self.explain_wished)
        self.again.clicked.connect(lambda: self._answer(again=True))
        self.not_now.clicked.connect(lambda: self._answer(again=False))
        self.hide()

    def show_view(self, view: JournalView) -> None:
        percent = view.unexplained_percent
        asks = bool(percent) and any(day.unexplained for day in view.days)
        if asks:
            words = self.tr("{percent} of this week's tokens have no story yet.")
            self.unexplained.setText(words.format(percent=wording.percent((percent or 0) / 100)))
        self._invitation.setVisible(asks)
        self._show_offer(view.retries[0] if view.retries else None)
        self.setVisible(asks or self._offer is not None)

    def _show_offer(self, offer: RetryOffer | None) -> None:
        self._offer = offer
        self.retry.setVisible(offer is not None)
        if offer is None:
            return
        made = offer.card.created_at if offer.card.day is None else offer.card.day
        when = f"{wording.month_name(made.month, short=False)} {made.year}"
        words = self.tr("“{title}”: you tried this with {model} in {month}. {newer} is here now: try again?")
        self.again_words.setText(
            words.format(title=title_of(offer.card), model=offer.old_model, month=when, newer=offer.model)
        )
        self.retry.setAccessibleName(self.again_words.text())

    def _answer(self, *, again: bool) -> None:
        if self._offer is not None:
            card, self._offer = self._offer.card.id, None
            self.retry.hide()
            self.retry_answered.emit(card, again)
