"""Digests are posted to receivers on loopback that are as strict as Slack and Teams are documented to be."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.board.made_up import SMALL_TEAM, TEAM, banded_year, counted_year
from tokentray.core.api_key import ApiKey
from tokentray.core.clock import SystemClock
from tokentray.core.digest import FORMS, MOST_CARDS, Digest, OwnCard, digest_of
from tokentray.core.errors import BoardRefused
from tokentray.share.webhook import post

CARD = OwnCard(
    "Tests & <more>" * 20, "it worked", tuple((label, "a *b* <!channel>\n" * 300) for label in ("Tried", "Next"))
)


def of_slack(body: dict[str, Any]) -> list[str]:
    """What Slack would refuse; from its pages on incoming webhooks and Block Kit's blocks, as read in November 2026."""
    wrong = [f"unknown key {key}" for key in body.keys() - {"text", "blocks"}]
    blocks = body["blocks"]
    wrong += ["more than 50 blocks"] if len(blocks) > 50 else []
    sizes = 0
    for block in blocks:
        texts: list[tuple[dict[str, str], int]] = []
        match block["type"]:
            case "header":
                wrong += ["a header is plain text"] if block["text"]["type"] != "plain_text" else []
                texts = [(block["text"], 150)]
            case "section":
                wrong += ["a section has text or fields"] if not block.keys() & {"text", "fields"} else []
                texts = [(block["text"], 3000)] if "text" in block else []
                fields = block.get("fields", [])
                wrong += ["ten fields at most"] if len(fields) > 10 else []
                texts += [(one, 2000) for one in fields]
            case "context":
                wrong += ["ten elements at most"] if len(block["elements"]) > 10 else []
                texts = [(one, 3000) for one in block["elements"]]
            case "divider":
                wrong += ["a divider is bare"] if block.keys() != {"type"} else []
            case other:
                wrong.append(f"no block {other}")
        for text, most in texts:
            wrong += [f"unknown key in {text.keys()}"] if text.keys() != {"type", "text"} else []
            wrong += [f"{len(text['text'])} characters"] if not 1 <= len(text["text"]) <= most else []
            wrong += ["it calls the channel"] if "<!" in text["text"] else []
            sizes += len(text["text"])
    # Not on those pages: Slack's own people name 12 000, others saw 11 300 refused.
    return wrong + (["msg_blocks_too_long"] if sizes > 11_000 else [])


def of_teams(body: dict[str, Any]) -> list[str]:
    """What a Teams workflow would refuse or not show; from its pages on webhooks and from the schema of Adaptive Cards 1.4."""
    (attachment,) = body["attachments"]
    card = attachment["content"]
    wrong = [] if body["type"] == "message" else ["no message"]
    wrong += [] if attachment["contentType"] == "application/vnd.microsoft.card.adaptive" else ["no Adaptive Card"]
    wrong += [] if (card["type"], card["version"]) == ("AdaptiveCard", "1.4") else ["another version"]
    for element in card["body"]:
        match element["type"]:
            case "TextBlock":
                known = {"type", "text", "wrap", "size", "weight", "isSubtle", "separator"}
                wrong += [f"unknown {key}" for key in element.keys() - known]
                wrong += [] if element["text"] else ["an empty text"]
                wrong += [] if element.get("size", "Default") in ("Default", "Small", "Medium", "Large") else ["size"]
                wrong += [] if element.get("weight", "Default") in ("Default", "Lighter", "Bolder") else ["weight"]
            case "FactSet":
                wrong += [] if element["facts"] else ["no facts"]
                wrong += [f"{fact}" for fact in element["facts"] if fact.keys() != {"title", "value"}]
            case other:
                wrong.append(f"no element {other}")
    for action in card.get("actions", []):
        is_link = action["type"] == "Action.OpenUrl" and action["url"].startswith("https://") and action["title"]
        wrong += [] if is_link else ["an action"]
    return wrong


RULES: dict[str, tuple[Callable[[dict[str, Any]], list[str]], int, int]] = {
    "slack": (of_slack, 200, 1_000_000),
    "teams": (of_teams, 202, 28 * 1024),
}
"""The rules, the status of a good answer, the most bytes of a body."""


@contextmanager
def receiver(service: str) -> Iterator[tuple[str, list[str]]]:
    """An address that answers 400 to what the service would refuse, and what it found wrong."""
    rules, good, most = RULES[service]
    wrong: list[str] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            wrong.extend([] if self.headers["Content-Type"] == "application/json" else ["no JSON"])
            wrong.extend([] if len(body) <= most else [f"{len(body)} bytes"])
            wrong.extend(rules(json.loads(body)))
            self.send_response(400 if wrong else good)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/services/secret", wrong
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(service: str, body: str) -> list[str]:
    with receiver(service) as (address, wrong):
        post(ApiKey(address), body.encode(), "a digest", lambda *_: lambda _status: None, SystemClock())
    return wrong


def digests() -> dict[str, Digest]:
    counted, banded = digest_of(TEAM, counted_year(2)), digest_of(SMALL_TEAM, banded_year())
    fewer = digest_of(SMALL_TEAM, banded_year(), "2026-W28")
    assert counted is not None
    assert banded is not None
    assert fewer is not None
    long_name = replace(counted, title="a long name <!channel> & more " * 20, name="Mira")
    cards = replace(counted, name="Mira", cards=(CARD,) * MOST_CARDS)
    return {"numbers": counted, "words": banded, "fewer": fewer, "a long name": long_name, "ten long cards": cards}


@pytest.mark.parametrize("service", RULES)
@pytest.mark.parametrize("which", digests())
def test_what_is_posted_is_taken(which: str, service: str) -> None:
    assert send(service, FORMS[service](digests()[which])) == []


@pytest.mark.parametrize(
    ("service", "spoil"),
    [
        ("slack", lambda body: body["blocks"].extend([{"type": "divider"}] * 50)),
        ("slack", lambda body: body["blocks"][0]["text"].update(text="x" * 151)),
        ("slack", lambda body: body["blocks"][1]["text"].update(text="<!channel>")),
        (
            "slack",
            lambda body: body["blocks"].append({"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}),
        ),
        ("slack", lambda body: body["blocks"].append({"type": "section"})),
        ("teams", lambda body: body["attachments"][0]["content"].update(version="9")),
        ("teams", lambda body: body["attachments"][0]["content"]["body"].append({"type": "Table"})),
        ("teams", lambda body: body.update(filler="x" * 28_000)),
    ],
)
def test_what_a_service_refuses_would_be_found(service: str, spoil: Callable[[dict[str, Any]], object]) -> None:
    body = json.loads(FORMS[service](digests()["numbers"]))
    spoil(body)
    with pytest.raises(BoardRefused, match="did not take the digest"):
        send(service, json.dumps(body))
