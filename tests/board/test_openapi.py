"""The contract in openapi.json and the server agree: the same paths, and no answer that is not written there (T15)."""

from __future__ import annotations

import json
import shutil
from base64 import urlsafe_b64encode
from collections import Counter
from importlib.resources import files
from itertools import cycle, product

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.routing import Route

from tests.board.people import BODIES, Member
from tests.board.test_serving import server
from tokentray.board.app import Parts, make_app
from tokentray.board.board import Desk
from tokentray.board.command import run_board
from tokentray.board.relay import Relay
from tokentray.board.season import Seasons

DOCUMENT = json.loads(files("tokentray.board").joinpath("openapi.json").read_text("utf-8"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [
    (path, method)
    for path, methods in DOCUMENT["paths"].items()
    for method in methods
    if path != "/v1/relay"  # another role; tested with a board behind it
]


@pytest.mark.parametrize("database", [None])
def test_every_path_of_the_server_is_in_the_contract(running):
    seasons = Seasons(running.folder)
    desk = Desk(seasons, running.clock)
    apps = [
        make_app(Parts(seasons, running.clock, issuer=object(), desk=desk)),
        make_app(Parts(seasons, running.clock, relay=Relay("https://board.example"))),
    ]
    served = {
        (route.path, method.lower())
        for app in apps
        for route in app._app.routes
        if isinstance(route, Route)
        for method in route.methods - {"HEAD"}
    }

    assert served == {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods}


@pytest.fixture
def served(season_folder, tmp_path, capsys):
    """A board in a process of its own, and two members with fresh tokens."""
    folder = tmp_path / "board"
    shutil.copytree(season_folder, folder)
    assert run_board(["invite", "--data", str(folder), "--count", "2"]) == 0
    one, two = capsys.readouterr().out.split()
    with server(str(folder)) as (_, address), httpx.Client(base_url=address) as client:
        yield address, Member(client, one).claim(), Member(client, two).claim()


def test_no_answer_is_outside_the_contract(served):
    """With fresh tokens where a token is asked for, so that what lies behind the door is reached too."""
    address, member, other = served
    tickets = cycle(ticket for ticket in member.tickets if ticket.week == "2026-W47")
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    sealed = cycle(ticket for ticket in other.tickets if ticket.week == "2026-W47")
    guesses = cycle(product(("put", "replace", "delete"), ({}, {"v": 2}, {})))
    seen = Counter()

    def try_case(case):
        headers = {}
        if path.startswith("/v1/fragments"):
            ticket = next(tickets)
            case.path_parameters = {"week": ticket.week, "kind": ticket.kind}
            headers["Authorization"] = f'PrivateToken token="{urlsafe_b64encode(ticket.token).decode()}"'
        if path == "/v1/sealed":
            # Nobody guesses an envelope; what is inside is guessed instead.
            op, guess = next(guesses)
            ticket = next(sealed)
            words = BODIES.get(ticket.kind) or other.card(ticket)
            case.body = other.envelope(op, ticket, words | guess)
        answer = case.call(base_url=address, headers=headers)
        case.validate_response(answer, checks=CHECKS)
        seen[path, answer.status_code] += 1

    for path, method in OPERATIONS:
        operation = schema[path][method.upper()]
        settings(
            max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )(given(case=operation.as_strategy())(try_case))()

    for path in ("/v1/sealed", "/v1/fragments/{week}/{kind}"):
        assert seen[path, 201] > 0
        assert seen[path, 422] > 0
    assert all(seen[path, 200] > 0 for path, method in OPERATIONS if method == "get" and "{week}" not in path)
