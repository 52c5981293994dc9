"""What the person set, as one JSON file."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

# Writing takes milliseconds: what stands in the way for two seconds was left behind by a program that was killed.
TRIES = 200


@dataclass(frozen=True, slots=True)
class AccountSetting:
    """
    One account that was added. Never a key: `key_from` is "keyring", "env:NAME" or "command:LINE", or "" for agents.

    `folder` is another home of an agent; `base_url` replaces a provider's origin.
    """

    name: str
    key_from: str = ""
    base_url: str = ""
    folder: str = ""
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `amount` (decimal text) in `currency` for a `period` of "day" or "month"."""

    amount: str
    currency: str = "USD"
    period: str = "month"


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """The person's price for a model, in `currency` for one million tokens, as decimal text; "" where not said."""

    model: str
    input: str = ""
    cache_read: str = ""
    cache_write: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """
    Everything with its default. `zone` "": the system's; `theme` system, light or dark; `first_weekday` 0 is Monday.

    A pause longer than `pause_minutes` ends a stretch of work; `nudge` asks for a card at the end of a long one, once a day at most.
    `functions` of work are offered in the place of core.journal's; empty: those. `private_words` must not leave in a shared card's text.
    """

    zone: str = ""
    language: str = ""
    first_weekday: int = 0
    currency: str = "USD"
    theme: str = "system"
    icon_style: str = "ring"
    icon_shows: str = "quota"
    icon_foreground: str = "auto"
    amber_at: int = 75
    red_at: int = 90
    alert_quota: bool = False
    alert_budget: bool = False
    alert_key: bool = True
    start_at_login: bool = False
    polling_allowed: bool = False
    polling_paused_until: str = ""
    poll_every_minutes: int = 15
    backfill_days: int = 365
    accounts: tuple[AccountSetting, ...] = ()
    budgets: tuple[Budget, ...] = ()
    own_prices: tuple[OwnPrice, ...] = ()
    no_tray_explained: bool = False
    welcomed: bool = False
    window: str = ""
    pause_minutes: int = 30
    nudge: bool = False
    checkin_reminder: bool = False
    functions: tuple[str, ...] = ()
    private_words: tuple[str, ...] = ()
    unknown: dict[str, Any] = field(default_factory=dict)

    def account(self, name: str) -> AccountSetting | None:
        return next((account for account in self.accounts if account.name == name), None)

    def with_account(self, account: AccountSetting) -> Settings:
        """With this account added, or replaced if one of that name is there."""
        others = tuple(other for other in self.accounts if other.name != account.name)
        return replace(self, accounts=(*others, account))

    def without_account(self, name: str) -> Settings:
        return replace(self, accounts=tuple(account for account in self.accounts if account.name != name))


class SettingsUnreadable(Exception):
    """The settings file is damaged; it was kept beside, and the defaults hold. The message names the copy."""


def load_settings(path: str) -> Settings:
    """
    The settings in the file; the defaults if there is none. Keys of a newer version survive in `unknown`.

    Raises:
        SettingsUnreadable: the file is not a JSON object; it has been renamed to `<path>.damaged`, or `.damaged-2` and so on.
    """
    try:
        with open(path, encoding="utf-8") as file:
            raw = json.load(file)
        if not isinstance(raw, dict):
            raise ValueError
    except FileNotFoundError:
        return Settings()
    except (ValueError, RecursionError) as error:
        kept = _free_name(path + ".damaged")
        os.replace(path, kept)
        raise SettingsUnreadable(
            f"The settings could not be read; they were kept as {kept} and the defaults hold."
        ) from error
    return _from_json(raw)


def save_settings(path: str, settings: Settings) -> None:
    """Writes the file anew, in one step: a power cut leaves the old one or the new one."""
    _write(path, lambda: settings)


def change_settings(path: str, change: Callable[[Settings], Settings]) -> Settings:
    """
    Reads, changes and writes in one go, so that no other program's change is lost; gives what was written.

    Raises:
        SettingsUnreadable: as load_settings; nothing was written.
    """
    return _write(path, lambda: change(load_settings(path)))


def _write(path: str, make: Callable[[], Settings]) -> Settings:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    new = path + ".new"
    file = _begin(new)
    try:
        with open(file, "w", encoding="utf-8") as text:
            settings = make()
            raw = asdict(settings)
            raw.update(raw.pop("unknown"))
            json.dump(raw, text, indent=2, ensure_ascii=False)
            text.flush()
            os.fsync(text.fileno())
        os.replace(new, path)
    except BaseException:
        os.remove(new)
        raise
    return settings


def _begin(new: str) -> int:
    """Makes the new file, for this person's eyes only: its words that stay here name people. While it is there, other programs wait."""
    for _ in range(TRIES):
        try:
            return os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            time.sleep(0.01)
    return os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def _free_name(path: str) -> str:
    number, name = 1, path
    while os.path.lexists(name):
        number += 1
        name = f"{path}-{number}"
    return name


def _from_json(raw: dict[str, Any]) -> Settings:
    known = {f.name for f in fields(Settings)} - {"unknown"}
    values = {key: value for key, value in raw.items() if key in known and _fits(key, value)}
    for key, kind in (("accounts", AccountSetting), ("budgets", Budget), ("own_prices", OwnPrice)):
        values[key] = tuple(item for raw_item in values.get(key, ()) for item in _items(kind, raw_item))
    for key in values.keys() & {"functions", "private_words"}:
        values[key] = tuple(item for item in values[key] if isinstance(item, str) and item)
    return Settings(**values, unknown={key: value for key, value in raw.items() if key not in known})


def _fits(key: str, value: Any) -> bool:
    default = getattr(Settings(), key)
    return isinstance(value, list) if isinstance(default, tuple) else type(value) is type(default)


def _items(kind: Any, raw: Any) -> list[Any]:
    """The one item, with the default in the place of what is of the wrong kind; none if what has no default is missing or wrong."""
    if not isinstance(raw, dict):
        return []
    kinds = {f.name: bool if f.type == "bool" else str for f in fields(kind)}
    values = {key: value for key, value in raw.items() if type(value) is kinds.get(key)}
    try:
        return [kind(**values)]
    except TypeError:
        return []
