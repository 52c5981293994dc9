"""A week of the person's own history, as far as sharing asks about it."""

from __future__ import annotations

from collections.abc import Sequence

from tokentray.core.journal import Card, Level
from tokentray.insights.checkin import days_of_week, week_of
from tokentray.insights.journal import card_day
from tokentray.insights.prices import open_price_book
from tokentray.insights.sums import add_up
from tokentray.settings.settings import Settings
from tokentray.share.fragments import WeekOfUse
from tokentray.store.database import History
from tokentray.store.journal_table import cards_between
from tokentray.store.question import Question


def take_week(history: History, settings: Settings, week: str, zone: str) -> WeekOfUse:
    """
    Days with use, tokens by source (each token once) and the cards of an ISO week in the person's zone.

    Raises:
        ValueError: there is no such week; the message is for a person.
    """
    since, until = days_of_week(week)
    book = open_price_book(history, settings.own_prices)
    rows = add_up(history, Question(since, until, zone, ("day", "source")), book).rows
    days: set[str] = set()
    sums: dict[str, int] = {}
    for (day, source), total in rows.items():
        if total.total and day is not None and source is not None:
            days.add(day)
            sums[source] = sums.get(source, 0) + total.total
    cards = tuple(card for card in cards_between(history, since, until, zone) if not card.draft)
    return WeekOfUse(week, len(days), tuple(sorted(sums.items(), key=lambda item: -item[1])), cards)


def cards_to_tell(history: History, weeks: Sequence[str], zone: str) -> dict[str, tuple[Card, ...]]:
    """The finished cards for team or company by ISO week in the person's zone, newest first; a week without any is missing."""
    if not weeks:
        return {}
    spans = [days_of_week(week) for week in weeks]
    since, until = min(first for first, _ in spans), max(last for _, last in spans)
    found: dict[str, tuple[Card, ...]] = {}
    for card in cards_between(history, since, until, zone):
        if not card.draft and card.level is not Level.ME:
            week = week_of(card_day(card, zone))
            found[week] = (*found.get(week, ()), card)
    return {week: found[week] for week in weeks if week in found}
