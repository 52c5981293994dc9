"""T15: the check of the contract fails for an answer that is not written there, and for a server with a bug."""

from __future__ import annotations

import copy
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from schemathesis.core.failures import FailureGroup

from tests.board import test_openapi
from tests.board.test_openapi import served as served
from tests.board.test_openapi import test_no_answer_is_outside_the_contract as check_contract


def without(path, method, status):
    document = copy.deepcopy(test_openapi.DOCUMENT)
    del document["paths"][path][method]["responses"][status]
    return document


def what_is_caught(served):
    with pytest.raises(FailureGroup) as caught:
        check_contract(served)
    return {failure.title for failure in caught.value.exceptions}


def test_t15_an_answer_that_is_not_written_there_is_caught(served, monkeypatch):
    monkeypatch.setattr(test_openapi, "DOCUMENT", without("/v1/fragments/{week}/{kind}", "put", "201"))

    assert "Undocumented status code" in what_is_caught(served)


class Broken(BaseHTTPRequestHandler):
    """A server that fails at everything, in the right form."""

    def answer(self):
        body = b'{"type": "about:blank", "title": "A bug of the board", "status": 500}'
        self.send_response(500)
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815  http.server's names

    def log_message(self, *_words):
        pass


def test_t15_a_server_error_is_caught(served):
    _, member, other = served
    broken = HTTPServer(("127.0.0.1", 0), Broken)
    threading.Thread(target=broken.serve_forever, daemon=True).start()
    try:
        assert "Server error" in what_is_caught((f"http://127.0.0.1:{broken.server_port}", member, other))
    finally:
        broken.shutdown()
        broken.server_close()
