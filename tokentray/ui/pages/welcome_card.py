"""The first start: what was found without any key, what can be added, and the question whether to poll."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from tokentray.core.period import local_day
from tokentray.insights.snapshot import Snapshot
from tokentray.ui import wording
from tokentray.ui.card import Card, text_label
from tokentray.ui.flow import FlowLayout


class WelcomeCard(Card):
    """Stays until the person has answered; nothing is polled before."""

    add_wished = Signal()
    polling_answered = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Welcome", parent)
        self.show_title(self.tr("Welcome to TokenTray"))
        self._found = text_label("", wrap=True)
        self._next = text_label(
            self.tr(
                "What a provider bills can be added with a key that may read usage: "
                "OpenAI, Anthropic and OpenRouter. The key stays in your system's keyring."
            ),
            wrap=True,
        )
        self._ask = text_label(
            self.tr(
                "May TokenTray ask the providers you add for new numbers from time to time? "
                "Nothing is polled before you say so, and you can change it in Settings."
            ),
            wrap=True,
        )
        self.add = QPushButton(self.tr("Add a provider…"))
        self.allow = QPushButton(self.tr("Allow polling"))
        self.allow.setProperty("role", "primary")
        self.refuse = QPushButton(self.tr("Not now"))
        buttons = FlowLayout(gap=8)
        for button in (self.allow, self.refuse, self.add):
            buttons.addWidget(button)
        for words in (self._found, self._next, self._ask):
            self.body.addWidget(words)
        self.body.addSpacing(4)
        self.body.addLayout(buttons)
        self.add.clicked.connect(self.add_wished)
        self.allow.clicked.connect(lambda: self.polling_answered.emit(True))
        self.refuse.clicked.connect(lambda: self.polling_answered.emit(False))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Names the agents found, each with its first day."""
        agents = [row for row in snapshot.accounts if row.kind == "agent"]
        if not agents:
            self._found.setText(
                self.tr(
                    "No coding agent's logs were found on this machine yet. They are noticed as soon as there are some; "
                    "those kept elsewhere can be added in Sources."
                )
            )
            return
        lines = [self.tr("Found on this machine, without any key:")]
        for row in agents:
            words = f"•  {row.title}"
            if row.complete_since is not None:
                first = wording.day_text(local_day(row.complete_since, snapshot.zone))
                words = self.tr("•  {agent}, since {day}").format(agent=row.title, day=first)
            if row.tokens is not None:
                words += f", {wording.tokens_text(row.tokens)}"
            lines.append(words)
        self._found.setText("\n".join(lines))
