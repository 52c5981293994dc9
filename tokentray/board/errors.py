"""What can go wrong on the board's host, sorted by what its operator can do about it."""

from __future__ import annotations

from tokentray.core.errors import TokenTrayError


class HostError(TokenTrayError):
    """The root: something on the board's host failed, and the message says what to do."""


class NoBoard(HostError):
    """There is no board in this folder yet: make a season first."""


class BoardTooNew(HostError):
    """The store was written by a newer version: update."""


class StoreFailed(HostError):
    """The store cannot be read or written now: disk full, connection lost, damaged."""


class StoreRestored(HostError):
    """A backup of the store was put back: the operator has to say that its meaning is understood."""


class Collided(StoreFailed):
    """Another writer was quicker: the same again will do."""


class WeekOpen(HostError):
    """The week still takes fragments and cannot be published."""


class AlreadyPublished(HostError):
    """The week has been published; its cells are never made again."""


class WrongWish(HostError):
    """An option of the command does not fit; the message says what does."""


class Refused(HostError):
    """A request that is answered with an error; `status` is its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
