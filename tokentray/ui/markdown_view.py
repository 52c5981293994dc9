"""A card's text as Markdown shows it: words and links only, nothing is fetched or read from anywhere."""

from __future__ import annotations

import os
import re

from PySide6.QtCore import QByteArray, QEvent, QSize, QSizeF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QResizeEvent, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

# What Qt puts where a picture was.
_PICTURE = "\ufffc"
_NO_WORDS = re.compile(r"!\[\s*\]\((?=([^)\s]+))")


class MarkdownView(QTextBrowser):
    """As tall as its text. A picture is shown as a link to where it lies; HTML is shown as it was typed."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._markdown = ""
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        self.anchorClicked.connect(open_link)

    def show_markdown(self, text: str) -> None:
        self._markdown = text
        # Breaks in a card's plain text are meant.
        told = "\n".join(line + "  " if line.strip() else line for line in text.split("\n"))
        # Qt forgets a picture without words.
        fill(self.document(), _NO_WORDS.sub(lambda found: f"![{os.path.basename(found[1])}](", told))
        self._grow()

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing, whatever is asked for."""
        return QByteArray()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and self._markdown:
            self.show_markdown(self._markdown)
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grow()

    def sizeHint(self) -> QSize:
        return QSize(200, self.minimumHeight())

    def _grow(self, size: QSizeF | None = None) -> None:
        margins = self.contentsMargins()
        wanted = round(self.document().size().height()) + margins.top() + margins.bottom()
        if self.minimumHeight() != wanted:
            self.setFixedHeight(wanted)


def fill(document: QTextDocument, text: str) -> None:
    """Renders Markdown; pictures become links before anything could load them."""
    features = QTextDocument.MarkdownFeature
    document.setMarkdown(text, features.MarkdownDialectGitHub | features.MarkdownNoHTML)
    cursor = document.find(_PICTURE)
    while not cursor.isNull():
        _name_picture(cursor)
        cursor = document.find(_PICTURE, cursor.position())


def open_link(address: QUrl) -> None:
    """Opens a page in the browser, and the folder of a file: a card may have come from somebody else, so no file is ever run."""
    if address.scheme() in ("http", "https", "mailto"):
        QDesktopServices.openUrl(address)
    elif address.isLocalFile():
        QDesktopServices.openUrl(QUrl.fromLocalFile(os.path.dirname(address.toLocalFile())))


def _name_picture(cursor: QTextCursor) -> None:
    picture = cursor.charFormat()
    if not picture.isImageFormat():
        return
    address = picture.toImageFormat().name()
    words = picture.property(QTextCharFormat.Property.ImageAltText)
    link = QTextCharFormat()
    link.setAnchor(True)
    link.setAnchorHref(address)
    link.setForeground(QGuiApplication.palette().link())
    link.setFontUnderline(True)
    cursor.insertText(str(words or os.path.basename(address) or address), link)
