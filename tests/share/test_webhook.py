"""A digest is posted to a webhook, whose address is in no log, message or file."""

from __future__ import annotations

import traceback

import httpx
import pytest

from tests.share.conftest import FRIDAY, Member
from tokentray.core.api_key import ApiKey
from tokentray.core.errors import BoardRefused, Mistyped
from tokentray.share.outbox import noted
from tokentray.share.webhook import checked_webhook, post
from tokentray.store.outbox_table import all_departures

URL = "https://hooks.slack.example/services/T0000/B0000/verysecretpath?sig=verysecretsign"


def posted(member: Member, status: int | None) -> list[httpx.Request]:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if status is None:
            raise httpx.ConnectError("no route to verysecretpath")
        return httpx.Response(status, text="ok")

    note = noted(member.history, lambda: FRIDAY)
    try:
        post(ApiKey(URL), b'{"text":"a"}', "a digest", note, member.clock, httpx.MockTransport(answer))
    finally:
        assert len(seen) == 1
    return seen


def test_it_is_posted_as_it_was_written_and_logged_without_the_secret(member: Member) -> None:
    (request,) = posted(member, 200)
    assert (str(request.url), request.content) == (URL, b'{"text":"a"}')
    assert request.headers["content-type"] == "application/json"
    (left,) = all_departures(member.history)
    assert (left.url, left.words, left.body, left.status) == (
        "https://hooks.slack.example/…",
        "a digest",
        b'{"text":"a"}',
        200,
    )


@pytest.mark.parametrize(
    ("status", "said"), [(404, "did not take"), (500, "did not take"), (None, "could not be reached")]
)
def test_what_fails_is_told_without_the_secret(member: Member, status: int | None, said: str) -> None:
    with pytest.raises(BoardRefused, match=said) as caught:
        posted(member, status)
    shown = "".join(traceback.format_exception_only(caught.value))
    assert "verysecret" not in shown
    assert caught.value.__cause__ is None
    (left,) = all_departures(member.history)
    assert (left.url, left.status) == ("https://hooks.slack.example/…", status)


def test_no_log_line_has_the_secret(member: Member, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING"):
        posted(member, 200)
    assert "verysecret" not in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hooks.slack.com/services/x",
        "http://hooks.slack.com/services/x",
        "https://hooks.slack.com",
        "https://user:verysecret@hooks.slack.com/x",
        "https://hooks.slack.com/a b",
        "https://hooks.slack.com/é",
        "https://[verysecret/x",
        "ftp://hooks.slack.com/verysecret",
    ],
)
def test_what_is_no_safe_address_is_not_repeated(text: str) -> None:
    with pytest.raises(Mistyped) as caught:
        checked_webhook(text)
    assert "verysecret" not in str(caught.value)


def test_a_test_on_this_machine_may_do_without_tls() -> None:
    assert checked_webhook(" http://127.0.0.1:9/hook\n").reveal() == "http://127.0.0.1:9/hook"
