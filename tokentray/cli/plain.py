"""How counts, money, days and ages read on a terminal, made without any import: the quick commands use it."""

import codecs

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing costs 4 ms, and nothing here needs it at run time
    from typing import TextIO

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
UNKNOWN = "—"
# For terminals that cannot show these signs.
ASCII = {
    "—": "-",
    "–": "-",
    "≈": "~",
    "·": "|",
    "…": "...",
    "“": '"',
    "”": '"',
    "’": "'",
    "\u202f": " ",
    "█": "#",
    "░": ".",
    "→": ">",
    "─": "-",
}


def bear_any_text(*streams: "TextIO | None") -> None:
    """Lets a stream replace what its encoding cannot show, where it would otherwise raise."""
    codecs.register_error("tokentray", _nearest)
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="tokentray")


def count(number: int | None) -> str:
    """1234567 as 1,234,567; unknown as a dash."""
    return UNKNOWN if number is None else f"{number:,}"


def counted(number: int | None, what: str) -> str:
    """1 request, 2 requests."""
    return f"{count(number)} {what}{'' if number == 1 else 's'}"


def short_count(number: int | None) -> str:
    """1234567 as 1.23M: at most three figures, cut, so that nothing is ever said to be more than it is."""
    if number is None:
        return UNKNOWN
    for size, sign in ((10**15, "P"), (10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= size:
            whole, rest = divmod(number * 1000 // size, 1000)
            places = 2 if whole < 10 else 1 if whole < 100 else 0
            return f"{whole}.{rest:03}"[: len(str(whole)) + 1 + places].rstrip(".") + sign
    return str(number)


def amount_text(picodollars: int) -> str:
    """10^-12 units as a decimal without trailing zeros: exact."""
    sign = "-" if picodollars < 0 else ""
    whole, rest = divmod(abs(picodollars), 10**12)
    return f"{sign}{whole}.{rest:012}".rstrip("0").rstrip(".")


def money(amount: str, currency: str, kind: str) -> str:
    """`0.230275`, `USD`, `estimated` as `≈ 0.23 USD`: rounded half up to cents, to four places below one cent; grouped."""
    return ("≈ " if kind == "estimated" else "") + f"{rounded(amount)} {currency}"


def rounded(amount: str) -> str:
    """A decimal text to two places, or to four if it is less than one cent."""
    sign, digits = ("-", amount[1:]) if amount.startswith("-") else ("", amount)
    whole, _, fraction = digits.partition(".")
    units = int(whole + (fraction + "000000")[:6])  # 10^-6
    units += bool(fraction[6:].strip("0")) and units == 0
    places = 4 if 0 < units < 10_000 else 2
    step = 10 ** (6 - places)
    shown = (units + step // 2) // step
    text = f"{shown // 10**places:,}.{shown % 10**places:0{places}}"
    return f"<{sign}0.0001" if units and not shown else sign + text


def costs(amounts: list[dict[str, str]], complete: bool = True) -> str:
    """Several sums side by side, never added; a dash if the price is unknown, and "at least" if it is so for a part."""
    known = " + ".join(money(cost["amount"], cost["currency"], cost["kind"]) for cost in amounts)
    return (known if complete else f"at least {known}") if known else UNKNOWN


def long_day(year: int, month: int, day: int, weekday: int) -> str:
    """Saturday, 21 November 2026; `weekday` 0 is Monday."""
    return f"{WEEKDAYS[weekday]}, {day} {MONTHS[month - 1]} {year}"


def age(seconds: float) -> str:
    """How long ago, in the largest unit that fits."""
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            units = int(seconds // size)
            return f"{units} {name}{'s' if units > 1 else ''} ago"
    return "just now" if seconds > -60 else "in the future: look at the clock"


def table(rows: list[list[str]], left: int = 1, gap: str = "  ") -> str:
    """Aligned columns, the first `left` of them to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        gap.join(
            cell.ljust(width) if index < left else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing: str = error.object[error.start : error.end]
    return "".join(ASCII.get(sign, "?") for sign in missing), error.end
