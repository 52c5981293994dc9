"""What became of a sending, in words: of a fragment together with its correction and its withdrawal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tokentray.share.team_view import Sending
from tokentray.ui import wording
from tokentray.ui.wording import translate


@dataclass(frozen=True, slots=True)
class Story:
    """A fragment with its correction and its withdrawal, None where there is none; one of those whose fragment is unknown stands as `put`."""

    put: Sending
    correction: Sending | None = None
    withdrawal: Sending | None = None

    @property
    def last(self) -> Sending:
        return self.withdrawal or self.correction or self.put

    @property
    def holds_its_place(self) -> bool:
        """Whether its token is taken: what surely did not arrive, or was taken back before any byte of it left, gives it free."""
        return self.put.spent or self.withdrawal is not None

    @property
    def can_be_corrected(self) -> bool:
        """It was sent from here, is not withdrawn and was not corrected before; a card's texts cannot be."""
        put = self.put
        is_there = put.op == "put" and put.state == "sent" and put.can_withdraw and self.correction is None
        return is_there and put.kind != "card" and bool(put.bytes_inside)

    @property
    def bytes_inside(self) -> str:
        """All that was sealed, one body a line."""
        bodies = (one.bytes_inside for one in (self.put, self.correction) if one is not None)
        return "\n".join(body for body in bodies if body)


def stories_of(sendings: tuple[Sending, ...]) -> list[Story]:
    """Newest first."""
    later = [one for one in sendings if one.op != "put" and one.state != "cancelled"]

    def taken(op: str, put: Sending) -> Sending | None:
        found = next((one for one in later if one.op == op and _speaks_of(one, put)), None)
        if found is not None:
            later.remove(found)
        return found

    stories = []
    for put in sorted((one for one in sendings if one.op == "put"), key=lambda one: one.number):
        gone = not put.can_withdraw and put.state in ("sent", "cancelled")
        stories.append(Story(put, taken("replace", put), taken("delete", put) if gone else None))
    stories += [Story(one) for one in later]
    return sorted(stories, key=lambda story: -story.put.number)


def state_words(story: Story, zone: str) -> str:
    """How it stands; a correction in a line of its own."""
    put, withdrawal = story.put, story.withdrawal
    if withdrawal is None:
        words = _words(put, zone)
    elif put.state == "sent":
        left = translate("sending", "Left on {when}.").format(when=moment_text(put.done_at, zone))
        words = f"{left} {_words(withdrawal, zone)}"
    else:
        words = f"{_words(put, zone)} {_words(withdrawal, zone)}"
    if story.correction is None:
        return words
    return f"{words}\n{story.correction.words} {_words(story.correction, zone)}"


def state_glyph(story: Story) -> str:
    """One of glyphs.GLYPHS."""
    last = story.last
    if last.state == "waiting":
        return "waiting"
    if last.state in ("refused", "lapsed"):
        return "warning"
    return "ok" if last.op != "delete" and last.state == "sent" else "refused"


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
        words = (
            translate("sending", "It may have arrived; to be sure it is sent again, on {day} at the latest.")
            if _was_tried(one)
            else translate("sending", "Leaves at a random time, on {day} at the latest if this machine is awake then.")
        )
        return words.format(day=_day(one.planned_at, zone))
    if one.state == "sent":
        left = translate("sending", "Left on {when}.").format(when=when)
        # The public list has the same entry before and after a correction.
        return left if one.op == "replace" else f"{left} {_seen_words(one)}"
    if one.state == "cancelled":
        if one.why and not one.spent:
            return f"{one.why}."
        if _was_tried(one):
            return translate("sending", "Taken back; it may have arrived before.")
        return translate("sending", "Taken back before it left.")
    if one.state == "lapsed":
        return translate("sending", "It did not leave: {why}.").format(why=one.why or wording.unknown())
    return translate("sending", "The board did not take it: {why}.").format(why=one.why or wording.unknown())


def _withdrawal_words(one: Sending, when: str, zone: str) -> str:
    if one.state == "waiting":
        words = translate("sending", "Its withdrawal leaves at a random time, by {moment} at the latest.")
        return words.format(moment=moment_text(one.planned_at, zone))
    if one.state == "sent":
        return f"{translate('sending', 'Withdrawn on {when}.').format(when=when)} {_seen_words(one)}"
    return translate("sending", "It could not be withdrawn: {why}.").format(why=one.why or wording.unknown())


def _seen_words(one: Sending) -> str:
    if one.seen_at is None and one.op == "delete":
        return translate("sending", "Check with the public list that it is gone.")
    if one.seen_at is None:
        return translate("sending", "Not checked with the public list yet.")
    if one.op == "delete":
        return translate("sending", "It is gone from the public list.")
    return translate("sending", "The public list has it.")


def _day(instant: datetime | None, zone: str) -> str:
    return wording.unknown() if instant is None else wording.day_text(in_zone(instant, zone).date())


def _was_tried(one: Sending) -> bool:
    """Whether a byte of it may have left: the outbox gives no other reason while it waits or was taken back."""
    return one.state in ("waiting", "cancelled") and bool(one.why)


def _speaks_of(later: Sending, put: Sending) -> bool:
    if (later.week, later.kind, later.card) != (put.week, put.kind, put.card):
        return False
    return later.op == "delete" or put.kind != "use" or _tool(later) == _tool(put)


def _tool(one: Sending) -> str:
    return str(json.loads(one.bytes_inside).get("tool", "")) if one.bytes_inside else ""
