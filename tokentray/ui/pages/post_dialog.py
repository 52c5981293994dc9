"""The last look before a digest is posted: the very words, whose name stands there, and where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tokentray.ui.card import text_label
from tokentray.ui.flow import FlowLayout
from tokentray.ui.look import pixels

SERVICES: Final = {"slack": "Slack", "teams": "Teams"}
_HERE: Final = ("http://127.0.0.1", "http://localhost", "http://[::1]")
"""Without TLS only this machine itself, as the command line has it."""


class PostDialog(QDialog):
    """Asks for the webhook's address if none is kept; it is masked, goes to the keyring, and is nowhere else."""

    wished = Signal(str)
    """Post it; with the address to keep before, or "" if one is kept already."""

    forget_wished = Signal()

    def __init__(
        self,
        service: str,
        text: str,
        *,
        name: str,
        found: Sequence[str],
        kept: bool,
        parent: QWidget | None = None,
    ) -> None:
        """`name` is whose cards stand in it in clear, "" for nobody's; `found` says in sentences what in them may tell too much."""
        super().__init__(parent)
        self._service, self._kept = SERVICES[service], kept
        self.setWindowTitle(self.tr("Post to {service}").format(service=self._service))
        self.resize(pixels(560), pixels(560))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 18, 20, 16)
        self._column.setSpacing(8)
        self._make_text(text, name)
        self._make_found(found)
        self._make_address()
        self._make_buttons()
        self._look_at_it()

    # Made

    def _make_text(self, text: str, name: str) -> None:
        tr = self.tr
        words = tr("These words leave. {service} sets them in its own type, and everybody in that channel reads them.")
        self._column.addWidget(text_label(words.format(service=self._service), wrap=True))
        self.text = QPlainTextEdit(text)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("What is posted"))
        self.text.setMinimumHeight(pixels(160))
        self._column.addWidget(self.text, 1)
        if name:
            warning = tr("Not anonymous: your cards stand there under the name {name}.").format(name=name)
            self._column.addWidget(text_label(warning, "warn", wrap=True))

    def _make_found(self, found: Sequence[str]) -> None:
        self.as_it_is = QCheckBox(self.tr("Post it as it is"))
        for sentence in found:
            self._column.addWidget(text_label(sentence, "warn", wrap=True))
        self._column.addWidget(self.as_it_is)
        self.as_it_is.setVisible(bool(found))
        self.as_it_is.setChecked(not found)
        self.as_it_is.toggled.connect(self._look_at_it)

    def _make_address(self) -> None:
        tr = self.tr
        self.address = QLineEdit()
        self.address.setEchoMode(QLineEdit.EchoMode.Password)
        self.address.setPlaceholderText("https://…")
        name = tr("Webhook address of the {service} channel").format(service=self._service)
        self.address.setAccessibleName(name)
        self.problem = text_label("", "warn", wrap=True)
        self.forget = QPushButton(tr("Forget it"))
        self.forget.setProperty("role", "link")
        if self._kept:
            line = FlowLayout(gap=10)
            words = tr("The channel's webhook address is in the keyring.")
            line.addWidget(text_label(words, "muted", wrap=True))
            line.addWidget(self.forget)
            self._column.addLayout(line)
        else:
            title = text_label(name, "strong", wrap=True)
            title.setBuddy(self.address)
            self._column.addWidget(title)
            self._column.addWidget(self.address)
            self._column.addWidget(
                text_label(
                    tr(
                        "It is kept in the system's keyring and asked for this once. Whoever has it can write into that channel, so treat "
                        "it as a password."
                    ),
                    "muted",
                    wrap=True,
                )
            )
            self._column.addWidget(self.problem)
        self.address.textChanged.connect(self._look_at_it)
        self.forget.clicked.connect(self._forget)

    def _make_buttons(self) -> None:
        buttons = QDialogButtonBox()
        self.post = QPushButton(self.tr("Post to {service}").format(service=self._service))
        self.post.setProperty("role", "primary")
        self.post.setAutoDefault(False)
        buttons.addButton(self.post, QDialogButtonBox.ButtonRole.AcceptRole)
        self.cancel = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._wish)
        buttons.rejected.connect(self.reject)
        self._column.addSpacing(4)
        self._column.addWidget(buttons)

    # Wishes

    def _look_at_it(self) -> None:
        address = self.address.text().strip()
        good = self._kept or address.startswith(("https://", *_HERE))
        wrong = bool(address) and not good and not "https://".startswith(address)
        self.problem.setText(self.tr("It begins with https://.") if wrong else "")
        self.problem.setVisible(wrong)
        self.post.setEnabled(good and self.as_it_is.isChecked())

    def _wish(self) -> None:
        address = "" if self._kept else self.address.text().strip()
        self.address.clear()
        self.accept()
        self.wished.emit(address)

    def _forget(self) -> None:
        self.reject()
        self.forget_wished.emit()
