"""Forecasts with numbers worked out by hand."""

from datetime import UTC, date, datetime, timedelta

from tokentray.insights.forecast import deviation, lasts_until, month_outlook, pace, usual

SATURDAY = date(2026, 11, 21)


def days_of(first: date, *amounts: float) -> dict[date, float]:
    return {first + timedelta(days=n): amount for n, amount in enumerate(amounts)}


def test_less_than_a_week_gives_no_outlook():
    assert month_outlook(days_of(date(2026, 11, 15), 1, 2, 3, 4, 5, 6), SATURDAY) is None


def test_the_same_cost_each_day_goes_on_without_a_band():
    outlook = month_outlook({**days_of(date(2026, 11, 1), *[2.0] * 20), SATURDAY: 2.0}, SATURDAY)
    assert outlook is not None
    assert outlook.likely == (42, 44, 46, 48, 50, 52, 54, 56, 58, 60)
    assert outlook.low == outlook.high == outlook.likely


def test_weekends_follow_weekends():
    weeks = [5.0, 5.0, 5.0, 5.0, 5.0, 1.0, 1.0] * 4
    outlook = month_outlook(days_of(date(2026, 10, 26), *weeks[:27]), date(2026, 11, 21))
    assert outlook is not None
    assert [round(b - a, 6) for a, b in zip(outlook.likely[1:], outlook.likely[2:], strict=False)] == [
        5,
        5,
        5,
        5,
        5,
        1,
        1,
        5,
    ]


def test_one_odd_day_does_not_carry_the_month():
    amounts = [2.0] * 20
    amounts[6] = 200.0
    outlook = month_outlook(days_of(date(2026, 11, 1), *amounts), SATURDAY)
    assert outlook is not None
    assert outlook.likely[0] == 238
    assert outlook.likely[-1] < 260


def test_the_band_widens_and_holds_the_guess():
    amounts = [2.0, 3.0, 1.0, 2.0, 4.0, 0.0, 2.0] * 3
    outlook = month_outlook(days_of(date(2026, 10, 31), *amounts), SATURDAY)
    assert outlook is not None
    widths = [high - low for low, high in zip(outlook.low, outlook.high, strict=True)]
    assert widths == sorted(widths)
    assert all(
        low <= likely <= high for low, likely, high in zip(outlook.low, outlook.likely, outlook.high, strict=True)
    )


def test_the_last_day_of_a_month_has_one_value():
    outlook = month_outlook(days_of(date(2026, 11, 1), *[1.0] * 30), date(2026, 11, 30))
    assert outlook is not None
    assert outlook.likely == (30,)


def test_the_usual_saturday_is_the_median_of_eight():
    assert usual([4, 1, 9, 5, 100, 5, 5, 6, 7777]) == 5


def test_two_saturdays_are_not_usual():
    assert usual([4, None, 9, None]) is None


def test_eighteen_percent_below():
    assert deviation(82, 100) == -18
    assert deviation(82, 0) is None


def test_a_window_lasts_as_long_as_its_pace():
    resets = datetime(2026, 11, 21, 18, tzinfo=UTC)
    at = resets - timedelta(hours=2)
    assert pace(at, resets, 300) == 0.6
    assert lasts_until(0.75, at, resets, 300) == resets - timedelta(hours=1)
    assert lasts_until(0.6, at, resets, 300) is None
    assert lasts_until(0.62, resets, resets, 300) is None


def test_a_trace_of_a_window_lasts_for_ever():
    resets = datetime(2026, 11, 21, 18, tzinfo=UTC)
    assert lasts_until(1e-12, resets - timedelta(hours=2), resets, 300) is None


def test_a_full_window_lasts_no_longer():
    resets = datetime(2026, 11, 21, 18, tzinfo=UTC)
    at = resets - timedelta(hours=2)
    assert lasts_until(1.2, at, resets, 300) == at
