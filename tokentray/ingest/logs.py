"""From the agents' logs into the history: finds what is new in them, reads it and records it, today's first."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tokentray.core.found import Found
from tokentray.sources.log_reading import AGENTS, LogReader, log_entries, read_apart
from tokentray.store.account_table import account_id, find_account
from tokentray.store.database import transaction, zone_of
from tokentray.store.log_table import filling, holds_little, known_log, known_logs, record_logs, record_turn, signed

# Not typing's: importing that costs 5 ms, which the quick commands do not have.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from tokentray.core.clock import Clock
    from tokentray.sources.log_reading import Answer, Known, Task
    from tokentray.store.database import History

# Below this, importing a fast decoder costs more than it saves.
LITTLE_NEWS = 4 * 1024 * 1024
# Above this, a second process reads, too.
MUCH_NEWS = 24 * 1024 * 1024
# Responses are recorded in lots of this size, so that memory stays small and a scan that is stopped has kept what it read.
LOT = 20_000
# A first scan is recorded in one transaction for each so many bytes of logs: about three seconds, for which others can wait.
FILLING_BYTES = 2 << 30

Progress = Callable[[int, int], None]
Stop = Callable[[], bool]


class AgentHome:
    """An agent's account (`codex/default`) and the folders its logs lie in; a folder need not exist."""

    # Not a dataclass: importing those costs more than `sync` may take when nothing is new.
    __slots__ = ("account", "folders", "source")

    def __init__(self, account: str, source: str, folders: tuple[str, ...]) -> None:
        self.account = account
        self.source = source
        self.folders = folders


class ScanResult:
    """
    What a scan did: files with news, bytes read, lines with usage in them; `problems` are (path, why) of files that could not be read.
    `stopped` says that it was asked to end early; the next scan goes on from there.
    """

    __slots__ = ("bytes", "files", "problems", "responses", "stopped")

    def __init__(self) -> None:
        self.files = 0
        self.bytes = 0
        self.responses = 0
        self.problems: list[tuple[str, str]] = []
        self.stopped = False


def find_agents(environ: Mapping[str, str], home: str, added: Iterable[tuple[str, str]] = ()) -> list[AgentHome]:
    """
    The agents whose logs are on this machine, as account `<agent>/default`, and those `added` in the settings as (account, folder).

    An added account without a folder is looked for where the agent keeps its logs by itself.
    """
    agents = [AgentHome(f"{name}/default", name, tuple(agent.roots(environ, home))) for name, agent in AGENTS.items()]
    agents = [agent for agent in agents if any(map(os.path.isdir, agent.folders))]
    for account, folder in added:
        source = account.partition("/")[0]
        if source in AGENTS and folder:
            agents = [agent for agent in agents if agent.account != account]
            agents.append(AgentHome(account, source, tuple(AGENTS[source].roots_below(folder))))
    return agents


def scan_logs(
    history: History,
    agents: Sequence[AgentHome],
    clock: Clock,
    *,
    progress: Progress | None = None,
    stop: Stop | None = None,
    only_today: bool = False,
    full: bool = False,
) -> ScanResult:
    """
    Records what was appended to the agents' logs since the last scan.

    Files are read newest first; if there is much to read, those changed today are recorded before the others are begun, and
    `only_today` ends there. `full` reads everything again, which changes nothing unless a reader has learned more since.
    `progress` is called with the bytes read and the bytes to read, about once a file; `stop` is asked as often.

    Raises:
        HistoryError: the history could not be written. What was recorded before is kept.
    """
    result = _scan(history, agents, clock, progress, stop, only_today, full)
    if not (only_today or result.stopped):
        _record_turns(history, agents, clock, result)
    return result


def _scan(
    history: History,
    agents: Sequence[AgentHome],
    clock: Clock,
    progress: Progress | None,
    stop: Stop | None,
    only_today: bool,
    full: bool,
) -> ScanResult:
    scan = _Scan(history, progress, stop)
    news = [piece for agent in agents for piece in _news(history, agent, full)]
    if not news:
        return scan.result
    news.sort(key=lambda piece: -piece.mtime)
    scan.total = sum(piece.bytes for piece in news)
    if only_today or scan.total > MUCH_NEWS:
        midnight = _midnight(clock, zone_of(history))
        today = [piece for piece in news if piece.mtime >= midnight]
        scan.read(today)
        news = [] if only_today else news[len(today) :]
    for pieces in _at_most(FILLING_BYTES, news):
        if sum(piece.bytes for piece in pieces) > MUCH_NEWS and holds_little(history):
            scan.fill(pieces)
        else:
            scan.read(pieces)
    return scan.result


def unread_bytes(history: History, agents: Sequence[AgentHome]) -> int:
    """How much a scan would have to read now; to look costs as much as a scan without news."""
    return sum(piece.bytes for agent in agents for piece in _news(history, agent, False))


def tail(history: History, agents: Sequence[AgentHome], paths: Iterable[str]) -> ScanResult:
    """Records what was appended to these files: for the resident program, which is told by the system what has changed."""
    scan = _Scan(history, None, None)
    pieces = []
    for path in paths:
        agent = next((agent for agent in agents if path.startswith(agent.folders)), None)
        raw = os.fsencode(path)
        try:
            stat = os.stat(raw)
        except OSError:
            continue
        if agent is not None and raw.endswith(AGENTS[agent.source].SUFFIXES):
            known = known_log(history, raw)
            if known is None or not _is_unchanged(stat, known):
                pieces.append(_Piece(agent, raw, stat, known))
    scan.total = sum(piece.bytes for piece in pieces)
    scan.read(pieces)
    return scan.result


class _Piece:
    """A file with news."""

    __slots__ = ("agent", "bytes", "mtime", "task")

    def __init__(self, agent: AgentHome, path: bytes, stat: os.stat_result, known: Known | None) -> None:
        offset, head, state = known[4:7] if known and not path.endswith(b".zst") else (0, 0, "")
        if known and stat.st_size == known[0]:
            offset, head, state = 0, 0, ""  # as long as before, but written again: not appended to
        self.agent = agent
        self.mtime = stat.st_mtime
        self.bytes = max(0, stat.st_size - offset) or stat.st_size
        self.task: Task = (agent.source, path, offset, head, state, agent.folders)


class _Scan:
    """One scan under way: reads pieces and records them in lots."""

    def __init__(self, history: History, progress: Progress | None, stop: Stop | None) -> None:
        self.result = ScanResult()
        self.total = 0
        self._history = history
        self._progress = progress
        self._stop = stop
        self._found: dict[str, Found] = {}
        self._files: dict[str, list[tuple[bytes, Known]]] = {}
        self._waiting = 0
        self._done = 0
        self._filling = False

    def read(self, pieces: Sequence[_Piece]) -> None:
        """Reads and records these files, in this order."""
        for piece, answer in self._answers(pieces):
            packed, known, count, error = answer
            account = piece.agent.account
            self._found.setdefault(account, Found()).add_packed(packed)
            if known is None:
                self.result.problems.append((os.fsdecode(piece.task[1]), error))
            else:
                self._files.setdefault(account, []).append((piece.task[1], known))
            self.result.files += 1
            self.result.bytes += count
            self.result.responses += len(packed[0])
            self._waiting += len(packed[0])
            self._done += piece.bytes
            if self._waiting >= LOT:
                self._record()
            if self._progress is not None:
                self._progress(self._done, self.total)
        self._record()

    def fill(self, pieces: Sequence[_Piece]) -> None:
        """Reads and records these files in one go, into a history that holds little."""
        with transaction(self._history):
            # An account is one of the agents' before its totals are made.
            for account in {piece.agent.account for piece in pieces}:
                account_id(self._history, account, "logged")
            with filling(self._history):
                self._filling = True
                # A hundred thousand tuples without a cycle among them: looking for cycles would take longer than sorting them.
                gc.disable()
                try:
                    self.read(pieces)
                finally:
                    gc.enable()
        self._filling = False

    def _answers(self, pieces: Sequence[_Piece]) -> Iterator[tuple[_Piece, Answer]]:
        total = sum(piece.bytes for piece in pieces)
        helper = None
        if total > MUCH_NEWS:
            # subprocess costs 16 ms, which only much news is worth.
            from tokentray.sources.second_process import second_process

            helper = second_process([piece.task for piece in pieces])
        # Not sooner: the second process begins while this one imports its decoder.
        reader = LogReader(much=total >= LITTLE_NEWS)
        if helper is None:
            for piece in pieces:
                if self._is_stopped():
                    return
                yield piece, read_apart(reader, piece.task)
            return
        with helper:
            for number in helper.numbers():
                if self._is_stopped():
                    return
                yield pieces[number], read_apart(reader, pieces[number].task)
                for other, answer in helper.answers():
                    yield pieces[other], answer
            for other, answer in helper.last_answers():
                yield pieces[other], answer

    def _is_stopped(self) -> bool:
        self.result.stopped = self._stop is not None and self._stop()
        return self.result.stopped

    def _record(self) -> None:
        if not self._files and not self._found:
            return
        if self._filling:
            self._record_found(remake=False)
        else:
            with transaction(self._history):
                self._record_found(remake=True)
        self._found, self._files, self._waiting = {}, {}, 0

    def _record_found(self, *, remake: bool) -> None:
        for account, found in self._found.items():
            number = account_id(self._history, account, "logged")
            record_logs(self._history, number, found, self._files.get(account, ()), remake=remake)


def _at_most(size: int, pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """The pieces in lots of about that many bytes."""
    lot: list[_Piece] = []
    weight = 0
    for piece in pieces:
        if lot and weight + piece.bytes > size:
            yield lot
            lot, weight = [], 0
        lot.append(piece)
        weight += piece.bytes
    if lot:
        yield lot


def _record_turns(history: History, agents: Sequence[AgentHome], clock: Clock, result: ScanResult) -> None:
    at_ms = int(clock.now().timestamp() * 1000)
    with transaction(history):
        for agent in agents:
            unread = [path for path, _ in result.problems if path.startswith(agent.folders)]
            why = f"{len(unread)} of its log files could not be read, such as {unread[0]}." if unread else ""
            record_turn(history, account_id(history, agent.account, "logged"), at_ms, why)


def _news(history: History, agent: AgentHome, full: bool) -> Iterator[_Piece]:
    """The files of an agent that are not as they were when they were read last."""
    account = find_account(history, agent.account)
    known = known_logs(history, account) if account is not None else {}
    for path, entry in log_entries(agent.folders, AGENTS[agent.source].SUFFIXES):
        try:
            stat = entry.stat()
        except OSError:
            continue  # gone since the folder was read: nothing to find, and nothing is forgotten
        before = None if full else known.get(path)
        if before is None or not _is_unchanged(stat, before):
            yield _Piece(agent, path, stat, before)


def _is_unchanged(stat: os.stat_result, known: Known) -> bool:
    size, mtime, inode, device = known[:4]
    if stat.st_size != size or stat.st_mtime_ns != mtime:
        return False
    return (stat.st_ino == inode and stat.st_dev == device) or (
        signed(stat.st_ino) == inode and signed(stat.st_dev) == device
    )


def _midnight(clock: Clock, zone: str) -> float:
    """Seconds since 1970 of the beginning of today."""
    from zoneinfo import ZoneInfo  # 5 ms; only a scan with much news asks

    now = clock.now().astimezone(ZoneInfo(zone))
    return now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
