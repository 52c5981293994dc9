"""Journals made by hand for the tests of what is shown: an empty one, a week, a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.ui.snapshots import LONG, NOW, TODAY
from tokentray.core.journal import Card, CheckIn, Level, Outcome, WorkSession, link_to
from tokentray.core.money import Money, MoneyKind
from tokentray.core.usage import Tokens
from tokentray.insights.checkin import CheckInDraft, PastWeek
from tokentray.insights.journal import CardRow, JournalChoice, JournalDay, JournalSum, JournalView
from tokentray.insights.retry import RetryOffer
from tokentray.insights.snapshot import Series, Stack
from tokentray.store.journal_table import TagRow

ZONE = "Europe/Berlin"
MONDAY = date(2026, 11, 16)


def about(amount: str) -> tuple[Money, ...]:
    return (Money(Decimal(amount), "USD", MoneyKind.ESTIMATED),)


def stretch(
    day: date,
    hour: int,
    minutes: int,
    project: str | None = "alpha",
    tokens: int = 1_200_000,
    cost: tuple[Money, ...] = (),
    *,
    grain: str = "response",
) -> WorkSession:
    """A stretch of work that begins at an hour of UTC."""
    start = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return WorkSession(
        id=f"{start:%Y-%m-%dT%H:%MZ}/{project or ''}",
        project=project,
        start=start,
        end=start + timedelta(minutes=minutes),
        grain=grain,
        accounts=("claude-code/default",),
        agents=("Claude Code",) if grain == "response" else (),
        models=("claude-opus-5-5", "claude-haiku-5-5"),
        tokens=Tokens(input=tokens // 10, cache_read=tokens - tokens // 5, output=tokens // 10),
        requests=212,
        cost=cost,
    )


def row(card: Card, *sessions: WorkSession, before: Card | None = None, after: tuple[Card, ...] = ()) -> CardRow:
    """A card with its stretches, linked."""
    linked = replace(card, links=tuple(link_to(session) for session in sessions))
    tokens = sum(session.tokens.total or 0 for session in sessions) if sessions else None
    cost = sessions[0].cost if sessions else ()
    zone_day = card.day or (sessions[0].start if sessions else card.created_at).date()
    return CardRow(linked, zone_day, sessions, tokens, cost, ("claude-opus-5-5",) if sessions else (), before, after)


def card(number: int, written_on: date, title: str, outcome: Outcome | None, *tags: str, **more: object) -> Card:
    written = datetime(written_on.year, written_on.month, written_on.day, 17, tzinfo=UTC)
    made = Card(f"{number:012x}", written, written, title=title, outcome=outcome, tags=tags)
    return replace(made, **more)  # type: ignore[arg-type]


FAILED = card(
    3,
    date(2026, 11, 18),
    "Let an agent translate the contract template",
    Outcome.FAILED,
    "contracts",
    "translation",
    tried="The whole template of forty pages at once, with the glossary in the prompt.",
    learned="It keeps the style for ten pages and then forgets the glossary. Chapter by chapter might do.",
    next="Again by chapters, with the glossary repeated.",
    function="legal",
    effort_minutes=90,
    models=("claude-opus-5-1",),
)


def week_view() -> JournalView:
    """An ordinary week: seven cards of every outcome, four stretches nobody has spoken of."""
    friday, wednesday = date(2026, 11, 20), date(2026, 11, 18)
    saturday, tuesday, monday = TODAY, date(2026, 11, 17), MONDAY
    days = (
        JournalDay(
            saturday,
            (),
            (stretch(saturday, 13, 100, cost=about("3.42")), stretch(saturday, 9, 25, "tokentray", 214_000)),
        ),
        JournalDay(
            friday,
            (
                row(
                    card(1, friday, "Property tests found the bug in the parser", Outcome.WORKED, "testing", "parser",
                         tried="Asked for *properties* instead of examples.", level=Level.TEAM, function="engineering",
                         effort_minutes=50, learned="Ask for what must always hold, not for cases."),
                    stretch(friday, 8, 95, "alpha", 2_310_000, about("6.10")),
                ),
                row(card(2, friday, "Pictures for the release notes", Outcome.PARTLY, "design", day=friday)),
            ),
            (stretch(friday, 14, 64, None, 480_000, grain="hour"),),
        ),
        JournalDay(
            wednesday,
            (row(FAILED, stretch(wednesday, 10, 120, "contracts", 3_900_000, about("11.80"))),),
            (),
        ),
        JournalDay(
            tuesday,
            (
                row(card(4, tuesday, "Summaries of support mails", Outcome.UNCLEAR, "support", "summary", "mail",
                         level=Level.COMPANY, function="support"), stretch(tuesday, 7, 40, "support-mails", 310_000)),
                row(card(5, tuesday, "", None, draft=True, tried="Queries for the quarterly numbers", day=tuesday)),
            ),
            (),
        ),
        JournalDay(
            monday,
            (row(card(6, monday, "Refactored the importer in one go", Outcome.WORKED, "refactor", "importer",
                      function="engineering", effort_minutes=120),
                 stretch(monday, 12, 180, "alpha", 5_400_000, about("14.25"))),),
            (stretch(monday, 18, 12, "dotfiles", 42_000),),
        ),
    )  # fmt: skip
    return JournalView(
        choice=JournalChoice(),
        taken_at=NOW,
        zone=ZONE,
        since=date(2026, 8, 23),
        until=saturday,
        earlier=True,
        days=days,
        cards=6,
        problems=(),
        week_tokens=14_000_000,
        unexplained_percent=38,
        by_tag=(
            JournalSum("testing", 1, 1, 2_310_000, about("6.10"), 50),
            JournalSum("parser", 1, 1, 2_310_000, about("6.10"), 50),
            JournalSum("contracts", 1, 1, 3_900_000, about("11.80"), 90),
            JournalSum("design", 1, 0, None, (), None, 1),
        ),
        by_function=(
            JournalSum("engineering", 2, 2, 7_710_000, about("20.35"), 170),
            JournalSum("legal", 1, 1, 3_900_000, about("11.80"), 90),
            JournalSum("", 1, 0, None, (), None, 1),
        ),
        by_outcome=(
            JournalSum("worked", 2, 2, 7_710_000, about("20.35"), 170),
            JournalSum("failed", 1, 1, 3_900_000, about("11.80"), 90),
            JournalSum("partly", 1, 0, None, (), None, 1),
            JournalSum("unclear", 1, 1, 310_000, (), None),
        ),
        tags=tuple(
            TagRow(tag, slot, 3, NOW)
            for tag, slot in (("testing", None), ("parser", 2), ("contracts", None), ("design", None))
        ),
        functions=("engineering", "design", "legal", "support"),
        retries=(),
        searches=(("Failed ones", "outcome:failed"),),
        projects=("alpha", "contracts", "support-mails"),
    )


def with_retry(view: JournalView) -> JournalView:
    return replace(view, retries=(RetryOffer(FAILED, "claude-opus-5-1", "claude-opus-5-5", date(2026, 11, 20)),))


def found_view() -> JournalView:
    """The answer to a search."""
    days = tuple(replace(day, unexplained=()) for day in week_view().days if day.day == date(2026, 11, 18))
    choice = JournalChoice("outcome:failed since:2026-09 glossary")
    sums = tuple(one for one in week_view().by_outcome if one.name == "failed")
    tags = tuple(JournalSum(tag, 1, 1, 3_900_000, about("11.80"), 90) for tag in FAILED.tags)
    return replace(
        week_view(), choice=choice, days=days, cards=1, by_outcome=sums, by_tag=tags, by_function=(),
        since=date(2026, 9, 1), earlier=False,
    )  # fmt: skip


def empty_view() -> JournalView:
    return replace(
        week_view(), days=(), cards=0, week_tokens=None, unexplained_percent=None, by_tag=(), by_function=(),
        by_outcome=(), tags=(), searches=(), earlier=False,
    )  # fmt: skip


def extreme_view() -> JournalView:
    """Long words everywhere, a card with a hundred tags, a stretch over midnight, a search that was not understood."""
    full = week_view()
    long = card(
        99, TODAY, f"{LONG} {LONG} {LONG}", Outcome.FAILED, *(f"{LONG.lower()}-{i}" for i in range(100)),
        tried=" ".join([LONG] * 20), function=LONG, level=Level.COMPANY, effort_minutes=99_999,
    )  # fmt: skip
    night = replace(
        stretch(TODAY, 21, 600, LONG, 987_654_321_012, about("1234567.89")),
        models=tuple(f"{LONG}-{i}" for i in range(9)),
        also_billed=12_345_678_901,
    )
    days = (JournalDay(TODAY, (row(long, night),), (night, stretch(TODAY, 2, 300, LONG, grain="hour"))), *full.days)
    return replace(
        with_retry(full),
        days=days,
        problems=(f"“since:{LONG}” is not a date: write since:2026-09 or since:2026-09-15.",),
        by_tag=tuple(JournalSum(f"{LONG}-{i}", 9, 99, 987_654_321_012, about("123456.78"), 99_999) for i in range(30)),
        tags=tuple(TagRow(f"{LONG.lower()}-{i}", None, 3, NOW) for i in range(30)),
    )


def year_view(cards: int = 600, sessions: int = 2000, days: int = 365) -> JournalView:
    """A long list: cards and stretches spread evenly over a year."""
    outcomes = (*Outcome, None)
    made: list[JournalDay] = []
    for i in range(days):
        day = TODAY - timedelta(days=i)
        of_day = [n for n in range(cards) if n * days // cards == i]
        loose = [n for n in range(sessions) if n * days // sessions == i]
        rows = tuple(
            row(
                card(1000 + n, day, f"Card {n}: what was tried on that day", outcomes[n % 5], f"tag-{n % 40}", "refactor",
                     tried="Some words on it, as a person would write them. " * 3, function="engineering"),
                stretch(day, n % 20, 50, f"project-{n % 12}", 40_000 * (n % 90 + 1), about("1.23")),
            )
            for n in of_day
        )  # fmt: skip
        unexplained = tuple(
            stretch(day, 2 * k, 45, f"project-{n % 12}", 9_000 * (n % 70 + 1)) for k, n in enumerate(loose)
        )
        made.append(JournalDay(day, rows, unexplained))
    return replace(week_view(), days=tuple(made), cards=cards, earlier=False)


ANSWERS = (
    "Asked for properties instead of examples when testing the parser.",
    "Property tests found the bug in the parser: ask for what must always hold, not for cases.",
    "Let an agent translate the contract template: it forgets the glossary after ten pages.",
    "Long documents go chapter by chapter, with the rules repeated.",
    "Again by chapters. Does anybody have a glossary that holds?",
)


def checkin_draft() -> CheckInDraft:
    """Friday's draft of week 47."""
    view = week_view()
    rows = tuple(one for day in reversed(view.days) for one in day.cards if not one.card.draft)
    starts = tuple(MONDAY + timedelta(days=i) for i in range(7))
    picture = Stack(
        starts,
        (
            Series("claude-opus-5-5", 0, (5_100_000, 310_000, 3_600_000, 900_000, 2_800_000, 1_300_000, 0)),
            Series("claude-haiku-5-5", 1, (342_000, 90_000, 300_000, 210_000, 470_000, 114_000, 0)),
        ),
    )
    return CheckInDraft(
        week="2026-W47",
        since=MONDAY,
        until=MONDAY + timedelta(days=6),
        checkin=CheckIn("2026-W47", ANSWERS, ()),
        proposed=ANSWERS,
        cards=rows,
        promoted=tuple(one for one in rows if one.card.level is not Level.ME),
        picture=picture,
        on_days=tuple(tuple(one for one in rows if one.day == day) for day in starts),
        tokens=15_536_000,
        cost=about("35.57"),
        unexplained_percent=38,
        past=(
            PastWeek(
                CheckIn("2026-W46", ("Pair of agents on one branch.", "", "Merging took longer than writing.",
                                     "One branch each.", "Worktrees?"), (), NOW - timedelta(days=7), True),
                5, 9_870_000, about("24.10"),
            ),
            PastWeek(CheckIn("2026-W44", ("", "", "", "", ""), (), NOW - timedelta(days=21), False), 2, None, ()),
        ),
    )  # fmt: skip


def empty_checkin() -> CheckInDraft:
    """A week without cards and without use."""
    nothing = ("", "", "", "", "")
    return replace(
        checkin_draft(), checkin=CheckIn("2026-W47", nothing), proposed=nothing, cards=(), promoted=(),
        picture=Stack(checkin_draft().picture.starts, ()), on_days=((),) * 7, tokens=None, cost=(),
        unexplained_percent=None, past=(),
    )  # fmt: skip
