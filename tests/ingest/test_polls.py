"""An account's turn, from the cursor in the history to what is kept and when it may be asked again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.fakes import DictionaryKeyring
from tokentray.core.api_key import ApiKey
from tokentray.core.batch import Batch
from tokentray.core.clock import StoppedClock
from tokentray.ingest.polls import (
    Outcome,
    add_account,
    due,
    fetch,
    next_due,
    poll_accounts,
    prepare,
    record,
    try_account,
    welcome_back,
)
from tokentray.settings.new_account import NewAccount
from tokentray.settings.settings import AccountSetting, Settings
from tokentray.settings.vault import Vault
from tokentray.store.account_table import find_account
from tokentray.store.database import History, open_history
from tokentray.store.poll_table import PollRow, cursors_of, poll_of

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SETTINGS = Settings(
    polling_allowed=True,
    backfill_days=3,
    accounts=(AccountSetting("openai/work", "keyring"), AccountSetting("openai/home", "env:HOME_KEY")),
)
EMPTY = '{"object": "page", "data": [], "has_more": false, "next_page": null}'

Answer = Callable[[httpx.Request], httpx.Response]


def _response(status: int, text: str = "{}", headers: dict[str, str] | None = None) -> httpx.Response:
    # A stream that has not been read yet, as a network's is.
    return httpx.Response(status, stream=httpx.ByteStream(text.encode()), headers=headers)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with open_history(str(tmp_path / "history.sqlite"), zone="UTC") as history:
        yield history


def test_a_turn_leaves_cursors_and_an_outcome(history: History) -> None:
    assert [outcome.state for outcome in _poll(history, _empty)] == ["ok", "ok"]
    poll = _poll_of(history, "openai/work")
    assert (poll.state, poll.tried_at, poll.succeeded_at, poll.failures) == ("ok", NOW, NOW, 0)
    number = find_account(history, "openai/work")
    assert number is not None
    assert cursors_of(history, number) != {}


def test_the_next_turn_is_given_the_cursors(history: History) -> None:
    _poll(history, _empty)
    assert prepare(history, SETTINGS, "openai/work", NOW).poll.cursors != {}
    assert prepare(history, SETTINGS, "openai/work", NOW, full=True).poll.cursors == {}


@pytest.mark.parametrize(
    ("days", "since"),
    [
        (0, datetime(2026, 11, 21, tzinfo=UTC)),
        (-99_999_999_999, datetime(2026, 11, 21, tzinfo=UTC)),
        (3650, datetime(2016, 11, 23, tzinfo=UTC)),
        (99_999_999_999, datetime(2016, 11, 23, tzinfo=UTC)),
    ],
)
def test_a_backfill_of_any_length_stays_within_the_calendar(history: History, days: int, since: datetime) -> None:
    assert prepare(history, replace(SETTINGS, backfill_days=days), "openai/work", NOW).poll.backfill_since == since


@pytest.mark.parametrize("minutes", [-99_999_999_999, 99_999_999_999, 10**20])
def test_an_interval_of_any_length_stays_within_the_calendar(history: History, minutes: int) -> None:
    _poll(history, _empty)
    turn = next_due(history, replace(SETTINGS, poll_every_minutes=minutes), NOW)
    assert turn is not None
    assert NOW < turn < NOW + timedelta(days=500)


def test_one_accounts_trouble_leaves_the_others_unharmed(history: History) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return _response(500) if request.headers["authorization"] == "Bearer sk-work" else _empty(request)

    assert [(outcome.account, outcome.state) for outcome in _poll(history, answer)] == [
        ("openai/work", "unreachable"),
        ("openai/home", "ok"),
    ]


@pytest.mark.parametrize(
    ("status", "text", "state"),
    [
        (401, "{}", "key_rejected"),
        (403, "{}", "key_rejected"),
        (429, "{}", "throttled"),
        (503, "{}", "unreachable"),
        (200, "<html>", "unreadable"),
        (200, "{", "unreadable"),
        (302, "{}", "unreadable"),
    ],
)
def test_every_kind_of_trouble_is_a_state_with_a_sentence(history: History, status: int, text: str, state: str) -> None:
    outcome = _poll(history, lambda _request: _response(status, text))[0]
    assert outcome.state == state
    assert _poll_of(history, "openai/work").message.endswith(".")
    assert "sk-work" not in _poll_of(history, "openai/work").message


def test_a_refused_key_waits_for_the_person(history: History) -> None:
    _poll(history, lambda _request: _response(401))
    later = NOW + timedelta(days=30)
    assert due(history, SETTINGS, later, sooner=True) == []
    assert next_due(history, SETTINGS, later) is None
    asked: list[str] = []
    _poll(history, _counting(asked, _empty), at=later)
    assert asked == []


def test_a_refused_key_is_tried_again_when_the_account_is_named(history: History) -> None:
    _poll(history, lambda _request: _response(401))
    assert [outcome.state for outcome in _poll(history, _empty, accounts=["openai/work"])] == ["ok"]


def test_an_accepted_new_key_ends_the_pause(history: History) -> None:
    _poll(history, lambda _request: _response(401))
    welcome_back(history, "openai/work", NOW)
    assert due(history, SETTINGS, NOW, sooner=True) == ["openai/work"]


def test_a_refused_key_is_read_anew_from_its_place(history: History) -> None:
    vault = _vault()
    _poll(history, lambda _request: _response(401), vault=vault, accounts=["openai/work"])
    vault.store_key("openai/work", ApiKey("sk-new"))
    seen: list[str] = []
    _poll(history, _counting(seen, _empty), vault=vault, accounts=["openai/work"])
    assert set(seen) == {"Bearer sk-new"}


def test_retry_after_is_kept_across_restarts(history: History, tmp_path: Path) -> None:
    _poll(history, lambda _request: _response(429, headers={"retry-after": "7200"}))
    with open_history(str(tmp_path / "history.sqlite")) as again:
        assert due(again, SETTINGS, NOW + timedelta(minutes=119), sooner=True) == []
        waiting = poll_accounts(again, SETTINGS, _vault(), StoppedClock(NOW + timedelta(minutes=119)))
        assert {outcome.state for outcome in waiting} == {"throttled"}
        assert due(again, SETTINGS, NOW + timedelta(hours=3)) == ["openai/work", "openai/home"]


def test_failures_in_a_row_wait_longer_and_longer(history: History) -> None:
    waits = []
    for _ in range(4):
        _poll(history, lambda _request: _response(503))
        not_before = _poll_of(history, "openai/work").not_before
        assert not_before is not None
        waits.append((not_before - NOW) / timedelta(minutes=15))
    assert all(2**n <= wait <= 1.2 * 2**n for n, wait in enumerate(waits))


def test_a_success_ends_the_waiting(history: History) -> None:
    _poll(history, lambda _request: _response(503))
    _poll(history, _empty)
    poll = _poll_of(history, "openai/work")
    assert (poll.failures, poll.not_before) == (0, None)


def test_an_account_is_asked_every_quarter_of_an_hour_and_not_at_the_very_same_moment(history: History) -> None:
    _poll(history, _empty)
    assert due(history, SETTINGS, NOW + timedelta(minutes=14)) == []
    assert due(history, SETTINGS, NOW + timedelta(minutes=18)) == ["openai/work", "openai/home"]
    assert due(history, SETTINGS, NOW + timedelta(minutes=1), sooner=True) == ["openai/work", "openai/home"]
    assert due(history, SETTINGS, NOW + timedelta(seconds=59), sooner=True) == []


def test_paused_accounts_have_no_turn(history: History) -> None:
    paused = Settings(accounts=(AccountSetting("openai/work", "keyring", paused=True),))
    assert due(history, paused, NOW) == []
    assert _poll(history, _empty, settings=paused) == []


def test_agents_are_not_polled(history: History) -> None:
    assert due(history, Settings(accounts=(AccountSetting("codex/other", folder="/x"),)), NOW) == []


def test_a_missing_key_is_a_state(history: History) -> None:
    outcomes = _poll(history, _empty, vault=Vault(DictionaryKeyring(), {}))
    assert [outcome.state for outcome in outcomes] == ["key_missing", "key_missing"]


def test_a_stopped_turn_keeps_what_it_read_and_goes_on_there(history: History) -> None:
    turn = prepare(history, SETTINGS, "openai/work", NOW)
    steps = fetch(turn, _vault(), StoppedClock(NOW), httpx.MockTransport(_empty))
    first = next(steps)
    assert isinstance(first, Batch)
    record(history, SETTINGS, "openai/work", first, NOW)
    steps.close()  # type: ignore[attr-defined]
    record(history, SETTINGS, "openai/work", Outcome("openai/work", "stopped"), NOW)
    assert prepare(history, SETTINGS, "openai/work", NOW).poll.cursors == dict(first.cursors)
    assert poll_of(history, "openai/work") is None or _poll_of(history, "openai/work").tried_at is None


def test_the_person_can_stop_between_batches(history: History) -> None:
    outcomes = poll_accounts(
        history, SETTINGS, _vault(), StoppedClock(NOW), stop=lambda: True, transport=httpx.MockTransport(_empty)
    )
    assert [outcome.state for outcome in outcomes] == ["stopped"]


def test_a_bug_in_a_source_is_logged_and_stops_nobody_else(history: History, caplog: pytest.LogCaptureFixture) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["authorization"] == "Bearer sk-work":
            raise ZeroDivisionError
        return _empty(request)

    with caplog.at_level(logging.ERROR, "tokentray.polls"):
        outcomes = _poll(history, answer)
    assert [outcome.state for outcome in outcomes] == ["bug", "ok"]
    assert [line.getMessage() for line in caplog.records] == ["a bug while reading openai/work"]
    caplog.clear()


def test_a_new_key_is_tested_before_it_is_kept() -> None:
    keyring = DictionaryKeyring()
    new = NewAccount("openai", "work", key=ApiKey("sk-new"), key_from="keyring")
    _setting, tested = add_account(new, Vault(keyring), StoppedClock(NOW), _always(_response(401)))
    assert not tested.accepted
    assert "admin key" in tested.sentence
    assert keyring.secrets == {}


def test_a_new_key_that_opens_what_is_needed_is_kept() -> None:
    keyring = DictionaryKeyring()
    new = NewAccount("openai", "work", key=ApiKey("sk-new"), key_from="keyring")
    setting, tested = add_account(new, Vault(keyring), StoppedClock(NOW), httpx.MockTransport(_empty))
    assert (tested.accepted, setting) == (True, AccountSetting("openai/work", "keyring"))
    assert keyring.secrets == {("tokentray-desktop", "openai/work"): "sk-new"}


def test_an_accepted_key_that_no_keyring_takes_is_not_an_account() -> None:
    new = NewAccount("openai", "work", key=ApiKey("sk-new"), key_from="keyring")
    keyring = DictionaryKeyring(refuses=RuntimeError())
    _setting, tested = add_account(new, Vault(keyring), StoppedClock(NOW), httpx.MockTransport(_empty))
    assert (tested.accepted, "keyring" in tested.sentence) == (False, True)


def test_a_test_says_what_was_answered() -> None:
    tested = try_account(SETTINGS.accounts[0], _vault(), StoppedClock(NOW), _always(_response(403)))
    assert (tested.account, tested.accepted) == ("openai/work", False)
    assert "admin key" in tested.sentence


def test_another_address_takes_the_place_of_the_host_alone() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return _empty(request)

    setting = AccountSetting("openai/work", "keyring", base_url="https://proxy.example/llm/")
    try_account(setting, _vault(), StoppedClock(NOW), httpx.MockTransport(answer))
    assert str(asked[0]).startswith("https://proxy.example/llm/v1/organization/")


def _poll(
    history: History,
    answer: Answer,
    *,
    settings: Settings = SETTINGS,
    vault: Vault | None = None,
    accounts: list[str] | None = None,
    at: datetime = NOW,
) -> list[Outcome]:
    return poll_accounts(
        history,
        settings,
        vault or _vault(),
        StoppedClock(at),
        accounts=accounts,
        transport=httpx.MockTransport(answer),
    )


def _empty(request: httpx.Request) -> httpx.Response:
    return _response(200, EMPTY)


def _always(response: httpx.Response) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _request: response)


def _counting(keys: list[str], answer: Answer) -> Answer:
    def counted(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["authorization"])
        return answer(request)

    return counted


def _vault() -> Vault:
    return Vault(DictionaryKeyring({("tokentray-desktop", "openai/work"): "sk-work"}), {"HOME_KEY": "sk-home"})


def _poll_of(history: History, account: str) -> PollRow:
    poll = poll_of(history, account)
    assert poll is not None
    return poll
