"""
The team's part of the worker: carries out what the person wishes on the Team page, and publishes the page while somebody looks at it.

Lives on the engine's thread and uses its history. What needs a secret, cryptography or the network is the command line's own
`tokentray share` in a second process (see share_runs). Made when the Team page is first shown: a tray without it needs none of this.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from tokentray.core.errors import TokenTrayError
from tokentray.share.demo_team import demo_digest, take_demo_team
from tokentray.share.team_taking import take_team_view
from tokentray.share.team_view import DigestWish, ShareWish, TeamView
from tokentray.share_runs import Ran, Run, ShareRuns
from tokentray.store.database import History, change_mark, transaction
from tokentray.store.feed_table import note_reproduced, note_still_true

if TYPE_CHECKING:
    from tokentray.engine import Engine

SHOWN_AFTER_MS = 60
SHOWN_AT_MOST_EVERY_MS = 1000
LOOK_EVERY_MS = 2000
"""Whether anything changed, such as a fragment that left; asking costs microseconds."""

MADE_UP = "This team is made up: nothing is run and nothing is sent. With a team of your own this would be done now."
NO_REASON = "That could not be done, and there was no word why; TokenTray’s own log may say more."


class TeamDesk(QObject):
    """
    To be moved to the engine's thread. Slots are the person's wishes; signals carry frozen values.

    `team_taken` a TeamView, `code_made` a new recovery code as text (this once), `work_changed` what is under way in words or "",
    `digest_made` a digest's text, `join_refused` why joining did not work. Other problems and what was done are told by the engine.
    """

    team_taken = Signal(object)
    code_made = Signal(str)
    work_changed = Signal(str)
    digest_made = Signal(str)
    join_refused = Signal(str)

    def __init__(self, engine: Engine, runs: ShareRuns) -> None:
        super().__init__()
        self._engine = engine
        self._runs = runs
        self._week = ""
        self._looked_at = False
        self._shown: tuple[object, ...] | None = None
        self._shown_at = 0.0
        self._noted: dict[str, dict[str, Any]] = {}
        runs.work_changed.connect(self.work_changed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._publish)
        self._look_timer = QTimer(self)
        self._look_timer.setInterval(LOOK_EVERY_MS)
        self._look_timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._look_timer.timeout.connect(self._look)

    @Slot()
    def stop(self) -> None:
        """Nothing is shown any more: a timer ends on its own thread only."""
        self.serve_team(False)

    # Showing

    @Slot(bool)
    def serve_team(self, looked_at: bool) -> None:
        """Whether somebody looks at the Team page: only then it is taken, and taken again when something changed."""
        self._looked_at = looked_at
        if looked_at:
            self._look_timer.start()
            self._publish()
        else:
            self._look_timer.stop()
            self._timer.stop()

    @Slot(str)
    def choose_week(self, week: str) -> None:
        """Of which week something may be shared: "2026-W47", or "" for this one."""
        self._week = week
        self._publish()

    @Slot()
    def _look(self) -> None:
        with self._engine.telling_wishes():
            if self._shown is None or self._state() != self._shown:
                self._soon()

    def _soon(self) -> None:
        """Before long: at once after a quiet time, while many changes in a row give one a second."""
        if self._looked_at and not self._timer.isActive():
            left = SHOWN_AT_MOST_EVERY_MS - int((time.monotonic() - self._shown_at) * 1000)
            self._timer.start(max(SHOWN_AFTER_MS, left))

    @Slot()
    def _publish(self) -> None:
        self._timer.stop()
        history = self._engine.history
        if history is None or not self._looked_at:
            return
        with self._engine.telling_wishes():
            try:
                self.team_taken.emit(self._taken(history))
            finally:
                self._shown = self._state()  # what could not be taken is not tried again before something changed
        self._shown_at = time.monotonic()

    def _taken(self, history: History) -> TeamView:
        engine = self._engine
        take = take_demo_team if engine.sample else take_team_view
        view = take(history, engine.settings, engine.now(), engine.zone(), self._week)
        if not self._noted:
            return view
        return replace(view, feed=tuple(replace(card, **self._noted.get(card.id, {})) for card in view.feed))

    def _state(self) -> tuple[object, ...]:
        """What all that is shown depends on; a week opens and closes at a full hour."""
        history, hour = self._engine.history, self._engine.now().replace(minute=0, second=0, microsecond=0)
        return (hour, self._engine.settings, self._week, change_mark(history) if history is not None else None)

    # Belonging to a team

    @Slot(str, str)
    def join(self, invite: str, recovery_code: str) -> None:
        """Joins by an invite's link; `recovery_code` is another device's, or ""."""
        arguments = ("join", "-", "--json", "--with-code", *(["--recover"] if recovery_code else []))
        # A line each: what a person pasted may have more.
        lines = [" ".join(text.split()) for text in (invite, recovery_code) if text]
        if self._engine.sample:
            self.join_refused.emit(MADE_UP)
        else:
            self._run(Run(arguments, "\n".join(lines) + "\n", "Joining the team"), self._joined, self._tell_of_joining)

    def _joined(self, ran: Ran) -> None:
        code, board = ran.answer.get("recovery_code"), ran.answer.get("board", "")
        if code:
            self.code_made.emit(code)
        self._engine.finished.emit(f"You belong to the team of {board}. Nothing is sent unless you send it.")
        self.refresh()

    def _tell_of_joining(self, ran: Ran) -> None:
        self.join_refused.emit("Joining was stopped. The same invite can be used again." if ran.stopped else ran.words)

    @Slot(bool)
    def leave(self, forget_log: bool) -> None:
        """Leaves the team and forgets its secrets; with `forget_log` also what the log of everything that left holds."""
        arguments = ("leave", "--yes", "--json", *(["--forget-log"] if forget_log else []))
        self._run(Run(arguments, work="Leaving the team"), "You have left the team. Its secrets are forgotten.")

    @Slot()
    def accept_level(self) -> None:
        """Agrees to level L1 instead of L2 where the board has no relay any more."""
        self._run(Run(("accept", "--json"), work="Asking the board how it protects now"), self._accepted)

    def _accepted(self, ran: Ran) -> None:
        self._runs.rest_no_more()
        self._engine.finished.emit(
            f"Level {ran.answer.get('level', 'L1')} holds from now on, and what waits can leave."
        )

    # Sharing

    @Slot(object)
    def share(self, wish: ShareWish) -> None:
        """Puts what of a week was chosen into the outbox, or sends it at once."""
        given = msgspec.json.encode(wish).decode()
        work = "Sending to the team" if wish.at_once else "Preparing what will leave"
        self._run(Run(("send", "--wish", "-", "--json"), given + "\n", work), self._shared)

    def _shared(self, ran: Ran) -> None:
        queued, sent = len(ran.answer.get("queued", [])), len(ran.answer.get("sent", []))
        if sent:
            self._engine.finished.emit(f"{_parts(sent)} sent.")
        elif queued:
            self._engine.finished.emit(f"{_parts(queued)} planned, each at a random time. Nothing has left yet.")

    @Slot(str, bool)
    def skip_week(self, week: str, skipped: bool) -> None:
        """Says "not this week", or takes that back."""
        said = f"Nothing of {week} leaves." if skipped else f"{week} can be shared again; what was cancelled stays so."
        option = "--not-this-week" if skipped else "--this-week-after-all"
        self._run(Run(("send", option, "--week", week, "--json"), work="Noting that"), said)

    @Slot(object, bool)
    def withdraw(self, numbers: tuple[int, ...], now: bool) -> None:
        """Takes these sendings back; what has left is deleted within hours, or at once."""
        arguments = ("withdraw", *map(str, numbers), *(["--now"] if now else []), "--json")
        said = (
            "Withdrawn."
            if now
            else "What had not left never will; the rest is deleted at a random time within six hours."
        )
        self._run(Run(arguments, work="Withdrawing"), said)

    @Slot()
    def verify(self) -> None:
        """Looks up in the board's public lists what is there and what is gone."""
        self._run(
            Run(("status", "--verify", "--json"), work="Looking into the public lists"), self._verified, self._doubted
        )

    def _verified(self, ran: Ran) -> None:
        confirmed = [one for one in ran.answer.get("parcels", []) if one["confirmed"]]
        said = (
            "The public lists have what you sent, and no more what you withdrew."
            if confirmed
            else "There is nothing to look up."
        )
        self._engine.finished.emit(said)

    def _doubted(self, ran: Ran) -> None:
        missing = [one for one in ran.answer.get("parcels", []) if one["confirmed"] is False]
        if missing:
            what = ", ".join(f"{one['kind']} of {one['week']}" for one in missing)
            words = (
                f"The board’s public lists do not say what they should: {what}. A board may lag; else tell your team."
            )
            self._engine.problem_met.emit(TokenTrayError(words))
        else:
            self._tell_of(ran)

    # What the team shared

    @Slot()
    def refresh(self) -> None:
        """Asks the board for what it published and for the team's cards, the same questions as everybody asks."""
        self._run(Run(("refresh", "--json"), work="Asking the board what is new"), "")

    @Slot(str)
    def give_password(self, password: str) -> None:
        """Keeps the password that all readers of the board have in common, and asks the board with it."""
        run = Run(("password", "-", "--json"), " ".join(password.split("\n")) + "\n", "Asking the keyring")
        self._run(run, lambda _ran: self.refresh())

    @Slot(str, bool)
    def note_reproduced(self, card: str, reproduced: bool) -> None:
        """ "I reproduced this", on this machine only."""
        self._note(card, "reproduced", reproduced, lambda history: note_reproduced(history, card, reproduced))

    @Slot(str, str)
    def answer_still_true(self, card: str, answer: str) -> None:
        """Whether a card of eight weeks ago still holds: yes, no, or "" to take it back; on this machine only."""
        self._note(card, "still_true", answer, lambda history: note_still_true(history, card, answer))

    def _note(self, card: str, field: str, value: object, keep: Callable[[History], None]) -> None:
        history = self._engine.history
        if self._engine.sample:
            self._noted.setdefault(card, {})[field] = value
        elif history is not None:
            with self._engine.telling_wishes(), transaction(history):
                keep(history)
        self._publish()

    @Slot(str)
    def import_card(self, card: str) -> None:
        """Makes a card of the own journal, to try, from a colleague's."""
        self._run(Run(("import", card, "--json"), work="Importing the card"), "The card is in your journal, to try.")

    @Slot(object)
    def make_digest(self, wish: DigestWish) -> None:
        """A published week's digest with own cards, to be read here or posted."""
        if self._engine.sample and not wish.post_to and (history := self._engine.history) is not None:
            self.digest_made.emit(demo_digest(history, self._taken(history), wish))
            return
        cards = [word for card in wish.cards for word in ("--card", card)]
        # Other programs' users see the arguments of a process.
        name = ["--name", "-"] if wish.name else []
        post = ["--post", wish.post_to] if wish.post_to else []
        post += ["--as-it-is"] if wish.as_it_is else []
        work = f"Posting to {wish.post_to.capitalize()}" if wish.post_to else "Writing the digest"
        run = Run(
            ("digest", "--week", wish.week, *cards, *name, *post, "--json"), " ".join(wish.name.split()) + "\n", work
        )
        self._run(run, self._digested, self._half_digested)

    def _digested(self, ran: Ran) -> None:
        if text := ran.answer.get("text"):
            self.digest_made.emit(text)
        if service := ran.answer.get("posted"):
            self._engine.finished.emit(f"The digest was posted to {str(service).capitalize()}.")
        elif ran.words:
            # What of the own cards may be more than the person wants to tell.
            self._engine.finished.emit(ran.words)

    def _half_digested(self, ran: Ran) -> None:
        """A board that does not answer leaves what is known of it here."""
        if text := ran.answer.get("text"):
            self.digest_made.emit(text)
        self._tell_of(ran)

    @Slot(str, str)
    def give_webhook(self, service: str, url: str) -> None:
        """Keeps where Slack or Teams takes digests in the keyring; "" forgets it."""
        said = "The address is in the keyring." if url else "The address is forgotten."
        arguments = ("webhook", service, *(["-"] if url else ["--forget"]), "--json")
        self._run(Run(arguments, " ".join(url.split()) + "\n", "Asking the keyring"), said)

    @Slot(str)
    def export_log(self, path: str) -> None:
        """Writes everything that ever left to a file; as JSON if it is called so, else in words."""
        arguments = ("log", *(["--json"] if path.lower().endswith(".json") else []))
        self._run(Run(arguments, work="Writing the log"), lambda ran: self._written(path, ran.text))

    def _written(self, path: str, text: str) -> None:
        try:
            _write_privately(path, text)
        except OSError as error:
            self._engine.problem_met.emit(TokenTrayError(f"{path} cannot be written ({error.strerror})."))
            return
        self._engine.finished.emit(f"Everything that left was written to {path}.")

    # Runs

    @Slot()
    def stop_work(self) -> None:
        """Ends what is under way for the person; what was done before stays."""
        self._runs.stop_work()

    def _run(self, run: Run, done: str | Callable[[Ran], None], failed: Callable[[Ran], None] | None = None) -> None:
        """`done` is a sentence, or takes what came of it."""
        if self._engine.sample:
            self._engine.finished.emit(MADE_UP)
            return

        def ended(ran: Ran) -> None:
            if not ran.done:
                (failed or self._tell_of)(ran)
            elif callable(done):
                done(ran)
            elif done:
                self._engine.finished.emit(done)
            self._soon()

        self._runs.begin(run, ended)

    def _tell_of(self, ran: Ran) -> None:
        if ran.stopped:
            self._engine.finished.emit("That was stopped. What was done before stays.")
        else:
            self._engine.problem_met.emit(TokenTrayError(ran.words or NO_REASON))


def _write_privately(path: str, text: str) -> None:
    """The log says which pieces are this person's: nobody else on the machine may read the file, whatever the umask allows."""
    part = path + ".part"
    with suppress(FileNotFoundError):
        os.remove(part)
    with open(part, "x", encoding="utf-8", newline="", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(text)
    os.replace(part, path)


def _parts(count: int) -> str:
    return "One part was" if count == 1 else f"{count} parts were"
