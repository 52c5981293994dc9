"""A year of made-up, plausible history, for a first look and for pictures; always the same for the same day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import blake2b
from math import sin
from random import Random
from zoneinfo import ZoneInfo

from tokentray.core.batch import Batch, BucketSet
from tokentray.core.clock import Clock
from tokentray.core.found import Found, Response
from tokentray.core.gauge import Gauge
from tokentray.core.money import Cost, Money, MoneyKind
from tokentray.core.usage import Tokens, Usage
from tokentray.ingest.demo_journal import Stretch, make_demo_journal
from tokentray.settings.settings import Budget, Settings
from tokentray.store.account_table import account_id
from tokentray.store.database import History, mark_sample, transaction, zone_of
from tokentray.store.gauge_table import record_gauges
from tokentray.store.log_table import record_logs
from tokentray.store.poll_table import record_batch, record_outcome

DAYS = 365
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Habit:
    """
    How one agent or program is used.

    `models` are (days ago from which on it is used, name, share); `projects` are (name, share); `turns` is how many responses
    a session has about; `context` and `output` are tokens of one response.
    """

    account: str
    models: tuple[tuple[int, str, float], ...]
    projects: tuple[tuple[str, float], ...]
    sessions: float
    turns: int
    context: int
    output: int


@dataclass(frozen=True, slots=True)
class Program:
    """
    What a provider bills: a program that calls `model` about `calls` times in a busy hour.

    `prices` are USD for a million tokens of input, cache reads and output; `step` is the width of the provider's buckets.
    """

    account: str
    model: str
    project: str | None
    calls: int
    prices: tuple[str, str, str]
    step: timedelta
    since: int = DAYS


CLAUDE = Habit(
    "claude-code/default",
    (
        (400, "claude-opus-4-5", 0.55),
        (400, "claude-sonnet-4-5", 0.35),
        (400, "claude-haiku-4-5", 0.10),
        (280, "claude-opus-4-6", 0.75),
        (270, "claude-sonnet-4-6", 0.60),
        (150, "claude-opus-5", 0.95),
        (130, "claude-sonnet-5", 0.70),
        (38, "claude-opus-5-5", 1.30),
        (34, "claude-haiku-5-5", 0.45),
        (24, "claude-sonnet-5-5", 0.90),
    ),
    (("alpha", 0.5), ("website", 0.3), ("thesis", 0.2)),
    3.2,
    11,
    30_000,
    700,
)
CODEX = Habit(
    "codex/default",
    (
        (300, "gpt-5.1-codex", 0.6),
        (230, "gpt-5.2-codex", 0.9),
        (140, "gpt-5.5", 0.8),
        (60, "gpt-6-sol", 0.9),
        (25, "gpt-6.1-sol", 1.6),
        (45, "house-coder-2", 0.25),
    ),
    (("alpha", 0.35), ("billing-service", 0.65)),
    1.6,
    9,
    26_000,
    550,
)
PROGRAMS = (
    Program("openai/work", "gpt-5.4-mini", "support-bot", 9, ("0.75", "0.075", "4.5"), HOUR),
    Program("openai/work", "gpt-5.4-nano", "tagging", 14, ("0.2", "0.02", "1.25"), HOUR, 210),
    Program("anthropic/team", "claude-opus-4-8", "contracts", 1, ("5", "0.5", "25"), HOUR, 160),
    Program("openrouter/default", "deepseek/deepseek-v3.2", None, 6, ("0.26", "0.13", "0.38"), DAY),
    Program("openrouter/default", "qwen/qwen3-coder-plus", None, 3, ("0.65", "0.13", "3.25"), DAY, 120),
)
WEEKDAY_SHARE = (1.0, 1.1, 1.05, 1.0, 0.8, 0.22, 0.18)
# Sessions begin in these hours, as often as their share says.
HOUR_SHARE = {8: 2, 9: 6, 10: 8, 11: 6, 12: 2, 13: 5, 14: 8, 15: 8, 16: 6, 17: 4, 18: 2, 20: 2, 21: 2, 22: 1}


def make_demo(history: History, clock: Clock) -> None:
    """Fills an empty history with the year up to now, in its own zone, and marks it as a sample. Takes about a second."""
    now = clock.now()
    zone = ZoneInfo(zone_of(history))
    today = now.astimezone(zone).date()
    with transaction(history):
        mark_sample(history)
        stretches = [
            stretch for habit in (CLAUDE, CODEX) for stretch in _record_agent(history, habit, today, zone, now)
        ]
        for account in dict.fromkeys(program.account for program in PROGRAMS):
            _record_provider(history, account, today, zone, now)
        make_demo_journal(history, stretches, now, zone)


def demo_settings(settings: Settings) -> Settings:
    """The settings to show the made-up year with: they have budgets, and nothing is explained that a first start explains."""
    budgets = (Budget("70"), Budget("4", period="day"))
    return replace(settings, budgets=settings.budgets or budgets, polling_allowed=True, welcomed=True)


def _record_agent(history: History, habit: Habit, today: date, zone: ZoneInfo, now: datetime) -> list[Stretch]:
    found = Found()
    for ago in range(DAYS, -1, -1):
        for response in responses_of(habit, today - timedelta(days=ago), today, zone):
            if response[1] <= _ms(now):
                found.responses.append(response)
                found.session(response[4], response[1])
    account = account_id(history, habit.account, "logged")
    record_logs(history, account, found, [])
    record_gauges(history, account, _windows(habit, now))
    return _stretches(found.responses)


def _stretches(responses: Iterable[Response]) -> list[Stretch]:
    """The agent's sessions, for whom the journal speaks of them."""
    by_session: dict[str, list[Response]] = {}
    for response in responses:
        by_session.setdefault(str(response[4]), []).append(response)
    return [
        Stretch(str(of_one[0][3]), _instant(of_one[0][1]), _instant(of_one[-1][1]), str(of_one[0][2]))
        for of_one in by_session.values()
    ]


def _windows(habit: Habit, now: datetime) -> Iterable[Gauge]:
    """A quota window of five hours and one of a week, as they filled up over the last two days."""
    five, week = (62, 34) if habit is CLAUDE else (18, 51)
    week_resets = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=3, hours=4)
    for hours in range(48, -1, -1):
        at = now - timedelta(hours=hours, minutes=4)
        resets = now + timedelta(minutes=72) - timedelta(hours=5 * -(-max(hours - 3, 0) // 5))
        gone = max(0.0, 1 - (resets - at) / timedelta(hours=5))
        used = round(five * min(1.0, gone / 0.75))
        yield Gauge("5h", at, used_percent=Decimal(used), window_minutes=300, resets_at=resets)
        yield Gauge(
            "week",
            at,
            used_percent=Decimal(round(week * (1 - hours / 96))),
            window_minutes=10080,
            resets_at=week_resets,
        )


def _record_provider(history: History, account: str, today: date, zone: ZoneInfo, now: datetime) -> None:
    usages: list[Usage] = []
    costs: list[Cost] = []
    for program in PROGRAMS:
        if program.account == account:
            for ago in range(program.since, -1, -1):
                of_day = list(buckets_of(program, today - timedelta(days=ago), today, zone, now))
                usages += of_day
                costs += _costs(program, of_day)
    start = datetime.combine(today - timedelta(days=DAYS + 1), time(), UTC)
    end = datetime.combine(now.date(), time(), UTC) + DAY
    known = now.replace(minute=0, second=0, microsecond=0)
    gauges = (_balance(now),) if account.startswith("openrouter") else ()
    batch = Batch(
        (BucketSet("usage", start, end, usages=tuple(usages)), BucketSet("costs", start, end, costs=tuple(costs))),
        gauges,
        complete={"usage": (start, known), "costs": (start, known)},
    )
    number = account_id(history, account, "billed")
    record_batch(history, number, batch)
    record_outcome(history, number, now - timedelta(minutes=3), "ok")


def _balance(now: datetime) -> Gauge:
    return Gauge("balance", now - timedelta(minutes=3), remaining=Decimal("41.87"), unit="USD")


def buckets_of(program: Program, day: date, today: date, zone: ZoneInfo, now: datetime) -> Iterator[Usage]:
    """A day of what a provider reports: one usage for each of its buckets with any calls."""
    dice = Random(f"{program.account} {program.model} {day.isoformat()}")  # noqa: S311
    growing = 0.4 + 0.6 * (1 - (today - day).days / DAYS)
    if program.step == DAY:
        start = datetime.combine(day, time(), UTC)
        if start + DAY <= now:
            yield _usage(
                program,
                start,
                int(8 * program.calls * growing * WEEKDAY_SHARE[day.weekday()] * dice.uniform(0.6, 1.4)),
                dice,
            )
        return
    for hour in range(7, 22):
        start = datetime.combine(day, time(hour), zone).astimezone(UTC)
        busy = growing * max(WEEKDAY_SHARE[day.weekday()], 0.35) * (1.0 if 9 <= hour < 18 else 0.4)
        calls = int(program.calls * busy * dice.uniform(0.5, 1.5) + dice.random())
        if calls and start < now:
            yield _usage(program, start, calls, dice)


def _usage(program: Program, start: datetime, calls: int, dice: Random) -> Usage:
    prompt = int(calls * dice.uniform(900, 2600))
    cached = int(prompt * dice.uniform(0.3, 0.6))
    output = int(calls * dice.uniform(150, 420))
    tokens = Tokens(input=prompt - cached, cache_read=cached, cache_write=0, output=output, reasoning=output // 4)
    return Usage(program.model, start, program.step, tokens, calls, program.model, program.project)


def _costs(program: Program, usages: Iterable[Usage]) -> list[Cost]:
    """What a day's usages are billed: an amount for each UTC day, exact to the last digit."""
    by_day: dict[date, Decimal] = {}
    fresh, cached, output = (Decimal(price) for price in program.prices)
    for usage in usages:
        tokens = usage.tokens
        amount = (tokens.input or 0) * fresh + (tokens.cache_read or 0) * cached + (tokens.output or 0) * output
        by_day[usage.start.date()] = by_day.get(usage.start.date(), Decimal(0)) + amount / 1_000_000
    return [
        Cost(
            program.model,
            datetime.combine(day, time(), UTC),
            DAY,
            Money(amount, "USD", MoneyKind.BILLED),
            program.model,
            program.model,
            program.project,
        )
        for day, amount in by_day.items()
    ]


def responses_of(habit: Habit, day: date, today: date, zone: ZoneInfo) -> Iterator[Response]:
    """All of a day's responses in one agent, session by session."""
    # Not for secrets: the same day is to look the same each time.
    dice = Random(f"{habit.account} {day.isoformat()}")  # noqa: S311
    models = _models_of(habit, (today - day).days)
    if not models:
        return
    for number in range(_sessions_of(habit, day, today, dice)):
        yield from _session(habit, models, day, number, zone, dice)


def _models_of(habit: Habit, ago: int) -> list[tuple[str, float]]:
    """What is in use: the newest count, and what they replaced fades within three weeks."""
    in_use = []
    for since, model, share in habit.models:
        if since < ago:
            continue
        newer = [other for other, name, _ in habit.models if ago <= other < since and _line(name) == _line(model)]
        fading = max(0.0, 1 - (max(newer) - ago) / 21) * 0.5 if newer else 1.0
        if fading > 0:
            in_use.append((model, share * fading))
    return in_use


def _line(model: str) -> str:
    return next((word for word in ("opus", "sonnet", "haiku", "gpt") if word in model), model)


def _sessions_of(habit: Habit, day: date, today: date, dice: Random) -> int:
    if _is_holiday(day):
        return int(dice.random() < 0.08)
    ago = (today - day).days
    growing = 0.35 + 0.65 * (1 - ago / DAYS) ** 1.5
    moods = 1 + 0.3 * sin(ago / 9) + 0.2 * sin(ago / 31 + 1)
    likely = habit.sessions * WEEKDAY_SHARE[day.weekday()] * growing * moods
    return int(likely + dice.random())


def _is_holiday(day: date) -> bool:
    return (day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 1) or (day.month == 8 and 3 <= day.day <= 16)


def _session(
    habit: Habit, models: list[tuple[str, float]], day: date, number: int, zone: ZoneInfo, dice: Random
) -> Iterator[Response]:
    (model,) = dice.choices([name for name, _ in models], [share for _, share in models])
    (project,) = dice.choices([name for name, _ in habit.projects], [share for _, share in habit.projects])
    (hour,) = dice.choices(list(HOUR_SHARE), list(HOUR_SHARE.values()))
    at = datetime.combine(day, time(hour, dice.randrange(60), dice.randrange(60)), zone).astimezone(UTC)
    session = f"demo-{habit.account.partition('/')[0]}-{day.isoformat()}-{number}"
    context = 0
    for turn in range(max(2, int(dice.gauss(habit.turns, habit.turns / 3)))):
        fresh = int(habit.context * dice.uniform(0.02, 0.3 if context else 0.7))
        output = int(habit.output * dice.lognormvariate(0, 0.7))
        # Claude's agent writes everything new into the cache, Codex' provider does so by itself.
        counts = (dice.randrange(4, 60), context, fresh, 0) if model.startswith("claude") else (fresh, context, 0, 0)
        reasoning = None if model.startswith("claude") else output // 3
        key = int.from_bytes(blake2b(f"{session} {turn}".encode(), digest_size=8).digest()) >> 1
        yield key, _ms(at), model, project, session, "", *counts, output, reasoning, 0
        context += fresh + output
        at += timedelta(seconds=dice.uniform(20, 260))


def _ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
