"""The journal's search: one field, its filters as chips below it, filters to choose from, and searches that were saved."""

from __future__ import annotations

import re
from datetime import date, timedelta

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from tokentray.core.journal import Completions, Level, Outcome
from tokentray.ui import wording
from tokentray.ui.flow import FlowLayout
from tokentray.ui.glyphs import glyph
from tokentray.ui.look import look_of
from tokentray.ui.outcome_mark import outcome_icon

SETTLED_AFTER_MS = 150
MOST_TAGS = 20

# A filter is key:value or key:"several words"; the rest are words.
_PART = re.compile(r'[^\s":]+:"[^"]*"?|"[^"]*"?|\S+')
_FILTER = re.compile(r"[^\s\":]+:.+")


class JournalSearch(QWidget):
    """`searched` carries the whole text, a moment after the last key or at once with Enter; the arrow down leaves for the list."""

    searched = Signal(str)
    search_saved = Signal(str, str)
    """A name and the text it stands for."""

    search_forgotten = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self._told = ""
        self._today: date | None = None
        self._completions = Completions()
        self._searches: tuple[tuple[str, str], ...] = ()
        self.field = _Field()
        self.field.setPlaceholderText(tr("Search, or tag:refactor outcome:failed since:2026-09"))
        self.field.setAccessibleName(tr("Search the journal"))
        self.field.setAccessibleDescription(
            tr("Words, and filters such as tag:refactor, outcome:failed, model:opus, project:alpha, since:2026-09")
        )
        self.field.setToolTip(
            tr("Words, and filters: tag, outcome, level, function, model, project, since, until (Ctrl+F)")
        )
        self.field.setClearButtonEnabled(True)
        self._icon = self.field.addAction(
            glyph("search", look_of(self).muted), QLineEdit.ActionPosition.LeadingPosition
        )
        self.filters = QPushButton(tr("Filter"))
        self.saved = QPushButton(tr("Saved"))
        for button, fill in ((self.filters, self._fill_filters), (self.saved, self._fill_saved)):
            menu = QMenu(button)
            menu.aboutToShow.connect(fill)
            button.setMenu(menu)
        self.filters.setAccessibleName(tr("Add a filter"))
        self.saved.setAccessibleName(tr("Saved searches"))
        self._chips = FlowLayout(gap=6)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLED_AFTER_MS)
        self._timer.timeout.connect(self._tell)
        self._lay_out()
        self.field.textChanged.connect(self._changed)
        self.field.returnPressed.connect(self._tell)
        self.field.left.connect(self.left)

    @property
    def text(self) -> str:
        return self.field.text().strip()

    def show_choices(self, completions: Completions, searches: tuple[tuple[str, str], ...], today: date) -> None:
        """What the menus offer."""
        self._completions, self._searches, self._today = completions, searches, today

    def search(self, text: str) -> None:
        """The same as typing that text and Enter."""
        self.field.setText(text)
        self._tell()

    def show_text(self, text: str) -> None:
        """Shows what is searched for without telling."""
        self._told = text
        self.field.setText(text)
        self._timer.stop()

    def narrow(self, key: str, value: str) -> None:
        """Adds a filter, or takes it away if it is there."""
        part = f'{key}:"{value}"' if " " in value else f"{key}:{value}"
        parts = parts_of(self.text)
        if part in parts:
            parts.remove(part)
        else:
            # One beginning and one end are enough.
            parts = [old for old in parts if not (key in ("since", "until") and old.startswith(key + ":"))]
            parts.append(part)
        self.search(" ".join(parts))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_icon"):
            self._icon.setIcon(glyph("search", look_of(self).muted))

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.field, 1)
        line.addWidget(self.filters)
        line.addWidget(self.saved)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(line)
        column.addLayout(self._chips)

    def _changed(self) -> None:
        self._timer.start()
        self._show_chips()

    def _tell(self) -> None:
        self._timer.stop()
        if self.text != self._told:
            self._told = self.text
            self.searched.emit(self.text)

    def _show_chips(self) -> None:
        self._chips.clear()
        for part in parts_of(self.text):
            if _FILTER.fullmatch(part):
                self._chips.addWidget(self._chip(part))
        self.updateGeometry()

    def _chip(self, part: str) -> QPushButton:
        key, _, value = part.partition(":")
        chip = QPushButton(f"{key}: {value}  ✕".replace('"', ""))
        chip.setProperty("role", "chip")
        chip.setAccessibleName(self.tr("Remove the filter {filter}").format(filter=part))
        chip.clicked.connect(lambda: self._drop(part))
        return chip

    def _drop(self, part: str) -> None:
        parts = parts_of(self.text)
        parts.remove(part)
        self.search(" ".join(parts))
        self.field.setFocus()

    def _fill_filters(self) -> None:
        menu, tr = self.filters.menu(), self.tr
        menu.clear()
        present = set(parts_of(self.text))
        outcomes = menu.addMenu(tr("Outcome"))
        for outcome in Outcome:
            self._offer(outcomes, present, "outcome", outcome.value, wording.outcome_words(outcome))
            outcomes.actions()[-1].setIcon(outcome_icon(outcome, look_of(self)))
        tags = menu.addMenu(tr("Tag"))
        for tag in self._completions.tags[:MOST_TAGS]:
            self._offer(tags, present, "tag", tag, tag)
        functions = menu.addMenu(tr("Function"))
        for function in self._completions.functions:
            self._offer(functions, present, "function", function, wording.function_words(function))
        levels = menu.addMenu(tr("Level"))
        for level in Level:
            self._offer(levels, present, "level", level.value, wording.level_words(level))
        since = menu.addMenu(tr("Since"))
        for words, day in self._beginnings():
            self._offer(since, present, "since", day, words)
        for submenu in (tags, functions):
            submenu.setEnabled(not submenu.isEmpty())

    def _offer(self, menu: QMenu, present: set[str], key: str, value: str, words: str) -> None:
        action = menu.addAction(words.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(bool(present & {f"{key}:{value}", f'{key}:"{value}"'}))
        action.triggered.connect(lambda: self.narrow(key, value))

    def _beginnings(self) -> list[tuple[str, str]]:
        if self._today is None:
            return []
        monday = self._today - timedelta(days=self._today.weekday())
        return [
            (self.tr("This week"), monday.isoformat()),
            (self.tr("This month"), f"{self._today:%Y-%m}"),
            (self.tr("The last three months"), (self._today - timedelta(days=91)).isoformat()),
            (self.tr("This year"), f"{self._today:%Y}"),
        ]

    def _fill_saved(self) -> None:
        menu = self.saved.menu()
        menu.clear()
        for name, text in self._searches:
            action = menu.addAction(name.replace("&", "&&"))
            action.setToolTip(text)
            action.triggered.connect(lambda _checked=False, text=text: self.search(text))
        if self._searches:
            menu.addSeparator()
        menu.addAction(self.tr("Save this search…"), self.ask_name).setEnabled(bool(self.text))
        if self._searches:
            forget = menu.addMenu(self.tr("Forget"))
            for name, _ in self._searches:
                forget.addAction(name.replace("&", "&&")).triggered.connect(
                    lambda _checked=False, name=name: self.search_forgotten.emit(name)
                )

    def ask_name(self) -> QInputDialog:
        """Asks what the present search is to be called, and saves it."""
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Save this search"))
        dialog.setLabelText(self.tr("Name"))
        dialog.setTextValue(self.text)
        text = self.text
        dialog.textValueSelected.connect(lambda name: self._save(name.strip(), text))
        dialog.open()
        return dialog

    def _save(self, name: str, text: str) -> None:
        if name:
            self.search_saved.emit(name, text)


class _Field(QLineEdit):
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


def parts_of(text: str) -> list[str]:
    """A search's words and filters, as they were typed."""
    return _PART.findall(text)
