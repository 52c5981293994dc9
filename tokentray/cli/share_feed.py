"""`tokentray share refresh`, `feed`, `note` and `import`: the team's cards, decrypted on this machine."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from tokentray.cli.codes import DONE, PART_FAILED
from tokentray.cli.errors import WrongUsage
from tokentray.cli.here import Here, warn
from tokentray.cli.journal_history import journal_to_write
from tokentray.cli.output import print_json
from tokentray.cli.share_here import board_of, own_secrets, own_team
from tokentray.core.errors import SourceError
from tokentray.core.period import local_day
from tokentray.insights.checkin import week_of
from tokentray.share.feed import Refreshed, card_to_try, refresh
from tokentray.share.fragments import RESULT_WORDS, TEXTS
from tokentray.share.team_taking import take_feed
from tokentray.share.team_view import FeedCard
from tokentray.store.database import History, transaction
from tokentray.store.feed_table import (
    KeptCard,
    feed_cards,
    feed_notes,
    note_imported,
    note_reproduced,
    note_still_true,
)
from tokentray.store.journal_table import card_of, save_card

UNREAD = "{} cards could not be decrypted; somebody without the team's key may have sent them."
CHANGED = "The board shows {} otherwise than when it was published. A published week never changes: what was shown first stays here; tell your team."


def run(options: Namespace, here: Here) -> int:
    with journal_to_write(here) as history:
        match options.action:
            case "refresh":
                return _refresh(options, history, here)
            case "note":
                return _note(options, history)
            case "import":
                return _import(options, history, here)
        return _feed(options, history, here)


def _refresh(options: Namespace, history: History, here: Here) -> int:
    """
    JSON, share-refresh: `weeks` asked for, `cards` read, `unread` others, `published` weeks kept, `failed` weeks that could not be asked for,
    `changed` published weeks that the board shows otherwise than before.
    """
    done = _refreshed(history, here)
    if options.json:
        content = {
            "weeks": done.weeks,
            "cards": done.cards,
            "unread": done.unread,
            "published": done.published,
            "failed": list(done.failed),
            "changed": list(done.changed),
        }
        print_json("share-refresh", content)
    else:
        print(f"{done.cards} cards of {done.weeks} weeks, and {done.published} published weeks.")
    return _told(done)


def _refreshed(history: History, here: Here) -> Refreshed:
    team = own_team(history)
    return refresh(history, team, own_secrets(team), board_of(history, here, team.board), here.now)


def _told(done: Refreshed) -> int:
    for week in done.failed:
        warn(f"{week} could not be asked for; its cards stay as they were.")
    if done.changed:
        warn(CHANGED.format(", ".join(done.changed)))
    if done.unread:
        warn(UNREAD.format(done.unread))
    return PART_FAILED if done.failed or done.changed or done.unread else DONE


def _feed(options: Namespace, history: History, here: Here) -> int:
    """
    JSON, share-feed: `week`, `cards` with their `nonce` (the id, 16 hex digits), words, texts and own notes, `unread` of all weeks.

    Without a board that answers, the cards of the last asking are shown, and the exit code is 3.
    """
    own_team(history)
    unread = 0
    try:
        done = _refreshed(history, here)
        unread, code = done.unread, _told(done)
    except SourceError as error:
        warn(f"{error} This is what was there when it was last asked.")
        code = PART_FAILED
    week = options.week or week_of(local_day(here.now, here.zone))
    cards = [card for card in take_feed(history, here.now) if card.week == week and _is_wanted(card, options)]
    if options.json:
        print_json("share-feed", {"week": week, "cards": [_object(card) for card in cards], "unread": unread})
    else:
        _print(week, cards)
    return code


def _is_wanted(card: FeedCard, options: Namespace) -> bool:
    return (not options.outcome or card.outcome in options.outcome) and (
        not options.category or card.category in options.category
    )


def _object(card: FeedCard) -> dict[str, Any]:
    return {
        "nonce": card.id,
        "week": card.week,
        "category": card.category,
        "outcome": card.outcome,
        "level": card.level,
        **{name: getattr(card, name) for name in TEXTS},
        "reproduced": card.reproduced,
        "still_true": card.still_true,
        "asks": card.asks,
        "imported_as": card.imported_as,
        "own": card.own,
    }


def _print(week: str, cards: list[FeedCard]) -> None:
    if not cards:
        print(f"No cards of {week} yet.")
    for card in cards:
        outcome = RESULT_WORDS.get(card.outcome, card.outcome)
        said = [f"for the {card.level}", card.id]
        said += ["your own"] if card.own else []
        said += ["you reproduced it"] if card.reproduced else []
        said += [f"still true: {card.still_true}"] if card.still_true else []
        print(f"{card.category}: {outcome} ({', '.join(said)})")
        for name in TEXTS:
            if text := getattr(card, name):
                print(f"  {name}: " + text.replace("\n", "\n    "))
        if card.asks:
            print(f"  Still true? “tokentray share note {card.id} --still-true yes”, or no.")
        print()


def _note(options: Namespace, history: History) -> int:
    """JSON, share-note: the card's `nonce` and all that is noted of it now."""
    own_team(history)
    card = _named(history, options.id)
    if options.reproduced is None and options.still_true is None:
        raise WrongUsage("What is to be noted? --reproduced, --not-reproduced, or --still-true yes or no.")
    with transaction(history):
        if options.reproduced is not None:
            note_reproduced(history, card.id, options.reproduced)
        if options.still_true is not None:
            note_still_true(history, card.id, options.still_true)
    note = feed_notes(history)[card.id]
    if options.json:
        content = {"nonce": card.id, "reproduced": note.reproduced, "still_true": note.still_true}
        print_json("share-note", content)
    else:
        print("Noted, on this machine only.")
    return DONE


def _import(options: Namespace, history: History, here: Here) -> int:
    """JSON, share-import: the card's `nonce`, and `card`, the id of the draft in the own journal."""
    own_team(history)
    told = _named(history, options.id)
    note = feed_notes(history).get(told.id)
    held = card_of(history, note.imported_as) if note is not None and note.imported_as else None
    if held is None:
        with transaction(history):
            held = save_card(history, card_to_try(told, here.now), here.now)
            note_imported(history, told.id, held.id)
        said = f"{held.id} is in your journal: a draft, for you alone, to try."
    else:
        said = f"It is in your journal already: {held.id}."
    if options.json:
        print_json("share-import", {"nonce": told.id, "card": held.id})
    else:
        print(said)
    return DONE


def _named(history: History, name: str) -> KeptCard:
    found = [card for card in feed_cards(history) if name and card.id.startswith(name.lower())]
    if len(found) != 1:
        raise WrongUsage(
            f"{'More than one card' if found else 'No card'} of the feed begins with “{name}”; “tokentray share feed” has their ids."
        )
    return found[0]
