"""The rows of the Settings page: words on the left, one control on the right."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QSize, Qt
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QCompleter, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from tokentray.ui.card import text_label
from tokentray.ui.look import pixels


class SettingRow(QWidget):
    """The control gets the title as its accessible name; it goes below the words where there is no room beside them."""

    def __init__(self, title: str, explanation: str, control: QWidget) -> None:
        super().__init__()
        self._control = control
        self._words = QWidget()
        column = QVBoxLayout(self._words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(text_label(title, wrap=True))
        if explanation:
            column.addWidget(text_label(explanation, "muted", wrap=True))
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 4, 0, 4)
        self._line.setSpacing(8)
        self._line.addWidget(self._words, 1)
        self._line.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        control.setAccessibleName(title)
        control.setAccessibleDescription(explanation)

    def minimumSizeHint(self) -> QSize:
        width = max(self._words.minimumSizeHint().width(), self._control.minimumSizeHint().width())
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= self._control.sizeHint().width() + pixels(240)
        wanted = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if wanted != self._line.direction():
            self._line.setDirection(wanted)


class ChoiceBox(QComboBox):
    """Choices with values; not changed by a wheel that only meant to scroll the page."""

    def __init__(self, choices: list[tuple[object, str]]) -> None:
        super().__init__()
        for value, text in choices:
            self.addItem(text, value)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_value(self, value: object) -> None:
        """Shows `value` without telling; one that is not on the list is added as it is."""
        index = next((i for i in range(self.count()) if self.itemData(i) == value), -1)
        self.blockSignals(True)
        if index < 0:
            self.addItem(str(value), value)
            index = self.count() - 1
        self.setCurrentIndex(index)
        self.blockSignals(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class SearchedBox(ChoiceBox):
    """For long lists: typing any part of a choice finds it; what is on no list is put back."""

    def __init__(self, choices: list[tuple[object, str]]) -> None:
        super().__init__(choices)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(18)
        field, completer = QLineEdit(), QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setLineEdit(field)
        self.setCompleter(completer)
        field.editingFinished.connect(self._put_back)

    def show_value(self, value: object) -> None:
        super().show_value(value)
        if (field := self.lineEdit()) is not None:
            field.setCursorPosition(0)

    def _put_back(self) -> None:
        index = self.findText(self.currentText(), Qt.MatchFlag.MatchFixedString)
        if index >= 0 and index != self.currentIndex():
            self.setCurrentIndex(index)
            self.activated.emit(index)
        elif index < 0:
            self.setEditText(self.itemText(self.currentIndex()))


class PercentBox(QSpinBox):
    """A threshold; not changed by a wheel that only meant to scroll the page."""

    def __init__(self) -> None:
        super().__init__()
        self.setRange(1, 100)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setSuffix("\u202f%")
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_value(self, value: int) -> None:
        self.blockSignals(True)
        self.setValue(value)
        self.blockSignals(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class AmountField(QLineEdit):
    """An amount in the person's own notation; `amount` is decimal text with a point, "" while it is empty or not a number."""

    def __init__(self, amount: str, name: str) -> None:
        super().__init__(amount.replace(".", QLocale().decimalPoint()))
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("00000.0000"))

    @property
    def amount(self) -> str:
        text = self.text().strip().replace(" ", "").replace(QLocale().decimalPoint(), ".")
        whole, _, part = text.partition(".")
        return text if (whole + part).isascii() and (whole + part).isdigit() else ""
