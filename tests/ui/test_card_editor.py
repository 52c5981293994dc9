"""The card's editor saves itself, keeps what can be undone, loads nothing, and is reached by keyboard."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QMimeData, QObject, QPoint, Qt, QTranslator, QUrl, Slot
from PySide6.QtGui import QColor, QDesktopServices, QImage, QTextDocument
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDateEdit,
    QLabel,
    QLineEdit,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.cards import COMPLETIONS, NOW, empty_card, full_card, stretch
from tests.ui.snapshots import LONG
from tokentray.core.journal import Card, Edit, Level, Outcome, link_to
from tokentray.ui.card_editor import Around, CardEditor
from tokentray.ui.earlier_texts import EarlierTexts
from tokentray.ui.growing_text import GrowingText
from tokentray.ui.look import apply_look
from tokentray.ui.markdown_view import MarkdownView, open_link
from tokentray.ui.minutes_field import MinutesField
from tokentray.ui.outcome_choice import OutcomeChoice
from tokentray.ui.page_frame import ScrolledColumn
from tokentray.ui.segments import Segments
from tokentray.ui.session_links import SessionLinks
from tokentray.ui.tag_field import TagField

BERLIN = ZoneInfo("Europe/Berlin")


class Page(QScrollArea):
    """Where the editor stands: a column that scrolls, with another field outside of it."""

    def __init__(self, width: int = 560) -> None:
        super().__init__()
        self.column = ScrolledColumn()
        self.editor = CardEditor()
        self.outside = QLineEdit()
        self.column.column.addWidget(self.editor)
        self.column.column.addWidget(self.outside)
        self.setWidget(self.column)
        self.setWidgetResizable(True)
        self.resize(width, 900)


@pytest.fixture
def page(qtbot: QtBot) -> Page:
    made = Page()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def text(page: Page, name: str) -> GrowingText:
    return next(each for each in page.editor.findChildren(GrowingText) if each.accessibleName() == name)


def named(page: Page, kind: type, name: str) -> QWidget:
    return next(each for each in page.editor.findChildren(kind) if name in (each.accessibleName(), _words(each)))


def part(page: Page, kind: type) -> QWidget:
    return page.editor.findChildren(kind)[0]


def told(spy: QSignalSpy) -> list[Card]:
    return [spy.at(i)[0] for i in range(spy.count())]


def seen(window: QWidget) -> list[str]:
    QApplication.processEvents()
    return [label.text() for label in window.findChildren(QLabel) if label.isVisible()]


def focus(qtbot: QtBot, widget: QWidget) -> None:
    QApplication.processEvents()
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)


def _words(widget: QWidget) -> str:
    return widget.text() if isinstance(widget, QAbstractButton) else ""


# Saving


def test_a_key_is_told_within_a_second(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(full_card(), (stretch(),))
    with qtbot.waitSignal(page.editor.card_edited, timeout=1000) as edited:
        qtbot.keyClicks(text(page, "Next"), "And ")
    assert edited.args == [replace(full_card(), next="And The billing module.")]


def test_going_on_typing_does_not_put_saving_off(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(empty_card())
    spy = QSignalSpy(page.editor.card_edited)
    typed = 0
    while spy.count() < 2 and typed < 400:
        qtbot.keyClick(text(page, "Tried"), "x", delay=10)
        typed += 1
    assert told(spy)[0].tried == "x" * len(told(spy)[0].tried)
    assert len(told(spy)[0].tried) < len(told(spy)[1].tried) <= typed


def test_leaving_a_field_saves_at_once(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(empty_card())
    focus(qtbot, text(page, "Title"))
    qtbot.keyClicks(text(page, "Title"), "Now")
    spy = QSignalSpy(page.editor.card_edited)
    page.outside.setFocus()
    assert [card.title for card in told(spy)] == ["Now"]


def test_hiding_saves_at_once(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(empty_card())
    qtbot.keyClicks(text(page, "Title"), "Now")
    spy = QSignalSpy(page.editor.card_edited)
    page.hide()
    assert [card.title for card in told(spy)] == ["Now"]


def test_another_card_saves_the_one_before_first(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(empty_card())
    qtbot.keyClicks(text(page, "Title"), "First")
    spy = QSignalSpy(page.editor.card_edited)
    page.editor.show_card(full_card(), (stretch(),))
    assert [(card.id, card.title) for card in told(spy)] == [("0123456789ab", "First")]
    assert text(page, "Title").text() == "Split the parser"


def test_looking_at_a_card_tells_nothing(qtbot: QtBot, page: Page) -> None:
    odd = replace(full_card(), title=" spaces at both ends ", url=" x", saved_minutes=(30, 30))
    with qtbot.assertNotEmitted(page.editor.card_edited, wait=900):
        page.editor.show_card(odd, (stretch(),), COMPLETIONS)
        page.editor.show_card(replace(odd, edited_at=NOW + timedelta(minutes=1)), (stretch(),), COMPLETIONS)
        page.hide()


# The history's answers


def test_what_is_typed_outlives_the_answer_to_what_was_saved(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(empty_card())
    qtbot.keyClicks(text(page, "Title"), "a")
    page.editor.save()
    first = page.editor.card()
    qtbot.keyClicks(text(page, "Title"), "b")
    page.editor.save()
    qtbot.keyClicks(text(page, "Title"), "c")
    page.editor.show_card(replace(first, edited_at=NOW + timedelta(seconds=1)))
    assert text(page, "Title").text() == "abc"
    page.editor.save()
    assert page.editor.card().title == "abc"


def test_a_change_from_elsewhere_is_shown_and_can_be_undone(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(full_card(), (stretch(),))
    changed = replace(full_card(), title="Bulk", tags=("alpha", "new"), edited_at=NOW + timedelta(minutes=1))
    with qtbot.assertNotEmitted(page.editor.card_edited):
        page.editor.show_card(changed, (stretch(),))
    assert page.editor.card() == changed
    text(page, "Title").undo()
    assert text(page, "Title").text() == "Split the parser"


def test_what_the_history_put_in_order_is_taken_over_once_nothing_is_outstanding(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(empty_card())
    qtbot.keyClicks(text(page, "Title"), "a")
    page.editor.save()
    ordered = replace(page.editor.card(), title="A", edited_at=NOW + timedelta(seconds=1))
    page.editor.show_card(ordered)
    page.editor.show_card(ordered)
    assert text(page, "Title").text() == "A"


def test_the_head_says_whether_it_is_saved(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(empty_card())
    assert "Sat, 21 Nov 2026 · Saved" in seen(page)
    qtbot.keyClicks(text(page, "Title"), "a")
    page.editor.save()
    assert "Sat, 21 Nov 2026 · Saving…" in seen(page)
    page.editor.show_saved(replace(page.editor.card(), edited_at=NOW + timedelta(seconds=1)))
    assert "Sat, 21 Nov 2026 · Saved" in seen(page)


def test_undo_and_redo_in_a_field(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(full_card(), (stretch(),))
    field = text(page, "Learned")
    qtbot.keyClicks(field, "X")
    page.editor.save()
    page.editor.show_card(replace(page.editor.card(), edited_at=NOW + timedelta(seconds=1)), (stretch(),))
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page.editor.card().learned == full_card().learned
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert page.editor.card().learned == "X" + full_card().learned


def test_another_card_begins_with_nothing_to_undo(page: Page) -> None:
    page.editor.show_card(full_card(), (stretch(),))
    page.editor.show_card(empty_card())
    text(page, "Title").undo()
    assert text(page, "Title").text() == ""


# Fields


def test_every_field_is_shown_and_given_back(page: Page) -> None:
    page.editor.show_card(full_card(), (stretch(),), COMPLETIONS)
    assert page.editor.card() == full_card()


@pytest.mark.parametrize(("key", "outcome"), list(zip("1234", Outcome, strict=True)))
def test_an_outcome_by_one_key(qtbot: QtBot, page: Page, key: str, outcome: Outcome) -> None:
    page.editor.show_card(empty_card())
    choice = part(page, OutcomeChoice)
    spy = QSignalSpy(page.editor.card_edited)
    qtbot.keyClicks(choice.findChildren(QAbstractButton)[0], key)
    assert [card.outcome for card in told(spy)] == [outcome]


def test_arrows_move_the_outcome_and_space_takes_it_back(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(replace(empty_card(), outcome=Outcome.PARTLY))
    buttons = part(page, OutcomeChoice).findChildren(QAbstractButton)
    focus(qtbot, buttons[1])
    qtbot.keyClick(buttons[1], Qt.Key.Key_Right)
    assert page.editor.card().outcome == Outcome.FAILED
    qtbot.keyClick(buttons[2], Qt.Key.Key_Space)
    assert page.editor.card().outcome is None


def test_all_outcomes_have_the_same_size(page: Page) -> None:
    page.editor.show_card(replace(empty_card(), outcome=Outcome.FAILED))
    buttons = part(page, OutcomeChoice).findChildren(QAbstractButton)
    assert max(each.width() for each in buttons) - min(each.width() for each in buttons) <= 1
    assert len({each.height() for each in buttons}) == 1
    assert all(not each.icon().isNull() and each.text() for each in buttons)


def test_level_function_effort_and_saved_time(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(empty_card())
    named(page, Segments, "For").choose(Level.COMPANY)
    function = part(page, QComboBox)
    function.setCurrentText("Legal")
    qtbot.keyClicks(named(page, MinutesField, "Effort"), "1:30")
    named(page, QAbstractButton, "Estimate time saved").click()
    qtbot.keyClicks(named(page, MinutesField, "Time saved, at least"), "2 h")
    qtbot.keyClicks(named(page, MinutesField, "Time saved, at most"), "45")
    card = page.editor.card()
    assert (card.level, card.function, card.effort_minutes, card.saved_minutes) == (
        Level.COMPANY,
        "legal",
        90,
        (45, 120),
    )
    function.setCurrentText("beekeeping")
    assert page.editor.card().function == "beekeeping"


def test_saved_time_is_asked_only_if_wanted(page: Page) -> None:
    page.editor.show_card(empty_card())
    assert not named(page, MinutesField, "Time saved, at least").isVisible()
    page.editor.show_card(full_card(), (stretch(),))
    assert named(page, MinutesField, "Time saved, at least").isVisible()


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("45", 45),
        ("1:30", 90),
        ("1 h 30 m", 90),
        ("1,5 h", 90),
        ("2 Std.", 120),
        ("90 min", 90),
        ("", None),
        ("soon", None),
    ],
)
def test_times_as_people_write_them(qtbot: QtBot, typed: str, minutes: int | None) -> None:
    field = MinutesField("Effort")
    qtbot.addWidget(field)
    qtbot.keyClicks(field, typed)
    assert field.value() == minutes


def test_a_time_is_written_out_when_its_field_is_left_and_doubt_is_said(qtbot: QtBot) -> None:
    field = MinutesField("Effort")
    qtbot.addWidget(field)
    qtbot.keyClicks(field, "90")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "1 h 30 m"
    field.setText("soon")
    assert field.toolTip() == "Write it as 45 min, 1:30 or 1.5 h"


def test_a_time_that_is_not_understood_changes_nothing(page: Page) -> None:
    page.editor.show_card(full_card(), (stretch(),))
    named(page, MinutesField, "Effort").setText("soon")
    assert page.editor.card().effort_minutes == 90


def test_enter_in_the_title_goes_on_to_what_was_tried(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(empty_card())
    focus(qtbot, text(page, "Title"))
    qtbot.keyClick(text(page, "Title"), Qt.Key.Key_Return)
    assert text(page, "Tried").hasFocus()


def test_texts_grow_with_their_lines(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(empty_card())
    before = text(page, "Tried").height()
    page.editor.show_card(replace(empty_card("x"), tried="\n".join("12345678")))
    field = text(page, "Tried")
    qtbot.waitUntil(lambda: field.height() > before + 5 * field.fontMetrics().lineSpacing())
    assert field.verticalScrollBar().maximum() == 0


def test_tags_of_a_card(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(full_card(), (stretch(),), COMPLETIONS)
    field = part(page, TagField)
    assert field.chips()[1].slot == 4
    qtbot.keyClicks(field.input, "tests")
    spy = QSignalSpy(page.editor.card_edited)
    qtbot.keyClick(field.input, Qt.Key.Key_Return)
    assert told(spy)[-1].tags == ("alpha", "refactor", "tests")


# Links


def test_a_dropped_file_is_a_link_only(page: Page) -> None:
    page.editor.show_card(empty_card())
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile("/home/me/a plot.png")])
    dropped.setImageData(QImage(2, 2, QImage.Format.Format_RGB32))
    text(page, "Title").insertFromMimeData(dropped)
    text(page, "Tried").insertFromMimeData(dropped)
    assert page.editor.card().url == "file:///home/me/a plot.png"
    assert page.editor.card().tried == "[a plot.png](file:///home/me/a%20plot.png)"


def test_a_picture_that_lies_nowhere_is_not_taken(page: Page) -> None:
    page.editor.show_card(empty_card())
    pasted = QMimeData()
    pasted.setImageData(QImage(2, 2, QImage.Format.Format_RGB32))
    assert not text(page, "Tried").canInsertFromMimeData(pasted)


def test_linked_stretches_say_tokens_and_cost(page: Page) -> None:
    links = (link_to(stretch()), link_to(stretch(17, "beta")))
    page.editor.show_card(
        replace(full_card(), links=links), (stretch(), stretch(17, "beta", 88_000)), around=Around(BERLIN)
    )
    assert "alpha · Sat, 21 Nov 2026, 3:00\u202fPM to 4:40\u202fPM" in seen(page)
    assert "1.20M tokens · ≈\u00a0$3.42 · Claude Code · claude-opus-4-5" in seen(page)
    assert any(line.startswith("88k tokens") for line in seen(page))


def test_a_stretch_of_another_machine_is_shown_as_it_was_linked(page: Page) -> None:
    page.editor.show_card(full_card())
    assert "alpha · Sat, 21 Nov 2026, 2:00\u202fPM to 3:40\u202fPM" in seen(page)
    assert "tokens unknown" in seen(page)


def test_linking_another_stretch_and_unlinking(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(full_card(), (stretch(),), around=Around(offered=(stretch(), stretch(9, "gamma"))))
    links = part(page, SessionLinks)
    offered = links.menu().actions()
    assert [action.text() for action in offered] == [
        "21 Nov, 9:00\u202fAM to 10:40\u202fAM, 1.20M tokens, project gamma"
    ]
    spy = QSignalSpy(page.editor.card_edited)
    offered[0].trigger()
    named(page, QAbstractButton, "Unlink alpha, Sat, 21 Nov 2026, 2:00\u202fPM to 3:40\u202fPM").click()
    assert [[link.project for link in card.links] for card in told(spy)] == [["alpha", "gamma"], ["gamma"]]


def test_without_a_stretch_there_is_a_date_and_tokens_are_unknown(page: Page) -> None:
    page.editor.show_card(full_card(), (stretch(),))
    assert not part(page, QDateEdit).isVisible()
    named(page, QAbstractButton, "Unlink alpha, Sat, 21 Nov 2026, 2:00\u202fPM to 3:40\u202fPM").click()
    assert page.editor.card().day == date(2026, 11, 21)
    assert "tokens unknown" in seen(page)
    day = part(page, QDateEdit)
    assert day.isVisible()
    day.setDate(date(2026, 11, 19))
    assert page.editor.card().day == date(2026, 11, 19)


# Reading


def test_reading_renders_markdown_and_leaves_out_what_is_empty(page: Page) -> None:
    page.editor.show_card(replace(full_card(), tried="**bold**\n\n- one\n- two", next=""), (stretch(),))
    named(page, Segments, "Show").choose("read")
    view = named(page, MarkdownView, "Tried")
    assert view.toPlainText() == "bold\none\ntwo"
    assert not text(page, "Tried").isVisible()
    assert not named(page, MarkdownView, "Next").isVisible()
    page.editor.show_card(empty_card())
    assert text(page, "Tried").isVisible()


def test_markdown_loads_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    picture = tmp_path / "red.png"
    red = QImage(40, 40, QImage.Format.Format_RGB32)
    red.fill(QColor("#ff0000"))
    red.save(str(picture))
    view = MarkdownView("Tried")
    qtbot.addWidget(view)
    view.show_markdown(f"a ![the picture](file://{picture}) b 😀 ![]({picture.as_uri()})\n\n<img src='{picture}'>")
    view.resize(300, 200)
    view.show()
    shown = view.grab().toImage()
    assert all(
        shown.pixelColor(x, y).name() != "#ff0000" for x in range(0, 300, 4) for y in range(0, shown.height(), 4)
    )
    assert view.toPlainText().startswith("a the picture b 😀 red.png")
    assert "<img src=" in view.toPlainText()
    assert view.document().resource(QTextDocument.ResourceType.ImageResource, QUrl.fromLocalFile(str(picture))) == b""


def test_plain_breaks_are_kept(qtbot: QtBot) -> None:
    view = MarkdownView("Tried")
    qtbot.addWidget(view)
    view.show_markdown("one\ntwo")
    assert view.toPlainText() == "one\ntwo"


class Desktop(QObject):
    """Takes addresses in the place of the desktop."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def take(self, address: QUrl) -> None:
        self.opened.append(address.toString())


def test_a_files_link_opens_its_folder_and_nothing_is_run() -> None:
    desktop, schemes = Desktop(), ("https", "file", "javascript", "ssh")
    for scheme in schemes:
        QDesktopServices.setUrlHandler(scheme, desktop, "take")
    try:
        for address in ("https://example.com/a", "file:///home/me/run.sh", "javascript:alert(1)", "ssh://host"):
            open_link(QUrl(address))
    finally:
        for scheme in schemes:
            QDesktopServices.unsetUrlHandler(scheme)
    assert desktop.opened == ["https://example.com/a", "file:///home/me"]


# The story, earlier texts, drafts, deleting


def test_earlier_texts_are_counted_shown_and_put_back(qtbot: QtBot, page: Page) -> None:
    earlier = replace(full_card(), title="Parser, first thoughts", outcome=None)
    edits = tuple(Edit(NOW - timedelta(hours=i), earlier if i else full_card()) for i in range(3))
    page.editor.show_card(full_card(), (stretch(),), around=Around(edits=edits))
    named(page, QAbstractButton, "Edited 3 times").click()
    dialog = page.editor.findChildren(EarlierTexts)[0]
    assert dialog.list.count() == 3
    assert dialog.list.item(0).text() == "Sat, 21 Nov 2026, 8:10\u202fPM"
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: "Parser, first thoughts" in seen(dialog))
    with qtbot.waitSignal(page.editor.card_edited) as edited:
        next(each for each in dialog.findChildren(QAbstractButton) if each.text() == "Put these texts back").click()
    assert edited.args == [earlier]
    text(page, "Title").undo()
    assert text(page, "Title").text() == "Split the parser"


def test_edits_may_come_later(page: Page) -> None:
    page.editor.show_card(full_card(), (stretch(),))
    page.editor.show_edits("another", (Edit(NOW, full_card()),))
    assert not _has(page, "Edited once")
    page.editor.show_edits(full_card().id, (Edit(NOW, full_card()),))
    assert named(page, QAbstractButton, "Edited once").isVisible()


def _has(page: Page, words: str) -> bool:
    return any(each.text() == words for each in page.editor.findChildren(QAbstractButton))


def test_a_card_and_its_second_try_read_as_one_story(qtbot: QtBot, page: Page) -> None:
    first = replace(empty_card("first"), title="In March")
    page.editor.show_card(full_card(), (stretch(),), around=Around(before=first, after=(empty_card("third"),)))
    with qtbot.waitSignal(page.editor.card_wished) as wished:
        named(page, QAbstractButton, "Tries again: In March").click()
    assert wished.args == ["first"]
    assert "Tried again: Without a title" in seen(page)


def test_a_draft_is_kept_as_a_card(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(replace(empty_card(), title="Half", draft=True))
    assert "Draft · Sat, 21 Nov 2026 · Saved" in seen(page)
    keep = named(page, QAbstractButton, "Keep this draft as a card")
    with qtbot.waitSignal(page.editor.card_edited) as edited:
        keep.click()
    assert edited.args == [replace(empty_card(), title="Half")]
    assert not keep.isVisible()


def test_deleting_is_wished_after_the_last_words_are_saved(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(empty_card())
    qtbot.keyClicks(text(page, "Title"), "Gone")
    with qtbot.waitSignals([page.editor.card_edited, page.editor.card_removed], order="strict"):
        named(page, QAbstractButton, "Delete this card").click()


def test_no_card_is_open(page: Page) -> None:
    assert not page.editor.isEnabled()
    page.editor.show_card(empty_card())
    assert page.editor.isEnabled()
    page.editor.show_nothing()
    assert not page.editor.isEnabled()


# Keyboard, screen readers, room


def test_tab_reaches_every_field_in_reading_order(qtbot: QtBot, page: Page) -> None:
    page.editor.show_card(full_card(), (stretch(),), COMPLETIONS)
    focus(qtbot, text(page, "Title"))
    names = []
    while page.editor.isAncestorOf(QApplication.focusWidget()) and len(names) < 30:
        names.append(_name(QApplication.focusWidget()))
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert names == [
        "Title",
        "Outcome: Worked",
        "Tried",
        "Worked",
        "Learned",
        "Next",
        "Tags",
        "Unlink alpha, Sat, 21 Nov 2026, 2:00\u202fPM to 3:40\u202fPM",
        "Link a session…",
        "For: Me",
        "Function of work",
        "Effort",
        "Time saved, at least",
        "Time saved, at most",
        "Link",
        "Open the link",
    ]
    assert page.outside.hasFocus()


def _name(widget: QWidget | None) -> str:
    if widget is None:
        return ""
    box = widget.parentWidget()
    return widget.accessibleName() or _words(widget) or (box.accessibleName() if box is not None else "")


class LongLanguage(QTranslator):
    """A language in which everything takes half as much room again."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        return source if source.startswith("{number}") else source + " äöüß" * (len(source) // 8 + 1)


def assert_nothing_is_cut_off(page: Page) -> None:
    assert page.horizontalScrollBar().maximum() == 0
    for widget in page.editor.findChildren(QWidget):
        if widget.isVisible() and isinstance(widget, QLabel | QAbstractButton) and _named_or_worded(widget):
            needed = widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else 0
            assert widget.height() >= max(needed, min(widget.minimumSizeHint().height(), needed or 9999)), widget.text()
            assert widget.width() >= widget.minimumSizeHint().width(), widget.text()
            corner = widget.mapTo(page.editor, QPoint(widget.width() - 1, widget.height() - 1))
            assert page.editor.rect().contains(corner), widget.text()


def _named_or_worded(widget: QLabel | QAbstractButton) -> bool:
    return bool(widget.text() or widget.accessibleName())


@pytest.mark.parametrize(
    ("theme", "text_scale", "width"), [("light", 1.0, 420), ("dark", 1.0, 560), ("light", 2.0, 560)]
)
@pytest.mark.parametrize("mode", ["write", "read"])
def test_nothing_is_cut_off(
    qtbot: QtBot, app: QApplication, theme: str, text_scale: float, width: int, mode: str
) -> None:
    apply_look(app, theme, text_scale=text_scale)
    page = Page(width)
    qtbot.addWidget(page)
    page.show()
    long = replace(full_card(), title=LONG * 2, tried=LONG * 4, tags=(LONG, "x"), links=(link_to(stretch(14, LONG)),))
    page.editor.show_card(long, (stretch(14, LONG),), COMPLETIONS, Around(before=replace(empty_card(), title=LONG * 2)))
    named(page, Segments, "Show").choose(mode)
    for _ in range(3):
        app.processEvents()
    assert_nothing_is_cut_off(page)


def test_nothing_is_cut_off_in_a_long_language(qtbot: QtBot, app: QApplication) -> None:
    language = LongLanguage()
    app.installTranslator(language)
    try:
        page = Page(480)
        qtbot.addWidget(page)
        page.show()
        page.editor.show_card(replace(full_card(), draft=True), (stretch(),), COMPLETIONS)
        for _ in range(3):
            app.processEvents()
        assert "Tried" not in seen(page)
        assert_nothing_is_cut_off(page)
    finally:
        app.removeTranslator(language)


def test_every_field_has_a_name(page: Page) -> None:
    page.editor.show_card(full_card(), (stretch(),), COMPLETIONS)
    for field in (*page.editor.findChildren(GrowingText), *page.editor.findChildren(QAbstractButton)):
        assert field.accessibleName() or _words(field)
