"""How far an account was read, with gaps, and how its turns went."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tokentray.core.batch import Batch
from tokentray.store.account_table import account_id
from tokentray.store.database import History, open_history, transaction
from tokentray.store.poll_table import (
    Coverage,
    all_polls,
    coverage,
    cursors_of,
    poll_of,
    record_batch,
    record_complete,
    record_notes,
    record_outcome,
)

DAY0 = datetime(2026, 11, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    return DAY0 + timedelta(days=number)


def complete(history: History, *stretches: tuple[int, int], feed: str = "completions") -> Coverage:
    with transaction(history):
        account = account_id(history, "openai/work", "billed")
        for first, end in stretches:
            record_complete(history, account, {feed: (day(first), day(end))})
    return coverage(history)[0]


def test_nothing_is_complete_at_first(opened: History) -> None:
    with transaction(opened):
        account_id(opened, "openai/work", "billed")
    assert coverage(opened) == []


def test_adjoining_stretches_become_one(opened: History) -> None:
    assert complete(opened, (3, 5), (5, 7), (1, 3)) == Coverage("openai/work", day(1), day(7), ())


def test_overlapping_stretches_become_one(opened: History) -> None:
    assert complete(opened, (3, 5), (4, 7), (3, 4)) == Coverage("openai/work", day(3), day(7), ())


def test_what_lies_between_is_a_gap_on_either_side(opened: History) -> None:
    assert complete(opened, (5, 6), (8, 9), (1, 2)) == Coverage(
        "openai/work", day(1), day(9), ((day(2), day(5), "not read yet"), (day(6), day(8), "not read yet"))
    )


def test_a_gap_is_filled_piece_by_piece(opened: History) -> None:
    assert complete(opened, (0, 1), (9, 10), (4, 6)).gaps == (
        (day(1), day(4), "not read yet"),
        (day(6), day(9), "not read yet"),
    )
    assert complete(opened, (1, 7)).gaps == ((day(7), day(9), "not read yet"),)
    assert complete(opened, (6, 12)) == Coverage("openai/work", day(0), day(12), ())


def test_an_empty_stretch_says_nothing(opened: History) -> None:
    assert complete(opened, (1, 2), (5, 5), (7, 6)) == Coverage("openai/work", day(1), day(2), ())


def test_an_account_is_complete_where_all_its_feeds_are(opened: History) -> None:
    complete(opened, (0, 10))
    complete(opened, (2, 9), feed="embeddings")
    assert complete(opened, (5, 6), feed="costs") == Coverage("openai/work", day(2), day(9), ())


def test_costs_count_where_there_is_nothing_else(opened: History) -> None:
    assert complete(opened, (5, 6), feed="costs") == Coverage("openai/work", day(5), day(6), ())


def test_cursors_stay_and_are_replaced(opened: History) -> None:
    with transaction(opened):
        account = account_id(opened, "openai/work", "billed")
        record_batch(opened, account, Batch(cursors={"completions": "1", "costs": "2"}))
        record_batch(opened, account, Batch(cursors={"completions": "3"}))
    assert cursors_of(opened, account) == {"completions": "3", "costs": "2"}


def test_failures_are_counted_until_it_works(opened: History) -> None:
    with transaction(opened):
        account = account_id(opened, "openai/work", "billed")
        record_outcome(opened, account, day(0), "ok")
        record_outcome(opened, account, day(1), "throttled", "Wait a while.", not_before=day(2))
        record_outcome(opened, account, day(2), "unreachable", "No network.")
    poll = poll_of(opened, "openai/work")
    assert poll is not None
    assert (poll.state, poll.message, poll.failures) == ("unreachable", "No network.", 2)
    assert (poll.tried_at, poll.succeeded_at, poll.not_before) == (day(2), day(0), None)
    with transaction(opened):
        record_outcome(opened, account, day(3), "ok")
    assert [(row.state, row.failures, row.succeeded_at) for row in all_polls(opened)] == [("ok", 0, day(3))]


def test_when_to_ask_again_survives_a_restart(opened: History) -> None:
    with transaction(opened):
        account = account_id(opened, "openai/work", "billed")
        record_outcome(opened, account, day(1), "throttled", not_before=day(2))
    with open_history(opened.path, read_only=True) as again:
        poll = poll_of(again, "openai/work")
    assert poll is not None
    assert poll.not_before == day(2)
    assert poll.succeeded_at is None


def test_an_account_that_never_had_a_turn_has_no_poll(opened: History) -> None:
    assert poll_of(opened, "openai/work") is None


def test_notes_gather_and_are_replaced(opened: History) -> None:
    with transaction(opened):
        account = account_id(opened, "openai/work", "billed")
        record_batch(opened, account, Batch(notes=("No costs:\nwrong key.",)))
        record_batch(opened, account, Batch(notes=("No images.", "No costs: wrong key.")))
    assert all_polls(opened)[0].notes == ("No costs: wrong key.", "No images.")
    with transaction(opened):
        record_notes(opened, account, ())
    assert all_polls(opened)[0].notes == ()
