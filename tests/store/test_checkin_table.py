"""A week's check-in is kept, and so are those before it."""

from __future__ import annotations

from datetime import UTC, datetime

from tokentray.core.journal import CheckIn
from tokentray.store.checkin_table import all_checkins, checkin_of, record_checkin, remove_checkin
from tokentray.store.database import History, transaction

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FULL = CheckIn("2026-W47", ("Käse", "", "a\nb", '"', "?"), ("c0ffee", "c0ffed"), NOW, True)


def test_a_check_in_comes_back_as_it_was(opened: History) -> None:
    with transaction(opened):
        record_checkin(opened, FULL)
        record_checkin(opened, CheckIn("2027-W01"))
        record_checkin(opened, CheckIn("2026-W08"))
    assert checkin_of(opened, "2026-W47") == FULL
    assert checkin_of(opened, "2026-W46") is None
    assert [checkin.week for checkin in all_checkins(opened)] == ["2027-W01", "2026-W47", "2026-W08"]


def test_the_last_word_holds(opened: History) -> None:
    with transaction(opened):
        record_checkin(opened, FULL)
        record_checkin(opened, CheckIn("2026-W47"))
        assert all_checkins(opened) == [CheckIn("2026-W47")]
        remove_checkin(opened, "2026-W47")
    assert all_checkins(opened) == []
