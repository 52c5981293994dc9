"""`tokentray today` and `tokentray status`: read from the history with hardly an import."""

import os
import sys
import time

from tokentray import paths
from tokentray.cli.codes import DONE, NOTHING_CONFIGURED
from tokentray.cli.plain import UNKNOWN, age, amount_text, costs, count, counted, long_day, short_count, table
from tokentray.settings.peek import peek_settings
from tokentray.settings.zone import is_zone, today_in
from tokentray.store.glance import glance

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing costs 4 ms, and nothing here needs it at run time
    from collections.abc import Callable
    from typing import Any

FORMATS = ("json", "waybar", "tmux", "plain")
COUNTS = ("input", "cache_read", "cache_write", "cache_write_1h", "output", "reasoning", "unsplit")
SHOWN = ("input", "cache_read", "cache_write", "output", "unsplit", "reasoning")
STALE_SECONDS = 3600


class Sum:
    """Tokens, requests and money of a part of today; counts that nobody said stay None."""

    __slots__ = ("billed", "counts", "estimated", "lists", "priced", "requests", "unpriced")

    def __init__(self) -> None:
        self.counts: list[int | None] = [None] * len(COUNTS)
        self.requests: int | None = None
        self.estimated = 0
        self.priced = False
        self.billed: dict[str, str] = {}
        self.unpriced: set[str] = set()
        self.lists: set[str] = set()

    @property
    def total(self) -> int | None:
        known = [part for name, part in zip(COUNTS, self.counts, strict=True) if name in SHOWN[:5] and part is not None]
        return sum(known) if known else None

    @property
    def cost(self) -> list[dict[str, str]]:
        """Billed by currency, then the estimate for what was not billed; empty if no price is known."""
        found = [{"amount": amount, "currency": currency, "kind": "billed"} for currency, amount in self.billed.items()]
        if self.priced:
            estimate = {"amount": amount_text(self.estimated), "currency": "USD", "kind": "estimated"}
            found.append(estimate | ({"list": " and ".join(sorted(self.lists))} if self.lists else {}))
        return found

    @property
    def tokens(self) -> dict[str, int | None]:
        by_name = dict(zip(COUNTS, self.counts, strict=True))
        return {name: by_name[name] for name in SHOWN} | {"total": self.total}

    def add(self, row: "tuple[Any, ...]", price_it: bool) -> None:
        """One row of store.glance, with its prices."""
        for place, number in enumerate(row[5:12]):
            if number is not None:
                self.counts[place] = (self.counts[place] or 0) + number
        if row[12] is not None:
            self.requests = (self.requests or 0) + row[12]
        if price_it:
            self._value(row)

    def bill(self, amount: str, currency: str) -> None:
        """Adds what a provider billed."""
        held = self.billed.get(currency)
        if held is not None:
            from decimal import Decimal  # 2 ms, only where there are several bills

            amount = format(Decimal(held) + Decimal(amount), "f")
        self.billed[currency] = amount

    def _value(self, row: "tuple[Any, ...]") -> None:
        units = worth(row[5:12], row[13:18] if row[18] else None)
        if units is None:
            self.unpriced.add(f"{row[2] or 'no model'} ({row[3]})" if row[3] else row[2] or "no model")
            return
        self.estimated += units
        self.priced = True
        if row[18]:
            self.lists.add(row[18])


def worth(counts: "tuple[int | None, ...]", prices: "tuple[int | None, ...] | None") -> int | None:
    """
    In 10^-12 USD, of counts in the order of COUNTS; `prices` None: not looked up yet.

    None if a kind of which there are tokens has no price, or if the provider does not split them.

    The same as `insights.prices.worth`, without its imports.
    """
    fresh, read, written, hour, output, _reasoning, unsplit = (number or 0 for number in counts)
    if unsplit or prices is None:
        return None
    total = 0
    for number, price in zip((fresh, read, written - hour if written else 0, hour, output), prices, strict=True):
        if number:
            if price is None:
                return None
            total += number * price
    return total


class Today:
    """What a glance came to: the headline counts no token twice, `accounts` and `origins` have all that was said."""

    __slots__ = ("accounts", "headline", "origins", "taken", "why")

    def __init__(self, found: "dict[str, Any]") -> None:
        self.headline = Sum()
        self.accounts: dict[tuple[str, str], Sum] = {}
        self.origins: dict[str, Sum] = {}
        said = {row[1] for row in found["rows"]} | {cost[4] for cost in found["costs"]}
        family, taken, self.why = (None, {}, "") if len(said) < 2 else _chosen(found["rows"])
        billed = {cost[0] for cost in found["costs"]}
        used: set[str] = set()
        for row in found["rows"]:
            counted = family is None or taken[family(row[2])] == row[1]
            for part in self._parts(row[0], row[1], counted):
                part.add(row, row[0] not in billed)
            used |= {row[1]} if counted else set()
        for account, amount, currency, _kind, origin, model in found["costs"]:
            counted = family is None or taken.get(family(model), origin) == origin
            for part in self._parts(account, origin, counted):
                part.bill(amount, currency)
            used.add(origin)
        self.taken = sorted(used)

    def _parts(self, account: str, origin: str, counted: bool) -> list[Sum]:
        parts = [self.accounts.setdefault((account, origin), Sum()), self.origins.setdefault(origin, Sum())]
        return [*parts, self.headline] if counted else parts


def _chosen(rows: "list[tuple[Any, ...]]") -> "tuple[Callable[[str | None], str], dict[Any, str], str]":
    # 5 ms, only where providers and agents' logs may speak of the same tokens.
    from tokentray.insights.overlap import family, reason, taken_origins

    claims = [(family(row[2]), row[1], sum(row[place] or 0 for place in (5, 6, 7, 9, 11))) for row in rows]
    taken = taken_origins(claims)
    places = {(place, origin) for place, origin, _ in claims}
    return family, taken, reason(set(taken.values()), len(places) > len(taken))


def run_quickly(arguments: list[str]) -> int:
    """`today` and `status` in their usual forms; anything unusual goes the way of all commands, which explains itself."""
    match arguments:
        case ["today"]:
            return show_today(False)
        case ["today", "--json"]:
            return show_today(True)
        case ["status", "--format", ("json" | "waybar" | "tmux" | "plain") as form]:
            return show_status(form)
    from tokentray.cli.commands import run_command

    return run_command(arguments)


def show_today(as_json: bool, zone: str = "", path: str = "") -> int:
    """`zone` "" is the settings' or else the system's; `path` "" is the person's own history."""
    path = path or paths.history_file()
    settings = peek_settings(paths.settings_file())
    now, (name, day, first, end) = _now(settings, zone)
    found = glance(path, day, first // 900, -(-end // 900), name)
    if found is None:
        # A new machine: today's lines are read first, so that there is a number at once.
        from tokentray.cli.first_reading import read_today

        read_today()
        found = glance(path, day, first // 900, -(-end // 900), name)
        if found is None:
            return NOTHING_CONFIGURED
    today = Today(found)
    if as_json:
        _print_json("today", _today_object(today, found, now, name, day))
    else:
        _print_today(today, found, now, name, day, _is_read_since(found, first))
    return DONE


def show_status(form: str) -> int:
    """One line for a status bar; nothing is read but the history."""
    settings = peek_settings(paths.settings_file())
    now, (name, day, first, end) = _now(settings, "")
    found = glance(paths.history_file(), day, first // 900, -(-end // 900), name)
    if found is None:
        print("tokentray: There is no history yet; “tokentray sync” makes one.", file=sys.stderr)
        return NOTHING_CONFIGURED
    today, gauge = Today(found), _fullest(found["gauges"], now)
    text = _line(today, gauge, _is_read_since(found, first))
    tone = _tone(gauge, settings)
    if form == "json":
        _print_json(
            "status", {"text": text, "tone": tone, "gauge": gauge, **_today_object(today, found, now, name, day)}
        )
    elif form == "waybar":
        _print_waybar(text, tone, gauge, today, found, now)
    else:
        print(text.replace("#", "##") if form == "tmux" else text)
    return DONE


def _now(settings: "dict[str, object]", zone: str) -> "tuple[float, tuple[str, int, int, int]]":
    chosen = zone or settings.get("zone")
    chosen = chosen if isinstance(chosen, str) and is_zone(chosen) else ""
    if "TOKENTRAY_NOW" not in os.environ:
        now = time.time()
    else:
        from tokentray.cli.own_clock import own_clock  # tests and demonstrations only

        now = own_clock().now().timestamp()
    return now, today_in(now, chosen, os.environ)


def _is_read_since(found: "dict[str, Any]", instant: int) -> bool:
    """Whether anything was read after that second: if not, nobody knows that nothing was used."""
    newest = found["newest_at"]
    # A first reading begins with today; until it is finished, nothing says when it was.
    return bool(found["unfinished"]) or (newest is not None and newest >= instant * 1000)


def _line(today: Today, gauge: "dict[str, Any] | None", is_read: bool) -> str:
    total = today.headline.total
    parts = [UNKNOWN if total is None and not is_read else short_count(total or 0)]
    if today.headline.cost:
        parts.append(costs(today.headline.cost, not today.headline.unpriced))
    if gauge is not None:
        reading = f"{gauge['name']} {gauge['used_percent'].partition('.')[0]} %"
        parts.append(f"{reading} ({age(gauge['age_seconds'])})" if gauge["stale"] else reading)
    return " · ".join(parts)


def _fullest(gauges: "list[tuple[Any, ...]]", now: float) -> "dict[str, Any] | None":
    """The quota window that is used most, of those that have not ended since they were read."""
    open_windows = [row for row in gauges if row[3] is not None and (row[9] is None or row[9] > now * 1000)]
    if not open_windows:
        return None
    account, name, at, used, *_, window, resets_at = max(open_windows, key=lambda row: float(row[3]))
    return {
        "account": account,
        "name": name,
        "used_percent": used,
        "window_minutes": window,
        "at": _instant(at),
        "age_seconds": int(now - at / 1000),
        "resets_at": _instant(resets_at),
        "stale": now - at / 1000 > STALE_SECONDS,
    }


def _tone(gauge: "dict[str, Any] | None", settings: "dict[str, object]") -> str:
    used = 0.0 if gauge is None else float(gauge["used_percent"])
    for tone, key, usual in (("red", "red_at", 90), ("amber", "amber_at", 75)):
        chosen = settings.get(key)
        if used >= (chosen if isinstance(chosen, int) else usual):
            return tone
    return "calm"


def _today_object(today: Today, found: "dict[str, Any]", now: float, zone: str, day: int) -> "dict[str, Any]":
    headline = today.headline
    return {
        "day": _iso_day(day),
        "zone": zone,
        "as_of": _instant(int(now * 1000)),
        "newest_at": _instant(found["newest_at"]),
        "tokens": headline.tokens,
        "requests": headline.requests,
        "cost": headline.cost,
        "sessions": found["sessions"],
        "accounts": [
            {"account": account, "origin": origin, **_object(part)}
            for (account, origin), part in today.accounts.items()
        ],
        "totals": {origin: _object(part) for origin, part in today.origins.items()}
        | {"headline": {**_object(headline), "origins": today.taken, "why": today.why}},
        "complete": not found["unfinished"],
        "notes": _notes(today),
    }


def _object(part: Sum) -> "dict[str, Any]":
    content: dict[str, object] = {"tokens": part.tokens, "requests": part.requests, "cost": part.cost}
    return content | ({"unpriced": sorted(part.unpriced)} if part.unpriced else {})


def _notes(today: Today) -> list[str]:
    unpriced = sorted({name for part in today.origins.values() for name in part.unpriced})
    found = []
    if unpriced:
        found.append(
            f"{len(unpriced)} model{'s have' if len(unpriced) > 1 else ' has'} no known price: {', '.join(unpriced)}"
        )
    if today.headline.lists:
        found.append(f"estimated costs are tokens times {' and '.join(sorted(today.headline.lists))}")
    if today.why:
        found.append(today.why)
    return found


def _print_today(today: Today, found: "dict[str, Any]", now: float, zone: str, day: int, is_read: bool) -> None:
    headline, date = today.headline, time.gmtime(day * 86400)
    print(f"Today, {long_day(date.tm_year, date.tm_mon, date.tm_mday, date.tm_wday)} ({zone})")
    print()
    if headline.total is None and not headline.cost:
        print("  Nothing used yet." if is_read else "  Nothing was read today, so what was used is unknown.")
    else:
        facts = [counted(headline.total, "token"), costs(headline.cost, not headline.unpriced)]
        facts += [counted(headline.requests, "request")] if headline.requests is not None else []
        facts += [counted(found["sessions"], "session")] if found["sessions"] else []
        parts = [(name, part) for name, part in headline.tokens.items() if part is not None and name != "total"]
        print(f"  {'   '.join(facts)}")
        print("  " + " · ".join(f"{name.replace('_', ' ')} {count(part)}" for name, part in parts))
    if today.accounts:
        print()
        heads = ["", "tokens", "requests", "cost", "source"]
        rows = [
            [account, count(part.total), count(part.requests), costs(part.cost, not part.unpriced), origin]
            for (account, origin), part in today.accounts.items()
        ]
        print("\n".join(f"  {line}" for line in table([heads, *rows]).splitlines()))
    notes = [f"{note[0].upper()}{note[1:].rstrip('.')}." for note in _notes(today)]
    if notes:
        print("\n" + "\n".join(notes))
    newest = found["newest_at"]
    if found["unfinished"]:
        print("\nThis is all of today; “tokentray sync” reads the days before.")
    elif newest is not None and now - newest / 1000 > STALE_SECONDS:
        print(f"\nLast read {age(now - newest / 1000)}; “tokentray sync” reads what is new.")


def _print_waybar(
    text: str, tone: str, gauge: "dict[str, Any] | None", today: Today, found: "dict[str, Any]", now: float
) -> None:
    lines = [
        f"{account}: {count(part.total)} tokens, {costs(part.cost, not part.unpriced)}"
        for (account, _), part in today.accounts.items()
    ]
    if gauge is not None:
        since = f" ({age(gauge['age_seconds'])})" if gauge["stale"] else ""
        lines.append(f"{gauge['account']} {gauge['name']}: {gauge['used_percent']} % used{since}")
    newest = found["newest_at"]
    stale = newest is not None and now - newest / 1000 > STALE_SECONDS
    if stale:
        lines.append(f"last read {age(now - newest / 1000)}")
    content: dict[str, object] = {
        "text": _escaped(text),
        "tooltip": _escaped("\n".join(lines)),
        "class": [tone, "stale"] if stale else tone,
    }
    if gauge is not None:
        content["percentage"] = int(float(gauge["used_percent"]))
    import json  # 5 ms, only for those who asked for it

    print(json.dumps(content))


def _print_json(name: str, content: "dict[str, Any]") -> None:
    import json  # 5 ms, only for those who asked for it

    print(json.dumps({"schema": f"tokentray.{name}/1", **content}, indent=1))


def _escaped(text: str) -> str:
    """As Pango's markup wants it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _instant(ms: int | None) -> str | None:
    if ms is None:
        return None
    at = time.gmtime(ms // 1000)
    return f"{at.tm_year:04}-{at.tm_mon:02}-{at.tm_mday:02}T{at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02}Z"


def _iso_day(day: int) -> str:
    at = time.gmtime(day * 86400)
    return f"{at.tm_year:04}-{at.tm_mon:02}-{at.tm_mday:02}"
