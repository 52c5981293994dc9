"""The journal as a list model: a row for each day, card and unexplained stretch; its words are made when it is first painted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, QStringListModel, Qt

from tokentray.core.journal import Card, Completions, Level, Outcome, WorkSession
from tokentray.insights.journal import CardRow, JournalDay, JournalView
from tokentray.ui import wording
from tokentray.ui.tag_field import tag_slot

Index = QModelIndex | QPersistentModelIndex

LINE_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day's name, and what there is of it at the right."""

    title: str
    facts: str


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card's row; `tags` with their slots of the look's series, `badge` who it is for if not only for its author."""

    outcome: Outcome | None
    title: str
    titled: bool
    badge: str
    tags: tuple[tuple[str, int], ...]
    tokens: str
    facts: str


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A stretch of work nobody has spoken of, as an invitation."""

    title: str
    tokens: str
    facts: str


@dataclass(frozen=True, slots=True)
class FoldLine:
    """The smaller stretches of a day, folded into one row."""

    title: str
    tokens: str


@dataclass(frozen=True, slots=True)
class Fold:
    """The stretches of a day that are not shown one by one before it is opened."""

    day: date
    sessions: tuple[WorkSession, ...]


Thing = JournalDay | CardRow | WorkSession | Fold
Line = DayLine | CardLine | SessionLine | FoldLine

MOST_UNFOLDED = 3
"""So many stretches of a day invite to a card; more would be a reproach. The largest stay."""


class JournalRows(QStringListModel):
    """
    Days newest first; each with its cards, then its unexplained stretches.

    The strings are the rows' keys, which stay the same whenever the same day, card or stretch is shown again. Qt's own list of strings is
    asked for its length at each row while a view is laid out; a list in Python would take a year's view longer than a frame.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys: list[str] = []
        self._things: list[Thing] = []
        self._lines: dict[int, Line] = {}
        self._places: dict[str, int] = {}
        self._unfolded: set[date] = set()
        self._view: JournalView | None = None
        self._colours: tuple[tuple[str, int], ...] = ()
        self._zone = ZoneInfo("UTC")

    def show_view(self, view: JournalView) -> bool:
        """
        Shows all of it anew; False if every row has kept its place, and with it what is chosen.

        Then only the words may be others, which whoever shows them paints anew: a list told of changed data is laid out again as a whole.
        """
        self._view = view
        self._zone = ZoneInfo(view.zone)
        self._colours = completions_of(view).colours
        self._lines.clear()
        keys, self._things = _rows_of(view, self._unfolded)
        if keys == self._keys:
            return False
        self._keys = keys
        self._places = dict(zip(keys, range(len(keys)), strict=True))
        self.setStringList(keys)
        return True

    def unfold(self, day: date) -> None:
        """Shows all of a day's stretches from now on."""
        self._unfolded.add(day)
        if self._view is not None:
            self.show_view(self._view)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Days are passed over."""
        if isinstance(self._things[index.row()], JournalDay):
            return Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == LINE_ROLE:
            return self.line(index.row())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return spoken(self.line(index.row()))
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(line := self.line(index.row()), CardLine):
            return "\n".join(part for part in (line.title, wording.outcome_words(line.outcome), line.facts) if part)
        return None

    def key(self, place: int) -> str:
        return self._keys[place]

    def thing(self, place: int) -> Thing:
        return self._things[place]

    def place_of(self, key: str) -> int | None:
        """Where a card or stretch stands now; None if it is not shown."""
        return self._places.get(key)

    def line(self, place: int) -> Line:
        """What is painted there."""
        if place not in self._lines:
            self._lines[place] = self._made(self._things[place])
        return self._lines[place]

    def _made(self, thing: Thing) -> Line:
        if isinstance(thing, CardRow):
            return _card_line(thing, self._colours)
        if isinstance(thing, WorkSession):
            return _session_line(thing, self._zone)
        if isinstance(thing, Fold):
            return _fold_line(thing)
        return _day_line(thing)


def card_key(card_id: str) -> str:
    return f"card {card_id}"


def session_key(session_id: str) -> str:
    return f"session {session_id}"


def spoken(line: Line) -> str:
    """The same for a screen reader."""
    parts: tuple[str, ...]
    if isinstance(line, CardLine):
        tags = ", ".join(name for name, _ in line.tags)
        parts = (line.title, wording.outcome_words(line.outcome), line.badge, tags, line.tokens, line.facts)
    elif isinstance(line, SessionLine):
        parts = (line.title, line.facts, line.tokens)
    elif isinstance(line, FoldLine):
        parts = (line.title, line.tokens)
    else:
        parts = (line.title, line.facts)
    return ". ".join(part for part in parts if part)


def completions_of(view: JournalView) -> Completions:
    """What the fields of a card offer."""
    return Completions(
        tuple(row.name for row in view.tags),
        view.functions,
        tuple((row.name, row.colour) for row in view.tags if row.colour is not None),
    )


def title_of(card: Card) -> str:
    """Its title, else the beginning of what was tried, else what stands for none."""
    first = card.tried.strip().partition("\n")[0]
    return card.title.strip() or first or wording.untitled()


def _rows_of(view: JournalView, unfolded: set[date]) -> tuple[list[str], list[Thing]]:
    keys: list[str] = []
    things: list[Thing] = []
    for day in view.days:
        keys.append(f"day {day.day}")
        things.append(day)
        keys += [card_key(row.card.id) for row in day.cards]
        things += day.cards
        shown, folded = _folded(day.unexplained) if day.day not in unfolded else (day.unexplained, ())
        keys += [session_key(session.id) for session in shown]
        things += shown
        if folded:
            keys.append(f"more {day.day}")
            things.append(Fold(day.day, folded))
    return keys, things


def _folded(sessions: tuple[WorkSession, ...]) -> tuple[tuple[WorkSession, ...], tuple[WorkSession, ...]]:
    """Those that are shown and the others, each in their order; one alone is not folded."""
    if len(sessions) <= MOST_UNFOLDED + 1:
        return sessions, ()
    totals = [session.tokens.total or 0 for session in sessions]
    largest = set(sorted(range(len(sessions)), key=totals.__getitem__, reverse=True)[:MOST_UNFOLDED])
    shown = tuple(session for place, session in enumerate(sessions) if place in largest)
    return shown, tuple(session for place, session in enumerate(sessions) if place not in largest)


def _day_line(day: JournalDay) -> DayLine:
    parts = [wording.cards_text(len(day.cards))] if day.cards else []
    if day.unexplained:
        parts.append(_tr("{number} to explain").format(number=len(day.unexplained)))
    return DayLine(wording.day_text(day.day), " · ".join(parts))


def _card_line(row: CardRow, colours: tuple[tuple[str, int], ...]) -> CardLine:
    card = row.card
    parts = [*dict.fromkeys(wording.project_words(link.project) for link in card.links if link.project)]
    if row.cost:
        parts.append(wording.moneys_text(row.cost))
    badge = _tr("Draft") if card.draft else "" if card.level is Level.ME else wording.level_words(card.level)
    tags = tuple((tag, tag_slot(tag, colours)) for tag in card.tags)
    titled = bool(card.title.strip() or card.tried.strip())
    tokens = wording.tokens_text(row.tokens)
    return CardLine(card.outcome, title_of(card), titled, badge, tags, tokens, " · ".join(parts))


def _session_line(session: WorkSession, zone: ZoneInfo) -> SessionLine:
    parts = [wording.stretch_text(session.start, session.end, zone)]
    if session.project:
        parts.append(wording.project_words(session.project))
    if session.cost:
        parts.append(wording.moneys_text(session.cost))
    if session.grain == "hour":
        parts.append(_tr("to the hour"))
    return SessionLine(_tr("What was this?"), wording.tokens_text(session.tokens.total), " · ".join(parts))


def _fold_line(fold: Fold) -> FoldLine:
    tokens = sum(session.tokens.total or 0 for session in fold.sessions)
    return FoldLine(_tr("{number} smaller ones").format(number=len(fold.sessions)), wording.tokens_text(tokens))


def _tr(text: str) -> str:
    return QCoreApplication.translate("JournalRows", text)
