"""The words and numbers a person reads, letter by letter."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QLocale

from tokentray.core.money import Money, MoneyKind
from tokentray.ui import wording

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def usd(amount: str, kind: MoneyKind = MoneyKind.BILLED) -> Money:
    return Money(Decimal(amount), "USD", kind)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "—"),
        (0, "0"),
        (999, "999"),
        (1_000, "1.0k"),
        (9_949, "9.9k"),
        (41_234, "41k"),
        (742_000, "742k"),
        (999_600, "1.00M"),
        (1_240_000, "1.24M"),
        (39_900_000, "39.9M"),
        (999_600_000, "1.00B"),
        (12_345_678_901_234, "12.3T"),
        (12_345_678_901_234_567, "12,346T"),
    ],
)
def test_compact_count(count: int | None, text: str) -> None:
    assert wording.compact_count(count) == text


def test_exact_count_is_grouped_and_reaches_beyond_32_bits() -> None:
    assert wording.exact_count(12_345_678_901) == "12,345,678,901"
    assert wording.exact_count(None) == "—"


def test_numbers_follow_the_locale() -> None:
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    assert wording.compact_count(1_240_000) == "1,24M"
    assert wording.exact_count(1_240_000) == "1.240.000"
    assert wording.money_text(usd("3.42")) == "3,42\u00a0$"


def test_axis_names_have_the_same_decimals() -> None:
    assert [wording.axis_count(tick, 500_000) for tick in (0, 500_000, 1_000_000, 1_500_000)] == [
        "0",
        "500k",
        "1.0M",
        "1.5M",
    ]


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (usd("3.42"), "$3.42"),
        (usd("3.42", MoneyKind.ESTIMATED), "≈\u00a0$3.42"),
        (usd("0"), "free"),
        (usd("0.004"), "<\u00a0$0.01"),
        (None, "—"),
        (Money(Decimal("1200"), "JPY", MoneyKind.BILLED), "¥1,200"),
    ],
)
def test_money(money: Money | None, text: str) -> None:
    assert wording.money_text(money) == text


def test_money_of_two_kinds_is_not_added() -> None:
    assert wording.moneys_text((usd("3.42"), usd("0.58", MoneyKind.ESTIMATED))) == "$3.42 + ≈\u00a0$0.58"
    assert wording.moneys_text(()) == "—"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(2, "just now"), (20, "20 s ago"), (150, "2 min ago"), (3 * 3600 + 60, "3 h ago"), (50 * 3600, "2 days ago")],
)
def test_age(seconds: int, text: str) -> None:
    assert wording.age(NOW - timedelta(seconds=seconds), NOW) == text


def test_never_read_is_said() -> None:
    assert wording.age(None, NOW) == "never"
    assert wording.updated(None, NOW) == "Nothing read yet"


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(72, "resets in 1 h 12 m"), (5, "resets in 5 min"), (1500, "resets in 1 day 1 h"), (-1, "has been reset since")],
)
def test_resets(minutes: int, text: str) -> None:
    assert wording.resets_in(NOW + timedelta(minutes=minutes), NOW) == text


def test_comparison() -> None:
    assert wording.comparison_text(-18, "your usual Saturday") == "18 % below your usual Saturday"
    assert wording.comparison_text(5, "your usual Saturday") == "5 % above your usual Saturday"
    assert wording.comparison_text(0, "your usual Saturday") == "as much as your usual Saturday"
    assert wording.comparison_text(None, "") == "nothing to compare with yet"


def test_plurals() -> None:
    assert [wording.sessions_text(n) for n in (0, 1, 14)] == ["0 sessions", "1 session", "14 sessions"]
    assert [wording.tokens_text(n) for n in (None, 1, 1_240_000)] == ["tokens unknown", "1 token", "1.24M tokens"]


def test_days_and_bars() -> None:
    assert wording.short_day(date(2026, 11, 21)) == "21 Nov"
    assert wording.bar_name(date(2026, 11, 21), "day") == "Sat, 21 Nov 2026"
    assert wording.bar_name(date(2026, 11, 16), "week") == "Week of Mon, 16 Nov 2026"
    assert wording.bar_name(date(2026, 11, 1), "month") == "November 2026"


def test_a_state_that_is_not_known_here_is_still_shown() -> None:
    assert wording.state_words("key_rejected") == "The key was refused"
    assert wording.state_words("something new") == "something new"
    assert wording.state_tone("key_rejected") == "bad"
