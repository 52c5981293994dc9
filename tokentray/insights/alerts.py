"""What is worth a notification: a threshold crossed, a key refused; once for each crossing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tokentray.insights.snapshot import GaugeRow, Snapshot
from tokentray.settings.settings import Settings

BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Alert:
    """
    One crossing. `kind` is quota, budget or key; `title` names the window, budget or account; `level` is amber or red.

    `percent` is what is used now. `lasts_until` is when it will be full at this pace, `resets_at` when it begins anew; both
    aware and UTC, None where nobody can say. `message` is the provider's refusal in our words.
    """

    kind: str
    account: str
    title: str
    level: str
    percent: int | None = None
    lasts_until: datetime | None = None
    resets_at: datetime | None = None
    message: str = ""


def standing(snapshot: Snapshot, settings: Settings) -> dict[str, Alert]:
    """Everything above a threshold or refused at this moment, of the kinds the person wants, by a name that stays the same while it stands."""
    alerts: dict[str, Alert] = {}
    for row in snapshot.gauges:
        kind = BUDGET if row.gauge.name.startswith(BUDGET) else "quota"
        if _wanted(kind, settings):
            alerts |= _thresholds(kind, row, snapshot.taken_at, settings)
    if settings.alert_key:
        for account in snapshot.accounts:
            if account.state == "key_rejected" and not account.paused:
                name = f"key {account.account}"
                alerts[name] = Alert("key", account.account, account.title, "red", message=account.message)
    return alerts


def crossed(now: Mapping[str, Alert], before: frozenset[str]) -> list[Alert]:
    """What stands now and did not before; of one window only the highest threshold."""
    new = {name: alert for name, alert in now.items() if name not in before}
    return [alert for name, alert in new.items() if not (alert.level == "amber" and _red_twin(name) in now)]


def _thresholds(kind: str, row: GaugeRow, now: datetime, settings: Settings) -> dict[str, Alert]:
    gauge = row.gauge
    if gauge.used_percent is None or gauge.is_void(now):
        return {}
    reached = [
        (level, at)
        for level, at in (("amber", settings.amber_at), ("red", settings.red_at))
        if gauge.used_percent >= at
    ]
    return {
        f"{kind} {row.account} {gauge.name} {level}": Alert(
            kind, row.account, row.title, level, int(gauge.used_percent), row.lasts_until, gauge.resets_at
        )
        for level, _at in reached
    }


def _wanted(kind: str, settings: Settings) -> bool:
    return settings.alert_budget if kind == BUDGET else settings.alert_quota


def _red_twin(name: str) -> str:
    return name.removesuffix("amber") + "red"
