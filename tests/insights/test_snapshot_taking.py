"""What the window shows, from a history of a few lines."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tokentray.core.clock import StoppedClock
from tokentray.core.gauge import Gauge
from tokentray.core.usage import Tokens
from tokentray.ingest.demo import demo_settings, make_demo
from tokentray.insights.snapshot import Comparison, Figure, TrendChoice
from tokentray.insights.snapshot_taking import take_snapshot
from tokentray.settings.settings import AccountSetting, Budget, OwnPrice, Settings
from tokentray.store.account_table import account_id
from tokentray.store.database import transaction
from tokentray.store.gauge_table import record_gauges
from tokentray.store.poll_table import record_complete, record_outcome

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)  # Saturday, 18:00 in Berlin
TODAY = date(2026, 11, 21)


def taken(history, settings=None, **more):
    return take_snapshot(history, settings or Settings(), NOW, BERLIN, sample=False, **more)


def test_an_empty_history_says_so_and_makes_nothing_up(history):
    snapshot = taken(history, sources=())
    assert snapshot.sentence == "Nothing has been read yet"
    assert snapshot.today.tokens.total is None
    assert snapshot.month is None
    assert snapshot.level.fraction is None
    assert {tokens for _, tokens in snapshot.year} == {None}
    assert snapshot.notices == ()


def test_today_stands_in_one_sentence(ledger, history):
    for weeks in range(1, 4):
        ledger.log(
            NOW - timedelta(weeks=weeks, hours=2), "claude-sonnet-4-6", Tokens(input=1_500_000), session=f"w{weeks}"
        )
    ledger.log(NOW - timedelta(hours=3), "claude-sonnet-4-6", Tokens(input=1_140_000, output=100_000))
    snapshot = taken(history)
    assert snapshot.sentence == "1.24M tokens today, ≈ $4.92, 17 % below your usual Saturday"
    assert snapshot.today.hours == (0,) * 15 + (1_240_000,) + (0,) * 8
    assert snapshot.today.sessions == 1
    assert snapshot.today.headline_note == "As logged by the agents on this machine."
    assert snapshot.names == (("model", "claude-sonnet-4-6"), ("project", "alpha"))


def test_later_hours_of_other_saturdays_do_not_count(ledger, history):
    for weeks in range(1, 4):
        ledger.log(NOW - timedelta(weeks=weeks, hours=2), "gpt-5", Tokens(input=100))
        ledger.log(NOW - timedelta(weeks=weeks, hours=-3), "gpt-5", Tokens(input=9_999))
    ledger.log(NOW - timedelta(hours=1), "gpt-5", Tokens(input=150))
    assert taken(history).today.comparison == Comparison(50, "your usual Saturday")


def test_two_saturdays_are_nothing_to_compare_with(ledger, history):
    for weeks in range(3):
        ledger.log(NOW - timedelta(weeks=weeks, hours=2), "gpt-5", Tokens(input=100))
    assert taken(history).today.comparison.percent is None


def test_the_proposed_stretch_has_no_long_pause(ledger, history):
    for minutes, tokens in ((600, 5), (240, 500_000), (215, 400_000), (190, 300_000), (140, 7)):
        ledger.log(NOW - timedelta(minutes=minutes), "gpt-5", Tokens(input=tokens), project="/home/me/alpha")
    assert taken(history).today.stretch == "15:40 to 15:40, 7 tokens, project alpha"


def test_half_an_hour_does_not_end_a_stretch(ledger, history):
    for minutes, tokens in ((240, 500_000), (210, 400_000), (180, 300_000), (150, 20_000)):
        ledger.log(NOW - timedelta(minutes=minutes), "gpt-5", Tokens(input=tokens))
    assert taken(history).today.stretch == "14:00 to 15:30, 1.22M tokens, project alpha"


def test_the_days_budget_is_a_gauge(ledger, history):
    ledger.log(NOW - timedelta(hours=1), "claude-sonnet-4-6", Tokens(output=100_000))
    snapshot = taken(history, Settings(budgets=(Budget("2", period="day"),), icon_shows="budget"))
    (row,) = snapshot.gauges
    assert (row.title, row.gauge.name, row.gauge.used_percent, row.gauge.remaining) == (
        "Daily budget",
        "budget day",
        75,
        Decimal("0.5"),
    )
    assert row.pace == 0.75
    assert (snapshot.level.fraction, snapshot.level.tone) == (0.75, "amber")


def test_a_window_has_a_pace_and_grows_stale(history):
    resets = NOW + timedelta(hours=2)
    with transaction(history):
        number = account_id(history, "claude-code/default", "logged")
        record_gauges(
            history,
            number,
            [Gauge("5h", NOW - timedelta(minutes=5), Decimal(95), window_minutes=300, resets_at=resets)],
        )
        record_gauges(history, number, [Gauge("week", NOW - timedelta(hours=2), Decimal(10), window_minutes=10080)])
    snapshot = taken(history)
    five, week = snapshot.gauges
    assert five.title == "Claude Code · 5-hour window"
    assert (five.pace, five.stale, week.stale) == (0.6, False, True)
    assert five.lasts_until is not None
    assert five.lasts_until < resets
    assert (snapshot.level.fraction, snapshot.level.tone, snapshot.level.what) == (
        0.95,
        "red",
        "Claude Code · 5-hour window: 95 %",
    )


def test_what_was_reset_shows_no_level(history):
    with transaction(history):
        number = account_id(history, "codex/default", "logged")
        record_gauges(
            history, number, [Gauge("5h", NOW - timedelta(hours=3), Decimal(95), window_minutes=300, resets_at=NOW)]
        )
    snapshot = taken(history)
    assert snapshot.level.fraction is None
    assert snapshot.gauges[0].stale


def test_an_agent_tells_since_when_it_is_known(ledger, history):
    for days in (3, 40, 1):
        ledger.log(NOW - timedelta(days=days), "gpt-5", Tokens(input=10))
    account = taken(history).accounts[0]
    assert (account.first_day, account.tokens) == (date(2026, 10, 12), 30)


def test_a_refused_key_needs_attention(history):
    settings = Settings(
        accounts=(AccountSetting("openai/work", "keyring"), AccountSetting("openrouter/x", "keyring")),
        polling_allowed=True,
    )
    with transaction(history):
        number = account_id(history, "openai/work", "billed")
        record_outcome(history, number, NOW, "key_rejected", "OpenAI refused this key.")
        for since, until in ((20, 18), (16, 0)):
            record_complete(history, number, {"usage": (NOW - timedelta(days=since), NOW - timedelta(days=until))})
    snapshot = taken(history, settings)
    assert next((n.kind, n.text, n.page, n.level) for n in snapshot.notices) == (
        "key_rejected",
        "OpenAI · work: OpenAI refused this key.",
        "sources",
        "red",
    )
    assert snapshot.level.refused
    assert [(a.account, a.state) for a in snapshot.accounts] == [
        ("openai/work", "key_rejected"),
        ("openrouter/x", "never"),
    ]


def test_a_paused_account_needs_none(history):
    with transaction(history):
        record_outcome(history, account_id(history, "openai/work", "billed"), NOW, "key_rejected", "no")
    snapshot = taken(history, Settings(accounts=(AccountSetting("openai/work", paused=True),)))
    assert snapshot.notices == ()
    assert not snapshot.level.refused


def test_an_unknown_model_is_noticed_until_it_has_an_own_price(ledger, history):
    ledger.log(NOW - timedelta(hours=1), "house-model", Tokens(input=1_000_000))
    before = taken(history)
    assert [notice.text for notice in before.notices] == ["1 model has no known price: house-model"]
    assert before.sentence == "1.00M tokens today, cost unknown"
    after = taken(history, Settings(own_prices=(OwnPrice("house-model", "0.5"),)))
    assert after.notices == ()
    assert after.sentence == "1.00M tokens today, ≈ $0.50"
    assert after.price_note == "≈ estimated with your own prices"


def test_days_before_the_first_are_unknown_and_quiet_days_are_nothing(ledger, history):
    ledger.log(NOW - timedelta(days=2), "gpt-5", Tokens(input=5))
    snapshot = taken(history, overview_days=7)
    assert [tokens for _, tokens in snapshot.year[-4:]] == [None, 5, 0, 0]
    (series,) = snapshot.overview.series
    assert series.values == (None, None, None, None, 5, 0, 0)


def test_the_eighth_model_shares_a_colour_with_the_rest(ledger, history):
    for number in range(9):
        ledger.log(NOW, f"model-{number}", Tokens(input=100 - number))
    series = taken(history).overview.series
    assert [one.slot for one in series] == [0, 1, 2, 3, 4, 5, 6, 8]
    assert (series[7].name, series[7].values[-1]) == ("other", 93 + 92)


def test_the_four_figures(ledger, history):
    for day in range(1, 21):
        ledger.log(
            datetime(2026, 11, day, 12, tzinfo=UTC),
            "claude-sonnet-4-6",
            Tokens(input=200_000, cache_read=800_000),
            session=f"d{day}",
        )
    snapshot = taken(history, Settings(budgets=(Budget("20"),)))
    assert snapshot.figures == (
        Figure("Today", "0", "0 sessions"),
        Figure("This month", "≈ $16.80", "forecast $25 of $20", "amber"),
        Figure("Cache hit rate", "80 %", "saved ≈ $43 in 90 days"),
        Figure("Busiest model", "claude-sonnet-4-6", "100 % of tokens"),
    )
    assert snapshot.month is not None
    assert (len(snapshot.month.spent), len(snapshot.month.forecast), snapshot.month.kind) == (21, 9, "estimated")


def test_the_demo_shows_everything(history):
    now = datetime(2026, 11, 20, 17, 31, tzinfo=UTC)
    make_demo(history, StoppedClock(now))
    choice = TrendChoice(date(2026, 10, 1), date(2026, 11, 20))
    snapshot = take_snapshot(history, demo_settings(Settings()), now, BERLIN, choice, 365)
    assert snapshot.sample
    assert snapshot.today.stretch.endswith(
        (", project alpha", ", project billing-service", ", project website", ", project thesis")
    )
    assert len(snapshot.overview.series) == 8
    assert snapshot.month is not None
    assert len(snapshot.gauges) == 7
    assert [notice.kind for notice in snapshot.notices] == ["unpriced"]
    assert len(snapshot.catalogue) >= 5
    assert snapshot.trend is not None
    assert snapshot.trend.total == sum(value or 0 for series in snapshot.trend.stack.series for value in series.values)
    assert (
        sum(row.tokens or 0 for row in snapshot.today.rows) == snapshot.today.tokens.total == sum(snapshot.today.hours)
    )


def test_nonsense_in_the_settings_breaks_nothing(ledger, history):
    ledger.log(NOW, "house-model", Tokens(input=1))
    settings = Settings(
        budgets=(Budget("much"), Budget("NaN"), Budget("-1")), own_prices=(OwnPrice("house-model", "cheap"),)
    )
    snapshot = taken(history, settings)
    assert snapshot.gauges == ()
    assert snapshot.today.cost == ()
