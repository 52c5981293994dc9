"""One card of the journal, open for writing: it saves itself while it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from itertools import pairwise

from PySide6.QtCore import QEvent, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QKeySequence, QShortcut, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from tokentray.core.journal import FUNCTIONS, Card, Completions, Edit, Level, WorkSession
from tokentray.ui import wording
from tokentray.ui.card import text_label
from tokentray.ui.earlier_texts import EarlierTexts
from tokentray.ui.flow import FlowLayout
from tokentray.ui.glyphs import glyph, glyph_size
from tokentray.ui.growing_text import GrowingText, links_in, markdown_link
from tokentray.ui.look import label, look_of, pixels
from tokentray.ui.markdown_view import MarkdownView, open_link
from tokentray.ui.minutes_field import MinutesField
from tokentray.ui.outcome_choice import OutcomeChoice
from tokentray.ui.segments import Segments
from tokentray.ui.session_links import SessionLinks
from tokentray.ui.tag_field import TagField

SAVE_AFTER_MS = 700
"""From the first key that is not saved yet, so that going on typing does not put it off."""

_TEXTS = ("tried", "worked", "learned", "next")
_WRITE, _READ = "write", "read"


@dataclass(frozen=True, slots=True)
class Around:
    """
    What else is known of an open card.

    `offered` are stretches of work that could be linked, `edits` its earlier texts, `before` the card it tries again, `after` those that
    try it again.
    """

    zone: tzinfo = UTC
    offered: tuple[WorkSession, ...] = ()
    edits: tuple[Edit, ...] = ()
    before: Card | None = None
    after: tuple[Card, ...] = ()


class CardEditor(QWidget):
    """
    Says `card_edited` at most one second after a key, when a field is left, and when it is hidden.

    What is being written is never overwritten by the same card coming back from the history. Deleting is only wished here: who shows the
    editor deletes, and offers to take it back.
    """

    card_edited = Signal(object)
    """The whole Card as it is now."""

    card_removed = Signal(str)
    card_wished = Signal(str)
    """Another card of the same story."""

    tag_coloured = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card: Card | None = None
        self._around = Around()
        self._sent: list[Card] = []
        self._showing = False
        self._touched = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.save)
        self.setAcceptDrops(True)
        self.setAccessibleName(self.tr("Card"))
        self._make()
        self._connect()
        self._dress()
        self.setFocusProxy(self._title)
        self.setEnabled(False)

    # What it shows

    def show_card(
        self,
        card: Card,
        sessions: Sequence[WorkSession] = (),
        completions: Completions | None = None,
        around: Around | None = None,
    ) -> None:
        """Another card, or the same one as the history has it now. `sessions` are those it links to; unsaved writing is told first."""
        completions, self._around = completions or Completions(), around or Around()
        self.setEnabled(True)
        self._tags.show_completions(completions.tags, completions.colours)
        self._offer_functions(completions.functions)
        same = self._card is not None and self._card.id == card.id
        if not same:
            self.save()
            self._sent.clear()
        mine = same and self._is_mine(card)
        if not mine:
            self._fill(card, fresh=not same)
        self._show_sessions(self.card() if mine else card, sessions)
        self._show_around()
        if not same:
            self._preview(_WRITE)
        self._order()

    def show_saved(self, card: Card) -> None:
        """The history has it."""
        if self._card is not None and card.id == self._card.id:
            self._is_mine(card)
            self._show_around()

    def show_edits(self, card_id: str, edits: Sequence[Edit]) -> None:
        if self._card is not None and self._card.id == card_id:
            self._around = replace(self._around, edits=tuple(edits))
            self._show_around()

    def show_nothing(self) -> None:
        """No card is open."""
        self.save()
        self._card = None
        self.setEnabled(False)

    # What it says

    def card(self) -> Card:
        """The card as it is written now."""
        card, texts = self._open, self._texts
        return replace(
            card,
            title=self._title.text().strip(),
            outcome=self._outcome.value(),
            level=Level(str(self._level.value() or card.level)),
            function=self._function_key(),
            effort_minutes=self._effort.value() if self._effort.understands() else card.effort_minutes,
            saved_minutes=self._saved_range(),
            tags=self._tags.tags(),
            url=self._url.text().strip(),
            links=self._sessions.links(),
            day=self._sessions.day(),
            tried=texts["tried"].text(),
            worked=texts["worked"].text(),
            learned=texts["learned"].text(),
            next=texts["next"].text(),
        )

    def save(self) -> None:
        """Tells at once what has not been told yet; harmless at any time."""
        self._timer.stop()
        if self._card is None or not self._touched:
            return
        card, self._touched = self.card(), False
        if card != self._card:
            self._tell(card)
        else:
            self._show_state()

    # Qt

    def hideEvent(self, event: QHideEvent) -> None:
        self._tags.take_typed()
        self.save()
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
        super().changeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._card is not None and links_in(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self._take_link(links_in(event.mimeData())[0])
        event.acceptProposedAction()

    # Parts

    def _make(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(pixels(4))
        column.addLayout(self._make_head())
        self._story = FlowLayout(gap=pixels(4))
        column.addLayout(self._story)
        column.addSpacing(pixels(4))
        column.addWidget(self._make_title())
        column.addSpacing(pixels(8))
        self._outcome = OutcomeChoice()
        column.addWidget(self._outcome)
        column.addSpacing(pixels(8))
        self._make_texts(column)
        self._tags = TagField()
        self._add_field(column, self.tr("Tags"), self._tags)
        self._sessions = SessionLinks()
        self._add_field(column, self.tr("Use it speaks of"), self._sessions)
        column.addLayout(self._make_details())
        self._url = QLineEdit()
        self._url.setPlaceholderText(self.tr("An address, or drop a file"))
        self._url.setAccessibleDescription(self.tr("Of a picture or a file only the link is kept"))
        self._url.setAccessibleName(self.tr("Link"))
        self._open_url = QToolButton()
        self._open_url.setToolTip(self.tr("Open the link"))
        self._open_url.setAccessibleName(self.tr("Open the link"))
        line = QHBoxLayout()
        line.setSpacing(pixels(8))
        line.addWidget(self._url, 1)
        line.addWidget(self._open_url)
        column.addSpacing(pixels(8))
        column.addWidget(text_label(self.tr("Link"), "muted"))
        column.addLayout(line)
        column.addSpacing(pixels(8))
        column.addLayout(self._make_foot())
        column.addStretch(1)

    def _make_head(self) -> FlowLayout:
        head = FlowLayout(gap=pixels(8), spread=True)
        self._state = text_label("", "muted", wrap=True)
        self._mode = Segments(self.tr("Show"), [(_WRITE, self.tr("Write")), (_READ, self.tr("Read"))])
        self._mode.show_value(_WRITE)
        self._remove = QToolButton()
        self._remove.setProperty("role", "flat")
        self._remove.setToolTip(self.tr("Delete this card"))
        self._remove.setAccessibleName(self.tr("Delete this card"))
        for widget in (self._state, self._mode, self._remove):
            head.addWidget(widget)
        return head

    def _make_title(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        self._title = GrowingText(self.tr("Title"), one_line=True)
        self._title.setProperty("role", "title")
        self._title.setPlaceholderText(self.tr("What was it?"))
        self._title_read = text_label("", "title", wrap=True)
        self._title_read.hide()
        column.addWidget(self._title)
        column.addWidget(self._title_read)
        return box

    def _make_texts(self, column: QVBoxLayout) -> None:
        names = {
            "tried": (self.tr("Tried"), self.tr("What you set out to do, and how")),
            "worked": (self.tr("Worked"), self.tr("What came out better than expected")),
            "learned": (self.tr("Learned"), self.tr("One sentence for a colleague; a failure is worth as much")),
            "next": (self.tr("Next"), self.tr("What you would try next, or a question")),
        }
        self._texts: dict[str, GrowingText] = {}
        self._views: dict[str, MarkdownView] = {}
        self._sections: dict[str, QWidget] = {}
        for key, (name, hint) in names.items():
            box = self._sections[key] = QWidget()
            inside = QVBoxLayout(box)
            inside.setContentsMargins(0, 0, 0, pixels(4))
            inside.setSpacing(pixels(4))
            text = self._texts[key] = GrowingText(name, lines=2)
            text.setPlaceholderText(hint)
            view = self._views[key] = MarkdownView(name)
            view.hide()
            caption = label(name, "muted")
            caption.setBuddy(text)
            for widget in (caption, text, view):
                inside.addWidget(widget)
            column.addWidget(box)

    def _make_details(self) -> FlowLayout:
        details = FlowLayout(gap=pixels(16))
        self._level = Segments(self.tr("For"), [(level, wording.level_words(level)) for level in Level])
        self._function = _Functions()
        self._function.setAccessibleName(self.tr("Function of work"))
        self._effort = MinutesField(self.tr("Effort"))
        self._least = MinutesField(self.tr("Time saved, at least"))
        self._most = MinutesField(self.tr("Time saved, at most"))
        self._saved_box = QWidget()
        saved = FlowLayout(self._saved_box, gap=pixels(6))
        saved.addWidget(self._least)
        saved.addWidget(label(self.tr("to"), "muted"))
        saved.addWidget(self._most)
        self._add_saved = QPushButton(self.tr("Estimate time saved"))
        self._add_saved.setProperty("role", "link")
        details.addWidget(_captioned(self.tr("For"), self._level))
        details.addWidget(_captioned(self.tr("Function of work"), self._function))
        details.addWidget(_captioned(self.tr("Effort"), self._effort))
        self._saved_captioned = _captioned(self.tr("Time saved"), self._saved_box)
        details.addWidget(self._saved_captioned)
        self._add_saved_captioned = _captioned("", self._add_saved)
        details.addWidget(self._add_saved_captioned)
        for field in (self._function, self._effort, self._least, self._most, self._add_saved):
            field.setMinimumHeight(self._level.sizeHint().height())
        return details

    def _make_foot(self) -> FlowLayout:
        foot = FlowLayout(gap=pixels(8))
        self._edits = QPushButton()
        self._edits.setProperty("role", "link")
        self._keep = QPushButton(self.tr("Keep this draft as a card"))
        for widget in (self._keep, self._edits):
            foot.addWidget(widget)
        return foot

    def _add_field(self, column: QVBoxLayout, name: str, field: QWidget) -> None:
        column.addWidget(text_label(name, "muted", wrap=True))
        column.addWidget(field)
        column.addSpacing(pixels(8))

    def _connect(self) -> None:
        for text in (self._title, *self._texts.values()):
            text.textChanged.connect(self._save_soon)
        for field in (self._url, self._effort, self._least, self._most):
            field.textChanged.connect(self._save_soon)
        self._title.entered.connect(self._texts["tried"].setFocus)
        self._title.link_dropped.connect(self._take_link)
        self._function.editTextChanged.connect(self._save_soon)
        self._function.editTextChanged.connect(self._function.setToolTip)
        for choice in (self._outcome.chosen, self._level.chosen, self._tags.edited, self._sessions.edited):
            choice.connect(self._save_now)
        self._sessions.edited.connect(self._order)
        self._tags.coloured.connect(self.tag_coloured)
        self._url.textChanged.connect(self._allow_open)
        self._open_url.clicked.connect(lambda: open_link(QUrl.fromUserInput(self._url.text().strip())))
        self._add_saved.clicked.connect(self._ask_saved)
        self._mode.chosen.connect(self._preview)
        self._remove.clicked.connect(self._wish_removal)
        self._edits.clicked.connect(self.show_earlier)
        self._keep.clicked.connect(self._keep_draft)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)
        reading = QShortcut(QKeySequence("Ctrl+Shift+M"), self)
        reading.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        reading.activated.connect(lambda: self._mode.choose(_READ if self._mode.value() == _WRITE else _WRITE))

    # Showing

    def _fill(self, card: Card, *, fresh: bool) -> None:
        """Only what differs is touched, so that undo and the cursor stay; a fresh card begins anew."""
        self._showing = True
        for field, text in ((self._title, card.title), *((self._texts[name], getattr(card, name)) for name in _TEXTS)):
            if fresh:
                field.show_text(text)
            else:
                field.change_text(text)
        self._outcome.show_value(card.outcome)
        self._level.show_value(card.level)
        self._show_function(card.function)
        self._effort.show_value(card.effort_minutes)
        least, most = card.saved_minutes or (None, None)
        self._least.show_value(least)
        self._most.show_value(most)
        self._saved_captioned.setVisible(card.saved_minutes is not None)
        self._add_saved_captioned.setVisible(card.saved_minutes is None)
        self._tags.show_tags(card.tags)
        if self._url.text().strip() != card.url:
            self._url.setText(card.url)
            self._url.setCursorPosition(0)
        self._allow_open()
        self._card = card
        self._showing = False
        self._timer.stop()

    def _show_sessions(self, card: Card, sessions: Sequence[WorkSession]) -> None:
        known = dict.fromkeys((*sessions, *self._around.offered))
        usual = card.day or card.created_at.astimezone(self._around.zone).date()
        self._sessions.show_links(card.links, card.day, tuple(known), self._around.zone, usual)

    def _show_around(self) -> None:
        count = len(self._around.edits)
        self._edits.setVisible(bool(count))
        self._edits.setText(wording.edited_text(count))
        self._keep.setVisible(self._card is not None and self._card.draft)
        self._story.clear()
        if (before := self._around.before) is not None:
            self._tell_story(self.tr("Tries again: {title}"), before)
        for after in self._around.after:
            self._tell_story(self.tr("Tried again: {title}"), after)
        self._show_state()

    def _tell_story(self, words: str, card: Card) -> None:
        told = words.format(title=card.title or wording.untitled())
        show = QPushButton(self.tr("Show it"))
        show.setProperty("role", "link")
        show.setAccessibleName(told)
        show.clicked.connect(lambda: self.card_wished.emit(card.id))
        self._story.addWidget(text_label(told, "muted", wrap=True))
        self._story.addWidget(show)

    def _show_state(self) -> None:
        if self._card is None:
            return
        day = self._card.created_at.astimezone(self._around.zone).date()
        words = [self.tr("Draft")] if self._card.draft else []
        words.append(wording.day_text(day))
        words.append(self.tr("Saving…") if self._timer.isActive() or self._sent else self.tr("Saved"))
        self._state.setText(" · ".join(words))

    @property
    def _open(self) -> Card:
        if self._card is None:
            raise LookupError("no card is open")
        return self._card

    def _is_mine(self, card: Card) -> bool:
        """Whether this is what was written here, on its way back: then the fields know better already."""
        came = next((i for i, sent in enumerate(self._sent) if _same(sent, card)), None)
        if came is None and self._sent and card.edited_at > self._open.edited_at:
            # Saved, and the history has put something in order: what it shows next is taken over.
            came = 0
        if came is not None:
            del self._sent[: came + 1]
            self._card = replace(self._open, edited_at=card.edited_at, models=card.models)
            return True
        return bool(self._sent) or self._timer.isActive() or _same(self._open, card)

    def _preview(self, mode: object) -> None:
        """Reading shows what was written as Markdown, and leaves out what is empty."""
        reading = mode == _READ
        self._mode.show_value(mode)
        if reading and self.isAncestorOf(self.focusWidget() or self) and self.focusWidget() is not None:
            self._mode.findChildren(QPushButton)[1].setFocus()
        self._title.setVisible(not reading)
        self._title_read.setText(self._title.text() or wording.untitled())
        self._title_read.setVisible(reading)
        for name, text in self._texts.items():
            if reading:
                self._views[name].show_markdown(text.text())
            self._sections[name].setVisible(not reading or bool(text.text().strip()))
            text.setVisible(not reading)
            self._views[name].setVisible(reading)

    def show_earlier(self) -> None:
        """Opens the earlier texts."""
        if self._around.edits:
            dialog = EarlierTexts(self._around.edits, self._around.zone, self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.put_back.connect(self._put_back)
            dialog.open()

    def _put_back(self, earlier: Card) -> None:
        for field, text in (
            (self._title, earlier.title),
            *((self._texts[name], getattr(earlier, name)) for name in _TEXTS),
        ):
            field.change_text(text)
        self._outcome.show_value(earlier.outcome)
        self._tags.show_tags(earlier.tags)
        self._save_now()

    def _order(self) -> None:
        """Tab goes in reading order, also through what has been made since."""
        story = [item.widget() for i in range(self._story.count()) if (item := self._story.itemAt(i)) is not None]
        texts = [field for name in _TEXTS for field in (self._texts[name], self._views[name])]
        details = [self._function, self._effort, self._least, self._most, self._add_saved]
        stops: list[QWidget] = [
            *self._mode.findChildren(QPushButton),
            self._remove,
            *(link for link in story if isinstance(link, QPushButton)),
            self._title,
            *self._outcome.findChildren(QPushButton),
            *texts,
            self._tags.input,
            *self._sessions.stops(),
            *self._level.findChildren(QPushButton),
            *details,
            self._url,
            self._open_url,
            self._keep,
            self._edits,
        ]
        for first, second in pairwise(stops):
            QWidget.setTabOrder(first, second)

    # Saving

    def _save_soon(self) -> None:
        if self._showing or self._card is None:
            return
        self._touched = True
        if not self._timer.isActive():
            self._timer.start()
            self._show_state()

    def _save_now(self) -> None:
        self._touched = True
        self.save()

    def _tell(self, card: Card) -> None:
        self._card = card
        self._sent.append(card)
        self._show_state()
        self.card_edited.emit(card)

    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None and self.isAncestorOf(old):
            self.save()

    def _keep_draft(self) -> None:
        self._timer.stop()
        self._touched = False
        self._tell(replace(self.card(), draft=False))
        self._show_around()

    def _wish_removal(self) -> None:
        if self._card is not None:
            self.save()
            self.card_removed.emit(self._card.id)

    # Single fields

    def _take_link(self, link: str) -> None:
        """The first link has its own field, others go behind what was tried."""
        if not self._url.text().strip():
            self._url.setText(link)
        elif link != self._url.text().strip():
            self._texts["tried"].appendPlainText(markdown_link(link))

    def _allow_open(self) -> None:
        self._open_url.setEnabled(bool(self._url.text().strip()))
        self._url.setToolTip(self._url.text())

    def _ask_saved(self) -> None:
        self._saved_captioned.show()
        self._add_saved_captioned.hide()
        self._least.setFocus()

    def _saved_range(self) -> tuple[int, int] | None:
        if not (self._least.understands() and self._most.understands()):
            return self._open.saved_minutes
        said = sorted(value for value in (self._least.value(), self._most.value()) if value is not None)
        return (said[0], said[-1]) if said else None

    def _offer_functions(self, functions: Sequence[str]) -> None:
        wanted = [wording.function_words(function) for function in functions or FUNCTIONS]
        if wanted == [self._function.itemText(i) for i in range(self._function.count())]:
            return
        shown, before = self._function.currentText(), self._function.blockSignals(True)
        self._function.clear()
        self._function.addItems(wanted)
        self._function.setEditText(shown)
        self._function.blockSignals(before)

    def _show_function(self, function: str) -> None:
        if function != self._function_key():
            self._function.setEditText(wording.function_words(function))
            if (edit := self._function.lineEdit()) is not None:
                edit.setCursorPosition(0)

    def _function_key(self) -> str:
        written = self._function.currentText().strip()
        keys = (key for key in FUNCTIONS if wording.function_words(key).casefold() == written.casefold())
        return next(keys, written)

    def _dress(self) -> None:
        look = look_of(self)
        self._remove.setIcon(glyph("trash", look.muted))
        self._open_url.setIcon(glyph("open", look.muted))
        for button in (self._remove, self._open_url):
            button.setIconSize(glyph_size(16))


class _Functions(QComboBox):
    """The list, or own words; scrolling the page over it must not change it."""

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMinimumContentsLength(14)
        if (edit := self.lineEdit()) is not None:
            edit.setPlaceholderText(self.tr("Choose or write"))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def _captioned(name: str, field: QWidget) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(pixels(4))
    caption = label(name, "muted")
    caption.setBuddy(field)
    column.addWidget(caption)
    column.addWidget(field)
    return box


def _same(one: Card, other: Card) -> bool:
    """But for what the history adds."""
    return replace(one, edited_at=other.edited_at, created_at=other.created_at, models=other.models) == other
