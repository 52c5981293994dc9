"""Reads one log file of any agent from where the last reading ended; as a program of its own, it reads many for the first scan."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator

from tokentray.core.found import Found
from tokentray.sources.agents.claude_code import log as claude_code
from tokentray.sources.agents.codex import log as codex
from tokentray.sources.jsonl import blocks, ends_a_line, head_of, light_decoder, open_log

# Not typing's: importing that costs 5 ms, which the quick commands do not have.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO, Protocol

    from tokentray.sources.jsonl import Decode

    # agent, path, offset, hash of the first line and state as the last reading left them (0, 0 and "" if it never was), folders of all its logs
    Task = tuple[str, bytes, int, int, str, tuple[str, ...]]
    # size, mtime in ns, inode, device, offset, hash of the first line, state
    Known = tuple[int, int, int, int, int, int, str]
    # What was found in a file (Found.packed), how far it has been read, how many bytes that were; or why it could not be read
    Answer = tuple[tuple[Any, ...], Known | None, int, str]
    Readers = dict[str, tuple[Callable[..., "LineReader"], Decode]]
else:
    Protocol = object

AGENTS = {"claude-code": claude_code, "codex": codex}


class LineReader(Protocol):
    """Understands one agent's lines; made new for each file."""

    @property
    def state(self) -> str: ...
    def block(self, page: bytes, end: int) -> None: ...
    def finish(self) -> None: ...


class LogReader:
    """Reads log files one after the other into one `found`; what it knows of forked threads is kept between them."""

    def __init__(self, *, much: bool) -> None:
        self.found = Found()
        self.bytes = 0
        self._readers = _fast_readers() if much else _light_readers()
        self._totals: dict[str, frozenset[codex.Totals] | None] = {}
        self._threads: dict[str, bytes] | None = None

    def read(self, task: Task) -> Known:
        """
        Reads what was appended, or everything if the file is not the one that was read before.

        Raises:
            OSError: it cannot be read; what was found before in its lines is kept.
        """
        agent, path, offset, head, state, folders = task
        with open_log(path) as file:
            # Before reading: what is appended meanwhile is news for the next time.
            stat = os.stat(path)
            now = 0
            if not path.endswith(b".zst"):
                now = head_of(file)
                if offset and (now != head or stat.st_size < offset or not ends_a_line(file, offset)):
                    offset, state = 0, ""
                file.seek(offset)
            reader = self._reader(agent, path, state, folders)
            offset += self._blocks(file, reader)
            return stat.st_size, stat.st_mtime_ns, stat.st_ino, stat.st_dev, offset, now, reader.state

    def _blocks(self, file: BinaryIO, reader: LineReader) -> int:
        consumed = 0
        for page, end in blocks(file):
            reader.block(page, end)
            consumed += end
        reader.finish()
        self.bytes += consumed
        return consumed

    def _reader(self, agent: str, path: bytes, state: str, folders: tuple[str, ...]) -> LineReader:
        reader, decode = self._readers[agent]
        if agent == codex.NAME:
            return reader(path, state, decode, self.found, lambda thread: self._totals_of(thread, folders))
        return reader(path, state, decode, self.found)

    def _totals_of(self, thread: str, folders: tuple[str, ...]) -> frozenset[codex.Totals] | None:
        """Every total in a thread's own rollout, None if that is gone."""
        if thread not in self._totals:
            if self._threads is None:
                self._threads = {codex.thread_of(path): path for path in log_files(folders, codex.SUFFIXES)}
            path = self._threads.get(thread)
            try:
                self._totals[thread] = codex.totals_in(path, self._readers[codex.NAME][1]) if path else None
            except OSError:
                self._totals[thread] = None
        return self._totals[thread]


def _light_readers() -> Readers:
    decode = light_decoder()
    return {claude_code.NAME: (claude_code.Reader, decode), codex.NAME: (codex.Reader, decode)}


def _fast_readers() -> Readers:
    # msgspec costs 30 ms to import, more than little news costs to read.
    from tokentray.sources.agents.claude_code import lines as claude_code_lines
    from tokentray.sources.agents.codex import lines as codex_lines

    return {
        claude_code.NAME: (claude_code_lines.LineReader, claude_code_lines.line_decoder()),
        codex.NAME: (codex_lines.LineReader, codex_lines.line_decoder()),
    }


def log_files(folders: tuple[str, ...], suffixes: tuple[bytes, ...]) -> list[bytes]:
    """Paths of all log files below the folders; a folder that is missing or closed has none."""
    return [path for path, _ in log_entries(folders, suffixes)]


def log_entries(folders: tuple[str, ...], suffixes: tuple[bytes, ...]) -> list[tuple[bytes, os.DirEntry[bytes]]]:
    """All log files below the folders, each with its directory entry. Of a file and its compressed twin only the first is given."""
    entries: list[tuple[bytes, os.DirEntry[bytes]]] = []
    waiting = [os.fsencode(folder) for folder in folders]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as folder:
                found = list(folder)
        except OSError:
            continue
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif entry.name.endswith(suffixes) and _is_file(entry):
                entries.append((entry.path, entry))
    plain = {path for path, _ in entries}
    return [(path, entry) for path, entry in entries if not (path.endswith(b".zst") and path[:-4] in plain)]


def _is_file(entry: os.DirEntry[bytes]) -> bool:
    # A pipe would be waited for without end; a link that leads in a circle is refused.
    try:
        return entry.is_file()
    except OSError:
        return False


def main(queue: int) -> None:
    """
    Reads its share of the tasks on standard input and writes what it finds to standard output: for each file the length of what follows
    in 4 bytes, then its number and answer. See second_process.py.
    """
    import gc
    import marshal
    import sys

    gc.disable()  # a short life without cycles
    tasks: list[Task] = marshal.loads(sys.stdin.buffer.read())  # noqa: S302  from our own program
    reader, out = LogReader(much=True), sys.stdout.fileno()
    os.set_blocking(out, False)
    waiting: deque[bytes] = deque()
    for number in draw(queue, len(tasks)):
        answer = marshal.dumps((number, *read_apart(reader, tasks[number])))
        waiting += (len(answer).to_bytes(4, "big"), answer)
        _write_what_fits(out, waiting)
    os.set_blocking(out, True)
    _write_what_fits(out, waiting)


def draw(queue: int, tasks: int) -> Iterator[int]:
    """Numbers of tasks, drawn from a pipe that two processes draw from; several at once if there are more than fit into a pipe."""
    while number := os.read(queue, 4):
        yield from range(int.from_bytes(number, "big"), tasks, 8192)


def read_apart(reader: LogReader, task: Task) -> Answer:
    """Reads one file by itself."""
    reader.found, reader.bytes, known, error = Found(), 0, None, ""
    try:
        known = reader.read(task)
    except OSError as refused:
        error = refused.strerror or str(refused)
    return reader.found.packed(), known, reader.bytes, error


def _write_what_fits(out: int, waiting: deque[bytes]) -> None:
    # The other process may be busy writing its history; reading goes on meanwhile.
    while waiting:
        try:
            written = os.write(out, waiting[0])
        except BlockingIOError:
            return
        rest = waiting[0][written:]
        if rest:
            waiting[0] = rest
        else:
            waiting.popleft()
