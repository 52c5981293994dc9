"""A year as a calendar of small squares, a column for each week."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from tokentray.ui import wording
from tokentray.ui.charts.base import Chart, Table, Tip, TipLine
from tokentray.ui.charts.scale import heat_level, heat_stops
from tokentray.ui.look import Look, colour, font, pixels

Days = tuple[tuple[date, int | None], ...]
_LARGEST_CELL = 15
_SMALLEST_CELL = 8


class HeatMap(Chart):
    """Days from old to new; four colours by quarters of the days with any use. An unknown day is hatched, not empty."""

    day_clicked = Signal(object)

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.days: Days = ()
        self.unit = "tokens"
        self.first_weekday = 0
        self._stops: tuple[float, ...] = ()

    def show_days(self, days: Days, *, first_weekday: int = 0, unit: str = "tokens") -> None:
        """Consecutive days, oldest first."""
        if (days, first_weekday, unit) == (self.days, self.first_weekday, self.unit):
            return
        self.days, self.first_weekday, self.unit = days, first_weekday, unit
        self._stops = heat_stops([value for _, value in days])
        self.changed()

    # Chart

    def part_count(self) -> int:
        return len(self.days)

    def part_rect(self, index: int, rect: QRectF) -> QRectF:
        origin, cell, first = self._grid(rect)
        place = index + self._offset
        return QRectF(origin.x() + (place // 7 - first) * cell, origin.y() + place % 7 * cell, cell, cell)

    def part_at(self, point: QPointF, rect: QRectF) -> int | None:
        origin, cell, first = self._grid(rect)
        column, row = (point.x() - origin.x()) // cell, (point.y() - origin.y()) // cell
        index = int((column + first) * 7 + row) - self._offset
        return index if 0 <= row < 7 and column >= 0 and 0 <= index < len(self.days) else None

    def dims_others(self) -> bool:
        return False

    def part_clicked(self, index: int, point: QPointF) -> None:
        self.day_clicked.emit(self.days[index][0])

    def step(self, key: Qt.Key) -> int:
        return {Qt.Key.Key_Right: 7, Qt.Key.Key_Left: -7, Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(key, 0)

    def tip(self, index: int, look: Look) -> Tip:
        day, value = self.days[index]
        return Tip(
            wording.day_text(day), (TipLine("", wording.unit_name(self.unit), wording.value_text(value, self.unit)),)
        )

    def summary(self) -> str:
        known = [(value, day) for day, value in self.days if value]
        if not known:
            return self.empty_text or wording.nothing_to_show()
        highest, day = max(known)
        return wording.heat_summary(
            len(known), len(self.days), wording.day_text(day), wording.short_value(highest, self.unit)
        )

    def table(self) -> Table:
        rows = tuple((wording.day_text(day), wording.value_text(value, self.unit)) for day, value in self.days)
        return Table((wording.bar_heading("day"), wording.unit_name(self.unit)), rows)

    def draw_frame(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        origin, cell, first = self._grid(rect)
        small = font(11)
        metrics = QFontMetricsF(small)
        painter.setFont(small)
        painter.setPen(colour(look.muted))
        free_below = 0.0
        for row in range(0, 7, 2 if metrics.height() <= 2 * cell else 3):
            weekday = (self.first_weekday + row) % 7
            base = origin.y() + (row + 0.5) * cell + metrics.ascent() / 2 - 1
            if row < 6 and base >= free_below:
                painter.drawText(QPointF(origin.x() - self._names_width(), base), wording.weekday_name(weekday))
                free_below = base + metrics.height()
        free_from = 0.0
        for index, (day, _) in enumerate(self.days):
            column = (index + self._offset) // 7 - first
            if day.day != 1 or column < 0:
                continue
            left, name = origin.x() + column * cell, wording.month_name(day.month)
            if left >= free_from and left + metrics.horizontalAdvance(name) <= rect.right() + 1:
                painter.drawText(QPointF(left, origin.y() - pixels(6)), name)
                free_from = left + metrics.horizontalAdvance(name) + pixels(6)
        self._draw_key(painter, rect, look, metrics)

    def draw_content(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        _, cell, first = self._grid(rect)
        gap, radius = max(1.0, cell * 0.16), cell * 0.2
        fills = [colour(token) for token in look.heat]
        hatch = QBrush(colour(look.muted, 0.55), Qt.BrushStyle.BDiagPattern)
        painter.setPen(Qt.PenStyle.NoPen)
        for index, (_, value) in enumerate(self.days):
            if (index + self._offset) // 7 < first:
                continue
            painter.setBrush(hatch if value is None else fills[heat_level(value, self._stops)])
            painter.drawRoundedRect(self.part_rect(index, rect).adjusted(0, 0, -gap, -gap), radius, radius)

    def draw_crosshair(self, painter: QPainter, rect: QRectF, look: Look, part: QRectF) -> None:
        gap = max(1.0, part.width() * 0.16)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour(look.text), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(part.adjusted(0, 0, -gap, -gap), part.width() * 0.2, part.width() * 0.2)

    def minimumSizeHint(self) -> QSize:
        metrics = QFontMetricsF(font(11))
        return QSize(pixels(240), round(2.6 * metrics.height() + 7 * _SMALLEST_CELL + pixels(22)))

    # Inside

    @property
    def _offset(self) -> int:
        """How many places of the first column stand before the first day."""
        return (self.days[0][0].weekday() - self.first_weekday) % 7

    def _names_width(self) -> float:
        metrics = QFontMetricsF(font(11))
        return max(metrics.horizontalAdvance(wording.weekday_name(day)) for day in range(7)) + pixels(9)

    def _grid(self, rect: QRectF) -> tuple[QPointF, float, int]:
        """The corner of the first cell, a cell's side, and the first week there is room for."""
        height = QFontMetricsF(font(11)).height()
        weeks = (len(self.days) + self._offset + 6) // 7
        room = rect.width() - self._names_width()
        tall = (rect.height() - 2 * height - pixels(16)) / 7
        cell = max(float(_SMALLEST_CELL), min(room / weeks, tall, float(pixels(_LARGEST_CELL))))
        shown = min(weeks, max(1, int(room / cell + 0.001)))
        block = 7 * cell + 2 * height + pixels(14)
        top = rect.top() + max(0.0, (rect.height() - block) / 2) + height + pixels(4)
        return QPointF(rect.left() + self._names_width(), top), cell, weeks - shown

    def _draw_key(self, painter: QPainter, rect: QRectF, look: Look, metrics: QFontMetricsF) -> None:
        origin, cell, _ = self._grid(rect)
        side, step = pixels(8), pixels(9)
        less, more = wording.less(), wording.more()
        weeks = (len(self.days) + self._offset + 6) // 7 - self._grid(rect)[2]
        right = min(rect.right(), origin.x() + weeks * cell)
        middle = origin.y() + 7 * cell + pixels(6) + metrics.height() / 2
        left = right - metrics.horizontalAdvance(more)
        base = middle + metrics.ascent() / 2 - 1
        painter.setPen(colour(look.muted))
        painter.drawText(QPointF(left, base), more)
        left -= pixels(6) + step * len(look.heat)
        for i, token in enumerate(look.heat):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(token))
            painter.drawRoundedRect(QRectF(left + i * step, middle - side / 2, side, side), side * 0.2, side * 0.2)
        painter.setPen(colour(look.muted))
        painter.drawText(QPointF(left - pixels(6) - metrics.horizontalAdvance(less), base), less)
