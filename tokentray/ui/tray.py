"""The icon in the panel with its menu."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtGui import QAction, QCursor, QGuiApplication
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from tokentray.insights.snapshot import Level, Snapshot
from tokentray.settings.settings import Settings
from tokentray.ui import wording
from tokentray.ui.icon import tray_icon
from tokentray.ui.look import system_is_dark

UNTIL_TOMORROW = -1
RESUME = 0

_NOTHING = Level(None, "", "calm", False, False)
# Their panels are dark whatever the theme of the applications is.
_DARK_PANELS = {"GNOME", "Unity", "Pantheon", "X-Cinnamon"}


class Tray(QObject):
    """
    One icon in one panel. An icon made before its panel came stays unseen, so a late panel gets a new Tray.

    The menu has today's numbers in its first two lines: GNOME shows nothing but the menu.
    """

    popover_wished = Signal(QPoint)
    """The place of the click on the screen; (0, 0) where the desktop does not tell."""

    tag_wished = Signal()
    checkin_wished = Signal()
    window_wished = Signal()
    settings_wished = Signal()
    sync_wished = Signal()
    pause_wished = Signal(int)
    """For so many minutes, or UNTIL_TOMORROW, or RESUME."""

    quit_wished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = Settings()
        self._level = _NOTHING
        self._shown: tuple[str, Level, str] | None = None
        self.menu = self._make_menu()
        self.icon = QSystemTrayIcon(self)
        self.icon.setToolTip("TokenTray")
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._renew_icon)
        self._renew_icon()

    def show(self) -> None:
        self.icon.show()

    def hide(self) -> None:
        self.icon.hide()

    def take_settings(self, settings: Settings) -> None:
        self._settings = settings
        self._resume.setVisible(bool(settings.polling_paused_until))
        self._renew_icon()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Sets icon, tooltip and the menu's two lines; what has not changed is left alone."""
        self._level = snapshot.level
        self._renew_icon()
        tooltip = f"TokenTray\n{snapshot.sentence}" if snapshot.sentence else "TokenTray"
        if self.icon.toolTip() != tooltip:
            self.icon.setToolTip(tooltip)
        for line, text in ((self._today, today_line(snapshot)), (self._level_line, level_line(snapshot))):
            if line.text() != text:
                line.setText(text)
                line.setVisible(bool(text))

    @Slot()
    def _renew_icon(self) -> None:
        wanted = (self._settings.icon_style, self._level, foreground(self._settings.icon_foreground))
        if wanted != self._shown:
            self._shown = wanted
            self.icon.setIcon(tray_icon(*wanted))

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            # Only the old protocol, Windows and macOS know where the icon is.
            place = self.icon.geometry()
            self.popover_wished.emit(place.center() if place.isValid() else QCursor.pos())
        elif reason == QSystemTrayIcon.ActivationReason.MiddleClick:
            self.window_wished.emit()

    def _make_menu(self) -> QMenu:
        menu = QMenu()
        self._today, self._level_line = (self._line(menu) for _ in range(2))
        self._today.setText(self.tr("Nothing read yet"))
        self._today.setVisible(True)
        menu.addSeparator()
        menu.addAction(self.tr("Tag this session…")).triggered.connect(self.tag_wished)
        menu.addAction(self.tr("Check-in…")).triggered.connect(self.checkin_wished)
        menu.addAction(self.tr("Open TokenTray")).triggered.connect(self.window_wished)
        menu.addAction(self.tr("Sync now")).triggered.connect(self.sync_wished)
        pause = menu.addMenu(self.tr("Pause polling"))
        pause.addAction(self.tr("For one hour")).triggered.connect(lambda: self.pause_wished.emit(60))
        pause.addAction(self.tr("Until tomorrow")).triggered.connect(lambda: self.pause_wished.emit(UNTIL_TOMORROW))
        self._resume = pause.addAction(self.tr("Resume"))
        self._resume.triggered.connect(lambda: self.pause_wished.emit(RESUME))
        self._resume.setVisible(False)
        menu.addAction(self.tr("Settings…")).triggered.connect(self.settings_wished)
        menu.addSeparator()
        menu.addAction(self.tr("Quit")).triggered.connect(self.quit_wished)
        return menu

    def _line(self, menu: QMenu) -> QAction:
        line = menu.addAction("")
        line.setEnabled(False)
        line.setVisible(False)
        return line


def foreground(setting: str) -> str:
    """Whether the icon is to be light or dark; with "auto" by what is known of the panel, "either" if that is nothing."""
    if setting in ("light", "dark"):
        return setting
    desktops = set(os.environ.get("XDG_CURRENT_DESKTOP", "").split(":"))
    if desktops & _DARK_PANELS or system_is_dark():
        return "light"
    # On Linux a panel cannot be asked for its colour, and many are dark on a light desktop; KDE's follows the system's look.
    return "either" if sys.platform == "linux" and "KDE" not in desktops else "dark"


def today_line(snapshot: Snapshot) -> str:
    """Today: 1.24M tokens · $3.42"""
    today = snapshot.today
    parts = [wording.tokens_text(today.tokens.total)]
    if today.cost:
        parts.append(wording.moneys_text(today.cost))
    return wording.today_text(" · ".join(parts))


def level_line(snapshot: Snapshot) -> str:
    """Claude · 5-hour window: 62 %, with what is wrong; empty if there is nothing to show."""
    level = snapshot.level
    if level.refused:
        return wording.key_refused_somewhere()
    if level.fraction is None:
        return ""
    how_old = wording.age(snapshot.newest_at, snapshot.taken_at)
    return wording.as_of(level.what, how_old) if level.stale else level.what
