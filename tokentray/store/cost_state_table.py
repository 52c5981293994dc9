"""What Claude Code's transcripts leave out of a session, as its own cumulative account of it tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tokentray.core.usage import Tokens
from tokentray.store.database import History

# Of each session the last account, less its parent's last account before the session's first one, less the responses in the logs.
HIDDEN = """
    WITH span AS (SELECT session, min(at) AS first_at, max(at) AS last_at FROM cost_state GROUP BY session),
    fork AS (
        SELECT span.session, session.parent, max(before.at) AS at FROM span
        JOIN session ON session.id = span.session
        JOIN cost_state AS before ON before.session = session.parent AND before.at < span.first_at
        GROUP BY span.session
    ),
    seen AS (
        SELECT session, model, sum(input) AS input, sum(cache_read) AS cache_read, sum(cache_write) AS cache_write,
            sum(cache_write_1h) AS cache_write_1h, sum(output) AS output
        FROM slot_total WHERE session IN (SELECT session FROM span) GROUP BY session, model
    )
    SELECT session_name.text, model_name.text, span.last_at,
        last.input - ifnull(parent.input, 0) - ifnull(seen.input, 0),
        last.cache_read - ifnull(parent.cache_read, 0) - ifnull(seen.cache_read, 0),
        last.cache_write - ifnull(parent.cache_write, 0) - ifnull(seen.cache_write, 0),
        last.cache_write_1h - ifnull(parent.cache_write_1h, 0) - ifnull(seen.cache_write_1h, 0),
        last.output - ifnull(parent.output, 0) - ifnull(seen.output, 0)
    FROM span JOIN cost_state AS last ON last.session = span.session AND last.at = span.last_at
    LEFT JOIN fork ON fork.session = span.session
    LEFT JOIN cost_state AS parent ON parent.session = fork.parent AND parent.at = fork.at AND parent.model = last.model
    LEFT JOIN seen ON seen.session = span.session AND seen.model = last.model
    JOIN name AS session_name ON session_name.id = span.session JOIN name AS model_name ON model_name.id = last.model
    ORDER BY span.last_at, 1, 2
"""

STATES = "SELECT count(*), max(at) FROM cost_state"


@dataclass(frozen=True, slots=True)
class HiddenUsage:
    """Tokens of compaction, titles and helper calls of one session and model, booked at its last response `at` (aware, UTC)."""

    session: str
    model: str
    at: datetime
    tokens: Tokens


def hidden_usage(history: History) -> list[HiddenUsage]:
    """
    What the transcripts lack, oldest first; only sessions of versions that say so, and only those that lack something.

    It is part of no total. A count is at least 0: an aborted response may stand in the transcript with more than its final account.
    """
    found = []
    for session, model, at, *counts in history.db.execute(HIDDEN):
        fresh, read, written, hour, output = (None if count is None else max(0, count) for count in counts)
        tokens = Tokens(input=fresh, cache_read=read, cache_write=written, cache_write_1h=hour, output=output)
        if tokens.total:
            found.append(HiddenUsage(session, model, datetime.fromtimestamp(at / 1000, UTC), tokens))
    return found


def hidden_total(history: History) -> int:
    """
    All tokens that the transcripts lack, 0 if nothing is known of any.

    Worked out anew only when Claude Code has written another account: a snapshot asks often, and the sums take their time.
    """
    states = history.db.execute(STATES).fetchone()
    if history.hidden is None or history.hidden[0] != states:
        history.hidden = (states, sum(usage.tokens.total or 0 for usage in hidden_usage(history)))
    return history.hidden[1]
