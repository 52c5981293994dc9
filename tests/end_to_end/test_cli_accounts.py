"""Accounts by the command line, from adding a key to the numbers, against a provider on loopback."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.end_to_end.machine import SAMPLES, Machine, needs_samples
from tests.ledger_server import KEYS, Handler, LedgerServer, always, made_up_ledger, serving

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
STOPPED = {"TOKENTRAY_NOW": "2026-11-20T10:30:00Z"}
WRONG = "sk-proj-An0rdinaryKeyThatOpensNothing"


@pytest.fixture
def house() -> Iterator[LedgerServer]:
    with serving(LedgerServer(NOW, made_up_ledger(NOW, days=20, each=60))) as house:
        yield house


def address(house: LedgerServer, provider: str) -> tuple[str, str]:
    return "--base-url", f"http://127.0.0.1:{house.port}/{provider}"


def keys_in(folder: Path) -> list[str]:
    """The files that hold a key, or a part of one that would do."""
    secrets = [secret[10:].encode() for secret in (*KEYS.values(), WRONG)]
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(secret in path.read_bytes() for secret in secrets)
    ]


def test_from_a_key_to_the_numbers(machine: Machine, house: LedgerServer) -> None:
    environ = {**STOPPED, "OPENAI_ADMIN_KEY": KEYS["openai"]}
    added = machine.run(
        "accounts",
        "add",
        "openai",
        "--label",
        "work",
        "--key-env",
        "OPENAI_ADMIN_KEY",
        *address(house, "openai"),
        **environ,
    )
    assert (added.code, added.err) == (0, "")
    assert added.out.startswith("openai/work was added.")
    synced = machine.run("sync", "--json", **environ)
    assert (synced.code, synced.json["accounts"][0]["state"]) == (0, "ok")
    expected = [request for request in house.ledger if request.provider == "openai"]
    report = machine.run("report", "--by", "origin", "--json", **environ).json
    assert report["totals"]["billed"]["tokens"]["total"] == sum(request.total for request in expected)
    assert report["coverage"][0]["account"] == "openai/work"
    (account,) = machine.run("accounts", "list", "--json", **environ).json["accounts"]
    assert (account["account"], account["state"], account["key_from"]) == ("openai/work", "ok", "env:OPENAI_ADMIN_KEY")
    assert machine.run("accounts", "test", "openai/work", **environ).code == 0
    assert machine.run("doctor", "--network", "--json", **environ).json["state"] == "ok"
    assert keys_in(machine.folder) == []


def test_the_wrong_kind_of_key_is_refused_with_the_right_one_named(machine: Machine, house: LedgerServer) -> None:
    ran = machine.run(
        "accounts", "add", "openai", "--key-stdin", *address(house, "openai"), text=f"{WRONG}\n", **STOPPED
    )
    assert (ran.code, ran.out) == (3, "")
    assert "admin key" in ran.err
    assert "openai/default was not added." in ran.err
    assert WRONG not in ran.err
    assert machine.run("accounts", "list", "--json").json["accounts"] == []


def test_without_a_keyring_there_is_no_plain_file(machine: Machine, house: LedgerServer) -> None:
    ran = machine.run(
        *("accounts", "add", "openai", "--key-stdin", *address(house, "openai")), text=f"{KEYS['openai']}\n", **STOPPED
    )
    assert (ran.code, ran.out) == (3, "")
    assert "keys are never written to a plain file" in ran.err
    assert keys_in(machine.folder) == []


def test_a_command_may_give_the_key(machine: Machine, house: LedgerServer) -> None:
    command = f"printf {KEYS['anthropic']}"
    added = machine.run(
        "accounts", "add", "anthropic", "--key-command", command, *address(house, "anthropic"), **STOPPED
    )
    assert (added.code, added.err) == (0, "")
    listed = machine.run("accounts", **STOPPED)
    assert "command" in listed.out
    assert KEYS["anthropic"] not in listed.out
    assert machine.run("sync", **STOPPED).out == "anthropic/default: read.\n"


def test_one_account_that_fails_leaves_the_others_unharmed(machine: Machine, house: LedgerServer) -> None:
    for provider in ("openai", "anthropic"):
        environ = {**STOPPED, "A_KEY": KEYS[provider]}
        assert (
            machine.run("accounts", "add", provider, "--key-env", "A_KEY", *address(house, provider), **environ).code
            == 0
        )
    ran = machine.run("sync", "--json", **STOPPED, A_KEY=KEYS["anthropic"])
    states = {account["account"]: account["state"] for account in ran.json["accounts"]}
    assert (ran.code, states) == (3, {"openai/default": "key_rejected", "anthropic/default": "ok"})
    assert "openai/default: " in ran.err
    doctor = machine.run("doctor", "--json", **STOPPED)
    assert (doctor.code, doctor.json["state"]) == (3, "bad")
    bad = [finding["about"] for finding in doctor.json["findings"] if finding["state"] == "bad"]
    assert bad == ["openai/default"]


def test_a_provider_in_trouble_is_a_part_that_failed(machine: Machine, house: LedgerServer) -> None:
    environ = {**STOPPED, "A_KEY": KEYS["openai"]}
    machine.run("accounts", "add", "openai", "--key-env", "A_KEY", *address(house, "openai"), **environ)
    house.fault = always(200, "<html>Sign in to the airport's Wi-Fi</html>")
    ran = machine.run("sync", **environ)
    assert (ran.code, ran.out) == (3, "")
    assert "openai/default: " in ran.err
    assert "airport" not in ran.err


def test_pause_resume_and_remove(machine: Machine, house: LedgerServer) -> None:
    environ = {**STOPPED, "A_KEY": KEYS["openai"]}
    machine.run("accounts", "add", "openai", "--key-env", "A_KEY", *address(house, "openai"), **environ)
    assert machine.run("accounts", "pause", "openai/default").code == 0
    assert machine.run("sync", "--json", **environ).json["accounts"] == []
    assert machine.run("accounts", "resume", "openai").out == "openai/default is read again.\n"
    assert machine.run("sync", "--json", **environ).json["accounts"][0]["state"] == "ok"
    assert machine.run("accounts", "remove", "openai/default").code == 0
    (left,) = machine.run("accounts", "list", "--json").json["accounts"]
    assert (left["account"], left["state"]) == ("openai/default", "removed")
    assert machine.run("report", "--json", **STOPPED).json["totals"]["billed"]["tokens"]["total"] > 0
    assert machine.run("sync", **environ).code == 4


@needs_samples
def test_an_agent_is_paused_and_another_home_is_added(machine: Machine) -> None:
    machine.take_logs("codex")
    assert machine.run("accounts", "pause", "codex/default").code == 0
    assert machine.run("sync", "--json").json["logs"]["accounts"] == []
    other = machine.home.parent / "other"
    shutil.copytree(SAMPLES / "claude" / "home" / ".claude", other)
    added = machine.run("accounts", "add", "claude-code", "--label", "laptop", "--folder", str(other))
    assert (added.code, added.err) == (0, "")
    assert machine.run("sync", "--json").json["logs"]["accounts"] == ["claude-code/laptop"]
    report = machine.run("report", "--by", "account", "--json").json
    assert [(row["account"], row["tokens"]["total"]) for row in report["rows"]] == [("claude-code/laptop", 1_819_366)]
    assert machine.run("accounts", "resume", "codex/default").code == 0
    machine.run("sync")
    report = machine.run("report", "--by", "account", "--json").json
    assert {row["account"]: row["tokens"]["total"] for row in report["rows"]}["codex/default"] == 1_395_651
    assert json.loads((machine.folder / "settings.json").read_text())["accounts"] == [
        {"name": "claude-code/laptop", "key_from": "", "base_url": "", "folder": str(other), "paused": False}
    ]


def test_a_folder_without_logs_is_not_added(machine: Machine) -> None:
    (machine.home / "empty").mkdir()
    ran = machine.run("accounts", "add", "codex", "--folder", str(machine.home / "empty"))
    assert (ran.code, ran.out) == (2, "")
    assert "holds no logs of codex" in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent in another way there")
def test_the_tray_may_end_a_sync_at_any_moment(machine: Machine, house: LedgerServer) -> None:
    environ = {**STOPPED, "A_KEY": KEYS["openai"]}
    machine.run("accounts", "add", "openai", "--key-env", "A_KEY", *address(house, "openai"), **environ)
    asked = threading.Event()

    def never_answer(_: Handler) -> bool:
        asked.set()
        return house.stopped.wait(30)

    house.fault = never_answer
    with machine.start("sync", **environ) as process:
        assert asked.wait(30)
        process.terminate()
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (143, "", "")
    assert [path.name for path in machine.folder.glob("history.sqlite.writing-*")] == []


def test_the_catalogue_names_key_and_page(machine: Machine) -> None:
    sources = {source["name"]: source for source in machine.run("sources", "--json").json["sources"]}
    assert {"claude-code", "codex", "openai", "anthropic", "openrouter"} <= set(sources)
    assert sources["codex"]["key_kind"] is None
    for name in ("openai", "anthropic", "openrouter"):
        assert sources[name]["key_kind"]
        assert sources[name]["key_page"].startswith("https://")
    assert sources["openai"]["base_url"] == "https://api.openai.com"


def test_a_provider_that_asks_to_wait_is_left_in_peace_until_then(machine: Machine, house: LedgerServer) -> None:
    environ = {**STOPPED, "A_KEY": KEYS["openai"]}
    machine.run("accounts", "add", "openai", "--key-env", "A_KEY", *address(house, "openai"), **environ)
    house.fault = always(429, "", Retry_After="7200")
    assert "It is left in peace until 2026-11-20T12:30:00Z." in machine.run("sync", **environ).err
    house.fault = None
    house.asked.clear()
    assert machine.run("sync", **{**environ, "TOKENTRAY_NOW": "2026-11-20T12:29:00Z"}).code == 3
    assert house.asked == []
    assert machine.run("sync", **{**environ, "TOKENTRAY_NOW": "2026-11-20T12:35:00Z"}).code == 0


def test_a_locked_history_is_waited_for_and_then_told(machine: Machine, house: LedgerServer) -> None:
    environ = {**STOPPED, "A_KEY": KEYS["openai"]}
    machine.run("accounts", "add", "openai", "--key-env", "A_KEY", *address(house, "openai"), **environ)
    machine.run("sync", **environ)
    other = sqlite3.connect(machine.folder / "history.sqlite", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        ran = machine.run("sync", **environ)
        assert machine.run("report", "--json", **STOPPED).code == 0
    finally:
        other.close()
    assert (ran.code, ran.out) == (3, "")
    assert "Another program has been writing" in ran.err
