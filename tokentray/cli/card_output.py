"""Cards as the terminal and other programs read them."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tokentray.cli.here import rfc3339
from tokentray.cli.plain import costs, count, short_count, table
from tokentray.core.journal import Card, Edit, Outcome, WorkSession
from tokentray.core.money import Money
from tokentray.insights.journal import CardRow
from tokentray.insights.minutes import minutes_text
from tokentray.insights.words import short_name

SECTIONS = (("Tried", "tried"), ("Worked", "worked"), ("Learned", "learned"), ("Next", "next"))
OUTCOMES = {
    Outcome.WORKED: "worked",
    Outcome.PARTLY: "partly",
    Outcome.FAILED: "did not work",
    Outcome.UNCLEAR: "unclear",
}
# What a terminal would obey: texts may have come from anywhere.
COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
LEAST_WIDTH, MOST_WIDTH = 40, 100
LONGEST_TITLE, LONGEST_TAGS = 52, 30


def card_object(row: CardRow, edits: Iterable[Edit] | None = None) -> dict[str, Any]:
    """
    A card as JSON has it: `on` is the local day where it stands, `day` its own date. Tokens that nobody knows are null.

    With `edits` it has its earlier texts, newest first.
    """
    told = {
        **_said(row.card),
        "on": row.day.isoformat(),
        "tokens": row.tokens,
        "cost": [money_object(money) for money in row.cost],
        "work": [_session(session) for session in row.sessions],
        "followed_by": [card.id for card in row.after],
    }
    if edits is not None:
        told["edits"] = [{"at": rfc3339(edit.at), **_said(edit.card)} for edit in edits]
    return told


def cards_table(rows: Iterable[CardRow]) -> str:
    """One line a card."""
    lines = [["day", "id", "outcome", "tokens", "title", "tags"]]
    for row in rows:
        card = row.card
        outcome = OUTCOMES[card.outcome] if card.outcome else "draft" if card.draft else ""
        tags = " ".join(f"#{tag}" for tag in card.tags)
        title = _cut(" ".join(card.title.split()) or _first_words(card), LONGEST_TITLE)
        lines.append([row.day.isoformat(), card.id, outcome, short_count(row.tokens), title, _cut(tags, LONGEST_TAGS)])
    return COMMANDS.sub("�", table(lines, left=len(lines[0])))


def card_text(row: CardRow, edits: list[Edit], zone: str) -> str:
    """All of a card, to be read on a terminal."""
    card = row.card
    facts = [row.day.isoformat(), *([OUTCOMES[card.outcome]] if card.outcome else []), f"for {_whom(card)}"]
    facts += [fact for fact in (card.function, "draft" if card.draft else "") if fact]
    lines = [
        f"{card.title or 'Untitled'}  ({card.id})",
        " · ".join(facts) + "".join(f" #{tag}" for tag in card.tags),
        "",
    ]
    lines += [f"{what:8}{text}" for what, text in _facts(row, zone)]
    for heading, name in SECTIONS:
        text = getattr(card, name)
        if text:
            lines += ["", heading, *_wrapped(text)]
    if edits:
        first = edits[-1].at.astimezone(ZoneInfo(zone))
        times = "once" if len(edits) == 1 else f"{len(edits)} times"
        lines += ["", f"Edited {times} since {first:%Y-%m-%d %H:%M}; “--earlier” shows the earlier texts."]
    return COMMANDS.sub("�", "\n".join(lines))


def _facts(row: CardRow, zone: str) -> Iterator[tuple[str, str]]:
    card = row.card
    for number, session in enumerate(row.sessions):
        yield "work" if number == 0 else "", _work_text(session, zone)
    for link in card.links:
        if not any(
            session.project == link.project and session.start <= link.anchor <= session.end for session in row.sessions
        ):
            stretch = _stretch(link.start, link.end, zone)
            yield (
                "work",
                f"{stretch}  {short_name(link.project or 'no known project')}, of which this history knows nothing",
            )
    if row.models:
        yield "models", ", ".join(row.models)
    if not row.sessions:
        yield "tokens", "unknown"
    if card.effort_minutes is not None:
        yield "effort", minutes_text(card.effort_minutes)
    if card.saved_minutes:
        yield "saved", " to ".join(dict.fromkeys(map(minutes_text, card.saved_minutes)))
    if card.url:
        yield "link", card.url
    if row.before:
        yield "follows", f"{row.before.title or 'Untitled'}  ({row.before.id})"
    for number, after in enumerate(row.after):
        yield "again" if number == 0 else "", f"{after.title or 'Untitled'}  ({after.id})"


def _work_text(session: WorkSession, zone: str) -> str:
    named = short_name(session.project) if session.project else "no known project"
    cost = costs([money_object(money) for money in session.cost])
    coarse = "  (only as fine as the bill)" if session.grain == "hour" else ""
    return (
        f"{_stretch(session.start, session.end, zone)}  {named}  {count(session.tokens.total)} tokens  {cost}{coarse}"
    )


def _stretch(start: datetime, end: datetime, zone: str) -> str:
    first, last = (instant.astimezone(ZoneInfo(zone)) for instant in (start, end))
    form = "%H:%M" if first.date() == last.date() else "%Y-%m-%d %H:%M"
    return f"{first:%Y-%m-%d %H:%M}–{last.strftime(form)}"


def _wrapped(text: str) -> Iterator[str]:
    width = max(LEAST_WIDTH, min(MOST_WIDTH, shutil.get_terminal_size().columns)) - 2
    for line in text.split("\n"):
        # Lists, code and quotes keep their lines.
        plain = line[:1].isalnum()
        pieces = textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) if plain else [line]
        yield from (f"  {piece}".rstrip() for piece in pieces or [""])


def _first_words(card: Card) -> str:
    texts = (getattr(card, name) for _, name in SECTIONS)
    return next((" ".join(text.split()) for text in texts if text.strip()), "Untitled")


def _whom(card: Card) -> str:
    return {"me": "me", "team": "the team", "company": "the company"}[card.level]


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _said(card: Card) -> dict[str, Any]:
    return {
        "id": card.id,
        "created_at": rfc3339(card.created_at),
        "edited_at": rfc3339(card.edited_at),
        "day": card.day and card.day.isoformat(),
        "title": card.title,
        **{name: getattr(card, name) for _, name in SECTIONS},
        "outcome": card.outcome and str(card.outcome),
        "level": str(card.level),
        "function": card.function,
        "effort_minutes": card.effort_minutes,
        "saved_minutes": card.saved_minutes and list(card.saved_minutes),
        "tags": list(card.tags),
        "url": card.url,
        "links": [
            {
                "project": link.project,
                "anchor": rfc3339(link.anchor),
                "start": rfc3339(link.start),
                "end": rfc3339(link.end),
            }
            for link in card.links
        ],
        "models": list(card.models),
        "follows": card.follows,
        "draft": card.draft,
    }


def _session(session: WorkSession) -> dict[str, Any]:
    return {
        "id": session.id,
        "project": session.project,
        "start": rfc3339(session.start),
        "end": rfc3339(session.end),
        "grain": session.grain,
        "agents": list(session.agents),
        "models": list(session.models),
        "tokens": session.tokens.total,
        "cost": [money_object(money) for money in session.cost],
        "also_billed": session.also_billed,
    }


def money_object(money: Money) -> dict[str, str]:
    """As everywhere in the JSON of CLI.md."""
    return {"amount": money.text, "currency": money.currency, "kind": str(money.kind)}
