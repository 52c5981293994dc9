"""Today by the hour, small enough for the popover."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from tokentray.ui import wording
from tokentray.ui.charts.base import Chart, Table, Tip, TipLine
from tokentray.ui.look import Look, colour, font, pixels

_NAMED_EVERY = 6


class HourBars(Chart):
    """One bar for each hour of a day, the present one in full colour; hours without use, or yet to come, are a flat line."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.hours: tuple[int, ...] = ()
        self.starts: tuple[datetime, ...] = ()
        self.now_index: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_hours(self, hours: tuple[int, ...], starts: Sequence[datetime], now_index: int | None = None) -> None:
        """`starts` are the local beginnings of the hours, as many as `hours`: 23 or 25 when the clock changes."""
        shown = (hours, tuple(starts), now_index)
        if shown != (self.hours, self.starts, self.now_index):
            self.hours, self.starts, self.now_index = shown
            self.changed()

    # Chart

    def part_count(self) -> int:
        return len(self.hours)

    def part_rect(self, index: int, rect: QRectF) -> QRectF:
        plot = self._plot(rect)
        slot = plot.width() / len(self.hours)
        return QRectF(plot.left() + index * slot, plot.top(), slot, plot.height())

    def tip(self, index: int, look: Look) -> Tip:
        start = self.starts[index]
        title = wording.hours_between(wording.hour_name(start.hour), wording.hour_name((start.hour + 1) % 24))
        return Tip(title, (TipLine("", wording.tokens_text(self.hours[index]), ""),))

    def summary(self) -> str:
        if not any(self.hours):
            return self.empty_text or wording.nothing_to_show()
        highest = max(range(len(self.hours)), key=lambda i: self.hours[i])
        return wording.hours_summary(
            wording.compact_count(sum(self.hours)),
            wording.hour_name(self.starts[highest].hour),
            wording.compact_count(self.hours[highest]),
        )

    def table(self) -> Table:
        rows = tuple(
            (wording.hour_name(start.hour), wording.exact_count(hour))
            for start, hour in zip(self.starts, self.hours, strict=True)
        )
        return Table((wording.bar_heading("hour"), wording.unit_name("tokens")), rows)

    def draw_frame(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        small, plot = font(11), self._plot(rect)
        metrics = QFontMetricsF(small)
        painter.setFont(small)
        painter.setPen(colour(look.muted))
        free_from = 0.0
        for i, start in enumerate(self.starts):
            left, name = self.part_rect(i, rect).left(), wording.hour_name(start.hour)
            if start.hour % _NAMED_EVERY == 0 and left >= free_from:
                painter.drawText(QPointF(left, plot.bottom() + pixels(4) + metrics.ascent()), name)
                free_from = left + metrics.horizontalAdvance(name) + pixels(8)

    def draw_content(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        highest = max(self.hours) or 1
        flat = pixels(3)
        painter.setPen(Qt.PenStyle.NoPen)
        for i, tokens in enumerate(self.hours):
            slot = self.part_rect(i, rect)
            part = tokens / highest
            tall = max(float(flat), slot.height() * part) if tokens else float(flat)
            bar = QRectF(slot.left() + 1, slot.bottom() - tall, slot.width() - 2.4, tall)
            strength = 1.0 if i == self.now_index else 0.5 + 0.35 * part
            painter.setBrush(colour(look.series[0], strength) if tokens else colour(look.track))
            radius = min(3.0, tall / 2)
            painter.drawRoundedRect(bar, radius, radius)

    def draw_crosshair(self, painter: QPainter, rect: QRectF, look: Look, part: QRectF) -> None:
        """The marked hour's values take the place of the hours' names: a tooltip would cover half the popover."""
        assert self.marked is not None  # noqa: S101 - asked for only with a mark
        tip, plot = self.tip(self.marked, look), self._plot(rect)
        text = f"{tip.title} · {tip.lines[0].name}"
        painter.setFont(font(11))
        metrics = QFontMetricsF(painter.font())
        painter.fillRect(QRectF(0, plot.bottom() + 1, self.width(), self.height() - plot.bottom()), colour(look.card))
        wide = metrics.horizontalAdvance(text)
        left = max(rect.left(), min(part.center().x() - wide / 2, rect.right() - wide))
        painter.setPen(colour(look.text))
        painter.drawText(QPointF(left, plot.bottom() + pixels(4) + metrics.ascent()), text)

    def show_small_tip(self) -> None:
        """The mark itself says it."""

    def sizeHint(self) -> QSize:
        return QSize(pixels(320), pixels(56))

    def minimumSizeHint(self) -> QSize:
        return QSize(pixels(120), pixels(56))

    # Inside

    def _plot(self, rect: QRectF) -> QRectF:
        below = QFontMetricsF(font(11)).height() + pixels(3)
        return QRectF(rect.left(), rect.top(), rect.width(), max(1.0, rect.height() - below))
