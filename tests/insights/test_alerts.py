"""An alert is raised when a threshold is crossed, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tests.ui.snapshots import NOW, account_state, empty_snapshot
from tokentray.core.gauge import Gauge
from tokentray.insights.alerts import crossed, standing
from tokentray.insights.snapshot import GaugeRow, Snapshot
from tokentray.settings.settings import Settings

ALL = Settings(alert_quota=True, alert_budget=True, alert_key=True)
FIVE_HOURS = "quota claude-code/default 5h"


def test_below_every_threshold_nothing_stands() -> None:
    assert standing(_with_quota("74.9"), ALL) == {}


def test_amber_then_red_are_two_crossings() -> None:
    amber = standing(_with_quota("75"), ALL)
    assert [(alert.level, alert.percent) for alert in crossed(amber, frozenset())] == [("amber", 75)]
    red = standing(_with_quota("92"), ALL)
    assert [(alert.level, alert.percent) for alert in crossed(red, frozenset(amber))] == [("red", 92)]


def test_what_stood_before_is_not_raised_again() -> None:
    stood = frozenset(standing(_with_quota("92"), ALL))
    assert crossed(standing(_with_quota("99"), ALL), stood) == []


def test_straight_to_red_is_one_alert() -> None:
    assert [alert.level for alert in crossed(standing(_with_quota("95"), ALL), frozenset())] == ["red"]


def test_a_new_window_can_be_crossed_again() -> None:
    before = frozenset(standing(_with_quota("92"), ALL))
    between = frozenset(standing(_with_quota("3"), ALL))
    assert before == {FIVE_HOURS + " amber", FIVE_HOURS + " red"}
    assert between == frozenset()
    assert len(crossed(standing(_with_quota("76"), ALL), between)) == 1


def test_a_window_that_has_ended_says_nothing_any_more() -> None:
    assert standing(_with_quota("92", resets_at=NOW - timedelta(seconds=1)), ALL) == {}


def test_each_kind_can_be_switched_off() -> None:
    snapshot = replace(
        _with_quota("92"),
        accounts=(account_state("openai/work", "OpenAI work", "key_rejected", "The key was refused."),),
    )
    assert standing(snapshot, Settings(alert_quota=False, alert_key=False)) == {}
    assert set(standing(snapshot, Settings(alert_quota=False, alert_key=True))) == {"key openai/work"}


def test_a_refused_key_says_what_the_provider_said() -> None:
    refused = account_state("openai/work", "OpenAI work", "key_rejected", "An admin key is needed.")
    alert = standing(replace(empty_snapshot(), accounts=(refused,)), ALL)["key openai/work"]
    assert (alert.kind, alert.message) == ("key", "An admin key is needed.")


def _with_quota(percent: str, resets_at: datetime = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)) -> Snapshot:
    gauge = Gauge("5h", NOW, Decimal(percent), resets_at=resets_at)
    row = GaugeRow("claude-code/default", "5-hour window", gauge, 0.5, None, False)
    return replace(empty_snapshot(), gauges=(row,))
