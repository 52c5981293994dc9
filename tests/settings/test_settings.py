"""Settings survive saving, damage, and programs older and newer than ours."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tokentray.settings.settings import (
    AccountSetting,
    Budget,
    OwnPrice,
    Settings,
    SettingsUnreadable,
    change_settings,
    load_settings,
    save_settings,
)


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert load_settings(str(tmp_path / "settings.json")) == Settings()


def test_everything_comes_back(tmp_path: Path) -> None:
    path = str(tmp_path / "deep" / "settings.json")
    settings = Settings(
        zone="Europe/Berlin",
        polling_allowed=True,
        accounts=(AccountSetting("openai/work", key_from="env:OPENAI_ADMIN_KEY", paused=True),),
        budgets=(Budget("25.50", "EUR", "month"),),
        own_prices=(OwnPrice("local-model", input="0", output="0"),),
    )
    save_settings(path, settings)
    assert load_settings(path) == settings


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_on_this_machine_can_read_them(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("{}")
    path.chmod(0o644)
    save_settings(str(path), Settings(private_words=("Falcon",)))
    assert path.stat().st_mode & 0o077 == 0


def test_what_a_newer_version_wrote_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"zone": "UTC", "hologram": {"on": true}}')
    save_settings(str(path), load_settings(str(path)))
    assert json.loads(path.read_text())["hologram"] == {"on": True}


def test_a_value_of_the_wrong_kind_falls_back_to_its_default(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"zone": 7, "amber_at": "high", "accounts": [3, {"name": "codex/two", "folder": "/x", "new": 1}]}')
    settings = load_settings(str(path))
    assert (settings.zone, settings.amber_at) == ("", 75)
    assert settings.accounts == (AccountSetting("codex/two", folder="/x"),)


@pytest.mark.parametrize(
    ("wrong", "kept"),
    [
        ('"paused": "yes"', AccountSetting("openai/work", "env:KEY", "https://gate.example", "/x", False)),
        ('"key_from": 7', AccountSetting("openai/work", "", "https://gate.example", "/x", True)),
        ('"base_url": null', AccountSetting("openai/work", "env:KEY", "", "/x", True)),
        ('"folder": ["/y"]', AccountSetting("openai/work", "env:KEY", "https://gate.example", "", True)),
    ],
)
def test_what_is_sound_of_an_account_is_kept(tmp_path: Path, wrong: str, kept: AccountSetting) -> None:
    path = tmp_path / "settings.json"
    sound = '"key_from": "env:KEY", "base_url": "https://gate.example", "folder": "/x", "paused": true'
    path.write_text(f'{{"accounts": [{{"name": "openai/work", {sound}, {wrong}}}, {{"name": 3}}, {{"paused": true}}]}}')
    assert load_settings(str(path)).accounts == (kept,)
    change_settings(str(path), lambda settings: settings.with_account(AccountSetting("openai/home")))
    assert load_settings(str(path)).accounts == (kept, AccountSetting("openai/home"))


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff\xfe", b'{"zone": "\x00"}', b"[" * 200_000])
def test_a_damaged_file_is_kept_beside(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(damage)
    with pytest.raises(SettingsUnreadable, match=r"settings\.json\.damaged"):
        load_settings(str(path))
    assert (tmp_path / "settings.json.damaged").read_bytes() == damage
    assert load_settings(str(path)) == Settings()


def test_an_account_is_added_replaced_and_taken_out() -> None:
    settings = (
        Settings().with_account(AccountSetting("openai/work")).with_account(AccountSetting("openai/work", paused=True))
    )
    assert settings.accounts == (AccountSetting("openai/work", paused=True),)
    assert settings.account("openai/work") is not None
    assert settings.without_account("openai/work").accounts == ()
    assert settings.without_account("openai/work").account("openai/work") is None


@pytest.mark.parametrize("item", ["{}", '{"paused": true}', '{"name": 7}', "null"])
def test_an_account_that_makes_no_sense_is_left_out(tmp_path: Path, item: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"accounts": [' + item + "]}")
    assert load_settings(str(path)) == Settings()


def test_own_functions_of_work_come_back_without_what_is_none(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"functions": ["sales", 3, "", "law"], "pause_minutes": 45, "nudge": "yes"}')
    settings = load_settings(str(path))
    assert (settings.functions, settings.pause_minutes, settings.nudge) == (("sales", "law"), 45, False)


def test_a_second_damaged_file_does_not_take_the_place_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    for damage in ("first", "second"):
        path.write_text(damage)
        with pytest.raises(SettingsUnreadable):
            load_settings(str(path))
    assert (tmp_path / "settings.json.damaged").read_text() == "first"
    assert (tmp_path / "settings.json.damaged-2").read_text() == "second"


def test_changes_made_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    path = str(tmp_path / "settings.json")

    def add(number: int) -> None:
        change_settings(path, lambda settings: settings.with_account(AccountSetting(f"openai/{number}")))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert len(load_settings(path).accounts) == 40


def test_what_a_killed_program_left_behind_stands_in_the_way_for_a_moment_only(tmp_path: Path) -> None:
    (tmp_path / "settings.json.new").write_text("{ half")
    save_settings(str(tmp_path / "settings.json"), Settings(zone="UTC"))
    assert load_settings(str(tmp_path / "settings.json")) == Settings(zone="UTC")
