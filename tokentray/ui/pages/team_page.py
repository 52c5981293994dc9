"""
Team: what of a week may leave, what colleagues tried, what was published, and what left.

Its parts are plain widgets in one scrolled column, so none of them scrolls by itself; each has `show_team(view)` and signals named as the
page's own. `TeamFeed`, `TeamBoard`, `TeamDigest` and `PapersView` are made without arguments.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from tokentray.core.clock import Clock
from tokentray.settings.settings import Settings
from tokentray.share.team_view import TeamFacts, TeamView
from tokentray.ui.card import text_label
from tokentray.ui.flow import FlowLayout, line_of_links
from tokentray.ui.page_frame import PageFrame
from tokentray.ui.pages.papers_view import PapersWindow, open_papers
from tokentray.ui.pages.team_board import TeamBoard
from tokentray.ui.pages.team_code import RecoveryCode
from tokentray.ui.pages.team_digest import TeamDigest
from tokentray.ui.pages.team_feed import TeamFeed
from tokentray.ui.pages.team_join import TeamJoin
from tokentray.ui.pages.team_left import TeamLeft
from tokentray.ui.pages.team_questions import LevelQuestion, PasswordQuestion
from tokentray.ui.pages.team_week import TeamWeek
from tokentray.ui.segments import Segments

PARTS: Final = ("week", "feed", "board", "left")
READING: Final = ("feed", "board")
"""Those that show what the board answers its readers."""


class TeamPage(QWidget):
    """Shows a `TeamView`; without a team how one is joined. What is being written stays when another view comes."""

    join_wished = Signal(str, str)
    """An invite, and a recovery code from another device or ""."""

    leave_wished = Signal(bool)
    """Whether the log of what left is forgotten, too."""

    share_wished = Signal(object)
    skip_wished = Signal(str, bool)
    withdraw_wished = Signal(object, bool)
    """The numbers of sendings as a tuple, and whether now."""

    verify_wished = Signal()
    refresh_wished = Signal()
    team_week_chosen = Signal(str)
    reproduced_noted = Signal(str, bool)
    still_true_answered = Signal(str, str)
    card_imported = Signal(str)
    digest_wished = Signal(object)
    webhook_given = Signal(str, str)
    log_export_wished = Signal(str)
    level_accepted = Signal()
    """The person agrees that level L1 holds instead of L2."""

    password_given = Signal(str)
    """What the board asks all its readers for."""

    card_wished = Signal(str)
    told = Signal(str)
    undoable = Signal(str, object)
    """What was just done in words, and a function that takes it back."""

    settings_changed = Signal(object, str)
    """The new settings, and what was changed in words."""

    def __init__(self, settings: Settings, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._view: TeamView | None = None
        self._joins_anew = False
        self.part = "week"
        self.join = TeamJoin()
        self.code = RecoveryCode()
        self.week = TeamWeek(settings)
        self.feed = TeamFeed()
        self.board = TeamBoard()
        self.digest = TeamDigest()
        self.digest.show_settings(settings)
        self.left = TeamLeft(settings)
        self._make_head()
        self._lay_out()
        self._connect()
        self._show_part()

    # Shown

    def show_team(self, view: TeamView) -> None:
        """The team as it is now."""
        before, self._view = self._view.team if self._view is not None else None, view
        if view.team is not None:
            self._show_facts(view.team)
            if before is None or before.season != view.team.season:
                self.join.forget()
                self._joins_anew = False
        self.week.show_team(view)
        self.feed.show_team(view)
        self.board.show_team(view)
        self.digest.show_team(view)
        self.left.show_team(view)
        self._show_part()

    def show_code(self, text: str) -> None:
        """The recovery code, until the person says that it is kept; it is shown this once."""
        self.code.show_code(text)
        self._show_part()

    def show_work(self, words: str) -> None:
        """What is under way, "" if nothing is; once a team is joined, the window's foot says it."""
        self.join.show_work(words)
        self.digest.show_work(words)

    def show_digest(self, text: str) -> None:
        """A digest that was wished for."""
        self.digest.show_digest(text)

    def show_join_problem(self, words: str) -> None:
        """Why joining did not work, beside the field."""
        self.join.show_problem(words)

    def show_settings(self, settings: Settings) -> None:
        self.week.show_settings(settings)
        self.digest.show_settings(settings)
        self.left.show_settings(settings)

    def show_part(self, part: str) -> None:
        """Goes to week, feed, board or left."""
        self.part = part
        self.parts.show_value(part)
        self._joins_anew = False
        self._name_join()
        self._show_part()
        self._scroll.verticalScrollBar().setValue(0)

    # Made

    def _make_head(self) -> None:
        tr = self.tr
        names = (tr("This week"), tr("Experiments"), tr("The week published"), tr("What left"))
        self.parts = Segments(tr("Part of the team's page"), list(zip(PARTS, names, strict=True)), wraps=True)
        self.facts = text_label("", "muted", wrap=True)
        self.level = QPushButton()
        self.level.setProperty("role", "chip")
        self.promise = text_label("", "muted", wrap=True)
        self.promise.hide()
        self._news = text_label("", wrap=True)
        self.join_anew = QPushButton()
        self.join_anew.setProperty("role", "link")
        self.news = QFrame()
        self.news.setProperty("role", "notice")
        column = QVBoxLayout(self.news)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(2)
        column.addWidget(self._news)
        column.addLayout(line_of_links(self.join_anew))
        self.falling = LevelQuestion()
        self.password = PasswordQuestion()
        self.papers = QPushButton(tr("What can and cannot be known"))
        self.papers.setProperty("role", "link")
        self.about = QWidget()
        line = FlowLayout(self.about, gap=10)
        for widget in (self.facts, self.level, self.papers):
            line.addWidget(widget)

    def _lay_out(self) -> None:
        frame = PageFrame(self, self.tr("Team"))
        frame.head.addWidget(self.parts)
        self._scroll = frame.scroll
        self._published = QWidget()
        column = QVBoxLayout(self._published)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addWidget(self.board)
        column.addWidget(self.digest)
        for widget in (
            self.about,
            self.promise,
            self.news,
            self.falling,
            self.password,
            self.join,
            self.code,
            *self._parts().values(),
        ):
            frame.body.addWidget(widget)
        frame.body.addStretch(1)
        self.parts.show_value(self.part)

    def _connect(self) -> None:
        self.parts.chosen.connect(lambda part: self.show_part(str(part)))
        self.level.clicked.connect(lambda: self.promise.setVisible(self.promise.isHidden()))
        self.join_anew.clicked.connect(self._join_anew)
        self.falling.accepted.connect(self.level_accepted)
        self.password.given.connect(self.password_given)
        self.join.join_wished.connect(self.join_wished)
        self.code.kept.connect(self._show_part)
        self.code.told.connect(self.told)
        week, left = self.week, self.left
        week.share_wished.connect(self.share_wished)
        week.skip_wished.connect(self.skip_wished)
        week.withdraw_wished.connect(self.withdraw_wished)
        week.team_week_chosen.connect(self.team_week_chosen)
        week.settings_changed.connect(self.settings_changed)
        week.card_wished.connect(self.card_wished)
        week.undoable.connect(self.undoable)
        feed = self.feed
        feed.reproduced_noted.connect(self.reproduced_noted)
        feed.still_true_answered.connect(self.still_true_answered)
        feed.card_imported.connect(self.card_imported)
        feed.card_wished.connect(self.card_wished)
        feed.refresh_wished.connect(self.refresh_wished)
        self.board.refresh_wished.connect(self.refresh_wished)
        self.board.told.connect(self.told)
        self.digest.digest_wished.connect(self.digest_wished)
        self.digest.webhook_given.connect(self.webhook_given)
        self.digest.told.connect(self.told)
        self.papers.clicked.connect(self._open_papers)
        self.join.papers.clicked.connect(self._open_papers)
        left.withdraw_wished.connect(self.withdraw_wished)
        left.verify_wished.connect(self.verify_wished)
        left.log_export_wished.connect(self.log_export_wished)
        left.leave_wished.connect(self.leave_wished)

    # Showing

    def _parts(self) -> dict[str, QWidget]:
        return {"week": self.week, "feed": self.feed, "board": self._published, "left": self.left}

    def _show_part(self) -> None:
        asks_for_code = self.code.is_asking
        team = self._view.team if self._view is not None else None
        joined = team is not None and not asks_for_code
        self.code.setVisible(asks_for_code)
        self.join.setVisible(self._view is not None and (team is None or self._joins_anew) and not asks_for_code)
        self.news.setVisible(joined and bool(self._news.text()))
        self.falling.setVisible(joined and team is not None and team.fell)
        asks_password = team is not None and team.asks_password and self.part in READING
        self.password.setVisible(joined and asks_password and not self._joins_anew)
        self.parts.setVisible(joined)
        self.about.setVisible(joined)
        self.promise.setVisible(joined and not self.promise.isHidden())
        for name, widget in self._parts().items():
            widget.setVisible(joined and name == self.part and not self._joins_anew)

    def _show_facts(self, team: TeamFacts) -> None:
        host = urlsplit(team.board).netloc or team.board
        self.facts.setText(self.tr("{team} · season {season}").format(team=host, season=team.season))
        self.level.setText(self.tr("Level {level}").format(level=team.level))
        self.level.setToolTip(team.promise)
        self.level.setAccessibleDescription(team.promise)
        self.promise.setText(team.promise)
        self.password.show_kept(kept=team.password_kept)
        self._news.setText(team.news)
        self.news.setAccessibleName(team.news)
        self._name_join()

    def _open_papers(self) -> None:
        if (shown := self.findChild(PapersWindow)) is None:
            open_papers(self)
        else:
            shown.raise_()
            shown.activateWindow()

    def _join_anew(self) -> None:
        self._joins_anew = not self._joins_anew
        self._name_join()
        self._show_part()

    def _name_join(self) -> None:
        words = self.tr("Join it later") if self._joins_anew else self.tr("I have an invite to the new season")
        self.join_anew.setText(words)
