"""The recovery code, shown once and large, until the person has kept it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from tokentray.ui.card import Card, text_label
from tokentray.ui.flow import FlowLayout
from tokentray.ui.look import label
from tokentray.ui.pages.bytes_view import fixed_font


class RecoveryCode(QWidget):
    """Nothing is kept here once `kept` was told."""

    kept = Signal()
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        card = Card(tr("Your recovery code"))
        # Not one of our own labels: what they put between long words would be copied, too.
        self.code = label("")
        self.code.setWordWrap(True)
        self.code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.code.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        inset = QFrame()
        inset.setProperty("role", "inset")
        around = QVBoxLayout(inset)
        around.setContentsMargins(20, 18, 20, 18)
        around.addWidget(self.code)
        self.copy = QPushButton(tr("Copy"))
        self.keep = QPushButton(tr("I have kept it"))
        self.keep.setProperty("role", "primary")
        buttons = FlowLayout(gap=8)
        buttons.addWidget(self.keep)
        buttons.addWidget(self.copy)
        for words in (
            tr("You belong to the team now. Nothing has been shared, and nothing is until you share it."),
            tr("This code is shown this once. Keep it where you keep passwords."),
        ):
            card.body.addWidget(text_label(words, wrap=True))
        card.body.addSpacing(6)
        card.body.addWidget(inset)
        card.body.addSpacing(6)
        for words in (
            tr(
                "With it and the invite, another device of yours takes over: it finds what you sent and can withdraw it."
            ),
            tr("Without it, once this machine is lost, you can withdraw nothing that you sent."),
            tr(
                "Whoever has it could find out what you sent. Nobody who means well asks for it, your team's lead included."
            ),
        ):
            card.body.addWidget(text_label(words, "muted", wrap=True))
        card.body.addSpacing(8)
        card.body.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
        self.copy.clicked.connect(self._copy)
        self.keep.clicked.connect(self._keep)

    @property
    def is_asking(self) -> bool:
        return bool(self.code.text())

    def show_code(self, text: str) -> None:
        made = fixed_font(22)
        made.setWeight(QFont.Weight.DemiBold)
        self.code.setFont(made)
        self.code.setText(text)
        self.code.setAccessibleName(self.tr("Recovery code: {code}").format(code=text))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code.text())
        self.told.emit(
            self.tr("The recovery code is in the clipboard, where other programs can read it until something else is.")
        )

    def _keep(self) -> None:
        self.code.setText("")
        self.code.setAccessibleName("")
        self.kept.emit()
