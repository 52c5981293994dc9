"""The table and the CSV of a report keep origins, currencies and the unknown apart."""

from __future__ import annotations

from typing import Any

import pytest

from tokentray.cli.report import _print_csv, _print_table

NOBODY: dict[str, Any] = dict.fromkeys(
    ("input", "cache_read", "cache_write", "cache_write_1h", "output", "unsplit", "reasoning", "total")
)
ESTIMATE = {"amount": "0.5", "currency": "USD", "kind": "estimated"}
BILL = {"amount": "2", "currency": "EUR", "kind": "billed"}


def part(total: int | None, requests: int | None, *cost: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"tokens": {**NOBODY, "input": total, "total": total}, "requests": requests, "cost": list(cost), **more}


def report(
    rows: list[dict[str, Any]],
    totals: dict[str, Any],
    notes: list[str],
    quantities: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    return {
        "since": "2026-11-20",
        "until": "2026-11-21",
        "zone": "UTC",
        "by": ["model"],
        "rows": rows,
        "totals": totals,
        "notes": notes,
        "quantities": {"rows": [], "totals": quantities or []},
    }


MIXED = report(
    [{"model": "gpt-5", **part(1000, 3, BILL, ESTIMATE)}, {"model": None, **part(7, None, unpriced=["x"])}],
    {
        "billed": part(1000, 3, BILL),
        "logged": part(7, None),
        "headline": part(1007, 3, BILL, why="Both were taken.", origins=["billed", "logged"]),
    },
    ["1 model has no known price: x", "Both were taken."],
)


def test_each_origin_has_its_own_total(capsys: pytest.CaptureFixture[str]) -> None:
    _print_table(MIXED)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2026-11-20 to 2026-11-21, days of UTC"
    assert lines[2].split() == [
        "model",
        "input",
        "cache",
        "read",
        "cache",
        "write",
        "output",
        "total",
        "requests",
        "cost",
    ]
    assert lines[4].split() == ["gpt-5", "1,000", "—", "—", "—", "1,000", "3", "2.00", "EUR", "+", "≈", "0.50", "USD"]
    assert lines[5].split() == ["—", "7", "—", "—", "—", "7", "—", "—"]
    assert [line.split()[:2] for line in lines[7:9]] == [["all", "billed"], ["all", "logged"]]
    assert lines[9].startswith("headline")
    assert lines[11:] == ["Both were taken.", "1 model has no known price: x."]


def test_nothing_is_said_to_be_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    _print_table(report([], {"headline": part(None, None, why="", origins=[])}, []))
    assert "Nothing was used in this time, as far as is known." in capsys.readouterr().out


def test_a_second_currency_has_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    _print_csv(MIXED)
    assert capsys.readouterr().out.splitlines() == [
        "model,input,cache_read,cache_write,output,unsplit,reasoning,total,requests,cost,currency,kind,price_known",
        "gpt-5,1000,,,,,,1000,3,2,EUR,billed,yes",
        "gpt-5,,,,,,,,,0.5,USD,estimated,yes",
        ",7,,,,,,7,,,,,no",
    ]


def test_csv_does_not_say_that_a_price_is_known_where_the_cost_stands_in_another_row(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _print_csv(report([{"model": "gpt-5", **part(1000, 3)}], MIXED["totals"], []))
    assert capsys.readouterr().out.splitlines()[1].endswith(",1000,3,,,,")


def test_what_is_not_tokens_stands_below(capsys: pytest.CaptureFixture[str]) -> None:
    images = {"origin": "billed", "feed": "images", "unit": "images", "quantity": 1204}
    search = {"origin": "billed", "feed": "web_search_calls", "unit": "calls", "quantity": 1}
    _print_table(report([], {"headline": part(None, None, why="", origins=[])}, [], [images, search]))
    assert capsys.readouterr().out.splitlines()[-1] == "Besides tokens: 1,204 images, 1 web search."
    _print_table(
        report([], {"headline": part(None, None, why="", origins=[])}, [], [images, {**images, "origin": "imported"}])
    )
    assert capsys.readouterr().out.splitlines()[-1] == "Besides tokens: 1,204 images (billed), 1,204 images (imported)."
