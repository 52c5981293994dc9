"""Forwards envelopes to a board that somebody else runs: one source, one set of headers, one size."""

from __future__ import annotations

import http.client
import ssl
from urllib.parse import urlsplit

from tokentray.board.errors import Refused, WrongWish

SECONDS = 20
MOST = 256 * 1024
HEADERS = {"Content-Type": "application/octet-stream", "User-Agent": "relay", "Accept": "*/*", "Connection": "close"}
ONLY = (200, 201, 204, 400, 401, 404, 409, 410, 413, 422, 503)


class Relay:
    """Nothing of the sender goes on but the envelope itself."""

    def __init__(self, board: str) -> None:
        parts = urlsplit(board)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise WrongWish("--board takes the board's address: https://board.example")
        self._parts = parts

    def forward(self, envelope: bytes) -> tuple[int, bytes]:
        """The board's status and answer; Refused with 502 if there is none."""
        return self._ask("POST", "/v1/sealed", envelope)

    def manifest(self) -> bytes:
        """The board's manifest, for members to compare with what they get directly."""
        status, body = self._ask("GET", "/v1/manifest", None)
        if status != 200:
            raise Refused(502, "The board has no manifest.")
        return body

    def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        connection = self._connection()
        try:
            connection.request(method, self._parts.path.rstrip("/") + path, body, HEADERS)
            answer = connection.getresponse()
            status, content = answer.status, answer.read(MOST)
        except (OSError, http.client.HTTPException) as error:
            raise Refused(502, "The board could not be reached.") from error
        finally:
            connection.close()
        return (status, content) if status in ONLY else (502, b"")

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=ssl.create_default_context())
        return http.client.HTTPConnection(host, port, timeout=SECONDS)
