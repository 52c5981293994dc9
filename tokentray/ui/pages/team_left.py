"""What was sent, how it is taken back, and the log of everything that ever left this machine for the team."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tokentray.settings.settings import Settings
from tokentray.share.team_view import TeamView


class TeamLeft(QWidget):
    """Withdrawing and leaving ask first."""

    withdraw_wished = Signal(object, bool)
    verify_wished = Signal()
    log_export_wished = Signal(str)
    leave_wished = Signal(bool)
    told = Signal(str)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    def show_team(self, view: TeamView) -> None:
        """The sendings and the log as they are now."""

    def show_settings(self, settings: Settings) -> None:
        self._settings = settings
