"""Stretches of work do not depend on how the use came in, keep their cards, and come back from what was done to them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokentray.core.batch import BucketSet
from tokentray.core.found import Found
from tokentray.core.journal import Card, WorkEdit, WorkSession, link_to
from tokentray.core.usage import Tokens, Usage
from tokentray.insights.prices import open_price_book
from tokentray.insights.work_sessions import earlier_and_later, join, session_of, split_at, take_sessions
from tokentray.store.account_table import account_id
from tokentray.store.database import History, open_history, transaction
from tokentray.store.journal_table import put_card
from tokentray.store.log_table import record_logs
from tokentray.store.usage_table import milliseconds, replace_buckets
from tokentray.store.work_table import fresh_runs, record_work_edit, undo_work_edit

FIRST = datetime(2026, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@contextmanager
def own_history() -> Iterator[History]:
    with TemporaryDirectory() as folder, open_history(str(Path(folder) / "history.sqlite"), zone="UTC") as history:
        yield history


def sessions(history: History, since: datetime | None = None, until: datetime | None = None) -> list[WorkSession]:
    return take_sessions(history, since, until, 30, open_price_book(history))


def edit(history: History, work_edit: WorkEdit) -> None:
    with transaction(history):
        record_work_edit(history, work_edit)


def keep(history: History, card_id: str, session: WorkSession) -> None:
    with transaction(history):
        put_card(history, Card(card_id, FIRST, FIRST, links=(link_to(session),)))


def spans(found: list[WorkSession]) -> list[tuple[str | None, int, int, int | None]]:
    """Project, start and end in minutes, tokens."""
    return [
        (one.project, (one.start - FIRST) // MINUTE, (one.end - FIRST) // MINUTE, one.tokens.total) for one in found
    ]


def test_a_pause_of_thirty_minutes_does_not_end_a_stretch_and_a_longer_one_does(ledger: Any, history: History) -> None:
    for minute in (0, 30, 60, 91):
        ledger.log(FIRST + minute * MINUTE, "gpt-5", Tokens(input=1))
    assert spans(sessions(history)) == [("alpha", 0, 60, 3), ("alpha", 91, 91, 1)]


def test_agents_on_one_project_are_one_stretch_and_projects_are_apart(ledger: Any, history: History) -> None:
    ledger.log(FIRST, "claude-sonnet-4-6", Tokens(input=1_000_000))
    ledger.log(FIRST + 5 * MINUTE, "gpt-5", Tokens(input=2_000_000), account="codex/default")
    ledger.log(FIRST + 6 * MINUTE, "gpt-5", Tokens(input=4), account="codex/default", project="beta")
    ledger.log(FIRST + 7 * MINUTE, "house-model", Tokens(input=8), project="")
    alpha, beta, nowhere = sessions(history)
    assert (alpha.id, alpha.agents, alpha.models) == (
        "2026-11-20T00:00Z/alpha",
        ("claude-code", "codex"),
        ("gpt-5", "claude-sonnet-4-6"),
    )
    assert alpha.cost[0].text == "5.5"
    assert (beta.project, nowhere.project, nowhere.id) == ("beta", None, "2026-11-20T00:07Z/")
    assert nowhere.cost == ()


def test_a_stretch_goes_over_midnight_and_is_whole_on_both_days(ledger: Any, history: History) -> None:
    for minute in (-20, 10):
        ledger.log(FIRST + minute * MINUTE, "gpt-5", Tokens(input=1))
    assert sessions(history, FIRST, FIRST + HOUR) == sessions(history, FIRST - HOUR, FIRST)
    assert spans(sessions(history, FIRST, FIRST + HOUR)) == [("alpha", -20, 10, 2)]


def test_work_without_a_pause_is_followed_as_far_as_it_goes(ledger: Any, history: History) -> None:
    for half_hour in range(24 * 2 * 5):
        ledger.log(FIRST + half_hour * 30 * MINUTE, "gpt-5", Tokens(input=1))
    assert spans(sessions(history, FIRST + 60 * HOUR, FIRST + 61 * HOUR)) == [("alpha", 0, 7170, 240)]


def test_a_bill_of_another_model_is_a_stretch_of_its_own(ledger: Any, history: History) -> None:
    ledger.log(FIRST + 10 * MINUTE, "gpt-5", Tokens(input=5), account="codex/default")
    ledger.bill(FIRST, "gpt-5-2025-08-07", Tokens(input=7))
    ledger.bill(FIRST, "gpt-5-mini", Tokens(input=11))
    logged, billed = sorted(sessions(history), key=lambda one: one.grain, reverse=True)
    assert (logged.grain, logged.tokens.total, logged.also_billed) == ("response", 5, 7)
    assert (billed.grain, billed.tokens.total, billed.also_billed) == ("hour", 11, None)
    assert (billed.start, billed.end, billed.agents) == (FIRST, FIRST + HOUR, ())


def test_what_nobody_counted_stays_unknown(ledger: Any, history: History) -> None:
    ledger.bill(FIRST, "gpt-5", Tokens(unsplit=3), requests=None)
    (session,) = sessions(history)
    assert (session.tokens, session.requests, session.cost) == (Tokens(unsplit=3), None, ())


def test_a_handle_finds_its_stretch_after_it_was_widened(ledger: Any, history: History) -> None:
    ledger.log(FIRST + 60 * MINUTE, "gpt-5", Tokens(input=1))
    (before,) = sessions(history)
    ledger.log(FIRST + 40 * MINUTE, "gpt-5", Tokens(input=1))
    book = open_price_book(history)
    found = session_of(history, before.id, 30, book)
    assert found is not None
    assert (before.id, found.id) == ("2026-11-20T01:00Z/alpha", "2026-11-20T00:40Z/alpha")
    assert session_of(history, "2026-11-20T03:00Z/alpha", 30, book) is None
    assert session_of(history, "yesterday", 30, book) is None


def test_a_card_on_a_bill_goes_over_to_the_log_that_came_later(ledger: Any, history: History) -> None:
    ledger.bill(FIRST, "gpt-5", Tokens(input=7), project="proj_1")
    keep(history, "card", sessions(history)[0])
    ledger.log(FIRST + 10 * MINUTE, "gpt-5", Tokens(input=5), account="codex/default")
    (session,) = sessions(history)
    assert (session.project, session.cards) == ("alpha", ("card",))


def test_a_stretch_is_cut_between_two_responses_of_one_run(ledger: Any, history: History) -> None:
    for minute in range(4):
        ledger.log(FIRST + minute * MINUTE, "gpt-5", Tokens(input=10**minute))
    (whole,) = sessions(history)
    edit(history, split_at(whole, FIRST + 2 * MINUTE))
    assert spans(sessions(history)) == [("alpha", 0, 1, 11), ("alpha", 2, 3, 1100)]


def test_parts_that_begin_in_one_minute_have_handles_of_their_own(ledger: Any, history: History) -> None:
    for second in (0, 20, 40):
        ledger.log(FIRST + timedelta(seconds=second), "gpt-5", Tokens(input=1))
    edit(history, split_at(sessions(history)[0], FIRST + timedelta(seconds=20)))
    one, other = sessions(history)
    assert (one.id, other.id) == ("2026-11-20T00:00:00.000Z/alpha", "2026-11-20T00:00:20.000Z/alpha")
    assert session_of(history, other.id, 30, open_price_book(history)) == other


def test_neighbours_are_joined_across_a_long_pause(ledger: Any, history: History) -> None:
    for hour in (0, 2, 60):
        ledger.log(FIRST + hour * HOUR, "gpt-5", Tokens(input=1))
    first, second, third = sessions(history)
    assert earlier_and_later(second, sessions(history)) == (first, third)
    edit(history, join(third, second))
    assert spans(sessions(history, FIRST + 60 * HOUR, FIRST + 61 * HOUR)) == [("alpha", 120, 3600, 2)]
    assert spans(sessions(history, FIRST + 30 * HOUR, FIRST + 31 * HOUR)) == [("alpha", 120, 3600, 2)]


def test_only_what_fits_together_is_cut_and_joined(ledger: Any, history: History) -> None:
    ledger.log(FIRST, "gpt-5", Tokens(input=1))
    ledger.log(FIRST, "gpt-5", Tokens(input=1), project="beta")
    alpha, beta = sessions(history)
    with pytest.raises(ValueError, match="one project"):
        join(alpha, beta)
    with pytest.raises(ValueError, match="between its start and its end"):
        split_at(alpha, alpha.start)


# Minute, account, project, tokens: responses, and hours of a bill (their minute is cut down to the hour).
uses = st.lists(
    st.tuples(
        st.integers(0, 600),
        st.sampled_from(("claude-code/default", "codex/default", "codex/other", "openai/work")),
        st.sampled_from(("alpha", "beta", "")),
        st.integers(1, 9),
    ),
    min_size=1,
    max_size=25,
)
edits = st.lists(
    st.tuples(st.sampled_from(("split", "join")), st.sampled_from(("alpha", "beta", None)), *[st.integers(0, 600)] * 2),
    max_size=3,
)


def record(history: History, numbered: list[tuple[int, tuple[int, str, str, int]]]) -> None:
    with transaction(history):
        for number, (minute, account, project, tokens) in numbered:
            if account == "openai/work":
                start = FIRST + (minute // 60) * HOUR
                usage = Usage(f"{number}", start, HOUR, Tokens(input=tokens), 1, "gpt-5", project or None)
                bucket = BucketSet(f"usage {number}", start, start + HOUR, usages=(usage,))
                replace_buckets(history, account_id(history, account, "billed"), bucket)
            else:
                found = Found()
                start_ms = milliseconds(FIRST + minute * MINUTE)
                counts = (tokens, None, None, None, 1, None)
                found.responses.append((number, start_ms, "gpt-5", project, "s", "", *counts, 0))
                record_logs(history, account_id(history, account, "logged"), found, [])


def ends_at(session: WorkSession, instant: datetime) -> bool:
    """Whether the last bucket ends there, and so does not reach beyond."""
    return session.grain == "hour" and session.end == instant


def record_edits(history: History, wanted: list[tuple[str, str | None, int, int]]) -> None:
    for kind, project, at, until in wanted:
        last = FIRST + until * MINUTE if kind == "join" else None
        edit(history, WorkEdit(kind, project, FIRST + at * MINUTE, last))


@settings(max_examples=40, deadline=None)
@given(uses, edits, st.randoms(use_true_random=False), st.integers(1, 4))
def test_any_order_and_any_pieces_give_the_same_stretches(
    wanted: list[tuple[int, str, str, int]],
    done: list[tuple[str, str | None, int, int]],
    chance: random.Random,
    pieces: int,
) -> None:
    numbered = list(enumerate(wanted, start=1))
    with own_history() as history:
        record(history, numbered)
        record_edits(history, done)
        at_once = sessions(history)
    chance.shuffle(numbered)
    with own_history() as history:
        record_edits(history, done)
        for piece in range(pieces):
            record(history, numbered[piece::pieces])
            if chance.random() < 0.5:
                fresh_runs(history)
        assert sessions(history) == at_once
        # And whichever part of them is asked for, they are whole.
        since, until = FIRST + 5 * HOUR, FIRST + 6 * HOUR
        touching = [one for one in at_once if one.start < until and one.end >= since and not ends_at(one, since)]
        assert sessions(history, since, until) == touching


@settings(max_examples=40, deadline=None)
@given(uses, uses, edits)
def test_a_card_never_loses_its_stretch(
    early: list[tuple[int, str, str, int]],
    late: list[tuple[int, str, str, int]],
    done: list[tuple[str, str | None, int, int]],
) -> None:
    with own_history() as history:
        record(history, list(enumerate(early, start=1)))
        for number, session in enumerate(sessions(history)):
            keep(history, f"card {number}", session)
        cards = sorted(card for session in sessions(history) for card in session.cards)
        record(history, list(enumerate(late, start=1000)))
        record_edits(history, done)
        assert sorted(card for session in sessions(history) for card in session.cards) == cards


@settings(max_examples=40, deadline=None)
@given(uses, edits, st.randoms(use_true_random=False))
def test_split_join_and_undo_come_back_to_where_they_were(
    wanted: list[tuple[int, str, str, int]],
    done: list[tuple[str, str | None, int, int]],
    chance: random.Random,
) -> None:
    with own_history() as history:
        record(history, list(enumerate(wanted, start=1)))
        record_edits(history, done)
        for number, session in enumerate(sessions(history)):
            keep(history, f"card {number}", session)
        before = sessions(history)
        whole = chance.choice(before)
        if whole.start == whole.end:
            return
        at = whole.start + chance.randint(1, (whole.end - whole.start) // MINUTE) * MINUTE
        edit(history, split_at(whole, at))
        parts = sessions(history)
        assert len(parts) <= len(before) + 1
        assert sum(one.tokens.total or 0 for one in parts) == sum(one.tokens.total or 0 for one in before)
        if len(parts) == len(before) + 1:
            first, second = (one for one in parts if one not in before and one.project == whole.project)
            edit(history, join(first, second))
            assert sessions(history) == before
            undo(history)
            assert sessions(history) == parts
        undo(history)
        assert sessions(history) == before


def undo(history: History) -> None:
    with transaction(history):
        undo_work_edit(history)
