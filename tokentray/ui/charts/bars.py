"""Stacked bars by hour, day, week or month, with a legend that wraps."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QFontMetricsF, QPainter, QPainterPath
from PySide6.QtWidgets import QWidget

from tokentray.insights.snapshot import Series, Stack
from tokentray.ui import wording
from tokentray.ui.charts.base import Chart, Table, Tip, TipLine, draw_swatch, hairline
from tokentray.ui.charts.scale import Axis, named_dates, nice_axis, width_of
from tokentray.ui.look import OTHER, Look, colour, font, pixels

GAP = 0.26
_TOP_RADIUS = 2.5
_WIDEST_BAR = 44
_NOTHING = Stack((), ())


class BarChart(Chart):
    """
    Bars of series on top of each other, the first series lowest.

    A series' value None is drawn as a hatched cap on its bar, and a bar of which nothing is known as a hatched column.
    """

    bar_clicked = Signal(object)
    """The start of the bar that was clicked."""

    series_clicked = Signal(str)
    """The name of the series whose segment or legend was clicked."""

    range_dragged = Signal(object, object)
    """The starts of the first and the last bar of a drag, both inclusive."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.stack = _NOTHING
        self.first_weekday = 0
        self.has_legend = True
        self._width = "day"
        self._axis = Axis(1.0, 1.0)
        self._sums: tuple[float | None, ...] = ()

    def show_stack(self, stack: Stack, *, first_weekday: int = 0) -> None:
        """`first_weekday` 0 is Monday: where a week begins on the axis."""
        if (stack, first_weekday) == (self.stack, self.first_weekday):
            return
        self.stack, self.first_weekday = stack, first_weekday
        self._width = width_of(stack.starts)
        self._sums = tuple(_sum([series.values[i] for series in stack.series]) for i in range(len(stack.starts)))
        whole = stack.unit in ("tokens", "requests")
        self._axis = nice_axis(max((value for value in self._sums if value is not None), default=0.0), whole=whole)
        self.changed()

    # Chart

    def part_count(self) -> int:
        return len(self.stack.starts) if self.stack.series else 0

    def part_rect(self, index: int, rect: QRectF) -> QRectF:
        plot = self._plot(rect)
        slot = plot.width() / len(self.stack.starts)
        return QRectF(plot.left() + index * slot, plot.top(), slot, plot.height())

    def part_at(self, point: QPointF, rect: QRectF) -> int | None:
        plot = self._plot(rect)
        if not plot.contains(point):
            return None
        return min(self.part_count() - 1, int((point.x() - plot.left()) / plot.width() * self.part_count()))

    def can_drag(self) -> bool:
        return self.part_count() > 1

    def part_clicked(self, index: int, point: QPointF) -> None:
        name = self._series_at(index, point)
        if name:
            self.series_clicked.emit(name)
        self.bar_clicked.emit(self.stack.starts[index])

    def parts_dragged(self, first: int, last: int) -> None:
        self.range_dragged.emit(self.stack.starts[first], self.stack.starts[last])

    def tip(self, index: int, look: Look) -> Tip:
        lines = [
            TipLine(look.series[series.slot], series.name, wording.short_value(series.values[index], self.stack.unit))
            for series in reversed(self.stack.series)
            if series.values[index] != 0
        ]
        if len(self.stack.series) > 1:
            lines.append(TipLine("", wording.total(), wording.value_text(self._sums[index], self.stack.unit)))
        elif not lines:
            lines.append(TipLine("", wording.total(), wording.value_text(0, self.stack.unit)))
        return Tip(wording.bar_name(self.stack.starts[index], self._width), tuple(lines))

    def summary(self) -> str:
        if not self.has_data():
            return self.empty_text or wording.nothing_to_show()
        known = [(value, i) for i, value in enumerate(self._sums) if value is not None]
        if not known:
            return wording.unknown()
        highest, index = max(known, key=lambda pair: pair[0])
        return wording.bars_summary(
            wording.bar_name(self.stack.starts[0], self._width),
            wording.bar_name(self.stack.starts[-1], self._width),
            wording.short_value(sum(value for value, _ in known), self.stack.unit),
            wording.unit_name(self.stack.unit),
            wording.bar_name(self.stack.starts[index], self._width),
            wording.short_value(highest, self.stack.unit),
        )

    def table(self) -> Table:
        series, unit = self.stack.series, self.stack.unit
        rows = tuple(
            (
                wording.bar_name(start, self._width),
                *(wording.value_text(one.values[i], unit) for one in series),
                wording.value_text(self._sums[i], unit),
            )
            for i, start in enumerate(self.stack.starts)
        )
        return Table((wording.bar_heading(self._width), *(one.name for one in series), wording.total()), rows)

    def draw_frame(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        plot = self._plot(rect)
        small = font(11)
        metrics = QFontMetricsF(small)
        painter.setFont(small)
        for tick in self._axis.ticks:
            y = plot.bottom() - plot.height() * tick / self._axis.top
            hairline(painter, plot.left(), plot.right(), y, look.line if tick == 0 else look.grid)
            painter.setPen(colour(look.muted))
            name = QRectF(
                rect.left(), y - metrics.height() / 2, plot.left() - rect.left() - pixels(8), metrics.height()
            )
            painter.drawText(name, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), self._tick(tick))
        self._draw_dates(painter, plot, metrics)
        for box, series in self._legend(rect, look):
            self._draw_legend_entry(painter, box, series, look)

    def draw_content(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        plot = self._plot(rect)
        painter.setPen(Qt.PenStyle.NoPen)
        # Each series is painted a little into the one below it, the uppermost first: so no seams shine through,
        # and one call for each colour is enough.
        tops = list(self._sums)
        for series in reversed(self.stack.series):
            painter.setBrush(colour(look.series[series.slot]))
            self._fill(painter, plot, series, tops)
        painter.setBrush(QBrush(colour(look.muted, 0.6), Qt.BrushStyle.BDiagPattern))
        painter.drawRects(list(self._unknown_parts(plot)))

    def draw_crosshair(self, painter: QPainter, rect: QRectF, look: Look, part: QRectF) -> None:
        assert self.marked is not None  # noqa: S101 - asked for only with a mark
        # Only down to the bar: over a thin one it would hide its colours.
        total = self._sums[self.marked]
        top = part.bottom() - (total or 0.0) * part.height() / self._axis.top
        super().draw_crosshair(
            painter, rect, look, QRectF(part.topLeft(), QPointF(part.right(), max(part.top(), top - 3)))
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(pixels(240), pixels(180))

    # Inside

    def _fill(self, painter: QPainter, plot: QRectF, series: Series, tops: list[float | None]) -> None:
        """Fills the series' values from `tops` downwards and lowers `tops` by them."""
        scale, radius = plot.height() / self._axis.top, _TOP_RADIUS
        left, width, slot = self._bar_across(plot)
        rounds, overlap = width >= 2 * radius, _TOP_RADIUS + 1
        plain, rounded, bottom = [], QPainterPath(), plot.bottom()
        for i, value in enumerate(series.values):
            top = tops[i]
            if not value or top is None:
                continue
            height = top * scale
            bar = QRectF(left + i * slot, bottom - height, width, min(height, value * scale + overlap))
            whole = self._sums[i]
            if rounds and height > radius and whole is not None and (whole - top) * scale < radius:
                _add_rounded_top(rounded, bar, radius)
            else:
                plain.append(bar)
            tops[i] = top - value
        painter.drawRects(plain)
        if not rounded.isEmpty():
            painter.drawPath(rounded)

    def _unknown_parts(self, plot: QRectF) -> Iterator[QRectF]:
        left, width, slot = self._bar_across(plot)
        for i, total in enumerate(self._sums):
            if total is None:
                yield QRectF(left + i * slot, plot.top(), width, plot.height())
            elif any(series.values[i] is None for series in self.stack.series):
                top = plot.bottom() - total * plot.height() / self._axis.top
                cap = min(float(pixels(6)), top - plot.top())
                yield QRectF(left + i * slot, top - cap - 1, width, cap)

    def _bar_across(self, plot: QRectF) -> tuple[float, float, float]:
        """The left edge of the first bar, the width of a bar, the distance from one to the next."""
        slot = plot.width() / len(self.stack.starts)
        width = min(slot * (1 - GAP), pixels(_WIDEST_BAR))
        return plot.left() + (slot - width) / 2, width, slot

    def _draw_dates(self, painter: QPainter, plot: QRectF, metrics: QFontMetricsF) -> None:
        starts, slot = self.stack.starts, plot.width() / len(self.stack.starts)
        crowded = len(starts) > (48 if self._width == "hour" else 200 if self._width == "day" else 12)
        free_from = plot.left() - pixels(20)
        for i in named_dates(starts, self._width, self.first_weekday):
            name = wording.tick_name(starts[i], self._width, crowded=crowded)
            wide = metrics.horizontalAdvance(name)
            left = min(plot.left() + (i + 0.5) * slot - wide / 2, plot.right() - wide + pixels(4))
            if left < free_from:
                continue
            painter.drawText(QPointF(left, plot.bottom() + pixels(7) + metrics.ascent()), name)
            free_from = left + wide + pixels(10)

    def _draw_legend_entry(self, painter: QPainter, box: QRectF, series: Series, look: Look) -> None:
        side = pixels(9)
        draw_swatch(painter, QRectF(box.left(), box.center().y() - side / 2, side, side), look.series[series.slot])
        painter.setPen(colour(look.muted))
        text = box.adjusted(side + pixels(5), 0, 0, 0)
        shown = QFontMetricsF(font(11)).elidedText(series.name, Qt.TextElideMode.ElideMiddle, text.width() + 1)
        painter.setFont(font(11))
        painter.drawText(text, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)

    def _legend(self, rect: QRectF, look: Look) -> list[tuple[QRectF, Series]]:
        """Where each series' name stands, below the plot, in as many lines as it takes."""
        boxes = self._legend_boxes(rect.width())
        height = boxes[-1][0].bottom() if boxes else 0.0
        return [(box.translated(rect.left(), rect.bottom() - height), series) for box, series in boxes]

    def _legend_boxes(self, width: float) -> list[tuple[QRectF, Series]]:
        if not self.has_legend or len(self.stack.series) < 2:
            return []
        metrics = QFontMetricsF(font(11))
        height, x, y = metrics.height() + pixels(4), 0.0, 0.0
        boxes = []
        for series in self.stack.series:
            wide = min(pixels(14) + metrics.horizontalAdvance(series.name) + 1, width * 0.6)
            if x and x + wide > width:
                x, y = 0.0, y + height
            boxes.append((QRectF(x, y, wide, height), series))
            x += wide + pixels(16)
        return boxes

    def _plot(self, rect: QRectF) -> QRectF:
        metrics = QFontMetricsF(font(11))
        left = max(metrics.horizontalAdvance(self._tick(tick)) for tick in self._axis.ticks) + pixels(9)
        boxes = self._legend_boxes(rect.width())
        legend = boxes[-1][0].bottom() + pixels(8) if boxes else 0.0
        below = metrics.height() + pixels(7) + legend
        return QRectF(
            rect.left() + left,
            rect.top() + metrics.height() / 2 + 2,
            max(1.0, rect.width() - left - 1),
            max(1.0, rect.height() - below - metrics.height() / 2 - 4),
        )

    def _tick(self, tick: float) -> str:
        if self.stack.unit in ("tokens", "requests"):
            return wording.axis_count(tick, self._axis.step)
        return wording.axis_money(tick, self._axis.step, self.stack.unit)

    def _series_at(self, index: int, point: QPointF) -> str | None:
        plot = self._plot(self.area())
        value = (plot.bottom() - point.y()) / plot.height() * self._axis.top
        reached = 0.0
        for series in self.stack.series:
            reached += series.values[index] or 0
            if value <= reached and series.slot != OTHER:
                return series.name
        return None


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _add_rounded_top(path: QPainterPath, bar: QRectF, radius: float) -> None:
    path.moveTo(bar.bottomLeft())
    path.lineTo(bar.left(), bar.top() + radius)
    path.quadTo(bar.topLeft(), QPointF(bar.left() + radius, bar.top()))
    path.lineTo(bar.right() - radius, bar.top())
    path.quadTo(bar.topRight(), QPointF(bar.right(), bar.top() + radius))
    path.lineTo(bar.bottomRight())
    path.closeSubpath()
