"""What the board waits for a person to say: a promise that fell, and the password that its readers have in common."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QPushButton, QVBoxLayout, QWidget

from tokentray.ui.card import text_label
from tokentray.ui.flow import FlowLayout
from tokentray.ui.look import pixels


class LevelQuestion(QFrame):
    """The board's relay is gone: nothing is sent until `accepted`, which is said in two steps."""

    accepted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self.setProperty("role", "notice")
        words = tr(
            "The board has no relay of another host any more. Nothing is sent until you say how it goes on; what waits keeps waiting, and can be "
            "withdrawn."
        )
        self.setAccessibleName(words)
        self.ask = QPushButton(tr("Send with level L1 from now on…"))
        self.cost = text_label(
            tr(
                "With level L1 what you share goes to the board itself. It still holds against a thief of its files and backups, and against "
                "whoever runs it and reads what the software stores. It does not hold any more against somebody who runs it, changes the "
                "program and records who connects when. If the relay comes back, level L2 holds again by itself."
            ),
            wrap=True,
        )
        self.keep_waiting = QPushButton(tr("Keep waiting"))
        self.accept = QPushButton(tr("Send with level L1"))
        self._answers = QWidget()
        line = FlowLayout(self._answers, gap=8)
        line.addWidget(self.keep_waiting)
        line.addWidget(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(8)
        column.addWidget(text_label(words, wrap=True))
        question = FlowLayout(gap=8)
        question.addWidget(self.ask)
        column.addLayout(question)
        column.addWidget(self.cost)
        column.addWidget(self._answers)
        self.ask.clicked.connect(lambda: self.disclose(shown=True))
        self.keep_waiting.clicked.connect(lambda: self.disclose(shown=False))
        self.accept.clicked.connect(self._accept)
        self.disclose(shown=False)

    def disclose(self, *, shown: bool) -> None:
        """What agreeing costs, with both answers."""
        focused = self.ask.hasFocus() or self.keep_waiting.hasFocus()
        for widget in (self.cost, self._answers):
            widget.setVisible(shown)
        self.ask.setVisible(not shown)
        if focused:
            (self.keep_waiting if shown else self.ask).setFocus()

    def _accept(self) -> None:
        self.disclose(shown=False)
        self.accepted.emit()


class PasswordQuestion(QFrame):
    """The board answers only readers who know its password; what is typed leaves the field at once."""

    given = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self.setProperty("role", "notice")
        self._words = text_label("", wrap=True)
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setMinimumWidth(pixels(220))
        self.password.setAccessibleName(tr("Password of the board's readers"))
        self.keep = QPushButton(tr("Keep it and ask the board"))
        self.keep.setEnabled(False)
        note = tr(
            "All readers have the same one, so it does not say who you are. It is kept in the system's keyring, and goes along with questions to the "
            "board only, never with what you share."
        )
        self.password.setAccessibleDescription(note)
        line = FlowLayout(gap=8)
        line.addWidget(self.password)
        line.addWidget(self.keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(8)
        column.addWidget(self._words)
        column.addLayout(line)
        column.addWidget(text_label(note, "muted", wrap=True))
        self.password.textChanged.connect(lambda text: self.keep.setEnabled(bool(text.strip())))
        self.password.returnPressed.connect(self.keep.click)
        self.keep.clicked.connect(self._give)
        self.show_kept(kept=False)

    def show_kept(self, *, kept: bool) -> None:
        """Whether one was given before, which the board does not take."""
        words = (
            self.tr(
                "The board does not take the password that is kept in the keyring. Whoever gave you the invite knows the present one."
            )
            if kept
            else self.tr(
                "This board asks its readers for a password they have in common. Whoever gave you the invite knows it."
            )
        )
        self._words.setText(words)
        self.setAccessibleName(words)

    def _give(self) -> None:
        password = self.password.text().strip()
        # clear() could be undone.
        self.password.setText("")
        self.given.emit(password)
