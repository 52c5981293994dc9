"""A published table as calm bars: a value's name, its share as a bar, and the share in words."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from tokentray.core.published import SHARES
from tokentray.share.team_view import Row
from tokentray.ui import wording
from tokentray.ui.charts.base import Chart, Table, Tip, TipLine
from tokentray.ui.look import Look, colour, font, pixels

_BAR = 12
_LEAST_BAR = 120
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class ShareBars(Chart):
    """
    Rows in one colour, whatever they say: none is better than another. As high as its rows.

    Words (few, some, about half, most) are drawn as one to four steps, because a bar would claim a number. The own row is named as such.
    """

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.rows: tuple[Row, ...] = ()
        self.own = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: tuple[Row, ...], own: str = "") -> None:
        """`own` is the value of the row in which the person stands, "" for none."""
        if (rows, own) != (self.rows, self.own):
            self.rows, self.own = rows, own
            self.changed()
            self._take_height()

    # Chart

    def part_count(self) -> int:
        return len(self.rows)

    def part_rect(self, index: int, rect: QRectF) -> QRectF:
        tall = self._row_height(rect.width())
        return QRectF(rect.left(), rect.top() + index * tall, rect.width(), tall)

    def step(self, key: Qt.Key) -> int:
        return {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(key, 0)

    def tip(self, index: int, look: Look) -> Tip:
        row = self.rows[index]
        return Tip(self._name(row), (TipLine("", row.text, ""),))

    def summary(self) -> str:
        if not self.rows:
            return self.empty_text or wording.nothing_to_show()
        return "; ".join(f"{self._name(row)}: {row.text}" for row in self.rows)

    def table(self) -> Table:
        headings = (self.tr("Value"), self.tr("Share"))
        return Table(headings, tuple((self._name(row), row.text) for row in self.rows))

    def draw_frame(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        columns = self._columns(rect.width())
        for index, row in enumerate(self.rows):
            part = self.part_rect(index, rect)
            own = row.value == self.own
            if own:
                painter.setPen(QPen(colour(look.line), 1))
                painter.setBrush(colour(look.selected))
                painter.drawRoundedRect(part.adjusted(0.5, 1, -0.5, -1), 6, 6)
            inner = part.adjusted(pixels(8), 0, -pixels(8), 0)
            head = inner if columns else QRectF(inner.left(), inner.top(), inner.width(), inner.height() * 0.56)
            painter.setFont(_row_font(own=own))
            painter.setPen(colour(look.text))
            words = QFontMetricsF(font(12)).horizontalAdvance(row.text)
            room = columns[0] if columns else head.width() - words - pixels(12)
            shown = QFontMetricsF(painter.font()).elidedText(self._name(row), Qt.TextElideMode.ElideMiddle, room + 1)
            painter.drawText(head, _LEFT, shown)
            painter.setFont(font(12))
            painter.setPen(colour(look.text if own else look.muted))
            painter.drawText(head, _RIGHT, row.text)

    def draw_content(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for index, row in enumerate(self.rows):
            bar = self._bar(index, rect)
            if row.text in SHARES:
                self._draw_steps(painter, bar, SHARES.index(row.text) + 1, look)
            else:
                self._draw_part(painter, bar, row.part, look)

    def draw_crosshair(self, painter: QPainter, rect: QRectF, look: Look, part: QRectF) -> None:
        """The row that is marked keeps its colour, which is enough."""

    def show_small_tip(self) -> None:
        """Only a name that was cut: all else is written already."""
        row = self.rows[self.marked] if self.marked is not None else None
        room = (self._columns(self.area().width()) or (self.width() * 0.6, 0.0))[0]
        if (
            row is None
            or QFontMetricsF(_row_font(own=row.value == self.own)).horizontalAdvance(self._name(row)) <= room
        ):
            QToolTip.hideText()
            return
        place = self.part_rect(self.marked or 0, self.area()).topLeft()
        QToolTip.showText(self.mapToGlobal(place).toPoint(), self._name(row), self, self.rect())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._take_height()

    def sizeHint(self) -> QSize:
        return QSize(pixels(320), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        tall = self._row_height(self.area().width()) * max(len(self.rows), 1)
        return QSize(pixels(160), round(tall) + 6 if self.rows else pixels(64))

    # Inside

    def _tip_is_small(self) -> bool:
        return True

    def _name(self, row: Row) -> str:
        return self.tr("{band} · your week").format(band=row.label) if row.value == self.own else row.label

    def _columns(self, width: float) -> tuple[float, float] | None:
        """How wide names and words beside the bars are; None where they stand above them."""
        names = max(
            (
                QFontMetricsF(_row_font(own=row.value == self.own)).horizontalAdvance(self._name(row))
                for row in self.rows
            ),
            default=0.0,
        )
        words = max((QFontMetricsF(font(12)).horizontalAdvance(row.text) for row in self.rows), default=0.0)
        fits = names + words + pixels(_LEAST_BAR) + pixels(44) <= width
        return (names, words) if fits else None

    def _row_height(self, width: float) -> float:
        line = QFontMetricsF(font(13)).height()
        return line + pixels(11) if self._columns(width) else line + pixels(_BAR) + pixels(15)

    def _bar(self, index: int, rect: QRectF) -> QRectF:
        part = self.part_rect(index, rect).adjusted(pixels(8), 0, -pixels(8), 0)
        tall = float(pixels(_BAR))
        columns = self._columns(rect.width())
        if columns is None:
            return QRectF(part.left(), part.bottom() - tall - pixels(7), part.width(), tall)
        left, right = part.left() + columns[0] + pixels(14), part.right() - columns[1] - pixels(14)
        return QRectF(left, part.center().y() - tall / 2, right - left, tall)

    def _draw_part(self, painter: QPainter, bar: QRectF, part: float, look: Look) -> None:
        painter.setBrush(colour(look.track))
        painter.drawRoundedRect(bar, 4, 4)
        filled = QRectF(bar.left(), bar.top(), bar.width() * min(max(part, 0.0), 1.0), bar.height())
        radius = min(4.0, filled.width() / 2)
        painter.setBrush(colour(look.series[0]))
        painter.drawRoundedRect(filled, radius, radius)

    def _draw_steps(self, painter: QPainter, bar: QRectF, level: int, look: Look) -> None:
        gap = float(pixels(3))
        wide = (bar.width() - 3 * gap) / 4
        for step in range(4):
            painter.setBrush(colour(look.series[0] if step < level else look.track))
            painter.drawRoundedRect(QRectF(bar.left() + step * (wide + gap), bar.top(), wide, bar.height()), 4, 4)

    def _take_height(self) -> None:
        wanted = self.minimumSizeHint().height()
        if (self.minimumHeight(), self.maximumHeight()) != (wanted, wanted):
            self.setFixedHeight(wanted)


def _row_font(*, own: bool) -> QFont:
    return font(13, QFont.Weight.DemiBold) if own else font(13)
