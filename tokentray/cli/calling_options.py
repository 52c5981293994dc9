"""The unusual ways to call `tokentray popover` and `tokentray tag`: help and mistakes."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from tokentray.cli.calling import call
from tokentray.cli.codes import DONE, NOTHING_CONFIGURED
from tokentray.cli.here import Here, warn

PURPOSES = {
    "popover": "Opens the popover of the TokenTray that runs; starts one if none does.",
    "tag": "Opens the quick card for the last session; starts TokenTray if none runs.",
}


def parser(name: str) -> ArgumentParser:
    purpose = f"{PURPOSES[name]} Made to be bound to a key of the desktop."
    parser = ArgumentParser(allow_abbrev=False, prog=f"tokentray {name}", description=purpose)
    parser.set_defaults(wish=name)
    return parser


def run(options: Namespace, _here: Here) -> int:
    """The program's door starts a tray where none runs; from here only one that runs can be called."""
    if call(options.wish):
        return DONE
    warn("No TokenTray runs here.")
    return NOTHING_CONFIGURED
