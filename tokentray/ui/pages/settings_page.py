"""Settings: every choice with its consequence in words; a change holds at once and can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QLocale, Qt, QTimeZone, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton, QVBoxLayout, QWidget

from tokentray.insights.snapshot import HistoryFacts, Snapshot
from tokentray.settings.settings import Settings
from tokentray.ui import wording
from tokentray.ui.card import Card, text_label
from tokentray.ui.flow import FlowLayout
from tokentray.ui.page_frame import PageFrame
from tokentray.ui.pages.money_rows import BudgetRows, PriceRows
from tokentray.ui.pages.papers_view import open_papers
from tokentray.ui.pages.setting_rows import ChoiceBox, PercentBox, SearchedBox, SettingRow
from tokentray.ui.switch import Switch

_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
CURRENCIES = ("USD", "EUR", "GBP", "CHF", "JPY", "CNY", "INR")


class SettingsPage(QWidget):
    """`settings_changed` carries the new settings, then what was changed in words, for the undo bar."""

    settings_changed = Signal(object, str)
    backup_wished = Signal(str)
    restore_wished = Signal(str)
    export_wished = Signal(str, str)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._shows: list[Callable[[Settings], None]] = []
        frame = PageFrame(self, self.tr("Settings"))
        self._make_general(_section(frame, self.tr("General")))
        self._make_reading(_section(frame, self.tr("Reading and polling")))
        self._make_icon(_section(frame, self.tr("Icon and alerts")))
        self._make_journal(_section(frame, self.tr("Journal")))
        self._make_budgets(_section(frame, self.tr("Budgets")))
        self._make_prices(_section(frame, self.tr("Own prices")))
        self._make_history(_section(frame, self.tr("History")))
        self._make_privacy(_section(frame, self.tr("Privacy")))
        frame.body.addStretch(1)
        self.show_settings(settings)

    def show_settings(self, settings: Settings) -> None:
        """Shows what holds now, without telling of it as a change."""
        self._settings = settings
        for show in self._shows:
            show(settings)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows the history's facts."""
        self._facts.setText(self._facts_text(snapshot.history))
        self._prices_of.setText(self.tr("All others are from {list}.").format(list=snapshot.history.price_list))
        self._prices_of.setVisible(bool(snapshot.history.price_list))
        self.prices.show_models([value for key, value in snapshot.names if key == "model"])

    def _make_general(self, column: QVBoxLayout) -> None:
        tr = self.tr
        self._switch(column, "start_at_login", tr("Start at login"), tr("TokenTray starts quietly, in the tray only."))
        self._choice(
            column,
            "theme",
            tr("Appearance"),
            "",
            [("system", tr("As the system")), ("light", tr("Light")), ("dark", tr("Dark"))],
        )
        zones = [(zone, zone.replace("_", " ")) for zone in _zones()]
        self._choice(
            column,
            "zone",
            tr("Time zone"),
            tr("Days begin at midnight there. The history is kept in UTC, so this can be changed at any time."),
            [("", tr("As the system ({zone})").format(zone=_system_zone())), *zones],
            SearchedBox,
        )
        self._choice(
            column,
            "first_weekday",
            tr("First day of the week"),
            "",
            [(0, tr("Monday")), (5, tr("Saturday")), (6, tr("Sunday"))],
        )
        self._choice(
            column,
            "currency",
            tr("Currency shown first"),
            tr("Amounts in other currencies stand beside it. Nothing is converted."),
            [(code, code) for code in CURRENCIES],
        )

    def _make_reading(self, column: QVBoxLayout) -> None:
        tr = self.tr
        self._switch(
            column,
            "polling_allowed",
            tr("Ask providers for new numbers"),
            tr(
                "Nothing is polled before you say so. Coding agents' logs are read from this machine and need no network."
            ),
        )
        self._choice(
            column,
            "poll_every_minutes",
            tr("How often"),
            tr("A provider that asks to be left alone is asked less often."),
            [
                (15, tr("every 15 minutes")),
                (30, tr("every 30 minutes")),
                (60, tr("every hour")),
                (180, tr("every 3 hours")),
                (720, tr("every 12 hours")),
            ],
        )
        self._choice(
            column,
            "backfill_days",
            tr("How far back"),
            tr("For an account that is new here. Providers give what they still have."),
            [(30, tr("30 days")), (90, tr("90 days")), (365, tr("one year")), (1095, tr("three years"))],
        )

    def _make_icon(self, column: QVBoxLayout) -> None:
        tr = self.tr
        self._choice(
            column,
            "icon_shows",
            tr("The icon shows"),
            "",
            [
                ("quota", tr("the fullest quota window")),
                ("budget", tr("the month's budget")),
                ("today", tr("today against the usual day")),
            ],
        )
        self._choice(
            column,
            "icon_style",
            tr("Style"),
            tr("The ring reads best at small sizes; the number says most from 22 pixels on."),
            [("ring", tr("Ring")), ("number", tr("Number")), ("meter", tr("Meter"))],
        )
        self._choice(
            column,
            "icon_foreground",
            tr("Colour of the icon"),
            tr("Some panels do not say whether they are light or dark."),
            [
                ("auto", tr("Automatic")),
                ("dark", tr("Dark, for a light panel")),
                ("light", tr("Light, for a dark panel")),
            ],
        )
        self._percent(column, "amber_at", tr("Amber from"))
        self._percent(column, "red_at", tr("Red from"))
        once = tr("Once for each crossing; it says what to do.")
        self._switch(column, "alert_quota", tr("Tell me when a quota window turns red"), once)
        self._switch(column, "alert_budget", tr("Tell me when a budget turns red"), once)
        self._switch(column, "alert_key", tr("Tell me when a key is refused"), "")

    def _make_journal(self, column: QVBoxLayout) -> None:
        tr = self.tr
        self._choice(
            column,
            "pause_minutes",
            tr("A session ends"),
            tr("Cards keep what they speak of when this is changed."),
            [
                (minutes, tr("after a pause of {time}").format(time=wording.minutes_text(minutes)))
                for minutes in (15, 30, 45, 60, 120)
            ],
        )
        self._switch(
            column,
            "nudge",
            tr("Ask me what a long session was for"),
            tr("When one of an hour or more has ended; at most once a day."),
        )
        self._switch(
            column,
            "checkin_reminder",
            tr("Remind me of the check-in"),
            tr("On Friday afternoon, once a week, unless it is done."),
        )

    def _make_budgets(self, column: QVBoxLayout) -> None:
        words = self.tr("A budget is a line on the chart and a row in the popover. It stops nothing.")
        column.addWidget(text_label(words, "muted", wrap=True))
        self.budgets = BudgetRows(CURRENCIES)
        self.budgets.changed.connect(lambda rows: self._change(self.tr("The budgets were changed."), budgets=rows))
        self._shows.append(lambda settings: self.budgets.show_rows(settings.budgets))
        column.addWidget(self.budgets)

    def _make_prices(self, column: QVBoxLayout) -> None:
        words = self.tr(
            "For models without a known price, or with a price of your own: US dollars for one million tokens."
        )
        column.addWidget(text_label(words, "muted", wrap=True))
        self._prices_of = text_label("", "muted", wrap=True)
        column.addWidget(self._prices_of)
        self.prices = PriceRows()
        self.prices.changed.connect(lambda rows: self._change(self.tr("Your prices were changed."), own_prices=rows))
        self._shows.append(lambda settings: self.prices.show_rows(settings.own_prices))
        column.addWidget(self.prices)

    def _make_history(self, column: QVBoxLayout) -> None:
        self._facts = text_label("", wrap=True)
        self._facts.setTextInteractionFlags(_SELECTABLE)
        column.addWidget(self._facts)
        line = FlowLayout(gap=8)
        self.back_up = _button(self.tr("Back up…"), self.ask_backup)
        self.restore = _button(self.tr("Restore…"), self.ask_restore)
        self.export_csv = _button(self.tr("Export as CSV…"), lambda: self.ask_export("csv"))
        self.export_json = _button(self.tr("Export as JSON…"), lambda: self.ask_export("json"))
        for button in (self.back_up, self.restore, self.export_csv, self.export_json):
            line.addWidget(button)
        column.addLayout(line)

    def _make_privacy(self, column: QVBoxLayout) -> None:
        for sentence in (
            self.tr(
                "Everything stays on this machine: one history file, one settings file, and the system's keyring for keys."
            ),
            self.tr(
                "From coding agents' logs only counts, times, model and project names are read. "
                "What you wrote and what was answered is not read into the history."
            ),
            self.tr(
                "The network is used for one thing: asking the providers you added, with your key, for your own usage. "
                "There is no telemetry and no update check."
            ),
            self.tr(
                "What you write in the journal stays in the history file. A card that is deleted is overwritten there; "
                "backups and exports made before still have it."
            ),
            self.tr("Keys are never written to a file, a log or a message. Removing an account removes its key."),
        ):
            column.addWidget(text_label(sentence, wrap=True))
        self.papers = _button(self.tr("What may leave for a team"), lambda: open_papers(self))
        self.papers.setProperty("role", "link")
        line = FlowLayout(gap=8)
        line.addWidget(self.papers)
        column.addLayout(line)

    def _facts_text(self, facts: HistoryFacts) -> str:
        size = QLocale().formattedDataSize(facts.size)
        count = self.tr("{number} entries").format(number=wording.exact_count(facts.usages))
        if facts.first_day is None:
            return f"{facts.path}\n{size}  ·  {count}"
        since = self.tr("since {day}").format(day=wording.day_text(facts.first_day))
        return f"{facts.path}\n{size}  ·  {count}  ·  {since}"

    def _switch(self, column: QVBoxLayout, field: str, title: str, explanation: str) -> None:
        switch = Switch()
        switch.setObjectName(field)
        on, off = self.tr("{setting}: on.").format(setting=title), self.tr("{setting}: off.").format(setting=title)
        switch.clicked.connect(lambda checked: self._change(on if checked else off, **{field: checked}))
        self._shows.append(lambda settings: switch.setChecked(getattr(settings, field)))
        column.addWidget(SettingRow(title, explanation, switch))

    def _choice(
        self,
        column: QVBoxLayout,
        field: str,
        title: str,
        explanation: str,
        choices: list[tuple[object, str]],
        kind: type[ChoiceBox] = ChoiceBox,
    ) -> None:
        box = kind(choices)
        box.setObjectName(field)
        said = self.tr("{setting}: {value}.")
        box.activated.connect(
            lambda index: self._change(
                said.format(setting=title, value=box.itemText(index)), **{field: box.itemData(index)}
            )
        )
        self._shows.append(lambda settings: box.show_value(getattr(settings, field)))
        column.addWidget(SettingRow(title, explanation, box))

    def _percent(self, column: QVBoxLayout, field: str, title: str) -> None:
        box = PercentBox()
        box.setObjectName(field)
        box.valueChanged.connect(lambda value: self._change_threshold(field, title, value))
        self._shows.append(lambda settings: box.show_value(getattr(settings, field)))
        column.addWidget(SettingRow(title, "", box))

    def _change_threshold(self, field: str, title: str, value: int) -> None:
        said = self.tr("{setting}: {value}.").format(setting=title, value=f"{value}\u202f%")
        changes = {field: value}
        if field == "amber_at" and value > self._settings.red_at:
            changes["red_at"] = value
        if field == "red_at" and value < self._settings.amber_at:
            changes["amber_at"] = value
        self._change(said, **changes)

    def _change(self, said: str, **changes: Any) -> None:
        changed = replace(self._settings, **changes)
        if changed != self._settings:
            self.show_settings(changed)
            self.settings_changed.emit(changed, said)

    def ask_backup(self) -> None:
        self._ask_file(
            self.tr("Back up the history"), "tokentray-backup.sqlite", "SQLite (*.sqlite)", self.backup_wished.emit
        )

    def ask_export(self, form: str) -> None:
        title = self.tr("Export the history")
        self._ask_file(
            title, f"tokentray.{form}", f"{form.upper()} (*.{form})", lambda p: self.export_wished.emit(p, form)
        )

    def _ask_file(self, title: str, name: str, kinds: str, take: Callable[[str], object]) -> None:
        dialog = QFileDialog(self, title, name, kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(name.rpartition(".")[2])
        dialog.fileSelected.connect(take)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_restore(self) -> None:
        dialog = QFileDialog(self, self.tr("Restore a backup"), "", "SQLite (*.sqlite);;All (*)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._confirm_restore)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _confirm_restore(self, path: str) -> None:
        box = QMessageBox(self)
        box.setWindowTitle(self.tr("Restore a backup"))
        box.setText(self.tr("Show the history of this backup from now on?"))
        box.setInformativeText(
            self.tr("{path}\n\nThe present history is kept beside it; nothing is deleted.").format(path=path)
        )
        restore = box.addButton(self.tr("Restore"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.buttonClicked.connect(lambda button: self.restore_wished.emit(path) if button is restore else None)
        box.finished.connect(box.deleteLater)
        box.open()


def _section(frame: PageFrame, title: str) -> QVBoxLayout:
    card = Card(title)
    frame.body.addWidget(card)
    return card.body


def _button(text: str, take: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    button.clicked.connect(lambda: take())
    return button


def _zones() -> list[str]:
    names = (bytes(name.data()).decode() for name in QTimeZone.availableTimeZoneIds())
    return sorted(
        name for name in names if "/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/"))
    )


def _system_zone() -> str:
    return bytes(QTimeZone.systemTimeZoneId().data()).decode().replace("_", " ")
