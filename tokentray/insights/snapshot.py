"""Everything the tray, the popover and the window show, taken at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tokentray.core.gauge import Gauge
from tokentray.core.money import Money
from tokentray.core.usage import Tokens


class Step(StrEnum):
    """The width of one bar."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Measure(StrEnum):
    TOKENS = "tokens"
    COST = "cost"
    REQUESTS = "requests"


@dataclass(frozen=True, slots=True)
class TrendChoice:
    """What Trends is asked to show; days are local and inclusive; `by` is a key of `tokentray report` or "class" (token kinds)."""

    since: date
    until: date
    step: Step = Step.DAY
    by: str = "model"
    measure: Measure = Measure.TOKENS
    only: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a chart: a value for each label of the chart, None where unknown. `slot` 0 to 7 is its colour, 8 is "other"."""

    name: str
    slot: int
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """Bars side by side, each of series on top of each other. `starts` are the local days (or instants for hours) of the bars; `labels` are ISO dates."""

    starts: tuple[date | datetime, ...]
    series: tuple[Series, ...]
    unit: str = "tokens"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Against what is usual: `percent` is signed, None if there is nothing to compare with; `against` names it, such as "your usual Saturday"."""

    percent: int | None
    against: str


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account's part of today. `tokens` None: unknown; `cost` empty: no known price."""

    account: str
    title: str
    slot: int
    tokens: int | None
    cost: tuple[Money, ...]
    share: float


@dataclass(frozen=True, slots=True)
class GaugeRow:
    """A quota window, balance or budget. `pace` is the part of the window that has gone by (0 to 1), None without a window.
    `lasts_until` is when it will be full at this pace, None if it will not before the reset. `stale`: older than an hour or after its reset.
    `tone` is calm, amber or red, by the thresholds the person set."""

    account: str
    title: str
    gauge: Gauge
    pace: float | None
    lasts_until: datetime | None
    stale: bool
    tone: str = "calm"


@dataclass(frozen=True, slots=True)
class Today:
    """Today in the person's zone. `hours` has 24 (23, 25) values: tokens by local hour. `headline_note` says which origins were taken and why."""

    day: date
    tokens: Tokens
    requests: int | None
    cost: tuple[Money, ...]
    sessions: int
    comparison: Comparison
    hours: tuple[int, ...]
    rows: tuple[AccountRow, ...]
    stretch: str
    headline_note: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One of Overview's four: title, value and the line below it, ready but for translation."""

    title: str
    value: str
    detail: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Month:
    """Cost this month: cumulative by day up to today, then the forecast from tomorrow on, with its band. All in `currency`, floats for drawing only."""

    first: date
    days: int
    spent: tuple[float, ...]
    forecast: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    budget: float | None
    currency: str
    kind: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What needs attention: a refused key, a gap, an unpriced model. `page` is where it can be mended."""

    kind: str
    text: str
    page: str
    level: str = "info"


@dataclass(frozen=True, slots=True)
class AccountState:
    """One row of Sources. `first_day` is the first local day it told of, known for agents too, who never say what is complete."""

    account: str
    source: str
    title: str
    kind: str
    state: str
    message: str
    paused: bool
    tried_at: datetime | None
    succeeded_at: datetime | None
    complete_since: datetime | None
    complete_until: datetime | None
    gaps: tuple[tuple[datetime, datetime, str], ...]
    tokens: int | None
    gives: str
    cannot: str
    notes: tuple[str, ...] = ()
    first_day: date | None = None


@dataclass(frozen=True, slots=True)
class SourceCard:
    """One source that could be added: what the adding dialog explains."""

    name: str
    title: str
    kind: str
    gives: str
    cannot: str
    key_kind: str
    key_page: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """So many of something that is not tokens; `what` is in words that fit the amount: 1 "image", 2 "images"."""

    amount: int
    what: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The answer to a TrendChoice, with the period before it for comparison: `before` None if that is not wholly known."""

    choice: TrendChoice
    stack: Stack
    total: float | None
    before: float | None
    cache_share: float | None
    cache_saved: Money | None
    pattern: tuple[tuple[float, ...], ...]
    rows: tuple[tuple[str, Tokens, int | None, tuple[Money, ...]], ...]
    notes: tuple[str, ...] = ()
    quantities: tuple[Quantity, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryFacts:
    """Where the history is, how large (bytes), since when it reaches; `usages` is how many requests it knows of."""

    path: str
    size: int
    first_day: date | None
    usages: int
    price_list: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Long work under way: what it is, how far (0 to 1, None if unknown), whether it can be stopped."""

    title: str
    done: float | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """What the tray icon shows: `fraction` 0 to 1 (None: nothing to show), `what` in words, `tone` calm, amber or red; `stale` dims it; `refused` adds a dot."""

    fraction: float | None
    what: str
    tone: str
    stale: bool
    refused: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The moment. `sample` marks made-up history (demo). `sentence` is the popover's one sentence, and the tooltip.
    `names` is what the window's search finds besides pages: pairs such as ("model", "gpt-5") or ("project", "alpha"), busiest first."""

    taken_at: datetime
    zone: str
    sample: bool
    sentence: str
    level: Level
    today: Today
    gauges: tuple[GaugeRow, ...]
    figures: tuple[Figure, ...]
    overview_days: int
    overview: Stack
    year: tuple[tuple[date, int | None], ...]
    month: Month | None
    notices: tuple[Notice, ...]
    accounts: tuple[AccountState, ...]
    catalogue: tuple[SourceCard, ...]
    trend: Trend | None
    history: HistoryFacts
    newest_at: datetime | None
    price_note: str
    names: tuple[tuple[str, str], ...] = ()
