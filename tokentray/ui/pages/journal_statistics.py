"""What the shown cards come to, by tag, function or outcome."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tokentray.core.journal import Outcome
from tokentray.insights.journal import JournalSum, JournalView
from tokentray.ui import wording
from tokentray.ui.card import Card, text_label
from tokentray.ui.charts.base import Table
from tokentray.ui.pages.chart_card import TextTable
from tokentray.ui.pages.rows_view import RowsView
from tokentray.ui.segments import Segments


class JournalStatistics(Card):
    """A row that is chosen becomes a filter of the search."""

    filter_wished = Signal(str, str)
    """A key such as tag, and its value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        tr = self.tr
        self._view: JournalView | None = None
        self._sums: tuple[JournalSum, ...] = ()
        self._shown: Table | None = None
        self.setAccessibleName(tr("What these cards come to"))
        self.body.addWidget(text_label(tr("What these cards come to"), "heading", wrap=True))
        self._period = text_label("", "muted", wrap=True)
        self.by = Segments(tr("By"), [("tag", tr("Tag")), ("function", tr("Function")), ("outcome", tr("Outcome"))])
        self.by.show_value("tag")
        self.rows = RowsView(tr("Cards, sessions, tokens, cost and effort"))
        # Six columns beside the list.
        self.rows.setProperty("role", "close rows")
        self.rows.narrowest = 96
        self.rows.most_rows = 10
        self._note = text_label("", "muted", wrap=True)
        self.body.addWidget(self._period)
        self.body.addSpacing(6)
        self.body.addWidget(self.by)
        self.body.addSpacing(4)
        self.body.addWidget(self.rows)
        self.body.addWidget(self._note)
        self.by.chosen.connect(lambda _by: self._show())
        self.rows.row_chosen.connect(self._choose)

    def show_view(self, view: JournalView) -> None:
        self._view = view
        days = self.tr("{first} to {last}").format(
            first=wording.day_text(view.since), last=wording.day_text(view.until)
        )
        self._period.setText(f"{wording.cards_text(view.cards)}, {days}")
        self._show()

    def _show(self) -> None:
        if self._view is None:
            return
        by = str(self.by.value())
        self._sums = {"tag": self._view.by_tag, "function": self._view.by_function}.get(by, self._view.by_outcome)
        table = self._table(by)
        if table != self._shown:
            self._shown = table
            self.rows.setModel(TextTable(table, self.rows))
        self.rows.setVisible(bool(self._sums))
        self._note.setText(self._note_text())

    def _table(self, by: str) -> Table:
        tr = self.tr
        first = {"tag": tr("Tag"), "function": tr("Function")}.get(by, tr("Outcome"))
        headings = (first, tr("Cards"), tr("Sessions"), tr("Tokens"), tr("Cost"), tr("Effort"))
        return Table(headings, tuple(self._line(by, each) for each in self._sums))

    def _line(self, by: str, each: JournalSum) -> tuple[str, ...]:
        effort = wording.UNKNOWN if each.effort_minutes is None else wording.minutes_text(each.effort_minutes)
        return (
            self._name(by, each.name),
            wording.exact_count(each.cards),
            wording.exact_count(each.sessions),
            wording.compact_count(each.tokens),
            wording.moneys_text(each.cost),
            effort,
        )

    def _name(self, by: str, name: str) -> str:
        if not name:
            return self.tr("(none)")
        if by == "function":
            return wording.function_words(name)
        return name if by == "tag" else wording.outcome_words(Outcome(name))

    def _note_text(self) -> str:
        if not self._sums:
            return self.tr("As soon as there are cards, their sums stand here.")
        unknown = sum(each.unknown for each in self._sums)
        words = self.tr("A card with several tags counts under each.") if self.by.value() == "tag" else ""
        if unknown:
            words += " " + self.tr("Of cards without a session the tokens are unknown.")
        return words.strip()

    def _choose(self, row: int) -> None:
        if self._sums[row].name:
            self.filter_wished.emit(str(self.by.value()), self._sums[row].name)
