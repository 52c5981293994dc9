"""The first start: what was found without any key, what can be added, and the question whether to poll."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from tokentray.insights.snapshot import AccountState, Snapshot
from tokentray.ui import wording
from tokentray.ui.card import Card, text_label
from tokentray.ui.flow import FlowLayout


class WelcomeCard(Card):
    """Shown until the question is answered, and as long as nothing was read at all."""

    add_wished = Signal()
    polling_answered = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Welcome", parent)
        tr = self.tr
        self.show_title(tr("Welcome to TokenTray"))
        self.found_title = text_label("", "strong", wrap=True)
        self.found = text_label("", wrap=True)
        self.add = QPushButton(tr("Add a provider…"))
        self.allow = QPushButton(tr("Allow polling"))
        self.allow.setProperty("role", "primary")
        self.refuse = QPushButton(tr("Not now"))
        self._question_title = text_label(tr("May TokenTray ask providers from time to time?"), "strong", wrap=True)
        self._question = text_label(
            tr(
                "Nothing is polled before you say so, and only providers you added. Settings can change it at any time."
            ),
            wrap=True,
        )
        self.body.setSpacing(4)
        self.body.addSpacing(4)
        self._add_part(self.found_title, self.found)
        self._add_part(
            text_label(tr("What providers bill"), "strong", wrap=True),
            text_label(
                tr(
                    "OpenAI, Anthropic and OpenRouter tell their own numbers to a key that may read usage. "
                    "The key stays in your system's keyring."
                ),
                wrap=True,
            ),
            self.add,
        )
        self._add_part(self._question_title, self._question, self.allow, self.refuse)
        self.add.clicked.connect(self.add_wished)
        self.allow.clicked.connect(lambda: self.polling_answered.emit(True))
        self.refuse.clicked.connect(lambda: self.polling_answered.emit(False))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Names the agents found, each with its first day."""
        agents = [row for row in snapshot.accounts if row.kind == "agent"]
        if agents:
            self.found_title.setText(self.tr("Found on this machine, without any key"))
            self.found.setText("\n".join(self._agent_text(row) for row in agents))
        else:
            self.found_title.setText(self.tr("Nothing was found on this machine yet"))
            self.found.setText(
                self.tr(
                    "The logs of coding agents such as Claude Code and Codex are noticed as soon as there are some. "
                    "Logs that are kept elsewhere can be added in Sources."
                )
            )

    def ask(self, *, asked: bool) -> None:
        """With or without the question whether to poll."""
        for widget in (self._question_title, self._question, self.allow, self.refuse):
            widget.setVisible(asked)

    def _agent_text(self, row: AccountState) -> str:
        parts = [row.title]
        if row.first_day is not None:
            parts.append(self.tr("since {day}").format(day=wording.day_text(row.first_day)))
        if row.tokens is not None:
            parts.append(wording.tokens_text(row.tokens))
        return "  ·  ".join(parts)

    def _add_part(self, title: QWidget, words: QWidget, *buttons: QPushButton) -> None:
        self.body.addWidget(title)
        self.body.addWidget(words)
        if buttons:
            line = FlowLayout(gap=8)
            line.setContentsMargins(0, 4, 0, 0)
            for button in buttons:
                line.addWidget(button)
            self.body.addLayout(line)
        self.body.addSpacing(10)
