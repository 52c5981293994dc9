"""A file that the desktop reads at login, there only while it is wanted."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tokentray.settings.autostart import autostart_file, start_at_login

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the XDG autostart folder is Linux's way")


def test_wanted_it_is_there_and_unwanted_it_is_gone(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    start_at_login(True, ["/opt/tokentray/tokentray"], environ)
    text = (tmp_path / "autostart" / "org.tokentray.Desktop.desktop").read_text()
    assert 'Exec="/opt/tokentray/tokentray"\n' in text
    assert "X-GNOME-Autostart-Delay=3\n" in text
    start_at_login(False, ["/opt/tokentray/tokentray"], environ)
    assert os.listdir(tmp_path / "autostart") == []


def test_unwanted_from_the_beginning_nothing_is_made(tmp_path: Path) -> None:
    start_at_login(False, ["tokentray"], {"XDG_CONFIG_HOME": str(tmp_path)})
    assert os.listdir(tmp_path) == []


def test_odd_characters_in_the_path_are_quoted(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    start_at_login(True, ["/home/a b/100%/$x"], environ)
    assert 'Exec="/home/a b/100%%/\\\\$x"\n' in Path(autostart_file(environ)).read_text()
