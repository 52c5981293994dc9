"""One sending: what it says, how it stands, its bytes, and a way to take it back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from tokentray.ui.card import text_label
from tokentray.ui.flow import line_of_links
from tokentray.ui.glyphs import glyph, glyph_size
from tokentray.ui.look import look_of
from tokentray.ui.pages.bytes_view import BytesView
from tokentray.ui.pages.sending_words import Story, state_glyph, state_words


class SendingRow(QWidget):
    """Shows a fragment with its correction and its withdrawal."""

    withdraw_wished = Signal(int)
    correct_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._story: Story | None = None
        self._mark = QLabel()
        self.words = text_label("", wrap=True)
        self.state = text_label("", "muted", wrap=True)
        self.inside = BytesView()
        self.withdraw = QPushButton()
        self.withdraw.setProperty("role", "link")
        self.correct = QPushButton(self.tr("Correct…"))
        self.correct.setProperty("role", "link")
        self.correct.setToolTip(self.tr("Once, while its week is open"))
        self.correct.hide()
        column = QVBoxLayout()
        column.setSpacing(2)
        for widget in (self.words, self.state):
            column.addWidget(widget)
        column.addLayout(line_of_links(self.inside.toggle, self.correct, self.withdraw))
        column.addWidget(self.inside)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 6, 0, 6)
        line.setSpacing(10)
        line.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(column, 1)
        self.withdraw.clicked.connect(
            lambda: self.withdraw_wished.emit(self._story.put.number) if self._story else None
        )
        self.correct.clicked.connect(self.correct_wished)

    def show_story(self, story: Story, zone: str, *, correctable: bool = False) -> None:
        """`correctable`: its week is open and something in its place can be chosen."""
        self._story, put = story, story.put
        self.words.setText(put.words)
        self.state.setText(state_words(story, zone))
        self.setAccessibleName(f"{self.words.text()} {self.state.text()}")
        self.inside.show_bytes(story.bytes_inside, about=put.words)
        self.correct.setVisible(correctable and story.can_be_corrected)
        self.correct.setAccessibleName(self.tr("Correct: {words}").format(words=put.words))
        self.withdraw.setVisible(put.can_withdraw)
        self.withdraw.setText(self.tr("Take it back") if put.state == "waiting" else self.tr("Withdraw…"))
        self.withdraw.setAccessibleName(f"{self.withdraw.text().rstrip('…')}: {put.words}")
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._story is not None:
            self._dress()

    def _dress(self) -> None:
        if self._story is None:
            return
        look, name = look_of(self), state_glyph(self._story)
        token = {"ok": look.good_text, "warning": look.warn_text}.get(name, look.muted)
        self._mark.setPixmap(glyph(name, token, 16).pixmap(glyph_size(16), self.devicePixelRatioF()))
