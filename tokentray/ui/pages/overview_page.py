"""Overview: the state of things on one page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QWidget

from tokentray.insights.snapshot import Month, Snapshot, Stack
from tokentray.settings.settings import Settings
from tokentray.ui import wording
from tokentray.ui.charts.bars import BarChart
from tokentray.ui.charts.heat_map import HeatMap
from tokentray.ui.charts.line import LineChart
from tokentray.ui.look import pixels
from tokentray.ui.page_frame import PageFrame
from tokentray.ui.pages.chart_card import ChartCard
from tokentray.ui.pages.figure_card import FigureCard
from tokentray.ui.pages.notices_card import NoticesCard
from tokentray.ui.pages.welcome_card import WelcomeCard
from tokentray.ui.segments import Segments

YEAR = 365
GAP = 14


class OverviewPage(QWidget):
    """`model_chosen` leads to Trends, `page_wished` to where a notice can be mended."""

    days_chosen = Signal(int)
    model_chosen = Signal(str)
    page_wished = Signal(str)
    add_wished = Signal()
    polling_answered = Signal(bool)
    told = Signal(str)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._settings = settings
        self._snapshot: Snapshot | None = None
        self.days = Segments(
            tr("Period"), [(7, tr("7 days")), (30, tr("30 days")), (90, tr("90 days")), (YEAR, tr("Year"))]
        )
        self.welcome = WelcomeCard()
        self.notices = NoticesCard()
        self.figures = [FigureCard() for _ in range(4)]
        self.bars, self.heat, self.line = BarChart(), HeatMap(), LineChart()
        self._bars_card = ChartCard(tr("Tokens per day"), self.bars, "tokentray-tokens-per-day")
        self._heat_card = ChartCard(tr("Activity"), self.heat, "tokentray-activity")
        self._line_card = ChartCard(tr("Cost this month"), self.line, "tokentray-cost-this-month")
        self._heat_card.show_subtitle(tr("tokens per day, last 12 months"))
        self.bars.show_empty(tr("No tokens in these days. Bars appear as soon as an agent or a provider reports some."))
        self.heat.show_empty(tr("A square for each day will stand here."))
        self.line.show_empty(tr("No cost is known for this month."))
        self._lay_out()
        self._connect()
        self.show_settings(settings)

    def show_settings(self, settings: Settings) -> None:
        self._settings = settings
        self.welcome.ask(asked=not settings.welcomed)
        if self._snapshot is not None:
            self.show_snapshot(self._snapshot)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        first_weekday = self._settings.first_weekday
        self.days.show_value(snapshot.overview_days)
        nothing = snapshot.history.first_day is None
        self.welcome.show_snapshot(snapshot)
        self.welcome.setVisible(nothing or not self._settings.welcomed)
        self.days.setVisible(not nothing)
        for card in (*self.figures, self._bars_card, self._heat_card, self._line_card):
            card.setVisible(not nothing)
        self.notices.show_notices(snapshot.notices)
        for card, figure in zip(self.figures, snapshot.figures, strict=False):
            card.show_figure(figure)
        self.bars.show_stack(snapshot.overview, first_weekday=first_weekday)
        self._bars_card.show_subtitle(self._period_text(snapshot.overview_days, snapshot.overview))
        self.heat.show_days(snapshot.year, first_weekday=first_weekday)
        self.line.show_month(snapshot.month)
        self._line_card.show_subtitle(self._month_text(snapshot.month))
        for chart_card in (self._bars_card, self._heat_card, self._line_card):
            chart_card.renew_table()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cards stand beside each other where there is room, else below."""
        if event.type() == QEvent.Type.Resize:
            self._arrange()
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        frame = PageFrame(self, self.tr("Overview"))
        frame.head.addWidget(self.days)
        self._four = QGridLayout()
        self._four.setSpacing(GAP)
        self._pair = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pair.setSpacing(GAP)
        self._pair.addWidget(self._heat_card, 11)
        self._pair.addWidget(self._line_card, 9)
        frame.body.addWidget(self.welcome)
        frame.body.addLayout(self._four)
        frame.body.addWidget(self.notices)
        frame.body.addWidget(self._bars_card, 5)
        frame.body.addLayout(self._pair, 4)
        frame.body.addStretch(0)
        self._viewport = frame.scroll.viewport()
        self._viewport.installEventFilter(self)
        self._arrange()

    def _connect(self) -> None:
        self.days.chosen.connect(lambda days: self.days_chosen.emit(days))
        self.bars.series_clicked.connect(self.model_chosen)
        self.notices.page_wished.connect(self.page_wished)
        self.welcome.add_wished.connect(self.add_wished)
        self.welcome.polling_answered.connect(self.polling_answered)
        for chart_card in (self._bars_card, self._heat_card, self._line_card):
            chart_card.told.connect(self.told)

    def _arrange(self) -> None:
        width = self._viewport.width()
        columns = 4 if width >= pixels(640) else 2
        for index, card in enumerate(self.figures):
            self._four.addWidget(card, index // columns, index % columns)
        for column in range(4):
            self._four.setColumnStretch(column, 1 if column < columns else 0)
        beside = width >= pixels(700)
        self._pair.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)

    def _period_text(self, days: int, stack: Stack) -> str:
        period = self.tr("last 12 months") if days >= YEAR else self.tr("last {days} days").format(days=days)
        known = [value for series in stack.series for value in series.values if value is not None]
        if not known:
            return period
        return self.tr("{period} · {total} total").format(period=period, total=wording.compact_count(sum(known)))

    def _month_text(self, month: Month | None) -> str:
        if month is None or not month.spent:
            return ""
        spent = wording.currency_text(month.spent[-1], month.currency)
        so_far = self.tr("{amount} so far").format(amount=("≈\u202f" if month.kind == "estimated" else "") + spent)
        if not month.forecast:
            return so_far
        forecast = wording.currency_text(month.forecast[-1], month.currency, 0)
        return self.tr("{so_far} · forecast {amount}").format(so_far=so_far, amount=forecast)
