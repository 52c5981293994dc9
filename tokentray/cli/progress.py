"""How far long work is: a bar where standard error is a terminal, lines for the tray, nothing else."""

import os
import sys
import time

EVERY_SECONDS = 0.1
WIDTH = 24
MEGABYTE = 1_000_000


class Bar:
    """Shows `title` and how far it is; wipes itself away at the end. TOKENTRAY_PROGRESS=lines makes it {"done": 0.42, "detail": "…"} by lines."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._lines = os.environ.get("TOKENTRAY_PROGRESS") == "lines"
        self._shown = sys.stderr is not None and (self._lines or sys.stderr.isatty())
        self._last = 0.0
        self._drawn = 0

    def bytes_read(self, done: int, total: int) -> None:
        """So many bytes of so many have been read."""
        if total:
            self.show(done / total, f"{done // MEGABYTE:,} of {total // MEGABYTE:,} MB")

    def show(self, done: float, detail: str = "") -> None:
        """`done` is 0 to 1."""
        now = time.monotonic()
        if not self._shown or (now - self._last < EVERY_SECONDS and done < 1):
            return
        self._last = now
        if self._lines:
            print(f'{{"done": {min(done, 1):.3f}, "detail": "{detail}"}}', file=sys.stderr, flush=True)
        else:
            self._draw(done, detail)

    def end(self) -> None:
        """Wipes the bar away."""
        if self._drawn:
            print("\r" + " " * self._drawn + "\r", end="", file=sys.stderr, flush=True)
            self._drawn = 0

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _draw(self, done: float, detail: str) -> None:
        filled = round(WIDTH * min(done, 1))
        text = f"{self._title}  {'█' * filled}{'░' * (WIDTH - filled)}  {min(done, 1) * 100:3.0f} %  {detail}"
        print("\r" + text.ljust(self._drawn), end="", file=sys.stderr, flush=True)
        self._drawn = max(self._drawn, len(text))
