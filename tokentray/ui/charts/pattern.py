"""When in the week: seven rows of twenty-four hours."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from tokentray.ui import wording
from tokentray.ui.charts.base import Chart, Table, Tip, TipLine
from tokentray.ui.charts.scale import heat_level, heat_stops
from tokentray.ui.look import Look, colour, font, pixels

_HOURS = 24


class Pattern(Chart):
    """Values by weekday (from Monday) and hour, in the colours of the heat map."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.pattern: tuple[tuple[float, ...], ...] = ()
        self.unit = "tokens"
        self.first_weekday = 0
        self._stops: tuple[float, ...] = ()

    def show_pattern(
        self, pattern: tuple[tuple[float, ...], ...], *, first_weekday: int = 0, unit: str = "tokens"
    ) -> None:
        """Seven rows, Monday first, of 24 values; empty: nothing to show."""
        if (pattern, first_weekday, unit) == (self.pattern, self.first_weekday, self.unit):
            return
        self.pattern, self.first_weekday, self.unit = pattern, first_weekday, unit
        self._stops = heat_stops([value for row in pattern for value in row])
        self.changed()

    # Chart

    def part_count(self) -> int:
        return 7 * _HOURS if self._stops else 0

    def part_rect(self, index: int, rect: QRectF) -> QRectF:
        grid = self._grid(rect)
        wide, tall = grid.width() / _HOURS, grid.height() / 7
        return QRectF(grid.left() + index % _HOURS * wide, grid.top() + index // _HOURS * tall, wide, tall)

    def part_at(self, point: QPointF, rect: QRectF) -> int | None:
        grid = self._grid(rect)
        if not grid.contains(point):
            return None
        column = min(_HOURS - 1, int((point.x() - grid.left()) / grid.width() * _HOURS))
        return min(6, int((point.y() - grid.top()) / grid.height() * 7)) * _HOURS + column

    def dims_others(self) -> bool:
        return False

    def step(self, key: Qt.Key) -> int:
        return {
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Down: _HOURS,
            Qt.Key.Key_Up: -_HOURS,
        }.get(key, 0)

    def tip(self, index: int, look: Look) -> Tip:
        weekday, hour = self._weekday(index // _HOURS), index % _HOURS
        title = wording.weekday_hour(wording.weekday_name(weekday, short=False), wording.hour_name(hour))
        value = wording.short_value(self.pattern[weekday][hour], self.unit)
        return Tip(title, (TipLine("", wording.unit_name(self.unit), value),))

    def summary(self) -> str:
        if not self.has_data():
            return self.empty_text or wording.nothing_to_show()
        highest, weekday, hour = max((v, d, h) for d, row in enumerate(self.pattern) for h, v in enumerate(row))
        return wording.pattern_summary(
            wording.weekday_name(weekday, short=False), wording.hour_name(hour), wording.short_value(highest, self.unit)
        )

    def table(self) -> Table:
        headings = (wording.weekday_heading(), *(wording.hour_name(hour) for hour in range(_HOURS)))
        rows = tuple(
            (
                wording.weekday_name(self._weekday(row), short=False),
                *(wording.value_text(value, self.unit) for value in self.pattern[self._weekday(row)]),
            )
            for row in range(7 if self.pattern else 0)
        )
        return Table(headings, rows)

    def draw_frame(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        grid, metrics = self._grid(rect), QFontMetricsF(font(11))
        painter.setFont(font(11))
        painter.setPen(colour(look.muted))
        tall = grid.height() / 7
        for row in range(0, 7, 1 if tall >= metrics.height() else 2):
            base = grid.top() + (row + 0.5) * tall + metrics.ascent() / 2 - 1
            painter.drawText(QPointF(rect.left(), base), wording.weekday_name(self._weekday(row)))
        free_from = 0.0
        for hour in range(0, _HOURS, 3):
            left = grid.left() + hour * grid.width() / _HOURS
            if left >= free_from:
                painter.drawText(QPointF(left, grid.bottom() + pixels(5) + metrics.ascent()), wording.hour_name(hour))
                free_from = left + metrics.horizontalAdvance(wording.hour_name(hour)) + pixels(8)

    def draw_content(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        fills = [colour(token) for token in look.heat]
        painter.setPen(Qt.PenStyle.NoPen)
        for index in range(7 * _HOURS):
            value = self.pattern[self._weekday(index // _HOURS)][index % _HOURS]
            painter.setBrush(fills[heat_level(value, self._stops)])
            painter.drawRoundedRect(self.part_rect(index, rect).adjusted(0, 0, -2, -2), 2.5, 2.5)

    def draw_crosshair(self, painter: QPainter, rect: QRectF, look: Look, part: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour(look.text), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(part.adjusted(0, 0, -2, -2), 2.5, 2.5)

    def minimumSizeHint(self) -> QSize:
        return QSize(pixels(260), pixels(140))

    # Inside

    def _weekday(self, row: int) -> int:
        return (self.first_weekday + row) % 7

    def _grid(self, rect: QRectF) -> QRectF:
        metrics = QFontMetricsF(font(11))
        left = max(metrics.horizontalAdvance(wording.weekday_name(day)) for day in range(7)) + pixels(9)
        tall = min(rect.height() - metrics.height() - pixels(6), 7.0 * pixels(28))
        return QRectF(rect.left() + left, rect.top(), max(1.0, rect.width() - left), max(1.0, tall))
