"""Reads the agents' logs into the history: what `sync`, a new machine's first answer and a machine without display share."""

import os
import sys
from _signal import SIGTERM, signal  # type: ignore[import-not-found]  # the module signal adds names to the numbers, for 2 ms
from types import FrameType

from tokentray import paths
from tokentray.cli.own_clock import own_clock
from tokentray.cli.progress import Bar
from tokentray.ingest.logs import AgentHome, ScanResult, find_agents, scan_logs
from tokentray.settings.peek import peek_settings
from tokentray.settings.zone import is_zone, zone_of
from tokentray.sources import AGENTS
from tokentray.store.database import History, open_history, transaction
from tokentray.store.unfinished import begin_first_reading, finish_first_reading, is_new, is_unfinished, lacks_prices

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tokentray.settings.settings import OwnPrice

TERMINATED = 143


class Chosen:
    """
    What the settings say about reading, taken without the imports of settings.py.

    `others` are accounts of providers; `is_told`: they say something; `has_prices`: there are prices of the person's own.
    """

    __slots__ = ("added", "has_prices", "is_told", "others", "paused", "zone")

    def __init__(self) -> None:
        raw = peek_settings(paths.settings_file())
        self.is_told = bool(raw)
        self.has_prices = bool(raw.get("own_prices"))
        found = raw.get("accounts")
        accounts = [account for account in found if isinstance(account, dict)] if isinstance(found, list) else []
        named = [(name, account) for account in accounts if isinstance(name := account.get("name"), str)]
        self.added = [(name, str(account.get("folder") or "")) for name, account in named]
        self.paused = {name for name, account in named if account.get("paused") is True}
        self.others = [name for name, _ in named if name.partition("/")[0] not in AGENTS]
        zone = raw.get("zone")
        self.zone = zone_of(zone if isinstance(zone, str) and is_zone(zone) else "", os.environ)


def what_was_chosen() -> Chosen:
    """What the settings say; damaged ones hold accounts that would be passed over in silence, so they are set aside, and that is said."""
    chosen = Chosen()
    if not chosen.is_told and os.path.exists(paths.settings_file()):
        # 30 ms: only settings.py knows how.
        from tokentray.cli.here import here

        here()
    return chosen


def agents_here(chosen: Chosen) -> list[AgentHome]:
    """Every agent whose logs are found on this machine or were added, paused ones too."""
    return find_agents(os.environ, paths.agents_home(), chosen.added)


def own_history(chosen: Chosen) -> History:
    """
    The history, open for writing.

    Raises:
        HistoryError: it cannot be opened; a damaged one was kept beside.
    """
    return open_history(paths.history_file(), zone=chosen.zone)


def read_logs(
    history: History, agents: list[AgentHome], *, all_agents: bool, only_today: bool = False, full: bool = False
) -> ScanResult:
    """Records what is new in these agents' logs; `all_agents` says that none was left out, so that a first reading may be finished by it."""
    if is_new(history):
        with transaction(history):
            begin_first_reading(history)
    with Bar("Reading today’s logs" if only_today else "Reading the agents’ logs") as bar:
        result = scan_logs(history, agents, own_clock(), progress=bar.bytes_read, only_today=only_today, full=full)
    if all_agents and not (only_today or result.stopped) and is_unfinished(history):
        with transaction(history):
            finish_first_reading(history)
    return result


def look_up_prices(history: History, chosen: Chosen) -> None:
    """Looks up the prices of models that are new; without any, this costs nothing."""
    if not lacks_prices(history):
        return
    # 6 ms, only when a model was seen for the first time.
    from tokentray.insights.price_lookup import price_missing_models

    price_missing_models(history, _own_prices() if chosen.has_prices else ())


def _own_prices() -> "tuple[OwnPrice, ...]":
    # 25 ms, only for those who set prices of their own.
    from tokentray.settings.settings import load_settings

    return load_settings(paths.settings_file()).own_prices


def tell_problems(result: ScanResult) -> None:
    """The files that could not be read, on standard error."""
    for path, why in result.problems:
        print(f"tokentray: {path} could not be read: {why}", file=sys.stderr)


def end_cleanly_when_told() -> None:
    """SIGTERM (the tray's, at its own end) closes the history as Ctrl-C does."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(TERMINATED)

    signal(SIGTERM, leave)
