"""What is decoded of a rollout's line when there are many."""

from __future__ import annotations

from typing import Any, TypedDict

from tokentray.sources.jsonl import Decode, typed_decoder


class _Info(TypedDict, total=False):
    total_token_usage: Any
    last_token_usage: Any


class _Settings(TypedDict, total=False):
    model: Any


class _Payload(TypedDict, total=False):
    type: Any
    id: Any
    timestamp: Any
    cwd: Any
    source: Any
    forked_from_id: Any
    model: Any
    turn_id: Any
    thread_settings: _Settings
    info: _Info | None
    rate_limits: Any
    thread_id: Any
    response_id: Any
    usage: Any


class _Line(TypedDict, total=False):
    timestamp: Any
    type: Any
    payload: _Payload


def line_decoder() -> Decode:
    """Decodes no more of a line than is read of it."""
    return typed_decoder(_Line)
