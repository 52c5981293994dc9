"""What needs attention, with the way to where it can be mended."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from tokentray.insights.snapshot import Notice
from tokentray.ui.card import Card, text_label
from tokentray.ui.flow import line_of_links
from tokentray.ui.glyphs import glyph, glyph_size
from tokentray.ui.look import look_of

MOST_SHOWN = 3


class NoticesCard(Card):
    """Hidden while there is nothing; of many only the first are shown until the others are asked for."""

    page_wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(self.tr("Needs attention"))
        self.body.setSpacing(0)
        self.body.setContentsMargins(16, 6, 12, 6)
        self._shown: tuple[Notice, ...] = ()
        self._rows: list[QWidget] = []
        self._glyphs: list[tuple[QLabel, str]] = []
        self.more = QPushButton()
        self.more.setProperty("role", "link")
        self.more.clicked.connect(self._show_all)
        self.body.addLayout(line_of_links(self.more))
        self.hide()

    def show_notices(self, notices: tuple[Notice, ...]) -> None:
        if notices == self._shown:
            return
        self._shown = notices
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._glyphs = []
        self._rows = [self._row(notice) for notice in notices]
        for index, row in enumerate(self._rows):
            self.body.insertWidget(index, row)
            row.setVisible(index < MOST_SHOWN)
        self.more.setText(self.tr("Show {number} more").format(number=len(notices) - MOST_SHOWN))
        self.more.setVisible(len(notices) > MOST_SHOWN)
        self.setVisible(bool(notices))
        self._paint_glyphs()

    def _show_all(self) -> None:
        self.more.hide()
        for row in self._rows:
            row.show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_glyphs"):
            self._paint_glyphs()

    def _row(self, notice: Notice) -> QWidget:
        row, picture = QWidget(), QLabel()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 2, 0, 2)
        line.setSpacing(8)
        line.addWidget(picture, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(text_label(notice.text, wrap=True), 1)
        if notice.page:
            titles = {
                "sources": self.tr("Open Sources"),
                "settings": self.tr("Open Settings"),
                "trends": self.tr("Open Trends"),
            }
            button = QPushButton(titles.get(notice.page, self.tr("Open")))
            button.setProperty("role", "link")
            button.setAccessibleDescription(notice.text)
            button.clicked.connect(lambda: self.page_wished.emit(notice.page))
            line.addWidget(button)
        self._glyphs.append((picture, notice.level))
        return row

    def _paint_glyphs(self) -> None:
        look = look_of(self)
        for picture, level in self._glyphs:
            bad = level in ("bad", "red", "error")
            token = look.bad_text if bad else look.muted if level == "info" else look.warn_text
            name = "refused" if bad else "info" if level == "info" else "warning"
            picture.setPixmap(glyph(name, token, 16).pixmap(glyph_size(16), self.devicePixelRatioF()))
