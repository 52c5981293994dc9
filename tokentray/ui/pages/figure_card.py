"""One of Overview's four figures."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from tokentray.insights.snapshot import Figure
from tokentray.ui.card import text_label
from tokentray.ui.look import font, set_role

_TONES = {"good": "good", "warn": "warn", "amber": "warn", "bad": "bad", "red": "bad"}


class FigureCard(QFrame):
    """Title, value and the line below it; a long value is written smaller before it is broken."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.title = text_label("", "muted", wrap=True)
        self.value = FittedValue()
        self.detail = text_label("", "muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 11, 12, 11)
        column.setSpacing(2)
        column.addWidget(self.title)
        column.addWidget(self.value)
        column.addWidget(self.detail)
        column.addStretch(1)

    def show_figure(self, figure: Figure) -> None:
        self.title.setText(figure.title)
        self.value.setText(figure.value)
        self.detail.setText(figure.detail)
        set_role(self.detail, _TONES.get(figure.tone, "muted"))
        self.setAccessibleName(f"{figure.title}: {figure.value}. {figure.detail}")


class FittedValue(QLabel):
    """A large value that takes the largest of a few sizes in which it fits into one line, and breaks it otherwise."""

    SIZES = (24, 20, 17, 14)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setFont(_bold(self.SIZES[0]))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 6, super().minimumSizeHint().height())

    def _fit(self) -> None:
        for size in self.SIZES:
            wanted = _bold(size)
            if QFontMetrics(wanted).horizontalAdvance(self.text()) <= self.width():
                break
        if wanted != self.font():
            self.setFont(wanted)


def _bold(size: int) -> QFont:
    return font(size, QFont.Weight.DemiBold, tabular=False)
