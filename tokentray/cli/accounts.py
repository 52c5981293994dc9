"""`tokentray accounts`: list, add, test, pause, resume and remove them."""

from __future__ import annotations

import difflib
import getpass
import os
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tokentray.cli.codes import DONE, PART_FAILED
from tokentray.cli.errors import WrongUsage
from tokentray.cli.here import Here, rfc3339, warn
from tokentray.cli.output import print_json
from tokentray.cli.plain import UNKNOWN, age, table
from tokentray.core.api_key import ApiKey
from tokentray.core.errors import TokenTrayError, VaultError
from tokentray.ingest.logs import AgentHome, find_agents
from tokentray.ingest.polls import add_account, try_account, welcome_back
from tokentray.settings.new_account import NewAccount
from tokentray.settings.settings import AccountSetting, Settings, change_settings
from tokentray.settings.vault import Vault
from tokentray.sources import AGENTS, PROVIDERS, source_named
from tokentray.store.account_table import all_accounts
from tokentray.store.database import open_history
from tokentray.store.poll_table import Coverage, PollRow, all_polls, coverage

LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Listed:
    """One account, with all that is known of it."""

    name: str
    origin: str
    setting: AccountSetting
    agent: AgentHome | None
    poll: PollRow | None
    coverage: Coverage | None

    @property
    def state(self) -> str:
        if self.setting.paused:
            return "paused"
        if self.origin == "billed" and self.setting.key_from == "":
            return "removed"
        if self.poll is not None and self.poll.tried_at is not None:
            return self.poll.state
        return "ok" if self.poll is not None else "not read yet"

    @property
    def folders(self) -> list[str]:
        """Those of an agent that are there now."""
        return [folder for folder in self.agent.folders if os.path.isdir(folder)] if self.agent is not None else []

    @property
    def read_at(self) -> datetime | None:
        return self.poll.succeeded_at if self.poll is not None else None


def parser(name: str) -> ArgumentParser:
    parser = ArgumentParser(
        allow_abbrev=False,
        prog=f"tokentray {name}",
        description="The accounts TokenTray reads. Agents whose logs are found on this machine are accounts without being added; "
        "providers are polled only once added.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    listing = actions.add_parser("list", help="all accounts with their state (the default)")
    listing.add_argument("--json", action="store_true", help="one JSON object")
    _add_parser(actions)
    for action, purpose in (
        ("test", "ask the provider once what the account's key opens"),
        ("pause", "read it no more until it is resumed"),
        ("resume", "read it again"),
        ("remove", "take it out, and its key out of the keyring; what was read is kept"),
    ):
        one = actions.add_parser(action, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.")
        one.add_argument("account", metavar="ACCOUNT", help="SOURCE/LABEL, such as openai/work")
    parser.set_defaults(json=False)
    return parser


def run(options: Namespace, here: Here) -> int:
    match options.action:
        case "add":
            return _add(options, here)
        case "test":
            return _test(options.account, here)
        case "pause":
            return _pause(options.account, here, True)
        case "resume":
            return _pause(options.account, here, False)
        case "remove":
            return _remove(options.account, here)
    return _list(options.json, here)


def listed_accounts(here: Here) -> list[Listed]:
    """Those of the settings, those found on this machine, and those of which only history is left; by name."""
    agents = {agent.account: agent for agent in _agents(here.settings, here)}
    origins, polls, known = _from_history(here)
    names = {account.name for account in here.settings.accounts} | set(agents) | set(origins)
    return [
        Listed(
            name,
            origins.get(name, "billed" if name.partition("/")[0] in PROVIDERS else "logged"),
            here.settings.account(name) or AccountSetting(name),
            agents.get(name),
            polls.get(name),
            known.get(name),
        )
        for name in sorted(names)
    ]


def _agents(settings: Settings, here: Here) -> list[AgentHome]:
    added = [(account.name, account.folder) for account in settings.accounts]
    return find_agents(os.environ, here.agents_home, added)


def _from_history(here: Here) -> tuple[dict[str, str], dict[str, PollRow], dict[str, Coverage]]:
    if not here.has_history:
        return {}, {}, {}
    with open_history(here.history_path, read_only=True) as history:
        return (
            {row.name: row.origin for row in all_accounts(history)},
            {poll.account: poll for poll in all_polls(history)},
            {known.account: known for known in coverage(history)},
        )


def _list(as_json: bool, here: Here) -> int:
    accounts = listed_accounts(here)
    if as_json:
        print_json("accounts", {"accounts": [_object(account) for account in accounts]})
    elif accounts:
        heads = ["account", "state", "read", "complete since", "key from", "gaps"]
        print(table([heads, *(_line(account, here) for account in accounts)], left=6))
    else:
        print("No account yet, and no agent's log was found here. “tokentray sources” lists what can be added.")
    return DONE


def _object(account: Listed) -> dict[str, Any]:
    poll, known = account.poll, account.coverage
    return {
        "account": account.name,
        "source": account.name.partition("/")[0],
        "origin": account.origin,
        "state": account.state,
        "message": poll.message if poll else "",
        "paused": account.setting.paused,
        "key_from": _key_from(account.setting) or None,
        "base_url": account.setting.base_url or None,
        "folders": account.folders,
        "tried_at": rfc3339(poll.tried_at) if poll else None,
        "succeeded_at": rfc3339(poll.succeeded_at) if poll else None,
        "not_before": rfc3339(poll.not_before) if poll else None,
        "complete_since": rfc3339(known.complete_since) if known else None,
        "complete_until": rfc3339(known.complete_until) if known else None,
        "gaps": [{"since": rfc3339(start), "until": rfc3339(end), "why": why} for start, end, why in known.gaps]
        if known
        else [],
        "notes": list(poll.notes) if poll else [],
    }


def _line(account: Listed, here: Here) -> list[str]:
    read = UNKNOWN if account.read_at is None else age((here.now - account.read_at).total_seconds())
    since = f"{account.coverage.complete_since:%Y-%m-%d}" if account.coverage else UNKNOWN
    gaps = str(len(account.coverage.gaps)) if account.coverage and account.coverage.gaps else ""
    return [account.name, account.state.replace("_", " "), read, since, _key_from(account.setting) or UNKNOWN, gaps]


def _key_from(setting: AccountSetting) -> str:
    # A command line may itself hold what nobody should read on a shared screen.
    return "command" if setting.key_from.startswith("command:") else setting.key_from


def _add_parser(actions: Any) -> None:
    add = actions.add_parser(
        "add",
        help="add a provider's account, or another home of an agent",
        description="Add a provider's account (its key is tested at once), or another home of an agent.",
        epilog="Keys go into the system's keyring; with --key-env and --key-command only the name or the command is kept. "
        "Without any of the three the key is asked for, unseen.",
    )
    add.add_argument("source", metavar="SOURCE", help="see “tokentray sources”")
    add.add_argument("--label", default="default", help="tells accounts of one source apart (default: default)")
    add.add_argument(
        "--base-url", default="", metavar="U", help="another scheme, host, port and path prefix than the provider's own"
    )
    add.add_argument("--folder", default="", metavar="F", help="an agent's other home")
    key = add.add_mutually_exclusive_group()
    key.add_argument(
        "--key-stdin", action="store_true", help="read the key from standard input and keep it in the keyring"
    )
    key.add_argument("--key-env", metavar="VAR", help="the environment variable that will hold the key")
    key.add_argument("--key-command", metavar="CMD", help="the command that prints the key, such as “pass show openai”")


def _add(options: Namespace, here: Here) -> int:
    new = _new_account(options, here)
    if new.source in AGENTS:
        return _add_agent(new, here)
    setting, tested = add_account(new, Vault(), here.clock)
    if not tested.accepted:
        warn(tested.sentence)
        warn(f"{new.name} was not added.")
        return PART_FAILED
    _change_settings(here, lambda settings: settings.with_account(setting))
    if here.has_history:
        with open_history(here.history_path) as history:
            welcome_back(history, new.name, here.now)
    print(f"{new.name} was added. {tested.sentence}")
    print("“tokentray sync” reads it.")
    return DONE


def _new_account(options: Namespace, here: Here) -> NewAccount:
    name = f"{options.source}/{options.label}"
    if options.source not in AGENTS | PROVIDERS:
        near = difflib.get_close_matches(options.source, AGENTS | PROVIDERS, 1, 0.5)
        raise WrongUsage(
            f"There is no source “{options.source}”."
            + (f" Did you mean “{near[0]}”?" if near else " “tokentray sources” lists them all.")
        )
    if not LABEL.fullmatch(options.label):
        raise WrongUsage(
            "A label has letters, digits, dots, dashes and underscores, and begins with a letter or digit."
        )
    if here.settings.account(name) is not None:
        raise WrongUsage(f"{name} is there already: remove it first, or choose another --label.")
    if options.source in AGENTS:
        if options.key_stdin or options.key_env or options.key_command or options.base_url:
            raise WrongUsage("An agent's logs are files on this machine: give --folder, and no key.")
        return NewAccount(options.source, options.label, folder=_folder(options.folder))
    if options.folder:
        raise WrongUsage("A provider has no --folder; give its key by --key-stdin, --key-env or --key-command.")
    key, key_from = _key(options)
    return NewAccount(options.source, options.label, base_url=options.base_url, key=key, key_from=key_from)


def _folder(folder: str) -> str:
    if not folder:
        raise WrongUsage("Give the agent's other home by --folder; its usual one is found without being added.")
    path = os.path.abspath(os.path.expanduser(folder))
    if not os.path.isdir(path):
        raise WrongUsage(f"There is no folder {path}.")
    return path


def _key(options: Namespace) -> tuple[ApiKey | None, str]:
    if options.key_env is not None:
        if not VARIABLE.fullmatch(options.key_env):
            # Whoever gives the key itself here must not see it again in a message.
            raise WrongUsage("--key-env takes the name of a variable, not the key.")
        return None, f"env:{options.key_env}"
    if options.key_command is not None:
        return None, f"command:{options.key_command}"
    if options.key_stdin:
        text = sys.stdin.readline()
    elif sys.stdin is not None and sys.stdin.isatty():
        needs = source_named(options.source)
        print(f"It needs: {needs.key_kind}. It is made at {needs.key_page}." if needs else "", file=sys.stderr)
        text = getpass.getpass("Key (it stays unseen): ", sys.stderr)
    else:
        raise WrongUsage("Give the key by --key-stdin, --key-env VAR or --key-command CMD.")
    if not text.strip():
        raise WrongUsage("No key was given.")
    return ApiKey(text), "keyring"


def _add_agent(new: NewAccount, here: Here) -> int:
    setting = AccountSetting(new.name, folder=new.folder)
    settings = here.settings.with_account(setting)
    if not any(
        os.path.isdir(folder)
        for agent in _agents(settings, here)
        if agent.account == new.name
        for folder in agent.folders
    ):
        raise WrongUsage(f"{new.folder} holds no logs of {new.source}.")
    _change_settings(here, lambda present: present.with_account(setting))
    print(f"{new.name} was added. “tokentray sync” reads it.")
    return DONE


def _test(name: str, here: Here) -> int:
    account = _known(name, here)
    if account.name.partition("/")[0] in AGENTS:
        if not account.folders:
            warn(f"No logs of {account.name} are found on this machine now; what was read is kept.")
            return PART_FAILED
        print(f"{account.name} reads {', '.join(account.folders)}; there is no key to test.")
        return DONE
    tested = try_account(account.setting, Vault(), here.clock)
    if not tested.accepted:
        warn(tested.sentence)
        return PART_FAILED
    if here.has_history:
        with open_history(here.history_path) as history:
            welcome_back(history, account.name, here.now)
    print(tested.sentence)
    return DONE


def _pause(name: str, here: Here, paused: bool) -> int:
    account = _known(name, here)
    name = account.name
    if account.setting.paused == paused:
        print(f"{name} {'is paused already' if paused else 'was not paused'}.")
        return DONE
    changed = replace(account.setting, paused=paused)
    # Found by itself again: nothing of it is to be remembered.
    forgotten = not paused and changed == AccountSetting(name)
    _change_settings(
        here,
        lambda settings: settings.without_account(name) if forgotten else settings.with_account(changed),
    )
    print(f"{name} {'is paused: it is read no more until it is resumed' if paused else 'is read again'}.")
    return DONE


def _remove(name: str, here: Here) -> int:
    account = _known(name, here)
    name = account.name
    if here.settings.account(name) is None:
        raise WrongUsage(f"{name} was found on this machine, not added: “tokentray accounts pause {name}” stops it.")
    _change_settings(here, lambda settings: settings.without_account(name))
    print(f"{name} was removed; what was read of it is kept.")
    if account.setting.key_from != "keyring":
        return DONE
    try:
        Vault().forget_key(name)
    except VaultError as error:
        warn(f"Its key could not be taken out of the keyring. {error}")
        return PART_FAILED
    return DONE


def _change_settings(here: Here, change: Callable[[Settings], Settings]) -> None:
    try:
        change_settings(here.settings_path, change)
    except OSError as error:
        raise TokenTrayError(
            f"{here.settings_path} cannot be written ({error.strerror}): make room, or see that its folder is yours."
        ) from error


def _known(name: str, here: Here) -> Listed:
    accounts = {account.name: account for account in listed_accounts(here) if account.state != "removed"}
    if name in accounts:
        return accounts[name]
    of_source = [account for account in accounts if account.startswith(f"{name}/")]
    if len(of_source) == 1:
        return accounts[of_source[0]]
    near = difflib.get_close_matches(name, accounts, 1, 0.5)
    raise WrongUsage(
        f"There is no account “{name}”."
        + (f" Did you mean “{near[0]}”?" if near else " “tokentray accounts” lists them.")
    )
