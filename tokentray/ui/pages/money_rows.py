"""The editable lists of the Settings page: budgets and a person's own prices."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit, QPushButton, QVBoxLayout, QWidget

from tokentray.settings.settings import Budget, OwnPrice
from tokentray.ui.card import text_label
from tokentray.ui.flow import FlowLayout
from tokentray.ui.pages.setting_rows import AmountField, ChoiceBox


class BudgetRows(QWidget):
    """One line for each budget; `changed` carries all of them as a tuple, without those that have no amount."""

    changed = Signal(object)

    def __init__(self, currencies: tuple[str, ...]) -> None:
        super().__init__()
        self._currencies = currencies
        self._shown: tuple[Budget, ...] | None = None
        self._rows: list[BudgetRow] = []
        self.add = QPushButton(self.tr("Add a budget"))
        self.add.clicked.connect(self._add)
        self._column = _column(self, self.add)

    def show_rows(self, budgets: tuple[Budget, ...]) -> None:
        if budgets != self._shown:
            self._shown = budgets
            _clear(self._rows)
            for budget in budgets:
                self._append(budget)

    def _append(self, budget: Budget) -> BudgetRow:
        row = BudgetRow(budget, self._currencies)
        row.edited.connect(self._tell)
        row.removed.connect(lambda: self._remove(row))
        self._rows.append(row)
        self._column.insertWidget(len(self._rows) - 1, row)
        return row

    def _add(self) -> None:
        self._append(Budget("")).amount.setFocus()

    def _remove(self, row: BudgetRow) -> None:
        self._rows.remove(row)
        _clear([row])
        self._tell()

    def _tell(self) -> None:
        budgets = tuple(row.budget for row in self._rows if row.amount.amount)
        if budgets != self._shown:
            self._shown = budgets
            self.changed.emit(budgets)


class BudgetRow(QWidget):
    """Amount, currency and period of one budget."""

    edited = Signal()
    removed = Signal()

    def __init__(self, budget: Budget, currencies: tuple[str, ...]) -> None:
        super().__init__()
        self.amount = AmountField(budget.amount, self.tr("Amount of the budget"))
        self.currency = ChoiceBox([(code, code) for code in currencies])
        self.currency.setAccessibleName(self.tr("Currency"))
        self.currency.show_value(budget.currency)
        self.period = ChoiceBox([("month", self.tr("a month")), ("day", self.tr("a day"))])
        self.period.setAccessibleName(self.tr("Period"))
        self.period.show_value(budget.period)
        self.remove = QPushButton(self.tr("Remove"))
        self.remove.setAccessibleName(self.tr("Remove this budget"))
        line = FlowLayout(self, gap=8)
        for widget in (self.amount, self.currency, self.period, self.remove):
            line.addWidget(widget)
        self.amount.editingFinished.connect(self.edited)
        self.currency.activated.connect(lambda: self.edited.emit())
        self.period.activated.connect(lambda: self.edited.emit())
        self.remove.clicked.connect(self.removed)

    @property
    def budget(self) -> Budget:
        return Budget(self.amount.amount, str(self.currency.currentData()), str(self.period.currentData()))


class PriceRows(QWidget):
    """One line for each model; `changed` carries all of them as a tuple, without those that have no model or no price."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[OwnPrice, ...] | None = None
        self._rows: list[PriceRow] = []
        self._models = QStringListModel(self)
        self.add = QPushButton(self.tr("Add a price"))
        self.add.clicked.connect(self._add)
        self._column = _column(self, self.add)

    def show_models(self, models: list[str]) -> None:
        """What the model fields complete to."""
        if models != self._models.stringList():
            self._models.setStringList(models)

    def show_rows(self, prices: tuple[OwnPrice, ...]) -> None:
        if prices != self._shown:
            self._shown = prices
            _clear(self._rows)
            for price in prices:
                self._append(price)

    def _append(self, price: OwnPrice) -> PriceRow:
        row = PriceRow(price, self._models)
        row.edited.connect(self._tell)
        row.removed.connect(lambda: self._remove(row))
        self._rows.append(row)
        self._column.insertWidget(len(self._rows) - 1, row)
        return row

    def _add(self) -> None:
        self._append(OwnPrice("")).model.setFocus()

    def _remove(self, row: PriceRow) -> None:
        self._rows.remove(row)
        _clear([row])
        self._tell()

    def _tell(self) -> None:
        prices = tuple(
            price for price in (row.price for row in self._rows) if price.model and price != OwnPrice(price.model)
        )
        if prices != self._shown:
            self._shown = prices
            self.changed.emit(prices)


class PriceRow(QWidget):
    """A model and its four prices."""

    edited = Signal()
    removed = Signal()

    def __init__(self, price: OwnPrice, models: QStringListModel) -> None:
        super().__init__()
        tr = self.tr
        self.model = QLineEdit(price.model)
        self.model.setAccessibleName(tr("Model"))
        self.model.setMinimumWidth(self.model.fontMetrics().horizontalAdvance("claude-sonnet-4-5-2025"))
        completer = QCompleter(models, self.model)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.model.setCompleter(completer)
        self.input = AmountField(price.input, tr("Input"))
        self.cache_read = AmountField(price.cache_read, tr("Cache read"))
        self.cache_write = AmountField(price.cache_write, tr("Cache write"))
        self.output = AmountField(price.output, tr("Output"))
        self.remove = QPushButton(tr("Remove"))
        self.remove.setAccessibleName(tr("Remove the price of {model}").format(model=price.model))
        line = FlowLayout(self, gap=8)
        for field in (self.model, self.input, self.cache_read, self.cache_write, self.output):
            line.addWidget(_titled(field))
            field.editingFinished.connect(self.edited)
        line.addWidget(_titled(self.remove))
        self.remove.clicked.connect(self.removed)

    @property
    def price(self) -> OwnPrice:
        amounts = (self.input, self.cache_read, self.cache_write, self.output)
        return OwnPrice(self.model.text().strip(), *(field.amount for field in amounts))


def _titled(widget: QWidget) -> QWidget:
    """A field below its name; a button beside fields stands on their line."""
    both = QWidget()
    column = QVBoxLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addWidget(text_label(widget.accessibleName() if isinstance(widget, QLineEdit) else "", "muted"))
    column.addWidget(widget)
    return both


def _column(page: QWidget, add: QPushButton) -> QVBoxLayout:
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 4, 0, 0)
    column.setSpacing(8)
    column.addWidget(add, 0, Qt.AlignmentFlag.AlignLeft)
    return column


def _clear(rows: list[BudgetRow] | list[PriceRow]) -> None:
    for row in rows:
        row.hide()
        row.deleteLater()
    rows.clear()
