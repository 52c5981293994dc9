"""The journal on the command line: the real program, a real editor's place taken by a script, real folders."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import Any

import pytest

from tests.end_to_end.machine import ROOT, Machine, needs_samples

pty = pytest.importorskip("pty", reason="editors, terminals and signals are others on Windows")

MORNING = {"TOKENTRAY_NOW": "2026-11-20T09:00:00Z"}
NOON = {"TOKENTRAY_NOW": "2026-11-20T12:00:00Z"}
EVENING = {"TOKENTRAY_NOW": "2026-11-20T18:00:00Z"}


def editor(machine: Machine, *expressions: str, end: str = "") -> dict[str, str]:
    """An editor that changes the text as sed does; `end` is what the shell does afterwards."""
    script = machine.home / "an editor.sh"
    script.write_text("".join(f"sed -i -e '{expression}' \"$1\"\n" for expression in expressions) + end)
    return {"EDITOR": f"sh '{script}'"}


def cards(machine: Machine, *words: str) -> list[dict[str, Any]]:
    ran = machine.run("journal", *(words or ("list",)), "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.json["schema"] == "tokentray.journal/1"
    found: list[dict[str, Any]] = ran.json["cards"]
    return found


def added(machine: Machine, *words: str, **environ: str) -> str:
    ran = machine.run("journal", "add", "--json", *words, **environ)
    assert (ran.code, ran.err) == (0, "")
    card_id: str = ran.json["cards"][0]["id"]
    return card_id


def test_a_card_with_every_option(machine: Machine) -> None:
    words = (
        *(
            "--title",
            "Review by a small model",
            "--tried",
            "Ten patches.",
            "--worked",
            "Six of them.",
            "--learned",
            "Say what to look for.",
        ),
        *(
            "--next",
            "The other four?",
            "--outcome",
            "partly",
            "--level",
            "team",
            "--function",
            "legal",
            "--tag",
            "review",
            "--tag",
            "a b",
        ),
        *(
            "--effort",
            "1h30",
            "--saved",
            "30-60",
            "--link",
            "https://example.org/7",
            "--date",
            "2026-11-18",
            "--model",
            "small-1",
            "--draft",
        ),
    )
    card_id = added(machine, *words, **MORNING)
    (card,) = cards(machine)
    assert card == {
        "id": card_id,
        "created_at": "2026-11-20T09:00:00Z",
        "edited_at": "2026-11-20T09:00:00Z",
        "day": "2026-11-18",
        "title": "Review by a small model",
        "tried": "Ten patches.",
        "worked": "Six of them.",
        "learned": "Say what to look for.",
        "next": "The other four?",
        "outcome": "partly",
        "level": "team",
        "function": "legal",
        "effort_minutes": 90,
        "saved_minutes": [30, 60],
        "tags": ["review", "a b"],
        "url": "https://example.org/7",
        "links": [],
        "models": ["small-1"],
        "follows": None,
        "draft": True,
        "on": "2026-11-18",
        "tokens": None,
        "cost": [],
        "work": [],
        "followed_by": [],
    }


def test_a_card_from_the_editor_is_found_and_edited(machine: Machine) -> None:
    typed = editor(
        machine,
        "s/^title:/title: Split #2/",
        "s/^outcome:/outcome: failed/",
        "s/^tags: \\[\\]/tags: [ui, 2026]/",
        "s/^## Tried/&\\n\\nOne pass./",
    )
    assert machine.run("journal", "add", **MORNING, **typed).code == 0
    (card,) = cards(machine)
    assert (card["title"], card["outcome"], card["tags"], card["tried"]) == (
        "Split #2",
        "failed",
        ["ui", "2026"],
        "One pass.",
    )
    for words in ("pass", "outcome:failed tag:UI", "since:2026-11 split"):
        assert [found["id"] for found in cards(machine, "search", *words.split())] == [card["id"]]
    assert cards(machine, "search", "outcome:worked") == []

    short = card["id"][:6]
    assert machine.run("journal", "edit", short, **NOON, **editor(machine, "s/One pass/Two passes/")).code == 0
    assert machine.run("journal", "edit", short, "--outcome", "worked", "--tag", "", **EVENING).code == 0
    (told,) = cards(machine, "show", short)
    assert (told["tried"], told["outcome"], told["tags"]) == ("Two passes.", "worked", [])
    assert [(edit["at"], edit["tried"], edit["outcome"]) for edit in told["edits"]] == [
        ("2026-11-20T12:00:00Z", "Two passes.", "failed"),
        ("2026-11-20T09:00:00Z", "One pass.", "failed"),
    ]
    shown = machine.run("journal", "show", short, "--earlier").out
    assert shown.count("One pass.") == 1
    assert shown.count("Two passes.") == 2
    assert not list(machine.folder.glob("editing-*"))


def test_an_editor_that_changes_nothing_makes_nothing(machine: Machine) -> None:
    ran = machine.run("journal", "add", EDITOR="true")
    assert (ran.code, ran.out, ran.err) == (3, "", "tokentray: Nothing was written, and no card was made.\n")
    card_id = added(machine, "--title", "x", **MORNING)
    ran = machine.run("journal", "edit", card_id, EDITOR="true")
    assert (ran.code, ran.out, ran.err) == (0, "", "tokentray: The card was left as it was.\n")
    assert cards(machine, "show", card_id)[0]["edits"] == []
    assert not list(machine.folder.glob("editing-*"))


@pytest.mark.parametrize(
    ("expressions", "end", "why"),
    [
        (("s/^title:/title: Mine/", "s/^outcome:/outcome: great/"), "", "line 4: outcome: “great” is none of"),
        (("s/^title:/title: Mine/",), "exit 7", "The editor ended with status 7"),
        (("s/^title:/title: Mine/",), "printf '\\377' >> \"$1\"", "What the editor left is not UTF-8"),
    ],
)
def test_no_text_is_lost(machine: Machine, expressions: tuple[str, ...], end: str, why: str) -> None:
    ran = machine.run("journal", "add", **editor(machine, *expressions, end=end))
    assert (ran.code, ran.out) == (3, "")
    assert why in ran.err
    (kept,) = machine.folder.glob("editing-*/card.md")
    assert str(kept) in ran.err
    assert "Mine" in kept.read_text(encoding="utf-8", errors="replace")
    assert cards(machine) == []
    if not end:
        kept.write_text(kept.read_text().replace("great", "worked"))
        assert machine.run("journal", "add", "--from", str(kept)).code == 0
        assert [(card["title"], card["outcome"]) for card in cards(machine)] == [("Mine", "worked")]


def test_ctrl_c_is_the_editors_key(machine: Machine) -> None:
    named = editor(machine, "s/^title:/title: Still here/", end="trap : INT\nkill -INT 0\n")
    with subprocess.Popen(
        machine.command("journal", "add"), env=machine.environ(**named), cwd=ROOT, start_new_session=True
    ) as process:
        assert process.wait(timeout=30) == 0
    assert [card["title"] for card in cards(machine)] == ["Still here"]


def test_a_card_from_standard_input(machine: Machine) -> None:
    assert machine.run("journal", "add", "--from", "-", text="---\ntitle: Piped\n---\nAll of it.\n").code == 0
    (card,) = cards(machine)
    assert (card["title"], card["tried"]) == ("Piped", "All of it.")


def test_what_is_removed_is_gone(machine: Machine) -> None:
    kept, gone = added(machine, "--title", "To stay"), added(machine, "--title", "Xylophone", "--tag", "zither")
    machine.run("journal", "edit", gone, "--tried", "Theremin")
    refused = machine.run("journal", "remove", gone)
    assert (refused.code, refused.out) == (2, "")
    assert "--yes" in refused.err
    removed = machine.run("journal", "remove", gone[:8], "--yes")
    assert (removed.code, removed.out) == (0, f"Removed {gone}.\n")
    assert "Backups and exports that were made before still have it" in removed.err
    assert [card["id"] for card in cards(machine)] == [kept]
    for file in machine.folder.iterdir():
        assert not any(word in file.read_bytes() for word in (b"Xylophone", b"zither", b"Theremin"))


@pytest.mark.parametrize(("answer", "left"), [("y\n", 0), ("\n", 1)])
def test_at_a_terminal_removing_asks(machine: Machine, answer: str, left: int) -> None:
    card_id = added(machine, "--title", "Xylophone")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        machine.command("journal", "remove", card_id),
        env=machine.environ(),
        cwd=ROOT,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        asked = b""
        while b"[y/N]" not in asked:
            asked += os.read(ours, 1000)
        os.write(ours, answer.encode())
        process.communicate(timeout=30)
    os.close(ours)
    assert "Remove “Xylophone” for good".encode() in asked
    assert (process.returncode, len(cards(machine))) == (0 if left == 0 else 3, left)


def test_notes_go_out_and_come_back(machine: Machine) -> None:
    added(machine, "--title", "One", "--tried", "First.\n\n## Next\nnot a section", "--date", "2026-11-18", **MORNING)
    added(machine, "--title", "Two: ü", "--tag", "a", "--outcome", "failed", "--date", "2026-11-19", **MORNING)
    vault = machine.home / "vault"
    assert machine.run("journal", "export", "--markdown", str(vault)).out.startswith("2 notes written")
    assert sorted(path.name for path in vault.iterdir()) == ["2026-11-18 One.md", "2026-11-19 Two ü.md"]
    assert "2 were right already" in machine.run("journal", "export", "--markdown", str(vault)).out
    assert machine.run("journal", "import", str(vault)).out == "0 cards new, 0 changed, 2 known already.\n"

    other = Machine(machine.home, machine.home / "other")
    assert other.run("journal", "import", str(vault)).out == "2 cards new, 0 changed, 0 known already.\n"
    assert other.run("journal", "import", str(vault)).out == "0 cards new, 0 changed, 2 known already.\n"
    assert cards(other) == cards(machine)


def test_a_note_that_was_edited_is_taken_and_never_overwritten(machine: Machine) -> None:
    card_id = added(machine, "--title", "One", "--tried", "First.", "--date", "2026-11-18", **MORNING)
    vault = machine.home / "vault"
    machine.run("journal", "export", "--markdown", str(vault))
    note = vault / "2026-11-18 One.md"
    old = note.read_text()
    note.rename(vault / "renamed.md")
    note = vault / "renamed.md"
    note.write_text(old.replace("First.", "Second.").replace("---\n", "---\naliases: [uno]\n", 1))
    refused = machine.run("journal", "export", "--markdown", str(vault))
    assert (refused.code, "renamed.md was changed since it was written" in refused.err) == (3, True)
    assert "Second." in note.read_text()

    assert machine.run("journal", "import", str(vault), **NOON).out == "0 cards new, 1 changed, 0 known already.\n"
    assert machine.run("journal", "import", str(vault), **NOON).out == "0 cards new, 0 changed, 1 known already.\n"
    (card,) = cards(machine, "show", card_id)
    assert (card["tried"], [edit["tried"] for edit in card["edits"]]) == ("Second.", ["First."])
    assert machine.run("journal", "export", "--markdown", str(vault)).code == 0
    assert list(vault.iterdir()) == [note]
    assert "aliases: [uno]" in note.read_text()

    machine.run("journal", "edit", card_id, "--tried", "Third.", **EVENING)
    (vault / "again.md").write_text(old)  # a copy from before: what it says is known
    assert machine.run("journal", "import", str(vault / "again.md")).out == "0 cards new, 0 changed, 1 known already.\n"
    assert cards(machine)[0]["tried"] == "Third."


def test_a_vault_of_another_program(machine: Machine) -> None:
    vault = machine.home / "Vault"
    (vault / "work").mkdir(parents=True)
    (vault / ".obsidian").mkdir()
    (vault / ".obsidian" / "hidden.md").write_text("---\ntitle: hidden\n---\n")
    (vault / "work" / "2026-11-17 Naming.md").write_text(
        "---\ntags:\n  - naming\nstatus: done\n---\nAsked for ten names.\n"
    )
    (vault / "shopping.md").write_text("milk")
    (vault / "broken.md").write_text("---\noutcome: superb\n---\n")
    ran = machine.run("journal", "import", str(vault))
    assert (ran.code, ran.out) == (3, "1 card new, 0 changed, 0 known already.\n")
    assert "1 note without front matter left out" in ran.err
    assert "broken.md, line 2: outcome: “superb” is none of" in ran.err
    (vault / "broken.md").unlink()
    (card,) = cards(machine)
    assert (card["title"], card["on"], card["tags"], card["tried"]) == (
        "Naming",
        "2026-11-17",
        ["naming"],
        "Asked for ten names.",
    )

    machine.run("journal", "edit", card["id"], "--model", "small-1", "--outcome", "worked")
    assert machine.run("journal", "import", str(vault / "work")).out == "0 cards new, 0 changed, 1 known already.\n"
    assert machine.run("journal", "export", "--markdown", str(vault)).code == 0
    note = (vault / "work" / "2026-11-17 Naming.md").read_text()
    assert "status: done" in note
    assert "models: [small-1]" in note
    assert len(list(vault.rglob("*.md"))) == 3


@needs_samples
def test_a_card_for_the_last_stretch_of_work(machine: Machine) -> None:
    machine.take_logs("claude")
    assert machine.run("sync").code == 0
    report = machine.run("report", "--by", "work,project", "--json").json
    last = max(report["rows"], key=lambda row: row["work"])
    one = added(machine, "--title", "Last", "--tag", "Review", "--session", "last")
    other = added(machine, "--title", "Named", "--session", last["work"], "--follows", one)
    told = {card["id"]: card for card in cards(machine)}
    assert [work["id"] for work in told[one]["work"]] == [last["work"]]
    assert told[one]["tokens"] == told[other]["tokens"] == last["tokens"]["total"]
    assert told[one]["cost"][0]["kind"] == "estimated"
    assert (told[one]["models"], told[one]["followed_by"]) == (told[one]["work"][0]["models"], [other])
    tagged = machine.run("report", "--by", "tag", "--tag", "review", "--json").json
    assert [(row["tag"], row["tokens"]["total"]) for row in tagged["rows"]] == [("Review", last["tokens"]["total"])]
    assert "2026-" in machine.run("report", "--by", "work").out.splitlines()[4]


@needs_samples
def test_a_first_card_does_not_hide_the_logs(machine: Machine) -> None:
    machine.take_logs("claude")
    added(machine, "--title", "First of all")
    report = machine.run("report", "--json")
    assert report.json["totals"]["headline"]["tokens"]["total"] == 1_819_366


def test_a_journal_without_any_use(machine: Machine) -> None:
    empty = machine.run("journal")
    assert (empty.code, empty.out) == (0, "No card yet: “tokentray journal add” makes one.\n")
    assert not machine.folder.exists()
    added(machine, "--title", "No log knows this", "--tag", "legal", "--date", "2026-11-18", "--level", "team", **NOON)
    (row,) = machine.run("report", "--by", "tag", "--json", **NOON).json["rows"]
    assert (row["tag"], row["tokens"]["total"]) == ("legal", None)
    checkin = machine.run("checkin", **NOON)
    assert (checkin.code, checkin.err) == (0, "")
    assert "# Check-in 2026-W47" in checkin.out
    assert "### No log knows this" in checkin.out
    assert machine.run("checkin", "--week", "2026-W47", "--html").out.startswith("<!doctype html>")
    told = machine.run("checkin", "--week", "2026-w47", "--json", **NOON).json
    assert (told["schema"], told["week"], told["tokens"]) == ("tokentray.checkin/1", "2026-W47", None)
    assert [card["title"] for card in told["cards"]] == ["No log knows this"]
    assert machine.run("export", "--format", "csv").code == 0


@needs_samples
def test_an_export_carries_everything_into_another_folder(machine: Machine) -> None:
    machine.take_logs("claude", "codex")
    assert machine.run("sync").code == 0
    card_id = added(
        machine, "--title", "Carried", "--tried", "\u2028\r\n\x0b ü", "--tag", "a", "--session", "last", **MORNING
    )
    machine.run("journal", "edit", card_id, "--outcome", "failed", **NOON)
    file = machine.home / "all.json"
    machine.run("export", "--format", "json", "--out", str(file))
    (machine.home / "elsewhere").mkdir()
    other = Machine(machine.home / "elsewhere", machine.home / "other")
    first = other.run("import", str(file))
    assert (first.code, first.err) == (0, "")
    assert first.out.endswith("new to this history: 200 usages and 1 card.\n")
    again = other.run("import", str(file))
    assert again.out.endswith("new to this history: 0 usages and 0 cards.\n")
    assert other.run("export", "--format", "json").out == file.read_text(encoding="utf-8")
    assert cards(other, "show", card_id) == cards(machine, "show", card_id)
    for words in (("--by", "work,model"), ("--by", "tag"), ("--by", "hour,account")):
        mine, theirs = (place.run("report", *words, "--json", **NOON).json for place in (machine, other))
        assert mine == theirs


@needs_samples
def test_an_export_is_the_same_where_the_logs_are_too(machine: Machine) -> None:
    machine.take_logs("claude", "codex")
    assert machine.run("sync").code == 0
    added(machine, "--title", "Carried", "--session", "last")
    file = machine.home / "all.json"
    machine.run("export", "--format", "json", "--out", str(file))
    other = Machine(machine.home, machine.home / "other")
    for _ in ("once", "again"):
        assert other.run("import", str(file)).code == 0
        assert other.run("export", "--format", "json").out == file.read_text(encoding="utf-8")


def test_a_journal_in_one_file(machine: Machine) -> None:
    card_id = added(machine, "--title", "Carried", **MORNING)
    machine.run("journal", "edit", card_id, "--title", "Carried on", **NOON)
    file = machine.home / "journal.json"
    assert machine.run("journal", "export", "--json", str(file)).out == ""
    assert machine.run("journal", "export", "--json", "-").out == file.read_text()
    other = Machine(machine.home, machine.home / "other")
    for _ in ("once", "again"):
        assert other.run("journal", "import", str(file)).code == 0
    assert cards(other, "show", card_id) == cards(machine, "show", card_id)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("ccusage.json", '{"daily": []}', "other programs' files come later"),
        ("usage.csv", "a,b\n", "other programs' files come later"),
        ("note.md", "# A note", "“tokentray journal import”"),
        (
            "torn.json",
            '{"schema": "tokentray.export/1",\n"zone": "UTC",\n"account": [',
            "is not a whole one|ends in the middle",
        ),
    ],
)
def test_what_cannot_be_imported(machine: Machine, name: str, content: str, why: str) -> None:
    file = machine.home / name
    file.write_text(content)
    ran = machine.run("import", str(file))
    assert (ran.code, ran.out) == (3, "")
    assert any(part in ran.err for part in why.split("|"))
    folder = machine.run("import", str(machine.home))
    assert (folder.code, "is a folder" in folder.err) == (2, True)


@pytest.mark.parametrize("after_lines", [0, 1, 2, 3])
def test_an_import_that_is_killed_leaves_a_sound_history(machine: Machine, after_lines: int) -> None:
    file = machine.home / "all.json"
    file.write_text(made_up(60_000), encoding="utf-8")
    with machine.start("import", str(file), TOKENTRAY_PROGRESS="lines") as process:
        assert process.stderr is not None
        assert all('"done"' in process.stderr.readline() for _ in range(after_lines))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    assert machine.run("import", str(file)).code == 0
    report = machine.run("report", "--by", "account", "--json").json
    assert [row["tokens"]["total"] for row in report["rows"]] == [60_000 * 15]
    assert [card["title"] for card in cards(machine)] == ["Made up"]
    doctor = machine.run("doctor", "--json").json
    assert doctor["state"] == "ok"
    assert not list(machine.folder.glob("*damaged*"))


def made_up(responses: int) -> str:
    """An export of so many responses of 15 tokens, four a minute, and one card."""
    instants = (
        f"2026-{1 + n // 40320:02}-{1 + n // 1440 % 28:02}T{n // 60 % 24:02}:{n % 60:02}"
        for n in range(responses // 4 + 1)
    )
    starts = [f"{instant}:{second:02}.000Z" for instant in instants for second in (0, 15, 30, 45)][:responses]
    unknown = dict.fromkeys(
        ("feed", "api_key", "tier", "cache_read", "cache_write", "cache_write_1h", "reasoning", "unsplit")
    )
    names = {"account": "codex/default", "span": 0, "model": "gpt-5", "project": "/p", "session": "s", "band": 0}
    counts = {"input": 10, "output": 5, "requests": 1, "flags": 0}
    usages = [{"id": f"{n + 1:016x}", "start": start, **names, **unknown, **counts} for n, start in enumerate(starts)]
    card = {
        **dict.fromkeys(("tried", "worked", "learned", "next", "function", "url"), ""),
        **dict.fromkeys(("day", "outcome", "effort_minutes", "saved_least", "saved_most", "follows")),
        "id": "0123456789ab",
        "title": "Made up",
        "level": "me",
        "draft": 0,
        **dict.fromkeys(("created_at", "edited_at"), "2026-01-01T09:00:00.000Z"),
    }
    parts = {
        "account": [{"account": "codex/default", "origin": "logged"}],
        "session": [{"session": "s", "first_at": starts[0], "parent": None}],
        "usage": usages,
        "card": [card],
    }
    lists = (f',\n"{kind}": [\n' + ",\n".join(map(json.dumps, rows)) + "]" for kind, rows in parts.items())
    return '{"schema": "tokentray.export/1",\n"zone": "Europe/Berlin"' + "".join(lists) + "}\n"
