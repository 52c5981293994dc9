"""A card by keyboard in a few keys: proposed, typed, saved, kept as a draft."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QTranslator, QUrl
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.cards import COMPLETIONS, empty_card, stretch
from tests.ui.snapshots import LONG
from tokentray.core.journal import Card, Outcome, WorkSession
from tokentray.ui.growing_text import GrowingText
from tokentray.ui.look import apply_look
from tokentray.ui.quick_card import QuickCard


def opened(
    qtbot: QtBot, session: WorkSession | None, card: Card | None = None, offered: tuple[WorkSession, ...] = ()
) -> QuickCard:
    quick = QuickCard()
    qtbot.addWidget(quick)
    quick.show_proposal(session, card or empty_card(), COMPLETIONS, offered=offered)
    quick.show_at(QPoint(200, 10))
    qtbot.waitUntil(quick.isActiveWindow)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    return quick


def keys(qtbot: QtBot, text: str) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClicks(focus, text)


def press(qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, key, modifier)


def told(spy: QSignalSpy) -> list[Card]:
    return [spy.at(i)[0] for i in range(spy.count())]


def seen(window: QWidget) -> list[str]:
    return [label.text() for label in window.findChildren(QLabel) if label.isVisible()]


def button(quick: QuickCard, text: str) -> QAbstractButton:
    return next(each for each in quick.findChildren(QAbstractButton) if text in (each.text(), each.accessibleName()))


def test_the_stretch_is_proposed_in_words(qtbot: QtBot) -> None:
    quick = opened(qtbot, stretch())
    assert "alpha · 21 Nov, 2:00\u202fPM to 3:40\u202fPM" in seen(quick)
    assert "1.20M tokens · ≈\u00a0$3.42 · Claude Code · claude-opus-4-5" in seen(quick)


def test_a_card_takes_its_title_and_two_keys(qtbot: QtBot) -> None:
    quick = opened(
        qtbot, stretch(), Card("0123456789ab", empty_card().created_at, empty_card().edited_at, tags=("alpha",))
    )
    keys(qtbot, "Split the parser")
    press(qtbot, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    saved = QSignalSpy(quick.card_edited)
    press(qtbot, Qt.Key.Key_Return)
    card = told(saved)[-1]
    assert (card.title, card.outcome, card.tags, card.draft) == (
        "Split the parser",
        Outcome.FAILED,
        ("alpha",),
        False,
    )
    assert [(link.project, link.anchor) for link in card.links] == [("alpha", stretch().start)]
    assert card.models == ("claude-opus-4-5",)
    assert not quick.isVisible()


def test_tab_moves_through_all_fields(qtbot: QtBot) -> None:
    quick = opened(qtbot, stretch())
    names = []
    for _ in range(4):
        focus = QApplication.focusWidget()
        assert focus is not None
        names.append(focus.accessibleName())
        press(qtbot, Qt.Key.Key_Tab)
    assert names == ["Title", "What happened", "Outcome: Worked", "Tags"]
    reached = set()
    for _ in range(8):
        reached.add(QApplication.focusWidget())
        press(qtbot, Qt.Key.Key_Tab)
    assert {button(quick, "All fields"), button(quick, "Save"), button(quick, "Close, and keep a draft")} <= reached


def test_shift_enter_breaks_the_line_and_enter_saves(qtbot: QtBot) -> None:
    quick = opened(qtbot, stretch())
    press(qtbot, Qt.Key.Key_Tab)
    keys(qtbot, "one")
    press(qtbot, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    keys(qtbot, "two")
    spy = QSignalSpy(quick.card_edited)
    press(qtbot, Qt.Key.Key_Return)
    assert told(spy)[-1].tried == "one\ntwo"


def test_enter_in_the_tags_first_takes_the_tag_then_saves(qtbot: QtBot) -> None:
    quick = opened(qtbot, stretch())
    for _ in range(3):
        press(qtbot, Qt.Key.Key_Tab)
    keys(qtbot, "brandnew")
    press(qtbot, Qt.Key.Key_Return)
    assert quick.isVisible()
    spy = QSignalSpy(quick.card_edited)
    press(qtbot, Qt.Key.Key_Return)
    assert told(spy)[-1].tags == ("brandnew",)
    assert not quick.isVisible()


def test_enter_on_an_outcome_saves(qtbot: QtBot) -> None:
    quick = opened(qtbot, stretch())
    press(qtbot, Qt.Key.Key_Tab)
    press(qtbot, Qt.Key.Key_Tab)
    press(qtbot, Qt.Key.Key_2)
    spy = QSignalSpy(quick.card_edited)
    press(qtbot, Qt.Key.Key_Return)
    assert told(spy)[-1].outcome == Outcome.PARTLY


def test_escape_keeps_a_draft(qtbot: QtBot) -> None:
    quick = opened(qtbot, stretch())
    keys(qtbot, "Half a tho")
    spy = QSignalSpy(quick.card_edited)
    press(qtbot, Qt.Key.Key_Escape)
    assert [(card.title, card.draft) for card in told(spy)] == [("Half a tho", True)]
    assert not quick.isVisible()


def test_escape_without_a_word_leaves_nothing_behind(qtbot: QtBot) -> None:
    quick = opened(qtbot, stretch())
    with qtbot.assertNotEmitted(quick.card_edited):
        press(qtbot, Qt.Key.Key_Escape)
    assert not quick.isVisible()


def test_saving_nothing_about_nothing_leaves_nothing_behind(qtbot: QtBot) -> None:
    quick = opened(qtbot, None)
    assert "No session is known" in seen(quick)
    assert "tokens unknown" in seen(quick)
    with qtbot.assertNotEmitted(quick.card_edited):
        press(qtbot, Qt.Key.Key_Return)
    assert not quick.isVisible()


def test_each_second_is_kept_while_one_types(qtbot: QtBot) -> None:
    quick = opened(qtbot, stretch())
    with qtbot.waitSignal(quick.card_edited, timeout=1000) as kept:
        keys(qtbot, "No enter")
    assert kept.args is not None
    assert (kept.args[0].title, kept.args[0].draft) == ("No enter", True)
    assert quick.isVisible()


def test_a_half_typed_tag_is_left_alone_while_a_draft_is_kept(qtbot: QtBot) -> None:
    quick = opened(qtbot, stretch())
    keys(qtbot, "Title")
    for _ in range(3):
        press(qtbot, Qt.Key.Key_Tab)
    keys(qtbot, "zz")
    with qtbot.waitSignal(quick.card_edited, timeout=1000) as kept:
        pass
    assert kept.args is not None
    assert kept.args[0].tags == ()
    spy = QSignalSpy(quick.card_edited)
    press(qtbot, Qt.Key.Key_Escape)
    assert told(spy)[-1].tags == ("zz",)


def test_another_stretch_can_be_meant(qtbot: QtBot) -> None:
    quick = opened(qtbot, stretch(), offered=(stretch(), stretch(9, "gamma")))
    menu = quick.menu()
    assert [action.text() for action in menu.actions()] == [
        "21 Nov, 9:00\u202fAM to 10:40\u202fAM, 1.20M tokens, project gamma"
    ]
    menu.actions()[0].trigger()
    assert "gamma · 21 Nov, 9:00\u202fAM to 10:40\u202fAM" in seen(quick)
    assert [link.project for link in quick.card().links] == ["gamma"]


def test_the_same_proposal_once_more_keeps_what_is_typed(qtbot: QtBot) -> None:
    quick = opened(qtbot, stretch())
    keys(qtbot, "Mine")
    quick.show_proposal(stretch(tokens=2_000_000), empty_card(), COMPLETIONS)
    assert quick.card().title == "Mine"
    assert any("2.00M tokens" in text for text in seen(quick))


def test_another_proposal_keeps_the_first_as_a_draft(qtbot: QtBot) -> None:
    quick = opened(qtbot, stretch())
    keys(qtbot, "First")
    with qtbot.waitSignal(quick.card_edited) as kept:
        quick.show_proposal(stretch(9, "gamma"), empty_card("cccccccccccc"), COMPLETIONS)
    assert kept.args is not None
    assert (kept.args[0].id, kept.args[0].title, kept.args[0].draft) == ("0123456789ab", "First", True)
    assert quick.card().title == ""


def test_going_on_with_all_fields(qtbot: QtBot) -> None:
    quick = opened(qtbot, stretch())
    keys(qtbot, "Longer story")
    with qtbot.waitSignals([quick.card_edited, quick.card_opened]):
        button(quick, "All fields").click()
    assert not quick.isVisible()


def test_a_dropped_picture_becomes_a_link_only(qtbot: QtBot) -> None:
    quick = opened(qtbot, stretch())
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile("/home/me/plot.png")])
    title, happened = quick.findChildren(GrowingText)
    title.insertFromMimeData(dropped)
    happened.insertFromMimeData(dropped)
    assert quick.card().url == "file:///home/me/plot.png"
    assert quick.card().title == ""
    assert quick.card().tried == "[plot.png](file:///home/me/plot.png)"


class LongLanguage(QTranslator):
    """A language in which everything takes half as much room again."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        return source if source.startswith("{number}") else source + " äöüß" * (len(source) // 8 + 1)


def assert_nothing_is_cut_off(quick: QuickCard) -> None:
    for widget in quick.findChildren(QWidget):
        if widget.isVisible() and isinstance(widget, QLabel | QAbstractButton):
            hint = widget.minimumSizeHint()
            needed = widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else hint.height()
            assert widget.height() >= needed, widget.accessibleName()
            assert widget.width() >= hint.width(), widget.accessibleName()
            assert quick.rect().contains(widget.mapTo(quick, widget.rect().bottomRight())), widget.accessibleName()


@pytest.mark.parametrize("text_scale", [1.0, 2.0])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_cut_off(qtbot: QtBot, app: QApplication, theme: str, text_scale: float) -> None:
    apply_look(app, theme, text_scale=text_scale)
    card = Card("x", empty_card().created_at, empty_card().edited_at, title=LONG * 2, tags=(LONG, "x"))
    quick = opened(qtbot, stretch(14, LONG), card, offered=(stretch(9),))
    app.processEvents()
    assert_nothing_is_cut_off(quick)


def test_nothing_is_cut_off_in_a_long_language(qtbot: QtBot, app: QApplication) -> None:
    language = LongLanguage()
    app.installTranslator(language)
    try:
        quick = opened(qtbot, stretch(), offered=(stretch(9),))
        app.processEvents()
        assert "Enter saves · Esc keeps a draft" not in seen(quick)
        assert_nothing_is_cut_off(quick)
    finally:
        app.removeTranslator(language)


def test_it_grows_with_what_is_typed(qtbot: QtBot) -> None:
    quick = opened(qtbot, stretch())
    before = quick.height()
    press(qtbot, Qt.Key.Key_Tab)
    for _ in range(5):
        press(qtbot, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: quick.height() > before)
