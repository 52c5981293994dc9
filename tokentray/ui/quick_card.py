"""A card in thirty seconds: the proposed stretch of work, a title, what happened, how it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, tzinfo

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QCursor,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPaintEvent,
    QShortcut,
    QTextCursor,
)
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from tokentray.core.journal import Card, Completions, Outcome, WorkSession, holds, link_to
from tokentray.ui import wording
from tokentray.ui.card import text_label
from tokentray.ui.compositor import can_be_translucent
from tokentray.ui.flow import FlowLayout
from tokentray.ui.glyphs import glyph, glyph_size
from tokentray.ui.growing_text import GrowingText
from tokentray.ui.look import label, look_of, pixels
from tokentray.ui.outcome_choice import OutcomeChoice
from tokentray.ui.small_window import beside, is_placed, paint_ground, small_window_flags
from tokentray.ui.tag_field import TagField

WIDTH = 420
DRAFT_AFTER_MS = 700
"""From the first key that is not kept yet, so that going on typing does not put it off."""


class QuickCard(QWidget):
    """
    Enter saves, Tab moves, Esc keeps a draft and closes; Alt+1 to 4 say how it went from wherever one is.

    While it is written each second's text is told as a draft, so that nothing is lost. Other than the popover it stays when another
    window is used: one may have to look up what it was.
    """

    card_edited = Signal(object)
    """The whole Card; `draft` until it was saved."""

    card_opened = Signal(object)
    """The Card is wanted with all of its fields, in the window."""

    tag_coloured = Signal(str, int)

    def __init__(self) -> None:
        super().__init__(None, small_window_flags())
        self.setWindowTitle(self.tr("Tag this session"))
        self.setAccessibleName(self.tr("Tag this session"))
        self._rounded = is_placed() and can_be_translucent()
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground, self._rounded)
        self._card: Card | None = None
        self._offered: tuple[WorkSession, ...] = ()
        self._zone: tzinfo = UTC
        self._touched = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_AFTER_MS)
        self._timer.timeout.connect(self._keep)
        self._make()
        self._connect()
        self._dress()
        # The style sheet's sizes count before the first show, too.
        for part in self.findChildren(QWidget):
            part.ensurePolished()

    # What it shows

    def show_proposal(
        self,
        session: WorkSession | None,
        card: Card,
        completions: Completions | None = None,
        *,
        offered: Sequence[WorkSession] = (),
        zone: tzinfo = UTC,
    ) -> None:
        """
        A card to be filled in, with its proposed tags; `session` None: no stretch is known.

        The same card once more renews only the stretch. Another one keeps what was typed before as a draft. `offered` are other stretches
        that may have been meant.
        """
        self._zone, self._offered = zone, tuple(offered)
        completions = completions or Completions()
        self._tags.show_completions(completions.tags, completions.colours)
        if self._card is None or self._card.id != card.id:
            self._keep()
            self._fill(card)
        if session is not None and not any(holds(session, link) for link in self._open.links):
            self._card = replace(self._open, links=(link_to(session),), day=None, models=session.models)
        self._show_session(session)
        self._fit()

    def show_at(self, place: QPoint | None = None) -> None:
        """Opens beside a point of the screen, and takes the focus: somebody asked for it."""
        self._fit()
        if is_placed() and not self.isVisible():
            self.move(beside(place or QCursor.pos(), self))
        self.show()
        self.raise_()
        self.activateWindow()
        self._title.moveCursor(QTextCursor.MoveOperation.End)
        self._title.setFocus(Qt.FocusReason.PopupFocusReason)

    # What it says

    def card(self) -> Card:
        """As it is written now."""
        return replace(
            self._open,
            title=self._title.text().strip(),
            tried=self._happened.text(),
            outcome=self._outcome.value(),
            tags=self._tags.tags(),
        )

    def save(self) -> None:
        """A card from now on; closes. Without a word and without a stretch there is nothing to save."""
        if self._card is None:
            return
        card = replace(self._written(), draft=False)
        if card.title or card.tried or card.outcome or card.links:
            self._finish(card)
        else:
            self.close()

    def leave(self) -> None:
        """Keeps what was written as a draft, if anything was, and closes."""
        self.close()

    def open_card(self) -> None:
        """Goes on in the window, with all fields."""
        if self._card is None:
            return
        card = replace(self._written(), draft=self._open.draft)
        self._finish(card)
        self.card_opened.emit(card)

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.save()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._tags.take_typed()
        self._keep()
        self._card = None
        super().closeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """It has no frame to be moved by."""
        window = self.windowHandle()
        if event.button() == Qt.MouseButton.LeftButton and window is not None:
            window.startSystemMove()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
        super().changeEvent(event)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        elif event.type() == QEvent.Type.WindowDeactivate:
            self._keep()
        return done

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_ground(self, rounded=self._rounded)

    # Parts

    def _make(self) -> None:
        column = QVBoxLayout(self)
        margin = pixels(19)
        column.setContentsMargins(margin, pixels(12), margin, pixels(16))
        column.setSpacing(pixels(8))
        column.addLayout(self._make_head())
        self._title = GrowingText(self.tr("Title"), one_line=True)
        self._title.setPlaceholderText(self.tr("What was it?"))
        self._happened = GrowingText(self.tr("What happened"), lines=3, enter_tells=True)
        self._happened.setPlaceholderText(self.tr("What happened? One sentence is enough"))
        self._outcome = OutcomeChoice()
        self._tags = TagField()
        column.addSpacing(pixels(4))
        for widget in (self._title, self._happened, self._outcome, self._tags):
            column.addWidget(widget)
        column.addSpacing(pixels(4))
        column.addLayout(self._make_actions())

    def _make_head(self) -> QVBoxLayout:
        head = QVBoxLayout()
        head.setSpacing(pixels(2))
        line = QHBoxLayout()
        line.addWidget(label(self.tr("Tag this session"), "muted"), 1)
        self._close = QToolButton()
        self._close.setProperty("role", "flat")
        self._close.setAccessibleName(self.tr("Close, and keep a draft"))
        self._close.setToolTip(self.tr("Close, and keep a draft"))
        line.addWidget(self._close)
        head.addLayout(line)
        self._when = text_label("", "heading", wrap=True)
        self._facts = text_label("", "muted", wrap=True)
        head.addWidget(self._when)
        head.addWidget(self._facts)
        self._other = QPushButton(self.tr("Another session…"))
        self._other.setProperty("role", "link")
        # A link's room for the focus ring stands outside of the text's edge.
        last = FlowLayout(gap=0)
        last.setContentsMargins(-pixels(2) - 2, 0, 0, 0)
        last.addWidget(self._other)
        head.addLayout(last)
        return head

    def _make_actions(self) -> FlowLayout:
        line = FlowLayout(gap=pixels(8), spread=True)
        self._hint = text_label(self.tr("Enter saves · Esc keeps a draft"), "muted", wrap=True)
        self._all = QPushButton(self.tr("All fields"))
        self._all.setAutoDefault(False)
        self._save = QPushButton(self.tr("Save"))
        self._save.setProperty("role", "primary")
        self._save.setAutoDefault(False)
        for widget in (self._hint, self._all, self._save):
            line.addWidget(widget)
        return line

    def _connect(self) -> None:
        self._title.textChanged.connect(self._keep_soon)
        self._happened.textChanged.connect(self._keep_soon)
        self._outcome.chosen.connect(self._keep_soon)
        self._tags.edited.connect(self._keep_soon)
        self._title.link_dropped.connect(self._take_link)
        for field in (self._title, self._happened, self._tags):
            field.entered.connect(self.save)
        self._tags.coloured.connect(self.tag_coloured)
        self._other.clicked.connect(self._show_menu)
        self._all.clicked.connect(self.open_card)
        self._save.clicked.connect(self.save)
        self._close.clicked.connect(self.leave)
        for number, outcome in enumerate(Outcome, 1):
            key = QShortcut(QKeySequence(f"Alt+{number}"), self)
            key.activated.connect(lambda outcome=outcome: self._outcome.choose(outcome))

    # Showing

    def _fill(self, card: Card) -> None:
        self._card = card
        self._title.show_text(card.title)
        self._happened.show_text(card.tried)
        self._outcome.show_value(card.outcome)
        self._tags.show_tags(card.tags)
        self._touched = False
        self._timer.stop()

    def _show_session(self, session: WorkSession | None) -> None:
        if session is None:
            self._when.setText(self.tr("No session is known"))
            self._facts.setText(wording.tokens_text(None))
        else:
            day = wording.short_day(session.start.astimezone(self._zone).date())
            when = wording.stretch_text(session.start, session.end, self._zone)
            self._when.setText(f"{wording.project_words(session.project)} · {day}, {when}")
            self._facts.setText(" · ".join((wording.session_facts(session), *session.agents, *session.models)))
        self._other.setVisible(bool(self._others()))

    def _others(self) -> list[WorkSession]:
        links = self._card.links if self._card is not None else ()
        return [each for each in self._offered if not any(holds(each, link) for link in links)]

    def menu(self) -> QMenu:
        """The other stretches, newest first."""
        menu = QMenu(self)
        for session in sorted(self._others(), key=lambda each: each.start, reverse=True):
            day = wording.short_day(session.start.astimezone(self._zone).date())
            action = menu.addAction(f"{day}, {wording.session_words(session, self._zone)}")
            action.triggered.connect(lambda _=False, session=session: self.choose(session))
        return menu

    def choose(self, session: WorkSession) -> None:
        """Another stretch was meant."""
        self._card = replace(self._open, links=(link_to(session),), day=None, models=session.models)
        self._show_session(session)
        self._keep_soon()

    def _show_menu(self) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._other.mapToGlobal(self._other.rect().bottomLeft()))

    def _fit(self) -> None:
        layout, width = self.layout(), pixels(WIDTH)
        if layout is None:
            return
        layout.activate()
        height = layout.totalHeightForWidth(width)
        if (self.width(), self.height()) != (width, height):
            self.setFixedSize(width, height)

    def _dress(self) -> None:
        look = look_of(self)
        self._close.setIcon(glyph("close", look.muted, 16))
        self._close.setIconSize(glyph_size(16))
        self.update()

    # Keeping

    @property
    def _open(self) -> Card:
        if self._card is None:
            raise LookupError("no card is open")
        return self._card

    def _written(self) -> Card:
        self._tags.take_typed()
        return self.card()

    def _keep_soon(self) -> None:
        self._touched = True
        if not self._timer.isActive():
            self._timer.start()

    def _keep(self) -> None:
        """What was written since the last time, as a draft; a card that was kept before stays what it was."""
        self._timer.stop()
        if self._card is None or not self._touched:
            return
        self._touched = False
        self.card_edited.emit(replace(self.card(), draft=True))

    def _finish(self, card: Card) -> None:
        self._timer.stop()
        self._touched = False
        self._card = None
        self.card_edited.emit(card)
        self.close()

    def _take_link(self, link: str) -> None:
        self._card = replace(self._open, url=link)
        self._keep_soon()
