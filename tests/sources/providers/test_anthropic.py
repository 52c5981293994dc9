"""Anthropic: every trap of its dossier, with numbers worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.sources.providers.conversation import KEY, Conversation, sample
from tokentray.core.errors import KeyRejected, Throttled, Unreachable, Unreadable
from tokentray.core.money import Money, MoneyKind
from tokentray.core.usage import Tokens

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
TODAY = datetime(2026, 11, 20, tzinfo=UTC)
OPEN = datetime(2026, 11, 18, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MESSAGES = "/organizations/usage_report/messages"
COSTS = "/organizations/cost_report"
CODE = "/organizations/usage_report/claude_code"
NOTHING = {"data": [], "has_more": False, "next_page": None}


def bucket(start, *rows, width=HOUR):
    return {
        "starting_at": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ending_at": (start + width).isoformat(),
        "results": list(rows),
    }


def page(*buckets, more=None):
    return {"data": list(buckets), "has_more": more is not None, "next_page": more}


def row(**counts):
    return {"uncached_input_tokens": 10, "output_tokens": 5, **counts}


def honest(special):
    """Answers `special` paths with what they map to (a function gets the question), and everything else with nothing used."""

    def answer(asked):
        said = special.get(asked.path, NOTHING)
        return said(asked) if callable(said) else said

    return answer


def talk(special, now=NOW, since=OPEN, cursors=None):
    return Conversation("anthropic", honest(special), now).fetch(since, cursors)


def messages(*rows):
    return talk({MESSAGES: page(bucket(TODAY, *rows))}).usages("messages")


def rows_of(name):
    return [found for some in sample(name)["data"] for found in some["results"]]


def test_the_four_input_classes_do_not_overlap():
    """Sample messages_minimal_fields: 1500 + (500 + 1000) + 200 + 500 = 3700."""
    found = messages(*rows_of("anthropic/messages_minimal_fields"))

    assert found[0].tokens == Tokens(input=1500, cache_read=200, cache_write=1500, cache_write_1h=1000, output=500)
    assert found[0].tokens.total == 3700


def test_cache_writes_are_an_object_with_two_lifetimes_and_no_flat_number():
    """Sample of the 16th: 12800 for five minutes and 40960 for an hour."""
    found = messages({**rows_of("anthropic/messages_1d_page1")[2], "cache_creation_input_tokens": 999_999})

    assert (found[0].tokens.cache_write, found[0].tokens.cache_write_1h) == (53760, 40960)
    assert found[0].tokens.total == 9120 + 53760 + 610400 + 18840


def test_cache_reads_are_most_of_it_and_counted():
    found = messages(rows_of("anthropic/messages_1d_page1")[0])

    assert (found[0].tokens.input, found[0].tokens.cache_read, found[0].tokens.total) == (20412, 1840221, 2000043)


def test_what_is_not_reported_stays_unknown():
    assert messages(row())[0].tokens == Tokens(input=10, output=5)
    assert messages(row())[0].requests is None


def test_null_is_the_default_workspace_and_the_console():
    """Sample messages_1h_by_key_model: the same model, once with a key, once from the Console; and a workspace of its own."""
    usages = messages(
        *rows_of("anthropic/messages_1h_by_key_model"), row(workspace_id="wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ")
    )

    assert [(u.project, u.key, u.tokens.output) for u in usages] == [
        ("default", "apikey_01Rj2N8SVvo6BePZj99NhmiT", 210),
        ("default", "console", 90),
        ("wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ", "console", 5),
    ]


def test_the_default_workspace_and_the_console_have_names():
    conversation = talk(
        {
            "/organizations/workspaces": sample("anthropic/workspaces"),
            "/organizations/api_keys": sample("anthropic/api_keys"),
        }
    )

    assert conversation.names == {
        "default": "Default workspace",
        "console": "Console",
        "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ": "Experiments",
        "apikey_01Rj2N8SVvo6BePZj99NhmiT": "laptop",
        "apikey_01HxPq7LdT4Zc9WnEoKs2YvA": "ci-runner",
    }
    assert "sk-ant" not in repr(conversation.found)


def test_lists_of_names_are_followed_by_the_last_id():
    def answer(asked):
        keys = sample("anthropic/api_keys")
        if "after_id" in asked.one:
            return {**keys, "data": keys["data"][1:]}
        return {**keys, "data": keys["data"][:1], "has_more": True, "last_id": keys["data"][0]["id"]}

    conversation = talk({"/organizations/api_keys": answer})

    assert "apikey_01HxPq7LdT4Zc9WnEoKs2YvA" in conversation.names
    assert conversation.questions("/organizations/api_keys")[1].one["after_id"] == "apikey_01Rj2N8SVvo6BePZj99NhmiT"


def test_groups_have_brackets_and_edges_are_whole():
    assert talk({}).questions(MESSAGES)[0].query == (
        ("starting_at", "2026-11-18T00:00:00Z"),
        ("ending_at", "2026-11-21T00:00:00Z"),
        ("bucket_width", "1h"),
        ("limit", "168"),
        ("group_by[]", "model"),
        ("group_by[]", "workspace_id"),
        ("group_by[]", "api_key_id"),
        ("group_by[]", "service_tier"),
    )


def test_every_request_carries_the_version_and_the_key_in_headers():
    conversation = talk({})

    assert all(KEY not in value for asked in conversation.asked for pair in asked.query for value in pair)
    with conversation.web() as web:
        assert repr(web) == "Web(https://api.anthropic.com/v1)"


def test_tiers_other_than_the_usual_one_are_kept_and_priority_is_explained():
    conversation = talk(
        {MESSAGES: page(bucket(TODAY, *(row(service_tier=t) for t in ("standard", "batch", "priority", None))))}
    )

    assert [usage.tier for usage in conversation.usages("messages")] == [None, "batch", "priority", None]
    assert conversation.notes == [
        "Priority Tier tokens are shown, but Anthropic does not put their cost into its report."
    ]


def test_searches_are_calls_beside_the_tokens():
    searched = row(server_tool_use={"web_search_requests": 2})
    conversation = talk(
        {MESSAGES: page(bucket(TODAY, searched, row(model="b", server_tool_use={"web_search_requests": 0})))}
    )

    assert [(m.unit, m.quantity) for m in conversation.meters("web_search_calls")] == [("calls", 2)]


def test_amounts_are_cents_as_text():
    """Sample cost_1d_page1: "76.8" is USD 0.768; the 14th is 76.8 + 6.1236 + 55.20663 + 33.07875 + 2 = 173.20898 cents."""
    later = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def answer(asked):
        if asked.one["starting_at"] != "2026-11-14T00:00:00Z":
            return NOTHING
        return sample("anthropic/cost_1d_page2" if "page" in asked.one else "anthropic/cost_1d_page1")

    conversation = talk({COSTS: answer}, now=later, since=datetime(2026, 11, 14, tzinfo=UTC))
    costs = conversation.costs("costs")

    assert costs[0].money == Money(Decimal("0.768"), "USD", MoneyKind.BILLED)
    assert (costs[0].line_item, costs[0].model, costs[0].span) == (
        "Claude Sonnet 4.5 Usage - Output Tokens", "claude-sonnet-4-5-20250929", DAY,
    )  # fmt: skip
    assert sum(c.money.amount for c in costs if c.start.day == 14) == Decimal("1.7320898")
    assert [c.money.text for c in costs if c.start.day in (16, 17)] == ["0.471", "0.05", "1.1568"]
    assert [c.project for c in costs if c.line_item == "Code Execution Usage"] == ["wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ"]
    assert conversation.questions(COSTS)[1].one["limit"] == "31"


def test_cents_are_moved_without_rounding():
    cents = "1234567890.12345678901234567890123"
    costs = talk({COSTS: page(bucket(TODAY, {"amount": cents, "currency": "USD"}, width=DAY))}).costs("costs")

    assert str(costs[0].money.amount) == "12345678.9012345678901234567890123"


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity", "1e20", "1E-999999999", "", None, True, "12,5"])
def test_money_that_makes_no_sense_is_unreadable(amount):
    conversation = talk({COSTS: page(bucket(TODAY, {"amount": amount, "currency": "USD"}, width=DAY))})

    assert isinstance(conversation.failure, Unreadable)
    assert conversation.costs("costs") == []


def test_the_same_description_for_two_models_stays_apart_and_two_lines_of_one_are_added():
    line = {"amount": "1", "currency": "USD", "description": "Usage"}
    costs = talk(
        {COSTS: page(bucket(TODAY, {**line, "model": "a"}, {**line, "model": "b"}, {**line, "model": "b"}, width=DAY))}
    ).costs("costs")

    assert [(c.model, c.money.text) for c in costs] == [("a", "0.01"), ("b", "0.02")]


@pytest.mark.parametrize("count", [-1, 2**63, 1.5, "12", None])
def test_counts_that_make_no_sense_are_unreadable(count):
    conversation = talk({MESSAGES: page(bucket(TODAY, row(output_tokens=count)))})

    assert isinstance(conversation.failure, Unreadable)
    assert conversation.sets("messages") == []


@pytest.mark.parametrize(
    "start", ["2026-11-20T10:00:00", "yesterday", 1795132800, None, "2026-11-17T23:00:00Z", "2026-11-21T00:00:00Z"]
)
def test_times_that_do_not_fit_are_unreadable(start):
    said = {"data": [{"starting_at": start, "results": [row()]}], "has_more": False}

    assert isinstance(talk({MESSAGES: said}).failure, Unreadable)


def test_a_time_with_another_offset_is_the_same_hour():
    said = {"data": [{"starting_at": "2026-11-20T10:00:00+01:00", "results": [row()]}], "has_more": False}

    assert talk({MESSAGES: said}).usages("messages")[0].start == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_pages_are_followed_with_the_same_question():
    def answer(asked):
        if "page" in asked.one:
            return page(bucket(TODAY + HOUR, row()))
        return page(bucket(TODAY, row()), more="page_MjA=")

    conversation = talk({MESSAGES: answer})
    first, second = conversation.questions(MESSAGES)

    assert len(conversation.usages("messages")) == 2
    assert second.query == (*first.query, ("page", "page_MjA="))


def test_a_month_without_use_costs_one_question():
    def answer(asked):
        if asked.one["bucket_width"] == "1h":
            return NOTHING
        assert "group_by[]" not in asked.one
        start = datetime.fromisoformat(asked.one["starting_at"])
        days = (datetime.fromisoformat(asked.one["ending_at"]) - start).days
        return page(*(bucket(start + number * DAY, width=DAY) for number in range(days)))

    conversation = talk({MESSAGES: answer}, since=OPEN - 28 * DAY)

    assert [asked.one["bucket_width"] for asked in conversation.questions(MESSAGES)] == ["1h", "1d"]
    assert [(found.start, found.end) for found in conversation.sets("messages")] == [(OPEN - 28 * DAY, OPEN)]


def test_only_the_days_with_use_are_asked_for_by_the_hour():
    busy = OPEN - 10 * DAY

    def answer(asked):
        start = datetime.fromisoformat(asked.one["starting_at"])
        hours = (datetime.fromisoformat(asked.one["ending_at"]) - start) // HOUR
        if asked.one["bucket_width"] == "1d":
            return page(
                *(
                    bucket(at, *([row()] if at == busy else []), width=DAY)
                    for at in (start + n * DAY for n in range(hours // 24))
                )
            )
        return page(
            *(bucket(at, *([row()] if at == busy + HOUR else [])) for at in (start + n * HOUR for n in range(hours)))
        )

    conversation = talk({MESSAGES: answer}, since=OPEN - 28 * DAY)
    asked = conversation.questions(MESSAGES)[2].one

    assert (asked["starting_at"], asked["ending_at"]) == ("2026-11-08T00:00:00Z", "2026-11-09T00:00:00Z")
    past = conversation.sets("messages")[1]
    assert (past.start, past.end, [usage.start for usage in past.usages]) == (OPEN - 28 * DAY, OPEN, [busy + HOUR])


def code_day(asked):
    if asked.one["starting_at"] != "2026-11-18":
        return sample("anthropic/claude_code_empty")
    return sample("anthropic/claude_code_page2" if "page" in asked.one else "anthropic/claude_code_page1")


def test_claude_code_gives_sessions_and_lines_and_never_tokens_or_mail():
    conversation = talk({CODE: code_day})
    second = sample("anthropic/claude_code_page2")["data"][0]["core_metrics"]

    quantities = {}
    for meter in conversation.meters("claude_code"):
        quantities[meter.unit] = quantities.get(meter.unit, 0) + meter.quantity
    assert quantities["sessions"] == 3 + second["num_sessions"]
    assert quantities["lines"] == 412 + second["lines_of_code"]["added"]
    assert conversation.usages("claude_code") == []
    assert conversation.costs("claude_code") == []
    assert "example.com" not in repr(conversation.found)


def test_claude_code_is_asked_day_by_day_and_a_month_back_at_most():
    conversation = talk({CODE: code_day}, since=NOW - timedelta(days=365))
    days = [asked.one["starting_at"] for asked in conversation.questions(CODE) if "page" not in asked.one]

    assert days[:3] == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert (min(days), len(days), len(set(days))) == ("2026-10-21", 31, 31)


def test_claude_code_of_another_day_is_unreadable():
    conversation = talk({CODE: lambda asked: sample("anthropic/claude_code_page2")})

    assert isinstance(conversation.failure, Unreadable)


def test_an_organisation_without_claude_code_is_told_so_and_not_asked_for_a_day():
    refused = {CODE: (403, sample("anthropic/error_403"))}
    first = talk(refused)
    again = talk(refused, now=NOW + 2 * HOUR, cursors=first.cursors)

    assert first.failure is None
    assert first.notes == again.notes == ["The provider does not give “claude code” to this account."]
    assert (len(first.questions(CODE)), len(again.questions(CODE))) == (1, 0)


def test_two_requests_are_one_round_within_the_hour():
    first = talk({})
    again = talk({}, now=NOW + timedelta(minutes=15), cursors=first.cursors)

    assert [asked.path for asked in again.asked] == [MESSAGES, COSTS]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Unreadable),
        (401, KeyRejected),
        (403, KeyRejected),
        (404, Unreadable),
        (429, Throttled),
        (500, Unreachable),
        (529, Unreachable),
    ],
)
def test_every_documented_error_has_its_kind(status, kind):
    conversation = Conversation("anthropic", lambda asked: (status, sample(f"anthropic/error_{status}")), NOW).fetch(
        OPEN
    )

    assert (type(conversation.failure), conversation.failure.status) == (kind, status)
    assert conversation.found == []


def test_retry_after_is_honoured():
    said = (429, sample("anthropic/error_429"), {"retry-after": "30"})

    assert Conversation("anthropic", lambda asked: said, NOW).fetch(OPEN).failure.retry_at == NOW + timedelta(
        seconds=30
    )


def test_the_request_id_of_an_error_is_kept_for_the_log():
    conversation = Conversation("anthropic", lambda asked: (401, sample("anthropic/error_401")), NOW)
    with conversation.web() as web, pytest.raises(KeyRejected):
        web.get_json("/organizations/me", shape=dict)

    assert web.request_id == "req_011CSHoEeqs5C35K2UUqR7Fy"


def test_a_new_key_is_tested_and_a_wrong_one_told_which_is_needed():
    me = {"/organizations/me": sample("anthropic/organization_me")}

    assert "“Sam Example”" in Conversation("anthropic", honest(me), NOW).test()
    with pytest.raises(KeyRejected) as caught:
        Conversation("anthropic", lambda asked: (401, sample("anthropic/error_401")), NOW).test()
    assert "admin key" in caught.value.needs
