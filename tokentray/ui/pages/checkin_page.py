"""Check-in: five questions about a week, drafted from its cards; written, promoted and taken along in about five minutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QCheckBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from tokentray.core.clock import Clock
from tokentray.core.journal import Card, CheckIn, Level
from tokentray.core.period import local_day
from tokentray.insights.checkin import Answers, CheckInDraft, PastWeek, days_of_week, to_html, to_markdown, week_of
from tokentray.insights.journal import CardRow
from tokentray.settings.settings import Settings
from tokentray.ui import wording
from tokentray.ui.card import Card as Frame
from tokentray.ui.card import text_label
from tokentray.ui.charts.week import WeekChart
from tokentray.ui.flow import FlowLayout, line_of_links
from tokentray.ui.glyphs import glyph, glyph_size
from tokentray.ui.growing_text import GrowingText
from tokentray.ui.look import look_of, pixels
from tokentray.ui.page_frame import PageFrame
from tokentray.ui.pages.chart_card import ChartCard, write_text
from tokentray.ui.pages.promotion_row import PromotionRow

SAVE_AFTER_MS = 700
GAP = 14


class CheckInPage(QWidget):
    """Shows a `CheckInDraft`; says `checkin_edited` at most a second after a key, when a field is left, and when it is hidden."""

    week_chosen = Signal(str)
    checkin_edited = Signal(object)
    card_edited = Signal(object)
    card_wished = Signal(str)
    share_wished = Signal(str)
    """The week of which something may leave for the team."""

    told = Signal(str)
    undoable = Signal(str, object)
    """What was just done in words, and a function that takes it back."""

    def __init__(self, settings: Settings, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings, self._clock = settings, clock
        self._draft: CheckInDraft | None = None
        self._kept: CheckIn | None = None
        self._proposed: Answers = ("", "", "", "", "")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.save)
        self.promotions: dict[str, PromotionRow] = {}
        self._compared_with = ""
        self._compared: list[tuple[QLabel, QLabel]] = []
        self._compared_weeks: tuple[QLabel, QLabel] = (
            text_label("", "strong", wrap=True),
            text_label("", "strong", wrap=True),
        )
        self._make_head()
        self._make_questions()
        self._make_week()
        self._make_past()
        self._lay_out()
        self._connect()
        self._dress()

    # Shown

    def show_settings(self, settings: Settings) -> None:
        self._settings = settings

    def show_checkin(self, draft: CheckInDraft) -> None:
        """Another week, or the same one anew; what is being written stays."""
        other = self._draft is None or self._draft.week != draft.week
        if other:
            self.save()
        writing = self._timer.isActive() and not other
        self._draft = draft
        self._show_week_name(draft)
        if not writing:
            self._show_answers(draft, fresh=other)
        self._show_proposals(draft.proposed)
        cards = tuple(tuple(row.card for row in rows) for rows in draft.on_days)
        self.chart.show_week(draft.picture, cards)
        self.picture.show_subtitle(self._facts(draft))
        self.picture.renew_table()
        self._show_cards(draft.cards)
        self._show_past(draft.past)
        if other:
            self.comparison.hide()

    def compare(self, week: str) -> None:
        """Shows that week's answers beside this one's."""
        past = next((one for one in self._past_weeks() if one.checkin.week == week), None)
        if past is None or self._draft is None:
            return
        for place, (mine, theirs) in enumerate(self._compared):
            for words, text in ((mine, self.answers[place].text()), (theirs, past.checkin.answers[place])):
                words.setText(text.strip() or wording.UNKNOWN)
        for words, other in zip(self._compared_weeks, (self._draft.week, week), strict=True):
            words.setText(_week_title(other))
        self._compared_with = week
        self.comparison.show()
        QTimer.singleShot(0, self.comparison, lambda: self._scroll.ensureWidgetVisible(self.comparison))

    def checkin(self) -> CheckIn:
        """The check-in as it is written now."""
        if self._draft is None:
            raise LookupError("no week is shown")
        one, two, three, four, five = (answer.text() for answer in self.answers)
        return replace(
            self._draft.checkin,
            answers=(one, two, three, four, five),
            cards=tuple(row.card.id for row in self._draft.cards if row.card.level is not Level.ME),
            done=self.done.isChecked(),
        )

    def save(self) -> None:
        """Tells at once what has not been told yet; harmless at any time."""
        self._timer.stop()
        if self._kept is None:
            return
        now = self.checkin()
        if (now.answers, now.done) != (self._kept.answers, self._kept.done):
            self._kept = replace(now, edited_at=self._clock.now())
            self.checkin_edited.emit(self._kept)

    def markdown(self) -> str:
        return to_markdown(self._written())

    def html(self) -> str:
        return to_html(self._written())

    # Qt

    def hideEvent(self, event: QHideEvent) -> None:
        self.save()
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "before"):
            self._dress()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Questions and week stand beside each other where there is room, else below."""
        if event.type() == QEvent.Type.Resize and watched is self._viewport:
            beside = self._viewport.width() >= pixels(760)
            way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
            if self._pair.direction() != way:
                self._pair.setDirection(way)
        return super().eventFilter(watched, event)

    # Made

    def _make_head(self) -> None:
        tr = self.tr
        self.before, self.after = QToolButton(), QToolButton()
        self.before.setToolTip(tr("The week before"))
        self.before.setAccessibleName(tr("The week before"))
        self.after.setToolTip(tr("The week after"))
        self.after.setAccessibleName(tr("The week after"))
        self.week = text_label("", "strong", wrap=True)
        self.this_week = QPushButton(tr("This week"))
        self.copy = QPushButton(tr("Copy as Markdown"))
        self.copy.setProperty("role", "primary")
        self.save_as = QPushButton(tr("Save"))
        menu = QMenu(self.save_as)
        menu.addAction(tr("As Markdown…"), lambda: self.ask_file("md", tr("Markdown"), self.markdown))
        menu.addAction(tr("As a page (HTML)…"), lambda: self.ask_file("html", "HTML", self.html))
        self.save_as.setMenu(menu)
        self.share = QPushButton(tr("Share with your team…"))
        self.share.setToolTip(tr("Opens Team at this week; nothing leaves before you have seen and chosen it"))

    def _make_questions(self) -> None:
        tr = self.tr
        self.questions = (
            tr("What did you try that was new?"),
            tr("What worked better than expected, and how could another repeat it?"),
            tr("What did not work, or was not worth it?"),
            tr("What did you learn, in one sentence for a colleague of another function?"),
            tr("What is next, or what is your question?"),
        )
        self.asked = Frame()
        self.asked.setAccessibleName(tr("Five questions"))
        self.asked.body.setContentsMargins(21, 16, 20, 18)
        self.asked.body.setSpacing(5)
        self.hint = text_label(
            tr(
                "About five minutes: it is drafted from your cards. One sentence each is enough, and empty ones are fine."
            ),
            "muted",
            wrap=True,
        )
        self.asked.body.addWidget(self.hint)
        self.answers: list[GrowingText] = []
        self.proposals: list[QPushButton] = []
        for place, question in enumerate(self.questions):
            self.asked.body.addSpacing(10)
            words = text_label(question, "strong", wrap=True)
            answer = GrowingText(question, lines=2)
            words.setBuddy(answer)
            propose = QPushButton(tr("Put in what the cards say"))
            propose.setProperty("role", "link")
            propose.setAccessibleName(tr("Put in what the cards say: {question}").format(question=question))
            propose.clicked.connect(partial(self._propose, place))
            self.answers.append(answer)
            self.proposals.append(propose)
            for widget in (words, answer):
                self.asked.body.addWidget(widget)
            self.asked.body.addLayout(line_of_links(propose))
        self.done = QCheckBox(tr("This check-in is done"))
        self.asked.body.addSpacing(10)
        self.asked.body.addWidget(self.done)

    def _make_week(self) -> None:
        tr = self.tr
        self.chart = WeekChart()
        self.chart.show_empty(tr("No use and no cards in this week."))
        self.chart.setMinimumHeight(pixels(230))
        self.picture = ChartCard(tr("The week"), self.chart, "tokentray-week")
        self.cards = Frame(tr("Its cards"))
        self.cards.show_subtitle(tr("what is for the team or the company goes along"))
        self._card_rows = QVBoxLayout()
        self._card_rows.setSpacing(0)
        self._no_cards = text_label(
            tr("No cards in this week. The questions can be answered without them, and a card takes half a minute."),
            "muted",
            wrap=True,
        )
        self.cards.body.addLayout(self._card_rows)
        self.cards.body.addWidget(self._no_cards)

    def _make_past(self) -> None:
        tr = self.tr
        self.past = Frame(tr("Earlier check-ins"))
        self._past_rows = QVBoxLayout()
        self._past_rows.setSpacing(2)
        self.past.body.addLayout(self._past_rows)
        self.comparison = Frame(tr("Side by side"))
        self._compared = [(text_label("", wrap=True), text_label("", wrap=True)) for _ in self.questions]
        self.comparison.body.addLayout(_pair_of(*self._compared_weeks))
        for question, pair in zip(self.questions, self._compared, strict=True):
            self.comparison.body.addSpacing(8)
            self.comparison.body.addWidget(text_label(question, "muted", wrap=True))
            self.comparison.body.addLayout(_pair_of(*pair))
        self.close_comparison = QPushButton(tr("Close"))
        self.comparison.body.addSpacing(8)
        self.comparison.body.addWidget(self.close_comparison, 0, Qt.AlignmentFlag.AlignLeft)
        self.comparison.hide()

    def _lay_out(self) -> None:
        frame = PageFrame(self, self.tr("Check-in"))
        chooser = QWidget()
        line = FlowLayout(chooser, gap=8)
        choosers: tuple[QWidget, ...] = (self.before, self.week, self.after, self.this_week)
        for widget in choosers:
            line.addWidget(widget)
        for button in (chooser, self.share, self.save_as, self.copy):
            frame.head.addWidget(button)
        self._pair = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pair.setSpacing(GAP)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.picture)
        column.addWidget(self.cards)
        column.addStretch(1)
        left = QWidget()
        questions = QVBoxLayout(left)
        questions.setContentsMargins(0, 0, 0, 0)
        questions.addWidget(self.asked)
        questions.addStretch(1)
        self._pair.addWidget(left, 10)
        self._pair.addWidget(right, 9)
        frame.body.addLayout(self._pair)
        frame.body.addWidget(self.comparison)
        frame.body.addWidget(self.past)
        frame.body.addStretch(1)
        self._scroll = frame.scroll
        self._viewport = frame.scroll.viewport()
        self._viewport.installEventFilter(self)

    def _connect(self) -> None:
        self.before.clicked.connect(lambda: self._step(-1))
        self.after.clicked.connect(lambda: self._step(1))
        self.this_week.clicked.connect(lambda: self._choose(self._week_now()))
        self.copy.clicked.connect(self._copy)
        self.share.clicked.connect(self._share)
        self.done.clicked.connect(self._finish)
        self.picture.told.connect(self.told)
        self.close_comparison.clicked.connect(self.comparison.hide)
        for answer in self.answers:
            answer.textChanged.connect(self._save_soon)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)

    def _dress(self) -> None:
        look = look_of(self)
        for button, name in ((self.before, "back"), (self.after, "forward")):
            button.setIcon(glyph(name, look.muted, 16, can_be_disabled=True))
            button.setIconSize(glyph_size(16))

    # Showing

    def _show_week_name(self, draft: CheckInDraft) -> None:
        self.week.setText(_week_title(draft.week))
        now = draft.week >= self._week_now()
        self.after.setEnabled(not now)
        self.this_week.setVisible(not now)

    def _show_answers(self, draft: CheckInDraft, *, fresh: bool) -> None:
        """Only what differs is touched, so that undo and the cursor stay."""
        for answer, text in zip(self.answers, draft.checkin.answers, strict=True):
            if fresh:
                answer.show_text(text)
            else:
                answer.change_text(text)
        self.done.setChecked(draft.checkin.done)
        self._kept = draft.checkin

    def _show_proposals(self, proposed: Answers) -> None:
        self._proposed = proposed
        for text, answer, button in zip(proposed, self.answers, self.proposals, strict=True):
            button.setVisible(bool(text.strip()) and text.strip() not in answer.text())

    def _show_cards(self, rows: tuple[CardRow, ...]) -> None:
        gone = set(self.promotions) - {row.card.id for row in rows}
        for card_id in gone:
            old = self.promotions.pop(card_id)
            old.hide()
            old.deleteLater()
        for row in rows:
            if row.card.id not in self.promotions:
                made = PromotionRow()
                made.level_chosen.connect(self._promote)
                made.card_wished.connect(self.card_wished)
                self.promotions[row.card.id] = made
                self._card_rows.addWidget(made)
            self.promotions[row.card.id].show_row(row)
        self._no_cards.setVisible(not rows)

    def _show_past(self, past: tuple[PastWeek, ...]) -> None:
        while (item := self._past_rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for one in past:
            self._past_rows.addWidget(self._past_row(one))
        self.past.setVisible(bool(past))
        if self._compared_with and not any(one.checkin.week == self._compared_with for one in past):
            self.comparison.hide()

    def _past_row(self, past: PastWeek) -> QWidget:
        row = QFrame()
        line = FlowLayout(row, gap=10)
        line.setContentsMargins(0, 4, 0, 4)
        week = past.checkin.week
        facts = [wording.cards_text(past.cards), wording.tokens_text(past.tokens)]
        if past.cost:
            facts.append(wording.moneys_text(past.cost))
        if not past.checkin.done:
            facts.append(self.tr("not finished"))
        line.addWidget(text_label(_week_title(week), "strong", wrap=True))
        line.addWidget(text_label(" · ".join(facts), "muted", wrap=True))
        for words, take in ((self.tr("Open"), self._choose), (self.tr("Compare"), self.compare)):
            button = QPushButton(words)
            button.setProperty("role", "link")
            button.setAccessibleName(f"{words}: {_week_title(week)}")
            button.clicked.connect(partial(take, week))
            line.addWidget(button)
        return row

    def _facts(self, draft: CheckInDraft) -> str:
        facts = [wording.tokens_text(draft.tokens)]
        if draft.cost:
            facts.append(wording.moneys_text(draft.cost))
        return " · ".join(facts)

    # Wishes

    def _save_soon(self) -> None:
        self._show_proposals(self._proposed)
        if self._draft is not None and not self._timer.isActive():
            self._timer.start()

    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None and self.isAncestorOf(old):
            self.save()

    def _propose(self, place: int) -> None:
        """Below what is written, so that nothing is lost; Ctrl+Z takes it back."""
        written = self.answers[place].text().rstrip()
        self.answers[place].change_text("\n".join(part for part in (written, self._proposed[place]) if part))
        self.answers[place].setFocus()
        self._save_soon()

    def _finish(self) -> None:
        self.save()

    def _promote(self, card: Card, level: Level) -> None:
        said = {
            Level.ME: self.tr("“{title}” is for you alone."),
            Level.TEAM: self.tr("“{title}” is for the team: it goes along with this check-in."),
            Level.COMPANY: self.tr("“{title}” is for the company: it goes along with this check-in."),
        }[level]
        self.card_edited.emit(replace(card, level=level))
        self.undoable.emit(said.format(title=card.title or wording.untitled()), lambda: self.card_edited.emit(card))

    def _step(self, weeks: int) -> None:
        if self._draft is not None:
            self._choose(week_of(self._draft.since + timedelta(weeks=weeks)))

    def _choose(self, week: str) -> None:
        self.save()
        self.week_chosen.emit(week)

    def _week_now(self) -> str:
        return week_of(self._today())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.markdown())
        cards = wording.cards_text(sum(row.card.level is not Level.ME for row in self._written().cards))
        self.told.emit(self.tr("The check-in was copied as Markdown, with {cards}.").format(cards=cards))

    def _share(self) -> None:
        self.save()
        if self._draft is not None:
            self.share_wished.emit(self._draft.week)

    def ask_file(self, ending: str, kind: str, make: object) -> None:
        """Asks where to, then writes there and tells."""
        assert callable(make)  # noqa: S101 - for mypy
        name = f"check-in-{self._written().week}.{ending}"
        dialog = QFileDialog(self, self.tr("Save"), name, f"{kind} (*.{ending})")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.fileSelected.connect(lambda path: self._write(path, make()))
        dialog.open()

    def _write(self, path: str, text: str) -> None:
        words = self.tr("Saved as {path}.") if write_text(path, text) else self.tr("{path} could not be written.")
        self.told.emit(words.format(path=path))

    # What is known

    def _written(self) -> CheckInDraft:
        """The draft with what is in the fields."""
        assert self._draft is not None  # noqa: S101 - the buttons come with it
        return replace(self._draft, checkin=self.checkin())

    def _past_weeks(self) -> tuple[PastWeek, ...]:
        return self._draft.past if self._draft is not None else ()

    def _today(self) -> date:
        now = self._clock.now()
        return local_day(now, self._settings.zone) if self._settings.zone else now.astimezone().date()


def _week_title(week: str) -> str:
    """Week 47 · 16 Nov to 22 Nov 2026"""
    monday, sunday = days_of_week(week)
    return wording.week_title(monday, sunday)


def _pair_of(one: QWidget, other: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(24)
    for widget in (one, other):
        line.addWidget(widget, 1, Qt.AlignmentFlag.AlignTop)
    return line
