"""Feeds and published weeks made by hand for the tests of what shows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.ui.sharing_views import CONTRACT, FACTS, PARSER, joined, left
from tests.ui.snapshots import LONG, NOW
from tokentray.share.team_view import (
    FeedCard,
    OwnPlace,
    PublishedWeek,
    Row,
    SplitRow,
    SplitTable,
    Table,
    TeamView,
)

WORKED = FeedCard(
    id="00000000000000a1",
    week="2026-W46",
    category="testing",
    outcome="worked",
    level="team",
    tried="Had it look for inputs that break a parser, before any of us had read the code.",
    worked="Four crashes in an hour, two of them years old.",
    learned="It is good at being nasty when asked to be. Say which inputs are allowed, else it breaks what nobody promised.",
    next="The same for the importer.",
)
FAILED = FeedCard(
    id="00000000000000a2",
    week="2026-W46",
    category="writing",
    outcome="failed",
    level="company",
    tried="Translation of the contract template, all forty pages at once.",
    worked="",
    learned="It keeps the glossary for ten pages and then forgets it. A page at a time, with the glossary each time, would have been faster "
    "than the two days we lost.",
    next="",
)
OWN = FeedCard(
    id="00000000000000a3",
    week="2026-W46",
    category="code",
    outcome="mixed",
    level="team",
    tried="Comments for a module nobody owns any more.",
    worked="A good overview.",
    learned="Half the comments say what the line says.",
    next="",
    own=True,
)
OLD = FeedCard(
    id="00000000000000a4",
    week="2026-W37",
    category="research",
    outcome="unsure",
    level="team",
    tried="Had two models argue about an architecture.",
    worked="Both arguments were good.",
    learned="In the end we believed whoever spoke last.",
    next="",
    reproduced=True,
    asks=True,
)
CARDS = (WORKED, FAILED, OWN, OLD)

ADOPTION = Table(
    "How often AI was used",
    (
        Row("daily", "Daily", "about 25 %", 0.25),
        Row("weekly", "Weekly", "about 40 %", 0.40),
        Row("tried", "Tried it", "about 20 %", 0.21),
        Row("none", "Not at all", "about 15 %", 0.14),
    ),
    "",
)
OUTCOMES = Table(
    "What came of it",
    (
        Row("worked", "Worked", "about 40 %", 0.42),
        Row("mixed", "Partly", "about 25 %", 0.26),
        Row("failed", "Did not work", "about 25 %", 0.23),
        Row("unsure", "Unclear", "about 10 %", 0.09),
    ),
    "",
)
EFFORT = Table(
    "Effort put in",
    (
        Row("lt1h", "Under 1 hour", "about 35 %", 0.35),
        Row("1-4h", "1 to 4 hours", "about 40 %", 0.4),
        Row("4-16h", "4 to 16 hours", "about 20 %", 0.2),
        Row("gt16h", "Over 16 hours", "about 5 %", 0.05),
    ),
    "",
)
TOKENS = Table(
    "Tokens in the week, of those who send it",
    (
        Row("0", "None", "hardly any", 0.01),
        Row("<10k", "Under 10k", "about 10 %", 0.08),
        Row("<100k", "10k to 100k", "about 15 %", 0.17),
        Row("<1M", "100k to 1M", "about 25 %", 0.24),
        Row("<10M", "1M to 10M", "about 30 %", 0.29),
        Row("<100M", "10M to 100M", "about 15 %", 0.15),
        Row(">=100M", "From 100M", "about 5 %", 0.06),
    ),
    "",
)
ABOUT = Table(
    "What the shared cards are about",
    (
        Row("code", "Code", "about 40 %", 0.41),
        Row("testing", "Testing", "about 20 %", 0.2),
        Row("writing", "Writing", "about 40 %", 0.39),
    ),
    "",
)
BREADTH = SplitTable(
    "Breadth by function",
    "Function",
    ("Daily", "Weekly", "Tried it", "Not at all"),
    (
        SplitRow(
            "Engineering",
            "≈ 16",
            (
                Row("daily", "Daily", "about 50 %", 0.5),
                Row("weekly", "Weekly", "about 25 %", 0.25),
                Row("tried", "Tried it", "about 25 %", 0.24),
                Row("none", "Not at all", "hardly any", 0.01),
            ),
        ),
        SplitRow("Support", "", ()),
    ),
    "“Other” has the functions with fewer than five check-ins.",
    "in alphabetical order, not by rank",
)
BY_EFFORT = SplitTable(
    "What came of it, by effort",
    "Effort put in",
    ("Worked", "Partly", "Did not work", "Unclear"),
    (),
    "From 25 answers in a week on.",
)
SENTENCE = (
    "Your week: 1M to 10M tokens. Of what was sent, about 30 % lies in the same band, about 50 % below it, about 20 % above it. "
    "The numbers carry noise. Each person sends at most two, one for each tool, and only who wants to: this is a gauge, and no target."
)
COUNTED = PublishedWeek(
    week="2026-W45",
    title="Week 45, 2 to 8 November 2026",
    headline="About 65 % of the check-ins used AI weekly or daily.",
    figures=(
        ("Check-ins", "≈ 38", "with noise: a few more or fewer"),
        ("Weekly or daily use", "≈ 65 %", "much the same as the week before"),
        ("What was tried worked", "≈ 40 %", "of 29 answers"),
        ("Functions reached", "4 of 5", "with somebody at it every week"),
    ),
    tables=(
        ADOPTION,
        OUTCOMES,
        EFFORT,
        TOKENS,
        Table("What the shared cards say of it", (), "Fewer than five sent this."),
        ABOUT,
    ),
    small_print="The numbers carry noise and may be off by a few. They are those who chose to answer. The board cannot tell who.",
    own=OwnPlace("2026-W45", "<10M", SENTENCE),
    splits=(BREADTH, BY_EFFORT),
    cards=(PARSER, CONTRACT),
)


def in_words(table: Table, words: tuple[str, ...]) -> Table:
    parts = {"few": 0.1, "some": 0.3, "about half": 0.5, "most": 0.8}
    rows = tuple(replace(row, text=word, part=parts[word]) for row, word in zip(table.rows, words, strict=True))
    return replace(table, rows=rows)


BANDED = PublishedWeek(
    week="2026-W44",
    title="Week 44, 26 October to 1 November 2026",
    headline="About half used AI weekly, some daily.",
    figures=(
        ("Check-ins", "5 to 24", "words instead of numbers below 25"),
        ("Weekly or daily use", "About half", "weekly; some daily"),
        ("What was tried worked", "Most", "few did not work"),
        ("Functions reached", "—", "not shown below 25 check-ins"),
    ),
    tables=(
        in_words(ADOPTION, ("some", "about half", "few", "few")),
        in_words(OUTCOMES, ("most", "few", "few", "few")),
        in_words(EFFORT, ("some", "about half", "few", "few")),
        in_words(TOKENS, ("few", "few", "few", "some", "about half", "few", "few")),
    ),
    small_print="Below 25 check-ins there are words only; few may be nobody, most may be everybody. The board cannot tell who.",
    own=OwnPlace(
        "2026-W44",
        "<1M",
        "Your week: 100k to 1M tokens. Of what was sent, some lies in the same band; below 25 there are words only.",
    ),
)
FEWER = PublishedWeek(
    week="2026-W43",
    title="Week 43, 19 to 25 October 2026",
    headline="Fewer than five people checked in, so nothing is shown.",
    figures=(
        ("Check-ins", "Fewer than 5", "too few to show anything else"),
        ("Weekly or daily use", "—", "not shown below five check-ins"),
        ("What was tried worked", "—", "not shown below five answers"),
        ("Functions reached", "—", "not asked: it would point at people"),
    ),
    tables=tuple(
        Table(table.title, (), "Fewer than five sent this.") for table in (ADOPTION, OUTCOMES, EFFORT, TOKENS, ABOUT)
    ),
    small_print="A week with fewer than 5 check-ins says nothing else, so that nobody can be singled out.",
    own=None,
)


def team(**changes: object) -> TeamView:
    """A feed and three published weeks, asked for not long ago."""
    made = joined(feed=CARDS, published=(COUNTED, BANDED, FEWER), asked_at=NOW - timedelta(minutes=25))
    return replace(made, **changes)  # type: ignore[arg-type]


def unreachable() -> TeamView:
    """The board did not answer the last time."""
    asked = left(
        0,
        method="GET",
        url=f"{FACTS.board}/v1/board",
        at=NOW - timedelta(minutes=5),
        words="",
        inside="",
        size=0,
        status=None,
    )
    return team(left=(asked,), asked_at=NOW - timedelta(days=3))


def many(count: int) -> TeamView:
    """So many cards, ten of each week."""
    cards = tuple(
        replace(
            CARDS[number % 2],
            id=f"{number:016x}",
            week=f"2026-W{46 - number // 10:02d}" if number < 450 else "2026-W01",
            tried=f"Try number {number} of a long season.",
        )
        for number in range(count)
    )
    return team(feed=cards)


def long_team() -> TeamView:
    """Words that do not end."""
    cards = tuple(
        replace(card, category=LONG.lower(), tried=f"{LONG} {card.tried} {LONG}", learned=f"{LONG}/{LONG}/{LONG}")
        for card in CARDS
    )
    rows = tuple(replace(row, label=f"{LONG} {row.label}") for row in ADOPTION.rows)
    week = replace(
        COUNTED, headline=f"{LONG} {COUNTED.headline}", tables=(replace(ADOPTION, title=LONG, rows=rows), TOKENS)
    )
    split = replace(BREADTH, rows=tuple(replace(row, label=f"{LONG} {row.label}") for row in BREADTH.rows), note=LONG)
    week = replace(week, splits=(split,))
    return team(feed=cards, published=(week,))
