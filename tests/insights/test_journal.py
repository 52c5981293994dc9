"""The journal shows cards and what no card speaks of by local day, and adds up what is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tokentray.core.journal import FUNCTIONS, Card, Link, Outcome, WorkSession, link_to
from tokentray.core.usage import Tokens
from tokentray.insights.journal import (
    JournalChoice,
    JournalView,
    propose_card,
    take_journal,
    take_proposal,
    with_models,
)
from tokentray.insights.prices import open_price_book
from tokentray.insights.work_sessions import take_sessions
from tokentray.settings.settings import Settings
from tokentray.store.database import History, transaction
from tokentray.store.journal_table import put_card, save_search, set_tag_colour

BERLIN = "Europe/Berlin"
# A Saturday.
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def journal(history: History, text: str = "", settings: Settings | None = None, **days: date) -> JournalView:
    return take_journal(history, settings or Settings(), NOW, BERLIN, JournalChoice(text, **days))


def session_at(history: History, at: datetime) -> WorkSession:
    (session,) = take_sessions(history, at, at + HOUR, 30, open_price_book(history))
    return session


def keep(history: History, card_id: str, at: datetime | None = None, **texts: Any) -> Card:
    links = () if at is None else (link_to(session_at(history, at)),)
    card = Card(card_id, texts.pop("created_at", NOW), NOW, links=links, **texts)
    with transaction(history):
        put_card(history, card)
    return card


def days(view: JournalView) -> list[tuple[str, list[str], list[str]]]:
    return [
        (day.day.isoformat(), [row.card.id for row in day.cards], [one.id[11:] for one in day.unexplained])
        for day in view.days
    ]


def test_cards_and_unexplained_stretches_stand_on_their_local_days(ledger: Any, history: History) -> None:
    ledger.log(FRIDAY, "gpt-5", Tokens(input=1))
    ledger.log(FRIDAY + 2 * HOUR, "gpt-5", Tokens(input=1))
    ledger.log(datetime(2026, 11, 20, 23, 30, tzinfo=UTC), "gpt-5", Tokens(input=1))
    keep(history, "linked", FRIDAY)
    keep(history, "dated", day=date(2026, 11, 19))
    assert days(journal(history)) == [
        ("2026-11-21", [], ["23:30Z/alpha"]),
        ("2026-11-20", ["linked"], ["11:00Z/alpha"]),
        ("2026-11-19", ["dated"], []),
    ]


def test_a_card_has_the_use_of_its_stretches_and_one_with_a_date_none(ledger: Any, history: History) -> None:
    ledger.log(FRIDAY, "gpt-5", Tokens(input=1_000_000))
    ledger.log(FRIDAY + 2 * HOUR, "gpt-5", Tokens(input=3))
    both = tuple(link_to(session_at(history, FRIDAY + later)) for later in (0 * HOUR, 2 * HOUR))
    put_both(history, both)
    keep(history, "dated", day=date(2026, 11, 20))
    rows = {row.card.id: row for day in journal(history).days for row in day.cards}
    assert (rows["both"].tokens, rows["both"].cost[0].text, rows["both"].models) == (
        1_000_003,
        "1.25000375",
        ("gpt-5",),
    )
    assert (rows["dated"].tokens, rows["dated"].cost, rows["dated"].sessions) == (None, (), ())


def put_both(history: History, links: tuple[Link, ...]) -> None:
    with transaction(history):
        put_card(history, Card("both", NOW, NOW, links=links))


def test_a_stretch_outside_of_the_days_shown_is_known_to_its_card(ledger: Any, history: History) -> None:
    ledger.log(FRIDAY - 30 * DAY, "gpt-5", Tokens(input=4))
    ledger.log(FRIDAY, "gpt-5", Tokens(input=3))
    links = tuple(link_to(session_at(history, at)) for at in (FRIDAY, FRIDAY - 30 * DAY))
    put_both(history, links)
    (day,) = journal(history, since=date(2026, 11, 20)).days
    assert (day.cards[0].tokens, len(day.cards[0].sessions), day.unexplained) == (7, 2, ())


def test_the_invitation_tells_which_part_of_the_week_is_unexplained(ledger: Any, history: History) -> None:
    ledger.log(FRIDAY, "gpt-5", Tokens(input=62))
    ledger.log(FRIDAY + 2 * HOUR, "gpt-5", Tokens(input=38))
    ledger.log(FRIDAY - 7 * DAY, "gpt-5", Tokens(input=1000))
    keep(history, "card", FRIDAY)
    view = journal(history, until=date(2026, 11, 14))
    assert (view.week_tokens, view.unexplained_percent) == (100, 38)


def test_a_week_without_use_has_no_share(history: History) -> None:
    view = journal(history)
    assert (view.week_tokens, view.unexplained_percent, view.days, view.earlier) == (None, None, (), False)


def test_statistics_count_a_stretch_once_and_the_unknown_apart(ledger: Any, history: History) -> None:
    ledger.log(FRIDAY, "house-model", Tokens(input=10))
    keep(history, "one", FRIDAY, tags=("parser", "alpha"), outcome=Outcome.FAILED, effort_minutes=20)
    keep(history, "two", FRIDAY, tags=("parser",), outcome=Outcome.WORKED, function="engineering")
    keep(history, "three", day=date(2026, 11, 20), tags=("parser",), function="legal", effort_minutes=5)
    keep(history, "draft", FRIDAY, tags=("parser",), draft=True)
    view = journal(history)
    told = [(one.name, one.cards, one.sessions, one.tokens, one.cost, one.effort_minutes) for one in view.by_tag]
    assert told == [("parser", 3, 1, 10, (), 25), ("alpha", 1, 1, 10, (), 20)]
    assert [one.unknown for one in view.by_tag] == [1, 0]
    assert [(one.name, one.cards, one.tokens) for one in view.by_function] == [
        ("", 1, 10),
        ("engineering", 1, 10),
        ("legal", 1, None),
    ]
    assert [(one.name, one.cards) for one in view.by_outcome] == [("worked", 1), ("failed", 1), ("", 1)]


def test_a_search_looks_through_the_whole_history(ledger: Any, history: History) -> None:
    ledger.log(FRIDAY, "claude-opus-5", Tokens(input=10))
    keep(history, "old", day=date(2025, 1, 5), title="Port the parser", tags=("refactor",))
    keep(history, "new", FRIDAY, title="Port the lexer", models=("claude-opus-5",))
    assert days(journal(history, "port")) == [("2026-11-20", ["new"], []), ("2025-01-05", ["old"], [])]
    assert days(journal(history, "tag:refactor")) == [("2025-01-05", ["old"], [])]
    assert days(journal(history, "port model:opus since:2026")) == [("2026-11-20", ["new"], [])]
    assert days(journal(history)) == [("2026-11-20", ["new"], [])]
    assert journal(history).earlier


def test_stretches_are_found_by_model_project_and_day(ledger: Any, history: History) -> None:
    ledger.log(FRIDAY, "claude-opus-5", Tokens(input=10))
    ledger.log(FRIDAY, "gpt-5", Tokens(input=10), project="beta")
    assert days(journal(history, "model:opus")) == [("2026-11-20", [], ["09:00Z/alpha"])]
    assert days(journal(history, "project:bet since:2026-11")) == [("2026-11-20", [], ["09:00Z/beta"])]
    assert days(journal(history, "until:2026-11-19")) == []


def test_what_is_not_understood_is_told_beside_what_was_found(ledger: Any, history: History) -> None:
    keep(history, "card", day=date(2026, 11, 20), title="Port")
    view = journal(history, "port outcome:great")
    assert (view.cards, view.problems) == (
        1,
        ("“outcome:great” is not known; there are worked, partly, failed, unclear.",),
    )


def test_a_failed_card_comes_back_and_the_pair_is_one_story(ledger: Any, history: History) -> None:
    ledger.log(FRIDAY - 30 * DAY, "claude-opus-4-6", Tokens(input=10))
    first = keep(history, "first", FRIDAY - 30 * DAY, outcome=Outcome.FAILED)
    assert journal(history).retries == ()
    ledger.log(FRIDAY, "claude-opus-5", Tokens(input=10))
    (offer,) = journal(history).retries
    assert (offer.card, offer.old_model, offer.model) == (first, "claude-opus-4-6", "claude-opus-5")
    keep(history, "second", FRIDAY, follows="first")
    view = journal(history)
    rows = {row.card.id: row for day in view.days for row in day.cards}
    assert view.retries == ()
    assert rows["second"].before == first
    assert [card.id for card in rows["first"].after] == ["second"]


def test_tags_functions_and_searches_come_along(ledger: Any, history: History) -> None:
    keep(history, "card", day=date(2026, 11, 20), tags=("parser",), function="translation")
    with transaction(history):
        set_tag_colour(history, "parser", 3)
        save_search(history, "Failures", "outcome:failed")
    view = journal(history)
    assert [(tag.name, tag.colour, tag.cards) for tag in view.tags] == [("parser", 3, 1)]
    assert view.functions == ("translation", *FUNCTIONS)
    assert journal(history, settings=Settings(functions=("sales",))).functions == ("translation", "sales")
    assert view.searches == (("Failures", "outcome:failed"),)


def test_the_newest_unexplained_work_is_proposed_with_its_tags(ledger: Any, history: History) -> None:
    ledger.log(NOW - 20 * HOUR, "gpt-5", Tokens(input=10), project="/home/me/alpha")
    keep(history, "before", NOW - 20 * HOUR, tags=("parser", "Alpha"), function="engineering")
    ledger.log(NOW - 2 * HOUR, "claude-opus-5", Tokens(input=10), project="/home/me/alpha")
    ledger.bill(NOW - HOUR, "gpt-5-mini", Tokens(input=7))
    proposal = take_proposal(history, Settings(), NOW, BERLIN)
    assert proposal.session == session_at(history, NOW - 2 * HOUR - timedelta(minutes=1))
    card = proposal.card
    assert (card.tags, card.models, card.function) == (
        ("Alpha", "parser", "claude-code"),
        ("claude-opus-5",),
        "engineering",
    )
    assert card.links == (link_to(proposal.session),)
    assert card.draft
    assert [one.grain for one in proposal.sessions] == ["response", "hour"]


def test_without_any_use_the_card_has_todays_date(history: History) -> None:
    assert take_proposal(history, Settings(), NOW, BERLIN).session is None
    card = propose_card(history, None, NOW, BERLIN)
    assert (card.day, card.links, card.tags) == (date(2026, 11, 21), (), ())


def test_a_card_remembers_the_models_of_its_stretches(ledger: Any, history: History) -> None:
    ledger.log(FRIDAY, "gpt-5", Tokens(input=10))
    linked = keep(history, "linked", FRIDAY)
    assert with_models(history, Settings(), linked).models == ("gpt-5",)
    dated = Card("dated", NOW, NOW, day=date(2026, 11, 20), models=("gemini-3-pro",))
    assert with_models(history, Settings(), dated) == dated


def test_a_year_ahead_of_its_time_breaks_nothing(ledger: Any, history: History) -> None:
    ledger.log(datetime(2041, 1, 1, 12, tzinfo=UTC), "gpt-5", Tokens(input=10))
    ledger.log(datetime(1970, 1, 1, tzinfo=UTC), "gpt-5", Tokens(input=10))
    assert [one.start.year for one in take_sessions(history, None, None, 30, open_price_book(history))] == [1970, 2041]
    assert journal(history).cards == 0


def test_a_link_to_another_machines_work_is_told_as_lost(ledger: Any, history: History) -> None:
    ledger.log(FRIDAY, "gpt-5", Tokens(input=3))
    elsewhere = Link("gamma", FRIDAY - DAY, FRIDAY - DAY, FRIDAY - DAY + HOUR)
    put_both(history, (link_to(session_at(history, FRIDAY)), elsewhere))
    (row,) = (row for day in journal(history).days for row in day.cards)
    assert (row.tokens, row.lost) == (3, 1)


def test_a_pause_nobody_could_mean_does_no_harm(ledger: Any, history: History) -> None:
    ledger.log(FRIDAY, "gpt-5", Tokens(input=3))
    ledger.log(FRIDAY + HOUR / 10, "gpt-5", Tokens(input=3))
    assert [len(journal(history, settings=Settings(pause_minutes=n)).days[0].unexplained) for n in (-5, 6, 10**15)] == [
        2,
        1,
        1,
    ]
