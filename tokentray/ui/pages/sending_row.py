"""One sending: what it says, how it stands, its bytes, and a way to take it back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from tokentray.share.team_view import Sending
from tokentray.ui.card import text_label
from tokentray.ui.glyphs import glyph, glyph_size
from tokentray.ui.look import look_of
from tokentray.ui.pages.bytes_view import BytesView, line_of_links
from tokentray.ui.pages.sending_words import state_glyph, state_words


class SendingRow(QWidget):
    """Shows a fragment with its withdrawal, None without one."""

    withdraw_wished = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._put: Sending | None = None
        self._withdrawal: Sending | None = None
        self._mark = QLabel()
        self.words = text_label("", wrap=True)
        self.state = text_label("", "muted", wrap=True)
        self.inside = BytesView()
        self.withdraw = QPushButton()
        self.withdraw.setProperty("role", "link")
        column = QVBoxLayout()
        column.setSpacing(2)
        for widget in (self.words, self.state):
            column.addWidget(widget)
        column.addLayout(line_of_links(self.inside.toggle, self.withdraw))
        column.addWidget(self.inside)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 6, 0, 6)
        line.setSpacing(10)
        line.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(column, 1)
        self.withdraw.clicked.connect(lambda: self.withdraw_wished.emit(self._put.number) if self._put else None)

    def show_sending(self, put: Sending, withdrawal: Sending | None, zone: str, prefix: str = "") -> None:
        """`prefix` stands before its sentence, such as its week."""
        self._put, self._withdrawal = put, withdrawal
        self.words.setText(f"{prefix}{put.words}")
        self.state.setText(state_words(put, withdrawal, zone))
        self.setAccessibleName(f"{self.words.text()} {self.state.text()}")
        self.inside.show_bytes(put.bytes_inside, about=put.words)
        self.withdraw.setVisible(put.can_withdraw)
        self.withdraw.setText(self.tr("Take it back") if put.state == "waiting" else self.tr("Withdraw…"))
        self.withdraw.setAccessibleName(f"{self.withdraw.text().rstrip('…')}: {put.words}")
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._put is not None:
            self._dress()

    def _dress(self) -> None:
        if self._put is None:
            return
        look, name = look_of(self), state_glyph(self._put, self._withdrawal)
        token = {"ok": look.good_text, "warning": look.warn_text}.get(name, look.muted)
        self._mark.setPixmap(glyph(name, token, 16).pixmap(glyph_size(16), self.devicePixelRatioF()))
