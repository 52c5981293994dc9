"""Stretches of minutes as a person writes them: 90, 45m, 1h30, 1:30, 1.5 h, and ranges of them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

PLAIN = re.compile(r"(?P<number>\d{1,15}(?:[.,]\d{1,3})?)\s*(?P<unit>m|min|mins|minutes?|h|hours?|)")
HOURS = re.compile(r"(?P<hours>\d{1,5})\s*(?:h|:)\s*(?P<minutes>[0-5]?\d)\s*(?:m|min)?")
DASHES = re.compile(r"\s*(?:-|–|—|\.\.|\bto\b)\s*")


def minutes_of(text: str) -> int:
    """
    Whole minutes, rounded; a bare number is minutes.

    Raises:
        ValueError: it is none of these.
    """
    raw = text.strip().lower()
    match = HOURS.fullmatch(raw)
    if match:
        return int(match["hours"]) * 60 + int(match["minutes"])
    match = PLAIN.fullmatch(raw)
    if not match:
        raise ValueError(f"“{text.strip()}” is no time such as 45, 45m, 1h30 or 1.5h")
    number = Decimal(match["number"].replace(",", "."))
    return int((number * 60 if match["unit"].startswith("h") else number).quantize(Decimal(1), ROUND_HALF_UP))


def range_of(text: str) -> tuple[int, int]:
    """
    The least and the most; one number is both.

    Raises:
        ValueError: it is no range, or begins with the greater.
    """
    parts = DASHES.split(text.strip())
    if len(parts) > 2:
        raise ValueError(f"“{text.strip()}” is no range such as 30-60 or 1h-2h")
    if len(parts) == 2 and parts[0].isdigit() and parts[1].rstrip()[-1:].lower() == "h":
        parts[0] += "h"  # 1-2h
    least, most = minutes_of(parts[0]), minutes_of(parts[-1])
    if least > most:
        raise ValueError(f"“{text.strip()}” begins with the greater time")
    return least, most


def minutes_text(minutes: int) -> str:
    """45m, 1h, 1h30."""
    hours, rest = divmod(minutes, 60)
    return f"{hours}h{rest:02}" if hours and rest else f"{hours}h" if hours else f"{rest}m"
