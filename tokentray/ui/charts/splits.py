"""A published two-way table: a bar of shares for each row, all of one length, since no row is better than another."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPainterPath, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from tokentray.share.team_view import SplitRow, SplitTable
from tokentray.ui import wording
from tokentray.ui.charts.base import Chart, Table, Tip, TipLine, draw_swatch
from tokentray.ui.look import Look, colour, contrast, font, look_of, pixels

_BAR = 18
_LEAST_BAR = 170
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
NOTHING = SplitTable("", "", (), ())


class SplitBars(Chart):
    """In the colours of the board's page. A row that is too small to say says so, and a share is written where it has room."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.split = NOTHING
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_split(self, split: SplitTable) -> None:
        if split != self.split:
            self.split = split
            self.changed()
            self._take_height()

    # Chart

    def part_count(self) -> int:
        return len(self.split.rows)

    def part_rect(self, index: int, rect: QRectF) -> QRectF:
        tall = self._row_height(rect.width())
        return QRectF(rect.left(), rect.top() + index * tall, rect.width(), tall)

    def step(self, key: Qt.Key) -> int:
        return {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(key, 0)

    def tip(self, index: int, look: Look) -> Tip:
        row = self.split.rows[index]
        if not row.rows:
            return Tip(row.label, (TipLine("", self._too_few(), ""),))
        return Tip(row.label, tuple(TipLine(share_token(one.value, look), one.label, one.text) for one in row.rows))

    def summary(self) -> str:
        if not self.split.rows:
            return self.empty_text or wording.nothing_to_show()
        return "; ".join(f"{row.label}: {self._said(row)}" for row in self.split.rows)

    def table(self) -> Table:
        rows = []
        for row in self.split.rows:
            texts = {one.label: one.text for one in row.rows}
            shares = (texts.get(value, wording.UNKNOWN) if texts else self._too_few() for value in self.split.values)
            rows.append((row.label, *shares, row.answers or wording.UNKNOWN))
        return Table((self.split.heading, *self.split.values, self.tr("Answers")), tuple(rows))

    def draw_frame(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        columns = self._columns(rect.width())
        for index, row in enumerate(self.split.rows):
            inner = self._inner(index, rect)
            head = inner if columns else QRectF(inner.left(), inner.top(), inner.width(), inner.height() - self._foot())
            said = row.answers or self._too_few()
            room = (
                columns[0] if columns else head.width() - QFontMetricsF(font(12)).horizontalAdvance(said) - pixels(12)
            )
            painter.setFont(font(13))
            painter.setPen(colour(look.text))
            shown = QFontMetricsF(font(13)).elidedText(row.label, Qt.TextElideMode.ElideMiddle, room + 1)
            painter.drawText(head, _LEFT, shown)
            painter.setFont(font(12))
            painter.setPen(colour(look.muted))
            if row.rows or not columns:
                painter.drawText(head, _RIGHT, said)
            else:
                painter.drawText(self._bar(index, rect), _LEFT, said)
        self._draw_legend(painter, rect, look)

    def draw_content(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        for index, row in enumerate(self.split.rows):
            if row.rows:
                self._draw_row(painter, self._bar(index, rect), row, look)

    def draw_crosshair(self, painter: QPainter, rect: QRectF, look: Look, part: QRectF) -> None:
        """The row that is marked keeps its colours, which is enough."""

    def show_small_tip(self) -> None:
        """All shares of the row, also those that had no room in the bar."""
        if self.marked is None:
            QToolTip.hideText()
            return
        place = self.part_rect(self.marked, self.area()).bottomLeft()
        words = self.tip(self.marked, look_of(self)).text.replace("; ", "\n")
        QToolTip.showText(self.mapToGlobal(place).toPoint(), words, self, self.rect())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._take_height()

    def sizeHint(self) -> QSize:
        return QSize(pixels(320), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        if not self.split.rows:
            return QSize(pixels(160), pixels(64))
        width = self.area().width()
        tall = self._row_height(width) * len(self.split.rows) + self._legend_height(width)
        return QSize(pixels(160), round(tall) + 6)

    # Inside

    def _tip_is_small(self) -> bool:
        return True

    def _too_few(self) -> str:
        return self.tr("too few to say")

    def _said(self, row: SplitRow) -> str:
        return ", ".join(f"{one.label} {one.text}" for one in row.rows) or self._too_few()

    def _draw_row(self, painter: QPainter, bar: QRectF, row: SplitRow, look: Look) -> None:
        painter.save()
        path = QPainterPath()
        path.addRoundedRect(bar, 4, 4)
        painter.setClipPath(path, Qt.ClipOperation.IntersectClip)
        metrics, left = QFontMetricsF(_inside_font()), bar.left()
        painter.setFont(_inside_font())
        for one in (share for share in row.rows if share.part > 0):
            token = share_token(one.value, look)
            part = QRectF(left, bar.top(), bar.width() * one.part, bar.height())
            left = part.right()
            painter.fillRect(part.adjusted(0, 0, -min(1.0, part.width() / 2), 0), colour(token))
            words = one.text.removeprefix("about ")
            if metrics.horizontalAdvance(words) + pixels(8) <= part.width():
                painter.setPen(colour(words_on(token, look)))
                painter.drawText(part, int(Qt.AlignmentFlag.AlignCenter), words)
        painter.restore()

    def _draw_legend(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        tokens = {one.label: share_token(one.value, look) for row in self.split.rows for one in row.rows}
        side, top = float(pixels(9)), rect.top() + self._row_height(rect.width()) * len(self.split.rows) + pixels(8)
        painter.setFont(font(11))
        for box, value in self._legend_boxes(rect.width()):
            place = box.translated(rect.left() + pixels(8), top)
            if value in tokens:
                swatch = QRectF(place.left(), place.center().y() - side / 2, side, side)
                draw_swatch(painter, swatch, tokens[value])
            painter.setPen(colour(look.muted))
            painter.drawText(place.adjusted(side + pixels(5), 0, 0, 0), _LEFT, value)

    def _legend_boxes(self, width: float) -> list[tuple[QRectF, str]]:
        metrics = QFontMetricsF(font(11))
        height, x, y = metrics.height() + pixels(4), 0.0, 0.0
        boxes = []
        for value in self.split.values:
            wide = pixels(14) + metrics.horizontalAdvance(value) + 1
            if x and x + wide > width - pixels(16):
                x, y = 0.0, y + height
            boxes.append((QRectF(x, y, wide, height), value))
            x += wide + pixels(16)
        return boxes

    def _legend_height(self, width: float) -> float:
        boxes = self._legend_boxes(width)
        return boxes[-1][0].bottom() + pixels(8) if boxes else 0.0

    def _columns(self, width: float) -> tuple[float, float] | None:
        """How wide names and answers beside the bars are; None where they stand above them."""
        name, answer = QFontMetricsF(font(13)), QFontMetricsF(font(12))
        names = max((name.horizontalAdvance(row.label) for row in self.split.rows), default=0.0)
        answers = max((answer.horizontalAdvance(row.answers) for row in self.split.rows), default=0.0)
        return (names, answers) if names + answers + pixels(_LEAST_BAR) + pixels(44) <= width else None

    def _row_height(self, width: float) -> float:
        line = QFontMetricsF(font(13)).height()
        return line + pixels(14) if self._columns(width) else line + self._foot() + pixels(4)

    def _foot(self) -> float:
        """What the bar takes below its name."""
        return float(pixels(_BAR) + pixels(8))

    def _inner(self, index: int, rect: QRectF) -> QRectF:
        return self.part_rect(index, rect).adjusted(pixels(8), 0, -pixels(8), 0)

    def _bar(self, index: int, rect: QRectF) -> QRectF:
        part, tall = self._inner(index, rect), float(pixels(_BAR))
        columns = self._columns(rect.width())
        if columns is None:
            return QRectF(part.left(), part.bottom() - tall - pixels(6), part.width(), tall)
        left, right = part.left() + columns[0] + pixels(14), part.right() - columns[1] - pixels(14)
        return QRectF(left, part.center().y() - tall / 2, right - left, tall)

    def _take_height(self) -> None:
        wanted = self.minimumSizeHint().height()
        if (self.minimumHeight(), self.maximumHeight()) != (wanted, wanted):
            self.setFixedHeight(wanted)


def share_token(value: str, look: Look) -> str:
    """The colour of an answer, as on the board's page: most use darkest, no use and unclear grey."""
    return {
        "daily": look.heat[4],
        "weekly": look.heat[3],
        "tried": look.heat[2],
        "worked": look.series[1],
        "mixed": look.series[2],
        "failed": look.series[3],
    }.get(value, look.series[8])


def words_on(token: str, look: Look) -> str:
    """Of the look's colours the one in which words stand out most from `token`."""
    return max((look.text, look.on_accent), key=lambda one: contrast(one, token))


def _inside_font() -> QFont:
    return font(11, QFont.Weight.Medium)
