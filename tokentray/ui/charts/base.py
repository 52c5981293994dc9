"""What all charts have in common: the kept picture, the mark under pointer or keys, the table twin, the exports."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QEvent, QLineF, QMarginsF, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QFontMetricsF,
    QHideEvent,
    QImage,
    QImageWriter,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from tokentray.ui import wording
from tokentray.ui.look import LIGHT, Look, colour, font, look_of, pixels

DIM = 0.45
"""How much of the others is left while one part is marked."""

_DRAG_FROM = 6
_RING = 3
_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


@dataclass(frozen=True, slots=True)
class Table:
    """A chart's values as text: headings, then rows of the same width, in the order of the chart."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class TipLine:
    """One line of a tooltip: a colour of the look (or ""), a name and a value."""

    colour: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Tip:
    """What is said about the marked part."""

    title: str
    lines: tuple[TipLine, ...]

    @property
    def text(self) -> str:
        """The same in one line, for a screen reader."""
        return "; ".join([self.title, *(f"{line.name} {line.value}".strip() for line in self.lines)])


class Chart(QWidget):
    """
    A painted chart of parts that stand side by side, such as bars or days.

    A chart implements `draw_frame` (axes, names), `draw_content` (the values), `part_rect`, `part_count`, `tip`,
    `summary` and `table`. Frame and content are painted once into pictures, and again only when data, size or look
    change; moving the mark only puts the pictures together.
    """

    part_marked = Signal(object)
    """The index of the part now marked, or None."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.subtitle = ""
        self.empty_text = ""
        self.marked: int | None = None
        self._kept: tuple[object, QPixmap, QPixmap] | None = None
        self._focus_by_key = False
        self._pressed: QPointF | None = None
        self._dragged: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(title)

    # What a chart says about itself

    @abstractmethod
    def part_count(self) -> int: ...

    @abstractmethod
    def part_rect(self, index: int, rect: QRectF) -> QRectF:
        """Where a part stands when the chart is drawn into `rect`; what is outside is dimmed while it is marked."""

    @abstractmethod
    def draw_frame(self, painter: QPainter, rect: QRectF, look: Look) -> None: ...

    @abstractmethod
    def draw_content(self, painter: QPainter, rect: QRectF, look: Look) -> None: ...

    @abstractmethod
    def tip(self, index: int, look: Look) -> Tip: ...

    @abstractmethod
    def summary(self) -> str:
        """One sentence with what the chart shows, for a screen reader."""

    @abstractmethod
    def table(self) -> Table: ...

    def has_data(self) -> bool:
        return self.part_count() > 0

    def part_at(self, point: QPointF, rect: QRectF) -> int | None:
        """The part under a point."""
        return next((i for i in range(self.part_count()) if self.part_rect(i, rect).contains(point)), None)

    def part_clicked(self, index: int, point: QPointF) -> None:
        """Called for a click on a part, or the Return key (then `point` is its middle)."""

    def parts_dragged(self, first: int, last: int) -> None:
        """Called after a drag over several parts, first <= last."""

    def can_drag(self) -> bool:
        return False

    def dims_others(self) -> bool:
        """Whether a mark dims the rest; a line has no parts to dim."""
        return True

    def step(self, key: Qt.Key) -> int:
        """How many parts an arrow key moves the mark."""
        return {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(key, 0)

    # Drawing, the same for screen, PNG and SVG

    def draw(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        """Paints the whole chart, without title, into `rect`."""
        if not self.has_data():
            self._draw_empty(painter, rect, look)
            return
        self.draw_frame(painter, rect, look)
        self.draw_content(painter, rect, look)

    def draw_card(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        """Paints the chart on a card with its title, as it is exported."""
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.fillRect(rect, colour(look.card))
        inner = rect.marginsRemoved(QMarginsF(pixels(20), pixels(16), pixels(20), pixels(16)))
        if self.title:
            inner.setTop(inner.top() + self._draw_title(painter, inner, look) + pixels(12))
        self.draw(painter, inner, look)

    def export_png(self, path: str, scale: float = 2.0, *, look: Look | None = None, size: QSize | None = None) -> bool:
        """Writes the chart with its title as a PNG; False if the file could not be written."""
        area = self._export_size(size)
        image = QImage((QSizeF(area) * scale).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(scale)
        painter = QPainter(image)
        self.draw_card(painter, QRectF(0, 0, area.width(), area.height()), look or look_of(self))
        painter.end()
        return QImageWriter(path, QByteArray(b"png")).write(image)

    def export_svg(self, path: str, *, look: Look | None = None, size: QSize | None = None) -> bool:
        """Writes the chart with its title as an SVG; False if the file could not be written."""
        # Loading QtSvg costs 2 MB and is needed only here.
        from PySide6.QtSvg import QSvgGenerator

        area = self._export_size(size)
        generator = QSvgGenerator()
        generator.setFileName(path)
        generator.setSize(area)
        generator.setViewBox(QRectF(0, 0, area.width(), area.height()))
        generator.setTitle(self.title)
        generator.setDescription(self.summary())
        # Points are 1/72 inch: without this SVG text would be smaller than on screen.
        generator.setResolution(self.logicalDpiY())
        painter = QPainter()
        if not painter.begin(generator):
            return False
        self.draw_card(painter, QRectF(0, 0, area.width(), area.height()), look or look_of(self))
        return painter.end()

    # Life

    def changed(self) -> None:
        """To be called by the chart when its data changed: forgets the pictures and renews the spoken summary."""
        self._kept = None
        if self.marked is not None and self.marked >= self.part_count():
            self.marked = None
        self.setAccessibleName(f"{self.title}: {self.summary()}" if self.title else self.summary())
        self._speak()
        self.update()

    def show_empty(self, text: str) -> None:
        """The sentence shown while there is nothing to draw."""
        self.empty_text = text
        self.update()

    def mark(self, index: int | None) -> None:
        """Marks a part: the others are dimmed and its values are said. None: no mark."""
        if index != self.marked:
            self.marked = index
            self._speak()
            self.part_marked.emit(index)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        look, rect = look_of(self), self.area()
        if not self.has_data():
            self._draw_empty(painter, rect, look)
        else:
            frame, content = self._pictures(look)
            painter.drawPixmap(0, 0, frame)
            painter.setOpacity(DIM if self.marked is not None and self.dims_others() else 1.0)
            painter.drawPixmap(0, 0, content)
            painter.setOpacity(1.0)
            if self.marked is not None:
                self._draw_mark(painter, rect, look, content)
            if self._pressed is not None and self._dragged is not None:
                self.draw_selection(painter, rect, look, self._pressed, self._dragged)
        if self.hasFocus() and self._focus_by_key:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour(look.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()

    def draw_crosshair(self, painter: QPainter, rect: QRectF, look: Look, part: QRectF) -> None:
        """What else shows where the mark stands; a hair through the part unless a chart says otherwise."""
        painter.setPen(QPen(colour(look.muted, 0.55), 1))
        x = int(part.center().x()) + 0.5
        painter.drawLine(QLineF(x, part.top(), x, part.bottom()))

    def draw_selection(self, painter: QPainter, rect: QRectF, look: Look, start: QPointF, end: QPointF) -> None:
        """The stretch being dragged over."""
        left, right = sorted((start.x(), end.x()))
        painter.fillRect(QRectF(left, rect.top(), right - left, rect.height()), colour(look.accent, 0.14))

    def area(self) -> QRectF:
        """What is drawn into: the widget without the room for the focus ring."""
        return QRectF(self.rect()).adjusted(_RING, _RING, -_RING, -_RING)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._focus_by_key = event.reason() in _KEYBOARD
        super().focusInEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._kept = None
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._kept = None
            self.update()
        super().changeEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and self.can_drag():
            far = abs(event.position().x() - self._pressed.x()) >= _DRAG_FROM
            self._dragged = event.position() if far or self._dragged else None
            self.update()
        if self.has_data():
            self.mark(self.part_at(event.position(), self.area()))
            self.show_small_tip()

    def leaveEvent(self, event: QEvent) -> None:
        self.mark(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
        else:
            event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, dragged = self._pressed, self._dragged
        self._pressed = self._dragged = None
        self.update()
        if pressed is None or not self.has_data():
            return
        rect = self.area()
        if dragged is not None:
            ends = sorted((self._nearest(pressed, rect), self._nearest(dragged, rect)))
            self.parts_dragged(ends[0], ends[1])
        elif (index := self.part_at(pressed, rect)) is not None:
            self.part_clicked(index, pressed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, count = Qt.Key(event.key()), self.part_count()
        if not count:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.mark(0 if key == Qt.Key.Key_Home else count - 1)
        elif self.step(key):
            start = (count if self.step(key) < 0 else -1) if self.marked is None else self.marked
            self.mark(min(count - 1, max(0, start + self.step(key))))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.marked is not None:
            self.part_clicked(self.marked, self.part_rect(self.marked, self.area()).center())
        elif key == Qt.Key.Key_Escape and self.marked is not None:
            self.mark(None)
        else:
            super().keyPressEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize(pixels(160), pixels(120))

    # Inside

    def _pictures(self, look: Look) -> tuple[QPixmap, QPixmap]:
        ratio = self.devicePixelRatioF()
        key = (self.size().toTuple(), ratio, look.name, self.font().toString())
        if self._kept is None or self._kept[0] != key:
            frame, content = self._blank(ratio), self._blank(ratio)
            rect = self.area()
            for picture, drawing in ((frame, self.draw_frame), (content, self.draw_content)):
                painter = QPainter(picture)
                painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
                painter.setFont(self.font())
                drawing(painter, rect, look)
                painter.end()
            self._kept = (key, frame, content)
        return self._kept[1], self._kept[2]

    def _blank(self, ratio: float) -> QPixmap:
        picture = QPixmap((QSizeF(self.size()) * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        return picture

    def _draw_mark(self, painter: QPainter, rect: QRectF, look: Look, content: QPixmap) -> None:
        assert self.marked is not None  # noqa: S101 - asked for only with a mark
        part = self.part_rect(self.marked, rect)
        painter.save()
        painter.setClipRect(part)
        painter.drawPixmap(0, 0, content)
        painter.restore()
        self.draw_crosshair(painter, rect, look, part)
        if self._dragged is None and not self._tip_is_small():
            self._draw_tip(painter, rect, look, part)

    def _tip_is_small(self) -> bool:
        return self.height() < pixels(140)

    def show_small_tip(self) -> None:
        """Says the marked part's values where the chart is too low to paint them into it."""
        if not self._tip_is_small():
            return
        if self.marked is None:
            QToolTip.hideText()
            return
        part = self.part_rect(self.marked, self.area())
        place = self.mapToGlobal(QPointF(part.center().x(), 0)).toPoint()
        QToolTip.showText(place, self.tip(self.marked, look_of(self)).text.replace("; ", "\n"), self, self.rect())

    def _draw_tip(self, painter: QPainter, rect: QRectF, look: Look, part: QRectF) -> None:
        assert self.marked is not None  # noqa: S101 - asked for only with a mark
        tip = self.tip(self.marked, look)
        title_font, line_font = font(12, self.font().Weight.DemiBold), font(12)
        metrics, title_metrics = QFontMetricsF(line_font), QFontMetricsF(title_font)
        pad, swatch, height = pixels(10), pixels(8), metrics.height() + pixels(3)
        indent = swatch + pixels(6) if any(line.colour for line in tip.lines) else 0
        names = max((metrics.horizontalAdvance(line.name) for line in tip.lines), default=0.0)
        values = max((metrics.horizontalAdvance(line.value) for line in tip.lines), default=0.0)
        names = min(names, rect.width() * 0.4)
        width = max(indent + names + pixels(16) + values, title_metrics.horizontalAdvance(tip.title))
        box = QRectF(0, 0, width + 2 * pad, title_metrics.height() + pixels(4) + height * len(tip.lines) + 2 * pad)
        gap = pixels(8)
        left = (
            part.right() + gap if part.right() + gap + box.width() <= rect.right() else part.left() - gap - box.width()
        )
        box.moveTo(
            max(rect.left(), left), min(max(rect.top(), part.top()), max(rect.top(), rect.bottom() - box.height()))
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("#000000", 0.10))
        painter.drawRoundedRect(box.translated(0, 2).adjusted(-1, 0, 1, 1), 9, 9)
        painter.setBrush(colour(look.tip))
        painter.setPen(QPen(colour(look.line), 1))
        painter.drawRoundedRect(box, 8, 8)
        line = QRectF(box.left() + pad, box.top() + pad, width, title_metrics.height())
        painter.setFont(title_font)
        painter.setPen(colour(look.text))
        painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), tip.title)
        painter.setFont(line_font)
        line = QRectF(line.left(), line.bottom() + pixels(4), width, height)
        for item in tip.lines:
            if item.colour:
                draw_swatch(painter, QRectF(line.left(), line.center().y() - swatch / 2, swatch, swatch), item.colour)
            text = line.adjusted(indent, 0, 0, 0)
            painter.setPen(colour(look.muted))
            shown = metrics.elidedText(item.name, Qt.TextElideMode.ElideMiddle, names + 1)
            painter.drawText(text, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
            painter.setPen(colour(look.text))
            painter.drawText(text, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), item.value)
            line.translate(0, height)

    def _draw_title(self, painter: QPainter, rect: QRectF, look: Look) -> float:
        title_font, line_font = font(15, self.font().Weight.DemiBold), font(12)
        metrics = QFontMetricsF(title_font)
        base = rect.top() + metrics.ascent()
        painter.setFont(title_font)
        painter.setPen(colour(look.text))
        painter.drawText(QPointF(rect.left(), base), self.title)
        painter.setFont(line_font)
        painter.setPen(colour(look.muted))
        painter.drawText(QPointF(rect.left() + metrics.horizontalAdvance(self.title) + pixels(10), base), self.subtitle)
        return metrics.height()

    def _draw_empty(self, painter: QPainter, rect: QRectF, look: Look) -> None:
        painter.setFont(font(13))
        painter.setPen(colour(look.muted))
        flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
        painter.drawText(
            rect.adjusted(pixels(16), 0, -pixels(16), 0), flags, self.empty_text or wording.nothing_to_show()
        )

    def _export_size(self, size: QSize | None) -> QSize:
        if size is not None:
            return size
        head = pixels(44) if self.title else 0
        return QSize(max(self.width(), pixels(320)) + pixels(40), max(self.height(), pixels(140)) + pixels(32) + head)

    def _nearest(self, point: QPointF, rect: QRectF) -> int:
        return min(range(self.part_count()), key=lambda i: abs(self.part_rect(i, rect).center().x() - point.x()))

    def _speak(self) -> None:
        words = "" if self.marked is None or not self.has_data() else self.tip(self.marked, LIGHT).text
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
            if QAccessible.isActive():
                QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))


def draw_swatch(painter: QPainter, rect: QRectF, token: str) -> None:
    """The little rounded square of a legend."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(token))
    painter.drawRoundedRect(rect, rect.width() * 0.25, rect.width() * 0.25)


def hairline(painter: QPainter, x1: float, x2: float, y: float, token: str) -> None:
    """A horizontal line of one pixel that stands sharp on the raster."""
    painter.setPen(QPen(colour(token), 1))
    y = int(y) + 0.5
    painter.drawLine(QLineF(x1, y, x2, y))
