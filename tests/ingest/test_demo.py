"""The made-up year is plausible, labelled, and the same each time."""

from datetime import UTC, date, datetime

import pytest

from tokentray.core.clock import StoppedClock
from tokentray.ingest.demo import make_demo
from tokentray.store.account_table import all_accounts
from tokentray.store.database import is_sample, open_history
from tokentray.store.gauge_table import newest_gauges
from tokentray.store.totals import days_between, newest_reading, tokens_by_account

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
