"""`tokentray doctor`: what works, what does not, and what to do about it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import textwrap
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import metadata
from zoneinfo import ZoneInfo

from tokentray import __version__
from tokentray.cli.accounts import Listed, listed_accounts
from tokentray.cli.codes import DONE, PART_FAILED
from tokentray.cli.display import no_display, no_tray
from tokentray.cli.here import Here, rfc3339
from tokentray.cli.output import print_json
from tokentray.cli.plain import age, count
from tokentray.core.errors import HistoryError
from tokentray.diagnostics import scrubbed
from tokentray.ingest.polls import try_account
from tokentray.settings.vault import Vault
from tokentray.settings.zone import system_zone
from tokentray.sources import AGENTS
from tokentray.store.checking import facts, verify
from tokentray.store.database import History, open_history
from tokentray.store.price_table import price_lists, unknown_models
from tokentray.store.unfinished import is_unfinished

PACKAGES = ("PySide6-Essentials", "httpx", "keyring", "msgspec", "platformdirs", "zstandard")
KEYRING_PATIENCE_SECONDS = 5.0
LITTLE_ROOM = 200_000_000
# Before this day TokenTray did not exist: a clock that says so is wrong.
EARLIEST = datetime(2026, 11, 1, tzinfo=UTC)
OLD_LIST = timedelta(days=90)
SIGNS = {"ok": "ok", "note": "note", "bad": "BAD"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `state` is ok, note (worth knowing) or bad; `advice` says what to do, "" if nothing."""

    about: str
    state: str
    says: str
    advice: str = ""


def parser(name: str) -> ArgumentParser:
    parser = ArgumentParser(
        allow_abbrev=False,
        prog=f"tokentray {name}",
        description="Looks at everything TokenTray needs, and says what works, what does not and what to do about it. "
        "It changes nothing, prints no secret, and asks no provider unless --network is given.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--network", action="store_true", help="also ask every added provider once whether its key still works"
    )
    return parser


def run(options: Namespace, here: Here) -> int:
    findings = [_clean(finding) for finding in _look(here, options.network)]
    worst = "bad" if any(finding.state == "bad" for finding in findings) else "ok"
    if options.json:
        content = [{"about": f.about, "state": f.state, "says": f.says, "advice": f.advice or None} for f in findings]
        print_json("doctor", {"version": __version__, "as_of": rfc3339(here.now), "state": worst, "findings": content})
    else:
        _print(findings)
    return PART_FAILED if worst == "bad" else DONE


def _look(here: Here, network: bool) -> Iterator[Finding]:
    yield from _program()
    yield from _settings(here)
    yield _room(here)
    yield from _clock(here)
    try:
        accounts = listed_accounts(here)
    except HistoryError:
        accounts = []  # the history's own finding says why
    yield from _agents(accounts)
    yield from _providers(accounts, here)
    yield from _history(here)
    yield _keyring(accounts)
    if network:
        yield from _asked(accounts, here)
    yield from _desktop()
    yield _log(here)


def _program() -> Iterator[Finding]:
    yield Finding(
        "program",
        "ok",
        f"TokenTray {__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}.",
    )
    missing = [name for name in PACKAGES if _version(name) is None]
    versions = ", ".join(f"{name} {_version(name)}" for name in PACKAGES if name not in missing)
    if missing:
        yield Finding(
            "packages", "bad", f"Missing: {', '.join(missing)}.", "Install TokenTray again, with its dependencies."
        )
    else:
        yield Finding("packages", "ok", f"{versions}.")
    if _version("PySide6-Essentials", "PySide6") == "6.12.0" and sys.version_info < (3, 12):
        yield Finding(
            "packages", "bad", "PySide6 6.12.0 ends the program on this Python.", "Install PySide6-Essentials 6.11.3."
        )


def _version(*names: str) -> str | None:
    for name in names:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return None


def _settings(here: Here) -> Iterator[Finding]:
    path = here.settings_path
    if os.path.exists(path):
        yield Finding("settings", "ok", f"{path}: {len(here.settings.accounts)} accounts.")
    else:
        yield Finding("settings", "ok", f"The defaults hold; {path} will be made when something is changed.")
    if os.path.exists(path + ".damaged"):
        yield Finding(
            "settings",
            "note",
            f"Damaged settings were kept as {path}.damaged.",
            "Take from it what you miss, then delete it.",
        )


def _room(here: Here) -> Finding:
    folder = _nearest_folder(os.path.dirname(here.history_path))
    free = shutil.disk_usage(folder).free
    says = f"{free / 1e9:.1f} GB free in {folder}."
    if not os.access(folder, os.W_OK):
        return Finding(
            "disk", "bad", f"{folder} cannot be written.", "Make it yours, or set TOKENTRAY_HOME to another folder."
        )
    if free < LITTLE_ROOM:
        return Finding("disk", "bad", says, "Make room: a full disk stops the history.")
    return Finding("disk", "ok", says)


def _nearest_folder(path: str) -> str:
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    return path


def _clock(here: Here) -> Iterator[Finding]:
    local = here.now.astimezone(ZoneInfo(here.zone))
    stopped = " It stands still, because TOKENTRAY_NOW says so." if os.environ.get("TOKENTRAY_NOW") else ""
    says = f"{local:%Y-%m-%d %H:%M} in {here.zone}.{stopped}"
    if here.now < EARLIEST and not stopped:
        yield Finding("clock", "bad", says, "Set this machine's clock: days and quota windows depend on it.")
    else:
        yield Finding("clock", "ok", says)
    if not here.settings.zone and system_zone(os.environ) == "UTC" and datetime.now().astimezone().utcoffset():
        yield Finding(
            "clock",
            "bad",
            "This system has a zone without a name, so days are counted in UTC.",
            "Choose a zone in the settings, such as Europe/Berlin.",
        )


def _agents(accounts: list[Listed]) -> Iterator[Finding]:
    listed = [account for account in accounts if account.agent is not None]
    for account in listed:
        yield _agent_finding(account)
    for source in AGENTS:
        if all(account.name.partition("/")[0] != source for account in listed):
            yield Finding("agents", "ok", f"{source}: no logs on this machine.")


def _agent_finding(account: Listed) -> Finding:
    folders, name = account.folders, account.name
    if account.setting.paused:
        return Finding(
            name,
            "note",
            f"Paused; its logs are in {', '.join(folders)}.",
            f"“tokentray accounts resume {name}” reads them.",
        )
    if not folders:
        gone = f"{account.setting.folder} holds no logs of it any more; what was read is kept."
        return Finding(name, "bad", gone, f"Bring the folder back, or “tokentray accounts remove {name}”.")
    closed = [folder for folder in folders if not os.access(folder, os.R_OK | os.X_OK)]
    if closed:
        return Finding(name, "bad", f"{', '.join(closed)} cannot be read.", "Give yourself the right to read it.")
    return Finding(name, "ok", f"Reads {', '.join(folders)}.")


def _providers(accounts: list[Listed], here: Here) -> Iterator[Finding]:
    added = [account for account in accounts if account.origin == "billed" and account.state != "removed"]
    if not added:
        yield Finding("providers", "ok", "None was added, so nothing is asked over the network.")
    for account in added:
        yield _provider_finding(account, here)


def _provider_finding(account: Listed, here: Here) -> Finding:
    poll = account.poll
    if account.setting.paused:
        return Finding(account.name, "note", "Paused.", f"“tokentray accounts resume {account.name}” reads it again.")
    if poll is None or poll.tried_at is None:
        return Finding(account.name, "note", "Not read yet.", "“tokentray sync” reads it.")
    if poll.state in ("key_rejected", "key_missing", "no_vault", "vault_locked"):
        return Finding(account.name, "bad", poll.message, f"Then “tokentray accounts test {account.name}”.")
    if poll.state not in ("ok", "new_key"):
        until = f" It is left in peace until {poll.not_before:%H:%M} UTC." if poll.not_before else ""
        return Finding(account.name, "bad", f"{poll.message}{until}", "It is tried again by itself.")
    read = age((here.now - poll.succeeded_at).total_seconds()) if poll.succeeded_at else "not yet"
    gaps = f", {len(account.coverage.gaps)} gaps" if account.coverage and account.coverage.gaps else ""
    return Finding(account.name, "note" if gaps else "ok", f"Read {read}{gaps}.")


def _history(here: Here) -> Iterator[Finding]:
    if not here.has_history:
        yield Finding(
            "history",
            "ok",
            f"None yet; {here.history_path} will be made by the first reading.",
            "“tokentray sync” reads what is there.",
        )
        return
    try:
        with open_history(here.history_path, read_only=True) as history:
            yield from _open_history(history, here)
    except HistoryError as error:
        yield Finding("history", "bad", str(error))
    folder, name = os.path.split(here.history_path)
    damaged = sorted(entry for entry in os.listdir(folder) if entry.startswith(f"{name}.damaged"))
    if damaged:
        yield Finding(
            "history",
            "note",
            f"A damaged one was kept: {', '.join(damaged)}.",
            "“tokentray restore FILE” brings a backup back.",
        )


def _open_history(history: History, here: Here) -> Iterator[Finding]:
    held = facts(history)
    since = f", since {held.first_day}" if held.first_day else ""
    yield Finding("history", "ok", f"{held.path}: {held.size / 1e6:.1f} MB, {count(held.usages)} usages{since}.")
    faults = verify(history)
    if faults:
        yield Finding(
            "history", "bad", " ".join(faults), "Restore a backup, or “tokentray sync --full” to read everything again."
        )
    else:
        yield Finding("history", "ok", f"It is sound, and every sum is the sum of its rows; days of {held.zone}.")
    if is_unfinished(history):
        yield Finding(
            "history",
            "note",
            "The first reading of the logs has not come to its end.",
            "“tokentray sync” goes on with it.",
        )
    if held.last_day and held.last_day > here.now.astimezone(ZoneInfo(here.zone)).date() + timedelta(days=1):
        yield Finding(
            "history",
            "note",
            f"It speaks of {held.last_day}, which is yet to come.",
            "See that this machine's clock is right.",
        )
    yield from _prices(history, here)


def _prices(history: History, here: Here) -> Iterator[Finding]:
    lists = price_lists(history)
    if lists:
        dated = [day for day in map(_list_day, lists) if day is not None]
        old = bool(dated) and here.now.date() - max(dated) > OLD_LIST
        advice = "A newer TokenTray brings newer prices." if old else ""
        yield Finding("prices", "note" if old else "ok", f"From {', '.join(lists)}.", advice)
    unknown = unknown_models(history)
    if unknown:
        yield Finding(
            "prices",
            "note",
            f"No known price: {', '.join(unknown)}. Their tokens are counted, their cost is unknown.",
            "You can give prices of your own in the settings.",
        )


def _list_day(name: str) -> date | None:
    try:
        return date.fromisoformat(name.rpartition(" ")[2])
    except ValueError:
        return None


def _keyring(accounts: Iterable[Listed]) -> Finding:
    says = Vault(wait_seconds=KEYRING_PATIENCE_SECONDS).state()
    works = says.startswith("The system's keyring runs")
    needed = [account.name for account in accounts if account.setting.key_from == "keyring"]
    if works or not needed:
        return Finding("keyring", "ok" if works else "note", says)
    return Finding("keyring", "bad", f"{says} {', '.join(needed)} cannot be read without it.")


def _asked(accounts: list[Listed], here: Here) -> Iterator[Finding]:
    vault = Vault()
    for account in accounts:
        if account.setting.key_from:
            tested = try_account(account.setting, vault, here.clock)
            yield Finding(account.name, "ok" if tested.accepted else "bad", tested.sentence)


def _desktop() -> Iterator[Finding]:
    missing = no_display(os.environ)
    if missing is not None:
        yield Finding("display", "note", missing, "The command line works the same.")
        return
    yield Finding("display", "ok", "A window can be shown.")
    why = no_tray(os.environ)
    if why is None:
        yield Finding("tray", "ok", "The desktop shows tray icons.")
    else:
        yield Finding("tray", "note", why, "The window opens instead; a tray that comes late is waited for.")


def _log(here: Here) -> Finding:
    if not os.path.exists(here.log_path):
        return Finding("log", "ok", f"Nothing has been logged; {here.log_path} would be the place.")
    with open(here.log_path, encoding="utf-8", errors="replace") as file:
        bugs = sum(" CRITICAL " in line or " ERROR " in line for line in file)
    if bugs:
        return Finding(
            "log",
            "note",
            f"{here.log_path} holds {bugs} errors.",
            "Please report them; the log holds no keys and no text of yours.",
        )
    return Finding("log", "ok", f"{here.log_path}: no errors.")


def _clean(finding: Finding) -> Finding:
    return Finding(finding.about, finding.state, scrubbed(finding.says), scrubbed(finding.advice))


def _print(findings: list[Finding]) -> None:
    width = max(len(finding.about) for finding in findings)
    room = max(50, min(110, shutil.get_terminal_size().columns) - width - 8)
    for finding in findings:
        text = textwrap.wrap(finding.says, room, break_long_words=False, break_on_hyphens=False)
        advice = (
            textwrap.wrap(f"→ {finding.advice}", room, break_long_words=False, break_on_hyphens=False)
            if finding.advice
            else []
        )
        for number, line in enumerate([*text, *advice]):
            head = f"{SIGNS[finding.state]:4}  {finding.about.ljust(width)}" if number == 0 else " " * (width + 6)
            print(f"{head}  {line}".rstrip())
    states = [finding.state for finding in findings]
    print(f"\n{states.count('ok')} in order, {states.count('note')} to know, {states.count('bad')} to mend.")
