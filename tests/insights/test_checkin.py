"""A week's check-in is drafted from its cards, kept as it was left, and written out for others."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tokentray.core.journal import Card, CheckIn, Level, Outcome, link_to
from tokentray.core.usage import Tokens
from tokentray.insights.checkin import (
    QUESTIONS,
    CheckInDraft,
    days_of_week,
    proposed_answers,
    take_checkin,
    to_html,
    to_markdown,
    week_of,
)
from tokentray.insights.prices import open_price_book
from tokentray.insights.work_sessions import take_sessions
from tokentray.settings.settings import Settings
from tokentray.store.checkin_table import record_checkin
from tokentray.store.database import History, transaction
from tokentray.store.journal_table import put_card

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def checkin(history: History, week: str = "") -> CheckInDraft:
    return take_checkin(history, Settings(), NOW, BERLIN, week)


def keep(history: History, card_id: str, day: int, **texts: Any) -> Card:
    card = Card(card_id, NOW, NOW, day=date(2026, 11, day), **texts)
    with transaction(history):
        put_card(history, card)
    return card


def test_weeks_are_iso_weeks() -> None:
    assert week_of(date(2027, 1, 3)) == "2026-W53"
    assert days_of_week("2026-w47") == (date(2026, 11, 16), date(2026, 11, 22))
    for wrong in ("2025-W53", "2026-W00", "November", ""):
        with pytest.raises(ValueError, match="is no week such as 2026-W47"):
            days_of_week(wrong)


def test_the_five_questions_are_those_of_the_team() -> None:
    assert QUESTIONS == (
        "What did you try that was new?",
        "What worked better than expected, and how could another repeat it?",
        "What did not work, or was not worth it?",
        "What did you learn, in one sentence for a colleague of another function?",
        "What is next, or what is your question?",
    )


def test_answers_come_from_the_cards() -> None:
    good = Card("a", NOW, NOW, title="Port", tried="Asked for a port", worked="- tests first\n- then code", next="Docs")
    bad = Card("b", NOW, NOW, title="Draw", tried="A chart", learned="It cannot count.", outcome=Outcome.FAILED)
    said = proposed_answers([replace_outcome(good), bad])
    assert said == (
        "- Port: Asked for a port\n- Draw: A chart",
        "- Port:\n  - tests first\n  - then code",
        "- Draw: It cannot count.",
        "- It cannot count.",
        "- Docs",
    )
    assert proposed_answers([]) == ("", "", "", "", "")


def replace_outcome(card: Card) -> Card:
    return Card(
        card.id,
        NOW,
        NOW,
        title=card.title,
        tried=card.tried,
        worked=card.worked,
        next=card.next,
        outcome=Outcome.WORKED,
    )


def test_a_draft_has_the_weeks_cards_and_its_picture(ledger: Any, history: History) -> None:
    ledger.log(MONDAY, "gpt-5", Tokens(input=30))
    ledger.log(MONDAY + DAY, "claude-opus-5", Tokens(input=10))
    ledger.log(MONDAY - DAY, "gpt-5", Tokens(input=1000))
    (session,) = take_sessions(history, MONDAY, MONDAY + DAY / 24, 30, open_price_book(history))
    with transaction(history):
        put_card(history, Card("linked", NOW, NOW, links=(link_to(session),), tried="A port"))
    keep(history, "tuesday", 17, level=Level.TEAM)
    keep(history, "draft", 17, draft=True, tried="Nothing yet")
    keep(history, "older", 15)
    draft = checkin(history)
    assert (draft.week, draft.since, draft.until) == ("2026-W47", date(2026, 11, 16), date(2026, 11, 22))
    assert [row.card.id for row in draft.cards] == ["linked", "tuesday"]
    assert [row.card.id for row in draft.promoted] == ["tuesday"]
    assert [[row.card.id for row in rows] for rows in draft.on_days] == [["linked"], ["tuesday"], [], [], [], [], []]
    assert {series.name: series.values[:3] for series in draft.picture.series} == {
        "gpt-5": (30, 0, 0),
        "claude-opus-5": (0, 10, 0),
    }
    assert (draft.tokens, draft.unexplained_percent) == (40, 25)
    assert draft.checkin == CheckIn("2026-W47", ("- A port", "", "", "", ""), ("tuesday",))
    assert [row.tokens for row in draft.cards] == [30, None]


def test_what_was_written_stays_and_past_weeks_can_be_compared(ledger: Any, history: History) -> None:
    ledger.log(MONDAY - 7 * DAY, "gpt-5", Tokens(input=30))
    keep(history, "older", 10)
    keep(history, "card", 17, tried="New")
    mine = CheckIn("2026-W47", ("Mine", "", "", "", ""), (), NOW)
    last = CheckIn("2026-W46", ("Then", "", "", "", ""), (), NOW - 7 * DAY, True)
    first = CheckIn("2026-W40", ("", "", "", "", ""), (), NOW - 49 * DAY, True)
    with transaction(history):
        for one in (mine, last, first):
            record_checkin(history, one)
    draft = checkin(history)
    assert (draft.checkin, draft.proposed[0]) == (mine, "- New")
    assert [(week.checkin, week.cards, week.tokens) for week in draft.past] == [(last, 1, 30), (first, 0, None)]
    assert checkin(history, "2026-W46").checkin == last


def told(history: History) -> CheckInDraft:
    keep(history, "secret", 17, title="Private thoughts", tags=("hush",))
    keep(
        history,
        "shared",
        18,
        title="Port <b>it</b> | fast",
        worked="- one & two\n- three",
        level=Level.TEAM,
        outcome=Outcome.FAILED,
        tags=("parser",),
    )
    answers = ("First\n\n- a <script>\n- b", "", "", "", "Next?")
    with transaction(history):
        record_checkin(history, CheckIn("2026-W47", answers, ("shared",), NOW))
    return checkin(history)


def test_markdown_has_answers_days_and_promoted_cards_only(ledger: Any, history: History) -> None:
    ledger.log(MONDAY, "gpt-5", Tokens(input=1_240_000))
    text = to_markdown(told(history))
    assert text.startswith("# Check-in 2026-W47\n\n2026-11-16 to 2026-11-22 · 1.24M tokens · ≈ $1.55\n\n## What did")
    assert "## What is next, or what is your question?\n\nNext?\n" in text
    assert "| Monday 2026-11-16 | 1.24M |  |\n" in text
    assert "| Wednesday 2026-11-18 | — | Port <b>it</b> \\| fast |\n" in text
    assert "### Port <b>it</b> | fast\n\nFor the team · did not work · tokens unknown · #parser\n" in text
    assert "Private" not in text
    assert "hush" not in text


def test_html_takes_nothing_that_was_typed_for_markup(ledger: Any, history: History) -> None:
    page = to_html(told(history))
    assert "<p>First</p>\n<ul><li>a &lt;script&gt;</li><li>b</li></ul>" in page
    assert "<h3>Port &lt;b&gt;it&lt;/b&gt; | fast</h3>" in page
    assert "<ul><li>one &amp; two</li><li>three</li></ul>" in page
    assert "<script" not in page
    assert "src=" not in page
    assert "Private" not in page
