"""The tray icon, drawn for every size rather than scaled, and the application's own icon."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QIcon, QPainter, QPainterPath, QPen, QPixmap

from tokentray.insights.snapshot import Level
from tokentray.paths import resource
from tokentray.ui.look import load_fonts

STYLES = ("ring", "number", "meter")
SIZES = (16, 22, 24, 32, 44, 48, 64)
"""16, 22, 24 and 32 pixels, and each of them twice."""

# "either" stands out from white and from a dark panel alike, at 3:1.
_FOREGROUNDS = {"light": "#f7f8fa", "dark": "#1f2229", "either": "#85888e"}
_TONES = {"amber": "#f5a524", "red": "#e5484d"}
_STEPS = 60
_TRACK = {"light": 0.30, "dark": 0.30, "either": 0.45}
_STALE = 0.5


def tray_icon(style: str, level: Level, foreground: str) -> QIcon:
    """
    The icon for a level; the same picture is drawn once and kept.

    `foreground` is "light" (for a dark panel), "dark", or "either" where nothing is known of the panel. The tone shows as a colour and as a shape: amber is thicker,
    red has a mark besides, a full one another outline. Only a calm icon is a mask that the panel may colour.
    """
    fraction = None if level.fraction is None else min(1.0, max(0.0, level.fraction))
    step = None if fraction is None else _step(style, fraction)
    return _icon(style, step, level.tone, level.stale, level.refused, foreground)


def app_icon() -> QIcon:
    """The blue square with bars."""
    icon = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        icon.addFile(resource(f"icons/tokentray-{side}.png"), QSize(side, side))
    return icon


def _step(style: str, fraction: float) -> int:
    # A full icon looks different, so nothing less than full may be rounded up to it.
    steps = 100 if style == "number" else _STEPS
    step = round(fraction * steps)
    return min(step, steps - 1) if fraction < 1 else steps


@lru_cache(maxsize=16)
def _icon(style: str, step: int | None, tone: str, stale: bool, refused: bool, foreground: str) -> QIcon:
    icon = QIcon()
    for side in SIZES:
        icon.addPixmap(_pixmap(side, style, step, tone, stale, refused, foreground))
    icon.setIsMask(tone not in _TONES and not refused)
    return icon


def _pixmap(side: int, style: str, step: int | None, tone: str, stale: bool, refused: bool, foreground: str) -> QPixmap:
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(_STALE if stale else 1.0)
    ink = QColor(_TONES.get(tone, _FOREGROUNDS[foreground]))
    track = QColor(_FOREGROUNDS[foreground])
    track.setAlphaF(_TRACK[foreground])
    if style == "number":
        _draw_number(painter, side, step, tone, ink, track)
    elif style == "meter":
        _draw_meter(painter, side, step, tone, ink, track)
    else:
        _draw_ring(painter, side, step, tone, ink, track)
    if refused:
        _draw_refused(painter, side)
    painter.end()
    return pixmap


def _draw_ring(painter: QPainter, side: int, step: int | None, tone: str, ink: QColor, track: QColor) -> None:
    thin = {16: 2.6, 22: 3.4, 24: 3.6, 32: 4.8}.get(side, side * 0.15)
    width = thin * (1.3 if tone in _TONES else 1.0)
    margin = {16: 1.0, 22: 1.5, 24: 2.0, 32: 2.0}.get(side, side * 0.07)
    box = QRectF(margin + width / 2, margin + width / 2, side - 2 * margin - width, side - 2 * margin - width)
    full = step == _STEPS
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if not full:
        painter.setPen(QPen(track, width))
        painter.drawEllipse(box)
    if step:
        pen = QPen(ink, width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        # Full: the ring is closed but for a notch at the top, which no fraction looks like.
        start, sweep = (90 - 18, -(360 - 36)) if full else (90, -360 * step / _STEPS)
        painter.drawArc(box, round(start * 16), round(sweep * 16))
    if tone == "red":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        middle = QPointF(side / 2, side / 2)
        painter.drawEllipse(middle, side * 0.115, side * 0.115)


def _draw_number(painter: QPainter, side: int, step: int | None, tone: str, ink: QColor, track: QColor) -> None:
    text = "–" if step is None else str(step)
    bar = 0.0 if side < 22 and tone != "amber" else max(2.0, round(side * (0.14 if tone == "amber" else 0.09)))
    room = QRectF(0, 0, side, side - (bar + 1 if bar else 0))
    if tone == "red":
        # White on a red plate: another shape, not only another colour.
        bar, room = 0.0, QRectF(0, 0, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRoundedRect(QRectF(0, side * 0.08, side, side * 0.84), side * 0.2, side * 0.2)
        ink = QColor("#ffffff")
    _draw_text(painter, room, text, ink, side * (0.92 if tone == "red" else 1.0))
    if bar and step is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        line = QRectF(0, side - bar, side, bar)
        painter.setBrush(track)
        painter.drawRoundedRect(line, bar / 2, bar / 2)
        painter.setBrush(ink)
        painter.drawRoundedRect(QRectF(0, side - bar, max(bar, side * step / 100), bar), bar / 2, bar / 2)


def _draw_text(painter: QPainter, room: QRectF, text: str, ink: QColor, width: float) -> None:
    """The largest text that fits, centred by its ink rather than by its line."""
    load_fonts()
    font = QFont("Inter")
    font.setWeight(QFont.Weight.Bold)
    size = int(room.height())
    while size > 5:
        font.setPixelSize(size)
        box = QFontMetricsF(font).tightBoundingRect(text)
        if box.width() <= width - 0.5 and box.height() <= room.height() * 0.8:
            break
        size -= 1
    path = QPainterPath()
    path.addText(0, 0, font, text)
    box = path.boundingRect()
    painter.fillPath(path.translated(room.center().x() - box.center().x(), room.center().y() - box.center().y()), ink)


def _draw_meter(painter: QPainter, side: int, step: int | None, tone: str, ink: QColor, track: QColor) -> None:
    count = 3 if side < 22 else 4
    gap = max(1, round(side * 0.07))
    wide = (side - 2 - gap * (count - 1)) // count
    left = (side - (wide * count + gap * (count - 1))) / 2
    foot = max(2, round(side * 0.11)) + 1 if tone in _TONES else 0
    ground, top = side - 1 - foot, max(1.0, side * 0.06)
    filled = count * (step or 0) / _STEPS
    painter.setPen(Qt.PenStyle.NoPen)
    for i in range(count):
        tall = round((ground - top) * (0.4 + 0.6 * (i + 1) / count))
        bar = QRectF(left + i * (wide + gap), ground - tall, wide, tall)
        painter.fillRect(bar, track)
        part = round(tall * min(1.0, max(0.0, filled - i)))
        painter.fillRect(QRectF(bar.left(), ground - part, wide, part), ink)
    if foot:
        painter.fillRect(QRectF(left, side - foot + 1, side - 2 * left, foot - 1), ink)
    if tone == "red":
        painter.setBrush(ink)
        painter.drawEllipse(QPointF(left + side * 0.13, top + side * 0.13), side * 0.13, side * 0.13)


def _draw_refused(painter: QPainter, side: int) -> None:
    """A dot in the lower corner with a clear rim, so that it is seen on top of anything."""
    radius = max(2.5, side * 0.17)
    middle = QPointF(side - radius - 0.2, side - radius - 0.2)
    painter.setOpacity(1.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
    painter.drawEllipse(middle, radius + max(1.0, side * 0.05), radius + max(1.0, side * 0.05))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    painter.setBrush(QColor(_TONES["red"]))
    painter.drawEllipse(middle, radius, radius)
