"""The very bytes of something that leaves, behind a link that shows and hides them."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from tokentray.ui.card import text_label
from tokentray.ui.growing_text import GrowingText
from tokentray.ui.look import pixels


def fixed_font(design_pixels: float = 12) -> QFont:
    """The system's font with letters of one width, at a size of the design."""
    made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    made.setPixelSize(pixels(design_pixels))
    return made


class BytesView(QWidget):
    """Hidden until `toggle`, which its owner lays out, is pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toggle = QPushButton(self.tr("Show the bytes"))
        self.toggle.setProperty("role", "link")
        self.toggle.clicked.connect(lambda: self.disclose(shown=self.isHidden()))
        self.text = GrowingText(self.tr("The bytes"))
        self.text.setReadOnly(True)
        self.text.setFont(fixed_font())
        self.note = text_label("", "muted", wrap=True)
        self.note.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 2)
        column.setSpacing(4)
        column.addWidget(self.text)
        column.addWidget(self.note)
        self.hide()

    def show_bytes(self, text: str, note: str = "", about: str = "") -> None:
        """Shows others without opening; without any there is nothing to open. `about` says whose they are, for a screen reader."""
        if text != self.text.text():
            self.text.show_text(text)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self._about = about
        self.toggle.setVisible(bool(text))
        self.text.setAccessibleName(self.tr("The bytes: {about}").format(about=about))
        if not text:
            self.hide()
        self._name_toggle()

    def disclose(self, *, shown: bool) -> None:
        self.setVisible(shown)
        self._name_toggle()

    def _name_toggle(self) -> None:
        self.toggle.setText(self.tr("Show the bytes") if self.isHidden() else self.tr("Hide the bytes"))
        self.toggle.setAccessibleName(f"{self.toggle.text()}: {self._about}")

    _about = ""
