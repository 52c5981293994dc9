"""A first answer on a new machine: the agents' logs are read before it is given."""

from tokentray import paths
from tokentray.cli.errors import NothingConfigured
from tokentray.cli.reading import agents_here, look_up_prices, own_history, read_logs, tell_problems, what_was_chosen
from tokentray.cli.sync import NOTHING
from tokentray.store.database import History, open_history
from tokentray.store.unfinished import is_unfinished

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tokentray.cli.here import Here


def read_today() -> None:
    """
    Reads today's lines of the agents' logs into a new history.

    Raises:
        NothingConfigured: there is nothing to be read.
    """
    _read(only_today=True)


def read_all() -> None:
    """
    Reads what is new in all of the agents' logs.

    Raises:
        NothingConfigured: there is nothing to be read.
    """
    _read(only_today=False)


def history_to_read(here: "Here") -> History:
    """
    The history, open for reading; if it has never been read to the end, everything in the logs is read into it first.

    Raises:
        NothingConfigured: there is none, and nothing to be read.
    """
    if not here.has_history:
        read_all()
    history = open_history(paths.history_file(), read_only=True)
    if not is_unfinished(history):
        return history
    history.close()
    read_all()
    return open_history(paths.history_file(), read_only=True)


def _read(only_today: bool) -> None:
    chosen = what_was_chosen()
    found = agents_here(chosen)
    agents = [agent for agent in found if agent.account not in chosen.paused]
    if not found and not chosen.others:
        raise NothingConfigured(NOTHING)
    with own_history(chosen) as history:
        result = read_logs(history, agents, all_agents=True, only_today=only_today)
        look_up_prices(history, chosen)
    tell_problems(result)
