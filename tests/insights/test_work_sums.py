"""Reports by stretch of work and by tag hold the same tokens as all others, and say what is unknown."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tokentray.core.journal import Card, link_to
from tokentray.core.usage import Tokens
from tokentray.insights.prices import open_price_book
from tokentray.insights.report import KEYS, report
from tokentray.insights.work_sessions import split_at, take_sessions
from tokentray.store.database import History, transaction
from tokentray.store.journal_table import put_card
from tokentray.store.question import Question
from tokentray.store.work_table import record_work_edit

NOW = datetime(2026, 11, 21, 9, 31, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def asked(history: History, *by: str, **only: Any) -> dict[str, Any]:
    question = Question(date(2026, 11, 20), date(2026, 11, 21), "Europe/Berlin", by, **only)
    return report(history, question, NOW)


def rows(answer: dict[str, Any], *keys: str) -> list[tuple[Any, ...]]:
    return [(*(row[key] for key in keys), row["tokens"]["total"]) for row in answer["rows"]]


def keep(history: History, card_id: str, *at: datetime, **texts: Any) -> None:
    book = open_price_book(history)
    links = tuple(link_to(take_sessions(history, one, one + MINUTE, 30, book)[0]) for one in at)
    with transaction(history):
        put_card(history, Card(card_id, NOW, NOW, links=links, **texts))


def test_the_keys_are_those_of_the_contract() -> None:
    assert " ".join(KEYS) == "hour day week month source account model project session work tag origin"


def test_each_stretch_has_its_use_and_the_totals_are_the_same(ledger: Any, history: History) -> None:
    for minute, tokens in ((0, 1), (20, 10), (90, 100)):
        ledger.log(FRIDAY + minute * MINUTE, "gpt-5", Tokens(input=tokens), session="a")
    ledger.log(FRIDAY, "gpt-5", Tokens(input=1000), project="")
    answer = asked(history, "work", "project")
    assert rows(answer, "work", "project") == [
        ("2026-11-20T09:00Z/", None, 1000),
        ("2026-11-20T09:00Z/alpha", "alpha", 11),
        ("2026-11-20T10:30Z/alpha", "alpha", 100),
    ]
    assert answer["totals"] == asked(history, "day")["totals"]
    assert answer["rows"][1]["cost"] == asked(history, "hour", "project")["rows"][0]["cost"]


def test_a_stretch_over_midnight_is_on_both_days_and_in_all_its_hours(ledger: Any, history: History) -> None:
    for minute in (50, 70):
        ledger.log(datetime(2026, 11, 20, 22, tzinfo=UTC) + minute * MINUTE, "gpt-5", Tokens(input=minute))
    assert rows(asked(history, "day", "work"), "day", "work") == [
        ("2026-11-20", "2026-11-20T22:50Z/alpha", 50),
        ("2026-11-21", "2026-11-20T22:50Z/alpha", 70),
    ]
    assert rows(asked(history, "work", "hour", "session"), "hour", "session") == [
        ("2026-11-20T23:00+01:00", "s1", 50),
        ("2026-11-21T00:00+01:00", "s1", 70),
    ]


def test_what_was_cut_by_hand_is_apart(ledger: Any, history: History) -> None:
    for minute in range(3):
        ledger.log(FRIDAY + minute * MINUTE, "gpt-5", Tokens(input=10**minute))
    (whole,) = take_sessions(history, FRIDAY, FRIDAY + HOUR, 30, open_price_book(history))
    with transaction(history):
        record_work_edit(history, split_at(whole, FRIDAY + 2 * MINUTE))
    assert rows(asked(history, "work"), "work") == [
        ("2026-11-20T09:00Z/alpha", 11),
        ("2026-11-20T09:02Z/alpha", 100),
    ]


def test_a_tag_has_the_use_of_its_stretches_and_the_headline_has_it_once(ledger: Any, history: History) -> None:
    for hour, tokens in ((0, 1), (2, 10), (4, 100)):
        ledger.log(FRIDAY + hour * HOUR, "gpt-5", Tokens(input=tokens))
    keep(history, "one", FRIDAY, FRIDAY + 2 * HOUR, tags=("parser", "refactor"))
    keep(history, "two", FRIDAY, tags=("Parser",))
    keep(history, "draft", FRIDAY + 4 * HOUR, tags=("parser",), draft=True)
    answer = asked(history, "tag")
    assert rows(answer, "tag") == [("parser", 11), ("refactor", 11), (None, 100)]
    assert answer["totals"]["headline"]["tokens"]["total"] == 111
    assert any("several tags" in note for note in answer["notes"])
    only = asked(history, "day", tag="PARSER")
    assert rows(only, "day") == [("2026-11-20", 11)]
    assert only["totals"]["headline"]["tokens"]["total"] == 11


def test_a_tag_on_a_mere_date_has_unknown_use(ledger: Any, history: History) -> None:
    with transaction(history):
        put_card(history, Card("web", NOW, NOW, day=date(2026, 11, 20), tags=("legal",)))
    (row,) = asked(history, "tag")["rows"]
    assert row["tag"] == "legal"
    assert set(row["tokens"].values()) == {None}
    assert (row["requests"], row["cost"]) == (None, [])
    assert asked(history, "tag", "model")["rows"] == []


def test_a_bill_and_a_log_of_one_stretch_are_not_added(ledger: Any, history: History) -> None:
    ledger.log(FRIDAY + 10 * MINUTE, "gpt-5", Tokens(input=880), account="codex/default")
    ledger.bill(FRIDAY, "gpt-5-2025-08-07", Tokens(input=900))
    ledger.bill(FRIDAY + HOUR, "gpt-5-2025-08-07", Tokens(input=50))
    ledger.charge(date(2026, 11, 20), "1.11", "gpt-5-2025-08-07")
    assert rows(asked(history, "work", "origin"), "work", "origin") == [
        ("2026-11-20T09:10Z/alpha", "billed", 900),
        ("2026-11-20T09:10Z/alpha", "logged", 880),
        ("2026-11-20T10:00Z/", "billed", 50),
        (None, "billed", None),
    ]
    answer = asked(history, "work")
    assert rows(answer, "work") == [("2026-11-20T09:10Z/alpha", 900), ("2026-11-20T10:00Z/", 50), (None, None)]
    assert answer["totals"] == asked(history, "day")["totals"]
    assert answer["rows"][2]["cost"] == [{"amount": "1.11", "currency": "USD", "kind": "billed"}]
