"""An account on its way in: what the person typed, and what a test of it said."""

from __future__ import annotations

from dataclasses import dataclass

from tokentray.core.api_key import ApiKey


@dataclass(frozen=True, slots=True)
class NewAccount:
    """
    What the adding dialog (or `accounts add`) asks for.

    `key_from` is "keyring" (then `key` holds the key to be stored there), "env:NAME", "command:LINE", or "" for agents.
    `base_url` "" takes the source's own origin; `folder` is an agent's other home.
    """

    source: str
    label: str
    base_url: str = ""
    folder: str = ""
    key: ApiKey | None = None
    key_from: str = ""

    @property
    def name(self) -> str:
        """The account's name, such as "openai/work"."""
        return f"{self.source}/{self.label}"


@dataclass(frozen=True, slots=True)
class AccountTested:
    """What testing an account gave: whether the key opens what is needed, and one sentence for the person."""

    account: str
    accepted: bool
    sentence: str
