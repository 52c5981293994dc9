"""The clock a command goes by."""

import os

from tokentray.cli.errors import WrongUsage
from tokentray.core.clock import FIRST_YEAR, LAST_YEAR, Clock, clock_of


def own_clock() -> Clock:
    """
    The machine's clock, or the instant at which TOKENTRAY_NOW stops it.

    Raises:
        WrongUsage: TOKENTRAY_NOW is no instant, or one too far away.
    """
    try:
        return clock_of(os.environ.get("TOKENTRAY_NOW"))
    except ValueError as error:
        raise WrongUsage(
            "TOKENTRAY_NOW takes an instant with its offset, such as 2026-11-21T09:00:00Z,"
            f" from the years {FIRST_YEAR} to {LAST_YEAR}."
        ) from error
