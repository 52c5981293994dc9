"""`tokentray journal list`, `show` and `search`."""

from __future__ import annotations

from argparse import Namespace

from tokentray.cli.card_output import card_object, card_text, cards_table
from tokentray.cli.codes import DONE
from tokentray.cli.errors import WrongUsage
from tokentray.cli.here import Here, rfc3339
from tokentray.cli.journal_history import card_named, journal_to_read, rows_of
from tokentray.cli.output import print_json
from tokentray.core.journal import Level, Outcome, SearchQuery
from tokentray.insights.markdown_cards import write_note
from tokentray.insights.search import parse_search
from tokentray.store.database import History
from tokentray.store.journal_table import cards_of, edits_of, search

NO_CARDS = "No card yet: “tokentray journal add” makes one."


def run(options: Namespace, here: Here) -> int:
    match options.action:
        case "show":
            return _show(options, here)
        case "search":
            return _found(_searched(options.words), options.json, None, here)
    return _found(_filtered(options), options.json, options.limit, here)


def _found(query: SearchQuery, as_json: bool, limit: int | None, here: Here) -> int:
    rows = []
    history = journal_to_read(here)
    if history is not None:
        with history:
            rows = rows_of(history, here, cards_of(history, search(history, query, here.zone)[:limit]))
    if as_json:
        found = [card_object(row) for row in rows]
        print_json("journal", {"zone": here.zone, "as_of": rfc3339(here.now), "cards": found})
    elif rows:
        print(cards_table(rows))
    else:
        print("No card was found." if query != SearchQuery() else NO_CARDS)
    return DONE


def _show(options: Namespace, here: Here) -> int:
    history = journal_to_read(here)
    if history is None:
        raise WrongUsage(f"There is no card “{options.ids[0]}”. {NO_CARDS}")
    with history:
        _print(history, options, here)
    return DONE


def _print(history: History, options: Namespace, here: Here) -> None:
    cards = [card_named(history, name) for name in options.ids]
    edits = {card.id: edits_of(history, card.id) for card in cards}
    rows = rows_of(history, here, cards)
    if options.json:
        found = [card_object(row, edits[row.card.id]) for row in rows]
        print_json("journal", {"zone": here.zone, "as_of": rfc3339(here.now), "cards": found})
    elif options.markdown:
        texts = [write_note(card) for card in cards]
        texts += [write_note(edit.card) for card in cards for edit in edits[card.id] if options.earlier]
        print("\n".join(texts), end="")
    else:
        texts = [card_text(row, edits[row.card.id], here.zone) for row in rows]
        if options.earlier:
            earlier = [(edit, card) for card in cards for edit in edits[card.id]]
            told = rows_of(history, here, [edit.card for edit, _ in earlier])
            texts += [f"As it was at {rfc3339(row.card.edited_at)}:\n{card_text(row, [], here.zone)}" for row in told]
        print("\n\n".join(texts))


def _searched(words: list[str]) -> SearchQuery:
    # The shell has taken the quotes of a phrase away.
    text = " ".join(f'"{word}"' if " " in word and ":" not in word and '"' not in word else word for word in words)
    found = parse_search(text)
    if found.problems:
        raise WrongUsage(found.problems[0])
    return found.query


def _filtered(options: Namespace) -> SearchQuery:
    if options.since and options.until and options.since > options.until:
        raise WrongUsage(f"--since {options.since} is after --until {options.until}.")
    return SearchQuery(
        tags=tuple(options.tag or ()),
        outcomes=(Outcome(options.outcome),) if options.outcome else (),
        levels=(Level(options.level),) if options.level else (),
        functions=(options.function,) if options.function else (),
        since=options.since,
        until=options.until,
    )
