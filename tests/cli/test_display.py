"""Whether there is a display is found out before Qt is asked."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from tokentray.cli.display import no_display, no_tray

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is one")


def test_no_display_at_all() -> None:
    assert no_display({}) == "There is no display here, so there is no window."


def test_a_display_that_is_gone() -> None:
    assert no_display({"DISPLAY": ":98765"}) == "The display :98765 does not answer, so there is no window here."
    assert no_display({"DISPLAY": "nonsense"}) is not None


def test_a_wayland_display_that_answers(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-0"))
        server.listen()
        assert no_display({"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)}) is None


def test_an_x_display_over_the_network() -> None:
    with socket.socket(socket.AF_INET) as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        number = server.getsockname()[1] - 6000
        assert no_display({"DISPLAY": f"127.0.0.1:{number}.0"}) is None


def test_who_names_a_platform_knows_better() -> None:
    assert no_display({"QT_QPA_PLATFORM": "offscreen"}) is None


def test_no_bus_no_tray() -> None:
    assert no_tray({}) == "There is no session bus here, so no tray can be found."
