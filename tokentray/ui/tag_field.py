"""Tags as chips with a field behind them that completes and adds."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QIcon,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QStandardItem,
    QStandardItemModel,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QCompleter,
    QFrame,
    QLineEdit,
    QListView,
    QMenu,
    QSizePolicy,
    QStyledItemDelegate,
    QWidget,
)

from tokentray.ui.flow import FlowLayout
from tokentray.ui.look import Look, colour, font, look_of, pixels

COLOURS = 8
"""The slots of the look's series that a tag may have."""

_SEPARATORS = (Qt.Key.Key_Comma, Qt.Key.Key_Semicolon)


def tag_slot(tag: str, colours: Iterable[tuple[str, int]] = ()) -> int:
    """The slot of the look's series for a tag: the one its person gave it, else always the same for the same name."""
    given = dict(colours).get(tag)
    return crc32(tag.casefold().encode()) % COLOURS if given is None else given


def tag_of(typed: str) -> str:
    """A tag as it is kept: one word without the sign in front; "" if nothing is left."""
    return "-".join(typed.strip().lstrip("#").split())


def draw_tag_dot(painter: QPainter, rect: QRectF, slot: int, look: Look) -> None:
    """The little square in a tag's colour."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(look.series[slot]))
    painter.drawRoundedRect(rect, rect.width() * 0.3, rect.width() * 0.3)
    painter.restore()


class Chip(QAbstractButton):
    """One tag: Delete or a click on the cross takes it away, the menu gives it another colour."""

    removed = Signal(str)
    coloured = Signal(str, int)
    left = Signal(str, int)
    """The arrow keys: the tag and -1 or 1."""

    def __init__(self, tag: str, slot: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tag = tag
        self._slot = slot
        self._hint: QSize | None = None
        self.setText(tag)
        self.setAccessibleName(self.tr("Tag {tag}").format(tag=tag))
        self.setAccessibleDescription(self.tr("Delete takes it away, the menu key gives it a colour"))
        self.setToolTip(self.tr("Delete takes it away"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setFont(font(12, QFont.Weight.Medium))

    @property
    def slot(self) -> int:
        return self._slot

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        hint = self.sizeHint()
        return hint.height() if width >= hint.width() else self._height(width)

    def sizeHint(self) -> QSize:
        if self._hint is None:
            # Breaking at any letter needs a pixel more than the letters are wide.
            width = self.fontMetrics().horizontalAdvance(self.tag) + 2 + self._dot_room() + self._cross_room()
            self._hint = QSize(width, self._height(width))
        return self._hint

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._hint = None
        super().changeEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._dot_room() + self._cross_room() + pixels(24), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), look_of(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = 2 if self.hasFocus() else 1
        painter.setPen(QPen(colour(look.accent if self.hasFocus() else look.line), edge))
        painter.setBrush(colour(look.hover if self.underMouse() else look.raised))
        box = QRectF(self.rect()).adjusted(edge / 2, edge / 2, -edge / 2, -edge / 2)
        painter.drawRoundedRect(box, pixels(6), pixels(6))
        side = pixels(8)
        draw_tag_dot(painter, QRectF(pixels(8), (self.height() - side) / 2, side, side), self._slot, look)
        painter.setPen(colour(look.text))
        option = QTextOption(Qt.AlignmentFlag.AlignVCenter)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        painter.drawText(QRectF(self.rect()).adjusted(self._dot_room(), 0, -self._cross_room(), 0), self.tag, option)
        self._draw_cross(painter, look)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self.tag)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.left.emit(self.tag, -1 if event.key() == Qt.Key.Key_Left else 1)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self._cross().contains(event.position()):
            self.removed.emit(self.tag)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.colour_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def colour_menu(self) -> QMenu:
        """Eight colours by name, and taking the tag away."""
        menu = QMenu(self)
        look = look_of(self)
        names = (
            self.tr("Blue"),
            self.tr("Green"),
            self.tr("Orange"),
            self.tr("Pink"),
            self.tr("Purple"),
            self.tr("Sky blue"),
            self.tr("Olive"),
            self.tr("Red"),
        )
        for slot, name in enumerate(names):
            action = QAction(dot_icon(slot, look), name, menu)
            action.setCheckable(True)
            action.setChecked(slot == self._slot)
            action.triggered.connect(lambda _=False, slot=slot: self.coloured.emit(self.tag, slot))
            menu.addAction(action)
        menu.addSeparator()
        menu.addAction(self.tr("Take the tag away")).triggered.connect(lambda: self.removed.emit(self.tag))
        return menu

    def show_slot(self, slot: int) -> None:
        self._slot = slot
        self.update()

    def _height(self, width: int) -> int:
        room = QRect(0, 0, max(width - self._dot_room() - self._cross_room(), 1), 10_000)
        flags = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
        return QFontMetrics(self.font()).boundingRect(room, int(flags), self.tag).height() + pixels(6)

    def _dot_room(self) -> int:
        return pixels(22)

    def _cross_room(self) -> int:
        return pixels(22)

    def _cross(self) -> QRectF:
        return QRectF(self.width() - self._cross_room(), 0, self._cross_room(), self.height())

    def _draw_cross(self, painter: QPainter, look: Look) -> None:
        middle, arm = self._cross().center() - QPointF(pixels(2), 0), pixels(3)
        pen = QPen(colour(look.muted), max(1.3, pixels(1.3)))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawLine(middle - QPointF(arm, arm), middle + QPointF(arm, arm))
        painter.drawLine(middle + QPointF(-arm, arm), middle + QPointF(arm, -arm))


class TagField(QFrame):
    """
    Enter, a comma and leaving the field make a tag of what was typed; Backspace in the empty field goes to the last chip.

    Down shows all tags that are known. Spaces within a tag become hyphens.
    """

    edited = Signal(object)
    """All tags, a tuple of str."""

    coloured = Signal(str, int)
    """A tag was given another colour: a slot of the look's series."""

    entered = Signal()
    """Enter while nothing was typed."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "field")
        self._name = name or self.tr("Tags")
        self.setAccessibleName(self._name)
        self._known: tuple[str, ...] = ()
        self._colours: dict[str, int] = {}
        self._chips: list[Chip] = []
        self.input = self._make_input()
        self._flow = FlowLayout(self, gap=pixels(4))
        self._flow.setContentsMargins(pixels(6), pixels(4), pixels(6), pixels(4))
        self._flow.addWidget(self.input)
        self._popup = QListView()
        self._completer = self._make_completer()
        self.setFocusProxy(self.input)
        self.setCursor(Qt.CursorShape.IBeamCursor)

    def tags(self) -> tuple[str, ...]:
        return tuple(chip.tag for chip in self._chips)

    def chips(self) -> tuple[Chip, ...]:
        return tuple(self._chips)

    def show_tags(self, tags: Iterable[str]) -> None:
        """Shows other tags without telling; what is being typed stays."""
        wanted = tuple(dict.fromkeys(tags))
        if wanted != self.tags():
            self._show(wanted)

    def show_completions(self, tags: Iterable[str], colours: Iterable[tuple[str, int]] = ()) -> None:
        """What is offered, most used first, and the colours that tags were given."""
        self._known, self._colours = tuple(tags), dict(colours)
        for chip in self._chips:
            chip.show_slot(tag_slot(chip.tag, self._colours.items()))

    def take_typed(self) -> bool:
        """Makes tags of what was typed; False if there was nothing to make one of."""
        typed = [tag for part in self.input.text().replace(";", ",").split(",") if (tag := tag_of(part))]
        self.input.clear()
        wanted = tuple(dict.fromkeys((*self.tags(), *(self._spelled(tag) for tag in typed))))
        if wanted != self.tags():
            self._change(wanted)
        return bool(typed)

    # Qt

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The field's keys, and the ring around the whole while the focus is in it."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._ring(focused=event.type() == QEvent.Type.FocusIn)
            if event.type() == QEvent.Type.FocusOut and not self._popup.isVisible():
                self.take_typed()
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.input.setFocus()
        super().mousePressEvent(event)

    # Parts

    def _make_input(self) -> QLineEdit:
        field = _Input()
        field.setAccessibleName(self._name)
        field.setPlaceholderText(self.tr("Add a tag"))
        field.installEventFilter(self)
        return field

    def _make_completer(self) -> QCompleter:
        completer = QCompleter(self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(8)
        popup = self._popup
        completer.setPopup(popup)
        # Only this delegate follows the style sheet.
        popup.setItemDelegate(QStyledItemDelegate(popup))
        popup.setAccessibleName(self.tr("Known tags"))
        popup.setProperty("role", "popup")
        completer.setWidget(self.input)
        completer.activated.connect(self._take_offered)
        self.input.textEdited.connect(self._complete)
        return completer

    def _complete(self, typed: str) -> None:
        if any(sign in typed for sign in ",;"):
            self.take_typed()
            typed = ""
        if not (tag_of(typed) and self._show_known(tag_of(typed))):
            self._popup.hide()

    def _take_offered(self, tag: str) -> None:
        self.input.setText(tag)
        self.take_typed()

    def _key(self, event: QKeyEvent) -> bool:
        key, empty = event.key(), not self.input.text()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            if not self.take_typed():
                self.entered.emit()
            return True
        if key in _SEPARATORS:
            self.take_typed()
            return True
        if key in (Qt.Key.Key_Backspace, Qt.Key.Key_Left) and empty and self._chips:
            self._chips[-1].setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        if key == Qt.Key.Key_Down and not self._popup.isVisible():
            self._show_known(tag_of(self.input.text()))
            return True
        return False

    # Changing

    def _change(self, tags: tuple[str, ...]) -> None:
        self._show(tags)
        self.edited.emit(tags)

    def _show(self, tags: tuple[str, ...]) -> None:
        kept = {chip.tag: chip for chip in self._chips}
        while self._flow.count():
            self._flow.takeAt(0)
        self._chips = [kept.pop(tag) if tag in kept else self._chip(tag) for tag in tags]
        for chip in kept.values():
            chip.hide()
            chip.deleteLater()
        for widget in (*self._chips, self.input):
            self._flow.addWidget(widget)
        self.input.setPlaceholderText("" if tags else self.tr("Add a tag"))
        self._flow.invalidate()
        self.updateGeometry()

    def _chip(self, tag: str) -> Chip:
        chip = Chip(tag, tag_slot(tag, self._colours.items()), self)
        chip.removed.connect(self._remove)
        chip.left.connect(self._move)
        chip.coloured.connect(self._colour)
        return chip

    def _remove(self, tag: str) -> None:
        place = self.tags().index(tag)
        self._change(tuple(each for each in self.tags() if each != tag))
        # The focus goes to the chip that has come to its place, so that several can be taken away one after the other.
        target: QWidget = self._chips[place] if place < len(self._chips) else self.input
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _move(self, tag: str, step: int) -> None:
        place = self.tags().index(tag) + step
        target: QWidget = self._chips[max(place, 0)] if place < len(self._chips) else self.input
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _colour(self, tag: str, slot: int) -> None:
        self._colours[tag] = slot
        self._chips[self.tags().index(tag)].show_slot(slot)
        self.coloured.emit(tag, slot)

    def _spelled(self, tag: str) -> str:
        """As it is known already, whatever the case of the letters."""
        return next((each for each in (*self.tags(), *self._known) if each.casefold() == tag.casefold()), tag)

    def _show_known(self, typed: str) -> bool:
        """Opens the list of what is known and not taken; False if nothing of that begins so."""
        model, look, taken = QStandardItemModel(self._completer), look_of(self), set(self.tags())
        icons = [dot_icon(slot, look) for slot in range(COLOURS)]
        for tag in self._known:
            if tag not in taken and typed.casefold() in tag.casefold():
                model.appendRow(QStandardItem(icons[tag_slot(tag, self._colours.items())], tag))
        self._completer.setModel(model)
        self._completer.setCompletionPrefix(typed)
        if not model.rowCount():
            return False
        width = max(self._popup.sizeHintForColumn(0) + pixels(32), pixels(160))
        self._completer.complete(QRect(0, 0, width, self.input.height()))
        return True

    def _ring(self, *, focused: bool) -> None:
        self.setProperty("focused", "true" if focused else "false")
        self.style().unpolish(self)
        self.style().polish(self)


class _Input(QLineEdit):
    """As wide as what is typed, so that it stays behind the last chip as long as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.textChanged.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        words = self.text() or self.placeholderText()
        return QSize(self.fontMetrics().horizontalAdvance(words + "mm") + pixels(16), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(pixels(48), super().minimumSizeHint().height())


def dot_icon(slot: int, look: Look) -> QIcon:
    """A tag's colour for a menu or a list."""
    icon, side = QIcon(), pixels(16)
    for scale in (1, 2, 3):
        pixmap = QPixmap(side * scale, side * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        draw_tag_dot(painter, QRectF(side / 4, side / 4, side / 2, side / 2), slot, look)
        painter.end()
        icon.addPixmap(pixmap)
    return icon
