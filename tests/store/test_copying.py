"""Backups are checked and come back; exports hold everything, exactly."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.store.conftest import Put
from tokentray.core.batch import Batch, BucketSet
from tokentray.core.errors import HistoryDamaged, HistoryError, HistoryFull, HistoryTooNew
from tokentray.core.gauge import Gauge
from tokentray.core.journal import Card, Outcome
from tokentray.core.money import Cost, Money, MoneyKind
from tokentray.core.usage import Meter, Tokens, Usage
from tokentray.store.account_table import account_id
from tokentray.store.copying import KINDS, backup_history, export_csv, export_json, restore_history
from tokentray.store.database import History, open_history, transaction
from tokentray.store.extent import usage_count
from tokentray.store.journal_table import save_card
from tokentray.store.poll_table import record_batch, record_complete


class GivenUp(Exception):
    """What progress raises to end a backup."""


START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def fill(history: History) -> None:
    usage = Usage("a", START, HOUR, Tokens(input=2**63 - 1, output=0), None, 'gpt, "5"\n', "proj", None, "batch")
    cost = Cost("c", START, HOUR, Money(Decimal("0.000000000000000001"), "USD", MoneyKind.BILLED), "=item")
    meter = Meter("m", START, HOUR, "images", 3)
    found = BucketSet("completions", START, START + HOUR, (usage,), (cost,), (meter,))
    gauge = Gauge("5h", START + timedelta(milliseconds=1), Decimal("4.50"), window_minutes=300)
    complete = {"completions": (START, START + HOUR)}
    with transaction(history):
        account = account_id(history, "openai/work", "billed")
        record_batch(history, account, Batch((found,), (gauge,), {}, complete, {"proj": "Käse"}))
        record_complete(history, account, {"completions": (START + 2 * HOUR, START + 3 * HOUR)})


@pytest.fixture
def copy(tmp_path: Path) -> str:
    return str(tmp_path / "copies" / "backup.sqlite")


@pytest.fixture(autouse=True)
def copies(tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()


def beside(path: str) -> list[str]:
    return sorted(os.listdir(os.path.dirname(path)))


def test_a_backup_is_one_sound_file_with_everything(opened: History, put: Put, copy: str) -> None:
    put("2026-11-01T12:00Z", input=5)
    heard: list[float] = []
    backup_history(opened, copy, heard.append)
    assert beside(copy) == ["backup.sqlite"]
    assert heard[-1] == 1.0
    with open_history(copy, read_only=True) as there:
        assert usage_count(there) == 1


def test_a_backup_is_of_one_moment_while_another_writes(opened: History, put: Put, copy: str) -> None:
    for hour in range(40):
        put(f"2026-11-01T{hour % 24:02}:00Z", input=5, own_id=str(hour))
    heard: list[float] = []

    def write_meanwhile(done: float) -> None:
        heard.append(done)
        with open_history(opened.path) as other, transaction(other):
            account_id(other, f"openai/{len(heard)}", "billed")

    with open_history(opened.path, read_only=True) as reader:
        backup_history(reader, copy, write_meanwhile)
    with open_history(copy, read_only=True) as there:
        assert there.db.execute("SELECT count(*) FROM account").fetchone() == (1,)
        assert usage_count(there) == 40


def test_a_backup_given_up_leaves_the_older_one(opened: History, put: Put, copy: str) -> None:
    put("2026-11-01T12:00Z", input=5)
    backup_history(opened, copy)
    before = Path(copy).read_bytes()
    put("2026-11-01T13:00Z", input=5)

    def stop(done: float) -> None:
        raise GivenUp

    with pytest.raises(GivenUp):
        backup_history(opened, copy, stop)
    assert Path(copy).read_bytes() == before
    assert beside(copy) == ["backup.sqlite"]


def test_a_backup_needs_a_folder(opened: History, tmp_path: Path) -> None:
    with pytest.raises(HistoryFull, match="cannot be written"):
        backup_history(opened, str(tmp_path / "nowhere" / "backup.sqlite"))


def test_a_backup_comes_back_and_the_present_is_kept(opened: History, put: Put, copy: str) -> None:
    put("2026-11-01T12:00Z", input=5)
    backup_history(opened, copy)
    put("2026-11-01T13:00Z", input=7)
    opened.close()
    kept = restore_history(opened.path, copy)
    assert kept is not None
    assert ".replaced-" in kept
    with open_history(opened.path) as now, open_history(kept, read_only=True) as before:
        assert (usage_count(now), usage_count(before)) == (1, 2)
    assert os.stat(opened.path).st_mode & 0o077 == 0


def test_a_backup_comes_back_where_nothing_is(opened: History, copy: str, tmp_path: Path) -> None:
    backup_history(opened, copy)
    assert restore_history(str(tmp_path / "new" / "history.sqlite"), copy) is None
    open_history(str(tmp_path / "new" / "history.sqlite")).close()


def test_nothing_is_restored_over_an_open_history(opened: History, put: Put, copy: str) -> None:
    backup_history(opened, copy)
    with pytest.raises(HistoryError, match="quit it"):
        restore_history(opened.path, copy)
    put("2026-11-01T13:00Z", input=7)
    assert usage_count(opened) == 1


@pytest.mark.parametrize("kind", ["missing", "nonsense", "torn", "stranger", "newer", "empty"])
def test_what_is_no_sound_backup_changes_nothing(opened: History, put: Put, copy: str, kind: str) -> None:
    put("2026-11-01T12:00Z", input=5)
    backup_history(opened, copy)
    opened.close()
    match kind:
        case "missing":
            os.remove(copy)
        case "nonsense":
            Path(copy).write_bytes(b"nonsense " * 1000)
        case "torn":
            os.truncate(copy, os.path.getsize(copy) // 2)
        case "empty":
            os.truncate(copy, 0)
        case _:
            db = sqlite3.connect(copy)
            db.execute("PRAGMA user_version = 99" if kind == "newer" else "PRAGMA application_id = 7")
            db.commit()
            db.close()
    before = Path(opened.path).read_bytes()
    with pytest.raises(HistoryTooNew if kind == "newer" else HistoryError):
        restore_history(opened.path, copy)
    assert Path(opened.path).read_bytes() == before
    assert [name for name in beside(opened.path) if name.startswith("history")] == ["history.sqlite"]


def test_a_damaged_history_gives_way_to_its_backup(opened: History, put: Put, copy: str) -> None:
    put("2026-11-01T12:00Z", input=5)
    backup_history(opened, copy)
    opened.close()
    Path(opened.path).write_bytes(b"nonsense " * 1000)
    with pytest.raises(HistoryDamaged):
        open_history(opened.path)
    Path(opened.path).write_bytes(b"other nonsense " * 1000)
    kept = restore_history(opened.path, copy)
    assert kept is not None
    assert Path(kept).read_bytes() == b"other nonsense " * 1000
    with open_history(opened.path) as history:
        assert usage_count(history) == 1


def test_an_export_as_json_holds_everything(opened: History) -> None:
    fill(opened)
    told: dict[str, Any] = json.loads("".join(export_json(opened)))
    assert (told.pop("schema"), told.pop("zone")) == ("tokentray.export/1", "Europe/Berlin")
    assert set(told) == set(KINDS)
    (usage,) = told["usage"]
    assert len(usage.pop("id")) == 16
    assert usage == {
        "account": "openai/work",
        "start": "2026-11-01T00:00:00.000Z",
        "span": 3600,
        "feed": "completions",
        "model": 'gpt, "5"\n',
        "project": "proj",
        "session": None,
        "api_key": None,
        "tier": "batch",
        "band": 0,
        "input": 9223372036854775807,
        "cache_read": None,
        "cache_write": None,
        "cache_write_1h": None,
        "output": 0,
        "reasoning": None,
        "unsplit": None,
        "requests": None,
        "flags": 0,
    }
    assert told["cost"][0]["amount"] == "0.000000000000000001"
    assert told["gauge"][0]["at"] == "2026-11-01T00:00:00.001Z"
    assert told["gauge"][0]["used_percent"] == "4.50"
    assert told["alias"] == [{"account": "openai/work", "name": "proj", "text": "Käse"}]
    assert told["gap"][0]["why"] == "not read yet"
    assert told["meter"][0]["quantity"] == 3
    assert told["feed"][0]["complete_until"] == "2026-11-01T03:00:00.000Z"


def test_an_export_as_csv_holds_the_same_rows(opened: History) -> None:
    fill(opened)
    told = json.loads("".join(export_json(opened)))
    first, *rest = csv.reader(io.StringIO("".join(export_csv(opened))))
    assert first == ["schema", "tokentray.export/1", "zone", "Europe/Berlin"]
    columns, *rows = rest
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    assert Counter(row["kind"] for row in found) == {kind: len(told[kind]) for kind in KINDS if told[kind]}
    for row in found:
        (one,) = told[row["kind"]]
        assert {name: row[name] for name in one} == {n: "" if v is None else str(v) for n, v in one.items()}


def test_an_export_holds_the_journal(opened: History) -> None:
    made = datetime(2026, 11, 20, 12, tzinfo=UTC)
    card = Card(
        "c0ffee", made, made, date(2026, 11, 19), "=Käse", tried="a\nb", outcome=Outcome.FAILED, tags=("x", "y")
    )
    with transaction(opened):
        save_card(opened, card, made)
    told = json.loads("".join(export_json(opened)))
    assert told["card"] == [
        {
            "id": "c0ffee",
            "created_at": "2026-11-20T12:00:00.000Z",
            "edited_at": "2026-11-20T12:00:00.000Z",
            "day": "2026-11-19",
            "title": "=Käse",
            "tried": "a\nb",
            "worked": "",
            "learned": "",
            "next": "",
            "outcome": "failed",
            "level": "me",
            "function": "",
            "effort_minutes": None,
            "saved_least": None,
            "saved_most": None,
            "url": "",
            "follows": None,
            "draft": 0,
        }
    ]
    assert told["card_tag"] == [{"card": "c0ffee", "tag": "x"}, {"card": "c0ffee", "tag": "y"}]
    _, columns, *rows = csv.reader(io.StringIO("".join(export_csv(opened))))
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    assert [(row["kind"], row["tried"], row["tag"]) for row in found] == [
        ("card", "a\nb", ""),
        ("card_tag", "", "x"),
        ("card_tag", "", "y"),
    ]


def test_an_export_is_of_one_moment_and_can_be_given_up(opened: History, put: Put) -> None:
    put("2026-11-01T12:00Z", input=5)
    with open_history(opened.path, read_only=True) as reader:
        pieces = export_json(reader)
        first = [next(pieces), next(pieces)]
        put("2026-11-01T13:00Z", input=7)
        assert len(json.loads("".join([*first, *pieces]))["usage"]) == 1
        given_up = export_csv(reader)
        next(given_up)
        next(given_up)
        given_up.close()
        assert usage_count(reader) == 2
        assert not reader.db.in_transaction


def test_an_export_may_be_given_up_after_the_history_was_closed(opened: History, put: Put) -> None:
    put("2026-11-01T12:00Z", input=5)
    with open_history(opened.path, read_only=True) as reader:
        given_up = export_csv(reader)
        next(given_up)
        next(given_up)
    given_up.close()
