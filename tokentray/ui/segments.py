"""A row of choices of which one holds, such as 7 days, 30 days, 90 days, Year."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLayout, QPushButton, QSizePolicy, QWidget

from tokentray.ui.flow import FlowLayout


class Segments(QFrame):
    """Left and right move the choice; Tab leaves it. With `wraps` it goes on in another line where there is no room."""

    chosen = Signal(object)

    def __init__(
        self, name: str, choices: list[tuple[object, str]], parent: QWidget | None = None, *, wraps: bool = False
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "segments")
        self.setSizePolicy(
            QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred if wraps else QSizePolicy.Policy.Fixed
        )
        self._values = [value for value, _ in choices]
        self._group = QButtonGroup(self)
        row: QLayout = FlowLayout(self, gap=2) if wraps else QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        for index, (_, text) in enumerate(choices):
            button = QPushButton(text)
            button.setProperty("role", "segment")
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            self._group.addButton(button, index)
            row.addWidget(button)
        self._group.idToggled.connect(self._toggled)
        self.show_name(name)

    def show_name(self, name: str) -> None:
        """What is chosen here, for those who hear each choice by itself."""
        self.setAccessibleName(name)
        for button in self._group.buttons():
            button.setAccessibleName(f"{name}: {button.text()}")

    def value(self) -> object:
        """What is chosen, None while nothing is."""
        index = self._group.checkedId()
        return self._values[index] if index >= 0 else None

    def show_value(self, value: object) -> None:
        """Checks the choice without telling; none, if it is not among them."""
        self._group.blockSignals(True)
        if value in self._values:
            self._group.button(self._values.index(value)).setChecked(True)
        elif (checked := self._group.checkedButton()) is not None:
            self._group.setExclusive(False)
            checked.setChecked(False)
            self._group.setExclusive(True)
        self._group.blockSignals(False)
        tab_to_checked(self._group)

    def allow(self, value: object, *, allowed: bool) -> None:
        """Whether a choice can be made just now."""
        self._group.button(self._values.index(value)).setEnabled(allowed)

    def choose(self, value: object) -> None:
        """The same as a click."""
        self._group.button(self._values.index(value)).click()

    def _toggled(self, index: int, on: bool) -> None:
        if on:
            self.chosen.emit(self._values[index])


def tab_to_checked(group: QButtonGroup) -> None:
    """Tab comes to the choice that holds, also when it was not made by hand; the arrows reach the others."""
    checked = group.checkedButton()
    for button in group.buttons():
        here = button is checked or checked is None
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if here else Qt.FocusPolicy.ClickFocus)
