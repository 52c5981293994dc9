"""
Reads Codex's rollouts, `sessions/YYYY/MM/DD/rollout-*.jsonl[.zst]` and `archived_sessions/`.

Written down in agent-logs/codex.md (versions 0.47 to 0.169, read on 21 November 2026). Only these fields are read: timestamp, type,
of `session_meta` id, timestamp, cwd, source, forked_from_id; model of `turn_context` and `thread_settings_applied`; turn_id of
`task_started`; info and rate_limits of `token_count`; thread_id, response_id and usage of `token_usage_record`. What is odd:

* input_tokens include cached and cache-written ones, output_tokens include reasoning.
* token_counts are repeated; totals may begin again at zero; a `last_token_usage` of zeros is a re-estimate. A count is a response if the
  total differs from the one before; then `last_token_usage` is its usage. From the first token_usage_record on, those count instead.
* Old forks and subagents repeat all lines of their ancestors with the time of the fork. Everything before the first turn that is younger
  than the thread is such a copy; where turns have no ids, leading counts with a total that an ancestor reported, and without the
  ancestor's file, those written faster than a model answers.
* Migration rewrites a file, compression replaces it, archiving moves it: thread and totals, or thread and response, stay the key.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from tokentray.core.found import SIDECHAIN, Found
from tokentray.sources.jsonl import (
    blocks,
    count_of,
    decode_line,
    instant_of,
    number_of,
    open_log,
    text_of,
)

# Not typing's: importing that costs 5 ms, which the quick commands do not have.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tokentray.sources.jsonl import Decode

    # input, cached, cache written, output, reasoning, total
    Totals = tuple[int, ...]
    Ancestors = Callable[[str], frozenset[Totals] | None]

NAME = "codex"
SUFFIXES = (b".jsonl", b".jsonl.zst")
RESPONSE = b"codex "
TIME = b'{"timestamp":"'
TYPE = b'"type":"'
# Kinds of lines that hold nothing that is read here: proven by their place, right behind the time.
SKIPPED = (b'response_item"', b'compacted"', b'world_state"')
EVENT = b'event_msg","payload":{"type":"'
EVENTS = (b'token_count"', b'task_started"', b'thread_settings_applied"')
TOKEN_COUNT = b'"token_count"'
# It stands near the start of its line: before it are only a time and a number.
TOKEN_COUNT_WITHIN = 160
SEPARATOR = "\x1f"
# No model answers faster; the lines of a copied history are milliseconds apart.
FASTEST_ANSWER_MS = 250


def roots(environ: Mapping[str, str], home: str) -> list[str]:
    """Every folder that may hold rollouts; doubles among them do no harm."""
    homes = [os.path.join(home, ".codex")]
    if environ.get("CODEX_HOME"):
        homes.append(environ["CODEX_HOME"])
    return [root for folder in homes for root in roots_below(folder)]


def roots_below(folder: str) -> list[str]:
    """The folders of rollouts in one Codex home."""
    folder = os.path.expanduser(folder)
    return [os.path.join(folder, "sessions"), os.path.join(folder, "archived_sessions")]


class Reader:
    """Reads one rollout, block by block, from wherever the last reading ended."""

    def __init__(self, path: bytes, state: str, decode: Decode, found: Found, totals_of: Ancestors) -> None:
        self._decode = decode
        self._found = found
        self._totals_of = totals_of
        parts = state.split(SEPARATOR) if state else ["", "", "", "", "", "", "", "", ""]
        self.thread, self.project, self.model, ancestors, totals, flags, first_at, last_at, mode = parts
        self._ancestors = ancestors.split() if ancestors else []
        self.totals: Totals | None = tuple(int(part) for part in totals.split()) if totals else None
        self.flags = int(flags or 0)
        self._first_at = int(first_at or 0)
        self.last_at = int(last_at or 0)
        # "r": records count, "c": still in a copied history, "t": a copied turn with an id was seen
        self.mode = mode
        self._stem = thread_of(path)
        self._inherited: set[Totals] | None = None
        self._parent_known = False
        # The newest of each limit, by its id: only those are read.
        self._limits: dict[str, tuple[dict[str, Any], int]] = {}
        # Lines of which only the limits have not been read, by what stands before the windows.
        self.limit_lines: dict[bytes, bytes] = {}

    @property
    def state(self) -> str:
        """What the next reading has to know about the lines before."""
        if not self.thread:
            return ""
        totals = " ".join(map(str, self.totals)) if self.totals else ""
        parts = (
            self.thread, self.project.replace(SEPARATOR, " "), self.model.replace(SEPARATOR, " "), " ".join(self._ancestors), totals,
            str(self.flags), str(self._first_at), str(self.last_at), self.mode,
        )  # fmt: skip
        return SEPARATOR.join(parts)

    def block(self, page: bytes, end: int) -> None:
        """Reads whole lines, `page[:end]`."""
        start = 0
        while start < end:
            stop = page.find(b"\n", start, end)
            self.maybe_line(page, start, stop)
            start = stop + 1

    def finish(self) -> None:
        """After the last block."""
        for raw in self.limit_lines.values():
            line = decode_line(raw, self._decode) or {}
            at = instant_of(line.get("timestamp"))
            if at is not None:
                self._keep_limits(line["payload"].get("rate_limits"), at)
        for limits, at in self._limits.values():
            self._samples(limits, at)

    def maybe_line(self, page: bytes, start: int, stop: int) -> None:
        """Reads a line if it may matter: `{"timestamp":"…","ordinal":7,"type":"…","payload":{"type":"…"` tells."""
        kind = page.find(TYPE, start + 38, start + 72) + len(TYPE)
        event = kind + len(EVENT)
        skipped = page.startswith(SKIPPED, kind) or (
            page.startswith(EVENT, kind) and not page.startswith(EVENTS, event)
        )
        if not skipped or kind < start or not page.startswith(TIME, start):
            self.line(page[start:stop])

    def line(self, raw: bytes) -> None:
        line = decode_line(raw, self._decode)
        if line is None:
            return
        payload, at, kind = line.get("payload"), instant_of(line.get("timestamp")), line.get("type")
        if type(payload) is not dict:
            return
        if kind == "session_meta":
            self._begin(payload, at)
        elif kind == "turn_context":
            self.model = text_of(payload.get("model")) or self.model
        elif kind == "token_usage_record" and at is not None:
            self._record(payload, at)
        elif kind == "event_msg":
            self._event(payload, at)

    def _begin(self, meta: dict[str, Any], at: int | None) -> None:
        thread = text_of(meta.get("id"))
        if self.thread:
            # A copy from an ancestor: its lines follow.
            if thread and thread != self.thread and thread not in self._ancestors:
                self._ancestors.append(thread)
                self.mode = self.mode if "r" in self.mode or "c" in self.mode else self.mode + "c"
            return
        self.thread = thread or self._stem
        self.project = text_of(meta.get("cwd"))
        self._first_at = instant_of(meta.get("timestamp")) or at or 0
        self.flags = SIDECHAIN if type(meta.get("source")) is dict and "subagent" in meta["source"] else 0
        parent = text_of(meta.get("forked_from_id"))
        if parent:
            self._ancestors.append(parent)
            self.mode = "c"
        self._found.session(self.thread, self._first_at)

    def _event(self, payload: dict[str, Any], at: int | None) -> None:
        kind = payload.get("type")
        if kind == "token_count" and at is not None:
            self._token_count(payload, at)
        elif kind == "task_started":
            self._turn(text_of(payload.get("turn_id")))
        elif kind == "thread_settings_applied":
            settings = payload.get("thread_settings")
            self.model = text_of(settings.get("model")) or self.model if type(settings) is dict else self.model

    def _turn(self, turn: str) -> None:
        if not turn or "c" not in self.mode:
            return
        # Both are version 7 uuids: the first twelve digits are milliseconds.
        young = turn.replace("-", "")[:12] >= self.thread.replace("-", "")[:12]
        self.mode = "" if young else self.mode if "t" in self.mode else self.mode + "t"

    def _record(self, payload: dict[str, Any], at: int) -> None:
        thread, key, usage = payload.get("thread_id"), text_of(payload.get("response_id")), payload.get("usage")
        if "r" not in self.mode:
            self.mode = "r"
        if type(usage) is dict and key and thread == self._name():
            self._respond(f"{thread} {key}", usage, at)

    def _token_count(self, payload: dict[str, Any], at: int) -> None:
        info = payload.get("info")
        usage, total = (
            (info.get("last_token_usage"), info.get("total_token_usage")) if type(info) is dict else (None, None)
        )
        totals = totals_from(total)
        copied = "c" in self.mode and self._is_copied(totals, at)
        self.last_at = at
        if not copied:
            self._keep_limits(payload.get("rate_limits"), at)
        if totals is None or type(usage) is not dict or totals == self.totals:
            return
        self.totals = totals
        if copied or "r" in self.mode:
            return
        if usage.get("input_tokens") or usage.get("output_tokens"):
            self._respond(f"{self._name()} {totals}", usage, at)

    def _keep_limits(self, limits: Any, at: int) -> None:
        if type(limits) is dict:
            key = text_of(limits.get("limit_id"))
            if key not in self._limits or at >= self._limits[key][1]:
                self._limits[key] = (limits, at)

    def _is_copied(self, totals: Totals | None, at: int) -> bool:
        """Whether a count among the first of a fork was copied; the first own one ends the copy."""
        if totals is None or "t" in self.mode:
            return True  # a turn that is younger than the thread will end the copy
        if self._inherited is None:
            known = [self._totals_of(ancestor) for ancestor in self._ancestors]
            self._inherited = {total for totals in known if totals for total in totals}
            self._parent_known = bool(known) and known[0] is not None
        pause = at - (self.last_at or self._first_at)
        if totals in self._inherited or (not self._parent_known and pause < FASTEST_ANSWER_MS):
            return True
        self.mode = ""
        return False

    def _name(self) -> str:
        # The oldest versions, and files whose beginning is lost, say their thread in the file's name only.
        return self.thread or self._stem

    def _respond(self, key: str, usage: dict[str, Any], at: int) -> None:
        thread = self._name()
        if not self.thread:
            self.thread, self._first_at = thread, at
            self._found.session(thread, at)
        self._found.responses.append(
            (response_id(key), at, self.model, self.project, thread, "", *counts_of(usage), self.flags)
        )

    def _samples(self, limits: dict[str, Any], at: int) -> None:
        limit = text_of(limits.get("limit_id"))
        prefix = "" if limit in ("", "codex") else limit + " "
        for which in ("primary", "secondary"):
            self._window(prefix, limits.get(which), at)
        credit = limits.get("credits")
        if (
            type(credit) is dict
            and credit.get("has_credits") is True
            and decimal_text(credit.get("balance")) is not None
        ):
            self._found.sample((prefix + "credits", at, None, decimal_text(credit["balance"]), "credits", None, None))

    def _window(self, prefix: str, window: Any, at: int) -> None:
        if type(window) is not dict:
            return
        used, minutes = decimal_text(window.get("used_percent")), count_of(window.get("window_minutes"))
        if used is None or not minutes:
            return
        resets_at, resets_in = window.get("resets_at"), window.get("resets_in_seconds")
        if isinstance(resets_at, int | float):
            resets = int(resets_at * 1000)
        elif isinstance(resets_in, int | float):
            resets = at + int(resets_in * 1000)
        elif used == "0":
            return  # a placeholder: nothing used and no window begun
        else:
            # Nobody said when; at the latest when the whole window has passed.
            resets = at + minutes * 60_000
        self._found.sample((prefix + window_name(minutes), at, used, None, "percent", minutes, resets))


def response_id(key: str) -> int:
    """The history's id of a response: the same wherever its rollout lies, migrated or compressed."""
    return number_of(RESPONSE + key.encode())


def counts_of(usage: dict[str, Any]) -> tuple[int | None, int | None, int | None, int | None, int | None, int | None]:
    """input, cache_read, cache_write, the 1-hour part of that (nobody says), output, the reasoning part of that; not overlapping."""
    get = usage.get
    whole, read, written = (
        count_of(get("input_tokens")),
        count_of(get("cached_input_tokens")),
        count_of(get("cache_write_input_tokens")),
    )
    fresh = None if whole is None else max(0, whole - (read or 0) - (written or 0))
    return fresh, read, written, None, count_of(get("output_tokens")), count_of(get("reasoning_output_tokens"))


def totals_from(total: Any) -> Totals | None:
    """The cumulative counts as a key; a field that older versions lack counts as 0, as after a migration."""
    if type(total) is not dict:
        return None
    get = total.get
    totals = (
        get("input_tokens", 0), get("cached_input_tokens", 0), get("cache_write_input_tokens", 0),
        get("output_tokens", 0), get("reasoning_output_tokens", 0), get("total_tokens", 0),
    )  # fmt: skip
    return totals if all(type(count) is int for count in totals) else None


def thread_of(path: bytes) -> str:
    """The thread in a rollout's file name: `rollout-<local time>-<uuid>.jsonl`."""
    return os.path.basename(path).partition(b".")[0][-36:].decode("utf-8", "replace")


def totals_in(path: bytes, decode: Decode) -> frozenset[Totals]:
    """Every total that a rollout reports."""
    totals: set[Totals] = set()
    with open_log(path) as file:
        for page, end in blocks(file):
            start = 0
            while start < end:
                stop = page.find(b"\n", start, end)
                if page.find(TOKEN_COUNT, start, min(stop, start + TOKEN_COUNT_WITHIN)) >= 0:
                    payload = (decode_line(page[start:stop], decode) or {}).get("payload")
                    info = payload.get("info") if type(payload) is dict else None
                    total = totals_from(info.get("total_token_usage")) if type(info) is dict else None
                    if total:
                        totals.add(total)
                start = stop + 1
    return frozenset(totals)


def window_name(minutes: int) -> str:
    """300 is "5h", 10080 is "week"."""
    if minutes == 10_080:
        return "week"
    if minutes % 1440 == 0:
        return f"{minutes // 1440}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}min"


def decimal_text(value: Any) -> str | None:
    """A JSON number, or decimal text, as plain decimal text; None if it is neither."""
    if type(value) is int:
        return str(value)
    if type(value) is float and abs(value) < 1e15:
        return f"{value:.9f}".rstrip("0").rstrip(".")
    if type(value) is str and value.replace(".", "", 1).isdecimal():
        return value
    return None
