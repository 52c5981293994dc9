"""The four papers about the promise, as the board serves them too: what leaves, the data's way, the impact, the limits."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tokentray.paths import resource
from tokentray.ui.card import text_label
from tokentray.ui.flow import FlowLayout
from tokentray.ui.look import pixels
from tokentray.ui.page_frame import ScrolledColumn
from tokentray.ui.pages.chart_card import write_text
from tokentray.ui.pages.setting_rows import ChoiceBox
from tokentray.ui.paper_text import PaperText

PAPERS: Final = ("what-leaves", "data-flow", "impact-assessment", "limits")
"""Names of files in resources/help/, in the order in which they are read."""

_ANOTHER_PAPER: Final = re.compile(r"([a-z-]+)\.md")
_WIDEST: Final = 760


class PapersView(QWidget):
    """A chooser, the paper, and ways to take it along. A link from one paper to another goes there."""

    told = Signal(str)
    paper_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        tr = self.tr
        self.paper = ChoiceBox([(name, title_of(name)) for name in PAPERS])
        self.paper.setAccessibleName(tr("Paper"))
        self.copy = QPushButton(tr("Copy"))
        self.copy.setToolTip(tr("As Markdown"))
        self.save = QPushButton(tr("Save…"))
        self.words = text_label(
            tr("They lie in this program; nothing is fetched to show them. The board serves the same."),
            "muted",
            wrap=True,
        )
        self.view = PaperText(tr("The paper"))
        self.view.setMaximumWidth(pixels(_WIDEST))
        self._lay_out()
        self.paper.activated.connect(lambda: self.show_paper(str(self.paper.currentData())))
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self.ask_file)
        self.view.anchorClicked.connect(self._follow)
        self.show_paper(PAPERS[0])

    def show_paper(self, name: str) -> None:
        """One of PAPERS."""
        self.paper.show_value(name)
        self.view.show_markdown(text_of(name))
        self.view.setAccessibleName(title_of(name))
        self.paper_changed.emit()

    @property
    def name(self) -> str:
        return str(self.paper.currentData())

    def ask_file(self) -> None:
        """Asks where to, then writes the Markdown there."""
        dialog = QFileDialog(self, self.tr("Save"), f"{self.name}.md", self.tr("Markdown (*.md)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("md")
        dialog.fileSelected.connect(self._save)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _lay_out(self) -> None:
        tools = FlowLayout(gap=8)
        for control in (self.paper, self.copy, self.save):
            tools.addWidget(control)
        frame = QFrame()
        frame.setProperty("role", "card")
        inside = QHBoxLayout(frame)
        inside.setContentsMargins(24, 18, 24, 22)
        inside.addWidget(self.view, 1)
        inside.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(tools)
        column.addWidget(self.words)
        column.addWidget(frame)

    def _follow(self, address: QUrl) -> None:
        match = _ANOTHER_PAPER.fullmatch(address.toString())
        if match and match[1] in PAPERS:
            self.show_paper(match[1])

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(text_of(self.name))
        self.told.emit(self.tr("The paper was copied."))

    def _save(self, path: str) -> None:
        done = write_text(path, text_of(self.name))
        words = self.tr("Saved as {path}.") if done else self.tr("{path} could not be written.")
        self.told.emit(words.format(path=path))


class PapersWindow(QDialog):
    """The papers in a window of their own, so that what was being written below stays where it was."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("What can and cannot be known"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.papers = PapersView()
        self.done_words = text_label("", "muted", wrap=True)
        self.done_words.hide()
        content = ScrolledColumn()
        content.column.setContentsMargins(24, 18, 16, 18)
        content.column.addWidget(self.papers)
        content.column.addWidget(self.done_words)
        content.column.addStretch(1)
        self._scroll = content.in_scroll_area()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroll)
        self.resize(pixels(860), pixels(720))
        self.papers.paper_changed.connect(lambda: self._scroll.verticalScrollBar().setValue(0))
        self.papers.told.connect(self._tell)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self, self.close)

    def _tell(self, words: str) -> None:
        self.done_words.setText(words)
        self.done_words.show()


def open_papers(parent: QWidget, name: str = PAPERS[0]) -> PapersWindow:
    """Shows one of PAPERS in a window above `parent`, always the same one."""
    window = parent.findChild(PapersWindow) or PapersWindow(parent)
    window.papers.show_paper(name)
    window.show()
    window.raise_()
    window.activateWindow()
    return window


@cache
def text_of(name: str) -> str:
    """A paper as Markdown."""
    with open(resource(f"help/{name}.md"), encoding="utf-8") as file:
        return file.read()


def title_of(name: str) -> str:
    """A paper's title: its first line."""
    return text_of(name).partition("\n")[0].removeprefix("# ")
