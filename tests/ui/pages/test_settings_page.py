"""Settings hold at once and say what was changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QMessageBox, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.snapshots import full_snapshot
from tokentray.settings.settings import Budget, OwnPrice, Settings
from tokentray.ui.pages.settings_page import SettingsPage
from tokentray.ui.switch import Switch


@pytest.fixture
def page(qtbot: QtBot) -> SettingsPage:
    page = SettingsPage(Settings())
    qtbot.addWidget(page)
    page.resize(984, 760)
    page.show_snapshot(full_snapshot())
    page.show()
    return page


@pytest.fixture
def changes(page: SettingsPage) -> list[tuple[Settings, str]]:
    seen: list[tuple[Settings, str]] = []
    page.settings_changed.connect(lambda settings, said: seen.append((settings, said)))
    return seen


def control(page: SettingsPage, field: str) -> Any:
    found = page.findChild(QWidget, field)
    assert found is not None
    return found


def pick(box: QComboBox, value: object) -> None:
    index = next(i for i in range(box.count()) if box.itemData(i) == value)
    box.setCurrentIndex(index)
    box.activated.emit(index)


def test_a_switch_holds_at_once(page: SettingsPage, changes: list[tuple[Settings, str]], qtbot: QtBot) -> None:
    switch = control(page, "polling_allowed")
    assert isinstance(switch, Switch)
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert changes == [(Settings(polling_allowed=True), "Ask providers for new numbers: on.")]


def test_a_switch_works_by_keyboard(page: SettingsPage, changes: list[tuple[Settings, str]], qtbot: QtBot) -> None:
    qtbot.keyClick(control(page, "start_at_login"), Qt.Key.Key_Space)
    assert changes[-1][0].start_at_login


def test_a_choice_says_what_it_is_now(page: SettingsPage, changes: list[tuple[Settings, str]]) -> None:
    pick(control(page, "theme"), "dark")
    assert changes == [(Settings(theme="dark"), "Appearance: Dark.")]


def test_reminders_are_off_until_they_are_wished(
    page: SettingsPage, changes: list[tuple[Settings, str]], qtbot: QtBot
) -> None:
    qtbot.keyClick(control(page, "nudge"), Qt.Key.Key_Space)
    qtbot.keyClick(control(page, "checkin_reminder"), Qt.Key.Key_Space)
    assert changes[-1][0] == Settings(nudge=True, checkin_reminder=True)


def test_the_pause_that_ends_a_stretch_is_a_choice(page: SettingsPage, changes: list[tuple[Settings, str]]) -> None:
    assert control(page, "pause_minutes").currentText() == "after a pause of 30 min"
    pick(control(page, "pause_minutes"), 60)
    assert changes == [(Settings(pause_minutes=60), "A session ends: after a pause of 1 h.")]


def test_the_same_choice_again_is_no_change(page: SettingsPage, changes: list[tuple[Settings, str]]) -> None:
    pick(control(page, "theme"), "system")
    assert changes == []


def test_a_zone_is_found_by_any_part_of_its_name(page: SettingsPage, changes: list[tuple[Settings, str]]) -> None:
    box = control(page, "zone")
    box.lineEdit().setText("europe/berlin")
    box.lineEdit().editingFinished.emit()
    assert changes[-1][0].zone == "Europe/Berlin"


def test_a_zone_that_does_not_exist_is_put_back(page: SettingsPage, changes: list[tuple[Settings, str]]) -> None:
    box = control(page, "zone")
    box.lineEdit().setText("Middle/Earth")
    box.lineEdit().editingFinished.emit()
    assert box.lineEdit().text().startswith("As the system")
    assert changes == []


def test_thresholds_do_not_overtake_each_other(page: SettingsPage, changes: list[tuple[Settings, str]]) -> None:
    amber = control(page, "amber_at")
    assert isinstance(amber, QSpinBox)
    amber.setValue(95)
    assert (changes[-1][0].amber_at, changes[-1][0].red_at) == (95, 95)
    control(page, "red_at").setValue(60)
    assert (changes[-1][0].amber_at, changes[-1][0].red_at) == (60, 60)


def test_settings_changed_elsewhere_are_shown_without_a_change(
    page: SettingsPage, changes: list[tuple[Settings, str]]
) -> None:
    page.show_settings(Settings(theme="dark", zone="Asia/Tokyo", alert_key=False, amber_at=50, first_weekday=6))
    assert control(page, "theme").currentText() == "Dark"
    assert control(page, "zone").currentText() == "Asia/Tokyo"
    assert not control(page, "alert_key").isChecked()
    assert control(page, "amber_at").value() == 50
    assert control(page, "first_weekday").currentText() == "Sunday"
    assert changes == []


def test_a_value_from_a_newer_version_is_shown_as_it_is(page: SettingsPage) -> None:
    page.show_settings(Settings(icon_style="hologram"))
    assert control(page, "icon_style").currentText() == "hologram"


def test_a_budget_is_added_changed_and_removed(page: SettingsPage, changes: list[tuple[Settings, str]]) -> None:
    page.budgets.add.click()
    row = page.budgets._rows[0]
    row.amount.setText("110")
    row.amount.editingFinished.emit()
    assert changes[-1] == (Settings(budgets=(Budget("110", "USD", "month"),)), "The budgets were changed.")
    pick(row.period, "day")
    assert changes[-1][0].budgets == (Budget("110", "USD", "day"),)
    row.remove.click()
    assert changes[-1][0].budgets == ()


def test_a_budget_without_an_amount_is_not_one(page: SettingsPage, changes: list[tuple[Settings, str]]) -> None:
    page.budgets.add.click()
    page.budgets._rows[0].amount.setText("much")
    page.budgets._rows[0].amount.editingFinished.emit()
    assert changes == []


def test_amounts_are_read_in_the_persons_notation(qtbot: QtBot) -> None:
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    page = SettingsPage(Settings(budgets=(Budget("4.5", "EUR", "day"),)))
    qtbot.addWidget(page)
    field = page.budgets._rows[0].amount
    assert field.text() == "4,5"
    field.setText("1234,50")
    assert field.amount == "1234.50"


def test_own_prices_are_kept_for_one_million_tokens(page: SettingsPage, changes: list[tuple[Settings, str]]) -> None:
    page.prices.add.click()
    row = page.prices._rows[0]
    row.model.setText("local-qwen")
    row.model.editingFinished.emit()
    assert changes == []
    row.output.setText("0.4")
    row.output.editingFinished.emit()
    assert changes[-1][0].own_prices == (OwnPrice("local-qwen", output="0.4"),)


def test_the_history_is_described(page: SettingsPage) -> None:
    assert page._facts.text() == (
        "~/.local/share/tokentray-desktop/history.sqlite\n46.06 MiB  ·  812,345 entries  ·  since Fri, 21 Nov 2025"
    )


def test_a_backup_is_wished_where_the_person_says(page: SettingsPage, qtbot: QtBot) -> None:
    page.back_up.click()
    dialog = page.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    with qtbot.waitSignal(page.backup_wished) as wished:
        dialog.fileSelected.emit("/somewhere/b.sqlite")
    dialog.reject()
    assert wished.args == ["/somewhere/b.sqlite"]


def test_an_export_says_its_format(page: SettingsPage, qtbot: QtBot) -> None:
    page.export_json.click()
    dialog = page.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    with qtbot.waitSignal(page.export_wished) as wished:
        dialog.fileSelected.emit("/somewhere/all.json")
    dialog.reject()
    assert wished.args == ["/somewhere/all.json", "json"]


def test_restoring_asks_first(page: SettingsPage, qtbot: QtBot) -> None:
    page.restore.click()
    dialog = page.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit("/somewhere/b.sqlite")
    dialog.reject()
    box = page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "nothing is deleted" in box.informativeText()
    with qtbot.waitSignal(page.restore_wished) as wished:
        next(button for button in box.buttons() if button.text() == "Restore").click()
    assert wished.args == ["/somewhere/b.sqlite"]


def test_every_control_has_an_accessible_name(page: SettingsPage) -> None:
    page.show_settings(replace(Settings(), budgets=(Budget("1"),), own_prices=(OwnPrice("m", "1"),)))
    controls = [*page.findChildren(QComboBox), *page.findChildren(QSpinBox), *page.findChildren(Switch)]
    assert [one for one in controls if not one.accessibleName()] == []
    assert all(button.text() or button.accessibleName() for button in page.findChildren(QPushButton))


def test_privacy_is_told_in_plain_words(page: SettingsPage) -> None:
    words = " ".join(label.text() for label in page.findChildren(QLabel))
    assert "There is no telemetry and no update check." in words
