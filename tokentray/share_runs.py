"""
Runs the command line's own `tokentray share`, one run after another, for the tray and the Team page.

Cryptography, HTTP and the keyring are nothing a tray should carry all day: they live and end with a second process, which says its answer
as one JSON object. What is secret stands on its standard input, never among its arguments. Made when something waits to leave, or when the
Team page is first shown; lives on the engine's thread.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal, Slot

from tokentray.core.errors import TokenTrayError
from tokentray.settings.autostart import own_command

ENDS_WITHIN_SECONDS = 240
"""The longest a run may take: it waits a minute for the keyring's prompt, and half a minute for each of the board's answers."""

ENDS_WITHIN_MS = 1000
REST_SECONDS = 3600
"""After a refusal that only a person can mend, what waits is not tried again before: a locked keyring would ask at every look."""

SEND_DUE = ("send", "--due", "--json")
PROGRAM = "tokentray: "
KIND_WORDS = {
    "c1": "How often AI was used",
    "c2": "How it went",
    "use": "The use of a tool",
    "card": "A card",
}


@dataclass(frozen=True, slots=True)
class Ran:
    """
    What a run came to: `code` is the exit code of CLI.md, None if it did not come to its end by itself, and `stopped` if a person wished that.

    `answer` is its JSON object, empty without one; `text` all that it printed; `words` what it said beside, for a person.
    """

    code: int | None
    stopped: bool = False
    text: str = field(default="", repr=False)
    words: str = ""

    @property
    def done(self) -> bool:
        return self.code == 0

    @property
    def answer(self) -> dict[str, Any]:
        try:
            said = json.loads(self.text)
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}


@dataclass(frozen=True, slots=True)
class Run:
    """The `arguments` after `share`; `given` stands on its standard input. `work` says in words what a person waits for, "" if nobody does."""

    arguments: tuple[str, ...]
    given: str = field(default="", repr=False)
    work: str = ""


class ShareRuns(QObject):
    """
    To be moved to the engine's thread.

    `work_changed` carries the words of the run that a person waits for, "" when there is none; `problem_met` a TokenTrayError about what of
    the outbox could not leave and needs a person.
    """

    work_changed = Signal(str)
    problem_met = Signal(object)

    def __init__(self, command: Sequence[str] | None = None, seconds: float = ENDS_WITHIN_SECONDS) -> None:
        super().__init__()
        self._command = list(command or own_command())
        self._queue: list[tuple[Run, Callable[[Ran], None]]] = []
        self._present: tuple[Run, Callable[[Ran], None]] | None = None
        self._process: QProcess | None = None
        self._stopped = False
        self._rests_until = 0.0
        self._told = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(int(seconds * 1000))
        self._timer.timeout.connect(self._end_late)

    def begin(self, run: Run, then: Callable[[Ran], None]) -> None:
        """As soon as those before it have ended; `then` is called on this thread, unless the program ends before."""
        self._queue.append((run, then))
        self._next()

    @Slot()
    def send_due(self) -> None:
        """Sends what of the outbox has its time; what needs a person is told by `problem_met`."""
        under_way = [run.arguments for run, _ in (*self._queue, *([self._present] if self._present else []))]
        if SEND_DUE not in under_way and time.monotonic() >= self._rests_until:
            self.begin(Run(SEND_DUE), self._tell_of_sending)

    def rest_no_more(self) -> None:
        """What only a person could mend was mended."""
        self._rests_until = 0.0

    @Slot()
    def stop_work(self) -> None:
        """Ends what a person waits for, and what was to come after it; whoever asked hears `stopped`."""
        dropped = [one for one in self._queue if one[0].work]
        self._queue = [one for one in self._queue if not one[0].work]
        for _, then in dropped:
            then(Ran(None, stopped=True))
        if self._process is not None and self._present is not None and self._present[0].work:
            self._stopped = True
            self._process.kill()

    @Slot()
    def stop(self) -> None:
        """Ends everything, and tells nobody: killed at any moment, what was not answered stays in the outbox and is sent again as it was."""
        self._queue.clear()
        self._timer.stop()
        process, self._process, self._present = self._process, None, None
        if process is not None:
            process.finished.disconnect(self._ended)
            process.errorOccurred.disconnect(self._failed)
            process.kill()
            process.waitForFinished(ENDS_WITHIN_MS)
            process.deleteLater()

    def _next(self) -> None:
        if self._process is not None or not self._queue:
            return
        self._present = self._queue.pop(0)
        run = self._present[0]
        program, *arguments = self._command
        process = self._process = QProcess(self)
        process.setProgram(program)
        process.setArguments([*arguments, "share", *run.arguments])
        process.finished.connect(self._ended)
        process.errorOccurred.connect(self._failed)
        self._stopped = False
        if run.work:
            self.work_changed.emit(run.work)
        self._timer.start()
        process.start()
        process.write(run.given.encode())
        process.closeWriteChannel()

    @Slot(QProcess.ProcessError)
    def _failed(self, error: QProcess.ProcessError) -> None:
        # The other errors come with an end of their own.
        if error == QProcess.ProcessError.FailedToStart:
            self._settle(Ran(None, words="TokenTray could not be started a second time."))

    @Slot(int, QProcess.ExitStatus)
    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        if self._process is None or self._present is None:
            return
        whole = status == QProcess.ExitStatus.NormalExit
        text = bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace")
        said = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
        words = _words(said, self._present[0].given) if whole else ""
        if not whole and not self._stopped:
            words = "It took too long, and was ended." if not self._timer.isActive() else "It was ended from outside."
        self._settle(Ran(code if whole else None, self._stopped, text, words))

    def _settle(self, ran: Ran) -> None:
        self._timer.stop()
        process, present = self._process, self._present
        self._process = self._present = None
        if process is not None:
            process.deleteLater()
        if present is None:
            return
        run, then = present
        if run.work:
            self.work_changed.emit("")
        then(ran)
        self._next()

    @Slot()
    def _end_late(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _tell_of_sending(self, ran: Ran) -> None:
        """A board that does not answer is tried again by itself; what was refused, or cannot be sent at all, is told."""
        lost = [one for one in ran.answer.get("sent", []) if one["state"] in ("refused", "lapsed")]
        if lost:
            kind = KIND_WORDS.get(lost[0]["kind"], "A fragment")
            self._tell(f"{kind} of {lost[0]['week']} did not get to the board: {lost[0]['why']}. The Team page has it.")
        elif not ran.done and not ran.answer and ran.words:
            self._rests_until = time.monotonic() + REST_SECONDS
            self._tell(f"Nothing could be sent to your team. {ran.words}")
        elif ran.done:
            self._told = ""

    def _tell(self, sentence: str) -> None:
        if sentence != self._told:
            self._told = sentence
            self.problem_met.emit(TokenTrayError(sentence))


def _words(said: str, given: str) -> str:
    """What a run said for a person; whatever of its secrets should stand there is not repeated."""
    words = " ".join(line.removeprefix(PROGRAM).strip() for line in said.splitlines()).strip()
    if any(secret and secret in words for secret in given.splitlines()):
        return "That could not be done; the command line says more."
    return words
