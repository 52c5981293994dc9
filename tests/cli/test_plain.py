"""Numbers, money and times read as they should, exactly."""

from __future__ import annotations

import io

import pytest

from tokentray.cli.plain import (
    age,
    amount_text,
    bear_any_text,
    costs,
    count,
    long_day,
    money,
    rounded,
    short_count,
    table,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        *((None, "—"), (0, "0"), (999, "999"), (1000, "1.00k"), (12_345, "12.3k"), (123_456, "123k")),
        *((999_999, "999k"), (1_240_000, "1.24M"), (2**40, "1.09T"), (10**18, "1000P")),
    ],
)
def test_short_counts(number: int | None, text: str) -> None:
    assert short_count(number) == text


def test_counts_are_grouped_and_unknown_is_a_dash() -> None:
    assert (count(1_234_567), count(0), count(None)) == ("1,234,567", "0", "—")


@pytest.mark.parametrize(
    ("units", "text"),
    [(0, "0"), (1, "0.000000000001"), (230_275_000_000, "0.230275"), (12 * 10**12, "12"), (-(10**11), "-0.1")],
)
def test_exact_amounts(units: int, text: str) -> None:
    assert amount_text(units) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        *(("0", "0.00"), ("0.230275", "0.23"), ("0.235", "0.24"), ("1234.5", "1,234.50"), ("999.999", "1,000.00")),
        *(
            ("0.0042", "0.0042"),
            ("0.00001", "<0.0001"),
            ("0.0000000001", "<0.0001"),
            ("-3.456", "-3.46"),
            ("12", "12.00"),
        ),
    ],
)
def test_rounded_amounts(amount: str, text: str) -> None:
    assert rounded(amount) == text


def test_money_says_its_kind() -> None:
    assert money("3.4", "USD", "estimated") == "≈ 3.40 USD"
    assert money("3.4", "EUR", "billed") == "3.40 EUR"


def test_costs_are_not_added_and_unknown_is_a_dash() -> None:
    both = [
        {"amount": "1", "currency": "USD", "kind": "billed"},
        {"amount": "2", "currency": "EUR", "kind": "billed"},
    ]
    assert costs(both) == "1.00 USD + 2.00 EUR"
    assert costs([]) == "—"
    assert costs(both[:1], complete=False) == "at least 1.00 USD"


def test_days_and_ages() -> None:
    assert long_day(2026, 11, 21, 5) == "Saturday, 21 November 2026"
    assert (age(5), age(61), age(7300), age(200_000)) == ("just now", "1 minute ago", "2 hours ago", "2 days ago")


def test_columns_are_aligned() -> None:
    assert table([["model", "tokens"], ["gpt-5", "7"], ["o", "1,000"]]) == "model  tokens\ngpt-5       7\no       1,000"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_no_terminal_makes_it_fail(encoding: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    bear_any_text(stream)
    print("≈ 1.00 USD — \udc80 漢", file=stream, flush=True)
    assert stream.buffer.getvalue().decode(encoding).startswith("≈" if encoding == "utf-8" else "~ 1.00 USD ")
