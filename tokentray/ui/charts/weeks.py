"""How often AI was used, week by week: columns of shares, or a row of steps for each answer where there are only words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QFontMetricsF, QPainter
from PySide6.QtWidgets import QWidget

from tokentray.core.published import SHARES
from tokentray.share.team_view import Row
from tokentray.ui import wording
from tokentray.ui.charts.base import Chart, Table, Tip, TipLine, draw_swatch, hairline
from tokentray.ui.look import Look, colour, font, pixels

_GAP = 0.24
_WIDEST = 44
_FEWEST_SLOTS = 8
_COLOURS = 4


@dataclass(frozen=True, slots=True)
class WeekOfShares:
    """A published week by its short `name` ("W46") and its `title`; `rows` are empty if nothing may be said."""

    name: str
    title: str
    rows: tuple[Row, ...]

    @property
    def in_words(self) -> bool:
        return any(row.text in SHARES for row in self.rows)


class WeeksChart(Chart):
    """
    Weeks oldest first. The same steps of one colour as on the board's page, most use darkest, no use grey.

    If the newest week that says anything has numbers, each is a column of shares, and a week in words is a short hatched mark. Else the height of a
    step says few, some, about half or most. A week of fewer than five is a thin line.
    """

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.weeks: tuple[WeekOfShares, ...] = ()
        self.values: tuple[str, ...] = ()

    def show_weeks(self, weeks: Sequence[WeekOfShares]) -> None:
        """Oldest first; the values are those of the newest week that says any."""
        shown = tuple(weeks)
        if shown != self.weeks:
            self.weeks = shown
            newest = next((week for week in reversed(shown) if week.rows), None)
            self.values = tuple(row.label for row in newest.rows) if newest else ()
            self.changed()
            self.updateGeometry()

    @property
    def stacked(self) -> bool:
        newest = next((week for week in reversed(self.weeks) if week.rows), None)
        return newest is not None and not newest.in_words

    # Chart

    def part_count(self) -> int:
        return len(self.weeks) if self.values else 0

    def part_rect(self, index: int, rect: QRectF) -> QRectF:
        plot, slot = self._plot(rect), self._slot(rect)
        first = max(_FEWEST_SLOTS - len(self.weeks), 0)
        return QRectF(plot.left() + (first + index) * slot, plot.top(), slot, plot.height())

    def tip(self, index: int, look: Look) -> Tip:
        week = self.weeks[index]
        if not week.rows:
            return Tip(week.title, (TipLine("", self.tr("fewer than five"), ""),))
        texts = {row.label: row.text for row in week.rows}
        tokens = _tokens(look)
        return Tip(
            week.title,
            tuple(
                TipLine(tokens[min(place, _COLOURS - 1)], value, texts.get(value, wording.UNKNOWN))
                for place, value in enumerate(self.values)
            ),
        )

    def summary(self) -> str:
        if not self.has_data():
            return self.empty_text or wording.nothing_to_show()
        told = next(week for week in reversed(self.weeks) if week.rows)
        said = ", ".join(f"{row.label} {row.text}" for row in told.rows)
        return self.tr("{count} weeks; the newest with answers, {week}: {said}").format(
            count=len(self.weeks), week=told.title, said=said
        )

    def table(self) -> Table:
        rows = []
        for week in reversed(self.weeks):
            texts = {row.label: row.text for row in week.rows}
            nothing = self.tr("fewer than five")
            rows.append(
                (
                    week.title,
                    *(texts.get(value, wording.UNKNOWN) if week.rows else nothing for value in self.values),
                )
            )
        return Table((self.tr("Week"), *self.values), tuple(rows))

    def draw_frame(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        plot, metrics = self._plot(rect), QFontMetricsF(font(11))
        painter.setFont(font(11))
        if self.stacked:
            for part in (0.0, 0.5, 1.0):
                y = plot.bottom() - plot.height() * part
                hairline(painter, plot.left(), plot.right(), y, look.line if part == 0 else look.grid)
                painter.setPen(colour(look.muted))
                box = QRectF(
                    rect.left(), y - metrics.height() / 2, plot.left() - rect.left() - pixels(8), metrics.height()
                )
                painter.drawText(
                    box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), wording.percent(part)
                )
        else:
            for place in range(len(self.values)):
                hairline(painter, plot.left(), plot.right(), self._row_bottom(plot, place), look.grid)
        self._draw_names(painter, rect, metrics, look)
        for place, (box, value) in enumerate(self._legend(rect)):
            side = float(pixels(9))
            swatch = QRectF(box.left(), box.center().y() - side / 2, side, side)
            draw_swatch(painter, swatch, _tokens(look)[min(place, _COLOURS - 1)])
            painter.setPen(colour(look.muted))
            painter.setFont(font(11))
            painter.drawText(
                box.adjusted(side + pixels(5), 0, 0, 0),
                int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
                value,
            )

    def draw_content(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for index, week in enumerate(self.weeks):
            slot = self.part_rect(index, rect)
            wide = min(slot.width() * (1 - _GAP), float(pixels(_WIDEST)))
            column = QRectF(slot.center().x() - wide / 2, slot.top(), wide, slot.height())
            if not week.rows:
                painter.fillRect(QRectF(column.left(), column.bottom() - 2, column.width(), 2), colour(look.muted))
            elif not self.stacked:
                self._draw_words(painter, column, week, look)
            elif week.in_words:
                tall = float(pixels(12))
                painter.fillRect(
                    QRectF(column.left(), column.bottom() - tall, column.width(), tall),
                    QBrush(colour(look.muted, 0.7), Qt.BrushStyle.BDiagPattern),
                )
            else:
                self._draw_column(painter, column, week, look)

    def minimumSizeHint(self) -> QSize:
        below = round(self._below(self.area().width()))
        return QSize(pixels(200), pixels(150) + below if self.has_data() else pixels(80))

    # Inside

    def _draw_column(self, painter: QPainter, column: QRectF, week: WeekOfShares, look: Look) -> None:
        """Most use at the foot."""
        bottom, tokens = column.bottom(), _tokens(look)
        for place, value in enumerate(self.values):
            part = next((row.part for row in week.rows if row.label == value), 0.0)
            tall = part * column.height()
            painter.fillRect(
                QRectF(column.left(), bottom - tall, column.width(), max(tall - 1, 0.0)),
                colour(tokens[min(place, _COLOURS - 1)]),
            )
            bottom -= tall

    def _draw_words(self, painter: QPainter, column: QRectF, week: WeekOfShares, look: Look) -> None:
        row = column.height() / max(len(self.values), 1)
        tokens = _tokens(look)
        for place, value in enumerate(self.values):
            text = next((one.text for one in week.rows if one.label == value), "")
            if text not in SHARES:
                continue
            tall = row * 0.8 * (SHARES.index(text) + 1) / len(SHARES)
            bottom = self._row_bottom(column, place)
            painter.setBrush(colour(tokens[min(place, _COLOURS - 1)]))
            painter.drawRoundedRect(QRectF(column.left(), bottom - tall, column.width(), tall), 2.5, 2.5)

    def _row_bottom(self, plot: QRectF, place: int) -> float:
        return plot.top() + plot.height() * (place + 1) / max(len(self.values), 1)

    def _draw_names(self, painter: QPainter, rect: QRectF, metrics: QFontMetricsF, look: Look) -> None:
        """The newest week's name, and as many others before it as there is room for."""
        painter.setFont(font(11))
        painter.setPen(colour(look.muted))
        free_to = rect.right() + pixels(8)
        for index in reversed(range(len(self.weeks))):
            part, name = self.part_rect(index, rect), self.weeks[index].name
            wide = metrics.horizontalAdvance(name)
            left = min(part.center().x() - wide / 2, rect.right() - wide)
            if left + wide + pixels(10) <= free_to:
                painter.drawText(QPointF(left, part.bottom() + pixels(7) + metrics.ascent()), name)
                free_to = left

    def _slot(self, rect: QRectF) -> float:
        return self._plot(rect).width() / max(len(self.weeks), _FEWEST_SLOTS)

    def _plot(self, rect: QRectF) -> QRectF:
        metrics = QFontMetricsF(font(11))
        left = metrics.horizontalAdvance(wording.percent(1.0)) + pixels(9) if self.stacked else 0.0
        top = metrics.height() / 2 + 2
        return QRectF(
            rect.left() + left,
            rect.top() + top,
            max(1.0, rect.width() - left - 1),
            max(1.0, rect.height() - top - self._below(rect.width())),
        )

    def _below(self, width: float) -> float:
        boxes = self._legend_boxes(width)
        legend = boxes[-1][0].bottom() + pixels(8) if boxes else 0.0
        return QFontMetricsF(font(11)).height() + pixels(7) + legend

    def _legend(self, rect: QRectF) -> list[tuple[QRectF, str]]:
        boxes = self._legend_boxes(rect.width())
        height = boxes[-1][0].bottom() if boxes else 0.0
        return [(box.translated(rect.left(), rect.bottom() - height), value) for box, value in boxes]

    def _legend_boxes(self, width: float) -> list[tuple[QRectF, str]]:
        metrics = QFontMetricsF(font(11))
        height, x, y = metrics.height() + pixels(4), 0.0, 0.0
        boxes = []
        for value in self.values:
            wide = pixels(14) + metrics.horizontalAdvance(value) + 1
            if x and x + wide > width:
                x, y = 0.0, y + height
            boxes.append((QRectF(x, y, wide, height), value))
            x += wide + pixels(16)
        return boxes


def _tokens(look: Look) -> tuple[str, ...]:
    return (look.heat[4], look.heat[3], look.heat[2], look.series[8])
