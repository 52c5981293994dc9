"""`tokentray checkin`: the draft for a week, from its use and its cards."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import Any

from tokentray.cli.card_output import card_object, money_object
from tokentray.cli.codes import DONE
from tokentray.cli.first_reading import history_to_read
from tokentray.cli.here import Here, rfc3339
from tokentray.cli.output import print_json
from tokentray.insights.checkin import QUESTIONS, CheckInDraft, days_of_week, take_checkin, to_html, to_markdown


def parser(name: str) -> ArgumentParser:
    parser = ArgumentParser(
        allow_abbrev=False,
        prog=f"tokentray {name}",
        description="The week's check-in: five questions, answered as you left them, or as your cards propose. As text it has only the cards "
        "that you promoted to your team or your company; nothing is sent.",
    )
    parser.add_argument("--week", metavar="W", type=_week, help="ISO week, such as 2026-W47; default: this one")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="Markdown (the default)")
    form.add_argument("--html", action="store_true", help="a page of its own")
    form.add_argument("--json", action="store_true", help="one JSON object, with all of the week's cards")
    return parser


def run(options: Namespace, here: Here) -> int:
    with history_to_read(here) as history:
        draft = take_checkin(history, here.settings, here.now, here.zone, options.week or "")
    if options.json:
        print_json("checkin", {"zone": here.zone, "as_of": rfc3339(here.now), **_object(draft)})
    else:
        sys.stdout.write(to_html(draft) if options.html else to_markdown(draft))
    return DONE


def _week(text: str) -> str:
    try:
        days_of_week(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
    return text


def _object(draft: CheckInDraft) -> dict[str, Any]:
    answers = zip(QUESTIONS, draft.checkin.answers, draft.proposed, strict=True)
    return {
        "week": draft.week,
        "since": draft.since.isoformat(),
        "until": draft.until.isoformat(),
        "answers": [{"question": question, "answer": said, "proposed": other} for question, said, other in answers],
        "edited_at": rfc3339(draft.checkin.edited_at),
        "done": draft.checkin.done,
        "promoted": [row.card.id for row in draft.promoted],
        "cards": [card_object(row) for row in draft.cards],
        "tokens": draft.tokens,
        "cost": [money_object(money) for money in draft.cost],
        "unexplained_percent": draft.unexplained_percent,
        "past": [
            {
                "week": past.checkin.week,
                "answers": list(past.checkin.answers),
                "done": past.checkin.done,
                "cards": past.cards,
                "tokens": past.tokens,
                "cost": [money_object(money) for money in past.cost],
            }
            for past in draft.past
        ],
    }
