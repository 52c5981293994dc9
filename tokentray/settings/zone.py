"""The IANA name of the zone in which this person's days begin and end."""

import os
import sys
import time
from collections.abc import Mapping

ZONE_FOLDERS = (
    "/usr/share/zoneinfo",
    "/var/db/timezone/zoneinfo",
    "/usr/lib/zoneinfo",
    "/usr/share/lib/zoneinfo",
    "/etc/zoneinfo",
)


def zone_of(chosen: str, environ: Mapping[str, str]) -> str:
    """The zone the person chose, else the system's."""
    return chosen or system_zone(environ)


def system_zone(environ: Mapping[str, str], etc: str = "/etc") -> str:
    """The system's zone; "UTC" if it has none that has a name."""
    said = environ.get("TZ", "").removeprefix(":")
    if is_zone(said):
        return said
    if sys.platform == "win32":
        return _windows_zone() or "UTC"
    # The link comes first: it is what the C library follows, and the other file is sometimes forgotten.
    return _linked_zone(os.path.join(etc, "localtime")) or _debian_zone(os.path.join(etc, "timezone")) or "UTC"


def is_zone(name: str) -> bool:
    """Whether an IANA zone of that name is known here."""
    if not name or name.startswith(("/", ".")) or ".." in name or "\\" in name:
        return False
    if any(os.path.isfile(os.path.join(folder, *name.split("/"))) for folder in ZONE_FOLDERS):
        return True
    # Costs 4 ms, and is needed only where the system has no zone files of its own (Windows, small containers).
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def today_in(instant: float, chosen: str, environ: Mapping[str, str]) -> tuple[str, int, int, int]:
    """The zone, and what `local_midnights` says of it: by the C library, which needs no import at all, wherever that means the same zone."""
    zone = zone_of(chosen, environ)
    said = environ.get("TZ", "").removeprefix(":")
    same = zone == said or not (chosen or said or zone == "UTC")
    return (zone, *local_midnights(instant, "" if same else zone))


def local_midnights(instant: float, zone: str) -> tuple[int, int, int]:
    """
    The local day that holds an instant (seconds since 1970): days since 1970-01-01, its first second, and the next day's first.

    `zone` "": as the C library sees the system's zone.
    """
    if zone == "UTC":
        day = int(instant // 86400)
        return day, day * 86400, (day + 1) * 86400
    if zone:
        return _midnights_in(instant, zone)
    now = time.localtime(instant)
    noon = (now.tm_year, now.tm_mon, now.tm_mday, 12, 0, 0, 0, 0, -1)
    start = int(time.mktime((*noon[:3], 0, 0, 0, 0, 0, -1)))
    end = int(time.mktime((now.tm_year, now.tm_mon, now.tm_mday + 1, 0, 0, 0, 0, 0, -1)))
    # Local noon, read as if it were UTC, lies in the middle of the day that is counted.
    noon_offset = time.localtime(time.mktime(noon)).tm_gmtoff
    return (int(time.mktime(noon)) + noon_offset) // 86400, start, end


def _midnights_in(instant: float, zone: str) -> tuple[int, int, int]:
    from datetime import UTC, datetime, timedelta  # sqlite3 has brought it along already
    from zoneinfo import ZoneInfo  # 3 ms, only for those who chose a zone

    tz = ZoneInfo(zone)
    start = datetime.fromtimestamp(instant, tz).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    end = start + timedelta(days=1)
    day = start.toordinal() - 719163
    return day, int(start.astimezone(UTC).timestamp()), int(end.replace(fold=0).astimezone(UTC).timestamp())


def _debian_zone(path: str) -> str | None:
    try:
        with open(path, encoding="ascii") as file:
            name = file.readline().strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if is_zone(name) else None


def _linked_zone(path: str) -> str | None:
    # Some systems put one more link in between, so each step is looked at.
    for _ in range(8):
        head, found, name = path.rpartition("zoneinfo/")
        if found and head:
            return name.removeprefix("posix/").removeprefix("right/")
        try:
            target = os.readlink(path)
        except OSError:
            return None
        path = os.path.join(os.path.dirname(path), target)
    return None


def _windows_zone() -> str | None:
    import ctypes  # Windows only

    try:
        icu = ctypes.CDLL("icu.dll")
    except OSError:
        return None
    text = ctypes.create_unicode_buffer(64)
    status = ctypes.c_int(0)
    icu.ucal_getDefaultTimeZone(text, 64, ctypes.byref(status))
    return text.value if status.value <= 0 and is_zone(text.value) else None
