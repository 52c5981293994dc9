"""
A team's week from the invites to the page in a browser: eight machines, a relay, a board, one week away, one too late.

The pictures of the page go to a temporary folder, or to the one that TOKENTRAY_PICTURES names, to be looked at.
"""

from __future__ import annotations

import json
import os
import re
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser import browser, needs_chromium

pytest.importorskip("tokentray.board.command", reason="the board's server is not installed here")

from tests.end_to_end.test_share import Host, Person, a_machine, free_port, joined

WEEK = "2026-W46"
FRIDAY = "2026-11-13T15:00:00Z"
BACK = "2026-11-21T09:00:00Z"
"""Eight days later, and before the week closes."""
CLOSED = "2026-11-23T08:00:00Z"

EARLIER = ("2026-W40", "2026-W45")
ANSWERS = (
    ("weekly", "worked", "1-4h"),
    ("weekly", "worked", "lt1h"),
    ("daily", "worked", "1-4h"),
    ("weekly", "mixed", "4-16h"),
    ("tried", "failed", "1-4h"),
    ("weekly", "failed", "lt1h"),
    ("none", "unsure", "lt1h"),
    ("daily", "worked", "gt16h"),
)
IN_A_HURRY = (1, 2, 3)
CARDS = (
    ("Let it write the tests first", "worked"),
    ("A long refactoring in one go", "failed"),
    ("Read the log before asking", "worked"),
    ("Translate the old scripts", "partly"),
    ("Generate the fixtures", "failed"),
    ("Review by two models", "worked"),
)


@dataclass
class Team:
    """What the story left: the board's host, and the eight. The author's card was withdrawn, the other's use from a second device."""

    host: Host
    people: list[Person]
    told: dict[str, Any]


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Team:
    folder = tmp_path_factory.mktemp("team")
    host = Host(folder / "board", a_machine(folder / "host"), free_port(), free_port())
    season = ("season", "--url", host.url, "--relay", f"http://127.0.0.1:{host.relay_port}/v1/relay")
    host.board(*season, "--first-week", "2026-W40", now=FRIDAY)
    links = host.board("invite", "--count", "8", now=FRIDAY).split()
    told: dict[str, Any] = {}
    with host.served(FRIDAY), ThreadPoolExecutor(4) as pool:
        people = list(pool.map(joined, [folder / f"person{number}" for number in range(8)], links))
        list(pool.map(check_in, people, range(8)))
        *there, away, late = people
        list(pool.map(send_all, [person for number, person in enumerate(there) if number not in IN_A_HURRY]))
        told["one deletion"] = take_back(there[5], "card")
        told["second device"] = on_a_second_device(folder / "second", there[4])
    with host.served(BACK):
        told["back"] = away.share("send", "--due", now=BACK)
        send_all(away, BACK)
        told["sent after a week away"] = states(away, BACK)
    with host.served(CLOSED):
        told["too late"] = late.share("send", "--due", now=CLOSED, code=3)
        wait_until_published(host)
        told["feed"] = people[0].share("feed", "--week", WEEK, "--json", now=CLOSED)["cards"]
        told["late feed"] = late.share("feed", "--week", WEEK, "--json", now=CLOSED)["cards"]
        told["board"] = host.asked("/v1/board")["weeks"]
    return Team(host, people, told)


def check_in(person: Person, number: int) -> None:
    """Six have a card and send their use, the two last ones answer only; some do not want to wait for random times."""
    adoption, outcome, effort = ANSWERS[number]
    words = ["send", "--week", WEEK, "--adoption", adoption, "--outcome", outcome, "--effort", effort]
    if number < len(CARDS):
        use_a_tool(person, tokens=3 * 10**number)
        title, went = CARDS[number]
        card = ("journal", "add", "--title", title, "--tried", f"{title}, on a small module.", "--outcome", went)
        rest = ("--tag", "testing", "--level", "team", "--date", "2026-11-12", "--json")
        ran = person.machine.run(*card, *rest, TOKENTRAY_NOW=FRIDAY)
        assert ran.code == 0, ran
        words += ["--use", "--card", ran.json["cards"][0]["id"]]
    words += ["--now"] if number in IN_A_HURRY else []
    person.share(*words, now=FRIDAY)


def use_a_tool(person: Person, tokens: int) -> None:
    """One answer in a coding agent's log, which the app reads."""
    folder = person.machine.home / ".claude" / "projects" / "-work"
    folder.mkdir(parents=True)
    usage = {"input_tokens": tokens, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-opus-5", "usage": usage}
    line = {"type": "assistant", "sessionId": "s", "uuid": "u", "requestId": "r", "cwd": "/work", "version": "2.1.0"}
    line |= {"timestamp": "2026-11-12T10:00:00.000Z", "message": {**message, "content": []}}
    (folder / "s.jsonl").write_text(json.dumps(line) + "\n")


def send_all(person: Person, now: str = FRIDAY) -> None:
    """As a tray that runs all the time would."""
    while (at := person.share("status", "--json", now=now)["next_at"]) is not None:
        person.share("send", "--due", now=at.replace("Z", ".999Z"))


def states(person: Person, now: str) -> list[tuple[str, str, str]]:
    return [(one["op"], one["kind"], one["state"]) for one in person.share("status", "--json", now=now)["parcels"]]


def take_back(person: Person, kind: str) -> list[tuple[str, str, bool | None]]:
    """What the public list says of each parcel after the one of this kind was withdrawn."""
    parcels = person.share("status", "--json", now=FRIDAY)["parcels"]
    person.share("withdraw", str(next(one["number"] for one in parcels if one["kind"] == kind)), now=FRIDAY)
    send_all(person)
    checked = person.share("status", "--verify", "--json", now=FRIDAY)["parcels"]
    return [(one["op"], one["kind"], one["confirmed"]) for one in checked]


def on_a_second_device(folder: Path, owner: Person) -> tuple[str, list[tuple[str, str, bool | None]]]:
    second = Person(a_machine(folder), owner.link, owner.line)
    said = second.share("join", "-", "--key-env", "SHARE_LINE", text=owner.link + "\n", now=FRIDAY)
    return said, take_back(second, "use")


def wait_until_published(host: Host) -> None:
    """The server closes the week by itself as soon as it runs."""
    for _ in range(200):
        if any(one["week"] == WEEK for one in host.asked("/v1/board")["weeks"]):
            return
        threading.Event().wait(0.05)
    raise AssertionError("the week was not published")


def test_a_deletion_is_verified_against_the_public_list(team: Team) -> None:
    assert set(team.told["one deletion"]) == {
        ("put", "c1", True),
        ("put", "c2", True),
        ("put", "use", True),
        ("put", "card", None),
        ("delete", "card", True),
    }


def test_a_second_device_has_the_same_book_and_can_take_back(team: Team) -> None:
    said, checked = team.told["second device"]

    assert "4 fragments were sent from another device" in said
    assert ("delete", "use", True) in checked
    assert ("put", "c1", True) in checked


def test_who_was_away_for_a_week_sends_within_the_window(team: Team) -> None:
    assert team.told["sent after a week away"] == [("put", "c1", "sent"), ("put", "c2", "sent")]


def test_who_was_away_until_the_week_closed_reads_that_it_lapsed(team: Team) -> None:
    assert team.told["too late"].count("lapsed, its week closed before") == 2


def test_the_week_is_published_from_what_was_there_when_it_closed(team: Team) -> None:
    sizes = {one["kind"]: one["size"] for one in team.told["board"] if one["week"] == WEEK}

    # Seven answered; of six cards and six uses one each was taken back.
    assert sizes == {"c1": "5 to 24", "c2": "5 to 24", "use": "5 to 24", "card": "5 to 24"}
    earlier = {one["size"] for one in team.told["board"] if one["week"] in EARLIER}
    assert earlier == {"fewer than 5"}


def test_the_feed_is_decrypted_by_every_member_and_by_nobody_else(team: Team) -> None:
    titles = [title for title, _ in CARDS[:5]]

    assert sorted(card["tried"] for card in team.told["feed"]) == sorted(f"{one}, on a small module." for one in titles)
    assert len(team.told["late feed"]) == 5
    stored = b"".join(path.read_bytes() for path in team.host.folder.rglob("*") if path.is_file())
    assert not [title for title, _ in CARDS if title.encode() in stored]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("TOKENTRAY_PICTURES") or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


PAGES = {"page": "/", "invite": "/i", "limits": "/papers/limits", "data-flow": "/papers/data-flow"}
LOOKS = {"light": (1200, False), "dark": (1200, True), "phone": (390, False), "phone-dark": (390, True)}


@needs_chromium
def test_the_page_is_read_in_a_browser(team: Team, tmp_path: Path, pictures: Path) -> None:
    grounds = set()
    with team.host.served(CLOSED), browser(tmp_path / "profile") as tab:
        for name, path in PAGES.items():
            for look, (width, dark) in LOOKS.items():
                tab.open(team.host.url + path, width=width, dark=dark)
                tab.picture(pictures / f"{name}-{look}.png")
                assert tab.overflowing() == [], (name, look)
                grounds.add((dark, tab.value("getComputedStyle(document.body).backgroundColor")))
        tab.open(team.host.url)
        words = tab.text()
        tab.print(pictures / "page.pdf")
        tab.open(team.host.url + "/papers/impact-assessment")
        tab.print(pictures / "impact-assessment.pdf")
        policy = policy_of(team.host.url)

    assert "Week 46, 9 to 15 November 2026" in words
    assert "5 to 24" in words
    assert re.search(r"What was tried worked\s+About half", words)
    assert not re.search(r"\d+ %", words.split("What the numbers can and cannot say")[0])
    assert "Level L2, operator-safe" in words
    assert tab.complaints == []
    assert all(address.startswith(team.host.url) for address in tab.requested)
    assert len(grounds) == 2, "dark is not light"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert len(re.findall(rb"/Type\s*/Page\b", (pictures / "page.pdf").read_bytes())) == 2


def policy_of(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310  loopback
        return str(answer.headers["Content-Security-Policy"])
