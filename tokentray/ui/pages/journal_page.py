"""Journal: what the use was for. Cards and unexplained stretches by day on the left, the open card on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from tokentray.core.clock import Clock
from tokentray.core.journal import Card, Completions, Edit, WorkSession, link_to, new_card_id
from tokentray.core.period import local_day
from tokentray.insights.journal import CardRow, JournalChoice, JournalView
from tokentray.ui import wording
from tokentray.ui.card import Card as Frame
from tokentray.ui.card import text_label
from tokentray.ui.card_editor import Around, CardEditor
from tokentray.ui.flow import FlowLayout
from tokentray.ui.look import pixels
from tokentray.ui.page_frame import RIGHT_MARGIN, ScrolledColumn
from tokentray.ui.pages.chosen_cards import ChosenCards
from tokentray.ui.pages.invitations import Invitations
from tokentray.ui.pages.journal_list import ROW_HEIGHT, JournalList
from tokentray.ui.pages.journal_rows import Fold, JournalRows, Thing, card_key, completions_of, session_key, title_of
from tokentray.ui.pages.journal_search import JournalSearch
from tokentray.ui.pages.journal_statistics import JournalStatistics
from tokentray.ui.pages.session_panel import SessionPanel, SplitDialog

# A key held down in the list opens nothing before it rests.
OPENED_AFTER_MS = 80
WEEKS_MORE = 26
FIRST_DAY = date(1971, 1, 1)
MOST_TO_LINK = 40
GAP = 14


class JournalPage(QWidget):
    """Shows a `JournalView`; what the person does leaves as signals, and comes back in the next view."""

    card_edited = Signal(object)
    card_removed = Signal(str)
    card_restored = Signal(object)
    journal_chosen = Signal(object)
    card_opened = Signal(str)
    """Its earlier texts are wanted."""

    work_split = Signal(str, object)
    """A stretch's id, and the instant at which the later part begins."""

    work_joined = Signal(str, str)
    work_undone = Signal()
    search_saved = Signal(str, str)
    search_forgotten = Signal(str)
    retry_answered = Signal(str, bool)
    tag_coloured = Signal(str, int)
    undoable = Signal(str, object)
    """What was just done in words, and a function that takes it back."""

    def __init__(self, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._view: JournalView | None = None
        self._open_card: str | None = None
        self._filled: tuple[Card, tuple[WorkSession, ...], Completions, Around] | None = None
        self._wanted = ""
        self._narrow = False
        self.add = QPushButton(self.tr("New card"))
        self.add.setProperty("role", "primary")
        self.add.setToolTip(self.tr("What you tried, also without any use that a log knows (Ctrl+N)"))
        self.search = JournalSearch()
        self.invitations = Invitations()
        self.problems = text_label("", "warn", wrap=True)
        self.rows = JournalRows(self)
        self.list = JournalList()
        self.list.setModel(self.rows)
        self.nothing = text_label("", wrap=True)
        self.earlier = QPushButton(self.tr("Show earlier days"))
        self.earlier.setProperty("role", "link")
        self.back = QPushButton(self.tr("Back to the list"))
        self.back.setToolTip(self.tr("Esc"))
        self.statistics = JournalStatistics()
        self.session = SessionPanel()
        self.chosen = ChosenCards()
        self.editor = CardEditor()
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(OPENED_AFTER_MS)
        self._settled.timeout.connect(self._show_chosen)
        self._lay_out()
        self._connect()
        self._show_nothing()

    # Shown

    def show_journal(self, view: JournalView) -> None:
        """Shows the moment; the card that is being written stays as it is written."""
        before, self._view = self._view, view
        keys, place = self._chosen_keys(), self._list_place()
        if self.rows.show_view(view) or not keys:
            self._choose_again(keys)
            if before is not None and before.choice.text == view.choice.text:
                self._scroll_to(place)
        self.list.viewport().update()
        self.search.show_choices(completions_of(view), view.searches, local_day(view.taken_at, view.zone))
        if before is None:
            self.search.show_text(view.choice.text)
        self.invitations.show_view(view)
        self.statistics.show_view(view)
        self.problems.setText(" ".join(view.problems))
        self.problems.setVisible(bool(view.problems))
        self.earlier.setVisible(view.earlier)
        self._show_nothing()
        self._renew_right()
        self._open_wanted()

    def show_card(self, card_id: str) -> None:
        """Opens a card and goes to it; one that is not on the list is looked for in all of the history."""
        self._wanted = card_id
        if self._view is not None and not self._open_wanted():
            self.search.show_text("")
            self.journal_chosen.emit(JournalChoice("", FIRST_DAY))

    def show_edits(self, card_id: str, edits: Sequence[Edit]) -> None:
        """The earlier texts of a card that was opened."""
        self.editor.show_edits(card_id, edits)

    def show_saved(self, card: Card) -> None:
        """The history has it."""
        self.editor.show_saved(card)

    def search_for(self, text: str) -> None:
        self.search.search(text)

    def new_card(self, session: WorkSession | None = None) -> None:
        """Begins a card for a stretch, or for today; nothing is kept before something is written."""
        if self._view is None:
            return
        now = self._clock.now()
        card = Card(new_card_id(), now, now)
        if session is not None:
            card = replace(card, links=(link_to(session),), models=session.models, tags=self._tags_like(session))
        else:
            card = replace(card, day=local_day(now, self._view_now().zone))
        self.list.clearSelection()
        self._edit(card, (session,) if session else ())
        self._go_right()

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """List and card stand beside each other where there is room, else one of them."""
        if event.type() == QEvent.Type.Resize and watched is self._body:
            self._arrange()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._leave_right():
            return
        super().keyPressEvent(event)

    # Made

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(25, 18, RIGHT_MARGIN, 20)
        outer.setSpacing(GAP)
        head = FlowLayout(gap=8, spread=True)
        heading = text_label(self.tr("Journal"), "title")
        heading.setMinimumHeight(32)
        head.addWidget(heading)
        head.addWidget(self.add)
        outer.addLayout(head)
        outer.addWidget(self.search)
        self._body = QWidget()
        self._beside = QHBoxLayout(self._body)
        self._beside.setContentsMargins(0, 0, 0, 0)
        self._beside.setSpacing(GAP)
        self._left, self._right = self._make_left(), self._make_right()
        self._beside.addWidget(self._left, 9)
        self._beside.addWidget(self._right, 11)
        self._body.installEventFilter(self)
        outer.addWidget(self._body, 1)

    def _make_left(self) -> QWidget:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.invitations)
        column.addWidget(self.problems)
        frame = QFrame()
        frame.setProperty("role", "card")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(5, 5, 5, 5)
        inside.setSpacing(4)
        inside.addWidget(self.list, 1)
        self._words = QWidget()
        words = QVBoxLayout(self._words)
        words.setContentsMargins(16, 16, 16, 16)
        words.addWidget(self.nothing)
        words.addStretch(1)
        inside.addWidget(self._words, 1)
        inside.addWidget(self.earlier, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(frame, 1)
        return left

    def _make_right(self) -> QWidget:
        self.panes = QStackedWidget()
        self._scrolled: dict[Frame, QScrollArea] = {}
        for pane in (self.statistics, self.session, self.chosen):
            content = ScrolledColumn()
            content.column.setContentsMargins(0, 0, 0, 0)
            content.column.addWidget(pane)
            content.column.addStretch(1)
            self._scrolled[pane] = content.in_scroll_area()
            self.panes.addWidget(self._scrolled[pane])
        self._written = self._make_written()
        self.panes.addWidget(self._written)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.panes, 1)
        self.back.hide()
        return right

    def _make_written(self) -> QWidget:
        """The card being written scrolls within its frame."""
        frame = QFrame()
        frame.setProperty("role", "card")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(1, 6, 5, 6)
        content = ScrolledColumn()
        content.column.setContentsMargins(19, 8, 13, 12)
        content.column.addWidget(self.editor)
        inside.addWidget(content.in_scroll_area())
        return frame

    def _connect(self) -> None:
        self.add.clicked.connect(lambda: self.new_card())
        self.back.clicked.connect(self._leave_right)
        self.earlier.clicked.connect(self._choose_earlier)
        self.search.searched.connect(self._search)
        self.search.left.connect(self._go_to_list)
        self.search.search_saved.connect(self.search_saved)
        self.search.search_forgotten.connect(self.search_forgotten)
        self.invitations.explain_wished.connect(self._show_largest)
        self.invitations.retry_answered.connect(self.retry_answered)
        self.statistics.filter_wished.connect(self.search.narrow)
        self.list.selectionModel().selectionChanged.connect(lambda: self._settled.start())
        self.list.opened.connect(self._open)
        self.list.remove_wished.connect(self._remove)
        self.list.split_wished.connect(self._ask_split)
        self.list.join_wished.connect(self._join)
        self.list.menu_wished.connect(self._show_menu)
        self.session.card_wished.connect(self._open)
        self.session.split_wished.connect(self._ask_split)
        self.session.join_wished.connect(self._join)
        self.chosen.cards_edited.connect(self._edit_several)
        self.chosen.remove_wished.connect(self._remove)
        self.editor.card_edited.connect(self.card_edited)
        self.editor.card_removed.connect(self._remove_open)
        self.editor.card_wished.connect(self.show_card)
        self.editor.tag_coloured.connect(self.tag_coloured)
        for keys, take in (("Ctrl+N", self.new_card), ("Ctrl+F", self._go_to_search)):
            # For the whole window while this page is seen: right after coming here nothing of it has the focus.
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(partial(take))

    # The list

    def _chosen_keys(self) -> list[str]:
        return [self.rows.key(index.row()) for index in self.list.selectionModel().selectedRows()]

    def _choose_again(self, keys: list[str]) -> None:
        """What was chosen before a new view; a card just written gets its place."""
        if not keys and self._open_card is not None:
            keys = [card_key(self._open_card)]
        places = [place for key in keys if (place := self.rows.place_of(key)) is not None]
        selection = QItemSelection()
        for place in places:
            selection.select(self.rows.index(place), self.rows.index(place))
        model = self.list.selectionModel()
        if places:
            model.setCurrentIndex(self.rows.index(places[0]), QItemSelectionModel.SelectionFlag.NoUpdate)
        else:
            self.list.scrollToTop()
        model.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        # Nothing else was chosen, so nothing else is to be opened.
        self._settled.stop()

    def _list_place(self) -> tuple[str, int]:
        """The uppermost row to be seen, and how much of it is above the edge."""
        value, height = self.list.verticalScrollBar().value(), pixels(ROW_HEIGHT)
        row = value // height
        return (self.rows.key(row) if row < self.rows.rowCount() else "", value % height)

    def _scroll_to(self, place: tuple[str, int]) -> None:
        """Keeps what is seen where it is while rows come and go above it."""
        row = self.rows.place_of(place[0])
        if row is not None:
            self.list.executeDelayedItemsLayout()
            self.list.verticalScrollBar().setValue(row * pixels(ROW_HEIGHT) + place[1])

    def _chosen_cards(self) -> list[Card]:
        things = self._chosen_things()
        return [thing.card for thing in things if isinstance(thing, CardRow)]

    def _chosen_things(self) -> list[Thing]:
        rows = sorted(index.row() for index in self.list.selectionModel().selectedRows())
        return [self.rows.thing(place) for place in rows]

    def _chosen_session(self) -> WorkSession | None:
        things = self._chosen_things()
        return things[0] if len(things) == 1 and isinstance(things[0], WorkSession) else None

    def _chosen_fold(self) -> Fold | None:
        things = self._chosen_things()
        return things[0] if len(things) == 1 and isinstance(things[0], Fold) else None

    def _unfold(self, fold: Fold) -> None:
        """All of that day's sessions, the first of the smaller ones chosen."""
        self.rows.unfold(fold.day)
        place = self.rows.place_of(session_key(fold.sessions[0].id))
        if place is not None:
            self.list.setCurrentIndex(self.rows.index(place))

    def _show_menu(self, place: QPoint) -> None:
        menu = self.menu()
        if not menu.isEmpty():
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(place)

    def menu(self) -> QMenu:
        """What can be done with what is chosen."""
        menu, tr = QMenu(self), self.tr
        cards, session = self._chosen_cards(), self._chosen_session()
        if session is not None:
            menu.addAction(tr("Start a card"), self._open)
            menu.addAction(tr("Split…"), self._ask_split)
            menu.addAction(tr("Join with the one before"), self._join).setEnabled(self._before(session) is not None)
        elif len(cards) == 1:
            menu.addAction(tr("Open"), self._open)
        elif cards:
            menu.addAction(tr("Tag them…"), self._tag_chosen)
        if cards:
            menu.addSeparator()
            menu.addAction(tr("Delete"), self._remove)
        return menu

    # The right side

    def _show_chosen(self) -> None:
        """Shows what is chosen in the list, without leaving the list."""
        self._settled.stop()
        things = self._chosen_things()
        cards = self._chosen_cards()
        if len(things) == 1 and isinstance(things[0], CardRow):
            if self._open_card != things[0].card.id or self.panes.currentWidget() is not self._written:
                self._edit(things[0].card, things[0].sessions, things[0])
        elif len(cards) > 1:
            self._close_editor()
            self.chosen.show_cards(tuple(cards), completions_of(self._view_now()))
            self.panes.setCurrentWidget(self._scrolled[self.chosen])
        elif (session := self._chosen_session()) is not None:
            self._close_editor()
            joinable = self._before(session) is not None
            self.session.show_session(session, ZoneInfo(self._view_now().zone), joinable=joinable)
            self.panes.setCurrentWidget(self._scrolled[self.session])
        else:
            if things:
                self._close_editor()
            if self._open_card is None:
                self.panes.setCurrentWidget(self._scrolled[self.statistics])

    def _renew_right(self) -> None:
        if self._open_card is None:
            self._show_chosen()
            return
        place = self.rows.place_of(card_key(self._open_card))
        row = self.rows.thing(place) if place is not None else None
        if isinstance(row, CardRow):
            self._fill_editor(row.card, row.sessions, row)

    def _open_wanted(self) -> bool:
        """Whether the card that was to be opened is on the list; it is open then."""
        place = self.rows.place_of(card_key(self._wanted))
        if place is None:
            return False
        self._wanted = ""
        self.list.setCurrentIndex(self.rows.index(place))
        self._show_chosen()
        self._go_right()
        return True

    def _open(self) -> None:
        """Enter: the card, or a new one for the stretch."""
        session = self._chosen_session()
        if session is not None:
            self.new_card(session)
        elif (fold := self._chosen_fold()) is not None:
            self._unfold(fold)
        elif self._chosen_things():
            self._show_chosen()
            self._go_right()

    def _edit(self, card: Card, sessions: tuple[WorkSession, ...], row: CardRow | None = None) -> None:
        self._open_card = card.id
        self._fill_editor(card, sessions, row)
        self.panes.setCurrentWidget(self._written)
        if row is not None:
            self.card_opened.emit(card.id)

    def _fill_editor(self, card: Card, sessions: tuple[WorkSession, ...], row: CardRow | None) -> None:
        view = self._view_now()
        before, after = (row.before, row.after) if row is not None else (None, ())
        around = Around(ZoneInfo(view.zone), self._linkable(sessions), (), before, after)
        filled = (card, sessions, completions_of(view), around)
        if filled != self._filled:
            self._filled = filled
            self.editor.show_card(*filled)

    def _close_editor(self) -> None:
        """What was not told yet is told."""
        self._open_card = None
        self._filled = None
        self.editor.show_nothing()

    def _go_right(self) -> None:
        if self._narrow:
            self._left.hide()
            self._right.show()
            self.back.show()
        if self._open_card is not None:
            self.editor.setFocus()
        elif self.panes.currentWidget() is self._scrolled[self.chosen]:
            self.chosen.tags.setFocus()
        else:
            self.session.start.setFocus()

    def _leave_right(self) -> bool:
        """Back to the list; False if that is where we are."""
        focused = self.focusWidget()
        inside = focused is not None and self._right.isAncestorOf(focused)
        if not inside and not (self._narrow and self._left.isHidden()):
            return False
        self._go_to_list()
        return True

    def _go_to_list(self) -> None:
        self._left.show()
        if self._narrow:
            self._right.hide()
        if self.rows.rowCount() and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.rows.index(1))
        self.list.setFocus()

    def _go_to_search(self) -> None:
        self.search.field.setFocus()
        self.search.field.selectAll()

    def _arrange(self) -> None:
        narrow = self._body.width() < pixels(640)
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self.back.setVisible(narrow)
        self._left.show()
        self._right.setVisible(not narrow)

    def _show_nothing(self) -> None:
        empty = self.rows.rowCount() == 0
        self.list.setVisible(not empty)
        self._words.setVisible(empty)
        if self._view is None:
            self.nothing.setText(self.tr("Looking…"))
        elif self._view.choice.text:
            self.nothing.setText(
                self.tr("No card says that. Fewer words or filters find more; Esc empties the search.")
            )
        else:
            self.nothing.setText(
                self.tr(
                    "Nothing here yet. As soon as an agent or a provider reports use, your sessions stand here by day, "
                    "and a few words make a card of one. Use that no log knows, such as a chat on the web, can have a card, too."
                )
            )

    # Wishes

    def _search(self, text: str) -> None:
        self.journal_chosen.emit(JournalChoice(text))

    def _choose_earlier(self) -> None:
        view = self._view_now()
        self.journal_chosen.emit(replace(view.choice, since=view.since - timedelta(weeks=WEEKS_MORE)))

    def _edit_several(self, cards: tuple[Card, ...]) -> None:
        before = {card.id: card for card in self._chosen_cards()}
        self._save_all(cards)
        said = self.tr("The tags of {cards} were changed.").format(cards=wording.cards_text(len(cards)))
        self.undoable.emit(said, lambda: self._save_all(tuple(before[card.id] for card in cards)))

    def _save_all(self, cards: tuple[Card, ...]) -> None:
        for card in cards:
            self.card_edited.emit(card)

    def _tag_chosen(self) -> None:
        self._show_chosen()
        self._go_right()

    def _remove(self) -> None:
        if cards := self._chosen_cards():
            self._take_away(tuple(cards))

    def _remove_open(self, card_id: str) -> None:
        if self._open_card == card_id:
            self._take_away((self.editor.card(),))

    def _take_away(self, cards: tuple[Card, ...]) -> None:
        if self._open_card in {card.id for card in cards}:
            self._close_editor()
            self.panes.setCurrentWidget(self._scrolled[self.statistics])
            self._go_to_list()
        for card in cards:
            self.card_removed.emit(card.id)
        one = self.tr("“{title}” was deleted.").format(title=title_of(cards[0]))
        several = self.tr("{cards} were deleted.").format(cards=wording.cards_text(len(cards)))
        self.undoable.emit(one if len(cards) == 1 else several, lambda: self._restore(cards))

    def _restore(self, cards: tuple[Card, ...]) -> None:
        for card in cards:
            self.card_restored.emit(card)

    def _ask_split(self) -> None:
        session = self._chosen_session()
        if session is not None and self.session.split.isEnabled():
            dialog = SplitDialog(session, ZoneInfo(self._view_now().zone), self)
            dialog.cut.connect(lambda instant: self._split(session, instant))
            dialog.open()

    def _split(self, session: WorkSession, instant: datetime) -> None:
        # Both parts are to be seen, however small.
        keys = self._chosen_keys()
        self.rows.unfold(local_day(session.start, self._view_now().zone))
        self._choose_again(keys)
        self.work_split.emit(session.id, instant)
        self.undoable.emit(self.tr("The session was cut in two."), self.work_undone.emit)

    def _join(self) -> None:
        session = self._chosen_session()
        before = self._before(session) if session is not None else None
        if session is not None and before is not None:
            self.work_joined.emit(before.id, session.id)
            self.undoable.emit(self.tr("The two sessions are one."), self.work_undone.emit)

    def _show_largest(self) -> None:
        """The largest unexplained stretch of this week."""
        view = self._view_now()
        today = local_day(view.taken_at, view.zone)
        week = [s for day in view.days if (today - day.day).days < 7 for s in day.unexplained]
        every = week or [s for day in view.days for s in day.unexplained]
        if every:
            largest = max(every, key=lambda session: session.tokens.total or 0)
            place = self.rows.place_of(session_key(largest.id))
            if place is not None:
                self.list.setCurrentIndex(self.rows.index(place))
                self._show_chosen()
                self.list.setFocus()

    # What is known

    def _view_now(self) -> JournalView:
        assert self._view is not None  # noqa: S101 - nothing can be chosen before
        return self._view

    def _sessions(self) -> list[WorkSession]:
        """All stretches shown, by their start; the linked ones too."""
        known = {s.id: s for day in self._view_now().days for row in day.cards for s in row.sessions}
        known.update((s.id, s) for day in self._view_now().days for s in day.unexplained)
        return sorted(known.values(), key=lambda session: session.start)

    def _before(self, session: WorkSession) -> WorkSession | None:
        same = [s for s in self._sessions() if s.project == session.project and s.start < session.start]
        return same[-1] if same else None

    def _linkable(self, linked: tuple[WorkSession, ...]) -> tuple[WorkSession, ...]:
        """The newest that no card speaks of."""
        taken = {session.id for session in linked}
        free = (s for day in self._view_now().days for s in day.unexplained if s.id not in taken)
        return tuple(islice(free, MOST_TO_LINK))

    def _tags_like(self, session: WorkSession) -> tuple[str, ...]:
        """The tags of the newest card on the same project."""
        if session.project is None:
            return ()
        for day in self._view_now().days:
            for row in day.cards:
                if any(link.project == session.project for link in row.card.links):
                    return row.card.tags
        return ()
