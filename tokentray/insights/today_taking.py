"""Today as the popover shows it, with its one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tokentray.core.period import day_period
from tokentray.insights import forecast, words
from tokentray.insights.scene import Scene
from tokentray.insights.snapshot import (
    AccountRow,
    Comparison,
    Today,
)
from tokentray.insights.sums import Answer, Sum, sum_of
from tokentray.store.account_table import all_accounts
from tokentray.store.extent import first_day
from tokentray.store.plain_rows import responses_between, sessions_between, slots_between

if TYPE_CHECKING:
    pass

LONGEST_PAUSE = timedelta(minutes=30)
WEEKS = forecast.WEEKS_LOOKED_BACK


def take_today(scene: Scene, answer: Answer) -> Today:
    """Today from an answer by hour and account."""
    period = day_period(scene.today, scene.today, scene.zone)
    sessions = sessions_between(scene.history, period.start, period.end)
    headline = answer.headline
    return Today(
        day=scene.today,
        tokens=headline.tokens,
        requests=headline.requests,
        cost=headline.cost,
        sessions=len(sessions),
        comparison=_comparison(scene),
        hours=_hours(answer, period.start, period.end),
        rows=_account_rows(scene, answer),
        stretch=_stretch(scene),
        headline_note=answer.why,
    )


def _hours(answer: Answer, start: datetime, end: datetime) -> tuple[int, ...]:
    hours = [0] * ((end - start) // timedelta(hours=1))
    for (hour, _), total in answer.rows.items():
        if hour is not None:
            hours[(datetime.fromisoformat(hour) - start) // timedelta(hours=1)] += total.total or 0
    return tuple(hours)


def _account_rows(scene: Scene, answer: Answer) -> tuple[AccountRow, ...]:
    by_account: dict[str, list[Sum]] = {}
    for (_, account), total in answer.rows.items():
        by_account.setdefault(account or "", []).append(total)
    sums = {account: sum_of(parts) for account, parts in by_account.items()}
    whole = answer.headline.total or 0
    rows = [
        AccountRow(
            account,
            scene.titles.get(account, account),
            scene.slots.get(account, 0),
            total.total,
            total.cost,
            (total.total or 0) / whole if whole else 0.0,
        )
        for account, total in sums.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-(row.tokens or 0), row.title)))


def _comparison(scene: Scene) -> Comparison:
    """Today up to now against the same weekdays up to the same hour, in the one origin that says most."""
    against = f"your usual {words.weekday_of(scene.today)}"
    days = [scene.today - timedelta(weeks=weeks) for weeks in range(WEEKS + 1)]
    known = first_day(scene.history)
    local = scene.now.astimezone(ZoneInfo(scene.zone))
    sums: list[dict[str, int]] = []
    for day in days:
        start = day_period(day, day, scene.zone).start
        end = datetime.combine(day, local.time(), ZoneInfo(scene.zone)).astimezone(UTC)
        sums.append(_by_origin(scene, start, end) if known is not None and day >= known else {})
    origin = max(("logged", "billed"), key=lambda name: sum(of_day.get(name, 0) for of_day in sums))
    earlier = [
        of_day.get(origin, 0) if known is not None and day >= known else None
        for day, of_day in zip(days, sums, strict=True)
    ]
    return Comparison(forecast.deviation(earlier[0] or 0, forecast.usual(earlier[1:])), against)


def _by_origin(scene: Scene, start: datetime, end: datetime) -> dict[str, int]:
    origins = {account.name: account.origin for account in all_accounts(scene.history)}
    sums: dict[str, int] = {}
    # Up to the last full quarter hour, then as now.
    for account, _, total in slots_between(scene.history, start, end):
        sums[origins[account]] = sums.get(origins[account], 0) + total
    return sums


def _stretch(scene: Scene) -> str:
    """The last stretch of an agent's work without a long pause: "14:00 to 15:40, 1.20M tokens, project alpha"; empty without one today."""
    start = day_period(scene.today, scene.today, scene.zone).start
    run = _last_run(responses_between(scene.history, start, scene.now + timedelta(milliseconds=1)))
    if not run:
        return ""
    zone = ZoneInfo(scene.zone)
    begin, end = run[0][0].astimezone(zone), run[-1][0].astimezone(zone)
    by_project: dict[str, int] = {}
    for _, total, project in run:
        by_project[project] = by_project.get(project, 0) + total
    busiest = _short(max(by_project, key=lambda project: by_project[project]))
    text = f"{begin:%H:%M} to {end:%H:%M}, {words.count_text(sum(by_project.values()))} tokens"
    return f"{text}, project {busiest}" if busiest else text


def _last_run(responses: Sequence[tuple[datetime, int, str]]) -> list[tuple[datetime, int, str]]:
    run: list[tuple[datetime, int, str]] = []
    for response in reversed(responses):
        if run and run[-1][0] - response[0] > LONGEST_PAUSE:
            break
        run.append(response)
    return run[::-1]


def _short(project: str) -> str:
    """A project's folder alone."""
    return project.rstrip("/\\").replace("\\", "/").rpartition("/")[2] or project


def sentence_of(scene: Scene, today: Today, known: date | None) -> str:
    """The popover's one sentence; `known` is the first day of which anything is known."""
    if known is None:
        return "Nothing has been read yet"
    total = today.tokens.total
    if total is None:
        return "No tokens today so far"
    parts = [f"{words.count_text(total)} tokens today", words.moneys_text(today.cost)]
    if today.comparison.percent is not None:
        parts.append(words.difference_text(today.comparison.percent, today.comparison.against))
    return ", ".join(parts)
