"""Plain rows of what was used in a stretch of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tokentray.store.database import History
from tokentray.store.rollup import EPOCH_ORDINAL, SLOT_MS, TOTAL
from tokentray.store.usage_table import instant_of, milliseconds

SLOTS = f"""
    SELECT account.name, slot, {TOTAL} FROM slot_total JOIN account ON account.id = slot_total.account
    WHERE account IN (SELECT id FROM account) AND slot >= ? AND slot < ? AND span < 86400
    GROUP BY account, slot ORDER BY account.name, slot
"""
SESSIONS = f"""
    SELECT account.name, session.text, first_at, last_at, total, requests, project.text
    FROM (
        SELECT account, session, min(start) AS first_at, max(start) AS last_at, {TOTAL} AS total, SUM(requests) AS requests,
            max(project) AS project
        FROM usage WHERE account IN (SELECT id FROM account) AND start >= ? AND start < ? AND session <> 0
        GROUP BY account, session
    ) AS part
    JOIN account ON account.id = part.account JOIN name AS session ON session.id = part.session
    JOIN name AS project ON project.id = part.project ORDER BY first_at
"""
DAYS = f"""
    SELECT day, account.name, account.origin, model.text, {TOTAL} FROM day_total
    JOIN account ON account.id = day_total.account JOIN name AS model ON model.id = day_total.model
    WHERE day BETWEEN ? AND ? GROUP BY day, account, model
"""
RESPONSES = f"""
    SELECT start, {TOTAL}, project.text FROM usage JOIN name AS project ON project.id = usage.project
    WHERE account IN (SELECT id FROM account WHERE origin = 'logged') AND start >= ? AND start < ?
    GROUP BY start, project ORDER BY start
"""
PROJECTS = f"""
    SELECT coalesce(alias.text, name.text) FROM slot_total JOIN name ON name.id = slot_total.project
    LEFT JOIN alias ON alias.account = slot_total.account AND alias.name = slot_total.project
    WHERE slot_total.account IN (SELECT id FROM account) AND slot >= ? AND project <> 0
    GROUP BY 1 ORDER BY {TOTAL} DESC, 1
"""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One agent's session as far as it lies in the stretch asked for; instants aware and UTC."""

    account: str
    session: str
    first_at: datetime
    last_at: datetime
    total: int
    requests: int | None
    project: str | None


def slots_between(history: History, start: datetime, end: datetime) -> list[tuple[str, datetime, int]]:
    """Account, start of the quarter hour, tokens: by account, oldest first; `start` and `end` are on quarter hours."""
    bounds = (milliseconds(start) // SLOT_MS, milliseconds(end) // SLOT_MS)
    return [(name, instant_of(slot * SLOT_MS), total) for name, slot, total in history.db.execute(SLOTS, bounds)]


def days_between(history: History, since: date, until: date) -> list[tuple[int, str, str, str, int]]:
    """
    Day (since 1970), account, origin, model ("": nobody said), tokens: of the history's own local days, both inclusive, oldest first.

    Plain tuples, because a year of them is read for each snapshot.
    """
    bounds = (since.toordinal() - EPOCH_ORDINAL, until.toordinal() - EPOCH_ORDINAL)
    return history.db.execute(DAYS, bounds).fetchall()


def responses_between(history: History, start: datetime, end: datetime) -> list[tuple[datetime, int, str]]:
    """The agents' responses in [start, end): when, tokens, project ("": nobody said); oldest first, those of one instant and project as one."""
    rows = history.db.execute(RESPONSES, (milliseconds(start), milliseconds(end)))
    return [(instant_of(at), total, project) for at, total, project in rows]


def sessions_between(history: History, start: datetime, end: datetime) -> list[SessionRow]:
    """The agents' sessions that used anything in [start, end), in the order of their beginning."""
    return [
        SessionRow(account, session, instant_of(first), instant_of(last), total, requests, project or None)
        for account, session, first, last, total, requests, project in history.db.execute(
            SESSIONS, (milliseconds(start), milliseconds(end))
        )
    ]


def projects_since(history: History, start: datetime) -> list[str]:
    """The readable names of all projects that used anything since then, busiest first."""
    return [name for (name,) in history.db.execute(PROJECTS, (milliseconds(start) // SLOT_MS,))]
