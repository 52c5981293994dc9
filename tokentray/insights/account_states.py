"""The accounts as Sources shows them, with what needs attention."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tokentray.insights import words
from tokentray.insights.report import unpriced_note
from tokentray.insights.scene import Scene
from tokentray.insights.snapshot import (
    AccountState,
    Notice,
    SourceCard,
)
from tokentray.insights.sums import Sum
from tokentray.store.cost_state_table import hidden_total
from tokentray.store.extent import tokens_by_account
from tokentray.store.poll_table import Coverage, PollRow, all_polls, coverage

if TYPE_CHECKING:
    from tokentray.sources.source import Source


def account_states(scene: Scene, catalogue: Iterable[Source]) -> tuple[AccountState, ...]:
    """One for each account that is in the history or in the settings, agents first found included."""
    kinds = {source.name: source for source in catalogue}
    polls = {poll.account: poll for poll in all_polls(scene.history)}
    covered = {known.account: known for known in coverage(scene.history)}
    totals = tokens_by_account(scene.history)
    return tuple(
        _account(scene, name, kinds.get(name.partition("/")[0]), polls.get(name), covered.get(name), totals.get(name))
        for name in scene.titles
    )


def _account(
    scene: Scene,
    name: str,
    source: Source | None,
    poll: PollRow | None,
    known: Coverage | None,
    total: tuple[int, date] | None,
) -> AccountState:
    tokens, since = total or (None, None)
    setting = scene.settings.account(name)
    kind = str(source.kind) if source is not None else "imported"
    return AccountState(
        account=name,
        source=name.partition("/")[0],
        title=scene.titles[name],
        kind=kind,
        state=_state(scene, kind, poll, tokens),
        message=poll.message if poll else "",
        paused=setting.paused if setting else False,
        tried_at=poll.tried_at if poll else None,
        succeeded_at=poll.succeeded_at if poll else None,
        complete_since=known.complete_since if known else None,
        complete_until=known.complete_until if known else None,
        gaps=known.gaps if known else (),
        tokens=tokens,
        gives=source.gives if source else "",
        cannot=source.cannot if source else "",
        notes=(*(poll.notes if poll else ()), *_hidden(scene, name)),
        first_day=since,
    )


def _hidden(scene: Scene, account: str) -> tuple[str, ...]:
    """What Claude Code itself counted beyond its transcripts; it is part of no total."""
    if account != "claude-code/default":
        return ()
    total = hidden_total(scene.history)
    if not total:
        return ()
    return (
        f"By its own count Claude Code used {words.count_text(total)} tokens more than the transcripts show, for compaction, titles and helpers.",
    )


def _state(scene: Scene, kind: str, poll: PollRow | None, total: int | None) -> str:
    if poll is not None and poll.tried_at is not None:
        return poll.state
    if kind == "provider":
        return "never" if scene.settings.polling_allowed else "not_allowed"
    return "never" if total is None else "ok"


def notices_of(scene: Scene, accounts: Iterable[AccountState], window: Sum) -> tuple[Notice, ...]:
    """What needs attention, the most urgent first."""
    notices: list[Notice] = []
    for account in accounts:
        if not account.paused:
            notices += _account_notices(scene, account)
    if window.unpriced:
        notices.append(Notice("unpriced", unpriced_note(list(window.unpriced)), "settings"))
    return tuple(sorted(notices, key=lambda notice: ("red", "amber", "info").index(notice.level)))


def _account_notices(scene: Scene, account: AccountState) -> list[Notice]:
    notices = []
    if account.state == "key_rejected":
        notices.append(
            Notice("key_rejected", f"{account.title}: {account.message or 'the key was refused'}", "sources", "red")
        )
    elif account.state in ("key_missing", "vault_locked", "no_vault"):
        notices.append(
            Notice(
                account.state, f"{account.title}: {account.message or 'the key could not be read'}", "sources", "amber"
            )
        )
    elif account.kind == "provider" and account.succeeded_at is not None and _is_late(scene, account.succeeded_at):
        last = account.succeeded_at.astimezone(ZoneInfo(scene.zone))
        notices.append(
            Notice("stale", f"{account.title}: last read on {last.day} {last:%b} at {last:%H:%M}", "sources", "amber")
        )
    if account.gaps:
        start, until, why = account.gaps[-1]
        zone = ZoneInfo(scene.zone)
        since, end = start.astimezone(zone), until.astimezone(zone)
        notices.append(
            Notice(
                "gap",
                f"{account.title}: nothing known from {since.day} {since:%b} to {end.day} {end:%b} ({why})",
                "sources",
            )
        )
    return notices


def _is_late(scene: Scene, succeeded_at: datetime) -> bool:
    return scene.now - succeeded_at > max(timedelta(hours=3), 4 * timedelta(minutes=scene.settings.poll_every_minutes))


def source_card(source: Source) -> SourceCard:
    """What the adding dialog explains of a source."""
    return SourceCard(
        source.name, source.title, str(source.kind), source.gives, source.cannot, source.key_kind, source.key_page
    )
