"""`tokentray share` before there is a team, and what it says of things that are wrong."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from tests.end_to_end.machine import Machine
from tokentray.core.board_crypto import invite_link
from tokentray.core.manifest import Invite

LINK = invite_link(Invite(board="http://127.0.0.1:9", code=bytes(16), root_hash=bytes(32), team_key=b"k" * 32))
TEAM_KEY = urlsafe_b64encode(b"k" * 32).decode()


def test_without_a_team_nothing_is_configured(machine: Machine) -> None:
    for words in (
        ("status",),
        ("preview",),
        ("send",),
        ("send", "--due"),
        ("withdraw", "--all"),
        ("refresh",),
        ("feed",),
        ("note", "00", "--reproduced"),
        ("import", "00"),
        ("board",),
        ("digest",),
        ("webhook", "slack", "--forget"),
        ("password", "--forget"),
        ("accept",),
        ("leave", "--yes"),
    ):
        ran = machine.run("share", *words)
        assert (ran.code, ran.out) == (4, ""), words
        assert "belongs to no team yet" in ran.err


def test_nothing_has_left_and_the_log_says_so(machine: Machine) -> None:
    assert machine.run("share", "log").out == "Nothing has ever left.\n"
    assert machine.run("share", "log", "--json").json == {"schema": "tokentray.share-log/1", "left": []}


def test_the_line_of_secrets_has_a_fresh_code_and_the_teams_key(machine: Machine) -> None:
    lines = [machine.run("share", "key", LINK).out.strip().split("/") for _ in range(2)]
    assert [line[1] for line in lines] == [TEAM_KEY, TEAM_KEY]
    assert lines[0][0] != lines[1][0]
    again = machine.run("share", "key", LINK, "--recover", text=lines[0][0].lower().replace("-", " ") + "\n")
    assert again.out.strip().split("/") == lines[0]


def test_an_invite_from_a_file_that_leads_nowhere_changes_nothing(machine: Machine) -> None:
    (machine.home / "invite").write_text(LINK + "\n")
    line = machine.run("share", "key", LINK).out.strip()
    ran = machine.run("share", "join", str(machine.home / "invite"), "--key-env", "SHARE_LINE", SHARE_LINE=line)
    assert (ran.code, ran.out) == (3, "")
    assert "could not be reached" in ran.err
    assert machine.run("share", "status").code == 4
    assert machine.run("share", "log").out.count("GET http://127.0.0.1:9/v1/manifest") == 1


def test_what_is_no_invite_or_another_teams_line_is_told(machine: Machine) -> None:
    ran = machine.run("share", "join", "https://board.example/i")
    assert ran.code == 3
    other = invite_link(Invite(board="http://127.0.0.1:9", code=bytes(16), root_hash=bytes(32), team_key=b"o" * 32))
    line = machine.run("share", "key", other).out.strip()
    ran = machine.run("share", "join", LINK, "--key-env", "SHARE_LINE", SHARE_LINE=line)
    assert ran.code == 3
    assert "another invite's team" in ran.err
    assert line.split("/")[0] not in ran.err


def test_a_key_given_in_the_place_of_a_variable_is_not_repeated(machine: Machine) -> None:
    ran = machine.run("share", "join", LINK, "--key-env", "AAAA-BBBB/secret")
    assert ran.code == 2
    assert "AAAA" not in ran.err


def test_own_words_are_kept_until_they_are_removed(machine: Machine) -> None:
    assert machine.run("share", "words").out == "Your list is empty.\n"
    assert machine.run("share", "words", "Falcon", "Project X", "Falcon").out == "Falcon\nProject X\n"
    assert machine.run("share", "words", "Falcon", "--remove").out == "Project X\n"
    assert machine.run("share", "words").out == "Project X\n"
