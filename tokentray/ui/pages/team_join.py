"""Joining a team: what sharing is, an invite, and a recovery code for those who come from another device."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from tokentray.ui.card import Card, text_label
from tokentray.ui.flow import FlowLayout, line_of_links
from tokentray.ui.look import set_role

LARGEST_FILE = 4096


class TeamJoin(QWidget):
    """The invite and the code stay in their fields until the team is joined, and are forgotten then."""

    join_wished = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._busy = False
        self.setAcceptDrops(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addWidget(self._what_it_is())
        column.addWidget(self._form())
        self.open.clicked.connect(self.ask_file)
        self.recover.clicked.connect(lambda: self.disclose(shown=self.code_row.isHidden()))
        self.join.clicked.connect(self.wish)
        for field in (self.invite, self.code):
            field.textEdited.connect(lambda _text: self.answer.hide())
            field.returnPressed.connect(self.wish)

    def wish(self) -> None:
        """Joins with what is in the fields; says what is missing else."""
        invite, code = self.invite.text().strip(), self.code.text().strip()
        if self._busy:
            return
        if not invite:
            self.show_problem(self.tr("An invite is needed: paste its link, or open the file that you were given."))
            self.invite.setFocus()
        elif not self.code_row.isHidden() and not code:
            self.show_problem(self.tr("The code from your other device is missing. Without one, hide its field again."))
            self.code.setFocus()
        else:
            self.show_work(self.tr("Joining…"))
            self.join_wished.emit(invite, code)

    def show_work(self, words: str) -> None:
        """What is under way; "" ends it and leaves a problem standing."""
        self._busy = bool(words)
        if words:
            set_role(self.answer, "muted")
            self._say(words)
        elif self.answer.property("role") == "muted":
            self.answer.hide()

    def show_problem(self, words: str) -> None:
        self._busy = False
        set_role(self.answer, "bad")
        self._say(words)

    def forget(self) -> None:
        """Both secrets leave their fields, and what could be undone there."""
        for field in (self.invite, self.code):
            # clear() could be undone.
            field.setText("")
        self.answer.hide()
        self._busy = False

    def disclose(self, *, shown: bool) -> None:
        self.code_row.setVisible(shown)
        self.recover.setText(
            self.tr("I have no recovery code: this is my first device")
            if shown
            else self.tr("I have a recovery code from another device")
        )
        if shown:
            self.code.setFocus()
        else:
            self.code.setText("")

    def ask_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Open an invite"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take_file)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def take_file(self, path: str) -> None:
        """Puts the link that stands in a file into the field."""
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read(LARGEST_FILE).strip()
        except OSError:
            self.show_problem(self.tr("That file could not be read. Copy the link out of it and paste it here."))
            return
        self._take(text)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        mime = event.mimeData()
        local = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
        if local:
            self.take_file(local[0])
        else:
            self._take(mime.text().strip())
        event.acceptProposedAction()

    def _what_it_is(self) -> Card:
        tr = self.tr
        card = Card(tr("Share what you learned, without being named"))
        for lead, words in (
            (
                tr("What leaves"),
                tr(
                    "Only what you send, week by week: how often you used AI, how your experiments went, a rough band of tokens by tool, "
                    "and single cards that you choose."
                ),
            ),
            (
                tr("What never can"),
                tr(
                    "Your name, labels, projects, tags, models, costs, times, keys, and every text that you did not choose to send."
                ),
            ),
            (
                tr("Who could find out what"),
                tr(
                    "Each part travels alone, with a one-time token and at a random time, so that neither a thief of the server nor its "
                    "operator reading what it stores learns who sent what (level L1), and with a relay run by somebody else not even an "
                    "operator who changes the server does (level L2)."
                ),
            ),
            (
                tr("What cannot be hidden"),
                tr(
                    "In a team of eight, a colleague may recognise the style of a card's text; you see every word before it leaves, and "
                    "can withdraw it later."
                ),
            ),
        ):
            card.body.addSpacing(4)
            card.body.addWidget(text_label(lead, "strong", wrap=True))
            card.body.addWidget(text_label(words, "muted", wrap=True))
        self.papers = QPushButton(tr("What can and cannot be known"))
        self.papers.setProperty("role", "link")
        card.body.addLayout(line_of_links(self.papers))
        return card

    def _form(self) -> Card:
        tr = self.tr
        card = Card(tr("Join a team"))
        words = text_label(tr("Your invite"), "strong")
        self.invite = QLineEdit()
        self.invite.setAccessibleName(tr("Your invite"))
        self.invite.setPlaceholderText(tr("Paste the link, or drop its file here"))
        self.invite.setAcceptDrops(False)  # what is dropped on it goes to all of this, which knows files
        words.setBuddy(self.invite)
        self.open = QPushButton(tr("Open a file…"))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.invite, 1)
        line.addWidget(self.open)
        self.recover = QPushButton(tr("I have a recovery code from another device"))
        self.recover.setProperty("role", "link")
        self.code = QLineEdit()
        self.code.setAccessibleName(tr("Recovery code"))
        self.code_row = QWidget()
        row = QVBoxLayout(self.code_row)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(6)
        code_words = text_label(tr("Recovery code"), "strong")
        code_words.setBuddy(self.code)
        row.addWidget(code_words)
        row.addWidget(self.code)
        row.addWidget(
            text_label(
                tr("The one that was shown when you joined there. Use the same invite as there."), "muted", wrap=True
            )
        )
        self.answer = text_label("", "muted", wrap=True)
        self.answer.hide()
        self.join = QPushButton(tr("Join"))
        self.join.setProperty("role", "primary")
        buttons = FlowLayout(gap=8)
        buttons.addWidget(self.join)
        card.body.addWidget(words)
        card.body.addLayout(line)
        card.body.addWidget(self.answer)
        card.body.addLayout(line_of_links(self.recover))
        card.body.addWidget(self.code_row)
        card.body.addSpacing(6)
        card.body.addLayout(buttons)
        self.code_row.hide()
        return card

    def _take(self, text: str) -> None:
        """The link among other words, such as a letter's; else the first word, which the board's answer will tell of."""
        words = text.split()
        self.invite.setText(next((word for word in words if "#v=" in word), words[0] if words else ""))
        self.answer.hide()
        self.join.setFocus()

    def _say(self, words: str) -> None:
        self.answer.setText(words)
        self.answer.show()
        self.invite.setAccessibleDescription(words)
