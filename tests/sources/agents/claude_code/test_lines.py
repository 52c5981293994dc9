"""The fast way through a transcript finds what decoding each line in full finds."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.test_logs_exact import SAMPLES, needs_samples
from tokentray.core.found import Found
from tokentray.sources.agents.claude_code.lines import LineReader, layout_of, line_decoder
from tokentray.sources.agents.claude_code.log import Reader
from tokentray.sources.jsonl import blocks, light_decoder, open_log

MODELS = ("claude-opus-4-5-20251101", "claude-haiku-4-5-20251001", "glm-4.7")


def found_by(kind: Any, decode: Any, path: Path) -> tuple[tuple[Any, ...], str]:
    found = Found()
    reader = kind(str(path).encode(), "", decode, found)
    with open_log(str(path).encode()) as file:
        for page, end in blocks(file, 4096):
            reader.block(page, end)
    reader.finish()
    return found.packed(), reader.state


def assert_alike(path: Path) -> None:
    slow = found_by(Reader, light_decoder(), path)
    assert found_by(LineReader, line_decoder(), path) == slow
    assert found_by(Reader, line_decoder(), path) == slow


@needs_samples
def test_on_every_sample() -> None:
    for path in sorted((SAMPLES / "claude" / "home").rglob("*.jsonl")):
        assert_alike(path)


def transcript(seed: int) -> Iterator[str]:
    """A transcript as the versions write it, with everything that may mislead a reader that does not parse."""
    chance = random.Random(seed)  # noqa: S311  the same transcript each time
    head = {
        "isSidechain": chance.random() < 0.3,
        "cwd": '/home/d/"q' if chance.random() < 0.2 else "/home/d",
        "sessionId": f"s{seed}",
        "version": "2",
    }
    at = 0
    for number in range(120):
        at += chance.randrange(90_000)
        model, key = chance.choice(MODELS), f"msg_{number if chance.random() < 0.9 else number // 2:024d}"
        parent = {"parentUuid": None if chance.random() < 0.05 else f"{number:036d}"}
        for block in range(chance.randint(1, 3)):
            usage: dict[str, Any] = {
                "input_tokens": chance.randrange(3000), "cache_creation_input_tokens": chance.randrange(9), "cache_read_input_tokens": 5,
                "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": chance.randrange(9)},
                "output_tokens": chance.choice((3, 3, 17, 400)), "service_tier": chance.choice(("standard", "batch")),
            }  # fmt: skip
            if chance.random() < 0.2:
                usage = chance.choice(
                    (
                        {"input_tokens": 1, "output_tokens": None},
                        {"input_tokens": -4, "output_tokens": 2},
                        usage | {"speed": "fast"},
                    )
                )
            trap = chance.choice(
                (
                    "plain",
                    '"type":"assistant","usage":{"input_tokens":9}',
                    '"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,',
                )
            )
            content = [{"type": "text", "text": trap, "input": {"usage": {"input_tokens": 7, "output_tokens": 7}}}]
            stop = chance.choice((None, "end_turn", "tool_use"))
            message = {
                "model": model,
                "id": key,
                "type": "message",
                "role": "assistant",
                "content": content,
                "stop_reason": stop,
                "stop_sequence": None,
                "usage": usage,
            }
            if seed % 2:
                message = {
                    "id": key,
                    "role": "assistant",
                    "model": model,
                    "content": content,
                    "stop_reason": stop,
                    "stop_sequence": None,
                    "usage": usage,
                    "context_management": {"applied_edits": []},
                }
            stamp = f"2026-11-20T{at // 3_600_000:02d}:{at // 60_000 % 60:02d}:{at // 1000 % 60:02d}.{at % 1000:03d}Z"
            tail = {
                "requestId": f"req_{number:020d}",
                "type": "assistant",
                "uuid": f"{number * 9 + block:036d}",
                "timestamp": stamp,
            }
            if seed % 3 == 0:
                tail |= {"thinkingDurationMs": chance.randrange(2000), "userType": "external"}
            if chance.random() < 0.1:
                tail["requestSessionId"] = "caller"
            yield json.dumps(parent | head | {"message": message} | tail, separators=(",", ":"))
        tool = {"usage": {"input_tokens": 5, "output_tokens": 6}, "text": '"usage":{"input_tokens":1'}
        user = {
            "type": "user",
            "message": {"role": "user", "content": "hm"},
            "uuid": "u",
            "timestamp": stamp,
            "toolUseResult": tool,
        }
        yield json.dumps(parent | head | user, separators=(",", ":"))
        if chance.random() < 0.1:
            nested = {
                "message": {
                    "model": model,
                    "id": "x" + key,
                    "content": [{"type": "user", "message": {}}],
                    "usage": usage,
                },
                "type": "assistant",
                "timestamp": stamp,
            }
            yield json.dumps(parent | head | nested, separators=(",", ":"))
        if chance.random() < 0.05:
            yield json.dumps(
                {
                    "type": "cost-state",
                    "sessionId": f"s{seed}",
                    "modelUsage": {model: {"inputTokens": 4, "costUSD": 0.1}},
                }
            )
        if chance.random() < 0.05:
            yield chance.choice(("", "{", '{"parentUuid":"', '{"parentUuid":"' + "0" * 200, "\0\0\0", "null"))


@pytest.mark.parametrize("seed", range(24))
def test_on_made_up_transcripts(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text("\n".join(transcript(seed)) + "\n")
    assert_alike(path)


def test_a_line_of_the_usual_shape_is_learned() -> None:
    lines = [line for line in transcript(1) if '"type":"assistant"' in line and '"parentUuid":"' in line]
    layouts = [layout_of(line.encode(), json.loads(line)) for line in lines]
    assert sum(layout is not None for layout in layouts) > len(lines) // 2


def test_a_user_line_within_a_response_is_not_taken_for_one() -> None:
    line = (
        b'{"parentUuid":"' + b"0" * 36 + b'","message":{"content":[{"type":"user","message":{}}]},"type":"assistant"}'
    )
    assert layout_of(line, json.loads(line)) is None
