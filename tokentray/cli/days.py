"""Days as options have them."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date


def day(text: str) -> date:
    """
    2026-11-21, spelled like that and in no other way.

    Raises:
        ArgumentTypeError: it is none.
    """
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise ArgumentTypeError(f"“{text}” is no day such as 2026-11-21")
    return found
