"""Tags by keyboard: typed, completed, taken away, coloured."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QListView, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.snapshots import LONG
from tokentray.ui.tag_field import TagField, tag_of, tag_slot


def opened(qtbot: QtBot, *tags: str, known: tuple[str, ...] = ("alpha", "refactor", "code review")) -> TagField:
    """In a window with another field behind it, the focus in its input."""
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    field = TagField()
    column.addWidget(field)
    column.addWidget(QLineEdit())
    field.show_completions(known, (("refactor", 4),))
    field.show_tags(tags)
    window.resize(360, 120)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    field.setFocus()
    qtbot.waitUntil(field.input.hasFocus)
    # Only what has a Python name lives as long as the test.
    field.kept = window
    return field


def press(qtbot: QtBot, key: Qt.Key) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, key)


def popup(field: TagField) -> QListView:
    return field._popup


@pytest.mark.parametrize(
    ("typed", "tag"), [(" #refactor ", "refactor"), ("code  review", "code-review"), ("#", ""), ("Größe", "Größe")]
)
def test_a_tag_is_one_word(typed: str, tag: str) -> None:
    assert tag_of(typed) == tag


def test_a_tags_colour_is_always_the_same_unless_one_was_given() -> None:
    assert tag_slot("refactor") == tag_slot("Refactor")
    assert tag_slot("refactor", (("refactor", 4),)) == 4
    assert {tag_slot(f"tag{i}") for i in range(100)} == set(range(8))


def test_enter_makes_a_tag_and_tells(qtbot: QtBot) -> None:
    field = opened(qtbot, "alpha")
    qtbot.keyClicks(field.input, "new idea")
    with qtbot.waitSignal(field.edited) as edited:
        press(qtbot, Qt.Key.Key_Return)
    assert edited.args == [("alpha", "new-idea")]
    assert field.input.text() == ""


def test_enter_in_the_empty_field_is_told(qtbot: QtBot) -> None:
    field = opened(qtbot)
    with qtbot.waitSignal(field.entered):
        press(qtbot, Qt.Key.Key_Return)


def test_commas_separate_typed_and_pasted_tags(qtbot: QtBot) -> None:
    field = opened(qtbot)
    qtbot.keyClicks(field.input, "one,two")
    press(qtbot, Qt.Key.Key_Comma)
    assert field.tags() == ("one", "two")
    QApplication.clipboard().setText("three, four; five")
    field.input.paste()
    press(qtbot, Qt.Key.Key_Return)
    assert field.tags() == ("one", "two", "three", "four", "five")


def test_leaving_the_field_makes_a_tag_of_what_was_typed(qtbot: QtBot) -> None:
    field = opened(qtbot, known=())
    qtbot.keyClicks(field.input, "late")
    press(qtbot, Qt.Key.Key_Tab)
    assert field.tags() == ("late",)
    assert not field.input.hasFocus()


def test_a_known_tag_is_spelled_as_it_is_known_and_taken_once(qtbot: QtBot) -> None:
    field = opened(qtbot, "alpha")
    qtbot.keyClicks(field.input, "ALPHA,Refactor,")
    assert field.tags() == ("alpha", "refactor")


def test_typing_offers_what_is_known_and_not_taken(qtbot: QtBot) -> None:
    field = opened(qtbot, "alpha")
    qtbot.keyClicks(field.input, "re")
    model = popup(field).model()
    assert popup(field).isVisible()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["refactor", "code review"]


def test_down_and_enter_take_what_is_offered(qtbot: QtBot) -> None:
    field = opened(qtbot)
    qtbot.keyClicks(field.input, "ref")
    qtbot.keyClick(popup(field), Qt.Key.Key_Down)
    with qtbot.waitSignal(field.edited) as edited:
        qtbot.keyClick(popup(field), Qt.Key.Key_Return)
    assert edited.args == [("refactor",)]
    assert field.input.text() == ""


def test_down_in_the_empty_field_shows_all(qtbot: QtBot) -> None:
    field = opened(qtbot)
    press(qtbot, Qt.Key.Key_Down)
    assert popup(field).model().rowCount() == 3


def test_escape_closes_the_list_only(qtbot: QtBot) -> None:
    field = opened(qtbot)
    qtbot.keyClicks(field.input, "ref")
    qtbot.keyClick(popup(field), Qt.Key.Key_Escape)
    assert not popup(field).isVisible()
    assert field.input.text() == "ref"


def test_backspace_twice_takes_the_last_tag_away(qtbot: QtBot) -> None:
    field = opened(qtbot, "one", "two", "three")
    press(qtbot, Qt.Key.Key_Backspace)
    assert field.tags() == ("one", "two", "three")
    press(qtbot, Qt.Key.Key_Backspace)
    assert field.tags() == ("one", "two")
    assert field.input.hasFocus()


def test_arrows_walk_over_the_chips(qtbot: QtBot) -> None:
    field = opened(qtbot, "one", "two")
    for _ in range(3):
        press(qtbot, Qt.Key.Key_Left)
    assert field.chips()[0].hasFocus()
    press(qtbot, Qt.Key.Key_Delete)
    assert field.tags() == ("two",)
    assert field.chips()[0].hasFocus()
    press(qtbot, Qt.Key.Key_Right)
    assert field.input.hasFocus()


def test_tab_goes_past_the_chips(qtbot: QtBot) -> None:
    field = opened(qtbot, "one", "two")
    press(qtbot, Qt.Key.Key_Backtab)
    assert not any(chip.hasFocus() for chip in field.chips())


def test_a_click_on_the_cross_takes_away_and_one_on_the_words_does_not(qtbot: QtBot) -> None:
    field = opened(qtbot, "one", "two")
    chip = field.chips()[0]
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(12, chip.height() // 2))
    assert field.tags() == ("one", "two")
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 8, chip.height() // 2))
    assert field.tags() == ("two",)


def test_colours_are_chosen_by_name(qtbot: QtBot) -> None:
    field = opened(qtbot, "refactor")
    menu = field.chips()[0].colour_menu()
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["Purple"]
    with qtbot.waitSignal(field.coloured) as coloured:
        next(action for action in menu.actions() if action.text() == "Green").trigger()
    assert coloured.args == ["refactor", 1]
    assert field.chips()[0].slot == 1


def test_chips_speak_to_screen_readers(qtbot: QtBot) -> None:
    field = opened(qtbot, "one")
    assert field.chips()[0].accessibleName() == "Tag one"
    assert field.input.accessibleName() == "Tags"


def test_a_long_tag_breaks_and_is_not_cut(qtbot: QtBot) -> None:
    field = opened(qtbot, LONG + LONG)
    chip = field.chips()[0]
    assert chip.width() <= field.width()
    assert chip.height() >= 2 * chip.fontMetrics().height()


def test_showing_tags_does_not_tell_and_keeps_what_is_typed(qtbot: QtBot) -> None:
    field = opened(qtbot, "one")
    qtbot.keyClicks(field.input, "half")
    with qtbot.assertNotEmitted(field.edited):
        field.show_tags(("one", "two"))
    assert field.tags() == ("one", "two")
    assert field.input.text() == "half"
