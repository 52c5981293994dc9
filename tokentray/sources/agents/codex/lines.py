"""
The fast way through a rollout: of a token_count only the counts are decoded, and of lines of no interest nothing.

It holds for lines that begin with a time of 24 characters and are of a kind that stands right behind it, in files where token_counts are
what counts; everything else is for `Reader`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import msgspec

from tokentray.core.found import Found
from tokentray.sources.agents.codex.log import RESPONSE, Reader
from tokentray.sources.jsonl import instant_of, number_of, typed_decoder

if TYPE_CHECKING:
    from tokentray.sources.agents.codex.log import Ancestors, Totals
    from tokentray.sources.jsonl import Decode

TIME = b'{"timestamp":"'
# Where the time ends, and what stands there.
KIND = 14 + 24
ITEM = b'","type":"response_item","payload":{'
EVENT = b'","type":"event_msg","payload":{"type":"'
EVENT_KIND = KIND + len(EVENT)
EVENTS = (b'token_count"', b'task_started"', b'thread_settings_applied"')
COUNT = b'token_count","info":{"total_token_usage":{'
INFO = EVENT_KIND + len(b'token_count","info":')
LIMITS = b',"rate_limits":{'


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


Count = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]


class _Totals(msgspec.Struct):
    input_tokens: Count = 0
    cached_input_tokens: Count = 0
    cache_write_input_tokens: Count = 0
    output_tokens: Count = 0
    reasoning_output_tokens: Count = 0
    total_tokens: Count = 0


class _Last(msgspec.Struct):
    input_tokens: Count
    output_tokens: Count
    cached_input_tokens: Count | None = None
    cache_write_input_tokens: Count | None = None
    reasoning_output_tokens: Count | None = None


class _Counts(msgspec.Struct):
    total_token_usage: _Totals
    last_token_usage: _Last


counts_in = msgspec.json.Decoder(_Counts).decode


def line_decoder() -> Decode:
    """Decodes no more of a line than is read of it."""
    return typed_decoder(_Line)


class LineReader:
    """Reads one rollout the fast way; a `Reader` takes whatever is not of the usual shape."""

    def __init__(self, path: bytes, state: str, decode: Decode, found: Found, totals_of: Ancestors) -> None:
        self._reader = Reader(path, state, decode, found, totals_of)
        self._found = found
        # How the limits of the token_count before begin, and where it stands in the page.
        self._limit, self._limit_line = b"\n", (0, 0)

    @property
    def state(self) -> str:
        return self._reader.state

    def finish(self) -> None:
        self._reader.finish()

    def block(self, page: bytes, end: int) -> None:
        """Reads whole lines, `page[:end]`."""
        start, find, starts, reader = 0, page.find, page.startswith, self._reader
        while start < end:
            stop = find(b"\n", start, end)
            if not starts(TIME, start):
                reader.line(page[start:stop])
            elif starts(ITEM, start + KIND):
                pass
            elif not starts(EVENT, start + KIND):
                reader.maybe_line(page, start, stop)
            elif starts(COUNT, start + EVENT_KIND):
                limits = find(LIMITS, start + INFO, stop)
                plain = reader.thread and not reader.mode and limits > 0
                if not plain or not self._token_count(page, start, limits, stop):
                    reader.line(page[start:stop])
            elif starts(EVENTS, start + EVENT_KIND):
                reader.line(page[start:stop])
            start = stop + 1
        self._keep_limit_line(page)

    def _keep_limit_line(self, page: bytes) -> None:
        start, stop = self._limit_line
        if stop:
            self._reader.limit_lines[self._limit] = page[start:stop]
        self._limit_line = (0, 0)

    def _token_count(self, page: bytes, start: int, limits: int, stop: int) -> bool:
        """Takes a token_count; whether it could be read."""
        try:
            counts = counts_in(page[start + INFO : limits])
        except msgspec.DecodeError:
            return False
        at = instant_of(page[start + 14 : start + KIND].decode("ascii", "replace"))
        if at is None:
            return False
        total, last = counts.total_token_usage, counts.last_token_usage
        totals = (
            total.input_tokens, total.cached_input_tokens, total.cache_write_input_tokens,
            total.output_tokens, total.reasoning_output_tokens, total.total_tokens,
        )  # fmt: skip
        reader = self._reader
        reader.last_at = at
        # Of lines with the same limit only the last is kept: the others are older.
        if not page.startswith(self._limit, limits):
            self._keep_limit_line(page)
            self._limit = page[limits : max(limits, page.find(b'"primary"', limits, stop))] or LIMITS
        self._limit_line = (start, stop)
        if totals != reader.totals:
            reader.totals = totals
            if last.input_tokens or last.output_tokens:
                self._respond(totals, last, at)
        return True

    def _respond(self, totals: Totals, last: _Last, at: int) -> None:
        reader, read, written = self._reader, last.cached_input_tokens, last.cache_write_input_tokens
        self._found.responses.append(
            (
                number_of(RESPONSE + f"{reader.thread} {totals}".encode()),
                at,
                reader.model,
                reader.project,
                reader.thread,
                "",
                max(0, last.input_tokens - (read or 0) - (written or 0)),
                read,
                written,
                None,
                last.output_tokens,
                last.reasoning_output_tokens,
                reader.flags,
            )
        )
