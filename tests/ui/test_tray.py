"""The tray's menu carries today's numbers, and each entry says what was wished."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from tests.ui.snapshots import empty_snapshot, extreme_snapshot, full_snapshot
from tokentray.settings.settings import Settings
from tokentray.ui.tray import RESUME, UNTIL_TOMORROW, Tray, foreground


def entries(tray: Tray) -> list[str]:
    return [action.text() for action in tray.menu.actions() if action.isVisible() and not action.isSeparator()]


def entry(tray: Tray, text: str) -> QAction:
    inside = [
        action for top in tray.menu.actions() for action in ([top] if top.menu() is None else top.menu().actions())
    ]
    return next(action for action in inside if action.text() == text)


def test_menu_before_anything_was_read() -> None:
    assert entries(Tray()) == [
        "Nothing read yet",
        "Tag this session…",
        "Check-in…",
        "Open TokenTray",
        "Sync now",
        "Pause polling",
        "Settings…",
        "Quit",
    ]


def test_menu_begins_with_two_lines_of_today() -> None:
    tray = Tray()
    tray.show_snapshot(full_snapshot())
    assert entries(tray)[:2] == ["Today: 1.24M tokens · $3.42", "Claude · 5-hour window: 62 %"]
    assert not tray.menu.actions()[0].isEnabled()


def test_nothing_found_has_no_second_line() -> None:
    tray = Tray()
    tray.show_snapshot(empty_snapshot())
    assert entries(tray)[:2] == ["Today: tokens unknown", "Tag this session…"]


def test_a_refused_key_and_a_stale_reading_are_said() -> None:
    tray = Tray()
    tray.show_snapshot(extreme_snapshot())
    assert entries(tray)[1] == "A key was refused: see Sources"
    snapshot = extreme_snapshot()
    tray.show_snapshot(replace(snapshot, level=replace(snapshot.level, refused=False, what="Claude: 100 %")))
    assert entries(tray)[1] == "Claude: 100 % (as of 26 h ago)"


def test_tooltip_is_the_name_and_the_sentence() -> None:
    tray = Tray()
    tray.show_snapshot(full_snapshot())
    assert tray.icon.toolTip() == (
        "TokenTray\n1.24M tokens today, 18 % below your usual Saturday; 62 % of the 5-hour window used."
    )


@pytest.mark.parametrize(
    ("text", "minutes"), [("For one hour", 60), ("Until tomorrow", UNTIL_TOMORROW), ("Resume", RESUME)]
)
def test_pausing(qtbot: QtBot, text: str, minutes: int) -> None:
    tray = Tray()
    with qtbot.waitSignal(tray.pause_wished) as wished:
        entry(tray, text).trigger()
    assert wished.args == [minutes]


def test_resume_is_offered_only_while_paused() -> None:
    tray = Tray()
    assert not entry(tray, "Resume").isVisible()
    tray.take_settings(Settings(polling_paused_until="2026-11-21T21:00:00+00:00"))
    assert entry(tray, "Resume").isVisible()


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Tag this session…", "tag_wished"),
        ("Check-in…", "checkin_wished"),
        ("Open TokenTray", "window_wished"),
        ("Sync now", "sync_wished"),
        ("Settings…", "settings_wished"),
        ("Quit", "quit_wished"),
    ],
)
def test_entries_say_what_was_wished(qtbot: QtBot, text: str, signal: str) -> None:
    tray = Tray()
    with qtbot.waitSignal(getattr(tray, signal)):
        entry(tray, text).trigger()


def test_a_left_click_wishes_the_popover(qtbot: QtBot) -> None:
    tray = Tray()
    with qtbot.waitSignal(tray.popover_wished):
        tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)


def test_the_icon_is_set_anew_only_when_it_changes() -> None:
    tray = Tray()
    tray.show_snapshot(full_snapshot())
    before = tray.icon.icon().cacheKey()
    tray.show_snapshot(replace(full_snapshot(), sentence="Another sentence."))
    assert tray.icon.icon().cacheKey() == before
    tray.take_settings(Settings(icon_style="number"))
    assert tray.icon.icon().cacheKey() != before


def test_foreground_setting_wins_over_what_is_guessed() -> None:
    assert (foreground("light"), foreground("dark")) == ("light", "dark")
