"""The board's commands and what is written about them agree."""

from __future__ import annotations

import argparse
from pathlib import Path

from tokentray.board.command import parser

NOTES = (Path(__file__).parents[2] / "packaging" / "board" / "README.md").read_text("utf-8")


def commands(of):
    """The names of a parser's commands, with those of theirs."""
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, deeper in action.choices.items():
                inner = list(commands(deeper))
                yield from (f"{name} {each}" for each in inner) if inner else [name]


def test_every_command_is_in_the_notes_and_in_the_help():
    found = list(commands(parser()))

    assert len(found) == 10
    assert [name for name in found if f"`{name}" not in NOTES] == []
    assert [name for name in found if name.split()[0] not in parser().format_help()] == []
