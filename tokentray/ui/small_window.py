"""What the small windows below the icon share: no frame where they can be placed, an ordinary window where nothing may be (Wayland)."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPen, QScreen
from PySide6.QtWidgets import QWidget

from tokentray.ui.look import colour, look_of, pixels

_RADIUS = 14


def is_placed() -> bool:
    """Whether windows may choose their place."""
    return not QGuiApplication.platformName().startswith("wayland")


def small_window_flags() -> Qt.WindowType:
    if not is_placed():
        return Qt.WindowType.Window
    return Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint


def beside(place: QPoint, window: QWidget) -> QPoint:
    """Where it stands next to the icon and wholly on the screen: above a panel below, below one above."""
    screen: QScreen = QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()
    free, gap = screen.availableGeometry(), pixels(8)
    x = place.x() - window.width() // 2
    y = place.y() + gap if place.y() < free.center().y() else place.y() - gap - window.height()
    return QPoint(
        max(free.left() + gap, min(x, free.right() - gap - window.width())),
        max(free.top() + gap, min(y, free.bottom() - gap - window.height())),
    )


def paint_ground(window: QWidget, *, rounded: bool) -> None:
    """The card that the small window is."""
    painter, look = QPainter(window), look_of(window)
    if rounded:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour(look.line), 1))
        painter.setBrush(colour(look.card))
        painter.drawRoundedRect(QRectF(window.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
    else:
        painter.fillRect(window.rect(), colour(look.card))
        if is_placed():
            painter.setPen(colour(look.line))
            painter.drawRect(window.rect().adjusted(0, 0, -1, -1))
    painter.end()
