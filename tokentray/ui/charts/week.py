"""The week's picture: tokens by day, and above each day the cards that were written on it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from tokentray.core.journal import Card
from tokentray.insights.snapshot import Stack
from tokentray.ui import wording
from tokentray.ui.charts.bars import BarChart
from tokentray.ui.charts.base import Table, Tip, TipLine
from tokentray.ui.look import Look, colour, font, pixels
from tokentray.ui.outcome_mark import draw_outcome

_MARK = 15
_GAP = 4


class WeekChart(BarChart):
    """Bars of seven days with the outcomes of their cards as marks."""

    cards: tuple[tuple[Card, ...], ...] = ()

    def show_week(self, stack: Stack, cards: tuple[tuple[Card, ...], ...]) -> None:
        """Seven bars, and the cards of each of those days."""
        self.cards = cards
        self.show_stack(stack)

    def has_data(self) -> bool:
        return super().has_data() or any(self.cards)

    def part_count(self) -> int:
        return len(self.stack.starts)

    def tip(self, index: int, look: Look) -> Tip:
        tip = super().tip(index, look)
        said = tuple(
            TipLine("", card.title or wording.untitled(), wording.outcome_words(card.outcome))
            for card in self.cards[index]
        )
        return Tip(tip.title, (*tip.lines, *said))

    def summary(self) -> str:
        written = wording.cards_text(sum(map(len, self.cards)))
        return f"{super().summary()} {written}." if self.stack.series else f"{written}."

    def table(self) -> Table:
        table = super().table()
        rows = tuple(
            (*row, "; ".join(card.title or wording.untitled() for card in cards))
            for row, cards in zip(table.rows, self.cards, strict=True)
        )
        return Table((*table.headings, wording.cards_heading()), rows)

    def draw_content(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        super().draw_content(painter, rect, look)
        plot = self._plot(rect)
        for index, cards in enumerate(self.cards):
            part = self.part_rect(index, rect)
            self._draw_marks(
                painter, QRectF(part.left(), rect.top(), part.width(), plot.top() - rect.top()), cards, look
            )

    def _draw_marks(self, painter: QPainter, strip: QRectF, cards: tuple[Card, ...], look: Look) -> None:
        """As many as there is room for, the rest as a number."""
        side, gap = pixels(_MARK), pixels(_GAP)
        room = max(1, int((strip.width() + gap) / (side + gap)))
        shown = cards if len(cards) <= room else cards[: max(room - 1, 0)]
        more = f"+{len(cards) - len(shown)}" if len(shown) < len(cards) else ""
        small = font(11)
        wide = len(shown) * (side + gap) - gap + (gap + QFontMetricsF(small).horizontalAdvance(more) if more else 0)
        left = strip.center().x() - wide / 2
        for card in shown:
            draw_outcome(painter, card.outcome, QRectF(left, strip.top() + 1, side, side), look)
            left += side + gap
        if more:
            painter.setFont(small)
            painter.setPen(colour(look.muted))
            box = QRectF(left, strip.top() + 1, strip.right() - left, side)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), more)

    def _plot(self, rect: QRectF) -> QRectF:
        above = pixels(_MARK) + pixels(6) if any(self.cards) else 0
        return super()._plot(rect.adjusted(0, above, 0, 0))
