"""
Reads Claude Code's transcripts, `projects/<folder>/**/*.jsonl`.

Written down in agent-logs/claude-code.md (versions 1.0.128 to 2.1.330, read on 21 November 2026); the vendor documents none of it.
Only these fields are read: type, timestamp, sessionId, requestSessionId, isSidechain, cwd, uuid, message.id, .model, .stop_reason,
.usage, and modelUsage of `cost-state` lines. What is odd:

* One response is several lines with the same message.id and usage; early lines may carry a stale output, and old versions never write the
  final one. The line with the largest output counts; without any stop_reason the output is incomplete.
* A fork repeats its parent's lines under its own sessionId. They belong to requestSessionId if that is there, else to the session whose
  file begins earlier; a subagent's copy of a line never owns it.
* `<synthetic>` lines are the program's own messages. `toolUseResult.usage` repeats what a subagent's own file says.
* Compaction, titles and helper calls are in no line. `cost-state` lines have them: cumulative, without a time, a fork's with its parent's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from tokentray.core.found import INCOMPLETE, OWNER_NAMED, SIDECHAIN, Found, Response
from tokentray.sources.jsonl import count_of, decode_line, instant_of, number_of, text_of

# Not typing's: importing that costs 5 ms, which the quick commands do not have.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tokentray.sources.jsonl import Decode

NAME = "claude-code"
SUFFIXES = (b".jsonl",)
RESPONSE = b"claude-code "
USAGE = b'"usage"'
COST_STATE = b'"cost-state"'
TIMESTAMP = b'"timestamp"'
# Such a line begins with its type.
COST_STATE_WITHIN = 4096


def roots(environ: Mapping[str, str], home: str) -> list[str]:
    """Every folder that may hold transcripts; doubles among them do no harm."""
    configs = [
        os.path.join(home, ".claude"),
        os.path.join(environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "claude"),
    ]
    configs += [part.strip() for part in environ.get("CLAUDE_CONFIG_DIR", "").split(",") if part.strip()]
    desktops = [
        os.path.join(home, ".config", "Claude", "local-agent-mode-sessions"),
        os.path.join(home, "Library", "Application Support", "Claude", "local-agent-mode-sessions"),
        os.path.join(home, "Library", "Application Support", "Claude", "claude-code-sessions"),
    ]
    if environ.get("APPDATA"):
        desktops.append(os.path.join(environ["APPDATA"], "Claude", "local-agent-mode-sessions"))
    return [root for config in configs for root in roots_below(config)] + desktops


def roots_below(folder: str) -> list[str]:
    """The folder of transcripts in a configuration folder; `projects` itself is accepted, too."""
    folder = os.path.expanduser(folder)
    return [folder if os.path.basename(os.path.normpath(folder)) == "projects" else os.path.join(folder, "projects")]


class Reader:
    """Reads one transcript, block by block, from wherever the last reading ended."""

    def __init__(self, path: bytes, state: str, decode: Decode, found: Found) -> None:
        first_at, _, last_at = state.partition(" ")
        self.first_at = int(first_at) if first_at else None
        self._last_at = int(last_at) if last_at else None
        self._stem = os.path.splitext(os.path.basename(path))[0].decode("utf-8", "replace")
        self._decode = decode
        self._found = found
        # The response of the line before, which the next line may complete, and its key.
        self.pending: Response | None = None
        self._key = b""

    @property
    def state(self) -> str:
        """What the next reading has to know: the first and the last instant seen in the file."""
        return "" if self.first_at is None else f"{self.first_at} {self._last_at}"

    def block(self, page: bytes, end: int) -> None:
        """Reads whole lines, `page[:end]`."""
        start = 0
        while start < end:
            stop = page.find(b"\n", start, end)
            self.maybe_line(page, start, stop)
            start = stop + 1

    def finish(self) -> None:
        """After the last block."""
        if self.pending is not None:
            self._found.responses.append(self.pending)
            self.pending = None

    def maybe_line(self, page: bytes, start: int, stop: int) -> dict[str, Any] | None:
        """Reads a line if it may matter, and gives it then."""
        if (
            page.find(USAGE, start, stop) >= 0
            or page.find(COST_STATE, start, min(stop, start + COST_STATE_WITHIN)) >= 0
        ):
            return self._line(page[start:stop])
        if self.first_at is None and page.find(TIMESTAMP, start, stop) >= 0:
            self._see(instant_of((decode_line(page[start:stop], self._decode) or {}).get("timestamp")))
        return None

    def respond(self, key: bytes, response: Response) -> None:
        """Takes a line's response; lines of one response mostly follow one another."""
        before, self._last_at = self.pending, response[1]
        if before is not None:
            if key == self._key and response[4] == before[4]:
                response = merged(before, response)
            else:
                self._found.responses.append(before)
        self.pending, self._key = response, key

    def alone(self, response: Response) -> None:
        """Takes a response that no line before or behind it belongs to."""
        self._last_at = response[1]
        self._found.responses.append(response)

    def _line(self, raw: bytes) -> dict[str, Any] | None:
        line = decode_line(raw, self._decode)
        if line is None:
            return None
        kind = line.get("type")
        if kind == "assistant":
            self._response(line)
        elif kind == "cost-state":
            self._cost_state(line)
        else:
            self._see(instant_of(line.get("timestamp")))
        return line

    def _see(self, at: int | None) -> None:
        if at is not None:
            self._last_at = at
            if self.first_at is None:
                self.first_at = at

    def _response(self, line: dict[str, Any]) -> None:
        message, at = line.get("message"), instant_of(line.get("timestamp"))
        self._see(at)
        if type(message) is not dict or at is None:
            return
        usage, model = message.get("usage"), text_of(message.get("model"))
        key = text_of(message.get("id")) or text_of(line.get("uuid"))
        if type(usage) is not dict or model == "<synthetic>" or not key:
            return
        own = text_of(line.get("sessionId")) or self._stem
        caller = text_of(line.get("requestSessionId"))
        self._session(own, caller)
        flags = (
            (0 if message.get("stop_reason") else INCOMPLETE)
            | (SIDECHAIN if line.get("isSidechain") is True else 0)
            | (OWNER_NAMED if caller else 0)
        )
        self.respond(
            key.encode(),
            (
                response_id(key),
                at,
                model,
                text_of(line.get("cwd")),
                caller or own,
                tier_of(usage),
                *counts_of(usage),
                flags,
            ),
        )

    def _session(self, own: str, caller: str) -> None:
        # A copied line tells what the session was forked from.
        first_at = self.first_at or 0
        self._found.session(own, first_at, caller if caller != own else "")
        if caller:
            self._found.session(caller, first_at)

    def _cost_state(self, line: dict[str, Any]) -> None:
        models, session = line.get("modelUsage"), text_of(line.get("sessionId")) or self._stem
        at = self._last_at or instant_of_epoch(line.get("startTime"))
        if type(models) is not dict or at is None:
            return
        for model, usage in models.items():
            if type(usage) is dict and type(model) is str:
                counts = [count_of(usage.get(name)) for name in COST_STATE_COUNTS]
                fresh, read, written, hour, output = counts
                cost = decimal_text(usage.get("costUSD"))
                self._found.cost_states.append((session, at, model, fresh, read, written, hour, output, cost))


def merged(one: Response, other: Response) -> Response:
    """Two lines of one response in one session: the fuller counts, the later time."""
    fuller, lesser = (other, one) if weight(other) > weight(one) else (one, other)
    flags = (one[12] & other[12] & (INCOMPLETE | SIDECHAIN)) | ((one[12] | other[12]) & OWNER_NAMED)
    return (one[0], max(one[1], other[1]), fuller[2], fuller[3] or lesser[3], *fuller[4:12], flags)


def weight(response: Response) -> tuple[int, int]:
    """Output first: early lines of a response carry too small a one."""
    fresh, read, written, _, output = response[6:11]
    return -1 if output is None else output, (fresh or 0) + (read or 0) + (written or 0)


COST_STATE_COUNTS = (
    "inputTokens",
    "cacheReadInputTokens",
    "cacheCreationInputTokens",
    "cacheCreationEphemeral1hInputTokens",
    "outputTokens",
)


def response_id(key: str) -> int:
    """The history's id of a response: the same wherever a copy of its line lies."""
    return number_of(RESPONSE + key.encode())


def counts_of(usage: dict[str, Any]) -> tuple[int | None, int | None, int | None, int | None, int | None, int | None]:
    """input, cache_read, cache_write, the 1-hour part of that, output, the reasoning part of that."""
    written, details = usage.get("cache_creation"), usage.get("output_tokens_details")
    return (
        count_of(usage.get("input_tokens")),
        count_of(usage.get("cache_read_input_tokens")),
        count_of(usage.get("cache_creation_input_tokens")),
        count_of(written.get("ephemeral_1h_input_tokens")) if type(written) is dict else None,
        count_of(usage.get("output_tokens")),
        count_of(details.get("thinking_tokens")) if type(details) is dict else None,
    )


def tier_of(usage: dict[str, Any]) -> str:
    """ "fast", "batch", "priority" …, "" for the standard price."""
    if usage.get("speed") == "fast":
        return "fast"
    tier = text_of(usage.get("service_tier"))
    return "" if tier == "standard" else tier


def instant_of_epoch(value: Any) -> int | None:
    return int(value) if type(value) in (int, float) and 0 < value < 1 << 53 else None


def decimal_text(value: Any) -> str:
    """A JSON number as decimal text, "" if it is none."""
    return (
        format(value, "f")
        if type(value) is int
        else f"{value:.12f}".rstrip("0").rstrip(".")
        if type(value) is float
        else ""
    )
