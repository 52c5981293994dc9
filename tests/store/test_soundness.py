"""A history that is not whole, or whose sums are wrong, is found out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tokentray.core.batch import BucketSet
from tokentray.core.usage import Tokens, Usage
from tokentray.store.account_table import account_id
from tokentray.store.database import History, open_history, transaction
from tokentray.store.soundness import faults_of
from tokentray.store.usage_table import replace_buckets

NIGHT = datetime(2026, 10, 24, 22, tzinfo=UTC)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with open_history(str(tmp_path / "history.sqlite"), zone="Europe/Berlin") as history:
        hours = [NIGHT + timedelta(hours=number) for number in range(30)]
        usages = [
            Usage(str(hour), hour, timedelta(hours=1), Tokens(input=1, output=None), 1, "gpt-5") for hour in hours
        ]
        whole_day = Usage("day", NIGHT, timedelta(days=1), Tokens(input=5))
        with transaction(history):
            account = account_id(history, "openai/work", "billed")
            replace_buckets(
                history, account, BucketSet("hours", NIGHT, NIGHT + timedelta(days=2), (*usages, whole_day))
            )
        yield history


def test_a_sound_history_has_no_faults(history: History) -> None:
    assert faults_of(history) == []


def test_a_reader_may_look_too(history: History) -> None:
    with open_history(history.path, read_only=True) as reader:
        assert faults_of(reader) == []


def test_a_wrong_sum_is_found(history: History) -> None:
    with transaction(history):
        history.db.execute("UPDATE day_total SET input = input + 1 WHERE day = 20751 AND model = 0")
    assert faults_of(history) == ["1 sums by days are not the sums of their rows."]


def test_a_row_without_its_sum_is_found(history: History) -> None:
    with transaction(history):
        history.db.execute("INSERT INTO usage (id, account, start, input) VALUES (7, 1, 0, 9)")
    assert faults_of(history) == ["1 sums by quarter hours are not the sums of their rows."]
