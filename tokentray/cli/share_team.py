"""`tokentray share join`, `key`, `status`, `accept`, `log` and `words`."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import Namespace
from base64 import b64encode
from dataclasses import replace
from typing import Any

from tokentray.cli.accounts import VARIABLE
from tokentray.cli.codes import DONE, PART_FAILED
from tokentray.cli.errors import WrongUsage
from tokentray.cli.here import Here, rfc3339, warn
from tokentray.cli.journal_history import journal_to_write
from tokentray.cli.output import print_json
from tokentray.cli.plain import table
from tokentray.cli.share_here import board_of, own_team
from tokentray.core.board_crypto import new_recovery_code, parse_invite, parse_recovery_code, recovery_text
from tokentray.core.errors import KeyMissing, Mistyped
from tokentray.core.manifest import Invite
from tokentray.settings.settings import AccountSetting, save_settings
from tokentray.settings.vault import Vault
from tokentray.share.outbox import note_spent, recall, verify
from tokentray.share.team import Team, holds_against_operator
from tokentray.share.tokens import VAULT_NAME, Secrets, check_manifest, join, secrets_of, team_here
from tokentray.store.database import History
from tokentray.store.outbox_table import (
    Parcel,
    all_departures,
    all_parcels,
    next_departure,
    skipped_weeks,
    team_of,
)


def run(options: Namespace, here: Here) -> int:
    if options.action == "key":
        return _key(options)
    if options.action == "words":
        return _words(options, here)
    with journal_to_write(here) as history:
        match options.action:
            case "join":
                return _join(options, history, here)
            case "log":
                return _log(options, history)
            case "accept":
                return _accept(options, history, here)
        return _status(options, history, here)


def _join(options: Namespace, history: History, here: Here) -> int:
    """
    JSON, share-join: the team as in share-status, `spent` fragments that another device sent, and with --with-code `recovery_code`: the new
    one, shown this once, or null if it is known already.
    """
    invite = _invite(options.invite)
    here_already = team_here(history)
    _refuse_another_team(here_already, invite)
    vault = Vault()
    key_from = _key_from(options, here_already)
    is_new, is_typed = False, options.recover and here_already is None
    if key_from == "keyring":
        secrets, is_new = _kept_or_new(options, invite, vault, here_already)
        if not is_typed:
            # Before the seat is claimed: a code that is lost in between would lose the seat.
            vault.store_key(VAULT_NAME, secrets.line)
    else:
        secrets = secrets_of(vault.read_key(AccountSetting(VAULT_NAME, key_from=key_from)))
        if secrets.team_key != invite.team_key:
            raise Mistyped(
                "That line of secrets belongs to another invite's team: make one with “tokentray share key INVITE”."
            )
    board = board_of(history, here, invite.board)

    def keep_typed() -> None:
        # A code that was typed may be wrong, and must not take the place of one that is kept before the board has taken it.
        if key_from == "keyring" and is_typed:
            vault.store_key(VAULT_NAME, secrets.line)

    team = join(history, invite, secrets.code, key_from, board, here.now, keep_typed)
    spent = note_spent(history, team, board, here.now, secrets.code)
    code = recovery_text(secrets.code) if is_new else None
    if options.json:
        more = {"recovery_code": code} if options.with_code else {}
        print_json("share-join", {**_team_object(team), "spent": spent, **more})
        return DONE
    print(f"You belong to the team of {team.board}, season {team.manifest.season}. Nothing is sent unless you send it.")
    print(team.level)
    if spent:
        print(f"{spent} fragments were sent from another device of yours already.")
    if code is not None:
        print(f"\nYour recovery code, shown this once: {code}")
        print(
            "Keep it where you keep passwords: with it and the invite a second device takes over, and without it nothing that was sent"
        )
        print("can be withdrawn once this machine is lost. Whoever has it could find out what you sent.")
    return DONE


def _refuse_another_team(team: Team | None, invite: Invite) -> None:
    if team is not None and (team.board, team.root_hash) != (invite.board, invite.root_hash):
        raise WrongUsage("This machine belongs to a team already: “tokentray share leave” leaves it.")


def _key(options: Namespace) -> int:
    invite = _invite(options.invite)
    code = _asked_code() if options.recover else new_recovery_code()
    print(Secrets(code, invite.team_key).line.reveal())
    warn(
        "Keep this line in a password store, and give it by --key-env or --key-command. It is your recovery code and the team's key."
    )
    return DONE


def _invite(text: str) -> Invite:
    if text == "-":
        text = sys.stdin.readline()
    elif os.path.isfile(text):
        with open(text, encoding="utf-8", errors="replace") as file:
            text = file.read(4096)
    return parse_invite(text.strip())


def _key_from(options: Namespace, team: Team | None) -> str:
    """What is said, else where the secrets of the team lie that it is in: a next season must not copy them into a keyring."""
    if options.key_env is not None:
        if not VARIABLE.fullmatch(options.key_env):
            raise WrongUsage("--key-env takes the name of a variable, not the line itself.")
        return f"env:{options.key_env}"
    if options.key_command is not None:
        return f"command:{options.key_command}"
    return "keyring" if team is None else team.key_from


def _kept_or_new(options: Namespace, invite: Invite, vault: Vault, team: Team | None) -> tuple[Secrets, bool]:
    """The secrets, and whether the recovery code is to be shown; a next season goes on with the ones of the team's."""
    if team is not None:
        held = secrets_of(vault.read_key(AccountSetting(VAULT_NAME, key_from=team.key_from)))
        if held.team_key != invite.team_key:
            raise WrongUsage(
                "This invite has another team key, with which the present cards could not be read: leave the team first."
            )
        return held, False
    if options.recover:
        return Secrets(_asked_code(), invite.team_key), False
    try:
        kept = secrets_of(vault.read_key(AccountSetting(VAULT_NAME, key_from="keyring")))
    except (KeyMissing, Mistyped):
        return Secrets(new_recovery_code(), invite.team_key), True
    # A joining that was broken off goes on with the code it began with.
    return (kept, True) if kept.team_key == invite.team_key else (Secrets(new_recovery_code(), invite.team_key), True)


def _asked_code() -> bytes:
    if sys.stdin is not None and sys.stdin.isatty():
        return parse_recovery_code(getpass.getpass("Recovery code (it stays unseen): ", sys.stderr))
    return parse_recovery_code(sys.stdin.readline())


def _accept(options: Namespace, history: History, here: Here) -> int:
    """JSON, share-accept: the team as in share-status, and `news`."""
    team = own_team(history)
    team = check_manifest(history, team, board_of(history, here, team.board), here.now, agreed=True)
    news = team_of(history).get("news", "")
    if options.json:
        print_json("share-accept", {**_team_object(team), "news": news})
    else:
        print(f"{news} {team.level}".strip())
    return DONE


def _status(options: Namespace, history: History, here: Here) -> int:
    team = own_team(history)
    confirmed: dict[int, bool] = {}
    if options.verify:
        board = board_of(history, here, team.board)
        recall(history, team, board, here.now)
        found = verify(history, team, board, here.now)
        confirmed = {parcel.number: seen for parcel, seen in found}
    parcels = all_parcels(history)
    news = team_of(history).get("news", "")
    if options.json:
        content = {
            **_team_object(team),
            "news": news,
            "parcels": [{**parcel_object(parcel), "confirmed": confirmed.get(parcel.number)} for parcel in parcels],
            "skipped_weeks": skipped_weeks(history),
            "next_at": rfc3339(next_departure(history)),
        }
        print_json("share-status", content)
    else:
        print(f"{team.board}, season {team.manifest.season}\n{team.level}\n")
        if news:
            print(f"Changed since you joined the season: {news}\n")
        heads = ["number", "week", "kind", "what", "state", "when"]
        lines = [_line(parcel, confirmed.get(parcel.number)) for parcel in parcels]
        print(table([heads, *lines], left=6) if lines else "Nothing waits, and nothing was sent.")
        for week in skipped_weeks(history):
            print(f"{week}: not this week.")
    return PART_FAILED if False in confirmed.values() else DONE


def parcel_object(parcel: Parcel) -> dict[str, Any]:
    """A parcel in JSON; `card` is the own card's id, which never leaves."""
    return {
        "number": parcel.number,
        "op": parcel.op,
        "week": parcel.week,
        "kind": parcel.kind,
        "card": parcel.card,
        "state": parcel.state,
        "why": parcel.why,
        "planned_at": rfc3339(parcel.planned_at),
        "done_at": rfc3339(parcel.done_at),
        "seen_at": rfc3339(parcel.seen_at),
        "body": parcel.body.decode(),
    }


def _line(parcel: Parcel, confirmed: bool | None) -> list[str]:
    state = parcel.state + (f" ({parcel.why})" if parcel.why and parcel.state != "waiting" else "")
    if (parcel.op, parcel.state) == ("delete", "sent") and parcel.seen_at is None and confirmed is None:
        state += ", to be checked: --verify"
    if confirmed is not None:
        there = "there" if parcel.op == "put" else "gone"
        state += f", {there}" if confirmed else f", NOT {there}"
    when = rfc3339(parcel.planned_at if parcel.state == "waiting" else parcel.done_at) or ""
    what = {"delete": "withdrawal", "replace": "correction"}.get(parcel.op, parcel.card or "fragment")
    return [str(parcel.number), parcel.week, parcel.kind, what, state, when]


def _team_object(team: Team) -> dict[str, Any]:
    manifest, newest = team.manifest, team.newest
    return {
        "board": team.board,
        "season": manifest.season,
        "level": "L2" if holds_against_operator(team.board, newest) else "L1",
        "promise": team.level,
        "relay": newest.relay,
        "weeks": list(manifest.weeks),
        "functions": list(manifest.vocabulary.functions),
        "categories": list(manifest.categories),
        "tools": list(manifest.tools),
    }


def _log(options: Namespace, history: History) -> int:
    left = all_departures(history)
    if options.json:
        rows = [
            {
                "at": rfc3339(one.at),
                "method": one.method,
                "url": one.url,
                "words": one.words,
                "inside": one.inside.decode(),
                "body": b64encode(one.body).decode(),
                "status": one.status,
            }
            for one in left
        ]
        print_json("share-log", {"left": rows})
        return DONE
    for one in left:
        answer = "no answer" if one.status is None else f"answered {one.status}"
        print(f"{rfc3339(one.at)}  {one.method} {one.url}  {len(one.body)} bytes, {answer}\n    {one.words}")
        if one.inside:
            print(f"    {one.inside.decode()}")
    if not left:
        print("Nothing has ever left.")
    return DONE


def _words(options: Namespace, here: Here) -> int:
    held = here.settings.private_words
    given = sys.stdin.read().splitlines() if options.words == ["-"] else options.words
    named = tuple(dict.fromkeys(word.strip() for word in given if word.strip()))
    if named:
        kept = tuple(word for word in held if word not in named)
        held = kept if options.remove else (*kept, *named)
        save_settings(here.settings_path, replace(here.settings, private_words=held))
    print("\n".join(held) if held else "Your list is empty.")
    return DONE
