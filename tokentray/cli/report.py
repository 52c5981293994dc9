"""`tokentray report`: what was used, by whatever keys, as a table, JSON or CSV."""

from __future__ import annotations

import csv
import difflib
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from tokentray.cli.codes import DONE
from tokentray.cli.days import day
from tokentray.cli.errors import WrongUsage
from tokentray.cli.first_reading import history_to_read
from tokentray.cli.here import Here
from tokentray.cli.output import print_json
from tokentray.cli.plain import UNKNOWN, costs, count, table
from tokentray.insights.journal import card_day
from tokentray.insights.quantities import in_words
from tokentray.insights.report import KEYS, report
from tokentray.sources import AGENTS, PROVIDERS
from tokentray.store.account_table import all_accounts
from tokentray.store.database import History
from tokentray.store.extent import first_day, last_day
from tokentray.store.journal_table import all_cards
from tokentray.store.question import Question

CLASSES = ("input", "cache_read", "cache_write", "output", "unsplit", "reasoning", "total")
# Columns that most histories have nothing to say in.
SELDOM = ("unsplit", "reasoning")
LONGEST_CELL = 48


def parser(name: str) -> ArgumentParser:
    parser = ArgumentParser(
        allow_abbrev=False,
        prog=f"tokentray {name}",
        description="What was used, from the history. Without --since and --until: all of it.",
        epilog="The same tokens may stand in a provider's bill and in an agent's log, so origins are never added up: without “origin” among "
        "the keys a row holds what the headline takes. ≈ marks costs estimated from a price list; — is unknown, which is not zero.",
    )
    parser.add_argument(
        "--by",
        metavar="KEYS",
        type=_keys,
        default=("day",),
        help=f"comma list of {' '.join(KEYS)}; default day (session: an agent's own; work: the journal's)",
    )
    parser.add_argument("--since", metavar="D", type=day, help="first day, YYYY-MM-DD, inclusive")
    parser.add_argument("--until", metavar="D", type=day, help="last day, YYYY-MM-DD, inclusive")
    parser.add_argument("--source", metavar="S", help="only this source or account, such as codex or openai/work")
    parser.add_argument("--model", metavar="M", help="only this model, by its full name")
    parser.add_argument("--project", metavar="P", help="only this project, by its name or its folder")
    parser.add_argument("--tag", metavar="T", help="only the work that cards with this tag speak of")
    parser.add_argument("--zone", metavar="Z", help="the IANA zone in which days are meant, such as Europe/Berlin")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object")
    form.add_argument("--csv", action="store_true", help="comma-separated values, one line for each row and currency")
    return parser


def run(options: Namespace, here: Here) -> int:
    with history_to_read(here) as history:
        question = _question(options, history, here)
        content = report(history, question, here.now, here.settings.own_prices, here.settings.pause_minutes)
    if options.json:
        print_json("report", content)
    elif options.csv:
        _print_csv(content)
    else:
        _print_table(content)
    return DONE


def _question(options: Namespace, history: History, here: Here) -> Question:
    today = here.now.astimezone(ZoneInfo(here.zone)).date()
    since = options.since or min(
        [day for day in (first_day(history), _first_card(options, history, here)) if day] or [today]
    )
    until = options.until or max(today, last_day(history) or today, since)
    if since > until:
        raise WrongUsage(f"--since {since} is after --until {until}.")
    _check_source(options.source, history)
    account = options.source if options.source and "/" in options.source else None
    return Question(
        since,
        until,
        here.zone,
        options.by,
        account=account,
        source=None if account else options.source,
        model=options.model,
        project=options.project,
        tag=options.tag,
    )


def _first_card(options: Namespace, history: History, here: Here) -> date | None:
    """Where tags begin: cards may be older than all that logs and bills know."""
    if "tag" not in options.by:
        return None
    return min((card_day(card, here.zone) for card in all_cards(history)), default=None)


def _check_source(source: str | None, history: History) -> None:
    accounts = {row.name for row in all_accounts(history)}
    known = accounts | {account.partition("/")[0] for account in accounts} | set(AGENTS) | set(PROVIDERS)
    if source is not None and source not in known:
        near = difflib.get_close_matches(source, known, 1, 0.5)
        raise WrongUsage(
            f"There is no source and no account “{source}”." + (f" Did you mean “{near[0]}”?" if near else "")
        )


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(dict.fromkeys(key.strip() for key in text.split(",") if key.strip()))
    for key in keys:
        if key not in KEYS:
            raise ArgumentTypeError(f"there is no key “{key}”; there are {' '.join(KEYS)}")
    if not keys:
        raise ArgumentTypeError(f"at least one of {' '.join(KEYS)} is needed")
    return keys


def _print_table(content: dict[str, Any]) -> None:
    by, rows, headline = content["by"], content["rows"], content["totals"]["headline"]
    print(f"{content['since']} to {content['until']}, days of {content['zone']}\n")
    if rows:
        classes = [name for name in CLASSES if name not in SELDOM or any(row["tokens"][name] for row in rows)]
        heads = [*by, *(name.replace("_", " ") for name in classes), "requests", "cost"]
        body = [[*(_cell(key, row[key]) for key in by), *_numbers(row, classes)] for row in rows]
        feet = [[name, *[""] * (len(by) - 1), *_numbers(total, classes)] for name, total in _totals(content["totals"])]
        lines = table([heads, *body, *feet], left=len(by)).splitlines()
        rule = "─" * max(map(len, lines))
        print("\n".join([lines[0], rule, *lines[1 : -len(feet)], rule, *lines[-len(feet) :]]))
        print(f"\n{headline['why']}" if headline["why"] else "")
    else:
        print("Nothing was used in this time, as far as is known.")
    if content["quantities"]["totals"]:
        print(f"Besides tokens: {_besides(content['quantities']['totals'])}.")
    for note in content["notes"]:
        if note != headline["why"]:
            print(f"{note[0].upper()}{note[1:].rstrip('.')}.")


def _besides(totals: list[dict[str, Any]]) -> str:
    """Not by the keys: those are in the JSON. The same in two origins is not added up."""
    told = [(in_words(total["feed"], total["unit"], total["quantity"]), total["origin"]) for total in totals]
    several = len({origin for _, origin in told}) > 1
    return ", ".join(f"{count(one.amount)} {one.what}" + (f" ({origin})" if several else "") for one, origin in told)


def _totals(totals: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Each origin by itself, then the headline; one line if there is one origin."""
    origins = [(f"all {origin}", total) for origin, total in totals.items() if origin != "headline" and _said(total)]
    return [*origins, ("headline", totals["headline"])] if len(origins) > 1 else [("total", totals["headline"])]


def _said(total: dict[str, Any]) -> bool:
    return (
        bool(total["cost"])
        or total["requests"] is not None
        or any(number is not None for number in total["tokens"].values())
    )


def _numbers(row: dict[str, Any], classes: Iterable[str]) -> list[str]:
    counts = (count(row["tokens"][name]) for name in classes)
    return [*counts, count(row["requests"]), costs(row["cost"], not row.get("unpriced"))]


def _cell(key: str, value: str | None) -> str:
    text = UNKNOWN if value is None else " ".join(value.split())
    # A stretch of work is named for other commands to take.
    return text if len(text) <= LONGEST_CELL or key == "work" else "…" + text[1 - LONGEST_CELL :]


def _print_csv(content: dict[str, Any]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([*content["by"], *CLASSES, "requests", "cost", "currency", "kind", "price_known"])
    for row in content["rows"]:
        keys, tokens = [row[key] for key in content["by"]], [row["tokens"][name] for name in CLASSES]
        unpriced = bool(row.get("unpriced"))
        # Neither a cost nor a missing price: what was billed for it stands in another row.
        known = ("partly" if unpriced else "yes") if row["cost"] else "no" if unpriced else None
        first: list[Any] = [*keys, *tokens, row["requests"]]
        # Currencies are not added: a second one gets a line of its own, which does not repeat the counts.
        again: list[Any] = [*keys, *[None] * (len(tokens) + 1)]
        for number, cost in enumerate(row["cost"] or [{"amount": None, "currency": None, "kind": None}]):
            writer.writerow([*(again if number else first), cost["amount"], cost["currency"], cost["kind"], known])
