"""The part of `tokentray sync` that asks providers."""

from __future__ import annotations

from collections.abc import Sequence

from tokentray import paths
from tokentray.cli.own_clock import own_clock
from tokentray.cli.progress import Bar
from tokentray.ingest.polls import Outcome, poll_accounts
from tokentray.settings.settings import load_settings
from tokentray.settings.vault import Vault
from tokentray.store.database import History


def poll_providers(history: History, accounts: Sequence[str], full: bool) -> list[Outcome]:
    """One turn for each provider's account that is not paused, or for those named only."""
    with Bar("Asking the providers") as bar:
        return poll_accounts(
            history,
            load_settings(paths.settings_file()),
            Vault(),
            own_clock(),
            accounts=accounts or None,
            full=full,
            progress=lambda account, done: bar.show(done, account),
        )
