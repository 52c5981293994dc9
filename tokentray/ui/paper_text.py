"""A longer text as Markdown shows it, set to be read: quiet headings with room above them, lines apart, tables in the look's own lines."""

from __future__ import annotations

from PySide6.QtGui import (
    QFont,
    QGuiApplication,
    QPalette,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)

from tokentray.ui.look import font, pixels
from tokentray.ui.markdown_view import MarkdownView

_HEADINGS = {1: 20, 2: 15, 3: 13}
_LINES = 125
_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value


class PaperText(MarkdownView):
    """As `MarkdownView`; Qt's own headings are twice the text's size and stand close to what is above them."""

    def show_markdown(self, text: str) -> None:
        self.document().setIndentWidth(pixels(22))
        super().show_markdown(text)
        _settle(self.document().begin())
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                _settle_table(frame)
        self._grow()


def _settle(block: QTextBlock) -> None:
    first = True
    while block.isValid():
        level = block.blockFormat().headingLevel()
        around = QTextBlockFormat()
        around.setLineHeight(_LINES, _PROPORTIONAL)
        if level:
            around.setTopMargin(0 if first else pixels(20 if level < 3 else 12))
            around.setBottomMargin(pixels(6))
            _settle_heading(block, _HEADINGS.get(level, 13))
        elif block.textList() is not None:
            around.setTopMargin(0)
            around.setBottomMargin(pixels(3))
        QTextCursor(block).mergeBlockFormat(around)
        first = False
        block = block.next()


def _settle_heading(block: QTextBlock, size: float) -> None:
    """Word by word, because a size that Qt gave relative to the text wins over any other as long as it stands there."""
    fragments, part = [], block.begin()
    while not part.atEnd():
        fragments.append(part.fragment())
        part += 1
    for start, length, form in [(one.position(), one.length(), one.charFormat()) for one in fragments]:
        form.clearProperty(QTextFormat.Property.FontSizeAdjustment)
        form.setFontPointSize(font(size).pointSizeF())
        form.setFontWeight(QFont.Weight.DemiBold)
        cursor = QTextCursor(block)
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.setCharFormat(form)


def _settle_table(table: QTextTable) -> None:
    form = table.format()
    form.setBorder(1)
    # The sheet's transparent ground hides the look from this widget's own palette.
    form.setBorderBrush(QGuiApplication.palette().color(QPalette.ColorRole.Mid))
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setBorderCollapse(True)
    form.setCellSpacing(0)
    form.setCellPadding(pixels(6))
    form.setTopMargin(pixels(6))
    form.setBottomMargin(pixels(10))
    form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table.setFormat(form)
