"""A made-up team for the made-up year: what it tried in eight weeks, what was published, and what left this machine; nothing of it is run or sent."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import blake2b
from random import Random
from typing import Final

from tokentray.core.digest import Digest, OwnCard, markdown
from tokentray.core.fragment import (
    Adopted,
    Band,
    Fragment,
    Result,
    Told,
    Used,
    Vocabulary,
    Went,
    fragment_bytes,
    kind_of,
)
from tokentray.core.journal import Card, Level
from tokentray.core.period import local_day
from tokentray.core.published_words import Figure
from tokentray.insights.checkin import days_of_week, week_of
from tokentray.settings.settings import Settings
from tokentray.share.fragments import RESULT_OF, RESULT_WORDS, WeekOfUse, category_of, sentence_of, told
from tokentray.share.team import L2, monday_of
from tokentray.share.team_view import (
    DigestWish,
    FeedCard,
    Left,
    OwnPlace,
    PublishedWeek,
    Row,
    Sending,
    SplitRow,
    SplitTable,
    Table,
    TeamFacts,
    TeamView,
    WeekToShare,
)
from tokentray.share.week import cards_to_tell, take_week
from tokentray.store.database import History
from tokentray.store.journal_table import card_of

BOARD: Final = "https://board.example.org"
RELAY: Final = "relay.example.net"
OFFERED: Final = Vocabulary(
    functions=("engineering", "product", "design", "support", "finance"),
    categories=("code", "testing", "review", "writing", "research", "data", "meetings"),
    tools=("claude-code", "codex", "openai", "other"),
)
ANSWERED: Final = {"put": 201, "delete": 204}
PER_WEEK: Final = (("c1", 1), ("c2", 1), ("use", 2), ("card", 3))
OPEN_DAYS: Final = 14
WEEKS_BACK: Final = 8
ASKS_AFTER_WEEKS: Final = 8
SMALL_PRINT: Final = (
    "Whoever did not send anything is in no number. Each number carries noise, so that one person more or less cannot be seen in it, and what "
    "fewer than five people said is not shown. It says nothing about anybody's work."
)


@dataclass(frozen=True, slots=True)
class Tale:
    """A colleague's card of so many weeks `ago`."""

    ago: int
    category: str
    outcome: Result
    tried: str
    worked: str = ""
    learned: str = ""
    next: str = ""
    level: str = "team"


TALES: Final = (
    Tale(
        0,
        "testing",
        "failed",
        "Let an agent write end-to-end tests for the checkout from the screens alone.",
        "",
        "It tested what it saw, not what should be. Of twenty tests three would have found last month’s bug.",
        "Give it the list of past bugs first.",
    ),
    Tale(
        0,
        "writing",
        "worked",
        "Release notes from merged changes, for people who do not program.",
        "One paragraph for each change that somebody can notice; the rest left out.",
        "Ask who notices it. What nobody notices needs no sentence.",
        level="company",
    ),
    Tale(
        0,
        "data",
        "mixed",
        "Cleaning a supplier list with 4,000 rows.",
        "Spelling and countries were right.",
        "It merged two companies that only share a name. Ask for a list of merges, and read it.",
    ),
    Tale(
        1,
        "code",
        "worked",
        "Replaced a date library, one module at a time.",
        "Eleven modules in an afternoon, tests green after each.",
        "Small steps with a test run between them; the long prompt before had broken six things at once.",
    ),
    Tale(
        1,
        "research",
        "failed",
        "Asked for a comparison of five vendors with prices.",
        "",
        "Three prices were two years old and one was made up. It cannot know today’s prices.",
        "Only with the price pages pasted in.",
    ),
    Tale(
        1,
        "meetings",
        "worked",
        "Decisions and open questions from a transcript.",
        "Nobody had to write minutes; two corrections.",
        "Ask for what was left open. That is what people come back for.",
    ),
    Tale(
        2,
        "review",
        "mixed",
        "First review of every change by a model, before a person looks.",
        "Found two real mistakes in a week.",
        "And forty remarks on taste. It got better when we said what we do not want to hear.",
    ),
    Tale(
        2,
        "code",
        "failed",
        "Port of a spreadsheet with macros into a small program.",
        "",
        "The macros depend on cells nobody remembers. It invented reasons for them.",
        "Have somebody explain the sheet first, then try again.",
        level="company",
    ),
    Tale(
        3,
        "writing",
        "unsure",
        "Answers to support questions in the tone of our help pages.",
        "Sounds right.",
        "Whether people are helped more nobody knows yet; we count second questions now.",
    ),
    Tale(
        3,
        "data",
        "worked",
        "Questions about a sales table in plain words, answered as SQL.",
        "Eight of ten queries right at once.",
        "Show it three rows of every table. Names alone mislead it.",
        level="company",
    ),
    Tale(
        4,
        "testing",
        "worked",
        "Had it look for inputs that break a parser.",
        "Four crashes in an hour, two of them years old.",
        "It is good at being nasty when asked to be.",
    ),
    Tale(
        4,
        "research",
        "mixed",
        "Summaries of forty interview notes.",
        "Themes were right.",
        "It smooths: the one angry customer was gone. Ask for what does not fit.",
    ),
    Tale(
        4,
        "code",
        "failed",
        "Upgrade of a framework by two versions, in one go.",
        "",
        "After thirty files it forgot what it had decided in the first. Two days lost.",
        "One version, one folder, one commit.",
    ),
    Tale(
        5,
        "meetings",
        "failed",
        "Live translation of a call with three accents.",
        "",
        "Too slow to talk by, and it turned a no into a maybe.",
    ),
    Tale(
        5,
        "review",
        "worked",
        "Let it explain a contract clause by clause, with what is unusual.",
        "The three unusual clauses were those our lawyer marked.",
        "For finding where to look. Not for deciding.",
        level="company",
    ),
    Tale(
        6,
        "writing",
        "worked",
        "Shortened our onboarding guide to a third.",
        "Two newcomers missed nothing.",
        "Say what the reader can do at the end, and cut what does not lead there.",
    ),
    Tale(
        6,
        "data",
        "failed",
        "Forecast of next quarter’s tickets.",
        "",
        "A straight line through last year does it as well, and we understand that one.",
    ),
    Tale(
        7,
        "code",
        "mixed",
        "Comments for a module nobody owns any more.",
        "Good overview.",
        "Half the comments say what the line says. Ask only for what would surprise a colleague.",
    ),
    Tale(
        7,
        "research",
        "unsure",
        "Had two models argue about an architecture.",
        "Both arguments were good.",
        "In the end we believed whoever spoke last. Not clear that it helps.",
    ),
    Tale(
        8,
        "testing",
        "worked",
        "Generated rows for a test database that look like ours and are nobody’s.",
        "No more copies of real customers on laptops.",
        "Describe the odd cases; the ordinary ones it knows.",
    ),
)
LABELS: Final[dict[Band, str]] = {
    "<10k": "Under 10k",
    "<100k": "10k to 100k",
    "<1M": "100k to 1M",
    "<10M": "1M to 10M",
    "<100M": "10M to 100M",
    ">=100M": "From 100M",
}
BANDS: Final = {
    "Under 10k": 0.08,
    "10k to 100k": 0.17,
    "100k to 1M": 0.24,
    "1M to 10M": 0.3,
    "10M to 100M": 0.15,
    "From 100M": 0.06,
}
ADOPTIONS: Final = {"Daily": "daily", "Weekly": "weekly", "Tried it": "tried", "Not at all": "none"}
OUTCOMES: Final = {"Worked": "worked", "Partly": "mixed", "Did not work": "failed", "Unclear": "unsure"}
TITLES: Final = {
    "adoption": "How often AI was used",
    "outcome": "How it went",
    "tool": "Which tools were used",
    "tokens": "Token use",
}


def take_demo_team(history: History, settings: Settings, now: datetime, zone: str, week: str = "") -> TeamView:
    """
    The made-up team as it stands at `now`; the chosen week's use and cards are those of the (made-up) history. `week` "": this one.

    Raises:
        ValueError: there is no such week; the message is for a person.
    """
    today = local_day(now, zone)
    this = week_of(today)
    chosen = week_of(days_of_week(week)[0]) if week else this
    open_weeks = (_weeks_before(today, 1), this)
    own = _shareable(take_week(history, settings, open_weeks[0], zone))[:1]
    sendings = tuple(_sendings(today, now, own))
    left = tuple(_left(sendings, now))
    return TeamView(
        taken_at=now,
        team=TeamFacts(
            board=BOARD,
            season=f"{today.year}-Q{(today.month + 2) // 3}",
            level="L2",
            promise=L2,
            relay=RELAY,
            weeks=tuple(_weeks_before(today, ago) for ago in range(WEEKS_BACK, -5, -1)),
            open_weeks=open_weeks,
            offered=OFFERED,
            per_week=PER_WEEK,
            retention_weeks=13,
            checked_at=now - timedelta(hours=3),
            secrets_in_keyring=True,
        ),
        week=_week(history, settings, zone, chosen, chosen in open_weeks, sendings),
        sendings=sendings,
        feed=tuple(sorted(_feed(today, own), key=lambda card: card.week, reverse=True)),
        published=_with_cards(tuple(_published(today)), history, zone),
        asked_at=now - timedelta(minutes=25),
        left=left,
        left_count=len(left),
    )


def demo_digest(history: History, view: TeamView, wish: DigestWish) -> str:
    """The digest of a made-up week in Markdown, with those of the own cards that were wished for; "" if there is no such week."""
    week = next((one for one in view.published if one.week == wish.week), None)
    if week is None:
        return ""
    cards = [card for card_id in wish.cards if (card := card_of(history, card_id)) is not None]
    digest = Digest(
        title=f"board.example.org: {week.title}",
        headline=week.headline,
        figures=tuple(Figure(*figure) for figure in week.figures),
        parts=tuple((table.title, tuple((row.label, row.text) for row in table.rows)) for table in week.tables),
        small_print=week.small_print,
        address=BOARD,
        name=wish.name,
        cards=tuple(_own_card(card) for card in cards),
    )
    return markdown(digest)


def _own_card(card: Card) -> OwnCard:
    outcome = RESULT_WORDS[RESULT_OF[card.outcome]] if card.outcome is not None else ""
    texts = (("Tried", card.tried), ("Worked", card.worked), ("Learned", card.learned), ("Next", card.next))
    return OwnCard(card.title, outcome, tuple((label, text) for label, text in texts if text))


def _week(
    history: History, settings: Settings, zone: str, week: str, is_open: bool, sendings: tuple[Sending, ...]
) -> WeekToShare:
    use = take_week(history, settings, week, zone)
    shareable = _shareable(use)
    return WeekToShare(
        week=week,
        open=is_open,
        closes_at=monday_of(week) + timedelta(days=OPEN_DAYS) if is_open else None,
        skipped=False,
        use=use,
        shareable=shareable,
        private=len(use.cards) - len(shareable),
        kinds=("c1", "c2", "card"),
        function="engineering",
        sendings=tuple(one for one in sendings if one.week == week),
    )


def _shareable(use: WeekOfUse) -> tuple[Card, ...]:
    return tuple(card for card in use.cards if card.level is not Level.ME and card.outcome is not None)


def _told(card: Card) -> Told:
    """As it would be sent; nothing is encrypted in it."""
    sealed = b64encode(Random(card.id).randbytes(1024)).decode()  # noqa: S311  the same bytes every time
    return told(card, category_of(card, OFFERED) or OFFERED.categories[0], "5f0c2a91d3b7e846", sealed)


def _feed(today: date, own: tuple[Card, ...]) -> Iterator[FeedCard]:
    """The colleagues' cards and, among last week's, those of `own`."""
    for card in own:
        fragment = _told(card)
        texts = (card.tried, card.worked, card.learned, card.next)
        week = _weeks_before(today, 1)
        yield FeedCard(_id(card.id), week, fragment.category, fragment.outcome, fragment.level, *texts, own=True)
    for place, tale in enumerate(TALES):
        yield FeedCard(
            id=_id(tale.tried),
            week=_weeks_before(today, tale.ago),
            category=tale.category,
            outcome=tale.outcome,
            level=tale.level,
            tried=tale.tried,
            worked=tale.worked,
            learned=tale.learned,
            next=tale.next,
            reproduced=place == 3,
            asks=tale.ago >= ASKS_AFTER_WEEKS,
        )


def _id(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _sendings(today: date, now: datetime, own: tuple[Card, ...]) -> Iterator[Sending]:
    """Newest week first: last week's are there but for one that waits, and before that one was withdrawn and one refused."""
    last, before = _weeks_before(today, 1), _weeks_before(today, 2)
    said: tuple[tuple[str, Fragment, str, str, timedelta], ...] = (
        (last, Adopted(v=1, adoption="daily", function="engineering"), "sent", "", -timedelta(days=4, hours=2)),
        (last, Went(v=1, outcome="mixed", effort="1-4h"), "waiting", "", timedelta(days=1, hours=7)),
        *((last, _told(card), "sent", "", -timedelta(days=2, hours=9)) for card in own),
        (before, Adopted(v=1, adoption="weekly", function="engineering"), "sent", "", -timedelta(days=9, hours=5)),
        (before, Used(v=1, tool="claude-code", tokens="<10M"), "sent", "", -timedelta(days=11, hours=1)),
        (
            before,
            Went(v=1, outcome="worked", effort="4-16h"),
            "refused",
            "the board did not understand it; perhaps one of the two programs is too old",
            -timedelta(days=10, hours=3),
        ),
    )
    for number, (week, fragment, state, why, at) in enumerate(said, 1):
        yield Sending(
            number=number,
            op="put",
            week=week,
            kind=kind_of(fragment),
            card=own[0].id if isinstance(fragment, Told) else None,
            words=sentence_of(fragment),
            bytes_inside=fragment_bytes(fragment).decode(),
            state=state,
            why=why,
            planned_at=now + at if state == "waiting" else None,
            done_at=now + at if state != "waiting" else None,
            seen_at=now - timedelta(days=1) if state == "sent" and week == last else None,
            can_withdraw=state in ("waiting", "sent") and not isinstance(fragment, Used),
        )
    yield Sending(
        number=len(said) + 1,
        op="delete",
        week=before,
        kind="use",
        card=None,
        words=f"The withdrawal of a fragment of {before} (use).",
        bytes_inside="",
        state="sent",
        why="",
        planned_at=None,
        done_at=now - timedelta(days=8),
        seen_at=now - timedelta(days=7),
        can_withdraw=False,
    )


def _left(sendings: tuple[Sending, ...], now: datetime) -> Iterator[Left]:
    asked = (
        (now - timedelta(minutes=25), "GET", f"{BOARD}/v1/board", "Asks for all published weeks.", "", 0, 200),
        (now - timedelta(hours=3), "GET", f"{BOARD}/v1/manifest", "Asks for the season's manifest.", "", 0, 200),
        (now - timedelta(hours=3), "GET", f"https://{RELAY}/v1/manifest", "The same by the relay.", "", 0, 200),
        (now - timedelta(days=12), "POST", f"{BOARD}/v1/books", "Claims the season's whole book.", "", 41_872, 200),
    )
    sent = [
        (one.done_at, "POST", f"https://{RELAY}/v1/relay", one.words, one.bytes_inside, 8192, ANSWERED[one.op])
        for one in sendings
        if one.done_at is not None and one.state == "sent"
    ]
    rows = sorted((*asked, *sent), key=lambda row: row[0], reverse=True)
    for place, (at, method, url, words, inside, size, status) in enumerate(rows):
        yield Left(len(rows) - place, at, method, url, words, inside, size, status)


def _published(today: date) -> Iterator[PublishedWeek]:
    """A team of about forty that grows into weekly use; newest week first."""
    for ago in range(2, WEEKS_BACK + 1):
        week = _weeks_before(today, ago)
        dice = Random(ago)  # noqa: S311  the same weeks every time
        regular = 0.72 - 0.05 * (ago - 2) + dice.uniform(-0.03, 0.03)
        daily = regular * 0.45
        adoption = {"Daily": daily, "Weekly": regular - daily, "Tried it": 0.7 * (1 - regular)}
        adoption["Not at all"] = 1 - sum(adoption.values())
        went = {"Worked": 0.42, "Partly": 0.27, "Did not work": 0.22, "Unclear": 0.09}
        tools = {"claude-code": 0.52, "codex": 0.23, "openai": 0.15, "other": 0.1}
        people = 38 + dice.randrange(-4, 5)
        yield PublishedWeek(
            week=week,
            title=_title(week),
            headline=f"{_text(regular).capitalize()} of the check-ins used AI weekly or daily.",
            figures=(
                ("Check-ins", f"≈ {people}", "with noise: a few more or fewer"),
                ("Weekly or daily use", _text(regular).replace("about", "≈"), "much the same as the week before"),
                ("What was tried worked", _text(went["Worked"]).replace("about", "≈"), f"of {people - 9} answers"),
                ("Functions reached", "4 of 5", "with somebody at it every week"),
            ),
            tables=(
                _table("adoption", adoption),
                _table("outcome", went),
                _table("tool", tools),
                _table("tokens", BANDS, {label: value for value, label in LABELS.items()}),
            ),
            small_print=SMALL_PRINT,
            own=OwnPlace(week, "<10M", "Your week was between 1M and 10M tokens, as about 30 % of those who told.")
            if ago == 2
            else None,
            splits=(_breadth(regular), _outcome_by_effort()),
        )


def _with_cards(weeks: tuple[PublishedWeek, ...], history: History, zone: str) -> tuple[PublishedWeek, ...]:
    cards = cards_to_tell(history, [week.week for week in weeks], zone)
    return tuple(replace(week, cards=cards.get(week.week, ())) for week in weeks)


def _breadth(regular: float) -> SplitTable:
    """Each function with its own beginning; support is too small to be told of."""
    rows = []
    for label, answers, ahead in (("Design", 6, -0.05), ("Engineering", 15, 0.1), ("Product", 7, 0.02)):
        part = min(regular + ahead, 0.92)
        parts = {"Daily": 0.45 * part, "Weekly": 0.55 * part, "Tried it": 0.7 * (1 - part)}
        rows.append(_split_row(label, answers, {**parts, "Not at all": 1 - sum(parts.values())}))
    rows += [
        SplitRow("Support", "", ()),
        _split_row("Other", 5, dict(zip(ADOPTIONS, (0.2, 0.4, 0.2, 0.2), strict=True))),
    ]
    return SplitTable(
        "Breadth by function",
        "Function",
        tuple(ADOPTIONS),
        tuple(rows),
        "“Other” has the functions with fewer than five check-ins and those who named none.",
        "in alphabetical order, not by rank",
    )


def _outcome_by_effort() -> SplitTable:
    rows = (
        _split_row("Under 1 hour", 8, dict(zip(OUTCOMES, (0.51, 0.24, 0.13, 0.12), strict=True))),
        _split_row("1 to 4 hours", 11, dict(zip(OUTCOMES, (0.45, 0.27, 0.19, 0.09), strict=True))),
        _split_row("4 to 16 hours", 7, dict(zip(OUTCOMES, (0.28, 0.29, 0.43, 0.0), strict=True))),
        SplitRow("Over 16 hours", "", ()),
    )
    return SplitTable("What came of it, by effort", "Effort put in", tuple(OUTCOMES), rows)


def _split_row(label: str, answers: int, parts: dict[str, float]) -> SplitRow:
    values = {**ADOPTIONS, **OUTCOMES}
    rows = (Row(values[name], name, _text(part), round(part, 3)) for name, part in parts.items())
    return SplitRow(label, f"≈ {answers}", tuple(rows))


def _table(title: str, parts: dict[str, float], values: dict[str, Band] | None = None) -> Table:
    rows = tuple(
        Row((values or {}).get(label, label.lower()), label, _text(part), round(part, 3))
        for label, part in parts.items()
    )
    return Table(TITLES[title], rows, "")


def _text(part: float) -> str:
    return f"about {round(100 * part / 5) * 5} %"


def _title(week: str) -> str:
    monday, sunday = days_of_week(week)
    return f"Week {int(week.partition('-W')[2])}, {monday.day} {monday:%B} to {sunday.day} {sunday:%B} {sunday.year}"


def _weeks_before(today: date, ago: int) -> str:
    return week_of(today - timedelta(weeks=ago))
