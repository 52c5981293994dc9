"""
A provider on loopback that computes every answer of OpenAI, Anthropic and OpenRouter from one ledger of single requests.

Behaves as the dossiers say: opaque cursors, group keys of null, both spellings of group_by, empty buckets, buckets clipped to the query, limits on
buckets, thirty days of activity, analytics that is cut short. `fault` makes it misbehave instead.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import re
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

HOUR, DAY = 3600, 86400
ENCODER = msgspec.json.Encoder(decimal_format="number")
KEYS = {
    "openai": "sk-admin-Zq81Kd03Xw72Lm55Rt94",
    "anthropic": "sk-ant-admin01-Pq47Ty02Vb66Nn18",
    "openrouter": "sk-or-v1-77aa3c9e51f04d2b8e6602",
}


@dataclass(frozen=True)
class Request:
    """
    One request of a person to a model: `at` in Unix seconds; tokens in disjoint classes; `cost` of input and of output in USD.

    `endpoint` is "completions", "embeddings" or "images"; `images` counts for the last.
    """

    provider: str
    at: int
    model: str
    project: str | None
    key: str | None
    tier: str | None = None
    endpoint: str = "completions"
    fresh: int = 0
    cached: int = 0
    written_5m: int = 0
    written_1h: int = 0
    output: int = 0
    reasoning: int = 0
    searches: int = 0
    images: int = 0
    cost_in: Decimal = Decimal(0)
    cost_out: Decimal = Decimal(0)

    @property
    def input(self) -> int:
        return self.fresh + self.cached + self.written_5m + self.written_1h

    @property
    def total(self) -> int:
        return self.input + self.output


MODELS = {
    "openai": ("gpt-5-2025-08-07", "gpt-5-mini-2025-08-07", "o4-mini-2025-04-16"),
    "anthropic": ("claude-sonnet-4-5-20250929", "claude-opus-4-5-20251101", "claude-haiku-4-5-20251001"),
    "openrouter": ("openai/gpt-5-2025-08-07", "deepseek/deepseek-chat-v3.1", "anthropic/claude-sonnet-4.5"),
}
PROJECTS = {
    "openai": ("proj_Ab12Cd34Ef56", "proj_Zz98Yy76Xx54", None),
    "anthropic": ("wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ", None),
    "openrouter": ("0df9e665-d932-5740-b2c7-b52af166bc11", "5b1c6a1e-3b0f-4d6a-9a53-0c9a6f8d2e11"),
}
TIERS = {
    "openai": (None, None, "batch", "priority", "default"),
    "anthropic": ("standard", "standard", "batch"),
    "openrouter": (None,),
}


def made_up_ledger(now: datetime, days: int = 365, each: int = 5000, seed: int = 7) -> list[Request]:
    """A year of single requests of three providers, with quiet months, nights, and every tenth request at the very edge of an hour."""
    rng = random.Random(seed)  # noqa: S311 - made-up requests
    until = int(now.timestamp())
    ledger: list[Request] = []
    for provider in MODELS:
        for _ in range(each):
            at = until - int(rng.random() ** 1.3 * days * DAY) - 1
            if datetime.fromtimestamp(at, UTC).month in (7, 8):
                continue
            if rng.random() < 0.1:
                at -= at % HOUR
            ledger.append(_made_up(provider, at, rng))
    return ledger


def _made_up(provider: str, at: int, rng: random.Random) -> Request:
    project = rng.choice(PROJECTS[provider])
    request = Request(
        provider,
        at,
        rng.choice(MODELS[provider]),
        project,
        None if rng.random() < 0.2 else f"key_{project and project[-3:]}_{rng.randrange(2)}",
        tier=rng.choice(TIERS[provider]),
        fresh=rng.randrange(1, 40_000),
        cached=rng.choice((0, rng.randrange(300_000))),
        written_5m=rng.choice((0, rng.randrange(20_000))),
        written_1h=rng.choice((0, rng.randrange(9_000))) if provider == "anthropic" else 0,
        output=rng.randrange(1, 8_000),
        searches=rng.choice((0, 0, 1, 3)),
        cost_in=Decimal(rng.randrange(1, 10**9)) / 10**10,
        cost_out=Decimal(rng.randrange(1, 10**9)) / 10**10,
    )
    if provider == "openrouter":
        return replace(request, written_5m=0, cached=0, reasoning=request.output // 2)
    if provider == "openai" and rng.random() < 0.1:
        return replace(
            request, endpoint="embeddings", model="text-embedding-3-small", cached=0, written_5m=0, output=0, tier=None
        )
    if provider == "openai" and rng.random() < 0.05:
        return replace(
            request,
            endpoint="images",
            model="gpt-image-1",
            images=rng.randrange(1, 5),
            fresh=0,
            cached=0,
            written_5m=0,
            output=0,
            tier=None,
        )
    return request


class BadQuestion(Exception):
    """What a provider answers with 400."""


class Refusal(Exception):
    """An answer with another status than 200."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status, self.body = status, body


@dataclass
class LedgerServer:
    """
    Serves the ledger under /openai/v1, /anthropic/v1 and /openrouter/api/v1, each for its own key in KEYS.

    `fault` is called with the handler for every request and may answer in its place (then it returns True). `asked` are all paths with
    their queries; `seen` all header values that came, for looking for keys.
    """

    now: datetime
    ledger: list[Request] = field(default_factory=list)
    analytics_allowed: bool = True
    today_allowed: bool = True
    fault: Callable[[Handler], bool] | None = None
    asked: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    port: int = 0
    _index: dict[tuple[str, str], dict[int, list[Request]]] | None = None

    def address(self, provider: str, scheme: str = "http") -> str:
        path = {"openai": "/openai/v1", "anthropic": "/anthropic/v1", "openrouter": "/openrouter/api/v1"}[provider]
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def change(self, ledger: list[Request]) -> None:
        """From now on every answer comes from this ledger."""
        self.ledger, self._index = ledger, None

    def between(self, provider: str, endpoint: str, start: int, end: int) -> Iterator[Request]:
        hours = self._by_hour().get((provider, endpoint), {})
        for hour in range(start - start % HOUR, end, HOUR):
            yield from (request for request in hours.get(hour, ()) if start <= request.at < end)

    def _by_hour(self) -> dict[tuple[str, str], dict[int, list[Request]]]:
        if self._index is None:
            index: dict[tuple[str, str], dict[int, list[Request]]] = defaultdict(lambda: defaultdict(list))
            for request in self.ledger:
                index[request.provider, request.endpoint][request.at - request.at % HOUR].append(request)
            self._index = index
        return self._index

    def answer(self, method: str, path: str, query: list[tuple[str, str]], body: Any) -> Any:
        provider, _, rest = (
            path[1:].partition("/v1/") if not path.startswith("/openrouter") else path[1:].partition("/api/v1/")
        )
        if provider == "openai":
            return self._openai(rest, query)
        if provider == "anthropic":
            return self._anthropic(rest, query)
        return self._openrouter(rest, query, body)

    # OpenAI

    def _openai(self, path: str, query: list[tuple[str, str]]) -> Any:
        if path == "organization/costs":
            return self._openai_costs(query)
        if path.startswith("organization/usage/"):
            return self._openai_usage(path.rpartition("/")[2], query)
        if path == "organization/projects":
            return _list({"id": "proj_Ab12Cd34Ef56", "name": "Side project", "status": "active"})
        if path.endswith("/api_keys"):
            return _list({"id": "key_f56_0", "name": "laptop", "owner": {"user": {"email": "sam@example.com"}}})
        raise Refusal(404, {"error": {"message": "Not found"}})

    def _openai_usage(self, endpoint: str, query: list[tuple[str, str]]) -> Any:
        one, groups = dict(query), _groups(query)
        seconds, most, usual = {"1h": (HOUR, 168, 24), "1d": (DAY, 31, 7)}[one.get("bucket_width", "1d")]
        start, end = self._openai_range(one)

        def row(key: dict[str, Any], requests: list[Request]) -> dict[str, Any]:
            common = {"num_model_requests": len(requests), "user_id": None, **key}
            if endpoint == "images":
                return {"images": sum(r.images for r in requests), "size": None, "source": None, **common}
            if endpoint == "embeddings":
                return {"input_tokens": sum(r.input for r in requests), **common}
            return {
                "input_tokens": sum(r.input for r in requests),
                "input_cached_tokens": sum(r.cached for r in requests),
                "input_cache_write_tokens": sum(r.written_5m for r in requests),
                "input_uncached_tokens": sum(r.fresh for r in requests),
                "input_audio_tokens": sum(r.fresh for r in requests) // 3,
                "output_tokens": sum(r.output for r in requests),
                **common,
            }

        known = {
            "project_id": lambda r: r.project,
            "api_key_id": lambda r: r.key,
            "model": lambda r: r.model,
            "batch": lambda r: r.tier == "batch",
            "service_tier": lambda r: None if r.tier == "batch" else r.tier,
        }
        buckets = []
        for at in range(start - start % seconds, end, seconds):
            begin, stop = max(at, start), min(at + seconds, end)
            rows = _grouped(self.between("openai", endpoint, begin, stop), known, groups, row)
            buckets.append({"object": "bucket", "start_time": begin, "end_time": stop, "results": rows})
        return {"object": "page", **_paged(buckets, query, most, usual)}

    def _openai_costs(self, query: list[tuple[str, str]]) -> Any:
        one, groups = dict(query), _groups(query)
        start, end = self._openai_range(one)
        known = {"project_id": lambda r: r[0].project, "line_item": lambda r: f"{r[0].model}, {r[1]}"}

        def row(key: dict[str, Any], items: list[tuple[Request, str, Decimal]]) -> dict[str, Any]:
            return {"amount": {"value": sum(item[2] for item in items), "currency": "usd"}, "api_key_id": None, **key}

        buckets = []
        for at in range(start - start % DAY, end, DAY):
            begin, stop = max(at, start), min(at + DAY, end)
            items = [
                item
                for endpoint in ("completions", "embeddings", "images")
                for r in self.between("openai", endpoint, begin, stop)
                for item in ((r, "input", r.cost_in), (r, "output", r.cost_out))
            ]
            buckets.append({"start_time": begin, "end_time": stop, "results": _grouped(items, known, groups, row)})
        return {"object": "page", **_paged(buckets, query, 180, 7)}

    def _openai_range(self, one: dict[str, str]) -> tuple[int, int]:
        if "start_time" not in one:
            raise BadQuestion("start_time is required")
        return int(one["start_time"]), int(one.get("end_time", self.now.timestamp()))

    # Anthropic

    def _anthropic(self, path: str, query: list[tuple[str, str]]) -> Any:
        if path == "organizations/me":
            return {"id": "dc9f6c26-b22c-4831-8d01-0446bada88f1", "type": "organization", "name": "Sam Example"}
        if path == "organizations/workspaces":
            return _list({"id": "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ", "name": "Experiments"})
        if path == "organizations/api_keys":
            return _list({"id": "key_FUJ_0", "name": "laptop", "partial_key_hint": "sk-ant-api03-R2D...igAA"})
        if path == "organizations/usage_report/claude_code":
            raise Refusal(403, {"type": "error", "error": {"type": "permission_error", "message": "Not available."}})
        if path == "organizations/usage_report/messages":
            return self._anthropic_usage(query)
        if path == "organizations/cost_report":
            return self._anthropic_costs(query)
        raise Refusal(404, {"type": "error", "error": {"type": "not_found_error", "message": "Not found"}})

    def _anthropic_usage(self, query: list[tuple[str, str]]) -> Any:
        seconds, most, usual = {"1h": (HOUR, 168, 24), "1d": (DAY, 31, 7)}[dict(query).get("bucket_width", "1d")]

        def row(key: dict[str, Any], requests: list[Request]) -> dict[str, Any]:
            return {
                "uncached_input_tokens": sum(r.fresh for r in requests),
                "cache_creation": {
                    "ephemeral_1h_input_tokens": sum(r.written_1h for r in requests),
                    "ephemeral_5m_input_tokens": sum(r.written_5m for r in requests),
                },
                "cache_read_input_tokens": sum(r.cached for r in requests),
                "output_tokens": sum(r.output for r in requests),
                "server_tool_use": {"web_search_requests": sum(r.searches for r in requests)},
                "context_window": None,
                **key,
            }

        known = {
            "model": lambda r: r.model,
            "workspace_id": lambda r: r.project,
            "api_key_id": lambda r: r.key,
            "service_tier": lambda r: r.tier,
        }
        buckets = self._anthropic_buckets(
            query, seconds, lambda requests: _grouped(requests, known, _groups(query), row)
        )
        return _paged(buckets, query, most, usual)

    def _anthropic_costs(self, query: list[tuple[str, str]]) -> Any:
        known = {
            "workspace_id": lambda r: r[0].project,
            "description": lambda r: f"{r[0].model} Usage - {r[1]} Tokens",
            "model": lambda r: r[0].model,
        }
        groups = _groups(query)
        if "description" in groups:
            groups.append("model")

        def row(key: dict[str, Any], items: list[tuple[Request, str, Decimal]]) -> dict[str, Any]:
            return {"amount": format(sum(item[2] for item in items) * 100, "f"), "currency": "USD", **key}

        def rows(requests: Iterable[Request]) -> list[dict[str, Any]]:
            items = [item for r in requests for item in ((r, "Input", r.cost_in), (r, "Output", r.cost_out))]
            return _grouped(items, known, groups, row)

        return _paged(self._anthropic_buckets(query, DAY, rows), query, 31, 7)

    def _anthropic_buckets(
        self, query: list[tuple[str, str]], seconds: int, rows: Callable[[Iterable[Request]], list[dict[str, Any]]]
    ) -> list[dict[str, Any]]:
        one = dict(query)
        start = int(datetime.fromisoformat(one["starting_at"]).timestamp())
        start -= start % seconds
        end = int(datetime.fromisoformat(one["ending_at"]).timestamp()) if "ending_at" in one else 10**11
        end = min(end, int(self.now.timestamp()) // seconds * seconds + seconds)
        now = int(self.now.timestamp())
        return [
            {
                "starting_at": _rfc3339(at),
                "ending_at": _rfc3339(at + seconds),
                "results": rows(self.between("anthropic", "completions", at, min(at + seconds, now))),
            }
            for at in range(start, end - seconds + 1, seconds)
        ]

    # OpenRouter

    def _openrouter(self, path: str, query: list[tuple[str, str]], body: Any) -> Any:
        if path == "key":
            return {"data": {"label": "sk-or-v1-77a...602", "usage": Decimal("12.5"), "limit": 50, "limit_remaining": Decimal("31.42"),
                             "limit_reset": "monthly", "is_management_key": True}}  # fmt: skip
        if path == "credits":
            return {"data": {"total_credits": Decimal("100.5"), "total_usage": Decimal("25.753817")}}
        if path == "activity":
            return {"data": self._activity(dict(query))}
        if not self.analytics_allowed:
            raise Refusal(403, {"error": {"code": 403, "message": "Only management keys can perform this operation"}})
        if path == "analytics/meta":
            names = ("request_count", "tokens_prompt", "tokens_completion", "total_usage", "reasoning_tokens")
            return {
                "data": {
                    "metrics": [
                        *({"name": name, "is_rate": False} for name in names),
                        {"name": "cache_hit_rate", "is_rate": True},
                    ],
                    "dimensions": [{"name": "model"}, {"name": "workspace"}],
                    "granularities": [{"name": "minute"}, {"name": "hour"}, {"name": "day"}],
                    "operators": [],
                }
            }
        if path == "analytics/query":
            return {"data": self._analytics(body)}
        raise Refusal(404, {"error": {"code": 404, "message": "Resource not found"}})

    def _activity(self, one: dict[str, str]) -> list[dict[str, Any]]:
        today = int(self.now.timestamp()) // DAY * DAY
        days = range(today - 30 * DAY, today, DAY)
        if "date" in one:
            asked = int(datetime.fromisoformat(one["date"]).replace(tzinfo=UTC).timestamp())
            if asked not in days and not (self.today_allowed and asked == today):
                raise BadQuestion("Date must be within the last 30 (completed) UTC days")
            days = range(asked, asked + DAY, DAY)
        known = {
            "model_permaslug": lambda r: r.model,
            "endpoint_id": lambda r: f"endpoint-{r.total % 2}",
            "workspace_id": lambda r: r.project,
        }
        groups = ["model_permaslug", "endpoint_id", *(["workspace_id"] if one.get("group_by") == "workspace" else [])]

        def row(key: dict[str, Any], requests: list[Request]) -> dict[str, Any]:
            return {
                "usage": sum(r.cost_in + r.cost_out for r in requests),
                "byok_usage_inference": 0,
                "requests": len(requests),
                "prompt_tokens": sum(r.input for r in requests),
                "completion_tokens": sum(r.output for r in requests),
                "reasoning_tokens": sum(r.reasoning for r in requests),
                **key,
                "model": key["model_permaslug"],
                "provider_name": "Any",
            }

        return [
            {"date": _rfc3339(day)[:10], **found}
            for day in days
            for found in _grouped(
                self.between("openrouter", "completions", day, min(day + DAY, int(self.now.timestamp()))),
                known,
                groups,
                row,
            )
        ]

    def _analytics(self, body: Any) -> Any:
        start, end = (int(datetime.fromisoformat(body["time_range"][edge]).timestamp()) for edge in ("start", "end"))
        known = {"model": lambda r: r.model, "workspace": lambda r: r.project}

        def row(key: dict[str, Any], requests: list[Request]) -> dict[str, Any]:
            return {
                "request_count": str(len(requests)),
                "tokens_prompt": str(sum(r.input for r in requests)),
                "tokens_completion": str(sum(r.output for r in requests)),
                "reasoning_tokens": sum(r.reasoning for r in requests),
                "total_usage": sum(r.cost_in + r.cost_out for r in requests),
                **key,
            }

        rows = [
            {"date__hour": _rfc3339(at).replace("Z", ".000Z"), **found}
            for at in range(start, min(end, int(self.now.timestamp()) + HOUR), HOUR)
            for found in _grouped(
                self.between("openrouter", "completions", at, at + HOUR), known, body["dimensions"], row
            )
        ]
        limit = body.get("limit", 1000)
        return {
            "data": rows[:limit],
            "metadata": {"query_time_ms": 1, "row_count": min(len(rows), limit), "truncated": len(rows) > limit},
        }


class Handler(BaseHTTPRequestHandler):
    """Writes what the ledger server answers, or what its fault makes of it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    house: LedgerServer

    def do_GET(self) -> None:
        self._serve(None)

    def do_POST(self) -> None:
        self._serve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def log_message(self, *what: Any) -> None:
        return

    @property
    def provider(self) -> str:
        return self.path[1:].partition("/")[0]

    def _serve(self, body: Any) -> None:
        self.house.asked.append(self.path)
        self.house.seen += self.headers.values()
        self.body = body
        try:
            if not (self.house.fault and self.house.fault(self)):
                self.send(*self.honest_answer())
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self.close_connection = True

    def honest_answer(self) -> tuple[int, bytes]:
        """Status and body."""
        parts = urlsplit(self.path)
        key = KEYS.get(self.provider, "")
        if key not in (
            self.headers.get("x-api-key"),
            (self.headers.get("Authorization") or "").removeprefix("Bearer "),
        ):
            return 401, ENCODER.encode({"error": {"message": "Incorrect API key provided."}})
        try:
            found = self.house.answer(self.command, parts.path, parse_qsl(parts.query), self.body)
        except BadQuestion as error:
            return 400, ENCODER.encode({"error": {"message": str(error)}})
        except Refusal as refusal:
            return refusal.status, ENCODER.encode(refusal.body)
        return 200, ENCODER.encode(found)

    def send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(house: LedgerServer, certificate: str | None = None) -> Iterator[LedgerServer]:
    """Runs it on a free port of loopback until the block ends; with https if a certificate's file is given."""
    handler = type("BoundHandler", (Handler,), {"house": house})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    # A handshake that the client breaks off is what a test may want.
    server.handle_error = lambda request, address: None  # type: ignore[method-assign]
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    house.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield house
    finally:
        house.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


# Faults: each answers a request in its own way and returns True.


def always(status: int, body: Any, **headers: str) -> Callable[[Handler], bool]:
    """One status with a body, whatever is asked; a text body is sent as it is."""

    def fault(handler: Handler) -> bool:
        handler.send(status, body.encode() if isinstance(body, str) else ENCODER.encode(body), **headers)
        return True

    return fault


def rewritten(pattern: str, replacement: str) -> Callable[[Handler], bool]:
    """The honest answer with every match of a pattern put otherwise."""

    def fault(handler: Handler) -> bool:
        status, body = handler.honest_answer()
        handler.send(status, re.sub(pattern, replacement, body.decode()).encode())
        return True

    return fault


def cut_off(handler: Handler) -> bool:
    """The honest answer's first half, as if that were all."""
    status, body = handler.honest_answer()
    handler.send(status, body[: len(body) // 2])
    return True


def broken_off(handler: Handler) -> bool:
    """A connection that ends in the middle of what was promised."""
    _, body = handler.honest_answer()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body) * 2 + 10))
    handler.end_headers()
    handler.wfile.write(body)
    handler.close_connection = True
    return True


def endless(handler: Handler) -> bool:
    """200 million bytes, without a length."""
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b" " * 1_000_000)
    handler.close_connection = True
    return True


def declared_huge(handler: Handler) -> bool:
    """200 million bytes, as its header says."""
    handler.send_response(200)
    handler.send_header("Content-Length", "200000000")
    handler.end_headers()
    handler.wfile.write(b"{" + b" " * 100_000)
    handler.close_connection = True
    return True


@cache
def _packed() -> bytes:
    return gzip.compress(bytes(200_000_000), compresslevel=1)


def bomb(handler: Handler) -> bool:
    """200 million bytes, packed into one."""
    handler.send(200, _packed(), Content_Encoding="gzip")
    return True


def trickle(handler: Handler) -> bool:
    """One byte a second."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    while not handler.house.stopped.wait(1):
        handler.wfile.write(b" ")
    handler.close_connection = True
    return True


def trickling_header(handler: Handler) -> bool:
    """A header that comes byte by byte and never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not handler.house.stopped.wait(0.05):
        handler.wfile.write(b"a")
    handler.close_connection = True
    return True


def redirected(to: str) -> Callable[[Handler], bool]:
    """Sends everybody elsewhere."""

    def fault(handler: Handler) -> bool:
        handler.send(302, b"", Location=to + handler.path)
        return True

    return fault


def echo_of_the_key(handler: Handler) -> bool:
    """An error that repeats the key it got, whole and in part."""
    key = KEYS[handler.provider]
    message = f"Incorrect API key provided: {key} ({key[:12]}***{key[-4:]})."
    handler.send(401, ENCODER.encode({"error": {"message": message}}))
    return True


def _list(*items: dict[str, Any]) -> dict[str, Any]:
    return {
        "object": "list",
        "data": list(items),
        "first_id": items[0]["id"],
        "last_id": items[-1]["id"],
        "has_more": False,
    }


def _groups(query: list[tuple[str, str]]) -> list[str]:
    return [value for name, value in query if name in ("group_by", "group_by[]")]


def _grouped(
    items: Iterable[Any],
    known: dict[str, Callable[[Any], Any]],
    groups: list[str],
    row: Callable[[dict[str, Any], list[Any]], dict[str, Any]],
) -> list[dict[str, Any]]:
    """One row for each combination of the groups; every key is in every row, null where it was not asked for."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    if not set(groups) <= set(known):
        raise BadQuestion("unknown group")
    for item in items:
        found.setdefault(tuple(known[group](item) for group in groups), []).append(item)
    return [
        row({**dict.fromkeys(known), **dict(zip(groups, key, strict=True))}, members) for key, members in found.items()
    ]


def _paged(buckets: list[Any], query: list[tuple[str, str]], most: int, usual: int) -> dict[str, Any]:
    one = dict(query)
    limit = int(one.get("limit", usual))
    if not 1 <= limit <= most:
        raise BadQuestion(f"Invalid value for limit: must be at most {most} for this bucket width.")
    same = json.dumps([pair for pair in query if pair[0] != "page"])
    offset = 0
    if "page" in one:
        # A plus sign, a slash and an equals sign: a cursor that is not percent-encoded does not come back.
        offset_text, question = base64.b64decode(one["page"].removeprefix("page+/=")).decode().split("|", 1)
        if question != same:
            raise BadQuestion("a page of another question")
        offset = int(offset_text)
    more = offset + limit < len(buckets)
    cursor = "page+/=" + base64.b64encode(f"{offset + limit}|{same}".encode()).decode()
    return {"data": buckets[offset : offset + limit], "has_more": more, "next_page": cursor if more else None}


def _rfc3339(at: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")
