"""The engine on its own thread, with a real history, real files, and a provider that is a function."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import keyring.errors
import pytest
from PySide6.QtCore import QObject, Qt, QThread, Signal
from pytestqt.qtbot import QtBot

from tests.fakes import DictionaryKeyring, MovableClock
from tests.waiting_parcel import queue_one
from tokentray.core.api_key import ApiKey
from tokentray.core.errors import HistoryDamaged
from tokentray.diagnostics import stop_log
from tokentray.engine import Engine, Place
from tokentray.insights.alerts import Alert
from tokentray.insights.snapshot import Progress, Snapshot
from tokentray.settings.new_account import AccountTested, NewAccount
from tokentray.settings.settings import AccountSetting, Settings, change_settings, load_settings, save_settings
from tokentray.settings.vault import Vault
from tokentray.share_runs import ShareRuns
from tokentray.store.database import open_history
from tokentray.store.outbox_table import all_departures, all_parcels

PATIENCE_MS = 30_000

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
EMPTY = '{"object": "page", "data": [], "has_more": false, "next_page": null}'
WORK = AccountSetting("openai/work", "keyring")


class Wishes(QObject):
    """What a person can wish, as the window's signals."""

    account_added = Signal(object)
    account_paused = Signal(str, bool)
    account_removed = Signal(str)
    settings_changed = Signal(object)
    sync_wished = Signal()
    backup_wished = Signal(str)
    restore_wished = Signal(str)
    export_wished = Signal(str, str)
    stop_wished = Signal()
    long_work_stopped = Signal()
    sleep_changed = Signal(bool)
    polling_paused = Signal(int)


@dataclass
class House:
    """One person's machine: a home with an agent's logs, a keyring, a provider."""

    folder: Path
    clock: MovableClock
    keyring: DictionaryKeyring
    answer: Callable[[httpx.Request], httpx.Response]
    asked: list[str]

    @property
    def settings_path(self) -> str:
        return str(self.folder / "config" / "settings.json")

    @property
    def history_path(self) -> str:
        return str(self.folder / "config" / "history.sqlite")

    @property
    def log(self) -> Path:
        return self.folder / "home" / ".claude" / "projects" / "-home-me-alpha" / "one.jsonl"

    def log_response(self, number: int, tokens: int, name: str = "") -> None:
        name = name or str(number)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        usage = {
            "input_tokens": tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": 0,
        }
        line = {
            "type": "assistant",
            "timestamp": f"2026-11-21T08:{number:02}:00.000Z",
            "sessionId": "one",
            "requestId": f"req_{name}",
            "cwd": "/home/me/alpha",
            "uuid": f"u{name}",
            "message": {"id": f"msg_{name}", "model": "claude-opus-4-5", "role": "assistant", "usage": usage},
        }
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


class Seen(QObject):
    """An engine at work and everything it said so far, seen from the window's thread."""

    def __init__(self, house: House, *, sample: bool = False) -> None:
        super().__init__()
        self.snapshots: list[Snapshot] = []
        self.settings: list[Settings] = []
        self.tested: list[AccountTested] = []
        self.alerts: list[Alert] = []
        self.problems: list[Exception] = []
        self.said: list[str] = []
        self.progress: list[Progress | None] = []
        self.wishes = Wishes()
        log_path = str(house.folder / "tokentray.log")
        place = Place(house.history_path, house.settings_path, log_path, str(house.folder / "home"), sample)
        transport = httpx.MockTransport(house.answer)
        self.engine = Engine(place, house.clock, Vault(house.keyring, {}), transport)
        self.runs = ShareRuns()
        self.thread = QThread()
        self.engine.moveToThread(self.thread)
        self.runs.moveToThread(self.thread)
        self._connect()
        self.thread.start()

    def _connect(self) -> None:
        engine, wishes = self.engine, self.wishes
        self.thread.started.connect(engine.start)
        engine.stopped.connect(self.thread.quit, Qt.ConnectionType.DirectConnection)
        engine.snapshot_taken.connect(self.snapshots.append)
        engine.settings_taken.connect(self.settings.append)
        engine.account_tested.connect(self.tested.append)
        engine.alert_raised.connect(self.alerts.append)
        engine.problem_met.connect(self.problems.append)
        engine.finished.connect(self.said.append)
        engine.progress_changed.connect(self.progress.append)
        engine.departure_due.connect(self.runs.send_due)
        engine.stopped.connect(self.runs.stop)
        wishes.account_added.connect(engine.add_account)
        wishes.account_paused.connect(engine.pause_account)
        wishes.account_removed.connect(engine.remove_account)
        wishes.settings_changed.connect(engine.change_settings)
        wishes.sync_wished.connect(engine.refresh)
        wishes.backup_wished.connect(engine.back_up)
        wishes.restore_wished.connect(engine.restore)
        wishes.export_wished.connect(engine.export)
        wishes.stop_wished.connect(engine.stop)
        wishes.long_work_stopped.connect(engine.stop_long_work)
        wishes.sleep_changed.connect(engine.sleep_changed)
        wishes.polling_paused.connect(engine.pause_polling)

    @property
    def tokens(self) -> int | None:
        return self.snapshots[-1].today.tokens.total if self.snapshots else None

    def state_of(self, account: str) -> str | None:
        states = {row.account: row.state for row in self.snapshots[-1].accounts} if self.snapshots else {}
        return states.get(account)

    def stop(self) -> bool:
        self.engine.leave()
        self.wishes.stop_wished.emit()
        return self.thread.wait(2000)


Start = Callable[..., Seen]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    # A big scan is a program of its own, which finds its way by these.
    monkeypatch.setenv("TOKENTRAY_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME"):
        monkeypatch.delenv(name, raising=False)
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return response(200, EMPTY)

    keys = DictionaryKeyring({("tokentray-desktop", "openai/work"): "sk-work"})
    yield House(tmp_path, MovableClock(NOW), keys, answer, asked)
    stop_log()


@pytest.fixture
def start(house: House, qtbot: QtBot) -> Iterator[Start]:
    running: list[Seen] = []

    def begin(**options: bool) -> Seen:
        running.append(Seen(house, **options))
        return running[-1]

    yield begin
    for seen in running:
        assert seen.stop()


def response(status: int, text: str = "{}") -> httpx.Response:
    return httpx.Response(status, stream=httpx.ByteStream(text.encode()))


def test_with_nothing_there_it_shows_an_empty_day(start: Start, qtbot: QtBot) -> None:
    seen = start()
    qtbot.waitUntil(lambda: len(seen.snapshots) > 0, timeout=PATIENCE_MS)
    assert (seen.tokens, seen.problems) == (None, [])


def test_logs_are_found_without_being_asked(house: House, start: Start, qtbot: QtBot) -> None:
    house.log_response(1, 1000)
    seen = start()
    qtbot.waitUntil(lambda: seen.tokens == 1000, timeout=PATIENCE_MS)


def test_an_appended_line_is_shown(house: House, start: Start, qtbot: QtBot) -> None:
    house.log_response(1, 1000)
    seen = start()
    qtbot.waitUntil(lambda: seen.tokens == 1000, timeout=PATIENCE_MS)
    house.log_response(2, 234)
    qtbot.waitUntil(lambda: seen.tokens == 1234, timeout=PATIENCE_MS)


def test_a_new_session_in_a_new_project_is_noticed(house: House, start: Start, qtbot: QtBot) -> None:
    house.log_response(1, 1000)
    seen = start()
    qtbot.waitUntil(lambda: seen.tokens == 1000, timeout=PATIENCE_MS)
    first = house.log.read_text()
    other = house.log.parent.parent / "-home-me-beta" / "two.jsonl"
    other.parent.mkdir()
    other.write_text(first.replace("msg_1", "msg_7").replace("req_1", "req_7").replace('"one"', '"two"'))
    qtbot.waitUntil(lambda: seen.tokens == 2000, timeout=PATIENCE_MS)
    with other.open("a") as log:
        log.write(first.replace("msg_1", "msg_8").replace("req_1", "req_8").replace('"one"', '"two"'))
    qtbot.waitUntil(lambda: seen.tokens == 3000, timeout=PATIENCE_MS)


def test_nothing_is_polled_before_the_person_said_so(house: House, start: Start, qtbot: QtBot) -> None:
    save(house, Settings(polling_allowed=False, accounts=(WORK,)))
    house.log_response(1, 1000)
    seen = start()
    qtbot.waitUntil(lambda: seen.tokens == 1000, timeout=PATIENCE_MS)
    seen.wishes.sync_wished.emit()
    house.log_response(2, 234)
    qtbot.waitUntil(lambda: seen.tokens == 1234, timeout=PATIENCE_MS)
    assert house.asked == []


def test_allowed_it_polls_at_start(house: House, start: Start, qtbot: QtBot) -> None:
    save(house, Settings(polling_allowed=True, backfill_days=2, accounts=(WORK,)))
    seen = start()
    qtbot.waitUntil(lambda: seen.state_of("openai/work") == "ok", timeout=PATIENCE_MS)
    assert house.asked[0].startswith("https://api.openai.com/v1/organization/")


def test_a_refused_key_is_a_state_and_one_alert_even_after_a_restart(house: House, start: Start, qtbot: QtBot) -> None:
    save(house, Settings(polling_allowed=True, backfill_days=2, accounts=(WORK,)))
    house.answer = lambda _request: response(401)
    seen = start()
    qtbot.waitUntil(lambda: seen.state_of("openai/work") == "key_rejected", timeout=PATIENCE_MS)
    assert [(alert.kind, alert.account) for alert in seen.alerts] == [("key", "openai/work")]
    seen.stop()
    again = start()
    qtbot.waitUntil(lambda: again.state_of("openai/work") == "key_rejected", timeout=PATIENCE_MS)
    assert again.alerts == []


def test_a_refused_keyring_is_asked_again_only_when_the_person_wants_it(
    house: House, start: Start, qtbot: QtBot
) -> None:
    save(house, Settings(polling_allowed=True, backfill_days=2, accounts=(WORK,)))
    house.keyring.refuses = keyring.errors.KeyringLocked("locked")
    seen = start()
    qtbot.waitUntil(lambda: seen.state_of("openai/work") == "vault_locked", timeout=PATIENCE_MS)
    house.clock.instant = NOW + timedelta(hours=8)
    seen.wishes.sleep_changed.emit(False)
    qtbot.waitUntil(lambda: seen.snapshots[-1].accounts[0].tried_at == house.clock.instant, timeout=PATIENCE_MS)
    assert house.keyring.asked == 1
    house.keyring.refuses = None
    seen.wishes.sync_wished.emit()
    house.clock.instant = NOW + timedelta(hours=9)
    seen.wishes.sync_wished.emit()
    qtbot.waitUntil(lambda: seen.state_of("openai/work") == "ok", timeout=PATIENCE_MS)


def test_adding_an_account_tests_its_key_first(house: House, start: Start, qtbot: QtBot) -> None:
    house.answer = lambda _request: response(403)
    seen = start()
    qtbot.waitUntil(lambda: len(seen.snapshots) > 0, timeout=PATIENCE_MS)
    seen.wishes.account_added.emit(NewAccount("openai", "new", key=ApiKey("sk-new"), key_from="keyring"))
    qtbot.waitUntil(lambda: len(seen.tested) == 1, timeout=PATIENCE_MS)
    assert not seen.tested[0].accepted
    assert load_settings(house.settings_path).accounts == ()


def test_an_added_account_is_saved_and_read_at_once(house: House, start: Start, qtbot: QtBot) -> None:
    save(house, Settings(polling_allowed=True, backfill_days=2))
    seen = start()
    qtbot.waitUntil(lambda: len(seen.snapshots) > 0, timeout=PATIENCE_MS)
    seen.wishes.account_added.emit(NewAccount("openai", "new", key=ApiKey("sk-new"), key_from="keyring"))
    qtbot.waitUntil(lambda: seen.state_of("openai/new") == "ok", timeout=PATIENCE_MS)
    assert [account.name for account in load_settings(house.settings_path).accounts] == ["openai/new"]
    assert house.keyring.secrets["tokentray-desktop", "openai/new"] == "sk-new"


def test_a_removed_account_loses_its_key(house: House, start: Start, qtbot: QtBot) -> None:
    save(house, Settings(accounts=(WORK,)))
    seen = start()
    qtbot.waitUntil(lambda: len(seen.snapshots) > 0, timeout=PATIENCE_MS)
    seen.wishes.account_removed.emit("openai/work")
    qtbot.waitUntil(lambda: house.keyring.secrets == {}, timeout=PATIENCE_MS)
    assert load_settings(house.settings_path).accounts == ()


def test_a_paused_agent_is_read_no_more(house: House, start: Start, qtbot: QtBot) -> None:
    house.log_response(1, 1000)
    seen = start()
    qtbot.waitUntil(lambda: seen.tokens == 1000, timeout=PATIENCE_MS)
    seen.wishes.account_paused.emit("claude-code/default", True)
    qtbot.waitUntil(lambda: any(row.paused for row in seen.snapshots[-1].accounts), timeout=PATIENCE_MS)
    house.log_response(2, 234)
    seen.wishes.sync_wished.emit()
    seen.wishes.backup_wished.emit(str(house.folder / "copy.sqlite"))
    qtbot.waitUntil(lambda: len(seen.said) == 1, timeout=PATIENCE_MS)
    assert seen.tokens == 1000


def test_settings_changed_elsewhere_are_taken_and_not_overwritten(house: House, start: Start, qtbot: QtBot) -> None:
    save(house, Settings(theme="light"))
    seen = start()
    qtbot.waitUntil(lambda: len(seen.snapshots) > 0, timeout=PATIENCE_MS)
    save(house, Settings(theme="light", accounts=(WORK,)))
    qtbot.waitUntil(lambda: seen.settings[-1].accounts == (WORK,), timeout=PATIENCE_MS)
    seen.wishes.settings_changed.emit(Settings(theme="dark"))
    qtbot.waitUntil(lambda: seen.settings[-1].theme == "dark", timeout=PATIENCE_MS)
    assert load_settings(house.settings_path).accounts == (WORK,)


def test_accounts_the_command_line_adds_meanwhile_are_not_lost(house: House, start: Start, qtbot: QtBot) -> None:
    save(house, Settings())
    seen = start()
    qtbot.waitUntil(lambda: len(seen.snapshots) > 0)

    def add(number: int) -> None:
        account = AccountSetting(f"codex/{number}", folder=str(house.folder))
        change_settings(house.settings_path, lambda settings: settings.with_account(account))

    for percent in range(40):
        seen.wishes.settings_changed.emit(Settings(amber_at=percent))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, range(40)))
    qtbot.waitUntil(lambda: load_settings(house.settings_path).amber_at == 39)
    assert len(load_settings(house.settings_path).accounts) == 40


def test_a_backup_can_be_restored(house: House, start: Start, qtbot: QtBot) -> None:
    house.log_response(1, 1000)
    seen = start()
    qtbot.waitUntil(lambda: seen.tokens == 1000, timeout=PATIENCE_MS)
    copy = str(house.folder / "copy.sqlite")
    seen.wishes.backup_wished.emit(copy)
    qtbot.waitUntil(lambda: len(seen.said) == 1, timeout=PATIENCE_MS)
    house.log_response(2, 234)
    qtbot.waitUntil(lambda: seen.tokens == 1234, timeout=PATIENCE_MS)
    house.log.unlink()
    seen.wishes.restore_wished.emit(copy)
    qtbot.waitUntil(lambda: seen.tokens == 1000, timeout=PATIENCE_MS)
    assert seen.problems == []


def test_what_waited_in_a_restored_backup_does_not_leave_and_that_is_told(
    house: House, start: Start, qtbot: QtBot
) -> None:
    queue_one(house.history_path, NOW + timedelta(days=3))
    seen = start()
    copy = str(house.folder / "copy.sqlite")
    seen.wishes.backup_wished.emit(copy)
    qtbot.waitUntil(lambda: len(seen.said) == 1, timeout=PATIENCE_MS)
    seen.wishes.restore_wished.emit(copy)
    qtbot.waitUntil(lambda: len(seen.said) == 2, timeout=PATIENCE_MS)
    assert seen.said[1] == (
        "The backup is in place; the history before it was kept beside it. One part of your sharing that waited in it does not leave, "
        "since you may have taken it back or it may have left: share it again if it should."
    )
    with open_history(house.history_path, read_only=True) as history:
        assert [one.state for one in all_parcels(history)] == ["cancelled"]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_everything_can_be_exported(house: House, start: Start, qtbot: QtBot, form: str) -> None:
    house.log_response(1, 1000)
    seen = start()
    qtbot.waitUntil(lambda: seen.tokens == 1000, timeout=PATIENCE_MS)
    seen.wishes.export_wished.emit(str(house.folder / "all"), form)
    qtbot.waitUntil(lambda: len(seen.said) == 1, timeout=PATIENCE_MS)
    assert "claude-opus-4-5" in (house.folder / "all").read_text()


def test_a_damaged_history_is_kept_and_a_new_one_begun(house: House, start: Start, qtbot: QtBot) -> None:
    Path(house.history_path).parent.mkdir()
    Path(house.history_path).write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)
    house.log_response(1, 1000)
    seen = start()
    qtbot.waitUntil(lambda: seen.tokens == 1000, timeout=PATIENCE_MS)
    assert [type(problem) for problem in seen.problems] == [HistoryDamaged]
    assert [path.name for path in Path(house.history_path).parent.glob("*.damaged-*")] != []


@pytest.mark.parametrize("table", ["account", "day_total", "log_file", "poll"])
def test_damage_met_in_reading_is_told_in_our_words(house: House, start: Start, qtbot: QtBot, table: str) -> None:
    house.log_response(1, 1000)
    seen = start()
    qtbot.waitUntil(lambda: seen.tokens == 1000, timeout=PATIENCE_MS)
    assert seen.stop()
    damage(house.history_path, table)
    again = start()
    again.wishes.sync_wished.emit()
    qtbot.waitUntil(lambda: len(again.problems) > 0, timeout=PATIENCE_MS)
    assert again.stop()
    assert {str(problem) for problem in again.problems} == {
        f"{house.history_path} is damaged: start TokenTray again to have it checked and set aside."
    }
    last = start()
    qtbot.waitUntil(lambda: last.tokens == 1000, timeout=PATIENCE_MS)
    assert [("kept as" in str(problem)) for problem in last.problems] == [True]


def test_damage_met_in_opening_is_told_once_and_a_new_history_begun(house: House, start: Start, qtbot: QtBot) -> None:
    house.log_response(1, 1000)
    seen = start()
    qtbot.waitUntil(lambda: seen.tokens == 1000, timeout=PATIENCE_MS)
    assert seen.stop()
    damage(house.history_path, "meta")
    again = start()
    qtbot.waitUntil(lambda: again.tokens == 1000, timeout=PATIENCE_MS)
    assert [("kept as" in str(problem)) for problem in again.problems] == [True]


def test_it_stops_while_a_provider_does_not_answer(house: House, start: Start, qtbot: QtBot) -> None:
    save(house, Settings(polling_allowed=True, accounts=(WORK,)))
    asked, answered = threading.Event(), threading.Event()

    def answer(_request: httpx.Request) -> httpx.Response:
        asked.set()
        answered.wait()
        return response(200, EMPTY)

    house.answer = answer
    seen = start()
    qtbot.waitUntil(asked.is_set, timeout=PATIENCE_MS)
    assert seen.stop()
    answered.set()


def test_after_a_sleep_it_polls_and_shows_the_new_day(house: House, start: Start, qtbot: QtBot) -> None:
    save(house, Settings(polling_allowed=True, backfill_days=2, accounts=(WORK,)))
    house.log_response(1, 1000)
    seen = start()
    qtbot.waitUntil(lambda: seen.state_of("openai/work") == "ok" and seen.tokens == 1000, timeout=PATIENCE_MS)
    house.asked.clear()
    house.clock.instant = NOW + timedelta(hours=16)
    seen.wishes.sleep_changed.emit(True)
    seen.wishes.sleep_changed.emit(False)
    qtbot.waitUntil(lambda: seen.snapshots[-1].today.day == date(2026, 11, 22), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: len(house.asked) > 0, timeout=PATIENCE_MS)
    assert seen.tokens in (None, 0)


def test_paused_polling_asks_nobody(house: House, start: Start, qtbot: QtBot) -> None:
    save(house, Settings(polling_allowed=True, polling_paused_until="2026-11-21T10:00:00+00:00", accounts=(WORK,)))
    seen = start()
    qtbot.waitUntil(lambda: len(seen.snapshots) > 0, timeout=PATIENCE_MS)
    seen.wishes.sync_wished.emit()
    seen.wishes.polling_paused.emit(-1)
    qtbot.waitUntil(lambda: seen.settings[-1].polling_paused_until == "2026-11-22T00:00:00+00:00", timeout=PATIENCE_MS)
    assert house.asked == []
    seen.wishes.polling_paused.emit(0)
    qtbot.waitUntil(lambda: len(house.asked) > 0, timeout=PATIENCE_MS)


def test_a_big_first_scan_runs_beside_and_shows_how_far_it_is(house: House, start: Start, qtbot: QtBot) -> None:
    for number in range(2000):
        house.log_response(number % 60, 1000, name=f"{number}")
    seen = start()
    qtbot.waitUntil(lambda: seen.tokens == 2_000_000, timeout=20_000)
    qtbot.waitUntil(lambda: seen.progress[-1] is None, timeout=PATIENCE_MS)
    assert seen.progress[0] == Progress("Reading the agents’ logs", None, "today first")
    assert seen.problems == []


def test_a_big_scan_can_be_stopped_and_continued(house: House, start: Start, qtbot: QtBot) -> None:
    for number in range(2000):
        house.log_response(number % 60, 1000, name=f"{number}")
    seen = start()
    qtbot.waitUntil(lambda: len(seen.progress) > 0, timeout=PATIENCE_MS)
    seen.wishes.long_work_stopped.emit()
    qtbot.waitUntil(lambda: seen.progress[-1] is None, timeout=PATIENCE_MS)
    seen.wishes.sync_wished.emit()
    qtbot.waitUntil(lambda: seen.tokens == 2_000_000, timeout=20_000)


def test_a_stopped_backfill_waits_for_the_person_and_goes_on_where_it_was(
    house: House, start: Start, qtbot: QtBot
) -> None:
    save(house, Settings(polling_allowed=True, backfill_days=365, accounts=(WORK,)))
    gate = threading.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        house.asked.append(str(request.url))
        gate.wait()
        return response(200, EMPTY)

    house.answer = answer
    seen = start()
    qtbot.waitUntil(lambda: len(house.asked) == 1, timeout=PATIENCE_MS)
    seen.wishes.long_work_stopped.emit()
    qtbot.waitUntil(lambda: seen.progress[-1:] == [None], timeout=PATIENCE_MS)
    gate.set()
    house.clock.instant = NOW + timedelta(hours=2)
    seen.wishes.sleep_changed.emit(False)
    qtbot.waitUntil(lambda: seen.snapshots[-1].taken_at == house.clock.instant, timeout=PATIENCE_MS)
    assert len(house.asked) < 5
    seen.wishes.sync_wished.emit()
    qtbot.waitUntil(lambda: seen.state_of("openai/work") == "ok", timeout=PATIENCE_MS)
    assert len(house.asked) > 5


def test_it_stops_in_the_middle_of_a_big_scan(house: House, start: Start, qtbot: QtBot) -> None:
    for number in range(2000):
        house.log_response(number % 60, 1000, name=f"{number}")
    seen = start()
    qtbot.waitUntil(lambda: len(seen.progress) > 0, timeout=PATIENCE_MS)
    assert seen.stop()


def test_made_up_history_is_marked_and_nothing_is_read(house: House, start: Start, qtbot: QtBot) -> None:
    house.log_response(1, 1000)
    seen = start(sample=True)
    qtbot.waitUntil(lambda: len(seen.snapshots) > 0, timeout=20_000)
    assert seen.snapshots[-1].sample
    assert not Path(house.settings_path).exists()


def save(house: House, settings: Settings) -> None:
    save_settings(house.settings_path, settings)


def test_what_has_its_time_in_the_outbox_is_sent_by_a_program_of_its_own(
    house: House, start: Start, qtbot: QtBot
) -> None:
    queue_one(house.history_path, NOW - timedelta(minutes=1))
    start()
    # Nobody listens there: that it was tried stands in the log of what left.
    with open_history(house.history_path, read_only=True) as history:
        qtbot.waitUntil(lambda: len(all_departures(history)) == 1, timeout=15_000)
        assert all_departures(history)[0].url == "http://127.0.0.1:9/v1/manifest"


def damage(path: str, table: str) -> None:
    """Spoils the first page of a table; nobody has the file open."""
    db = sqlite3.connect(path)
    page = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
    db.close()
    with open(path, "r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
