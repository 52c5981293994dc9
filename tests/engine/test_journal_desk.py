"""The journal's part of the worker, with a real history: cards are kept, and shown to whoever looks."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import DictionaryKeyring, MovableClock
from tokentray.core.found import Found
from tokentray.core.journal import Card, CheckIn, Edit, Level, Outcome, link_to
from tokentray.engine import Engine, Place
from tokentray.insights.checkin import CheckInDraft
from tokentray.insights.journal import JournalChoice, JournalView, Proposal
from tokentray.insights.nudge import Nudge
from tokentray.journal_desk import JournalDesk
from tokentray.settings.settings import Settings, save_settings
from tokentray.settings.vault import Vault
from tokentray.store.account_table import account_id
from tokentray.store.checkin_table import checkin_of
from tokentray.store.database import open_history, transaction
from tokentray.store.journal_table import all_cards, edits_of, save_card
from tokentray.store.log_table import record_logs

PATIENCE_MS = 30_000

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # a Friday
CARD = Card("c1", NOW, NOW, day=date(2026, 11, 20), title="A first try")


class Room:
    """An engine with its desk, both on the test's own thread, and what they said."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.history_path = str(folder / "history.sqlite")
        save_settings(str(folder / "settings.json"), settings)
        place = Place(self.history_path, str(folder / "settings.json"), str(folder / "log"), str(folder / "home"))
        self.clock = MovableClock(NOW)
        self.engine = Engine(place, self.clock, Vault(DictionaryKeyring(), {}))
        self.desk = JournalDesk(self.engine)
        self.engine.stopped.connect(self.desk.stop)
        self.views: list[JournalView] = []
        self.drafts: list[CheckInDraft] = []
        self.saved: list[Card] = []
        self.proposals: list[Proposal] = []
        self.begun: list[str] = []
        self.edits: list[tuple[str, tuple[Edit, ...]]] = []
        self.problems: list[str] = []
        self.nudges: list[Nudge] = []
        self.desk.journal_taken.connect(self.views.append)
        self.desk.checkin_taken.connect(self.drafts.append)
        self.desk.card_saved.connect(self.saved.append)
        self.desk.proposal_taken.connect(self.proposals.append)
        self.desk.card_begun.connect(self.begun.append)
        self.desk.edits_taken.connect(lambda card, edits: self.edits.append((card, edits)))
        self.engine.problem_met.connect(lambda problem: self.problems.append(str(problem)))
        self.engine.nudged.connect(self.nudges.append)
        self.engine.start()

    @property
    def titles(self) -> list[str]:
        return [row.card.title for day in self.views[-1].days for row in day.cards] if self.views else []

    @property
    def stretches(self) -> list[tuple[datetime, datetime]]:
        return [(one.start, one.end) for day in self.views[-1].days for one in day.unexplained]

    def use(self, *minutes: int, model: str = "claude-opus-5", before: datetime = NOW) -> None:
        """A response so many minutes before an instant, each."""
        history = self.engine.history
        assert history is not None
        found = Found()
        for ago in minutes:
            at = int((before - timedelta(minutes=ago)).timestamp() * 1000)
            found.responses.append((at, at, model, "alpha", "s", "", 100, 0, 0, 0, 10, None, 0))
        with transaction(history):
            record_logs(history, account_id(history, "claude-code/default", "logged"), found, [])


@pytest.fixture
def settings() -> Settings:
    return Settings(zone="Europe/Berlin")


@pytest.fixture
def room(tmp_path: Path, settings: Settings, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME"):
        monkeypatch.delenv(name, raising=False)
    room = Room(tmp_path, settings)
    yield room
    room.engine.stop()


def test_nothing_is_taken_while_nobody_looks(room: Room, qtbot: QtBot) -> None:
    room.desk.save_card(CARD)
    room.desk.choose_journal(JournalChoice("try"))
    qtbot.wait(100)
    assert (room.views, room.drafts, len(room.saved)) == ([], [], 1)


def test_a_card_that_was_saved_is_shown(room: Room, qtbot: QtBot) -> None:
    room.desk.serve_journal(True)
    room.desk.save_card(CARD)
    qtbot.waitUntil(lambda: room.titles == ["A first try"], timeout=PATIENCE_MS)


def test_damage_met_in_reading_is_told_in_our_words_and_once(room: Room, qtbot: QtBot) -> None:
    room.engine.stop()
    db = sqlite3.connect(room.history_path)
    pages = [row[0] for row in db.execute("SELECT rootpage FROM sqlite_schema WHERE name IN ('card', 'retry')")]
    db.close()
    with open(room.history_path, "r+b") as file:
        for page in pages:
            file.seek((page - 1) * 4096)
            file.write(b"\xff" * 4096)
    room.engine.start()
    told = [f"{room.history_path} is damaged: start TokenTray again to have it checked and set aside."]
    wishes: tuple[Callable[[], object], ...] = (
        lambda: room.desk.open_card("c1"),
        room.desk.propose,
        lambda: room.desk.answer_retry("c1", True),
        lambda: room.desk.split_work("s", NOW),
        lambda: room.desk.save_card(CARD),
        lambda: room.desk.remove_card("c1"),
        lambda: room.desk.serve_journal(True),
    )
    for wish in wishes:
        room.problems.clear()
        wish()
        assert room.problems in ([], told)
    assert room.problems == told
    qtbot.wait(2500)
    assert (room.problems, room.views, room.begun) == (told, [], [])


def test_typing_is_saved_at_once_and_shown_once_a_second(room: Room, qtbot: QtBot) -> None:
    room.desk.serve_journal(True)
    for length in range(1, 9):
        room.desk.save_card(replace(CARD, title="A first try"[:length]))
    assert [card.title for card in room.saved][-1] == "A first "
    qtbot.waitUntil(lambda: room.titles == ["A first "], timeout=3000)
    assert len(room.views) == 2


def test_what_another_program_wrote_is_shown(room: Room, qtbot: QtBot) -> None:
    room.desk.serve_journal(True)
    with open_history(room.history_path) as other, transaction(other):
        save_card(other, CARD, NOW)
    qtbot.waitUntil(lambda: room.titles == ["A first try"], timeout=PATIENCE_MS)


def test_a_page_that_nobody_looks_at_any_more_is_left_alone(room: Room, qtbot: QtBot) -> None:
    room.desk.serve_journal(True)
    room.desk.serve_journal(False)
    with open_history(room.history_path) as other, transaction(other):
        save_card(other, CARD, NOW)
    qtbot.wait(2500)
    assert len(room.views) == 1


def test_one_sitting_is_one_edit(room: Room) -> None:
    room.desk.save_card(CARD)
    for title in ("A first try, ", "A first try, and", "A first try, and more"):
        room.desk.save_card(replace(CARD, title=title))
    room.clock.instant += timedelta(minutes=11)
    room.desk.save_card(replace(CARD, title="Later"))
    assert [edit.card.title for edit in room.edits[-1][1]] == ["A first try, and more"]


def test_a_linked_card_remembers_its_models(room: Room) -> None:
    room.use(50, 40)
    room.desk.propose()
    (proposal,) = room.proposals
    assert proposal.session is not None
    room.desk.save_card(replace(CARD, day=None, links=(link_to(proposal.session),)))
    assert room.saved[-1].models == ("claude-opus-5",)


def test_a_removed_card_comes_back_with_its_earlier_texts(room: Room) -> None:
    room.desk.save_card(CARD)
    room.clock.instant += timedelta(minutes=11)
    room.desk.save_card(replace(CARD, title="A second try"))
    room.desk.remove_card("c1")
    history = room.engine.history
    assert history is not None
    assert all_cards(history) == []
    room.desk.restore_card(replace(CARD, title="A second try"))
    assert [card.title for card in all_cards(history)] == ["A second try"]
    assert [edit.card.title for edit in edits_of(history, "c1")] == ["A first try"]


def test_a_stretch_is_cut_joined_and_put_back(room: Room, qtbot: QtBot) -> None:
    room.use(60, 50, 40)
    room.desk.serve_journal(True)
    (whole,) = (session for day in room.views[-1].days for session in day.unexplained)
    room.desk.split_work(whole.id, NOW - timedelta(minutes=45))
    qtbot.waitUntil(lambda: len(room.stretches) == 2, timeout=3000)
    later, earlier = (session for day in room.views[-1].days for session in day.unexplained)
    room.desk.join_work(earlier.id, later.id)
    qtbot.waitUntil(lambda: len(room.stretches) == 1, timeout=3000)
    room.desk.undo_work_edit()
    room.desk.undo_work_edit()
    qtbot.waitUntil(lambda: room.stretches == [(whole.start, whole.end)], timeout=3000)


def test_a_cut_outside_of_the_stretch_is_told_in_words(room: Room) -> None:
    room.use(60, 50)
    room.desk.serve_journal(True)
    (whole,) = (session for day in room.views[-1].days for session in day.unexplained)
    room.desk.split_work(whole.id, NOW)
    assert room.problems == ["A session is cut between its start and its end."]


def test_another_try_begins_a_card_that_follows_the_old_one(room: Room) -> None:
    room.desk.save_card(replace(CARD, outcome=Outcome.FAILED, models=("claude-opus-5",), tags=("tests",)))
    room.desk.answer_retry("c1", True)
    history = room.engine.history
    assert history is not None
    (again,) = (card for card in all_cards(history) if card.id != "c1")
    assert (again.follows, again.tags, again.draft, room.begun) == ("c1", ("tests",), True, [again.id])


def test_the_quick_card_takes_a_draft_up_again(room: Room) -> None:
    room.use(50, 40)
    room.desk.propose()
    room.desk.save_card(replace(room.proposals[0].card, title="Half a tho"))
    room.desk.propose()
    assert (room.proposals[1].card.title, room.proposals[1].session) != ("", None)
    room.desk.save_card(replace(room.proposals[1].card, title="Half a thought", draft=False))
    room.desk.propose()
    assert (room.proposals[2].session, room.proposals[2].card.title) == (None, "")


def test_a_check_in_is_drafted_and_kept(room: Room) -> None:
    room.desk.save_card(replace(CARD, tried="Types", level=Level.TEAM))
    room.desk.serve_checkin(True)
    draft = room.drafts[-1]
    assert (draft.week, draft.checkin.cards, draft.checkin.answers[0]) == ("2026-W47", ("c1",), "- A first try: Types")
    room.desk.save_checkin(CheckIn("2026-W47", ("One", "", "", "", ""), ("c1",)))
    history = room.engine.history
    assert history is not None
    kept = checkin_of(history, "2026-W47")
    assert kept is not None
    assert (kept.answers[0], kept.edited_at) == ("One", NOW)


def test_a_week_that_is_none_is_told_in_words(room: Room) -> None:
    room.desk.serve_checkin(True)
    room.desk.choose_week("2026-W99")
    assert room.problems == ["“2026-W99” is no week such as 2026-W47."]


@pytest.mark.parametrize("settings", [Settings(zone="Europe/Berlin", nudge=True, checkin_reminder=True)])
def test_reminders_come_once(room: Room) -> None:
    room.use(120, 90, 60, 40)
    room.engine._look_again()
    room.clock.instant += timedelta(minutes=10)
    room.engine._look_again()
    assert [(nudge.kind, nudge.key) for nudge in room.nudges] == [("card", "2026-11-20"), ("checkin", "2026-W47")]


def test_without_a_wish_there_are_no_reminders(room: Room) -> None:
    room.use(120, 90, 60, 40)
    room.engine._look_again()
    assert room.nudges == []
