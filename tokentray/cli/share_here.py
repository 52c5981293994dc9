"""The team, its board and its secrets, as the actions of `tokentray share` need them."""

from __future__ import annotations

import contextlib

from tokentray.cli.errors import NothingConfigured
from tokentray.cli.first_reading import read_all
from tokentray.cli.here import Here
from tokentray.cli.journal_history import journal_to_write
from tokentray.core.api_key import ApiKey
from tokentray.settings.settings import AccountSetting
from tokentray.settings.vault import Vault
from tokentray.share.board_client import BoardClient
from tokentray.share.outbox import noted
from tokentray.share.team import Team
from tokentray.share.tokens import VAULT_NAME, Secrets, secrets_of, team_here
from tokentray.store.database import History
from tokentray.store.outbox_table import team_of

READER_NAME = "share/reader"


def history_of_use(here: Here) -> History:
    """The history, open for writing, with all that the logs say by now; also if there is no use at all."""
    with contextlib.suppress(NothingConfigured):
        read_all()
    return journal_to_write(here)


def own_team(history: History) -> Team:
    """
    Raises:
        NothingConfigured: this machine belongs to no team.
    """
    team = team_here(history)
    if team is None:
        raise NothingConfigured("This machine belongs to no team yet: “tokentray share join INVITE” joins one.")
    return team


def own_secrets(team: Team, vault: Vault | None = None) -> Secrets:
    """From where the person keeps them; see settings.vault for what can go wrong."""
    return secrets_of((vault or Vault()).read_key(AccountSetting(VAULT_NAME, key_from=team.key_from)))


def board_of(history: History, here: Here, address: str) -> BoardClient:
    """The way to the board; everything that leaves is written into the history's log."""
    return BoardClient(address, noted(history, here.clock.now), here.clock, reader=lambda: _reader(history))


def _reader(history: History) -> ApiKey | None:
    key_from = team_of(history).get("reader")
    return Vault().read_key(AccountSetting(READER_NAME, key_from=key_from)) if key_from else None
