"""What a card said before: its edits to look at, and to put back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QPushButton, QScrollArea, QVBoxLayout, QWidget

from tokentray.core.journal import Card, Edit
from tokentray.ui import wording
from tokentray.ui.card import text_label
from tokentray.ui.look import pixels
from tokentray.ui.page_frame import ScrolledColumn


class EarlierTexts(QDialog):
    """The newest edit first; up and down choose one."""

    put_back = Signal(object)
    """The Card whose texts are wanted again."""

    def __init__(self, edits: Sequence[Edit], zone: tzinfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Earlier texts"))
        self._edits = sorted(edits, key=lambda edit: edit.at, reverse=True)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Edits"))
        for edit in self._edits:
            local = edit.at.astimezone(zone)
            self.list.addItem(f"{wording.day_text(local.date())}, {wording.clock_text(local)}")
        self.list.setMinimumWidth(self.list.sizeHintForColumn(0) + pixels(40))
        self.list.currentRowChanged.connect(self._show)
        self._texts = ScrolledColumn()
        self._scroll: QScrollArea = self._texts.in_scroll_area()
        self._again = QPushButton(self.tr("Put these texts back"))
        self._again.setProperty("role", "primary")
        self._again.clicked.connect(self._put_back)
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.reject)
        self._lay_out(close)
        self.resize(pixels(680), pixels(440))
        self.list.setCurrentRow(0)

    @property
    def shown(self) -> Card:
        return self._edits[self.list.currentRow()].card

    def _lay_out(self, close: QPushButton) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(pixels(16))
        middle.addWidget(self.list)
        middle.addWidget(self._scroll, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._again)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(pixels(16), pixels(16), pixels(16), pixels(16))
        column.setSpacing(pixels(12))
        column.addLayout(middle, 1)
        column.addLayout(buttons)

    def _show(self, row: int) -> None:
        column = self._texts.column
        while (item := column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if row < 0:
            return
        for name, text in self._parts(self._edits[row].card):
            column.addWidget(text_label(name, "muted", wrap=True))
            words = text_label(text, "body", wrap=True)
            words.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            column.addWidget(words)
            column.addSpacing(pixels(8))
        column.addStretch(1)

    def _parts(self, card: Card) -> list[tuple[str, str]]:
        parts = [
            (self.tr("Title"), card.title),
            (self.tr("Outcome"), wording.outcome_words(card.outcome)),
            (self.tr("Tried"), card.tried),
            (self.tr("Worked"), card.worked),
            (self.tr("Learned"), card.learned),
            (self.tr("Next"), card.next),
            (self.tr("Tags"), ", ".join(card.tags)),
        ]
        return [(name, text) for name, text in parts if text]

    def _put_back(self) -> None:
        self.put_back.emit(self.shown)
        self.accept()
