"""The wiring diagram: makes every part and connects it."""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QPoint, QSocketNotifier, Qt, QThread, QTimer, Signal, Slot
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from tokentray import paths
from tokentray.core.clock import clock_of
from tokentray.ui.one_instance import SHOW, OneInstance, tell_the_first

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory
    from types import TracebackType

    from tokentray.core.journal import Card
    from tokentray.engine import Engine
    from tokentray.insights.alerts import Alert
    from tokentray.insights.journal import JournalView, Proposal
    from tokentray.insights.nudge import Nudge
    from tokentray.insights.snapshot import Progress, Snapshot
    from tokentray.journal_desk import JournalDesk
    from tokentray.settings.settings import Settings
    from tokentray.share_runs import ShareRuns
    from tokentray.team_desk import TeamDesk
    from tokentray.ui.popover import Popover
    from tokentray.ui.quick_card import QuickCard
    from tokentray.ui.tray import Tray
    from tokentray.ui.window import Window

NO_TRAY_AFTER_MS = 10_000
LOOK_FOR_TRAY_MS = 1_000
LOOK_SELDOM_MS = 20_000
LOOK_OFTEN_FOR = 60
STOP_WITHIN_MS = 1_900
TRIM_AFTER_MS = 1_000


def run_tray(*, sample: bool = False, wish: str = "") -> int:
    """
    The tray until it is quit; a second start raises the first one's window, or what else is wished: popover or tag.

    `sample`: on a made-up history.
    """
    sys.excepthook = _log_bug
    socket_name = paths.socket_name()
    if not sample and tell_the_first(socket_name, wish or SHOW):
        return 0
    QCoreApplication.setApplicationName("TokenTray")
    QCoreApplication.setOrganizationName("TokenTray")
    # A desktop without portals is no news: nothing here needs one.
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.services.warning=false")
    application = QApplication(sys.argv[:1])
    application.setDesktopFileName("org.tokentray.Desktop")
    application.setQuitOnLastWindowClosed(False)
    app = App(sample, wish)
    if not sample:
        os.makedirs(os.path.dirname(socket_name) or ".", mode=0o700, exist_ok=True)
        app.ear.listen(socket_name)
    app.begin()
    code = QApplication.exec()
    app.end()
    return code


class App(QObject):
    """Holds the parts. The popover and the window are made when they are wished for; the window is let go when it is closed."""

    stop_wished = Signal()
    window_opened = Signal(bool)
    no_tray_explained = Signal()
    proposal_wished = Signal()
    sending_wished = Signal()
    team_looked_at = Signal(bool)

    def __init__(self, sample: bool, wish: str = "") -> None:
        super().__init__()
        self._sample = sample
        self._wish = wish
        self._clock = clock_of(os.environ.get("TOKENTRAY_NOW"))
        self._folder = _temporary_folder() if sample else None
        self._thread = QThread()
        self._engine: Engine | None = None
        self._desk: JournalDesk | None = None
        self._share_runs: ShareRuns | None = None
        self._team_desk: TeamDesk | None = None
        self._tray: Tray | None = None
        self._popover: Popover | None = None
        self._quick_card: QuickCard | None = None
        self._quick_card_at: QPoint | None = None
        self._card_to_open = ""
        self._window: Window | None = None
        self._settings: Settings | None = None
        self._snapshot: Snapshot | None = None
        self._progress: Progress | None = None
        self._problem = ""
        self._looks_for_tray = 0
        self._dressed = False
        self._window_is_wished = False
        self.ear = OneInstance(self)
        self.ear.show_wished.connect(self.show_window)

    # What the engine found out

    def _connect_findings(self, engine: Engine) -> None:
        engine.snapshot_taken.connect(self._show_snapshot)
        engine.settings_taken.connect(self._take_settings)
        engine.progress_changed.connect(self._show_progress)
        engine.alert_raised.connect(self._show_alert)
        engine.problem_met.connect(self._show_problem)
        engine.finished.connect(self._show_finished)
        engine.nudged.connect(self._show_nudge)
        engine.departure_due.connect(self._send_shared)

    def _connect_findings_to_window(self, engine: Engine, window: Window) -> None:
        engine.account_tested.connect(window.show_tested)
        engine.settings_taken.connect(window.show_settings)
        engine.progress_changed.connect(window.show_progress)

    def _connect_journal(self, desk: JournalDesk) -> None:
        desk.proposal_taken.connect(self._show_proposal)
        desk.journal_taken.connect(self._show_journal)
        desk.card_begun.connect(self.show_card)

    def _connect_journal_to_window(self, desk: JournalDesk, window: Window) -> None:
        desk.checkin_taken.connect(window.show_checkin)
        desk.card_saved.connect(window.show_saved)
        desk.edits_taken.connect(window.show_edits)

    def _connect_team(self, desk: TeamDesk) -> None:
        desk.code_made.connect(self._show_code)

    def _connect_team_to_window(self, desk: TeamDesk, window: Window) -> None:
        desk.team_taken.connect(window.show_team)
        desk.work_changed.connect(window.show_team_work)
        desk.digest_made.connect(window.show_digest)
        desk.join_refused.connect(window.show_join_problem)

    # What the person wants

    def _connect_wishes(self, engine: Engine) -> None:
        self.stop_wished.connect(engine.stop)
        self.window_opened.connect(engine.serve_window)
        self.no_tray_explained.connect(engine.note_no_tray_explained)
        self.ear.sync_wished.connect(engine.refresh)
        self.ear.popover_wished.connect(self.show_popover)
        self.ear.tag_wished.connect(self.show_quick_card)
        self.ear.quit_wished.connect(QApplication.quit)

    def _connect_tray(self, engine: Engine, tray: Tray) -> None:
        tray.sync_wished.connect(engine.refresh)
        tray.pause_wished.connect(engine.pause_polling)
        tray.popover_wished.connect(self.show_popover)
        tray.window_wished.connect(self.show_window)
        tray.tag_wished.connect(self.show_quick_card)
        tray.checkin_wished.connect(self.show_checkin)
        tray.settings_wished.connect(self.show_settings)
        tray.quit_wished.connect(QApplication.quit)

    def _connect_popover(self, engine: Engine, popover: Popover) -> None:
        popover.sync_wished.connect(engine.refresh)
        popover.sources_wished.connect(self.show_sources)
        popover.tag_wished.connect(self.show_quick_card)
        popover.details_wished.connect(self.show_window)
        popover.settings_wished.connect(self.show_settings)

    def _connect_window(self, engine: Engine, window: Window) -> None:
        window.trend_chosen.connect(engine.choose_trend)
        window.days_chosen.connect(engine.choose_days)
        window.account_added.connect(engine.add_account)
        window.account_tested.connect(engine.test_account)
        window.account_paused.connect(engine.pause_account)
        window.account_removed.connect(engine.remove_account)
        window.settings_changed.connect(engine.change_settings)
        window.backup_wished.connect(engine.back_up)
        window.restore_wished.connect(engine.restore)
        window.export_wished.connect(engine.export)
        window.sync_wished.connect(engine.refresh)
        window.stop_wished.connect(engine.stop_long_work)
        window.window_placed.connect(engine.place_window)
        window.destroyed.connect(self._let_window_go)

    def _connect_window_to_journal(self, desk: JournalDesk, window: Window) -> None:
        window.journal_shown.connect(desk.serve_journal)
        window.checkin_shown.connect(desk.serve_checkin)
        window.journal_chosen.connect(desk.choose_journal)
        window.card_edited.connect(desk.save_card)
        window.card_removed.connect(desk.remove_card)
        window.card_restored.connect(desk.restore_card)
        window.card_opened.connect(desk.open_card)
        window.tag_coloured.connect(desk.colour_tag)
        window.search_saved.connect(desk.save_search)
        window.search_forgotten.connect(desk.forget_search)
        window.retry_answered.connect(desk.answer_retry)
        window.work_split.connect(desk.split_work)
        window.work_joined.connect(desk.join_work)
        window.work_undone.connect(desk.undo_work_edit)
        window.week_chosen.connect(desk.choose_week)
        window.checkin_edited.connect(desk.save_checkin)

    def _connect_window_to_team(self, desk: TeamDesk, window: Window) -> None:
        window.join_wished.connect(desk.join)
        window.leave_wished.connect(desk.leave)
        window.share_wished.connect(desk.share)
        window.skip_wished.connect(desk.skip_week)
        window.withdraw_wished.connect(desk.withdraw)
        window.verify_wished.connect(desk.verify)
        window.refresh_wished.connect(desk.refresh)
        window.team_week_chosen.connect(desk.choose_week)
        window.reproduced_noted.connect(desk.note_reproduced)
        window.still_true_answered.connect(desk.answer_still_true)
        window.card_imported.connect(desk.import_card)
        window.digest_wished.connect(desk.make_digest)
        window.webhook_given.connect(desk.give_webhook)
        window.log_export_wished.connect(desk.export_log)
        window.level_accepted.connect(desk.accept_level)
        window.password_given.connect(desk.give_password)
        window.team_stop_wished.connect(desk.stop_work)

    def _connect_quick_card(self, desk: JournalDesk, quick_card: QuickCard) -> None:
        self.proposal_wished.connect(desk.propose)
        quick_card.card_edited.connect(desk.save_card)
        quick_card.tag_coloured.connect(desk.colour_tag)
        quick_card.card_opened.connect(self._open_card)

    # The life of the program

    def begin(self) -> None:
        """Shows the icon; everything that is not needed for that comes once the event loop runs."""
        self._end_on_signals()
        self._tray_timer = QTimer(self)
        self._tray_timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._tray_timer.timeout.connect(self._look_for_tray)
        QTimer.singleShot(0, self, self._begin_inside_the_loop)

    def end(self) -> None:
        """Stops the engine, and waits for it two seconds at most."""
        self.ear.close()
        self._tray_timer.stop()
        if self._engine is not None:
            self._engine.leave()
            self.stop_wished.emit()
        if not self._thread.wait(STOP_WITHIN_MS):
            # Something outside holds it up, such as a disk that hangs. Every transaction leaves the history whole.
            os._exit(0)
        if self._folder is not None:
            self._folder.cleanup()

    @Slot()
    def _begin_inside_the_loop(self) -> None:
        # The event loop begins after 0.1 s, the icon comes 0.05 s later, and the engine 0.06 s after it.
        QTimer.singleShot(0, self, self._start_engine)
        self._find_tray()

    @Slot()
    def _start_engine(self) -> None:
        from tokentray.engine import Engine, Place
        from tokentray.settings.vault import Vault

        folder = self._folder.name if self._folder is not None else None
        place = Place(
            os.path.join(folder, "history.sqlite") if folder else paths.history_file(),
            os.path.join(folder, "settings.json") if folder else paths.settings_file(),
            paths.log_file(),
            paths.agents_home(),
            self._sample,
        )
        engine = self._engine = Engine(place, self._clock, Vault())
        engine.moveToThread(self._thread)
        self._thread.started.connect(engine.start)
        engine.stopped.connect(self._thread.quit, Qt.ConnectionType.DirectConnection)
        self._connect_findings(engine)
        self._connect_wishes(engine)
        if self._tray is not None:
            self._connect_tray(engine, self._tray)
        self._thread.start()
        self.ear.hear(self._wish)

    def _end_on_signals(self) -> None:
        # Python hears of a signal only when Qt lets it run: a byte in a socket wakes Qt up.
        self._heard, said = socket.socketpair()
        self._heard.setblocking(False)
        said.setblocking(False)
        signal.set_wakeup_fd(said.fileno())
        self._said = said
        for number in (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if sys.platform != "win32" else [])):
            signal.signal(number, lambda *_: QApplication.quit())
        self._notifier = QSocketNotifier(self._heard.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._hear_signal)

    @Slot()
    def _hear_signal(self) -> None:
        self._heard.recv(64)

    # The tray: there, late, or not at all

    def _find_tray(self) -> None:
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._make_tray()
        else:
            self._tray_timer.start(LOOK_FOR_TRAY_MS)
            QTimer.singleShot(NO_TRAY_AFTER_MS, self, self._explain_no_tray)
            self._watch_for_tray()

    def _watch_for_tray(self) -> None:
        """
        An icon made before its panel came is tied to the old protocol for ever, so a panel that comes late gets a new one.

        One that was made after it finds a panel that crashed and came back by itself.
        """
        if sys.platform != "linux":
            return
        # Half a megabyte that only those need whose panel is late.
        from PySide6.QtDBus import QDBusConnection, QDBusServiceWatcher

        self._watcher = QDBusServiceWatcher(
            "org.kde.StatusNotifierWatcher",
            QDBusConnection.sessionBus(),
            QDBusServiceWatcher.WatchModeFlag.WatchForRegistration,
            self,
        )
        self._watcher.serviceRegistered.connect(self._tray_has_come)

    @Slot()
    def _tray_has_come(self) -> None:
        self._looks_for_tray = 0
        self._let_tray_go()
        self._tray_timer.start(LOOK_FOR_TRAY_MS)

    @Slot()
    def _look_for_tray(self) -> None:
        self._looks_for_tray += 1
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._tray_timer.stop()
            self._let_tray_go()
            self._make_tray()
        elif self._looks_for_tray == LOOK_OFTEN_FOR:
            self._tray_timer.start(LOOK_SELDOM_MS)

    def _make_tray(self) -> None:
        from tokentray.ui.tray import Tray  # see _begin_inside_the_loop

        tray = self._tray = Tray(self)
        if self._engine is not None:
            self._connect_tray(self._engine, tray)
        if self._settings is not None:
            tray.take_settings(self._settings)
        if self._snapshot is not None:
            tray.show_snapshot(self._snapshot)
        tray.show()

    def _let_tray_go(self) -> None:
        if self._tray is not None:
            self._tray.hide()
            self._tray.deleteLater()
            self._tray = None

    @Slot()
    def _explain_no_tray(self) -> None:
        if self._tray is None:
            self.show_window()
            if self._window is not None and self._settings is not None and not self._settings.no_tray_explained:
                from tokentray.ui.notice import no_tray_text  # only where there is no tray

                self._window.tell(no_tray_text())
                self.no_tray_explained.emit()

    # Popover and window

    @Slot()
    @Slot(QPoint)
    def show_popover(self, at: QPoint | None = None) -> None:
        if self._engine is None:
            return
        if self._popover is None:
            from tokentray.ui.popover import Popover  # most starts never open it

            self._dress()
            self._popover = Popover()
            self._connect_popover(self._engine, self._popover)
            if self._snapshot is not None:
                self._popover.show_snapshot(self._snapshot)
            self._popover.show_progress(self._progress)
        self._popover.show_at(at)

    @Slot()
    def show_window(self) -> None:
        if self._window is None:
            self._make_window()
        # In the first tenths of a second there is nothing yet to show it with.
        self._window_is_wished = self._window is None
        if self._window is not None:
            self._window.show()
            self._window.raise_()
            self._window.activateWindow()

    @Slot()
    def show_settings(self) -> None:
        self._show_page("settings")

    @Slot()
    def show_sources(self) -> None:
        self._show_page("sources")

    @Slot()
    def show_checkin(self) -> None:
        self._show_page("checkin")

    @Slot(str)
    def show_card(self, card_id: str) -> None:
        """In the window, as soon as the journal that was asked for has it."""
        self._card_to_open = card_id
        self._show_page("journal")

    def _show_page(self, name: str) -> None:
        self.show_window()
        if self._window is not None:
            self._window.show_page(name)

    @Slot()
    def show_quick_card(self) -> None:
        """Asks for the stretch of work to propose; the card opens with it."""
        desk = self._journal_desk()
        if desk is None:
            return
        if self._quick_card is None:
            from tokentray.ui.quick_card import QuickCard  # most starts never open it

            self._dress()
            self._quick_card = QuickCard()
            self._connect_quick_card(desk, self._quick_card)
        self._quick_card_at = QCursor.pos()
        if self._quick_card.isVisible():
            self._quick_card.show_at(self._quick_card_at)
        else:
            self.proposal_wished.emit()

    def _journal_desk(self) -> JournalDesk | None:
        """On the engine's thread; None in the first tenths of a second."""
        if self._desk is None and self._engine is not None:
            from tokentray.journal_desk import JournalDesk  # 3 MB that a tray without a window does not need

            desk = self._desk = JournalDesk(self._engine)
            desk.moveToThread(self._thread)
            self._engine.stopped.connect(desk.stop)
            self._connect_journal(desk)
        return self._desk

    @Slot()
    def _send_shared(self) -> None:
        """What has its time leaves without the window, too."""
        if self._runs() is not None:
            self.sending_wished.emit()

    @Slot(bool)
    def _serve_team(self, looked_at: bool) -> None:
        """Whether somebody looks at the Team page; who serves it is made for the first look."""
        if self._team_desk is None and self._window is not None:
            self._make_team_desk(self._window)
        self.team_looked_at.emit(looked_at)

    def _make_team_desk(self, window: Window) -> None:
        runs = self._runs()
        if self._engine is None or runs is None:
            return
        from tokentray.team_desk import TeamDesk  # as the journal's: 2 MB that a tray without the page does not need

        desk = self._team_desk = TeamDesk(self._engine, runs)
        desk.moveToThread(self._thread)
        self._engine.stopped.connect(desk.stop)
        self.team_looked_at.connect(desk.serve_team)
        self._connect_team(desk)
        self._connect_team_with_window(desk, window)

    def _connect_team_with_window(self, desk: TeamDesk, window: Window) -> None:
        self._connect_team_to_window(desk, window)
        self._connect_window_to_team(desk, window)

    def _runs(self) -> ShareRuns | None:
        """On the engine's thread; None in the first tenths of a second."""
        if self._share_runs is None and self._engine is not None:
            from tokentray.share_runs import ShareRuns  # a tray of which nothing waits to leave needs none

            runs = self._share_runs = ShareRuns()
            runs.moveToThread(self._thread)
            self._engine.stopped.connect(runs.stop)
            self.sending_wished.connect(runs.send_due)
            runs.problem_met.connect(self._show_problem)
        return self._share_runs

    def _make_window(self) -> None:
        from tokentray.ui.window import Window  # most starts never open it

        if self._engine is None or self._settings is None:
            return
        self._dress()
        window = self._window = Window(self._settings, self._clock)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._connect_window(self._engine, window)
        self._connect_findings_to_window(self._engine, window)
        if (desk := self._journal_desk()) is not None:
            self._connect_window_to_journal(desk, window)
            self._connect_journal_to_window(desk, window)
        window.team_shown.connect(self._serve_team)
        if self._team_desk is not None:
            self._connect_team_with_window(self._team_desk, window)
        if self._snapshot is not None:
            window.show_snapshot(self._snapshot)
        window.show_progress(self._progress)
        self.window_opened.emit(True)

    @Slot()
    def _let_window_go(self) -> None:
        self._window = None
        self.window_opened.emit(False)
        QTimer.singleShot(TRIM_AFTER_MS, _give_memory_back)

    def _dress(self) -> None:
        """Our look, once something is to be seen: fonts and style sheet cost 40 ms and 4 MB, and an icon needs neither."""
        from tokentray.ui.look import apply_look  # loaded by the tray already

        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_look(application, self._settings.theme if self._settings is not None else "system")
            self._dressed = True

    # What the engine found out, handed to whoever is there

    @Slot(object)
    def _show_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        if self._tray is not None:
            self._tray.show_snapshot(snapshot)
        if self._popover is not None:
            self._popover.show_snapshot(snapshot)
        if self._window is not None:
            self._window.show_snapshot(snapshot)

    @Slot(object)
    def _take_settings(self, settings: Settings) -> None:
        # Until a person has answered the welcome, a start shows it: what was found, and what may be asked.
        welcome = self._settings is None and not settings.welcomed
        self._settings = settings
        if self._dressed:
            self._dress()
        if self._tray is not None:
            self._tray.take_settings(settings)
        if self._window_is_wished or welcome:
            self.show_window()

    @Slot(object)
    def _show_progress(self, progress: Progress | None) -> None:
        self._progress = progress
        if self._popover is not None:
            self._popover.show_progress(progress)

    @Slot(object)
    def _show_alert(self, alert: Alert) -> None:
        from tokentray.ui.notice import alert_text, alert_title, show_notice  # the first of them only

        show_notice(alert_title(alert), alert_text(alert), self._tray_icon())

    @Slot(object)
    def _show_nudge(self, nudge: Nudge) -> None:
        from tokentray.ui.notice import nudge_text, nudge_title, show_notice  # only for those who wished it

        show_notice(nudge_title(nudge), nudge_text(nudge), self._tray_icon())

    @Slot(object)
    def _show_proposal(self, proposal: Proposal) -> None:
        if self._quick_card is not None:
            from zoneinfo import ZoneInfo  # 1 MB that a tray without a quick card does not need

            self._quick_card.show_proposal(
                proposal.session,
                proposal.card,
                proposal.completions,
                offered=proposal.sessions,
                zone=ZoneInfo(proposal.zone),
            )
            self._quick_card.show_at(self._quick_card_at)

    @Slot(object)
    def _open_card(self, card: Card) -> None:
        self.show_card(card.id)

    @Slot(object)
    def _show_journal(self, view: JournalView) -> None:
        if self._window is None:
            return
        self._window.show_journal(view)
        if self._card_to_open in {row.card.id for day in view.days for row in day.cards}:
            card_id, self._card_to_open = self._card_to_open, ""
            self._window.show_card(card_id)

    @Slot(str)
    def _show_code(self, text: str) -> None:
        """It is shown this once, also to whoever closed the window meanwhile."""
        self._show_page("team")
        if self._window is not None:
            self._window.show_code(text)

    @Slot(object)
    def _show_problem(self, problem: Exception) -> None:
        # A disk that stays full is a problem at every look, and is told once.
        if str(problem) != self._problem:
            self._problem = str(problem)
            self._tell(self._problem)

    @Slot(str)
    def _show_finished(self, sentence: str) -> None:
        self._tell(sentence)

    def _tell(self, sentence: str) -> None:
        """In the window if it is open, else as a notification."""
        if self._window is not None and self._window.isVisible():
            self._window.tell(sentence)
            return
        from tokentray.ui.notice import show_notice  # the first of them only

        show_notice("TokenTray", sentence, self._tray_icon())

    def _tray_icon(self) -> QSystemTrayIcon | None:
        return self._tray.icon if self._tray is not None else None


def _temporary_folder() -> TemporaryDirectory[str]:
    from tempfile import TemporaryDirectory  # 9 ms that only `demo` needs

    return TemporaryDirectory(prefix="tokentray-")


def _give_memory_back() -> None:
    """A closed window's memory is free, but glibc keeps 5 MB and more of it until it is asked."""
    if sys.platform == "linux":
        import ctypes  # 0.5 MB that a tray without a window does not need

        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def _log_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A slot that fails must not fail silently, and the tray goes on."""
    from tokentray.diagnostics import log_bug  # 1 MB that is hoped never to be needed

    log_bug(paths.log_file(), error)
    sys.__excepthook__(kind, error, trace)
