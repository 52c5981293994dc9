"""The quick look at the settings never fails."""

from __future__ import annotations

from pathlib import Path

from tokentray.settings.peek import peek_settings
from tokentray.settings.settings import Settings, save_settings


def test_nothing_there(tmp_path: Path) -> None:
    assert peek_settings(str(tmp_path / "settings.json")) == {}


def test_what_was_saved_is_seen(tmp_path: Path) -> None:
    path = str(tmp_path / "settings.json")
    save_settings(path, Settings(zone="Asia/Tokyo"))
    assert peek_settings(path)["zone"] == "Asia/Tokyo"


def test_a_damaged_file_is_left_to_the_slower_commands(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(b'{"zone": "Eur')
    assert peek_settings(str(path)) == {}
    path.write_bytes(b"\xff\x00")
    assert peek_settings(str(path)) == {}
    path.write_text("[1]")
    assert peek_settings(str(path)) == {}
    path.write_text("[" * 200_000)
    assert peek_settings(str(path)) == {}
    assert path.exists()
