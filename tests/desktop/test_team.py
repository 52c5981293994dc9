"""A team on a real desktop, with the keyboard alone: joined with its secrets in a real keyring, shared with, left."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.board_server import BoardServer
from tests.desktop.conftest import Desktop, Program, wait_until
from tests.desktop.person import NOW, Person, log_some_work, needs_accessibility
from tokentray.store.database import open_history
from tokentray.store.outbox_table import all_departures, all_parcels, team_of

pytestmark = needs_accessibility

PATIENCE_SECONDS = 60.0
"""Second processes make secrets and speak with keyring and board, beside a screen reader that looks at everything."""


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    monkeypatch.setenv("TOKENTRAY_NOW", NOW.isoformat())
    person = Person()
    yield person
    person.end()


@pytest.fixture
def link(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("tokentray.board.command", reason="the board's server is not installed here")
    board = BoardServer(tmp_path_factory.mktemp("board"), NOW, seats=1)
    with board.served():
        yield board.links[0]


def test_a_team_is_joined_shared_with_and_left(
    program: Callable[..., Program], person: Person, desktop: Desktop, tmp_path: Path, link: str
) -> None:
    log_some_work(tmp_path / "home")
    tokentray = program()
    wait(tokentray.listens, "the program")
    wait(lambda: tokentray.say("show"), "the window")
    wait(lambda: person.hears("Overview"), "the window on the accessibility bus")

    person.press("ctrl+5")
    wait(lambda: person.hears("Your invite"), "the field for an invite")
    person.tab_to("Your invite")
    person.type(link)
    person.press("Return")
    wait(lambda: person.hears("I have kept it"), "the recovery code")
    secrets = in_keyring()
    code = secrets.partition("/")[0]
    assert person.hears(f"Recovery code: {code}")
    person.tab_to("I have kept it")
    person.press("space")
    wait(lambda: person.hears("How often you used AI"), "this week")
    assert not person.hears("Recovery code")

    person.tab_to("How often you used AI")
    person.press("space")
    person.tab_to("Send now…")
    person.press("space")
    person.tab_to("Send all of it now")
    person.press("space")
    wait(lambda: sent(tmp_path) == ["put"], "the fragment on the board")

    wait(lambda: withdrawable(person) != "", "what was sent")
    person.tab_to(withdrawable(person))
    person.press("space")
    wait(lambda: person.hears("Withdraw now"), "the question how")
    person.tab_to("Withdraw now")
    person.press("space")
    wait(lambda: sent(tmp_path) == ["put", "delete"], "the deletion on the board")

    person.tab_to("Part of the team's page")
    person.press("Right", "Right", "Right")
    wait(lambda: person.hears("Leave the team…"), "what left")
    person.tab_to("Leave the team…")
    person.press("space")
    wait(lambda: person.hears("Forget the log") and not person.is_in("Leave the team"), "the question whether")
    person.tab_to("Leave")
    person.press("space")
    wait(lambda: person.hears("Your invite"), "the field for an invite, again")
    wait(lambda: in_keyring() == "", "the keyring without the secrets")

    with open_history(str(tmp_path / "tokentray" / "history.sqlite"), read_only=True) as history:
        assert team_of(history) == {}
        assert [one.status for one in all_departures(history) if one.method == "POST"] == [200, 201, 204]
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for secret in (*secrets.split("/"), link.rpartition("#")[2]):
        assert secret.encode() not in files


def wait(seen: Callable[[], bool], what: str) -> None:
    wait_until(seen, what, PATIENCE_SECONDS)


def in_keyring() -> str:
    asked = ["secret-tool", "lookup", "service", "tokentray-desktop", "username", "share/team"]
    return subprocess.run(asked, capture_output=True, text=True).stdout


def sent(folder: Path) -> list[str]:
    with open_history(str(folder / "tokentray" / "history.sqlite"), read_only=True) as history:
        return [parcel.op for parcel in all_parcels(history) if parcel.state == "sent"]


def withdrawable(person: Person) -> str:
    return next((one["name"] for one in person.ask("seen") if one["name"].startswith("Withdraw: ")), "")
