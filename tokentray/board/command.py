"""`tokentray board …`: the server and its administration, which is this command on the host and nothing else."""

from __future__ import annotations

import argparse
import csv
import getpass
import hashlib
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO

import msgspec

from tokentray.board import seat_table
from tokentray.board.cell_table import read_cells
from tokentray.board.closing import close_due, close_one, retention
from tokentray.board.database import Store, open_board, open_issuer
from tokentray.board.errors import HostError, NoBoard, WrongWish
from tokentray.board.fragment_table import Outcome, all_rows
from tokentray.board.ledger import Ledger
from tokentray.board.restored import accept, note_further, refuse_restored, stores_behind
from tokentray.board.season import Plan, Seasons, make_season, read_secret, root_hash, write_secret
from tokentray.board.serve import ROLES, Service, serve
from tokentray.board.writer import Bury, Writer
from tokentray.core.board_crypto import invite_link, parse_invite
from tokentray.core.clock import Clock, clock_of
from tokentray.core.digest import FORMS, digest_of
from tokentray.core.errors import Mistyped
from tokentray.core.manifest import Invite, Window
from tokentray.core.published import published_of

DONE = 0
WRONG_USAGE = 2
FAILED = 3
NO_BOARD = 4
DEFAULT_PORT = 8743


def run_board(arguments: list[str]) -> int:
    """One command; gives the exit code of CLI.md."""
    os.umask(0o077)
    options = parser().parse_args(arguments)
    try:
        clock = clock_of(os.environ.get("TOKENTRAY_NOW"))
    except ValueError as error:
        return told(error, WRONG_USAGE)
    try:
        options.run(options, clock)
    except (WrongWish, Mistyped) as error:
        return told(error, WRONG_USAGE)
    except NoBoard as error:
        return told(error, NO_BOARD)
    except HostError as error:
        return told(error, FAILED)
    return DONE


def told(error: Exception, code: int) -> int:
    print(f"tokentray: {error}", file=sys.stderr)
    return code


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser("tokentray board", description="The team board's server and its administration.")
    commands = whole.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _serve_options(commands)
    _season_options(commands)
    _invite_options(commands)
    _publish_options(commands)
    _card_options(commands)
    _reader_options(commands)
    _export_options(commands)
    _digest_options(commands)
    _backup_options(commands)
    _restored_options(commands)
    return whole


def _common(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, purpose: str, *, database: bool = True
) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=purpose, description=purpose)
    made.add_argument("--data", metavar="DIR", required=True, help="the board's folder; it is made if missing")
    if database:
        made.add_argument("--database", metavar="URL", help="PostgreSQL for the fragments; else a file in DIR")
    return made


def _serve_options(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = _common(commands, "serve", "serve the board, or one role of it, until stopped")
    made.add_argument("--role", choices=ROLES, default="all")
    made.add_argument("--host", default="127.0.0.1")
    made.add_argument("--port", type=int, default=DEFAULT_PORT)
    made.add_argument("--board", metavar="URL", help="for a relay: the board it forwards to")
    made.add_argument("--url", help="the board's public address, if its first season is to be made now")
    made.set_defaults(run=run_serve)


def _season_options(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = _common(commands, "season", "make the next season: its keys and its signed manifest", database=False)
    made.add_argument("--url", help="the board's public address; needed for the first season")
    made.add_argument(
        "--first-week", metavar="WEEK", help="such as 2026-W40; else this week, or the one after the last season"
    )
    made.add_argument(
        "--relay", metavar="URL", help="a relay that somebody else runs; without one, level L1 is promised"
    )
    made.add_argument(
        "--function", action="append", default=[], metavar="NAME:HEADS", help="such as sales:25-49; from 25 seats"
    )
    made.add_argument("--category", action="append", default=[], help="of cards; instead of the program's own")
    made.add_argument("--tool", action="append", default=[], help="a family of tools; instead of the program's own")
    made.add_argument("--seats", type=int, default=0, help="how many people will be invited")
    made.add_argument("--window", metavar="OPENS:CLOSES", help="days from a week's Monday 00:00 UTC; 0:14 if not given")
    made.set_defaults(run=run_season)


def _invite_options(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = _common(commands, "invite", "print invite links, one a line, one for each person", database=False)
    made.add_argument("--count", type=int, default=1)
    made.add_argument("--url", help="the board's public address, if its first season is to be made now")
    made.add_argument("--like", metavar="LINK", help="any earlier invite, or - to read it: its team key is used again")
    made.add_argument("--new-team-key", action="store_true", help="when no earlier invite is left: a team of its own")
    made.set_defaults(run=run_invite)


def _publish_options(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = _common(commands, "publish", "publish every week that is due (the server does so by itself), or one by name")
    made.add_argument("--week", metavar="WEEK")
    made.set_defaults(run=run_publish)


def _card_options(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = commands.add_parser("card", help="take a card from the board", description="Take a card from the board.")
    deeds = made.add_subparsers(title="commands", required=True, metavar="COMMAND")
    delete = _common(deeds, "delete", "delete a card by its week and the beginning of its nonce")
    delete.add_argument("week")
    delete.add_argument("nonce", help="at least 16 hex digits, as the feed shows them")
    delete.set_defaults(run=run_card_delete)


def _reader_options(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = _common(commands, "readers", "ask readers for one common password, or for none", database=False)
    made.add_argument("--open", action="store_true", help="whoever reaches the board may read it")
    made.set_defaults(run=run_readers)


def _export_options(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = _common(commands, "export", "print the published cells")
    made.add_argument("--format", choices=("json", "csv"), default="json")
    made.set_defaults(run=run_export)


def _digest_options(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = _common(commands, "digest", "print a published week as a message, made of published cells only")
    made.add_argument("--week", metavar="WEEK", help="the newest one if not given")
    made.add_argument("--format", choices=tuple(FORMS), default="markdown", help="slack and teams: a webhook's body")
    made.set_defaults(run=run_digest)


def _backup_options(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = _common(commands, "backup", "copy the board's own store into a file (SQLite); PostgreSQL has pg_dump")
    made.add_argument("file")
    made.set_defaults(run=run_backup)


def _restored_options(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = _common(commands, "restored", "say what a backup that was put back means, and let the board be served again")
    made.add_argument(
        "--accept", action="store_true", help="delete again what was deleted, put back what was published"
    )
    made.set_defaults(run=run_restored)


def run_serve(options: argparse.Namespace, clock: Clock) -> None:
    folder = options.data
    if options.role == "all" and not read_manifests(folder):
        host = "127.0.0.1" if options.host in ("0.0.0.0", "::") else options.host  # noqa: S104  compared, not bound
        _first_season(folder, options.url or f"http://{host}:{options.port}", clock)
    service = Service(role=options.role, folder=folder, clock=clock, database=options.database, relay_to=options.board)
    print(f"Serving {options.role} on http://{options.host}:{options.port}", file=sys.stderr, flush=True)
    serve(service, options.host, options.port)


def run_season(options: argparse.Namespace, clock: Clock) -> None:
    plan = Plan(
        url=options.url,
        first_week=options.first_week,
        relay=options.relay,
        functions=tuple(options.function),
        categories=tuple(options.category),
        tools=tuple(options.tool),
        seats=options.seats,
        window=_window(options.window),
    )
    manifest = make_season(options.data, plan, clock.now().date())
    print(f"{manifest.season}: {manifest.weeks[0]} to {manifest.weeks[-1]} at {manifest.board}")


def _window(text: str | None) -> Window | None:
    if text is None:
        return None
    opens, _, closes = text.partition(":")
    try:
        return Window(int(opens), int(closes))
    except ValueError as error:
        raise WrongWish("--window takes two numbers of days, such as 0:14.") from error


def _first_season(folder: str, url: str, clock: Clock) -> None:
    manifest = make_season(folder, Plan(url=url), clock.now().date())
    print(f"Made the first season, {manifest.season}, for {manifest.board}", file=sys.stderr)


def read_manifests(folder: str) -> bool:
    return Seasons(folder).newest() is not None


def run_invite(options: argparse.Namespace, clock: Clock) -> None:
    if not 1 <= options.count <= 100_000:
        raise WrongWish("--count takes a number from 1.")
    if not read_manifests(options.data):
        _first_season(options.data, options.url or f"http://127.0.0.1:{DEFAULT_PORT}", clock)
    season = Seasons(options.data).newest()
    if season is None:
        raise NoBoard("There is no season yet.")
    team_key = _team_key(options)
    pinned = root_hash(options.data)
    with closing(open_issuer(options.data)) as issuer, issuer.writing() as connection:
        for _ in range(options.count):
            code = secrets.token_bytes(16)
            seat_table.add_seat(connection, hashlib.sha256(code).digest(), season.manifest.season)
            print(invite_link(Invite(board=season.manifest.board, code=code, root_hash=pinned, team_key=team_key)))


def _team_key(options: argparse.Namespace) -> bytes:
    """
    The key that opens the team's cards: of a random one only a checksum stays here, for the server must not read cards.

    Raises:
        WrongWish: there is a team already, and no invite that names its key.
    """
    check = read_secret(options.data, "team.check")
    if options.like:
        link = sys.stdin.readline().strip() if options.like == "-" else options.like
        key = parse_invite(link).team_key
        if check is not None and _check_of(key) != check:
            raise WrongWish("This invite is not of this board's team.")
    elif check is None or options.new_team_key:
        key = secrets.token_bytes(32)
    else:
        raise WrongWish(
            "This board's team has a key that is kept nowhere here: give any earlier invite with --like LINK (or --like - to"
            " read it), or begin a team of its own with --new-team-key, which cannot read the cards so far."
        )
    write_secret(options.data, "team.check", _check_of(key))
    return key


def _check_of(team_key: bytes) -> bytes:
    return hashlib.sha256(b"TTB1 team" + team_key).digest()[:8]


def run_publish(options: argparse.Namespace, clock: Clock) -> None:
    with _stores(options) as (issuer, board, seasons):
        refuse_restored(Ledger(options.data), issuer, board)
        if options.week:
            close_one(options.data, seasons, options.week, clock.now(), issuer=issuer, board=board)
            print(options.week)
            return
        for week in close_due(options.data, seasons, clock.now(), issuer=issuer, board=board):
            print(week)


@contextmanager
def _stores(options: argparse.Namespace) -> Iterator[tuple[Store | None, Store, Seasons]]:
    seasons = Seasons(options.data)
    if seasons.newest() is None:
        raise NoBoard("There is no board in this folder yet: make a season first (tokentray board season).")
    has_issuer = os.path.exists(os.path.join(options.data, "issuer.db"))
    issuer = open_issuer(options.data) if has_issuer else None
    try:
        with closing(open_board(options.data, options.database)) as board:
            yield issuer, board, seasons
    finally:
        if issuer:
            issuer.close()


def run_card_delete(options: argparse.Namespace, _clock: Clock) -> None:
    prefix = options.nonce.lower()
    if len(prefix) < 16 or set(prefix) - set("0123456789abcdef"):
        raise WrongWish("A nonce is given by at least 16 hex digits.")
    with _stores(options) as (_, board, _seasons):
        with board.reading() as connection:
            found = [
                row for row in all_rows(connection) if row.week == options.week and row.nonce.hex().startswith(prefix)
            ]
        if len(found) != 1 or found[0].kind != "card" or found[0].a is None:
            raise WrongWish("There is no such card.")
        writer = Writer(board, Ledger(options.data))
        outcome = writer.ask(Bury(found[0].key)).result()
        writer.stop()
    print("deleted" if outcome is Outcome.GONE else outcome.value)


def run_readers(options: argparse.Namespace, _clock: Clock) -> None:
    path = os.path.join(options.data, "read.sha256")
    if options.open:
        if os.path.exists(path):
            os.remove(path)
        print("Whoever reaches the board may read it, once it is started anew.")
        return
    password = (
        getpass.getpass("The readers' common password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    )
    if len(password) < 8:
        raise WrongWish("The password has at least eight characters.")
    write_secret(options.data, "read.sha256", hashlib.sha256(password.encode()).digest())
    print("Readers are asked for it (with any name), once the board is started anew.")


def run_export(options: argparse.Namespace, _clock: Clock) -> None:
    with _stores(options) as (_, board, _seasons), board.reading() as connection:
        rows = read_cells(connection)
    if options.format == "csv":
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("week", "kind", "a", "b", "n", "band"))
        writer.writerows(rows)
        print(text.getvalue(), end="")
        return
    document = {"schema": "tokentray.board/1", "weeks": published_of(rows)}
    print(msgspec.json.format(msgspec.json.encode(document), indent=1).decode())


def run_digest(options: argparse.Namespace, _clock: Clock) -> None:
    with _stores(options) as (_, board, seasons), board.reading() as connection:
        published = published_of(read_cells(connection))
    season = seasons.newest()
    digest = digest_of(season.team(), published, options.week) if season else None
    if digest is None:
        raise WrongWish("That week has not been published." if options.week else "No week has been published yet.")
    print(FORMS[options.format](digest).rstrip("\n"))


def run_backup(options: argparse.Namespace, _clock: Clock) -> None:
    """
    The board's own store alone: the issuer's file and the keys are never in one copy with it.

    A restored backup has forgotten what was spent since; see the notes in packaging/board.
    """
    if options.database:
        raise WrongWish("PostgreSQL makes its own backups: pg_dump.")
    source = os.path.join(options.data, "board.db")
    if not os.path.exists(source):
        raise NoBoard("There is no board in this folder yet.")
    if os.path.exists(options.file):
        raise WrongWish("That file is there already.")
    with closing(open_board(options.data)) as board, board.apart() as connection:
        connection.exec_driver_sql("VACUUM INTO ?", (options.file,))
        # From now on the copy is older than the store: if it is ever put back, that is noticed.
        note_further(Ledger(options.data), board)


BEHIND = {
    "board": """The board's store is older than what this folder has seen of it: a backup was put back, or it is another store. That means:
* What was sent since the backup is missing. The apps see that in the list of nonces, and their owners can send it again: those tokens, spent since, can be
  spent once more, each still for one fragment only.
* What was deleted since is back, until you accept: then everything that this folder remembers as deleted is deleted again.
* What was corrected since is as it was before. The apps cannot see that.
* Weeks published since are open or gone in the backup. They are not counted again, which would tell more than once was meant to: their published numbers
  are put back from this folder.
""",
    "issuer": """The issuer's store is older than what this folder has seen of it: a backup was put back. That means:
* Invites claimed since look unclaimed, and could be claimed a second time. So all that look unclaimed become void when you accept; hand out new ones to
  those who have no book yet. Books that were claimed stay good.
* Keys destroyed since are back. Those of closed weeks are destroyed again as soon as the board is served.
""",
}


def run_restored(options: argparse.Namespace, _clock: Clock) -> None:
    with _stores(options) as (issuer, board, seasons):
        ledger = Ledger(options.data)
        behind = stores_behind(ledger, issuer, board)
        if not behind:
            print("As far as this folder knows, no backup was put back.")
            return
        print("\n".join(BEHIND[store] for store in behind))
        if not options.accept:
            print(
                "To go on: tokentray board restored --data DIR --accept, with the servers stopped. Then tell the members."
            )
            return
        done = accept(ledger, issuer, board, retention(seasons))
    print(
        f"Accepted. Deleted again: {done.deleted}. Weeks put back: {', '.join(done.weeks) or 'none'}. Invites void: {done.void}."
    )
