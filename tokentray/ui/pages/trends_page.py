"""Trends: any stretch of the history, cut and counted as the person likes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from PySide6.QtCore import QDate, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QBoxLayout, QDateEdit, QPushButton, QWidget

from tokentray.core.money import MoneyKind
from tokentray.insights.snapshot import Measure, Snapshot, Step, Trend, TrendChoice
from tokentray.settings.settings import Settings
from tokentray.ui import wording
from tokentray.ui.card import Card, text_label
from tokentray.ui.charts.bars import BarChart
from tokentray.ui.charts.pattern import Pattern
from tokentray.ui.flow import FlowLayout
from tokentray.ui.look import pixels
from tokentray.ui.page_frame import PageFrame
from tokentray.ui.pages.chart_card import ChartCard, write_text
from tokentray.ui.pages.rows_view import RowsView
from tokentray.ui.pages.setting_rows import ChoiceBox
from tokentray.ui.pages.trend_table import SortedTrend, TrendTable
from tokentray.ui.segments import Segments

HOURS_UP_TO_DAYS = 7
PRESETS = (7, 30, 90, 365)
# What can be filtered by, and what is then worth looking at instead.
FILTERS = {"model": "project", "source": "model", "account": "model", "project": "model", "tag": "model"}
# What the rest, and what nobody named, are called; neither can be filtered by.
NAMELESS = ("other", "unknown", "not tagged")
GAP = 14


class TrendsPage(QWidget):
    """Asks by `trend_chosen` (a TrendChoice) and shows the answer when a snapshot brings it."""

    trend_chosen = Signal(object)
    told = Signal(str)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._choice: TrendChoice | None = None
        self._trend: Trend | None = None
        self._today: date | None = None
        self._before: list[TrendChoice] = []
        self._make_controls()
        self._make_content()
        self._lay_out()
        self._connect()
        self.show_settings(settings)

    def show_settings(self, settings: Settings) -> None:
        self._settings = settings
        for edit in (self.since, self.until):
            edit.calendarWidget().setFirstDayOfWeek(Qt.DayOfWeek(settings.first_weekday + 1))
        if self._trend is not None:
            self._show_trend(self._trend)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows the answer to the newest question; asks the first one, and again when a new day began."""
        yesterday, self._today = self._today, snapshot.today.day
        if self._choice is None and snapshot.trend is not None:
            self._choice = snapshot.trend.choice
        if self._choice is None:
            self.choose(TrendChoice(self._today - timedelta(days=29), self._today))
        elif yesterday is not None and self._choice.until == yesterday != self._today:
            moved = self._today - yesterday
            self.choose(replace(self._choice, since=self._choice.since + moved, until=self._today))
        if snapshot.trend is not None and snapshot.trend.choice == self._choice:
            self._show_trend(snapshot.trend)
        self._show_choice()

    def choose(self, choice: TrendChoice) -> None:
        """Asks for a trend and shows what was asked."""
        choice = _sensible(choice)
        if choice != self._choice:
            self._choice = choice
            self._show_choice()
            self.trend_chosen.emit(choice)

    def filter_by(self, key: str, value: str) -> None:
        """Narrows to one model, source, account, project or tag; the filter is shown and can be taken away."""
        if self._choice is None or key not in FILTERS or value in NAMELESS or (key, value) in self._choice.only:
            return
        others = tuple(pair for pair in self._choice.only if pair[0] != key)
        by = FILTERS[key] if self._choice.by == key else self._choice.by
        self.choose(replace(self._choice, only=(*others, (key, value)), by=by))

    @property
    def choice(self) -> TrendChoice | None:
        return self._choice

    def _make_controls(self) -> None:
        tr = self.tr
        presets: list[tuple[object, str]] = [(days, tr("{days} days").format(days=days)) for days in PRESETS[:-1]]
        self.period = Segments(tr("Period"), [*presets, (PRESETS[-1], tr("Year"))])
        self.since, self.until = _date_edit(tr("From")), _date_edit(tr("To, inclusive"))
        self.measure = Segments(
            tr("Measure"),
            [(Measure.TOKENS, tr("Tokens")), (Measure.COST, tr("Cost")), (Measure.REQUESTS, tr("Requests"))],
        )
        self.step = Segments(
            tr("Width of a bar"),
            list(self._steps().items()),
        )
        self.by = ChoiceBox([(key, title) for key, title in self._titles().items()])
        self.by.setAccessibleName(tr("Split by"))
        self.back = QPushButton(tr("Back"))
        self.back.setToolTip(tr("To the period before zooming"))
        self.back.hide()

    def _make_content(self) -> None:
        tr = self.tr
        self.bars, self.pattern = BarChart(), Pattern()
        self.bars.show_empty(tr("Nothing was reported for this period. Another one or fewer filters may show more."))
        self.pattern.show_empty(tr("The hours you work with models will show here."))
        self.bars_card = ChartCard(tr("Tokens"), self.bars, "tokentray-trend")
        self.pattern_card = ChartCard(tr("When"), self.pattern, "tokentray-pattern")
        self.pattern_card.show_subtitle(tr("tokens by weekday and hour"))
        self.total = text_label("", "figure")
        self.compared = text_label("", "muted", wrap=True)
        self.notes = text_label("", "muted", wrap=True)
        self.cache_card = Card(tr("Cache"))
        self.cache_share, self.cache_words = text_label("", "figure"), text_label("", "muted", wrap=True)
        self.quantities_card = Card(tr("Other quantities"))
        self.quantities_card.show_subtitle(tr("what providers count besides tokens"))
        self.quantities = text_label("", "body", wrap=True)
        self.table = TrendTable()
        self.sorted = SortedTrend(self.table)
        self.rows = RowsView(tr("Totals of this period"))
        self.rows.setModel(self.sorted)
        self.rows.setSortingEnabled(True)
        self.rows.sortByColumn(1, Qt.SortOrder.DescendingOrder)
        self.rows_card = Card(tr("Totals"))
        self.copy = QPushButton(tr("Copy"))
        self.save = QPushButton(tr("Save as CSV…"))

    def _lay_out(self) -> None:
        frame = PageFrame(self, self.tr("Trends"))
        dates = QWidget()
        line = FlowLayout(dates, gap=6)
        line.addWidget(self.since)
        line.addWidget(text_label("–", "muted"))
        line.addWidget(self.until)
        frame.head.addWidget(dates)
        frame.head.addWidget(self.period)
        controls = FlowLayout(gap=8)
        self._chips = FlowLayout(gap=6)
        split = QWidget()
        words = FlowLayout(split, gap=6)
        words.addWidget(text_label(self.tr("by"), "muted"))
        words.addWidget(self.by)
        for widget in (self.measure, split, self.step, self.back):
            controls.addWidget(widget)
        frame.body.addLayout(controls)
        frame.body.addLayout(self._chips)
        figures = FlowLayout(gap=10)
        figures.addWidget(self.total)
        figures.addWidget(self.compared)
        self.bars_card.body.insertLayout(1, figures)
        self.bars_card.body.addWidget(self.notes)
        self.bars.setMinimumHeight(pixels(240))
        self.cache_card.body.addWidget(self.cache_share)
        self.cache_card.body.addWidget(self.cache_words)
        self.cache_card.body.addStretch(1)
        self._pair = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pair.setSpacing(GAP)
        self._pair.addWidget(self.pattern_card, 5)
        self._pair.addWidget(self.cache_card, 2)
        buttons = FlowLayout(gap=8)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.save)
        self.quantities_card.body.addWidget(self.quantities)
        self.rows_card.body.addWidget(self.rows)
        self.rows_card.body.addLayout(buttons)
        self.pattern.setMinimumHeight(pixels(190))
        frame.body.addWidget(self.bars_card, 1)
        frame.body.addLayout(self._pair)
        frame.body.addWidget(self.rows_card)
        frame.body.addWidget(self.quantities_card)
        for card in (self.pattern_card, self.cache_card, self.rows_card, self.quantities_card):
            card.hide()
        self._viewport = frame.scroll.viewport()
        self._viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cards stand beside each other where there is room, else below."""
        if event.type() == QEvent.Type.Resize:
            beside = self._viewport.width() >= pixels(700)
            self._pair.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        return super().eventFilter(watched, event)

    def _connect(self) -> None:
        self.period.chosen.connect(self._choose_days)
        self.since.dateChanged.connect(self._choose_dates)
        self.until.dateChanged.connect(self._choose_dates)
        self.measure.chosen.connect(lambda measure: self._change(measure=measure))
        self.step.chosen.connect(lambda step: self._change(step=step))
        self.by.activated.connect(lambda index: self._change(by=self.by.itemData(index)))
        self.back.clicked.connect(self._go_back)
        self.bars.series_clicked.connect(self._filter_by_series)
        self.bars.range_dragged.connect(self._zoom)
        self.rows.row_chosen.connect(self._filter_by_row)
        self.copy.clicked.connect(self._copy_rows)
        self.save.clicked.connect(self._save_rows)
        self.bars_card.told.connect(self.told)
        self.pattern_card.told.connect(self.told)

    def _titles(self) -> dict[str, str]:
        return {
            "model": self.tr("Model"),
            "source": self.tr("Source"),
            "account": self.tr("Account"),
            "project": self.tr("Project"),
            "tag": self.tr("Tag"),
            "session": self.tr("Agent session"),
            "class": self.tr("Token kind"),
        }

    def _steps(self) -> dict[object, str]:
        return {
            Step.HOUR: self.tr("Hour"),
            Step.DAY: self.tr("Day"),
            Step.WEEK: self.tr("Week"),
            Step.MONTH: self.tr("Month"),
        }

    def _change(self, **changes: object) -> None:
        if self._choice is not None:
            self.choose(replace(self._choice, **changes))  # type: ignore[arg-type]

    def _choose_days(self, days: object) -> None:
        if self._today is not None and isinstance(days, int):
            self._before.clear()
            self._change(since=self._today - timedelta(days=days - 1), until=self._today, step=_step_for(days))

    def _choose_dates(self) -> None:
        since, until = _day_of(self.since), _day_of(self.until)
        if self.sender() is self.since:
            until = max(since, until)
        since = min(since, until)
        self._change(since=since, until=until)

    def _zoom(self, first: date | datetime, last: date | datetime) -> None:
        if self._choice is None:
            return
        since, until = _as_day(first), self._last_day_of(last)
        if (since, until) != (self._choice.since, self._choice.until):
            self._before.append(self._choice)
            days = (until - since).days + 1
            self.choose(replace(self._choice, since=since, until=until, step=_step_for(days)))

    def _last_day_of(self, bar: date | datetime) -> date:
        """The last day of the bar that begins at `bar`, within the choice."""
        starts, choice = self.bars.stack.starts, self._choice
        if choice is None or isinstance(bar, datetime) or choice.step == Step.DAY:
            return _as_day(bar)
        after = starts.index(bar) + 1
        return _as_day(starts[after]) - timedelta(days=1) if after < len(starts) else choice.until

    def _go_back(self) -> None:
        if self._before:
            self.choose(self._before.pop())

    def _filter_by_series(self, name: str) -> None:
        if self._choice is not None:
            self.filter_by(self._choice.by, name)

    def _filter_by_row(self, row: int) -> None:
        if self._choice is not None:
            name = self.table.name_at(self.sorted.mapToSource(self.sorted.index(row, 0)).row())
            self.filter_by(self._choice.by, name)

    def _take_filter_away(self, pair: tuple[str, str]) -> None:
        if self._choice is not None:
            self._change(only=tuple(other for other in self._choice.only if other != pair))

    def _show_choice(self) -> None:
        choice = self._choice
        if choice is None:
            return
        days = (choice.until - choice.since).days + 1
        self.period.show_value(days if choice.until == self._today else None)
        _show_day(self.since, choice.since)
        _show_day(self.until, choice.until)
        self.measure.show_value(choice.measure)
        self.step.show_value(choice.step)
        self.step.allow(Step.HOUR, allowed=days <= HOURS_UP_TO_DAYS)
        for measure in (Measure.COST, Measure.REQUESTS):
            self.measure.allow(measure, allowed=choice.by != "class")
        self.by.show_value(choice.by)
        self.back.setVisible(bool(self._before))
        self._show_chips(choice)

    def _show_chips(self, choice: TrendChoice) -> None:
        self._chips.clear()
        for pair in choice.only:
            key, value = pair
            chip = QPushButton(self.tr("{kind}: {name}  ✕").format(kind=self._titles()[key], name=value))
            chip.setProperty("role", "chip")
            chip.setAccessibleName(self.tr("Take away the filter {name}").format(name=value))
            chip.clicked.connect(lambda _=False, pair=pair: self._take_filter_away(pair))
            self._chips.addWidget(chip)

    def _show_trend(self, trend: Trend) -> None:
        self._trend = trend
        self.bars.show_empty(
            self.tr("Nothing was reported for this period. Another one or fewer filters may show more.")
        )
        choice = trend.choice
        title = self._measure_title(choice)
        self.bars_card.show_title(title)
        self.bars.title = title
        self.bars_card.show_subtitle(_stretch_text(choice))
        self.bars_card.file_name = f"tokentray-{choice.measure}-by-{choice.by}-{choice.since}-{choice.until}"
        self.bars.show_stack(trend.stack, first_weekday=self._settings.first_weekday)
        self.bars_card.renew_table()
        self.total.setText(_total_text(trend))
        self.compared.setText(self._comparison(trend))
        self.notes.setText("\n".join(trend.notes))
        self.notes.setVisible(bool(trend.notes))
        self.pattern.show_pattern(trend.pattern, first_weekday=self._settings.first_weekday)
        self.pattern_card.renew_table()
        self.cache_share.setText(wording.percent(trend.cache_share))
        self.cache_words.setText(self._cache_text(trend))
        for card in (self.cache_card, self.rows_card):
            card.setVisible(bool(trend.rows))
        # Of one tag nobody knows the hours.
        self.pattern_card.setVisible(bool(trend.rows and trend.pattern))
        self.quantities.setText(" · ".join(map(wording.quantity_text, trend.quantities)))
        self.quantities_card.setVisible(bool(trend.quantities))
        if choice.by == "class":
            self.table.show_trend(trend, self._steps()[choice.step], partial(_bar_text, step=choice.step))
        else:
            self.table.show_trend(trend, self._titles()[choice.by])
        self.rows_card.show_subtitle(self.tr("by {what}").format(what=self.table.columns[0].title.lower()))

    def _measure_title(self, choice: TrendChoice) -> str:
        measures = {
            Measure.TOKENS: self.tr("Tokens"),
            Measure.COST: self.tr("Cost"),
            Measure.REQUESTS: self.tr("Requests"),
        }
        steps = {
            Step.HOUR: self.tr("{measure} per hour"),
            Step.DAY: self.tr("{measure} per day"),
            Step.WEEK: self.tr("{measure} per week"),
            Step.MONTH: self.tr("{measure} per month"),
        }
        return steps[choice.step].format(measure=measures[choice.measure])

    def _comparison(self, trend: Trend) -> str:
        choice = trend.choice
        days = (choice.until - choice.since).days + 1
        against = self.tr("the day before") if days == 1 else self.tr("the {days} days before").format(days=days)
        if choice.since.day == 1 and (choice.until + timedelta(days=1)).day == 1 and days <= 31:
            against = self.tr("the month before")
        change = (
            round((trend.total - trend.before) / trend.before * 100)
            if trend.before and trend.total is not None
            else None
        )
        return wording.comparison_text(change, against)

    def _cache_text(self, trend: Trend) -> str:
        if trend.cache_share is None:
            return self.tr("Nobody said how much of the input came from a cache.")
        words = self.tr("of the input was read from a cache.")
        if trend.cache_saved is None:
            return words
        saved = self.tr("That saved {amount} against the full price.")
        return f"{words} {saved.format(amount=wording.money_text(trend.cache_saved))}"

    def _copy_rows(self) -> None:
        QGuiApplication.clipboard().setText(self.rows.tab_separated())
        self.told.emit(self.tr("The table was copied."))

    def _save_rows(self) -> None:
        self.bars_card.ask_file("csv", lambda path: write_text(path, self.rows.comma_separated()))


def _sensible(choice: TrendChoice) -> TrendChoice:
    """Hours only for a few days, token kinds only as tokens."""
    days = (choice.until - choice.since).days + 1
    if choice.step == Step.HOUR and days > HOURS_UP_TO_DAYS:
        choice = replace(choice, step=Step.DAY)
    return replace(choice, measure=Measure.TOKENS) if choice.by == "class" else choice


def _total_text(trend: Trend) -> str:
    if trend.choice.measure == Measure.REQUESTS:
        return wording.value_text(trend.total, trend.stack.unit)
    kinds = {money.kind for *_, cost in trend.rows for money in cost if money.currency == trend.stack.unit}
    about = "≈\u202f" if MoneyKind.ESTIMATED in kinds and trend.total is not None else ""
    return about + wording.short_value(trend.total, trend.stack.unit)


def _bar_text(key: str, step: Step) -> str:
    """How a bar's key is read: "2026-11-20T09:00+01:00", "2026-11-20", "2026-W47" or "2026-11"; other words stay."""
    try:
        if step == Step.HOUR:
            return wording.bar_name(datetime.fromisoformat(key), step)
        day = f"{key}-01" if step == Step.MONTH else f"{key}-1" if step == Step.WEEK else key
        return wording.bar_name(date.fromisoformat(day), step)
    except ValueError:
        return key


def _step_for(days: int) -> Step:
    return Step.HOUR if days <= 2 else Step.DAY if days <= 100 else Step.WEEK


def _stretch_text(choice: TrendChoice) -> str:
    if choice.since == choice.until:
        return wording.day_text(choice.since)
    return f"{wording.day_text(choice.since)} – {wording.day_text(choice.until)}"


def _date_edit(name: str) -> QDateEdit:
    edit = QDateEdit()
    edit.setCalendarPopup(True)
    edit.setKeyboardTracking(False)
    edit.setAccessibleName(name)
    edit.setToolTip(name)
    return edit


def _show_day(edit: QDateEdit, day: date) -> None:
    edit.blockSignals(True)
    edit.setDate(QDate(day.year, day.month, day.day))
    edit.blockSignals(False)


def _day_of(edit: QDateEdit) -> date:
    day = edit.date()
    return date(day.year(), day.month(), day.day())


def _as_day(start: date | datetime) -> date:
    return start.date() if isinstance(start, datetime) else start
