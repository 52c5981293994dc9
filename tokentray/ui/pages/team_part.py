"""One kind of thing that may leave of a week: its switch, the person's words, and below them what would leave."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from tokentray.ui.card import Card, text_label
from tokentray.ui.flow import hung, line_of_links
from tokentray.ui.look import ring_room
from tokentray.ui.pages.bytes_view import BytesView
from tokentray.ui.pages.sending_row import SendingRow
from tokentray.ui.pages.sending_words import Story
from tokentray.ui.switch import Switch


class TeamPart(Card):
    """`editor` takes the controls. What was handed over already stands in their place, each with its state."""

    switched = Signal(bool)
    withdraw_wished = Signal(int)

    def __init__(self, title: str, explanation: str, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(title)
        self.switch = Switch(title)
        self.switch.setAccessibleDescription(explanation)
        self._settled = False
        self._corrects = False
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(text_label(title, "heading", wrap=True))
        words.addWidget(text_label(explanation, "muted", wrap=True))
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addLayout(words, 1)
        head.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignTop)
        self._editor = QWidget()
        self.editor = QVBoxLayout(self._editor)
        # Room for the rings of what begins with one.
        self.editor.setContentsMargins(ring_room(), 6, 0, 0)
        self.editor.setSpacing(8)
        self.preview = Preview()
        self.rows: dict[int, SendingRow] = {}
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.body.addLayout(head)
        self.body.addLayout(hung(self._editor))
        self.body.addWidget(self.preview)
        self.body.addLayout(self._rows)
        self.switch.toggled.connect(self._switch)
        self.arrange()

    @property
    def settled(self) -> bool:
        """Whether its token is used, so that nothing can be chosen any more, unless it is being corrected."""
        return self._settled and not self._corrects

    @property
    def is_chosen(self) -> bool:
        return (self.switch.isChecked() or self._corrects) and not self.settled

    def correct(self) -> None:
        """Offers what was sent for choosing once more."""
        self._corrects = True
        for row in self.rows.values():
            row.correct.hide()
        self.arrange()
        self.switched.emit(True)

    def show_switch(self, *, on: bool) -> None:
        """Without telling."""
        before = self.switch.blockSignals(True)
        self.switch.setChecked(on)
        self.switch.blockSignals(before)
        self.arrange()

    def show_sendings(self, stories: list[Story], zone: str, *, settled: bool, open_week: bool) -> None:
        """What was handed over of this kind; `settled`: it leaves no room for more."""
        correctable = settled and open_week
        self._settled = settled or not open_week
        self._corrects &= any(story.can_be_corrected for story in stories) and correctable
        for number in set(self.rows) - {story.put.number for story in stories}:
            gone = self.rows.pop(number)
            gone.hide()
            gone.deleteLater()
        for story in stories:
            if story.put.number not in self.rows:
                self.rows[story.put.number] = row = SendingRow()
                row.withdraw_wished.connect(self.withdraw_wished)
                row.correct_wished.connect(self.correct)
                self._rows.addWidget(row)
            self.rows[story.put.number].show_story(story, zone, correctable=correctable and not self._corrects)
        self.arrange()

    def _switch(self, on: bool) -> None:
        self.arrange()
        self.switched.emit(on)

    def arrange(self) -> None:
        """Shows what belongs to the switch as it is; to be called when the preview has other words."""
        self.switch.setVisible(not self._settled)
        self._editor.setVisible(self.is_chosen and self.editor.count() > 0)
        self.preview.setVisible(not self.settled and self.preview.has_words)
        self.preview.show_off(off=not self.is_chosen)


class Preview(QFrame):
    """The sentence of what would leave, and the very bytes behind a link."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "inset")
        self.lead = text_label("", "muted", wrap=True)
        self.words = text_label("", wrap=True)
        self.inside = BytesView()
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 8)
        column.setSpacing(2)
        column.addWidget(self.lead)
        column.addWidget(self.words)
        column.addLayout(line_of_links(self.inside.toggle))
        column.addWidget(self.inside)
        self.show_off(off=True)

    @property
    def has_words(self) -> bool:
        return bool(self.words.text())

    def show_off(self, *, off: bool) -> None:
        self.lead.setText(self.tr("Switched on, this would leave:") if off else self.tr("This leaves:"))

    def show_words(self, words: str, inside: str, note: str = "") -> None:
        """`words` with their bytes; without bytes the words say why nothing leaves."""
        self.lead.setVisible(bool(inside))
        self.words.setText(words)
        self.inside.show_bytes(inside, note, words)
