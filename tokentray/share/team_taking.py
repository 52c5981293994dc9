"""Takes the Team page from the history, as it stands at one moment: nothing is asked of the board, and no secret is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import msgspec

from tokentray.core.fragment import RESULTS, Fragment, Result
from tokentray.core.journal import Level
from tokentray.core.manifest import Manifest
from tokentray.core.period import local_day
from tokentray.core.published import COUNTED, FEWER, OTHER, Published
from tokentray.core.published_words import (
    ADOPTIONS,
    Split,
    Week,
    by_effort,
    by_function,
    by_week,
    figures,
    headline,
    label_of,
    size_of,
    small_print,
    tables,
    week_name,
)
from tokentray.insights.checkin import days_of_week, week_of
from tokentray.insights.prices import open_price_book
from tokentray.insights.sums import add_up
from tokentray.settings.settings import Settings
from tokentray.share.fragments import sentence_of
from tokentray.share.own_place import own_place
from tokentray.share.reasons import RESTORED, TRIED, is_free
from tokentray.share.team import Team, closes_at, dropped_at, holds_against_operator, is_open, kept_team, monday_of
from tokentray.share.team_view import (
    FeedCard,
    Left,
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
from tokentray.store.feed_table import FeedNote, KeptCard, feed_cards, feed_notes, published_weeks
from tokentray.store.outbox_table import (
    Parcel,
    all_parcels,
    count_departures,
    last_departures,
    skipped_weeks,
    team_of,
    token_of,
)
from tokentray.store.question import Question

LEFT_SHOWN: Final = 200
ASKS_AFTER: Final = timedelta(weeks=8)
PUBLISHED = msgspec.json.Decoder(list[Published])
FRAGMENT = msgspec.json.Decoder(Fragment)

OTHERS: Final = (
    "“Other” has the functions with fewer than five check-ins and those who named none; where even that would be too few, they count in the "
    "total only."
)
NO_FUNCTIONS: Final = "The board does not ask for functions: below 25 seats, or in a function with fewer than ten people, the answer would point at somebody."
WHY: Final = {
    TRIED: "It may have arrived; it is sent again as it was.",
    RESTORED: "It waited in a backup that was put back; share it again if it should leave",
}


def take_team_view(history: History, settings: Settings, now: datetime, zone: str, week: str = "") -> TeamView:
    """
    The page with the chosen `week` ("" for the present one, or the nearest that is open).

    What is kept of the manifest was verified when it was kept; this needs no cryptography.
    """
    left, left_count = _left(history), count_departures(history)
    team = kept_team(history)
    if team is None:
        return TeamView(now, left=left, left_count=left_count)
    kept, parcels = team_of(history), all_parcels(history)
    sendings = _sendings(team, parcels, now)
    asked_at = datetime.fromisoformat(kept["asked_at"]) if "asked_at" in kept else None
    return TeamView(
        taken_at=now,
        team=_facts(team, kept, now),
        week=_week(history, settings, team, kept, sendings, now, zone, week),
        sendings=sendings,
        feed=take_feed(history, now),
        unread=int(kept.get("unread", 0)),
        published=take_published(history, settings, team.manifest, zone),
        asked_at=asked_at,
        left=left,
        left_count=left_count,
    )


def take_feed(history: History, now: datetime) -> tuple[FeedCard, ...]:
    """The cards that were decrypted at the last asking, with the person's notes; newest week first, then in an order that means nothing."""
    notes, own = feed_notes(history), _own_nonces(history)
    return tuple(
        _feed_card(card, notes.get(card.id, FeedNote()), card.nonce in own, now) for card in feed_cards(history)
    )


def take_published(history: History, settings: Settings, manifest: Manifest, zone: str) -> tuple[PublishedWeek, ...]:
    """All published weeks that are kept here, newest first, each with the own place beside its distribution of token use, and the own cards."""
    weeks = by_week(each for _, kinds in published_weeks(history) for each in PUBLISHED.decode(kinds))
    if not weeks:
        return ()
    tokens = tokens_by_week(history, settings, list(weeks), zone)
    functions = [function.id for function in manifest.functions]
    names = list(weeks)
    cards = cards_to_tell(history, names, zone)
    found = []
    for place, name in enumerate(names):
        before = weeks[names[place - 1]] if place else None
        week = _published_week(name, weeks[name], before, functions, tokens.get(name))
        found.append(replace(week, cards=cards.get(name, ())))
    return tuple(reversed(found))


def tokens_by_week(history: History, settings: Settings, weeks: Sequence[str], zone: str) -> dict[str, int]:
    """The own tokens of these ISO weeks, each counted once; a week without any known use is missing."""
    spans = [days_of_week(week) for week in weeks]
    since, until = min(first for first, _ in spans), max(last for _, last in spans)
    book = open_price_book(history, settings.own_prices)
    rows = add_up(history, Question(since, until, zone, ("week",)), book).rows
    return {str(key[0]): total.total for key, total in rows.items() if total.total is not None}


def _facts(team: Team, kept: Mapping[str, str], now: datetime) -> TeamFacts:
    manifest = team.newest
    return TeamFacts(
        board=team.board,
        season=team.manifest.season,
        level="L2" if holds_against_operator(team.board, manifest) else "L1",
        promise=team.level,
        relay=None if manifest.relay is None else urlsplit(manifest.relay).netloc,
        weeks=team.manifest.weeks,
        open_weeks=tuple(week for week in team.weeks if is_open(team, week, now)),
        offered=team.manifest.vocabulary,
        per_week=tuple(team.manifest.kinds.items()),
        retention_weeks=manifest.retention_weeks,
        checked_at=team.checked_at,
        secrets_in_keyring=team.key_from == "keyring",
        news=kept.get("news", ""),
        webhooks=tuple(kept.get("webhooks", "").split()),
        fell=bool(kept.get("fell")),
        asks_password=bool(kept.get("reader_asked")),
        password_kept=bool(kept.get("reader")),
    )


def _week(
    history: History,
    settings: Settings,
    team: Team,
    kept: Mapping[str, str],
    sendings: Sequence[Sending],
    now: datetime,
    zone: str,
    wished: str,
) -> WeekToShare:
    week = wished or _nearest(team, now, zone)
    use = take_week(history, settings, week, zone)
    shareable = tuple(card for card in use.cards if card.level is not Level.ME and card.outcome is not None)
    is_known = week in team.weeks
    return WeekToShare(
        week=week,
        open=is_open(team, week, now),
        closes_at=closes_at(team, week) if is_known else None,
        skipped=week in skipped_weeks(history),
        use=use,
        shareable=shareable,
        private=len(use.cards) - len(shareable),
        kinds=tuple(kept.get("kinds", "").split()),
        function=kept.get("function", ""),
        sendings=tuple(sending for sending in sendings if sending.week == week),
    )


def _nearest(team: Team, now: datetime, zone: str) -> str:
    present = week_of(local_day(now, zone))
    if present in team.weeks:
        return present
    return next((week for week in reversed(team.weeks) if is_open(team, week, now)), present)


def _sendings(team: Team, parcels: Sequence[Parcel], now: datetime) -> tuple[Sending, ...]:
    """By week, newest first, then by kind."""
    withdrawn = {
        (one.week, one.kind, one.place) for one in parcels if one.op == "delete" and one.state in ("waiting", "sent")
    }
    found = [_sending(team, one, (one.week, one.kind, one.place) in withdrawn, now) for one in parcels]
    return tuple(sorted(found, key=lambda sending: sending.week, reverse=True))


def _sending(team: Team, parcel: Parcel, is_withdrawn: bool, now: datetime) -> Sending:
    waits = parcel.state == "waiting"
    is_there = parcel.op == "put" and parcel.state in ("waiting", "sent") and not is_withdrawn
    return Sending(
        number=parcel.number,
        op=parcel.op,
        week=parcel.week,
        kind=parcel.kind,
        card=parcel.card,
        words=_words(parcel),
        bytes_inside=parcel.body.decode(),
        state=parcel.state,
        why=WHY.get(parcel.why, parcel.why),
        planned_at=parcel.planned_at if waits else None,
        done_at=None if waits else parcel.done_at,
        seen_at=parcel.seen_at,
        can_withdraw=is_there and now < dropped_at(team, parcel.week),
        spent=not is_free(parcel),
    )


def _words(parcel: Parcel) -> str:
    if parcel.op == "delete":
        return f"The withdrawal of a fragment of {parcel.week} ({parcel.kind})."
    if not parcel.body:
        return (
            f"A fragment of {parcel.week} ({parcel.kind}) that was sent {parcel.why}; what it says is not known here."
        )
    sentence = sentence_of(FRAGMENT.decode(parcel.body))
    return sentence if parcel.op == "put" else f"A correction: {sentence}"


def _own_nonces(history: History) -> set[str]:
    tokens = (
        token_of(history, one.week, one.kind, one.place)
        for one in all_parcels(history)
        if (one.op, one.kind, one.state) == ("put", "card", "sent")
    )
    return {token[2:34].hex() for token in tokens if token is not None}


def _feed_card(card: KeptCard, note: FeedNote, own: bool, now: datetime) -> FeedCard:
    return FeedCard(
        id=card.id,
        week=card.week,
        category=card.category,
        outcome=_result(card.outcome),
        level=card.level,
        tried=card.tried,
        worked=card.worked,
        learned=card.learned,
        next=card.next,
        reproduced=note.reproduced,
        still_true=note.still_true,
        asks=not note.still_true and now >= monday_of(card.week) + ASKS_AFTER,
        imported_as=note.imported_as,
        own=own,
    )


def _result(word: str) -> Result:
    return next((result for result in RESULTS if result == word), "unsure")


def _published_week(
    name: str, week: Week, before: Week | None, functions: Sequence[str], tokens: int | None
) -> PublishedWeek:
    return PublishedWeek(
        week=name,
        title=week_name(name),
        headline=headline(week),
        figures=tuple((each.label, each.value, each.note) for each in figures(week, before, functions)),
        tables=tuple(_tables(week)),
        small_print=small_print(week),
        own=own_place(name, tokens, week.get("use")),
        splits=(_breadth(week, functions), _outcome_by_effort(week)),
    )


def _tables(week: Week) -> Iterable[Table]:
    for title, kind, rows in tables(week):
        published = week.get(kind)
        few = published is None or published.size == FEWER
        note = "" if rows else "Fewer than five sent this." if few else "Too few to say more."
        yield Table(title, tuple(Row(one.value, one.label, one.text, one.part) for one in rows), note)


def _breadth(week: Week, functions: Sequence[str]) -> SplitTable:
    check_ins = week.get("c1")
    rows = by_function(check_ins, functions)
    if rows:
        note = OTHERS if any(row.label == label_of(OTHER) for row in rows) else ""
    elif not functions:
        note = NO_FUNCTIONS
    elif size_of(check_ins) == COUNTED:
        note = "They were too small to be told apart without pointing at somebody."
    else:
        note = "From 25 check-ins in a week on."
    made = _split_table("Breadth by function", "Function", ADOPTIONS, rows, note)
    return replace(made, subtitle="in alphabetical order, not by rank")


def _outcome_by_effort(week: Week) -> SplitTable:
    rows = by_effort(week.get("c2"))
    note = "" if rows else "From 25 answers in a week on; below that, the two together would single people out."
    return _split_table("What came of it, by effort", "Effort put in", RESULTS, rows, note)


def _split_table(title: str, heading: str, values: Sequence[str], rows: Iterable[Split], note: str) -> SplitTable:
    told = (
        SplitRow(
            row.label,
            f"≈ {row.count}" if row.shares else "",
            tuple(Row(one.value, one.label, one.text, one.part) for one in row.shares),
        )
        for row in rows
    )
    return SplitTable(title, heading, tuple(label_of(value) for value in values), tuple(told), note)


def _left(history: History) -> tuple[Left, ...]:
    return tuple(
        Left(one.number, one.at, one.method, one.url, one.words, one.inside.decode(), size, one.status)
        for one, size in last_departures(history, LEFT_SHOWN)
    )
