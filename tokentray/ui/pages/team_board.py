"""The published week: its sentence, figures and tables, the own place among them, and how use went from week to week."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from tokentray.core.fragment import BANDS
from tokentray.core.published_words import ADOPTIONS
from tokentray.insights.checkin import days_of_week
from tokentray.insights.snapshot import Figure
from tokentray.share.team_view import PublishedWeek, Row, SplitTable, Table, TeamView
from tokentray.ui import wording
from tokentray.ui.card import Card, text_label
from tokentray.ui.charts.shares import ShareBars
from tokentray.ui.charts.splits import SplitBars
from tokentray.ui.charts.weeks import WeekOfShares, WeeksChart
from tokentray.ui.flow import FlowLayout
from tokentray.ui.glyphs import glyph, glyph_size
from tokentray.ui.look import look_of, pixels
from tokentray.ui.pages.chart_card import ChartCard
from tokentray.ui.pages.figure_card import FigureCard
from tokentray.ui.pages.setting_rows import ChoiceBox

GAP = 14
_TWO_COLUMNS = 700


class TeamBoard(QWidget):
    """Shows a `TeamView`'s published weeks, one at a time; the chosen one stays when another view comes."""

    refresh_wished = Signal()
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._weeks: tuple[PublishedWeek, ...] = ()
        self._address = ""
        self.tables: dict[str, ChartCard] = {}
        self.splits: dict[str, SplitCard] = {}
        self._order: tuple[str, ...] = ()
        self._make_head()
        self._make_own()
        self._make_splits()
        self._make_trend()
        self._make_words()
        self._lay_out()
        self._connect()
        self._dress()

    # Shown

    def show_team(self, view: TeamView) -> None:
        """The weeks that the board has published so far."""
        newest_was_shown = not self._weeks or self.week.currentData() == self._weeks[0].week
        self._address = view.team.board if view.team is not None else ""
        self._weeks = view.published
        self._show_state(view)
        self._offer_weeks(newest=newest_was_shown)
        self._show_week()
        self._show_trend()

    # Qt

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "after"):
            self._dress()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    # Made

    def _make_head(self) -> None:
        tr = self.tr
        self.week = ChoiceBox([])
        self.week.setAccessibleName(tr("Published week"))
        self.before, self.after = QToolButton(), QToolButton()
        for button, words in ((self.before, tr("The week before")), (self.after, tr("The week after"))):
            button.setToolTip(words)
            button.setAccessibleName(words)
        self.refresh = QPushButton(tr("Ask the board"))
        self.refresh.setProperty("role", "link")
        self.refresh.setToolTip(tr("Fetches all published weeks and the cards of all weeks, as everybody's app does"))
        self.page = QPushButton(tr("Open the board's page"))
        self.page_words = text_label(
            tr("It opens in your browser, which shows your address to the board, as with any page you open."),
            "muted",
            wrap=True,
        )
        self.page.setAccessibleDescription(self.page_words.text())
        self.closed = text_label(tr("Closed: it never changes any more."), "muted", wrap=True)
        self.headline = text_label("", "title", wrap=True)
        self.figures = [FigureCard() for _ in range(4)]

    def _make_own(self) -> None:
        tr = self.tr
        self.own_bars = ShareBars()
        self.own = ChartCard(tr("Token use, and where you stand"), self.own_bars, "tokentray-token-use")
        self.own.show_subtitle(tr("a gauge, not a score"))
        self.sentence = text_label("", wrap=True)
        self.only_here = text_label(
            tr("Your place is worked out on this machine; nobody else sees it."), "muted", wrap=True
        )
        self.own.body.addSpacing(6)
        self.own.body.addWidget(self.sentence)
        self.own.body.addWidget(self.only_here)

    def _make_splits(self) -> None:
        self._splits = QVBoxLayout()
        self._splits.setSpacing(GAP)

    def _make_trend(self) -> None:
        tr = self.tr
        self.weeks_chart = WeeksChart()
        self.trend = ChartCard(tr("How often AI was used, by week"), self.weeks_chart, "tokentray-use-by-week")
        self.trend_words = text_label("", "muted", wrap=True)
        self.trend.body.addWidget(self.trend_words)

    def _make_words(self) -> None:
        tr = self.tr
        self.not_shown = Card(tr("Not shown this week"))
        self.not_shown_words = text_label("", "muted", wrap=True)
        self.not_shown.body.addWidget(self.not_shown_words)
        self.honesty = Card(tr("What the numbers can and cannot say"))
        self.small_print = text_label("", wrap=True)
        self.honesty.body.addWidget(self.small_print)
        for words in (
            tr("They can say whether use is spreading, which kind of effort pays, and that something did not work."),
            tr("They cannot say who. Two weeks cannot be joined, and nobody is counted by name."),
            tr("They are not everybody: taking part is a choice, each week and for each answer."),
            tr("Tokens are not worth. A large number grows with the tool and the kind of work; it shows use, no more."),
        ):
            self.honesty.body.addWidget(text_label(words, "muted", wrap=True))
        self.nothing = Card("")
        self.nothing_title = text_label("", "heading", wrap=True)
        self.nothing_words = text_label("", "muted", wrap=True)
        self.ask = QPushButton(tr("Ask the board now"))
        self.ask.setProperty("role", "primary")
        line = FlowLayout(gap=8)
        line.addWidget(self.ask)
        self.nothing.body.addWidget(self.nothing_title)
        self.nothing.body.addWidget(self.nothing_words)
        self.nothing.body.addSpacing(4)
        self.nothing.body.addLayout(line)

    def _lay_out(self) -> None:
        self._tools = QWidget()
        tools = FlowLayout(self._tools, gap=8)
        for control in (self.before, self.week, self.after, self.refresh):
            tools.addWidget(control)
        self._lead = QWidget()
        lead = QVBoxLayout(self._lead)
        lead.setContentsMargins(0, 6, 0, 2)
        lead.setSpacing(2)
        lead.addWidget(self.headline)
        lead.addWidget(self.closed)
        self._four = QGridLayout()
        self._four.setSpacing(GAP)
        self._columns = [QVBoxLayout(), QVBoxLayout()]
        self._pair = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pair.setSpacing(GAP)
        for half in self._columns:
            half.setSpacing(GAP)
            self._pair.addLayout(half, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for widget in (self._tools, self.nothing, self._lead):
            column.addWidget(widget)
        column.addLayout(self._four)
        column.addWidget(self.own)
        column.addLayout(self._pair)
        column.addLayout(self._splits)
        for card in (self.not_shown, self.trend, self.honesty):
            column.addWidget(card)
        foot = FlowLayout(gap=10)
        foot.addWidget(self.page)
        foot.addWidget(self.page_words)
        column.addLayout(foot)
        self._arrange()

    def _connect(self) -> None:
        self.week.activated.connect(self._show_week)
        self.before.clicked.connect(lambda: self._step(1))
        self.after.clicked.connect(lambda: self._step(-1))
        self.refresh.clicked.connect(self.refresh_wished)
        self.ask.clicked.connect(self.refresh_wished)
        self.page.clicked.connect(self.open_page)
        self.own.told.connect(self.told)
        self.trend.told.connect(self.told)

    def _dress(self) -> None:
        look = look_of(self)
        for button, name in ((self.before, "back"), (self.after, "forward")):
            button.setIcon(glyph(name, look.muted, 16, can_be_disabled=True))
            button.setIconSize(glyph_size(16))

    def _arrange(self) -> None:
        columns = 4 if self.width() >= pixels(640) else 2
        for index, card in enumerate(self.figures):
            self._four.addWidget(card, index // columns, index % columns)
        for column in range(4):
            self._four.setColumnStretch(column, 1 if column < columns else 0)
        beside = self.width() >= pixels(_TWO_COLUMNS)
        self._pair.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)

    # Showing

    def _show_state(self, view: TeamView) -> None:
        tr, there = self.tr, bool(view.published)
        self.nothing.setVisible(not there)
        never = view.asked_at is None
        self.nothing_title.setText(
            tr("The board has not been asked yet.") if never else tr("No week has been published yet.")
        )
        self.nothing_words.setText(
            tr("Asking fetches all published weeks, the same for everybody who asks.")
            if never
            else tr(
                "A week is published once, after it closes, and never changes afterwards. With fewer than 5 check-ins it says “fewer "
                "than 5”, and nothing else."
            )
        )
        self.ask.setVisible(never)
        self.refresh.setVisible(not never)
        for widget in (self.week, self.before, self.after, self._lead, self.honesty, *self.figures):
            widget.setVisible(there)
        self.page.setEnabled(bool(self._address))

    def _offer_weeks(self, *, newest: bool) -> None:
        held = str(self.week.currentData() or "")
        choices = [(week.week, _title(week.week)) for week in self._weeks]
        if [(self.week.itemData(place), self.week.itemText(place)) for place in range(self.week.count())] != choices:
            self.week.blockSignals(True)
            self.week.clear()
            for value, text in choices:
                self.week.addItem(text, value)
            self.week.blockSignals(False)
        if choices:
            self.week.show_value(choices[0][0] if newest or held not in dict(choices) else held)

    def _show_week(self) -> None:
        place = self.week.currentIndex()
        week = self._weeks[place] if 0 <= place < len(self._weeks) else None
        self.before.setEnabled(0 <= place < len(self._weeks) - 1)
        self.after.setEnabled(place > 0)
        if week is None:
            for card in (self.own, self.not_shown, *self.tables.values(), *self.splits.values()):
                card.hide()
            return
        self.headline.setText(week.headline)
        self.small_print.setText(week.small_print)
        for figure, (label, value, note) in zip(self.figures, week.figures, strict=False):
            figure.show_figure(Figure(label, value, note))
        self._show_own(week)
        self._show_tables([table for table in week.tables if table.rows and not _is_token_use(table)])
        self._show_splits([split for split in week.splits if split.rows])
        all_tables: tuple[Table | SplitTable, ...] = (*week.tables, *week.splits)
        missing = [table for table in all_tables if not table.rows]
        self.not_shown.setVisible(bool(missing))
        self.not_shown_words.setText("\n".join(f"{table.title}: {_lower(table.note)}" for table in missing))

    def _show_own(self, week: PublishedWeek) -> None:
        table = next((table for table in week.tables if _is_token_use(table)), None)
        place = week.own
        self.own.setVisible(table is not None or place is not None)
        self.own_bars.setVisible(table is not None and not self.own.as_table.isChecked())
        self.own_bars.show_rows(
            table.rows if table is not None else (), place.band if place is not None and place.known else ""
        )
        self.sentence.setText(place.sentence if place is not None else "")
        self.sentence.setVisible(place is not None)
        self.own.more.setVisible(table is not None)
        self.only_here.setVisible(place is not None)
        self.own.renew_table()

    def _show_tables(self, tables: Sequence[Table]) -> None:
        """A card for each; one that another week has, too, keeps its place and its being a table."""
        for table in tables:
            if table.title not in self.tables:
                made = ChartCard(table.title, ShareBars(), "tokentray-published")
                made.told.connect(self.told)
                self.tables[table.title] = made
            card = self.tables[table.title]
            bars = card.chart
            if isinstance(bars, ShareBars):
                bars.show_rows(table.rows)
            card.renew_table()
        order = tuple(table.title for table in tables)
        if order != self._order:
            self._order = order
            for half in self._columns:
                while half.count():
                    half.takeAt(0)
            for place, title in enumerate(order):
                self._columns[place % 2].addWidget(self.tables[title])
            for half in self._columns:
                half.addStretch(1)
        for title, card in self.tables.items():
            card.setVisible(title in order)

    def _show_splits(self, splits: Sequence[SplitTable]) -> None:
        for split in splits:
            if split.title not in self.splits:
                self.splits[split.title] = made = SplitCard(split.title)
                made.told.connect(self.told)
                self._splits.addWidget(made)
            self.splits[split.title].show_split(split)
        shown = {split.title for split in splits}
        for title, card in self.splits.items():
            card.setVisible(title in shown)

    def _show_trend(self) -> None:
        weeks = [
            WeekOfShares(f"W{week.week[-2:]}", _title(week.week), _adoption(week)) for week in reversed(self._weeks)
        ]
        self.weeks_chart.show_weeks(weeks)
        self.trend.setVisible(len(weeks) > 1 and self.weeks_chart.has_data())
        self.trend_words.setText(
            self.tr(
                "Each column is a week, in shares. A hatched mark is a week in words; a thin line, fewer than five."
            )
            if self.weeks_chart.stacked
            else self.tr(
                "One step is few (also nobody), two some, three about half, four most. A thin line: fewer than five."
            )
        )
        self.trend.renew_table()

    # Wishes

    def open_page(self) -> None:
        """In the browser, at the address that the invite pinned."""
        if self._address.startswith(("https://", "http://")):
            QDesktopServices.openUrl(QUrl(f"{self._address.rstrip('/')}/"))

    def _step(self, by: int) -> None:
        place = self.week.currentIndex() + by
        if 0 <= place < self.week.count():
            self.week.setCurrentIndex(place)
            self._show_week()


class SplitCard(ChartCard):
    """A two-way table as bars, with what is to be known of it below."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        self.bars = SplitBars()
        super().__init__(title, self.bars, "tokentray-published", parent)
        self.note = text_label("", "muted", wrap=True)
        self.note.setContentsMargins(0, pixels(6), 0, 0)
        self.body.addWidget(self.note)

    def show_split(self, split: SplitTable) -> None:
        self.bars.show_split(split)
        self.show_subtitle(split.subtitle)
        self.note.setText(split.note)
        self.note.setVisible(bool(split.note))
        self.renew_table()


def _is_token_use(table: Table) -> bool:
    return bool(table.rows) and all(row.value in BANDS for row in table.rows)


def _adoption(week: PublishedWeek) -> tuple[Row, ...]:
    return next((table.rows for table in week.tables if {row.value for row in table.rows} & set(ADOPTIONS[:2])), ())


def _title(week: str) -> str:
    return wording.week_title(*days_of_week(week))


def _lower(note: str) -> str:
    return f"{note[:1].lower()}{note[1:]}"
