"""How far the history reaches, and how much it holds."""

from __future__ import annotations

from datetime import date, datetime

from tokentray.store.database import History
from tokentray.store.gauge_table import newest_gauges
from tokentray.store.rollup import EPOCH_ORDINAL, TOTAL
from tokentray.store.usage_table import instant_of

ACCOUNTS = f"SELECT account.name, {TOTAL}, min(day) FROM day_total JOIN account ON account.id = day_total.account GROUP BY account"
FIRST_DAYS = "SELECT text, min(day) FROM day_total JOIN name ON name.id = model WHERE model <> 0 GROUP BY model"
FIRST_DAY = "SELECT min(day) FROM day_total"
LAST_DAY = "SELECT max(day) FROM day_total"
REQUESTS = "SELECT CAST(total(requests) AS INTEGER) FROM day_total"
USAGES = "SELECT count(*) FROM usage"
NEWEST = """
    SELECT max(newest) FROM (SELECT (SELECT max(start) FROM usage WHERE account = account.id) AS newest FROM account WHERE origin = 'logged'
        UNION ALL SELECT max(succeeded_at) FROM poll)
"""


def tokens_by_account(history: History) -> dict[str, tuple[int, date]]:
    """Everything each account ever said, and the first local day with any of it."""
    return {name: (total, date.fromordinal(day + EPOCH_ORDINAL)) for name, total, day in history.db.execute(ACCOUNTS)}


def first_day(history: History) -> date | None:
    """The first local day of which anything is known."""
    return _date_or_none(history.db.execute(FIRST_DAY).fetchone()[0])


def first_days_of_models(history: History) -> dict[str, date]:
    """The first local day on which each model was used."""
    return {model: date.fromordinal(day + EPOCH_ORDINAL) for model, day in history.db.execute(FIRST_DAYS)}


def last_day(history: History) -> date | None:
    """The last local day of which anything is known; in the future if some clock was wrong."""
    return _date_or_none(history.db.execute(LAST_DAY).fetchone()[0])


def request_count(history: History) -> int:
    """How many requests the history knows of, in all origins together: quick, whatever its size."""
    return int(history.db.execute(REQUESTS).fetchone()[0])


def usage_count(history: History) -> int:
    """How many usages the history holds; reads a whole index, 50 ms for five million."""
    return int(history.db.execute(USAGES).fetchone()[0])


def newest_reading(history: History) -> datetime | None:
    """When the newest thing known was said: an agent's last response, a provider's last good answer, a sample."""
    newest = history.db.execute(NEWEST).fetchone()[0]
    instants = [gauge.at for _, gauge in newest_gauges(history)]
    return max(instants if newest is None else [*instants, instant_of(newest)], default=None)


def _date_or_none(day: int | None) -> date | None:
    return None if day is None else date.fromordinal(day + EPOCH_ORDINAL)
