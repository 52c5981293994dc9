"""The team's part of the worker: real runs of the command line against a real board on loopback, with a made-up keyring."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.board_server import ROOT, BoardServer
from tests.fakes import DictionaryKeyring, MovableClock
from tokentray.core.journal import Card, Outcome
from tokentray.engine import Engine, Place
from tokentray.settings.settings import Settings, save_settings
from tokentray.settings.vault import Vault
from tokentray.share.team_view import DigestWish, Sending, ShareWish, TeamView
from tokentray.share_runs import Run, ShareRuns
from tokentray.store.database import open_history, transaction
from tokentray.store.journal_table import save_card
from tokentray.store.outbox_table import next_departure
from tokentray.team_desk import MADE_UP, TeamDesk

PATIENCE_MS = 60_000
NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # a Friday
WEEK = "2026-W47"
CARD = Card("c1", NOW, NOW, day=date(2026, 11, 20), title="A first try", outcome=Outcome.WORKED, effort_minutes=90)
C1 = ShareWish(WEEK, ("c1",), adoption="weekly", at_once=True)


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Invites to one board, which is served for all of these tests."""
    pytest.importorskip("tokentray.board.command", reason="the board's server is not installed here")
    board = BoardServer(tmp_path_factory.mktemp("board"), NOW)
    with board.served():
        yield board.links


class Room:
    """An engine with its team desk, both on the test's own thread, and what they said."""

    def __init__(self, folder: Path, *, sample: bool = False) -> None:
        self.folder = folder / "tokentray"
        self.folder.mkdir(parents=True)
        self.keyring = folder / "keyring.json"
        self.history_path, settings_path = str(self.folder / "history.sqlite"), str(self.folder / "settings.json")
        save_settings(settings_path, Settings(zone="Europe/Berlin"))
        place = Place(self.history_path, settings_path, str(self.folder / "log"), str(folder / "home"), sample)
        self.clock = MovableClock(NOW)
        self.engine = Engine(place, self.clock, Vault(DictionaryKeyring(), {}))
        self.runs = ShareRuns(["/nowhere/tokentray"] if sample else None)
        self.desk = TeamDesk(self.engine, self.runs)
        self.engine.departure_due.connect(self.runs.send_due)
        self.engine.stopped.connect(self.desk.stop)
        self.engine.stopped.connect(self.runs.stop)
        self.views: list[TeamView] = []
        self.codes: list[str] = []
        self.digests: list[str] = []
        self.refused: list[str] = []
        self.said: list[str] = []
        self.problems: list[str] = []
        self.arguments: list[str] = []
        self.desk.team_taken.connect(self.views.append)
        self.desk.code_made.connect(self.codes.append)
        self.desk.digest_made.connect(self.digests.append)
        self.desk.join_refused.connect(self.refused.append)
        self.desk.work_changed.connect(self._note_arguments)
        self.engine.finished.connect(self.said.append)
        self.engine.problem_met.connect(lambda problem: self.problems.append(str(problem)))
        self.engine.start()

    @property
    def view(self) -> TeamView:
        return self.views[-1]

    @property
    def secrets(self) -> dict[str, str]:
        kept: dict[str, str] = json.loads(self.keyring.read_text()) if self.keyring.exists() else {}
        return kept

    def sendings(self) -> list[Sending]:
        return list(self.view.sendings) if self.views else []

    def is_idle(self) -> bool:
        return self.runs._process is None and not self.runs._queue

    def _note_arguments(self, words: str) -> None:
        if words and self.runs._process is not None:
            self.arguments += self.runs._process.arguments()


MakeRoom = Callable[[str], Room]


@pytest.fixture
def room_of(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeRoom]:
    """A room by name; the one that was made last is the one whose folders and keyring the runs use."""
    rooms: list[Room] = []
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME"):
        monkeypatch.delenv(name, raising=False)

    def make(name: str) -> Room:
        monkeypatch.setenv("HOME", str(tmp_path / name / "home"))
        monkeypatch.setenv("TOKENTRAY_HOME", str(tmp_path / name / "tokentray"))
        monkeypatch.setenv("TOKENTRAY_NOW", NOW.isoformat())
        monkeypatch.setenv("MADE_UP_KEYRING", str(tmp_path / name / "keyring.json"))
        monkeypatch.setenv("PYTHONPATH", f"{Path(__file__).parent / 'made_up_keyring'}:{ROOT}")
        rooms.append(Room(tmp_path / name))
        return rooms[-1]

    yield make
    for room in rooms:
        room.engine.stop()


@pytest.fixture
def room(room_of: MakeRoom) -> Room:
    return room_of("me")


def join(room: Room, link: str, qtbot: QtBot) -> None:
    room.desk.serve_team(True)
    room.desk.join(link, "")
    qtbot.waitUntil(lambda: bool(room.refused) or (room.view.team is not None and room.is_idle()), timeout=PATIENCE_MS)
    assert room.refused == []


def test_who_belongs_to_no_team_sees_that(room: Room) -> None:
    room.desk.serve_team(True)
    assert (len(room.views), room.view.team) == (1, None)


def test_nothing_is_taken_while_nobody_looks(room: Room, qtbot: QtBot) -> None:
    room.desk.choose_week(WEEK)
    room.desk.serve_team(True)
    room.desk.serve_team(False)
    with open_history(room.history_path) as other, transaction(other):
        save_card(other, CARD, NOW)
    qtbot.wait(2500)
    assert len(room.views) == 1


def test_join_share_withdraw_and_leave(room: Room, links: list[str], qtbot: QtBot) -> None:
    join(room, links[0], qtbot)
    (code,) = room.codes
    team = room.view.team
    assert team is not None
    assert (team.level, team.secrets_in_keyring, WEEK in team.open_weeks) == ("L1", True, True)
    assert room.said == [f"You belong to the team of {team.board}. Nothing is sent unless you send it."]

    room.desk.share(C1)
    qtbot.waitUntil(lambda: [one.state for one in room.sendings()] == ["sent"], timeout=PATIENCE_MS)
    room.desk.verify()
    qtbot.waitUntil(lambda: room.sendings()[0].seen_at is not None, timeout=PATIENCE_MS)
    room.desk.withdraw((room.sendings()[0].number,), True)
    qtbot.waitUntil(
        lambda: [one.op for one in room.sendings() if one.state == "sent"] == ["put", "delete"], timeout=PATIENCE_MS
    )
    room.desk.export_log(str(room.folder / "left.json"))
    qtbot.waitUntil((room.folder / "left.json").exists, timeout=PATIENCE_MS)
    assert len(json.loads((room.folder / "left.json").read_text())["left"]) == room.view.left_count

    invite, kept = links[0].rpartition("#")[2], next(iter(room.secrets.values()))
    assert code in kept
    files = b"".join(path.read_bytes() for path in room.folder.rglob("*") if path.is_file())
    for secret in (invite, code, *kept.split("/")):
        assert secret.encode() not in files
        assert secret not in "\n".join((*room.arguments, *room.said, *room.problems))

    room.desk.leave(True)
    qtbot.waitUntil(lambda: room.view.team is None, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: room.secrets == {}, timeout=PATIENCE_MS)
    assert (room.view.left_count, room.problems) == (0, [])


def test_an_exported_log_is_for_its_owner_alone(room: Room, qtbot: QtBot, tmp_path: Path) -> None:
    exported = tmp_path / "left.json"
    (tmp_path / "left.json.part").write_text("of an export that was broken off")
    before = os.umask(0o022)
    try:
        room.desk.export_log(str(exported))
        qtbot.waitUntil(exported.exists, timeout=PATIENCE_MS)
    finally:
        os.umask(before)
    assert stat.S_IMODE(exported.stat().st_mode) == 0o600
    assert json.loads(exported.read_text())["left"] == []


def test_the_own_name_is_no_argument(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Run] = []
    monkeypatch.setattr(room.runs, "begin", lambda run, then: begun.append(run))
    room.desk.make_digest(DigestWish(WEEK, ("c1",), "Kim\nExample", as_it_is=True))
    room.desk.make_digest(DigestWish(WEEK))
    named, nameless = begun
    assert named.arguments == ("digest", "--week", WEEK, "--card", "c1", "--name", "-", "--as-it-is", "--json")
    assert named.given == "Kim Example\n"
    assert "--name" not in nameless.arguments


def test_what_waits_leaves_at_its_time_without_the_page(
    room: Room, links: list[str], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(room, links[1], qtbot)
    room.desk.share(ShareWish(WEEK, ("c1",), adoption="daily"))
    qtbot.waitUntil(lambda: [one.state for one in room.sendings()] == ["waiting"], timeout=PATIENCE_MS)
    room.desk.serve_team(False)
    taken = len(room.views)
    # The first time may be taken by the day's question for the manifest: then it leaves at another one.
    for _ in range(8):
        planned_at = waits_until(room.history_path)
        if planned_at is not None:
            room.clock.instant = planned_at + timedelta(seconds=1)
            monkeypatch.setenv("TOKENTRAY_NOW", room.clock.instant.isoformat())
            room.engine._look_again()
            qtbot.waitUntil(room.is_idle, timeout=PATIENCE_MS)
    assert len(room.views) == taken
    room.desk.serve_team(True)
    assert ([(one.state, one.why) for one in room.sendings()], room.problems) == ([("sent", "")], [])


def waits_until(history_path: str) -> datetime | None:
    with open_history(history_path, read_only=True) as history:
        return next_departure(history)


def test_not_this_week_and_after_all(room: Room, links: list[str], qtbot: QtBot) -> None:
    join(room, links[2], qtbot)
    room.desk.share(ShareWish(WEEK, ("c1",), adoption="daily"))
    qtbot.waitUntil(lambda: len(room.sendings()) == 1, timeout=PATIENCE_MS)
    room.desk.skip_week(WEEK, True)
    qtbot.waitUntil(lambda: room.view.week is not None and room.view.week.skipped, timeout=PATIENCE_MS)
    assert [one.state for one in room.sendings()] == ["cancelled"]
    room.desk.skip_week(WEEK, False)
    qtbot.waitUntil(lambda: room.view.week is not None and not room.view.week.skipped, timeout=PATIENCE_MS)
    assert room.problems == []


def test_a_second_device_takes_over_by_the_code_and_shows_none(
    room_of: MakeRoom, links: list[str], qtbot: QtBot
) -> None:
    first = room_of("first")
    join(first, links[3], qtbot)
    first.desk.share(C1)
    qtbot.waitUntil(lambda: [one.state for one in first.sendings()] == ["sent"], timeout=PATIENCE_MS)
    second = room_of("second")
    second.desk.serve_team(True)
    second.desk.join(links[3], f" {first.codes[0].lower()}\n")
    qtbot.waitUntil(lambda: second.view.team is not None or bool(second.refused), timeout=PATIENCE_MS)
    qtbot.waitUntil(second.is_idle, timeout=PATIENCE_MS)
    assert (second.codes, second.refused, second.secrets) == ([], [], first.secrets)
    assert [(one.kind, one.state) for one in second.sendings()] == [("c1", "sent")]


@pytest.mark.parametrize("invite", ["nonsense", "http://127.0.0.1:9/join#AAAA"])
def test_an_invite_that_is_none_is_refused_in_words(room: Room, qtbot: QtBot, invite: str) -> None:
    room.desk.serve_team(True)
    room.desk.join(invite, "")
    qtbot.waitUntil(lambda: bool(room.refused), timeout=PATIENCE_MS)
    assert room.refused[0].endswith(".")
    assert invite not in room.refused[0] + "".join(room.arguments)
    assert (room.view.team, room.problems, room.secrets) == (None, [], {})


def test_joining_can_be_stopped_and_begun_again(room: Room, links: list[str], qtbot: QtBot) -> None:
    room.desk.serve_team(True)
    room.desk.join(links[4], "")
    room.desk.stop_work()
    qtbot.waitUntil(lambda: bool(room.refused), timeout=PATIENCE_MS)
    assert room.refused == ["Joining was stopped. The same invite can be used again."]
    room.refused.clear()
    join(room, links[4], qtbot)


def test_the_readers_password_goes_into_the_keyring_and_the_board_is_asked(
    room: Room, links: list[str], qtbot: QtBot
) -> None:
    join(room, links[5], qtbot)
    room.arguments.clear()
    room.desk.give_password("verysecret word")
    qtbot.waitUntil(
        lambda: room.view.team is not None and room.view.team.password_kept and room.is_idle(), timeout=PATIENCE_MS
    )
    assert "verysecret word" in room.secrets.values()
    assert "verysecret" not in "\n".join((*room.arguments, *room.said, *room.problems))
    assert ("refresh" in room.arguments, room.problems) == (True, [])


def test_a_level_that_is_agreed_to_is_told(room: Room, links: list[str], qtbot: QtBot) -> None:
    join(room, links[6], qtbot)
    room.runs._rests_until = float("inf")
    room.desk.accept_level()
    qtbot.waitUntil(lambda: "Level L1 holds from now on, and what waits can leave." in room.said, timeout=PATIENCE_MS)
    assert (room.runs._rests_until, room.problems) == (0.0, [])


def test_what_cannot_be_done_is_told_in_words(room: Room, qtbot: QtBot) -> None:
    room.desk.serve_team(True)
    for wish in (room.desk.verify, room.desk.refresh, room.desk.accept_level, lambda: room.desk.share(C1)):
        wish()
        qtbot.waitUntil(room.is_idle, timeout=PATIENCE_MS)
    assert len(room.problems) == 4
    assert all("belongs to no team yet" in problem for problem in room.problems)


def test_a_made_up_team_is_shown_and_nothing_is_run(tmp_path: Path, qtbot: QtBot) -> None:
    room = Room(tmp_path, sample=True)
    room.desk.serve_team(True)
    view = room.view
    assert view.team is not None
    assert view.week is not None
    assert view.week.use.tokens
    assert len({card.week for card in view.feed}) >= 8
    assert {card.outcome for card in view.feed} == {"worked", "mixed", "failed", "unsure"}
    assert view.published[0].own is not None
    card = next(card for card in view.feed if not card.reproduced)
    room.desk.note_reproduced(card.id, True)
    assert next(one for one in room.view.feed if one.id == card.id).reproduced
    wishes: tuple[Callable[[], object], ...] = (
        lambda: room.desk.share(C1),
        lambda: room.desk.withdraw((1,), True),
        lambda: room.desk.make_digest(DigestWish(view.published[0].week, post_to="slack")),
        lambda: room.desk.leave(True),
        room.desk.refresh,
        room.desk.accept_level,
        lambda: room.desk.give_password("verysecret"),
    )
    for wish in wishes:
        wish()
    room.desk.join("https://board.example.org/join#x", "")
    assert (room.said, room.refused, room.problems) == ([MADE_UP] * len(wishes), [MADE_UP], [])
    assert room.is_idle()
    room.desk.make_digest(DigestWish(view.published[0].week, (view.week.shareable[0].id,), "Kim"))
    assert room.digests[0].startswith("# board.example.org: Week 45, 2 November to 8 November 2026")
    assert "## From Kim" in room.digests[0]
    room.engine.stop()
