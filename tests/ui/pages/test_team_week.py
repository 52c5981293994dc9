"""What of a week may leave is off until it is switched on, and is seen in words and as bytes before it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.sharing_views import CONTRACT, FACTS, OFFERED, PARSER, USE, card, joined, sending, week
from tests.ui.snapshots import NOW
from tokentray.core.board_crypto import sealed_card
from tokentray.core.fragment import fragment_bytes
from tokentray.core.journal import Outcome
from tokentray.settings.settings import Settings
from tokentray.share.fragments import WeekOfUse, adopted, card_text, used
from tokentray.share.team_view import CardWish, ShareWish, TeamView, WeekToShare
from tokentray.ui.pages.team_card import TeamCard
from tokentray.ui.pages.team_week import TeamWeek


@pytest.fixture
def page(qtbot: QtBot) -> TeamWeek:
    page = TeamWeek(Settings(zone="Europe/Berlin", private_words=("Nautilus",)))
    qtbot.addWidget(page)
    page.resize(900, 900)
    page.show_team(joined())
    page.show()
    return page


@pytest.fixture
def wishes(page: TeamWeek) -> list[ShareWish]:
    wishes: list[ShareWish] = []
    page.share_wished.connect(wishes.append)
    return wishes


def ticked(page: TeamWeek, which: str = PARSER.id) -> TeamCard:
    if not page.card_part.switch.isChecked():
        page.card_part.switch.click()
    page.cards[which].tick.click()
    return page.cards[which]


def shown(page: TeamWeek, chosen: WeekToShare) -> None:
    page.show_team(joined(week=chosen))


def test_everything_is_off_until_somebody_switches_it_on(page: TeamWeek, wishes: list[ShareWish]) -> None:
    assert [part.switch.isChecked() for part in page.parts.values()] == [False] * 4
    assert not any(card.is_ticked for card in page.cards.values())
    page.share.click()
    assert wishes == []
    assert page.trouble.text() == "Nothing is switched on yet. Switch on what may leave, or say “Not this week”."


def test_what_was_on_the_last_time_is_on_again(page: TeamWeek, qtbot: QtBot) -> None:
    other = TeamWeek(Settings())
    qtbot.addWidget(other)
    other.show_team(joined(week=week(kinds=("c1", "card"), function="support")))
    assert [kind for kind, part in other.parts.items() if part.switch.isChecked()] == ["c1", "card"]
    assert other.function.currentData() == "support"


def test_the_week_fills_in_what_it_knows(page: TeamWeek) -> None:
    assert page.title.text() == "Week 47 · 16 Nov to 22 Nov 2026"
    assert page.open_until.text() == "takes parts until Mon, 30 Nov 2026, 1:00\u202fAM"
    assert (page.adoption.value(), page.outcome.value(), page.effort.value()) == ("daily", "mixed", "1-4h")


def test_the_very_bytes_are_shown(page: TeamWeek) -> None:
    page.adoption_part.switch.click()
    page.adoption.choose("tried")
    page.function.setCurrentIndex(page.function.findData("support"))
    page.function.activated.emit(page.function.currentIndex())
    leaves = adopted(USE, OFFERED, "tried", "support")
    inside = page.adoption_part.preview.inside
    assert inside.isHidden()
    inside.toggle.click()
    assert inside.isVisible()
    assert inside.text.text() == fragment_bytes(leaves).decode()
    assert page.adoption_part.preview.words.text() == "Somebody had this week: AI tried on one day, in support."
    assert inside.toggle.text() == "Hide the bytes"


def test_each_tool_is_a_line_of_its_own(page: TeamWeek) -> None:
    inside = page.use_part.preview.inside.text.text()
    assert inside == "\n".join(fragment_bytes(one).decode() for one in used(USE, OFFERED))
    assert inside.count("\n") == 1


def test_what_is_seen_is_what_is_wished(page: TeamWeek, wishes: list[ShareWish]) -> None:
    for kind in ("c1", "c2", "use"):
        page.parts[kind].switch.click()
    page.adoption.choose("weekly")
    page.outcome.choose("failed")
    page.share.click()
    assert wishes == [
        ShareWish(
            "2026-W47",
            ("c1", "c2", "use"),
            adoption="weekly",
            outcome="failed",
            effort="1-4h",
            remembered=("c1", "c2", "use"),
        )
    ]


def test_a_function_is_asked_for_only_where_it_is_offered(page: TeamWeek) -> None:
    page.adoption_part.switch.click()
    assert page.function_line.isVisible()
    none_offered = replace(FACTS, offered=replace_functions())
    page.show_team(replace(joined(week=week(week="2026-W46")), team=none_offered))
    page.show_team(replace(joined(week=week(kinds=("c1",))), team=none_offered))
    assert page.adoption.isVisible()
    assert page.function_line.isHidden()


def replace_functions():
    return type(OFFERED)(functions=(), categories=OFFERED.categories, tools=OFFERED.tools)


def test_experiments_that_say_nothing_must_be_answered_first(page: TeamWeek, wishes: list[ShareWish]) -> None:
    silent = WeekOfUse("2026-W47", 1, (), ())
    page.show_team(joined(week=week(week="2026-W46")))
    shown(page, week(use=silent, shareable=(), private=0, kinds=("c2",)))
    assert page.outcome.value() is None
    page.share.click()
    assert page.trouble.text() == "Say how the experiments went and what they took, or switch that part off."
    page.outcome.choose("unsure")
    page.effort.choose("lt1h")
    assert page.trouble.isHidden()
    page.share.click()
    assert (wishes[0].outcome, wishes[0].effort) == ("unsure", "lt1h")


def test_nothing_to_send_is_said(page: TeamWeek, wishes: list[ShareWish]) -> None:
    page.card_part.switch.click()
    page.share.click()
    assert page.trouble.text().startswith("No card is ticked yet.")
    page.card_part.switch.click()
    shown(page, week(use=WeekOfUse("2026-W47", 1, (), ())))
    page.use_part.switch.click()
    page.share.click()
    assert page.trouble.text() == "No tokens are known of this week, so nothing would leave."
    assert wishes == []


def test_share_and_not_this_week_are_equal(page: TeamWeek) -> None:
    assert page.share.size() == page.skip.size()
    assert page.share.property("role") == page.skip.property("role")
    assert page.share.y() == page.skip.y()
    assert page.at_once.property("role") == "link"


def test_not_this_week_can_be_taken_back(page: TeamWeek) -> None:
    skipped: list[tuple[str, bool]] = []
    told: list[tuple[str, Callable[[], None]]] = []
    page.skip_wished.connect(lambda name, on: skipped.append((name, on)))
    page.undoable.connect(lambda said, how: told.append((said, how)))
    page.skip.click()
    assert skipped == [("2026-W47", True)]
    assert told[0][0] == "Nothing more of Week 47 · 16 Nov to 22 Nov 2026 leaves."
    told[0][1]()
    assert skipped == [("2026-W47", True), ("2026-W47", False)]
    shown(page, week(skipped=True))
    assert page.share.isHidden()
    assert page.adoption_part.isHidden()
    page.after_all.click()
    assert skipped[-1] == ("2026-W47", False)


def test_sending_now_says_what_it_costs_before_it_does_it(page: TeamWeek, wishes: list[ShareWish]) -> None:
    page.adoption_part.switch.click()
    page.at_once.click()
    assert wishes == []
    assert page.cost.isVisible()
    page.not_now.click()
    assert page.cost.isHidden()
    assert wishes == []
    page.at_once.click()
    page.send_now.click()
    assert [wish.at_once for wish in wishes] == [True]
    assert page.cost.isHidden()


def test_sending_now_says_that_a_question_just_before_tells_from_where(page: TeamWeek) -> None:
    said = " ".join(label.text() for label in page.cost.findChildren(QLabel))
    assert (
        "If you asked the board for something within the last ten minutes, such as what is new, it may also be seen from where they came."
        in said
    )


def test_a_ticked_card_shows_the_texts_that_will_be_encrypted(page: TeamWeek) -> None:
    opened = ticked(page, CONTRACT.id)
    assert opened.editor.isVisible()
    assert page.style_note.text() == "Free text stays free text: in a team of eight, a colleague may recognise a style."
    assert page.style_note.isVisible()
    inside = opened.preview.inside
    assert inside.text.text() == (
        '{"learned":"It keeps the glossary for ten pages and then forgets it.",'
        '"tried":"The whole template of forty pages at once."}'
    )
    assert inside.note.text().startswith("These 123 bytes are encrypted for your team and leave as 512 bytes")


def test_a_text_changed_for_this_sending_leaves_as_it_is_seen(page: TeamWeek, wishes: list[ShareWish]) -> None:
    opened = ticked(page, CONTRACT.id)
    opened.category.setCurrentIndex(opened.category.findData("writing"))
    opened.category.activated.emit(1)
    opened.fields["tried"].setPlainText("All at once.")
    page.share.click()
    assert wishes[0].kinds == ("card",)
    assert wishes[0].cards == (
        CardWish(
            CONTRACT.id, "writing", ("All at once.", "", "It keeps the glossary for ten pages and then forgets it.", "")
        ),
    )


def test_a_card_without_a_category_says_so(page: TeamWeek, wishes: list[ShareWish]) -> None:
    ticked(page, CONTRACT.id)
    page.share.click()
    assert wishes == []
    assert page.trouble.text() == ("“Let an agent translate the contract template”: Choose what this card is about.")


def test_findings_are_said_with_why_and_other_words(page: TeamWeek) -> None:
    opened = ticked(page)
    links = [button.text() for button in opened.editor.findChildren(QPushButton) if button.text().startswith("Use ")]
    assert links == ["Use [a file]", "Use [an address]", "Use [a ticket]"]
    assert [found.one.why for found in opened.open_findings][1] == "an e-mail address names a person"
    assert len(opened.fields["learned"].extraSelections()) == 2


def test_one_finding_is_replaced_and_that_can_be_undone(page: TeamWeek) -> None:
    opened = ticked(page)
    use = next(button for button in opened.findChildren(QPushButton) if button.text() == "Use [an address]")
    use.click()
    assert opened.fields["learned"].text() == (
        "Ask for the invariant first. Write to [an address] for the prompt, ticket BILL-1234."
    )
    assert [found.one.kind for found in opened.open_findings] == ["path", "ticket"]
    opened.fields["learned"].undo()
    assert "jo@example.org" in opened.fields["learned"].text()


def test_findings_stop_the_sharing_until_they_are_rewritten_or_kept(page: TeamWeek, wishes: list[ShareWish]) -> None:
    opened = ticked(page)
    opened.category.setCurrentIndex(opened.category.findData("code"))
    opened.category.activated.emit(1)
    page.share.click()
    assert wishes == []
    assert "3 words could tell who wrote this" in page.trouble.text()
    opened.keep.click()
    assert page.trouble.isHidden()
    page.share.click()
    assert "jo@example.org" in wishes[0].cards[0].texts[2]
    opened.fields["next"].setPlainText("Ask @maria.")
    page.share.click()
    assert len(wishes) == 1


def test_all_findings_are_rewritten_at_once(page: TeamWeek) -> None:
    opened = ticked(page)
    opened.rewrite.click()
    assert opened.open_findings == ()
    assert opened.fields["tried"].text() == "Asked for property tests of the parser in [a file] before any change."
    assert opened.rewrite.isHidden()


def test_a_mark_stands_where_the_word_stands_behind_an_emoji(page: TeamWeek) -> None:
    opened = ticked(page)
    opened.fields["next"].setPlainText("🙂🙂 @maria")
    (mark,) = opened.fields["next"].extraSelections()
    assert mark.cursor.selectedText() == "@maria"


def test_a_word_goes_onto_the_own_list_and_is_found_from_then_on(page: TeamWeek) -> None:
    changed: list[tuple[Settings, str]] = []
    page.settings_changed.connect(lambda settings, said: changed.append((settings, said)))
    opened = ticked(page)
    opened.to_list.click()
    opened.word.setText("invariant")
    opened.add_word.click()
    assert changed[0][0].private_words == ("Nautilus", "invariant")
    assert changed[0][1] == "“invariant” is on your own list."
    assert ("learned", "own word", "invariant") in [found.key for found in opened.open_findings]
    assert opened.word_line.isHidden()


def test_a_selected_word_is_offered_for_the_list(page: TeamWeek) -> None:
    opened = ticked(page)
    assert opened.fields["next"].find("exporter")
    opened.to_list.click()
    assert opened.word.text() == "exporter"


def test_a_card_that_is_too_long_says_by_how_much(page: TeamWeek) -> None:
    opened = ticked(page, CONTRACT.id)
    opened.category.setCurrentIndex(1)
    opened.fields["learned"].setPlainText("")
    opened.fields["tried"].setPlainText("x" * 2010)
    assert opened.problem == "This card is 5 bytes too long to be shared; shorten it."
    assert opened.trouble.text() == opened.problem
    opened.fields["tried"].setPlainText("x" * 2005)
    assert opened.problem == ""
    assert "leave as 2048 bytes" in opened.preview.inside.note.text()


def test_cards_for_oneself_are_counted_and_not_offered(page: TeamWeek) -> None:
    page.card_part.switch.click()
    assert page.private.text() == (
        "3 cards of this week are for you alone and are not offered; only you can raise them."
    )
    assert list(page.cards) == [PARSER.id, CONTRACT.id]


def test_a_card_without_an_outcome_is_not_called_private(page: TeamWeek) -> None:
    silent = replace(CONTRACT, id="silent", outcome=None)
    shown(page, week(private=2, use=replace(USE, cards=(PARSER, silent))))
    assert page.private.text() == (
        "One card of this week is for you alone and is not offered; only you can raise it. "
        "Not offered either, because they do not say yet how it went: 1 card."
    )


def test_a_week_has_room_for_three_cards(page: TeamWeek, wishes: list[ShareWish]) -> None:
    cards = tuple(
        card(number, f"Card {number}", Outcome.WORKED, tried="Something.", tags=("code",)) for number in range(10, 14)
    )
    shown(page, week(shareable=cards))
    for one in cards:
        ticked(page, one.id)
    page.share.click()
    assert page.trouble.text() == "A week has room for 3 cards more: untick some, or share them in another week."
    page.cards[cards[0].id].tick.click()
    page.share.click()
    assert len(wishes[0].cards) == 3


def test_a_card_that_left_takes_its_place_in_the_week(page: TeamWeek, wishes: list[ShareWish]) -> None:
    sent = tuple(sending(number, "card", "sent", card=f"card {number}") for number in (1, 2, 3))
    shown(page, week(sendings=sent))
    ticked(page, CONTRACT.id)
    page.share.click()
    assert (
        page.trouble.text() == "This week has room for no more cards; a card that was withdrawn keeps its place, too."
    )
    assert wishes == []


def test_a_card_that_was_withdrawn_is_offered_again(page: TeamWeek) -> None:
    gone = sending(1, "card", "sent", card=PARSER.id, can_withdraw=False)
    back = sending(2, "card", "sent", op="delete", card=PARSER.id, can_withdraw=False)
    shown(page, week(kinds=("card",), sendings=(gone, back)))
    page.card_part.switch.click()
    assert page.cards[PARSER.id].isVisible()
    assert "Withdrawn on" in page.card_part.rows[1].state.text()


@pytest.mark.parametrize("letters", [10, 471, 472, 983, 984, 2005])
def test_the_size_is_what_a_sealed_card_has(page: TeamWeek, letters: int) -> None:
    opened = ticked(page, CONTRACT.id)
    opened.fields["learned"].setPlainText("")
    opened.fields["tried"].setPlainText("x" * letters)
    ct = sealed_card(card_text(opened.texts), b"k" * 32, b"n" * 32, "board", "2026-W47")
    assert f"leave as {len(ct)} bytes" in opened.preview.inside.note.text()


def test_what_was_handed_over_stands_in_the_place_of_the_choice(page: TeamWeek) -> None:
    shown(page, week(kinds=("c1",), sendings=(sending(1), sending(2, "card", "sent", card=PARSER.id))))
    assert page.adoption_part.switch.isHidden()
    assert page.adoption_part.preview.isHidden()
    assert (
        page.adoption_part.rows[1].state.text()
        == "Leaves at a random time, on Tue, 24 Nov 2026 at the latest if this machine is awake then."
    )
    page.card_part.switch.click()
    assert page.cards[PARSER.id].isHidden()
    assert page.cards[CONTRACT.id].isVisible()


def test_what_was_handed_over_is_not_wished_again_but_stays_on(page: TeamWeek, wishes: list[ShareWish]) -> None:
    page.adoption_part.switch.click()
    page.use_part.switch.click()
    shown(page, week(kinds=("c1",), sendings=(sending(1),)))
    page.share.click()
    assert wishes[0].kinds == ("use",)
    assert wishes[0].remembered == ("c1", "use")


def test_what_was_taken_back_before_it_left_can_be_chosen_again(page: TeamWeek) -> None:
    shown(page, week(sendings=(sending(1, state="cancelled", spent=False),)))
    assert not page.adoption_part.switch.isHidden()
    assert page.adoption_part.rows == {}


def test_what_the_board_did_not_take_says_why_and_can_be_chosen_again(page: TeamWeek, wishes: list[ShareWish]) -> None:
    why = "the board did not understand it"
    shown(
        page,
        week(
            sendings=(
                sending(1, state="refused", why=why, spent=False),
                sending(2, "card", "refused", card=PARSER.id, why=why, spent=False),
            ),
        ),
    )
    (row,) = page.adoption_part.rows.values()
    assert "The board did not take it: the board did not understand it." in row.state.text()
    assert not page.cards[PARSER.id].isHidden()
    page.adoption_part.switch.click()
    page.share.click()
    assert [wish.kinds for wish in wishes] == [("c1",)]


def test_what_waits_is_taken_back_without_asking(page: TeamWeek, qtbot: QtBot) -> None:
    shown(page, week(sendings=(sending(1),)))
    row = page.adoption_part.rows[1]
    assert row.withdraw.text() == "Take it back"
    with qtbot.waitSignal(page.withdraw_wished) as wished:
        row.withdraw.click()
    assert wished.args == [(1,), False]


@pytest.mark.parametrize(("button", "now"), [("Withdraw", False), ("Withdraw now", True)])
def test_what_was_sent_is_withdrawn_after_a_question(page: TeamWeek, qtbot: QtBot, button: str, now: bool) -> None:
    shown(page, week(sendings=(sending(1, state="sent"),)))
    page.adoption_part.rows[1].withdraw.click()
    box = page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "whoever watches connections" in box.informativeText()
    with qtbot.waitSignal(page.withdraw_wished) as wished:
        next(one for one in box.buttons() if one.text() == button).click()
    assert wished.args == [(1,), now]


def test_what_was_sent_is_corrected_once(page: TeamWeek, wishes: list[ShareWish]) -> None:
    shown(page, week(sendings=(sending(1, state="sent"),)))
    row = page.adoption_part.rows[1]
    row.correct.click()
    assert page.adoption.isVisible()
    page.adoption.choose("none")
    page.share.click()
    assert (wishes[0].kinds, wishes[0].adoption) == (("c1",), "none")
    correction = sending(2, op="replace", can_withdraw=False)
    shown(page, week(sendings=(sending(1, state="sent"), correction)))
    assert not page.adoption.isVisible()
    assert page.adoption_part.rows[1].correct.isHidden()


def test_weeks_that_are_open_are_chosen(page: TeamWeek, qtbot: QtBot) -> None:
    assert not page.after.isEnabled()
    with qtbot.waitSignal(page.team_week_chosen) as chosen:
        page.before.click()
    assert chosen.args == ["2026-W46"]


def test_a_closed_week_only_tells(page: TeamWeek) -> None:
    shown(page, week(open=False, closes_at=NOW, sendings=(sending(1, state="sent"),)))
    assert page.open_until.text() == "takes no parts any more; it closed on Sat, 21 Nov 2026, 9:10\u202fPM"
    assert page.deed.isHidden()
    assert page.result_part.isHidden()
    assert page.adoption_part.rows[1].correct.isHidden()


def test_what_is_being_written_stays_when_another_view_comes(page: TeamWeek, qtbot: QtBot) -> None:
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    opened = ticked(page)
    page.adoption_part.switch.click()
    page.adoption.choose("none")
    field = opened.fields["next"]
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "Half a sen")
    edited = replace(PARSER, tried="Edited in the journal.", next="Edited there, too.")
    busier = replace(USE, days_used=1)
    page.show_team(joined(week=week(use=busier, shareable=(edited, CONTRACT))))
    assert field.text() == "Half a sen"
    assert QApplication.focusWidget() is field
    assert field.textCursor().position() == 10
    assert opened.fields["tried"].text() == "Edited in the journal."
    assert opened.is_ticked
    assert opened.editor.isVisible()
    assert page.adoption.value() == "none"
    assert page.adoption_part.switch.isChecked()


def test_a_text_that_was_emptied_stays_empty(page: TeamWeek) -> None:
    opened = ticked(page)
    opened.fields["next"].setPlainText("")
    page.show_team(joined())
    assert opened.fields["next"].text() == ""


def test_a_card_that_is_gone_takes_its_row_along(page: TeamWeek) -> None:
    shown(page, week(shareable=(CONTRACT,)))
    assert list(page.cards) == [CONTRACT.id]


def test_no_cards_say_where_they_are_raised(page: TeamWeek) -> None:
    shown(page, week(shareable=(), private=0))
    page.card_part.switch.click()
    assert page.no_cards.isVisible()
    assert "The Check-in raises them." in page.no_cards.text()


def test_a_week_that_is_not_read_yet_says_so(page: TeamWeek) -> None:
    page.show_team(TeamView(NOW, FACTS))
    assert page._waiting.isVisible()
    assert page.share.isVisible() is False


def test_switches_work_by_keyboard_and_have_names(page: TeamWeek, qtbot: QtBot) -> None:
    assert [part.switch.accessibleName() for part in page.parts.values()] == [
        "How often you used AI",
        "How your experiments went",
        "How many tokens, by tool",
        "Cards",
    ]
    qtbot.keyClick(page.adoption_part.switch, Qt.Key.Key_Space)
    assert page.adoption_part.switch.isChecked()
    opened = ticked(page)
    assert opened.tick.accessibleName() == "Share Property tests found the bug in the parser"
    assert opened.fields["learned"].accessibleName() == "Learned"
