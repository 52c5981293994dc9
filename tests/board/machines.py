"""Made-up machines of a team: when they are awake, when their people check in, and when what waits on them really leaves."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from tokentray.share.timing import Later, first_time, take_turn
from tokentray.store.outbox_table import Parcel
from tokentray.store.usage_table import instant_of, milliseconds

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
LATEST = datetime(2026, 11, 29, 23, tzinfo=UTC)
"""The week's Monday, and the hour before it closes."""
CLOSES = LATEST + timedelta(hours=1)
LOOK_EVERY = timedelta(minutes=10)
KINDS = ("c1", "c2", "use", "card")

Stretch = tuple[datetime, datetime]


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


@dataclass(frozen=True, slots=True)
class Machine:
    """`awake` are its stretches, oldest first; `checked_in` is when its person said what may leave."""

    awake: tuple[Stretch, ...]
    checked_in: datetime

    def look_from(self, moment: datetime) -> datetime | None:
        """When the tray looks next, at `moment` or after: on waking, then every ten minutes."""
        place = bisect_right(self.awake, (moment, LATEST + hours(99))) - 1
        if place >= 0 and moment <= self.awake[place][1]:
            woken, asleep = self.awake[place]
            look = woken + math.ceil((moment - woken) / LOOK_EVERY) * LOOK_EVERY
            if look <= asleep:
                return look
        return self.awake[place + 1][0] if place + 1 < len(self.awake) else None


def any_machine(dice: Random) -> Machine:
    """
    A machine of an office in one time zone: one in twelve never sleeps, one in twelve is on leave for days, one in seven has a day off each week.

    The others work eight and a half hours from about a quarter to nine on, give or take, with the lid closed at noon and in meetings; some are
    awake on evenings or weekends. People check in on Friday afternoon.
    """
    if dice.random() < 1 / 12:
        return _checked_in(((MONDAY, CLOSES),), dice)
    start, length = dice.gauss(8.75, 0.75), dice.gauss(8.5, 0.6)
    day_off = dice.randrange(5) if dice.random() < 1 / 7 else None
    leave_from, leave_days = dice.randrange(7, 12), dice.randrange(2, 8) if dice.random() < 1 / 12 else 0
    evenings, weekends, lid = dice.random() < 0.25, dice.random() < 0.15, dice.random() < 0.7
    stretches: list[tuple[float, float]] = []
    for day in range(14):
        at = 24.0 * day
        if leave_from <= day < leave_from + leave_days:
            continue
        if day % 7 < 5 and day % 7 != day_off:
            begins, ends = at + start + dice.gauss(0, 0.33), at + start + length + dice.gauss(0, 0.5)
            pauses = [(at + dice.gauss(12.5, 0.3), dice.uniform(0.5, 1))] if lid else []
            meetings = dice.choice([0, 0, 1, 1, 2]) if lid else 0
            pauses += [(at + dice.uniform(start + 0.5, start + length - 0.5), 0.75) for _ in range(meetings)]
            for pause, lasts in sorted(pauses):
                if begins < pause < ends:
                    stretches.append((begins, pause))
                    begins = pause + lasts
            stretches.append((begins, max(begins, ends)))
            if evenings and dice.random() < 0.3:
                late = at + dice.uniform(20, 21.5)
                stretches.append((late, late + dice.uniform(0.5, 2)))
        elif day % 7 >= 5 and weekends and dice.random() < 0.5:
            late = at + dice.uniform(10, 19)
            stretches.append((late, late + dice.uniform(0.7, 2.5)))
    return _checked_in(tuple((MONDAY + hours(a), MONDAY + hours(b)) for a, b in stretches), dice)


def _checked_in(awake: tuple[Stretch, ...], dice: Random) -> Machine:
    moments = [MONDAY + hours(4 * 24 + dice.uniform(12.5, 17.5)) for _ in range(50)]
    fit = (moment for moment in moments if any(a <= moment <= b for a, b in awake))
    # Whoever is not there on Friday afternoon checks in with the first look from Thursday on.
    fallback = next((a for a, _ in awake if a > MONDAY + hours(72)), MONDAY + hours(96))
    return Machine(awake, next(fit, fallback))


def shifted(machine: Machine, by: timedelta) -> Machine:
    """The same person in another time zone."""
    return Machine(tuple((a + by, b + by) for a, b in machine.awake), machine.checked_in + by)


@dataclass(frozen=True, slots=True)
class Rules:
    """How sending is timed: `first` plans the kind with that number, `turn` is one pass over what has its time."""

    first: Callable[[datetime, int], datetime]
    turn: Callable[[Sequence[Parcel], datetime], tuple[list[Parcel], list[Later]]]


REAL = Rules(
    lambda now, _kind: first_time(now, LATEST, UTC),
    lambda due, now: take_turn(due, now, lambda _parcel: LATEST, UTC),
)


def departures(machine: Machine, rules: Rules) -> dict[str, datetime]:
    """When each kind leaves; what never does is missing."""
    waiting = {number: _parcel(number, rules.first(machine.checked_in, number), 0) for number in range(len(KINDS))}
    left: dict[str, datetime] = {}
    now = machine.checked_in
    while waiting:
        earliest = min(parcel.planned_at for parcel in waiting.values())
        look = machine.look_from(max(earliest, now + timedelta(seconds=1)))
        if look is None or look >= CLOSES:
            break
        now = look
        due = [parcel for parcel in waiting.values() if parcel.planned_at <= now]
        leaving, later = rules.turn(sorted(due, key=lambda parcel: (parcel.planned_at, parcel.number)), now)
        for parcel in leaving:
            left[parcel.kind] = instant_of(milliseconds(now))
            del waiting[parcel.number]
        for one in later:
            waiting[one.parcel.number] = _parcel(one.parcel.number, one.planned_at, one.missed)
    return left


def _parcel(number: int, planned: datetime, missed: int) -> Parcel:
    kept = instant_of(milliseconds(planned))
    return Parcel(number, "put", "2026-W47", KINDS[number], 0, b"", None, kept, missed, "waiting", "", None, None)
