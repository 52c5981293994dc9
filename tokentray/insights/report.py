"""The answer to `tokentray report` as plain values: the same for JSON, CSV and tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tokentray.core.money import Money, MoneyKind
from tokentray.insights.prices import list_names, open_price_book
from tokentray.insights.quantities import QuantitySum, add_up_quantities
from tokentray.insights.sums import Answer, Keys, Sum, add_up
from tokentray.insights.work_sums import TAG, WORK, add_up_work, is_of_work
from tokentray.settings.settings import OwnPrice
from tokentray.store.database import History
from tokentray.store.poll_table import Coverage, coverage
from tokentray.store.question import KEYS as KEYS_OF_TOTALS
from tokentray.store.question import Question

SCHEMA = "tokentray.report/1"
KEYS = (*KEYS_OF_TOTALS[:-1], WORK, TAG, KEYS_OF_TOTALS[-1])
PAUSE_MINUTES = 30


def report(
    history: History,
    question: Question,
    now: datetime,
    own_prices: Iterable[OwnPrice] | None = None,
    pause_minutes: int = PAUSE_MINUTES,
) -> dict[str, Any]:
    """
    What was used, as the contract of the command line has it (tokentray.report/1).

    Rows are in order of their keys, those without one last. Where "origin" is not asked for, a row holds what the headline takes. A pause
    longer than `pause_minutes` ends a stretch of work. Not to be called in a transaction.
    """
    book = open_price_book(history, own_prices)
    of_work = is_of_work(question)
    answer = add_up_work(history, question, book, pause_minutes) if of_work else add_up(history, question, book)
    return {
        "schema": SCHEMA,
        "zone": question.zone,
        "since": question.since.isoformat(),
        "until": question.until.isoformat(),
        "by": list(question.by),
        "as_of": _instant(now),
        "rows": [_row(question.by, keys, total) for keys, total in sorted(answer.rows.items(), key=_order)],
        "totals": _totals(answer),
        "coverage": [_coverage(known) for known in coverage(history) if _is_asked_for(known.account, question)],
        "notes": notes(answer, question.by),
        "quantities": _quantities(history, question),
    }


def notes(answer: Answer, by: Iterable[str] = ()) -> list[str]:
    """What a reader of these numbers has to know: unknown prices, estimates, and what could not be split."""
    said = []
    by = tuple(by)
    everything = [answer.headline, *answer.by_origin.values()]
    unpriced = {name: None for total in everything for name in total.unpriced}
    if unpriced:
        said.append(unpriced_note(list(unpriced)))
    lists = {name for total in everything for name in total.lists}
    if lists:
        said.append(f"Estimated costs are tokens times {list_names(lists)}")
    if answer.overlapping:
        said.append(answer.why)
    billed = answer.by_origin.get("billed")
    if (
        billed is not None
        and {"hour", "session", WORK, TAG} & set(by)
        and any(m.kind is MoneyKind.BILLED for m in billed.cost)
    ):
        said.append("Providers bill by day: what they billed has no hour, no session and no tag")
    if "model" in by and any(
        keys[by.index("model")] is None and any(money.kind is MoneyKind.BILLED for money in total.cost)
        for keys, total in answer.rows.items()
    ):
        said.append("Some of what was billed is not told by model: it stands in the rows without one")
    if TAG in by:
        said.append("A session of work with several tags is in the row of each of them, and in the totals once")
    return said


def unpriced_note(names: list[str]) -> str:
    count = "1 model has" if len(names) == 1 else f"{len(names)} models have"
    return f"{count} no known price: {', '.join(sorted(names))}"


def _row(by: tuple[str, ...], keys: Keys, total: Sum) -> dict[str, Any]:
    return {**dict(zip(by, keys, strict=True)), **_sum(total)}


def _sum(total: Sum) -> dict[str, Any]:
    tokens = total.tokens
    row: dict[str, Any] = {
        "tokens": {
            "input": tokens.input,
            "cache_read": tokens.cache_read,
            "cache_write": tokens.cache_write,
            "cache_write_1h": tokens.cache_write_1h,
            "output": tokens.output,
            "unsplit": tokens.unsplit,
            "reasoning": tokens.reasoning,
            "total": tokens.total,
        },
        "requests": total.requests,
        "cost": [_money(money, total) for money in total.cost],
    }
    if total.unpriced:
        row["unpriced"] = sorted(total.unpriced)
    return row


def _money(money: Money, total: Sum) -> dict[str, str]:
    raw = {"amount": money.text, "currency": money.currency, "kind": str(money.kind)}
    if money.kind is MoneyKind.ESTIMATED and total.lists:
        raw["list"] = list_names(total.lists)
    return raw


def _totals(answer: Answer) -> dict[str, Any]:
    totals = {origin: _sum(answer.by_origin.get(origin, Sum())) for origin in ("billed", "logged")}
    totals |= {origin: _sum(total) for origin, total in answer.by_origin.items()}
    headline = _sum(answer.headline)
    return {**totals, "headline": {**headline, "origins": list(answer.origins), "why": answer.why}}


def _quantities(history: History, question: Question) -> dict[str, Any]:
    """What is not tokens, by the question's keys and of the whole stretch; a level (bytes) is not the sum of its rows, but the newest."""
    whole, rows = replace(question, by=()), add_up_quantities(history, question)
    return {
        "rows": [
            {**dict(zip(question.by, row.keys, strict=True)), **_quantity(row)}
            for row in sorted(rows, key=lambda row: _order((row.keys, None)))
        ],
        "totals": [_quantity(row) for row in (add_up_quantities(history, whole) if rows else [])],
    }


def _quantity(row: QuantitySum) -> dict[str, Any]:
    return {"origin": row.origin, "feed": row.feed, "unit": row.unit, "quantity": row.quantity}


def _coverage(known: Coverage) -> dict[str, Any]:
    return {
        "account": known.account,
        "complete_since": _instant(known.complete_since),
        "complete_until": _instant(known.complete_until),
        "gaps": [{"since": _instant(start), "until": _instant(until), "why": why} for start, until, why in known.gaps],
    }


def _is_asked_for(account: str, question: Question) -> bool:
    if question.account is not None and account != question.account:
        return False
    return question.source is None or account.partition("/")[0] == question.source


def _order(entry: tuple[Keys, Sum | None]) -> list[tuple[bool, Any]]:
    return [(key is None, _sortable(key or "")) for key in entry[0]]


def _sortable(key: str) -> str:
    # Local hours with their offsets sort by the instant: the night of a clock change has one hour twice. Stretches of work begin in UTC.
    if len(key) > 18 and key[10] == "T" and "Z/" not in key:
        return datetime.fromisoformat(key).astimezone(UTC).isoformat()
    return key


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
