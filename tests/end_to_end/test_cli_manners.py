"""How the commands behave: exit codes, streams, closed pipes, odd terminals, and what they import."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from tests.end_to_end.machine import ROOT, Machine

LINE = {
    "type": "assistant",
    "timestamp": "2026-11-21T09:00:00.000Z",
    "sessionId": "11111111-1111-4111-8111-111111111111",
    "cwd": "/home/dev/projects/änderung",
    "message": {
        "id": "msg_1",
        "model": "claude-sonnet-4-6",
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": 1000,
            "cache_read_input_tokens": 0,
            "cache_creation_input_tokens": 0,
            "output_tokens": 100,
        },
    },
}
NOON = {"TOKENTRAY_NOW": "2026-11-21T12:00:00Z"}
QUICK = (("today",), ("today", "--json"), ("status", "--format", "plain"), ("status", "--format", "waybar"))
SLOW = (
    *(("sync",), ("report",), ("report", "--csv"), ("quota",), ("accounts",), ("sources",), ("doctor",), ("--help",)),
    *(("export", "--format", "json"), ("--version",), ("backup", os.devnull + "x"), ("journal",), ("checkin",)),
    *(("journal", "add", "--title", "x"), ("report", "--by", "work,tag"), ("import", os.devnull + "x")),
)
HEAVY = {"argparse", "dataclasses", "datetime", "decimal", "enum", "inspect", "logging", "re", "typing", "zoneinfo"}


@pytest.fixture
def used(machine: Machine) -> Machine:
    """One response of 1,000 tokens in and 100 out, at 3 and 15 USD a million: 0.0045 USD."""
    write_log(machine)
    assert machine.run("sync", **NOON).code == 0
    return machine


def write_log(machine: Machine) -> None:
    log = machine.home / ".claude" / "projects" / "-home-dev" / f"{LINE['sessionId']}.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text(json.dumps(LINE) + "\n")
    noon = datetime.fromisoformat(NOON["TOKENTRAY_NOW"]).timestamp()
    os.utime(log, (noon, noon))


def imported(machine: Machine, *words: str) -> set[str]:
    command = machine.command(*words)
    done = subprocess.run(
        [command[0], "-X", "importtime", *command[3:]],
        env=machine.environ(**NOON),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return set(re.findall(r"^import time:.*\| +(\S+)$", done.stderr, re.MULTILINE))


@pytest.mark.parametrize("words", [*QUICK, *SLOW], ids=" ".join)
def test_no_command_imports_qt(used: Machine, words: tuple[str, ...]) -> None:
    names = imported(used, *words)
    assert "tokentray.cli.codes" in names
    assert not {name for name in names if name.startswith(("PySide6", "shiboken6", "tokentray.ui", "tokentray.app"))}


@pytest.mark.parametrize("words", QUICK, ids=" ".join)
def test_the_quick_commands_import_next_to_nothing(used: Machine, words: tuple[str, ...]) -> None:
    plain = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "pass"], capture_output=True, encoding="utf-8", check=True
    ).stderr
    always = set(re.findall(r"\| +(\S+)$", plain, re.MULTILINE))
    names = imported(used, *words) - always
    # json brings re and enum along; TOKENTRAY_NOW, which stops the clock here, brings datetime and typing.
    allowed = {"datetime", "typing", "re", "enum", *(["json"] if "--json" in words or "waybar" in words else [])}
    assert names & (HEAVY | {"json", "sqlite3", "httpx", "keyring", "msgspec"}) <= allowed


def test_sync_without_providers_needs_no_http_no_keyring_no_dataclasses(used: Machine) -> None:
    assert not imported(used, "sync") & {"httpx", "keyring", "msgspec", "dataclasses", "argparse", "json", "logging"}


def test_a_first_answer_looks_up_prices_without_heavy_imports(machine: Machine) -> None:
    write_log(machine)
    names = imported(machine, "today")
    assert "tokentray.insights.price_lookup" in names
    assert not names & {"httpx", "keyring", "msgspec", "dataclasses", "argparse", "decimal", "logging"}


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("sink",), "Did you mean “sync”?"),
        (("jurnal", "list"), "Did you mean “journal”?"),
        (("--jsn",), "There is no option “--jsn”."),
        (("report", "--by", "day,colour"), "there is no key “colour”"),
        (("journal", "lst"), "lst"),
        (("journal", "add", "--outcome", "great"), "is none of worked, partly, failed, unclear"),
        (("journal", "add", "--level", "all"), "is none of me, team, company"),
        (("journal", "add", "--effort", "long"), "is no time such as"),
        (("journal", "add", "--saved", "2h-1h"), "begins with the greater time"),
        (("journal", "add", "--date", "21.11.2026"), "is no day such as 2026-11-21"),
        (("journal", "add", "--date", "2026-11-21", "--session", "last"), "not allowed with"),
        (("journal", "add", "--title", "x", "--session", "tomorrow"), "There is no session of work “tomorrow”"),
        (("journal", "add", "--title", "x", "--follows", "abc"), "There is no card “abc”"),
        (("journal", "add"), "No editor is named by VISUAL or EDITOR"),
        (("journal", "show", "abc"), "There is no card “abc”"),
        (("journal", "edit", "abc"), "There is no card “abc”"),
        (("journal", "remove", "abc", "--yes"), "There is no card “abc”"),
        (("journal", "search", "outcom:failed"), "Did you mean “outcome:”?"),
        (("journal", "list", "--limit", "0"), "is no number of cards"),
        (("journal", "export"), "--markdown"),
        (("journal", "import", "nothing.here"), "There is nothing at nothing.here"),
        (("import", "nothing.here"), "There is no file nothing.here"),
        (("checkin", "--week", "2026-47"), "is no week such as 2026-W47"),
        (("report", "--since", "21.11.2026"), "is no day such as 2026-11-21"),
        (("report", "--since", "2026-11-22", "--until", "2026-11-21"), "is after"),
        (("report", "--zone", "Mars/Olympus"), "No zone is called “Mars/Olympus”"),
        (("report", "--source", "codx"), "Did you mean “codex”?"),
        (("report", "--json", "--csv"), "not allowed with"),
        (("status",), "--format"),
        (("today", "--jso"), "--jso"),
        (("sync", "gemini/default"), "There is no account “gemini/default”"),
        (("accounts", "add", "opnai", "--key-stdin"), "Did you mean “openai”?"),
        (("accounts", "add", "openai"), "--key-stdin"),
        (("accounts", "add", "codex"), "--folder"),
        (("accounts", "add", "openai", "--key-env", "sk-admin-secret"), "takes the name of a variable"),
        (("accounts", "pause", "claude-cod/default"), "Did you mean “claude-code/default”?"),
        (("accounts", "remove", "claude-code/default"), "was found on this machine, not added"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2_and_says_what_is_meant(used: Machine, words: tuple[str, ...], hint: str) -> None:
    ran = used.run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert hint in ran.err
    assert "sk-admin-secret" not in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("today",),
        ("sync",),
        ("report",),
        ("quota",),
        ("status", "--format", "waybar"),
        ("export", "--format", "csv"),
        (),
    ],
    ids=" ".join,
)
def test_nothing_configured_is_4(machine: Machine, words: tuple[str, ...]) -> None:
    ran = machine.run(*words)
    assert (ran.code, ran.out) == (4, "")
    assert ran.err.startswith("tokentray: ")
    assert not (machine.folder / "history.sqlite").exists()


def test_a_part_that_failed_is_3(used: Machine) -> None:
    ran = used.run("restore", str(used.home / "nothing.here"))
    assert (ran.code, ran.out) == (3, "")
    assert "There is no file" in ran.err


def test_a_newer_history_is_refused_with_a_clear_word(used: Machine) -> None:
    with sqlite3.connect(used.folder / "history.sqlite") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    for words in (("today",), ("report",), ("sync",)):
        ran = used.run(*words, **NOON)
        assert (ran.code, ran.out) == (3, "")
        assert "was written by a newer TokenTray" in ran.err


def test_a_bug_is_1_and_stands_in_the_log(used: Machine) -> None:
    with sqlite3.connect(used.folder / "history.sqlite") as db:
        db.execute("DROP TABLE gauge")
    db.close()
    ran = used.run("quota")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.count("\n") == 1
    assert "no such table: gauge" in (used.folder / "tokentray.log").read_text()


def test_settings_that_cannot_be_written_are_no_bug(used: Machine) -> None:
    (used.folder / "settings.json.new").mkdir()
    done = used.run("accounts", "pause", "claude-code/default")
    assert (done.code, "settings.json cannot be written" in done.err) == (3, True)


def test_a_reading_tells_of_damaged_settings_too(used: Machine) -> None:
    (used.folder / "settings.json").write_text('{"accounts": [{"name": "openai/work"')
    done = used.run("sync", **NOON)
    assert (done.code, "settings.json.damaged" in done.err) == (0, True)


def test_a_first_answer_tells_of_damaged_settings_too(machine: Machine) -> None:
    write_log(machine)
    machine.folder.mkdir()
    (machine.folder / "settings.json").write_text("{")
    done = machine.run("today", **NOON)
    assert (done.code, "settings.json.damaged" in done.err) == (0, True)


def test_damaged_settings_are_kept_and_told_of(used: Machine) -> None:
    (used.folder / "settings.json").write_text("{")
    ran = used.run("report", "--json", **NOON)
    assert (ran.code, ran.json["rows"][0]["tokens"]["total"]) == (0, 1100)
    assert "they were kept as" in ran.err
    assert used.run("doctor", "--json").json["state"] == "ok"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes close in another way there")
@pytest.mark.parametrize(
    "words", [("report",), ("today",), ("sources",), ("report", "--help"), ("export", "--format", "csv")], ids=" ".join
)
def test_a_closed_pipe_is_no_error(used: Machine, words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        done = subprocess.run(
            used.command(*words), env=used.environ(), cwd=ROOT, stdout=nobody, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent in another way there")
def test_ctrl_c_ends_it_quietly(used: Machine, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    slow = f"sh -c 'echo > {begun}; exec sleep 30'"
    # Without -W error: the standard library's own clean-up of a child warns when it is interrupted.
    words = [sys.executable, "-m", "tokentray", "accounts", "add", "openai", "--key-command", slow]
    with subprocess.Popen(
        words, env=used.environ(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        begun.read_text()  # blocks until the command that gives the key runs
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, "", "")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
@pytest.mark.parametrize(
    "words",
    [
        *(("today",), ("report", "--by", "project"), ("doctor",), ("sources",), ("report", "--help")),
        *(("journal", "add", "--title", "«Ü»—“日本”", "--json"), ("checkin",), ("journal", "--help")),
    ],
    ids=" ".join,
)
def test_no_terminal_makes_it_fail(used: Machine, encoding: str, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        used.command(*words),
        env=used.environ(PYTHONUTF8="0", PYTHONIOENCODING=encoding, **NOON),
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode(encoding)


def test_today_in_words(used: Machine) -> None:
    lines = used.run("today", **NOON).out.splitlines()
    assert lines[0] == "Today, Saturday, 21 November 2026 (Europe/Berlin)"
    assert lines[2] == "  1,100 tokens   ≈ 0.0045 USD   1 request   1 session"


def test_status_for_every_bar(used: Machine) -> None:
    def status(form: str) -> str:
        return used.run("status", "--format", form, **NOON).out

    assert status("plain") == status("tmux") == "1.10k · ≈ 0.0045 USD\n"
    waybar = json.loads(status("waybar"))
    assert (waybar["text"], waybar["class"]) == ("1.10k · ≈ 0.0045 USD", "calm")
    assert waybar["tooltip"] == "claude-code/default: 1,100 tokens, ≈ 0.0045 USD"
    whole = json.loads(status("json"))
    assert (whole["schema"], whole["tokens"]["total"], whole["gauge"]) == ("tokentray.status/1", 1100, None)


def test_a_day_of_which_nothing_was_read_is_unknown_and_not_nothing(used: Machine) -> None:
    next_day = {"TOKENTRAY_NOW": "2026-11-22T12:00:00Z"}
    assert used.run("status", "--format", "plain", **next_day).out == "—\n"
    assert used.run("today", **next_day).out.splitlines()[2] == "  Nothing was read today, so what was used is unknown."
    used.run("sync", **next_day)
    assert used.run("status", "--format", "plain", **next_day).out == "0\n"
    assert used.run("today", **next_day).out.splitlines()[2] == "  Nothing used yet."


@pytest.mark.parametrize(
    "words", [(), ("demo",), ("today",), ("status", "--format", "plain"), ("report",), ("doctor",)]
)
def test_a_clock_at_the_end_of_the_calendar_is_wrong_usage(used: Machine, words: tuple[str, ...]) -> None:
    ran = used.run(*words, TOKENTRAY_NOW="9999-12-31T23:59:59Z")
    assert (ran.code, ran.out) == (2, "")
    assert "2000 to 2999" in ran.err


def test_a_quota_read_long_ago_is_shown_with_its_age(used: Machine) -> None:
    log = used.home / ".codex" / "sessions" / "2026" / "11" / "21" / "rollout-2026-11-21T09-00-00-x.jsonl"
    log.parent.mkdir(parents=True)
    limits = {"primary": {"used_percent": 23.0, "window_minutes": 10080, "resets_at": 1795737600}}
    count = {"type": "token_count", "info": None, "rate_limits": limits}
    meta = {"id": "019d3691-8ab8-7d40-be4e-13ad5af89ce9", "timestamp": "2026-11-21T09:00:00Z", "cwd": "/x"}
    lines = (("session_meta", meta), ("event_msg", count))
    log.write_text(
        "".join(
            json.dumps({"timestamp": "2026-11-21T09:00:00Z", "type": kind, "payload": payload}) + "\n"
            for kind, payload in lines
        )
    )
    later = {"TOKENTRAY_NOW": "2026-11-23T12:00:00Z"}
    used.run("sync", **later)
    assert used.run("status", "--format", "plain", **later).out == "0 · week 23 % (2 days ago)\n"
    assert "23 % used (2 days ago)" in json.loads(used.run("status", "--format", "waybar", **later).out)["tooltip"]


def test_a_report_keeps_its_contract(used: Machine) -> None:
    report = used.run("report", "--by", "day,model,origin", "--json", **NOON).json
    assert report["schema"] == "tokentray.report/1"
    assert (report["zone"], report["since"], report["until"]) == ("Europe/Berlin", "2026-11-21", "2026-11-21")
    assert (report["by"], report["as_of"]) == (["day", "model", "origin"], "2026-11-21T12:00:00Z")
    (row,) = report["rows"]
    assert (row["day"], row["model"], row["origin"]) == ("2026-11-21", "claude-sonnet-4-6", "logged")
    expected = {"input": 1000, "cache_read": 0, "cache_write": 0, "output": 100, "unsplit": None, "total": 1100}
    assert {name: row["tokens"][name] for name in expected} == expected
    (cost,) = row["cost"]
    assert (cost["amount"], cost["currency"], cost["kind"]) == ("0.0045", "USD", "estimated")
    assert {"billed", "logged", "headline"} <= set(report["totals"])
    assert report["totals"]["headline"]["origins"] == ["logged"]
    (known,) = report["coverage"]
    assert (known["account"], known["gaps"]) == ("claude-code/default", [])


def test_a_report_as_csv(used: Machine) -> None:
    (row,) = csv.DictReader(io.StringIO(used.run("report", "--by", "project,hour", "--csv", **NOON).out))
    assert (row["project"], row["hour"]) == ("/home/dev/projects/änderung", "2026-11-21T10:00+01:00")
    assert (row["input"], row["unsplit"], row["total"], row["cost"], row["kind"]) == (
        "1000",
        "",
        "1100",
        "0.0045",
        "estimated",
    )


@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_export_has_everything(used: Machine, form: str) -> None:
    file = used.home / f"all.{form}"
    assert used.run("export", "--format", form, "--out", str(file)).out == ""
    assert file.read_text(encoding="utf-8") == used.run("export", "--format", form).out
    assert "msg_1" not in file.read_text(encoding="utf-8")
    assert "änderung" in file.read_text(encoding="utf-8")


def test_a_backup_comes_back(used: Machine) -> None:
    backup = used.home / "backup.sqlite"
    before = used.run("report", "--json", **NOON).out
    assert used.run("backup", str(backup)).code == 0
    (used.folder / "history.sqlite").unlink()
    restored = used.run("restore", str(backup))
    assert (restored.code, restored.err) == (0, "")
    assert used.run("report", "--json", **NOON).out == before
    assert "kept as" in used.run("restore", str(backup)).out


def test_progress_by_lines_for_the_tray(machine: Machine) -> None:
    log = machine.home / ".claude" / "projects" / "-home-dev" / "one.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text((json.dumps(LINE) + "\n") * 100)
    ran = machine.run("sync", "--json", "claude-code/default", TOKENTRAY_PROGRESS="lines")
    assert json.loads(ran.err.splitlines()[-1])["done"] == 1
    assert ran.json["logs"]["files"] == 1
