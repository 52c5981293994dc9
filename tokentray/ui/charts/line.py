"""Cost this month as a line, with the forecast's band and the budget."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QLinearGradient, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from tokentray.insights.snapshot import Month
from tokentray.ui import wording
from tokentray.ui.charts.base import Chart, Table, Tip, TipLine, hairline
from tokentray.ui.charts.scale import Axis, nice_axis
from tokentray.ui.look import Look, colour, font, pixels


class LineChart(Chart):
    """A cumulative line up to today, then dots within a band; a dashed line where the budget ends."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.month: Month | None = None
        self._axis = Axis(1.0, 1.0)

    def show_month(self, month: Month | None) -> None:
        """None: no cost is known."""
        if month == self.month:
            return
        self.month = month
        if month is not None:
            highest = max((*month.spent, *month.forecast, *month.high, month.budget or 0.0), default=0.0)
            self._axis = nice_axis(highest * 1.04)
        self.changed()

    # Chart

    def part_count(self) -> int:
        return self.month.days if self.month is not None and self.month.spent else 0

    def part_rect(self, index: int, rect: QRectF) -> QRectF:
        plot = self._plot(rect)
        slot = plot.width() / max(1, self._month.days - 1)
        return QRectF(plot.left() + (index - 0.5) * slot, plot.top(), slot, plot.height())

    def tip(self, index: int, look: Look) -> Tip:
        month, past = self._month, len(self._month.spent)
        title = wording.day_text(self._day(index))
        about = "≈\u00a0" if month.kind == "estimated" else ""
        if index < past:
            before = month.spent[index - 1] if index else 0.0
            return Tip(
                title,
                (
                    TipLine(look.series[0], wording.so_far(), about + self._money(month.spent[index])),
                    TipLine("", wording.on_that_day(), about + self._money(month.spent[index] - before)),
                ),
            )
        later = index - past
        if later >= len(month.forecast):
            return Tip(title, (TipLine("", wording.forecast(), wording.unknown()),))
        lines = [TipLine(look.series[0], wording.forecast(), self._money(month.forecast[later]))]
        if later < len(month.low) and later < len(month.high):
            between = f"{self._money(month.low[later])} – {self._money(month.high[later])}"
            lines.append(TipLine("", wording.likely_between(), between))
        return Tip(title, tuple(lines))

    def summary(self) -> str:
        if not self.has_data():
            return self.empty_text or wording.nothing_to_show()
        month = self._month
        return wording.month_summary(
            self._money(month.spent[-1]),
            self._money(month.forecast[-1]) if month.forecast else None,
            self._money(month.budget) if month.budget is not None else None,
        )

    def table(self) -> Table:
        if self.month is None:
            return Table((wording.bar_heading("day"), wording.so_far()), ())
        month, past = self.month, len(self.month.spent)
        headings = (
            wording.bar_heading("day"),
            wording.so_far(),
            wording.forecast(),
            wording.lowest(),
            wording.highest(),
        )
        rows = []
        for i in range(month.days):
            later = i - past
            rows.append(
                (
                    wording.day_text(self._day(i)),
                    self._money(month.spent[i]) if i < past else "",
                    *(
                        self._money(v[later]) if 0 <= later < len(v) else ""
                        for v in (month.forecast, month.low, month.high)
                    ),
                )
            )
        return Table(headings, tuple(rows))

    def draw_frame(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        plot, small = self._plot(rect), font(11)
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
        self._draw_days(painter, plot, metrics)

    def draw_content(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        plot, month = self._plot(rect), self._month
        self._draw_band(painter, plot, look)
        spent = [self._point(plot, i, value) for i, value in enumerate(month.spent)]
        self._draw_area(painter, plot, spent, look)
        pen = QPen(colour(look.series[0]), pixels(2))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(spent))
        if month.forecast:
            pen.setDashPattern([0.5, 2.6])
            painter.setPen(pen)
            coming = [self._point(plot, len(spent) + i, value) for i, value in enumerate(month.forecast)]
            painter.drawPolyline(QPolygonF([spent[-1], *coming]))
        if month.budget is not None:
            self._draw_budget(painter, plot, month.budget, look)
        painter.setPen(QPen(colour(look.card), pixels(2)))
        painter.setBrush(colour(look.series[0]))
        painter.drawEllipse(spent[-1], pixels(5), pixels(5))

    def draw_crosshair(self, painter: QPainter, rect: QRectF, look: Look, part: QRectF) -> None:
        assert self.marked is not None  # noqa: S101 - asked for only with a mark
        plot, month = self._plot(rect), self._month
        x = int(part.center().x()) + 0.5
        painter.setPen(QPen(colour(look.muted, 0.55), 1))
        painter.drawLine(QLineF(x, plot.top(), x, plot.bottom()))
        values = (*month.spent, *month.forecast)
        if self.marked < len(values):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour(look.card), pixels(2)))
            painter.setBrush(colour(look.series[0]))
            painter.drawEllipse(self._point(plot, self.marked, values[self.marked]), pixels(4), pixels(4))

    def dims_others(self) -> bool:
        return False

    def minimumSizeHint(self) -> QSize:
        return QSize(pixels(220), pixels(160))

    # Inside

    @property
    def _month(self) -> Month:
        assert self.month is not None  # noqa: S101 - drawn only when there is one
        return self.month

    def _day(self, index: int) -> date:
        return self._month.first + timedelta(days=index)

    def _money(self, amount: float) -> str:
        return wording.currency_text(amount, self._month.currency)

    def _tick(self, tick: float) -> str:
        return wording.axis_money(tick, self._axis.step, self._month.currency)

    def _plot(self, rect: QRectF) -> QRectF:
        metrics = QFontMetricsF(font(11))
        left = max(metrics.horizontalAdvance(self._tick(tick)) for tick in self._axis.ticks) + pixels(9)
        right = metrics.horizontalAdvance(wording.short_day(self._day(self._month.days - 1))) / 2
        top, below = metrics.height() / 2 + 2, metrics.height() + pixels(7)
        return QRectF(
            rect.left() + left,
            rect.top() + top,
            max(1.0, rect.width() - left - right),
            max(1.0, rect.height() - top - below - 2),
        )

    def _point(self, plot: QRectF, index: int, value: float) -> QPointF:
        x = plot.left() + plot.width() * index / max(1, self._month.days - 1)
        return QPointF(x, plot.bottom() - plot.height() * value / self._axis.top)

    def _draw_days(self, painter: QPainter, plot: QRectF, metrics: QFontMetricsF) -> None:
        last, free_from, free_to = self._month.days - 1, plot.left() - pixels(30), float("inf")
        for index in (0, last, *range(4, last - 1, 5)):
            name = wording.short_day(self._day(index))
            wide = metrics.horizontalAdvance(name)
            left = self._point(plot, index, 0).x() - wide / 2
            if left < free_from or left + wide > free_to:
                continue
            painter.drawText(QPointF(left, plot.bottom() + pixels(7) + metrics.ascent()), name)
            if index == last:
                free_to = left - pixels(8)
            else:
                free_from = left + wide + pixels(8)

    def _draw_area(self, painter: QPainter, plot: QRectF, spent: list[QPointF], look: Look) -> None:
        area = QPainterPath(QPointF(spent[0].x(), plot.bottom()))
        for point in (*spent, QPointF(spent[-1].x(), plot.bottom())):
            area.lineTo(point)
        fading = QLinearGradient(0, min(point.y() for point in spent), 0, plot.bottom())
        fading.setColorAt(0, colour(look.series[0], 0.30))
        fading.setColorAt(1, colour(look.series[0], 0.02))
        painter.fillPath(area, fading)

    def _draw_band(self, painter: QPainter, plot: QRectF, look: Look) -> None:
        month, past = self._month, len(self._month.spent)
        if not month.low or not month.high:
            return
        start = self._point(plot, past - 1, month.spent[-1])
        above = [self._point(plot, past + i, value) for i, value in enumerate(month.high)]
        below = [self._point(plot, past + i, value) for i, value in enumerate(month.low)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(look.series[0], 0.16))
        painter.drawPolygon(QPolygonF([start, *above, *reversed(below)]))

    def _draw_budget(self, painter: QPainter, plot: QRectF, budget: float, look: Look) -> None:
        y = int(self._point(plot, 0, budget).y()) + 0.5
        pen = QPen(colour(look.warn), 1.5)
        pen.setDashPattern([4, 2])
        painter.setPen(pen)
        painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
        name = wording.budget_text(wording.axis_money(budget, budget, self._month.currency))
        painter.setFont(font(11, self.font().Weight.DemiBold))
        painter.setPen(colour(look.warn_text))
        metrics = QFontMetricsF(painter.font())
        above = y - metrics.height() - pixels(1) >= plot.top()
        base = y - pixels(4) if above else y + metrics.ascent() + pixels(2)
        painter.drawText(QPointF(plot.left() + pixels(6), base), name)
