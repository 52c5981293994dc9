"""The HTTP client: what it sends, where its patience ends, and what it makes of every kind of answer."""

from __future__ import annotations

import gzip
import random
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest

from tests import ledger_server
from tests.certificates import untrusted_certificate
from tests.ledger_server import LedgerServer, serving
from tokentray import __version__
from tokentray.core.clock import StoppedClock
from tokentray.core.errors import KeyRejected, SourceError, Throttled, Unreachable, Unreadable
from tokentray.http_client import Limits, Web, checked_address, is_loopback, next_try, pages, retry_after

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
KEY = "sk-admin-Zq81Kd03Xw72Lm55Rt94"


class Answer(msgspec.Struct):
    count: int


def web(answer, **more):
    """A web whose network is a function from a request to a response."""
    transport = httpx.MockTransport(answer if callable(answer) else lambda request: answer)
    headers = {"Authorization": f"Bearer {KEY}"}
    return Web("https://api.example.com/v1", headers, transport=transport, clock=StoppedClock(NOW), **more)


def failure(answer, **more):
    with web(answer, **more) as asked, pytest.raises(SourceError) as caught:
        asked.get_json("/usage", shape=Answer)
    return caught.value


def test_the_key_goes_into_a_header_and_the_question_into_the_address():
    seen = []

    def answer(request):
        seen.append(request)
        return httpx.Response(200, json={"count": 3})

    with web(answer) as asked:
        assert asked.get_json(
            "/usage", [("page", "a+b/c=="), ("group_by", "model"), ("group_by", "key")], shape=Answer
        ) == Answer(3)

    assert str(seen[0].url) == "https://api.example.com/v1/usage?page=a%2Bb%2Fc%3D%3D&group_by=model&group_by=key"
    assert seen[0].headers["authorization"] == f"Bearer {KEY}"
    assert seen[0].headers["user-agent"] == f"TokenTray/{__version__}"


def test_a_question_with_a_body_is_json():
    def answer(request):
        assert (request.method, request.headers["content-type"]) == ("POST", "application/json")
        return httpx.Response(200, json={"count": len(msgspec.json.decode(request.content)["metrics"])})

    with web(answer) as asked:
        assert asked.post_json("/query", {"metrics": ["a", "b"]}, shape=Answer).count == 2


def test_nothing_of_a_web_shows_its_key():
    asked = web(httpx.Response(200, json={}))

    assert KEY not in repr(asked)
    assert str(asked) == "Web(https://api.example.com/v1)"


@pytest.mark.parametrize("key", ["", "sk-ädmin", "sk admin\nx", "sk-\x00"])
def test_a_key_that_cannot_be_one_is_refused_without_asking(key):
    with pytest.raises(KeyRejected) as caught:
        Web("https://api.example.com", {"x-api-key": key}, needs="an admin key")

    assert caught.value.needs == "an admin key"


@pytest.mark.parametrize(
    "address",
    [
        "http://api.example.com/v1",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "https://name:word@example.com",
        "https://example.com/?key=1",
        "https://example.com/#a",
        "ftp://example.com",
        "example.com",
        "https://",
        "https://[::1",
        "https://example.com:99999",
    ],
)
def test_a_key_goes_to_no_such_address(address):
    with pytest.raises(Unreachable):
        checked_address(address)


@pytest.mark.parametrize(
    "address", ["https://example.com/v1/", "http://127.0.0.1:80/a", "http://localhost:1", "http://[::1]:8"]
)
def test_these_addresses_are_sound(address):
    assert checked_address(address) == address.rstrip("/")


def test_only_this_machine_is_loopback():
    assert [is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost", "127.evil.com", "10.0.0.1", "")] == [
        True, True, True, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, Unreadable), (302, Unreadable), (307, Unreadable), (400, Unreadable), (401, KeyRejected), (402, Unreachable),
        (403, KeyRejected), (404, Unreadable), (407, Unreachable), (408, Unreachable), (410, Unreadable), (422, Unreadable),
        (429, Throttled), (500, Unreachable), (502, Unreachable), (503, Unreachable), (504, Unreachable), (524, Unreachable),
        (529, Unreachable), (204, Unreadable),
    ],
)  # fmt: skip
def test_every_status_has_its_meaning(status, kind):
    error = failure(
        httpx.Response(status, headers={"Location": "https://elsewhere.example.com/"}), needs="an admin key"
    )

    assert (type(error), error.status) == (kind, status)
    assert "elsewhere.example" not in str(error)
    if isinstance(error, KeyRejected):
        assert error.needs == "an admin key"


def test_a_redirect_is_not_followed_even_on_the_same_host():
    asked = []

    def answer(request):
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": "/v1/login"})

    failure(answer)

    assert asked == ["https://api.example.com/v1/usage"]


def test_the_providers_own_words_are_shown_without_any_key():
    message = f"Incorrect API key provided: {KEY}. You used sk-proj-abcdefgh and {KEY[3:11]}***; see\nhttps://example.com/keys."
    error = failure(httpx.Response(401, json={"error": {"message": message}}))

    assert str(error) == (
        "api.example.com refused the key (“Incorrect API key provided: •••• You used •••• and •••• see https://example.com/keys”)."
    )


@pytest.mark.parametrize(
    "body", [b"<html>no</html>", b"{", b'{"error": 5}', b"[]", b"\xff\xfe", b'{"error": {"message": null}}']
)
def test_other_words_are_not_shown(body):
    assert str(failure(httpx.Response(500, content=body))) == "api.example.com has trouble at present (500)."


def test_the_request_id_is_kept_for_the_log():
    with web(httpx.Response(200, headers={"x-request-id": "req_1"}, json={"count": 1})) as asked:
        asked.get_json("/usage", shape=Answer)

        assert asked.request_id == "req_1"


@pytest.mark.parametrize(
    ("text", "date", "seconds"),
    [
        ("30", None, 30),
        (" 0 ", None, 0),
        ("Fri, 20 Nov 2026 10:31:00 GMT", None, 60),
        # Our clock is an hour ahead: what counts is the distance from the answer's own date.
        ("Fri, 20 Nov 2026 09:31:00 GMT", "Fri, 20 Nov 2026 09:30:30 GMT", 30),
        # The answer's own date makes no sense of it: our clock is left.
        ("Fri, 20 Nov 2026 10:31:00 GMT", "Fri, 20 Nov 2026 23:00:00 GMT", 60),
        ("Fri, 20 Nov 2020 10:31:00 GMT", None, 0),
        ("99999999999999999999", None, 7 * 86400),
        ("Fri, 20 Nov 9999 10:31:00 GMT", None, 7 * 86400),
    ],
)
def test_retry_after_is_understood_in_both_forms(text, date, seconds):
    assert retry_after(text, date, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("text", [None, "", "soon", "-5", "1.5", "²", "Fri, 99 Nov"])
def test_other_words_in_retry_after_say_nothing(text):
    assert retry_after(text, None, NOW) is None


def test_being_throttled_says_until_when():
    error = failure(httpx.Response(429, headers={"Retry-After": "7"}))

    assert error.retry_at == datetime(2026, 11, 20, 10, 30, 7, tzinfo=UTC)


def test_trouble_with_a_delay_is_a_wish_to_wait():
    assert failure(httpx.Response(503, headers={"Retry-After": "120"})).retry_at == NOW + timedelta(minutes=2)
    assert isinstance(failure(httpx.Response(503)), Unreachable)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b'{"count": NaN}',
        b'{"count": "3"}',
        b'{"count": 1.5}',
        b'{"count": 1',
        b"null",
        b"[1]",
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_what_is_not_as_documented_is_unreadable(body):
    assert type(failure(httpx.Response(200, content=body))) is Unreadable


def test_a_web_page_is_told_from_a_damaged_answer():
    page = b"\n<!DOCTYPE html><title>Hotel</title>"

    assert "login" in str(failure(httpx.Response(200, content=page)))


@pytest.mark.parametrize("body", [b'{"count":1,"count":2}', b'\xef\xbb\xbf{"count":2,"new":[]}'])
def test_doubled_and_unknown_keys_and_a_byte_order_mark_do_no_harm(body):
    with web(httpx.Response(200, content=body)) as asked:
        assert asked.get_json("/usage", shape=Answer) == Answer(2)


def packed(body, encoding="gzip", cut=0):
    content = gzip.compress(body)
    return httpx.Response(
        200, headers={"Content-Encoding": encoding}, stream=httpx.ByteStream(content[: len(content) - cut])
    )


def test_packed_answers_are_unpacked():
    with web(packed(b'{"count": 4}')) as asked:
        assert asked.get_json("/usage", shape=Answer) == Answer(4)


def test_a_packed_answer_that_is_cut_off_is_unreadable():
    assert "cut off" in str(failure(packed(b'{"count": 4}', cut=9)))


def test_a_packing_that_was_not_asked_for_is_unreadable():
    assert type(failure(packed(b'{"count": 4}', encoding="br"))) is Unreadable


def test_a_packing_that_is_damaged_is_unreadable():
    answer = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"not packed at all"))

    assert "damaged" in str(failure(answer))


def test_size_counts_after_unpacking():
    assert "larger" in str(failure(packed(b" " * 5000), limits=Limits(largest_bytes=1000)))


def test_size_counts_while_it_streams():
    taken = []

    def body():
        for number in range(1000):
            taken.append(number)
            yield b" " * 100

    class Endless(httpx.SyncByteStream):
        def __iter__(self):
            return body()

    assert "larger" in str(failure(httpx.Response(200, stream=Endless()), limits=Limits(largest_bytes=1000)))
    assert len(taken) == 11


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (httpx.ConnectTimeout("x"), "did not answer in time"),
        (httpx.ReadTimeout("x"), "did not answer in time"),
        (httpx.ConnectError("x"), "could not be reached"),
        (httpx.ProxyError("x"), "proxy"),
        (httpx.RemoteProtocolError("x"), "broke off"),
        (httpx.ReadError("x"), "could not be reached"),
    ],
)
def test_trouble_on_the_way_is_unreachable(trouble, words):
    def answer(request):
        raise trouble

    error = failure(answer)

    assert isinstance(error, Unreachable)
    assert words in str(error)


def test_pages_are_followed_to_the_end():
    book = {None: ("a", "2"), "2": ("b", "3"), "3": ("c", None)}

    found = [page[0] for page in pages(lambda cursor: book[cursor], lambda page: page[1])]

    assert found == ["a", "b", "c"]


def test_pages_that_go_round_in_a_circle_end():
    book = {None: "2", "2": "3", "3": "2"}

    with pytest.raises(Unreadable, match="circle"):
        list(pages(book.__getitem__, lambda page: page))


def test_pages_without_end_end():
    with pytest.raises(Unreadable, match="more than 5 pages"):
        list(pages(lambda cursor: int(cursor or 0) + 1, str, cap=5))


@pytest.mark.parametrize(
    ("failures", "least", "most"), [(0, 15, 18), (1, 15, 18), (2, 30, 36), (4, 120, 144), (50, 360, 432)]
)
def test_each_failure_doubles_the_wait_with_jitter(failures, least, most):
    waits = [next_try(failures, NOW, None, random.Random(seed)) - NOW for seed in range(200)]  # noqa: S311

    assert timedelta(minutes=least) <= min(waits) < max(waits) <= timedelta(minutes=most)
    assert len(set(waits)) > 100


def test_what_the_provider_asked_for_is_never_undercut():
    later = NOW + timedelta(hours=9)

    assert later <= next_try(1, NOW, later, random.Random(1)) <= later + timedelta(minutes=1)  # noqa: S311
    assert next_try(1, NOW, NOW + timedelta(seconds=5), random.Random(1)) >= NOW + timedelta(minutes=15)  # noqa: S311


class Proxy:
    """A proxy that notes the first line of each question and refuses it."""

    def __init__(self):
        self.asked = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self):
        # Closing alone does not wake a thread that waits for somebody to call.
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while True:
            caller, _ = self._socket.accept()
            with caller:
                question = caller.recv(65536)
                if not question:
                    return
                self.asked.append(question)
                caller.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")


def test_the_systems_proxy_is_used_and_never_sees_the_key(monkeypatch):
    proxy = Proxy()
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    with (
        Web("https://api.example.com/v1", {"Authorization": f"Bearer {KEY}"}) as asked,
        pytest.raises(Unreachable) as caught,
    ):
        asked.get_json("/usage", shape=Answer)
    proxy.close()

    assert str(caught.value) == "The proxy of this network did not let us through."
    assert proxy.asked[0].startswith(b"CONNECT api.example.com:443 ")
    assert KEY.encode() not in proxy.asked[0]


def test_this_machine_is_asked_without_a_proxy(monkeypatch):
    proxy = Proxy()
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
    with Web("http://127.0.0.1:9/v1", {"Authorization": f"Bearer {KEY}"}) as asked, pytest.raises(Unreachable):
        asked.get_json("/usage", shape=Answer)
    proxy.close()

    assert proxy.asked == []


@pytest.mark.parametrize("slow", [ledger_server.trickle, ledger_server.trickling_header])
def test_patience_ends_over_tls_too_and_on_a_connection_that_is_used_again(slow, tmp_path):
    house, certificate = LedgerServer(NOW), untrusted_certificate(tmp_path)
    trusting = httpx.HTTPTransport(verify=ssl.create_default_context(cafile=certificate))
    headers = {"Authorization": f"Bearer {ledger_server.KEYS['openai']}"}
    with serving(house, certificate):
        address = house.address("openai", "https")
        with Web(address, headers, transport=trusting, limits=Limits(total_seconds=0.2)) as asked:
            asked.get_json("/organization/projects", shape=dict)
            house.fault = slow
            with pytest.raises(Unreachable, match=r"longer than 0\.2 seconds"):
                asked.get_json("/organization/projects", shape=dict)
            house.fault = None
            asked.get_json("/organization/projects", shape=dict)
