"""A colleague's card in the experiment feed: what it says, and what the person notes about it, all of it on this machine."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from tokentray.core.journal import Level, Outcome
from tokentray.core.published_words import label_of
from tokentray.share.fragments import RESULT_OF
from tokentray.share.team_view import FeedCard
from tokentray.ui import wording
from tokentray.ui.card import text_label
from tokentray.ui.flow import FlowLayout
from tokentray.ui.glyphs import glyph_size
from tokentray.ui.look import look_of, pixels
from tokentray.ui.outcome_mark import outcome_icon

OUTCOME_OF = {result: outcome for outcome, result in RESULT_OF.items()}
_WIDEST_TEXT = 700


class FeedCardFrame(QFrame):
    """Every outcome has the same room, the same weight and the same order of texts."""

    reproduced_noted = Signal(str, bool)
    still_true_answered = Signal(str, str)
    card_imported = Signal(str)
    card_wished = Signal(str)

    def __init__(self, card: FeedCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.card = card
        self._mark = QLabel()
        self.category = text_label("", "heading", wrap=True)
        self.facts = text_label("", "muted", wrap=True)
        self.own = text_label(self.tr("Yours (only you see this)"), "badge")
        self.texts: dict[str, _Text] = {}
        self._make_notes()
        self._lay_out()
        self._connect()
        self.show_card(card)

    def show_card(self, card: FeedCard) -> None:
        """The same card with what is noted about it now; what is being asked for can be asked for again."""
        self.card = card
        outcome = OUTCOME_OF[card.outcome]
        category, said = label_of(card.category), wording.outcome_words(outcome)
        self.category.setText(category)
        self.facts.setText(self.tr("{outcome} · {level}").format(outcome=said, level=_level_words(card.level)))
        self.setAccessibleName(self.tr("{category}: {outcome}").format(category=category, outcome=said))
        self.own.setVisible(card.own)
        for name, text in zip(self.texts, (card.tried, card.worked, card.learned, card.next), strict=True):
            self.texts[name].show_text(text)
        self._show_notes(card)
        self._dress(outcome)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "texts"):
            self._dress(OUTCOME_OF[self.card.outcome])

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """From top to bottom, also those that are not shown now."""
        return (self.still, self.not_any_more, self.reproduced, self.attempt, self.open, self.change)

    # Made

    def _make_notes(self) -> None:
        tr = self.tr
        here = tr("Noted only on this machine; nobody else sees it.")
        self.reproduced = QCheckBox(tr("I reproduced this"))
        self.reproduced.setToolTip(here)
        self.reproduced.setAccessibleDescription(here)
        self.only_here = text_label(tr("only on this machine"), "muted", wrap=True)
        self.attempt = QPushButton(tr("Try it myself"))
        self.attempt.setProperty("role", "link")
        self.attempt.setToolTip(tr("Puts a copy into your journal, marked “to try” and for you only"))
        self.open = QPushButton(tr("In your journal: open"))
        self.open.setProperty("role", "link")
        self.question = QFrame()
        self.question.setProperty("role", "notice")
        line = FlowLayout(self.question, gap=10)
        line.setContentsMargins(12, 6, 10, 6)
        self.asks = text_label(tr("Eight weeks on: is it still true?"), wrap=True)
        self.still, self.not_any_more = QPushButton(tr("Yes")), QPushButton(tr("No"))
        answers = QWidget()
        pair = QHBoxLayout(answers)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(8)
        pair.addWidget(self.still)
        pair.addWidget(self.not_any_more)
        self.still.setAccessibleName(tr("Still true: yes"))
        self.not_any_more.setAccessibleName(tr("Still true: no"))
        for widget in (self.asks, answers, text_label(tr("Your answer stays here."), "muted")):
            line.addWidget(widget)
        self.answer = text_label("", "muted", wrap=True)
        self.change = QPushButton(tr("Change"))
        self.change.setProperty("role", "link")
        self.change.setAccessibleName(tr("Change whether it is still true"))

    def _lay_out(self) -> None:
        words = FlowLayout(gap=10)
        words.addWidget(self.category)
        words.addWidget(self.facts)
        words.addWidget(self.own)
        head = QHBoxLayout()
        head.setSpacing(pixels(10))
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 14, 20, 12)
        column.setSpacing(6)
        column.addLayout(head)
        said = QVBoxLayout()
        said.setContentsMargins(pixels(28), 2, 0, 0)
        said.setSpacing(6)
        for name, title in (
            ("tried", self.tr("Tried")),
            ("worked", self.tr("Worked")),
            ("learned", self.tr("Learned")),
            ("next", self.tr("Next")),
        ):
            self.texts[name] = _Text(title)
            said.addWidget(self.texts[name])
        _align(self.texts)
        said.addWidget(self.question)
        foot = FlowLayout(gap=10)
        for widget in (self.reproduced, self.only_here, self.attempt, self.open, self.answer, self.change):
            foot.addWidget(widget)
        said.addSpacing(2)
        said.addLayout(foot)
        column.addLayout(said)

    def _connect(self) -> None:
        self.reproduced.clicked.connect(self._note)
        self.attempt.clicked.connect(self._import)
        self.open.clicked.connect(lambda: self.card_wished.emit(self.card.imported_as))
        self.still.clicked.connect(lambda: self.still_true_answered.emit(self.card.id, "yes"))
        self.not_any_more.clicked.connect(lambda: self.still_true_answered.emit(self.card.id, "no"))
        self.change.clicked.connect(lambda: self.still_true_answered.emit(self.card.id, ""))

    # Showing

    def _show_notes(self, card: FeedCard) -> None:
        self.reproduced.setVisible(not card.own)
        self.reproduced.setChecked(card.reproduced)
        self.only_here.setVisible(card.reproduced and not card.own)
        self.attempt.setVisible(not card.own and not card.imported_as)
        self.attempt.setEnabled(True)
        self.open.setVisible(bool(card.imported_as))
        self.question.setVisible(card.asks)
        self.answer.setVisible(bool(card.still_true))
        self.change.setVisible(bool(card.still_true))
        self.answer.setText(
            self.tr("You said that it is still true.")
            if card.still_true == "yes"
            else self.tr("You said that it is not true any more.")
        )
        about = _beginning(card.tried or card.learned)
        self.reproduced.setAccessibleName(self.tr("I reproduced this: {text}").format(text=about))
        self.attempt.setAccessibleName(self.tr("Try it myself: {text}").format(text=about))
        self.open.setAccessibleName(self.tr("In your journal, open: {text}").format(text=about))

    def _note(self, on: bool) -> None:
        self.only_here.setVisible(on)
        self.reproduced_noted.emit(self.card.id, on)

    def _import(self) -> None:
        self.attempt.setEnabled(False)
        self.card_imported.emit(self.card.id)

    def _dress(self, outcome: Outcome) -> None:
        icon = outcome_icon(outcome, look_of(self), 18)
        self._mark.setPixmap(icon.pixmap(glyph_size(18), self.devicePixelRatioF()))
        self._mark.setFixedWidth(pixels(18))
        self._mark.setContentsMargins(0, pixels(1), 0, 0)
        self._mark.setToolTip(wording.outcome_words(outcome))


class _Text(QWidget):
    """What was tried, or worked, or learned, or is next: its name to the left of it, above it where there is little room."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = text_label(title, "muted")
        self.words = text_label("", wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setMaximumWidth(pixels(_WIDEST_TEXT))
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(pixels(4))
        self._line.addWidget(self.title, 0, Qt.AlignmentFlag.AlignTop)
        self._line.addWidget(self.words, 1)
        self._line.addStretch(0)
        self.title.setContentsMargins(0, pixels(1), 0, 0)

    def show_text(self, text: str) -> None:
        self.words.setText(text.strip())
        self.setVisible(bool(text.strip()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= self.title.minimumWidth() + pixels(240)
        wanted = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if wanted != self._line.direction():
            self._line.setDirection(wanted)
            self._line.setSpacing(pixels(4) if beside else 0)


def _align(texts: dict[str, _Text]) -> None:
    """All texts begin below each other."""
    widest = max(text.title.sizeHint().width() for text in texts.values()) + pixels(10)
    for text in texts.values():
        text.title.setMinimumWidth(widest)


def _level_words(level: str) -> str:
    known = {one.value for one in Level}
    return wording.level_words(Level(level)) if level in known else level


def _beginning(text: str) -> str:
    first = text.strip().partition("\n")[0]
    return first if len(first) <= 60 else f"{first[:59].rstrip()}…"
