"""One card of the week in the check-in, and who it is for; only its author says so, card by card."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from tokentray.core.journal import Card, Level
from tokentray.insights.journal import CardRow
from tokentray.ui import wording
from tokentray.ui.card import text_label
from tokentray.ui.elided_label import ElidedLabel
from tokentray.ui.flow import FlowLayout
from tokentray.ui.glyphs import glyph_size
from tokentray.ui.look import look_of
from tokentray.ui.outcome_mark import outcome_icon
from tokentray.ui.segments import Segments


class PromotionRow(QWidget):
    """Outcome, title, facts, and Me · Team · Company."""

    level_chosen = Signal(object, object)
    """The card, and its new level."""

    card_wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card: Card | None = None
        self._mark = QLabel()
        self.title = ElidedLabel("strong")
        self.facts = text_label("", "muted", wrap=True)
        self.open = QPushButton(self.tr("Open"))
        self.open.setProperty("role", "link")
        self.level = Segments(self.tr("For"), [(level, wording.level_words(level)) for level in Level])
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._mark)
        head.addWidget(self.title, 1)
        head.addWidget(self.open)
        foot = FlowLayout(gap=8)
        foot.addWidget(self.level)
        foot.addWidget(self.facts)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(foot)
        self.open.clicked.connect(lambda: self.card_wished.emit(self._card.id) if self._card else None)
        self.level.chosen.connect(self._choose)

    def show_row(self, row: CardRow) -> None:
        self._card = row.card
        title = row.card.title.strip() or wording.untitled()
        self.title.setText(title)
        self.facts.setText(f"{wording.weekday_name(row.day.weekday())} · {wording.tokens_text(row.tokens)}")
        outcome = wording.outcome_words(row.card.outcome)
        self.setAccessibleName(f"{title}: {outcome}")
        self._mark.setToolTip(outcome)
        self.open.setAccessibleName(self.tr("Open {title}").format(title=title))
        self.level.show_name(self.tr("{title} is for").format(title=title))
        self.level.show_value(row.card.level)
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._card is not None:
            self._dress()

    def _dress(self) -> None:
        if self._card is not None:
            icon = outcome_icon(self._card.outcome, look_of(self), 18)
            self._mark.setPixmap(icon.pixmap(glyph_size(18), self.devicePixelRatioF()))
            self._mark.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def _choose(self, level: object) -> None:
        if self._card is not None and level != self._card.level:
            self.level_chosen.emit(self._card, Level(str(level)))
