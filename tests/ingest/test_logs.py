"""Whatever happens to log files, each response counts once."""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.ingest.test_logs_exact import NOON, SAMPLES, assert_exact, needs_samples, scan
from tokentray.ingest.logs import AgentHome, find_agents, scan_logs, tail
from tokentray.store.database import History, open_history

TOTAL = "SELECT SUM(requests), SUM(input), SUM(output) FROM day_total"
SESSIONS = "SELECT text, SUM(output) FROM usage JOIN name ON name.id = session GROUP BY 1 ORDER BY 1"


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with open_history(str(tmp_path / "history.sqlite"), zone="UTC") as history:
        yield history


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / ".claude" / "projects" / "p").mkdir(parents=True)
    return home


def response(
    key: str, output: int = 10, *, session: str = "s", at: str = "2026-11-20T10:00:00.000Z", **more: object
) -> bytes:
    line = {
        "type": "assistant",
        "sessionId": session,
        "cwd": "/p",
        "timestamp": at,
        "message": {
            "id": key,
            "model": "m",
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 1, "output_tokens": output},
        },
    }
    return json.dumps(line | more).encode() + b"\n"


def write(home: Path, name: str, data: bytes, mode: str = "wb") -> Path:
    path = home / ".claude" / "projects" / "p" / name
    with path.open(mode) as file:
        file.write(data)
    return path


def total(history: History) -> tuple[int, int, int]:
    row: tuple[int, int, int] = history.db.execute(TOTAL).fetchone()
    return row


# --- the samples, handled roughly -----------------------------------------------------------------------------------


def copied(sample: str, tmp_path: Path, name: str = "home") -> Path:
    return Path(shutil.copytree(SAMPLES / sample / "home", tmp_path / name))


@needs_samples
def test_reading_everything_twice_changes_nothing(history: History) -> None:
    home = SAMPLES / "claude" / "home"
    scan(history, home)
    assert scan(history, home).files == 0
    scan_logs(history, find_agents({}, str(home)), NOON, full=True)
    assert_exact(history, "claude")


@needs_samples
@pytest.mark.parametrize("sample", ["claude", "codex"])
def test_copied_files_and_a_second_root_change_nothing(history: History, tmp_path: Path, sample: str) -> None:
    home = copied(sample, tmp_path)
    scan(history, home)
    for file in list(home.rglob("*.jsonl")):
        shutil.copy(file, file.with_name("copy-" + file.name))
    scan(history, home)
    agent = find_agents({}, str(home))[0]
    second = AgentHome(agent.source + "/second", agent.source, agent.folders)
    scan_logs(history, [second], NOON)
    assert_exact(history, sample)


@needs_samples
@pytest.mark.parametrize("later", ["codex-compressed", "codex-migrated"])
@pytest.mark.parametrize("first", ["codex", "codex-compressed", "codex-migrated"])
def test_the_compressed_and_the_migrated_twin_change_nothing(
    history: History, tmp_path: Path, first: str, later: str
) -> None:
    home = copied(first, tmp_path)
    scan(history, home)
    shutil.copytree(SAMPLES / later / "home", home, dirs_exist_ok=True)
    scan(history, home)
    assert_exact(history, "codex")


@needs_samples
def test_archived_and_vanished_files_stay_counted(history: History, tmp_path: Path) -> None:
    home = copied("codex", tmp_path)
    scan(history, home)
    files = sorted((home / ".codex" / "sessions").rglob("*.jsonl"))
    for file in files[:10]:
        file.rename(home / ".codex" / "archived_sessions" / file.name)
    for file in files[10:]:
        file.unlink()
    scan(history, home)
    assert_exact(history, "codex")


@needs_samples
@pytest.mark.parametrize("order", ["oldest first", "newest first"])
@pytest.mark.parametrize("sample", ["claude", "codex"])
def test_the_order_of_files_does_not_matter(history: History, tmp_path: Path, sample: str, order: str) -> None:
    home = copied(sample, tmp_path)
    files = sorted(home.rglob("*.jsonl"), reverse=order == "newest first")
    for number, file in enumerate(files):
        os.utime(file, (1_700_000_000 + number, 1_700_000_000 + number))
    for file in files:
        tail(history, find_agents({}, str(home)), [str(file)])
    assert_exact(history, sample)


@needs_samples
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sample", ["claude", "codex", "codex-migrated"])
def test_growing_in_random_pieces(history: History, tmp_path: Path, sample: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  the same pieces each time
    home = tmp_path / "growing"
    whole = {
        file.relative_to(SAMPLES / sample / "home"): file.read_bytes()
        for file in (SAMPLES / sample / "home").rglob("*.jsonl")
    }
    stamps = sorted({stamp for data in whole.values() for stamp in stamps_of(data)})
    for now in [*sorted(chance.sample(stamps, 8)), "9999"]:
        for name, data in whole.items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_bytes(data) if now == "9999" else grow(home / name, data, now, chance)
        scan(history, home)
    assert_exact(history, sample)


def stamps_of(data: bytes) -> list[str]:
    return [json.loads(line).get("timestamp", "") for line in data.splitlines()]


def grow(path: Path, data: bytes, now: str, chance: random.Random) -> None:
    """Appends the lines until that instant, and a piece of the next one."""
    until = 0
    for line, stamp in zip(data.splitlines(keepends=True), stamps_of(data), strict=True):
        if stamp > now:
            until += chance.randrange(len(line))
            break
        until += len(line)
    have = path.stat().st_size if path.exists() else 0
    if until > have:
        with path.open("ab") as file:
            file.write(data[have:until])


# --- made-up files ------------------------------------------------------------------------------------------------------


def test_a_half_written_line_is_read_when_it_is_whole(history: History, home: Path) -> None:
    line = response("b")
    write(home, "s.jsonl", response("a") + line[:70])
    scan(history, home)
    assert total(history) == (1, 1, 10)
    write(home, "s.jsonl", line[70:], "ab")
    scan(history, home)
    assert total(history) == (2, 2, 20)


def test_a_torn_line_to_which_the_next_was_joined_loses_only_itself(history: History, home: Path) -> None:
    write(home, "s.jsonl", response("a")[:70] + response("b"))
    scan(history, home)
    assert total(history) == (1, 1, 10)


def test_nuls_and_broken_characters_are_survived(history: History, home: Path) -> None:
    broken = response("b").replace(b'"/p"', b'"/\xff\xfe"')
    write(home, "s.jsonl", response("a") + b"\0" * 5000 + response("c") + broken + b"\xff\n[]\n1\n\n" + response("d"))
    scan(history, home)
    assert total(history) == (4, 4, 40)


@pytest.mark.parametrize("size", [100_000, 262_144, 3_000_000])
def test_lines_of_megabytes(history: History, home: Path, size: int) -> None:
    big = response("b", content="x" * size)
    write(home, "s.jsonl", response("a") + big + response("c") + big[:-1])
    scan(history, home)
    assert total(history) == (3, 3, 30)


def test_a_file_that_shrank_is_read_from_its_start(history: History, home: Path) -> None:
    write(home, "s.jsonl", response("a") + response("b"))
    scan(history, home)
    write(home, "s.jsonl", response("c"))
    scan(history, home)
    assert total(history) == (3, 3, 30)


def test_a_file_rewritten_in_place_is_read_from_its_start(history: History, home: Path) -> None:
    path = write(home, "s.jsonl", response("a") + response("b"))
    scan(history, home)
    with path.open("r+b") as file:
        file.write(response("x", ordinal=1) + response("y", ordinal=2) + response("z", ordinal=3))
    scan(history, home)
    assert total(history) == (5, 5, 50)


def test_a_file_rewritten_with_the_same_length_is_read_again(history: History, home: Path) -> None:
    path = write(home, "s.jsonl", response("a") + response("b"))
    scan(history, home)
    write(home, "s.jsonl", response("a") + response("c"))
    os.utime(path, (2_000_000_000, 2_000_000_000))
    scan(history, home)
    assert total(history) == (3, 3, 30)


def test_another_file_under_the_same_name_is_read(history: History, home: Path) -> None:
    path = write(home, "s.jsonl", response("a") + response("b"))
    scan(history, home)
    new = write(home, "new", response("c") + response("d") + response("e"))
    new.rename(path)
    scan(history, home)
    assert total(history) == (5, 5, 50)


def test_the_largest_output_of_a_response_counts(history: History, home: Path) -> None:
    write(home, "s.jsonl", response("a", 7) + response("a", 346) + response("b") + response("a", 5))
    scan(history, home)
    write(home, "s.jsonl", response("a", 400) + response("b", 1), "ab")
    scan(history, home)
    assert total(history) == (2, 2, 410)


def test_a_response_moves_to_the_day_of_its_last_line(history: History, home: Path) -> None:
    write(home, "s.jsonl", response("a", at="2026-11-20T23:59:59.900Z"))
    scan(history, home)
    write(home, "s.jsonl", response("a", at="2026-11-21T00:00:00.100Z"), "ab")
    scan(history, home)
    assert history.db.execute("SELECT date(day * 86400, 'unixepoch'), requests FROM day_total").fetchall() == [
        ("2026-11-21", 1)
    ]
    assert history.db.execute("SELECT COUNT(*) FROM slot_total").fetchone() == (1,)


@pytest.mark.parametrize("names", [("old.jsonl", "fork.jsonl"), ("fork.jsonl", "old.jsonl")])
def test_an_unmarked_fork_owns_only_what_is_its_own(history: History, home: Path, names: tuple[str, str]) -> None:
    begin = {
        "old": b'{"type":"queue-operation","timestamp":"2026-11-20T09:00:00.000Z"}\n',
        "fork": b'{"type":"queue-operation","timestamp":"2026-11-20T12:00:00.000Z"}\n',
    }
    files = {
        "old.jsonl": begin["old"] + response("a", session="old"),
        "fork.jsonl": begin["fork"]
        + response("a", session="fork")
        + response("b", session="fork", at="2026-11-20T12:00:01.000Z"),
    }
    for name in names:
        write(home, name, files[name])
        scan(history, home)
    assert history.db.execute(SESSIONS).fetchall() == [("fork", 10), ("old", 10)]


def test_a_fork_that_names_the_caller_is_believed(history: History, home: Path) -> None:
    write(home, "fork.jsonl", response("a", session="fork", requestSessionId="old") + response("b", session="fork"))
    scan(history, home)
    assert history.db.execute(SESSIONS).fetchall() == [("fork", 10), ("old", 10)]


def test_synthetic_lines_and_tool_results_do_not_count(history: History, home: Path) -> None:
    synthetic = response("x").replace(b'"model": "m"', b'"model": "<synthetic>"')
    tool = b'{"type":"user","toolUseResult":{"usage":{"input_tokens":5,"output_tokens":7}},"timestamp":"2026-11-20T10:00:00.000Z"}\n'
    text = b'{"type":"user","message":{"content":"\\"type\\":\\"assistant\\",\\"usage\\":{\\"input_tokens\\":5}"}}\n'
    write(home, "s.jsonl", synthetic + tool + text + response("a"))
    scan(history, home)
    assert total(history) == (1, 1, 10)


def test_nonsense_counts_are_unknown(history: History, home: Path) -> None:
    line = response("a").replace(
        b'"input_tokens": 1',
        b'"input_tokens": -1, "cache_read_input_tokens": 1e400, "cache_creation_input_tokens": true',
    )
    write(home, "s.jsonl", line)
    scan(history, home)
    assert history.db.execute("SELECT input, cache_read, cache_write, output FROM usage").fetchall() == [
        (None, None, None, 10)
    ]


def test_an_unreadable_file_is_a_problem_and_the_others_are_read(history: History, home: Path) -> None:
    write(home, "a.jsonl", response("a"))
    (home / ".codex" / "sessions").mkdir(parents=True)
    (home / ".codex" / "sessions" / "rollout-x.jsonl.zst").write_bytes(b"not zstd at all")
    result = scan_logs(history, find_agents({}, str(home)), NOON)
    assert [(Path(path).name, why) for path, why in result.problems] == [("rollout-x.jsonl.zst", "damaged zstd data")]
    assert total(history) == (1, 1, 10)


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes and no links in folders there")
def test_what_is_named_like_a_log_but_is_none_is_left_alone(history: History, home: Path) -> None:
    log = write(home, "a.jsonl", response("a"))
    os.mkfifo(log.with_name("pipe.jsonl"))
    log.with_name("circle.jsonl").symlink_to("circle.jsonl")
    log.with_name("folder.jsonl").mkdir()
    shutil.copy(log, log.with_name("folder.jsonl") / "b.jsonl")
    result = scan(history, home)
    assert (result.files, result.problems) == (2, [])


def test_nothing_is_written_or_locked_in_an_agents_folder(history: History, home: Path) -> None:
    write(home, "s.jsonl", response("a"))
    for folder in (home / ".claude" / "projects" / "p", home / ".claude" / "projects"):
        folder.chmod(0o500)
    before = sorted((str(path), path.stat().st_mtime_ns) for path in home.rglob("*"))
    scan(history, home)
    assert sorted((str(path), path.stat().st_mtime_ns) for path in home.rglob("*")) == before
    for folder in (home / ".claude" / "projects", home / ".claude" / "projects" / "p"):
        folder.chmod(0o700)
    assert total(history) == (1, 1, 10)


def test_no_text_is_stored(history: History, home: Path) -> None:
    line = json.loads(response("a"))
    line["message"]["content"] = [{"type": "text", "text": "sesame"}]
    write(
        home,
        "s.jsonl",
        json.dumps(line).encode() + b"\n" + b'{"type":"user","message":{"content":"sesame"},"usage":"sesame"}\n',
    )
    scan(history, home)
    assert "sesame" not in "".join(history.db.iterdump())


# --- ways to scan ----------------------------------------------------------------------------------------------------------


def today_and_before(home: Path) -> None:
    for name, at in (("new", NOON.now()), ("old", NOON.now() - timedelta(days=3))):
        path = write(home, name + ".jsonl", response(name, at=at.isoformat()))
        os.utime(path, (at.timestamp(), at.timestamp()))


def test_only_today(history: History, home: Path) -> None:
    today_and_before(home)
    agents = find_agents({}, str(home))
    assert scan_logs(history, agents, NOON, only_today=True).files == 1
    assert scan_logs(history, agents, NOON).files == 1
    assert total(history) == (2, 2, 20)


def test_a_stopped_scan_goes_on_later(history: History, home: Path) -> None:
    for number in range(5):
        write(home, f"{number}.jsonl", response(str(number)))
    answers = iter([False, False, True])
    result = scan_logs(history, find_agents({}, str(home)), NOON, stop=lambda: next(answers))
    assert (result.files, result.stopped) == (2, True)
    assert total(history) == (2, 2, 20)
    scan(history, home)
    assert total(history) == (5, 5, 50)


def much(home: Path) -> None:
    """So much to read that a second process helps and the history is filled in one go."""
    for number in range(6):
        padding = b'{"type":"attachment","data":"' + b"x" * 5_000_000 + b'"}\n'
        write(home, f"{number}.jsonl", padding + response(f"own {number}") + response("shared", 10 + number))


def test_a_second_process_reads_its_share(history: History, home: Path) -> None:
    write(home, "before.jsonl", response("shared", 3, at="2026-11-20T12:00:00.000Z"))
    scan(history, home)
    much(home)
    assert scan(history, home).files == 6
    assert total(history) == (7, 7, 6 * 10 + 15)
    assert history.db.execute("SELECT SUM(requests) FROM slot_total").fetchone() == (7,)
    assert history.db.execute("SELECT name FROM sqlite_schema WHERE name = 'usage_by_time'").fetchone()
    assert scan(history, home).files == 0


def test_filling_can_be_stopped_and_goes_on_later(history: History, home: Path) -> None:
    much(home)
    asked: list[int] = []
    result = scan_logs(
        history, find_agents({}, str(home)), NOON, stop=lambda: len(asked) > 0 or asked.append(1) is not None
    )
    assert result.stopped
    scan(history, home)
    assert total(history) == (7, 7, 6 * 10 + 15)


def test_progress_ends_with_everything_read(history: History, home: Path) -> None:
    seen: list[tuple[int, int]] = []
    for number in range(3):
        write(home, f"{number}.jsonl", response(str(number)))
    scan_logs(history, find_agents({}, str(home)), NOON, progress=lambda done, whole: seen.append((done, whole)))
    assert seen[-1][0] == seen[-1][1] == sum(len(response(str(number))) for number in range(3))


def test_tail_reads_only_what_it_is_told(history: History, home: Path) -> None:
    agents = find_agents({}, str(home))
    told = write(home, "told.jsonl", response("a"))
    write(home, "untold.jsonl", response("b"))
    assert tail(history, agents, [str(told), str(home / "gone.jsonl"), "/elsewhere/x.jsonl"]).responses == 1
    write(home, "told.jsonl", response("c"), "ab")
    assert tail(history, agents, [str(told)]).responses == 1
    assert tail(history, agents, [str(told)]).files == 0
    assert total(history) == (2, 2, 20)


def test_agents_are_found_where_they_keep_their_logs(tmp_path: Path) -> None:
    for folder in (".claude/projects", ".config/claude/projects", "work/projects", "codex/archived_sessions"):
        (tmp_path / folder).mkdir(parents=True)
    environ = {"CLAUDE_CONFIG_DIR": f"{tmp_path}/work, {tmp_path}/other/projects", "CODEX_HOME": f"{tmp_path}/codex"}
    found = find_agents(environ, str(tmp_path), [("codex/second", f"{tmp_path}/second")])
    assert [agent.account for agent in found] == ["claude-code/default", "codex/default", "codex/second"]
    assert {f"{tmp_path}/.claude/projects", f"{tmp_path}/work/projects", f"{tmp_path}/other/projects"} <= set(
        found[0].folders
    )
    assert found[2].folders == (f"{tmp_path}/second/sessions", f"{tmp_path}/second/archived_sessions")


def test_no_agents_on_an_empty_machine(tmp_path: Path) -> None:
    assert find_agents({}, str(tmp_path)) == []
