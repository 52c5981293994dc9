"""The feed shows what colleagues tried, failures as large as successes, and notes what the person says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from tests.ui.sharing_views import joined
from tests.ui.snapshots import NOW
from tests.ui.team_views import CARDS, FAILED, OLD, OWN, WORKED, long_team, many, team, unreachable
from tokentray.share.team_view import TeamView
from tokentray.ui.look import apply_look
from tokentray.ui.pages.feed_card import FeedCardFrame
from tokentray.ui.pages.team_feed import SHOWN_AT_FIRST, TeamFeed


@pytest.fixture
def feed(qtbot: QtBot) -> TeamFeed:
    feed = TeamFeed()
    qtbot.addWidget(feed)
    feed.resize(935, 900)
    feed.show_team(team())
    feed.show()
    feed.activateWindow()
    qtbot.waitUntil(feed.isActiveWindow)
    return feed


def words_of(frame: FeedCardFrame) -> str:
    return "\n".join(label.text() for label in frame.findChildren(QLabel) if not label.isHidden())


def test_a_card_says_what_it_is_about_how_it_went_and_its_texts(feed: TeamFeed) -> None:
    frame = feed.frames[WORKED.id]
    assert frame.category.text() == "Testing"
    assert frame.facts.text() == "Worked · Team"
    for text in (WORKED.tried, WORKED.worked, WORKED.learned, WORKED.next):
        assert text in words_of(frame)
    assert frame.accessibleName() == "Testing: Worked"


def test_a_text_that_was_not_written_takes_no_room(feed: TeamFeed) -> None:
    frame = feed.frames[FAILED.id]
    assert frame.texts["worked"].isHidden()
    assert not frame.texts["learned"].isHidden()


def test_a_failure_looks_as_a_success_does(feed: TeamFeed, qtbot: QtBot) -> None:
    feed.show_team(team(feed=(WORKED, replace(WORKED, id=FAILED.id, outcome="failed"))))
    qtbot.waitUntil(lambda: feed.frames[FAILED.id].y() > 0)
    success, failure = feed.frames[WORKED.id], feed.frames[FAILED.id]
    assert success.size() == failure.size()
    assert success.category.font() == failure.category.font()
    assert success.palette().color(success.backgroundRole()) == failure.palette().color(failure.backgroundRole())


def test_cards_stand_below_their_week_newest_first(feed: TeamFeed) -> None:
    shown = [feed.frames[card.id].y() for card in CARDS]
    assert shown == sorted(shown)
    assert feed._order == ("2026-W46", WORKED.id, FAILED.id, OWN.id, "2026-W37", OLD.id)


def test_reproducing_is_noted_here_only(feed: TeamFeed, qtbot: QtBot) -> None:
    frame = feed.frames[WORKED.id]
    assert frame.only_here.isHidden()
    with qtbot.waitSignal(feed.reproduced_noted) as noted:
        frame.reproduced.click()
    assert noted.args == [WORKED.id, True]
    assert frame.only_here.text() == "only on this machine"
    assert not frame.only_here.isHidden()
    with qtbot.waitSignal(feed.reproduced_noted) as noted:
        frame.reproduced.click()
    assert noted.args == [WORKED.id, False]


def test_showing_tells_nothing(feed: TeamFeed) -> None:
    told: list[object] = []
    for signal in (feed.reproduced_noted, feed.still_true_answered, feed.card_imported, feed.refresh_wished):
        signal.connect(lambda *values: told.append(values))
    feed.show_team(team(feed=tuple(replace(card, reproduced=not card.reproduced) for card in CARDS)))
    assert told == []
    assert feed.frames[WORKED.id].reproduced.isChecked()


def test_after_eight_weeks_it_asks_whether_it_is_still_true(feed: TeamFeed, qtbot: QtBot) -> None:
    assert feed.frames[WORKED.id].question is None
    question = feed.frames[OLD.id].question
    assert question is not None
    assert question.words.text() == "Eight weeks on: is it still true?"
    assert question.change.isHidden()
    question.not_any_more.setFocus()
    with qtbot.waitSignal(feed.still_true_answered) as answered:
        question.not_any_more.click()
    assert answered.args == [OLD.id, "no"]
    feed.show_team(team(feed=(*CARDS[:3], replace(OLD, asks=False, still_true="no"))))
    assert not question.still.isVisible()
    assert question.words.text() == "You said that it is not true any more."
    assert question.change.hasFocus(), "the button that was pressed has gone"
    with qtbot.waitSignal(feed.still_true_answered) as answered:
        question.change.click()
    assert answered.args == [OLD.id, ""]


def test_a_card_is_taken_into_the_own_journal_once(feed: TeamFeed, qtbot: QtBot) -> None:
    frame = feed.frames[FAILED.id]
    with qtbot.waitSignal(feed.card_imported) as imported:
        frame.attempt.click()
    assert imported.args == [FAILED.id]
    assert not frame.attempt.isEnabled()
    feed.show_team(team())
    assert frame.attempt.isEnabled(), "it did not come about, and can be wished again"
    feed.show_team(team(feed=(replace(FAILED, imported_as="0123456789ab"),)))
    assert frame.attempt.isHidden()
    with qtbot.waitSignal(feed.card_wished) as wished:
        frame.open.click()
    assert wished.args == ["0123456789ab"]


def test_an_own_card_is_marked_and_not_tried_again(feed: TeamFeed) -> None:
    frame = feed.frames[OWN.id]
    assert frame.own.text() == "Yours (only you see this)"
    assert not frame.own.isHidden()
    assert frame.attempt.isHidden()
    assert frame.reproduced.isHidden()
    assert feed.frames[WORKED.id].own.isHidden()


@pytest.mark.parametrize(
    ("box", "value", "left"),
    [
        ("outcome", "failed", (FAILED,)),
        ("category", "code", (OWN,)),
        ("week", "2026-W37", (OLD,)),
    ],
)
def test_filters_narrow_the_feed(feed: TeamFeed, box: str, value: str, left: tuple[object, ...]) -> None:
    chosen = getattr(feed, box)
    chosen.setCurrentIndex(chosen.findData(value))
    chosen.activated.emit(chosen.currentIndex())
    assert feed.matching() == left
    assert feed.count.text() == "1 of 4 cards"
    assert tuple(feed.frames) == tuple(card.id for card in left)  # type: ignore[attr-defined]


def test_search_finds_all_words_in_any_text(feed: TeamFeed, qtbot: QtBot) -> None:
    qtbot.keyClicks(feed.search, "GLOSSARY contract")
    qtbot.waitUntil(lambda: set(feed.frames) == {FAILED.id})
    feed.search.setText("glossary parser")
    qtbot.waitUntil(feed.nothing.isVisible)
    assert feed.frames == {}
    assert feed.nothing_title.text() == "No card is like that."
    feed.clear.click()
    assert feed.matching() == CARDS
    assert feed.search.text() == ""


def test_what_is_typed_and_focused_stays_when_a_view_comes(feed: TeamFeed, qtbot: QtBot) -> None:
    feed.search.setFocus()
    qtbot.keyClicks(feed.search, "glos")
    feed.outcome.setCurrentIndex(feed.outcome.findData("failed"))
    feed.show_team(team(feed=(replace(WORKED, id="00000000000000ff", week="2026-W47"), *CARDS)))
    assert feed.search.text() == "glos"
    assert feed.search.hasFocus()
    assert feed.outcome.currentData() == "failed"
    assert feed.matching() == (FAILED,)


def test_a_choice_stays_on_offer_when_its_last_card_has_gone(feed: TeamFeed) -> None:
    feed.category.setCurrentIndex(feed.category.findData("code"))
    feed.show_team(team(feed=(WORKED,)))
    assert feed.category.currentData() == "code"
    assert feed.matching() == ()


def test_focus_on_a_card_stays_when_another_comes_above_it(feed: TeamFeed) -> None:
    feed.frames[FAILED.id].reproduced.setFocus()
    newer = replace(WORKED, id="00000000000000ff", week="2026-W47")
    feed.show_team(team(feed=(newer, *CARDS)))
    assert feed.frames[FAILED.id].reproduced.hasFocus()
    assert feed._order[:2] == ("2026-W47", newer.id)


def test_tab_goes_down_the_page(feed: TeamFeed, qtbot: QtBot) -> None:
    newer = replace(WORKED, id="00000000000000ff", week="2026-W47")
    feed.show_team(team(feed=(newer, *CARDS)))
    feed.frames[newer.id].attempt.setFocus()
    qtbot.keyClick(feed.frames[newer.id].attempt, Qt.Key.Key_Tab)
    assert feed.frames[WORKED.id].reproduced.hasFocus()


def test_a_frame_that_was_put_aside_shows_its_next_card_only(feed: TeamFeed) -> None:
    feed.show_team(team(feed=(OLD,)))
    feed.show_team(team(feed=(OWN,)))
    frame = feed.frames[OWN.id]
    assert OLD.tried not in words_of(frame)
    assert OWN.tried in words_of(frame)
    assert frame.question is None or frame.question.isHidden()
    assert not frame.reproduced.isChecked()
    assert frame.isVisible()


def test_a_card_that_was_withdrawn_goes(feed: TeamFeed) -> None:
    feed.show_team(team(feed=(WORKED, OLD)))
    assert set(feed.frames) == {WORKED.id, OLD.id}


def test_many_cards_are_built_as_somebody_asks_for_more(feed: TeamFeed) -> None:
    feed.show_team(many(500))
    assert len(feed.frames) == SHOWN_AT_FIRST
    assert feed.count.text() == "500 cards"
    assert feed.more.text() == "Show 12 more of 488"
    feed.more.click()
    assert len(feed.frames) == 2 * SHOWN_AT_FIRST
    assert feed.frames[f"{SHOWN_AT_FIRST:016x}"].reproduced.hasFocus()


def test_a_board_that_was_never_asked(feed: TeamFeed, qtbot: QtBot) -> None:
    feed.show_team(joined())
    assert feed.nothing_title.text() == "The board has not been asked yet."
    assert "the same for everybody who asks" in feed.nothing_words.text()
    assert not feed.search.isVisible()
    with qtbot.waitSignal(feed.refresh_wished):
        feed.ask.click()


def test_a_board_without_cards(feed: TeamFeed) -> None:
    feed.show_team(team(feed=()))
    assert feed.nothing_title.text() == "No cards yet."
    assert feed.ask.isHidden()
    assert not feed.refresh.isHidden()


def test_a_board_that_cannot_be_reached_is_told_with_the_age_of_what_is_shown(feed: TeamFeed) -> None:
    feed.show_team(unreachable())
    assert feed.asked.text() == "The board could not be reached 5 min ago. What is shown is from 3 days ago."
    assert feed.asked.property("role") == "warn"
    assert len(feed.frames) == 4


def test_an_answer_after_the_failure_takes_the_warning_away(feed: TeamFeed) -> None:
    feed.show_team(replace(unreachable(), asked_at=NOW - timedelta(minutes=1)))
    assert feed.asked.text() == "As the board had it 1 min ago"
    assert feed.asked.property("role") == "muted"


@pytest.mark.parametrize(
    ("unread", "begins"),
    [(1, "1 card could not be decrypted"), (2, "2 cards could not be decrypted")],
)
def test_cards_that_could_not_be_decrypted_are_counted_in_words(feed: TeamFeed, unread: int, begins: str) -> None:
    feed.show_team(team(unread=unread))
    assert feed.unread.text().startswith(begins)
    feed.show_team(team())
    assert feed.unread.isHidden()


@pytest.mark.parametrize("view", [team(), long_team(), joined(), unreachable()])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_nothing_is_wider_than_a_narrow_window(qtbot: QtBot, app: QApplication, view: TeamView, scale: float) -> None:
    apply_look(app, "light", text_scale=scale)
    feed = TeamFeed()
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setWidgetResizable(True)
    area.setWidget(feed)
    area.resize(640, 600)
    feed.show_team(view)
    area.show()
    qtbot.waitExposed(area)
    assert feed.minimumSizeHint().width() <= 620
