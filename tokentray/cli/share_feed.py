"""`tokentray share feed`: the team's cards of a week, decrypted on this machine."""

from __future__ import annotations

import json
from argparse import Namespace
from base64 import b64decode
from typing import Any

from tokentray.cli.codes import DONE, PART_FAILED
from tokentray.cli.here import Here, warn
from tokentray.cli.journal_history import journal_to_write
from tokentray.cli.output import print_json
from tokentray.cli.share_here import board_of, own_secrets, own_team
from tokentray.core.board_crypto import circle_of, opened_card
from tokentray.core.errors import NotGenuine
from tokentray.core.period import local_day
from tokentray.insights.checkin import week_of
from tokentray.share.fragments import RESULT_WORDS, TEXTS
from tokentray.share.team import Team
from tokentray.share.tokens import Secrets


def run(options: Namespace, here: Here) -> int:
    with journal_to_write(here) as history:
        team = own_team(history)
        secrets = own_secrets(team)
        week = options.week or week_of(local_day(here.now, here.zone))
        found = board_of(history, here, team.board).cards(week, circle_of(secrets.team_key))
    cards, unread = [], 0
    for card in found:
        try:
            cards.append(_opened(card, team, secrets, week))
        except (NotGenuine, ValueError, KeyError):
            unread += 1
    if options.json:
        print_json("share-feed", {"week": week, "cards": cards, "unread": unread})
    else:
        _print(week, cards)
    if unread:
        warn(f"{unread} cards could not be decrypted; somebody without the team's key may have sent them.")
    return PART_FAILED if unread else DONE


def _opened(card: dict[str, str], team: Team, secrets: Secrets, week: str) -> dict[str, Any]:
    text = opened_card(b64decode(card["ct"]), secrets.team_key, bytes.fromhex(card["nonce"]), team.manifest.board, week)
    said = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError
    texts = {name: str(said.get(name, "")) for name in TEXTS}
    return {
        "nonce": card["nonce"][:16],
        "category": card["category"],
        "outcome": card["outcome"],
        "level": card["level"],
        **texts,
    }


def _print(week: str, cards: list[dict[str, Any]]) -> None:
    if not cards:
        print(f"No cards of {week} yet.")
    for card in cards:
        outcome = RESULT_WORDS.get(card["outcome"], card["outcome"])
        print(f"{card['category']}: {outcome} (for the {card['level']}, {card['nonce']})")
        for name in TEXTS:
            if card[name]:
                print(f"  {name}: " + card[name].replace("\n", "\n    "))
        print()
