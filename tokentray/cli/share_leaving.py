"""`tokentray share leave`: what was taken back is taken back first, and no secret stays."""

from __future__ import annotations

import sys
from argparse import Namespace

from tokentray.cli.codes import DONE, PART_FAILED
from tokentray.cli.errors import WrongUsage
from tokentray.cli.here import Here, warn
from tokentray.cli.journal_history import journal_to_write
from tokentray.cli.output import print_json
from tokentray.cli.share_here import READER_NAME, board_of, own_team
from tokentray.cli.share_sending import sent_now
from tokentray.core.errors import BoardRefused, KeyMissing, NoVault, SourceError, VaultError
from tokentray.settings.settings import AccountSetting
from tokentray.settings.vault import Vault
from tokentray.share.team import Team
from tokentray.share.tokens import VAULT_NAME, team_here
from tokentray.share.webhook import SERVICES, vault_name
from tokentray.store.database import History, transaction
from tokentray.store.feed_table import forget_feed
from tokentray.store.journal_table import empty_wal
from tokentray.store.outbox_table import Parcel, all_parcels, forget_team, plan_parcel, team_of

ALL_NAMES = (VAULT_NAME, READER_NAME, *(vault_name(service) for service in SERVICES))


def run(options: Namespace, here: Here) -> int:
    """
    JSON, share-leave: the `board` that was left (null if only secrets were left to forget), how many fragments that were sent `stay` there, and
    how many were `withdrawn` first.
    """
    with journal_to_write(here) as history:
        vault = Vault()
        left = [name for name in ALL_NAMES if team_here(history) is None and _is_kept(vault, name)]
        if left:
            return _forget_leftovers(options, vault, left)
        return _leave(options, history, own_team(history), here)


def _leave(options: Namespace, history: History, team: Team, here: Here) -> int:
    parcels = all_parcels(history)
    waiting = [one for one in parcels if (one.op, one.state) == ("delete", "waiting")]
    withdrawn = {_token_of(one) for one in parcels if one.op == "delete" and one.state in ("waiting", "sent")}
    stay = sum((one.op, one.state) == ("put", "sent") and _token_of(one) not in withdrawn for one in parcels)
    if not _is_agreed(options, f"{_what_stays(stay, len(waiting), options)} Leave {team.board}?"):
        return PART_FAILED
    if waiting and not options.without_withdrawals:
        _withdraw_now(history, team, here, waiting)
    secrets = [VAULT_NAME] if team.key_from == "keyring" else []
    secrets += [vault_name(service) for service in team_of(history).get("webhooks", "").split()]
    secrets += [READER_NAME] if team_of(history).get("reader") else []
    with transaction(history):
        forget_team(history, log_too=options.forget_log)
        forget_feed(history)
    empty_wal(history)
    gone = 0 if options.without_withdrawals else len(waiting)
    if options.json:
        print_json("share-leave", {"board": team.board, "stay": stay, "withdrawn": gone})
    else:
        print(f"You have left {team.board}. What waited was cancelled; the secrets and tokens are forgotten.")
    try:
        vault = Vault()
        for name in secrets:
            vault.forget_key(name)
    except VaultError as error:
        warn(f"The secrets could not be taken out of the keyring: “tokentray share leave” once more does. {error}")
        return PART_FAILED
    return DONE


def _what_stays(stay: int, waiting: int, options: Namespace) -> str:
    said = f"{stay} fragments that were sent stay, and can be withdrawn no more from here."
    if not waiting:
        return said
    if options.without_withdrawals:
        return f"{said} Withdrawals that wait are dropped ({waiting}), so that what they take back stays, too."
    if waiting == 1:
        return (
            f"{said} One withdrawal still waits. It is sent now; or say no, and leave when it has left at its own time."
        )
    return (
        f"{said} {waiting} withdrawals still wait. They are sent now, all in one moment, so that whoever watches connections to the board can "
        "see that they are one person's; or say no, and leave when each has left at its own time."
    )


def _withdraw_now(history: History, team: Team, here: Here, waiting: list[Parcel]) -> None:
    """
    Raises:
        BoardRefused: one of them could not be sent; nothing was forgotten.
    """
    with transaction(history):
        for one in waiting:
            plan_parcel(history, one.number, here.now, one.missed)
    try:
        done = sent_now(history, team, here, board_of(history, here, team.board), [one.number for one in waiting])
        why = next((one.why for one in done if one.state != "sent"), "")
    except SourceError as error:
        why = str(error)
    if why:
        raise BoardRefused(
            f"You are still in the team: a withdrawal could not be sent ({why.rstrip('.')}). Leave later, or with “tokentray share leave "
            "--without-withdrawals”, after which what it takes back stays."
        )


def _forget_leftovers(options: Namespace, vault: Vault, left: list[str]) -> int:
    """What a keyring kept that refused when the team was left, or from a joining that was broken off."""
    question = "This machine belongs to no team, but the keyring still has secrets of one, a recovery code perhaps. Take them out?"
    if not _is_agreed(options, question):
        return PART_FAILED
    for name in left:
        vault.forget_key(name)
    if options.json:
        print_json("share-leave", {"board": None, "stay": 0, "withdrawn": 0})
    else:
        print("The keyring has nothing of a team any more.")
    return DONE


def _is_kept(vault: Vault, name: str) -> bool:
    try:
        vault.read_key(AccountSetting(name, key_from="keyring"))
    except KeyMissing:
        return False
    except NoVault:  # nothing can be in a keyring that is not there
        return False
    return True


def _is_agreed(options: Namespace, question: str) -> bool:
    if options.yes:
        return True
    if sys.stdin is None or not sys.stdin.isatty():
        raise WrongUsage("Leaving asks first; where nobody can answer, give --yes.")
    print(f"{question} [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _token_of(parcel: Parcel) -> tuple[str, str, int]:
    return parcel.week, parcel.kind, parcel.place
