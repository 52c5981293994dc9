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
        self._dressed: tuple[Outcome, str] | None = None
        self.question: Question | None = None
        self.texts: dict[str, _Text] = {}
        self._make_notes()
        self._lay_out()
        self._connect()
        self.show_card(card)

    def renew(self, card: FeedCard) -> None:
        """The same card with what is noted about it now; what is being asked for can be asked for again."""
        if card != self.card:
            self.show_card(card)
        self.attempt.setEnabled(True)

    def show_card(self, card: FeedCard) -> None:
        """Another card, or the same one changed."""
        self.card = card
        self.attempt.setEnabled(True)
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
        asking = self.question.controls if self.question is not None else ()
        return (*asking, self.reproduced, self.attempt, self.open)

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
        self._asking = QVBoxLayout()
        said.addLayout(self._asking)
        foot = FlowLayout(gap=10)
        for widget in (self.reproduced, self.only_here, self.attempt, self.open):
            foot.addWidget(widget)
        said.addSpacing(2)
        said.addLayout(foot)
        column.addLayout(said)

    def _connect(self) -> None:
        self.reproduced.clicked.connect(self._note)
        self.attempt.clicked.connect(self._import)
        self.open.clicked.connect(lambda: self.card_wished.emit(self.card.imported_as))

    # Showing

    def _show_notes(self, card: FeedCard) -> None:
        self.reproduced.setVisible(not card.own)
        self.reproduced.setChecked(card.reproduced)
        self.only_here.setVisible(card.reproduced and not card.own)
        self.attempt.setVisible(not card.own and not card.imported_as)
        self.open.setVisible(bool(card.imported_as))
        self._show_question(card)
        about = _beginning(card.tried or card.learned)
        self.reproduced.setAccessibleName(self.tr("I reproduced this: {text}").format(text=about))
        self.attempt.setAccessibleName(self.tr("Try it myself: {text}").format(text=about))
        self.open.setAccessibleName(self.tr("In your journal, open: {text}").format(text=about))

    def _show_question(self, card: FeedCard) -> None:
        """Few cards are old enough for it, and a frame's widgets are what a long feed costs."""
        shown = card.asks or bool(card.still_true)
        if self.question is None and shown:
            self.question = Question()
            self.question.answered.connect(lambda answer: self.still_true_answered.emit(self.card.id, answer))
            self._asking.addWidget(self.question)
        if self.question is not None:
            self.question.setVisible(shown)
            self.question.show_answer(card.still_true)

    def _note(self, on: bool) -> None:
        self.only_here.setVisible(on)
        self.reproduced_noted.emit(self.card.id, on)

    def _import(self) -> None:
        self.attempt.setEnabled(False)
        self.card_imported.emit(self.card.id)

    def _dress(self, outcome: Outcome) -> None:
        look = look_of(self)
        if (outcome, look.name) == self._dressed:
            return
        self._dressed = (outcome, look.name)
        icon = outcome_icon(outcome, look, 18)
        self._mark.setPixmap(icon.pixmap(glyph_size(18), self.devicePixelRatioF()))
        self._mark.setFixedWidth(pixels(18))
        self._mark.setContentsMargins(0, pixels(1), 0, 0)
        self._mark.setToolTip(wording.outcome_words(outcome))


class Question(QFrame):
    """Whether a card is still true, and later what was said of it."""

    answered = Signal(str)
    """yes, no, or "" to be asked again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        tr = self.tr
        self.words = text_label("", wrap=True)
        self.still, self.not_any_more, self.change = (
            QPushButton(tr("Yes")),
            QPushButton(tr("No")),
            QPushButton(tr("Change")),
        )
        self.still.setAccessibleName(tr("Still true: yes"))
        self.not_any_more.setAccessibleName(tr("Still true: no"))
        self.change.setAccessibleName(tr("Change whether it is still true"))
        self.change.setProperty("role", "link")
        self._answers = QWidget()
        pair = QHBoxLayout(self._answers)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(8)
        pair.addWidget(self.still)
        pair.addWidget(self.not_any_more)
        line = FlowLayout(self, gap=10)
        line.setContentsMargins(12, 6, 10, 6)
        for widget in (self.words, self._answers, self.change, text_label(tr("Your answer stays here."), "muted")):
            line.addWidget(widget)
        self.still.clicked.connect(lambda: self.answered.emit("yes"))
        self.not_any_more.clicked.connect(lambda: self.answered.emit("no"))
        self.change.clicked.connect(lambda: self.answered.emit(""))

    @property
    def controls(self) -> tuple[QWidget, ...]:
        return (self.still, self.not_any_more, self.change)

    def show_answer(self, answer: str) -> None:
        """An empty one asks. Whoever has just pressed a button stays here."""
        stays = any(control.hasFocus() for control in self.controls)
        self._answers.setVisible(not answer)
        self.change.setVisible(bool(answer))
        if stays:
            (self.change if answer else self.still).setFocus()
        self.words.setText(
            {
                "": self.tr("Eight weeks on: is it still true?"),
                "yes": self.tr("You said that it is still true."),
            }.get(answer, self.tr("You said that it is not true any more."))
        )


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
