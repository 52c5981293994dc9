"""What of a week may leave: each part with its switch, its words and its bytes, before anything is sent."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tokentray.settings.settings import Settings
from tokentray.share.team_view import TeamView


class TeamWeek(QWidget):
    """Nothing is on that nobody switched on."""

    share_wished = Signal(object)
    skip_wished = Signal(str, bool)
    withdraw_wished = Signal(object, bool)
    team_week_chosen = Signal(str)
    settings_changed = Signal(object, str)
    card_wished = Signal(str)
    undoable = Signal(str, object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    def show_team(self, view: TeamView) -> None:
        """The chosen week as it is now; what is being written stays."""

    def show_settings(self, settings: Settings) -> None:
        self._settings = settings
