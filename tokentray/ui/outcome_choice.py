"""How it went: four choices of the same size and weight, whichever of them holds."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from tokentray.core.journal import Outcome
from tokentray.ui import wording
from tokentray.ui.glyphs import glyph_size
from tokentray.ui.look import look_of, pixels
from tokentray.ui.outcome_mark import outcome_icon
from tokentray.ui.segments import tab_to_checked


class OutcomeChoice(QWidget):
    """Arrows move the choice, 1 to 4 make it, the chosen one once more takes it back; four, two or one beside each other."""

    chosen = Signal(object)
    """An Outcome, or None for not said."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Outcome"))
        self._value: Outcome | None = None
        self._group = QButtonGroup(self)
        self._gap = pixels(6)
        for number, outcome in enumerate(Outcome):
            self._group.addButton(self._button(number, outcome), number)
        self._group.idClicked.connect(self._clicked)
        self._dress()
        tab_to_checked(self._group)

    def value(self) -> Outcome | None:
        return self._value

    def show_value(self, outcome: Outcome | None) -> None:
        """Checks one without telling."""
        self._value = outcome
        self._group.setExclusive(False)
        for button, each in zip(self._group.buttons(), Outcome, strict=True):
            button.setChecked(each == outcome)
        self._group.setExclusive(True)
        tab_to_checked(self._group)

    def choose(self, outcome: Outcome | None) -> None:
        """As a click does, and tells."""
        if outcome != self._value:
            self.show_value(outcome)
            self.chosen.emit(outcome)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        number = event.key() - Qt.Key.Key_1
        if 0 <= number < 4:
            self.choose(list(Outcome)[number])
            self._group.button(number).setFocus()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(event.size().width())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        rows = -(-4 // self._fitting(width))
        return rows * self._highest() + (rows - 1) * self._gap

    def sizeHint(self) -> QSize:
        return QSize(4 * self._widest() + 3 * self._gap, self._highest())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._widest(), self._highest())

    def _button(self, number: int, outcome: Outcome) -> QPushButton:
        words = wording.outcome_words(outcome)
        button = QPushButton(f"\u2009{words}", self)
        button.setProperty("role", "choice")
        button.setCheckable(True)
        button.setAutoDefault(False)
        button.setIconSize(glyph_size(16))
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setAccessibleName(self.tr("Outcome: {words}").format(words=words))
        button.setToolTip(self.tr("{words} (key {number})").format(words=words, number=number + 1))
        return button

    def _clicked(self, number: int) -> None:
        chosen = list(Outcome)[number]
        # Arrows check the next one before they tell of it as a click; the chosen one once more means: take it back.
        self.choose(None if chosen == self._value else chosen)

    def _arrange(self, width: int) -> None:
        columns, height = self._fitting(width), self._highest()
        for number, button in enumerate(self._group.buttons()):
            # Shares of the width that leave no pixel over.
            row, column = divmod(number, columns)
            left, right = ((width + self._gap) * place // columns for place in (column, column + 1))
            button.setGeometry(left, row * (height + self._gap), right - left - self._gap, height)

    def _fitting(self, width: int) -> int:
        return next((n for n in (4, 2) if n * self._widest() + (n - 1) * self._gap <= width), 1)

    def _widest(self) -> int:
        # Bold, as the chosen one is, takes a little more room.
        return max(button.sizeHint().width() for button in self._group.buttons()) + pixels(4)

    def _highest(self) -> int:
        return max(button.sizeHint().height() for button in self._group.buttons())

    def _dress(self) -> None:
        look = look_of(self)
        for button, outcome in zip(self._group.buttons(), Outcome, strict=True):
            button.setIcon(outcome_icon(outcome, look))
