"""How an experiment went, as a shape: each outcome has its own form and colour, and the same weight as the others."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap, QPolygonF

from tokentray.core.journal import Outcome
from tokentray.ui.look import Look, colour, pixels


def outcome_colour(outcome: Outcome | None, look: Look) -> str:
    """The colour of the shape. What did not work is not an error: it is not red."""
    return {
        Outcome.WORKED: look.good,
        Outcome.PARTLY: look.warn,
        Outcome.FAILED: look.series[4],
        Outcome.UNCLEAR: look.muted,
        None: look.muted,
    }[outcome]


def draw_outcome(painter: QPainter, outcome: Outcome | None, rect: QRectF, look: Look) -> None:
    """Paints a disc with a tick, a half-filled ring, a diamond with a cross, a ring with a question mark; None: a faint dotted ring."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = min(rect.width(), rect.height())
    painter.translate(rect.center().x() - side / 2, rect.center().y() - side / 2)
    painter.scale(side / 24, side / 24)
    token = colour(outcome_colour(outcome, look))
    ring = QPen(token, 2.4)
    painter.setPen(ring)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if outcome is Outcome.WORKED:
        painter.setBrush(token)
        painter.drawEllipse(QPointF(12, 12), 9.4, 9.4)
        _stroke(painter, look, [(7.6, 12.4), (10.8, 15.6), (16.6, 9.2)])
    elif outcome is Outcome.PARTLY:
        painter.drawEllipse(QPointF(12, 12), 9.4, 9.4)
        painter.setBrush(token)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPie(QRectF(2.6, 2.6, 18.8, 18.8), 90 * 16, 180 * 16)
    elif outcome is Outcome.FAILED:
        painter.setBrush(token)
        ring.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(ring)
        painter.drawPolygon(QPolygonF([QPointF(12, 2), QPointF(22, 12), QPointF(12, 22), QPointF(2, 12)]))
        _stroke(painter, look, [(8.9, 8.9), (15.1, 15.1)])
        _stroke(painter, look, [(15.1, 8.9), (8.9, 15.1)])
    elif outcome is Outcome.UNCLEAR:
        painter.drawEllipse(QPointF(12, 12), 9.4, 9.4)
        ring.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(ring)
        painter.drawArc(QRectF(9, 6.6, 6, 6), -80 * 16, 250 * 16)
        painter.drawLine(QPointF(12, 12.6), QPointF(12, 13.6))
        painter.drawPoint(QPointF(12, 17.2))
    else:
        ring.setDashPattern([1.2, 2.0])
        ring.setWidthF(1.8)
        painter.setPen(ring)
        painter.drawEllipse(QPointF(12, 12), 9.4, 9.4)
    painter.restore()


def outcome_icon(outcome: Outcome | None, look: Look, size: int = 16) -> QIcon:
    """The shape for a button or a menu; `size` in the design's pixels."""
    icon = QIcon()
    side = pixels(size)
    for scale in (1, 2, 3):
        pixmap = QPixmap(side * scale, side * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        draw_outcome(painter, outcome, QRectF(0, 0, side, side), look)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def _stroke(painter: QPainter, look: Look, points: list[tuple[float, float]]) -> None:
    pen = QPen(colour(look.card), 2.4)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))
