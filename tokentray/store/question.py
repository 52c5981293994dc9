"""What is wanted of the history: a stretch of local days, the keys to tell apart, and what narrows it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tokentray.store.rollup import EPOCH_ORDINAL, SLOTS_OF_DAY, slots_of_day

KEYS = ("hour", "day", "week", "month", "source", "account", "model", "project", "session", "origin")
KEYS_OF_DAYS = frozenset(("day", "week", "month", "source", "account", "model", "origin"))
ONLY = {
    "account": "<part>.account = (SELECT id FROM account WHERE name = :account)",
    "source": "<part>.account IN (SELECT id FROM account WHERE substr(name, 1, length(:source) + 1) = :source || '/')",
    "model": "<part>.model = (SELECT id FROM name WHERE text = :model)",
    "project": """(<part>.project = (SELECT id FROM name WHERE text = :project)
        OR (<part>.account, <part>.project) IN (SELECT account, name FROM alias WHERE text = :project))""",
}
# A bucket of a whole (UTC) day counts for its own date and for no hour, in whatever zone the person lives.
WITHIN = """
    slot >= :low AND slot < :high
    AND CASE WHEN span < 86400 THEN slot >= :first AND slot < :end ELSE slot / 96 BETWEEN :since AND :until END
"""


@dataclass(frozen=True, slots=True)
class Question:
    """
    What is wanted: local days from `since` to `until`, both inclusive, in an IANA zone, grouped by some of KEYS.

    `account`, `source`, `model` and `project` (its id or its readable name) narrow it down; None takes all. `tag` does so, too, and "work" and
    "tag" are further keys: those are answered by insights/work_sums.py.
    """

    since: date
    until: date
    zone: str
    by: tuple[str, ...] = ()
    account: str | None = None
    source: str | None = None
    model: str | None = None
    project: str | None = None
    tag: str | None = None


def bounds_of(question: Question) -> dict[str, Any]:
    """What the SQL is bound to: days (since 1970), slots of the local days, and slots of them and the same UTC days together; ends exclusive."""
    # Beyond these years the calendar itself ends; no usage lies there.
    since = max(question.since.toordinal() - EPOCH_ORDINAL, 1)
    until = min(question.until.toordinal() - EPOCH_ORDINAL, date(9999, 12, 1).toordinal() - EPOCH_ORDINAL)
    first, end = slots_of_day(since, question.zone)[0], slots_of_day(max(until, 1), question.zone)[1]
    return {
        "since": since,
        "until": until,
        "first": first,
        "end": end,
        "low": min(first, since * SLOTS_OF_DAY),
        "high": max(end, (until + 1) * SLOTS_OF_DAY),
        "account": question.account,
        "source": question.source,
        "model": question.model,
        "project": question.project,
    }


def narrowed(question: Question, part: str) -> str:
    """SQL for what narrows the question down, about the rows of `part`."""
    wanted = [sql.replace("<part>", part) for name, sql in ONLY.items() if getattr(question, name) is not None]
    return " AND ".join(wanted) or "true"
