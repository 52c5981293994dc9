"""Our log keeps errors, and no secret."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tokentray.diagnostics import log_bug, scrubbed, start_log, stop_log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "state" / "tokentray.log"
    yield path
    stop_log()


def test_a_bug_goes_into_the_log_with_its_traceback(log: Path) -> None:
    try:
        raise ZeroDivisionError("by hand, with sk-admin-1234567890abcdef")
    except ZeroDivisionError as error:
        log_bug(str(log), error)
    text = log.read_text()
    assert "ZeroDivisionError: by hand" in text
    assert "test_a_bug_goes_into_the_log" in text
    assert "1234567890" not in text


def test_asking_twice_writes_once(log: Path) -> None:
    start_log(str(log))
    start_log(str(log))
    logging.getLogger("tokentray.ingest").warning("once %s", "only")
    assert log.read_text().count("once only") == 1


def test_the_log_stays_small(log: Path) -> None:
    start_log(str(log))
    for _ in range(25):
        logging.getLogger("tokentray").error("x " * 50_000)
    assert log.stat().st_size <= 1_000_000
    assert sorted(path.name for path in log.parent.iterdir()) == ["tokentray.log", "tokentray.log.1"]


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    start_log(str(tmp_path / "file" / "tokentray.log"))
    (tmp_path / "folder.log").mkdir()
    start_log(str(tmp_path / "folder.log"))
    logging.getLogger("tokentray").error("into the void")
    stop_log()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "key sk-ant-admin01-abcDEF123456 refused",
        "sk_live_abcdef123456",
        "Authorization: Bearer abc.def.ghi",
        "{'x-api-key': 'abc.def.ghi'}",
        "api_key=abc.def.ghi&x=1",
        "http://me:abc.def.ghi@proxy.example/",
        "gives 0123456789abcdef0123456789abcdef01234567",
    ],
)
def test_what_looks_like_a_secret_becomes_dots(text: str) -> None:
    clean = scrubbed(text)
    assert "••••" in clean
    assert "abc.def.ghi" not in clean
    assert "abcdef" not in clean.lower()


def test_what_is_no_secret_stays() -> None:
    text = "claude-code/default: /x/db54a73e-da5e-4559-92c9-67aa36326a4d.jsonl, 1234567890 tokens, key of openai/work"
    assert scrubbed(text) == text
