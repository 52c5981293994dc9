"""A board as small as its protocol allows, in memory, behind an HTTP transport: what a member's app talks to in tests."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx
import msgspec

from tokentray.core.board_crypto import (
    Signer,
    blind_sign,
    invite_link,
    new_root_key,
    new_seal_key,
    new_signer,
    nonce_of,
    opened_envelope,
    root_hash_of,
    seal_key_of,
    seal_public_of,
    signed_manifest,
    token_key,
    verified_nonce,
)
from tokentray.core.errors import FragmentRefused, NotGenuine
from tokentray.core.fragment import parse_fragment
from tokentray.core.manifest import Function, Invite, Manifest

WEEKS = ("2026-W47", "2026-W48")
KINDS = {"c1": 1, "c2": 1, "use": 2, "card": 3}
TEAM_KEY = bytes(range(32))


@cache
def signers() -> dict[str, Signer]:
    """Made once for all tests: a key takes a tenth of a second."""
    return {f"{week}/{kind}": new_signer() for week in WEEKS for kind in KINDS}


@cache
def other_signers() -> dict[str, Signer]:
    """For a season of its own: one for each kind, the same in each of its weeks."""
    return {kind: new_signer() for kind in KINDS}


@dataclass
class SmallBoard:
    """
    `received` is every byte that came in, `opened` what its envelopes held, `stored` the fragments by week, kind and nonce.

    `fails` answers everything with that status. `published` are the weeks that are closed, as the board's JSON has them; `calls` names a path
    or a whole address that is answered with another status. `password`: what all readers have to know. `relay_keeps`: which of the envelopes, from 0, the relay keeps
    and answers by itself with `relay_says`; `kept` has them.
    """

    address: str = "https://board.example"
    relay: str | None = None
    fails: int | None = None
    received: list[bytes] = field(default_factory=list)
    opened: list[bytes] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    stored: dict[tuple[str, str, bytes], bytes | None] = field(default_factory=dict)
    seats: dict[str, Any] = field(default_factory=dict)
    other_manifest_for_relay: bool = False
    published: list[dict[str, Any]] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    password: str | None = None
    relay_keeps: tuple[int, ...] = ()
    relay_says: int = 502
    kept: list[bytes] = field(default_factory=list)
    relayed: int = 0

    def __post_init__(self) -> None:
        self.root, self._seal = new_root_key(), new_seal_key()
        self._signers = signers()
        self.manifest = Manifest(
            v=1,
            board=self.address.removeprefix("https://"),
            scheme="rfc9578-2",
            season="2026-Q4",
            weeks=WEEKS,
            kinds=dict(KINDS),  # type: ignore[arg-type]
            keys={name: signer.spki for name, signer in signers().items()},
            seal=seal_public_of(self._seal),
            relay=self.relay,
            functions=(Function("engineering", "10-24"),),
            categories=("review", "writing"),
            tools=("claude-code", "openai", "other"),
        )
        self.sign()
        self.invites = {bytes([number]) * 16 for number in range(1, 9)}

    def sign(self, **changed: Any) -> None:
        """Signs the manifest, anew if something of it has changed."""
        self.manifest = msgspec.structs.replace(self.manifest, **changed)
        self.document = signed_manifest(self.manifest, self.root)

    def link(self, number: int = 1) -> str:
        return invite_link(
            Invite(board=self.address, code=bytes([number]) * 16, root_hash=root_hash_of(self.root), team_key=TEAM_KEY)
        )

    def begin_season(self, name: str, weeks: tuple[str, ...]) -> None:
        """The next season of the same board, with other keys; envelopes of the one before are opened no more."""
        self._seal = new_seal_key()
        keys = {f"{week}/{kind}": signer.spki for week in weeks for kind, signer in other_signers().items()}
        self._signers = {f"{week}/{kind}": signer for week in weeks for kind, signer in other_signers().items()}
        self.sign(season=name, weeks=weeks, keys=keys, seal=seal_public_of(self._seal))

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def bodies(self) -> list[bytes]:
        """What is stored and not withdrawn."""
        return [body for body in self.stored.values() if body is not None]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.received.append(str(request.url).encode() + repr(request.headers.raw).encode() + request.content)
        self.requests.append((request.method, str(request.url), dict(request.headers)))
        if self.fails is not None:
            return httpx.Response(self.fails)
        path = request.url.path
        for named in (path, str(request.url)):
            if named in self.calls:
                return httpx.Response(self.calls[named])
        if path == "/v1/manifest":
            other = self.other_manifest_for_relay and request.url.host not in self.address
            return httpx.Response(
                200, content=signed_manifest(self.manifest, new_root_key()) if other else self.document
            )
        if path == "/v1/books":
            return self._book(json.loads(request.content))
        if path.endswith("/nonces"):
            live = [
                nonce[:8].hex() for (week, _, nonce), body in self.stored.items() if body is not None and week in path
            ]
            return httpx.Response(200, json={"nonces": sorted(live)})
        reader = "Basic " + b64encode(f":{self.password}".encode()).decode()
        is_read = path.endswith("/cards") or path == "/v1/board"
        if is_read and self.password is not None and request.headers.get("authorization") != reader:
            return httpx.Response(401)
        if path.endswith("/cards"):
            return httpx.Response(200, json={"cards": self._cards(path.split("/")[3], request.url.params["circle"])})
        if path.startswith("/hook/"):
            return httpx.Response(200, text="ok")
        if path == "/v1/board":
            return httpx.Response(200, json={"weeks": self.published})
        if path == "/v1/relay":
            self.relayed += 1
            if self.relayed - 1 in self.relay_keeps:
                self.kept.append(request.content)
                return httpx.Response(self.relay_says)
        if path in ("/v1/sealed", "/v1/relay"):
            return httpx.Response(self._take(request.content))
        return httpx.Response(404)

    def let_go(self) -> list[int]:
        """The relay forwards what it kept; the board's answers."""
        with httpx.Client(transport=self.transport) as way:
            return [way.post(f"{self.address}/v1/sealed", content=one).status_code for one in self.kept]

    def _book(self, wish: dict[str, Any]) -> httpx.Response:
        if b64decode(wish["code"]) not in self.invites:
            return httpx.Response(403)
        if self.seats.setdefault(wish["code"], wish["blinded"]) != wish["blinded"]:
            return httpx.Response(409)
        signed = (
            blind_sign(self._signers[f"{week}/{kind}"], b64decode(message)) for week, kind, message in wish["blinded"]
        )
        return httpx.Response(200, json={"sigs": [b64encode(signature).decode() for signature in signed]})

    def _cards(self, week: str, circle: str) -> list[dict[str, str]]:
        found = []
        for (of_week, kind, nonce), body in sorted(self.stored.items()):
            if body is not None and (of_week, kind) == (week, "card"):
                told = json.loads(body)
                words = {name: told[name] for name in ("category", "outcome", "level", "circle", "ct")}
                found += [{"nonce": nonce.hex(), **words}] if told["circle"] == circle else []
        return found

    def _take(self, envelope: bytes) -> int:
        assert len(envelope) == 8192
        try:
            self.opened.append(opened_envelope(envelope, seal_key_of(self._seal), self.manifest.board))
            message = json.loads(self.opened[-1])
            week, kind = message["week"], message["kind"]
            if message["op"] == "delete":
                key = (week, kind, nonce_of(b64decode(message["secret"])))
                if key not in self.stored:
                    return 404
                self.stored[key] = None
                return 204
            body = json.dumps(message["body"], sort_keys=True, separators=(",", ":")).encode()
            parse_fragment(body, kind, self.manifest.vocabulary)
            if message["op"] == "replace":
                key = (week, kind, nonce_of(b64decode(message["secret"])))
                if key in self.stored and self.stored[key] is not None:
                    self.stored[key] = body
                    return 200
                return 409 if key in self.stored else 404
            spki = self.manifest.keys[f"{week}/{kind}"]
            nonce = verified_nonce(b64decode(message["token"]), token_key(self.manifest.board, week, kind, spki))
        except NotGenuine:
            return 401
        except FragmentRefused:
            return 422
        if (week, kind, nonce) in self.stored:
            return 200 if self.stored[week, kind, nonce] == body else 409
        self.stored[week, kind, nonce] = body
        return 201
