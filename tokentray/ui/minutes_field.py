"""A field for a length of time as people write it: 45 min, 1:30, 1.5 h."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLineEdit, QWidget

from tokentray.insights.minutes import minutes_of
from tokentray.ui import wording
from tokentray.ui.look import pixels

# How hours are written in the languages the window speaks, besides h.
_HOURS = re.compile(r"\bstd?\.?|\bstd?[a-zü]+\.?", re.IGNORECASE)


class MinutesField(QLineEdit):
    """When it is left it writes the time in its own manner; what it does not understand stays, and it says so."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(self.tr("e.g. 45 min"))
        self.editingFinished.connect(self._write)
        self.textChanged.connect(self._explain)

    def value(self) -> int | None:
        """Minutes; None while nothing is said or it is not understood."""
        try:
            return minutes_of(_HOURS.sub("h", self.text()))
        except ValueError:
            return None

    def understands(self) -> bool:
        return not self.text().strip() or self.value() is not None

    def show_value(self, minutes: int | None) -> None:
        if minutes != self.value() or not self.understands():
            self.setText("" if minutes is None else wording.minutes_text(minutes))

    def sizeHint(self) -> QSize:
        room = self.fontMetrics().horizontalAdvance(max(self.placeholderText(), self.text(), key=len) + "00")
        return QSize(room + pixels(24), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _write(self) -> None:
        value = self.value()
        if value is not None and self.text() != wording.minutes_text(value):
            self.setText(wording.minutes_text(value))

    def _explain(self) -> None:
        doubt = "" if self.understands() else self.tr("Write it as 45 min, 1:30 or 1.5 h")
        self.setToolTip(doubt)
        self.setAccessibleDescription(doubt)
        self.updateGeometry()
