"""The editable lists of the Settings page: budgets and a person's own prices."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QGridLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from tokentray.settings.settings import Budget, OwnPrice
from tokentray.ui.card import text_label
from tokentray.ui.pages.setting_rows import AmountField, ChoiceBox


class BudgetRows(QWidget):
    """One line for each budget; `changed` carries all of them as a tuple, without those that have no amount."""

    changed = Signal(object)

    def __init__(self, currencies: tuple[str, ...]) -> None:
        super().__init__()
        self._currencies = currencies
        self._shown: tuple[Budget, ...] | None = None
        self._rows: list[tuple[AmountField, ChoiceBox, ChoiceBox]] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setColumnStretch(4, 1)
        self.add = QPushButton(self.tr("Add a budget"))
        self.add.clicked.connect(self._add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addLayout(self._grid)
        column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)

    def show_rows(self, budgets: tuple[Budget, ...]) -> None:
        if budgets == self._shown:
            return
        self._shown = budgets
        self._rows.clear()
        _empty(self._grid)
        for budget in budgets:
            self._append(budget)

    def _append(self, budget: Budget) -> None:
        row = len(self._rows)
        amount = AmountField(budget.amount, self.tr("Amount of the budget"))
        currency = ChoiceBox([(code, code) for code in self._currencies])
        currency.setAccessibleName(self.tr("Currency"))
        currency.show_value(budget.currency)
        period = ChoiceBox([("month", self.tr("a month")), ("day", self.tr("a day"))])
        period.setAccessibleName(self.tr("Period"))
        period.show_value(budget.period)
        remove = QPushButton(self.tr("Remove"))
        remove.setAccessibleName(self.tr("Remove the budget {number}").format(number=row + 1))
        fields = (amount, currency, period)
        for column, widget in enumerate((*fields, remove)):
            self._grid.addWidget(widget, row, column)
        self._rows.append(fields)
        amount.editingFinished.connect(self._tell)
        currency.activated.connect(self._tell)
        period.activated.connect(self._tell)
        remove.clicked.connect(lambda: self._remove(fields))

    def _add(self) -> None:
        self._append(Budget(""))
        self._rows[-1][0].setFocus()

    def _remove(self, fields: tuple[AmountField, ChoiceBox, ChoiceBox]) -> None:
        self._rows.remove(fields)
        rows = self._budgets()
        self._shown = None
        self.show_rows(rows)
        self.changed.emit(rows)

    def _tell(self) -> None:
        rows = self._budgets()
        if rows != self._shown:
            self._shown = rows
            self.changed.emit(rows)

    def _budgets(self) -> tuple[Budget, ...]:
        return tuple(
            Budget(amount.amount, currency.currentData(), period.currentData())
            for amount, currency, period in self._rows
            if amount.amount
        )


class PriceRows(QWidget):
    """One line for each model; `changed` carries all of them as a tuple, without those that have no model or no price."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[OwnPrice, ...] | None = None
        self._rows: list[tuple[QLineEdit, ...]] = []
        self._models = QStringListModel(self)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setColumnStretch(0, 1)
        self.add = QPushButton(self.tr("Add a price"))
        self.add.clicked.connect(self._add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addLayout(self._grid)
        column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)

    def show_models(self, models: list[str]) -> None:
        """What the model fields complete to."""
        if models != self._models.stringList():
            self._models.setStringList(models)

    def show_rows(self, prices: tuple[OwnPrice, ...]) -> None:
        if prices == self._shown:
            return
        self._shown = prices
        self._rows.clear()
        _empty(self._grid)
        for price in prices:
            self._append(price)

    def _titles(self) -> tuple[str, ...]:
        return (
            self.tr("Model"),
            self.tr("Input"),
            self.tr("Cache read"),
            self.tr("Cache write"),
            self.tr("Output"),
        )

    def _append(self, price: OwnPrice) -> None:
        titles = self._titles()
        if not self._rows:
            for column, title in enumerate(titles):
                right = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                self._grid.addWidget(text_label(title, "muted"), 0, column, right)
        model = QLineEdit(price.model)
        model.setAccessibleName(titles[0])
        model.setMinimumWidth(model.fontMetrics().horizontalAdvance("claude-sonnet-4-5"))
        completer = QCompleter(self._models, model)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        model.setCompleter(completer)
        amounts = (price.input, price.cache_read, price.cache_write, price.output)
        fields = (model, *(AmountField(amount, title) for amount, title in zip(amounts, titles[1:], strict=True)))
        remove = QPushButton(self.tr("Remove"))
        remove.setAccessibleName(self.tr("Remove the price of {model}").format(model=price.model))
        for column, widget in enumerate((*fields, remove)):
            self._grid.addWidget(widget, len(self._rows) + 1, column)
        self._rows.append(fields)
        for field in fields:
            field.editingFinished.connect(self._tell)
        remove.clicked.connect(lambda: self._remove(fields))

    def _add(self) -> None:
        self._append(OwnPrice(""))
        self._rows[-1][0].setFocus()

    def _remove(self, fields: tuple[QLineEdit, ...]) -> None:
        self._rows.remove(fields)
        rows = self._prices()
        self._shown = None
        self.show_rows(rows)
        self.changed.emit(rows)

    def _tell(self) -> None:
        rows = self._prices()
        if rows != self._shown:
            self._shown = rows
            self.changed.emit(rows)

    def _prices(self) -> tuple[OwnPrice, ...]:
        prices = (_price(fields) for fields in self._rows)
        return tuple(price for price in prices if price.model and price != OwnPrice(price.model))


def _price(fields: tuple[QLineEdit, ...]) -> OwnPrice:
    model, *amounts = fields
    return OwnPrice(model.text().strip(), *(field.amount for field in amounts if isinstance(field, AmountField)))


def _empty(grid: QGridLayout) -> None:
    while (item := grid.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
