"""A thin bar that is partly filled, with a mark for where it would be at an even pace."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget

from tokentray.ui.look import colour, look_of, pixels

_WHOLE = 1000


class MeterBar(QProgressBar):
    """A progress bar to screen readers. Unknown is an empty, dashed track."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "meter")
        self.setRange(0, _WHOLE)
        self.setTextVisible(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._fraction: float | None = None
        self._mark: float | None = None
        self._colour = "accent"
        self._dimmed = False

    def show_level(
        self, fraction: float | None, tone: str = "accent", *, mark: float | None = None, dimmed: bool = False
    ) -> None:
        """`tone` is a colour of the look by name, or the number of a series' slot; `mark` 0 to 1."""
        self._fraction, self._colour, self._mark, self._dimmed = fraction, tone, mark, dimmed
        self.setValue(0 if fraction is None else round(min(1.0, max(0.0, fraction)) * _WHOLE))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(pixels(80), pixels(6) if self._mark is None else pixels(11))

    def minimumSizeHint(self) -> QSize:
        return QSize(pixels(24), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = look_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        tall = min(float(self.height()), pixels(6) if self._mark is not None else pixels(4))
        track = QRectF(0, (self.height() - tall) / 2, self.width(), tall)
        painter.setBrush(colour(look.track))
        painter.drawRoundedRect(track, tall / 2, tall / 2)
        painter.setOpacity(0.5 if self._dimmed else 1.0)
        if self._fraction:
            token = look.series[int(self._colour)] if self._colour.isdigit() else getattr(look, self._colour)
            painter.setBrush(colour(token))
            width = max(tall, track.width() * min(1.0, self._fraction))
            painter.drawRoundedRect(QRectF(0, track.top(), width, tall), tall / 2, tall / 2)
        if self._mark is not None:
            painter.setBrush(colour(look.text))
            x = min(self.width() - 2.0, track.width() * min(1.0, max(0.0, self._mark)))
            painter.drawRect(QRectF(round(x), 0, 2, self.height()))
        painter.end()
