"""Every sentence and number for a person that is not part of one page: counts, money, ages, states, errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QTime

from tokentray.core.gauge import Gauge
from tokentray.core.journal import Level, Outcome, WorkSession
from tokentray.core.money import Money, MoneyKind
from tokentray.insights.snapshot import Quantity
from tokentray.insights.words import short_name

UNKNOWN = "—"
"""What stands where nobody said a number."""

translate = QCoreApplication.translate

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "INR": "₹", "KRW": "₩"}
_NO_CENTS = {"JPY", "KRW"}
_ENGLISH = QLocale(QLocale.Language.English, QLocale.Country.UnitedStates)


# Numbers


def exact_count(count: int | None) -> str:
    """All digits, grouped as the locale does: 1,240,000. None: unknown."""
    return UNKNOWN if count is None else _numbers().toString(count)


def compact_count(count: float | None) -> str:
    """Three figures and a letter: 742k, 1.24M, 39.9M, 12.1B. None: unknown."""
    if count is None:
        return UNKNOWN
    if abs(count) < 1000:
        return _numbers().toString(round(count))
    power = min(4, int(math.log10(abs(count)) // 3))
    digits = _digits(count, power)
    if abs(round(count / 1000**power, digits)) >= 1000 and power < 4:
        power += 1
        digits = _digits(count, power)
    return _with_letter(power).format(number=_numbers().toString(count / 1000**power, "f", digits))


def axis_count(value: float, step: float) -> str:
    """A name for an axis' tick: all ticks of one axis that have the same letter have the same decimals (500k, 1.0M, 1.5M)."""
    if value == 0:
        return _numbers().toString(0)
    power = min(4, max(0, int(math.log10(abs(value) * 1.0000001) // 3)))
    size = 1000.0**power
    decimals = 0
    while decimals < 2 and abs(step / size * 10**decimals - round(step / size * 10**decimals)) > 1e-6:
        decimals += 1
    return _with_letter(power).format(number=_numbers().toString(value / size, "f", decimals))


def axis_money(value: float, step: float, currency: str) -> str:
    """The same for money: $0, $50, $100, and $0.50 where the steps are parts of one."""
    return currency_text(value, currency, 0 if step >= 1 and step == round(step) else 2)


def percent(part: float | None) -> str:
    """0.62 is "62 %". None: unknown."""
    if part is None:
        return UNKNOWN
    return translate("wording", "{number} %").format(number=_numbers().toString(round(part * 100)))


def tokens_text(count: int | None) -> str:
    """1.24M tokens"""
    if count is None:
        return translate("wording", "tokens unknown")
    text = translate("wording", "{number} token(s)", "", _plural(count))
    return _one(text, count, "{number} token", "{number} tokens").format(number=compact_count(count))


def quantity_text(quantity: Quantity) -> str:
    """1,204 images."""
    return f"{exact_count(quantity.amount)} {quantity.what}"


def sessions_text(count: int) -> str:
    """14 sessions"""
    text = translate("wording", "{number} session(s)", "", _plural(count))
    return _one(text, count, "{number} session", "{number} sessions").format(number=exact_count(count))


# Money


def currency_text(amount: float, currency: str, decimals: int = 2) -> str:
    """$3.42, or 3,42 $ where the locale writes it so."""
    symbol = _SYMBOLS.get(currency, currency + "\u00a0")
    text = _numbers().toCurrencyString(float(amount), symbol, 0 if currency in _NO_CENTS else decimals)
    return text.strip()


def money_text(money: Money | None) -> str:
    """$3.42 billed, ≈ $3.42 estimated, < $0.01 for less than a cent, "free" for exactly nothing. None: unknown."""
    if money is None:
        return UNKNOWN
    about = "≈\u00a0" if money.kind == MoneyKind.ESTIMATED else ""
    if money.amount == 0:
        return translate("wording", "free")
    if 0 < abs(money.amount) < Decimal("0.01"):
        return "<\u00a0" + currency_text(0.01, money.currency)
    return about + currency_text(float(money.amount), money.currency)


def moneys_text(amounts: Sequence[Money]) -> str:
    """Amounts of several currencies or kinds beside each other, never added. None at all: unknown."""
    seen = [money for money in amounts if money.amount] or amounts[:1]
    return " + ".join(money_text(money) for money in seen) if seen else UNKNOWN


def cost_kind_text(amounts: Sequence[Money]) -> str:
    """What kind of money that is, in words."""
    kinds = {money.kind for money in amounts}
    if not kinds:
        return translate("wording", "cost unknown: no price is known")
    if kinds == {MoneyKind.BILLED}:
        return translate("wording", "billed by the provider")
    if kinds == {MoneyKind.ESTIMATED}:
        return translate("wording", "estimated from a price list")
    return translate("wording", "partly billed, partly estimated")


# Time


def age(then: datetime | None, now: datetime) -> str:
    """20 s ago, 4 min ago, 3 h ago, 2 days ago. None: never."""
    if then is None:
        return translate("wording", "never")
    seconds = max(0, int((now - then).total_seconds()))
    if seconds < 5:
        return translate("wording", "just now")
    if seconds < 60:
        return translate("wording", "{number} s ago").format(number=exact_count(seconds))
    if seconds < 3600:
        return translate("wording", "{number} min ago").format(number=exact_count(seconds // 60))
    if seconds < 48 * 3600:
        return translate("wording", "{number} h ago").format(number=exact_count(seconds // 3600))
    return translate("wording", "{number} days ago").format(number=exact_count(seconds // 86400))


def updated(then: datetime | None, now: datetime) -> str:
    """Updated 20 s ago"""
    if then is None:
        return translate("wording", "Nothing read yet")
    return translate("wording", "Updated {age}").format(age=age(then, now))


def duration(length: timedelta) -> str:
    """45 s, 12 min, 1 h 12 m, 2 days 3 h"""
    seconds = max(0, int(length.total_seconds()))
    days, hours, minutes = seconds // 86400, seconds % 86400 // 3600, seconds % 3600 // 60
    if seconds < 60:
        return translate("wording", "{seconds} s").format(seconds=seconds)
    if seconds < 3600:
        return translate("wording", "{minutes} min").format(minutes=minutes)
    if days == 0:
        return translate("wording", "{hours} h {minutes} m").format(hours=hours, minutes=minutes)
    if days == 1:
        return translate("wording", "1 day {hours} h").format(hours=hours)
    return translate("wording", "{days} days {hours} h").format(days=days, hours=hours)


def resets_in(resets_at: datetime | None, now: datetime) -> str:
    """resets in 1 h 12 m; empty if it does not reset."""
    if resets_at is None:
        return ""
    if resets_at <= now:
        return translate("wording", "has been reset since")
    return translate("wording", "resets in {duration}").format(duration=duration(resets_at - now))


def clock_text(instant: datetime) -> str:
    """16:40 as the locale writes it; the instant is shown in its own zone."""
    return QLocale().toString(QTime(instant.hour, instant.minute), QLocale.FormatType.ShortFormat)


def day_text(day: date) -> str:
    """Sat, 21 Nov 2026"""
    return QLocale().toString(QDate(day.year, day.month, day.day), translate("wording", "ddd, d MMM yyyy"))


def short_day(day: date) -> str:
    """21 Nov"""
    return QLocale().toString(QDate(day.year, day.month, day.day), translate("wording", "d MMM"))


def month_name(month: int, *, short: bool = True) -> str:
    kind = QLocale.FormatType.ShortFormat if short else QLocale.FormatType.LongFormat
    return QLocale().standaloneMonthName(month, kind)


def weekday_name(weekday: int, *, short: bool = True) -> str:
    """Of 0 (Monday) to 6."""
    kind = QLocale.FormatType.ShortFormat if short else QLocale.FormatType.LongFormat
    return QLocale().standaloneDayName(weekday + 1, kind)


def hour_name(hour: int) -> str:
    """6:00, or 6 AM where the locale counts twice to twelve."""
    if "a" in QLocale().timeFormat(QLocale.FormatType.ShortFormat).lower():
        return QLocale().toString(QTime(hour, 0), "h AP")
    return f"{hour}:00"


def bar_name(start: date | datetime, width: str) -> str:
    """What one bar stands for, in full: its hour, day, week or month."""
    if isinstance(start, datetime):
        return translate("wording", "{day}, {hour}").format(day=day_text(start.date()), hour=hour_name(start.hour))
    if width == "week":
        return translate("wording", "Week of {day}").format(day=day_text(start))
    if width == "month":
        return f"{month_name(start.month, short=False)} {start.year}"
    return day_text(start)


def tick_name(start: date | datetime, width: str, *, crowded: bool) -> str:
    """What stands below a bar: "1 Sep", "14:00", "Sep", "2026" for a January among many."""
    if isinstance(start, datetime):
        return short_day(start.date()) if start.hour == 0 and crowded else hour_name(start.hour)
    if width == "month" or (crowded and start.day == 1) or width == "week":
        if width == "week" and not crowded:
            return short_day(start)
        return str(start.year) if start.month == 1 and crowded else month_name(start.month)
    return short_day(start)


# Comparisons, charts


def comparison_text(percent_signed: int | None, against: str) -> str:
    """18 % below your usual Saturday"""
    if percent_signed is None:
        return translate("wording", "nothing to compare with yet")
    if percent_signed == 0:
        return translate("wording", "as much as {usual}").format(usual=against)
    words = (
        translate("wording", "{percent} below {usual}")
        if percent_signed < 0
        else translate("wording", "{percent} above {usual}")
    )
    return words.format(percent=percent(abs(percent_signed) / 100), usual=against)


def bars_summary(first: str, last: str, total_value: str, unit: str, highest_bar: str, highest_value: str) -> str:
    """What a bar chart shows, in one sentence."""
    return translate("wording", "{first} to {last}: {total} {unit}, most on {bar} with {highest}.").format(
        first=first, last=last, total=total_value, unit=unit, bar=highest_bar, highest=highest_value
    )


def month_summary(so_far_value: str, forecast_value: str | None, budget_value: str | None) -> str:
    """What the month's line shows, in one sentence."""
    words = translate("wording", "{money} so far").format(money=so_far_value)
    if forecast_value is not None:
        words += translate("wording", ", {money} expected at the end of the month").format(money=forecast_value)
    if budget_value is not None:
        words += translate("wording", ", budget {money}").format(money=budget_value)
    return words + "."


def heat_summary(days_with_use: int, days: int, busiest: str, highest_value: str) -> str:
    """What the year shows, in one sentence."""
    return translate("wording", "Use on {some} of {all} days, most on {day} with {highest}.").format(
        some=exact_count(days_with_use), all=exact_count(days), day=busiest, highest=highest_value
    )


def pattern_summary(weekday: str, hour: str, highest_value: str) -> str:
    """What the week's pattern shows, in one sentence."""
    return translate("wording", "Most on {weekday} from {hour}: {highest}.").format(
        weekday=weekday, hour=hour, highest=highest_value
    )


def hours_summary(total_value: str, hour: str, highest_value: str) -> str:
    """What today's hours show, in one sentence."""
    return translate("wording", "{total} tokens by the hour, most from {hour}: {highest}.").format(
        total=total_value, hour=hour, highest=highest_value
    )


def hours_between(start: str, end: str) -> str:
    return translate("wording", "{start} to {end}").format(start=start, end=end)


def weekday_hour(weekday: str, hour: str) -> str:
    return translate("wording", "{weekday}, {hour}").format(weekday=weekday, hour=hour)


def weekday_heading() -> str:
    return translate("wording", "Weekday")


def so_far() -> str:
    return translate("wording", "So far")


def on_that_day() -> str:
    return translate("wording", "On that day")


def forecast() -> str:
    return translate("wording", "Forecast")


def likely_between() -> str:
    return translate("wording", "Likely between")


def lowest() -> str:
    return translate("wording", "At least")


def highest() -> str:
    return translate("wording", "At most")


def budget_text(amount: str) -> str:
    return translate("wording", "Budget {amount}").format(amount=amount)


def less() -> str:
    return translate("wording", "Less")


def more() -> str:
    return translate("wording", "More")


def bar_heading(width: str) -> str:
    """The heading of a table's first column."""
    return {
        "hour": translate("wording", "Hour"),
        "day": translate("wording", "Day"),
        "week": translate("wording", "Week"),
        "month": translate("wording", "Month"),
    }[width]


def nothing_to_show() -> str:
    return translate("wording", "Nothing to show for these days yet.")


def unknown() -> str:
    return translate("wording", "unknown")


def total() -> str:
    return translate("wording", "Total")


def value_text(value: float | None, unit: str) -> str:
    """A chart's value in full: `unit` is "tokens", "requests" or a currency's code."""
    if value is None:
        return unknown()
    return exact_count(round(value)) if unit in ("tokens", "requests") else currency_text(value, unit)


def short_value(value: float | None, unit: str) -> str:
    """The same, short."""
    if value is None:
        return unknown()
    return compact_count(value) if unit in ("tokens", "requests") else currency_text(value, unit)


def unit_name(unit: str) -> str:
    if unit == "tokens":
        return translate("wording", "tokens")
    if unit == "requests":
        return translate("wording", "requests")
    return unit


def money_kind_word(amounts: Sequence[Money]) -> str:
    """The same in one word, beside the amount."""
    kinds = {money.kind for money in amounts if money.amount}
    if kinds == {MoneyKind.BILLED}:
        return translate("wording", "billed")
    if kinds == {MoneyKind.ESTIMATED}:
        return translate("wording", "estimated")
    return translate("wording", "billed and estimated") if kinds else ""


def gauge_level(gauge: Gauge) -> str:
    """How full a window or a budget is, or what is left of a balance: "62 %", "86 % · $3.42 of $4.00", "$12.40 left"."""
    amounts = ""
    if gauge.used is not None and gauge.limit is not None and gauge.unit != "percent":
        amounts = translate("wording", "{used} of {limit}").format(
            used=_in_unit(gauge.used, gauge.unit), limit=_in_unit(gauge.limit, gauge.unit)
        )
    elif gauge.remaining is not None and gauge.used_percent is None:
        amounts = translate("wording", "{amount} left").format(amount=_in_unit(gauge.remaining, gauge.unit))
    share = "" if gauge.used_percent is None else percent(float(gauge.used_percent) / 100)
    return " · ".join(part for part in (share, amounts) if part) or unknown()


def gauge_outlook(gauge: Gauge, lasts_until: datetime | None, now: datetime, zone: tzinfo) -> str:
    """What comes: "at this pace until 16:40", else "resets in 1 h 12 m"; empty for a budget or a balance that goes as planned."""
    if lasts_until is not None and lasts_until > now and (gauge.used_percent or 0) < 100:
        if lasts_until - now > timedelta(hours=20):
            return translate("wording", "at this pace until {day}").format(
                day=short_day(lasts_until.astimezone(zone).date())
            )
        return translate("wording", "at this pace until {time}").format(time=clock_text(lasts_until.astimezone(zone)))
    return "" if gauge.name.startswith("budget") else resets_in(gauge.resets_at, now)


def _in_unit(amount: Decimal, unit: str) -> str:
    if unit in ("credits", "bytes", "percent"):
        return f"{compact_count(float(amount))} {unit}"
    return currency_text(float(amount), unit)


def tokens_exactly(count: int | None) -> str:
    """1,240,000 tokens"""
    return (
        translate("wording", "{number} tokens").format(number=exact_count(count))
        if count is not None
        else tokens_text(None)
    )


def share_of_today(title: str, share: str) -> str:
    """What a screen reader says about an account's bar."""
    return translate("wording", "{account}: {share} of today").format(account=title, share=share)


def more_accounts(count: int) -> str:
    text = translate("wording", "{number} more account(s)", "", count)
    return _one(text, count, "{number} more account", "{number} more accounts").format(number=exact_count(count))


def last_stretch(stretch: str) -> str:
    """The last stretch of work that could become a journal card."""
    return translate("wording", "Last: {stretch}").format(stretch=stretch)


def breakable(text: str) -> str:
    """The same text, but words longer than a line may be broken: with room of no width within them."""
    return " ".join("\u200b".join(word[i : i + 16] for i in range(0, len(word), 16)) for word in text.split(" "))


def today_text(numbers: str) -> str:
    """Today: 1.24M tokens · $3.42"""
    return translate("wording", "Today: {numbers}").format(numbers=numbers)


def as_of(text: str, how_old: str) -> str:
    """A reading that may no longer hold, with its age."""
    return translate("wording", "{text} (as of {age})").format(text=text, age=how_old)


def key_refused_somewhere() -> str:
    return translate("wording", "A key was refused: see Sources")


# The journal


def outcome_words(outcome: Outcome | None) -> str:
    """Worked, Partly, Did not work, Unclear; None: not said yet."""
    return {
        Outcome.WORKED: translate("wording", "Worked"),
        Outcome.PARTLY: translate("wording", "Partly"),
        Outcome.FAILED: translate("wording", "Did not work"),
        Outcome.UNCLEAR: translate("wording", "Unclear"),
        None: translate("wording", "Not said yet"),
    }[outcome]


def level_words(level: Level) -> str:
    """Who a card is for."""
    return {
        Level.ME: translate("wording", "Me"),
        Level.TEAM: translate("wording", "Team"),
        Level.COMPANY: translate("wording", "Company"),
    }[level]


def cards_text(count: int) -> str:
    """3 cards"""
    text = translate("wording", "{number} card(s)", "", _plural(count))
    return _one(text, count, "{number} card", "{number} cards").format(number=exact_count(count))


def cards_heading() -> str:
    return translate("wording", "Cards")


def week_title(monday: date, sunday: date) -> str:
    """Week 47 · 16 Nov to 22 Nov 2026; weeks as ISO counts them."""
    days = hours_between(
        short_day(monday), translate("wording", "{day} {year}").format(day=short_day(sunday), year=sunday.year)
    )
    return translate("wording", "Week {number} · {days}").format(number=monday.isocalendar().week, days=days)


def stretch_text(start: datetime, end: datetime, zone: tzinfo) -> str:
    """14:00 to 15:40, and over midnight 23:10 to 22 Nov, 01:20; aware instants."""
    here, there = start.astimezone(zone), end.astimezone(zone)
    until = clock_text(there)
    if there.date() != here.date():
        until = f"{short_day(there.date())}, {until}"
    return hours_between(clock_text(here), until)


def function_words(function: str) -> str:
    """A function of work; the person's own words stay as they are."""
    return {
        "engineering": translate("wording", "Engineering"),
        "design": translate("wording", "Design"),
        "product": translate("wording", "Product"),
        "data": translate("wording", "Data"),
        "research": translate("wording", "Research"),
        "marketing": translate("wording", "Marketing"),
        "sales": translate("wording", "Sales"),
        "support": translate("wording", "Support"),
        "finance": translate("wording", "Finance"),
        "legal": translate("wording", "Legal"),
        "people": translate("wording", "People"),
        "operations": translate("wording", "Operations"),
    }.get(function, function)


def session_facts(session: WorkSession) -> str:
    """1.24M tokens · ≈ $3.42, and how fine it is if only a bill knows of it."""
    parts = [tokens_text(session.tokens.total)]
    if session.cost:
        parts.append(moneys_text(session.cost))
    if session.also_billed is not None:
        parts.append(translate("wording", "{number} also billed").format(number=compact_count(session.also_billed)))
    if session.grain == "hour":
        parts.append(translate("wording", "to the hour, as billed"))
    return " · ".join(parts)


def session_words(session: WorkSession, zone: tzinfo) -> str:
    """14:00 to 15:40, 1.24M tokens, project alpha"""
    parts = [stretch_text(session.start, session.end, zone), tokens_text(session.tokens.total)]
    if session.project:
        parts.append(translate("wording", "project {project}").format(project=project_words(session.project)))
    return ", ".join(parts)


def minutes_text(minutes: int) -> str:
    """45 min, 1 h, 1 h 30 m"""
    if minutes < 60:
        return translate("wording", "{minutes} min").format(minutes=minutes)
    if minutes % 60 == 0:
        return translate("wording", "{hours} h").format(hours=minutes // 60)
    return translate("wording", "{hours} h {minutes} m").format(hours=minutes // 60, minutes=minutes % 60)


def edited_text(count: int) -> str:
    """Edited 3 times"""
    text = translate("wording", "Edited {number} time(s)", "", _plural(count))
    return _one(text, count, "Edited once", "Edited {number} times").format(number=exact_count(count))


def untitled() -> str:
    """What stands where a card has no title yet."""
    return translate("wording", "Without a title")


def project_words(project: str | None) -> str:
    """A folder's last part; the whole of it stands where there is room for details."""
    return short_name(project) if project else translate("wording", "No project")


# States and errors


def state_words(state: str) -> str:
    """An account's state as a person says it; `state` as the history keeps it."""
    return _states().get(state, state)


def state_tone(state: str) -> str:
    """The label role that goes with a state: good, muted, warn or bad."""
    return {"ok": "good", "never": "muted", "paused": "muted", "not_allowed": "muted", "stopped": "muted"}.get(
        state, "bad" if state in ("key_rejected", "key_missing", "no_vault", "bug") else "warn"
    )


def _states() -> dict[str, str]:
    return {
        "ok": translate("wording", "Up to date"),
        "never": translate("wording", "Not read yet"),
        "paused": translate("wording", "Paused"),
        "not_allowed": translate("wording", "Waiting until you allow polling"),
        "reading": translate("wording", "Reading…"),
        "key_rejected": translate("wording", "The key was refused"),
        "key_missing": translate("wording", "No key is stored"),
        "throttled": translate("wording", "The provider asked to wait"),
        "unreachable": translate("wording", "Could not be reached"),
        "unreadable": translate("wording", "The answer could not be read"),
        "vault_locked": translate("wording", "The keyring is locked"),
        "no_vault": translate("wording", "No keyring on this system"),
        "stopped": translate("wording", "Stopped; it goes on at the next sync"),
        "bug": translate("wording", "Something in TokenTray went wrong"),
    }


def what_to_do(state: str) -> str:
    """One sentence on what helps, or "" where nothing is wrong."""
    return _advice().get(state, "")


def _advice() -> dict[str, str]:
    return {
        "key_rejected": translate("wording", "Give another key in Sources; the kind that is needed is named there."),
        "key_missing": translate("wording", "Add the key again in Sources."),
        "throttled": translate("wording", "Nothing to do: it is tried again when the provider allows it."),
        "unreachable": translate(
            "wording", "Nothing to do: it is tried again later. Check the network if it stays so."
        ),
        "unreadable": translate("wording", "Update TokenTray; if it stays so, report it."),
        "vault_locked": translate("wording", "Unlock your keyring, then sync."),
        "no_vault": translate("wording", "Use a key from an environment variable or a command."),
        "bug": translate("wording", "The details are in TokenTray's own log."),
    }


def _numbers() -> QLocale:
    # The C locale groups no digits and knows no place for a currency's sign.
    here = QLocale()
    return _ENGLISH if here.language() == QLocale.Language.C else here


def _digits(count: float, power: int) -> int:
    whole = abs(count) / 1000**power
    if power == 1:
        return 1 if whole < 9.95 else 0
    return 2 if whole < 9.995 else 1 if whole < 99.95 else 0


def _with_letter(power: int) -> str:
    return (
        "{number}",
        translate("wording", "{number}k"),
        translate("wording", "{number}M"),
        translate("wording", "{number}B"),
        translate("wording", "{number}T"),
    )[power]


def _plural(count: int) -> int:
    # Qt takes 32 bits; the last digits choose the plural.
    return count if count < 2**31 else 1_000_000_000 + count % 1_000_000


def _one(translated: str, count: int, one: str, many: str) -> str:
    """The translated plural; Qt has none for the source language, so English is chosen here."""
    return translated if "(s)" not in translated else one if count == 1 else many
