"""Today at a glance, below the icon."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QElapsedTimer, QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QCursor, QFont, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsOpacityEffect,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from tokentray.core.gauge import Gauge
from tokentray.insights.snapshot import AccountRow, GaugeRow, Progress, Snapshot, Today
from tokentray.ui import wording
from tokentray.ui.charts.hour_bars import HourBars
from tokentray.ui.compositor import can_be_translucent
from tokentray.ui.elided_label import ElidedLabel
from tokentray.ui.glyphs import glyph, glyph_size
from tokentray.ui.look import colour, font, label, look_of, pixels, set_role
from tokentray.ui.meter_bar import MeterBar
from tokentray.ui.small_window import beside, is_placed, paint_ground, small_window_flags

WIDTH = 360
HEIGHT = 420
_MARGIN = 19
_MOST_GAUGES = 3
_MOST_ROWS = 4
_STALE_AFTER = timedelta(hours=1)
_FIGURE_SIZES = (32, 28, 24, 20, 17)
_REOPEN_AFTER_MS = 250


class Popover(QWidget):
    """A small frameless window that goes when another one is used; an ordinary one where nothing may be placed (Wayland)."""

    tag_wished = Signal()
    """A card for the last stretch of work."""

    details_wished = Signal()
    settings_wished = Signal()
    sync_wished = Signal()
    """By F5 or Ctrl+R."""

    sources_wished = Signal()

    def __init__(self) -> None:
        super().__init__(None, small_window_flags())
        self.setWindowTitle("TokenTray")
        self.setAccessibleName(self.tr("Today at a glance"))
        self._is_placed = is_placed()
        self._is_rounded = self._is_placed and can_be_translucent()
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground, self._is_rounded)
        self._hidden_since = QElapsedTimer()
        self._snapshot: Snapshot | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._make()
        self._dress()
        # The style sheet's sizes count before the first show, too.
        for part in self.findChildren(QWidget):
            part.ensurePolished()

    # What it shows

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Renews what is shown in place; never takes the focus."""
        self._snapshot = snapshot
        found = bool(snapshot.accounts or snapshot.today.rows or snapshot.today.tokens.total is not None)
        self._sample.setVisible(snapshot.sample)
        self._full.setVisible(found)
        self._empty.setVisible(not found)
        self._add.setVisible(not found)
        if found:
            self._show_today(snapshot)
            self._show_gauges(snapshot)
            self._show_rows(snapshot.today.rows, _MOST_ROWS)
        self._show_stretch(snapshot.today.stretch if found else "")
        self._fit()

    def show_progress(self, progress: Progress | None) -> None:
        """Long work under way; None when it is over."""
        if progress is not None:
            self._progress_text.setText(" · ".join(part for part in (progress.title, progress.detail) if part))
            self._progress_bar.setRange(0, 0 if progress.done is None else 1000)
            self._progress_bar.setValue(round((progress.done or 0.0) * 1000))
            self._progress_bar.setAccessibleName(progress.title)
        self._progress.setVisible(progress is not None)
        self._fit()

    def show_at(self, place: QPoint | None = None) -> None:
        """Opens beside a point of the screen, or closes if it is open: a click on the icon does both."""
        if self.isVisible():
            self.hide()
            return
        # The click that closed it by taking the focus away must not open it again.
        if self._hidden_since.isValid() and self._hidden_since.elapsed() < _REOPEN_AFTER_MS:
            return
        self._fit()
        if self._is_placed:
            self.move(beside(place or QCursor.pos(), self))
        self.show()
        self.raise_()
        self.activateWindow()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    # Qt

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.ActivationChange and self._is_placed and self.isVisible():
            if not self.isActiveWindow():
                self._hidden_since.start()
                self.hide()
        elif event.type() == QEvent.Type.PaletteChange:
            self._dress()
        super().changeEvent(event)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_ground(self, rounded=self._is_rounded)

    # Parts

    def _make(self) -> None:
        column = QVBoxLayout(self)
        margin = pixels(_MARGIN)
        column.setContentsMargins(margin, pixels(12), margin, pixels(16))
        column.setSpacing(0)
        column.addLayout(self._make_head())
        column.addWidget(self._make_full(), 1)
        column.addWidget(self._make_empty(), 1)
        column.addSpacing(pixels(8))
        column.addWidget(self._make_progress())
        self._stretch = label("", "muted")
        self._stretch.setWordWrap(True)
        column.addWidget(self._stretch)
        column.addSpacing(pixels(8))
        column.addLayout(self._make_actions())

    def _make_head(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(pixels(8))
        self._day = ElidedLabel("muted")
        self._day.setText(self.tr("Today"))
        self._sample = label(self.tr("Sample data"), "badge")
        self._sample.hide()
        self._open_button = self._tool(self.tr("Open TokenTray"))
        self._open_button.clicked.connect(self._wish_details)
        self._settings_button = self._tool(self.tr("Settings"))
        self._settings_button.clicked.connect(self._wish_settings)
        line.addWidget(self._day)
        line.addWidget(self._sample, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addStretch(1)
        line.addWidget(self._open_button)
        line.addWidget(self._settings_button)
        return line

    def _make_full(self) -> QWidget:
        self._full = QWidget()
        column = QVBoxLayout(self._full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        line = QHBoxLayout()
        line.setSpacing(pixels(8))
        self._tokens, self._cost = QLabel(), QLabel()
        self._unit = label(self.tr("tokens"), "muted")
        for widget in (self._tokens, self._unit):
            line.addWidget(widget, 0, Qt.AlignmentFlag.AlignBottom)
        line.addStretch(1)
        line.addWidget(self._cost, 0, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(line)
        second = self._second = QHBoxLayout()
        second.setSpacing(pixels(8))
        self._comparison = label("", "muted")
        self._comparison.setWordWrap(True)
        self._kind = label("", "muted")
        self._kind.setWordWrap(True)
        second.addWidget(self._comparison, 1)
        second.addWidget(self._kind)
        column.addLayout(second)
        column.addSpacing(pixels(8))
        self._hours = HourBars(self.tr("Today by the hour"))
        column.addWidget(self._hours)
        column.addSpacing(pixels(6))
        self._gauges = [_GaugeView() for _ in range(_MOST_GAUGES)]
        for gauge in self._gauges:
            column.addWidget(gauge)
        self._line = QFrame()
        self._line.setProperty("role", "separator")
        column.addSpacing(pixels(8))
        column.addWidget(self._line)
        column.addSpacing(pixels(8))
        self._rows = _Rows()
        column.addWidget(self._rows)
        self._more = QPushButton()
        self._more.setProperty("role", "link")
        self._more.clicked.connect(self._wish_details)
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return self._full

    def _make_empty(self) -> QWidget:
        self._empty = QWidget()
        column = QVBoxLayout(self._empty)
        column.setContentsMargins(0, pixels(24), 0, pixels(16))
        column.setSpacing(pixels(8))
        column.addWidget(label(self.tr("Nothing found yet"), "heading"))
        for sentence in (
            self.tr("TokenTray reads the logs that coding agents such as Claude Code and Codex keep on this machine."),
            self.tr("Use one of them, and its tokens show up here. Nothing needs to be set up for that."),
            self.tr("To see what a provider bills, add an account with its key."),
        ):
            text = label(sentence, "body")
            text.setWordWrap(True)
            column.addWidget(text)
        column.addStretch(1)
        return self._empty

    def _make_progress(self) -> QWidget:
        self._progress = QWidget()
        column = QVBoxLayout(self._progress)
        column.setContentsMargins(0, 0, 0, pixels(4))
        column.setSpacing(pixels(4))
        self._progress_text = ElidedLabel("muted")
        self._progress_bar = QProgressBar()
        self._progress_bar.setTextVisible(False)
        column.addWidget(self._progress_text)
        column.addWidget(self._progress_bar)
        self._progress.hide()
        return self._progress

    def _make_actions(self) -> QHBoxLayout:
        line = self._actions = QHBoxLayout()
        line.setSpacing(pixels(8))
        self._add = QPushButton(self.tr("Add an account…"))
        self._add.setProperty("role", "primary")
        self._add.clicked.connect(self._wish_sources)
        self._add.hide()
        self._tag = QPushButton(self.tr("Tag this session"))
        self._tag.setProperty("role", "primary")
        self._tag.clicked.connect(self._wish_tag)
        self._details = QPushButton(self.tr("Details"))
        self._details.clicked.connect(self._wish_details)
        line.addWidget(self._add, 1)
        line.addWidget(self._tag, 1)
        line.addWidget(self._details)
        for key in (QKeySequence.StandardKey.Refresh, "Ctrl+R"):
            QShortcut(QKeySequence(key), self).activated.connect(self.sync_wished)
        return line

    def _tool(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "flat")
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.setIconSize(glyph_size(18))
        return button

    def _dress(self) -> None:
        """What is painted by us and not by the style sheet."""
        look = look_of(self)
        self._open_button.setIcon(glyph("open", look.muted))
        self._settings_button.setIcon(glyph("settings", look.muted))
        self._tag.setIcon(glyph("tag", look.on_accent))
        self._tag.setIconSize(glyph_size(18))
        self.update()

    # Showing

    def _show_today(self, snapshot: Snapshot) -> None:
        today = snapshot.today
        stale = snapshot.newest_at is not None and snapshot.taken_at - snapshot.newest_at > _STALE_AFTER
        how_old = wording.age(snapshot.newest_at, snapshot.taken_at)
        self._day.setText(wording.as_of(self.tr("Today"), how_old) if stale else self.tr("Today"))
        self._day.setToolTip(today.headline_note)
        self._show_figures(today, stale)
        self._comparison.setText(wording.breakable(self._compared(snapshot)))
        others = wording.moneys_text(today.cost[1:]) if len(today.cost) > 1 else ""
        self._kind.setText(f"+ {others}" if others else wording.money_kind_word(today.cost))
        self._kind.setVisible(bool(self._kind.text()))
        _lay_out(self._second, self._comparison, self._kind)
        self._kind.setToolTip(wording.cost_kind_text(today.cost))
        starts = _hour_starts(today, snapshot.zone)
        now = snapshot.taken_at.astimezone(ZoneInfo(snapshot.zone))
        passed = [i for i, start in enumerate(starts) if start <= now]
        self._hours.show_hours(today.hours, starts, passed[-1] if passed else None)

    def _show_figures(self, today: Today, stale: bool) -> None:
        tokens = wording.compact_count(today.tokens.total)
        cost = wording.money_text(today.cost[0]) if today.cost else wording.UNKNOWN
        room = pixels(WIDTH - 2 * _MARGIN) - self._unit.sizeHint().width() - pixels(28)
        for size in _FIGURE_SIZES:
            large = font(size, QFont.Weight.DemiBold, tabular=False)
            small = font(size * 0.8, QFont.Weight.DemiBold, tabular=False)
            self._tokens.setFont(large)
            self._cost.setFont(small)
            self._tokens.setText(tokens)
            self._cost.setText(cost)
            if self._tokens.sizeHint().width() + self._cost.sizeHint().width() <= room:
                break
        descent = self._tokens.fontMetrics().descent()
        for widget in (self._unit, self._cost):
            widget.setContentsMargins(0, 0, 0, descent - widget.fontMetrics().descent())
        self._tokens.setAccessibleName(wording.tokens_exactly(today.tokens.total))
        self._tokens.setToolTip(wording.tokens_exactly(today.tokens.total))
        for widget in (self._tokens, self._cost):
            _dim(widget, stale)

    def _compared(self, snapshot: Snapshot) -> str:
        today = snapshot.today
        if today.tokens.total is None:
            return snapshot.sentence
        percent = today.comparison.percent
        parts = []
        if percent is not None:
            arrow = "▾\u00a0" if percent < 0 else "▴\u00a0" if percent > 0 else ""
            parts.append(arrow + wording.comparison_text(percent, today.comparison.against))
        if today.sessions:
            parts.append(wording.sessions_text(today.sessions))
        return " · ".join(parts)

    def _show_gauges(self, snapshot: Snapshot) -> None:
        zone = ZoneInfo(snapshot.zone)
        for i, view in enumerate(self._gauges):
            view.setVisible(i < len(snapshot.gauges))
            if i < len(snapshot.gauges):
                view.show_row(snapshot.gauges[i], snapshot.taken_at, zone)

    def _show_rows(self, rows: tuple[AccountRow, ...], most: int) -> None:
        self._line.setVisible(bool(rows))
        self._rows.show_rows(rows[:most])
        hidden = len(rows) - most
        self._more.setVisible(hidden > 0)
        if hidden > 0:
            self._more.setText(wording.more_accounts(hidden))

    def _show_stretch(self, stretch: str) -> None:
        self._stretch.setText(wording.breakable(wording.last_stretch(stretch)) if stretch else "")
        self._stretch.setVisible(bool(stretch))
        nothing = self._empty.isVisibleTo(self)
        self._tag.setVisible(not nothing)
        self._tag.setText(self.tr("Tag this session") if stretch else self.tr("Write a card"))
        self._tag.setAccessibleDescription(stretch)

    def _fit(self) -> None:
        """As tall as its content, at least as tall as the design, at most as the screen: then the last lines are left out."""
        width, room = pixels(WIDTH), pixels(WIDTH - 2 * _MARGIN - 8)
        main = self._add if self._add.isVisibleTo(self) else self._tag
        fits = main.sizeHint().width() + self._details.sizeHint().width() <= room
        self._actions.setDirection(QHBoxLayout.Direction.LeftToRight if fits else QHBoxLayout.Direction.TopToBottom)
        most = self.screen().availableGeometry().height() - 2 * pixels(8)
        height = self._height_at(width)
        while height > most and self._leave_out_a_line():
            height = self._height_at(width)
        height = max(pixels(HEIGHT), height)
        if (self.width(), self.height()) != (width, height):
            self.setFixedSize(width, height)

    def _height_at(self, width: int) -> int:
        # From the inside out: a part tells its change only when its own layout has seen it.
        for part in (self._rows, *self._gauges, self._full, self):
            layout = part.layout()
            if layout is not None:
                layout.activate()
        return layout.totalHeightForWidth(width) if layout is not None else 0

    def _leave_out_a_line(self) -> bool:
        """Takes away the last account's row, or else the last gauge; False if there is none."""
        shown = [gauge for gauge in self._gauges if gauge.isVisibleTo(self._full)]
        if self._snapshot is not None and self._rows.count > 0:
            self._show_rows(self._snapshot.today.rows, self._rows.count - 1)
            return True
        if shown:
            shown[-1].hide()
        return bool(shown)

    def _wish_tag(self) -> None:
        self.hide()
        self.tag_wished.emit()

    def _wish_details(self) -> None:
        self.hide()
        self.details_wished.emit()

    def _wish_settings(self) -> None:
        self.hide()
        self.settings_wished.emit()

    def _wish_sources(self) -> None:
        self.hide()
        self.sources_wished.emit()


class _GaugeView(QWidget):
    """One window or budget: name, level and what comes, above a bar with the pace."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, pixels(6), 0, 0)
        column.setSpacing(pixels(4))
        self._title = ElidedLabel("strong")
        self._level = label("", "muted")
        self._texts = QHBoxLayout()
        self._texts.setSpacing(pixels(8))
        self._texts.addWidget(self._title, 1)
        self._texts.addWidget(self._level)
        self._bar = MeterBar()
        column.addLayout(self._texts)
        column.addWidget(self._bar)

    def show_row(self, row: GaugeRow, now: datetime, zone: ZoneInfo) -> None:
        text = _gauge_text(row, now, zone)
        self._title.setText(row.title)
        self._level.setText(text)
        set_role(self._level, {"amber": "warn", "red": "bad"}.get(row.tone, "muted") if not row.stale else "muted")
        fraction = _fraction(row.gauge)
        token = {"amber": "warn", "red": "bad"}.get(row.tone, "good")
        self._bar.setVisible(fraction is not None)
        self._bar.show_level(fraction, token, mark=row.pace, dimmed=row.stale)
        self._bar.setAccessibleName(f"{row.title}: {text}")
        _dim(self._title, row.stale)
        _lay_out(self._texts, self._title, self._level)


class _Rows(QWidget):
    """The accounts' parts of today in columns: colour, name, share, tokens, cost."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(pixels(8))
        self._grid.setVerticalSpacing(pixels(8))
        self._grid.setColumnStretch(1, 1)
        self.count = 0
        self._lines: list[tuple[_Dot, ElidedLabel, MeterBar, QLabel, QLabel]] = []

    def show_rows(self, rows: tuple[AccountRow, ...]) -> None:
        self.count = len(rows)
        while len(self._lines) < len(rows):
            self._add_line()
        for i, line in enumerate(self._lines):
            for widget in line:
                widget.setVisible(i < len(rows))
            if i < len(rows):
                self._show_row(line, rows[i])

    def _add_line(self) -> None:
        line = (_Dot(), ElidedLabel(), MeterBar(), label("", "muted"), label("", "strong"))
        line[2].setFixedWidth(pixels(72))
        for column, widget in enumerate(line):
            self._grid.addWidget(widget, len(self._lines), column)
        for widget in line[3:]:
            widget.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._lines.append(line)

    def _show_row(self, line: tuple[_Dot, ElidedLabel, MeterBar, QLabel, QLabel], row: AccountRow) -> None:
        dot, title, bar, tokens, cost = line
        dot.show_slot(row.slot)
        title.setText(row.title)
        bar.show_level(row.share if row.tokens is not None else None, str(row.slot))
        bar.setAccessibleName(wording.share_of_today(row.title, wording.percent(row.share)))
        tokens.setText(wording.compact_count(row.tokens))
        tokens.setToolTip(wording.tokens_exactly(row.tokens))
        cost.setText(wording.moneys_text(row.cost))
        cost.setToolTip(wording.cost_kind_text(row.cost))
        cost.setMinimumWidth(pixels(48))


class _Dot(QWidget):
    """The little square in an account's colour."""

    def __init__(self) -> None:
        super().__init__()
        self._slot = 0
        self.setFixedSize(pixels(9), pixels(9))

    def show_slot(self, slot: int) -> None:
        self._slot = slot
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(look_of(self).series[self._slot]))
        painter.drawRoundedRect(QRectF(self.rect()), self.width() * 0.28, self.width() * 0.28)
        painter.end()


def _lay_out(line: QHBoxLayout, first: QLabel, second: QLabel) -> None:
    """Two texts beside each other if there is room for both, else one below the other."""
    wraps = first.wordWrap()
    widths = []
    for text in (first, second):
        text.setWordWrap(False)
        widths.append(text.sizeHint().width())
    fits = sum(widths) <= pixels(WIDTH - 2 * _MARGIN - 8)
    first.setWordWrap(wraps and not fits)
    second.setWordWrap(not fits)
    line.setDirection(QHBoxLayout.Direction.LeftToRight if fits else QHBoxLayout.Direction.TopToBottom)
    line.setSpacing(pixels(8) if fits else 0)


def _hour_starts(today: Today, zone: str) -> list[datetime]:
    """The local beginnings of today's hours; on the nights of a clock change one is missing or twice there."""
    local = ZoneInfo(zone)
    midnight = datetime(today.day.year, today.day.month, today.day.day, tzinfo=local).astimezone(ZoneInfo("UTC"))
    return [(midnight + timedelta(hours=hour)).astimezone(local) for hour in range(len(today.hours))]


def _fraction(gauge: Gauge) -> float | None:
    return None if gauge.used_percent is None else float(gauge.used_percent) / 100


def _gauge_text(row: GaugeRow, now: datetime, zone: ZoneInfo) -> str:
    level = wording.gauge_level(row.gauge)
    if row.stale:
        return wording.as_of(level, wording.age(row.gauge.at, now))
    outlook = wording.gauge_outlook(row.gauge, row.lasts_until, now, zone)
    return f"{level} · {outlook}" if outlook else level


def _dim(widget: QWidget, dimmed: bool) -> None:
    if dimmed == (widget.graphicsEffect() is not None):
        return
    effect = None
    if dimmed:
        effect = QGraphicsOpacityEffect(widget)
        effect.setOpacity(0.55)
    widget.setGraphicsEffect(effect)  # type: ignore[arg-type]
