"""
Asks the providers' accounts in turn, and keeps what they answer.

A turn has three steps. `prepare` reads the history and gives a frozen Turn; `fetch` waits for the world and touches nothing shared;
`record` writes one step of it in one transaction, together with the cursors that let the next turn go on. Whoever calls them decides
on which thread: the engine fetches on a thread of its own, the command line does all of it in one.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tokentray.core.batch import Batch
from tokentray.core.clock import Clock
from tokentray.core.errors import (
    KeyMissing,
    KeyRejected,
    NoVault,
    SourceError,
    Throttled,
    TokenTrayError,
    Unreachable,
    Unreadable,
    VaultError,
    VaultLocked,
)
from tokentray.core.usage import Origin
from tokentray.http_client import Web, next_try
from tokentray.settings.new_account import AccountTested, NewAccount
from tokentray.settings.settings import AccountSetting, Settings
from tokentray.settings.vault import Vault
from tokentray.sources import PROVIDERS, source_named
from tokentray.sources.source import Poll, Source
from tokentray.store.account_table import account_id
from tokentray.store.database import History, transaction
from tokentray.store.poll_table import PollRow, cursors_of, poll_of, record_batch, record_notes, record_outcome

if TYPE_CHECKING:
    import httpx

# A start or a resume from sleep asks sooner than the interval says, yet a loop of restarts must not hammer anybody.
SOONEST = timedelta(minutes=1)

# A settings file may be written by hand: no provider remembers more, and the calendar has an end.
MOST_BACKFILL_DAYS = 3650
MOST_MINUTES_BETWEEN = 366 * 24 * 60

STATES: tuple[tuple[type[TokenTrayError], str], ...] = (
    (KeyRejected, "key_rejected"),
    (Throttled, "throttled"),
    (Unreachable, "unreachable"),
    (Unreadable, "unreadable"),
    (KeyMissing, "key_missing"),
    (VaultLocked, "vault_locked"),
    (NoVault, "no_vault"),
)
BUG = "TokenTray itself failed while reading this account; its log has the details. The other accounts go on."

log = logging.getLogger("tokentray.polls")


@dataclass(frozen=True, slots=True)
class Turn:
    """One account's turn: all that its fetch needs, and nothing that another thread may change."""

    setting: AccountSetting
    source: Source
    poll: Poll

    @property
    def account(self) -> str:
        return self.setting.name


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    How a turn ended. `state` is "ok", one of STATES, "bug" or "stopped"; `message` is a sentence for the person, "" if all went well.

    `retry_at` is what the provider asked for; `batches` counts what was found.
    """

    account: str
    state: str
    message: str = ""
    retry_at: datetime | None = None
    batches: int = 0
    notes: tuple[str, ...] = ()


Progress = Callable[[str, float], None]
Stop = Callable[[], bool]


def polled(settings: Settings) -> list[AccountSetting]:
    """The accounts that have a provider, paused ones too, in the order they were added."""
    return [account for account in settings.accounts if _is_polled(account)]


def due(history: History, settings: Settings, now: datetime, *, sooner: bool = False) -> list[str]:
    """The accounts whose turn it is; `sooner` at a start, on resume, or when the person asks: the interval then counts no more."""
    return [
        account.name
        for account in polled(settings)
        if (at := _next_turn(history, settings, account, now, sooner)) is not None and at <= now
    ]


def next_due(history: History, settings: Settings, now: datetime) -> datetime | None:
    """When the next account's turn will be; None if there is none."""
    turns = [_next_turn(history, settings, account, now, False) for account in polled(settings)]
    return min((at for at in turns if at is not None), default=None)


def prepare(history: History, settings: Settings, account: str, now: datetime, *, full: bool = False) -> Turn:
    """The account's turn, with its cursors as the history has them. The account must be one of `polled`."""
    setting = settings.account(account)
    source = _provider(setting) if setting else None
    if setting is None or source is None:
        raise ValueError(f"{account} is not polled")
    with transaction(history):
        number = account_id(history, account, Origin.BILLED)
    return Turn(
        setting, source, Poll(account, {} if full else cursors_of(history, number), _since(settings, now), full)
    )


def fetch(
    turn: Turn, vault: Vault, clock: Clock, transport: httpx.BaseTransport | None = None
) -> Iterator[Batch | Outcome]:
    """
    What the provider answers, batch by batch, and last the outcome. Waits for the keyring and the network; nothing is raised.

    Whoever no longer wants it stops asking for the next; what was recorded until then stays, and the next turn goes on there.
    """
    batches = 0
    notes: dict[str, None] = {}
    try:
        with _open_web(turn.setting, turn.source, vault, clock, transport) as web:
            for batch in turn.source.fetch(turn.poll, web, clock) if turn.source.fetch else ():
                batches += 1
                notes |= dict.fromkeys(batch.notes)
                yield batch
    except (SourceError, VaultError) as error:
        if isinstance(error, KeyRejected):
            vault.drop_key(turn.account)
        yield failed(turn.account, error, batches)
    except Exception:  # a bug in one source must not stop the others
        log.exception("a bug while reading %s", turn.account)
        yield Outcome(turn.account, "bug", BUG, batches=batches)
    else:
        yield Outcome(turn.account, "ok", batches=batches, notes=tuple(notes))


def record(history: History, settings: Settings, account: str, step: Batch | Outcome, now: datetime) -> None:
    """
    Keeps one step of a turn: all of a batch with its cursors, or how the turn ended.

    Raises:
        Unreadable: a count cannot be true; nothing of the batch was kept, and the turn is to be ended with `failed`.
        HistoryError: the history could not be written.
    """
    with transaction(history):
        number = account_id(history, account, Origin.BILLED)
        if isinstance(step, Batch):
            record_batch(history, number, step)
            return
        if step.state == "stopped":
            return
        if step.state == "ok":
            record_notes(history, number, step.notes)
        not_before = _not_before(history, settings, step, now)
        record_outcome(history, number, now, step.state, step.message, not_before)


def failed(account: str, error: SourceError | VaultError, batches: int = 0) -> Outcome:
    """The outcome of a turn that an error of the world ended."""
    state = next((state for kind, state in STATES if isinstance(error, kind)), "unreachable")
    message = str(error)
    if isinstance(error, KeyRejected) and error.needs and error.needs not in message:
        message = f"{message} What is needed: {error.needs.rstrip('.')}."
    return Outcome(account, state, message, error.retry_at if isinstance(error, Throttled) else None, batches)


def poll_accounts(
    history: History,
    settings: Settings,
    vault: Vault,
    clock: Clock,
    *,
    accounts: Sequence[str] | None = None,
    full: bool = False,
    progress: Progress | None = None,
    stop: Stop | None = None,
    transport: httpx.BaseTransport | None = None,
) -> list[Outcome]:
    """
    One turn for each account, one after the other, in this thread: `accounts`, or all that are not paused.

    An account that asked to wait is left in peace, and one whose key was refused unless it is named; their outcome says so.
    """
    outcomes = []
    for account in polled(settings):
        named = accounts is not None and account.name in accounts
        if (accounts is not None and not named) or (account.paused and not named):
            continue
        waiting = _reason_to_wait(poll_of(history, account.name), clock.now(), named)
        if waiting is not None:
            outcomes.append(waiting)
            continue
        outcomes.append(_whole_turn(history, settings, vault, clock, account.name, full, progress, stop, transport))
        if stop is not None and stop():
            break
    return outcomes


def try_account(
    setting: AccountSetting, vault: Vault, clock: Clock, transport: httpx.BaseTransport | None = None
) -> AccountTested:
    """Asks the provider once what the key opens; being asked by the person, it asks a keyring again that refused."""
    source = _provider(setting)
    if source is None or source.test is None:
        return AccountTested(setting.name, True, "Its logs are read on this machine; there is no key to test.")
    vault.ask_again()
    vault.drop_key(setting.name)
    try:
        with _open_web(setting, source, vault, clock, transport) as web:
            return AccountTested(setting.name, True, source.test(web))
    except (SourceError, VaultError) as error:
        return AccountTested(setting.name, False, failed(setting.name, error).message)


def add_account(
    new: NewAccount, vault: Vault, clock: Clock, transport: httpx.BaseTransport | None = None
) -> tuple[AccountSetting, AccountTested]:
    """
    Tests the new account's key at once, and keeps it in the keyring only if it opens what is needed.

    The setting is to be saved by the caller, if the test was passed.
    """
    setting = AccountSetting(new.name, new.key_from, new.base_url, new.folder)
    source = _provider(setting)
    if source is None or source.test is None:
        return setting, AccountTested(new.name, True, "Its logs will be read from now on.")
    try:
        key = new.key if new.key is not None else vault.read_key(setting)
        with _web(setting, source, key.reveal(), clock, transport) as web:
            sentence = source.test(web)
        if new.key is not None:
            vault.store_key(new.name, new.key)
    except (SourceError, VaultError) as error:
        return setting, AccountTested(new.name, False, failed(new.name, error).message)
    return setting, AccountTested(new.name, True, sentence)


def welcome_back(history: History, account: str, now: datetime) -> None:
    """Ends an account's pause after a refused key: a new one has been accepted."""
    poll = poll_of(history, account)
    if poll is not None and poll.state != "ok":
        with transaction(history):
            record_outcome(history, account_id(history, account, Origin.BILLED), now - SOONEST, "never")


def _whole_turn(
    history: History,
    settings: Settings,
    vault: Vault,
    clock: Clock,
    account: str,
    full: bool,
    progress: Progress | None,
    stop: Stop | None,
    transport: httpx.BaseTransport | None,
) -> Outcome:
    batches = 0
    for step in fetch(prepare(history, settings, account, clock.now(), full=full), vault, clock, transport):
        try:
            record(history, settings, account, step, clock.now())
        except SourceError as error:
            step = failed(account, error, batches)
            record(history, settings, account, step, clock.now())
        if isinstance(step, Outcome):
            return step
        batches += 1
        if progress is not None:
            progress(account, step.done)
        if stop is not None and stop():
            break
    return Outcome(account, "stopped", "Stopped; the next turn goes on from here.", batches=batches)


def _provider(setting: AccountSetting) -> Source | None:
    return source_named(setting.name) if _is_polled(setting) else None


def _is_polled(setting: AccountSetting) -> bool:
    return setting.name.partition("/")[0] in PROVIDERS


def _open_web(
    setting: AccountSetting, source: Source, vault: Vault, clock: Clock, transport: httpx.BaseTransport | None
) -> Web:
    return _web(setting, source, vault.read_key(setting).reveal(), clock, transport)


def _web(
    setting: AccountSetting, source: Source, secret: str, clock: Clock, transport: httpx.BaseTransport | None
) -> Web:
    # The person's address takes the place of the provider's scheme and host, not of its versioned path.
    base = setting.base_url.rstrip("/") + urlsplit(source.origin).path if setting.base_url else source.origin
    headers = source.authorise(secret) if source.authorise else {}
    return Web(base, headers, needs=source.key_kind, clock=clock, transport=transport)


def _since(settings: Settings, now: datetime) -> datetime:
    """The midnight from which an account is read that has never been read."""
    days = min(max(settings.backfill_days, 0), MOST_BACKFILL_DAYS)
    return (now - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)


def _every(settings: Settings, source: Source) -> timedelta:
    return timedelta(minutes=max(min(settings.poll_every_minutes, MOST_MINUTES_BETWEEN), source.poll_every_minutes))


def _next_turn(
    history: History, settings: Settings, setting: AccountSetting, now: datetime, sooner: bool
) -> datetime | None:
    """When this account may be asked next; None while it waits for the person."""
    source, poll = _provider(setting), poll_of(history, setting.name)
    if source is None or setting.paused or (poll is not None and poll.state == "key_rejected"):
        return None
    if poll is None or poll.tried_at is None:
        return now
    if poll.not_before is not None and (poll.state == "throttled" or not sooner):
        return poll.not_before
    if sooner:
        return poll.tried_at + SOONEST
    # The same account and turn give the same jitter: asking when its turn is does not move it.
    jitter = random.Random(f"{setting.name} {poll.tried_at}")  # noqa: S311
    return next_try(0, poll.tried_at, None, jitter, _every(settings, source))


def _not_before(history: History, settings: Settings, outcome: Outcome, now: datetime) -> datetime | None:
    """How long the account is to be left in peace after a failure; a refused key waits for the person instead."""
    setting = settings.account(outcome.account)
    source = _provider(setting) if setting is not None else None
    if outcome.state in ("ok", "key_rejected") or source is None:
        return None
    poll = poll_of(history, outcome.account)
    failures = 1 + (poll.failures if poll is not None else 0)
    return next_try(failures, now, outcome.retry_at, random.Random(), _every(settings, source))  # noqa: S311


def _reason_to_wait(poll: PollRow | None, now: datetime, named: bool) -> Outcome | None:
    if poll is None:
        return None
    asked_to_wait = poll.state == "throttled" and poll.not_before is not None and poll.not_before > now
    if asked_to_wait or (poll.state == "key_rejected" and not named):
        return Outcome(poll.account, poll.state, poll.message, poll.not_before)
    return None
