"""A key of the desktop calls the TokenTray that runs, without loading Qt."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tokentray.cli.calling import call
from tokentray.ui.one_instance import OneInstance

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> OneInstance:
    monkeypatch.setenv("TOKENTRAY_HOME", str(tmp_path))
    return OneInstance()


def test_where_none_runs_nobody_hears(ear: OneInstance) -> None:
    assert call("tag") is False


@pytest.mark.parametrize("wish", ["popover", "tag"])
def test_the_one_that_runs_hears(ear: OneInstance, tmp_path: Path, qtbot: QtBot, wish: str) -> None:
    assert ear.listen(str(tmp_path / "org.tokentray.Desktop.socket"))
    heard: list[bool] = []
    caller = threading.Thread(target=lambda: heard.append(call(wish)))
    with qtbot.waitSignal({"popover": ear.popover_wished, "tag": ear.tag_wished}[wish]):
        caller.start()
    caller.join(5)
    ear.close()
    assert heard == [True]


def test_the_call_loads_no_qt() -> None:
    words = "import sys, tokentray.cli.calling; print([name for name in sys.modules if 'PySide6' in name])"
    told = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("wish", ["popover", "tag"])
def test_each_explains_itself(wish: str, tmp_path: Path) -> None:
    environment = {**os.environ, "TOKENTRAY_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "tokentray", wish, "--help"]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert "bound to a key" in told.stdout
