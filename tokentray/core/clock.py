"""The time, handed in: nobody else asks for it."""

from __future__ import annotations

from datetime import UTC, datetime

# Not typing's: importing that costs 5 ms, which the quick commands do not have.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object


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
        ValueError: `stopped_at` is not an instant with an offset.
    """
    if not stopped_at:
        return SystemClock()
    instant = datetime.fromisoformat(stopped_at)
    if instant.tzinfo is None:
        raise ValueError(f"TOKENTRAY_NOW needs an offset, such as 2026-11-21T09:00:00Z: {stopped_at}")
    return StoppedClock(instant)
