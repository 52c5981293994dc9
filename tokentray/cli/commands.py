"""Every command by its name, what it is for, and which file has it."""

from __future__ import annotations

import importlib
import os
import sys

from tokentray import __version__
from tokentray.cli.codes import DONE, WRONG_USAGE
from tokentray.cli.here import Here, here, warn

# name: (module in tokentray.cli, one line of help)
COMMANDS = {
    "today": ("glance_options", "today at a glance"),
    "status": ("glance_options", "one line for a status bar, read from the history"),
    "sync": ("sync_options", "read what is new from every account, once"),
    "report": ("report", "totals by hour, day, week, month, model, project, session …; also as JSON and CSV"),
    "quota": ("quota", "quota windows and balances, with the age of each reading"),
    "accounts": ("accounts", "list, add, test, pause, resume and remove accounts"),
    "sources": ("sources", "every source: what it gives, which key it needs, where that key is made"),
    "journal": ("journal", "what the use was for: add, list, show, edit, remove, search, export and import cards"),
    "checkin": ("checkin", "the week's check-in, drafted from its use and its cards"),
    "share": (
        "share",
        "sharing with your team, by choice and without a name: join, preview, send, status, withdraw, log",
    ),
    "import": ("importing", "another TokenTray's export; twice is harmless"),
    "export": ("history", "everything, as CSV or JSON"),
    "backup": ("history", "a copy of the history in one file"),
    "restore": ("history", "put a backup in the history's place; the present one is kept beside it"),
    "popover": ("calling_options", "open the popover of the TokenTray that runs; to be bound to a key"),
    "tag": ("calling_options", "open the quick card for the last session; to be bound to a key"),
    "doctor": ("doctor", "what works, what does not, and what to do about it"),
    "board": ("", "the team board's server and its administration (extra: board)"),
    "demo": ("", "the tray with a made-up history, labelled as such"),
}


def run_command(arguments: list[str]) -> int:
    """
    One command, from its words to its exit code. `arguments` are the program's, without its name, and not empty.

    Raises:
        TokenTrayError: an error of the world, for whoever started the command to tell.
    """
    name = arguments[0]
    if name in ("-h", "--help", "help"):
        return _help(arguments[1:])
    if name in ("-V", "--version"):
        print(f"tokentray {__version__}")
        return DONE
    if name not in COMMANDS:
        warn(_unknown(name))
        return WRONG_USAGE
    # Each command pays for its own imports only: keyring costs 90 ms, HTTP 80.
    module = importlib.import_module(f"tokentray.cli.{COMMANDS[name][0]}")
    options = module.parser(name).parse_args(arguments[1:])
    place: Here = here(getattr(options, "zone", None))
    code: int = module.run(options, place)
    return code


def explain_demo(words: list[str]) -> int:
    """What `tokentray demo` is, for those who gave it more than its name."""
    if set(words) <= {"-h", "--help"}:
        print(
            "usage: tokentray demo\n\nThe tray and its window with a made-up year of history, labelled as sample data."
        )
        print("Nothing is polled, sent or kept.")
        return DONE
    warn(f"“demo” takes nothing else, and not “{words[0]}”.")
    return WRONG_USAGE


def _help(words: list[str]) -> int:
    if words and words[0] not in COMMANDS:
        warn(_unknown(words[0]))
        return WRONG_USAGE
    if words == ["demo"]:
        return explain_demo([])
    if words == ["board"]:
        # The server is a program of its own, which need not be installed.
        print("tokentray board --help explains the server's commands; they need the extra “board”.")
        return DONE
    if words:
        module = importlib.import_module(f"tokentray.cli.{COMMANDS[words[0]][0]}")
        module.parser(words[0]).print_help()
        return DONE
    width = max(map(len, COMMANDS))
    print("One person's AI use at a glance: what your coding agents and API accounts consumed.\n")
    print("usage: tokentray                    start the tray; a second start raises the first one's window")
    print("       tokentray COMMAND [OPTIONS]  “tokentray COMMAND --help” explains each\n")
    for name, (_, purpose) in COMMANDS.items():
        print(f"  {name.ljust(width)}  {purpose}")
    print("\nWithout a command on a machine without a display: reads what it finds and prints today.")
    print("Exit codes: 0 done, 1 a bug (see the log), 2 wrong usage, 3 a part failed, 4 nothing configured yet.")
    print("Environment: TOKENTRAY_HOME puts settings, history and log into one folder; TOKENTRAY_NOW stops the clock.")
    return DONE


def _unknown(name: str) -> str:
    import difflib  # only for those who mistyped

    kind = "option" if name.startswith("-") else "command"
    near = difflib.get_close_matches(name, COMMANDS, 1, 0.5)
    hint = f" Did you mean “{near[0]}”?" if near else " “tokentray --help” lists them all."
    return f"There is no {kind} “{os.fsencode(name).decode(sys.getfilesystemencoding(), 'replace')}”.{hint}"
