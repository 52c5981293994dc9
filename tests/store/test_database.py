"""The history's file: made, migrated, refused, kept when damaged, whole after a kill."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tokentray.core.batch import Batch, BucketSet
from tokentray.core.errors import HistoryDamaged, HistoryError, HistoryFull, HistoryTooNew, Unreadable
from tokentray.core.usage import Tokens, Usage
from tokentray.store.account_table import account_id, all_accounts
from tokentray.store.checking import verify_totals
from tokentray.store.database import History, newest_version, open_history, reading, set_zone, transaction, zone_of
from tokentray.store.extent import usage_count
from tokentray.store.glance import glance
from tokentray.store.names import name_id
from tokentray.store.poll_table import cursors_of, record_batch

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "data" / "history.sqlite")


def batch(number: int, tokens: int = 10) -> Batch:
    start = START + number * HOUR
    usage = Usage("a", start, HOUR, Tokens(input=tokens), 1, "gpt-5")
    return Batch((BucketSet("completions", start, start + HOUR, (usage,)),), cursors={"completions": str(number)})


def write(history: History, number: int, tokens: int = 10) -> None:
    with transaction(history):
        account = account_id(history, "openai/work", "billed")
        record_batch(history, account, batch(number, tokens))


def beside(path: str) -> list[str]:
    return sorted(os.listdir(os.path.dirname(path)))


def in_another_process(code: str, *words: str) -> subprocess.Popen[str]:
    lines = ["import sys", "from tests.store.test_database import *", "path = sys.argv[1]", code]
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", "\n".join(lines), *words], cwd=root, stdout=subprocess.PIPE, text=True
    )


def test_a_new_history_is_made_with_its_folder_and_is_for_its_person_alone(path: str) -> None:
    with open_history(path, zone="Europe/Berlin") as history:
        assert zone_of(history) == "Europe/Berlin"
        assert history.db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert history.db.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert history.db.execute("PRAGMA user_version").fetchone() == (newest_version(),)
    assert beside(path) == ["history.sqlite"]
    assert os.stat(path).st_mode & 0o077 == 0


def test_what_was_written_is_there_when_it_is_opened_again(path: str) -> None:
    with open_history(path) as history:
        write(history, 0)
    with open_history(path, read_only=True) as history:
        assert usage_count(history) == 1
        assert [account.name for account in all_accounts(history)] == ["openai/work"]


def test_a_path_with_telling_signs_is_only_a_path(tmp_path: Path) -> None:
    path = str(tmp_path / "50%? #1 ä&mode=memory" / "history.sqlite")
    open_history(path).close()
    assert beside(path) == ["history.sqlite"]


def test_a_reader_makes_nothing(path: str) -> None:
    with pytest.raises(HistoryError, match="no history yet"):
        open_history(path, read_only=True)
    assert not os.path.exists(path)


def test_a_reader_cannot_write(path: str) -> None:
    open_history(path).close()
    with (
        open_history(path, read_only=True) as history,
        pytest.raises(HistoryFull, match="cannot be written"),
        transaction(history),
    ):
        name_id(history, "gpt-5")


def test_a_broken_transaction_leaves_nothing_not_even_a_remembered_name(path: str) -> None:
    with open_history(path) as history:
        with pytest.raises(KeyError), transaction(history):
            {}[name_id(history, "gpt-5")]
        assert history.names == {}
        with transaction(history):
            record_batch(history, account_id(history, "openai/work", "billed"), batch(0))
        assert history.db.execute("SELECT text FROM name ORDER BY id").fetchall()[1:] == [("completions",), ("gpt-5",)]


def test_usages_and_their_cursor_land_together_or_not_at_all(path: str) -> None:
    with open_history(path) as history:
        write(history, 0)
        bad = Usage("b", START + HOUR, HOUR, Tokens(input=2**63), 1, "gpt-5")
        sets = (*batch(1).bucket_sets, BucketSet("x", START, START + 2 * HOUR, (bad,)))
        with pytest.raises(Unreadable), transaction(history):
            record_batch(history, 1, Batch(sets, cursors={"completions": "1"}))
        assert cursors_of(history, 1) == {"completions": "0"}
        assert usage_count(history) == 1


def test_a_count_may_be_the_largest_there_is(path: str) -> None:
    with open_history(path) as history:
        write(history, 0, 2**63 - 1)
        assert history.db.execute("SELECT input FROM day_total").fetchone() == (9223372036854775807,)


def test_counts_that_cannot_be_true_together_are_refused(path: str) -> None:
    with open_history(path) as history:
        write(history, 0, 2**63 - 1)
        with pytest.raises(Unreadable, match="beyond"):
            write(history, 1, 1)
        assert usage_count(history) == 1


def test_a_newer_history_is_refused_and_not_touched(path: str) -> None:
    open_history(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {newest_version() + 1}")
    db.close()
    before = Path(path).read_bytes()
    for read_only in (False, True):
        with pytest.raises(HistoryTooNew, match="update"):
            open_history(path, read_only=read_only)
    assert Path(path).read_bytes() == before


def test_another_programs_file_is_left_alone(path: str) -> None:
    os.makedirs(os.path.dirname(path))
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (a)")
    db.close()
    before = Path(path).read_bytes()
    with pytest.raises(HistoryError, match="another program's"):
        open_history(path)
    assert Path(path).read_bytes() == before


def test_an_older_history_is_copied_before_it_is_changed(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_history(path) as history:
        write(history, 0)
    package = tmp_path / "newer" / "tokentray"
    shutil.copytree(Path(__file__).parents[2] / "tokentray", package)
    newer = package / "store" / "migrations" / f"{newest_version() + 1:04}_more.sql"
    newer.write_text("ALTER TABLE account ADD COLUMN more TEXT;\nUPDATE account SET more = 'a;b';\n")
    code = f"""
import sys; sys.path.insert(0, {str(package.parent)!r})
from tokentray.store.database import open_history
with open_history({path!r}) as history:
    print(history.db.execute("SELECT more FROM account").fetchall())
"""
    said = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "[('a;b',)]\n"
    copy = f"history.sqlite.before-{newest_version() + 1}"
    assert beside(path) == ["history.sqlite", copy]
    with open_history(os.path.join(os.path.dirname(path), copy), read_only=True) as old:
        assert usage_count(old) == 1
    with pytest.raises(HistoryTooNew):
        open_history(path)


def test_a_migration_that_fails_leaves_the_history_as_it_was(path: str, tmp_path: Path) -> None:
    open_history(path).close()
    package = tmp_path / "newer" / "tokentray"
    shutil.copytree(Path(__file__).parents[2] / "tokentray", package)
    newer = package / "store" / "migrations" / f"{newest_version() + 1:04}_bad.sql"
    newer.write_text("CREATE TABLE half (a);\nINSERT INTO nowhere VALUES (1);\n")
    code = f"import sys; sys.path.insert(0, {str(package.parent)!r})\nfrom tokentray.store.database import open_history\nopen_history({path!r})"
    assert subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=False).returncode == 1
    with open_history(path) as history:
        assert history.db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").fetchone() == (0,)


def test_a_file_of_nonsense_is_kept_beside_and_said_so(path: str) -> None:
    os.makedirs(os.path.dirname(path))
    Path(path).write_bytes(b"nonsense " * 1000)
    os.utime(path, (1793491200, 1793491200))
    with pytest.raises(HistoryDamaged, match=r"damaged-20261101T000000Z"):
        open_history(path)
    assert beside(path) == ["history.sqlite.damaged-20261101T000000Z"]
    Path(path).write_bytes(b"nonsense " * 1000)
    os.utime(path, (1793491200, 1793491200))
    with pytest.raises(HistoryDamaged, match=r"damaged-20261101T000000Z-2"):
        open_history(path)
    with open_history(path) as history:
        assert usage_count(history) == 0


def test_a_reader_never_sets_aside(path: str) -> None:
    os.makedirs(os.path.dirname(path))
    Path(path).write_bytes(b"nonsense " * 1000)
    with pytest.raises(HistoryDamaged):
        open_history(path, read_only=True)
    assert beside(path) == ["history.sqlite"]


def test_a_history_in_a_read_only_folder_can_be_read(path: str) -> None:
    with open_history(path, zone="Europe/Berlin") as history:
        write(history, 0)
    folder = os.path.dirname(path)
    os.chmod(folder, 0o500)
    try:
        if os.access(folder, os.W_OK):
            pytest.skip("this user may write everywhere")
        with open_history(path, read_only=True) as history:
            assert usage_count(history) == 1
        assert glance(path, 20_000, 0, 96, "Europe/Berlin") is not None
        assert beside(path) == ["history.sqlite"]
    finally:
        os.chmod(folder, 0o700)


def damage(path: str, table: str) -> None:
    db = sqlite3.connect(path)
    page = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
    db.close()
    spoil(path, page)


def spoil(path: str, page: int) -> None:
    with open(path, "r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)


def test_damage_is_found_after_an_unclean_end_only(path: str) -> None:
    with open_history(path) as history:
        write(history, 0)
    damage(path, "price")
    open_history(path).close()
    Path(path + ".writing-1-0").touch()  # what a killed writer leaves
    with pytest.raises(HistoryDamaged, match="kept as"):
        open_history(path)
    assert {name[:23] for name in beside(path)} == {"history.sqlite.damaged-"}


def test_damage_met_at_work_is_looked_into_at_the_next_opening(path: str) -> None:
    with open_history(path) as history:
        write(history, 0)
    damage(path, "usage_by_time")
    with open_history(path) as history, pytest.raises(HistoryDamaged):
        write(history, 300)
    with pytest.raises(HistoryDamaged, match="kept as"):
        open_history(path)


@pytest.mark.parametrize("read_only", [True, False])
def test_damage_met_in_reading_is_said_in_our_words(path: str, read_only: bool) -> None:
    with open_history(path) as history:
        write(history, 0)
    damage(path, "account")
    with pytest.raises(HistoryDamaged), open_history(path, read_only=read_only) as history:
        all_accounts(history)


def test_damage_a_writer_met_in_reading_is_looked_into_at_the_next_opening(path: str) -> None:
    with open_history(path) as history:
        write(history, 0)
    damage(path, "account")
    with pytest.raises(HistoryDamaged), open_history(path) as history:
        all_accounts(history)
    with pytest.raises(HistoryDamaged, match="kept as"):
        open_history(path)


def test_damage_met_between_writings_is_said_and_looked_into_at_the_next_opening(path: str) -> None:
    with open_history(path) as history:
        write(history, 0)
    damage(path, "account")
    with open_history(path) as history, pytest.raises(HistoryDamaged, match="start TokenTray again"), reading(history):
        all_accounts(history)
    with pytest.raises(HistoryDamaged, match="kept as"):
        open_history(path)


def test_a_zone_that_cannot_be_read_is_damage_and_looked_into_at_the_next_opening(path: str) -> None:
    open_history(path, zone="UTC").close()
    damage(path, "meta")
    with pytest.raises(HistoryDamaged, match="start TokenTray again"):
        open_history(path, zone="UTC")
    with pytest.raises(HistoryDamaged, match="kept as"):
        open_history(path, zone="UTC")


def test_a_text_that_is_none_is_damage(path: str) -> None:
    with open_history(path) as history, pytest.raises(HistoryDamaged), reading(history):
        history.db.execute("SELECT CAST(x'ff' AS TEXT)").fetchone()


def test_a_bug_met_in_reading_stays_a_bug(path: str) -> None:
    with open_history(path) as history, pytest.raises(sqlite3.OperationalError), reading(history):
        history.db.execute("SELECT nothing FROM nowhere")


def test_a_check_after_an_unclean_end_happens_once(path: str) -> None:
    open_history(path).close()
    Path(path + ".writing-1-0").touch()
    open_history(path).close()
    assert beside(path) == ["history.sqlite"]


def test_a_living_writer_is_no_unclean_end(path: str) -> None:
    with open_history(path) as one:
        with open_history(path) as other:
            write(other, 0)
        assert beside(path)[-1] == f"history.sqlite.writing-{os.getpid()}-0"
        write(one, 1)
    assert beside(path) == ["history.sqlite"]


KILLED = """
history = open_history(path)
number = 0
while True:
    with transaction(history):
        account = account_id(history, "openai/work", "billed")
        record_batch(history, account, batch(number, 1))
        record_batch(history, account, batch(number + 1, 1))
    number += 2
    print(number, flush=True)
"""


@pytest.mark.parametrize("after", [1, 7, 20])
def test_a_writer_killed_in_the_middle_leaves_all_or_nothing(path: str, after: int) -> None:
    child = in_another_process(KILLED, path)
    assert child.stdout is not None
    with child.stdout as said:
        seen = [next(said) for _ in range(after)][-1]
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert any(".writing-" in name for name in beside(path))
    with open_history(path) as history:
        written = usage_count(history)
        assert written >= int(seen)
        assert written % 2 == 0
        assert cursors_of(history, 1) == {"completions": str(written - 1)}
        assert history.db.execute("SELECT SUM(input) FROM day_total").fetchone() == (written,)
        assert verify_totals(history) == []
    assert beside(path) == ["history.sqlite"]


WRITING = """
history = open_history(path)
first = int(sys.argv[2])
for number in range(first, first + 50):
    write(history, number, 1)
history.close()
"""


def test_a_damaged_file_is_kept_with_what_was_still_in_its_wal(path: str) -> None:
    with open_history(path) as history:
        page = history.db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'price'").fetchone()[0]
    child = in_another_process(KILLED, path)
    assert child.stdout is not None
    with child.stdout as said:
        next(said)
        child.send_signal(signal.SIGKILL)
        child.wait()
    spoil(path, page)
    before = [Path(path).read_bytes(), Path(path + "-wal").read_bytes()]
    with pytest.raises(HistoryDamaged, match="kept as"):
        open_history(path)
    kept = [Path(path).parent / name for name in beside(path)]
    assert [file.read_bytes() for file in kept] == before
    assert kept[1].name == kept[0].name + "-wal"


def test_two_processes_write_at_once_and_nothing_is_lost(path: str) -> None:
    children = [in_another_process(WRITING, path, str(first)) for first in (0, 50)]
    assert [child.communicate() and child.returncode for child in children] == [0, 0]
    with open_history(path) as history:
        assert usage_count(history) == 100
        assert history.db.execute("SELECT SUM(input) FROM day_total").fetchone() == (100,)
        assert verify_totals(history) == []


def test_a_reader_sees_one_moment_while_another_writes(path: str) -> None:
    with open_history(path) as writer:
        write(writer, 0)
        with open_history(path, read_only=True) as reader:
            with transaction(writer):
                account = account_id(writer, "openai/work", "billed")
                record_batch(writer, account, batch(1))
                assert usage_count(reader) == 1
            assert usage_count(reader) == 2


def test_a_full_disk_leaves_the_history_as_it_was(path: str) -> None:
    with open_history(path) as history:
        write(history, 0)
        pages = history.db.execute("PRAGMA page_count").fetchone()[0]
        history.db.execute(f"PRAGMA max_page_count = {pages}")
        sets = tuple(found for number in range(1, 1000) for found in batch(number).bucket_sets)
        with pytest.raises(HistoryFull, match="make room"), transaction(history):
            record_batch(history, 1, Batch(sets, cursors={"completions": "999"}))
        assert usage_count(history) == 1
        assert cursors_of(history, 1) == {"completions": "0"}


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HistoryFull, match="cannot be written"):
        open_history(str(tmp_path / "file" / "history.sqlite"))


def test_another_zone_makes_other_days_of_the_same_rows(path: str) -> None:
    with open_history(path, zone="UTC") as history:
        write(history, 23, 7)  # 2026-11-01T23:00Z
        assert history.db.execute("SELECT day, input FROM day_total").fetchall() == [(20758, 7)]
        set_zone(history, "Europe/Berlin")
        assert history.db.execute("SELECT day, input FROM day_total").fetchall() == [(20759, 7)]
    with open_history(path) as history:
        assert zone_of(history) == "Europe/Berlin"
    with open_history(path, zone="America/New_York") as history:
        assert history.db.execute("SELECT day, input FROM day_total").fetchall() == [(20758, 7)]


def test_clocks_that_were_wrong_by_decades_break_nothing(path: str) -> None:
    with open_history(path, zone="Asia/Kolkata") as history:
        write(history, -440_000)  # 1976
        write(history, 700_000)  # 2106
        set_zone(history, "Pacific/Chatham")
        assert history.db.execute("SELECT count(*), SUM(input) FROM day_total").fetchone() == (2, 20)
        assert verify_totals(history) == []
