"""The quick commands come to the same numbers as the careful ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tokentray.cli.glance import Sum, Today, worth
from tokentray.core.batch import BucketSet
from tokentray.core.clock import StoppedClock
from tokentray.core.money import Cost, Money, MoneyKind
from tokentray.core.usage import Tokens, Usage
from tokentray.ingest.demo import make_demo
from tokentray.insights import prices
from tokentray.insights.price_lookup import price_missing_models
from tokentray.insights.report import report
from tokentray.settings.zone import local_midnights
from tokentray.store.account_table import account_id
from tokentray.store.database import History, open_history, transaction
from tokentray.store.glance import glance
from tokentray.store.price_table import Price
from tokentray.store.question import Question
from tokentray.store.usage_table import replace_buckets

NOW = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)
TODAY = date(2026, 11, 21)
SHOWN = ("input", "cache_read", "cache_write", "output", "unsplit", "reasoning", "total")

some = st.none() | st.integers(0, 10**15)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with open_history(str(tmp_path / "history.sqlite"), zone="Europe/Berlin") as history:
        yield history


def quick(history: History, day: date, zone: str = "Europe/Berlin") -> dict[str, Any]:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()
    number, first, end = local_midnights(noon, zone)
    found = glance(history.path, number, first // 900, -(-end // 900), zone)
    assert found is not None
    today = Today(found)
    parts = {**today.origins, "headline": today.headline}
    return {"why": today.why, "origins": today.taken} | {name: plain(part) for name, part in parts.items()}


def plain(part: Sum) -> tuple[Any, ...]:
    return part.tokens, part.requests, {(cost["amount"], cost["currency"], cost["kind"]) for cost in part.cost}


def careful(history: History, day: date, zone: str = "Europe/Berlin") -> dict[str, Any]:
    totals = report(history, Question(day, day, zone), NOW)["totals"]
    said = {
        name: total
        for name, total in totals.items()
        if total["requests"] is not None or total["cost"] or total["tokens"]["total"]
    }
    shown = {
        name: (
            {kind: total["tokens"][kind] for kind in SHOWN},
            total["requests"],
            {(cost["amount"], cost["currency"], cost["kind"]) for cost in total["cost"]},
        )
        for name, total in said.items()
    }
    headline = totals["headline"]
    why = headline["why"] if len({*said} - {"headline"}) > 1 else ""
    return {"why": why, "origins": sorted(headline["origins"])} | shown


@example((None, None, None, 1, None, None, None), (None, None, None, 0, None))
@given(st.tuples(*[some] * 7), st.none() | st.tuples(*[some] * 5))
def test_worth_is_what_the_careful_one_says(
    counts: tuple[int | None, ...], units: tuple[int | None, ...] | None
) -> None:
    price = None if units is None else Price(*units, list="x")
    assert worth(counts, units) == prices.worth(counts, price)


def test_a_year_of_three_origins_comes_to_the_same(history: History) -> None:
    make_demo(history, StoppedClock(NOW))
    price_missing_models(history)
    for back in range(0, 300, 23):
        day = TODAY - timedelta(days=back)
        assert quick(history, day) == careful(history, day), day


def test_another_zone_comes_to_the_same(history: History) -> None:
    make_demo(history, StoppedClock(NOW))
    price_missing_models(history)
    for zone in ("America/Los_Angeles", "Asia/Kathmandu", "UTC"):
        assert quick(history, TODAY - timedelta(days=2), zone) == careful(history, TODAY - timedelta(days=2), zone)


def test_where_a_bill_and_a_log_speak_of_one_model_one_of_them_is_taken(history: History) -> None:
    at, hour = datetime(2026, 11, 21, 9, tzinfo=UTC), timedelta(hours=1)
    midnight, day = datetime(2026, 11, 21, tzinfo=UTC), timedelta(days=1)
    logged = (Usage("a", at, hour, Tokens(1000, 0, 0, 0, 100), 3, "claude-sonnet-4-6-20260214"),)
    billed = (
        Usage("a", at, hour, Tokens(900, 0, 0, 0, 90), 2, "claude-sonnet-4-6"),
        Usage("b", at, hour, Tokens(7, 0, 0, 0, 0), 1, "claude-haiku-4-5"),
    )
    cents = Money(Decimal("0.10"), "USD", MoneyKind.BILLED)
    costs = (
        Cost("c", midnight, day, cents, "tokens", "claude-sonnet-4-6"),
        Cost("d", midnight, day, cents, "tokens", "claude-haiku-4-5"),
        Cost("e", midnight, day, Money(Decimal("0.05"), "EUR", MoneyKind.BILLED), "search"),
    )
    with transaction(history):
        agent, provider = (
            account_id(history, "claude-code/default", "logged"),
            account_id(history, "anthropic/work", "billed"),
        )
        replace_buckets(history, agent, BucketSet("logs", midnight, midnight + day, logged))
        replace_buckets(history, provider, BucketSet("usage", midnight, midnight + day, billed))
        replace_buckets(history, provider, BucketSet("costs", midnight, midnight + day, (), costs))
    price_missing_models(history)
    found = quick(history, TODAY)
    assert found == careful(history, TODAY)
    assert found["headline"][:2] == (
        {**dict.fromkeys(SHOWN, None), "input": 1007, "cache_read": 0, "cache_write": 0, "output": 100, "total": 1107},
        4,
    )
    assert found["headline"][2] == {("0.1", "USD", "billed"), ("0.05", "EUR", "billed"), ("0.0045", "USD", "estimated")}
