"""T3: a thief of every file of a board that was killed at work finds no name, text, invite, secret, token or address in any byte."""

from __future__ import annotations

import os
import re
import shutil
from base64 import b64encode
from datetime import datetime
from pathlib import Path

import httpx
import psycopg
import pytest
from starlette.testclient import TestClient

from tests.board.people import BODIES, DAILY, Member
from tests.board.test_serving import NOW, server
from tests.fakes import MovableClock
from tokentray.board.command import run_board
from tokentray.board.serve import Service, opened
from tokentray.core.board_crypto import recovery_text

WEEK = "2026-W47"
NAME = "Zebrafriend Quagga"
TEXT = b"zebratext: asked for tests, and they passed"
ADDRESS = "127.0.0.77"
PIECE = 12
"""Shortest piece of a secret that is looked for; by chance one of them is in a hundred megabytes once in 10^18 times."""


def spellings(data):
    """The bytes as they are, in hex, and in base64 wherever they begin."""
    found = {data, data.hex().encode(), data.hex().upper().encode()}
    for lead in range(3):
        spelled = b64encode(bytes(lead) + data)
        # The first and last letters depend on what stands beside.
        inner = spelled[4 if lead else 0 : -4]
        found |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


def telling(member, sent):
    """What names this member: words as they are, and every secret in each spelling, by what it is."""
    needles = {
        "name": {NAME.encode()},
        "text": {TEXT, b"zebratext"},
        "agent": {b"ZebraAgent"},
        "address": {ADDRESS.encode()},
        "invite": spellings(member.invite.code),
        "team key": spellings(member.invite.team_key),
        "recovery code": spellings(member.code) | {recovery_text(member.code).encode()},
    }
    for ticket in member.tickets:
        if ticket.week != WEEK:
            continue
        needles.setdefault("secret", set()).update(spellings(ticket.secret))
        signature = ticket.token[98:]
        for start in (0, 100, 256 - PIECE):
            needles.setdefault("token", set()).update(spellings(signature[start : start + PIECE]))
    for envelope in sent:
        needles.setdefault("envelope", set()).update(spellings(envelope[-48:-16]))
    return needles


def found_in(paths, needles):
    """Which kinds of needles are in any of the files, with the file's name."""
    # Long runs of nothing are what most of a database's files are.
    content = {path: re.sub(rb"\0{16,}", bytes(16), path.read_bytes()) for path in paths if path.is_file()}
    return {
        (what, path.name)
        for what, spelled in needles.items()
        for path, data in content.items()
        if any(each in data for each in spelled)
    }


def speak(member):
    """Everything a member can do: each kind, a card, a correction, a deletion, sealed and not."""
    tickets = {(ticket.kind, ticket.index): ticket for ticket in member.tickets if ticket.week == WEEK}
    card = member.card(tickets["card", 0], TEXT)
    sent = [
        member.envelope("put", tickets["c1", 0], BODIES["c1"]),
        member.envelope("put", tickets["card", 0], card),
        member.envelope("replace", tickets["c1", 0], DAILY),
        member.envelope("put", tickets["use", 0], BODIES["use"]),
        member.envelope("delete", tickets["use", 0]),
    ]
    assert [member.send(envelope).status_code for envelope in sent] == [201, 201, 200, 201, 204]
    assert member.put(tickets["c2", 0], BODIES["c2"]).status_code == 201
    # A refused one as well: errors are written somewhere more easily than successes.
    assert member.put(tickets["c2", 0], {**BODIES["c2"], "outcome": NAME}).status_code == 422
    return sent


@pytest.fixture
def folder(season_folder, tmp_path, capsys):
    copy = tmp_path / "board"
    shutil.copytree(season_folder, copy)
    assert run_board(["invite", "--data", str(copy)]) == 0
    return copy, capsys.readouterr().out.strip()


def test_t3_a_killed_boards_files_name_nobody(folder, database, tmp_path):
    data, link = folder
    options = ["--database", database] if database else []
    transport = httpx.HTTPTransport(local_address=ADDRESS)
    headers = {"User-Agent": f"ZebraAgent ({NAME})"}
    with server(str(data), *options) as (process, address):
        with httpx.Client(base_url=address, transport=transport, headers=headers) as client:
            member = Member(client, link).claim()
            sent = speak(member)
        process.kill()
        process.wait(20)
        (tmp_path / "log").write_text(process.stderr.read())
    paths = [*data.rglob("*"), tmp_path / "log", *files_of_cluster(database)]

    assert found_in(paths, telling(member, sent)) == set()
    # What the board does keep is found: the search reaches the store's files.
    assert found_in(paths, {"nonce": {member.ticket(WEEK, "c2").nonce}}) != set()


def files_of_cluster(database):
    """The cluster's own files, its log and its write-ahead log; of a sharded table, those of all its clusters."""
    if not database:
        return []
    with psycopg.connect(database) as connection:
        ports = connection.execute("SELECT unnest(srvoptions) FROM pg_foreign_server").fetchall()
    shards = [re.sub(r":\d+/", f":{port.removeprefix('port=')}/", database) for (port,) in ports if port[:5] == "port="]
    found = []
    for url in {database, *shards}:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            (folder,) = connection.execute("SHOW data_directory").fetchone()
        found += [*Path(folder).rglob("*"), Path(folder).parent / "log"]
    return found


class Gossip:
    """The protection taken out: a log of what comes in, as any web server writes one."""

    def __init__(self, app, log):
        self.app, self.log = app, log

    async def __call__(self, scope, receive, send):
        async def heard():
            message = await receive()
            self.note(message.get("body", b""))
            return message

        if scope["type"] == "http":
            self.note(str(scope["client"]).encode())
            for _, value in scope["headers"]:
                self.note(value)
        await self.app(scope, heard, send)

    def note(self, data):
        with open(self.log, "ab") as file:
            file.write(data + b"\n")


def test_t3_a_log_of_requests_is_caught(folder):
    data, link = folder
    service = Service(role="all", folder=str(data), clock=MovableClock(datetime.fromisoformat(NOW)))
    with opened(service) as app:
        gossip = Gossip(app, data / "access.log")
        headers = {"User-Agent": f"ZebraAgent ({NAME})"}
        with TestClient(gossip, base_url="https://board.example", client=(ADDRESS, 50_000), headers=headers) as client:
            member = Member(client, link).claim()
            sent = speak(member)
            needles = telling(member, sent)

    found = {what for what, name in found_in(data.rglob("*"), needles) if name == "access.log"}
    assert found == {"name", "agent", "address", "invite", "token", "envelope"}
    assert {name for _, name in found_in(data.rglob("*"), needles)} == {"access.log"}


def test_t3_every_kind_of_needle_would_be_found(folder, tmp_path):
    data, link = folder
    service = Service(role="all", folder=str(data), clock=MovableClock(datetime.fromisoformat(NOW)))
    with opened(service) as app, TestClient(app, base_url="https://board.example") as client:
        needles = telling(Member(client, link).claim(), [os.urandom(8192)])
    for what, spelled in needles.items():
        for number, each in enumerate(spelled):
            (tmp_path / "hay").write_bytes(os.urandom(5000 + number) + each + os.urandom(1000))

            assert (what, "hay") in found_in([tmp_path / "hay"], needles)
