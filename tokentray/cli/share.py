"""`tokentray share`: what every action is called with, and which file has it."""

from __future__ import annotations

import importlib
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import Any

from tokentray.cli.actions import add_action
from tokentray.cli.here import Here
from tokentray.core.fragment import ADOPTIONS, EFFORTS, KINDS, RESULTS
from tokentray.insights.checkin import days_of_week, week_of

ACTIONS = {
    "join": "share_team",
    "key": "share_team",
    "status": "share_team",
    "log": "share_team",
    "words": "share_team",
    "leave": "share_leaving",
    "preview": "share_sending",
    "send": "share_sending",
    "withdraw": "share_sending",
    "refresh": "share_feed",
    "feed": "share_feed",
    "note": "share_feed",
    "import": "share_feed",
    "board": "share_published",
    "digest": "share_published",
    "webhook": "share_published",
    "password": "share_published",
    "accept": "share_team",
}


def parser(name: str) -> ArgumentParser:
    parser = ArgumentParser(
        allow_abbrev=False,
        prog=f"tokentray {name}",
        description="Sharing with your team, by choice: nothing leaves that you have not seen and sent, and nobody can find out who sent what.",
        epilog="“tokentray share ACTION --help” explains each.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    _join(actions)
    preview = add_action(
        actions, "preview", "what would leave for a week, in words and as the very bytes; nothing is sent"
    )
    _wishes(preview)
    preview.add_argument("--json", action="store_true", help="one JSON object")
    _send(actions)
    status = add_action(
        actions, "status", "the team, the promise that holds, and what waits, was sent and was withdrawn (the default)"
    )
    status.add_argument(
        "--verify", action="store_true", help="look up in the board's public lists what is there and what is gone"
    )
    status.add_argument("--json", action="store_true", help="one JSON object")
    withdraw = add_action(
        actions, "withdraw", "take back what was sent, or what still waits", "Numbers are those of “share status”."
    )
    withdraw.add_argument("numbers", metavar="NUMBER", nargs="*", type=int)
    withdraw.add_argument("--week", metavar="W", type=_week, help="everything of that week")
    withdraw.add_argument("--all", action="store_true", help="everything")
    withdraw.add_argument("--json", action="store_true", help="one JSON object")
    withdraw.add_argument(
        "--now", action="store_true", help="at once; whoever watches the board then sees what belongs together"
    )
    log = add_action(actions, "log", "every byte that ever left for the board, in words and in full")
    log.add_argument("--json", action="store_true", help="one JSON object, with the bytes in base64")
    words = add_action(
        actions,
        "words",
        "your own list of words that must not leave in free text",
        "What is typed here stays in the shell's history, and is seen in the list of processes meanwhile: - keeps it out of there.",
    )
    words.add_argument(
        "words",
        metavar="WORD",
        nargs="*",
        help="words to add to the list; - reads them from standard input, one a line",
    )
    words.add_argument("--remove", action="store_true", help="take them off the list instead")
    _feed(actions)
    _published(actions)
    accept = add_action(
        actions,
        "accept",
        "agree to a manifest with which the promise falls from L2 to L1, because the relay is gone",
        "Until then nothing is sent. It does not matter otherwise.",
    )
    accept.add_argument("--json", action="store_true", help="one JSON object")
    leave = add_action(
        actions,
        "leave",
        "leave the team and forget its secrets and tokens",
        "Withdrawals that wait are sent first. What was sent stays, and can then be withdrawn no more. Without a team it takes out of the "
        "keyring what may have stayed there.",
    )
    leave.add_argument(
        "--without-withdrawals",
        action="store_true",
        help="drop those that wait: what they take back stays on the board",
    )
    leave.add_argument("--forget-log", action="store_true", help="also the log of what left")
    leave.add_argument("--yes", action="store_true", help="do not ask")
    leave.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(action="status", json=False, verify=False)
    return parser


def run(options: Namespace, here: Here) -> int:
    # Each action pays for its own imports only.
    module = importlib.import_module(f"tokentray.cli.{ACTIONS[options.action or 'status']}")
    code: int = module.run(options, here)
    return code


def _join(actions: Any) -> None:
    secrets = "The recovery code and the team's key go into the system's keyring; without one, let “share key” make the line that --key-env or "
    history = "A link that is typed here stays in the shell's history, with the team's key in it: a file or - keeps it out of there."
    join = add_action(actions, "join", "join a team by its invite", f"{secrets}--key-command gives. {history}")
    key = add_action(actions, "key", "make the line of secrets for a machine without a keyring; joins nothing")
    for one in (join, key):
        one.add_argument("invite", metavar="INVITE", help="the link, a file that holds it, or - for standard input")
        one.add_argument(
            "--recover", action="store_true", help="with the recovery code of another device, which is asked for unseen"
        )
    where = join.add_mutually_exclusive_group()
    where.add_argument("--key-env", metavar="VAR", help="the environment variable that holds the line")
    where.add_argument("--key-command", metavar="CMD", help="the command that prints the line")
    join.add_argument("--json", action="store_true", help="one JSON object, without the recovery code")
    join.add_argument(
        "--with-code",
        action="store_true",
        help="with --json: also a new recovery code, for a program that shows it once",
    )


def _feed(actions: Any) -> None:
    refresh = add_action(
        actions,
        "refresh",
        "ask the board for what it published and for the team's cards, and keep them here",
        "It is always the same questions, whoever asks.",
    )
    refresh.add_argument("--json", action="store_true", help="one JSON object")
    feed = add_action(
        actions,
        "feed",
        "your team's cards of a week, decrypted here",
        "The board is asked first, as by “share refresh”.",
    )
    feed.add_argument("--week", metavar="W", type=_week, help="ISO week; default: this one")
    feed.add_argument("--outcome", action="append", choices=RESULTS, help="only cards that say so; may be given again")
    feed.add_argument("--category", metavar="C", action="append", help="only cards of it; may be given again")
    feed.add_argument("--json", action="store_true", help="one JSON object")
    note = add_action(
        actions,
        "note",
        "note on a colleague's card, on this machine only",
        "Ids are those of “share feed”; a part will do.",
    )
    note.add_argument("id", metavar="ID")
    reproduced = note.add_mutually_exclusive_group()
    reproduced.add_argument(
        "--reproduced", action="store_const", const=True, default=None, help="you tried it, and it came out the same"
    )
    reproduced.add_argument(
        "--not-reproduced", dest="reproduced", action="store_const", const=False, help="take that back"
    )
    note.add_argument("--still-true", choices=("yes", "no"), help="whether it holds, eight weeks later")
    note.add_argument("--json", action="store_true", help="one JSON object")
    importing = add_action(
        actions, "import", "take a colleague's card into your own journal, as a private draft to try"
    )
    importing.add_argument("id", metavar="ID")
    importing.add_argument("--json", action="store_true", help="one JSON object")


def _published(actions: Any) -> None:
    board = add_action(
        actions,
        "board",
        "a published week in words, with your own place in it",
        "Your own place is worked out on this machine and told to nobody.",
    )
    board.add_argument("--week", metavar="W", type=_week, help="ISO week; default: the newest that was published")
    board.add_argument("--json", action="store_true", help="one JSON object")
    digest = add_action(
        actions,
        "digest",
        "a published week as a message, with cards of your own in clear beneath it, if you like",
        "The board's part is made of published numbers only. Your cards are told under your name: whoever reads it knows that they are yours, also "
        "where you shared them through the board without one.",
    )
    digest.add_argument("--week", metavar="W", type=_week, help="ISO week; default: the newest that is kept here")
    digest.add_argument(
        "--fresh",
        action="store_true",
        help="ask the board first; else it is asked only for a week that is not kept here",
    )
    digest.add_argument(
        "--card", metavar="ID", action="append", default=[], help="an own card for team or company; may be given again"
    )
    digest.add_argument("--name", metavar="N", default="", help="who posts it, or - to read it; needed with --card")
    digest.add_argument("--form", choices=("markdown", "html", "slack", "teams"), help="default: markdown")
    digest.add_argument("--post", choices=("slack", "teams"), help="post it there; “share webhook” says where")
    digest.add_argument(
        "--as-it-is", action="store_true", help="post the cards in spite of what was found in their texts"
    )
    digest.add_argument("--json", action="store_true", help="one JSON object")
    webhook = add_action(
        actions,
        "webhook",
        "where Slack or Teams takes your digests; the address goes into the system's keyring",
        "It is a secret: whoever has it can write there.",
    )
    webhook.add_argument("service", choices=("slack", "teams"))
    webhook.add_argument("address", metavar="-", nargs="?", help="- reads the address from standard input")
    webhook.add_argument("--forget", action="store_true", help="take it out of the keyring")
    webhook.add_argument("--json", action="store_true", help="one JSON object")
    password = add_action(
        actions,
        "password",
        "the password that all readers of your board have in common, if it asks for one",
        "It goes into the system's keyring.",
    )
    password.add_argument("word", metavar="-", nargs="?", help="- reads it from standard input")
    password.add_argument("--forget", action="store_true", help="take it out of the keyring")
    password.add_argument("--json", action="store_true", help="one JSON object")


def _send(actions: Any) -> None:
    send = add_action(
        actions,
        "send",
        "put a week's fragments into the outbox, from which each leaves at a random time within six days",
        "The tray sends what has its time; where none runs, let “share send --due” be called every quarter of an hour, by cron or a timer.",
    )
    _wishes(send)
    how = send.add_mutually_exclusive_group()
    how.add_argument(
        "--now",
        action="store_true",
        help="at once; whoever watches connections then sees what belongs together, and when you did it",
    )
    how.add_argument("--not-this-week", action="store_true", help="nothing of this week; what still waits is cancelled")
    how.add_argument(
        "--this-week-after-all",
        action="store_true",
        help="take “not this week” back; nothing that was cancelled waits again",
    )
    how.add_argument("--due", action="store_true", help="only send what is in the outbox and has its time")
    how.add_argument(
        "--wish",
        choices=("-",),
        help="what is to leave as one JSON object on standard input, for a program that has shown it",
    )
    send.add_argument("--json", action="store_true", help="one JSON object")


def _wishes(parser: ArgumentParser) -> None:
    parser.add_argument("--week", metavar="W", type=_week, help="ISO week, such as 2026-W47; default: this one")
    parser.add_argument(
        "--without",
        metavar="KIND",
        action="append",
        choices=KINDS,
        default=[],
        help=f"leave a kind out: {', '.join(KINDS)}",
    )
    parser.add_argument(
        "--use", action="store_true", help="also the week's tokens by tool, as bands; never sent otherwise"
    )
    parser.add_argument("--adoption", choices=ADOPTIONS, help="instead of what the days with use say")
    parser.add_argument("--outcome", choices=RESULTS, help="instead of what the week's cards say")
    parser.add_argument("--effort", choices=EFFORTS, help="instead of what the week's cards say")
    parser.add_argument(
        "--function", default="", metavar="F", help="function of work; leaves only if the board offers it"
    )
    parser.add_argument(
        "--card", metavar="ID", action="append", default=[], help="a card, encrypted for your team; may be given again"
    )
    parser.add_argument("--category", metavar="C", default="", help="the cards' category, one of the board's")
    words = parser.add_mutually_exclusive_group()
    words.add_argument(
        "--rewrite", action="store_true", help="put the offered words in place of what could tell who you are"
    )
    words.add_argument(
        "--as-it-is", action="store_true", help="send the cards' texts as they are, in spite of what was found in them"
    )


def _week(text: str) -> str:
    try:
        return week_of(days_of_week(text)[0])
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
