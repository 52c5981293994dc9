"""What can be done with several cards at once: tags given to all or taken from all, and removing them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from tokentray.core.journal import Card, Completions
from tokentray.ui import wording
from tokentray.ui.card import Card as Frame
from tokentray.ui.card import text_label
from tokentray.ui.tag_field import TagField


class ChosenCards(Frame):
    """Shows the tags that all chosen cards have; `cards_edited` carries those that changed, as they are to be."""

    cards_edited = Signal(object)
    remove_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._cards: tuple[Card, ...] = ()
        self.title = text_label("", "title", wrap=True)
        self.tags = TagField(self.tr("Tags of all of them"))
        self.others = text_label("", "muted", wrap=True)
        self.remove = QPushButton(self.tr("Delete them"))
        self.remove.setProperty("role", "danger")
        self.body.setContentsMargins(21, 19, 20, 20)
        self.body.addWidget(self.title)
        self.body.addSpacing(6)
        self.body.addWidget(text_label(self.tr("Tags of all of them"), "strong"))
        self.body.addWidget(self.tags)
        self.body.addWidget(self.others)
        self.body.addSpacing(10)
        self.body.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addStretch(1)
        self.tags.edited.connect(self._edited)
        self.remove.clicked.connect(self.remove_wished)

    def show_cards(self, cards: tuple[Card, ...], completions: Completions) -> None:
        self._cards = cards
        common = self._common()
        self.title.setText(self.tr("{cards} chosen").format(cards=wording.cards_text(len(cards))))
        self.setAccessibleName(self.title.text())
        self.tags.show_completions(completions.tags, completions.colours)
        self.tags.show_tags(common)
        some = dict.fromkeys(tag for card in cards for tag in card.tags if tag not in common)
        self.others.setText(self.tr("Some have: {tags}").format(tags=", ".join(some)) if some else "")
        self.others.setVisible(bool(some))

    def _common(self) -> tuple[str, ...]:
        first, *rest = self._cards or (None,)
        return tuple(tag for tag in first.tags if all(tag in card.tags for card in rest if card)) if first else ()

    def _edited(self, wanted: tuple[str, ...]) -> None:
        common = self._common()
        added = tuple(tag for tag in wanted if tag not in common)
        gone = set(common) - set(wanted)
        changed = []
        for card in self._cards:
            tags = tuple(tag for tag in card.tags if tag not in gone)
            tags += tuple(tag for tag in added if tag not in tags)
            if tags != card.tags:
                changed.append(replace(card, tags=tags))
        if changed:
            self.cards_edited.emit(tuple(changed))
