"""What the actions of a command with several of them have in common."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any


def add_action(actions: Any, name: str, purpose: str, more: str = "") -> ArgumentParser:
    """The parser of one action among argparse's subparsers; `purpose` begins small and ends without a full stop."""
    sentence = f"{purpose[0].upper()}{purpose[1:]}."
    parser: ArgumentParser = actions.add_parser(
        name, help=purpose, description=f"{sentence} {more}".strip(), allow_abbrev=False
    )
    return parser
