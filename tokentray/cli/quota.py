"""`tokentray quota`: windows and balances, with the age of each reading."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tokentray.cli.codes import DONE
from tokentray.cli.first_reading import history_to_read
from tokentray.cli.here import Here, rfc3339
from tokentray.cli.output import decimal_text, print_json
from tokentray.cli.plain import UNKNOWN, age, table
from tokentray.core.gauge import Gauge
from tokentray.store.gauge_table import newest_gauges

STALE_AFTER = timedelta(hours=1)


def parser(name: str) -> ArgumentParser:
    parser = ArgumentParser(
        allow_abbrev=False,
        prog=f"tokentray {name}",
        description="Quota windows and balances as they were last read. Nothing is polled: “tokentray sync” reads anew.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser


def run(options: Namespace, here: Here) -> int:
    with history_to_read(here) as history:
        gauges = newest_gauges(history)
    if options.json:
        print_json(
            "quota",
            {"as_of": rfc3339(here.now), "gauges": [_object(account, gauge, here.now) for account, gauge in gauges]},
        )
    elif gauges:
        print(
            table(
                [
                    ["account", "what", "used", "left", "resets", "read"],
                    *(_line(account, gauge, here) for account, gauge in gauges),
                ],
                left=2,
            )
        )
    else:
        print("No quota window and no balance has been read yet.")
    return DONE


def _object(account: str, gauge: Gauge, now: datetime) -> dict[str, Any]:
    return {
        "account": account,
        "name": gauge.name,
        "at": rfc3339(gauge.at),
        "age_seconds": int((now - gauge.at).total_seconds()),
        # The window has ended since: what was used of it says nothing about the present one.
        "void": gauge.is_void(now),
        "stale": gauge.is_void(now) or now - gauge.at > STALE_AFTER,
        "used_percent": decimal_text(gauge.used_percent),
        "used": decimal_text(gauge.used),
        "limit": decimal_text(gauge.limit),
        "remaining": decimal_text(gauge.remaining),
        "unit": gauge.unit,
        "window_minutes": gauge.window_minutes,
        "resets_at": rfc3339(gauge.resets_at),
    }


def _line(account: str, gauge: Gauge, here: Here) -> list[str]:
    read = age((here.now - gauge.at).total_seconds())
    if gauge.is_void(here.now):
        # The window it speaks of has ended: its level says nothing about the present one.
        return [account, gauge.name, UNKNOWN, UNKNOWN, "has been reset", read]
    return [account, gauge.name, _used(gauge), _left(gauge), _reset(gauge.resets_at, here), read]


def _used(gauge: Gauge) -> str:
    if gauge.used_percent is not None:
        return f"{decimal_text(gauge.used_percent)} %"
    return _with_unit(gauge.used, gauge.unit)


def _left(gauge: Gauge) -> str:
    if gauge.remaining is not None:
        return _with_unit(gauge.remaining, gauge.unit)
    if gauge.limit is not None and gauge.used is not None:
        return _with_unit(gauge.limit - gauge.used, gauge.unit)
    if gauge.used_percent is not None:
        return f"{decimal_text(max(Decimal(0), 100 - gauge.used_percent))} %"
    return UNKNOWN


def _with_unit(amount: Decimal | None, unit: str) -> str:
    if amount is None:
        return UNKNOWN
    return f"{decimal_text(amount)} {'%' if unit == 'percent' else unit}"


def _reset(at: datetime | None, here: Here) -> str:
    if at is None:
        return UNKNOWN
    local = at.astimezone(ZoneInfo(here.zone))
    today = here.now.astimezone(ZoneInfo(here.zone)).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"
