"""
The fast way through a transcript: a line that is laid out like one already understood is cut up instead of parsed.

A layout is learned from a line that was decoded in full. It holds for another line only if all bytes outside of the content, the ids and
the time are the same: before the content, that is everything but the parent's uuid and the response's id; after it, everything
behind the usage but uuids, request id and time, each as long as before. So session, project, model and flags are those of the learned
line, and the usage between is what belongs to the message. Whatever does not fit is decoded in full.
"""

from __future__ import annotations

from itertools import pairwise
from struct import Struct
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import msgspec

from tokentray.core.found import INCOMPLETE, OWNER_NAMED, SIDECHAIN, Found, Response
from tokentray.sources.agents.claude_code.log import RESPONSE, Reader
from tokentray.sources.jsonl import instant_of, number_of, text_of, typed_decoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from tokentray.sources.jsonl import Decode

PARENT = b'{"parentUuid":"'
PARENT_ENDS = len(PARENT) + 36
USER = b'"type":"user","message":{'
HEAD_WITHIN = 1024
STAMP = b'"timestamp":"'
VARIABLE = (b'"requestId":"', b'"uuid":"', STAMP)
FULL_STOP, Z = ord("."), ord("Z")
CONTENT = b'"content":['
STOP_REASON = b'"stop_reason":'
NO_STOP_REASON = STOP_REASON + b"null"
USAGE = b'"usage":{'
# A file with more layouts than this has a new one on each line: learning would cost more than it saves.
MOST_LAYOUTS = 12


class _Message(TypedDict, total=False):
    id: Any
    model: Any
    stop_reason: Any
    usage: Any


class _Line(TypedDict, total=False):
    type: Any
    timestamp: Any
    sessionId: Any
    requestSessionId: Any
    isSidechain: Any
    cwd: Any
    uuid: Any
    message: _Message
    modelUsage: Any
    startTime: Any


Count = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]


class _Written(msgspec.Struct):
    ephemeral_1h_input_tokens: Count


class _Details(msgspec.Struct):
    thinking_tokens: Count | None = None


class _Usage(msgspec.Struct):
    input_tokens: Count
    cache_read_input_tokens: Count
    cache_creation_input_tokens: Count
    output_tokens: Count
    cache_creation: _Written | None = None
    output_tokens_details: _Details | None = None
    service_tier: str | None = None
    speed: str | None = None


def line_decoder() -> Decode:
    """Decodes no more of a line than is read of it."""
    return typed_decoder(_Line)


any_value = msgspec.json.Decoder().decode
usage_of = msgspec.json.Decoder(_Usage).decode


class Layout:
    """
    How the response lines of one session, model and version are laid out:

    parent's uuid · `before_id` · id · `after_id` · content · stop reason · `before_usage` · usage · `tail` bytes, of which the pieces
    `behind` are fixed; `pieces_at` takes them out. `time_from` is the distance of the time from the line's end.
    """

    __slots__ = (
        "after_id",
        "before_id",
        "before_usage",
        "behind",
        "flags",
        "id_from",
        "id_length",
        "model",
        "pieces_at",
        "project",
        "session",
        "tail",
        "time_from",
        "usage_from",
    )

    before_id: bytes
    after_id: bytes
    before_usage: bytes
    behind: tuple[bytes, ...]
    pieces_at: Callable[[bytes, int], tuple[bytes, ...]]
    id_from: int
    id_length: int
    usage_from: int
    tail: int
    time_from: int
    model: str
    project: str
    session: str
    flags: int


class LineReader:
    """Reads one transcript by its layouts; a `Reader` takes whatever does not fit."""

    def __init__(self, path: bytes, state: str, decode: Decode, found: Found) -> None:
        self._reader = Reader(path, state, decode, found)
        self._layouts: list[Layout] = []
        self._learned = 0
        self._user_head = b""
        # Milliseconds of each minute seen, by its first 16 characters.
        self._minutes: dict[bytes, int] = {}

    @property
    def state(self) -> str:
        return self._reader.state

    def finish(self) -> None:
        self._reader.finish()

    def block(self, page: bytes, end: int) -> None:
        """Reads whole lines, `page[:end]`."""
        # One long function: what is called for each line of a gigabyte costs more than what it does.
        find, rfind, starts, layouts = page.find, page.rfind, page.startswith, self._layouts
        user_head = self._user_head
        # Of the response that is going on over several lines: `usage` with what stands before it; `stamped` is where the time of its last
        # line stands.
        key = usage = b""
        counts: _Usage | None = None
        layout: Layout | None = None
        complete, stamped, start = False, 0, 0
        while start < end:
            stop = find(b"\n", start, end)
            head = start + PARENT_ENDS
            if user_head and starts(user_head, head) and starts(PARENT, start):
                start = stop + 1
                continue
            for fits in layouts:
                if not starts(fits.before_id, head):
                    continue
                at = head + fits.id_from
                behind_id = at + fits.id_length
                tail = stop - fits.tail
                if (
                    tail < behind_id
                    or fits.pieces_at(page, tail) != fits.behind
                    or not starts(fits.after_id, behind_id)
                ):
                    continue
                now, used = page[at:behind_id], tail - len(usage)
                # Mostly it is the response of the line before, with the same usage.
                if now != key or fits is not layout or used < behind_id or not starts(usage, used):
                    used = rfind(fits.before_usage, behind_id, tail)
                    if used < 0:
                        continue
                    now_usage = page[used:tail]
                    try:
                        now_counts = usage_of(now_usage[fits.usage_from :])
                    except msgspec.DecodeError:
                        continue
                    if counts is not None and layout is not None:
                        self._respond(layout, key, counts, page, stamped, complete, now != key)
                    if fits is not layout:
                        # The next line is most likely laid out like this one.
                        layouts.remove(fits)
                        layouts.insert(0, fits)
                    key, usage, counts, layout, complete = now, now_usage, now_counts, fits, False
                stamped = stop - fits.time_from
                complete = complete or not starts(NO_STOP_REASON, used - len(NO_STOP_REASON))
                break
            else:
                if counts is not None and layout is not None:
                    self._respond(layout, key, counts, page, stamped, complete, False)
                    counts = layout = None
                self._other_line(page, start, stop)
                user_head = self._user_head
            start = stop + 1
        if counts is not None and layout is not None:
            self._respond(layout, key, counts, page, stamped, complete, False)

    def _respond(
        self, layout: Layout, key: bytes, usage: _Usage, page: bytes, stamped: int, complete: bool, alone: bool
    ) -> None:
        """Takes a response; `alone` if the next line is another one's."""
        at = self._instant(page, stamped)
        if at is None:
            return
        written, details, tier = usage.cache_creation, usage.output_tokens_details, usage.service_tier or ""
        response: Response = (
            number_of(RESPONSE + key),
            at,
            layout.model,
            layout.project,
            layout.session,
            "fast" if usage.speed == "fast" else "" if tier == "standard" else tier,
            usage.input_tokens,
            usage.cache_read_input_tokens,
            usage.cache_creation_input_tokens,
            None if written is None else written.ephemeral_1h_input_tokens,
            usage.output_tokens,
            None if details is None else details.thinking_tokens,
            layout.flags if complete else layout.flags | INCOMPLETE,
        )
        if alone and self._reader.pending is None:
            self._reader.alone(response)
        else:
            self._reader.respond(key, response)

    def _instant(self, page: bytes, stamped: int) -> int | None:
        stamp = page[stamped : stamped + 24]
        plain = stamp[19] == FULL_STOP and stamp[23] == Z
        minute = self._minutes.get(stamp[:16]) if plain else None
        if minute is not None:
            try:
                return minute + int(stamp[17:19] + stamp[20:23])
            except ValueError:
                return None
        at = instant_of(stamp.decode("ascii", "replace"))
        if at is not None and plain:
            self._minutes[stamp[:16]] = at // 60_000 * 60_000
        return at

    def _other_line(self, page: bytes, start: int, stop: int) -> None:
        line = self._reader.maybe_line(page, start, stop)
        if line is None:
            if self._reader.first_at is not None:
                self._user_head = user_head_of(page, start, stop) or self._user_head
        elif self._learned < MOST_LAYOUTS and line.get("type") == "assistant":
            self._learned += 1
            layout = layout_of(page[start:stop], line)
            if layout is not None:
                self._layouts.insert(0, layout)


def user_head_of(page: bytes, start: int, stop: int) -> bytes:
    """What stands between the parent's uuid and the message in a person's line, b"" if this is none; nothing is nested there."""
    head = start + PARENT_ENDS
    end = page.find(USER, head, min(stop, head + HEAD_WITHIN))
    if end < 0 or not page.startswith(PARENT, start) or not _is_flat(page[head:end]):
        return b""
    return page[head : end + len(USER)]


def layout_of(raw: bytes, line: dict[str, Any]) -> Layout | None:
    """The layout of a response's line that was decoded in full, None if it cannot be told."""
    message = line["message"]
    key, model = message.get("id"), message.get("model")
    opened = raw.find(b'"message":{', PARENT_ENDS, PARENT_ENDS + HEAD_WITHIN)
    content = raw.find(CONTENT, opened, opened + HEAD_WITHIN)
    if (
        opened < 0
        or content < 0
        or not raw.startswith(PARENT)
        or type(key) is not str
        or type(model) is not str
        or model == "<synthetic>"
    ):
        return None
    at = raw.find(b'"id":"' + key.encode() + b'"', opened, content) + 6
    inside = raw[opened + 11 : content]
    if (
        at < 6
        or not _is_flat(raw[PARENT_ENDS:opened])
        or not _is_flat(inside)
        or b'"model":"' + model.encode() + b'"' not in inside
    ):
        return None
    layout = Layout()
    layout.id_length = len(key.encode())
    layout.before_id = raw[PARENT_ENDS:at]
    layout.id_from = at - PARENT_ENDS
    layout.after_id = raw[at + layout.id_length : content + len(CONTENT)]
    layout.model, layout.project = model, text_of(line.get("cwd"))
    caller = text_of(line.get("requestSessionId"))
    layout.session = caller or text_of(line.get("sessionId"))
    layout.flags = (SIDECHAIN if line.get("isSidechain") is True else 0) | (OWNER_NAMED if caller else 0)
    return layout if layout.session and _ends_alike(layout, raw, message.get("usage")) else None


def _ends_alike(layout: Layout, raw: bytes, usage: Any) -> bool:
    """Learns what stands around the usage; whether that could be told."""
    opened = raw.rfind(USAGE) + len(USAGE) - 1
    reason = raw.rfind(STOP_REASON, max(0, opened - 256), opened) + len(STOP_REASON)
    reason_ends = reason + 4 if raw.startswith(b"null", reason) else raw.find(b'"', reason + 1) + 1
    closed = _end_of_object(raw, opened)
    if opened < len(USAGE) or reason < len(STOP_REASON) or not closed or type(usage) is not dict:
        return False
    layout.before_usage = raw[reason_ends:opened]
    layout.usage_from = opened - reason_ends
    tail = raw[closed:]
    layout.tail = len(tail)
    values = sorted(_value_of(name, tail) for name in VARIABLE if name in tail)
    stamp = _value_of(STAMP, tail) if STAMP in tail else (0, 0)
    if b"{" in layout.before_usage or stamp[1] - stamp[0] != 23 or usage != any_value(raw[opened:closed]):
        return False
    layout.time_from = len(tail) - stamp[0]
    edges = [0, *(edge for value in values for edge in value), len(tail)]
    lengths = [end - start for start, end in pairwise(edges)]
    layout.pieces_at = Struct("".join(f"{length}{'xs'[at % 2]}" for at, length in enumerate(lengths, 1))).unpack_from
    layout.behind = layout.pieces_at(tail, 0)
    return True


def _end_of_object(raw: bytes, opened: int) -> int:
    """Where the object ends that begins there, 0 if that cannot be told: only a whole object can be decoded."""
    closed = opened
    for _ in range(24):
        closed = raw.find(b"}", closed) + 1
        if not closed:
            break
        try:
            usage_of(raw[opened:closed])
        except msgspec.ValidationError:
            return 0
        except msgspec.DecodeError:
            continue
        return closed
    return 0


def _value_of(name: bytes, tail: bytes) -> tuple[int, int]:
    # The Z of a time is fixed: it says UTC.
    start = tail.find(name) + len(name)
    return start, tail.find(b'Z"' if name == STAMP else b'"', start)


def _is_flat(piece: bytes) -> bool:
    """Whether no object, list or escape stands in it, so that its keys are those of one object."""
    return not any(mark in piece for mark in (b"{", b"[", b"\\"))
