"""Levels that are sampled, not summed: quota windows, balances, credits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Gauge:
    """
    One reading of a quota window or a balance.

    `name` is stable within the account ("5h", "week", "balance", "key limit"). `used_percent` may exceed 100.
    `used`, `limit`, `remaining` are in `unit` (an ISO 4217 code, "credits", "percent" or "bytes"). `resets_at` None: it does not reset
    or has not started. After `resets_at` the reading says nothing any more. All instants aware and UTC.
    """

    name: str
    at: datetime
    used_percent: Decimal | None = None
    used: Decimal | None = None
    limit: Decimal | None = None
    remaining: Decimal | None = None
    unit: str = "percent"
    window_minutes: int | None = None
    resets_at: datetime | None = None

    def is_void(self, now: datetime) -> bool:
        """Whether the window it speaks of has ended."""
        return self.resets_at is not None and now >= self.resets_at
