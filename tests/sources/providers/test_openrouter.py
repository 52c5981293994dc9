"""OpenRouter: every trap of its dossier, with numbers worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.sources.providers.conversation import Conversation, raw_sample, sample
from tokentray.core.errors import KeyRejected, Throttled, Unreachable, Unreadable
from tokentray.core.money import MoneyKind
from tokentray.core.usage import Tokens

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
TODAY = datetime(2026, 11, 20, tzinfo=UTC)
OPEN = datetime(2026, 11, 18, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MANAGER = {"data": {**sample("openrouter/key")["data"], "is_management_key": True}}
META = {
    "data": {
        "metrics": [{"name": name, "is_rate": name == "cache_hit_rate"} for name in
                    ("request_count", "tokens_prompt", "tokens_completion", "reasoning_tokens", "total_usage", "cache_hit_rate")],
        "dimensions": [{"name": "model"}, {"name": "api_key_id"}, {"name": "workspace"}],
        "granularities": [{"name": "minute"}, {"name": "hour"}],
        "operators": [],
    }
}  # fmt: skip
SMALL = {"/key": MANAGER, "/credits": sample("openrouter/credits")}


def honest(special):
    """A management key without analytics, unless `special` says otherwise."""

    def answer(asked):
        said = {**SMALL, "/analytics/meta": (403, sample("openrouter/error_403")), **special}.get(asked.path)
        return said(asked) if callable(said) else said

    return answer


def talk(special, now=NOW, since=OPEN, cursors=None):
    return Conversation("openrouter", honest(special), now).fetch(since, cursors)


def activity(listed, today=None):
    """What /activity says: `listed` for the completed days, `today` for a question about today (400 if None)."""

    def answer(asked):
        if "date" in asked.one:
            return (400, sample("openrouter/error_400")) if today is None else today
        return listed

    return {"/activity": answer}


def analytics(answer):
    return {"/analytics/meta": META, "/analytics/query": answer}


def table(*rows, truncated=False):
    return {"data": {"data": list(rows), "metadata": {"truncated": truncated, "row_count": len(rows)}}}


def hour(at, **values):
    return {
        "date__hour": at,
        "model": "openai/gpt-5",
        "request_count": "1",
        "tokens_prompt": "10",
        "tokens_completion": "5",
        **values,
    }


def test_completed_days_are_tokens_that_are_not_split():
    usages = talk(activity(sample("openrouter/activity_30d"))).usages("usage")

    assert [(u.start.day, u.span, u.model, u.requests) for u in usages] == [
        (19, DAY, "openai/gpt-5-2025-08-07", 31),
        (19, DAY, "openai/gpt-5-2025-08-07", 6),
        (19, DAY, "anthropic/claude-sonnet-4.5", 4),
        (18, DAY, "deepseek/deepseek-chat-v3.1", 12),
    ]
    assert usages[0].tokens == Tokens(unsplit=120402, output=18220, reasoning=9100)
    assert usages[0].tokens.total == 138622


def test_one_model_at_two_endpoints_is_two_rows_that_add_up():
    """0.4127 + 0.0911 = 0.5038 USD and 31 + 6 = 37 requests."""
    conversation = talk(activity(sample("openrouter/activity_30d")))
    gpt = [usage for usage in conversation.usages("usage") if usage.model == "openai/gpt-5-2025-08-07"]

    assert len({usage.id for usage in gpt}) == 2
    assert sum(usage.requests for usage in gpt) == 37
    assert sum(c.money.amount for c in conversation.costs("usage") if c.model == "openai/gpt-5-2025-08-07") == Decimal(
        "0.5038"
    )


def test_usage_is_dollars_and_the_persons_own_provider_key_is_another_bill():
    costs = talk(activity(sample("openrouter/activity_30d"))).costs("usage")
    sonnet = [(c.money.text, c.money.kind, c.line_item) for c in costs if c.model == "anthropic/claude-sonnet-4.5"]

    assert sonnet == [
        ("0", MoneyKind.BILLED, None),
        ("0.0423", MoneyKind.ESTIMATED, "billed by the model's own provider (BYOK)"),
    ]
    assert sum(c.money.amount for c in costs if c.money.kind is MoneyKind.BILLED) == Decimal("0.512")


def test_a_workspace_is_the_project():
    conversation = talk(activity(sample("openrouter/activity_by_workspace")))

    assert conversation.usages("usage")[0].project == "0df9e665-d932-5740-b2c7-b52af166bc11"
    assert conversation.questions("/activity")[0].query == (("group_by", "workspace"),)


def test_today_is_asked_for_by_its_date():
    conversation = talk(activity(sample("openrouter/activity_30d"), sample("openrouter/activity_single_day")))

    assert conversation.questions("/activity")[1].one["date"] == "2026-11-20"
    assert [(u.start, u.requests) for u in conversation.usages("usage")][-1] == (TODAY, 3)
    assert conversation.found[-1].complete == {"usage": (OPEN, NOW)}


def test_where_only_completed_days_are_given_today_is_unknown():
    conversation = talk(activity(sample("openrouter/activity_30d")))

    assert conversation.failure is None
    assert conversation.sets("usage")[-1].end == TODAY
    assert conversation.found[-1].complete == {"usage": (OPEN, TODAY)}


def test_today_is_counted_once_even_if_the_list_holds_it_too():
    today = sample("openrouter/activity_single_day")

    assert len(talk(activity(today, today)).usages("usage")) == 1


def test_no_row_is_a_true_zero_for_a_completed_day():
    conversation = talk(activity(sample("openrouter/activity_empty")))

    assert [(found.start, found.end, found.usages) for found in conversation.sets("usage")] == [(OPEN, TODAY, ())]


def test_a_day_that_ended_just_now_may_not_be_listed_yet():
    conversation = talk(activity(sample("openrouter/activity_empty")), now=TODAY + timedelta(minutes=5))

    assert conversation.sets("usage")[0].end == TODAY - DAY


def test_only_thirty_days_are_asked_of_activity():
    rows = [{**sample("openrouter/activity_30d")["data"][0], "date": "2026-10-21"}]
    conversation = talk(activity({"data": rows}), since=NOW - timedelta(days=365))

    assert [(found.start, found.end) for found in conversation.sets("usage")] == [
        (OPEN, TODAY),
        (datetime(2026, 10, 21, tzinfo=UTC), OPEN),
    ]


def test_the_oldest_day_of_the_list_is_not_taken_for_empty():
    conversation = talk(activity(sample("openrouter/activity_30d")), since=NOW - timedelta(days=365))

    assert conversation.sets("usage")[1].start == datetime(2026, 10, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value"),
    [("prompt_tokens", -1), ("prompt_tokens", 2**63), ("requests", "31"), ("usage", -0.5), ("usage", "NaN"), ("usage", None),
     ("date", "2026-11-31"), ("date", ""), ("completion_tokens", None), ("byok_usage_inference", -1)],
)  # fmt: skip
def test_activity_that_makes_no_sense_is_unreadable(field, value):
    rows = [{**sample("openrouter/activity_30d")["data"][0], field: value}]
    conversation = talk(activity({"data": rows}))

    assert isinstance(conversation.failure, Unreadable)
    assert conversation.sets("usage") == []


def test_analytics_gives_hours_with_counts_as_text():
    """Sample analytics_query_hour: nothing at nine, and 0.0149 USD to the last digit at eight."""
    conversation = talk(analytics(raw_sample("openrouter/analytics_query_hour")))

    assert [(u.start.hour, u.span, u.requests, u.tokens) for u in conversation.usages("usage")] == [
        (8, HOUR, 2, Tokens(unsplit=4100, output=610)),
        (10, HOUR, 1, Tokens(unsplit=2000, output=290)),
    ]
    assert [c.money.amount for c in conversation.costs("usage")] == [Decimal("0.0149"), Decimal("0.007")]


def test_where_analytics_is_given_activity_is_not_asked_and_nothing_counts_twice():
    conversation = talk(analytics(table()))

    assert conversation.questions("/activity") == []
    assert {found.feed for found in conversation.sets("usage")} == {"usage"}


def test_the_question_to_analytics_holds_sums_only_and_two_dimensions():
    asked = talk(analytics(table())).questions("/analytics/query")[0].body

    assert asked == {
        "metrics": ["request_count", "tokens_prompt", "tokens_completion", "total_usage", "reasoning_tokens"],
        "dimensions": ["model", "workspace"],
        "granularity": "hour",
        "time_range": {"start": "2026-11-18T00:00:00Z", "end": "2026-11-20T11:00:00Z"},
        "limit": 1000,
    }


@pytest.mark.parametrize("name", ["date__hour", "created_at__hour"])
@pytest.mark.parametrize(
    "text", ["2026-11-20T08:00:00.000Z", "2026-11-20T08:00:00", "2026-11-20 08:00:00", "2026-11-20T09:00:00+01:00"]
)
def test_both_names_and_all_forms_of_the_hour_are_understood(name, text):
    said = hour("")
    del said["date__hour"]

    usages = talk(analytics(table({**said, name: text}))).usages("usage")

    assert usages[0].start == datetime(2026, 11, 20, 8, tzinfo=UTC)


def test_a_null_is_unknown_and_numbers_may_be_numbers():
    usages = talk(
        analytics(table(hour("2026-11-20T08:00:00Z", tokens_prompt=None, tokens_completion=7, request_count=2)))
    ).usages("usage")

    assert (usages[0].tokens, usages[0].requests) == (Tokens(output=7), 2)


def test_a_table_that_is_cut_short_is_asked_for_in_halves():
    def answer(asked):
        start, end = (datetime.fromisoformat(asked.body["time_range"][edge]) for edge in ("start", "end"))
        if end - start > timedelta(hours=20):
            return table(hour(start.isoformat()), truncated=True)
        return table(*(hour((start + n * HOUR).isoformat()) for n in range((end - start) // HOUR)))

    conversation = talk(analytics(answer))

    # 59 hours: 59 is too long, 29 and 30 too, then 14, 15, 15 and 15.
    assert len(conversation.questions("/analytics/query")) == 7
    assert [usage.start for usage in conversation.usages("usage")] == [OPEN + n * HOUR for n in range(59)]


@pytest.mark.parametrize("status", [408, 504, 524])
def test_a_question_that_is_too_heavy_is_asked_in_halves(status):
    def answer(asked):
        start, end = (datetime.fromisoformat(asked.body["time_range"][edge]) for edge in ("start", "end"))
        return (status, {}) if end - start > timedelta(hours=30) else table()

    conversation = talk(analytics(answer))

    assert conversation.failure is None
    assert len(conversation.questions("/analytics/query")) == 3


def test_a_single_hour_that_is_cut_short_is_unreadable_and_nothing_is_kept():
    conversation = talk(analytics(table(truncated=True)))

    assert isinstance(conversation.failure, Unreadable)
    assert conversation.sets("usage") == []


def test_a_full_table_counts_as_cut_short_whatever_it_says():
    rows = [hour("2026-11-20T08:00:00Z", model=f"m{n}") for n in range(1000)]

    assert isinstance(talk(analytics(table(*rows))).failure, Unreadable)


def test_hours_that_were_not_asked_for_are_unreadable():
    """A provider that ignores the range answers with its own default window."""
    for at in ("2026-11-17T23:00:00Z", "2026-11-20T12:00:00Z", "2026-11-20T08:30:00Z"):
        assert isinstance(talk(analytics(table(hour(at)))).failure, Unreadable)


def test_an_hour_that_begins_where_the_range_ends_belongs_to_the_next():
    assert talk(analytics(table(hour("2026-11-20T11:00:00Z")))).usages("usage") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("tokens_prompt", "-1"), ("tokens_prompt", "9223372036854775808"), ("tokens_completion", "1.5"), ("request_count", "NaN"),
     ("request_count", "many"), ("total_usage", "-0.1"), ("total_usage", "Infinity"), ("total_usage", "1E-999999999"), ("tokens_prompt", "1E+999999")],
)  # fmt: skip
def test_analytics_that_makes_no_sense_is_unreadable(field, value):
    conversation = talk(analytics(table(hour("2026-11-20T08:00:00Z", **{field: value}))))

    assert isinstance(conversation.failure, Unreadable)
    assert conversation.sets("usage") == []


def test_analytics_without_what_is_needed_gives_way_to_activity():
    """Sample analytics_meta knows no tokens_completion."""
    conversation = talk(
        {"/analytics/meta": sample("openrouter/analytics_meta"), **activity(sample("openrouter/activity_30d"))}
    )

    assert conversation.questions("/analytics/query") == []
    assert len(conversation.usages("usage")) == 4


def test_analytics_that_is_promised_but_refused_gives_way_to_activity():
    special = {**analytics((403, sample("openrouter/error_403"))), **activity(sample("openrouter/activity_30d"))}

    assert len(talk(special).usages("usage")) == 4


def test_keys_have_names_where_usage_is_told_by_key():
    by_key = {"data": {**META["data"], "dimensions": [{"name": "model"}, {"name": "api_key_id"}]}}

    def keys(asked):
        return sample("openrouter/keys_page" if asked.one["offset"] == "0" else "openrouter/keys_last_page")

    special = {
        "/analytics/meta": by_key,
        "/analytics/query": table(hour("2026-11-20T08:00:00Z", api_key_id="f01d52606dc8")),
        "/keys": keys,
    }
    conversation = talk(special)

    assert conversation.usages("usage")[0].key == "f01d52606dc8"
    assert conversation.names["f01d52606dc8"] == "laptop"
    assert [asked.one["offset"] for asked in conversation.questions("/keys")] == ["0", "1"]


def test_how_far_silence_reaches_is_only_said_for_thirty_days():
    conversation = talk(analytics(table()), since=NOW - timedelta(days=90))
    known = [batch.complete["usage"][0] for batch in conversation.found if batch.complete]

    assert min(known) == datetime(2026, 11, 18, tzinfo=UTC)


def test_an_old_row_proves_that_analytics_remembers_so_long():
    def answer(asked):
        start = asked.body["time_range"]["start"]
        return table(hour(start)) if start < "2026-10-01" else table()

    conversation = talk(analytics(answer), since=datetime(2026, 9, 1, tzinfo=UTC))
    known = [batch.complete["usage"] for batch in conversation.found if batch.complete]

    assert (min(known)[0], known[-1][1]) == (datetime(2026, 9, 1, tzinfo=UTC), NOW)


def test_the_balance_is_what_was_bought_less_what_was_used():
    gauges = {gauge.name: gauge for batch in talk(activity({"data": []})).found for gauge in batch.gauges}

    assert (gauges["balance"].limit, gauges["balance"].used, gauges["balance"].remaining) == (
        Decimal("100.5"), Decimal("25.753817"), Decimal("74.746183"),
    )  # fmt: skip
    assert gauges["balance"].unit == "USD"


def key_gauges(**changed):
    said = {"data": {**MANAGER["data"], **changed}}
    return {
        gauge.name: gauge for batch in talk({"/key": said, **activity({"data": []})}).found for gauge in batch.gauges
    }


def test_a_keys_limit_is_a_gauge_with_its_reset():
    """50 - 31.42 = 18.58, which is 37.16 percent."""
    gauge = key_gauges()["key limit"]

    assert (gauge.used, gauge.limit, gauge.remaining, gauge.used_percent) == (
        Decimal("18.58"),
        50,
        Decimal("31.42"),
        Decimal("37.16"),
    )
    assert (gauge.window_minutes, gauge.resets_at) == (None, datetime(2026, 12, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("word", "minutes", "resets_at"),
    [("daily", 1440, datetime(2026, 11, 21, tzinfo=UTC)), ("weekly", 10080, datetime(2026, 11, 23, tzinfo=UTC)), (None, None, None), ("hourly", None, None)],
)  # fmt: skip
def test_limits_reset_at_utc_midnights_and_on_mondays(word, minutes, resets_at):
    gauge = key_gauges(limit_reset=word)["key limit"]

    assert (gauge.window_minutes, gauge.resets_at) == (minutes, resets_at)


def test_no_limit_is_no_gauge_and_not_zero():
    assert list(key_gauges(limit=None, limit_remaining=None)) == ["spent", "balance"]


def test_a_limit_that_was_passed_has_less_than_nothing_left():
    gauge = key_gauges(limit_remaining=-5)["key limit"]

    assert (gauge.remaining, gauge.used_percent) == (-5, 110)


def test_an_ordinary_key_shows_its_limit_and_says_which_key_shows_more():
    conversation = Conversation("openrouter", honest({"/key": sample("openrouter/key")}), NOW).fetch(OPEN)

    assert conversation.failure is None
    assert [gauge.name for batch in conversation.found for gauge in batch.gauges] == ["spent", "key limit"]
    assert conversation.found[0].gauges[0].used == Decimal("25.753817")
    assert conversation.notes == ["This is no management key: only its own limit and spending can be seen, no tokens."]
    assert [asked.path for asked in conversation.asked] == ["/key"]


def test_three_requests_are_one_round():
    first = talk(analytics(table()))
    again = talk(analytics(table()), now=NOW + timedelta(minutes=15), cursors=first.cursors)

    assert [asked.path for asked in again.asked] == ["/key", "/credits", "/analytics/query"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Unreadable),
        (401, KeyRejected),
        (403, KeyRejected),
        (404, Unreadable),
        (429, Throttled),
        (500, Unreachable),
    ],
)
def test_every_documented_error_has_its_kind(status, kind):
    said = (status, sample(f"openrouter/error_{status}"), {"Retry-After": "12"})
    conversation = Conversation("openrouter", lambda asked: said, NOW).fetch(OPEN)

    assert (type(conversation.failure), conversation.failure.status) == (kind, status)
    assert conversation.found == []


def test_a_new_key_is_tested_and_an_ordinary_one_told_what_it_cannot_do():
    assert "whole account" in Conversation("openrouter", honest({}), NOW).test()
    assert (
        "management key"
        in Conversation("openrouter", honest({"/key": sample("openrouter/key_without_limit")}), NOW).test()
    )
    with pytest.raises(KeyRejected) as caught:
        Conversation("openrouter", lambda asked: (401, sample("openrouter/error_401")), NOW).test()
    assert "management key" in caught.value.needs
