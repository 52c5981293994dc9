"""Eight people on their own machines share a week by way of a relay with a real board, which then publishes it."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.machine import Machine

pytest.importorskip("tokentray.board.command", reason="the board's server is not installed here")

FRIDAY = "2026-11-20T15:00:00Z"
CLOSED = "2026-12-01T08:00:00Z"
WEEK = "2026-W47"
TELLING = ("zebratitle", "zebratag", "zebraname", "ZEBRA-12", "zebrafunction")
WISHES = ("--adoption", "weekly", "--outcome", "worked", "--effort", "1-4h")


@dataclass
class Person:
    """One of the eight: a machine without a keyring, whose line of secrets comes from a variable."""

    machine: Machine
    link: str
    line: str

    def share(self, *words: str, now: str = FRIDAY, text: str = "", code: int = 0) -> Any:
        environ = {"TOKENTRAY_NOW": now, "SHARE_LINE": self.line}
        ran = self.machine.run("share", *words, text=text, **environ)
        assert ran.code == code, (words, ran)
        return ran.json if "--json" in words else ran.out + ran.err

    def send_when_it_is_time(self) -> None:
        """As a tray that runs all the time would."""
        while (at := self.share("status", "--json")["next_at"]) is not None:
            self.share("send", "--due", now=at.replace("Z", ".999Z"))


@dataclass
class Host:
    """The board's host, and beside it a relay of somebody else's."""

    folder: Path
    machine: Machine
    port: int
    relay_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def board(self, *words: str, now: str = FRIDAY) -> str:
        ran = self.machine.run("board", *words, "--data", str(self.folder), TOKENTRAY_NOW=now)
        assert ran.code == 0, ran
        return ran.out

    @contextmanager
    def served(self, now: str) -> Iterator[None]:
        board = ("board", "serve", "--data", str(self.folder), "--port", str(self.port))
        relay = ("board", "serve", "--role", "relay", "--data", str(self.folder.parent / "relay"), "--board", self.url)
        with (
            self._running(board, self.port, now),
            self._running((*relay, "--port", str(self.relay_port)), self.relay_port, now),
        ):
            yield

    @contextmanager
    def _running(self, words: tuple[str, ...], port: int, now: str) -> Iterator[None]:
        with self.machine.start(*words, TOKENTRAY_NOW=now) as server:
            try:
                wait_for(port, server)
                yield
            finally:
                server.terminate()
                server.communicate(timeout=20)

    def asked(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:  # noqa: S310  loopback
            return json.load(answer)


def wait_for(port: int, server: subprocess.Popen[str]) -> None:
    assert server.stderr is not None
    for line in server.stderr:
        if line.startswith("Serving"):
            break
    for _ in range(200):
        with socket.socket() as probe:
            probe.settimeout(0.1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert server.poll() is None, "the server ended"
        try:
            server.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("the server does not answer")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def a_machine(folder: Path) -> Machine:
    (folder / "home").mkdir(parents=True)
    return Machine(folder / "home", folder / "tokentray")


def joined(folder: Path, link: str) -> Person:
    machine = a_machine(folder)
    line = machine.run("share", "key", "-", text=link + "\n").out.strip()
    person = Person(machine, link, line)
    said = person.share("join", "-", "--key-env", "SHARE_LINE", text=link + "\n")
    assert "Level L2" in said
    assert line.split("/")[0] not in said
    return person


@pytest.fixture
def host(tmp_path: Path) -> Host:
    host = Host(tmp_path / "board", a_machine(tmp_path / "host"), free_port(), free_port())
    host.board("season", "--url", host.url, "--relay", f"http://127.0.0.1:{host.relay_port}/v1/relay")
    return host


def test_eight_people_share_a_week(host: Host, tmp_path: Path) -> None:
    links = host.board("invite", "--count", "8").split()
    with host.served(FRIDAY):
        with ThreadPoolExecutor(4) as pool:
            people = list(pool.map(joined, [tmp_path / f"person{number}" for number in range(8)], links))
            list(pool.map(lambda person: person.share("send", *WISHES), people))
            author, *others, offline = people
            card = write_a_card(author)
            assert "Nothing was sent" in author.share("send", "--card", card, *WISHES, code=3)
            author.share("send", "--card", card, "--rewrite", *WISHES)
            list(pool.map(Person.send_when_it_is_time, [author, *others]))

        status = author.share("status", "--verify", "--json")
        assert [(one["kind"], one["state"], one["confirmed"]) for one in status["parcels"]] == [
            ("c1", "sent", True),
            ("c2", "sent", True),
            ("card", "sent", True),
        ]
        (told,) = others[0].share("feed", "--json")["cards"]
        assert told["tried"] == "Asked [an address] in [a ticket]"
        assert (told["category"], told["outcome"], told["level"]) == ("testing", "worked", "team")

        one = others[1]
        one.share("withdraw", "--week", WEEK)
        one.send_when_it_is_time()
        confirmed = [
            (parcel["op"], parcel["confirmed"]) for parcel in one.share("status", "--verify", "--json")["parcels"]
        ]
        assert confirmed == [("put", None), ("delete", True)] * 2

        second = Person(a_machine(tmp_path / "second"), others[2].link, others[2].line)
        assert "2 fragments were sent from another device" in second.share(
            "join", second.link, "--key-env", "SHARE_LINE"
        )
        assert f"This was sent for {WEEK} already" in second.share("send", *WISHES, code=3)

    host.board("publish", now=CLOSED)
    with host.served(CLOSED):
        assert "lapsed, its week closed before" in offline.share("send", "--due", now=CLOSED, code=3)
        published = json.dumps(host.asked("/v1/board"))
        assert WEEK in published
        assert host.asked(f"/v1/weeks/{WEEK}/cards")["cards"] != []

    assert nothing_telling(host, people, author)


def write_a_card(author: Person) -> str:
    words = (
        "journal",
        "add",
        "--title",
        "zebratitle",
        "--tried",
        "Asked zebraname@example.com in ZEBRA-12",
        "--tag",
        "zebratag",
    )
    rest = (
        "--tag",
        "testing",
        "--outcome",
        "worked",
        "--level",
        "team",
        "--function",
        "zebrafunction",
        "--date",
        "2026-11-20",
        "--json",
    )
    ran = author.machine.run(*words, *rest, TOKENTRAY_NOW=FRIDAY)
    assert ran.code == 0, ran
    return str(ran.json["cards"][0]["id"])


def nothing_telling(host: Host, people: list[Person], author: Person) -> bool:
    """Neither in what left, as the members' own logs have it, nor in any file of the board's host; a line of secrets in no file at all."""
    stored = b"".join(path.read_bytes() for path in host.folder.rglob("*") if path.is_file())
    left = author.share("log")
    assert len(stored) > 10_000
    assert "POST" in left
    for word in TELLING:
        assert word.encode() not in stored, word
        assert word not in left, word
    for person in people:
        for secret in person.line.split("/"):
            assert secret.encode() not in stored
            assert not any(
                secret.encode() in path.read_bytes() for path in person.machine.folder.rglob("*") if path.is_file()
            )
    return True
