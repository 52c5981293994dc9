"""Minutes as people write them."""

from __future__ import annotations

import pytest

from tokentray.insights.minutes import minutes_of, minutes_text, range_of


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *(("90", 90), ("45m", 45), ("45 min", 45), ("1h", 60), ("1h30", 90), ("1h 30m", 90), ("1:05", 65)),
        *(("1.5h", 90), ("0,25 hours", 15), (" 2 H ", 120), ("0", 0)),
    ],
)
def test_minutes(text: str, minutes: int) -> None:
    assert minutes_of(text) == minutes


@pytest.mark.parametrize("text", ["", "soon", "-5", "1h75", "1d", "1h30m20s"])
def test_no_minutes(text: str) -> None:
    with pytest.raises(ValueError, match="is no time such as"):
        minutes_of(text)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [("30-60", 30, 60), ("1-2h", 60, 120), ("30m – 1h", 30, 60), ("1h to 1h30", 60, 90), ("45", 45, 45)],
)
def test_ranges(text: str, least: int, most: int) -> None:
    assert range_of(text) == (least, most)


@pytest.mark.parametrize("text", ["60-30", "1-2-3", "-", "a-b"])
def test_no_ranges(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no|begins with"):
        range_of(text)


@pytest.mark.parametrize(("minutes", "text"), [(5, "5m"), (60, "1h"), (65, "1h05"), (0, "0m")])
def test_in_words(minutes: int, text: str) -> None:
    assert minutes_text(minutes) == text
    assert minutes_of(text) == minutes
