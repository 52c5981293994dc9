"""The four papers are read in the app, each from the other, and taken along."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFont, QGuiApplication, QTextBlock, QTextTable
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tokentray.paths import resource
from tokentray.settings.settings import Settings
from tokentray.ui.look import DARK, apply_look
from tokentray.ui.pages.papers_view import PAPERS, PapersView, PapersWindow, open_papers, text_of, title_of
from tokentray.ui.pages.settings_page import SettingsPage


@pytest.fixture
def papers(qtbot: QtBot) -> PapersView:
    papers = PapersView()
    qtbot.addWidget(papers)
    papers.resize(800, 900)
    papers.show()
    return papers


def test_all_papers_are_there(papers: PapersView) -> None:
    assert {f"{name}.md" for name in PAPERS} == set(os.listdir(resource("help")))
    assert [papers.paper.itemText(place) for place in range(papers.paper.count())] == [
        "What leaves, and what never can",
        "Data flow, for a works council",
        "Impact assessment, a template",
        "The limits, said plainly",
    ]


@pytest.mark.parametrize("name", PAPERS)
def test_every_paragraph_of_a_paper_is_shown(papers: PapersView, name: str) -> None:
    papers.show_paper(name)
    shown = papers.view.toPlainText()
    assert shown.startswith(title_of(name))
    plain = [line for line in text_of(name).splitlines() if line[:1].isalpha() and not set(line) & set("*`[")]
    assert plain
    assert [line for line in plain if line.strip() not in shown] == []
    assert "|" not in shown, "tables are tables"


def test_a_link_to_another_paper_goes_there(papers: PapersView) -> None:
    papers.show_paper("data-flow")
    assert "](limits.md)" in text_of("data-flow")
    papers.view.anchorClicked.emit(QUrl("limits.md"))
    assert papers.name == "limits"
    assert papers.view.toPlainText().startswith("The limits, said plainly")


def test_a_paper_is_copied_and_saved_as_it_lies_there(papers: PapersView, tmp_path: Path, qtbot: QtBot) -> None:
    papers.show_paper("impact-assessment")
    with qtbot.waitSignal(papers.told):
        papers.copy.click()
    assert QGuiApplication.clipboard().text() == text_of("impact-assessment")
    papers._save(str(tmp_path / "impact.md"))
    assert (tmp_path / "impact.md").read_text(encoding="utf-8") == text_of("impact-assessment")
    with qtbot.waitSignal(papers.told) as told:
        papers._save(str(tmp_path / "nowhere" / "impact.md"))
    assert "could not be written" in told.args[0]


def test_headings_are_quiet_and_tables_in_the_looks_own_lines(papers: PapersView, app: QApplication) -> None:
    papers.show_paper("limits")
    title = papers.view.document().begin()
    second = next(block for block in _blocks(papers) if block.blockFormat().headingLevel() == 2)
    body = next(block for block in _blocks(papers) if block.text().startswith("No tool can promise"))
    sizes = [_font(papers, block).pointSizeF() for block in (title, second, body)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] < 2 * sizes[2]
    apply_look(app, "dark", text_scale=1.0)
    table = next(frame for frame in papers.view.document().rootFrame().childFrames() if isinstance(frame, QTextTable))
    assert table.format().borderBrush().color().name() == DARK.line


def _blocks(papers: PapersView) -> list[QTextBlock]:
    block, blocks = papers.view.document().begin(), []
    while block.isValid():
        blocks.append(block)
        block = block.next()
    return blocks


def _font(papers: PapersView, block: QTextBlock) -> QFont:
    form = block.begin().fragment().charFormat()
    return form.font() if form.fontPointSize() else papers.view.font()


def test_settings_open_them_in_a_window_once(qtbot: QtBot) -> None:
    page = SettingsPage(Settings())
    qtbot.addWidget(page)
    page.show()
    page.papers.click()
    (window,) = page.findChildren(PapersWindow)
    page.papers.click()
    assert page.findChildren(PapersWindow) == [window]
    assert window.papers.name == "what-leaves"
    window.close()


def test_the_window_begins_at_the_top_of_another_paper(papers: PapersView, qtbot: QtBot) -> None:
    window = open_papers(papers, "data-flow")
    bar = window._scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    window.papers.view.anchorClicked.emit(QUrl("limits.md"))
    assert bar.value() == 0
    window.close()
