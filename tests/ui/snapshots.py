"""Snapshots made by hand for the tests of what is shown: an empty one, a full one, an extreme one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tokentray.core.gauge import Gauge
from tokentray.core.money import Money, MoneyKind
from tokentray.core.usage import Tokens
from tokentray.insights.snapshot import (
    AccountRow,
    AccountState,
    Comparison,
    Figure,
    GaugeRow,
    HistoryFacts,
    Level,
    Month,
    Notice,
    Series,
    Snapshot,
    SourceCard,
    Stack,
    Step,
    Today,
    Trend,
    TrendChoice,
)

NOW = datetime(2026, 11, 21, 20, 10, tzinfo=UTC)
TODAY = date(2026, 11, 21)

CATALOGUE = (
    SourceCard(
        "openai",
        "OpenAI",
        "provider",
        "Tokens and costs of the whole organisation, by hour, model, project and key.",
        "What single conversations were about.",
        "An admin key (sk-admin-…) with the right to read usage.",
        "https://platform.openai.com/settings/organization/admin-keys",
    ),
    SourceCard(
        "anthropic",
        "Anthropic",
        "provider",
        "Tokens and costs of the organisation, by minute, model, workspace and key.",
        "Use by a personal plan.",
        "An admin key (sk-ant-admin…).",
        "https://console.anthropic.com/settings/admin-keys",
    ),
    SourceCard(
        "claude-code", "Claude Code", "agent", "Every response in the transcripts.", "What was deleted.", "", ""
    ),
)


def usd(amount: str, kind: MoneyKind = MoneyKind.BILLED) -> Money:
    return Money(Decimal(amount), "USD", kind)


def daily(days: int, *, models: int = 8, until: date = TODAY, scale: float = 1.0) -> Stack:
    """Made-up tokens by day and model: working days high, weekends low, no chance involved."""
    names = ("opus-4", "sonnet-4", "gpt-5", "gpt-5-mini", "gemini-2.5", "codestral", "local-qwen", "haiku-4", "other")
    starts = tuple(until - timedelta(days=days - 1 - i) for i in range(days))
    series = tuple(
        Series(
            names[m] if m < len(names) else f"model-{m}",
            min(m, 8),
            tuple(_made_up(i, m, starts[i].weekday(), days) * scale for i in range(days)),
        )
        for m in range(models)
    )
    return Stack(starts, series)


def _made_up(day: int, model: int, weekday: int, days: int) -> float:
    wave = (day * 7919 + model * 104729) % 97 / 97
    slow = ((day // 11) * 31 + model * 17) % 7 / 7
    weekend = 0.15 if weekday >= 5 else 1.0
    growth = 0.35 + 0.65 * day / days
    return round(260_000 * growth * weekend * (0.25 + 0.75 * wave) * (0.2 + 0.8 * slow) / (1 + model * 0.35))


def year() -> tuple[tuple[date, int | None], ...]:
    days: list[tuple[date, int | None]] = []
    for i in range(365):
        day = TODAY - timedelta(days=364 - i)
        total = int(sum(_made_up(i, model, day.weekday(), 365) for model in range(6)))
        days.append((day, None if 40 <= i < 44 else 0 if i % 29 == 3 else total))
    return tuple(days)


def month(budget: float | None = 110.0) -> Month:
    spent, total = [], 0.0
    for i in range(21):
        total += (4.2, 4.6, 1.0, 5.9, 5.1, 0.6, 0.4)[i % 7]
        spent.append(round(total, 2))
    ahead = tuple(round(total + 3.3 * (i + 1), 2) for i in range(9))
    return Month(
        first=date(2026, 11, 1),
        days=30,
        spent=tuple(spent),
        forecast=ahead,
        low=tuple(value - 0.9 * (i + 1) for i, value in enumerate(ahead)),
        high=tuple(value + 1.2 * (i + 1) for i, value in enumerate(ahead)),
        budget=budget,
        currency="USD",
        kind="billed",
    )


def pattern() -> tuple[tuple[float, ...], ...]:
    return tuple(
        tuple(
            float(
                (0 if hour < 7 else 40 if hour < 9 else 160)
                * (1 if weekday < 5 else 0.3)
                * (1 + (hour * 13 + weekday * 7) % 5)
            )
            for hour in range(24)
        )
        for weekday in range(7)
    )


def gauge_row(
    title: str,
    percent: str,
    pace: float | None,
    resets_in: timedelta | None,
    *,
    stale: bool = False,
    account: str = "claude-code/default",
) -> GaugeRow:
    resets_at = None if resets_in is None else NOW + resets_in
    used = Decimal(percent)
    gauge = Gauge("5h", NOW, used_percent=used, window_minutes=300, resets_at=resets_at)
    tone = "red" if used >= 90 else "amber" if used >= 75 else "calm"
    return GaugeRow(account, title, gauge, pace, None, stale, tone)


def budget_row() -> GaugeRow:
    gauge = Gauge(
        "budget day", NOW, used_percent=Decimal("86"), used=Decimal("3.42"), limit=Decimal("4.00"), unit="USD"
    )
    return GaugeRow("", "Daily budget", gauge, 0.83, None, False, "amber")


HOURS = (0, 0, 0, 0, 0, 0, 0, 14, 58, 118, 150, 82, 36, 62, 160, 196, 118, 168, 116, 72, 120, 0, 0, 0)


def full_today() -> Today:
    return Today(
        day=TODAY,
        tokens=Tokens(input=200_000, cache_read=900_000, output=140_000),
        requests=212,
        cost=(usd("3.42"),),
        sessions=14,
        comparison=Comparison(-18, "your usual Saturday"),
        hours=tuple(hour * 844 for hour in HOURS),
        rows=(
            AccountRow("anthropic/work", "Anthropic", 0, 742_000, (usd("2.61"),), 0.6),
            AccountRow("openai/work", "OpenAI", 1, 318_000, (usd("0.58"),), 0.26),
            AccountRow("google/work", "Google", 2, 142_000, (usd("0.23"),), 0.11),
            AccountRow("ollama/default", "Local (Ollama)", 6, 41_000, (usd("0"),), 0.03),
        ),
        stretch="14:00 to 15:40, 1.2 M tokens, project alpha",
        headline_note="Billed by the providers where they say so, else from the agents' logs.",
    )


def account_state(account: str, title: str, state: str = "ok", message: str = "") -> AccountState:
    return AccountState(
        account=account,
        source=account.split("/")[0],
        title=title,
        kind="agent" if account.startswith(("claude-code", "codex")) else "provider",
        state=state,
        message=message,
        paused=state == "paused",
        tried_at=NOW - timedelta(seconds=20),
        succeeded_at=NOW - timedelta(seconds=20) if state == "ok" else NOW - timedelta(days=3),
        complete_since=datetime(2025, 11, 21, tzinfo=UTC),
        complete_until=NOW - timedelta(minutes=2),
        gaps=(),
        tokens=12_345_678,
        gives="Tokens and costs by hour, model, project and key.",
        cannot="What single conversations were about.",
        first_day=date(2025, 11, 21),
    )


def full_trend() -> Trend:
    stack = daily(30, models=6)
    return Trend(
        choice=TrendChoice(stack.starts[0], TODAY, Step.DAY),
        stack=stack,
        total=15_600_000.0,
        before=12_100_000.0,
        cache_share=0.81,
        cache_saved=usd("212", MoneyKind.ESTIMATED),
        pattern=pattern(),
        rows=(
            ("opus-4", Tokens(input=1_200_000, cache_read=4_000_000, output=310_000), 812, (usd("41.20"),)),
            ("sonnet-4", Tokens(input=900_000, cache_read=2_000_000, output=200_000), 640, (usd("12.75"),)),
            ("local-qwen", Tokens(input=90_000, output=20_000), None, ()),
        ),
    )


def full_snapshot() -> Snapshot:
    """An ordinary Saturday of somebody with four accounts."""
    return Snapshot(
        taken_at=NOW,
        zone="Europe/Berlin",
        sample=False,
        sentence="1.24M tokens today, 18 % below your usual Saturday; 62 % of the 5-hour window used.",
        level=Level(0.62, "Claude · 5-hour window: 62 %", "calm", False, False),
        today=full_today(),
        gauges=(gauge_row("Claude · 5-hour window", "62", 0.76, timedelta(hours=1, minutes=12)), budget_row()),
        figures=(
            Figure("Today", "1.24M", "$3.42 · 14 sessions"),
            Figure("This month", "$69.54", "forecast $99 of $110"),
            Figure("Cache hit rate", "81 %", "saved ≈ $212 in 90 days"),
            Figure("Busiest model", "opus-4", "38 % of tokens"),
        ),
        overview_days=90,
        overview=daily(90),
        year=year(),
        month=month(),
        notices=(Notice("unpriced", "No price is known for local-qwen: its cost is not counted.", "settings"),),
        accounts=(
            account_state("anthropic/work", "Anthropic"),
            account_state("openai/work", "OpenAI"),
            account_state("claude-code/default", "Claude Code"),
        ),
        catalogue=CATALOGUE,
        trend=full_trend(),
        history=HistoryFacts(
            "~/.local/share/tokentray-desktop/history.sqlite",
            48_300_000,
            date(2025, 11, 21),
            812_345,
            "12 November 2026",
        ),
        newest_at=NOW - timedelta(seconds=20),
        price_note="Prices of 12 November 2026",
    )


def empty_snapshot() -> Snapshot:
    """The first start: no account, nothing found."""
    return replace(
        full_snapshot(),
        sentence="Nothing found yet.",
        level=Level(None, "", "calm", False, False),
        today=Today(TODAY, Tokens(), None, (), 0, Comparison(None, ""), (0,) * 24, (), "", ""),
        gauges=(),
        figures=(
            Figure("Today", "—", ""),
            Figure("This month", "—", ""),
            Figure("Cache hit rate", "—", ""),
            Figure("Busiest model", "—", ""),
        ),
        overview=Stack((), ()),
        year=(),
        month=None,
        notices=(),
        accounts=(),
        trend=None,
        history=HistoryFacts("~/.local/share/tokentray-desktop/history.sqlite", 40_960, None, 0, "12 November 2026"),
        newest_at=None,
    )


LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabteilung"


def extreme_snapshot() -> Snapshot:
    """Long names, huge counts, many accounts, several currencies, everything stale, refused and unknown somewhere."""
    full = full_snapshot()
    rows = tuple(
        AccountRow(
            f"openai/{LONG}-{i}",
            f"OpenAI · {LONG} {i}",
            i % 8,
            None if i == 2 else 987_654_321_012 // (i + 1),
            (),
            1 / (i + 1),
        )
        for i in range(12)
    )
    big = tuple(hour * 8_440_000_000 for hour in HOURS)
    return replace(
        full,
        sample=True,
        sentence=f"987B tokens today, 1,812 % above {LONG}; the 5-hour window is full.",
        level=Level(1.0, f"{LONG} · 5-hour window: 104 %", "red", True, True),
        today=replace(
            full.today,
            tokens=Tokens(input=987_654_321_012, cache_read=12_345_678_901_234, output=456_789_012_345),
            requests=123_456_789,
            cost=(
                usd("1234567.89"),
                usd("987654.32", MoneyKind.ESTIMATED),
                Money(Decimal("4321.05"), "EUR", MoneyKind.BILLED),
            ),
            sessions=1234,
            comparison=Comparison(1812, "your usual Donnerstagnachmittagsbesprechungstag"),
            hours=big,
            rows=rows,
            stretch=f"14:00 to 15:40, 13.8T tokens, project {LONG}",
        ),
        gauges=(
            gauge_row(f"{LONG} · Fünfstundenfenster", "104.5", 0.76, timedelta(days=6, hours=23)),
            gauge_row("Wochenfenster Opus", "97", 0.2, timedelta(hours=3), stale=True),
            budget_row(),
            gauge_row("A fourth one", "12", None, None),
        ),
        overview=replace(daily(365, models=9, scale=5e6)),
        notices=tuple(
            Notice(
                "refused",
                f"The key of openai/{LONG}-{i} was refused: give another one.",
                "sources",
                "bad" if i % 2 else "warn",
            )
            for i in range(5)
        ),
        accounts=tuple(
            account_state(
                f"openai/{LONG}-{i}",
                f"OpenAI · {LONG} {i}",
                ("ok", "key_rejected", "throttled", "unreachable")[i % 4],
                LONG,
            )
            for i in range(12)
        ),
        newest_at=NOW - timedelta(hours=26),
    )
