"""
A notification on the desktop.

On Linux it goes to org.freedesktop.Notifications by our own hand: Qt's QSystemTrayIcon.showMessage sends fields of the wrong type
(mako refuses the call, GNOME shows no banner), and sends nothing at all where there is no tray. QtDBus cannot do it, because it makes
every number an int32. Elsewhere the tray icon's own message is shown.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, QTimeZone
from PySide6.QtWidgets import QSystemTrayIcon

from tokentray.insights.alerts import Alert
from tokentray.ui import wording

if TYPE_CHECKING:
    from tokentray.insights.nudge import Nudge

APP = "TokenTray"
DESKTOP_ENTRY = "org.tokentray.Desktop"
URGENCY_NORMAL = 1
AS_LONG_AS_USUAL = -1


def show_notice(title: str, text: str, tray: QSystemTrayIcon | None) -> bool:
    """Whether somebody could be told; never raises, and does not wait for the notification daemon."""
    if sys.platform == "linux":
        return _send(title, text)
    if tray is None or not tray.supportsMessages():
        return False
    tray.showMessage(title, text)
    return True


def alert_title(alert: Alert) -> str:
    """Such as "Claude Code: 91 % of the 5-hour window used"."""
    if alert.kind == "key":
        return _tr("{title}: the key was refused").format(title=alert.title)
    return _tr("{title}: {percent} % used").format(title=alert.title, percent=alert.percent)


def alert_text(alert: Alert) -> str:
    """What it means, and what to do."""
    if alert.kind == "key":
        return alert.message or _tr("Give another key under Sources.")
    if alert.kind == "budget":
        return _tr("Overview shows what it went to; the budget itself is under Settings.")
    if alert.lasts_until is not None:
        return _tr("At this pace it lasts until {time}.").format(time=_clock_time(alert.lasts_until.timestamp()))
    if alert.resets_at is not None:
        return _tr("It begins anew at {time}.").format(time=_clock_time(alert.resets_at.timestamp()))
    return _tr("Overview shows what it went to.")


def nudge_title(nudge: Nudge) -> str:
    """Such as "2 h 10 min on alpha: what was it for?"."""
    if nudge.session is None:
        return _tr("Time for this week’s check-in")
    time = wording.minutes_text(round((nudge.session.end - nudge.session.start).total_seconds() / 60))
    if nudge.session.project is None:
        return _tr("{time} of work: what was it for?").format(time=time)
    return _tr("{time} on {project}: what was it for?").format(
        time=time, project=wording.project_words(nudge.session.project)
    )


def nudge_text(nudge: Nudge) -> str:
    """How to answer it, and how to hear no more of it."""
    if nudge.session is None:
        return _tr("It is drafted from your cards, and takes five minutes: Check-in, in the icon’s menu.")
    return _tr("A card takes half a minute: Tag this session, in the icon’s menu. Settings has the switch for this.")


def no_tray_text() -> str:
    """Said once, in the window that opens instead."""
    return _tr(
        "This desktop has no tray for TokenTray's icon, so the window opened. GNOME shows icons with its AppIndicator "
        "extension. TokenTray goes on without an icon, too: starting it again brings this window back."
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("Notice", text)


def _clock_time(seconds: float) -> str:
    instant = QDateTime.fromSecsSinceEpoch(int(seconds), QTimeZone.systemTimeZone())
    return QLocale().toString(instant, QLocale.FormatType.ShortFormat)


def _send(title: str, text: str) -> bool:
    # 10 to 25 ms, at the first notification only.
    from jeepney import DBusAddress, MessageFlag, new_method_call  # type: ignore[import-untyped]
    from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]

    daemon = DBusAddress(
        "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "org.freedesktop.Notifications"
    )
    hints = {"urgency": ("y", URGENCY_NORMAL), "desktop-entry": ("s", DESKTOP_ENTRY)}
    actions: list[str] = []
    body = (APP, 0, "tokentray-desktop", title, text, actions, hints, AS_LONG_AS_USUAL)
    message = new_method_call(daemon, "Notify", "susssasa{sv}i", body)
    message.header.flags |= MessageFlag.no_reply_expected
    try:
        with open_dbus_connection("SESSION") as bus:
            bus.send(message)
    except (OSError, KeyError, ValueError, RuntimeError):  # no session bus, or not one we can speak with
        return False
    return True
