"""OpenAI: every trap of its dossier, with numbers worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.sources.providers.conversation import KEY, Conversation, raw_sample, sample
from tokentray.core.errors import KeyRejected, Throttled, Unreachable, Unreadable
from tokentray.core.money import Money, MoneyKind
from tokentray.core.usage import Tokens

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
TODAY = datetime(2026, 11, 20, tzinfo=UTC)
OPEN = datetime(2026, 11, 18, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
USAGE = "/organization/usage/"
METERS = (
    ("images", "images", 6, "gpt-image-1"),
    ("audio_speeches", "characters", 8450, "tts-1"),
    ("audio_transcriptions", "seconds", 1320, "whisper-1"),
    ("vector_stores", "bytes", 10485760, None),
    ("code_interpreter_sessions", "sessions", 3, None),
    ("file_search_calls", "calls", 11, None),
    ("web_search_calls", "calls", 8, None),
)


def unix(instant):
    return int(instant.timestamp())


def page(*buckets, more=None):
    data = [{"start_time": unix(start), "end_time": unix(start) + 3600, "results": rows} for start, rows in buckets]
    return {"object": "page", "data": data, "has_more": more is not None, "next_page": more}


def row(**counts):
    return {"input_tokens": 10, "output_tokens": 5, "num_model_requests": 1, "model": "gpt-5", **counts}


def honest(special):
    """Answers `special` paths with what they map to (a function gets the question), and everything else with nothing used."""

    def answer(asked):
        said = special.get(asked.path)
        if callable(said):
            return said(asked)
        return said if said is not None else {"object": "page", "data": [], "has_more": False, "next_page": None}

    return answer


def talk(special, now=NOW):
    return Conversation("openai", honest(special), now).fetch(OPEN)


def completions(*rows):
    """The usages that one hour of completions with these rows gives."""
    return talk({USAGE + "completions": page((TODAY, list(rows)))}).usages("completions")


def rows_of(name):
    return [found for bucket in sample(name)["data"] for found in bucket["results"]]


def test_the_hours_of_a_day_are_read_with_their_tokens():
    """Samples completions_1h_by_model: 10144 - 1024 = 9120 fresh tokens at nine, 7214 - 1024 = 6190 at ten, none at eight."""
    usages = talk({USAGE + "completions": sample("openai/completions_1h_by_model")}).usages("completions")

    assert [(u.start.hour, u.span, u.model, u.requests) for u in usages] == [
        (9, HOUR, "gpt-5-2025-08-07", 7),
        (10, HOUR, "gpt-5-2025-08-07", 5),
    ]
    assert usages[0].tokens == Tokens(input=9120, cache_read=1024, cache_write=0, output=1200)
    assert usages[1].tokens.total == 6190 + 1024 + 1010


def test_cached_audio_and_image_tokens_are_not_added_on_top_of_input():
    found = completions(
        row(input_tokens=1000, input_cached_tokens=600, input_cache_write_tokens=100, input_uncached_tokens=300,
            input_audio_tokens=200, input_image_tokens=50, input_cached_audio_tokens=60, output_audio_tokens=3)
    )  # fmt: skip

    assert found[0].tokens == Tokens(input=300, cache_read=600, cache_write=100, output=5)
    assert found[0].tokens.total == 1005


def test_fresh_tokens_are_worked_out_where_they_are_not_given():
    found = completions(row(input_tokens=1000, input_cached_tokens=600))

    assert found[0].tokens == Tokens(input=400, cache_read=600, output=5)


def test_input_that_is_not_split_stays_unsplit():
    assert completions(row(input_tokens=1000))[0].tokens == Tokens(unsplit=1000, output=5)


def test_what_the_parts_do_not_explain_stays_unsplit():
    found = completions(row(input_tokens=1000, input_cached_tokens=600, input_uncached_tokens=300))

    assert found[0].tokens == Tokens(input=300, cache_read=600, unsplit=100, output=5)
    assert found[0].tokens.total == 1005


@pytest.mark.parametrize(
    "counts",
    [
        {"input_tokens": 10, "input_cached_tokens": 11},
        {"input_tokens": 10, "input_uncached_tokens": 9, "input_cached_tokens": 2},
    ],
)
def test_parts_that_are_more_than_the_whole_are_unreadable(counts):
    conversation = talk({USAGE + "completions": page((TODAY, [row(**counts)]))})

    assert isinstance(conversation.failure, Unreadable)
    assert conversation.sets("completions") == []


def test_a_null_group_key_means_that_nobody_knows():
    """Sample completions_1d_by_project_key_model: 4 requests of the project are attributed to no key."""
    usages = completions(*rows_of("openai/completions_1d_by_project_key_model"))

    assert [(u.project, u.key, u.requests, u.tokens.input) for u in usages[:2]] == [
        ("proj_Ab12Cd34Ef56", "key_9fQ2", 60, 80122),
        ("proj_Ab12Cd34Ef56", None, 4, 8000),
    ]
    assert len({usage.id for usage in usages}) == len(usages)


def test_a_batch_and_a_paid_tier_are_tiers_and_the_usual_one_is_none():
    usages = completions(
        *rows_of("openai/completions_batch_tier"), row(service_tier="priority"), row(service_tier="flex")
    )

    assert [(u.tier, u.requests) for u in usages] == [("batch", 40), (None, 58), ("priority", 1), ("flex", 1)]


def test_rows_of_the_same_kind_in_one_hour_are_added_and_keep_one_id():
    usages = completions(row(model="a"), row(model="a"), row(model="b"))

    assert [(u.model, u.requests, u.tokens.total) for u in usages] == [("a", 2, 30), ("b", 1, 15)]


def test_the_same_row_of_two_hours_has_two_ids():
    usages = talk({USAGE + "completions": page((TODAY, [row()]), (TODAY + HOUR, [row()]))}).usages("completions")

    assert len({usage.id for usage in usages}) == 2


def test_all_pages_are_followed_with_the_same_question():
    def answer(asked):
        cursor = asked.one.get("page")
        return page((TODAY, [row()]), more="c+/=1") if cursor is None else page((TODAY + HOUR, [row()]))

    conversation = talk({USAGE + "completions": answer})
    first, second = conversation.questions(USAGE + "completions")

    assert len(conversation.usages("completions")) == 2
    assert second.query == (*first.query, ("page", "c+/=1"))


def test_the_question_says_hours_seconds_groups_and_the_most_buckets():
    conversation = talk({})

    assert conversation.questions(USAGE + "completions")[0].query == (
        ("start_time", "1794960000"),
        ("bucket_width", "1h"),
        ("limit", "168"),
        ("group_by", "project_id"),
        ("group_by", "api_key_id"),
        ("group_by", "model"),
        ("group_by", "batch"),
        ("group_by", "service_tier"),
    )


def test_groups_that_are_not_understood_are_spelt_with_brackets():
    def answer(asked):
        names = {name for name, _ in asked.query}
        return page((TODAY, [row(model="gpt-5" if "group_by[]" in names else None)]))

    def costs(asked):
        told = (
            '"line_item": "gpt-5-2025-08-07, input"'
            if ("group_by[]", "line_item") in asked.query
            else '"line_item": null'
        )
        return cost_page('0.5, "currency": "usd"').replace('"line_item": "gpt-5-2025-08-07, input"', told)

    conversation = talk({USAGE + "completions": answer, "/organization/costs": costs})

    assert [usage.model for usage in conversation.usages("completions")] == ["gpt-5"]
    assert [cost.line_item for cost in conversation.costs("costs")] == ["gpt-5-2025-08-07, input"]


def test_a_window_of_the_past_begins_and_ends_on_whole_days():
    """From 31 October to the three open days: the end is exclusive, in seconds, at midnight."""
    conversation = Conversation("openai", honest({}), NOW).fetch(datetime(2026, 10, 31, 17, 45, 12, tzinfo=UTC))
    past = [asked.one for asked in conversation.questions(USAGE + "completions") if "end_time" in asked.one]

    assert (past[0]["start_time"], past[0]["end_time"]) == ("1793404800", "1794960000")
    assert datetime.fromtimestamp(1793404800, UTC) == datetime(2026, 10, 31, tzinfo=UTC)


def test_a_bucket_that_is_clipped_to_the_question_counts_for_its_whole_hour():
    clipped = {"start_time": unix(TODAY) + 17, "end_time": unix(NOW), "results": [row()]}
    conversation = talk({USAGE + "completions": {"data": [clipped], "has_more": False, "next_page": None}})

    assert conversation.usages("completions")[0].start == TODAY


def test_the_present_hour_is_known_only_until_now():
    hours = [(OPEN + number * HOUR, []) for number in range(48 + 11)]
    conversation = talk({USAGE + "completions": page(*hours)})

    assert conversation.sets("completions")[0].end == datetime(2026, 11, 20, 11, tzinfo=UTC)
    assert conversation.found[0].complete == {"completions": (OPEN, NOW)}


def test_an_empty_bucket_is_a_true_zero_and_no_bucket_says_nothing():
    conversation = talk({USAGE + "completions": page((TODAY, []))})

    assert [(found.start, found.end, found.usages) for found in conversation.sets("completions")] == [
        (TODAY, TODAY + HOUR, ())
    ]
    assert conversation.sets("embeddings") == []


@pytest.mark.parametrize(
    "starts",
    [(TODAY, TODAY), (TODAY, TODAY + 2 * HOUR), (OPEN - HOUR,)],
    ids=["twice", "a hole", "before"],
)
def test_buckets_that_do_not_fit_the_question_are_unreadable(starts):
    conversation = talk({USAGE + "completions": page(*((start, [row()]) for start in starts))})

    assert isinstance(conversation.failure, Unreadable)
    assert conversation.sets("completions") == []


def test_a_day_that_our_slow_clock_does_not_know_yet_waits_for_the_next_time():
    last = TODAY + 23 * HOUR
    conversation = talk(
        {USAGE + "completions": page((last, [row()]), (last + HOUR, [row()]))}, now=TODAY + DAY - timedelta(minutes=1)
    )

    assert [usage.start for usage in conversation.usages("completions")] == [last]
    assert conversation.failure is None


def test_a_bucket_after_the_end_that_was_asked_for_is_unreadable():
    special = {"/organization/costs": lambda asked: page((OPEN, [])) if "end_time" in asked.one else page()}
    conversation = Conversation("openai", honest(special), NOW).fetch(OPEN - DAY)

    assert isinstance(conversation.failure, Unreadable)


def test_milliseconds_are_not_taken_for_seconds():
    bucket = {"start_time": unix(TODAY) * 1000, "end_time": unix(TODAY) * 1000, "results": []}

    assert isinstance(talk({USAGE + "completions": {"data": [bucket], "has_more": False}}).failure, Unreadable)


def test_a_restated_bucket_replaces_the_old_one():
    """Sample restated: the second row grew from 2210 to 3452 tokens; the id is the same, so it is replaced, not added."""
    before = completions(
        *(found for found in rows_of("openai/completions_1d_by_project_key_model") if found["input_tokens"] == 2210)
    )
    after = completions(*(dict(found, input_tokens=3452, input_uncached_tokens=3452) for found in rows_of(
        "openai/completions_1d_by_project_key_model") if found["input_tokens"] == 2210))  # fmt: skip

    assert [usage.id for usage in before] == [usage.id for usage in after]
    assert [usage.tokens.total - usage.tokens.output for usage in (*before, *after)] == [2210, 3452]


@pytest.mark.parametrize(("feed", "unit", "quantity", "model"), METERS)
def test_what_is_not_tokens_is_a_meter(feed, unit, quantity, model):
    bucket = sample(f"openai/{feed}")["data"][1]
    assert bucket["start_time"] == unix(OPEN + DAY)
    conversation = talk({USAGE + feed: {"data": [bucket], "has_more": False, "next_page": None}})

    assert [(m.unit, m.quantity, m.model) for m in conversation.meters(feed)] == [(unit, quantity, model)]
    assert conversation.usages(feed) == []


def test_storage_is_a_level_and_asked_by_day():
    asked = talk({}).questions(USAGE + "vector_stores")[0].one

    assert (asked["bucket_width"], asked["limit"]) == ("1d", "31")


@pytest.mark.parametrize(("feed", "tokens", "requests"), [("embeddings", 48210, 33), ("moderations", 1202, 14)])
def test_embeddings_and_moderations_are_tokens_too(feed, tokens, requests):
    bucket = sample(f"openai/{feed}")["data"][1]
    found = talk({USAGE + feed: {"data": [bucket], "has_more": False, "next_page": None}}).usages(feed)

    assert [(u.tokens.total, u.tokens.output, u.requests) for u in found] == [(tokens, None, requests)]


def test_costs_are_dollars_by_day_and_line_item_over_all_pages():
    def answer(asked):
        if "end_time" not in asked.one:
            return None
        return raw_sample("openai/costs_by_line_item_page" + ("2" if "page" in asked.one else "1"))

    later = datetime(2026, 11, 23, 12, tzinfo=UTC)
    special = {"/organization/costs": lambda asked: answer(asked) or page()}
    conversation = Conversation("openai", honest(special), later).fetch(datetime(2026, 11, 14, tzinfo=UTC))
    costs = conversation.costs("costs")

    assert costs[0].money == Money(Decimal("0.230275"), "USD", MoneyKind.BILLED)
    assert (costs[0].line_item, costs[0].start, costs[0].span) == (
        "gpt-5-2025-08-07, input",
        datetime(2026, 11, 14, tzinfo=UTC),
        DAY,
    )
    # 0.230275 + 0.051504 + 0.2291 + 0.0133875 on the 14th.
    assert sum(c.money.amount for c in costs if c.start.day == 14) == Decimal("0.5242665")
    assert [c.money.amount for c in costs if c.start.day in (18, 19)] == [
        Decimal("0.1505"),
        Decimal("0.19004"),
        Decimal("0.110152"),
    ]
    assert conversation.sets("costs")[-1].end == datetime(2026, 11, 21, tzinfo=UTC)


def test_a_line_item_is_shown_and_never_parsed():
    costs = talk({"/organization/costs": cost_page('0.5, "currency": "usd"')}).costs("costs")

    assert [(c.line_item, c.model) for c in costs] == [("gpt-5-2025-08-07, input", None)]


def test_an_amount_as_text_is_taken_to_its_last_digit():
    page_of_18 = raw_sample("openai/costs_value_as_string")

    costs = talk({"/organization/costs": page_of_18}).costs("costs")

    assert [str(c.money.amount) for c in costs] == ["0.340540000000000000"]
    assert costs[0].money.text == "0.34054"


def test_a_number_is_not_passed_through_binary_fractions():
    costs = talk({"/organization/costs": cost_page('0.1000000000000000055511151231, "currency": "usd"')}).costs("costs")

    assert str(costs[0].money.amount) == "0.1000000000000000055511151231"


def cost_page(amount):
    return (
        f'{{"data": [{{"start_time": {unix(TODAY)}, "end_time": {unix(TODAY + DAY)}, "results": '
        f'[{{"amount": {{"value": {amount}}}, "line_item": "gpt-5-2025-08-07, input"}}]}}], "has_more": false}}'
    )


@pytest.mark.parametrize(
    "amount",
    ['-1, "currency": "usd"', '"NaN", "currency": "usd"', '1e13, "currency": "usd"', '"1E-999999999", "currency": "usd"',
     '1, "currency": "dollars"', '1, "currency": ""', '1, "currency": "u$d"', 'null, "currency": "usd"', '"a lot", "currency": "usd"', "1"],
)  # fmt: skip
def test_money_that_makes_no_sense_is_unreadable(amount):
    conversation = talk({"/organization/costs": cost_page(amount)})

    assert isinstance(conversation.failure, Unreadable)
    assert conversation.costs("costs") == []


@pytest.mark.parametrize("count", [-1, 2**63, 2**62, 1.5, "12", None, True])
def test_counts_that_make_no_sense_are_unreadable(count):
    conversation = talk({USAGE + "completions": page((TODAY, [row(input_tokens=count)]))})

    assert isinstance(conversation.failure, Unreadable)
    assert conversation.sets("completions") == []


def test_a_count_beyond_32_bits_is_taken():
    assert completions(row(input_tokens=5_000_000_000))[0].tokens.unsplit == 5_000_000_000


def test_unknown_keys_and_words_do_no_harm():
    found = completions(
        row(input_cache_write_30m_tokens=3, api_source="agents_api", service_tier="quite-new", audio=[1, {"a": None}])
    )

    assert found[0].tier == "quite-new"


def test_more_pages_without_a_cursor_are_unreadable():
    endless = {"data": [], "has_more": True, "next_page": None}

    assert isinstance(talk({USAGE + "completions": endless}).failure, Unreadable)


def test_names_of_projects_and_keys_are_read_without_anybodys_mail():
    keys = sample("openai/project_api_keys")
    special = {
        "/organization/projects": sample("openai/projects"),
        "/organization/projects/proj_Ab12Cd34Ef56/api_keys": keys,
        "/organization/projects/proj_Zz98Yy76Xx54/api_keys": {**keys, "data": []},
    }

    conversation = talk(special)

    assert conversation.names == {
        "proj_Ab12Cd34Ef56": "Side project",
        "proj_Zz98Yy76Xx54": "Experiments",
        "key_9fQ2": "laptop",
    }
    assert "sam@example.com" not in repr(conversation.found)


def test_names_are_asked_for_once_a_day():
    first = talk({"/organization/projects": sample("openai/projects")})
    again = Conversation("openai", honest({}), NOW + HOUR).fetch(OPEN, first.cursors)

    assert again.questions("/organization/projects") == []


def test_a_key_that_may_not_read_names_still_reads_usage_and_says_so_each_time():
    special = {"/organization/projects": (403, sample("openai/error_403"))}
    first = talk(special)
    again = Conversation("openai", honest(special), NOW + HOUR).fetch(OPEN, first.cursors)

    assert first.failure is None
    assert first.notes == again.notes == ["This key may not read the names of projects and keys; their ids are shown."]
    assert again.questions("/organization/projects") == []


def test_what_an_account_is_refused_is_told_and_asked_for_a_day_later():
    special = {USAGE + "vector_stores": (404, {}), USAGE + "images": page((TODAY, [{"images": 2}]))}
    first = talk(special)
    soon = Conversation("openai", honest(special), NOW + 2 * HOUR).fetch(OPEN, first.cursors)
    next_day = Conversation("openai", honest(special), NOW + 25 * HOUR).fetch(OPEN, first.cursors)

    assert first.failure is None
    assert first.meters("images")[0].quantity == 2
    assert first.notes == soon.notes == ["The provider does not give “vector stores” to this account."]
    assert soon.questions(USAGE + "vector_stores") == []
    assert len(next_day.questions(USAGE + "vector_stores")) == 1


def test_one_unreadable_feed_does_not_keep_the_others_from_being_read():
    special = {USAGE + "embeddings": "what?", USAGE + "images": page((TODAY, [{"images": 2}]))}
    conversation = talk(special)

    assert isinstance(conversation.failure, Unreadable)
    assert "embeddings" in str(conversation.failure)
    assert conversation.meters("images")[0].quantity == 2
    assert "embeddings" not in conversation.cursors


def test_a_wrong_address_is_not_asked_ten_times():
    conversation = Conversation("openai", lambda asked: None, NOW).fetch(OPEN)

    assert isinstance(conversation.failure, Unreadable)
    assert len(conversation.asked) == 1


def test_four_requests_are_one_round_on_the_average():
    """Completions and costs each time, the other nine when an hour has passed: (2 * 3 + 11) / 4 = 4.25."""
    conversation = talk({"/organization/projects": sample("openai/projects")})
    cursors, rounds = conversation.cursors, []
    for quarter in range(1, 5):
        again = Conversation("openai", honest({}), NOW + quarter * timedelta(minutes=15)).fetch(OPEN, cursors)
        cursors = {**cursors, **again.cursors}
        rounds.append(len(again.asked))

    assert rounds == [2, 2, 2, 11]


def test_the_newest_days_come_first_and_then_the_past_backwards():
    def whole(asked):
        if asked.one["bucket_width"] == "1h":
            return page()
        start, end = int(asked.one["start_time"]), int(asked.one["end_time"])
        return {"data": [{"start_time": at, "results": []} for at in range(start, end, 86400)], "has_more": False}

    conversation = Conversation("openai", honest({USAGE + "completions": whole}), NOW).fetch(NOW - timedelta(days=60))
    starts = [found.start for found in conversation.sets("completions")]

    assert starts == [
        datetime(2026, 10, 21, tzinfo=UTC),
        datetime(2026, 9, 23, tzinfo=UTC),
        datetime(2026, 9, 21, tzinfo=UTC),
    ]
    assert conversation.found[-1].done == 1.0


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("400", 400, Unreadable),
        ("401", 401, KeyRejected),
        ("403", 403, KeyRejected),
        ("429", 429, Throttled),
        ("500", 500, Unreachable),
    ],
)
def test_every_documented_error_has_its_kind(name, status, kind):
    said = (status, sample(f"openai/error_{name}"), {"Retry-After": "7"})
    conversation = Conversation("openai", lambda asked: said, NOW).fetch(OPEN)

    assert (type(conversation.failure), conversation.failure.status) == (kind, status)
    assert conversation.found == []
    assert KEY not in str(conversation.failure)


def test_a_rate_limit_says_when_to_come_back():
    conversation = Conversation("openai", lambda asked: (429, {}, {"Retry-After": "7"}), NOW).fetch(OPEN)

    assert conversation.failure.retry_at == NOW + timedelta(seconds=7)


def test_a_new_key_is_tested_and_a_wrong_one_told_which_is_needed():
    assert (
        Conversation("openai", lambda asked: page(), NOW).test()
        == "This key opens the usage and the costs of your organisation."
    )
    with pytest.raises(KeyRejected) as caught:
        Conversation("openai", lambda asked: (403, sample("openai/error_403")), NOW).test()

    assert "admin key" in caught.value.needs
    assert "Missing scopes: api.usage.read" in str(caught.value)
