"""Steps of an axis that a person would have chosen, and which dates to name below it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Axis:
    """From 0 to `top` in steps; `ticks` includes both ends."""

    top: float
    step: float

    @property
    def ticks(self) -> tuple[float, ...]:
        return tuple(self.step * i for i in range(round(self.top / self.step) + 1))


def nice_axis(highest: float, *, whole: bool = False) -> Axis:
    """
    The lowest axis that reaches `highest` in three to five steps of 1, 2, 2.5 or 5 times a power of ten.

    `whole`: steps are not parts of one.
    """
    if highest <= 0:
        return Axis(1.0, 1.0)
    axes = [_axis(highest, steps, whole) for steps in (3, 4, 5)]
    return min(axes, key=lambda axis: (axis.top, abs(axis.top / axis.step - 4)))


def _axis(highest: float, steps: int, whole: bool) -> Axis:
    rough = highest / steps
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(nice * power for nice in _NICE if nice * power >= rough * 0.999999)
    if whole:
        step = max(1.0, math.ceil(step))
    return Axis(step * math.ceil(highest / step * 0.999999), step)


def width_of(starts: Sequence[date | datetime]) -> str:
    """Whether the bars are hours, days, weeks or months, by the distance of the first two."""
    if starts and isinstance(starts[0], datetime):
        return "hour"
    days = starts[1].toordinal() - starts[0].toordinal() if len(starts) > 1 else 1
    return "month" if days >= 28 else "week" if days == 7 else "day"


def named_dates(starts: Sequence[date | datetime], width: str, first_weekday: int = 0) -> list[int]:
    """The bars whose date is worth a name, evenly spread; the chart leaves out those for which there is no room."""
    count = len(starts)
    if width == "hour":
        every = 1 if count <= 12 else 3 if count <= 24 else 6 if count <= 60 else 24
        return [i for i, start in enumerate(starts) if isinstance(start, datetime) and start.hour % every == 0]
    if width == "month" or count <= 10:
        return list(range(count))
    if width == "week":
        return [i for i, start in enumerate(starts) if i == 0 or start.month != starts[i - 1].month]
    if count <= 45:
        return [i for i, start in enumerate(starts) if start.weekday() == first_weekday]
    if count <= 200:
        return [i for i, start in enumerate(starts) if start.day in (1, 15)]
    return [i for i, start in enumerate(starts) if start.day == 1]


def heat_stops(values: Sequence[float | None]) -> tuple[float, ...]:
    """The three quartiles of what is above nothing: where one colour of a heat map ends and the next begins."""
    some = sorted(value for value in values if value)
    return tuple(some[min(len(some) - 1, len(some) * part // 4)] for part in (1, 2, 3)) if some else ()


def heat_level(value: float, stops: Sequence[float]) -> int:
    """0 for nothing, 1 to 4 for the quarters."""
    return 0 if value <= 0 else 1 + sum(value >= stop for stop in stops)
