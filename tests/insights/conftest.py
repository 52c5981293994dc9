"""A history in which a test writes down what was billed and what was logged."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tokentray.core.batch import BucketSet
from tokentray.core.found import Found
from tokentray.core.money import Cost, Money, MoneyKind
from tokentray.core.usage import Meter, Tokens, Usage
from tokentray.store.account_table import account_id
from tokentray.store.database import open_history, transaction
from tokentray.store.log_table import record_logs
from tokentray.store.usage_table import replace_buckets

HOUR = timedelta(hours=1)


class Ledger:
    """Writes single facts into `history`."""

    def __init__(self, history):
        self.history = history
        self.count = 0

    def bill(self, at, model, tokens, account="openai/work", requests=1, project=None, tier=None):
        """One provider's bucket of an hour with these tokens."""
        self.count += 1
        usage = Usage(str(self.count), at, HOUR, tokens, requests, model, project, tier=tier)
        with transaction(self.history):
            number = account_id(self.history, account, "billed")
            replace_buckets(self.history, number, BucketSet(f"usage {self.count}", at, at + HOUR, usages=(usage,)))

    def charge(self, day, amount, model=None, account="openai/work", currency="USD"):
        """A cost that a provider billed for a UTC day."""
        self.count += 1
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        money = Money(Decimal(amount), currency, MoneyKind.BILLED)
        cost = Cost(str(self.count), start, timedelta(days=1), money, model, model)
        with transaction(self.history):
            number = account_id(self.history, account, "billed")
            stretch = (start, start + timedelta(days=1))
            replace_buckets(self.history, number, BucketSet(f"costs {self.count}", *stretch, costs=(cost,)))

    def meter(self, day, feed, unit, quantity, model=None, account="openai/work"):
        """A quantity that a provider counted on a UTC day."""
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        found = Meter("1", start, timedelta(days=1), unit, quantity, model)
        with transaction(self.history):
            number = account_id(self.history, account, "billed")
            stretch = (start, start + timedelta(days=1))
            replace_buckets(self.history, number, BucketSet(feed, *stretch, meters=(found,)))

    def log(self, at, model, tokens, account="claude-code/default", session="s1", project="alpha", tier=""):
        """One response in an agent's log."""
        self.count += 1
        found = Found()
        start = int(at.timestamp() * 1000)
        counts = (
            tokens.input,
            tokens.cache_read,
            tokens.cache_write,
            tokens.cache_write_1h,
            tokens.output,
            tokens.reasoning,
        )
        found.responses.append((self.count, start, model, project, session, tier, *counts, 0))
        found.session(session, start)
        with transaction(self.history):
            record_logs(self.history, account_id(self.history, account, "logged"), found, [])


@pytest.fixture
def history(tmp_path):
    with open_history(str(tmp_path / "history.sqlite"), zone="Europe/Berlin") as history:
        yield history


@pytest.fixture
def ledger(history):
    return Ledger(history)


@pytest.fixture
def tokens():
    return Tokens
