"""The list of the journal, painted: days, the cards on them, and stretches of work that nobody has spoken of yet."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFont, QFontMetricsF, QKeyEvent, QPainter, QPen, QPixmap, QPixmapCache
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from tokentray.ui.glyphs import draw_glyph
from tokentray.ui.look import Look, colour, font, look_of, pixels
from tokentray.ui.outcome_mark import draw_outcome
from tokentray.ui.pages.journal_rows import LINE_ROLE, CardLine, DayLine, FoldLine, SessionLine
from tokentray.ui.tag_field import draw_tag_dot

Index = QModelIndex | QPersistentModelIndex

ROW_HEIGHT = 50
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class JournalList(QListView):
    """Arrows or J and K move, Enter opens, Delete removes; Shift and the arrows choose several."""

    opened = Signal()
    remove_wished = Signal()
    split_wished = Signal()
    join_wished = Signal()
    menu_wished = Signal(object)
    """Where to, in global coordinates."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Cards and sessions, by day"))
        self.setProperty("role", "journal")
        self.setItemDelegate(RowPainter(self))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(pixels(ROW_HEIGHT) // 2)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.clicked.connect(self._tell_click)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_wished.emit()
        elif plain and key == Qt.Key.Key_J and shift:
            self.join_wished.emit()
        elif plain and key == Qt.Key.Key_S:
            self.split_wished.emit()
        elif plain and key in (Qt.Key.Key_J, Qt.Key.Key_K):
            move = Qt.Key.Key_Down if key == Qt.Key.Key_J else Qt.Key.Key_Up
            super().keyPressEvent(QKeyEvent(event.type(), move, Qt.KeyboardModifier.NoModifier))
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands here."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.visualRect(self.currentIndex()).bottomLeft()
            self.menu_wished.emit(self.viewport().mapToGlobal(place))
        else:
            self.menu_wished.emit(event.globalPos())

    def _tell_click(self, index: Index) -> None:
        if len(self.selectionModel().selectedRows()) == 1:
            self.opened.emit()


class RowPainter(QStyledItemDelegate):
    """Paints one row; all are of one height, so that a year of them needs no measuring."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(pixels(200), pixels(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: Any = index.data(LINE_ROLE)
        widget = option.widget
        state = option.state
        look = look_of(widget)
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(line, DayLine):
            _draw_day(painter, line, rect, look)
        else:
            _draw_ground(painter, rect, look, state, focused=widget.hasFocus())
            inner = rect.adjusted(pixels(14), pixels(6), -pixels(14), -pixels(6))
            if isinstance(line, CardLine):
                _draw_card(painter, line, inner, look)
            elif isinstance(line, SessionLine):
                _draw_session(painter, line, inner, look)
            elif isinstance(line, FoldLine):
                _draw_fold(painter, line, inner, look)
        painter.restore()


def _draw_ground(painter: QPainter, rect: QRectF, look: Look, state: QStyle.StateFlag, *, focused: bool) -> None:
    box = rect.adjusted(pixels(4), 1, -pixels(4), -1)
    painter.setPen(Qt.PenStyle.NoPen)
    if state & QStyle.StateFlag.State_Selected:
        painter.setBrush(colour(look.selected))
        painter.drawRoundedRect(box, 8, 8)
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.setBrush(colour(look.hover))
        painter.drawRoundedRect(box, 8, 8)
    if focused and state & QStyle.StateFlag.State_HasFocus:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour(look.accent), 2))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 7, 7)


def _draw_day(painter: QPainter, line: DayLine, rect: QRectF, look: Look) -> None:
    box = rect.adjusted(pixels(14), rect.height() - pixels(28), -pixels(14), -pixels(4))
    painter.setFont(font(12))
    painter.setPen(colour(look.muted))
    wide = QFontMetricsF(painter.font()).horizontalAdvance(line.facts)
    painter.setFont(font(13, QFont.Weight.DemiBold))
    painter.setPen(colour(look.text))
    needed = QFontMetricsF(painter.font()).horizontalAdvance(line.title)
    _draw_elided(painter, box, line.title)
    if needed + pixels(12) + wide <= box.width():
        painter.setFont(font(12))
        painter.setPen(colour(look.muted))
        painter.drawText(box, _RIGHT, line.facts)


def _draw_card(painter: QPainter, line: CardLine, rect: QRectF, look: Look) -> None:
    upper, lower = _two_lines(rect)
    side = pixels(18)
    mark = QRectF(rect.left(), rect.top() + pixels(1), side, side)
    draw_outcome(painter, line.outcome, mark, look)
    end = _draw_tokens(painter, upper, line.tokens, look)
    facts = line.facts if end < upper.right() else _joined(line.tokens, line.facts)
    upper.setRight(end)
    lower.setRight(_draw_badge(painter, lower, line.badge, look))
    painter.setFont(font(13, QFont.Weight.Medium))
    painter.setPen(colour(look.text if line.titled else look.muted))
    _draw_elided(painter, upper, line.title)
    lower.setLeft(_draw_tags(painter, lower, line.tags, look))
    painter.setFont(font(12))
    painter.setPen(colour(look.muted))
    _draw_elided(painter, lower, facts)


def _draw_session(painter: QPainter, line: SessionLine, rect: QRectF, look: Look) -> None:
    upper, lower = _two_lines(rect)
    painter.drawPixmap(
        QPointF(rect.left(), rect.top() + pixels(1)), _invitation(look, painter.device().devicePixelRatioF())
    )
    end = _draw_tokens(painter, upper, line.tokens, look)
    facts = line.facts if end < upper.right() else _joined(line.tokens, line.facts)
    upper.setRight(end)
    painter.setFont(font(13))
    painter.setPen(colour(look.accent_text))
    _draw_elided(painter, upper, line.title)
    painter.setFont(font(12))
    painter.setPen(colour(look.muted))
    _draw_elided(painter, lower, facts)


def _draw_fold(painter: QPainter, line: FoldLine, rect: QRectF, look: Look) -> None:
    side = float(pixels(18))
    draw_glyph(painter, "more", QRectF(rect.left(), rect.center().y() - side / 2, side, side), look.muted)
    words = QRectF(rect.left() + pixels(30), rect.top(), rect.width() - pixels(30), rect.height())
    words.setRight(_draw_tokens(painter, words, line.tokens, look))
    painter.setFont(font(13))
    _draw_elided(painter, words, line.title)


def _invitation(look: Look, ratio: float) -> QPixmap:
    """A plus in a dashed ring. Dashes are slow to paint, and there are many of them on a page."""
    side = float(pixels(18))
    key = f"invitation {look.name} {side} {ratio}"
    found = QPixmap()
    if QPixmapCache.find(key, found):
        return found
    made = QPixmap(round(side * ratio), round(side * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(colour(look.accent, 0.75), 1.3)
    pen.setDashPattern([2.4, 2.4])
    painter.setPen(pen)
    painter.drawEllipse(QRectF(1, 1, side - 2, side - 2))
    inset = side * 0.2
    draw_glyph(painter, "plus", QRectF(inset, inset, side - 2 * inset, side - 2 * inset), look.accent_text)
    painter.end()
    QPixmapCache.insert(key, made)
    return made


def _two_lines(rect: QRectF) -> tuple[QRectF, QRectF]:
    left = rect.left() + pixels(30)
    half = rect.height() / 2
    return (
        QRectF(left, rect.top(), rect.right() - left, half),
        QRectF(left, rect.top() + half, rect.right() - left, half),
    )


def _draw_tokens(painter: QPainter, rect: QRectF, text: str, look: Look) -> float:
    """At the right end, if it leaves room for a title; gives where that room ends."""
    painter.setFont(font(12))
    painter.setPen(colour(look.muted))
    wide = QFontMetricsF(painter.font()).horizontalAdvance(text)
    if wide > rect.width() / 2:
        return rect.right()
    painter.drawText(rect, _RIGHT, text)
    return rect.right() - wide - pixels(12)


def _draw_badge(painter: QPainter, rect: QRectF, text: str, look: Look) -> float:
    """At the right end; gives where the room before it ends."""
    if not text:
        return rect.right()
    painter.setFont(font(11, QFont.Weight.Medium))
    wide = QFontMetricsF(painter.font()).horizontalAdvance(text) + pixels(12)
    if wide > rect.width() / 2:
        return rect.right()
    box = QRectF(rect.right() - wide, rect.center().y() - pixels(8), wide, pixels(16))
    painter.setPen(QPen(colour(look.line), 1))
    painter.setBrush(colour(look.raised))
    painter.drawRoundedRect(box, 5, 5)
    painter.setPen(colour(look.muted))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
    return box.left() - pixels(8)


def _draw_tags(painter: QPainter, rect: QRectF, tags: tuple[tuple[str, int], ...], look: Look) -> float:
    """As many as fit into two thirds of the line; gives where the rest of it begins."""
    painter.setFont(font(11, QFont.Weight.Medium))
    metrics = QFontMetricsF(painter.font())
    left, end = rect.left(), rect.left() + rect.width() * 0.62
    for number, (name, slot) in enumerate(tags):
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, pixels(120))
        wide = metrics.horizontalAdvance(shown) + pixels(20)
        if left + wide > end:
            more = f"+{len(tags) - number}"
            painter.setPen(colour(look.muted))
            painter.drawText(QRectF(left, rect.top(), pixels(40), rect.height()), _LEFT, more)
            return left + metrics.horizontalAdvance(more) + pixels(8)
        token = look.series[slot]
        box = QRectF(left, rect.center().y() - pixels(8), wide, pixels(16))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(token, 0.16))
        painter.drawRoundedRect(box, 5, 5)
        side = float(pixels(6))
        draw_tag_dot(painter, QRectF(box.left() + pixels(5), box.center().y() - side / 2, side, side), slot, look)
        painter.setPen(colour(look.text))
        painter.drawText(box.adjusted(pixels(14), 0, 0, 0), _LEFT, shown)
        left = box.right() + pixels(5)
    return left + pixels(4) if tags else left


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _draw_elided(painter: QPainter, rect: QRectF, text: str) -> None:
    shown = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, max(rect.width(), 0.0))
    painter.drawText(rect, _LEFT, shown)
