"""What can be wrong with a command itself, and the exit code of each error of the world."""

from tokentray.cli.codes import NOTHING_CONFIGURED, PART_FAILED, WRONG_USAGE
from tokentray.core.errors import TokenTrayError


class NothingConfigured(TokenTrayError):
    """There is neither an agent's log on this machine nor an account."""


class WrongUsage(TokenTrayError):
    """The command was given something it cannot take; the message says what it takes."""


def code_of(error: TokenTrayError) -> int:
    """The exit code for an error that is not a bug."""
    if isinstance(error, WrongUsage):
        return WRONG_USAGE
    return NOTHING_CONFIGURED if isinstance(error, NothingConfigured) else PART_FAILED
