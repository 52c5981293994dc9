"""`tokentray share` as the Team page's own programs call it: with a keyring, a board on loopback, and what is secret on standard input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.machine import ROOT, Machine
from tests.share.served_board import served
from tests.share.small_board import SmallBoard

FRIDAY = "2026-11-20T15:00:00Z"
MONDAY = "2026-11-30T09:00:00Z"
WEEK = "2026-W47"
KEYRING = ROOT / "tests" / "engine" / "made_up_keyring"
CLOSED = [
    {"week": "2026-W46", "kind": "c1", "size": "5 to 24", "total": None, "cells": [{"a": "daily", "b": "", "n": None, "band": "most"}]},
    {"week": "2026-W46", "kind": "use", "size": "fewer than 5", "total": None, "cells": []},
]  # fmt: skip


@dataclass
class Person:
    """Somebody with a keyring and a board to join."""

    machine: Machine
    board: SmallBoard
    keyring: Path

    def share(self, *words: str, text: str = "", now: str = FRIDAY, code: int = 0) -> Any:
        """The answer, as JSON if that was wished; secrets are in no answer's words and in no file but the keyring."""
        environ = {"TOKENTRAY_NOW": now, "PYTHONPATH": str(KEYRING), "MADE_UP_KEYRING": str(self.keyring)}
        ran = self.machine.run("share", *words, text=text, **environ)
        assert ran.code == code, (words, ran)
        self.said = ran.err
        return ran.json if "--json" in words and ran.out else ran.out

    def join(self, number: int = 1) -> Any:
        return self.share("join", "-", "--json", "--with-code", text=self.board.link(number) + "\n")

    def card(self, *more: str) -> str:
        words = (
            "add",
            "--title",
            "Falcon tests",
            "--tried",
            "Asked for tests",
            "--outcome",
            "worked",
            "--json",
            "--date",
            "2026-11-20",
        )
        ran = self.machine.run("journal", *words, *more, TOKENTRAY_NOW=FRIDAY)
        assert ran.code == 0, ran
        return str(ran.json["cards"][0]["id"])

    def secrets(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.keyring.read_text())
        return found


@pytest.fixture
def board() -> Iterator[SmallBoard]:
    with served() as board:
        yield board


@pytest.fixture
def person(machine: Machine, board: SmallBoard, tmp_path: Path) -> Person:
    if not (KEYRING / "keyring").is_dir():
        pytest.skip("the made-up keyring is not here")
    return Person(machine, board, tmp_path / "keyring.json")


def wish(*kinds: str, cards: list[dict[str, Any]] | None = None, **more: Any) -> str:
    return json.dumps({"week": WEEK, "kinds": kinds, "cards": cards or [], **more})


def test_a_new_code_is_given_once_and_leads_a_second_device_to_the_same_book(person: Person, tmp_path: Path) -> None:
    joined = person.join()
    assert (joined["schema"], joined["season"], joined["level"]) == ("tokentray.share-join/1", "2026-Q4", "L1")
    code = joined["recovery_code"]
    (line,) = person.secrets().values()
    assert line.split("/")[0] == code
    person.share("send", "--wish", "-", "--json", text=wish("c1", at_once=True))
    (tmp_path / "second").mkdir()
    second = Person(Machine(tmp_path / "second", tmp_path / "second" / "own"), person.board, tmp_path / "keyring2.json")
    again = second.share(
        "join", "-", "--json", "--with-code", "--recover", text=f"{person.board.link()}\n{code.lower()}\n"
    )
    assert (again["recovery_code"], again["spent"]) == (None, 1)
    assert "recovery_code" not in second.share("status", "--json")
    for path in (*person.machine.folder.rglob("*"), *second.machine.folder.rglob("*")):
        assert not path.is_file() or code.encode() not in path.read_bytes()


def test_a_wrong_recovery_code_does_not_take_the_place_of_the_kept_one(person: Person, tmp_path: Path) -> None:
    code = person.join()["recovery_code"]
    kept = person.secrets()
    (person.machine.folder / "history.sqlite").unlink()
    other = person.share("key", "-", text=person.board.link(2) + "\n").split("/")[0]
    invite = person.board.link()
    person.share("join", "-", "--recover", text=f"{invite}\n{other}\n", code=3)
    assert "another recovery code" in person.said
    assert person.secrets() == kept
    person.board.fails = 503
    person.share("join", "-", "--recover", text=f"{invite}\n{other}\n", code=3)
    assert person.secrets() == kept
    person.board.fails = None
    person.share("join", "-", "--recover", text=f"{invite}\n{code}\n")
    assert person.secrets() == kept


def test_a_keyring_that_refuses_the_recovered_code_leaves_nothing_half_done(person: Person) -> None:
    code = person.join()["recovery_code"]
    (person.machine.folder / "history.sqlite").unlink()
    person.keyring.unlink()
    person.keyring.mkdir()
    person.share("join", "-", "--recover", text=f"{person.board.link()}\n{code}\n", code=3)
    person.share("status", code=4)
    person.keyring.rmdir()
    person.share("join", "-", "--recover", text=f"{person.board.link()}\n{code}\n")
    assert next(iter(person.secrets().values())).startswith(code)


def test_a_wish_leaves_as_it_was_shown_and_its_kinds_are_remembered(person: Person) -> None:
    person.join()
    own = person.card("--level", "team")
    told = {"card": own, "category": "review", "texts": ["Asked a colleague", "", "b", ""]}
    done = person.share(
        "send", "--wish", "-", "--json",
        text=wish("c1", "c2", "card", cards=[told], adoption="daily", function="engineering", effort="1-4h"),
    )  # fmt: skip
    assert [(one["kind"], one["state"], one["card"]) for one in done["queued"]] == [
        ("c1", "waiting", None),
        ("c2", "waiting", None),
        ("card", "waiting", own),
    ]
    assert done["queued"][0]["body"] == '{"adoption":"daily","function":"engineering","kind":"c1","v":1}'
    assert done["queued"][1]["body"] == '{"effort":"1-4h","kind":"c2","outcome":"worked","v":1}'
    assert person.board.opened == []
    done = person.share("send", "--wish", "-", "--json", text=wish("c1", adoption="none", at_once=True))
    assert [(one["kind"], one["state"]) for one in done["sent"]] == [("c1", "sent")]
    done = person.share("send", "--wish", "-", "--json", text=wish("c1", adoption="tried"))
    assert [(one["op"], one["state"]) for one in done["queued"]] == [("replace", "waiting")]


def test_a_wish_that_says_too_little_or_the_wrong_thing_is_told(person: Person) -> None:
    person.join()
    person.share("send", "--wish", "-", "--json", text=wish("c2", "use"), code=3)
    assert "neither you nor the week's cards say" in person.said
    assert "no tokens are known" in person.said
    for text in (
        "{",
        '{"week": "2026-W99", "kinds": []}',
        '{"week": "2026-W47", "kinds": ["c1"], "adoption": "zebra"}',
    ):
        person.share("send", "--wish", "-", text=text, code=2)
        assert person.said == "tokentray: What stands on standard input is no wish to share.\n"
    own = person.card()
    told = {"card": own, "category": "review", "texts": ["a", "", "", ""]}
    person.share("send", "--wish", "-", text=wish("card", cards=[told]), code=3)
    assert "for you alone" in person.said


def test_not_this_week_and_its_way_back(person: Person) -> None:
    person.join()
    person.share("send", "--wish", "-", "--json", text=wish("c1"))
    done = person.share("send", "--not-this-week", "--week", WEEK, "--json")
    assert (done["week"], done["skipped"]) == (WEEK, True)
    status = person.share("status", "--json")
    assert (status["skipped_weeks"], status["parcels"][0]["state"]) == ([WEEK], "cancelled")
    person.share("send", "--this-week-after-all", "--week", WEEK, "--json")
    status = person.share("status", "--json")
    assert (status["skipped_weeks"], status["next_at"]) == ([], None)


def test_withdrawing_is_told_as_json(person: Person) -> None:
    person.join()
    person.share("send", "--wish", "-", "--json", text=wish("c1", at_once=True))
    person.share("send", "--wish", "-", "--json", text=wish("c2", outcome="worked", effort="lt1h"))
    numbers = [str(one["number"]) for one in person.share("status", "--json")["parcels"]]
    done = person.share("withdraw", *numbers, "--now", "--json")
    assert [(one["kind"], one["outcome"]) for one in done["withdrawn"]] == [("c1", "planned"), ("c2", "cancelled")]
    assert [(one["op"], one["state"]) for one in done["sent"]] == [("delete", "sent")]
    assert person.board.bodies() == []
    assert "sent, to be checked: --verify" in person.share("status")
    assert "sent, gone" in person.share("status", "--verify")
    assert "to be checked" not in person.share("status")


def test_a_backup_put_back_sends_nothing_by_itself(person: Person, tmp_path: Path) -> None:
    person.join()
    person.share(
        "send", "--wish", "-", "--json", text=wish("c1", "c2", adoption="daily", outcome="worked", effort="lt1h")
    )
    copy = str(tmp_path / "backup.sqlite")
    assert person.machine.run("backup", copy).code == 0
    (number, _other) = [str(one["number"]) for one in person.share("status", "--json")["parcels"]]
    person.share("withdraw", number, "--json")
    person.share("send", "--wish", "-", "--json", text=wish("c2", outcome="worked", effort="lt1h", at_once=True))
    assert "2 parts of your sharing that waited in it do not leave" in person.machine.run("restore", copy).out
    late = "2026-11-29T23:30:00Z"
    assert person.share("send", "--due", now=late) == "Nothing has its time yet.\n"
    assert len(person.board.opened) == 1
    # The lists are looked into before anything is shared again: c2 has left since.
    done = person.share(
        "send", "--wish", "-", "--json", text=wish("c1", "c2", adoption="none", outcome="failed", effort="lt1h"), code=3
    )
    assert [one["kind"] for one in done["queued"]] == ["c1"]
    assert "c2: This was sent for 2026-W47 already, before a backup was put back" in person.said
    parcels = person.share("status", "--json")["parcels"]
    assert [(one["kind"], one["state"]) for one in parcels] == [("c1", "waiting"), ("c2", "sent")]
    person.share("withdraw", str(parcels[1]["number"]), "--now")
    assert person.board.bodies() == []


def test_the_feed_is_asked_for_noted_and_imported(person: Person) -> None:
    person.join()
    person.board.published = CLOSED
    for number, outcome in enumerate(("worked", "failed")):
        own = person.card("--level", "team", "--outcome", outcome)
        told = {"card": own, "category": ("review", "writing")[number], "texts": [f"Asked {number}", "", "b", ""]}
        person.share("send", "--wish", "-", "--json", text=wish("card", cards=[told], at_once=True))
    done = person.share("refresh", "--json")
    assert {name: done[name] for name in ("weeks", "cards", "unread", "published", "failed", "changed")} == {
        "weeks": 2, "cards": 2, "unread": 0, "published": 1, "failed": [], "changed": [],
    }  # fmt: skip
    assert len(person.share("feed", "--json")["cards"]) == 2
    (card,) = person.share("feed", "--outcome", "failed", "--json")["cards"]
    assert (card["tried"], card["category"], card["own"], card["reproduced"]) == ("Asked 1", "writing", True, False)
    assert [one["nonce"] for one in person.share("feed", "--category", "writing", "--json")["cards"]] == [card["nonce"]]
    noted = person.share("note", card["nonce"][:8], "--reproduced", "--still-true", "no", "--json")
    assert noted == {"schema": "tokentray.share-note/1", "nonce": card["nonce"], "reproduced": True, "still_true": "no"}
    first = person.share("import", card["nonce"], "--json")["card"]
    assert person.share("import", card["nonce"], "--json")["card"] == first
    shown = person.machine.run("journal", "show", first, "--json", TOKENTRAY_NOW=FRIDAY).json
    assert (shown["cards"][0]["level"], shown["cards"][0]["draft"]) == ("me", True)
    person.share("note", "zz", "--reproduced", code=2)
    person.share("note", card["nonce"], code=2)
    person.board.fails = 503
    offline = person.share("feed", "--json", code=3)
    assert "This is what was there when it was last asked." in person.said
    assert {one["nonce"]: (one["reproduced"], one["imported_as"]) for one in offline["cards"]}[card["nonce"]] == (
        True,
        first,
    )


def test_a_published_week_is_told_with_the_own_place(person: Person) -> None:
    person.join()
    assert person.share("board") == "No week has been published yet.\n"
    person.board.published = CLOSED
    told = person.share("board", "--json")
    assert (told["weeks"], told["week"], told["headline"]) == (
        ["2026-W46"],
        "2026-W46",
        "Few used AI weekly, most daily.",
    )
    assert told["tables"][0]["rows"] == [{"value": "daily", "label": "Daily", "text": "most", "part": 0.8}]
    assert told["own"]["band"] == "0"
    assert told["splits"][0]["note"] == "From 25 check-ins in a week on."
    shown = person.share("board", "--week", "2026-W46")
    assert "Breadth by function\n  From 25 check-ins in a week on.\n" in shown
    assert "Your own place, worked out on this machine" in shown
    assert "Fewer than five token uses were sent" in shown
    assert person.share("board", "--week", "2026-W45") == "2026-W45 has not been published.\n"


def test_a_digest_is_posted_under_the_own_name_and_its_address_is_in_the_keyring_only(person: Person) -> None:
    person.join()
    person.board.published = CLOSED
    hook = f"{person.board.address}/hook/verysecret?sig=alsosecret"
    assert person.share("webhook", "slack", "-", "--json", text=hook + "\n")["kept"]
    own = person.card("--level", "team", "--learned", "Mira asked @mira in SHOP-12")
    alone = person.card()
    text = person.share("digest")
    assert text.startswith("# 127.0.0.1")
    assert "## From" not in text
    person.share("digest", "--card", own, code=2)
    assert "--name NAME" in person.said
    person.share("digest", "--card", alone, "--name", "Mira", code=3)
    assert "for you alone" in person.said
    shown = person.share("digest", "--card", own, "--name", "Mira", "--json")
    # her own name is no finding: the digest is told under it
    assert [(one["kind"], one["text"]) for one in shown["findings"]] == [("ticket", "SHOP-12")]
    assert "## From Mira" in shown["text"]
    person.board.received.clear()
    person.share("digest", "--card", own, "--name", "Mira", "--post", "slack", code=3)
    assert "Nothing was posted" in person.said
    assert not any(b"/hook/" in one for one in person.board.received)
    posted = person.share("digest", "--card", own, "--name", "Mira", "--post", "slack", "--as-it-is", "--json")
    assert posted["posted"] == "slack"
    (request,) = [one for one in person.board.received if b"/hook/" in one]
    assert b"Falcon tests" in request
    log = person.share("log")
    assert f"POST {person.board.address}/…" in log
    person.share("digest", "--post", "teams", code=3)
    left = person.share("leave", "--yes", "--json")
    assert (left["schema"], left["stay"]) == ("tokentray.share-leave/1", 0)
    assert person.secrets() == {}
    for path in person.machine.folder.rglob("*"):
        assert not path.is_file() or b"verysecret" not in path.read_bytes()
    assert not any(secret in log for secret in ("verysecret", "alsosecret", "sig="))


def test_names_and_words_come_by_standard_input_so_that_no_list_of_processes_has_them(person: Person) -> None:
    person.join()
    person.board.published = CLOSED
    own = person.card("--level", "team")
    shown = person.share("digest", "--card", own, "--name", "-", "--json", text="Mira\n")
    assert "## From Mira\n" in shown["text"]
    person.share("digest", "--card", own, "--name", "-", text="\n", code=2)
    assert "--name" in person.said
    assert person.share("words", "-", text="Falcon\n\n two words \n") == "Falcon\ntwo words\n"
    assert person.share("words", "--remove", "-", text="Falcon\n") == "two words\n"
    # A line that says nothing changes nothing.
    assert person.share("words", "-", text="") == "two words\n"


def test_a_digest_is_made_of_what_is_kept_and_asks_the_board_only_if_that_is_wished(person: Person) -> None:
    person.join()
    person.board.published = CLOSED
    asked = person.share("digest", "--json")
    person.board.requests.clear()
    assert person.share("digest", "--week", "2026-W46", "--json") == asked
    assert person.share("digest", "--json") == asked
    assert person.board.requests == []
    person.board.fails = 503
    assert person.share("digest", "--json") == asked
    assert person.share("digest", "--fresh", "--json", code=3) == asked
    assert "This is what was published when it was last asked." in person.said
    person.share("digest", "--week", "2026-W45", code=2)
    assert [url.rpartition("/")[2] for _, url, _ in person.board.requests] == ["board"] * 2


def test_a_webhooks_address_is_not_taken_as_an_argument(person: Person) -> None:
    person.join()
    person.share("webhook", "slack", "https://hooks.example/verysecret", code=2)
    assert "verysecret" not in person.said
    person.share("webhook", "slack", "-", text="http://hooks.example/verysecret\n", code=3)
    assert "verysecret" not in person.said
    person.share("webhook", "slack", code=2)
    person.share("webhook", "slack", "--forget")


def test_a_new_season_is_joined_with_the_same_code_and_keeps_log_and_outbox(person: Person) -> None:
    code = person.join()["recovery_code"]
    person.share("send", "--wish", "-", "--json", text=wish("c1", at_once=True))
    person.share("join", "-", "--json", text=person.board.link(2) + "\n", code=3)
    assert "has its tokens of 2026-Q4" in person.said
    person.board.begin_season("2027-Q1", ("2026-W49", "2026-W50"))
    person.share("send", "--due", now=MONDAY)
    assert "A new season has begun, 2027-Q1" in person.share("status", "--json", now=MONDAY)["news"]
    joined = person.share("join", "-", "--json", "--with-code", text=person.board.link(2) + "\n", now=MONDAY)
    assert (joined["season"], joined["recovery_code"]) == ("2027-Q1", None)
    status = person.share("status", "--verify", "--json", now=MONDAY)
    assert (status["weeks"], status["news"]) == (["2026-W49", "2026-W50"], "")
    assert [(one["week"], one["confirmed"]) for one in status["parcels"]] == [(WEEK, True)]
    done = person.share("withdraw", "--all", "--now", "--json", now=MONDAY)
    assert [one["state"] for one in done["sent"]] == ["sent"]
    assert person.share("log").count("POST") == 4
    (line,) = person.secrets().values()
    assert line.split("/")[0] == code


def test_a_new_season_leaves_the_secrets_where_they_are(person: Person) -> None:
    line = person.share("key", person.board.link()).strip()
    environ = {
        "SHARE_LINE": line,
        "PYTHONPATH": str(KEYRING),
        "MADE_UP_KEYRING": str(person.keyring),
        "TOKENTRAY_NOW": MONDAY,
    }
    run = person.machine.run
    assert run("share", "join", "-", "--key-env", "SHARE_LINE", text=person.board.link() + "\n", **environ).code == 0
    person.board.begin_season("2027-Q1", ("2026-W49", "2026-W50"))
    joined = run("share", "join", "-", "--json", text=person.board.link(2) + "\n", **environ)
    assert joined.json["season"] == "2027-Q1"
    assert not person.keyring.exists() or person.secrets() == {}


def test_a_board_that_asks_its_readers_gets_their_common_password(person: Person) -> None:
    person.join()
    person.board.published, person.board.password = CLOSED, "verysecret word"
    person.share("feed", code=3)
    assert "share password -" in person.said
    person.share("password", "verysecret", code=2)
    person.share("password", "-", text="verysecret word\n")
    assert person.share("refresh", "--json")["published"] == 1
    person.share("send", "--wish", "-", "--json", text=wish("c1", at_once=True))
    # only what needs it carries it: a put that did would be no stranger's
    told = [headers.get("authorization", "") != "" for _, url, headers in person.board.requests if "sealed" in url]
    assert told == [False]
    assert "verysecret" not in person.share("log")
    person.share("leave", "--yes")
    assert person.secrets() == {}


def test_leaving_sends_the_withdrawals_that_wait(person: Person) -> None:
    person.join()
    person.share("send", "--wish", "-", "--json", text=wish("c1", "c2", outcome="worked", effort="lt1h", at_once=True))
    (one, _) = person.share("status", "--json")["parcels"]
    person.share("withdraw", str(one["number"]))
    person.share("leave", code=2)
    person.board.fails = 503
    person.share("leave", "--yes", code=3)
    assert "You are still in the team: a withdrawal could not be sent" in person.said
    assert len(person.board.bodies()) == 2
    person.board.fails = None
    left = person.share("leave", "--yes", "--json")
    assert (left["stay"], left["withdrawn"]) == (1, 1)
    assert len(person.board.bodies()) == 1


def test_a_team_can_be_left_whose_board_is_gone(person: Person) -> None:
    person.join()
    person.share("send", "--wish", "-", "--json", text=wish("c1", at_once=True))
    person.share("withdraw", "--all")
    person.board.fails = 503
    left = person.share("leave", "--yes", "--without-withdrawals", "--json")
    assert (left["stay"], left["withdrawn"]) == (0, 0)


def test_what_a_keyring_kept_that_refused_is_taken_out_by_leaving_once_more(person: Person) -> None:
    person.join()
    kept = person.keyring.read_text()
    person.keyring.unlink()
    person.keyring.mkdir()
    person.share("leave", "--yes", code=3)
    assert "“tokentray share leave” once more" in person.said
    person.keyring.rmdir()
    person.keyring.write_text(kept)
    person.share("leave", code=2)
    assert person.secrets() != {}
    assert person.share("leave", "--yes") == "The keyring has nothing of a team any more.\n"
    assert person.secrets() == {}
    person.share("leave", "--yes", code=4)


def test_help_is_there_for_every_action(machine: Machine) -> None:
    for action in ("refresh", "feed", "note", "import", "board", "digest", "webhook", "password", "accept"):
        assert f"share {action}" in machine.run("share", action, "--help").out
