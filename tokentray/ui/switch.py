"""A check box that looks like a switch."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from tokentray.ui.look import colour, look_of


class Switch(QCheckBox):
    """Without words of its own: the row beside it has them. On and off differ in place, not only in colour."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        height = max(22, round(self.fontMetrics().height() * 1.3))
        return QSize(round(height * 1.8), height + 4)

    def hitButton(self, point: QPoint) -> bool:
        return self.rect().contains(point)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = look_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        round_ness = track.height() / 2
        if self.hasFocus():
            painter.setPen(QPen(colour(look.accent), 1.5))
            painter.drawRoundedRect(track.adjusted(-2, -2, 2, 2), round_ness + 2, round_ness + 2)
        painter.setPen(Qt.PenStyle.NoPen if self.isChecked() else QPen(colour(look.muted), 1))
        painter.setBrush(colour(look.accent if self.isChecked() else look.card))
        painter.drawRoundedRect(track, round_ness, round_ness)
        knob = QRectF(0, 0, track.height() - 6, track.height() - 6)
        knob.moveCenter(track.center())
        knob.moveLeft(track.right() - 3 - knob.width() if self.isChecked() else track.left() + 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(look.on_accent if self.isChecked() else look.muted))
        painter.drawEllipse(knob)
        painter.end()
