"""Any local days by any keys: clock changes, half-hour zones, whole-day buckets, prices that change, filters."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import pytest

from tests.store.conftest import Put
from tokentray.core.usage import Tokens
from tokentray.store.database import History, set_zone, transaction
from tokentray.store.names import set_aliases
from tokentray.store.price_table import Price, PriceRow, record_prices
from tokentray.store.question import Question
from tokentray.store.totals import answer

BERLIN, KOLKATA, NEW_YORK, CHATHAM = "Europe/Berlin", "Asia/Kolkata", "America/New_York", "Pacific/Chatham"
DAY = timedelta(days=1)


def sums(
    history: History, zone: str, since: str, until: str, *by: str, **only: str
) -> dict[tuple[str | None, ...], int]:
    found: defaultdict[tuple[str | None, ...], int] = defaultdict(int)
    for row in answer(history, Question(date.fromisoformat(since), date.fromisoformat(until), zone, by, **only)):
        found[row.keys] += row.tokens.total or 0
    return dict(found)


def test_the_doubled_hour_is_two_hours(opened: History, put: Put) -> None:
    put("2026-10-25T00:00Z", input=1)
    put("2026-10-25T01:00Z", input=2)
    assert sums(opened, BERLIN, "2026-10-25", "2026-10-25", "hour") == {
        ("2026-10-25T02:00+02:00",): 1,
        ("2026-10-25T02:00+01:00",): 2,
    }


def test_the_day_of_25_hours_ends_an_hour_later(opened: History, put: Put) -> None:
    put("2026-10-24T21:00Z", input=1)
    put("2026-10-24T22:00Z", input=2)
    put("2026-10-25T22:00Z", input=4)
    put("2026-10-25T23:00Z", input=8)
    assert sums(opened, BERLIN, "2026-10-24", "2026-10-26", "day") == {
        ("2026-10-24",): 1,
        ("2026-10-25",): 6,
        ("2026-10-26",): 8,
    }
    assert sums(opened, BERLIN, "2026-10-24", "2026-10-26", "day", "project") == {
        ("2026-10-24", None): 1,
        ("2026-10-25", None): 6,
        ("2026-10-26", None): 8,
    }
    assert sums(opened, BERLIN, "2026-10-25", "2026-10-25") == {(): 6}


def test_the_day_of_23_hours_leaves_one_out(opened: History, put: Put) -> None:
    put("2026-03-29T00:00Z", input=1)
    put("2026-03-29T01:00Z", input=2)
    put("2026-03-29T21:00Z", input=4)
    assert sums(opened, BERLIN, "2026-03-29", "2026-03-29", "hour") == {
        ("2026-03-29T01:00+01:00",): 1,
        ("2026-03-29T03:00+02:00",): 2,
        ("2026-03-29T23:00+02:00",): 4,
    }


def test_half_hour_zones_decide_by_the_middle_of_a_bucket(opened: History, put: Put) -> None:
    put("2026-11-01T17:00Z", input=1)
    put("2026-11-01T18:00Z", input=2)
    expected = {("2026-11-01", "2026-11-01T23:00+05:30"): 1, ("2026-11-02", "2026-11-02T00:00+05:30"): 2}
    assert sums(opened, KOLKATA, "2026-11-01", "2026-11-02", "day", "hour") == expected
    set_zone(opened, KOLKATA)
    assert sums(opened, KOLKATA, "2026-11-01", "2026-11-02", "day") == {("2026-11-01",): 1, ("2026-11-02",): 2}


def test_minutes_fall_exactly_in_half_hour_zones(opened: History, put: Put) -> None:
    put("2026-11-01T18:29Z", timedelta(minutes=1), input=1)
    put("2026-11-01T18:30Z", timedelta(minutes=1), input=2)
    assert sums(opened, KOLKATA, "2026-11-01", "2026-11-02", "day") == {("2026-11-01",): 1, ("2026-11-02",): 2}


def test_new_yorks_doubled_hour(opened: History, put: Put) -> None:
    put("2026-11-01T05:00Z", input=1)
    put("2026-11-01T06:00Z", input=2)
    put("2026-11-02T04:00Z", input=4)
    assert sums(opened, NEW_YORK, "2026-11-01", "2026-11-01", "hour") == {
        ("2026-11-01T01:00-04:00",): 1,
        ("2026-11-01T01:00-05:00",): 2,
        ("2026-11-01T23:00-05:00",): 4,
    }


def test_quarter_hour_zones(opened: History, put: Put) -> None:
    put("2026-11-01T09:00Z", input=1)
    put("2026-11-01T10:00Z", input=2)
    assert sums(opened, CHATHAM, "2026-11-01", "2026-11-02", "day", "hour") == {
        ("2026-11-01", "2026-11-01T23:00+13:45"): 1,
        ("2026-11-02", "2026-11-02T00:00+13:45"): 2,
    }


@pytest.mark.parametrize("zone", ["UTC", BERLIN, KOLKATA, NEW_YORK, CHATHAM, "Pacific/Kiritimati", "Etc/GMT+12"])
def test_a_bucket_of_a_whole_day_keeps_its_date_and_has_no_hour(opened: History, put: Put, zone: str) -> None:
    put("2026-11-01T00:00Z", DAY, input=7)
    assert sums(opened, zone, "2026-11-01", "2026-11-01", "day", "hour") == {("2026-11-01", None): 7}
    assert sums(opened, zone, "2026-10-31", "2026-10-31") == {}
    assert sums(opened, zone, "2026-11-02", "2026-11-02", "project") == {}
    set_zone(opened, zone)
    assert sums(opened, zone, "2026-11-01", "2026-11-01", "day") == {("2026-11-01",): 7}


def test_weeks_are_iso_and_months_are_local(opened: History, put: Put) -> None:
    put("2026-12-31T22:30Z", timedelta(0), input=1)
    put("2026-12-31T23:30Z", timedelta(0), input=2)
    put("2027-01-03T23:30Z", timedelta(0), input=4)
    for more in ((), ("project",)):
        rest = (None,) * len(more)
        assert sums(opened, BERLIN, "2026-12-01", "2027-01-31", "week", *more) == {
            ("2026-W53", *rest): 3,
            ("2027-W01", *rest): 4,
        }
        assert sums(opened, BERLIN, "2026-12-01", "2027-01-31", "month", *more) == {
            ("2026-12", *rest): 1,
            ("2027-01", *rest): 6,
        }
    assert sums(opened, BERLIN, "2026-12-01", "2027-01-31", "day", "week", "month") == {
        ("2026-12-31", "2026-W53", "2026-12"): 1,
        ("2027-01-01", "2026-W53", "2027-01"): 2,
        ("2027-01-04", "2027-W01", "2027-01"): 4,
    }


def test_every_key_but_those_of_time(opened: History, put: Put) -> None:
    put("2026-11-01T12:00Z", input=1, account="codex/default", origin="logged", model="gpt-5", project="/home/x")
    keys = ("source", "account", "model", "project", "session", "origin")
    assert sums(opened, BERLIN, "2026-11-01", "2026-11-01", *keys) == {
        ("codex", "codex/default", "gpt-5", "/home/x", None, "logged"): 1
    }
    with pytest.raises(ValueError, match="colour"):
        sums(opened, BERLIN, "2026-11-01", "2026-11-01", "colour")


def test_origins_are_never_one_row(opened: History, put: Put) -> None:
    put("2026-11-01T12:00Z", input=1, account="codex/default", origin="logged")
    put("2026-11-01T12:00Z", input=2)
    rows = answer(opened, Question(date(2026, 11, 1), date(2026, 11, 1), BERLIN))
    assert {row.origin: row.tokens.total for row in rows} == {"logged": 1, "billed": 2}


def test_it_can_be_narrowed_down(opened: History, put: Put) -> None:
    put("2026-11-01T12:00Z", input=1, account="codex/default", model="gpt-5", project="p1")
    put("2026-11-01T12:00Z", input=2, account="codex/other", model="gpt-4", project="p2")
    put("2026-11-01T12:00Z", input=4, account="codex-x/default", model="gpt-5", project="p1")
    day = ("2026-11-01", "2026-11-01")
    assert sums(opened, BERLIN, *day, source="codex") == {(): 3}
    assert sums(opened, BERLIN, *day, account="codex-x/default") == {(): 4}
    assert sums(opened, BERLIN, *day, model="gpt-5") == {(): 5}
    assert sums(opened, BERLIN, *day, project="p2") == {(): 2}
    assert sums(opened, BERLIN, *day, project="p1", source="codex") == {(): 1}
    assert sums(opened, BERLIN, *day, model="gpt-6") == {}


def test_projects_go_by_their_readable_names(opened: History, put: Put) -> None:
    put("2026-11-01T12:00Z", input=1, project="proj_1")
    with transaction(opened):
        set_aliases(opened, 1, {"proj_1": "Website"})
    assert sums(opened, BERLIN, "2026-11-01", "2026-11-01", "project") == {("Website",): 1}
    assert sums(opened, BERLIN, "2026-11-01", "2026-11-01", project="Website") == {(): 1}
    assert sums(opened, BERLIN, "2026-11-01", "2026-11-01", project="proj_1") == {(): 1}


def test_what_has_one_price_is_one_row(opened: History, put: Put) -> None:
    for day, tokens in (("2026-11-01", 1), ("2026-11-02", 2), ("2026-11-03", 4)):
        put(f"{day}T12:00Z", input=tokens, model="gpt-5")
    put("2026-11-03T13:00Z", input=8, model="gpt-5", tier="batch")
    with transaction(opened):
        record_prices(
            opened,
            [PriceRow("gpt-5", None, 0, day, Price(1, 1, 1, 1, 1, "list")) for day in (0, 20760)],  # 2026-11-03
        )
    rows = answer(opened, Question(date(2026, 11, 1), date(2026, 11, 30), BERLIN, ("month",)))
    assert [(row.tier, row.price_day, row.tokens.input) for row in rows] == [
        (None, 20758, 3),
        (None, 20760, 4),
        ("batch", 20760, 8),
    ]


def test_unknown_plus_unknown_stays_unknown(opened: History, put: Put) -> None:
    put("2026-11-01T12:00Z", input=1, requests=None)
    put("2026-11-01T13:00Z", input=2, output=0, requests=None)
    (row,) = answer(opened, Question(date(2026, 11, 1), date(2026, 11, 1), BERLIN))
    assert (row.tokens, row.requests) == (Tokens(input=3, output=0), None)


def test_sums_beyond_what_sqlite_adds_up(opened: History, put: Put) -> None:
    for day in range(1, 5):
        put(f"2026-11-0{day}T12:00Z", input=2**63 - 1, model="gpt-5")
    assert sums(opened, BERLIN, "2026-11-01", "2026-11-30", "month") == {("2026-11",): 4 * (2**63 - 1)}
    assert sums(opened, KOLKATA, "2026-11-01", "2026-11-30") == {(): 4 * (2**63 - 1)}


def test_questions_about_all_of_time_are_answered(opened: History, put: Put) -> None:
    put("2026-11-01T12:00Z", input=1)
    for zone in (BERLIN, CHATHAM):
        assert sums(opened, zone, "0001-01-01", "9999-12-31", "month") == {("2026-11",): 1}
    assert sums(opened, BERLIN, "2026-11-30", "2026-11-01") == {}


def test_an_empty_history_answers_nothing(opened: History) -> None:
    assert sums(opened, BERLIN, "2026-11-01", "2026-11-30", "day", "project") == {}
