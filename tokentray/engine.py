"""
The worker: owns the history and the keys, reads what is new, and publishes snapshots.

Lives on a thread of its own with its own event loop. A provider's answer is waited for on a fetch thread, which gets a frozen Turn and
gives frozen steps by a signal; a big first scan of the agents' logs runs in a second process, the command line's own `sync`: so the
window's thread never shares the interpreter with it for long, the memory it needs ends with it, and it can be ended at any moment,
because each of its transactions leaves the history whole.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QFileSystemWatcher, QObject, QProcess, QProcessEnvironment, Qt, QTimer, Signal, Slot

from tokentray.core.batch import Batch
from tokentray.core.clock import Clock
from tokentray.core.errors import HistoryDamaged, HistoryError, HistoryFull, SourceError, TokenTrayError, VaultError
from tokentray.core.period import day_period, local_day
from tokentray.ingest import logs, polls
from tokentray.ingest.watching import places_to_watch
from tokentray.insights.alerts import crossed, standing
from tokentray.insights.price_lookup import price_missing_models
from tokentray.insights.snapshot import Progress, Snapshot, TrendChoice
from tokentray.insights.snapshot_taking import take_snapshot
from tokentray.settings.autostart import own_command, start_at_login
from tokentray.settings.new_account import AccountTested, NewAccount
from tokentray.settings.settings import AccountSetting, Settings, SettingsUnreadable, change_settings, load_settings
from tokentray.settings.vault import Vault
from tokentray.settings.zone import zone_of
from tokentray.share.reasons import held_back_words
from tokentray.sources import AGENTS, PROVIDERS, source_named
from tokentray.store.account_table import all_accounts
from tokentray.store.alert_table import record_standing, standing_alerts
from tokentray.store.database import History, open_history, reading, set_zone, transaction
from tokentray.store.outbox_table import held_back, next_errand
from tokentray.store.unfinished import (
    begin_first_reading,
    finish_first_reading,
    is_new,
    is_unfinished,
    lacks_prices,
)

if TYPE_CHECKING:
    import httpx

    from tokentray.sources.source import Source

LOOK_EVERY_SECONDS = 600
"""The slow scan, which finds what no watch told of."""

SNAPSHOT_AT_MOST_EVERY_MS = 1000
SNAPSHOT_AFTER_MS = 50
SNAPSHOT_AT_LEAST_EVERY_SECONDS = 3600
SCAN_AFTER_MS = 500
SLEPT_SECONDS = 120
BIG_SCAN_BYTES = 256 * 1024
"""More than this unread, and the scan runs in a second process: in this one it would load the fast decoder, 2 MB for ever."""

CHILD_HAS_READ = (0, 3)
"""Its exit codes: done, and done but for some files."""

CHILD_ENDS_WITHIN_MS = 1000
FETCH_ENDS_WITHIN_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Place:
    """Where an engine works. `sample`: on a made-up history; nothing is read, polled or saved."""

    history_path: str
    settings_path: str
    log_path: str
    agents_home: str
    sample: bool = False


class Engine(QObject):
    """
    To be moved to its thread, and begun by `start`. Slots are the person's wishes; signals carry frozen values.

    `snapshot_taken` a Snapshot, `progress_changed` a Progress or None, `account_tested` an AccountTested, `alert_raised` an Alert,
    `nudged` a Nudge, `settings_taken` the Settings now in force, `problem_met` a TokenTrayError, `finished` a sentence about a wish that was
    carried out. `departure_due`: something of the outbox is to leave for the team board now.
    """

    snapshot_taken = Signal(object)
    progress_changed = Signal(object)
    account_tested = Signal(object)
    alert_raised = Signal(object)
    nudged = Signal(object)
    settings_taken = Signal(object)
    problem_met = Signal(object)
    finished = Signal(str)
    departure_due = Signal()
    stopped = Signal()

    _step_found = Signal(object, object)
    _account_tried = Signal(object, object)

    def __init__(
        self,
        place: Place,
        clock: Clock,
        vault: Vault,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__()
        self._place = place
        self._clock = clock
        self._vault = vault
        self._transport = transport
        self._settings = Settings()
        self._history: History | None = None
        self._snapshot: Snapshot | None = None
        self._snapshot_at = 0.0
        self._trend: TrendChoice | None = None
        self._window_is_open = False
        self._days = 30
        self._leaving = threading.Event()
        self._turns: dict[str, tuple[threading.Event, threading.Thread]] = {}
        self._stopped_accounts: set[str] = set()
        self._agents: list[logs.AgentHome] = []
        self._child: QProcess | None = None
        self._halted = False
        self._caught_up = False
        self._looked_at = (0.0, 0.0)
        self._step_found.connect(self._keep_step)
        self._account_tried.connect(self._keep_account)

    def leave(self) -> None:
        """From any thread: whatever runs at this moment is to come to its end. `stop` is to follow."""
        self._leaving.set()

    # For who works on the same thread

    @property
    def history(self) -> History | None:
        """None before it is open, while a backup is put in its place, and after the end."""
        return self._history

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def sample(self) -> bool:
        """Whether all of it is made up: then nothing is run, asked or sent."""
        return self._place.sample

    def now(self) -> datetime:
        return self._clock.now()

    def zone(self) -> str:
        """The IANA zone of the person's days."""
        return self._zone()

    # The life of the engine

    @Slot()
    def start(self) -> None:
        """Opens the history and shows it at once; then looks for what is new."""
        self._snapshot_timer = self._timer(self._take_snapshot)
        self._scan_timer = self._timer(self._scan_what_came)
        self._next_timer = self._timer(self._look_again, Qt.TimerType.VeryCoarseTimer)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._follow_file)
        self._watcher.directoryChanged.connect(self._notice_folder)
        self._load_settings()
        if not self._open():
            return
        self._mark_time()
        if self._place.sample:
            self._make_sample()
        self._take_snapshot()
        self._watch_sleep()
        QTimer.singleShot(0, self, self._first_look)

    @Slot()
    def stop(self) -> None:
        """Ends everything within two seconds, and says `stopped`."""
        self._leaving.set()
        for timer in (self._snapshot_timer, self._scan_timer, self._next_timer):
            timer.stop()
        self._end_child()
        for stop, _thread in self._turns.values():
            stop.set()
        for _stop, thread in self._turns.values():
            thread.join(FETCH_ENDS_WITHIN_SECONDS / len(self._turns))
        self._watcher.deleteLater()
        if self._history is not None:
            self._history.close()
            self._history = None
        self.stopped.emit()

    def _open(self) -> bool:
        with self._telling():
            self._history = self._opened()
        return self._history is not None

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What the disk or another writer did to the history is told, and the engine goes on."""
        try:
            with reading(self._history) if self._history is not None else nullcontext():
                yield
        except HistoryError as error:
            self.problem_met.emit(error)

    @contextmanager
    def telling_wishes(self) -> Iterator[None]:
        """For who works on the same thread: also a wish that came too late, or is of no sense, is told, and the work goes on."""
        try:
            with self._telling():
                yield
        except ValueError as error:
            said = str(error)
            self.problem_met.emit(TokenTrayError(f"{said[:1].upper()}{said[1:].rstrip('.')}."))

    def _opened(self) -> History:
        path, zone = self._place.history_path, self._zone()
        try:
            return open_history(path, zone=zone)
        except HistoryDamaged as error:
            met = error
        try:
            # Found only once it was open: it is checked now.
            history = open_history(path, zone=zone)
        except HistoryDamaged as error:
            met = error
            history = open_history(path, zone=zone)
        # It was kept beside; the person hears of it, and a new one is begun.
        self.problem_met.emit(met)
        return history

    def _make_sample(self) -> None:
        from tokentray.ingest.demo import demo_settings, make_demo  # 5 ms and 1 MB that only `demo` needs

        if self._history is not None:
            self._settings = demo_settings(self._settings)
            self.settings_taken.emit(self._settings)
            self.progress_changed.emit(Progress("Making up a year of history", None))
            with self._telling():
                make_demo(self._history, self._clock)
            self.progress_changed.emit(None)

    @Slot()
    def _first_look(self) -> None:
        if self._place.sample or self._leaving.is_set():
            self._plan()
            return
        self._scan()
        self._take_snapshot()
        self._watch()
        self._load_settings()  # they may have been changed before they were watched
        self._poll_due(sooner=True)
        self._tell_of_departures()
        self._plan()

    # Time

    @Slot()
    def _look_again(self) -> None:
        """At a new day, at an account's turn, after ten minutes, and after a sleep that nobody told of."""
        self._look(self._has_slept())

    def _look(self, slept: bool) -> None:
        self._mark_time()
        if slept:
            self._watch()
        if not self._place.sample:
            self._scan()
            self._poll_due(sooner=slept)
            self._tell_of_departures()
        if slept or self._is_old():
            self._take_snapshot()
        self._nudge()
        self._plan()

    @Slot(bool)
    def sleep_changed(self, going_to_sleep: bool) -> None:
        """The system's own word (login1's PrepareForSleep): false is the moment after a sleep."""
        if not going_to_sleep:
            self._look(True)

    def _plan(self) -> None:
        if self._leaving.is_set() or self._history is None:
            return
        now = self._clock.now()
        moments = [now + timedelta(seconds=LOOK_EVERY_SECONDS), _next_midnight(now, self._zone())]
        # While somebody is being asked, the end of that turn plans the next one.
        if not self._turns and self._may_poll(now):
            with self._telling():
                turn = polls.next_due(self._history, self._without_stopped(), now)
                moments += [turn] if turn is not None else []
        if (paused_until := _instant(self._settings.polling_paused_until)) is not None and paused_until > now:
            moments.append(paused_until)
        seconds = max(1.0, (min(moments) - now).total_seconds())
        self._next_timer.start(int(seconds * 1000) + 500)

    def _mark_time(self) -> None:
        self._looked_at = (self._clock.now().timestamp(), time.monotonic())

    def _has_slept(self) -> bool:
        wall, steady = self._looked_at
        return (self._clock.now().timestamp() - wall) - (time.monotonic() - steady) > SLEPT_SECONDS

    def _is_old(self) -> bool:
        if self._snapshot is None:
            return True
        now = self._clock.now()
        age = (now - self._snapshot.taken_at).total_seconds()
        return age >= SNAPSHOT_AT_LEAST_EVERY_SECONDS or self._snapshot.today.day != local_day(now, self._zone())

    def _watch_sleep(self) -> None:
        # Only where there is a login1; elsewhere the clock's jump is noticed at the next look.
        if os.path.exists("/run/systemd/seats") or os.path.exists("/run/systemd/system"):
            from PySide6.QtCore import SLOT  # loaded already
            from PySide6.QtDBus import QDBusConnection  # 1 ms, on Linux only

            QDBusConnection.systemBus().connect(  # type: ignore[call-overload]
                "org.freedesktop.login1",
                "/org/freedesktop/login1",
                "org.freedesktop.login1.Manager",
                "PrepareForSleep",
                self,
                SLOT("sleep_changed(bool)"),
            )

    # Snapshots

    @Slot()
    def _take_snapshot(self) -> None:
        if self._history is None or self._leaving.is_set():
            return
        with self._telling():
            if lacks_prices(self._history):
                price_missing_models(self._history, self._settings.own_prices)
            sources = None if self._window_is_open else self._sources_in_use(self._history)
            snapshot = take_snapshot(
                self._history,
                self._settings,
                self._clock.now(),
                self._zone(),
                self._trend,
                self._days,
                self._place.sample,
                sources,
            )
            self._raise_alerts(snapshot)
            self._snapshot, self._snapshot_at = snapshot, time.monotonic()
            self.snapshot_taken.emit(snapshot)

    def _sources_in_use(self, history: History) -> list[Source]:
        """Only a window offers the other sources; to load them all takes 3 MB."""
        accounts = [account.name for account in all_accounts(history)] + [a.name for a in self._settings.accounts]
        names = {*AGENTS, *(name.partition("/")[0] for name in accounts)}
        return [source for name in (*AGENTS, *PROVIDERS) if name in names and (source := source_named(name))]

    def _soon(self) -> None:
        """A snapshot before long: at once after a quiet time, while many changes in a row give one a second."""
        if not self._snapshot_timer.isActive():
            left = SNAPSHOT_AT_MOST_EVERY_MS - int((time.monotonic() - self._snapshot_at) * 1000)
            self._snapshot_timer.start(max(SNAPSHOT_AFTER_MS, left))

    def _raise_alerts(self, snapshot: Snapshot) -> None:
        if self._history is None or self._place.sample:
            return
        before, now = standing_alerts(self._history), standing(snapshot, self._settings)
        if before == frozenset(now):
            return
        with transaction(self._history):
            record_standing(self._history, now)
        for alert in crossed(now, before):
            self.alert_raised.emit(alert)

    def _nudge(self) -> None:
        """Reminds who wished for it, of a card or of the check-in."""
        if self._history is None or self._place.sample or not (self._settings.nudge or self._settings.checkin_reminder):
            return
        from tokentray.insights.nudge import due_nudges  # 2 MB that only those need who wished for it
        from tokentray.store.told_table import record_told

        with self._telling():
            for nudge in due_nudges(self._history, self._settings, self._clock.now(), self._zone()):
                with transaction(self._history):
                    record_told(self._history, nudge.kind, nudge.key)
                self.nudged.emit(nudge)

    # What the person wants to see

    @Slot(bool)
    def serve_window(self, is_open: bool) -> None:
        """Whether a window is open: then snapshots have a trend, and the whole catalogue of sources."""
        self._window_is_open = is_open
        if is_open:
            self._take_snapshot()
        else:
            self._trend = None

    @Slot(object)
    def choose_trend(self, choice: TrendChoice) -> None:
        """What Trends is to show."""
        self._trend = choice
        self._take_snapshot()

    @Slot(int)
    def choose_days(self, days: int) -> None:
        """How many days Overview is to show."""
        self._days = days
        self._take_snapshot()

    # Agents' logs

    @Slot()
    def _scan(self) -> None:
        if self._history is None or self._child is not None or self._place.sample or self._leaving.is_set():
            return
        self._agents = self._found_agents()
        with self._telling():
            self._begin_first_reading()
            # Once everything has been read, news come in small pieces, and looking twice at each file is spared.
            if not self._caught_up and logs.unread_bytes(self._history, self._agents) > BIG_SCAN_BYTES:
                if not self._halted:
                    self._scan_beside()
                return
            found = logs.scan_logs(self._history, self._agents, self._clock, stop=self._leaving.is_set)
            self._caught_up = not found.stopped
            if self._caught_up:
                self._finish_first_reading()
            if found.responses:
                self._soon()

    @Slot()
    def _scan_what_came(self) -> None:
        """A folder has changed: what is new in it is read, and followed from now on."""
        self._scan()
        self._watch()

    def _begin_first_reading(self) -> None:
        """Until all logs have been read once, the quick commands do not take the history's word for the whole of today."""
        if self._history is not None and is_new(self._history):
            with transaction(self._history):
                begin_first_reading(self._history)

    def _finish_first_reading(self) -> None:
        if self._history is not None and is_unfinished(self._history):
            with transaction(self._history):
                finish_first_reading(self._history)

    def _found_agents(self) -> list[logs.AgentHome]:
        added = [(account.name, account.folder) for account in self._settings.accounts if account.folder]
        paused = {account.name for account in self._settings.accounts if account.paused}
        found = logs.find_agents(os.environ, self._place.agents_home, added)
        return [agent for agent in found if agent.account not in paused]

    def _scan_beside(self) -> None:
        if self._history is None:
            return
        self.progress_changed.emit(Progress("Reading the agents’ logs", None, "today first"))
        program, *arguments = own_command()
        child = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("TOKENTRAY_PROGRESS", "lines")
        child.setProcessEnvironment(environment)
        child.setProgram(program)
        child.setArguments([*arguments, "sync", "--json", *[agent.account for agent in self._agents]])
        child.setStandardOutputFile(QProcess.nullDevice())
        child.readyReadStandardError.connect(self._hear_child)
        child.finished.connect(self._child_ended)
        self._child = child
        child.start()

    @Slot()
    def _hear_child(self) -> None:
        """Each line {"done": 0.42, "detail": "…"} is how far it is; others are its warnings, which its own log has."""
        while self._child is not None and self._child.canReadLine():
            line = bytes(self._child.readLine().data())
            if line.startswith(b"{"):
                said = json.loads(line)
                self.progress_changed.emit(Progress("Reading the agents’ logs", said["done"], said.get("detail", "")))
                self._soon()

    @Slot(int)
    def _child_ended(self, code: int) -> None:
        if self._child is not None:
            self._child.deleteLater()
            self._child = None
        self.progress_changed.emit(None)
        if self._leaving.is_set():
            return
        # Once it has read everything, what was appended in the meantime is little; a failure is not tried again by itself.
        self._caught_up = code in CHILD_HAS_READ
        self._halted = not self._caught_up
        if self._halted:
            self.problem_met.emit(TokenTrayError("The agents’ logs could not be read; TokenTray’s own log says why."))
        self._scan()
        self._watch()
        self._take_snapshot()

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.readyReadStandardError.disconnect(self._hear_child)
            child.finished.disconnect(self._child_ended)
            child.terminate()
            if not child.waitForFinished(CHILD_ENDS_WITHIN_MS):
                child.kill()
                child.waitForFinished(CHILD_ENDS_WITHIN_MS)
            child.deleteLater()

    # Sharing

    def _tell_of_departures(self) -> None:
        """That something of the outbox has its time, or the day's question to the board; whoever sends it is made by who hears of it."""
        if self._history is not None and not self._leaving.is_set():
            with self._telling():
                planned = next_errand(self._history)
                if planned is not None and planned <= self._clock.now():
                    self.departure_due.emit()

    def _watch(self) -> None:
        """Watches what is there now; folders and files that are gone have fallen out by themselves."""
        if self._place.sample:
            return
        roots = [folder for agent in self._agents for folder in agent.folders]
        folders, files = places_to_watch(roots, self._clock.now().timestamp())
        config = os.path.dirname(self._place.settings_path)
        wanted = {*folders, *files, *([config] if os.path.isdir(config) else [])}
        watched = {*self._watcher.directories(), *self._watcher.files()}
        if gone := watched - wanted:
            self._watcher.removePaths(sorted(gone))
        if new := wanted - watched:
            self._watcher.addPaths(sorted(new))
            # What was written between the reading and this moment has told nobody.
            self._scan_timer.start(SCAN_AFTER_MS)

    @Slot(str)
    def _follow_file(self, path: str) -> None:
        if self._history is None or self._child is not None or self._leaving.is_set():
            return
        with self._telling():
            if logs.tail(self._history, self._agents, [path]).responses:
                self._soon()

    @Slot(str)
    def _notice_folder(self, path: str) -> None:
        if path == os.path.dirname(self._place.settings_path):
            self._load_settings()
        else:
            self._scan_timer.start(SCAN_AFTER_MS)

    # Providers

    def _may_poll(self, now: datetime) -> bool:
        paused_until = _instant(self._settings.polling_paused_until)
        return (
            self._settings.polling_allowed and not self._place.sample and (paused_until is None or paused_until <= now)
        )

    def _poll_due(self, *, sooner: bool = False) -> None:
        now = self._clock.now()
        if self._history is None or self._leaving.is_set() or not self._may_poll(now):
            return
        with self._telling():
            for account in polls.due(self._history, self._without_stopped(), now, sooner=sooner):
                self._begin_turn(account)

    def _without_stopped(self) -> Settings:
        """A backfill that the person stopped waits for a Sync, or for the next start."""
        accounts = tuple(account for account in self._settings.accounts if account.name not in self._stopped_accounts)
        return replace(self._settings, accounts=accounts)

    def _begin_turn(self, account: str) -> None:
        if self._history is None or account in self._turns:
            return
        from tokentray.diagnostics import start_log  # half a megabyte that only polled accounts need

        start_log(self._place.log_path)
        turn = polls.prepare(self._history, self._settings, account, self._clock.now())
        stop = threading.Event()

        def wait_for_the_world() -> None:
            ended = False
            for step in polls.fetch(turn, self._vault, self._clock, self._transport):
                if stop.is_set():
                    break
                ended = isinstance(step, polls.Outcome)
                self._step_found.emit(turn, step)
            if not ended and not self._leaving.is_set():
                self._step_found.emit(turn, polls.Outcome(account, "stopped"))

        # A daemon: a request under way must not keep the program from ending.
        thread = threading.Thread(target=wait_for_the_world, name=f"fetch {account}", daemon=True)
        self._turns[account] = (stop, thread)
        thread.start()

    @Slot(object, object)
    def _keep_step(self, turn: polls.Turn, step: Batch | polls.Outcome) -> None:
        if self._history is None or turn.account not in self._turns:
            return
        if self._settings.account(turn.account) is None:  # removed in the meantime
            self._end_turn(turn.account)
            return
        kept = False
        with self._telling():
            try:
                polls.record(self._history, self._settings, turn.account, step, self._clock.now())
            except SourceError as error:
                step = polls.failed(turn.account, error)
                polls.record(self._history, self._settings, turn.account, step, self._clock.now())
            kept = True
        if kept and isinstance(step, Batch):
            if step.done < 1:
                self.progress_changed.emit(Progress(f"Reading {turn.account}", step.done))
            self._soon()
        else:
            self._end_turn(turn.account)

    def _end_turn(self, account: str) -> None:
        stop, _thread = self._turns.pop(account)
        stop.set()
        if not self._turns and self._child is None:
            self.progress_changed.emit(None)
        self._take_snapshot()
        self._plan()

    # Wishes

    @Slot()
    def refresh(self) -> None:
        """Reads everything now: what the person means by Sync."""
        self._halted = self._caught_up = False
        self._stopped_accounts.clear()
        self._vault.ask_again()
        self._scan()
        self._watch()
        self._poll_due(sooner=True)
        self._take_snapshot()

    @Slot()
    def stop_long_work(self) -> None:
        """Ends a scan or a backfill; what was read stays, and the next Sync goes on from there."""
        self._halted = self._child is not None
        self._end_child()
        self._stopped_accounts |= self._turns.keys()
        for stop, _thread in self._turns.values():
            stop.set()
        self.progress_changed.emit(None)
        self._take_snapshot()

    @Slot(object)
    def add_account(self, new: NewAccount) -> None:
        """Tests the key, keeps it if it opens what is needed, and begins to read; `account_tested` says how it went."""
        self._try(lambda: polls.add_account(new, self._vault, self._clock, self._transport))

    @Slot(str)
    def test_account(self, account: str) -> None:
        """Asks the provider once; `account_tested` says what it answered."""
        setting = self._settings.account(account) or AccountSetting(account)
        self._try(lambda: (setting, polls.try_account(setting, self._vault, self._clock, self._transport)))

    def _try(self, ask: Callable[[], tuple[AccountSetting, AccountTested]]) -> None:
        threading.Thread(target=lambda: self._account_tried.emit(*ask()), name="try", daemon=True).start()

    @Slot(object, object)
    def _keep_account(self, setting: AccountSetting, tested: AccountTested) -> None:
        if self._history is None or self._leaving.is_set():
            return
        if tested.accepted:
            known = self._settings.account(setting.name)
            if known is not None:
                setting = replace(setting, paused=known.paused)
            if setting.key_from or setting.folder:
                self._save(lambda settings: settings.with_account(setting))
            with self._telling():
                polls.welcome_back(self._history, setting.name, self._clock.now())
            self._caught_up = False
            self._scan()
            self._poll_due(sooner=True)
        self.account_tested.emit(tested)
        self._take_snapshot()
        self._plan()

    @Slot(str, bool)
    def pause_account(self, account: str, paused: bool) -> None:
        self._save(
            lambda settings: settings.with_account(
                replace(settings.account(account) or AccountSetting(account), paused=paused)
            )
        )
        if paused and account in self._turns:
            self._turns[account][0].set()
        self._look_again()
        self._take_snapshot()

    @Slot(str)
    def remove_account(self, account: str) -> None:
        """Reads it no more and forgets its key; the history keeps what it gave."""
        setting = self._settings.account(account)
        self._save(lambda settings: settings.without_account(account))
        if account in self._turns:
            self._turns[account][0].set()
        if setting is not None and setting.key_from == "keyring":
            threading.Thread(target=lambda: self._forget_key(account), name="forget", daemon=True).start()
        self._take_snapshot()
        self._plan()

    def _forget_key(self, account: str) -> None:
        try:
            self._vault.forget_key(account)
        except VaultError as error:
            self.problem_met.emit(error)

    @Slot(object)
    def change_settings(self, wished: Settings) -> None:
        """Everything but the accounts, which have their own wishes and may have been changed by the command line."""
        self._save(lambda settings: replace(wished, accounts=settings.accounts))
        self._poll_due()
        self._take_snapshot()
        self._plan()

    @Slot(str)
    def place_window(self, place: str) -> None:
        """Remembers where the window was."""
        self._save(lambda settings: replace(settings, window=place))

    @Slot()
    def note_no_tray_explained(self) -> None:
        """The person has been told why there is no icon; once is enough."""
        self._save(lambda settings: replace(settings, no_tray_explained=True))

    @Slot(int)
    def pause_polling(self, minutes: int) -> None:
        """No provider is asked for so many minutes; 0 ends the pause, and -1 lasts until tomorrow."""
        now = self._clock.now()
        until = now + timedelta(minutes=minutes) if minutes > 0 else _next_midnight(now, self._zone())
        text = until.isoformat() if minutes else ""
        self._save(lambda settings: replace(settings, polling_paused_until=text))
        self._poll_due()
        self._take_snapshot()
        self._plan()

    @Slot(str)
    def back_up(self, path: str) -> None:
        from tokentray.store.copying import backup_history  # 1 MB that few ever need

        if self._history is not None:
            with self._telling():
                backup_history(self._history, path)
                self.finished.emit(f"The history was copied to {path}.")

    @Slot(str, str)
    def export(self, path: str, form: str) -> None:
        """Writes everything to a file; `form` is csv or json."""
        from tokentray.store.copying import export_csv, export_json  # as in back_up

        if self._history is None:
            return
        with self._telling():
            pieces = export_json(self._history) if form == "json" else export_csv(self._history)
            try:
                with open(path + ".part", "w", encoding="utf-8", newline="") as file:
                    file.writelines(pieces)
                os.replace(path + ".part", path)
            except OSError as error:
                raise HistoryFull(f"{path} cannot be written ({error.strerror}).") from error
            self.finished.emit(f"Everything was written to {path}.")

    @Slot(str)
    def restore(self, path: str) -> None:
        """Puts a backup in the history's place; the present one is kept beside it."""
        from tokentray.store.copying import restore_history  # as in back_up

        if self._history is None:
            return
        self._end_child()
        for stop, _thread in self._turns.values():
            stop.set()
        self._turns.clear()
        self._history.close()
        self._history = None
        said = "The backup is in place; the history before it was kept beside it."
        try:
            restore_history(self._place.history_path, path)
        except TokenTrayError as error:
            said = ""
            self.problem_met.emit(error)
        if self._open():
            held = held_back(self._history) if said and self._history is not None else 0
            said += f" {held_back_words(held)}" if held else ""
        if said:
            self.finished.emit(said)
        if self._history is not None:
            self._take_snapshot()
            self._first_look()

    # Settings

    def _load_settings(self) -> None:
        if self._place.sample:
            self.settings_taken.emit(self._settings)
            return
        try:
            settings = load_settings(self._place.settings_path)
        except SettingsUnreadable as error:
            self.problem_met.emit(TokenTrayError(str(error)))
            settings = Settings()
        self._take_settings(settings)

    def _save(self, change: Callable[[Settings], Settings]) -> None:
        """Changes what the file says now: the command line may have written it since."""
        if self._place.sample:
            self._take_settings(change(self._settings))
            return
        try:
            settings = change_settings(self._place.settings_path, change)
            start_at_login(settings.start_at_login, own_command())
        except (SettingsUnreadable, OSError) as error:
            self.problem_met.emit(TokenTrayError(f"The settings could not be saved: {error}"))
            return
        self._take_settings(settings)

    def _take_settings(self, settings: Settings) -> None:
        if settings == self._settings and self._history is not None:
            return
        priced_anew = settings.own_prices != self._settings.own_prices
        self._settings = settings
        self.settings_taken.emit(settings)
        if self._history is not None:
            with self._telling():
                set_zone(self._history, self._zone())
                if priced_anew:
                    price_missing_models(self._history, settings.own_prices)
            self._soon()

    def _zone(self) -> str:
        return zone_of(self._settings.zone, os.environ)

    def _timer(self, slot: Callable[[], None], kind: Qt.TimerType = Qt.TimerType.CoarseTimer) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setTimerType(kind)
        timer.timeout.connect(slot)
        return timer


def _next_midnight(now: datetime, zone: str) -> datetime:
    today = local_day(now, zone)
    return day_period(today, today, zone).end


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except ValueError:
        return None
