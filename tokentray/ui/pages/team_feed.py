"""The experiment feed: what colleagues tried and what came of it, decrypted on this machine; nobody knows whose a card is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from tokentray.core.published_words import label_of
from tokentray.insights.checkin import days_of_week
from tokentray.share.team_view import FeedCard, Left, TeamView
from tokentray.ui import wording
from tokentray.ui.card import Card, text_label
from tokentray.ui.flow import FlowLayout
from tokentray.ui.look import pixels, set_role
from tokentray.ui.pages.feed_card import OUTCOME_OF, FeedCardFrame
from tokentray.ui.pages.setting_rows import ChoiceBox

SHOWN_AT_FIRST = 12
"""A frame costs about ten milliseconds; five hundred of them are built as somebody asks for more."""

SOUGHT_AFTER_MS = 150
FEW = 3
STALE_AFTER = timedelta(days=2)
ALL = ""


class TeamFeed(QWidget):
    """Shows a `TeamView`'s cards, newest week first. What is chosen and typed stays when another view comes."""

    reproduced_noted = Signal(str, bool)
    still_true_answered = Signal(str, str)
    """A card's id, and yes, no, or "" to be asked again."""

    card_imported = Signal(str)
    card_wished = Signal(str)
    refresh_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: TeamView | None = None
        self._room = SHOWN_AT_FIRST
        self._order: tuple[str, ...] = ()
        self._spare: list[FeedCardFrame] = []
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(SOUGHT_AFTER_MS)
        self.frames: dict[str, FeedCardFrame] = {}
        self._headings: dict[str, QLabel] = {}
        self._make_head()
        self._make_states()
        self._lay_out()
        self._connect()

    # Shown

    def show_team(self, view: TeamView) -> None:
        """The cards as they are now; without a team there are none."""
        before, self._view = self._view, view
        if before is None or before.feed != view.feed:
            self._offer_choices(view.feed)
        self._show_state(view)
        self._show_cards()

    def matching(self) -> tuple[FeedCard, ...]:
        """The cards that search and filters let through."""
        if self._view is None:
            return ()
        words = self.search.text().casefold().split()
        outcome, category, week = (str(box.currentData() or ALL) for box in (self.outcome, self.category, self.week))
        return tuple(
            card
            for card in self._view.feed
            if (not outcome or card.outcome == outcome)
            and (not category or card.category == category)
            and (not week or card.week == week)
            and _has(card, words)
        )

    # Made

    def _make_head(self) -> None:
        tr = self.tr
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search what was tried and learned"))
        self.search.setAccessibleName(tr("Search the cards"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(pixels(240))
        self.outcome = ChoiceBox(
            [
                (ALL, tr("Every outcome")),
                *((result, wording.outcome_words(outcome)) for result, outcome in OUTCOME_OF.items()),
            ]
        )
        self.category, self.week = ChoiceBox([(ALL, tr("Every category"))]), ChoiceBox([(ALL, tr("Every week"))])
        self.outcome.setAccessibleName(tr("Outcome"))
        self.category.setAccessibleName(tr("Category"))
        self.week.setAccessibleName(tr("Week"))
        self.category.setMaximumWidth(pixels(240))  # else the longest of the team's words would break the line
        self.refresh = QPushButton(tr("Ask the board"))
        self.refresh.setProperty("role", "link")
        self.refresh.setToolTip(tr("Fetches the cards of all weeks, which is what everybody's app asks for"))
        self.asked = text_label("", "muted", wrap=True)
        self.unread = text_label("", "warn", wrap=True)
        self.count = text_label("", "muted", wrap=True)

    def _make_states(self) -> None:
        tr = self.tr
        self.nothing = Card("")
        self.nothing_title = text_label("", "heading", wrap=True)
        self.nothing_words = text_label("", "muted", wrap=True)
        self.ask = QPushButton(tr("Ask the board now"))
        self.ask.setProperty("role", "primary")
        self.clear = QPushButton(tr("Show all cards"))
        self.more = QPushButton()
        line = FlowLayout(gap=8)
        line.addWidget(self.ask)
        line.addWidget(self.clear)
        for widget in (self.nothing_title, self.nothing_words):
            self.nothing.body.addWidget(widget)
        self.nothing.body.addSpacing(4)
        self.nothing.body.addLayout(line)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self._tools = QWidget()
        tools = FlowLayout(self._tools, gap=8)
        for control in (self.search, self.outcome, self.category, self.week):
            tools.addWidget(control)
        self._facts = QWidget()
        facts = FlowLayout(self._facts, gap=14)
        for fact in (self.count, self.asked, self.refresh):
            facts.addWidget(fact)
        self._list = QWidget()
        self._cards = QVBoxLayout(self._list)
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(10)
        more = FlowLayout(gap=8)
        more.addWidget(self.more)
        for widget in (self._tools, self._facts, self.unread, self.nothing):
            column.addWidget(widget)
        column.addWidget(self._list)
        column.addLayout(more)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _text: self._typed.start())
        self.search.returnPressed.connect(self._narrow)
        self._typed.timeout.connect(self._narrow)
        for box in (self.outcome, self.category, self.week):
            box.activated.connect(self._narrow)
        self.refresh.clicked.connect(self.refresh_wished)
        self.ask.clicked.connect(self.refresh_wished)
        self.clear.clicked.connect(self._show_all)
        self.more.clicked.connect(self._show_more)

    # Showing

    def _offer_choices(self, feed: Sequence[FeedCard]) -> None:
        """What is chosen stays on offer, also when its last card has gone."""
        categories = sorted({card.category for card in feed}, key=label_of)
        _renew(self.category, [(name, label_of(name)) for name in categories], label_of)
        weeks = sorted({card.week for card in feed}, reverse=True)
        _renew(self.week, [(week, _week_title(week)) for week in weeks], _week_title)

    def _show_state(self, view: TeamView) -> None:
        tr = self.tr
        self.asked.setText(self._asked_words(view))
        set_role(self.asked, "warn" if self._is_doubtful(view) else "muted")
        self.asked.setVisible(view.asked_at is not None or bool(view.feed))
        self.unread.setText(self._unread_words(view.unread))
        self.unread.setVisible(view.unread > 0)
        if view.asked_at is None and not view.feed:
            self.nothing_title.setText(tr("The board has not been asked yet."))
            refused = unanswered_at(view)
            words = tr(
                "Asking fetches the encrypted cards of all weeks, the same for everybody who asks; they are decrypted here. The board "
                "learns that somebody of the team reads, and not what."
            )
            if refused is not None:
                words = tr("It could not be reached {age}. {words}").format(
                    age=wording.age(refused, view.taken_at), words=words
                )
            self.nothing_words.setText(words)
        elif not view.feed:
            self.nothing_title.setText(tr("No cards yet."))
            self.nothing_words.setText(
                tr(
                    "A card stands here when somebody of the team shares one. It may be the first one: a failed try is worth as much as a "
                    "success."
                )
            )
        else:
            self.nothing_title.setText(tr("No card is like that."))
            self.nothing_words.setText(tr("Search and filters leave none over."))
        self.ask.setVisible(view.asked_at is None)
        self.clear.setVisible(bool(view.feed))

    def _show_cards(self) -> None:
        if self._view is None:
            return
        cards = self.matching()
        shown = cards[: self._room]
        self._tools.setVisible(bool(self._view.feed))
        self.count.setVisible(bool(self._view.feed))
        self.count.setText(self._count_words(len(cards), len(self._view.feed)))
        self._facts.setVisible(bool(self._view.feed) or self._view.asked_at is not None)
        self.nothing.setVisible(not cards)
        self._place(shown)
        left = len(cards) - len(shown)
        self.more.setVisible(left > 0)
        self.more.setText(
            self.tr("Show {some} more of {left}").format(
                some=wording.exact_count(min(left, SHOWN_AT_FIRST)), left=wording.exact_count(left)
            )
        )

    def _place(self, cards: Sequence[FeedCard]) -> None:
        """Only what differs is made, moved or taken away, so that focus and place stay."""
        order = _in_order(cards)
        wanted = set(order)
        # Each widget that is shown by itself has all of the page laid out once more.
        at_once = len(wanted - self.frames.keys() - self._headings.keys()) > FEW and not self._list.isAncestorOf(
            self.focusWidget()
        )
        if at_once:
            self._list.hide()
        for key in [key for key in self.frames if key not in wanted]:
            self._put_aside(self.frames.pop(key))
        for key in [key for key in self._headings if key not in wanted]:
            _take_away(self._headings.pop(key))
        for card in cards:
            if card.id in self.frames:
                self.frames[card.id].renew(card)
            else:
                self.frames[card.id] = self._made(card)
        if order != self._order:
            self._arrange(order)
        self._list.setVisible(bool(order))

    def _arrange(self, order: tuple[str, ...]) -> None:
        for place, key in enumerate(order):
            widget = self.frames.get(key) or self._heading(key)
            item = self._cards.itemAt(place)
            if item is None or item.widget() is not widget:
                self._cards.removeWidget(widget)
                self._cards.insertWidget(place, widget)
            widget.show()
        self._order = order
        self._chain()

    def _put_aside(self, frame: FeedCardFrame) -> None:
        """For another card: while somebody types, cards come and go at each letter."""
        if len(self._spare) >= SHOWN_AT_FIRST:
            _take_away(frame)
            return
        frame.hide()
        self._cards.removeWidget(frame)
        self._spare.append(frame)

    def _made(self, card: FeedCard) -> FeedCardFrame:
        if self._spare:
            frame = self._spare.pop()
            frame.show_card(card)
            return frame
        frame = FeedCardFrame(card)
        frame.reproduced_noted.connect(self.reproduced_noted)
        frame.still_true_answered.connect(self.still_true_answered)
        frame.card_imported.connect(self.card_imported)
        frame.card_wished.connect(self.card_wished)
        return frame

    def _heading(self, week: str) -> QLabel:
        if week not in self._headings:
            self._headings[week] = made = text_label(_week_title(week), "strong", wrap=True)
            made.setContentsMargins(0, pixels(6), 0, 0)
        return self._headings[week]

    def _chain(self) -> None:
        """Tab goes down the page, also past cards that came later than those below them."""
        before: QWidget = self.refresh
        for key in self._order:
            if (frame := self.frames.get(key)) is not None:
                for widget in frame.controls:
                    QWidget.setTabOrder(before, widget)
                    before = widget
        QWidget.setTabOrder(before, self.more)

    # Words

    def _count_words(self, found: int, all_of_them: int) -> str:
        if found == all_of_them:
            return wording.cards_text(all_of_them)
        return self.tr("{found} of {cards}").format(
            found=wording.exact_count(found), cards=wording.cards_text(all_of_them)
        )

    def _asked_words(self, view: TeamView) -> str:
        asked = wording.age(view.asked_at, view.taken_at)
        refused = unanswered_at(view)
        if refused is not None:
            return self.tr("The board could not be reached {refused}. What is shown is from {asked}.").format(
                refused=wording.age(refused, view.taken_at), asked=asked
            )
        return self.tr("As the board had it {asked}").format(asked=asked)

    def _unread_words(self, count: int) -> str:
        if count == 1:
            return self.tr(
                "1 card could not be decrypted: it was sealed with another key of the team than yours. A new invite may bring that key."
            )
        return self.tr(
            "{count} cards could not be decrypted: they were sealed with another key of the team than yours. A new invite may bring it along."
        ).format(count=wording.exact_count(count))

    def _is_doubtful(self, view: TeamView) -> bool:
        old = view.asked_at is not None and view.taken_at - view.asked_at > STALE_AFTER
        return old or unanswered_at(view) is not None

    # Wishes

    def _narrow(self) -> None:
        self._typed.stop()
        self._room = SHOWN_AT_FIRST
        self._show_cards()

    def _show_all(self) -> None:
        self.search.clear()
        for box in (self.outcome, self.category, self.week):
            box.show_value(ALL)
        self._narrow()

    def _show_more(self) -> None:
        before = set(self.frames)
        self._room += SHOWN_AT_FIRST
        self._show_cards()
        new = (self.frames[key] for key in self._order if key in self.frames and key not in before)
        control = next((one for frame in new for one in frame.controls if one.isVisibleTo(frame)), None)
        if control is not None:
            control.setFocus()


def unanswered_at(view: TeamView) -> datetime | None:
    """When the board was asked for its weeks in vain, if that was after the last answer."""
    asked = next((one for one in view.left if _asks_for_weeks(one)), None)
    if asked is None or (asked.status is not None and asked.status < 400):
        return None
    return asked.at if view.asked_at is None or asked.at > view.asked_at else None


def _asks_for_weeks(one: Left) -> bool:
    return one.method == "GET" and one.url.partition("?")[0].endswith("/v1/board")


def _has(card: FeedCard, words: Sequence[str]) -> bool:
    said = " ".join((label_of(card.category), card.tried, card.worked, card.learned, card.next)).casefold()
    return all(word in said for word in words)


def _in_order(cards: Sequence[FeedCard]) -> tuple[str, ...]:
    """Ids of cards, with each week's name before its first."""
    order: list[str] = []
    for place, card in enumerate(cards):
        if not place or cards[place - 1].week != card.week:
            order.append(card.week)
        order.append(card.id)
    return tuple(order)


def _renew(box: ChoiceBox, choices: Sequence[tuple[str, str]], words: Callable[[str], str]) -> None:
    """Other choices below the first, which takes all; the one that holds is kept."""
    held = str(box.currentData() or ALL)
    if held and held not in dict(choices):
        choices = [*choices, (held, words(held))]
    if [(box.itemData(place), box.itemText(place)) for place in range(1, box.count())] == list(choices):
        return
    box.blockSignals(True)
    while box.count() > 1:
        box.removeItem(1)
    for value, text in choices:
        box.addItem(text, value)
    box.blockSignals(False)
    box.show_value(held)


def _week_title(week: str) -> str:
    return wording.week_title(*days_of_week(week))


def _take_away(widget: QWidget) -> None:
    widget.hide()
    widget.deleteLater()
