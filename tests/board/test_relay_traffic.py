"""
T9: what comes to the board by way of the relay has one source, one set of headers and one size; so has what goes to the relay from anybody's app.

Taps on three wires between the real app, the real relay and the real board: in front of the relay, between relay and board, and in front of the
board's own address. Two members do all that an app can do, one of them also while the relay is away.
"""

from __future__ import annotations

import io
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass, replace
from datetime import date, datetime

import msgspec
import pytest

from tests.board.test_serving import NOW, server
from tests.board.wire import Tap, tapped
from tests.end_to_end.machine import Machine
from tests.fakes import MovableClock
from tokentray.board.command import run_board
from tokentray.board.season import Plan, make_season
from tokentray.core.board_crypto import new_recovery_code, parse_invite, sealed_envelope
from tokentray.core.fragment import Adopted, Used, Went
from tokentray.core.journal import Card, Level, Outcome
from tokentray.share import board_client, outbox
from tokentray.share.board_client import BoardClient
from tokentray.share.outbox import noted, queue_card, queue_fragment, send_due, withdraw
from tokentray.share.team import Team
from tokentray.share.tokens import Secrets, join
from tokentray.store.database import History, open_history
from tokentray.store.outbox_table import all_parcels

WEEK = "2026-W47"
INSTANT = datetime.fromisoformat(NOW)
CARD = Card("a", INSTANT, INSTANT, title="x", outcome=Outcome.FAILED, level=Level.TEAM)


@dataclass
class Wires:
    """`to_relay` is before the relay, `to_board` behind it, `direct` in front of the board's own address."""

    to_relay: Tap
    to_board: Tap
    direct: Tap
    links: list[str]


@pytest.fixture(scope="module")
def wires(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wires")
    with ExitStack() as stack:
        to_relay, to_board, direct = (stack.enter_context(tapped()) for _ in range(3))
        plan = Plan(url=direct.url, relay=f"{to_relay.url}/v1/relay", first_week="2026-W40")
        make_season(str(folder / "board"), plan, date(2026, 11, 18))
        _, board = stack.enter_context(server(str(folder / "board")))
        direct.to = to_board.to = int(board.rpartition(":")[2])
        relay_to = ("--role", "relay", "--board", to_board.url)
        _, relay = stack.enter_context(server(str(folder / "relay"), *relay_to))
        to_relay.to = int(relay.rpartition(":")[2])
        shown = io.StringIO()
        with redirect_stdout(shown):
            assert run_board(["invite", "--data", str(folder / "board"), "--count", "16"]) == 0
        yield Wires(to_relay, to_board, direct, shown.getvalue().split())


@dataclass
class App:
    """A member's app: a history of its own, the real client on the real network, a clock that is moved."""

    history: History
    team: Team
    secrets: Secrets
    client: BoardClient

    def send(self):
        for _ in range(9):
            send_due(self.history, self.team, lambda: self.secrets, self.client, INSTANT, everything=True)


@pytest.fixture
def app(wires, tmp_path):
    with ExitStack() as stack:

        def joined(name):
            history = stack.enter_context(open_history(str(tmp_path / f"{name}.sqlite")))
            invite = parse_invite(wires.links.pop())
            client = BoardClient(invite.board, noted(history, lambda: INSTANT), MovableClock(INSTANT))
            secrets = Secrets(new_recovery_code(), invite.team_key)
            return App(history, join(history, invite, secrets.code, "keyring", client, INSTANT), secrets, client)

        yield joined


def forget(wires):
    for tap in (wires.to_relay, wires.to_board, wires.direct):
        tap.sent.clear()


def say_everything(app):
    """Each kind, a small and a large card, a correction and two withdrawals: eight envelopes."""
    one = {"now": INSTANT, "at_once": True}
    queue_fragment(app.history, app.team, WEEK, Adopted(v=1, adoption="none"), **one)
    queue_fragment(app.history, app.team, WEEK, Went(v=1, outcome="unsure", effort="gt16h"), **one)
    queue_fragment(app.history, app.team, WEEK, Used(v=1, tool="other", tokens=">=100M"), **one)
    for text, name in (("a", "small"), ("long " * 380, "large")):
        card = replace(CARD, id=name)
        queue_card(app.history, app.team, app.secrets, WEEK, card, {"tried": text}, "other", **one)
    app.send()
    queue_fragment(app.history, app.team, WEEK, Adopted(v=1, adoption="weekly"), **one)
    app.send()
    sent = [parcel for parcel in all_parcels(app.history) if parcel.op == "put" and parcel.kind in ("use", "c2")]
    for parcel in sent:
        withdraw(app.history, app.team, parcel, INSTANT, at_once=True)
    app.send()
    assert {parcel.state for parcel in all_parcels(app.history)} == {"sent"}


def test_t9_all_traffic_of_two_members_looks_the_same(wires, app):
    apps = [app("first"), app("second")]
    forget(wires)
    for each in apps:
        say_everything(each)

    for tap in (wires.to_relay, wires.to_board):
        assert len(tap.sent) == 16
        assert len(tap.heads()) == 1
        assert tap.sizes() == {8192}
    (head,) = wires.to_board.heads()
    assert head.split(b"\r\n")[0] == b"POST /v1/sealed HTTP/1.1"
    assert sorted(line.partition(b":")[0].lower() for line in head.split(b"\r\n")[1:]) == [
        b"accept", b"accept-encoding", b"connection", b"content-length", b"content-type", b"host", b"user-agent",
    ]  # fmt: skip
    # No two envelopes have a byte run in common: nothing in them goes on from one to the next.
    bodies = [bytes(sent).partition(b"\r\n\r\n")[2] for sent in wires.to_board.sent]
    assert len({body[start : start + 8] for body in bodies for start in range(0, 8192, 8)}) == 16 * 1024


def test_t9_while_something_is_sent_nothing_goes_to_the_board_directly(wires, app):
    speaker = app("speaker")
    assert wires.direct.sent
    forget(wires)
    say_everything(speaker)

    assert wires.direct.sent == []


def test_t9_what_is_tried_again_looks_the_same(wires, app):
    speaker = app("speaker")
    forget(wires)
    wires.to_relay.to, relay = None, wires.to_relay.to
    queue_fragment(speaker.history, speaker.team, WEEK, Adopted(v=1, adoption="none"), INSTANT, at_once=True)
    assert [sent.state for sent in sent_now(speaker)] == ["later"]
    wires.to_relay.to = relay
    (parcel,) = all_parcels(speaker.history)
    assert [sent.state for sent in sent_now(speaker, parcel.planned_at)] == ["sent"]

    assert (len(wires.to_board.sent), len(wires.to_board.heads()), wires.to_board.sizes()) == (1, 1, {8192})


def sent_now(app, now=INSTANT):
    return send_due(app.history, app.team, lambda: app.secrets, app.client, now)


def stand_side_by_side(wires):
    """Whether the board was asked from the own address in the very pass in which an envelope went to the relay."""
    return bool(wires.direct.sent) and any(sent.startswith(b"POST") for sent in wires.to_relay.sent)


def test_t9_no_pass_of_the_program_both_asks_the_board_and_sends(wires, tmp_path):
    """The whole program, pass by pass, until everything has left: the board's network would else see from which address an envelope comes."""
    (tmp_path / "home").mkdir()
    machine = Machine(tmp_path / "home", tmp_path / "tokentray")
    link = wires.links.pop()
    line = machine.run("share", "key", "-", text=link + "\n").out.strip()

    def share(*words, now=NOW, text=""):
        ran = machine.run("share", *words, text=text, TOKENTRAY_NOW=now, SHARE_LINE=line)
        assert ran.code == 0, ran
        return ran.json if "--json" in words else ran.out

    share("join", "-", "--key-env", "SHARE_LINE", text=link + "\n")
    share("send", "--week", WEEK, "--adoption", "weekly", "--outcome", "worked", "--effort", "1-4h")
    asked = sent = 0
    # The tray's own: a parcel's time, or a day after the last question. The first pass comes two days late.
    now = "2026-11-20T09:00:00Z"
    while now is not None:
        forget(wires)
        share("send", "--due", now=now)
        assert not stand_side_by_side(wires)
        asked += bool(wires.direct.sent)
        sent += sum(request.startswith(b"POST") for request in wires.to_relay.sent)
        planned = share("status", "--json", now=now)["next_at"]
        now = planned and planned.replace("Z", ".999Z")

    assert (sent, asked > 0) == (2, True)


def test_t9_a_question_to_the_board_before_each_sending_is_caught(wires, app):
    speaker = app("speaker")
    queue_fragment(speaker.history, speaker.team, WEEK, Adopted(v=1, adoption="none"), INSTANT, at_once=True)
    forget(wires)
    speaker.client.same_manifest(speaker.team.manifest.relay)
    speaker.send()

    assert stand_side_by_side(wires)


def test_t9_an_envelope_without_padding_is_caught(wires, app, monkeypatch):
    def unpadded(message, seal, board):
        return sealed_envelope(message, seal, board)[: 1200 + len(message)]

    speaker = app("speaker")
    forget(wires)
    monkeypatch.setattr(outbox, "sealed_envelope", unpadded)
    for fragment in (Adopted(v=1, adoption="none"), Went(v=1, outcome="unsure", effort="gt16h")):
        queue_fragment(speaker.history, speaker.team, WEEK, fragment, INSTANT, at_once=True)
    speaker.send()

    assert len(wires.to_relay.sizes()) > 1


def test_t9_a_version_among_the_headers_is_caught(wires, app, monkeypatch):
    apps = [app("first"), app("second")]
    forget(wires)
    for number, each in enumerate(apps):
        monkeypatch.setattr(board_client, "HEADERS", {"User-Agent": f"TokenTray/1.{number}", "Accept": "*/*"})
        queue_fragment(each.history, each.team, WEEK, Adopted(v=1, adoption="none"), INSTANT, at_once=True)
        each.send()

    assert len(wires.to_relay.heads()) == 2


def test_t9_a_relay_that_names_the_sender_is_caught(wires, app):
    """As many reverse proxies do by themselves."""
    apps = [app("first"), app("second")]
    forget(wires)
    names = iter((b"192.0.2.1", b"192.0.2.2"))

    def naming(data):
        if not data.startswith(b"POST"):
            return data
        return data.replace(b"/v1/relay", b"/v1/sealed").replace(
            b"\r\n", b"\r\nX-Forwarded-For: " + next(names) + b"\r\n", 1
        )

    with tapped(wires.to_board.port, naming) as careless:
        for each in apps:
            manifest = msgspec.structs.replace(each.team.manifest, relay=f"{careless.url}/v1/relay")
            each.team = replace(each.team, manifest=manifest)
            queue_fragment(each.history, each.team, WEEK, Adopted(v=1, adoption="none"), INSTANT, at_once=True)
            each.send()

    assert len(wires.to_board.heads()) == 2
