"""The small board behind a real port on loopback, for programs under test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from tests.share.small_board import SmallBoard


@contextmanager
def served() -> Iterator[SmallBoard]:
    """A board that answers at its `address` until the context ends; what is posted to /hook is in `received`, too."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.board = board = SmallBoard(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield board
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        board: SmallBoard = self.server.board  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        request = httpx.Request(self.command, board.address + self.path, headers=dict(self.headers), content=body)
        answer = board.transport.handle_request(request)
        content = answer.read()
        self.send_response(answer.status_code)
        for name in ("content-type",):
            if name in answer.headers:
                self.send_header(name, answer.headers[name])
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_words: object) -> None:
        """Says nothing on standard error."""
