"""What is still to be done with a history: the rest of its first reading, and prices to look up."""

from __future__ import annotations

from tokentray.store.database import History

FIRST_READING = "first_reading"
SET = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, 'unfinished')"
UNSET = "DELETE FROM meta WHERE key = ?"
IS_SET = "SELECT count(*) FROM meta WHERE key = ?"
IS_NEW = "SELECT NOT EXISTS (SELECT 1 FROM log_file) AND NOT EXISTS (SELECT 1 FROM account)"
LACKS_PRICES = """
    SELECT EXISTS (
        SELECT 1 FROM (SELECT DISTINCT model, tier FROM day_total WHERE model <> 0) AS used
        WHERE NOT EXISTS (SELECT 1 FROM price WHERE price.model = used.model AND price.tier = used.tier)
    )
"""


def is_new(history: History) -> bool:
    """Whether it holds nothing yet."""
    return bool(history.db.execute(IS_NEW).fetchone()[0])


def begin_first_reading(history: History) -> None:
    """Marks a new history, so that whoever answers from it can tell that not all has been read."""
    history.db.execute(SET, (FIRST_READING,))


def finish_first_reading(history: History) -> None:
    """All logs have been read once."""
    history.db.execute(UNSET, (FIRST_READING,))


def is_unfinished(history: History) -> bool:
    """Whether a first reading was begun and has not come to its end."""
    return bool(history.db.execute(IS_SET, (FIRST_READING,)).fetchone()[0])


def lacks_prices(history: History) -> bool:
    """Whether some model or tier has not been looked up in the price list."""
    return bool(history.db.execute(LACKS_PRICES).fetchone()[0])
