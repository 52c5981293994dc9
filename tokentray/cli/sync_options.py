"""How `tokentray sync` is called when it is given more than its name."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from tokentray.cli.here import Here
from tokentray.cli.sync import run_sync


def parser(name: str) -> ArgumentParser:
    parser = ArgumentParser(
        allow_abbrev=False,
        prog=f"tokentray {name}",
        description="Reads what is new from every account, once: the agents' logs on this machine, and the providers that were added.",
        epilog="Exit code 3: some account could not be read; standard error says which and why.",
    )
    parser.add_argument(
        "accounts", metavar="ACCOUNT", nargs="*", help="only these, such as claude-code/default; paused ones too"
    )
    parser.add_argument(
        "--full", action="store_true", help="read everything again, not only what is new; nothing is counted twice"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser


def run(options: Namespace, here: Here) -> int:
    return run_sync(options.accounts, full=options.full, as_json=options.json)
