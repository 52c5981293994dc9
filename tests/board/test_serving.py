"""The real program on loopback: killed at any moment, two on one file, with a relay, restored, and what it logs."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import httpx
import pytest

from tests.board.people import TRIED, Member
from tests.board.stores import free_port
from tokentray.board.command import run_board

WEEK = "2026-W47"
NOW = "2026-11-18T12:00:00Z"
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture
def folder(season_folder, tmp_path):
    copy = tmp_path / "board"
    shutil.copytree(season_folder, copy)
    return str(copy)


@pytest.fixture
def links(folder, capsys):
    assert run_board(["invite", "--data", folder, "--count", "4"]) == 0
    return capsys.readouterr().out.split()


@pytest.fixture
def store_options(database):
    """What `serve` is told to work on each kind of store."""
    return ["--database", database] if database else []


@contextmanager
def server(folder, *options):
    """`tokentray board serve` in a process of its own; gives the process and its address."""
    port = free_port()
    command = [sys.executable, "-m", "tokentray", "board", "serve", "--data", folder, "--port", str(port), *options]
    environment = {**os.environ, "PYTHONPATH": ROOT, "TOKENTRAY_NOW": NOW}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process)
        yield process, address
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stderr.close()


def wait_for(address, process):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{address}/v1/health", timeout=1)
        except httpx.TransportError:
            threading.Event().wait(0.05)
        else:
            return
    raise AssertionError("the server did not start")


def live(client):
    return set(client.get(f"/v1/weeks/{WEEK}/nonces").json()["nonces"])


def test_kill_9_loses_nothing_that_was_answered_with_201(folder, links, store_options):
    answered = set()
    with server(folder, *store_options) as (_, address), httpx.Client(base_url=address) as client:
        members = [Member(client, link).claim() for link in links]
    # All tokens of these members for weeks that are open, one kill in the middle of each round.
    tickets = [(member, each) for member in members for each in member.tickets if each.week == WEEK]
    dice = random.Random(9)  # noqa: S311  when to kill
    for start in range(0, len(tickets), 7):
        part = tickets[start : start + 7]
        with server(folder, *store_options) as (process, address), httpx.Client(base_url=address) as client:
            kill_at = dice.randrange(len(part))
            for number, (member, ticket) in enumerate(part):
                member.client = client
                body = body_of(member, ticket)
                if number == kill_at:
                    threading.Timer(dice.random() * 0.01, process.kill).start()
                try:
                    status = member.put(ticket, body).status_code
                except httpx.TransportError:
                    break
                if status == 201:
                    answered.add(ticket.nonce[:8].hex())
    with server(folder, *store_options) as (_, address), httpx.Client(base_url=address) as client:
        assert answered <= live(client)
    assert len(answered) > 3


def body_of(member, ticket):
    if ticket.kind == "c1":
        return TRIED
    if ticket.kind == "card":
        return member.card(ticket)
    if ticket.kind == "c2":
        return {"v": 1, "kind": "c2", "outcome": "worked", "effort": "1-4h"}
    return {"v": 1, "kind": "use", "tool": "other", "tokens": "0"}


def test_two_servers_on_one_store_spend_a_token_once(folder, links, store_options):
    with (
        server(folder, *store_options) as (_, one),
        server(folder, *store_options) as (_, two),
        httpx.Client(base_url=one) as first,
        httpx.Client(base_url=two) as second,
    ):
        member = Member(first, links[0]).claim()
        ticket = member.ticket(WEEK, "c1")
        statuses = [member.put(ticket, TRIED).status_code]
        member.client = second
        statuses.append(member.put(ticket, TRIED).status_code)

        assert statuses == [201, 200]
        assert live(first) == live(second) == {ticket.nonce[:8].hex()}


def test_a_relay_forwards_envelopes_and_shows_the_same_manifest(folder, links, tmp_path):
    with (
        server(folder) as (_, board),
        server(str(tmp_path), "--role", "relay", "--board", board) as (_, relay),
        httpx.Client(base_url=board) as direct,
        httpx.Client(base_url=relay) as relayed,
    ):
        member = Member(direct, links[0]).claim()
        ticket = member.ticket(WEEK, "c1")
        member.client = relayed

        assert relayed.get("/v1/manifest").content == direct.get("/v1/manifest").content
        assert member.send(member.envelope("put", ticket, TRIED), "/v1/relay").status_code == 201
        assert member.send(member.envelope("delete", ticket), "/v1/relay").status_code == 204
        assert member.send(b"short", "/v1/relay").status_code == 400
        assert relayed.post("/v1/sealed", content=bytes(8192)).status_code == 404
        assert live(direct) == set()


def test_a_server_writes_no_line_about_anybody(folder, links, store_options):
    with server(folder, *store_options) as (process, address), httpx.Client(base_url=address) as client:
        member = Member(client, links[0]).claim()
        member.put(member.ticket(WEEK, "c1"), TRIED)
        client.get("/nothing?who=somebody")
        answer = client.get("/v1/health")
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        said = process.stderr.read()

    assert said.splitlines() == [f"Serving all on {address}"]
    assert "server" not in answer.headers
    assert "date" not in answer.headers


def test_a_server_told_to_stop_leaves_no_arrivals_in_a_log(folder, links):
    with server(folder) as (process, address), httpx.Client(base_url=address) as client:
        member = Member(client, links[0]).claim()
        assert member.put(member.ticket(WEEK, "c1"), TRIED).status_code == 201
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    assert not os.path.exists(os.path.join(folder, "board.db-wal"))


@pytest.mark.parametrize("endless", [b"GET / HTTP/1.1\r\nX: ", b"GET /", b"GET / HTTP/1.1\r\n"])
def test_a_head_without_an_end_is_cut_off(folder, endless):
    with (
        server(folder) as (_, address),
        socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as line,
    ):
        line.settimeout(20)
        sent = 0
        with suppress(ConnectionError):
            line.sendall(endless)
            while sent < 64 * 1024:
                line.sendall(b"Y: y\r\n" * 256 if endless.endswith(b"\n") else b"x" * 1024)
                sent += 1024
        try:
            answer = line.recv(100)
        except ConnectionError:
            answer = b""

    # Closed at once, or told that this is no request.
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux can limit another process' files")
def test_a_full_disk_is_answered_with_503_and_recovers(folder, links):
    with server(folder) as (process, address), httpx.Client(base_url=address) as client:
        member = Member(client, links[0]).claim()
        one, two, three = (member.ticket(WEEK, kind) for kind in ("c1", "c2", "use"))
        assert member.put(one, body_of(member, one)).status_code == 201

        _, at_most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        answers = [member.put(each, body_of(member, each)) for each in (two, three)] + [member.delete(one)]
        assert [answer.status_code for answer in answers] == [503, 503, 503]
        assert client.get("/v1/board").status_code == 200
        assert live(client) == {one.nonce[:8].hex()}

        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (at_most, at_most))
        assert member.put(two, body_of(member, two)).status_code == 201
        assert member.delete(one).status_code == 204
        assert live(client) == {two.nonce[:8].hex()}
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        said = process.stderr.read()

    # One line for the operator, and not one for each who sent.
    assert said.count("ERROR The store did not answer") == 1


def test_readers_can_be_asked_for_a_common_password(folder, tmp_path):
    (tmp_path / "words").write_text("our common words\n")
    with open(tmp_path / "words", encoding="utf-8") as words:
        command = [sys.executable, "-m", "tokentray", "board", "readers", "--data", folder]
        assert subprocess.run(command, stdin=words, env={**os.environ, "PYTHONPATH": ROOT}, check=False).returncode == 0
    with server(folder) as (_, address), httpx.Client(base_url=address) as client:
        assert client.get("/").status_code == 401
        assert client.get("/v1/board", auth=("x", "wrong words")).status_code == 401
        assert client.get("/v1/board", auth=("x", "our common words")).status_code == 200
        assert client.get("/v1/manifest").status_code == 200


def test_small_teams_get_no_functions(tmp_path, capsys):
    arguments = ["season", "--data", str(tmp_path), "--url", "https://b.example", "--function", "sales:10-24"]

    assert run_board(arguments) == 2
    assert "25 seats" in capsys.readouterr().err


def test_the_next_season_follows_the_last_one(folder, capsys, monkeypatch):
    monkeypatch.setenv("TOKENTRAY_NOW", "2026-11-18T12:00:00Z")
    assert run_board(["season", "--data", folder]) == 0

    assert capsys.readouterr().out == "2027-Q1: 2026-W53 to 2027-W12 at https://board.example\n"
    assert run_board(["season", "--data", folder, "--first-week", "2026-W50"]) == 2


def test_commands_say_what_is_missing(tmp_path, capsys):
    assert run_board(["publish", "--data", str(tmp_path)]) == 4
    assert run_board(["export", "--data", str(tmp_path)]) == 4
    assert run_board(["serve", "--data", str(tmp_path), "--role", "relay"]) == 2
    assert "make a season first" in capsys.readouterr().err
