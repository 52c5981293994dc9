"""What every command stands on: where things lie, what time it is, what the person set."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

from tokentray import paths
from tokentray.cli.errors import WrongUsage
from tokentray.cli.own_clock import own_clock
from tokentray.core.clock import Clock
from tokentray.settings.settings import Settings, SettingsUnreadable, load_settings
from tokentray.settings.zone import is_zone, zone_of


@dataclass(frozen=True, slots=True)
class Here:
    """Handed to each command; `zone` is the IANA name in which its days are counted."""

    settings_path: str
    history_path: str
    log_path: str
    agents_home: str
    settings: Settings
    zone: str
    clock: Clock

    @property
    def now(self) -> datetime:
        """The present instant, aware and UTC."""
        return self.clock.now()

    @property
    def has_history(self) -> bool:
        return os.path.exists(self.history_path)


def here(zone: str | None = None) -> Here:
    """
    This machine, this person, now; `zone` from `--zone` comes before the settings' and the system's.

    Raises:
        WrongUsage: there is no such zone, or TOKENTRAY_NOW is no instant.
    """
    settings = _settings()
    if zone and not is_zone(zone):
        raise WrongUsage(f"No zone is called “{zone}”; it takes names such as Europe/Berlin.")
    return Here(
        paths.settings_file(),
        paths.history_file(),
        paths.log_file(),
        paths.agents_home(),
        settings,
        zone or zone_of(_known(settings.zone), os.environ),
        own_clock(),
    )


def rfc3339(instant: datetime | None) -> str | None:
    """2026-11-21T09:31:00Z, whole seconds; None stays None."""
    return None if instant is None else instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def warn(sentence: str) -> None:
    """Says something beside the answer."""
    print(f"tokentray: {sentence}", file=sys.stderr, flush=True)


def _known(zone: str) -> str:
    if zone and not is_zone(zone):
        warn(f"The settings name a zone that is not known here, “{zone}”; the system's holds.")
        return ""
    return zone


def _settings() -> Settings:
    try:
        return load_settings(paths.settings_file())
    except SettingsUnreadable as error:
        warn(str(error))
        return Settings()
    except OSError as error:
        warn(f"The settings could not be read ({error.strerror}); the defaults hold.")
        return Settings()
