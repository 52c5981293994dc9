"""How far each log file has been read, with the responses found in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter

from tokentray.core.found import BAND_EDGES, band_of
from tokentray.store import rollup
from tokentray.store.names import name_id

# Not typing's: importing that costs 5 ms, which the quick commands do not have.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from tokentray.core.found import Found, Response
    from tokentray.store.database import History

FIRST = itemgetter(0)

KNOWN_FILES = "SELECT path, size, mtime, inode, device, offset, head, state FROM log_file WHERE account = ?"
KNOWN_FILE = "SELECT size, mtime, inode, device, offset, head, state FROM log_file WHERE path = ?"
KEEP_FILE = """
    INSERT OR REPLACE INTO log_file (account, path, size, mtime, inode, device, offset, head, state)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
KEEP_SESSION = """
    INSERT INTO session (id, first_at, parent) VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET first_at = min(first_at, excluded.first_at),
        parent = CASE WHEN parent = 0 THEN excluded.parent ELSE parent END
    WHERE excluded.first_at < first_at OR (parent = 0 AND excluded.parent <> 0)
"""
KEEP_COST_STATE = """
    INSERT OR REPLACE INTO cost_state (session, at, model, input, cache_read, cache_write, cache_write_1h, output, cost)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
KEEP_GAUGE = """
    INSERT OR REPLACE INTO gauge (name, at, used_percent, remaining, unit, window_minutes, resets_at, account)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
NEWEST_GAUGE = "SELECT max(at) FROM gauge WHERE account = ? AND name = ?"

# The flags of usage: 1 output incomplete, 2 a subagent's, 4 the owner is named in the log itself.
# A response that is there already takes another owner if the log names that one, or else if it is no subagent's, or else if the owner's
# session began earlier.
OTHER = "excluded.session <> usage.session"
BEGAN_EARLIER = """(
    SELECT (mine.first_at, my.text) < (theirs.first_at, their.text)
    FROM session AS mine JOIN name AS my USING (id), session AS theirs JOIN name AS their USING (id)
    WHERE mine.id = excluded.session AND theirs.id = usage.session)"""
OWNS = f"""({OTHER} AND CASE
        WHEN (excluded.flags & 4) <> (usage.flags & 4) THEN excluded.flags & 4
        WHEN (excluded.flags & 2) <> (usage.flags & 2) THEN usage.flags & 2
        ELSE {BEGAN_EARLIER} END)"""
PROMPT = "coalesce({0}.input, 0) + coalesce({0}.cache_read, 0) + coalesce({0}.cache_write, 0)"
FULLER = f"((coalesce(excluded.output, -1), {PROMPT.format('excluded')}) > (coalesce(usage.output, -1), {PROMPT.format('usage')}))"
COUNTED = ("model", "tier", "band", "input", "cache_read", "cache_write", "cache_write_1h", "output", "reasoning")
COLUMNS = 15
ROW = "(" + ", ".join("?" * COLUMNS) + ", 1)"
KEEP_RESPONSES = f"""
    INSERT INTO usage (id, account, start, model, project, session, tier, band,
        input, cache_read, cache_write, cache_write_1h, output, reasoning, flags, requests)
    VALUES {{}}
    ON CONFLICT (id) DO UPDATE SET
        start = CASE WHEN {OWNS} THEN excluded.start WHEN {OTHER} THEN usage.start ELSE max(usage.start, excluded.start) END,
        session = CASE WHEN {OWNS} THEN excluded.session ELSE usage.session END,
        project = CASE WHEN {OWNS} OR usage.project = 0 THEN excluded.project ELSE usage.project END,
        {", ".join(f"{count} = CASE WHEN {FULLER} THEN excluded.{count} ELSE usage.{count} END" for count in COUNTED)},
        flags = (excluded.flags & usage.flags & 3) | ((excluded.flags | usage.flags) & 4)
"""
ROWS_AT_ONCE = 100
KEEP_MANY = KEEP_RESPONSES.format(", ".join([ROW] * ROWS_AT_ONCE))
KEEP_ONE = KEEP_RESPONSES.format(ROW)
STANDING = "SELECT account, start FROM usage WHERE id IN ({})"
ANY_USAGE = "SELECT 1 FROM usage LIMIT 1"

HOLDS_LITTLE = "SELECT count(*) < 500000 FROM (SELECT 1 FROM usage LIMIT 500000)"
LOGGED_ACCOUNTS = "SELECT id FROM account WHERE origin = 'logged'"
DROP_INDEX = "DROP INDEX usage_by_time"
CREATE_INDEX = "CREATE INDEX usage_by_time ON usage (account, start)"
WIDE_CACHE = "PRAGMA cache_size = -16000"
USUAL_CACHE = "PRAGMA cache_size = -2000"

TURN = """
    INSERT INTO poll (account, tried_at, succeeded_at, state, message, failures)
    VALUES (:account, :at, iif(:why = '', :at, NULL), iif(:why = '', 'ok', 'unreadable'), :why, :why <> '')
    ON CONFLICT (account) DO UPDATE SET tried_at = :at, succeeded_at = coalesce(excluded.succeeded_at, succeeded_at),
        state = excluded.state, message = excluded.message, failures = iif(:why = '', 0, failures + 1)
"""
COMPLETE = """
    INSERT INTO feed (account, feed, complete_since, complete_until)
    SELECT :account, 'logs', first, max(first, :at) FROM (SELECT start AS first FROM usage WHERE account = :account ORDER BY start LIMIT 1) WHERE true
    ON CONFLICT (account, feed) DO UPDATE SET complete_since = min(complete_since, excluded.complete_since),
        complete_until = max(complete_until, excluded.complete_until)
"""

SLOT_MS = 900_000
LOWEST_BAND_EDGE = BAND_EDGES[0]

# Of a log file: size, mtime in ns, inode, device, offset, hash of its first line, the reader's state.
Known = tuple[int, int, int, int, int, int, str]


def known_logs(history: History, account: int) -> dict[bytes, Known]:
    """How far each log file of an account has been read, by path."""
    return {row[0]: row[1:] for row in history.db.execute(KNOWN_FILES, (account,))}


def known_log(history: History, path: bytes) -> Known | None:
    """How far one log file has been read, None if never."""
    row: Known | None = history.db.execute(KNOWN_FILE, (path,)).fetchone()
    return row


class filling:  # noqa: N801  reads as a verb: `with transaction(history), filling(history):`
    """
    While very much is recorded into a history that holds little, the index by time is left out, and in the end it and all the agents'
    totals are made at once: half the work. What is recorded meanwhile need not have its totals made.
    """

    __slots__ = ("_history",)

    def __init__(self, history: History) -> None:
        self._history = history

    def __enter__(self) -> None:
        self._history.db.execute(WIDE_CACHE)
        self._history.db.execute(DROP_INDEX)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._history.db.execute(CREATE_INDEX)
            for (account,) in self._history.db.execute(LOGGED_ACCOUNTS).fetchall():
                rollup.remake_account(self._history, account)
        self._history.db.execute(USUAL_CACHE)


def holds_little(history: History) -> bool:
    """Whether filling it is worth making the index and the totals from the beginning."""
    return bool(history.db.execute(HOLDS_LITTLE).fetchone()[0])


def record_logs(
    history: History, account: int, found: Found, files: Iterable[tuple[bytes, Known]], *, remake: bool = True
) -> None:
    """
    Keeps what was found in some log files, with how far they have been read, and makes the touched totals again if they are to be.

    A response that is there already is completed: whoever had the fuller counts gives those, the owner's line gives time and project.
    To be called in one transaction.
    """
    for session, (first_at, parent) in found.sessions.items():
        history.db.execute(KEEP_SESSION, (name_id(history, session), first_at, name_id(history, parent)))
    touched = _touched(history, account, found.responses) if remake else set()
    _keep_responses(history, account, found.responses)
    _keep_cost_states(history, found)
    _keep_samples(history, account, found)
    history.db.executemany(KEEP_FILE, [(account, path, *_signed(known)) for path, known in files])
    if touched:
        rollup.remake_totals(history, touched)


def record_turn(history: History, account: int, at_ms: int, why: str) -> None:
    """All of an agent's logs have been looked at; `why` says what could not be read, "" if nothing. Complete since its first response."""
    bound = {"account": account, "at": at_ms, "why": why}
    history.db.execute(TURN, bound)
    if not why:
        history.db.execute(COMPLETE, bound)


def _keep_responses(history: History, account: int, responses: Sequence[Response]) -> None:
    names = _Names(history)
    # In the order of their ids, as the table lies on the disk; lines of one response stay in the order of the file.
    ordered = sorted(responses, key=FIRST)
    whole = len(ordered) - len(ordered) % ROWS_AT_ONCE
    rows: list[int | None] = []
    for number, response in enumerate(ordered, 1):
        key, start, model, project, session, tier, fresh, read, written, hour, output, reasoning, flags = response
        prompt = (fresh or 0) + (read or 0) + (written or 0)
        rows += (
            key, account, start, names[model], names[project], names[session], names[tier],
            band_of(prompt) if prompt > LOWEST_BAND_EDGE else 0,
            fresh, read, written, hour, output, reasoning, flags,
        )  # fmt: skip
        if number % ROWS_AT_ONCE == 0 or number > whole:
            history.db.execute(KEEP_ONE if number > whole else KEEP_MANY, rows)
            rows = []


class _Names(dict[str, int]):
    """The numbers of texts, each asked for once."""

    def __init__(self, history: History) -> None:
        self._history = history

    def __missing__(self, text: str) -> int:
        number = self[text] = name_id(self._history, text)
        return number


def _touched(history: History, account: int, responses: Sequence[Response]) -> set[tuple[int, int, int]]:
    """The slots these responses come into, and those they leave: one that is there may get a later time."""
    touched = {(account, 0, slot) for slot in {response[1] // SLOT_MS for response in responses}}
    if history.db.execute(ANY_USAGE).fetchone():
        keys = list({response[0] for response in responses})
        for at in range(0, len(keys), ROWS_AT_ONCE):
            some = keys[at : at + ROWS_AT_ONCE]
            standing = history.db.execute(STANDING.format(", ".join("?" * len(some))), some)
            touched.update((other, 0, start // SLOT_MS) for other, start in standing)
    return touched


def _keep_cost_states(history: History, found: Found) -> None:
    for session, at, model, *counts, cost in found.cost_states:
        history.db.execute(KEEP_COST_STATE, (name_id(history, session), at, name_id(history, model), *counts, cost))


def _keep_samples(history: History, account: int, found: Found) -> None:
    for sample in found.samples.values():
        newest = history.db.execute(NEWEST_GAUGE, (account, sample[0])).fetchone()[0]
        # An older file that is read later says nothing about today.
        if newest is None or sample[1] > newest:
            history.db.execute(KEEP_GAUGE, (*sample, account))


def _signed(known: Known) -> Known:
    # Windows has inodes and devices of 64 bits without a sign.
    size, mtime, inode, device, *rest = known
    return (size, mtime, signed(inode), signed(device), *rest)  # type: ignore[return-value]


def signed(number: int) -> int:
    """The same 64 bits as the number SQLite can keep."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)
