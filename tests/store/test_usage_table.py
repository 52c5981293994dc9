"""What a provider says of a stretch replaces whatever was held of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokentray.core.batch import BucketSet
from tokentray.core.errors import Unreadable
from tokentray.core.money import Cost, Money, MoneyKind
from tokentray.core.usage import Meter, Tokens, Usage
from tokentray.store.account_table import account_id
from tokentray.store.bucket_sums import billed_costs, meters
from tokentray.store.checking import remake_all_totals, verify_totals
from tokentray.store.database import History, open_history, transaction
from tokentray.store.extent import usage_count
from tokentray.store.question import Question
from tokentray.store.totals import answer
from tokentray.store.usage_table import instant_of, milliseconds, replace_buckets, usage_id

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
START = datetime(2026, 10, 20, tzinfo=UTC)
DAYS = Question(date(2026, 10, 1), date(2026, 10, 31), "Europe/Berlin", ("model",))


def usage(hour: int, own_id: str, tokens: int | None, model: str = "gpt-5") -> Usage:
    return Usage(own_id, START + hour * HOUR, HOUR, Tokens(input=tokens), 1, model)


def replace(history: History, *found: BucketSet) -> None:
    with transaction(history):
        for one in found:
            replace_buckets(history, account_id(history, "openai/work", "billed"), one)


def by_model(history: History) -> dict[str | None, int | None]:
    return {row.model: row.tokens.input for row in answer(history, DAYS)}


def test_reading_twice_changes_nothing(opened: History) -> None:
    found = BucketSet("completions", START, START + 2 * HOUR, (usage(0, "a", 5), usage(1, "a", 7)))
    replace(opened, found)
    before = opened.db.execute("SELECT * FROM usage ORDER BY id").fetchall()
    replace(opened, found)
    assert opened.db.execute("SELECT * FROM usage ORDER BY id").fetchall() == before
    assert by_model(opened) == {"gpt-5": 12}


def test_a_row_that_vanished_is_gone_from_every_sum(opened: History) -> None:
    replace(opened, BucketSet("completions", START, START + HOUR, (usage(0, "a", 5), usage(0, "b", 7, "gpt-4"))))
    replace(opened, BucketSet("completions", START, START + HOUR, (usage(0, "a", 6),)))
    assert by_model(opened) == {"gpt-5": 6}
    assert verify_totals(opened) == []


def test_an_empty_set_is_a_true_zero(opened: History) -> None:
    replace(opened, BucketSet("completions", START, START + HOUR, (usage(0, "a", 5),)))
    replace(opened, BucketSet("completions", START, START + HOUR))
    assert by_model(opened) == {}
    assert opened.db.execute("SELECT count(*) FROM slot_total").fetchone() == (0,)


def test_other_feeds_stretches_and_accounts_are_not_touched(opened: History) -> None:
    replace(
        opened,
        BucketSet("completions", START, START + 2 * HOUR, (usage(0, "a", 1), usage(1, "a", 2))),
        BucketSet("embeddings", START, START + HOUR, (usage(0, "a", 4),)),
    )
    with transaction(opened):
        other = account_id(opened, "openai/home", "billed")
        replace_buckets(opened, other, BucketSet("completions", START, START + HOUR, (usage(0, "a", 8),)))
    replace(opened, BucketSet("completions", START, START + HOUR))
    assert {row.account: row.tokens.input for row in answer(opened, DAYS)} == {"openai/home": 8, "openai/work": 6}
    assert usage_count(opened) == 3


def test_unknown_stays_unknown_and_nought_stays_nought(opened: History) -> None:
    found = (
        Usage("a", START, HOUR, Tokens(input=0, output=3)),
        Usage("b", START, HOUR, Tokens(input=0, reasoning=None)),
    )
    replace(opened, BucketSet("completions", START, START + HOUR, found))
    (row,) = answer(opened, DAYS)
    assert row.tokens == Tokens(input=0, output=3)
    assert row.requests is None
    assert row.model is None


def test_what_starts_outside_of_its_stretch_is_a_bug(opened: History) -> None:
    with pytest.raises(ValueError, match="outside"), transaction(opened):
        replace_buckets(
            opened,
            account_id(opened, "openai/work", "billed"),
            BucketSet("x", START, START + HOUR, (usage(1, "a", 5),)),
        )


@pytest.mark.parametrize("year", [1970, 9999])
def test_a_year_that_cannot_be_true_is_refused(opened: History, year: int) -> None:
    start = datetime(year, 1, 1, tzinfo=UTC)
    with pytest.raises(Unreadable, match="cannot be true"), transaction(opened):
        replace_buckets(opened, account_id(opened, "openai/work", "billed"), BucketSet("x", start, start + HOUR))


def test_the_same_bucket_has_the_same_number_on_every_machine() -> None:
    assert usage_id("openai/work", "completions", 1792454400000, "a") == 6085372539411546289
    assert usage_id("openai/work", "completions", 1792458000000, "a") != 6085372539411546289


def cost(start: datetime, own_id: str, amount: str, item: str | None = None) -> Cost:
    return Cost(own_id, start, DAY, Money(Decimal(amount), "USD", MoneyKind.BILLED), item)


def test_costs_are_exact_to_the_last_digit_and_replaced(opened: History) -> None:
    day = datetime(2026, 10, 20, tzinfo=UTC)
    first = (cost(day, "a", "0.1", "gpt-5, input"), cost(day, "b", "0.000000000000000001", "gpt-5, input"))
    replace(opened, BucketSet("costs", day, day + DAY, costs=first))
    (total,) = billed_costs(opened, Question(date(2026, 10, 20), date(2026, 10, 20), "Europe/Berlin"))
    assert (total.money.text, total.line_item) == ("0.100000000000000001", "gpt-5, input")
    replace(opened, BucketSet("costs", day, day + DAY, costs=(cost(day, "b", "2"),)))
    assert [total.money.text for total in billed_costs(opened, DAYS)] == ["2"]


def test_currencies_and_line_items_are_not_added(opened: History) -> None:
    day = datetime(2026, 10, 20, tzinfo=UTC)
    euro = Cost("c", day, DAY, Money(Decimal(1), "EUR", MoneyKind.BILLED))
    replace(opened, BucketSet("costs", day, day + DAY, costs=(cost(day, "a", "1"), cost(day, "b", "2", "x"), euro)))
    found = [(total.line_item, total.money.text, total.money.currency) for total in billed_costs(opened, DAYS)]
    assert found == [(None, "1", "USD"), ("x", "2", "USD"), (None, "1", "EUR")]


def test_meters_are_sums_but_bytes_are_a_level(opened: History) -> None:
    found = [
        Meter("i", START, DAY, "images", 3),
        Meter("i", START + DAY, DAY, "images", 4),
        Meter("b", START, DAY, "bytes", 2**40),
        Meter("b", START + DAY, DAY, "bytes", 2**41),
        Meter("c", START + DAY, DAY, "bytes", 1, project="p"),
    ]
    replace(opened, BucketSet("meters", START, START + 2 * DAY, meters=tuple(found)))
    question = Question(date(2026, 10, 1), date(2026, 10, 31), "Europe/Berlin", ("month",))
    assert {(total.keys, total.unit): total.quantity for total in meters(opened, question)} == {
        (("2026-10",), "images"): 7,
        (("2026-10",), "bytes"): 2**41 + 1,
    }


def test_milliseconds_are_exact() -> None:
    assert milliseconds(datetime(2026, 10, 20, 0, 0, 0, 1_000, tzinfo=UTC)) == 1792454400001
    assert instant_of(1792454400001) == datetime(2026, 10, 20, 0, 0, 0, 1_000, tzinfo=UTC)


counts = st.none() | st.integers(0, 2**33)
rows = st.builds(
    lambda hour, own_id, one, other, model, span: Usage(
        f"{own_id} {span}", START + hour * HOUR, timedelta(seconds=span), Tokens(input=one, output=other), one, model
    ),
    st.integers(0, 71),
    st.sampled_from("abc"),
    counts,
    counts,
    st.sampled_from([None, "gpt-5", "gpt-4"]),
    st.sampled_from([60, 3600, 86400]),
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["openai/work", "anthropic/default"]),
            st.sampled_from(["one", "two"]),
            st.integers(0, 71),
            st.integers(1, 72),
            st.lists(rows, max_size=12),
        ),
        max_size=6,
    ),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "Pacific/Chatham", "America/New_York"]),
)
def test_whatever_is_replaced_the_sums_are_those_of_the_rows(
    steps: list[tuple[str, str, int, int, list[Usage]]], zone: str
) -> None:
    with TemporaryDirectory() as folder, open_history(f"{folder}/history.sqlite", zone=zone) as history:
        for account, feed, first, length, found in steps:
            start, end = START + first * HOUR, START + (first + length) * HOUR
            inside = tuple({usage.id: usage for usage in found if start <= usage.start < end}.values())
            with transaction(history):
                replace_buckets(history, account_id(history, account, "billed"), BucketSet(feed, start, end, inside))
        assert verify_totals(history) == []
        held = history.db.execute("SELECT * FROM day_total").fetchall()
        with transaction(history):
            remake_all_totals(history)
        assert history.db.execute("SELECT * FROM day_total").fetchall() == held
