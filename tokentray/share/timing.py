"""When a parcel leaves: at a random working hour of six days, so that neither a machine's sleep nor its sleeplessness tells whose it is."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from tokentray.store.outbox_table import Parcel

SPREAD: Final = timedelta(days=6)
WITHDRAWAL_SPREAD: Final = timedelta(hours=6)
# A machine that was asleep for longer than this at a planned time draws another one: whoever sent all that is overdue on waking would
# show which fragments are one person's.
LATE: Final = timedelta(minutes=30)
SOON: Final = timedelta(hours=8)
SHORTEST: Final = timedelta(hours=1)

# Monday to Friday, by the machine's own clock. At night and on Sundays only few machines run: what leaves then would be theirs.
WORKDAYS: Final = range(5)
WORKING_HOURS: Final = range(8, 18)
TRIES: Final = 200

CHANCE: random.Random = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Later:
    """A parcel's new plan; `missed` as in Parcel."""

    parcel: Parcel
    planned_at: datetime
    missed: int


def first_time(now: datetime, latest: datetime, zone: tzinfo | None = None) -> datetime:
    """A random moment of the working hours within six days; any moment up to `latest` where there are none. `zone` None: the machine's own."""
    end = _end(now, SPREAD, latest)
    for _ in range(TRIES):
        moment = _moment(now, end)
        local = moment.astimezone(zone)
        if local.weekday() in WORKDAYS and local.hour in WORKING_HOURS:
            return moment
    return moment


def next_time(missed: int, now: datetime, latest: datetime, zone: tzinfo | None = None) -> datetime:
    """
    The same for what could not leave at its time; from the second time on a random moment within eight hours.

    Then at whatever hour, since this machine keeps others than most, and what was chosen should arrive.
    """
    return first_time(now, latest, zone) if missed == 0 else _moment(now, _end(now, SOON, latest))


def withdrawal_time(now: datetime) -> datetime:
    """A random moment within hours, at whatever time of the day: somebody wants it gone."""
    return _moment(now, now + WITHDRAWAL_SPREAD)


def take_turn(
    due: Sequence[Parcel], now: datetime, latest: Callable[[Parcel], datetime], zone: tzinfo | None = None
) -> tuple[list[Parcel], list[Later]]:
    """
    Which of the parcels whose time has come leave in this pass, and when the others do.

    One leaves; what was slept over, and what would leave together with another, is planned anew. Only in the last hour before `latest`
    everything leaves, since else it never would.
    """
    leaving: list[Parcel] = []
    later: list[Later] = []
    for parcel in CHANCE.sample(due, len(due)):
        is_last_chance = parcel.op != "delete" and latest(parcel) - now < SHORTEST
        if is_last_chance:
            leaving.append(parcel)
        elif now - parcel.planned_at > LATE:
            later.append(planned_anew(parcel, now, latest(parcel), zone, missed=1))
        elif leaving:
            later.append(planned_anew(parcel, now, latest(parcel), zone))
        else:
            leaving.append(parcel)
    return leaving, later


def planned_anew(
    parcel: Parcel, now: datetime, latest: datetime, zone: tzinfo | None = None, *, missed: int = 0
) -> Later:
    """`missed` is 1 where its time went by unused."""
    again = withdrawal_time(now) if parcel.op == "delete" else next_time(parcel.missed, now, latest, zone)
    return Later(parcel, again, parcel.missed + missed)


def _end(now: datetime, spread: timedelta, latest: datetime) -> datetime:
    return max(now, min(now + spread, latest))


def _moment(start: datetime, end: datetime) -> datetime:
    return start + (end - start) * CHANCE.random()
