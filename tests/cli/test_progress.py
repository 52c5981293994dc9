"""Progress goes to standard error: a bar on a terminal, lines for the tray, nothing elsewhere."""

from __future__ import annotations

import io
import json
import sys

import pytest

from tokentray.cli.progress import Bar


class Terminal(io.StringIO):
    """Says of itself that it is one."""

    def isatty(self) -> bool:
        return True


def test_nothing_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with Bar("Reading") as bar:
        bar.show(1.0)
    assert sys.stderr.getvalue() == ""


def test_a_bar_that_wipes_itself_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with Bar("Reading") as bar:
        bar.bytes_read(500_000_000, 1_000_000_000)
        drawn = sys.stderr.getvalue()
    assert "50 %  500 of 1,000 MB" in drawn
    assert drawn.count("█") == drawn.count("░") == 12
    assert sys.stderr.getvalue().endswith("\r" + " " * len(drawn.lstrip("\r")) + "\r")


def test_lines_for_the_tray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setenv("TOKENTRAY_PROGRESS", "lines")
    with Bar("Reading") as bar:
        bar.bytes_read(1_000_000, 4_000_000)
        bar.bytes_read(2_000_000, 4_000_000)  # too soon after the first
        bar.bytes_read(4_000_000, 4_000_000)
        bar.bytes_read(0, 0)
    lines = [json.loads(line) for line in sys.stderr.getvalue().splitlines()]
    assert lines == [{"done": 0.25, "detail": "1 of 4 MB"}, {"done": 1.0, "detail": "4 of 4 MB"}]
