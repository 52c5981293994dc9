"""One card that may leave: ticked by its author, with its texts as they will be encrypted and what in them could tell who wrote it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from tokentray.core.errors import FragmentRefused
from tokentray.core.fragment import CARD_SIZES, Vocabulary
from tokentray.core.journal import Card, Level
from tokentray.share.fragments import TEXTS, card_text, category_of, sentence_of, told
from tokentray.share.lint import Finding, findings, rewritten
from tokentray.share.team_view import CardWish
from tokentray.ui import wording
from tokentray.ui.card import text_label
from tokentray.ui.flow import FlowLayout, hung
from tokentray.ui.glyphs import glyph_size
from tokentray.ui.growing_text import GrowingText
from tokentray.ui.look import colour, look_of, pixels, ring_room
from tokentray.ui.outcome_mark import outcome_icon
from tokentray.ui.pages.setting_rows import ChoiceBox
from tokentray.ui.pages.team_part import Preview

SEALING = 29  # a card's bytes beside its text: what marks its end, and what AES-GCM adds


@dataclass(frozen=True, slots=True)
class Found:
    """A finding and the text it stands in."""

    field: str
    one: Finding

    @property
    def key(self) -> tuple[str, str, str]:
        return self.field, self.one.kind, self.one.text


class TeamCard(QWidget):
    """Its texts are the journal's until they are changed here, and what is changed here holds for this sending only."""

    changed = Signal()
    word_given = Signal(str)
    """A word for the person's own list."""

    card_wished = Signal(str)

    def __init__(
        self, card: Card, offered: Vocabulary, own_words: Iterable[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.card = card
        self._own_words = tuple(own_words)
        self._kept: set[tuple[str, str, str]] = set()
        self._journals = dict.fromkeys(TEXTS, "")
        self.fields: dict[str, GrowingText] = {}
        self.found_rows: dict[str, QVBoxLayout] = {}
        self._shown_found: dict[str, list[Found]] = {}
        self.found: tuple[Found, ...] = ()
        self._make_head()
        self._make_editor(offered)
        column = QVBoxLayout(self)
        column.setContentsMargins(ring_room(), 4, 0, 4)
        column.setSpacing(6)
        column.addLayout(hung(self._head))
        column.addWidget(self.editor)
        self._connect()
        self.show_card(card)
        self.category.show_value(category_of(card, offered) or "")
        self._show_what_leaves()

    # Shown

    def show_card(self, card: Card) -> None:
        """The journal's card as it is now; texts that were changed here stay."""
        self.card = card
        for name, field in self.fields.items():
            text = getattr(card, name)
            if field.text() == self._journals[name] != text:
                field.show_text(text)
            self._journals[name] = text
        title = card.title.strip() or wording.untitled()
        self.title.setText(title)
        self.facts.setText(
            self.tr("{outcome} · for {level}").format(
                outcome=wording.outcome_words(card.outcome),
                level=self.tr("the company") if card.level is Level.COMPANY else self.tr("the team"),
            )
        )
        self.tick.setAccessibleName(self.tr("Share {title}").format(title=title))
        self.open.setAccessibleName(self.tr("Open {title}").format(title=title))
        self.setAccessibleName(title)
        self._dress()
        self._show_what_leaves()

    def show_own_words(self, words: Iterable[str]) -> None:
        """The person's list of words that stay here."""
        self._own_words = tuple(words)
        self._show_what_leaves()

    # What is chosen

    @property
    def is_ticked(self) -> bool:
        return self.tick.isChecked()

    @property
    def texts(self) -> dict[str, str]:
        return {name: self.fields[name].text() for name in TEXTS}

    @property
    def open_findings(self) -> tuple[Found, ...]:
        """Those the person has neither rewritten nor kept."""
        return tuple(found for found in self.found if found.key not in self._kept)

    @property
    def problem(self) -> str:
        """Why it cannot leave as it is, "" if it can."""
        if not self.category.currentData():
            return self.tr("Choose what this card is about.")
        try:
            card_text(self.texts)
        except FragmentRefused as error:
            return str(error)
        count = len(self.open_findings)
        if count == 1:
            return self.tr("One word could tell who wrote this: replace it or keep it.")
        return (
            self.tr("{count} words could tell who wrote this: replace or keep them.").format(count=count)
            if count
            else ""
        )

    def wish(self) -> CardWish:
        tried, worked, learned, following = (self.fields[name].text() for name in TEXTS)
        return CardWish(self.card.id, str(self.category.currentData()), (tried, worked, learned, following))

    def untick(self) -> None:
        """Without telling."""
        before = self.tick.blockSignals(True)
        self.tick.setChecked(False)
        self.tick.blockSignals(before)
        self.editor.hide()

    def keep_as_it_is(self) -> None:
        """The person has seen the findings and wants the words."""
        self._kept |= {found.key for found in self.found}
        self._show_what_leaves()
        self.changed.emit()

    def rewrite_all(self) -> None:
        """Puts the offered words in the place of all findings; Ctrl+Z takes it back, text by text."""
        for name, field in self.fields.items():
            field.change_text(rewritten(field.text(), [found.one for found in self.found if found.field == name]))
        self._edited()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.fields:
            self._dress()
            self._mark_findings()

    # Made

    def _make_head(self) -> None:
        self.tick = QCheckBox()
        self._mark = QLabel()
        self.title = text_label("", "strong", wrap=True)
        self.facts = text_label("", "muted", wrap=True)
        self.open = QPushButton(self.tr("Open"))
        self.open.setProperty("role", "link")
        self._head = QHBoxLayout()
        self._head.setSpacing(8)
        top = Qt.AlignmentFlag.AlignTop
        self._head.addWidget(self.tick, 0, top)
        # The box keeps room for words that it does not have.
        self._head.addSpacing(-8)
        self._head.addWidget(self._mark, 0, top)
        words = QVBoxLayout()
        words.setContentsMargins(0, pixels(3), 0, 0)
        self._mark.setContentsMargins(0, pixels(2), 0, 0)
        words.setSpacing(1)
        words.addWidget(self.title)
        words.addWidget(self.facts)
        self._head.addLayout(words, 1)
        self._head.addWidget(self.open, 0, top)

    def _make_editor(self, offered: Vocabulary) -> None:
        tr = self.tr
        self.editor = QFrame()
        self.editor.setProperty("role", "inset")
        column = QVBoxLayout(self.editor)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(4)
        column.addWidget(
            text_label(
                tr(
                    "These are the words that leave. Changing them here changes this sending only; the journal keeps its own."
                ),
                "muted",
                wrap=True,
            )
        )
        titles = (tr("Tried"), tr("Worked"), tr("Learned"), tr("Next"))
        for name, title in zip(TEXTS, titles, strict=True):
            words = text_label(title, "strong")
            field = GrowingText(title)
            words.setBuddy(field)
            rows = QVBoxLayout()
            rows.setSpacing(2)
            column.addSpacing(6)
            column.addWidget(words)
            column.addWidget(field)
            column.addLayout(rows)
            self.fields[name], self.found_rows[name] = field, rows
        column.addSpacing(6)
        column.addWidget(self._tools())
        column.addWidget(self._word_line())
        column.addSpacing(4)
        column.addLayout(self._category_line(offered))
        column.addSpacing(6)
        self.preview = Preview()
        self.preview.show_off(off=False)
        column.addWidget(self.preview)
        self.trouble = text_label("", "warn", wrap=True)
        column.addWidget(self.trouble)
        self.editor.hide()

    def _tools(self) -> QWidget:
        tools = QWidget()
        line = FlowLayout(tools, gap=8)
        self.rewrite = QPushButton(self.tr("Rewrite all"))
        self.keep = QPushButton(self.tr("Keep as it is"))
        self.to_list = QPushButton(self.tr("Add to my own list…"))
        self.to_list.setProperty("role", "link")
        for button in (self.rewrite, self.keep, self.to_list):
            line.addWidget(button)
        return tools

    def _word_line(self) -> QWidget:
        self.word_line = QWidget()
        column = QVBoxLayout(self.word_line)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        self.word = QLineEdit()
        self.word.setAccessibleName(self.tr("A word that stays here"))
        self.word.setPlaceholderText(self.tr("A name, a project, a customer"))
        self.add_word = QPushButton(self.tr("Add"))
        line = QHBoxLayout()
        line.addWidget(self.word, 1)
        line.addWidget(self.add_word)
        column.addLayout(line)
        column.addWidget(
            text_label(
                self.tr(
                    "Words on your list are pointed out in every card before it leaves. The list itself stays here."
                ),
                "muted",
                wrap=True,
            )
        )
        self.word_line.hide()
        return self.word_line

    def _category_line(self, offered: Vocabulary) -> FlowLayout:
        self.category = ChoiceBox(
            [("", self.tr("Choose…")), *((name, wording.function_words(name)) for name in offered.categories)]
        )
        self.category.setMinimumWidth(pixels(140))  # else the longest choice would widen the page
        self.category.setAccessibleName(self.tr("What it is about"))
        words = text_label(self.tr("What it is about"), "strong")
        words.setBuddy(self.category)
        line = FlowLayout(gap=8)
        line.addWidget(words)
        line.addWidget(self.category)
        return line

    def _connect(self) -> None:
        self.tick.toggled.connect(self._tick)
        self.open.clicked.connect(lambda: self.card_wished.emit(self.card.id))
        self.rewrite.clicked.connect(self.rewrite_all)
        self.keep.clicked.connect(self.keep_as_it_is)
        self.to_list.clicked.connect(self._offer_word)
        self.add_word.clicked.connect(self._give_word)
        self.word.returnPressed.connect(self._give_word)
        self.category.activated.connect(self._edited)
        for field in self.fields.values():
            field.textChanged.connect(self._edited)

    # Showing

    def _tick(self, on: bool) -> None:
        self.editor.setVisible(on)
        self.changed.emit()

    def _edited(self) -> None:
        self._show_what_leaves()
        self.changed.emit()

    def _show_what_leaves(self) -> None:
        """What was found, the sentence, and the bytes."""
        self.found = tuple(
            Found(name, one) for name in TEXTS for one in findings(self.fields[name].text(), self._own_words)
        )
        for name in TEXTS:
            self._show_found(name, [found for found in self.open_findings if found.field == name])
        self.rewrite.setVisible(bool(self.open_findings))
        self.keep.setVisible(bool(self.open_findings))
        self._mark_findings()
        category = str(self.category.currentData() or "")
        words = sentence_of(told(self.card, category or "…", "0" * 16, ""))
        self._show_bytes(words)
        self.trouble.setText(self.problem)
        self.trouble.setVisible(bool(self.problem))

    def _show_bytes(self, words: str) -> None:
        try:
            text = card_text(self.texts)
        except FragmentRefused:
            self.preview.show_words(words, "")
            return
        size = next(size for size in CARD_SIZES if len(text) + SEALING <= size)
        note = self.tr(
            "These {count} bytes are encrypted for your team and leave as {size} bytes (sizes are 512, 1024 and 2048); "
            "beside them only what the sentence says."
        )
        self.preview.show_words(words, text.decode(), note.format(count=len(text), size=size))

    def _show_found(self, name: str, found: list[Found]) -> None:
        rows = self.found_rows[name]
        if self._shown_found.get(name, []) == found:
            return
        self._shown_found[name] = found
        while (item := rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for one in found:
            rows.addWidget(self._found_row(one))

    def _found_row(self, found: Found) -> QWidget:
        row = QWidget()
        line = FlowLayout(row, gap=8)
        words = self.tr("“{text}”: {why}.").format(text=found.one.text, why=found.one.why)
        line.addWidget(text_label(words, "warn", wrap=True))
        use = QPushButton(self.tr("Use {rewrite}").format(rewrite=found.one.rewrite))
        use.setProperty("role", "link")
        use.setAccessibleName(
            self.tr("Use {rewrite} instead of “{text}”").format(rewrite=found.one.rewrite, text=found.one.text)
        )
        use.clicked.connect(partial(self._use, found))
        line.addWidget(use)
        return row

    def _use(self, found: Found) -> None:
        field = self.fields[found.field]
        field.change_text(rewritten(field.text(), [found.one]))
        field.setFocus()
        self._edited()

    def _mark_findings(self) -> None:
        """Underlined where they stand, beside the words that say so below."""
        look = look_of(self)
        for name, field in self.fields.items():
            marks = []
            for found in self.open_findings:
                if found.field == name:
                    mark = QTextEdit.ExtraSelection()
                    cursor = QTextCursor(field.document())
                    cursor.setPosition(_places(field.text()[: found.one.start]))
                    cursor.setPosition(_places(field.text()[: found.one.end]), QTextCursor.MoveMode.KeepAnchor)
                    form = QTextCharFormat()
                    form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
                    form.setUnderlineColor(colour(look.warn))
                    mark.cursor, mark.format = cursor, form
                    marks.append(mark)
            field.setExtraSelections(marks)

    def _offer_word(self) -> None:
        """With what is selected in a text, if anything is."""
        chosen = next(
            (field.textCursor().selectedText() for field in self.fields.values() if field.textCursor().hasSelection()),
            "",
        )
        shown = self.word_line.isHidden() or bool(chosen)
        self.word_line.setVisible(shown)
        if shown:
            self.word.setText(chosen.strip())
            self.word.setFocus()

    def _give_word(self) -> None:
        word = self.word.text().strip()
        if word:
            self.word.clear()
            self.word_line.hide()
            self.word_given.emit(word)

    def _dress(self) -> None:
        icon = outcome_icon(self.card.outcome, look_of(self), 18)
        self._mark.setPixmap(icon.pixmap(glyph_size(18), self.devicePixelRatioF()))
        self._mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._mark.setToolTip(wording.outcome_words(self.card.outcome))


def _places(text: str) -> int:
    """How long Qt takes a text to be: it counts in UTF-16."""
    return len(text.encode("utf-16-le")) // 2
