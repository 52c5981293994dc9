"""The unusual ways to call `tokentray today` and `tokentray status`: help, mistakes, another zone."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from tokentray.cli.glance import FORMATS, show_status, show_today
from tokentray.cli.here import Here


def parser(name: str) -> ArgumentParser:
    if name == "today":
        parser = ArgumentParser(
            allow_abbrev=False,
            prog="tokentray today",
            description="Today at a glance, from the history. On a new machine today's lines of the agents' logs are read first.",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument("--zone", metavar="Z", help="the IANA zone in which today is meant, such as Europe/Berlin")
        return parser
    parser = ArgumentParser(
        allow_abbrev=False,
        prog="tokentray status",
        description="One line for a status bar. It is read from the history; nothing is polled.",
    )
    parser.add_argument("--format", choices=FORMATS, required=True, help="the bar it is for; plain is one line of text")
    return parser


def run(options: Namespace, here: Here) -> int:
    return show_status(options.format) if hasattr(options, "format") else show_today(options.json, here.zone)
