"""What can go wrong on the board's host, sorted by what its operator can do about it."""

from __future__ import annotations

from tokentray.core.errors import TokenTrayError


class BoardError(TokenTrayError):
    """The root: something on the board's host failed, and the message says what to do."""


class NoBoard(BoardError):
    """There is no board in this folder yet: make a season first."""


class BoardTooNew(BoardError):
    """The store was written by a newer version: update."""


class StoreFailed(BoardError):
    """The store cannot be read or written now: disk full, connection lost, damaged."""


class Collided(StoreFailed):
    """Another writer was quicker: the same again will do."""


class WeekClosed(BoardError):
    """The week takes nothing any more."""


class WeekOpen(BoardError):
    """The week still takes fragments and cannot be published."""


class AlreadyPublished(BoardError):
    """The week has been published; its cells are never made again."""


class WrongWish(BoardError):
    """An option of the command does not fit; the message says what does."""
