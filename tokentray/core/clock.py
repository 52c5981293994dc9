"""The time, handed in: nobody else asks for it."""

from __future__ import annotations

from datetime import UTC, datetime

# Not typing's: importing that costs 5 ms, which the quick commands do not have.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object


FIRST_YEAR, LAST_YEAR = 2000, 2999
"""A clock may be stopped in these: around them there is room for a year of backfill, a forecast, and every platform's time."""


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """The present instant, aware and UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class StoppedClock:
    """A clock that stands still, for tests and demonstrations (TOKENTRAY_NOW)."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self._instant


def clock_of(stopped_at: str | None) -> Clock:
    """
    The clock to hand around: one that stands still at `stopped_at` (RFC 3339, from TOKENTRAY_NOW), else the machine's.

    Raises:
        ValueError: `stopped_at` is not an instant with an offset, or too far from these times to reckon with.
    """
    if not stopped_at:
        return SystemClock()
    instant = datetime.fromisoformat(stopped_at)
    if instant.tzinfo is None:
        raise ValueError(f"TOKENTRAY_NOW needs an offset, such as 2026-11-21T09:00:00Z: {stopped_at}")
    # Its own year first: at the ends of the calendar there is no other zone to go to.
    if (
        not FIRST_YEAR - 1 <= instant.year <= LAST_YEAR + 1
        or not FIRST_YEAR <= instant.astimezone(UTC).year <= LAST_YEAR
    ):
        raise ValueError(f"TOKENTRAY_NOW goes from {FIRST_YEAR} to {LAST_YEAR}: {stopped_at}")
    return StoppedClock(instant)
