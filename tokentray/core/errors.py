"""
What can go wrong in the world, sorted by what a person can do about it.

TokenTrayError
├── SourceError          an account could not be read; the others are unharmed
│   ├── KeyRejected      the key is wrong, revoked, or of the wrong kind: give another one
│   ├── Throttled        asked too often: wait until `retry_at`
│   ├── Unreachable      no network, a time limit, a certificate: try later
│   └── Unreadable       an answer or a file that is not what its documentation says: update, or report it
├── HistoryError
│   ├── HistoryTooNew    written by a newer TokenTray: update
│   ├── HistoryDamaged   kept beside, a new one begun or a backup to be restored
│   └── HistoryFull      the disk is full or read-only: make room
├── VaultError
│   ├── NoVault          this system has no keyring that runs: use --key-env or --key-command
│   ├── VaultLocked      the keyring is locked or said no: unlock it
│   └── KeyMissing       no key is stored under that name: add it again
└── BoardError
    ├── FragmentRefused  what was to be shared has a field or a word that may not leave: a bug of the program that sent it
    ├── NotGenuine       a signature, token, manifest or ciphertext does not hold: do not trust that board; tell its operator
    ├── BoardRefused     the board said no: the message says why, and what to do
    └── Mistyped         an invite or a recovery code is not complete: copy it again

Each message is one sentence for a person, without any secret. Anything else that is raised is a bug.
"""

from __future__ import annotations

from datetime import datetime


class TokenTrayError(Exception):
    """The root: something of the world failed, and the message says what to do."""


class SourceError(TokenTrayError):
    """An account could not be read. `status` is the HTTP status that said so, or None."""

    status: int | None = None


class KeyRejected(SourceError):
    """The provider refused the key. `needs` names the kind of key that is needed, or is None."""

    def __init__(self, message: str, needs: str | None = None) -> None:
        super().__init__(message)
        self.needs = needs


class Throttled(SourceError):
    """The provider asked to wait. `retry_at` is aware and UTC, or None if it did not say until when."""

    def __init__(self, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class Unreachable(SourceError):
    """The provider could not be reached, or is in trouble (5xx)."""


class Unreadable(SourceError):
    """An answer or a file is not of the documented shape."""


class HistoryError(TokenTrayError):
    """The local history could not be opened or written."""


class HistoryTooNew(HistoryError):
    """The history was written by a newer version."""


class HistoryDamaged(HistoryError):
    """The history file is not sound; it has been kept."""


class HistoryFull(HistoryError):
    """The history cannot be written: disk full, or no right to write."""


class VaultError(TokenTrayError):
    """A key could not be stored or read."""


class NoVault(VaultError):
    """No keyring service runs on this system."""


class VaultLocked(VaultError):
    """The keyring is locked, or the person refused to open it."""


class KeyMissing(VaultError):
    """No key is stored for this account."""


class BoardError(TokenTrayError):
    """Something about the team board did not hold."""


class FragmentRefused(BoardError):
    """A fragment has a field or a word that is not in the closed vocabulary."""


class NotGenuine(BoardError):
    """A signature, a token, a manifest or a ciphertext was not made by whom it should have been."""


class Mistyped(BoardError):
    """An invite or a recovery code that was not copied whole."""


class BoardRefused(BoardError):
    """The board said no to this member's app. `status` is its HTTP status, or None."""

    status: int | None = None
