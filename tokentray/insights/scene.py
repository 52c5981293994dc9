"""What all parts of a snapshot start from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from tokentray.core.period import local_day
from tokentray.insights.prices import PriceBook, open_price_book
from tokentray.settings.settings import Settings
from tokentray.store.account_table import all_accounts
from tokentray.store.database import History

if TYPE_CHECKING:
    from tokentray.sources.source import Source


@dataclass(frozen=True, slots=True)
class Scene:
    """What all parts of a snapshot start from."""

    history: History
    settings: Settings
    now: datetime
    zone: str
    today: date
    book: PriceBook
    titles: Mapping[str, str]
    slots: Mapping[str, int]


def scene_of(history: History, settings: Settings, now: datetime, zone: str, catalogue: Iterable[Source]) -> Scene:
    """Reads what all parts need: the accounts' titles and colours, today, the prices."""
    names = sorted(
        {account.name for account in all_accounts(history)} | {account.name for account in settings.accounts}
    )
    source_titles = {source.name: source.title for source in catalogue}
    titles = {name: _account_title(name, source_titles) for name in names}
    slots = {name: place % 8 for place, name in enumerate(names)}
    book = open_price_book(history, settings.own_prices)
    return Scene(history, settings, now, zone, local_day(now, zone), book, titles, slots)


def _account_title(name: str, sources: Mapping[str, str]) -> str:
    source, _, label = name.partition("/")
    title = sources.get(source) or source.replace("-", " ").capitalize()
    return title if label in ("", "default") else f"{title} · {label}"
