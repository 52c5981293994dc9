"""`tokentray share board`, `digest`, `webhook` and `password`: what the board published, and telling it on under one's own name."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tokentray.cli.codes import DONE, PART_FAILED
from tokentray.cli.errors import WrongUsage
from tokentray.cli.here import Here, warn
from tokentray.cli.journal_history import card_named, journal_to_write
from tokentray.cli.output import print_json
from tokentray.cli.plain import table
from tokentray.cli.share_feed import CHANGED
from tokentray.cli.share_here import READER_NAME, board_of, own_team
from tokentray.core.api_key import ApiKey
from tokentray.core.digest import FORMS, MOST_CARDS, Digest, OwnCard, digest_of
from tokentray.core.errors import FragmentRefused, SourceError
from tokentray.core.journal import Card, Level
from tokentray.insights.checkin import OUTCOMES
from tokentray.settings.settings import AccountSetting
from tokentray.settings.vault import Vault
from tokentray.share.feed import refresh_published
from tokentray.share.fragments import TEXTS
from tokentray.share.lint import Finding, findings
from tokentray.share.outbox import noted
from tokentray.share.team import Team, as_board
from tokentray.share.team_taking import PUBLISHED, take_published
from tokentray.share.team_view import PublishedWeek, Row, SplitRow
from tokentray.share.webhook import checked_webhook, post, vault_name
from tokentray.store.database import History, transaction
from tokentray.store.feed_table import published_weeks
from tokentray.store.outbox_table import set_team, team_of

LABELS = {"tried": "Tried", "worked": "Worked", "learned": "Learned", "next": "Next"}


def run(options: Namespace, here: Here) -> int:
    with journal_to_write(here) as history:
        match options.action:
            case "board":
                return _board(options, history, here)
            case "digest":
                return _digest(options, history, here)
            case "password":
                return _password(options, history)
        return _webhook(options, history)


def _board(options: Namespace, history: History, here: Here) -> int:
    """
    JSON, share-board: `weeks` that were published, newest first, and of the chosen one `week`, `title`, `headline`, `figures`, `tables`, `splits`
    (two-way, each row with its `answers` and the shares of its own), `small_print` and `own` (`band`, `sentence`), which was worked out here.
    """
    team = own_team(history)
    code = _asked(history, here, team)
    weeks = take_published(history, here.settings, team.manifest, here.zone)
    shown = next((week for week in weeks if options.week in (None, week.week)), None)
    if shown is None:
        print_json("share-board", {"weeks": [week.week for week in weeks]}) if options.json else print(
            _none(options.week)
        )
        return code
    if options.json:
        print_json("share-board", {"weeks": [week.week for week in weeks], **_object(shown)})
    else:
        _print(shown)
    return code


def _asked(history: History, here: Here, team: Team) -> int:
    """Asks the board for what it published; without an answer the weeks that are kept here do."""
    try:
        _, changed = refresh_published(history, board_of(history, here, team.board), here.now)
    except SourceError as error:
        warn(f"{error} This is what was published when it was last asked.")
        return PART_FAILED
    if changed:
        warn(CHANGED.format(", ".join(changed)))
    return PART_FAILED if changed else DONE


def _none(week: str | None) -> str:
    return f"{week} has not been published." if week else "No week has been published yet."


def _object(week: PublishedWeek) -> dict[str, Any]:
    tables = [{"title": each.title, "note": each.note, "rows": _rows(each.rows)} for each in week.tables]
    splits = [
        {
            "title": each.title,
            "note": each.note,
            "rows": [{"label": row.label, "answers": row.answers, "shares": _rows(row.rows)} for row in each.rows],
        }
        for each in week.splits
    ]
    return {
        "week": week.week,
        "title": week.title,
        "headline": week.headline,
        "figures": [{"label": label, "value": value, "note": note} for label, value, note in week.figures],
        "tables": tables,
        "splits": splits,
        "small_print": week.small_print,
        "own": None if week.own is None else {"band": week.own.band, "sentence": week.own.sentence},
    }


def _rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [{"value": row.value, "label": row.label, "text": row.text, "part": row.part} for row in rows]


def _print(week: PublishedWeek) -> None:
    print(f"{week.title}\n{week.headline}\n")
    print(table([[label, value, note] for label, value, note in week.figures], left=3))
    for each in week.tables:
        print(f"\n{each.title}")
        print(table([["  " + row.label, row.text] for row in each.rows], left=2) if each.rows else f"  {each.note}")
    for split in week.splits:
        print(f"\n{split.title}")
        if split.rows:
            print(table([["  " + row.label, row.answers, _shares(row)] for row in split.rows], left=3))
        if split.note:
            print(f"  {split.note}")
    if week.own is not None:
        print(f"\nYour own place, worked out on this machine and told to nobody:\n{week.own.sentence}")
    print(f"\n{week.small_print}")


def _shares(row: SplitRow) -> str:
    return ", ".join(f"{share.label} {share.text}" for share in row.rows) or "too few to say"


def _digest(options: Namespace, history: History, here: Here, vault: Vault | None = None) -> int:
    """
    JSON, share-digest: `week`, `form`, `text` in that form (markdown unless another is wished), `findings` in the own cards' texts, and `posted`, the
    service it was posted to (always in its own form) or null.

    Made of what is kept here; the board is asked if that week is not, or with --fresh.
    """
    team = own_team(history)
    if options.name == "-":
        options.name = sys.stdin.readline().strip()
    cards = [_own_card(history, name) for name in dict.fromkeys(options.card)]
    _refuse_what_does_not_fit(options, len(cards))
    code = _asked(history, here, team) if options.fresh or not _is_kept(history, options.week) else DONE
    kinds = [kind for _, kinds in published_weeks(history) for kind in PUBLISHED.decode(kinds)]
    made = digest_of(as_board(team), kinds, options.week)
    if made is None:
        raise WrongUsage(_none(options.week))
    made = replace(made, name=options.name.strip(), cards=tuple(_told(card) for card in cards))
    found = [(card.id, *one) for card in cards for one in _findings(card, options.name, here.settings.private_words)]
    for card, field, finding in found:
        warn(f"{card}, {field}: “{finding.text}” may be more than you want to tell: {finding.why}.")
    if options.post:
        if found and not options.as_it_is:
            raise FragmentRefused(
                "Nothing was posted: a card has words that you may not want to tell. Change the card, or --as-it-is posts it as it is."
            )
        _post(options.post, made, team, history, here, vault or Vault())
    form = options.form or "markdown"
    if options.json:
        _print_digest(options, max(kind.week for kind in kinds), form, FORMS[form](made), found)
    elif options.post:
        print(f"The digest was posted to {options.post.capitalize()}.")
    else:
        print(FORMS[form](made), end="")
    return code


def _is_kept(history: History, week: str | None) -> bool:
    """Whether that week, or any at all, was got before."""
    weeks = [kept for kept, _ in published_weeks(history)]
    return bool(weeks) if week is None else week in weeks


def _print_digest(options: Namespace, newest: str, form: str, text: str, found: list[tuple[str, str, Finding]]) -> None:
    told = [
        {"card": card, "field": field, "kind": one.kind, "text": one.text, "why": one.why} for card, field, one in found
    ]
    content = {
        "week": options.week or newest,
        "form": form,
        "text": text,
        "findings": told,
        "posted": options.post,
    }
    print_json("share-digest", content)


def _refuse_what_does_not_fit(options: Namespace, cards: int) -> None:
    if cards and not options.name.strip():
        raise WrongUsage("Cards are told in clear, under your own name: --name NAME says it.")
    if cards > MOST_CARDS:
        raise WrongUsage(f"A digest takes {MOST_CARDS} cards at most.")


def _own_card(history: History, name: str) -> Card:
    card = card_named(history, name)
    if card.draft:
        raise FragmentRefused(f"Card {card.id} is a draft; finish it first.")
    if card.level is Level.ME:
        raise FragmentRefused(
            f"Card {card.id} is for you alone; only you can raise it, with “journal edit ID --level team”."
        )
    return card


def _told(card: Card) -> OwnCard:
    texts = tuple((LABELS[field], getattr(card, field).strip()) for field in TEXTS if getattr(card, field).strip())
    outcome = OUTCOMES[card.outcome] if card.outcome is not None else ""
    return OwnCard(" ".join(card.title.split()) or "A card", outcome, texts)


def _findings(card: Card, name: str, own_words: tuple[str, ...]) -> list[tuple[str, Finding]]:
    """What was found in the card's title and texts; the own name, under which it is told, is none."""
    own_name = {name.casefold().strip(), *name.casefold().split()}
    return [
        (field, one)
        for field in ("title", *TEXTS)
        for one in findings(getattr(card, field), own_words)
        if one.text.casefold().lstrip("@") not in own_name
    ]


def _post(service: str, made: Digest, team: Team, history: History, here: Here, vault: Vault) -> None:
    webhook = vault.read_key(AccountSetting(vault_name(service), key_from="keyring"))
    words = f"A digest of {team.board} for {service.capitalize()}"
    words += f", under the name {made.name}, with {len(made.cards)} own cards." if made.name else "."
    post(webhook, FORMS[service](made).encode(), words, noted(history, here.clock.now), here.clock)


def _webhook(options: Namespace, history: History, vault: Vault | None = None) -> int:
    """JSON, share-webhook: the `service`, and whether its address is `kept` in the keyring."""
    own_team(history)
    vault = vault or Vault()
    if bool(options.forget) == bool(options.address):
        raise WrongUsage("Give the address on standard input, with - in its place, or --forget.")
    if options.forget:
        vault.forget_key(vault_name(options.service))
    else:
        if options.address != "-":
            raise WrongUsage("The address is a secret: give it on standard input, with - in its place.")
        vault.store_key(vault_name(options.service), checked_webhook(sys.stdin.readline()))
    kept = set(team_of(history).get("webhooks", "").split()) - {options.service}
    kept |= set() if options.forget else {options.service}
    with transaction(history):
        set_team(history, webhooks=" ".join(sorted(kept)))
    if options.json:
        print_json("share-webhook", {"service": options.service, "kept": not options.forget})
    else:
        print("It is forgotten." if options.forget else "It is in the keyring.")
    return DONE


def _password(options: Namespace, history: History) -> int:
    """JSON, share-password: whether one is `kept` in the keyring."""
    own_team(history)
    if bool(options.forget) == bool(options.word):
        raise WrongUsage("Give the password on standard input, with - in its place, or --forget.")
    if options.forget:
        Vault().forget_key(READER_NAME)
    else:
        if options.word != "-":
            raise WrongUsage("A password is no argument: give it on standard input, with - in its place.")
        word = sys.stdin.readline().strip()
        if not word or not word.isascii() or not word.isprintable():
            raise WrongUsage("There is no password of plain letters and signs on standard input.")
        Vault().store_key(READER_NAME, ApiKey(word))
    with transaction(history):
        set_team(history, reader="" if options.forget else "keyring", reader_asked="")
    if options.json:
        print_json("share-password", {"kept": not options.forget})
    else:
        print("It is forgotten." if options.forget else "It is in the keyring.")
    return DONE
