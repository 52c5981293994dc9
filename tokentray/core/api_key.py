"""A key that cannot be printed by accident."""

from __future__ import annotations


class ApiKey:
    """Holds a secret; `repr` and `str` give dots. It has no equality and cannot be pickled."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret.strip()

    def reveal(self) -> str:
        """The secret itself: for a request's header and the keyring, nowhere else."""
        return self._secret

    def __repr__(self) -> str:
        return "ApiKey(••••)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a key does not leave this process")
