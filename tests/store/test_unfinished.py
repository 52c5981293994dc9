"""What is still to be done with a history is remembered in it, and what a look at the logs came to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tokentray.core.batch import BucketSet
from tokentray.core.usage import Tokens, Usage
from tokentray.insights.price_lookup import price_missing_models
from tokentray.store.account_table import account_id
from tokentray.store.database import History, open_history, transaction
from tokentray.store.log_table import record_turn
from tokentray.store.poll_table import coverage, poll_of
from tokentray.store.unfinished import begin_first_reading, finish_first_reading, is_new, is_unfinished, lacks_prices
from tokentray.store.usage_table import replace_buckets

NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with open_history(str(tmp_path / "history.sqlite"), zone="UTC") as history:
        yield history


def use(history: History) -> int:
    with transaction(history):
        account = account_id(history, "codex/default", "logged")
        usage = Usage("a", NINE, HOUR, Tokens(input=1), 1, "gpt-5")
        replace_buckets(history, account, BucketSet("logs", NINE, NINE + HOUR, (usage,)))
    return account


def turn(history: History, account: int, at: datetime, why: str = "") -> None:
    with transaction(history):
        record_turn(history, account, int(at.timestamp() * 1000), why)


def test_a_first_reading_begins_and_ends(history: History) -> None:
    assert is_new(history)
    with transaction(history):
        begin_first_reading(history)
    assert is_unfinished(history)
    with transaction(history):
        finish_first_reading(history)
    assert not is_unfinished(history)


def test_a_history_with_an_account_is_not_new(history: History) -> None:
    use(history)
    assert not is_new(history)


def test_a_new_model_lacks_its_price_until_it_was_looked_up(history: History) -> None:
    assert not lacks_prices(history)
    use(history)
    assert lacks_prices(history)
    price_missing_models(history)
    assert not lacks_prices(history)


def test_logs_are_complete_from_their_first_response_to_the_last_look(history: History) -> None:
    account = use(history)
    turn(history, account, NOON)
    turn(history, account, NOON + HOUR)
    (known,) = coverage(history)
    assert (known.complete_since, known.complete_until, known.gaps) == (NINE, NOON + HOUR, ())
    poll = poll_of(history, "codex/default")
    assert poll is not None
    assert (poll.state, poll.succeeded_at, poll.failures) == ("ok", NOON + HOUR, 0)


def test_logs_that_could_not_be_read_are_told_of(history: History) -> None:
    account = use(history)
    turn(history, account, NOON)
    turn(history, account, NOON + HOUR, "1 of its log files could not be read.")
    poll = poll_of(history, "codex/default")
    assert poll is not None
    assert (poll.state, poll.message, poll.failures) == ("unreadable", "1 of its log files could not be read.", 1)
    assert (poll.succeeded_at, coverage(history)[0].complete_until) == (NOON, NOON)
