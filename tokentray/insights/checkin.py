"""The week's check-in: drafted from its use and its cards, compared with those before, and written out for others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape

from tokentray.core.journal import Card, CheckIn, Level, Outcome
from tokentray.core.money import Money
from tokentray.core.period import day_period, local_day
from tokentray.insights import words
from tokentray.insights.journal import CardRow, card_day, card_rows, sessions_of_cards, unexplained_percent
from tokentray.insights.prices import PriceBook, open_price_book
from tokentray.insights.snapshot import Measure, Stack, Step, TrendChoice
from tokentray.insights.sums import add_up
from tokentray.insights.trends import take_trend
from tokentray.insights.work_sessions import take_sessions
from tokentray.settings.settings import Settings
from tokentray.store.checkin_table import all_checkins
from tokentray.store.database import History
from tokentray.store.journal_table import all_cards, cards_between
from tokentray.store.question import Question

WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)
ITEM = re.compile(r"\s*[-*+] +(.*)")
OUTCOMES = {
    Outcome.WORKED: "worked",
    Outcome.PARTLY: "worked partly",
    Outcome.FAILED: "did not work",
    Outcome.UNCLEAR: "unclear",
}

QUESTIONS = (
    "What did you try that was new?",
    "What worked better than expected, and how could another repeat it?",
    "What did not work, or was not worth it?",
    "What did you learn, in one sentence for a colleague of another function?",
    "What is next, or what is your question?",
)

Answers = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class PastWeek:
    """A week's check-in with what there was in it, for comparing; `tokens` None: unknown. `cards` counts those that are not drafts."""

    checkin: CheckIn
    cards: int
    tokens: int | None
    cost: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class CheckInDraft:
    """
    A week's check-in, as it was left or as it is proposed.

    `week` is ISO ("2026-W47"), `since` its Monday and `until` its Sunday. `checkin` has the answers to show; `proposed` are those its cards lead
    to, wherever the person wrote others. `cards` are the week's, oldest first, without drafts; `promoted` those of them that are for team or
    company. `picture` has seven bars of tokens by model, `on_days` the cards that stand on each of them. `unexplained_percent` is the part of
    the week's tokens that no card speaks of. `past` are the other weeks' check-ins, newest first.
    """

    week: str
    since: date
    until: date
    checkin: CheckIn
    proposed: Answers
    cards: tuple[CardRow, ...]
    promoted: tuple[CardRow, ...]
    picture: Stack
    on_days: tuple[tuple[CardRow, ...], ...]
    tokens: int | None
    cost: tuple[Money, ...]
    unexplained_percent: int | None
    past: tuple[PastWeek, ...]


def week_of(day: date) -> str:
    """The ISO week of a day: "2026-W47"."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def days_of_week(week: str) -> tuple[date, date]:
    """
    Monday and Sunday of an ISO week.

    Raises:
        ValueError: there is no such week; the message is for a person.
    """
    told = WEEK.fullmatch(week.strip())
    try:
        if told is None:
            raise ValueError
        monday = date.fromisocalendar(int(told[1]), int(told[2]), 1)
        return monday, monday + timedelta(days=6)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"“{week}” is no week such as 2026-W47.") from error


def take_checkin(history: History, settings: Settings, now: datetime, zone: str, week: str = "") -> CheckInDraft:
    """
    The draft for an ISO week, "": this one. Not to be called in a transaction: a writer makes stale runs of use again.

    Raises:
        ValueError: there is no such week; the message is for a person.
    """
    since, until = days_of_week(week or week_of(local_day(now, zone)))
    week = week_of(since)
    book = open_price_book(history, settings.own_prices)
    period = day_period(since, until, zone)
    sessions = take_sessions(history, period.start, period.end, settings.pause_minutes, book)
    cards = [card for card in cards_between(history, since, until, zone) if not card.draft]
    spoken_of = sessions_of_cards(history, settings, book, cards)
    rows = tuple(reversed(card_rows(history, settings, cards, spoken_of, zone)))
    kept = all_checkins(history)
    proposed = proposed_answers([row.card for row in rows])
    checkin = next((checkin for checkin in kept if checkin.week == week), None)
    if checkin is None:
        checkin = CheckIn(week, proposed, tuple(card.id for card in map(_card, rows) if card.level is not Level.ME))
    total = add_up(history, Question(since, until, zone), book).headline
    return CheckInDraft(
        week=week,
        since=since,
        until=until,
        checkin=checkin,
        proposed=proposed,
        cards=rows,
        promoted=tuple(row for row in rows if row.card.level is not Level.ME),
        picture=take_trend(history, TrendChoice(since, until, Step.DAY, "model", Measure.TOKENS), zone, book).stack,
        on_days=tuple(tuple(row for row in rows if row.day == since + timedelta(days=n)) for n in range(7)),
        tokens=total.total,
        cost=total.cost,
        unexplained_percent=unexplained_percent(
            [session for session in sessions if period.start <= session.start < period.end]
        ),
        past=_past(history, book, zone, [other for other in kept if other.week != week]),
    )


def proposed_answers(cards: Iterable[Card]) -> Answers:
    """What a week's cards (oldest first) answer to the five questions: an item for each that says something, "" where none does."""
    cards = list(cards)
    good = [card for card in cards if card.outcome in (Outcome.WORKED, Outcome.PARTLY)]
    bad = [card for card in cards if card.outcome in (Outcome.FAILED, Outcome.UNCLEAR)]
    return (
        _items(cards, lambda card: card.tried, named=True),
        _items(good, lambda card: card.worked or card.learned, named=True),
        _items(bad, lambda card: card.learned or card.worked or card.tried, named=True),
        _items(cards, lambda card: card.learned),
        _items(cards, lambda card: card.next),
    )


def to_markdown(draft: CheckInDraft) -> str:
    """The check-in for others: its answers, the week's tokens by day, and of its cards those that were promoted."""
    lines = [f"# Check-in {draft.week}", "", _summary(draft), ""]
    for question, answer in zip(QUESTIONS, draft.checkin.answers, strict=True):
        lines += [f"## {question}", "", answer.strip() or "—", ""]
    lines += ["## The week", "", "| Day | Tokens | Cards |", "| --- | ---: | --- |"]
    lines += [f"| {day} | {tokens} | {_cell(titles)} |" for day, tokens, titles in _days(draft)]
    for row in _shown(draft):
        lines += ["", f"### {_one_line(_title(row.card))}", "", _facts(row)]
        for name, text in _texts(row.card):
            lines += ["", f"**{name}:** {text.strip()}"]
    return "\n".join(lines) + "\n"


def to_html(draft: CheckInDraft) -> str:
    """The same as a page of its own that loads nothing; all that was typed is text in it, never markup."""
    parts = [f"<h1>Check-in {escape(draft.week)}</h1>", f"<p>{escape(_summary(draft))}</p>"]
    for question, answer in zip(QUESTIONS, draft.checkin.answers, strict=True):
        parts += [f"<h2>{escape(question)}</h2>", _paragraphs(answer.strip() or "—")]
    parts.append("<h2>The week</h2>\n<table>\n<tr><th>Day</th><th>Tokens</th><th>Cards</th></tr>")
    parts += [
        f"<tr><td>{escape(day)}</td><td class=number>{escape(tokens)}</td><td>{escape(titles)}</td></tr>"
        for day, tokens, titles in _days(draft)
    ]
    parts.append("</table>")
    for row in _shown(draft):
        parts += [f"<h3>{escape(_title(row.card))}</h3>", f"<p>{escape(_facts(row))}</p>"]
        parts += [f"<h4>{escape(name)}</h4>\n{_paragraphs(text.strip())}" for name, text in _texts(row.card)]
    return PAGE.replace("<week>", escape(draft.week)).replace("<parts>", "\n".join(parts))


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Check-in <week></title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem }
h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #8886 }
.number { text-align: right; font-variant-numeric: tabular-nums }
</style>
</head>
<body>
<parts>
</body>
</html>
"""


def _past(history: History, book: PriceBook, zone: str, kept: Sequence[CheckIn]) -> tuple[PastWeek, ...]:
    if not kept:
        return ()
    weeks = {checkin.week: days_of_week(checkin.week) for checkin in kept}
    since = min(first for first, _ in weeks.values())
    until = max(last for _, last in weeks.values())
    used = {key[0]: total for key, total in add_up(history, Question(since, until, zone, ("week",)), book).rows.items()}
    counts: dict[str, int] = {}
    for card in all_cards(history):
        if not card.draft:
            week = week_of(card_day(card, zone))
            counts[week] = counts.get(week, 0) + 1
    return tuple(
        PastWeek(
            checkin,
            counts.get(checkin.week, 0),
            used[checkin.week].total if checkin.week in used else None,
            used[checkin.week].cost if checkin.week in used else (),
        )
        for checkin in kept
    )


def _card(row: CardRow) -> Card:
    return row.card


def _items(cards: Iterable[Card], text: Callable[[Card], str], named: bool = False) -> str:
    """One list item for each card that says something; what else its text has hangs below it."""
    items = []
    for card in cards:
        said = text(card).strip()
        if said:
            name = f"{_one_line(card.title)}:" if named and card.title.strip() else ""
            space = "\n" if ITEM.match(said) else " "
            items.append("- " + (f"{name}{space}{said}" if name else said).replace("\n", "\n  "))
    return "\n".join(items)


def _summary(draft: CheckInDraft) -> str:
    said = [f"{draft.since} to {draft.until}"]
    said.append("tokens unknown" if draft.tokens is None else f"{words.count_text(draft.tokens)} tokens")
    if draft.cost:
        said.append(words.moneys_text(draft.cost))
    return " · ".join(said)


def _days(draft: CheckInDraft) -> list[tuple[str, str, str]]:
    """Day, tokens, and the titles of those cards on it that may be shown."""
    shown = {row.card.id for row in _shown(draft)}
    found = []
    for place in range(7):
        day = draft.since + timedelta(days=place)
        values = [series.values[place] for series in draft.picture.series]
        known = [value for value in values if value is not None]
        # A day to come and a day without any use look alike here, so neither is called 0.
        tokens = words.count_text(int(sum(known))) if any(known) else "—"
        titles = "; ".join(_one_line(_title(row.card)) for row in draft.on_days[place] if row.card.id in shown)
        found.append((f"{words.weekday_of(day)} {day}", tokens, titles))
    return found


def _shown(draft: CheckInDraft) -> tuple[CardRow, ...]:
    """What leaves with the check-in: only what its author raised."""
    return draft.promoted


def _title(card: Card) -> str:
    return card.title.strip() or "A card without a title"


def _facts(row: CardRow) -> str:
    said = [f"For the {row.card.level}"]
    if row.card.outcome is not None:
        said.append(OUTCOMES[row.card.outcome])
    said.append("tokens unknown" if row.tokens is None else f"{words.count_text(row.tokens)} tokens")
    if row.cost:
        said.append(words.moneys_text(row.cost))
    said += [f"#{tag}" for tag in row.card.tags]
    return " · ".join(said)


def _texts(card: Card) -> list[tuple[str, str]]:
    named = (("Tried", card.tried), ("Worked", card.worked), ("Learned", card.learned), ("Next", card.next))
    return [(name, text) for name, text in named if text.strip()]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _paragraphs(text: str) -> str:
    """Paragraphs and lists; nothing else of Markdown."""
    parts: list[str] = []
    for block in re.split(r"\n\s*\n", text):
        paragraph: list[str] = []
        items: list[str] = []
        for line in block.splitlines():
            item = ITEM.fullmatch(line)
            if item:
                items.append(escape(item[1]))
            elif items:
                items[-1] += "<br>" + escape(line.strip())
            else:
                paragraph.append(escape(line))
        if paragraph:
            parts.append(f"<p>{'<br>'.join(paragraph)}</p>")
        if items:
            parts.append("<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>")
    return "\n".join(parts)
