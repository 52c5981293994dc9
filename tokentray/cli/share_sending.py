"""`tokentray share preview`, `send` and `withdraw`."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from tokentray.cli.codes import DONE, PART_FAILED
from tokentray.cli.errors import WrongUsage
from tokentray.cli.here import Here, rfc3339, warn
from tokentray.cli.journal_history import card_named, journal_to_write
from tokentray.cli.output import print_json
from tokentray.cli.share_here import board_of, history_of_use, own_secrets, own_team
from tokentray.cli.share_team import parcel_object
from tokentray.core.errors import BoardRefused, FragmentRefused, SourceError
from tokentray.core.fragment import KINDS, Fragment, fragment_bytes, kind_of
from tokentray.core.journal import Card
from tokentray.core.period import local_day
from tokentray.insights.checkin import days_of_week, week_of
from tokentray.share.board_client import BoardClient
from tokentray.share.fragments import TEXTS, adopted, card_text, category_of, sentence_of, told, used, went
from tokentray.share.lint import Finding, findings, rewritten
from tokentray.share.outbox import (
    Sent,
    put_off,
    queue_card,
    queue_fragment,
    recall,
    send_due,
    skip,
    was_asked_lately,
    withdraw,
)
from tokentray.share.team import STYLE, Team, is_check_due
from tokentray.share.team_view import CardWish, ShareWish
from tokentray.share.tokens import check_manifest, still_shown_to_relay
from tokentray.share.week import take_week
from tokentray.store.database import History, transaction
from tokentray.store.outbox_table import Parcel, all_parcels, set_team, skip_week

AT_ONCE = (
    "All of this leaves in one moment: whoever watches connections to the board can see that it came from one person, and when. "
    "If you asked the board for something just before, it may also be seen from where. Without --now each part would leave at a random "
    "time of its own."
)


PLANNED = "its deletion leaves at a random time within six hours"
WHAT = {"put": "The fragment", "replace": "The correction", "delete": "The withdrawal"}


@dataclass(frozen=True, slots=True)
class Leaving:
    """A card that is to leave: `texts` as they will be encrypted, and what was found in them as they are."""

    card: Card
    texts: dict[str, str]
    category: str
    found: tuple[tuple[str, Finding], ...]


def run(options: Namespace, here: Here) -> int:
    if options.action == "withdraw":
        with journal_to_write(here) as history:
            return _withdraw(options, history, here)
    if options.action == "send" and options.due:
        with journal_to_write(here) as history:
            return _send_due(options, history, own_team(history), here)
    if options.action == "send" and options.wish:
        wish = _wish(sys.stdin.read())
        with history_of_use(here) as history:
            return _send_wish(wish, options, history, own_team(history), here)
    with history_of_use(here) as history:
        team = own_team(history)
        week = options.week or week_of(local_day(here.now, here.zone))
        if options.action == "send" and (options.not_this_week or options.this_week_after_all):
            return _skip(options, history, week, here)
        fragments, notes = _fragments(options, history, team, week, here)
        cards = [
            _leaving(options, history, team, week, name, here) for name in options.card if "card" not in options.without
        ]
        if options.action == "preview":
            return _preview(options, team, week, fragments, cards, notes)
        return _send(options, history, team, week, fragments, cards, here)


def _skip(options: Namespace, history: History, week: str, here: Here) -> int:
    """JSON, share-send: nothing `queued` or `sent`, and the `week` with whether it is `skipped` now."""
    if options.not_this_week:
        skip(history, week, here.now)
    else:
        with transaction(history):
            skip_week(history, week, skipped=False)
    if options.json:
        content = {"queued": [], "sent": [], "week": week, "skipped": options.not_this_week}
        print_json("share-send", content)
    else:
        said = f"Nothing of {week} leaves." if options.not_this_week else f"{week} can be shared again; nothing waits."
        print(said)
    return DONE


def _wish(text: str) -> ShareWish:
    try:
        wish = msgspec.json.decode(text, type=ShareWish)
        since, _ = days_of_week(wish.week)
    except (msgspec.DecodeError, ValueError) as error:
        # Neither the text nor the decoder's words: they could quote a card.
        raise WrongUsage("What stands on standard input is no wish to share.") from error
    return replace(wish, week=week_of(since))


def _send_wish(wish: ShareWish, options: Namespace, history: History, team: Team, here: Here) -> int:
    """What a window has shown and a person wished, as they saw it; the kinds and the function are proposed again the next week."""
    offered = team.season_of(wish.week).vocabulary
    use = take_week(history, here.settings, wish.week, here.zone)
    found: list[Fragment] = []
    code = DONE
    if "c1" in wish.kinds:
        found.append(adopted(use, offered, wish.adoption, wish.function))
    if "c2" in wish.kinds:
        result = went(use, wish.outcome, wish.effort)
        found += [result] if result is not None else []
        if result is None:
            code = PART_FAILED
            warn("How it went was not sent: neither you nor the week's cards say how it went and what it took.")
    if "use" in wish.kinds:
        bands = used(use, offered, team.season_of(wish.week).kinds.get("use", 0))
        found += bands
        if not bands:
            code = PART_FAILED
            warn("No use was sent: no tokens are known of this week.")
    cards = [_wished_card(one, offered.categories, history) for one in wish.cards if "card" in wish.kinds]
    queued, refused = _queue(history, team, wish.week, found, cards, here, wish.at_once)
    with transaction(history):
        stay_on = wish.remembered or wish.kinds
        set_team(history, kinds=" ".join(kind for kind in KINDS if kind in stay_on), function=wish.function)
    return max(code, refused, _tell_queued(queued, options, history, team, wish.week, here, at_once=wish.at_once))


def _wished_card(wish: CardWish, categories: tuple[str, ...], history: History) -> Leaving:
    card = card_named(history, wish.card)
    if wish.category not in categories:
        raise WrongUsage(f"Which category is card {card.id} of? One of {', '.join(categories)}.")
    texts = dict(zip(TEXTS, wish.texts, strict=True))
    told(card, wish.category, "0" * 16, "")
    card_text(texts)
    return Leaving(card, texts, wish.category, ())


def _fragments(
    options: Namespace, history: History, team: Team, week: str, here: Here
) -> tuple[list[Fragment], list[str]]:
    use = take_week(history, here.settings, week, here.zone)
    offered = team.season_of(week).vocabulary
    found: list[Fragment] = []
    notes: list[str] = []
    if "c1" not in options.without:
        if options.function and options.function not in offered.functions:
            notes.append(f"This board does not ask for the function “{options.function}”; it stays here.")
        found.append(adopted(use, offered, options.adoption, options.function))
    if "c2" not in options.without:
        result = went(use, options.outcome, options.effort)
        if result is None:
            notes.append("No c2: the week's cards do not say how it went and what it took; --outcome and --effort do.")
        else:
            found.append(result)
    if options.use and "use" not in options.without:
        bands = used(use, offered, team.season_of(week).kinds.get("use", 0))
        found += bands
        if not bands:
            notes.append("No use: no tokens are known of this week.")
    return found, notes


def _leaving(options: Namespace, history: History, team: Team, week: str, name: str, here: Here) -> Leaving:
    card = card_named(history, name)
    offered = team.season_of(week).vocabulary
    category = options.category or category_of(card, offered)
    if category not in offered.categories:
        raise WrongUsage(f"Which category is card {card.id} of? --category takes {', '.join(offered.categories)}.")
    texts = {field: getattr(card, field) for field in TEXTS}
    found = tuple((field, one) for field in TEXTS for one in findings(texts[field], here.settings.private_words))
    if options.rewrite:
        texts = {field: rewritten(text, [one for name, one in found if name == field]) for field, text in texts.items()}
    told(card, category, "0" * 16, "")
    card_text(texts)
    return Leaving(card, texts, category, found)


def _preview(
    options: Namespace, team: Team, week: str, fragments: list[Fragment], cards: list[Leaving], notes: list[str]
) -> int:
    if options.json:
        content = {
            "week": week,
            "promise": team.level,
            "fragments": [
                {"kind": kind_of(one), "words": sentence_of(one), "bytes": fragment_bytes(one).decode()}
                for one in fragments
            ],
            "cards": [_card_object(one) for one in cards],
            "notes": notes,
        }
        print_json("share-preview", content)
        return DONE
    print(f"{week}: this would leave, each line by itself, at a random time of its own, and nothing else.\n")
    for one in fragments:
        print(f"{kind_of(one)}  {sentence_of(one)}\n    {fragment_bytes(one).decode()}")
    for leaving in cards:
        print(f"card  {_sentence(leaving)}\n    encrypted: {card_text(leaving.texts).decode()}")
        _tell_findings(leaving, options)
    print()
    for note in notes:
        print(note)
    if cards:
        print(STYLE)
    print(team.level)
    print("“tokentray share send” with the same options sends it; “share send --not-this-week” is the other choice.")
    return DONE


def _sentence(leaving: Leaving) -> str:
    return sentence_of(told(leaving.card, leaving.category, "0" * 16, ""))


def _card_object(leaving: Leaving) -> dict[str, Any]:
    return {
        "card": leaving.card.id,
        "category": leaving.category,
        "words": _sentence(leaving),
        "encrypted": card_text(leaving.texts).decode(),
        "findings": [
            {"field": field, "kind": one.kind, "text": one.text, "rewrite": one.rewrite, "why": one.why}
            for field, one in leaving.found
        ],
    }


def _tell_findings(leaving: Leaving, options: Namespace) -> None:
    for field, one in leaving.found:
        deed = "becomes" if options.rewrite else "could become"
        warn(f"{leaving.card.id}, {field}: “{one.text}” {deed} “{one.rewrite}”: {one.why}.")


def _send(
    options: Namespace,
    history: History,
    team: Team,
    week: str,
    fragments: list[Fragment],
    cards: list[Leaving],
    here: Here,
) -> int:
    for leaving in cards:
        _tell_findings(leaving, options)
        if leaving.found and not options.rewrite and not options.as_it_is:
            raise FragmentRefused(
                f"Nothing was sent: card {leaving.card.id} has words that could tell who you are. --rewrite replaces them, --as-it-is keeps them."
            )
    if not fragments and not cards:
        raise WrongUsage("There is nothing to send; “tokentray share preview” says why.")
    queued, refused = _queue(history, team, week, fragments, cards, here, options.now)
    return max(refused, _tell_queued(queued, options, history, team, week, here, at_once=options.now))


def _tell_queued(
    queued: list[Parcel], options: Namespace, history: History, team: Team, week: str, here: Here, *, at_once: bool
) -> int:
    """JSON, share-send: parcels that were `queued`, or, if they leave at once, `sent` with what became of each."""
    if at_once:
        warn(AT_ONCE)
        return _send_due(options, history, team, here, chosen=[parcel.number for parcel in queued])
    if options.json:
        print_json("share-send", {"queued": [parcel_object(parcel) for parcel in queued], "sent": []})
        return DONE
    for parcel in queued:
        what = "The correction of " if parcel.op == "replace" else ""
        print(f"{what}{parcel.kind} of {week} leaves at a random time, {rfc3339(parcel.planned_at)}.")
    return DONE


def _queue(
    history: History,
    team: Team,
    week: str,
    fragments: list[Fragment],
    cards: list[Leaving],
    here: Here,
    at_once: bool,
) -> tuple[list[Parcel], int]:
    """What is in the outbox now, and the exit code: one that was sent before stops none of the others."""
    # What has left since a backup was made is not sent once more.
    recall(history, team, board_of(history, here, team.board), here.now)
    secrets = own_secrets(team) if cards else None
    queued: list[Parcel] = []
    code = DONE
    for one in fragments:
        try:
            parcel = queue_fragment(history, team, week, one, here.now, at_once=at_once)
            if parcel.state == "waiting":
                queued.append(parcel)
            else:
                warn(f"{kind_of(one)} of {week} was sent already, the same.")
        except BoardRefused as error:
            code = PART_FAILED
            warn(f"{kind_of(one)}: {error}")
    for leaving in cards:
        assert secrets is not None  # noqa: S101  asked for above where there are cards
        try:
            card = queue_card(
                history,
                team,
                secrets,
                week,
                leaving.card,
                leaving.texts,
                leaving.category,
                here.now,
                at_once=at_once,
            )
            queued.append(card)
        except BoardRefused as error:
            code = PART_FAILED
            warn(f"card {leaving.card.id}: {error}")
    return queued, code


def _send_due(
    options: Namespace, history: History, team: Team, here: Here, chosen: Collection[int] | None = None
) -> int:
    """What has its time; or at once those that are `chosen`, by their numbers."""
    board = board_of(history, here, team.board)
    try:
        done = (
            sent_now(history, team, here, board, chosen)
            if chosen is not None
            else _sent_due(history, team, here, board)
        )
    except SourceError:
        # A board that is away for now is no refusal: the tray tells a person of an error only that comes without an object.
        if options.json:
            print_json("share-send", {"queued": [], "sent": []})
        raise
    if options.json:
        print_json("share-send", {"queued": [], "sent": _sent_objects(done)})
    elif not done:
        print("Nothing has its time yet.")
    return _tell_sent(done, options)


def _sent_due(history: History, team: Team, here: Here, board: BoardClient) -> list[Sent]:
    asks = is_check_due(team, here.now)
    team = check_manifest(history, team, board, here.now)
    # A board that has just seen this address would know that what reaches it now by way of the relay comes from here.
    if asks or was_asked_lately(history, team, here.now):
        return put_off(history, team, here.now)
    return send_due(history, team, lambda: own_secrets(team), board, here.now)


def sent_now(history: History, team: Team, here: Here, board: BoardClient, chosen: Collection[int]) -> list[Sent]:
    """These parcels, whose time has come, in one moment, which the person knows."""
    # Asked of the relay only, for the same reason, as long as it knows of no other manifest.
    if is_check_due(team, here.now) and not still_shown_to_relay(history, team, board):
        team = check_manifest(history, team, board, here.now)
    return send_due(history, team, lambda: own_secrets(team), board, here.now, chosen=chosen)


def _sent_objects(done: list[Sent]) -> list[dict[str, Any]]:
    return [{**parcel_object(one.parcel), "state": one.state, "why": one.why} for one in done]


def _tell_sent(done: list[Sent], options: Namespace) -> int:
    for one in done:
        what = f"{WHAT[one.parcel.op]} {one.parcel.kind} of {one.parcel.week}"
        if one.state != "sent":
            warn(f"{what}: {one.state}, {one.why}")
        elif not options.json:
            print(f"{what} was sent.")
    return DONE if all(one.state == "sent" for one in done) else PART_FAILED


def _withdraw(options: Namespace, history: History, here: Here) -> int:
    """
    JSON, share-withdraw: the parcels that were `withdrawn`, each with its `outcome` (cancelled: no byte of it ever left; planned: its deletion
    waits), and with --now what was `sent`.
    """
    team = own_team(history)
    parcels = all_parcels(history)
    withdrawn = {
        (one.week, one.kind, one.place) for one in parcels if one.op == "delete" and one.state in ("waiting", "sent")
    }
    there = [
        one
        for one in parcels
        if one.op == "put" and one.state in ("waiting", "sent") and (one.week, one.kind, one.place) not in withdrawn
    ]
    chosen = [one for one in there if options.all or one.number in options.numbers or one.week == options.week]
    missing = set(options.numbers) - {one.number for one in chosen}
    if missing or not chosen:
        raise WrongUsage(
            "Which? “tokentray share status” has the numbers of what waits and what was sent; --week and --all take more."
        )
    done = [(parcel, withdraw(history, team, parcel, here.now, at_once=options.now)) for parcel in chosen]
    if not options.json:
        for parcel, outcome in done:
            said = "it has not left, and never will" if outcome == "cancelled" else PLANNED
            print(f"{parcel.kind} of {parcel.week}: {said}.")
    sent: list[Sent] = []
    if options.now:
        warn(AT_ONCE)
        tokens = {(parcel.week, parcel.kind, parcel.place) for parcel in chosen}
        deletions = [
            one.number
            for one in all_parcels(history)
            if one.op == "delete" and (one.week, one.kind, one.place) in tokens
        ]
        sent = sent_now(history, team, here, board_of(history, here, team.board), deletions)
    if options.json:
        taken = [{**parcel_object(parcel), "outcome": outcome} for parcel, outcome in done]
        print_json("share-withdraw", {"withdrawn": taken, "sent": _sent_objects(sent)})
    return _tell_sent(sent, options)
