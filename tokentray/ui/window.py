"""The window: a sidebar, one page at a time, what is under way, and the last step back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial

from PySide6.QtCore import QByteArray, QEvent, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from tokentray.core.clock import Clock
from tokentray.core.journal import Card, Edit
from tokentray.insights.checkin import CheckInDraft
from tokentray.insights.journal import JournalView
from tokentray.insights.snapshot import Progress, Snapshot
from tokentray.settings.new_account import AccountTested
from tokentray.settings.settings import Settings
from tokentray.share.team_view import TeamView
from tokentray.ui import wording
from tokentray.ui.finder import Finder, Target
from tokentray.ui.look import pixels
from tokentray.ui.pages.checkin_page import CheckInPage
from tokentray.ui.pages.journal_page import JournalPage
from tokentray.ui.pages.journal_rows import title_of
from tokentray.ui.pages.overview_page import OverviewPage
from tokentray.ui.pages.settings_page import SettingsPage
from tokentray.ui.pages.sources_page import SourcesPage
from tokentray.ui.pages.team_page import TeamPage
from tokentray.ui.pages.trends_page import TrendsPage
from tokentray.ui.progress_line import ProgressLine
from tokentray.ui.sidebar import Sidebar
from tokentray.ui.undo_bar import UndoBar

FRESHNESS_EVERY_MS = 20_000

Page = OverviewPage | TrendsPage | JournalPage | CheckInPage | TeamPage | SourcesPage | SettingsPage


class Window(QMainWindow):
    """
    Shows snapshots and says what is wished; a page is built when it is first shown, and only the visible one is painted anew.

    `window_placed` carries text for `Settings.window` whenever the window is hidden; `placed` is that text from last time.
    """

    trend_chosen = Signal(object)
    days_chosen = Signal(int)
    account_added = Signal(object)
    account_tested = Signal(str)
    account_paused = Signal(str, bool)
    account_removed = Signal(str)
    settings_changed = Signal(object)
    backup_wished = Signal(str)
    restore_wished = Signal(str)
    export_wished = Signal(str, str)
    sync_wished = Signal()
    stop_wished = Signal()
    window_placed = Signal(str)
    journal_shown = Signal(bool)
    checkin_shown = Signal(bool)
    team_shown = Signal(bool)
    """Whether that page is before somebody's eyes from now on."""

    card_edited = Signal(object)
    card_removed = Signal(str)
    card_restored = Signal(object)
    card_opened = Signal(str)
    tag_coloured = Signal(str, int)
    journal_chosen = Signal(object)
    work_split = Signal(str, object)
    work_joined = Signal(str, str)
    work_undone = Signal()
    search_saved = Signal(str, str)
    search_forgotten = Signal(str)
    retry_answered = Signal(str, bool)
    week_chosen = Signal(str)
    checkin_edited = Signal(object)

    join_wished = Signal(str, str)
    leave_wished = Signal(bool)
    share_wished = Signal(object)
    skip_wished = Signal(str, bool)
    withdraw_wished = Signal(object, bool)
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
    password_given = Signal(str)
    team_stop_wished = Signal()

    def __init__(self, settings: Settings, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("TokenTray")
        self._settings = settings
        self._clock = clock
        self._snapshot: Snapshot | None = None
        self._journal_view: JournalView | None = None
        self._draft: CheckInDraft | None = None
        self._team_view: TeamView | None = None
        self._progress: Progress | None = None
        self._team_work = ""
        self._pages: dict[str, Page] = {}
        self._titles = {
            "overview": self.tr("Overview"),
            "trends": self.tr("Trends"),
            "journal": self.tr("Journal"),
            "checkin": self.tr("Check-in"),
            "team": self.tr("Team"),
            "sources": self.tr("Sources"),
            "settings": self.tr("Settings"),
        }
        self.page = "overview"
        self._seen = ""
        self._finder: Finder | None = None
        self.sidebar = Sidebar(list(self._titles.items()))
        self.stack = QStackedWidget()
        self.progress = ProgressLine()
        self.undo = UndoBar()
        self._timer = QTimer(self)
        self._timer.setInterval(FRESHNESS_EVERY_MS)
        self._timer.timeout.connect(self._show_freshness)
        self._lay_out()
        self._connect()
        self._place()
        self.show_page(self.page)

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Shows the moment on the visible page; the others get it when they are shown."""
        self._snapshot = snapshot
        self.sidebar.show_sample(sample=snapshot.sample)
        if self.isVisible():
            self._refresh_page()

    @Slot(object)
    def show_journal(self, view: JournalView) -> None:
        """Shows the journal as it is now, on its page when that is seen."""
        self._journal_view = view
        if self._finder is not None:
            self._finder.show_targets(self._targets())
            if self._seen != "journal":
                self.journal_shown.emit(False)
        page = self._pages.get("journal")
        if isinstance(page, JournalPage) and self.isVisible() and self.page == "journal":
            page.show_journal(view)

    @Slot(object)
    def show_checkin(self, draft: CheckInDraft) -> None:
        """Shows a week's check-in, on its page when that is seen."""
        self._draft = draft
        page = self._pages.get("checkin")
        if isinstance(page, CheckInPage) and self.isVisible() and self.page == "checkin":
            page.show_checkin(draft)

    @Slot(object)
    def show_saved(self, card: Card) -> None:
        """Says on the open card that the history has it."""
        page = self._pages.get("journal")
        if isinstance(page, JournalPage):
            page.show_saved(card)

    @Slot(str, object)
    def show_edits(self, card_id: str, edits: tuple[Edit, ...]) -> None:
        """Shows the earlier texts of the card that was opened."""
        page = self._pages.get("journal")
        if isinstance(page, JournalPage):
            page.show_edits(card_id, edits)

    @Slot(object)
    def show_team(self, view: TeamView) -> None:
        """Shows the team as it is now, on its page when that is seen."""
        self._team_view = view
        page = self._pages.get("team")
        if isinstance(page, TeamPage) and self.isVisible() and self.page == "team":
            page.show_team(view)

    @Slot(str)
    def show_code(self, text: str) -> None:
        """Shows a new recovery code, this once; the page of those who joined is there."""
        page = self._pages.get("team")
        if isinstance(page, TeamPage):
            page.show_code(text)

    @Slot(str)
    def show_digest(self, text: str) -> None:
        page = self._pages.get("team")
        if isinstance(page, TeamPage):
            page.show_digest(text)

    @Slot(str)
    def show_join_problem(self, words: str) -> None:
        page = self._pages.get("team")
        if isinstance(page, TeamPage):
            page.show_join_problem(words)

    @Slot(str)
    def show_team_work(self, words: str) -> None:
        """What is done for the team at this moment, "" if nothing is; at the foot it can be stopped from every page."""
        self._team_work = words
        page = self._pages.get("team")
        if isinstance(page, TeamPage):
            page.show_work(words)
        self._show_progress()

    @Slot(object)
    def show_progress(self, progress: Progress | None) -> None:
        self._progress = progress
        self._show_progress()

    @Slot(object)
    def show_settings(self, settings: Settings) -> None:
        """Shows settings that were changed, here or elsewhere."""
        self._settings = settings
        for page in self._pages.values():
            if isinstance(page, (OverviewPage, TrendsPage, CheckInPage, TeamPage, SettingsPage)):
                page.show_settings(settings)

    @Slot(object)
    def show_tested(self, tested: AccountTested) -> None:
        """Shows what testing an account gave, on Sources."""
        self._sources().show_tested(tested)

    @Slot(str)
    def tell(self, sentence: str) -> None:
        """Says something at the foot of the window until it is closed."""
        self.undo.offer(sentence, None)

    @Slot(str)
    def show_page(self, name: str) -> None:
        """Goes to overview, trends, journal, checkin, team, sources or settings."""
        if name not in self._titles:
            return
        self.page = name
        if self.stack.isAncestorOf(self.focusWidget() or self):
            # Else hiding the page would give the focus to whatever field comes next.
            self.stack.setFocus()
        self.stack.setCurrentWidget(self._page(name))
        self.sidebar.show_page(name)
        self.setWindowTitle(self.tr("{page} – TokenTray").format(page=self._titles[name]))
        self._refresh_page()
        self._tell_what_is_seen(self.isVisible())

    @Slot(str)
    def show_card(self, card_id: str) -> None:
        """Opens a card on the Journal, if it stands there."""
        self._journal().show_card(card_id)

    @Slot(str)
    def share_week(self, week: str) -> None:
        """Opens Team at what of that week could leave; "": at this week."""
        self._team().show_part("week")
        self.team_week_chosen.emit(week)

    def search(self) -> Finder:
        """Opens the search over cards, tags, models, projects, accounts, pages and actions."""
        finder = Finder(self._targets(), self)
        finder.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        finder.found.connect(self._go_to)
        finder.finished.connect(self._forget_finder)
        width = min(pixels(520), self.width() - 40)
        finder.resize(width, finder.sizeHint().height())
        finder.move(self.mapToGlobal(QPoint((self.width() - width) // 2, self.height() // 8)))
        finder.show()
        finder.field.setFocus()
        self._finder = finder
        if self._seen != "journal":
            # Its cards and tags are found, too; asked for once.
            self.journal_shown.emit(True)
        return finder

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh_page()
        self._tell_what_is_seen(True)
        self._timer.start()
        # Nothing is marked before the person uses the keyboard; Tab goes to the first page's button.
        self.stack.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
        self._tell_what_is_seen(False)
        self.window_placed.emit(self._placement())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The foot takes room only while something stands there."""
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            empty = self.progress.isHidden() and self.undo.isHidden()
            self._foot.setContentsMargins(25, 0 if empty else 8, 24, 0 if empty else 14)
        return super().eventFilter(watched, event)

    def closeEvent(self, event: QCloseEvent) -> None:
        # When the program ends it goes in any case: only a person who closes it is asked.
        if event.spontaneous() and self._keeps_code():
            event.ignore()
        else:
            super().closeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if not self._keeps_code():
                self.close()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "sidebar"):
            self.sidebar.follow_look()

    def _lay_out(self) -> None:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stack, 1)
        self._foot = QVBoxLayout()
        self._foot.setContentsMargins(25, 0, 24, 0)
        self._foot.setSpacing(8)
        for widget in (self.progress, self.undo):
            self._foot.addWidget(widget)
            widget.installEventFilter(self)
        column.addLayout(self._foot)
        centre = QWidget()
        row = QHBoxLayout(centre)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(right, 1)
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        self.sidebar.page_chosen.connect(self.show_page)
        self.sidebar.search_wished.connect(self.search)
        self.progress.stop_wished.connect(self._stop)
        for index, name in enumerate(self._titles):
            self._shortcut(f"Ctrl+{index + 1}", partial(self.show_page, name))
        self._shortcut("Ctrl+K", self.search)
        self._shortcut("F5", self.sync_wished.emit)
        self._shortcut("Ctrl+Z", self.undo.take_back)

    def _shortcut(self, keys: str, take: Callable[[], object]) -> None:
        QShortcut(QKeySequence(keys), self).activated.connect(lambda: take())

    def _place(self) -> None:
        """Where it was last time, or the design's size."""
        self.setMinimumSize(900, 600)
        self.resize(max(1180, min(pixels(1180), 1600)), max(760, min(pixels(760), 1000)))
        try:
            placed = json.loads(self._settings.window or "{}")
            geometry, page = str(placed.get("geometry", "")), placed.get("page", self.page)
        except (ValueError, AttributeError):
            return
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
        self.page = page if page in self._titles else self.page

    def _placement(self) -> str:
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        return json.dumps({"page": self.page, "geometry": geometry})

    def _page(self, name: str) -> QWidget:
        if name not in self._pages:
            makers: dict[str, Callable[[], Page]] = {
                "overview": self._make_overview,
                "trends": self._make_trends,
                "journal": self._make_journal,
                "checkin": self._make_checkin,
                "team": self._make_team,
                "sources": self._make_sources,
                "settings": self._make_settings,
            }
            page = makers[name]()
            self._pages[name] = page
            self.stack.addWidget(page)
        return self._pages[name]

    def _make_overview(self) -> OverviewPage:
        page = OverviewPage(self._settings)
        page.days_chosen.connect(self.days_chosen)
        page.model_chosen.connect(lambda model: self._show_trend_of("model", model))
        page.page_wished.connect(self.show_page)
        page.add_wished.connect(self._add_source)
        page.polling_answered.connect(self._answer_polling)
        page.told.connect(self.tell)
        return page

    def _make_trends(self) -> TrendsPage:
        page = TrendsPage(self._settings)
        page.trend_chosen.connect(self.trend_chosen)
        page.told.connect(self.tell)
        return page

    def _make_journal(self) -> JournalPage:
        page = JournalPage(self._clock)
        page.card_edited.connect(self.card_edited)
        page.card_removed.connect(self.card_removed)
        page.card_restored.connect(self.card_restored)
        page.card_opened.connect(self.card_opened)
        page.tag_coloured.connect(self.tag_coloured)
        page.journal_chosen.connect(self.journal_chosen)
        page.work_split.connect(self.work_split)
        page.work_joined.connect(self.work_joined)
        page.work_undone.connect(self.work_undone)
        page.search_saved.connect(self.search_saved)
        page.search_forgotten.connect(self.search_forgotten)
        page.retry_answered.connect(self.retry_answered)
        page.undoable.connect(self.undo.offer)
        return page

    def _make_checkin(self) -> CheckInPage:
        page = CheckInPage(self._settings, self._clock)
        page.week_chosen.connect(self.week_chosen)
        page.checkin_edited.connect(self.checkin_edited)
        page.card_edited.connect(self.card_edited)
        page.card_wished.connect(self.show_card)
        page.share_wished.connect(self.share_week)
        page.told.connect(self.tell)
        page.undoable.connect(self.undo.offer)
        return page

    def _make_team(self) -> TeamPage:
        page = TeamPage(self._settings, self._clock)
        page.join_wished.connect(self.join_wished)
        page.leave_wished.connect(self.leave_wished)
        page.share_wished.connect(self.share_wished)
        page.skip_wished.connect(self.skip_wished)
        page.withdraw_wished.connect(self.withdraw_wished)
        page.verify_wished.connect(self.verify_wished)
        page.refresh_wished.connect(self.refresh_wished)
        page.team_week_chosen.connect(self.team_week_chosen)
        page.reproduced_noted.connect(self.reproduced_noted)
        page.still_true_answered.connect(self.still_true_answered)
        page.card_imported.connect(self.card_imported)
        page.digest_wished.connect(self.digest_wished)
        page.webhook_given.connect(self.webhook_given)
        page.log_export_wished.connect(self.log_export_wished)
        page.level_accepted.connect(self.level_accepted)
        page.password_given.connect(self.password_given)
        page.settings_changed.connect(self._change_settings)
        page.card_wished.connect(self.show_card)
        page.told.connect(self.tell)
        page.undoable.connect(self.undo.offer)
        page.show_work(self._team_work)
        return page

    def _make_sources(self) -> SourcesPage:
        page = SourcesPage()
        page.account_added.connect(self.account_added)
        page.account_tested.connect(self.account_tested)
        page.account_paused.connect(self._pause_account)
        page.account_removed.connect(self._remove_account)
        return page

    def _make_settings(self) -> SettingsPage:
        page = SettingsPage(self._settings)
        page.settings_changed.connect(self._change_settings)
        page.backup_wished.connect(self.backup_wished)
        page.restore_wished.connect(self.restore_wished)
        page.export_wished.connect(self.export_wished)
        return page

    def _sources(self) -> SourcesPage:
        page = self._page("sources")
        assert isinstance(page, SourcesPage)  # noqa: S101 - for mypy
        return page

    def _refresh_page(self) -> None:
        self._show_freshness()
        page = self._pages[self.page]
        if not self.isVisible():
            return
        if isinstance(page, JournalPage):
            if self._journal_view is not None:
                page.show_journal(self._journal_view)
        elif isinstance(page, CheckInPage):
            if self._draft is not None:
                page.show_checkin(self._draft)
        elif isinstance(page, TeamPage):
            if self._team_view is not None:
                page.show_team(self._team_view)
        elif self._snapshot is not None:
            page.show_snapshot(self._snapshot)

    def _forget_finder(self) -> None:
        if self.sender() is self._finder:
            self._finder = None
        if self._seen != "journal":
            self.journal_shown.emit(False)

    def _tell_what_is_seen(self, visible: bool) -> None:
        before, self._seen = self._seen, self.page if visible else ""
        told = (("journal", self.journal_shown), ("checkin", self.checkin_shown), ("team", self.team_shown))
        for page, shown in told:
            if before != self._seen and page in (before, self._seen):
                shown.emit(self._seen == page)

    def _keeps_code(self) -> bool:
        """Whether a recovery code stands there that would be lost with the window; then says so."""
        page = self._pages.get("team")
        if not isinstance(page, TeamPage) or not page.code.is_asking:
            return False
        self.show_page("team")
        self.tell(self.tr("Your recovery code is shown this once: keep it, say so, and then close the window."))
        return True

    def _show_progress(self) -> None:
        self.progress.show_progress(Progress(self._team_work, None) if self._team_work else self._progress)

    def _stop(self) -> None:
        """What is shown at the foot, and nothing else."""
        (self.team_stop_wished if self._team_work else self.stop_wished).emit()

    def _show_freshness(self) -> None:
        newest = self._snapshot.newest_at if self._snapshot is not None else None
        self.sidebar.show_fresh(wording.updated(newest, self._clock.now()))

    def _change_settings(self, settings: Settings, said: str) -> None:
        before = {
            field.name: getattr(self._settings, field.name)
            for field in fields(Settings)
            if getattr(self._settings, field.name) != getattr(settings, field.name)
        }
        self._take_settings(settings)
        self.undo.offer(said, lambda: self._take_settings(replace(self._settings, **before)))

    def _take_settings(self, settings: Settings) -> None:
        self.show_settings(settings)
        self.settings_changed.emit(settings)

    def _answer_polling(self, allowed: bool) -> None:
        said = self.tr("Providers will be asked.") if allowed else self.tr("Nothing will be polled.")
        self._change_settings(replace(self._settings, polling_allowed=allowed, welcomed=True), said)

    def _pause_account(self, account: str, paused: bool) -> None:
        self.account_paused.emit(account, paused)
        words = self.tr("{account} is paused.") if paused else self.tr("{account} is read again.")
        self.undo.offer(words.format(account=account), lambda: self.account_paused.emit(account, not paused))

    def _remove_account(self, account: str) -> None:
        self.account_removed.emit(account)
        words = self.tr("{account} was removed. What it told so far stays in your history.").format(account=account)
        source, _, label = account.partition("/")
        self.undo.offer(words, lambda: self._sources().open_dialog(source, label), self.tr("Add it again…"))

    def _add_source(self) -> None:
        self.show_page("sources")
        self._sources().open_dialog()

    def _show_trend_of(self, key: str, value: str) -> None:
        self.show_page("trends")
        page = self._page("trends")
        if isinstance(page, TrendsPage):
            page.filter_by(key, value)

    def _journal(self) -> JournalPage:
        self.show_page("journal")
        page = self._page("journal")
        assert isinstance(page, JournalPage)  # noqa: S101 - for mypy
        return page

    def _team(self) -> TeamPage:
        self.show_page("team")
        page = self._page("team")
        assert isinstance(page, TeamPage)  # noqa: S101 - for mypy
        return page

    def _targets(self) -> list[Target]:
        page, action = self.tr("page"), self.tr("action")
        targets = [Target("page", name, title, page) for name, title in self._titles.items()]
        targets += [Target("action", name, title, action) for name, title, _ in self._actions()]
        if self._snapshot is not None:
            kinds = {"model": self.tr("model"), "project": self.tr("project")}
            known = dict.fromkeys((*self._snapshot.names, *(("model", s.name) for s in self._snapshot.overview.series)))
            targets += [Target(key, name, name, kinds[key]) for key, name in known if key in kinds]
            account = self.tr("account")
            targets += [Target("account", row.account, row.account, account) for row in self._snapshot.accounts]
        return targets + self._journal_targets()

    def _journal_targets(self) -> list[Target]:
        view = self._journal_view
        if view is None:
            return []
        card, tag = self.tr("card"), self.tr("tag")
        cards = [row.card for day in view.days for row in day.cards]
        return [
            *(Target("tag", row.name, row.name, tag) for row in view.tags),
            *(Target("card", one.id, title_of(one), card) for one in cards),
        ]

    def _actions(self) -> list[tuple[str, str, Callable[[], object]]]:
        return [
            ("sync", self.tr("Sync now"), self.sync_wished.emit),
            ("card", self.tr("New card"), lambda: self._journal().new_card()),
            ("add", self.tr("Add a source"), self._add_source),
            *self._team_actions(),
            ("export-csv", self.tr("Export the history as CSV"), lambda: self._settings_page().ask_export("csv")),
            ("export-json", self.tr("Export the history as JSON"), lambda: self._settings_page().ask_export("json")),
            ("backup", self.tr("Back up the history"), lambda: self._settings_page().ask_backup()),
            ("restore", self.tr("Restore a backup"), lambda: self._settings_page().ask_restore()),
        ]

    def _team_actions(self) -> list[tuple[str, str, Callable[[], object]]]:
        """Who belongs to a team shares; who does not, joins one. Before the page was shown nobody knows: then it offers both."""
        joined = None if self._team_view is None else self._team_view.team is not None
        share = ("share", self.tr("Share this week…"), lambda: self.share_week(""))
        join = ("join", self.tr("Join a team"), lambda: self._team().show_part("week"))
        return [*([share] if joined is not False else []), *([join] if not joined else [])]

    def _settings_page(self) -> SettingsPage:
        self.show_page("settings")
        page = self._page("settings")
        assert isinstance(page, SettingsPage)  # noqa: S101 - for mypy
        return page

    def _go_to(self, target: Target) -> None:
        if target.kind == "page":
            self.show_page(target.value)
        elif target.kind == "action":
            next(take for name, _, take in self._actions() if name == target.value)()
        elif target.kind == "card":
            self.show_card(target.value)
        elif target.kind == "tag":
            self._journal().search_for(f"tag:{target.value}")
        elif target.kind == "account":
            self.show_page("sources")
            self._sources().show_account(target.value)
        else:
            self._show_trend_of(target.kind, target.value)
