"""The board over HTTP: books, fragments, reading; T4 (stuffing) and T5 (deletion) on every kind of store."""

from __future__ import annotations

from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.board.people import BODIES, DAILY, TRIED, WORKED, Member
from tokentray.board.closing import close_due
from tokentray.board.command import run_board
from tokentray.board.database import open_board, open_issuer
from tokentray.board.season import Seasons
from tokentray.core.board_crypto import invite_link, new_recovery_code, opened_card

WEEK = "2026-W47"


def statuses(*answers):
    return [answer.status_code for answer in answers]


def live(running, week=WEEK):
    return running.client.get(f"/v1/weeks/{week}/nonces").json()["nonces"]


def test_a_member_sends_each_kind_and_it_is_live(running):
    member = running.member()
    tickets = [member.ticket(WEEK, kind) for kind in BODIES]

    assert statuses(*(member.put(ticket, BODIES[ticket.kind]) for ticket in tickets)) == [201, 201, 201]
    assert live(running) == sorted(ticket.nonce[:8].hex() for ticket in tickets)


def test_sealed_wishes_do_the_same(running):
    member = running.member()
    ticket = member.ticket(WEEK, "c1")

    assert member.send(member.envelope("put", ticket, TRIED)).status_code == 201
    assert member.send(member.envelope("put", ticket, TRIED)).status_code == 200
    assert member.send(member.envelope("replace", ticket, DAILY)).json() == {"outcome": "replaced"}
    assert member.send(member.envelope("delete", ticket)).status_code == 204
    assert live(running) == []


def test_the_same_book_comes_again_and_another_does_not(running):
    member = running.member()
    second_device = Member(running.client, invite_link(member.invite), member.code).claim()

    assert second_device.tickets == member.tickets
    assert member.ask_for_book(new_recovery_code()).status_code == 409


def test_t4_what_was_not_issued_for_this_is_refused(running):
    member = running.member()
    ticket, other_week, other_kind = (member.ticket(*name) for name in ((WEEK, "c1"), ("2026-W46", "c1"), (WEEK, "c2")))
    changed_nonce = ticket.token[:2] + bytes(32) + ticket.token[34:]
    forged = ticket.token[:98] + bytes(256)

    assert member.put(ticket, TRIED, token=forged).status_code == 401
    assert member.put(ticket, TRIED, token=changed_nonce).status_code == 401
    assert member.put(ticket, TRIED, token=other_week.token).status_code == 401
    assert member.put(ticket, TRIED, token=other_kind.token).status_code == 401
    assert member.put(ticket, TRIED, token=b"").status_code == 401
    assert member.put(ticket, TRIED, week="2026-W39").status_code == 404
    assert member.put(ticket, TRIED, kind="c9").status_code == 404
    assert live(running) == []


def test_t4_a_token_is_spent_with_one_content(running):
    member = running.member()
    ticket = member.ticket(WEEK, "c1")

    assert statuses(*(member.put(ticket, body) for body in (TRIED, TRIED, DAILY))) == [201, 200, 409]


def test_t4_of_eight_racers_one_is_first(running):
    member = running.member()
    ticket = member.ticket(WEEK, "c1")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: member.put(ticket, TRIED), range(8)))

    assert sorted(statuses(*answers)) == [200] * 7 + [201]


def test_t4_an_unknown_invite_gets_no_book(running):
    member = Member(running.client, running.links[0])
    strange = Member(running.client, running.links[0])
    strange.invite = type(member.invite)(board="https://board.example", code=bytes(16), root_hash=b"", team_key=b"")

    assert strange.ask_for_book().status_code == 403


def test_unknown_fields_and_words_are_refused(running):
    member = running.member()
    ticket = member.ticket(WEEK, "c1")

    assert member.put(ticket, {**TRIED, "model": "gpt-5"}).status_code == 422
    assert member.put(ticket, {**TRIED, "adoption": "hourly"}).status_code == 422
    assert member.put(ticket, {**TRIED, "function": "legal"}).status_code == 422
    assert member.put(ticket, WORKED).status_code == 422
    assert live(running) == []


def test_t5_a_stored_envelope_cannot_bring_back_what_was_deleted(running):
    member = running.member()
    ticket = member.ticket(WEEK, "card")
    stored = member.envelope("put", ticket, member.card(ticket))
    stored_change = member.envelope("replace", ticket, member.card(ticket, b"another text"))
    assert member.send(stored).status_code == 201

    assert member.delete(ticket).status_code == 204

    assert statuses(member.send(stored), member.send(stored_change), member.delete(ticket)) == [409, 409, 204]
    assert running.client.get(f"/v1/weeks/{WEEK}/cards").json()["cards"] == []


def test_somebody_elses_secret_finds_nothing(running):
    member, other = running.member(), running.member()
    member.put(member.ticket(WEEK, "c1"), TRIED)

    assert other.delete(other.ticket(WEEK, "c1")).status_code == 404
    assert len(live(running)) == 1


def test_a_card_is_read_by_the_team_and_by_nobody_else(running):
    member = running.member()
    ticket = member.ticket(WEEK, "card", 2)
    body = member.card(ticket, b"we tried a thing")
    member.put(ticket, body)

    (card,) = running.client.get(f"/v1/weeks/{WEEK}/cards?circle={body['circle']}").json()["cards"]

    nonce, ct = bytes.fromhex(card.pop("nonce")), card.pop("ct")
    assert card == {"category": "other", "outcome": "failed", "level": "team", "circle": body["circle"]}
    text = opened_card(b64decode(ct), member.invite.team_key, nonce, "https://board.example", WEEK)
    assert text == b"we tried a thing"
    assert running.client.get(f"/v1/weeks/{WEEK}/cards?circle=0000000000000000").json()["cards"] == []


def test_a_week_closes_by_the_clock_and_is_published_once(running, capsys):
    members = [running.member() for _ in range(6)]
    for member in members:
        member.put(member.ticket(WEEK, "c1"), TRIED)

    running.clock.instant = datetime(2026, 11, 30, 0, 0, 1, tzinfo=UTC)
    assert members[0].put(members[0].ticket(WEEK, "c2"), WORKED).status_code == 410
    publish(running, capsys)

    weeks = running.client.get("/v1/board").json()["weeks"]
    (c1,) = (each for each in weeks if (each["week"], each["kind"]) == (WEEK, "c1"))
    assert c1["size"] == "5 to 24"
    assert {cell["a"]: cell["band"] for cell in c1["cells"]} == {
        "none": "few",
        "tried": "most",
        "weekly": "few",
        "daily": "few",
    }
    assert {each["size"] for each in weeks if each["week"] == WEEK and each["kind"] != "c1"} == {"fewer than 5"}

    assert members[0].delete(members[0].ticket(WEEK, "c1")).status_code == 204
    publish(running, capsys)
    assert running.client.get("/v1/board").json()["weeks"] == weeks


def publish(running, capsys):
    issuer, board = open_issuer(running.folder), open_board(running.folder, running.database)
    close_due(running.folder, Seasons(running.folder), running.clock.now(), issuer=issuer, board=board)
    issuer.close()
    board.close()


def test_who_comes_later_gets_a_book_without_the_closed_weeks(running, capsys):
    running.clock.instant = datetime(2026, 11, 30, 0, 0, 1, tzinfo=UTC)
    publish(running, capsys)

    member = running.member()

    assert min(ticket.week for ticket in member.tickets) == "2026-W48"
    assert member.put(member.ticket("2026-W48", "c1"), TRIED).status_code == 201


def test_a_clock_an_hour_off_only_moves_the_edge(running):
    member = running.member()
    ticket = member.ticket("2026-W48", "c1")

    running.clock.instant = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    assert member.put(ticket, TRIED).status_code == 422
    running.clock.instant = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert member.put(ticket, TRIED).status_code == 201


@pytest.mark.parametrize("database", [None])
def test_errors_are_problem_json(running):
    client = running.client
    answers = [
        client.get("/v1/nothing"),
        client.delete("/v1/manifest"),
        client.post("/v1/sealed", content=b"x"),
        client.post("/v1/sealed", content=bytes(8192)),
        client.post("/v1/sealed", content=bytes(10_000)),
        client.post("/v1/books", content=b"{"),
        client.post("/v1/books", content=bytes(70_000)),
        client.get("/v1/weeks/2026-W01/cards"),
    ]

    assert statuses(*answers) == [404, 405, 400, 400, 413, 422, 413, 404]
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}
    assert all(answer.json()["status"] == answer.status_code for answer in answers)


@pytest.mark.parametrize("database", [None])
def test_pages_are_served_without_scripts(running):
    for path in ("/", "/i", "/papers/limits"):
        answer = running.client.get(path)
        assert answer.status_code == 200
        assert "<script" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert running.client.get("/static/board.css").status_code == 200
    assert running.client.get("/static/../app.py").status_code == 404
    assert running.client.get("/v1/health").json() == {"status": "ok"}


@pytest.mark.parametrize("database", [None])
def test_t3_neither_file_holds_an_invite_a_secret_a_token_or_a_text(running):
    member = running.member()
    for kind, body in BODIES.items():
        member.put(member.ticket(WEEK, kind), body)
    card = member.ticket(WEEK, "card")
    member.put(card, member.card(card, b"a very telling text"))
    telling = [member.invite.code, member.invite.team_key, member.code, b"a very telling text"]
    telling += [part for ticket in member.tickets for part in (ticket.secret, ticket.token[98:])]
    telling += [part.hex().encode() for part in telling]

    for file in Path(running.folder).rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert not [each for each in telling if each in content], file.name
    # The search finds what is there: the nonce of what was sent.
    assert (
        card.nonce in Path(running.folder, "board.db").read_bytes() + Path(running.folder, "board.db-wal").read_bytes()
    )


@pytest.mark.parametrize("database", [None])
def test_a_second_invite_needs_an_earlier_one_for_the_team_key(running, capsys):
    assert run_board(["invite", "--data", running.folder]) == 2
    assert "--like" in capsys.readouterr().err

    assert run_board(["invite", "--data", running.folder, "--like", running.links[0]]) == 0
    assert capsys.readouterr().out.split("&t=")[1].strip() == running.links[0].split("&t=")[1]
