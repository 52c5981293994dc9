"""The report is what the command line's contract says, key by key."""

from datetime import UTC, date, datetime

from tokentray.core.usage import Tokens
from tokentray.insights.price_list import list_name
from tokentray.insights.report import report
from tokentray.store.account_table import account_id
from tokentray.store.database import transaction
from tokentray.store.poll_table import record_complete
from tokentray.store.question import Question

NOW = datetime(2026, 11, 21, 9, 31, tzinfo=UTC)
FRIDAY, SATURDAY = date(2026, 11, 20), date(2026, 11, 21)


def asked(history, *by, **only):
    return report(history, Question(FRIDAY, SATURDAY, "Europe/Berlin", by, **only), NOW)


def test_a_report_has_the_contracts_shape(ledger, history):
    ledger.bill(
        datetime(2026, 11, 20, 9, tzinfo=UTC),
        "gpt-5-2025-08-07",
        Tokens(input=88122, cache_read=64512, cache_write=0, output=9950),
        requests=64,
    )
    ledger.charge(FRIDAY, "0.230275", "gpt-5-2025-08-07")
    with transaction(history):
        known = (datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 11, 21, 9, tzinfo=UTC))
        record_complete(history, account_id(history, "openai/work", "billed"), {"usage": known})
    counts = {
        "input": 88122,
        "cache_read": 64512,
        "cache_write": 0,
        "cache_write_1h": None,
        "output": 9950,
        "unsplit": None,
        "reasoning": None,
        "total": 162584,
    }
    nothing = {"tokens": dict.fromkeys(counts), "requests": None, "cost": []}
    spent = {"tokens": counts, "requests": 64, "cost": [{"amount": "0.230275", "currency": "USD", "kind": "billed"}]}
    assert asked(history, "day", "model", "origin") == {
        "schema": "tokentray.report/1",
        "zone": "Europe/Berlin",
        "since": "2026-11-20",
        "until": "2026-11-21",
        "by": ["day", "model", "origin"],
        "as_of": "2026-11-21T09:31:00Z",
        "rows": [{"day": "2026-11-20", "model": "gpt-5-2025-08-07", "origin": "billed", **spent}],
        "totals": {
            "billed": spent,
            "logged": nothing,
            "headline": {**spent, "origins": ["billed"], "why": "As billed by the providers."},
        },
        "coverage": [
            {
                "account": "openai/work",
                "complete_since": "2026-08-01T00:00:00Z",
                "complete_until": "2026-11-21T09:00:00Z",
                "gaps": [],
            }
        ],
        "notes": [],
        "quantities": {"rows": [], "totals": []},
    }


def test_what_is_not_tokens_stands_beside_them(ledger, history):
    ledger.meter(SATURDAY, "images", "images", 4, model="gpt-image-1")
    ledger.meter(FRIDAY, "images", "images", 3, model="gpt-image-1")
    ledger.meter(FRIDAY, "vector_stores", "bytes", 900)
    ledger.meter(SATURDAY, "vector_stores", "bytes", 800)
    quantities = asked(history, "day")["quantities"]
    images, stored = {"feed": "images", "unit": "images"}, {"feed": "vector_stores", "unit": "bytes"}
    assert quantities["rows"] == [
        {"day": "2026-11-20", "origin": "billed", **images, "quantity": 3},
        {"day": "2026-11-20", "origin": "billed", **stored, "quantity": 900},
        {"day": "2026-11-21", "origin": "billed", **images, "quantity": 4},
        {"day": "2026-11-21", "origin": "billed", **stored, "quantity": 800},
    ]
    assert quantities["totals"] == [
        {"origin": "billed", **images, "quantity": 7},
        {"origin": "billed", **stored, "quantity": 800},
    ]


def test_a_gap_is_named_as_in_the_list_of_accounts(ledger, history):
    ledger.bill(datetime(2026, 11, 20, 9, tzinfo=UTC), "gpt-5", Tokens(input=1))
    with transaction(history):
        number = account_id(history, "openai/work", "billed")
        for since, until in (
            (datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)),
            (datetime(2026, 9, 2, tzinfo=UTC), NOW),
        ):
            record_complete(history, number, {"usage": (since, until)})
    assert asked(history, "day")["coverage"][0]["gaps"] == [
        {"since": "2026-09-01T00:00:00Z", "until": "2026-09-02T00:00:00Z", "why": "not read yet"}
    ]


def test_an_estimate_names_its_list_and_what_it_lacks(ledger, history):
    ledger.log(datetime(2026, 11, 20, 9, tzinfo=UTC), "claude-sonnet-4-6", Tokens(input=2, output=1))
    ledger.log(datetime(2026, 11, 20, 9, tzinfo=UTC), "house-model", Tokens(input=3))
    answer = asked(history, "day")
    (row,) = answer["rows"]
    assert row["cost"] == [{"amount": "0.000021", "currency": "USD", "kind": "estimated", "list": list_name()}]
    assert row["unpriced"] == ["house-model"]
    assert answer["notes"][0] == "1 model has no known price: house-model"


def test_a_night_in_berlin_belongs_to_the_next_day(ledger, history):
    ledger.log(datetime(2026, 11, 20, 22, 59, tzinfo=UTC), "gpt-5", Tokens(input=1))
    ledger.log(datetime(2026, 11, 20, 23, 0, tzinfo=UTC), "gpt-5", Tokens(input=2))
    assert [(row["day"], row["tokens"]["input"]) for row in asked(history, "day")["rows"]] == [
        ("2026-11-20", 1),
        ("2026-11-21", 2),
    ]


def test_the_hour_that_comes_twice_stays_in_order(ledger, history):
    for hour in (1, 0):
        ledger.log(datetime(2026, 10, 25, hour, 30, tzinfo=UTC), "gpt-5", Tokens(input=1 + hour))
    question = Question(date(2026, 10, 25), date(2026, 10, 25), "Europe/Berlin", ("hour",))
    rows = report(history, question, NOW)["rows"]
    assert [(row["hour"], row["tokens"]["input"]) for row in rows] == [
        ("2026-10-25T02:00+02:00", 1),
        ("2026-10-25T02:00+01:00", 2),
    ]


def test_keys_nobody_said_are_null_and_last(ledger, history):
    ledger.bill(datetime(2026, 11, 20, 9, tzinfo=UTC), None, Tokens(unsplit=5), requests=None)
    ledger.bill(datetime(2026, 11, 20, 9, tzinfo=UTC), "zeta", Tokens(unsplit=6))
    rows = asked(history, "model")["rows"]
    assert [(row["model"], row["tokens"]["total"], row["requests"]) for row in rows] == [
        ("zeta", 6, 1),
        (None, 5, None),
    ]


def test_a_bill_without_models_says_so(ledger, history):
    ledger.bill(datetime(2026, 11, 20, 9, tzinfo=UTC), "gpt-5", Tokens(input=5))
    ledger.charge(FRIDAY, "0.5")
    answer = asked(history, "model")
    assert [(row["model"], row["cost"]) for row in answer["rows"]] == [
        ("gpt-5", []),
        (None, [{"amount": "0.5", "currency": "USD", "kind": "billed"}]),
    ]
    assert answer["notes"] == ["Some of what was billed is not told by model: it stands in the rows without one"]
    assert asked(history, "day")["notes"] == []


def test_what_a_provider_bills_has_no_hour(ledger, history):
    ledger.bill(datetime(2026, 11, 20, 9, tzinfo=UTC), "gpt-5", Tokens(input=5))
    ledger.charge(FRIDAY, "0.1")
    answer = asked(history, "hour")
    assert [(row["hour"], row["tokens"]["input"], len(row["cost"])) for row in answer["rows"]] == [
        ("2026-11-20T10:00+01:00", 5, 0),
        (None, None, 1),
    ]
    assert "Providers bill by day: what they billed has no hour, no session and no tag" in answer["notes"]


def test_an_account_that_is_not_asked_for_stays_out(ledger, history):
    ledger.bill(datetime(2026, 11, 20, 9, tzinfo=UTC), "gpt-5", Tokens(input=5))
    ledger.log(datetime(2026, 11, 20, 9, tzinfo=UTC), "gpt-5.5", Tokens(input=3))
    assert asked(history, source="claude-code")["totals"]["headline"]["tokens"]["input"] == 3
