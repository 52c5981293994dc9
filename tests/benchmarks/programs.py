"""Whole programs against a peer: first scan, today on a virgin machine, nothing new, one new line, a glance."""

from __future__ import annotations

import glob
import json
import os
import shutil
import subprocess
import sys

from measure import Command, head, interleaved, row
from peers import ROOT, ccusage, corpus

NOW = "2026-11-19T23:30:00Z"
TODAY = "2026-11-19"


def tokentray(name: str, words: str, home: str, folder: str, fresh: bool = False) -> Command:
    environment = {"HOME": home, "TOKENTRAY_HOME": folder, "TOKENTRAY_NOW": NOW, "PYTHONPATH": ROOT}
    command = (sys.executable, "-m", "tokentray", *words.split())
    return Command(name, command, environment, (lambda: empty(folder)) if fresh else None)


def empty(folder: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)


def measure_programs(work: str, size: str, rounds: int) -> None:
    peer = ccusage(os.path.join(work, "peers"))
    for variant in "ab":
        home = corpus(work, variant, size)
        check_totals(home, os.path.join(work, f"exact-{variant}"))
        first_scan(work, peer, home, variant, rounds)
    home = corpus(work, "a", size)
    glances(work, peer, home, rounds)


def check_totals(home: str, folder: str) -> None:
    """A speed counts only for right numbers: every total of the corpus's truth, or no table."""
    empty(folder)
    environment = {
        **os.environ,
        "HOME": home,
        "TOKENTRAY_HOME": folder,
        "TOKENTRAY_NOW": NOW,
        "PYTHONPATH": ROOT,
        "TZ": "UTC",
    }
    run = [sys.executable, "-m", "tokentray"]
    subprocess.run([*run, "sync"], env=environment, check=True, capture_output=True)
    words = [
        *run,
        "report",
        "--by",
        "source",
        "--since",
        "2020-01-01",
        "--until",
        "2030-01-01",
        "--zone",
        "UTC",
        "--json",
    ]
    report = json.loads(subprocess.check_output(words, env=environment))
    with open(home + ".truth.json", encoding="utf-8") as file:
        truth = json.load(file)["totals"]
    for agent, source in (("claude", "claude-code"), ("codex", "codex")):
        rows = [entry for entry in report["rows"] if entry["source"] == source]
        found = [
            sum(entry["tokens"][name] or 0 for entry in rows)
            for name in ("input", "output", "cache_write", "cache_read")
        ]
        wanted = [truth[agent][name] for name in ("input", "output", "cache_create", "cache_read")]
        if found != wanted:
            raise SystemExit(f"{source} is not exact: {found} instead of {wanted}")
    print(f"every total of {os.path.basename(os.path.dirname(home))} is exact", flush=True)


def first_scan(work: str, peer: str, home: str, variant: str, rounds: int) -> None:
    ours = tokentray("ours", "sync", home, os.path.join(work, "first"), fresh=True)
    theirs = Command("theirs", (peer, "daily", "--offline"), {"HOME": home})
    medians = interleaved([ours, theirs], rounds)
    head(f"First scan into the full history, corpus {variant}, against {peer.rsplit('/', 1)[-1]} daily")
    row("wall", medians["ours"].wall, medians["theirs"].wall, 0.75 if variant == "a" else 0.8)
    row("processor", medians["ours"].cpu, medians["theirs"].cpu, 0.5)
    row("peak memory", medians["ours"].peak, medians["theirs"].peak, 1 / 3, "MB")


def glances(work: str, peer: str, home: str, rounds: int) -> None:
    folder = os.path.join(work, "warm")
    empty(folder)
    warm = tokentray("sync", "sync", home, folder)
    log = newest_log(home)

    def append_line() -> None:
        with open(log, "ab") as file:
            file.write(ONE_LINE % (os.urandom(11).hex().encode(), b"2026-11-19T23:29:00.000Z"))

    before = os.path.getsize(log), os.stat(log).st_mtime
    appended = Command("appended", warm.words, warm.environment, append_line)
    commands = [
        tokentray("virgin", "today", home, os.path.join(work, "virgin"), fresh=True),
        Command("their today", (peer, "daily", "--offline", "--since", TODAY), {"HOME": home}),
        warm,
        appended,
        tokentray("today", "today", home, folder),
        tokentray("status", "status --format plain", home, folder),
        Command("pass", (sys.executable, "-c", "pass"), {"PYTHONPATH": ROOT}),
    ]
    try:
        medians = interleaved(commands, rounds)
    finally:
        os.truncate(log, before[0])
        os.utime(log, (before[1], before[1]))
    theirs, bare = medians["their today"].wall, medians["pass"].wall
    head("A glance, wall clock")
    row("today on a virgin machine / ccusage daily --since today", medians["virgin"].wall, theirs, 1 / 15)
    row("sync, nothing new / ccusage", medians["sync"].wall, theirs, 1 / 30)
    row("sync, one appended line / ccusage", medians["appended"].wall, theirs, 1 / 30)
    row("today / python -c pass", medians["today"].wall, bare, 3)
    row("status / python -c pass", medians["status"].wall, bare, 3)
    row("today / ccusage", medians["today"].wall, theirs, 1 / 60)


def newest_log(home: str) -> str:
    logs = glob.glob(os.path.join(home, ".claude", "projects", "*", "*.jsonl"))
    whole = [path for path in logs if ends_whole(path)]
    return max(whole, key=os.path.getmtime)


def ends_whole(path: str) -> bool:
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


ONE_LINE = (
    b'{"parentUuid":null,"isSidechain":false,"cwd":"/home/dev/proj-01","sessionId":"bench","version":"2.1.3","message":'
    b'{"model":"claude-opus-4-5-20251101","id":"msg_01%s","type":"message","role":"assistant","content":[{"type":"text",'
    b'"text":"done"}],"stop_reason":"end_turn","usage":{"input_tokens":5,"cache_creation_input_tokens":900,'
    b'"cache_read_input_tokens":40000,"cache_creation":{"ephemeral_5m_input_tokens":900,"ephemeral_1h_input_tokens":0},'
    b'"output_tokens":120,"service_tier":"standard"}},"requestId":"req_011","type":"assistant","uuid":"u",'
    b'"timestamp":"%s"}\n'
)
