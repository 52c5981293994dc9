"""What was sent, how it is taken back, and the log of everything that ever left this machine for the team."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QMessageBox, QPushButton, QVBoxLayout, QWidget

from tokentray.insights.checkin import days_of_week
from tokentray.settings.settings import Settings
from tokentray.share.team_view import Sending, TeamFacts, TeamView
from tokentray.ui import wording
from tokentray.ui.card import Card, text_label
from tokentray.ui.flow import FlowLayout
from tokentray.ui.pages.sending_row import SendingRow
from tokentray.ui.pages.sending_words import moment_text, stories_of
from tokentray.ui.pages.team_log import TeamLog
from tokentray.ui.pages.withdraw_question import ask_withdrawal

WEEKS_SHOWN = 3


class TeamLeft(QWidget):
    """Withdrawing and leaving ask first."""

    withdraw_wished = Signal(object, bool)
    verify_wished = Signal()
    log_export_wished = Signal(str)
    leave_wished = Signal(bool)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._view: TeamView | None = None
        self._all_weeks = False
        self.weeks: dict[str, _Week] = {}
        self._make_sent()
        self._make_log()
        self._make_leaving()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        for card in (self.sent, self.left, self.leaving):
            column.addWidget(card)
        self.verify.clicked.connect(self.verify_wished)
        self.withdraw_all.clicked.connect(lambda: self._withdraw(self._withdrawable()))
        self.earlier.clicked.connect(self._show_all_weeks)
        self.export.clicked.connect(self.ask_file)
        self.leave.clicked.connect(self._ask_leave)

    def show_team(self, view: TeamView) -> None:
        """The sendings and the log as they are now."""
        self._view = view
        if view.team is None:
            return
        zone = self._settings.zone
        self._show_weeks(view.sendings, zone)
        self.no_sendings.setVisible(not view.sendings)
        self.verify.setVisible(any(one.state == "sent" or _was_held_back(one) for one in view.sendings))
        self.withdraw_all.setVisible(bool(self._withdrawable()))
        self.checked.setText(self._checked_words(view.team, zone))
        self.log.show_left(view.left, zone)
        self.log.setVisible(bool(view.left))
        self.no_log.setVisible(not view.left)
        self.export.setVisible(bool(view.left))
        more = view.left_count > len(view.left)
        words = self.tr("the last {shown} of {count}; the export has all of them")
        self.left.show_subtitle(
            words.format(shown=wording.exact_count(len(view.left)), count=wording.exact_count(view.left_count))
            if more
            else ""
        )

    def show_settings(self, settings: Settings) -> None:
        self._settings = settings
        if self._view is not None:
            self.show_team(self._view)

    def ask_file(self) -> None:
        """Asks where the whole log goes."""
        dialog = QFileDialog(self, self.tr("Export the log"), "tokentray-what-left.json", "JSON (*.json)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(self.log_export_wished)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # Made

    def _make_sent(self) -> None:
        tr = self.tr
        self.sent = Card(tr("What you shared"))
        self.verify = QPushButton(tr("Check with the public list"))
        self.withdraw_all = QPushButton(tr("Withdraw everything…"))
        self.no_sendings = text_label(
            tr("You have shared nothing yet. What waits and what was sent stands here, and can be taken back here."),
            "muted",
            wrap=True,
        )
        self.checked = text_label("", "muted", wrap=True)
        self.earlier = QPushButton(tr("Show earlier weeks"))
        self.earlier.setProperty("role", "link")
        self._weeks = QVBoxLayout()
        self._weeks.setSpacing(6)
        buttons = FlowLayout(gap=8)
        buttons.addWidget(self.verify)
        buttons.addWidget(self.withdraw_all)
        self.sent.body.addWidget(self.no_sendings)
        self.sent.body.addLayout(self._weeks)
        links = FlowLayout(gap=8)
        links.addWidget(self.earlier)
        self.sent.body.addLayout(links)
        self.sent.body.addLayout(buttons)
        self.sent.body.addWidget(self.checked)

    def _make_log(self) -> None:
        tr = self.tr
        self.left = Card(tr("Everything that ever left"))
        self.no_log = text_label(tr("Nothing has left this machine for the team."), "muted", wrap=True)
        self.log = TeamLog()
        self.export = QPushButton(tr("Export…"))
        buttons = FlowLayout(gap=8)
        buttons.addWidget(self.export)
        self.left.body.addWidget(
            text_label(
                tr("Each request to board and relay, also those that only ask; choose one to see what was in it."),
                "muted",
                wrap=True,
            )
        )
        for widget in (self.no_log, self.log):
            self.left.body.addWidget(widget)
        self.left.body.addSpacing(4)
        self.left.body.addLayout(buttons)

    def _make_leaving(self) -> None:
        tr = self.tr
        self.leaving = Card(tr("Leave the team"))
        self.leave = QPushButton(tr("Leave the team…"))
        self.leave.setProperty("role", "danger")
        buttons = FlowLayout(gap=8)
        buttons.addWidget(self.leave)
        self.leaving.body.addWidget(
            text_label(
                tr(
                    "What waits is cancelled, and the secrets and tokens on this machine are forgotten. What was sent stays on the "
                    "board: withdraw it first if it should not."
                ),
                wrap=True,
            )
        )
        self.leaving.body.addSpacing(4)
        self.leaving.body.addLayout(buttons)

    # Showing

    def _show_weeks(self, sendings: tuple[Sending, ...], zone: str) -> None:
        weeks = sorted({one.week for one in sendings}, reverse=True)
        shown = weeks if self._all_weeks else weeks[:WEEKS_SHOWN]
        for week in set(self.weeks) - set(shown):
            gone = self.weeks.pop(week)
            gone.hide()
            gone.deleteLater()
        for place, week in enumerate(shown):
            if week not in self.weeks:
                self.weeks[week] = made = _Week(week)
                made.withdraw_wished.connect(self._withdraw)
                self._weeks.insertWidget(place, made)
            self.weeks[week].show_sendings(tuple(one for one in sendings if one.week == week), zone)
        self.earlier.setVisible(len(shown) < len(weeks))

    def _show_all_weeks(self) -> None:
        self._all_weeks = True
        if self._view is not None:
            self.show_team(self._view)

    def _checked_words(self, team: TeamFacts, zone: str) -> str:
        if team.checked_at is None:
            return self.tr("The board's manifest has not been checked yet.")
        words = (
            self.tr("Board and relay last showed the same manifest on {moment}.")
            if team.relay
            else self.tr("The board last showed the manifest that you joined with on {moment}.")
        )
        return words.format(moment=moment_text(team.checked_at, zone))

    # Wishes

    def _withdrawable(self) -> tuple[Sending, ...]:
        return tuple(one for one in self._view.sendings if one.can_withdraw) if self._view is not None else ()

    def _withdraw(self, chosen: tuple[Sending, ...]) -> None:
        numbers = tuple(one.number for one in chosen)
        ask_withdrawal(self, chosen, lambda now: self.withdraw_wished.emit(numbers, now))

    def _ask_leave(self) -> None:
        if self._view is None or self._view.team is None:
            return
        tr, team = self.tr, self._view.team
        there = sum(one.op == "put" and one.state == "sent" and one.can_withdraw for one in self._view.sendings)
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(tr("Leave the team"))
        box.setText(tr("Leave {team}?").format(team=urlsplit(team.board).netloc or team.board))
        stays = (
            tr("{count} parts that you sent stay on the board and can be withdrawn no more from this machine.")
            if there
            else tr("Nothing that you sent is left on the board to withdraw.")
        )
        waiting = sum((one.op, one.state) == ("delete", "waiting") for one in self._view.sendings)
        first = tr(
            "{count} withdrawals still wait. They are sent first, all in one moment, so that whoever watches connections can see that they "
            "are one person’s. If you would rather have each leave at its own time, cancel, and leave the team afterwards."
        )
        if waiting == 1:
            first = tr(
                "One withdrawal still waits. It is sent first; if you would rather have it leave at its own time, cancel, and leave the "
                "team afterwards."
            )
        secrets = (
            tr("Secrets are taken out of the keyring.")
            if team.secrets_in_keyring
            else tr("The secrets are where you keep them; delete them there, too.")
        )
        again = tr("Coming back needs the invite and your recovery code.")
        box.setInformativeText(
            " ".join((stays.format(count=there), *([first.format(count=waiting)] if waiting else []), secrets, again))
        )
        forget = QCheckBox(tr("Forget the log of what left, too"))
        box.setCheckBox(forget)
        leave = box.addButton(tr("Leave"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.buttonClicked.connect(
            lambda button: self.leave_wished.emit(forget.isChecked()) if button is leave else None
        )
        box.finished.connect(box.deleteLater)
        box.open()


def _was_held_back(one: Sending) -> bool:
    """Whether it waited in a backup that was put back, so that only the public list tells whether it left."""
    return one.state == "cancelled" and bool(one.why) and not one.spent


class _Week(QWidget):
    """The sendings of one week, and all of them taken back by one link."""

    withdraw_wished = Signal(object)

    def __init__(self, week: str) -> None:
        super().__init__()
        self._sendings: tuple[Sending, ...] = ()
        title = wording.week_title(*days_of_week(week))
        self.rows: dict[int, SendingRow] = {}
        self.withdraw = QPushButton(self.tr("Withdraw all of this week…"))
        self.withdraw.setProperty("role", "link")
        self.withdraw.setAccessibleName(self.tr("Withdraw all of {week}").format(week=title))
        head = FlowLayout(gap=10)
        head.addWidget(text_label(title, "strong", wrap=True))
        head.addWidget(self.withdraw)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 4)
        self._column.setSpacing(0)
        self._column.addLayout(head)
        self.withdraw.clicked.connect(lambda: self.withdraw_wished.emit(self._withdrawable()))

    def show_sendings(self, sendings: tuple[Sending, ...], zone: str) -> None:
        self._sendings = sendings
        stories = stories_of(sendings)
        for number in set(self.rows) - {story.put.number for story in stories}:
            gone = self.rows.pop(number)
            gone.hide()
            gone.deleteLater()
        for story in stories:
            if story.put.number not in self.rows:
                self.rows[story.put.number] = row = SendingRow()
                row.withdraw_wished.connect(self._withdraw_one)
                self._column.addWidget(row)
            self.rows[story.put.number].show_story(story, zone)
        self.withdraw.setVisible(len(self._withdrawable()) > 1)

    def _withdrawable(self) -> tuple[Sending, ...]:
        return tuple(one for one in self._sendings if one.can_withdraw)

    def _withdraw_one(self, number: int) -> None:
        self.withdraw_wished.emit(tuple(one for one in self._sendings if one.number == number))
