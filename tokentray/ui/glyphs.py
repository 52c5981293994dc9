"""Small line drawings for buttons and the sidebar, painted at any size in any colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

from tokentray.ui.look import pixels

# On a field of 24 by 24: "M x y" moves, "L x y" draws a line, "Z" closes, "O x y r" is a circle,
# "R x y width height radius" a rounded box, "A x y r from sweep" an arc in degrees counter-clockwise.
GLYPHS = {
    "overview": "R 4 4 6.5 8 1.5 R 13.5 4 6.5 5 1.5 R 4 15 6.5 5 1.5 R 13.5 12 6.5 8 1.5",
    "trends": "M 4 17 L 9.5 11 L 13 14.5 L 20 7 M 15 7 L 20 7 L 20 12",
    "journal": "R 5 4 14 16 2 M 9 9 L 15 9 M 9 12.5 L 15 12.5 M 9 16 L 12.5 16",
    "checkin": "R 4 5.5 16 14.5 2 M 4 10 L 20 10 M 8 3.5 L 8 7 M 16 3.5 L 16 7 M 8.5 14.8 L 11 17.2 L 15.5 12.8",
    "team": "O 9 8.2 3.2 A 9 19 5.8 0 180 M 3.2 19 L 14.8 19 A 15.5 8.2 3.2 -110 220 A 15.2 19 5.8 0 75 M 17.6 19 L 21 19",
    "sources": "O 12 6 2.3 O 6 18 2.3 O 18 18 2.3 M 11 8 L 7 15.9 M 13 8 L 17 15.9",
    "settings": "M 4 7 L 8 7 M 12.6 7 L 20 7 O 10.3 7 2.2 M 4 12 L 12.7 12 M 17.3 12 L 20 12 O 15 12 2.2 "
    "M 4 17 L 6 17 M 10.6 17 L 20 17 O 8.3 17 2.2",
    "open": "M 18.5 13.5 L 18.5 19 L 5 19 L 5 5.5 L 10.5 5.5 M 14 4.5 L 19.5 4.5 L 19.5 10 M 19.5 4.5 L 11.5 12.5",
    "tag": "M 4 4.8 L 11.6 4.8 L 19.8 13 L 13 19.8 L 4.8 11.6 L 4.8 4.8 O 8.6 8.6 1.2",
    "sync": "A 12 12 7 40 200 A 12 12 7 220 200 M 19.6 4.6 L 18.6 8.6 L 14.6 8 M 4.4 19.4 L 5.4 15.4 L 9.4 16",
    "plus": "M 12 5 L 12 19 M 5 12 L 19 12",
    "close": "M 6.5 6.5 L 17.5 17.5 M 17.5 6.5 L 6.5 17.5",
    "table": "R 4 5 16 14 2 M 4 10 L 20 10 M 4 14.5 L 20 14.5 M 10 10 L 10 19",
    "chart": "M 5 19 L 5 13 M 10 19 L 10 7 M 15 19 L 15 11 M 20 19 L 20 5",
    "download": "M 12 4.5 L 12 15 M 7.5 10.8 L 12 15.3 L 16.5 10.8 M 5 19.5 L 19 19.5",
    "more": "O 6 12 0.9 O 12 12 0.9 O 18 12 0.9",
    "pause": "M 9 6 L 9 18 M 15 6 L 15 18",
    "play": "M 8 5.5 L 18 12 L 8 18.5 Z",
    "check": "M 5 12.5 L 10 17.5 L 19.5 7",
    "warning": "M 12 4.5 L 20.5 19 L 3.5 19 Z M 12 10 L 12 14 M 12 16.4 L 12 16.6",
    "info": "O 12 12 8 M 12 11.5 L 12 16 M 12 8 L 12 8.2",
    "key": "O 8 15.5 3.5 M 10.5 13 L 19 4.5 M 16 7.5 L 18.8 10.3",
    "folder": "M 4 18.5 L 4 6 L 10 6 L 12 8.5 L 20 8.5 L 20 18.5 Z",
    "back": "M 14.5 5.5 L 8 12 L 14.5 18.5",
    "forward": "M 9.5 5.5 L 16 12 L 9.5 18.5",
    "search": "O 10.5 10.5 6 M 15 15 L 20 20",
    "ok": "O 12 12 8.3 M 8.2 12.4 L 11 15.2 L 16 9.3",
    "waiting": "O 12 12 8.3 M 12 7.2 L 12 12.2 L 15.2 14.2",
    "paused": "O 12 12 8.3 M 10 9 L 10 15 M 14 9 L 14 15",
    "refused": "O 12 12 8.3 M 9 9 L 15 15 M 15 9 L 9 15",
    "offline": "A 12 17 3 45 90 A 12 17 7.5 45 90 A 12 17 12 45 90 M 5 5 L 19 19.5",
    "trash": "M 5 7 L 19 7 M 9.5 7 L 9.5 4.5 L 14.5 4.5 L 14.5 7 M 7 7 L 7.8 19.5 L 16.2 19.5 L 17 7",
}


FAINT = 0.4


def glyph(
    name: str, colour: str, size: int = 18, checked_colour: str | None = None, *, can_be_disabled: bool = False
) -> QIcon:
    """
    An icon of one of GLYPHS; `size` in the design's pixels. Another colour for a checked button, if given.

    `can_be_disabled`: faint on a button that is; Qt by itself makes a disabled icon lighter, which in dark is more to be seen.
    """
    icon, faint = QIcon(), QColor(colour)
    faint.setAlphaF(FAINT)
    for scale in (1, 2, 3):
        icon.addPixmap(_pixmap(name, colour, size, scale))
        if checked_colour:
            icon.addPixmap(_pixmap(name, checked_colour, size, scale), QIcon.Mode.Normal, QIcon.State.On)
        if can_be_disabled:
            icon.addPixmap(_pixmap(name, faint.name(QColor.NameFormat.HexArgb), size, scale), QIcon.Mode.Disabled)
    return icon


def glyph_size(size: int = 18) -> QSize:
    """What to give to setIconSize for a glyph of that size."""
    return QSize(pixels(size), pixels(size))


def draw_glyph(painter: QPainter, name: str, rect: QRectF, colour: str) -> None:
    """Paints one glyph into a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / 24, rect.height() / 24)
    pen = QPen(QColor(colour), max(1.7, 24 / rect.width() * 1.1))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(_path(GLYPHS[name]), pen)
    painter.restore()


def _pixmap(name: str, colour: str, size: int, scale: int) -> QPixmap:
    side = pixels(size)
    pixmap = QPixmap(side * scale, side * scale)
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_glyph(painter, name, QRectF(0, 0, side, side), colour)
    painter.end()
    return pixmap


def _path(drawing: str) -> QPainterPath:
    path, words = QPainterPath(), iter(drawing.split())
    for word in words:
        if word == "Z":
            path.closeSubpath()
            continue
        count = {"M": 2, "L": 2, "O": 3, "R": 5, "A": 5}[word]
        numbers = [float(next(words)) for _ in range(count)]
        if word == "M":
            path.moveTo(*numbers)
        elif word == "L":
            path.lineTo(*numbers)
        elif word == "O":
            path.addEllipse(QPointF(numbers[0], numbers[1]), numbers[2], numbers[2])
        elif word == "R":
            path.addRoundedRect(QRectF(*numbers[:4]), numbers[4], numbers[4])
        else:
            x, y, radius, start, sweep = numbers
            box = QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
            path.arcMoveTo(box, start)
            path.arcTo(box, start, sweep)
    return path
