"""The made-up year is plausible, labelled, and the same each time."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from tokentray.core.clock import StoppedClock
from tokentray.core.journal import Level
from tokentray.ingest.demo import make_demo
from tokentray.insights.journal import JournalChoice, take_journal
from tokentray.insights.prices import open_price_book
from tokentray.insights.work_sessions import take_sessions
from tokentray.settings.settings import Settings
from tokentray.store.account_table import all_accounts
from tokentray.store.checkin_table import all_checkins
from tokentray.store.database import is_sample, open_history
from tokentray.store.extent import newest_reading, tokens_by_account
from tokentray.store.gauge_table import newest_gauges
from tokentray.store.journal_table import all_cards
from tokentray.store.plain_rows import days_between

NOW = datetime(2026, 11, 20, 17, 31, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with open_history(str(tmp_path_factory.mktemp("demo") / "history.sqlite"), zone="Europe/Berlin") as history:
        make_demo(history, StoppedClock(NOW))
        yield history


def test_it_is_marked_as_a_sample(demo):
    assert is_sample(demo)


def test_it_has_agents_and_providers(demo):
    assert [(account.name, account.origin) for account in all_accounts(demo)] == [
        ("anthropic/team", "billed"),
        ("claude-code/default", "logged"),
        ("codex/default", "logged"),
        ("openai/work", "billed"),
        ("openrouter/default", "billed"),
    ]


def test_it_covers_a_year_and_nothing_lies_in_the_future(demo):
    days = days_between(demo, date(2025, 1, 1), date(2027, 1, 1))
    assert days[0][0] == date(2025, 11, 20).toordinal() - date(1970, 1, 1).toordinal()
    assert newest_reading(demo) <= NOW


def test_weekends_are_calmer_and_use_grows(demo):
    by_weekday, by_month = [0] * 7, {}
    for day, _, _, _, total in days_between(demo, date(2025, 12, 1), date(2026, 10, 31)):
        when = date.fromordinal(day + date(1970, 1, 1).toordinal())
        by_weekday[when.weekday()] += total
        by_month[when.month] = by_month.get(when.month, 0) + total
    assert max(by_weekday[5:]) < min(by_weekday[:5]) / 2
    assert by_month[10] > 1.5 * by_month[2]


def test_new_models_come_and_old_ones_go(demo):
    def models(since, until):
        return {row[3] for row in days_between(demo, since, until) if row[1] == "claude-code/default"}

    assert "claude-opus-5-5" not in models(date(2025, 12, 1), date(2026, 6, 1))
    assert "claude-opus-4-5" not in models(date(2026, 10, 1), date(2026, 11, 20))
    assert "claude-opus-5-5" in models(date(2026, 10, 20), date(2026, 11, 20))


def test_the_same_day_looks_the_same(demo, tmp_path):
    with open_history(str(tmp_path / "again.sqlite"), zone="Europe/Berlin") as again:
        make_demo(again, StoppedClock(NOW))
        assert tokens_by_account(again) == tokens_by_account(demo)


def test_its_windows_are_partly_used(demo):
    used = {(account, gauge.name): gauge.used_percent for account, gauge in newest_gauges(demo)}
    assert used["claude-code/default", "5h"] == 62
    assert used["openrouter/default", "balance"] is None


def test_its_journal_has_a_year_of_cards(demo):
    cards = all_cards(demo)
    days = [(NOW - (card.links[0].anchor if card.links else card.created_at)).days for card in cards]
    assert min(days) <= 1
    assert max(days) > 350
    assert max(later - sooner for sooner, later in pairwise(sorted(days))) < 25
    assert {str(card.outcome) for card in cards} == {"worked", "partly", "failed", "unclear", "None"}
    assert {card.level for card in cards} == set(Level)
    assert sum(card.follows is not None for card in cards) == 4
    assert sum(card.draft for card in cards) == 1


def test_its_cards_speak_of_stretches_that_are_there(demo):
    stretches = take_sessions(demo, None, None, 30, open_price_book(demo, ()))
    spoken_of = {card for stretch in stretches for card in stretch.cards}
    assert spoken_of == {card.id for card in all_cards(demo) if card.links}
    assert len(spoken_of) == 41


def test_one_experiment_is_worth_another_try(demo):
    view = take_journal(demo, Settings(), NOW, "Europe/Berlin", JournalChoice())
    assert [(offer.card.title, offer.model) for offer in view.retries] == [
        ("Landing page in three variants", "claude-sonnet-5-5")
    ]


def test_two_weeks_have_their_check_in(demo):
    assert [(checkin.week, checkin.done) for checkin in all_checkins(demo)] == [("2026-W46", True), ("2026-W45", True)]


def test_on_any_day_nothing_is_written_ahead_of_its_time(tmp_path):
    for day in range(1, 8):
        now = datetime(2026, 11, day, 6, 0, tzinfo=UTC)
        with open_history(str(tmp_path / f"{day}.sqlite"), zone="Europe/Berlin") as history:
            make_demo(history, StoppedClock(now))
            assert all(card.created_at <= now for card in all_cards(history))
