"""A year of three providers, polled over real connections, equals the ledger it was made from; a provider that misbehaves spoils nothing."""

from __future__ import annotations

import os
import random
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests import ledger_server
from tests.certificates import untrusted_certificate
from tests.ledger_server import KEYS, LedgerServer, Request, always, made_up_ledger, redirected, rewritten, serving
from tokentray.core.clock import StoppedClock
from tokentray.core.errors import SourceError, Unreachable
from tokentray.core.usage import TOKEN_CLASSES
from tokentray.http_client import Limits, Web
from tokentray.ingest.polls import poll_accounts
from tokentray.settings.settings import AccountSetting, Settings
from tokentray.settings.vault import Vault
from tokentray.sources import source_named
from tokentray.sources.source import Poll
from tokentray.store.bucket_sums import billed_costs, meters
from tokentray.store.database import open_history
from tokentray.store.poll_table import all_polls, coverage
from tokentray.store.question import Question
from tokentray.store.totals import answer

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
BERLIN, KOLKATA = "Europe/Berlin", "Asia/Kolkata"
YEAR = (date(2025, 11, 1), date(2026, 11, 30))
TABLES = {
    "usage": "SELECT usage.*, name FROM usage JOIN account ON account.id = usage.account ORDER BY usage.id",
    "slot_total": "SELECT * FROM slot_total ORDER BY 1, 2, 3, 4, 5, 6, 7, 8",
    "day_total": "SELECT * FROM day_total ORDER BY 1, 2, 3, 4, 5",
    "cost": "SELECT cost.*, name FROM cost JOIN account ON account.id = cost.account ORDER BY 1, 2, 3, 4",
    "meter": "SELECT meter.*, name FROM meter JOIN account ON account.id = meter.account ORDER BY 1, 2, 3, 4",
}


@contextmanager
def a_history(path):
    with open_history(os.path.join(path, "history.sqlite"), zone=BERLIN) as history:
        yield history


def accounts_of(house, days=365):
    base = f"http://127.0.0.1:{house.port}/"
    accounts = tuple(AccountSetting(f"{name}/main", f"env:{name}", base + name) for name in KEYS)
    return Settings(polling_allowed=True, accounts=accounts, backfill_days=days)


def poll(history, house, *, days=365, now=NOW, **more):
    vault = Vault(environ=KEYS)
    outcomes = poll_accounts(history, accounts_of(house, days), vault, StoppedClock(now), **more)
    return {outcome.account.partition("/")[0]: outcome for outcome in outcomes}


def dump(history, provider=None):
    """Every row of what was used and billed, of one provider or of all."""
    found = {table: history.db.execute(sql).fetchall() for table, sql in TABLES.items()}
    if provider is None:
        return found
    return {
        table: [row for row in found[table] if row[-1] == f"{provider}/main"] for table in ("usage", "cost", "meter")
    }


def local(at, zone):
    return datetime.fromtimestamp(at, ZoneInfo(zone))


def said(provider, request):
    """The request's counts in the order of TOKEN_CLASSES, then 1: as far as its provider tells."""
    if request.endpoint == "embeddings":
        return (request.fresh, 0, 0, 0, 0, 0, 0, 1)
    if provider == "openai":
        return (request.fresh, request.cached, request.written_5m, 0, request.output, 0, 0, 1)
    if provider == "anthropic":
        written = request.written_5m + request.written_1h
        return (request.fresh, request.cached, written, request.written_1h, request.output, 0, 0, 0)
    return (0, 0, 0, 0, request.output, request.reasoning, request.input, 1)


def truth(ledger, key):
    """Counts by provider and whatever `key` makes of a request."""
    sums = defaultdict(lambda: (0,) * (len(TOKEN_CLASSES) + 1))
    for request in ledger:
        if request.endpoint != "images":
            counts = said(request.provider, request)
            group = (request.provider, *key(request))
            sums[group] = tuple(a + b for a, b in zip(sums[group], counts, strict=True))
    return dict(sums)


def told(history, zone, by):
    """The same of what the history answers; what nobody said counts as nothing here."""
    sums = defaultdict(lambda: (0,) * (len(TOKEN_CLASSES) + 1))
    for row in answer(history, Question(*YEAR, zone, ("source", *by))):
        counts = tuple(count or 0 for count in row.counts)
        sums[row.keys] = tuple(a + b for a, b in zip(sums[row.keys], counts, strict=True))
    return dict(sums)


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """A history that has polled a whole year, with the ledger it came from."""
    house = LedgerServer(NOW, made_up_ledger(NOW))
    with serving(house), a_history(tmp_path_factory.mktemp("year")) as history:
        outcomes = poll(history, house)
        assert {outcome.state for outcome in outcomes.values()} == {"ok"}
        yield history, house


def test_every_hour_and_model_is_as_in_the_ledger(year):
    history, house = year

    hours = truth(house.ledger, lambda r: (local(r.at, "UTC").strftime("%Y-%m-%dT%H:00+00:00"), r.model))

    assert told(history, "UTC", ("hour", "model")) == hours


@pytest.mark.parametrize("zone", ["UTC", BERLIN, "America/New_York"])
def test_every_local_day_is_as_in_the_ledger(year, zone):
    history, house = year

    assert told(history, zone, ("day",)) == truth(house.ledger, lambda r: (local(r.at, zone).date().isoformat(),))


def test_half_hour_zones_get_the_hour_around_midnight_whole(year):
    """A provider's hour cannot be cut at 18:30 UTC: that one hour counts for the day in which its second half lies."""
    history, house = year

    def day_of_the_hours_middle(request):
        return (local(request.at - request.at % 3600 + 1800, KOLKATA).date().isoformat(),)

    assert told(history, KOLKATA, ("day",)) == truth(house.ledger, day_of_the_hours_middle)


def test_every_model_and_project_is_as_in_the_ledger(year):
    history, house = year
    names = {
        "proj_Ab12Cd34Ef56": "Side project",
        "wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ": "Experiments",
        ("anthropic", None): "Default workspace",
    }

    def key(request):
        return (
            request.model,
            names.get((request.provider, request.project), names.get(request.project, request.project)),
        )

    assert told(history, "UTC", ("model", "project")) == truth(house.ledger, key)


def test_the_money_is_right_to_the_last_digit(year):
    history, house = year
    expected = defaultdict(Decimal)
    for request in house.ledger:
        expected[request.provider, local(request.at, "UTC").date().isoformat()] += request.cost_in + request.cost_out

    found = defaultdict(Decimal)
    for cost in billed_costs(history, Question(*YEAR, "UTC", ("source", "day"))):
        assert (cost.money.currency, cost.money.kind) == ("USD", "billed")
        found[cost.keys] += cost.money.amount

    assert found == expected


def test_images_and_searches_are_as_in_the_ledger(year):
    history, house = year
    expected = Counter()
    for request in house.ledger:
        if request.endpoint == "images":
            expected["openai", "images", request.model] += request.images
        elif request.provider == "anthropic" and request.searches:
            expected["anthropic", "calls", request.model] += request.searches

    found = meters(history, Question(*YEAR, "UTC", ("source", "model")))

    assert {(total.keys[0], total.unit, total.model): total.quantity for total in found} == dict(expected)


def test_everything_is_complete_since_the_day_asked_for(year):
    history, _house = year

    known = {found.account: (found.complete_since, found.complete_until, found.gaps) for found in coverage(history)}

    whole = (datetime(2025, 11, 20, tzinfo=UTC), NOW, ())
    assert known == {"anthropic/main": whole, "openai/main": whole, "openrouter/main": whole}


def test_polling_again_changes_nothing_and_asks_little(year):
    history, house = year
    before, asked = dump(history), len(house.asked)

    poll(history, house)

    assert dump(history) == before
    # Completions and costs; messages and costs; key, credits and analytics.
    assert len(house.asked) - asked == 7


def test_reading_everything_again_changes_nothing(tmp_path):
    house = LedgerServer(NOW, made_up_ledger(NOW, days=60, each=400))
    with serving(house), a_history(tmp_path) as history:
        poll(history, house, days=60)
        before = dump(history)

        poll(history, house, days=60, full=True)

        assert dump(history) == before


def test_late_and_vanished_requests_of_the_last_three_days_are_followed(tmp_path):
    rng = random.Random(3)  # noqa: S311 - made-up requests
    house = LedgerServer(NOW, made_up_ledger(NOW, days=10, each=300))
    with serving(house), a_history(tmp_path) as history:
        poll(history, house, days=10)
        changed = []
        for request in house.ledger:
            if request.at < int(datetime(2026, 11, 18, tzinfo=UTC).timestamp()) or rng.random() < 0.5:
                changed.append(request)
            elif rng.random() < 0.5:
                moved = next(other.project for other in house.ledger if other.provider == request.provider)
                changed += [
                    replace(request, project=moved, key="key_late"),
                    replace(request, model="quite-new", tier=None),
                ]
        house.change(changed)

        # A little later, because what is seldom used is asked for once an hour.
        poll(history, house, days=10, now=NOW + timedelta(minutes=59))

        expected = truth(changed, lambda r: (local(r.at, "UTC").strftime("%Y-%m-%dT%H:00+00:00"), r.model))
        assert told(history, "UTC", ("hour", "model")) == expected


def test_a_stopped_backfill_goes_on_where_it_ended(tmp_path):
    house = LedgerServer(NOW, made_up_ledger(NOW, days=200, each=400))
    with serving(house), a_history(tmp_path) as history:
        countdown = iter(range(100))
        poll(history, house, days=200, stop=lambda: next(countdown) > 13)
        part = len(house.asked)
        assert told(history, "UTC", ("day",)) != truth(house.ledger, lambda r: (local(r.at, "UTC").date().isoformat(),))

        poll(history, house, days=200)

        expected = truth(house.ledger, lambda r: (local(r.at, "UTC").date().isoformat(),))
        assert told(history, "UTC", ("day",)) == expected
        assert not set(house.asked[:part]) & {
            path for path in house.asked[part:] if "end_time=" in path and "page" not in path
        }


def test_weeks_without_a_poll_leave_no_hole(tmp_path):
    ledger = made_up_ledger(NOW, days=60, each=400)
    early = NOW - timedelta(days=20)
    house = LedgerServer(early, [request for request in ledger if request.at < early.timestamp()])
    with serving(house), a_history(tmp_path) as history:
        poll(history, house, days=30, now=early)
        house.now = NOW
        house.change(ledger)

        poll(history, house, days=50)

        assert told(history, "UTC", ("day",)) == truth(
            [r for r in ledger if r.at >= datetime(2026, 10, 1, tzinfo=UTC).timestamp()],
            lambda r: (local(r.at, "UTC").date().isoformat(),),
        )


@pytest.mark.parametrize("today_allowed", [True, False])
def test_activity_by_day_is_exact_where_analytics_is_not_given(tmp_path, today_allowed):
    house = LedgerServer(
        NOW, made_up_ledger(NOW, days=40, each=400), analytics_allowed=False, today_allowed=today_allowed
    )
    until = NOW if today_allowed else datetime(2026, 11, 20, tzinfo=UTC)
    with serving(house), a_history(tmp_path) as history:
        poll(history, house, days=40, accounts=["openrouter/main"])
        # OpenRouter remembers thirty completed days.
        within = [r for r in house.ledger if datetime(2026, 10, 21, tzinfo=UTC).timestamp() <= r.at < until.timestamp()]
        within = [request for request in within if request.provider == "openrouter"]

        assert told(history, BERLIN, ("day", "model")) == truth(
            within, lambda r: (local(r.at, "UTC").date().isoformat(), r.model)
        )


def test_analytics_and_activity_are_never_added(tmp_path):
    house = LedgerServer(NOW, made_up_ledger(NOW, days=20, each=300))
    with serving(house), a_history(tmp_path) as history:
        poll(history, house, days=20, accounts=["openrouter/main"])
        house.analytics_allowed = False

        for later in (timedelta(minutes=20), timedelta(days=1), timedelta(days=5)):
            house.now = NOW + later
            poll(history, house, days=20, now=NOW + later, accounts=["openrouter/main"])

        openrouter = [request for request in house.ledger if request.provider == "openrouter"]
        assert told(history, "UTC", ("model",)) == truth(openrouter, lambda r: (r.model,))


def test_a_day_that_has_just_ended_and_is_not_listed_yet_is_kept(tmp_path):
    evening = datetime(2026, 11, 20, 23, 58, tzinfo=UTC)
    house = LedgerServer(evening, made_up_ledger(evening, days=10, each=300), analytics_allowed=False)
    with serving(house), a_history(tmp_path) as history:
        poll(history, house, days=10, now=evening, accounts=["openrouter/main"])
        before = dump(history)

        # For the provider it is still the evening before.
        poll(history, house, days=10, now=evening + timedelta(minutes=4), accounts=["openrouter/main"])

        assert dump(history) == before


COUNTS = r'"(output_tokens|tokens_completion|completion_tokens)":"?\d+"?'
MONEY = r'"(value|amount|total_usage)":"?[\d.]+"?'
STARTS = r'"(start_time|starting_at|date__hour)":'
FAULTS = {
    "truncated JSON": (ledger_server.cut_off, "unreadable"),
    "broken off": (ledger_server.broken_off, "unreachable"),
    "a web page": (always(200, "<!DOCTYPE html><html><body>Log in to this network</body></html>"), "unreadable"),
    "nonsense": (always(200, "\x00\x01 what?"), "unreadable"),
    "nothing": (always(200, ""), "unreadable"),
    "a list instead of an object": (always(200, []), "unreadable"),
    "an empty object": (always(200, {}), "unreadable"),
    "brackets without end": (always(200, "[" * 200_000), "unreadable"),
    "200 MB": (ledger_server.endless, "unreadable"),
    "200 MB, declared": (ledger_server.declared_huge, "unreadable"),
    "a bomb": (ledger_server.bomb, "unreadable"),
    "NaN": (rewritten(COUNTS, r'"\1":NaN'), "unreadable"),
    "a negative count": (rewritten(COUNTS, r'"\1":-5'), "unreadable"),
    "2^63": (rewritten(COUNTS, r'"\1":9223372036854775808'), "unreadable"),
    "2^62": (rewritten(COUNTS, r'"\1":4611686018427387904'), "unreadable"),
    "a fraction of a token": (rewritten(COUNTS, r'"\1":1.5'), "unreadable"),
    "negative money": (rewritten(MONEY, r'"\1":"-1"'), "unreadable"),
    "money that is no number": (rewritten(MONEY, r'"\1":"NaN"'), "unreadable"),
    "endless money": (rewritten(MONEY, r'"\1":1e999'), "unreadable"),
    "money with a billion digits": (rewritten(MONEY, r'"\1":"1E-999999999"'), "unreadable"),
    "no times": (rewritten(STARTS, r'"elsewhen":'), "unreadable"),
    "a key repeated": (ledger_server.echo_of_the_key, "key_rejected"),
    "400": (always(400, {"error": {"message": "Invalid value for limit."}}), "unreadable"),
    "401": (always(401, {"type": "error", "error": {"message": "invalid x-api-key"}}), "key_rejected"),
    "402": (always(402, {"error": {"code": 402, "message": "Insufficient credits"}}), "unreachable"),
    "403": (always(403, {"error": {"message": "Missing scopes: api.usage.read."}}), "key_rejected"),
    "404": (always(404, {"error": {"message": "Not found"}}), "unreadable"),
    "408": (always(408, {"error": {"message": "Timed out"}}), "unreachable"),
    "410": (always(410, ""), "unreadable"),
    "429": (always(429, {"error": {"message": "Rate limit reached."}}, Retry_After="30"), "throttled"),
    "429 with a date": (always(429, "", Retry_After="Fri, 20 Nov 2026 10:31:00 GMT", Date="Fri, 20 Nov 2026 10:30:30 GMT"), "throttled"),
    "429 with nothing": (always(429, ""), "throttled"),
    "500": (always(500, {"error": {"message": "The server had an error."}}), "unreachable"),
    "502": (always(502, "<html>Bad gateway</html>"), "unreachable"),
    "503 with a delay": (always(503, "", Retry_After="120"), "throttled"),
    "524": (always(524, ""), "unreachable"),
    "529": (always(529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}), "unreachable"),
}  # fmt: skip


@pytest.fixture(scope="module")
def small_house():
    house = LedgerServer(NOW, made_up_ledger(NOW, days=5, each=120))
    with serving(house):
        yield house


@pytest.fixture(scope="module")
def small_truth(small_house, tmp_path_factory):
    """What an honest poll of the small house leaves in a history."""
    small_house.fault = None
    with a_history(tmp_path_factory.mktemp("truth")) as history:
        poll(history, small_house, days=5)
        return {provider: dump_without_numbers(history, provider) for provider in KEYS}


def dump_without_numbers(history, provider):
    """As sets of telling columns: the numbers of names and accounts depend on the order of arrival."""
    usage = history.db.execute(
        "SELECT usage.id, start, span, input, cache_read, cache_write, cache_write_1h, output, reasoning, unsplit, requests "
        "FROM usage JOIN account ON account.id = account WHERE account.name = ?",
        (f"{provider}/main",),
    )
    cost = history.db.execute(
        "SELECT cost.id, start, span, amount FROM cost JOIN account ON account.id = account WHERE account.name = ?",
        (f"{provider}/main",),
    )
    return set(usage) | set(cost)


def bytes_below(folder):
    content = b""
    for path, _folders, files in os.walk(folder):
        for name in files:
            with open(os.path.join(path, name), "rb") as file:
                content += file.read()
    return content


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_and_stores_nothing_wrong(tmp_path, caplog, small_house, small_truth, fault):
    small_house.fault, state = FAULTS[fault]
    with a_history(tmp_path) as history:
        outcomes = poll(history, small_house, days=5)

        assert {name: outcome.state for name, outcome in outcomes.items()} == dict.fromkeys(KEYS, state)
        assert all(outcome.message.endswith(".") for outcome in outcomes.values())
        for provider in KEYS:
            assert dump_without_numbers(history, provider) <= small_truth[provider]
        messages = [outcome.message for outcome in outcomes.values()] + [row.message for row in all_polls(history)]
    for key in KEYS.values():
        for part in (key, key[-8:], key[:14]):
            assert not any(part in text for text in (*messages, caplog.text))
        assert key.encode() not in bytes_below(tmp_path)
    small_house.fault = None


@pytest.mark.parametrize("fault", ["bomb", "echo_of_the_key", "cut_off"])
@pytest.mark.parametrize("provider", KEYS)
def test_a_fault_of_one_harms_nobody_else(tmp_path, small_house, small_truth, provider, fault):
    misbehave = getattr(ledger_server, fault)
    small_house.fault = lambda handler: handler.provider == provider and misbehave(handler)
    with a_history(tmp_path) as history:
        outcomes = poll(history, small_house, days=5)

        assert [name for name, outcome in outcomes.items() if outcome.state != "ok"] == [provider]
        found = {other: dump_without_numbers(history, other) for other in KEYS}
    assert found == {**small_truth, provider: set()}
    small_house.fault = None


@pytest.mark.parametrize("provider", KEYS)
def test_after_a_fault_the_account_is_whole_again(tmp_path, small_house, small_truth, provider):
    with a_history(tmp_path) as history:
        small_house.fault = lambda handler: handler.provider == provider and ledger_server.cut_off(handler)
        poll(history, small_house, days=5)
        small_house.fault = None

        outcomes = poll(history, small_house, days=5, now=NOW + timedelta(hours=1))

        assert outcomes[provider].state == "ok"
        assert dump_without_numbers(history, provider) == small_truth[provider]


@pytest.mark.parametrize("provider", KEYS)
def test_a_later_fault_leaves_what_is_stored(tmp_path, small_house, provider):
    with a_history(tmp_path) as history:
        small_house.fault = None
        poll(history, small_house, days=5)
        before = dump(history)
        small_house.fault = rewritten(COUNTS, r'"\1":-5')

        outcomes = poll(history, small_house, days=5, accounts=[f"{provider}/main"])

        small_house.fault = None
        assert outcomes[provider].state == "unreadable"
        assert dump(history) == before


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_cursor_that_comes_again_ends_the_reading(tmp_path, provider):
    house = LedgerServer(NOW, fault=always(200, {"data": [], "has_more": True, "next_page": "again"}))
    with serving(house), a_history(tmp_path) as history:
        outcomes = poll(history, house, accounts=[f"{provider}/main"])

        assert (outcomes[provider].state, len(house.asked)) == ("unreadable", 2)
        assert "circle" in outcomes[provider].message


@pytest.mark.parametrize("provider", KEYS)
def test_a_redirect_elsewhere_is_not_followed_and_the_key_stays_here(tmp_path, provider):
    house, elsewhere = LedgerServer(NOW), LedgerServer(NOW)
    with serving(house), serving(elsewhere), a_history(tmp_path) as history:
        house.fault = redirected(f"http://localhost:{elsewhere.port}")

        outcomes = poll(history, house, accounts=[f"{provider}/main"])

        assert outcomes[provider].state == "unreadable"
        assert elsewhere.asked == []
        assert any(KEYS[provider] in value for value in house.seen)


@pytest.mark.parametrize("provider", KEYS)
def test_an_untrusted_certificate_is_named_and_the_key_is_not_sent(provider, tmp_path):
    house = LedgerServer(NOW)
    source = source_named(provider)
    with serving(house, untrusted_certificate(tmp_path)):
        with (
            Web(house.address(provider, "https"), source.authorise(KEYS[provider]), clock=StoppedClock(NOW)) as web,
            pytest.raises(Unreachable, match="certificate"),
        ):
            source.test(web)

        assert house.asked == []


@pytest.mark.parametrize("provider", KEYS)
@pytest.mark.parametrize("slow", [ledger_server.trickle, ledger_server.trickling_header])
def test_one_byte_at_a_time_comes_to_an_end(provider, slow):
    house = LedgerServer(NOW, fault=slow)
    source = source_named(provider)
    with (
        serving(house),
        Web(house.address(provider), source.authorise(KEYS[provider]), limits=Limits(total_seconds=0.2)) as web,
        pytest.raises(Unreachable, match=r"longer than 0\.2 seconds"),
    ):
        source.test(web)


@pytest.mark.parametrize("provider", KEYS)
def test_the_same_comes_of_one_thread_and_plain_fetching(small_house, small_truth, provider):
    """Without the history: what a source gives when it is asked directly has ids that are the same each time."""
    source = source_named(provider)

    def everything():
        turn = Poll(f"{provider}/main", {}, NOW - timedelta(days=5))
        with Web(small_house.address(provider), source.authorise(KEYS[provider]), clock=StoppedClock(NOW)) as web:
            return [found for batch in source.fetch(turn, web, StoppedClock(NOW)) for found in batch.bucket_sets]

    first, second = everything(), everything()

    assert first == second
    for found in first:
        ids = [item.id for item in (*found.usages, *found.costs)]
        assert len(ids) == len(set(ids)) + sum(usage.id in {cost.id for cost in found.costs} for usage in found.usages)


def test_a_ledger_of_nothing_is_a_true_zero(tmp_path):
    house = LedgerServer(NOW, [])
    with serving(house), a_history(tmp_path) as history:
        outcomes = poll(history, house)

        assert {outcome.state for outcome in outcomes.values()} == {"ok"}
        assert all(rows == [] for rows in dump(history).values())
        # One question for each month and endpoint tells that nothing was used.
        assert len(house.asked) < 220


def test_a_request_at_the_edge_belongs_to_the_hour_it_begins(tmp_path):
    midnight = int(datetime(2026, 11, 19, tzinfo=UTC).timestamp())
    ledger = [
        Request("openai", at, "gpt-5", None, None, fresh=1, output=1)
        for at in (midnight - 1, midnight, midnight + 3599)
    ]
    house = LedgerServer(NOW, ledger)
    with serving(house), a_history(tmp_path) as history:
        poll(history, house, days=5, accounts=["openai/main"])

        requests = {row.keys: row.requests for row in answer(history, Question(*YEAR, "UTC", ("hour",)))}
        assert requests == {("2026-11-18T23:00+00:00",): 1, ("2026-11-19T00:00+00:00",): 2}


def test_a_source_error_is_one_sentence_for_a_person():
    with (
        Web("http://127.0.0.1:9/v1", {"Authorization": "Bearer sk-admin-nobody"}) as web,
        pytest.raises(SourceError) as caught,
    ):
        source_named("openai").test(web)

    assert str(caught.value) == "127.0.0.1:9 could not be reached."
