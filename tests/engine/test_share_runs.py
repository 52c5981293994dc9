"""Runs of the command line: one after another, their secrets on standard input, stopped, too late, and told of."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tokentray.share_runs import SEND_DUE, Ran, Run, ShareRuns

PATIENCE_MS = 30_000

# A small program in the command line's place: it keeps how it was called, and then does what its first word says.
PROGRAM = """
import json, pathlib, sys, time
share, wish, *rest = sys.argv[1:]
given = sys.stdin.read()
calls = pathlib.Path({calls!r})
calls.open("a").write(json.dumps([sys.argv[1:], given]) + "\\n")
if wish == "wait":
    time.sleep(60)
if wish == "fail":
    print("tokentray: It went wrong with " + " ".join(rest) + ".", file=sys.stderr)
    sys.exit(3)
if wish == "repeat":
    print("tokentray: What is " + given.strip() + "?", file=sys.stderr)
    sys.exit(3)
if wish == "send" and {due!r}:
    code, said, beside = json.loads({due!r})
    print(said) if said else None
    print(beside, file=sys.stderr)
    sys.exit(code)
print(json.dumps({{"said": rest}}))
"""


class Room:
    """Runs of that program, and what came of them."""

    def __init__(self, folder: Path, seconds: float = 60, due: str = "") -> None:
        self.calls_path = folder / "calls"
        program = folder / "program.py"
        program.write_text(PROGRAM.format(calls=str(self.calls_path), due=due))
        self.runs = ShareRuns([sys.executable, str(program)], seconds)
        self.ran: list[Ran] = []
        self.work: list[str] = []
        self.problems: list[str] = []
        self.runs.work_changed.connect(self.work.append)
        self.runs.problem_met.connect(lambda problem: self.problems.append(str(problem)))

    @property
    def calls(self) -> list[list[object]]:
        return (
            [json.loads(line) for line in self.calls_path.read_text().splitlines()] if self.calls_path.exists() else []
        )

    def begin(self, *words: str, given: str = "", work: str = "") -> None:
        self.runs.begin(Run(words, given, work), self.ran.append)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.runs.stop()


def test_a_run_gives_its_one_object(room: Room, qtbot: QtBot) -> None:
    room.begin("status", "--json")
    qtbot.waitUntil(lambda: len(room.ran) == 1, timeout=PATIENCE_MS)
    assert (room.ran[0].done, room.ran[0].answer) == (True, {"said": ["--json"]})


def test_secrets_stand_on_standard_input_and_nowhere_else(room: Room, qtbot: QtBot) -> None:
    room.begin("join", "-", given="https://board.example/join#secret\n")
    qtbot.waitUntil(lambda: len(room.ran) == 1, timeout=PATIENCE_MS)
    assert room.calls == [[["share", "join", "-"], "https://board.example/join#secret\n"]]
    assert "secret" not in repr(Run(("join", "-"), "https://board.example/join#secret\n"))


def test_a_secret_that_is_repeated_in_an_error_is_not_passed_on(room: Room, qtbot: QtBot) -> None:
    room.begin("repeat", given="https://board.example/join#secret\n")
    qtbot.waitUntil(lambda: len(room.ran) == 1, timeout=PATIENCE_MS)
    assert room.ran[0].words == "That could not be done; the command line says more."


def test_one_after_another_with_the_words_of_what_a_person_waits_for(room: Room, qtbot: QtBot) -> None:
    room.begin("fail", "one", work="One")
    room.begin("two")
    room.begin("three", work="Three")
    qtbot.waitUntil(lambda: len(room.ran) == 3, timeout=PATIENCE_MS)
    assert [call[0] for call in room.calls] == [["share", "fail", "one"], ["share", "two"], ["share", "three"]]
    assert [(ran.code, ran.words) for ran in room.ran] == [(3, "It went wrong with one."), (0, ""), (0, "")]
    assert room.work == ["One", "", "Three", ""]


def test_what_takes_too_long_is_ended_and_says_so(tmp_path: Path, qtbot: QtBot) -> None:
    room = Room(tmp_path, seconds=0.2)
    room.begin("wait", work="Waiting")
    qtbot.waitUntil(lambda: len(room.ran) == 1, timeout=PATIENCE_MS)
    assert (room.ran[0].code, room.ran[0].stopped, room.ran[0].words) == (
        None,
        False,
        "It took too long, and was ended.",
    )


def test_a_person_stops_what_was_wished_and_what_was_to_come_after_it(room: Room, qtbot: QtBot) -> None:
    room.begin("wait", work="One")
    room.begin("two", work="Two")
    room.begin("three")
    qtbot.waitUntil(lambda: len(room.calls) == 1, timeout=PATIENCE_MS)
    room.runs.stop_work()
    qtbot.waitUntil(lambda: len(room.ran) == 3, timeout=PATIENCE_MS)
    assert [ran.stopped for ran in room.ran] == [True, True, False]
    assert [call[0][1] for call in room.calls if isinstance(call[0], list)] == ["wait", "three"]


def test_what_nobody_waits_for_is_not_stopped_by_a_person(room: Room, qtbot: QtBot) -> None:
    room.begin("quiet")
    room.runs.stop_work()
    qtbot.waitUntil(lambda: len(room.ran) == 1, timeout=PATIENCE_MS)
    assert room.ran[0].done


def test_at_the_end_of_the_program_nobody_is_told(room: Room, qtbot: QtBot) -> None:
    room.begin("wait", work="One")
    room.begin("two")
    qtbot.waitUntil(lambda: len(room.calls) == 1, timeout=PATIENCE_MS)
    process = room.runs._process
    assert process is not None
    room.runs.stop()
    assert process.state() == process.ProcessState.NotRunning
    qtbot.wait(200)
    assert (room.ran, len(room.calls)) == ([], 1)


def test_a_program_that_is_not_there_is_told(qtbot: QtBot) -> None:
    runs, ran = ShareRuns(["/nowhere/tokentray"]), []
    runs.begin(Run(("status",), "invite\n", "One"), ran.append)
    qtbot.waitUntil(lambda: len(ran) == 1, timeout=PATIENCE_MS)
    assert (ran[0].code, ran[0].words) == (None, "TokenTray could not be started a second time.")


LOST = {"kind": "c1", "week": "2026-W47", "state": "refused", "why": "the board did not take the token"}
SAID = "How often AI was used of 2026-W47 did not get to the board: the board did not take the token. The Team page has it."
NOT_GENUINE = "tokentray: The board's manifest is another one than when you joined."


@pytest.mark.parametrize(
    ("code", "said", "beside", "told"),
    [
        (0, {"sent": [{**LOST, "state": "sent", "why": ""}]}, "", []),
        (3, {"sent": [{**LOST, "state": "later", "why": "no answer"}]}, "tokentray: c1: later, no answer", []),
        (3, {"sent": []}, "tokentray: board.example could not be reached.", []),
        (3, {"sent": [LOST]}, "tokentray: c1: refused", [SAID]),
        (3, None, NOT_GENUINE, [f"Nothing could be sent to your team. {NOT_GENUINE.removeprefix('tokentray: ')}"]),
    ],
)
def test_of_what_leaves_by_itself_only_that_is_told_which_needs_a_person(
    tmp_path: Path, qtbot: QtBot, code: int, said: object, beside: str, told: list[str]
) -> None:
    room = Room(tmp_path, due=json.dumps([code, "" if said is None else json.dumps(said), beside]))
    for _ in range(2):
        room.runs.send_due()
        qtbot.waitUntil(lambda: room.runs._process is None, timeout=PATIENCE_MS)
    assert room.problems == told
    # After a refusal that only a person can mend the second wish waits for an hour.
    assert len(room.calls) == (1 if said is None else 2)


def test_what_is_due_is_sent_once_at_a_time(room: Room, qtbot: QtBot) -> None:
    for _ in range(3):
        room.runs.send_due()
    room.begin("last")
    qtbot.waitUntil(lambda: len(room.ran) == 1, timeout=PATIENCE_MS)
    assert [call[0] for call in room.calls] == [["share", *SEND_DUE], ["share", "last"]]
