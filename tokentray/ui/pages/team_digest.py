"""The weekly digest: a published week as a message, with own cards in clear only where the person adds them under their name."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QCheckBox, QFileDialog, QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from tokentray.core.digest import MOST_CARDS
from tokentray.core.journal import Card as JournalCard
from tokentray.insights.checkin import days_of_week
from tokentray.settings.settings import Settings
from tokentray.share.fragments import TEXTS
from tokentray.share.lint import findings
from tokentray.share.team_view import DigestWish, TeamView
from tokentray.ui import wording
from tokentray.ui.card import Card, text_label
from tokentray.ui.flow import FlowLayout, hung
from tokentray.ui.look import pixels
from tokentray.ui.pages.chart_card import write_text
from tokentray.ui.pages.journal_rows import title_of
from tokentray.ui.pages.post_dialog import SERVICES, PostDialog
from tokentray.ui.pages.setting_rows import ChoiceBox
from tokentray.ui.paper_text import PaperText

WRITTEN_AFTER_MS = 600
"""Each writing is a run of the command line, so a name is typed to its end first."""

FAILED_AFTER_MS = 400
"""Between a run's end and what it wrote."""

NOT_BEGUN_AFTER_MS = 5000
"""Where nothing is run at all, as in the demo."""


class TeamDigest(QWidget):
    """
    Nothing is written before it is asked for, and nothing posted before its very words were seen.

    What stands there answers the present choices, or says that it does not yet.
    """

    digest_wished = Signal(object)
    webhook_given = Signal(str, str)
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: TeamView | None = None
        self._own_words: tuple[str, ...] = ()
        self._cards: tuple[JournalCard, ...] = ()
        self._asked: DigestWish | None = None
        self._answered: DigestWish | None = None
        self._wanted = False
        self.text = ""
        self.ticks: dict[str, Tick] = {}
        self.dialog: PostDialog | None = None
        self._settled, self._late = QTimer(self), QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(WRITTEN_AFTER_MS)
        self._late.setSingleShot(True)
        self._make_head()
        self._make_own()
        self._make_preview()
        self._lay_out()
        self._connect()
        self._arrange()

    # Shown

    def show_team(self, view: TeamView) -> None:
        """Weeks and cards to choose from; what is chosen, typed and written stays."""
        self._view = view
        self._offer_weeks([week.week for week in view.published])
        self._offer_cards()
        self._arrange()
        self._write_soon()

    def show_settings(self, settings: Settings) -> None:
        """The person's own list of words that are pointed out."""
        self._own_words = settings.private_words

    def show_digest(self, text: str) -> None:
        """What was wished for last; a post's answer changes nothing here."""
        asked, self._asked = self._asked, None
        self._late.stop()
        if asked is not None and not asked.post_to:
            self._answered = asked
            if text != self.text:
                self.text = text
                self.preview.show_markdown(text)
        self._arrange()
        self._write()

    def show_work(self, words: str) -> None:
        """What is under way; when it ends and nothing was written, that was in vain."""
        if words:
            self._late.stop()
        elif self._asked is not None:
            self._late.start(FAILED_AFTER_MS)

    @property
    def is_fresh(self) -> bool:
        """Whether the text that stands there is the one of the present choices."""
        return bool(self.text) and self._answered is not None and self._answered == self._wish()

    # Made

    def _make_head(self) -> None:
        tr = self.tr
        self.card = Card(tr("Digest"))
        self.card.show_subtitle(tr("a published week as a message"))
        self.explanation = text_label("", "muted", wrap=True)
        self.week = ChoiceBox([])
        self.week.setAccessibleName(tr("Week of the digest"))
        self.write = QPushButton(tr("Write it"))

    def _make_own(self) -> None:
        tr = self.tr
        self.own = QFrame()
        self.own.setProperty("role", "inset")
        self.no_cards = text_label(
            tr("No card of that week is for the team or the company. What is for you alone cannot be added here."),
            "muted",
            wrap=True,
        )
        self.warning = text_label(
            tr(
                "This part is not anonymous. Whoever reads the digest sees these cards with your name, and that you take part. A card that you "
                "also shared through the board has your name there, too, from then on: it says the same words."
            ),
            "warn",
            wrap=True,
        )
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("Your name, as it stands in the digest"))
        self.name.setMinimumWidth(pixels(220))
        self.name_title = text_label(tr("Your name"), "strong")
        self.name_title.setBuddy(self.name)
        self.found = text_label("", "warn", wrap=True)
        column = QVBoxLayout(self.own)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(4)
        self._ticks = QVBoxLayout()
        self._ticks.setSpacing(2)
        self._name_line = QWidget()
        line = FlowLayout(self._name_line, gap=10)
        line.addWidget(self.name_title)
        line.addWidget(self.name)
        column.addWidget(text_label(tr("Add cards of your own from that week, in clear"), "strong", wrap=True))
        column.addWidget(self.no_cards)
        column.addLayout(hung(self._ticks))
        for widget in (self.warning, self._name_line, self.found):
            column.addWidget(widget)

    def _make_preview(self) -> None:
        tr = self.tr
        self.state = text_label("", "muted", wrap=True)
        self.again = QPushButton(tr("Write it again"))
        self.again.setProperty("role", "link")
        self.paper = QFrame()
        self.paper.setProperty("role", "inset")
        self.preview = PaperText(tr("The digest"))
        inside = QVBoxLayout(self.paper)
        inside.setContentsMargins(18, 14, 18, 14)
        inside.addWidget(self.preview)
        self.copy = QPushButton(tr("Copy as Markdown"))
        self.copy.setProperty("role", "primary")
        self.save = QPushButton(tr("Save…"))
        self.posts = {
            service: QPushButton(tr("Post to {service}…").format(service=name)) for service, name in SERVICES.items()
        }

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)
        self._choice = QWidget()
        choice = FlowLayout(self._choice, gap=8)
        choice.addWidget(self.week)
        choice.addWidget(self.write)
        self._state_line = QWidget()
        state = FlowLayout(self._state_line, gap=10)
        state.addWidget(self.state)
        state.addWidget(self.again)
        self._buttons = QWidget()
        buttons = FlowLayout(self._buttons, gap=8)
        for button in (self.copy, self.save, *self.posts.values()):
            buttons.addWidget(button)
        body = self.card.body
        body.setSpacing(8)
        for widget in (self.explanation, self._choice, self.own, self._state_line, self.paper, self._buttons):
            body.addWidget(widget)

    def _connect(self) -> None:
        self.write.clicked.connect(self._open)
        self.again.clicked.connect(self._write_again)
        self.week.activated.connect(self._choose_week)
        self.name.textChanged.connect(self._choose)
        self._settled.timeout.connect(self._write)
        self._late.timeout.connect(self._fail)
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self.ask_file)
        for service, button in self.posts.items():
            button.clicked.connect(lambda _checked=False, service=service: self.ask_post(service))

    # Showing

    def _offer_weeks(self, weeks: list[str]) -> None:
        held = str(self.week.currentData() or "")
        if [self.week.itemData(place) for place in range(self.week.count())] != weeks:
            self.week.blockSignals(True)
            self.week.clear()
            for week in weeks:
                self.week.addItem(wording.week_title(*days_of_week(week)), week)
            self.week.blockSignals(False)
        if weeks:
            self.week.show_value(held if held in weeks else weeks[0])

    def _offer_cards(self) -> None:
        """Tick boxes for the own cards of the digest's week; those that are ticked stay so."""
        weeks = self._view.published if self._view is not None else ()
        cards = next((week.cards for week in weeks if week.week == self.week.currentData()), ())
        self._cards = cards
        for card_id in set(self.ticks) - {card.id for card in cards}:
            gone = self.ticks.pop(card_id)
            gone.hide()
            gone.deleteLater()
        for card in cards:
            if card.id not in self.ticks:
                self.ticks[card.id] = tick = Tick()
                tick.toggled.connect(self._choose)
                self._ticks.addWidget(tick)
            outcome = wording.outcome_words(card.outcome)
            self.ticks[card.id].show_words(self.tr("{title} · {outcome}").format(title=title_of(card), outcome=outcome))

    def _arrange(self) -> None:
        tr, there = self.tr, self.week.count() > 0
        ticked = self._ticked()
        self.explanation.setText(
            tr(
                "For a channel, a mail or a page: what the board published of a week, and nothing else, unless you add to it."
            )
            if there
            else tr("A digest is made of a published week, and there is none yet.")
        )
        self._choice.setVisible(there)
        self.write.setVisible(not self._wanted)
        for widget in (self.own, self._state_line, self._buttons):
            widget.setVisible(there and self._wanted)
        self.paper.setVisible(there and self._wanted and bool(self.text))
        self.no_cards.setVisible(not self.ticks)
        for widget in (self.warning, self._name_line):
            widget.setVisible(bool(ticked))
        told = self._found()
        self.found.setText("\n".join(told))
        self.found.setVisible(bool(told))
        words, in_vain = self._state()
        self.state.setText(words)
        self._state_line.setVisible(there and self._wanted and bool(words))
        self.again.setVisible(in_vain)
        for button in (self.copy, self.save, *self.posts.values()):
            button.setEnabled(self.is_fresh)
        self.paper.setEnabled(self.is_fresh)

    def _state(self) -> tuple[str, bool]:
        """What is to be said of the text, and whether it can be asked for again."""
        if len(self._ticked()) > MOST_CARDS:
            return self.tr("A digest takes {count} cards at most.").format(count=MOST_CARDS), False
        if self._wish() is None:
            return self.tr("Your cards need your name beside them; or take them out again."), False
        if self.is_fresh:
            return "", False
        if self._wanted and self._asked is None and not self._settled.isActive():
            return self.tr("It could not be written."), True
        return self.tr("It is being written…"), False

    def _ticked(self) -> tuple[JournalCard, ...]:
        return tuple(card for card in self._cards if card.id in self.ticks and self.ticks[card.id].isChecked())

    def _found(self) -> list[str]:
        """What in the ticked cards may tell too much, a sentence each; the name they stand under is no news."""
        name = self.name.text().casefold()
        told, own_name = [], {name.strip(), *name.split()}
        for card in self._ticked():
            texts = (getattr(card, field) for field in ("title", *TEXTS))
            for one in {found.text: found for text in texts for found in findings(text, self._own_words)}.values():
                if one.text.casefold().lstrip("@") not in own_name:
                    sentence = self.tr("“{text}” in “{title}”: {why}.")
                    told.append(sentence.format(text=one.text, title=_shortened(title_of(card), 40), why=one.why))
        return told

    # Writing

    def _wish(self) -> DigestWish | None:
        """None while cards have no name to stand under, or are too many."""
        cards = tuple(card.id for card in self._ticked())
        name = " ".join(self.name.text().split())
        if (cards and not name) or len(cards) > MOST_CARDS:
            return None
        return DigestWish(str(self.week.currentData() or ""), cards, name if cards else "")

    def _open(self) -> None:
        self._wanted = True
        self._write()
        self.week.setFocus()

    def _choose_week(self) -> None:
        self._offer_cards()
        self._choose()

    def _choose(self) -> None:
        self._write_soon()
        self._arrange()

    def _write_soon(self) -> None:
        if self._wanted and self.week.count() and self._wish() not in (None, self._answered, self._asked):
            self._settled.start()

    def _write(self) -> None:
        """One after another: whoever answers does not say what was asked."""
        wish = self._wish()
        if self._wanted and self._asked is None and wish is not None and wish.week and wish != self._answered:
            self._ask(wish)
        self._arrange()

    def _ask(self, wish: DigestWish) -> None:
        self._asked = wish
        self._late.start(NOT_BEGUN_AFTER_MS)
        self.digest_wished.emit(wish)

    def _write_again(self) -> None:
        self._answered = None
        self._write()

    def _fail(self) -> None:
        asked, self._asked = self._asked, None
        if asked is not None and asked != self._wish():
            self._write()
        self._arrange()

    # Taken along

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)
        self.told.emit(self.tr("The digest was copied."))

    def ask_file(self) -> None:
        """Asks where to, then writes the Markdown there."""
        name = f"digest-{self.week.currentData()}.md"
        dialog = QFileDialog(self, self.tr("Save"), name, self.tr("Markdown (*.md)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("md")
        dialog.fileSelected.connect(self._save)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _save(self, path: str) -> None:
        words = self.tr("Saved as {path}.") if write_text(path, self.text) else self.tr("{path} could not be written.")
        self.told.emit(words.format(path=path))

    def ask_post(self, service: str) -> None:
        """Shows the very words once more, and asks for the channel's address if none is kept."""
        wish = self._wish()
        if not self.is_fresh or wish is None:
            return
        found = self._found()
        kept = self._view is not None and self._view.team is not None and service in self._view.team.webhooks
        self.dialog = dialog = PostDialog(service, self.text, name=wish.name, found=found, kept=kept, parent=self)
        posted = replace(wish, post_to=service, as_it_is=bool(found))
        dialog.wished.connect(lambda address: self._post(posted, address))
        dialog.forget_wished.connect(lambda: self.webhook_given.emit(service, ""))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _post(self, wish: DigestWish, address: str) -> None:
        if address:
            self.webhook_given.emit(wish.post_to, address)
        self._ask(wish)


class Tick(QWidget):
    """A tick box whose words break where there is no room; a click on them ticks, too."""

    toggled = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.box = QCheckBox()
        self.words = text_label("", wrap=True)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.words, 1)
        self.words.setContentsMargins(0, pixels(3), 0, 0)
        self.box.toggled.connect(self.toggled)

    def isChecked(self) -> bool:
        return self.box.isChecked()

    def show_words(self, words: str) -> None:
        self.words.setText(words)
        self.box.setAccessibleName(words)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.box.toggle()


def _shortened(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"
