"""`tokentray journal`: what every action is called with, and which file has it."""

from __future__ import annotations

import importlib
from argparse import ArgumentParser, ArgumentTypeError, BooleanOptionalAction, Namespace
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from tokentray.cli.actions import add_action
from tokentray.cli.days import day
from tokentray.cli.here import Here
from tokentray.core.journal import Level, Outcome
from tokentray.insights.minutes import minutes_of, range_of

Value = TypeVar("Value")

ACTIONS = {
    "list": "journal_reading",
    "show": "journal_reading",
    "search": "journal_reading",
    "add": "journal_writing",
    "edit": "journal_writing",
    "remove": "journal_writing",
    "export": "journal_copies",
    "import": "journal_copies",
}
EDITOR = "Without any text, $VISUAL or $EDITOR opens on a Markdown template; left as it is, nothing happens. Texts are Markdown."


def parser(name: str) -> ArgumentParser:
    parser = ArgumentParser(
        allow_abbrev=False,
        prog=f"tokentray {name}",
        description="Your journal: what the use was for. A card says what you tried and what came of it; failed experiments are worth as much.",
        epilog="“tokentray journal ACTION --help” explains each. A card's id may be cut short.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    _add(actions)
    _edit(actions)
    _list(actions)
    show = add_action(actions, "show", "one card or several, in full")
    show.add_argument("ids", metavar="ID", nargs="+")
    show.add_argument("--earlier", action="store_true", help="also what it said before each edit")
    form = show.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object")
    form.add_argument("--markdown", action="store_true", help="as the note that export would write")
    search = add_action(actions, "search", "cards that a search finds")
    search.add_argument(
        "words",
        metavar="WORD",
        nargs="+",
        help='words, "phrases" and filters: tag:refactor outcome:failed level:team function:design model:opus project:site '
        "since:2026-09 until:2026-W47 draft:no",
    )
    search.add_argument("--json", action="store_true", help="one JSON object")
    remove = add_action(actions, "remove", "take cards out of the history for good")
    remove.add_argument("ids", metavar="ID", nargs="+")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    _copies(actions)
    parser.set_defaults(
        action="list", json=False, since=None, until=None, tag=None, outcome=None, level=None, function=None, limit=None
    )
    return parser


def run(options: Namespace, here: Here) -> int:
    # Each action pays for its own imports only.
    module = importlib.import_module(f"tokentray.cli.{ACTIONS[options.action or 'list']}")
    code: int = module.run(options, here)
    return code


def _add(actions: Any) -> None:
    parser = add_action(actions, "add", "a new card", EDITOR)
    _texts(parser)
    parser.add_argument("--follows", metavar="ID", help="the card it tries again")
    parser.add_argument("--draft", action="store_true", default=None, help="not finished yet")
    parser.add_argument("--json", action="store_true", help="print the card as one JSON object")


def _edit(actions: Any) -> None:
    more = "What is given takes the place of what was there, "
    parser = add_action(
        actions,
        "edit",
        "change a card; what it said before is kept",
        f'{EDITOR} {more}lists as a whole; an empty text ("") takes it away.',
    )
    parser.add_argument("id", metavar="ID")
    _texts(parser)
    parser.add_argument("--draft", action=BooleanOptionalAction, default=None, help="not finished yet, or finished")
    parser.add_argument("--json", action="store_true", help="print the card as one JSON object")
    parser.set_defaults(follows=None)


def _texts(parser: ArgumentParser) -> None:
    for name, purpose in (
        ("title", "a few words"),
        ("tried", "what you tried"),
        ("worked", "what worked, and what did not"),
        ("learned", "what you learned"),
        ("next", "what comes next, or a question"),
    ):
        parser.add_argument(f"--{name}", metavar="TEXT", help=purpose)
    parser.add_argument("--outcome", metavar="O", type=_one_of(Outcome), help=", ".join(Outcome))
    parser.add_argument(
        "--level", metavar="L", type=_one_of(Level), help=f"who it is for: {', '.join(Level)} (default: me)"
    )
    parser.add_argument("--function", metavar="F", help="function of work, such as engineering, design, sales or legal")
    parser.add_argument("--tag", metavar="T", action="append", help="may be given again")
    parser.add_argument("--model", metavar="M", action="append", help="a model it was tried with; may be given again")
    parser.add_argument("--effort", metavar="TIME", type=_time(minutes_of), help="such as 45, 45m, 1h30")
    parser.add_argument("--saved", metavar="RANGE", type=_time(range_of), help="only if you want: such as 30m-1h")
    parser.add_argument("--link", metavar="URL", help="a page, an issue, a file")
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--date", metavar="D", type=_day_or_none, help="day of use that no log knows, YYYY-MM-DD")
    when.add_argument(
        "--session",
        metavar="S",
        action="append",
        help="a session of work as “report --by work” names it, or “last”; may be given again",
    )
    parser.add_argument(
        "--from",
        dest="file",
        metavar="FILE",
        help="take the card from a Markdown file such as the editor shows; - is standard input",
    )


def _list(actions: Any) -> None:
    parser = add_action(actions, "list", "cards, newest first (the default)")
    parser.add_argument("--since", metavar="D", type=day, help="first day, YYYY-MM-DD, inclusive")
    parser.add_argument("--until", metavar="D", type=day, help="last day, YYYY-MM-DD, inclusive")
    parser.add_argument(
        "--tag", metavar="T", action="append", help="only with this tag; may be given again: any of them"
    )
    parser.add_argument("--outcome", choices=[str(outcome) for outcome in Outcome], help="only with this outcome")
    parser.add_argument("--level", choices=[str(level) for level in Level], help="only of this level")
    parser.add_argument("--function", metavar="F", help="only of this function of work")
    parser.add_argument("--limit", metavar="N", type=_positive, help="at most so many")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def _copies(actions: Any) -> None:
    export = add_action(
        actions,
        "export",
        "the journal as Markdown notes or as one JSON file",
        "Markdown: one file for each card, with front matter, as Obsidian has it. A note's own properties stay; one that was edited since and "
        "not imported is left alone. Doing it again is harmless. JSON: everything, with the earlier texts, for “tokentray import”.",
    )
    form = export.add_mutually_exclusive_group(required=True)
    form.add_argument("--markdown", metavar="FOLDER", help="one file for each card")
    form.add_argument("--json", dest="json_file", metavar="FILE", help="one file; - is standard output")
    taking = add_action(
        actions,
        "import",
        "notes, folders of notes and JSON exports into the journal",
        "Doing it again is harmless. Of a folder, the notes that have front matter or a section of a card are taken, such as Obsidian's.",
    )
    taking.add_argument("paths", metavar="PATH", nargs="+")


def _one_of(kind: type[Outcome] | type[Level]) -> Callable[[str], Outcome | Level | str]:
    def read(text: str) -> Outcome | Level | str:
        try:
            return kind(text.lower()) if text else ""
        except ValueError:
            raise ArgumentTypeError(f"“{text}” is none of {', '.join(kind)}") from None

    return read


def _time(read: Callable[[str], Value]) -> Callable[[str], Value | str]:
    def time(text: str) -> Value | str:
        try:
            return read(text) if text.strip() else ""
        except ValueError as error:
            raise ArgumentTypeError(str(error)) from error

    return time


def _day_or_none(text: str) -> date | str:
    return day(text) if text else ""


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise ArgumentTypeError(f"“{text}” is no number of cards")
    return int(text)
