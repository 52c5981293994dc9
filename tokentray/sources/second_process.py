"""A second process that reads log files in competition with this one, so that a first scan uses two processors."""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Iterator
from subprocess import Popen
from typing import TYPE_CHECKING

from tokentray.sources.log_reading import draw

if TYPE_CHECKING:
    from tokentray.sources.log_reading import Answer, Task

PROGRAM = (
    "import sys; sys.path[:] = sys.argv[2:]; from tokentray.sources.log_reading import main; main(int(sys.argv[1]))"
)


def second_process(tasks: list[Task]) -> SecondProcess | None:
    """The process, at work already; None where there cannot be one."""
    # A frozen program has no interpreter to start, and Windows hands no pipes down by number.
    if sys.platform == "win32" or getattr(sys, "frozen", False) or (os.cpu_count() or 1) < 2 or len(tasks) < 2:
        return None
    return SecondProcess(tasks)


class SecondProcess:
    """
    Both processes draw numbers of tasks from one pipe, so both end at the same time however long each file is.

    It is a new program and not a fork: the tray has threads.
    """

    def __init__(self, tasks: list[Task]) -> None:
        self._tasks = len(tasks)
        self._queue, numbers = os.pipe()
        # At most 8192 numbers are drawn, which fit into any pipe: see `draw`.
        os.write(numbers, b"".join(number.to_bytes(4, "big") for number in range(min(8192, self._tasks))))
        os.close(numbers)
        command = [sys.executable, "-S", "-E", "-c", PROGRAM, str(self._queue), *sys.path]
        self._out, out = os.pipe()
        source, into = os.pipe()
        self._process = Popen(command, stdin=source, stdout=out, pass_fds=(self._queue,))  # noqa: S603  this very interpreter
        self._received = bytearray()
        os.close(source)
        os.close(out)
        with open(into, "wb") as pipe:
            pipe.write(marshal.dumps(tasks))

    def __enter__(self) -> SecondProcess:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._queue)
        os.close(self._out)
        self._process.kill()
        self._process.wait()

    def numbers(self) -> Iterator[int]:
        """The tasks left to this process, until all are drawn."""
        return draw(self._queue, self._tasks)

    def answers(self) -> list[tuple[int, Answer]]:
        """What has come from the other process by now."""
        return self._take(wait=False)

    def last_answers(self) -> Iterator[tuple[int, Answer]]:
        """
        What is still to come from the other process, until it has ended.

        Raises:
            OSError: it ended before its time; its files have not been recorded, and the next scan reads them.
        """
        while answers := self._take(wait=True):
            yield from answers
        if self._process.wait():
            raise OSError("the second process ended before its time")

    def _take(self, *, wait: bool) -> list[tuple[int, Answer]]:
        answers: list[tuple[int, Answer]] = []
        while True:
            os.set_blocking(self._out, wait and not answers)
            try:
                piece = os.read(self._out, 1 << 20)
            except BlockingIOError:
                return answers
            if not piece:
                return answers
            self._received += piece
            answers += self._whole_answers()

    def _whole_answers(self) -> Iterator[tuple[int, Answer]]:
        at = 0
        while len(self._received) - at >= 4:
            size = int.from_bytes(self._received[at : at + 4], "big")
            if len(self._received) - at - 4 < size:
                break
            number, *answer = marshal.loads(self._received[at + 4 : at + 4 + size])  # noqa: S302  from our own program
            yield number, tuple(answer)
            at += 4 + size
        del self._received[:at]
