"""A plain text area that is always as tall as its text, so that nothing in it has to be scrolled."""

from __future__ import annotations

import os

from PySide6.QtCore import QEvent, QMimeData, QSizeF, Qt, QUrl, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy


class GrowingText(QPlainTextEdit):
    """
    Tab leaves it. A picture or file dropped or pasted becomes a Markdown link to where it lies, never a copy.

    With `one_line` breaks in pasted text become spaces; it still grows when long. With that or `enter_tells` Enter does not break the line
    but is told; in a text of several lines Shift+Enter breaks it then.
    """

    entered = Signal()

    link_dropped = Signal(str)
    """An address dropped on a text of one line, which has no room for it."""

    def __init__(self, name: str, *, lines: int = 1, one_line: bool = False, enter_tells: bool = False) -> None:
        super().__init__()
        self._lines = lines
        self._enter_tells = enter_tells or one_line
        self._one_line = one_line
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(2)
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        self._grow()

    def text(self) -> str:
        return self.toPlainText()

    def show_text(self, text: str) -> None:
        """Shows another text without telling, and forgets what could be undone."""
        before = self.blockSignals(True)
        self.setPlainText(text)
        self.blockSignals(before)
        self._grow()

    def change_text(self, text: str) -> None:
        """Puts another text in the place of this one as one step that can be undone; without telling."""
        if text == self.text():
            return
        before = self.blockSignals(True)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        self.blockSignals(before)
        self._grow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        breaks = event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not self._one_line
        if enter and self._enter_tells and not breaks:
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            # The text does nothing with it, but would keep it from the window.
            event.ignore()
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return bool(links_in(source)) or source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        links = links_in(source)
        if links and self._one_line:
            self.link_dropped.emit(links[0])
        elif links:
            self.textCursor().insertText("\n".join(markdown_link(link) for link in links))
        elif source.hasText():
            text = source.text()
            self.textCursor().insertText(" ".join(text.split("\n")) if self._one_line else text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grow()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._grow()

    def _grow(self, size: QSizeF | None = None) -> None:
        # A plain document's size is counted in lines.
        lines = max(self._lines, int(self.document().documentLayout().documentSize().height()))
        margins = self.contentsMargins()
        edges = margins.top() + margins.bottom() + 2 * round(self.document().documentMargin())
        wanted = lines * self.fontMetrics().lineSpacing() + edges + 4
        if self.minimumHeight() != wanted:
            self.setFixedHeight(wanted)
            # Resizing breaks lines anew and asks for another height before the first one is set on both sides.
            self.setMaximumHeight(self.minimumHeight())


def links_in(source: QMimeData) -> list[str]:
    """The addresses of files and pages that are dragged; a picture that lies nowhere has none."""
    return [url.toString() for url in source.urls() if url.isValid()] if source.hasUrls() else []


def markdown_link(link: str) -> str:
    """A file by its name; an address as it is."""
    url = QUrl(link)
    if not url.isLocalFile():
        return link
    name = os.path.basename(url.toLocalFile().rstrip("/")) or link
    return f"[{name}]({bytes(url.toEncoded().data()).decode()})"
