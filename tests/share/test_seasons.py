"""A manifest that is signed anew is taken over if it may be, told, and refused where it could single somebody out or weaken the promise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.share.conftest import FRIDAY, Member
from tests.share.small_board import SmallBoard
from tokentray.core.board_crypto import new_root_key, new_signer, parse_invite
from tokentray.core.errors import BoardRefused, NotGenuine, Unreachable
from tokentray.core.fragment import Adopted
from tokentray.core.manifest import Function, Noise, Window
from tokentray.settings.settings import Settings
from tokentray.share.outbox import queue_fragment
from tokentray.share.team import L1, Team
from tokentray.share.team_taking import take_team_view
from tokentray.share.tokens import check_manifest, join, still_shown_to_relay, team_here
from tokentray.store.database import open_history
from tokentray.store.outbox_table import team_of, token_counts

DAY = timedelta(days=1)
RELAY = "https://relay.example/v1/relay"
SWITCHED_OFF = {"https://relay.example/v1/manifest": 503}


@pytest.fixture
def relayed(tmp_path: Path) -> Iterator[Member]:
    with open_history(str(tmp_path / "history.sqlite")) as history:
        yield Member(history, SmallBoard(relay=RELAY))


def checked(member: Member, team: Team, *, agreed: bool = False) -> Team:
    return check_manifest(member.history, team, member.client, FRIDAY + DAY, agreed=agreed)


def news(member: Member) -> str:
    return team_of(member.history)["news"]


def test_the_same_manifest_is_no_news(member: Member) -> None:
    team = checked(member, member.join())
    assert (team.checked_at, news(member)) == (FRIDAY + DAY, "")


def test_within_a_day_nothing_is_asked(member: Member, board: SmallBoard) -> None:
    team = member.join()
    asked = len(board.requests)
    assert check_manifest(member.history, team, member.client, FRIDAY + DAY / 2) == team
    assert len(board.requests) == asked


def test_other_words_are_taken_over_and_told(member: Member, board: SmallBoard) -> None:
    team = member.join()
    board.sign(
        tools=("gpt",), functions=(Function("engineering", "25-49"),), k=6, noise=Noise(eps=1.5), retention_weeks=20
    )
    team = checked(member, team)
    assert team.manifest.tools == ("gpt",)
    assert team_here(member.history) == team
    assert news(member) == (
        "A published number stands for 6 people at least now; it was 5. The noise has ε 1.5 from 25 people on now; it was 2 from 25. "
        "The tools are gpt now. Fragments are kept for 20 weeks now; it was 13."
    )


@pytest.mark.parametrize("what", ["keys", "weeks", "kinds", "board"])
def test_what_tokens_hang_on_does_not_change_within_a_season(member: Member, board: SmallBoard, what: str) -> None:
    team = member.join()
    if what == "keys":
        board.sign(keys={**board.manifest.keys, "2026-W47/c1": new_signer().spki})
    elif what == "weeks":
        board.sign(weeks=("2026-W47",))
    elif what == "kinds":
        board.sign(kinds={"c1": 2, "c2": 1, "use": 2, "card": 3})
    else:
        board.sign(board="other.example")
    with pytest.raises(NotGenuine, match="another one than when you joined"):
        checked(member, team)
    assert team_here(member.history) == team


def test_another_root_is_refused(member: Member, board: SmallBoard) -> None:
    team = member.join()
    board.root = new_root_key()
    board.sign()
    with pytest.raises(NotGenuine, match="another key"):
        checked(member, team)


def test_a_season_that_is_over_is_refused(member: Member, board: SmallBoard) -> None:
    team = member.join()
    board.begin_season("2026-Q3", ("2026-W33", "2026-W34"))
    with pytest.raises(NotGenuine, match="over"):
        checked(member, team)


def test_a_relay_that_is_gone_stops_everything_until_the_person_agrees(relayed: Member) -> None:
    team = relayed.join()
    relayed.board.sign(relay=None)
    for _ in range(2):
        with pytest.raises(BoardRefused, match="share accept"):
            checked(relayed, team)
    assert team_here(relayed.history) == team
    # The former relay is not needed for saying yes: it may be switched off.
    relayed.board.calls["/v1/relay"] = 500
    team = checked(relayed, team, agreed=True)
    assert (team.level, news(relayed)) == (L1, f"The relay is gone now; it was {RELAY}.")
    assert checked(relayed, team) == team


def test_a_relay_that_is_gone_is_told_until_it_is_agreed_to_or_back(relayed: Member) -> None:
    team = relayed.join()
    assert not fell(relayed)
    for calls in ({}, SWITCHED_OFF):
        relayed.board.sign(relay=None)
        relayed.board.calls.update(calls)
        with pytest.raises(BoardRefused, match="on the Team page"):
            checked(relayed, team)
        assert fell(relayed)
        relayed.board.calls.clear()
        relayed.board.sign(relay=RELAY)
        checked(relayed, team)
        assert not fell(relayed)
    relayed.board.sign(relay=None)
    with pytest.raises(BoardRefused):
        checked(relayed, team)
    checked(relayed, team, agreed=True)
    assert not fell(relayed)


def test_a_relay_that_is_only_down_changes_nothing(relayed: Member) -> None:
    team = relayed.join()
    relayed.board.calls.update(SWITCHED_OFF)
    relayed.board.sign(tools=("gpt",))
    with pytest.raises(Unreachable):
        checked(relayed, team)
    assert (team_here(relayed.history), fell(relayed)) == (team, False)


def fell(member: Member) -> bool:
    facts = take_team_view(member.history, Settings(), FRIDAY, "Europe/Berlin").team
    assert facts is not None
    return facts.fell


@pytest.mark.parametrize(
    "host", ["board.example", "board.example:443", "board.example:8443", "BOARD.example", "board.example."]
)
def test_a_relay_of_the_boards_own_host_is_as_good_as_gone(relayed: Member, host: str) -> None:
    team = relayed.join()
    relayed.board.sign(relay=f"https://{host}/v1/relay")
    with pytest.raises(BoardRefused, match="L1 holds instead of L2"):
        checked(relayed, team)


def test_what_leaves_at_once_asks_the_relay_and_not_the_board(relayed: Member) -> None:
    team = relayed.join()
    before = len(relayed.board.requests)
    assert still_shown_to_relay(relayed.history, team, relayed.client)
    relayed.board.sign(tools=("gpt",))
    assert not still_shown_to_relay(relayed.history, team, relayed.client)
    assert {url for _, url, _ in relayed.board.requests[before:]} == {"https://relay.example/v1/manifest"}


def test_without_a_relay_only_the_board_can_be_asked(member: Member, board: SmallBoard) -> None:
    team = member.join()
    before = len(board.requests)
    assert not still_shown_to_relay(member.history, team, member.client)
    assert len(board.requests) == before


def test_another_relay_is_asked_too_and_told(relayed: Member) -> None:
    team = relayed.join()
    relayed.board.sign(relay="https://other.example/v1/relay")
    relayed.board.requests.clear()
    team = checked(relayed, team)
    assert [url for _, url, _ in relayed.board.requests] == [
        "https://board.example/v1/manifest",
        "https://relay.example/v1/manifest",
        "https://other.example/v1/manifest",
    ]
    assert news(relayed) == f"The relay is https://other.example/v1/relay now; it was {RELAY}."
    queue_fragment(relayed.history, team, "2026-W47", Adopted(v=1, adoption="none"), FRIDAY, at_once=True)
    relayed.send(team)
    assert relayed.board.requests[-1][1] == "https://other.example/v1/relay"


def test_a_new_season_is_told_and_joined_beside_the_old_one(member: Member, board: SmallBoard) -> None:
    team = member.join()
    board.begin_season("2027-Q1", ("2026-W49", "2026-W50"))
    team = checked(member, team)
    assert (team.manifest.season, team.newest.season) == ("2026-Q4", "2027-Q1")
    assert news(member).startswith("A new season has begun, 2027-Q1")
    queue_fragment(member.history, team, "2026-W47", Adopted(v=1, adoption="none"), FRIDAY, at_once=True)
    invite = parse_invite(board.link(2))
    joined = join(member.history, invite, member.secrets.code, "keyring", member.client, FRIDAY + DAY)
    assert team_here(member.history) == joined
    assert joined.weeks == ("2026-W47", "2026-W48", "2026-W49", "2026-W50")
    assert {week for week, _ in token_counts(member.history)} == set(joined.weeks)
    assert news(member) == ""


def test_the_same_season_and_another_team_are_not_joined_beside_it(member: Member, board: SmallBoard) -> None:
    member.join()
    with pytest.raises(BoardRefused, match="a team already, and has its tokens of 2026-Q4"):
        member.join(2)
    other = parse_invite(SmallBoard().link())
    with pytest.raises(BoardRefused, match="another team"):
        join(member.history, other, member.secrets.code, "keyring", member.client, FRIDAY)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"k": 1}, "1 people at least, instead of 5"),
        ({"noise": Noise(1000.0, 25)}, "ε 1000 from 25"),
        ({"noise": Noise(2.0, 26)}, "from 26"),
        ({"functions": (Function("founders", "2"),)}, "fewer than 10 people"),
        ({"functions": (Function("founders", "few"),)}, "fewer than 10 people"),
        ({"weeks": ()}, "its weeks"),
        ({"weeks": ("2026-W47", "2026-W47")}, "its weeks"),
        ({"weeks": ("2026-W47", "2026-W99")}, "its weeks"),
        ({"window": Window(0, 0)}, "takes fragments"),
        ({"window": Window(-4_000_000, 14)}, "takes fragments"),
        ({"window": Window(0, 1_000_000_000)}, "takes fragments"),
        ({"retention_weeks": 1_000_000_000}, "are kept"),
        ({"retention_weeks": -5}, "are kept"),
        ({"kinds": {}}, "its kinds"),
        ({"tools": ("gpt", "gpt")}, "its words"),
        ({"tools": tuple(f"tool {number}" for number in range(1000))}, "its words"),
        ({"categories": ("\x1b[2J",)}, "its words"),
        ({"categories": ("gnitirw\u202e",)}, "its words"),
        ({"season": "2026\nQ4"}, "its words"),
        ({"seal": b""}, "envelopes"),
        ({"seal": bytes(32)}, "envelopes"),
        ({"keys": {f"{number}/c1": b"" for number in range(300)}}, "its keys"),
        ({"keys": {"2026-W49/c1": bytes(5000)}}, "its keys"),
        ({"relay": "ftp://relay.example"}, "relay's address"),
        ({"relay": f"https://relay.example/{'a' * 300}"}, "relay's address"),
        ({"relay": "http://127.0.0.1:631/printers"}, "relay's address"),
        ({"relay": "https://[bad"}, "relay's address"),
    ],
)
def test_a_manifest_that_protects_less_or_cannot_be_is_refused(
    member: Member, board: SmallBoard, changed: dict[str, object], why: str
) -> None:
    team = member.join()
    board.sign(**({"season": "2027-Q1", "weeks": ("2026-W49",)} | changed))
    with pytest.raises(NotGenuine, match=why):
        checked(member, team)
    assert team_here(member.history) == team
    with pytest.raises(NotGenuine, match=why):
        member.join()
