"""What became of a sending, in words: of a fragment together with its withdrawal."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from tokentray.share.team_view import Sending
from tokentray.ui import wording
from tokentray.ui.wording import translate

TRIED: Final = "tried"
"""What the outbox says of a fragment of which nobody knows whether it arrived."""


def paired(sendings: tuple[Sending, ...]) -> list[tuple[Sending, Sending | None]]:
    """Each fragment with its withdrawal, newest first; a withdrawal whose fragment is not known stands by itself."""
    deletes = [one for one in sendings if one.op == "delete"]
    pairs: list[tuple[Sending, Sending | None]] = []
    for put in sorted((one for one in sendings if one.op == "put"), key=lambda one: one.number):
        takes_back = None
        if not put.can_withdraw and put.state in ("sent", "cancelled"):
            takes_back = next((one for one in deletes if _same(put, one) and one.number > put.number), None)
        if takes_back is not None:
            deletes.remove(takes_back)
        pairs.append((put, takes_back))
    pairs += [(one, None) for one in deletes]
    return sorted(pairs, key=lambda pair: -pair[0].number)


def holds_its_place(put: Sending, withdrawal: Sending | None) -> bool:
    """Whether its token is taken: only what was taken back before any byte of it left gives it free."""
    return put.state != "cancelled" or withdrawal is not None or put.why == TRIED


def kind_words(kind: str) -> str:
    """What a kind of fragment is about."""
    return {
        "c1": translate("sending", "How often AI was used"),
        "c2": translate("sending", "How experiments went"),
        "use": translate("sending", "Tokens by tool"),
        "card": translate("sending", "A card"),
    }.get(kind, kind)


def state_words(put: Sending, withdrawal: Sending | None, zone: str) -> str:
    """How it stands, in one or two sentences."""
    if withdrawal is None:
        return _words(put, zone)
    if put.state == "sent":
        left = translate("sending", "Left on {when}.").format(when=moment_text(put.done_at, zone))
        return f"{left} {_words(withdrawal, zone)}"
    return f"{_words(put, zone)} {_words(withdrawal, zone)}"


def state_glyph(put: Sending, withdrawal: Sending | None) -> str:
    """One of glyphs.GLYPHS."""
    last = withdrawal or put
    if last.state == "waiting":
        return "waiting"
    if last.state in ("refused", "lapsed"):
        return "warning"
    return "ok" if last.op == "put" and last.state == "sent" else "refused"


def moment_text(instant: datetime | None, zone: str) -> str:
    """Tue, 24 Nov 2026, 14:03 in the person's zone."""
    if instant is None:
        return wording.unknown()
    here = in_zone(instant, zone)
    return f"{wording.day_text(here.date())}, {wording.clock_text(here)}"


def in_zone(instant: datetime, zone: str) -> datetime:
    """The instant in a zone, "" for the system's."""
    return instant.astimezone(ZoneInfo(zone)) if zone else instant.astimezone()


def _words(one: Sending, zone: str) -> str:
    when = moment_text(one.done_at, zone)
    if one.op == "delete":
        return _withdrawal_words(one, when, zone)
    if one.state == "waiting":
        if one.why == TRIED:
            words = translate("sending", "It did not get through and is tried again, on {day} at the latest.")
        else:
            words = translate("sending", "Leaves at a random time, on {day} at the latest.")
        return words.format(day=_day(one.planned_at, zone))
    if one.state == "sent":
        seen = (
            translate("sending", "The public list has it.")
            if one.seen_at is not None
            else translate("sending", "Not checked with the public list yet.")
        )
        return f"{translate('sending', 'Left on {when}.').format(when=when)} {seen}"
    if one.state == "cancelled":
        if one.why == TRIED:
            return translate("sending", "Taken back; a try before may have reached the board.")
        return translate("sending", "Taken back before it left.")
    if one.state == "lapsed":
        return translate("sending", "It did not leave: {why}.").format(why=one.why or wording.unknown())
    return translate("sending", "The board did not take it: {why}.").format(why=one.why or wording.unknown())


def _withdrawal_words(one: Sending, when: str, zone: str) -> str:
    if one.state == "waiting":
        words = translate("sending", "Its withdrawal leaves at a random time, on {day} at the latest.")
        return words.format(day=moment_text(one.planned_at, zone))
    if one.state == "sent":
        seen = (
            translate("sending", "It is gone from the public list.")
            if one.seen_at is not None
            else translate("sending", "Not checked with the public list yet.")
        )
        return f"{translate('sending', 'Withdrawn on {when}.').format(when=when)} {seen}"
    if one.state == "cancelled":
        return translate("sending", "Its withdrawal was taken back.")
    return translate("sending", "It could not be withdrawn: {why}.").format(why=one.why or wording.unknown())


def _day(instant: datetime | None, zone: str) -> str:
    return wording.unknown() if instant is None else wording.day_text(in_zone(instant, zone).date())


def _same(put: Sending, delete: Sending) -> bool:
    return (put.week, put.kind, put.card) == (delete.week, delete.kind, delete.card)
