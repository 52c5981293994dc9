"""The popover says today in figures and words, honestly when empty, stale or huge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, Qt, QTranslator
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.snapshots import NOW, empty_snapshot, extreme_snapshot, full_snapshot, usd
from tokentray.core.gauge import Gauge
from tokentray.core.money import MoneyKind
from tokentray.core.usage import Tokens
from tokentray.insights.snapshot import GaugeRow, Progress, Snapshot
from tokentray.ui.look import apply_look
from tokentray.ui.meter_bar import MeterBar
from tokentray.ui.popover import Popover


def opened(qtbot: QtBot, snapshot: Snapshot) -> Popover:
    popover = Popover()
    qtbot.addWidget(popover)
    popover.show_snapshot(snapshot)
    popover.show_at(QPoint(200, 10))
    qtbot.waitExposed(popover)
    return popover


def seen(popover: QWidget) -> list[str]:
    """Every text that is visible, without the breaks put into long words."""
    widgets = popover.findChildren(QLabel) + popover.findChildren(QAbstractButton)
    return [widget.text().replace("\u200b", "") for widget in widgets if widget.isVisible() and widget.text()]


def button(popover: Popover, name: str) -> QAbstractButton:
    return next(
        b for b in popover.findChildren(QAbstractButton) if b.isVisible() and name in (b.text(), b.accessibleName())
    )


def test_a_full_day(qtbot: QtBot) -> None:
    texts = seen(opened(qtbot, full_snapshot()))
    for text in (
        "1.24M",
        "$3.42",
        "▾\u00a018 % below your usual Saturday · 14 sessions",
        "billed",
        "Claude · 5-hour window",
        "62 % · resets in 1 h 12 m",
        "86 % · $3.42 of $4.00",
        "Anthropic",
        "742k",
        "$2.61",
        "free",
        "Last: 14:00 to 15:40, 1.2 M tokens, project alpha",
    ):
        assert text in texts


def test_it_has_the_size_of_the_design(qtbot: QtBot) -> None:
    popover = opened(qtbot, full_snapshot())
    assert (popover.width(), popover.height()) == (360, 420)


def test_nothing_found_says_what_to_do(qtbot: QtBot) -> None:
    popover = opened(qtbot, empty_snapshot())
    assert "Nothing found yet" in seen(popover)
    assert "0" not in seen(popover)
    with qtbot.waitSignal(popover.sources_wished):
        button(popover, "Add an account…").click()


def test_no_tokens_today_is_not_made_up_as_zero(qtbot: QtBot) -> None:
    full = full_snapshot()
    today = replace(full.today, tokens=Tokens(), cost=(), rows=(), hours=(0,) * 24, sessions=0)
    texts = seen(opened(qtbot, replace(full, today=today, sentence="No tokens today so far")))
    assert texts.count("—") == 2
    assert "No tokens today so far" in texts


def test_estimated_money_is_marked_and_never_added_to_billed(qtbot: QtBot) -> None:
    full = full_snapshot()
    cost = (usd("3.42"), usd("0.58", MoneyKind.ESTIMATED))
    texts = seen(opened(qtbot, replace(full, today=replace(full.today, cost=cost))))
    assert "$3.42" in texts
    assert "+ ≈\u00a0$0.58" in texts


def test_a_stale_day_is_said_with_its_age(qtbot: QtBot) -> None:
    texts = seen(opened(qtbot, replace(full_snapshot(), newest_at=NOW - timedelta(hours=3))))
    assert "Today (as of 3 h ago)" in texts


def test_sample_data_is_labelled(qtbot: QtBot) -> None:
    assert "Sample data" not in seen(opened(qtbot, full_snapshot()))
    assert "Sample data" in seen(opened(qtbot, replace(full_snapshot(), sample=True)))


def test_a_window_that_will_be_full_says_until_when_it_lasts(qtbot: QtBot) -> None:
    gauge = Gauge("5h", NOW, used_percent=Decimal(62), window_minutes=300, resets_at=NOW + timedelta(hours=3))
    row = GaugeRow("claude-code/default", "Claude", gauge, 0.4, NOW + timedelta(minutes=30), False)
    assert "62 % · at this pace until 9:40\u202fPM" in seen(opened(qtbot, replace(full_snapshot(), gauges=(row,))))


def test_a_balance_has_no_bar(qtbot: QtBot) -> None:
    gauge = Gauge("balance", NOW, remaining=Decimal("12.40"), unit="USD")
    row = GaugeRow("openrouter/default", "OpenRouter · balance", gauge, None, None, False)
    popover = opened(qtbot, replace(full_snapshot(), gauges=(row,), today=replace(full_snapshot().today, rows=())))
    assert "$12.40 left" in seen(popover)
    assert [bar for bar in popover.findChildren(MeterBar) if bar.isVisible()] == []


def test_bars_speak_to_screen_readers(qtbot: QtBot) -> None:
    popover = opened(qtbot, full_snapshot())
    names = [bar.accessibleName() for bar in popover.findChildren(MeterBar) if bar.isVisible()]
    assert names[0] == "Claude · 5-hour window: 62 % · resets in 1 h 12 m"
    assert "OpenAI: 26 % of today" in names


def test_more_accounts_than_fit_are_counted(qtbot: QtBot) -> None:
    popover = opened(qtbot, extreme_snapshot())
    with qtbot.waitSignal(popover.details_wished):
        button(popover, "8 more accounts").click()


def assert_nothing_is_cut_off(popover: Popover) -> None:
    for widget in popover.findChildren(QWidget):
        if widget.isVisible() and isinstance(widget, QLabel | QAbstractButton):
            hint = widget.minimumSizeHint()
            needed = widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else hint.height()
            assert widget.height() >= needed, widget.text()
            assert widget.width() >= hint.width(), widget.text()
            assert popover.rect().contains(widget.mapTo(popover, widget.rect().bottomRight())), widget.text()


@pytest.mark.parametrize("text_scale", [1.0, 2.0])
@pytest.mark.parametrize("make", [full_snapshot, empty_snapshot, extreme_snapshot])
def test_nothing_is_cut_off(qtbot: QtBot, app: QApplication, make: Callable[[], Snapshot], text_scale: float) -> None:
    apply_look(app, "light", text_scale=text_scale)
    popover = opened(qtbot, make())
    popover.show_progress(Progress("Reading Claude Code", 0.4, "1,204 of 3,000 files"))
    app.processEvents()
    assert_nothing_is_cut_off(popover)


class LongLanguage(QTranslator):
    """A language in which everything takes half as much room again."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        # Signs such as "{number}M" and "{number} %" have the same length everywhere.
        if len(source) <= 10 and source.startswith("{number}"):
            return source
        return source + " äöüß" * (len(source) // 8 + 1)


@pytest.mark.parametrize("make", [full_snapshot, empty_snapshot, extreme_snapshot])
def test_nothing_is_cut_off_in_a_long_language(qtbot: QtBot, app: QApplication, make: Callable[[], Snapshot]) -> None:
    language = LongLanguage()
    app.installTranslator(language)
    try:
        popover = opened(qtbot, make())
        app.processEvents()
        assert "Details" not in seen(popover)
        assert_nothing_is_cut_off(popover)
    finally:
        app.removeTranslator(language)


def test_escape_closes(qtbot: QtBot) -> None:
    popover = opened(qtbot, full_snapshot())
    qtbot.keyClick(popover, Qt.Key.Key_Escape)
    assert not popover.isVisible()


def test_a_second_click_on_the_icon_closes(qtbot: QtBot) -> None:
    popover = opened(qtbot, full_snapshot())
    popover.show_at(QPoint(200, 10))
    assert not popover.isVisible()


def test_refreshing_does_not_open_it_nor_move_the_focus(qtbot: QtBot) -> None:
    popover = Popover()
    qtbot.addWidget(popover)
    popover.show_snapshot(full_snapshot())
    assert not popover.isVisible()
    popover.show_at(QPoint(200, 10))
    details = button(popover, "Details")
    details.setFocus()
    popover.show_snapshot(extreme_snapshot())
    assert popover.focusWidget() is details


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("Tag this session", "tag_wished"),
        ("Details", "details_wished"),
        ("Open TokenTray", "details_wished"),
        ("Settings", "settings_wished"),
    ],
)
def test_buttons_say_what_was_wished(qtbot: QtBot, name: str, signal: str) -> None:
    popover = opened(qtbot, full_snapshot())
    with qtbot.waitSignal(getattr(popover, signal)):
        button(popover, name).click()


def test_the_main_action_is_a_card_for_the_last_stretch(qtbot: QtBot) -> None:
    popover = opened(qtbot, full_snapshot())
    assert button(popover, "Tag this session").accessibleDescription() == "14:00 to 15:40, 1.2 M tokens, project alpha"
    full = full_snapshot()
    without = opened(qtbot, replace(full, today=replace(full.today, stretch="")))
    assert button(without, "Write a card").isVisible()


def test_f5_syncs(qtbot: QtBot) -> None:
    popover = opened(qtbot, full_snapshot())
    popover.activateWindow()
    qtbot.waitUntil(popover.isActiveWindow)
    with qtbot.waitSignal(popover.sync_wished):
        qtbot.keyClick(popover, Qt.Key.Key_F5)


def test_tab_reaches_every_button(qtbot: QtBot) -> None:
    popover = opened(qtbot, full_snapshot())
    reached = set()
    for _ in range(8):
        qtbot.keyClick(popover.focusWidget() or popover, Qt.Key.Key_Tab)
        reached.add(popover.focusWidget())
    buttons = {b for b in popover.findChildren(QAbstractButton) if b.isVisible()}
    assert len(buttons) == 4
    assert buttons <= reached


def test_progress_is_shown_while_it_lasts(qtbot: QtBot) -> None:
    popover = opened(qtbot, full_snapshot())
    popover.show_progress(Progress("Reading Claude Code", None, "1,204 files"))
    assert "Reading Claude Code · 1,204 files" in seen(popover)
    popover.show_progress(None)
    assert "Reading Claude Code · 1,204 files" not in seen(popover)


@pytest.mark.parametrize("make", [full_snapshot, extreme_snapshot])
def test_it_stands_on_the_screen(qtbot: QtBot, app: QApplication, make: Callable[[], Snapshot]) -> None:
    apply_look(app, "light", text_scale=1.8)
    popover = opened(qtbot, make())
    assert popover.screen().availableGeometry().contains(popover.geometry())


def test_dark_and_light_differ(qtbot: QtBot, app: QApplication) -> None:
    popover = opened(qtbot, full_snapshot())
    light = popover.grab().toImage()
    apply_look(app, "dark")
    app.processEvents()
    assert popover.grab().toImage().pixelColor(180, 20).name() == "#1b1e24"
    assert light.pixelColor(180, 20).name() == "#ffffff"
