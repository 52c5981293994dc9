"""Odd things in rollouts that the samples do not show all of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.test_logs_exact import SAMPLES, needs_samples
from tokentray.core.found import Found
from tokentray.sources.agents.codex.lines import LineReader, line_decoder
from tokentray.sources.agents.codex.log import Reader, window_name
from tokentray.sources.jsonl import blocks, light_decoder, open_log

OWN = "019df726-af6c-7fb3-ba4c-ca6deda8c996"
PARENT = "019d0000-af6c-7fb3-ba4c-ca6deda8c996"


def line(kind: str, at: int, **payload: Any) -> bytes:
    stamp = f"2026-11-20T10:00:{at // 1000:02d}.{at % 1000:03d}Z"
    return json.dumps({"timestamp": stamp, "type": kind, "payload": payload}, separators=(",", ":")).encode() + b"\n"


def meta(thread: str, **more: Any) -> bytes:
    return line("session_meta", 0, id=thread, timestamp="2026-11-20T10:00:00.000Z", cwd="/p", **more)


def count(at: int, total: int, last: int, **more: Any) -> bytes:
    info = {
        "total_token_usage": {"input_tokens": total},
        "last_token_usage": {"input_tokens": last, "output_tokens": 1},
    }
    return line("event_msg", at, type="token_count", info=info, **more)


def read(data: bytes, totals_of: Any = lambda thread: None, state: str = "") -> Found:
    found, page = Found(), data
    reader = Reader(b"rollout-x.jsonl", state, light_decoder(), found, totals_of)
    reader.block(page, len(page))
    reader.finish()
    return found


def inputs(found: Found) -> list[int | None]:
    return [response[6] for response in found.responses]


def test_repeated_totals_count_once_and_zeros_not_at_all() -> None:
    assert inputs(
        read(
            meta(OWN)
            + count(1000, 5, 5)
            + count(2000, 5, 5)
            + count(3000, 9, 4)
            + count(4000, 9, 4)
            + count(5000, 3, 3)
        )
    ) == [5, 4, 3]


def test_a_copied_history_is_known_by_its_parents_totals() -> None:
    fork = meta(OWN, forked_from_id=PARENT) + count(100, 5, 5) + count(101, 9, 4) + count(150, 12, 3)
    assert inputs(read(fork, lambda thread: frozenset({(5, 0, 0, 0, 0, 0), (9, 0, 0, 0, 0, 0)}))) == [3]


def test_without_the_parents_file_a_copy_is_known_by_its_haste() -> None:
    assert inputs(
        read(meta(OWN, forked_from_id=PARENT) + count(100, 5, 5) + count(101, 9, 4) + count(1150, 12, 3))
    ) == [3]


def test_a_turn_younger_than_the_thread_ends_a_copy() -> None:
    old = line("event_msg", 90, type="task_started", turn_id=PARENT)
    young = line("event_msg", 120, type="task_started", turn_id="019df726-b000-7953-abc0-7a5a4be0f061")
    assert inputs(
        read(meta(OWN) + meta(PARENT) + old + count(100, 5, 5) + young + count(130, 5, 5) + count(140, 12, 7))
    ) == [7]


def test_records_count_from_the_first_one_on() -> None:
    record = line(
        "token_usage_record",
        2000,
        thread_id=OWN,
        response_id="r1",
        usage={"input_tokens": 8, "cached_input_tokens": 5, "cache_write_input_tokens": 2},
    )
    strange = line("token_usage_record", 2500, thread_id=PARENT, response_id="r2", usage={"input_tokens": 8})
    assert inputs(read(meta(OWN) + count(1000, 5, 5) + record + count(2100, 13, 8) + strange)) == [5, 1]


def test_the_state_carries_over_to_the_next_reading() -> None:
    lines = [
        meta(OWN, forked_from_id=PARENT),
        line("turn_context", 1, model="m"),
        count(100, 5, 5),
        count(900, 9, 4),
        count(1900, 9, 4),
        count(2900, 15, 6),
    ]
    state, found = "", []
    for piece in lines:
        part, page = Found(), piece
        reader = Reader(b"rollout-x.jsonl", state, light_decoder(), part, lambda thread: None)
        reader.block(page, len(page))
        state = reader.state
        found += part.responses
    assert [(response[2], response[6]) for response in found] == [("m", 4), ("m", 6)]


def test_a_file_without_its_beginning_is_named_by_its_name() -> None:
    found, page = Found(), count(1000, 5, 5)
    Reader(f"rollout-2026-05-05T10-00-00-{OWN}.jsonl".encode(), "", light_decoder(), found, lambda thread: None).block(
        page, len(page)
    )
    assert found.responses[0][4] == OWN


@pytest.mark.parametrize(
    ("window", "sample"),
    [
        ({"used_percent": 23.0, "window_minutes": 300, "resets_at": 1_800_000_000}, ("5h", "23", 1_800_000_000_000)),
        ({"used_percent": 7.25, "window_minutes": 10080, "resets_in_seconds": 60}, ("week", "7.25", 1_795_168_861_000)),
        ({"used_percent": 33, "window_minutes": 300, "resets_in_seconds": None}, ("5h", "33", 1_795_186_801_000)),
        ({"used_percent": 0.0, "window_minutes": 300, "resets_at": None}, None),
        ({"used_percent": None, "window_minutes": 300}, None),
        ({"used_percent": 5.0}, None),
    ],
)
def test_quota_windows(window: dict[str, Any], sample: tuple[str, str, int] | None) -> None:
    limits = {"limit_id": "codex", "primary": window, "secondary": None}
    found = read(meta(OWN) + count(1000, 5, 5, rate_limits=limits))
    assert [(name, used, resets) for name, _, used, _, _, _, resets in found.samples.values()] == (
        [sample] if sample else []
    )


def test_other_limits_and_credits_have_their_own_names() -> None:
    limits = {
        "limit_id": "codex_other",
        "primary": {"used_percent": 1, "window_minutes": 60, "resets_at": 1},
        "credits": {"has_credits": True, "balance": "12.50"},
    }
    found = read(meta(OWN) + count(1000, 5, 5, rate_limits=limits))
    assert {name: sample[2:5] for name, sample in found.samples.items()} == {
        "codex_other 1h": ("1", None, "percent"),
        "codex_other credits": (None, "12.50", "credits"),
    }


def test_window_names() -> None:
    assert [window_name(minutes) for minutes in (300, 10_080, 1440, 90)] == ["5h", "week", "1d", "90min"]


@needs_samples
@pytest.mark.parametrize("sample", ["codex", "codex-migrated", "codex-compressed"])
def test_all_ways_of_reading_find_the_same(sample: str) -> None:
    for path in sorted((SAMPLES / sample / "home").rglob("rollout-*")):
        packed = []
        for kind, decode in ((Reader, light_decoder()), (Reader, line_decoder()), (LineReader, line_decoder())):
            found = Found()
            reader = kind(str(path).encode(), "", decode, found, lambda thread: None)
            with open_log(str(path).encode()) as file:
                for page, end in blocks(file, 4096):
                    reader.block(page, end)
            reader.finish()
            packed.append((found.packed(), reader.state))
        assert packed[0] == packed[1] == packed[2]


@needs_samples
def test_the_newest_reading_over_all_files_is_kept(tmp_path: Path) -> None:
    from tests.ingest.test_logs_exact import scan
    from tokentray.store.database import open_history

    with open_history(str(tmp_path / "history.sqlite"), zone="UTC") as history:
        scan(history, SAMPLES / "codex" / "home")
        rows = history.db.execute(
            "SELECT name, used_percent, datetime(at / 1000, 'unixepoch') FROM gauge ORDER BY name"
        ).fetchall()
    assert [(name, at[:16]) for name, _, at in rows] == [("5h", "2026-11-19 08:00"), ("week", "2026-11-19 08:00")]
