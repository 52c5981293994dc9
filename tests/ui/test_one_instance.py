"""A second start tells the first one what is wished."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tokentray.ui.one_instance import OneInstance, tell_the_first
from tokentray.ui.pipe_ear import PipeEar
from tokentray.ui.socket_ear import SocketEar

ROOT = Path(__file__).parents[2]
SECOND = "import sys; from tokentray.ui.one_instance import tell_the_first; sys.exit(not tell_the_first(*sys.argv[1:]))"


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "ear.socket")


def test_without_a_first_one_nobody_is_told(path: str) -> None:
    assert not tell_the_first(path, "show")


@pytest.mark.parametrize("wish", ["show", "popover", "sync", "quit"])
def test_a_second_program_is_heard(qtbot: QtBot, path: str, wish: str) -> None:
    ear = OneInstance()
    assert ear.listen(path)
    with qtbot.waitSignal(getattr(ear, f"{wish}_wished")):
        second = subprocess.Popen([sys.executable, "-c", SECOND, path, wish], cwd=ROOT)
    qtbot.waitUntil(lambda: second.poll() is not None)
    assert second.returncode == 0
    ear.close()


@pytest.mark.parametrize("kind", [SocketEar, PipeEar])
def test_a_socket_left_by_a_crash_is_replaced(path: str, kind: type[SocketEar | PipeEar]) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(path)
    left.close()
    ear = kind()
    assert ear.listen(path)
    ear.close()


def test_a_living_one_is_not_replaced(qtbot: QtBot, path: str) -> None:
    ear = OneInstance()
    ear.listen(path)
    other = "import sys; from tokentray.ui.socket_ear import SocketEar; sys.exit(SocketEar().listen(sys.argv[1]))"
    second = subprocess.Popen([sys.executable, "-c", other, path], cwd=ROOT)
    qtbot.waitUntil(lambda: second.poll() is not None)
    assert second.returncode == 0
    ear.close()


def test_windows_pipes_are_heard_too(qtbot: QtBot, path: str) -> None:
    ear = PipeEar()
    assert ear.listen(path)
    told = "import sys; from tokentray.ui.pipe_ear import tell; sys.exit(not tell(sys.argv[1], 'show'))"
    with qtbot.waitSignal(ear.heard) as heard:
        second = subprocess.Popen([sys.executable, "-c", told, path], cwd=ROOT)
    qtbot.waitUntil(lambda: second.poll() is not None)
    assert (second.returncode, heard.args) == (0, ["show"])
    ear.close()


def test_nonsense_is_no_wish_and_does_no_harm(qtbot: QtBot, path: str) -> None:
    ear = OneInstance()
    ear.listen(path)
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(path)
        line.sendall(b"x" * 4000)
        line.setblocking(False)
        qtbot.waitUntil(lambda: _is_closed(line))
    ear.close()


def test_only_this_user_may_speak(path: str) -> None:
    ear = OneInstance()
    ear.listen(path)
    assert Path(path).stat().st_mode & 0o077 == 0
    ear.close()


def _is_closed(line: socket.socket) -> bool:
    try:
        return line.recv(16) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
