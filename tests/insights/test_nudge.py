"""Reminders: of a long stretch that has just ended without a card, and of the week's check-in on Friday afternoon."""

from datetime import UTC, datetime, timedelta

import pytest

from tokentray.core.journal import Card, CheckIn, link_to
from tokentray.core.usage import Tokens
from tokentray.insights.nudge import Nudge, due_nudges
from tokentray.insights.prices import open_price_book
from tokentray.insights.work_sessions import take_sessions
from tokentray.settings.settings import Settings
from tokentray.store.checkin_table import record_checkin
from tokentray.store.database import transaction
from tokentray.store.journal_table import save_card
from tokentray.store.told_table import record_told

THURSDAY = datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"
ASKS = Settings(nudge=True)
REMINDS = Settings(checkin_reminder=True)


def work(ledger, *minutes_ago):
    for minutes in minutes_ago:
        ledger.log(THURSDAY - timedelta(minutes=minutes), "claude-opus-5", Tokens(input=100, output=10))


def kinds(history, settings, now=THURSDAY):
    return [nudge.kind for nudge in due_nudges(history, settings, now, ZONE)]


def test_a_long_stretch_that_has_ended_is_asked_about(history, ledger):
    work(ledger, 100, 80, 60, 40)
    (nudge,) = due_nudges(history, ASKS, THURSDAY, ZONE)
    assert (nudge.kind, nudge.key, nudge.session.project) == ("card", "2026-11-19", "alpha")


@pytest.mark.parametrize(
    "minutes_ago",
    [(90, 70, 50, 35), (80, 60, 40, 20), (260, 240, 220, 200, 160), ()],
    ids=["shorter than an hour", "still going on", "long over", "nothing"],
)
def test_others_are_not(history, ledger, minutes_ago):
    work(ledger, *minutes_ago)
    assert kinds(history, ASKS) == []


def test_one_with_a_card_is_not(history, ledger):
    work(ledger, 100, 80, 60, 40)
    book = open_price_book(history, ())
    (session,) = take_sessions(history, THURSDAY - timedelta(hours=3), THURSDAY, 30, book)
    with transaction(history):
        save_card(history, Card("c1", THURSDAY, THURSDAY, links=(link_to(session),)), THURSDAY)
    assert kinds(history, ASKS) == []


def test_once_a_day_is_enough(history, ledger):
    work(ledger, 100, 80, 60, 40)
    with transaction(history):
        record_told(history, "card", "2026-11-19")
    assert kinds(history, ASKS) == []


def test_the_check_in_is_due_from_friday_afternoon_on(history):
    friday = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)  # three in Berlin
    assert kinds(history, REMINDS, friday - timedelta(minutes=1)) == []
    assert due_nudges(history, REMINDS, friday, ZONE) == [Nudge("checkin", "2026-W47")]
    assert kinds(history, REMINDS, friday + timedelta(days=2)) == ["checkin"]
    assert kinds(history, REMINDS, friday + timedelta(days=3)) == []


def test_a_check_in_that_is_done_is_not_asked_for(history):
    with transaction(history):
        record_checkin(history, CheckIn("2026-W47", done=True))
    assert kinds(history, REMINDS, datetime(2026, 11, 20, 18, 0, tzinfo=UTC)) == []


def test_nobody_is_reminded_who_did_not_wish_it(history, ledger):
    work(ledger, 100, 80, 60, 40)
    assert kinds(history, Settings(), datetime(2026, 11, 20, 18, 0, tzinfo=UTC)) == []
