"""The window's left edge: logo, pages, and how fresh the numbers are."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from tokentray.ui.card import text_label
from tokentray.ui.glyphs import glyph, glyph_size
from tokentray.ui.icon import app_icon
from tokentray.ui.look import look_of
from tokentray.ui.segments import tab_to_checked


class Sidebar(QFrame):
    """One button for each page; arrows move between them."""

    page_chosen = Signal(str)
    search_wished = Signal()

    def __init__(self, pages: list[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "sidebar")
        self.setAccessibleName(self.tr("Pages"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._group = QButtonGroup(self)
        self._names = [name for name, _ in pages]
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 17, 11, 12)
        column.setSpacing(2)
        column.addLayout(self._head())
        column.addSpacing(14)
        for index, (name, title) in enumerate(pages):
            column.addWidget(self._button(index, name, title))
        column.addStretch(1)
        self.search = QPushButton("\u2002" + self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search"))
        self.search.setIconSize(glyph_size())
        self.search.setProperty("role", "nav")
        self.search.setToolTip(self.tr("Search cards, tags, models, projects, accounts, pages and actions (Ctrl+K)"))
        self.search.clicked.connect(self.search_wished)
        self._sample = text_label(self.tr("Sample data"), "badge")
        self._sample.setToolTip(self.tr("This history is made up. Nothing is polled or sent."))
        self._fresh = text_label("", "muted", wrap=True)
        column.addWidget(self.search)
        column.addSpacing(8)
        column.addWidget(self._sample, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(2)
        column.addWidget(self._fresh)
        self._group.idClicked.connect(lambda index: self.page_chosen.emit(self._names[index]))
        self.show_sample(sample=False)
        self.follow_look()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(max(196, hint.width()), hint.height())

    def show_page(self, name: str) -> None:
        self._group.button(self._names.index(name)).setChecked(True)
        tab_to_checked(self._group)

    def show_fresh(self, text: str) -> None:
        self._fresh.setText(text)

    def show_sample(self, *, sample: bool) -> None:
        self._sample.setVisible(sample)

    def follow_look(self) -> None:
        """Colours the icons for light or dark."""
        look = look_of(self)
        for name, button in zip(self._names, self._group.buttons(), strict=True):
            button.setIcon(glyph(name, look.muted, checked_colour=look.accent))
        self.search.setIcon(glyph("search", look.muted))

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        logo = QLabel()
        logo.setPixmap(app_icon().pixmap(glyph_size(22), self.devicePixelRatioF()))
        row.addWidget(logo)
        row.addWidget(text_label("TokenTray", "heading"), 1)
        return row

    def _button(self, index: int, name: str, title: str) -> QPushButton:
        button = QPushButton(f"\u2002{title}")
        button.setAccessibleName(title)
        button.setProperty("role", "nav")
        button.setCheckable(True)
        button.setIconSize(glyph_size())
        button.setToolTip(self.tr("{page} (Ctrl+{number})").format(page=title, number=index + 1))
        self._group.addButton(button, index)
        return button
