"""The zone is found by its IANA name, and a day knows its first and its last second."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tokentray.settings.zone import is_zone, local_midnights, system_zone, today_in, zone_of

NOON_21_NOVEMBER = 1795255200  # 2026-11-21T10:00:00Z


@pytest.fixture
def in_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Sets TZ for the C library too, and puts it back."""
    with monkeypatch.context() as patch:
        yield patch
    time.tzset()


def test_the_chosen_zone_wins() -> None:
    assert zone_of("Asia/Kathmandu", {"TZ": "Europe/Berlin"}) == "Asia/Kathmandu"


def test_tz_names_the_zone() -> None:
    assert zone_of("", {"TZ": "Europe/Berlin"}) == "Europe/Berlin"
    assert system_zone({"TZ": ":America/New_York"}) == "America/New_York"


def test_a_posix_rule_is_no_name_so_the_system_s_files_are_asked(tmp_path: Path) -> None:
    (tmp_path / "timezone").write_text("Europe/Berlin\n")
    assert system_zone({"TZ": "CET-1CEST"}, str(tmp_path)) == "Europe/Berlin"


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links here")
def test_the_link_of_localtime_is_followed(tmp_path: Path) -> None:
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Asia/Tokyo")
    assert system_zone({}, str(tmp_path)) == "Asia/Tokyo"


def test_a_link_to_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "now").symlink_to("/var/db/timezone/zoneinfo/Europe/Paris")
    (tmp_path / "localtime").symlink_to("now")
    assert system_zone({}, str(tmp_path)) == "Europe/Paris"


def test_a_system_without_any_name_counts_in_utc(tmp_path: Path) -> None:
    (tmp_path / "timezone").write_bytes(b"\xff\xfe")
    (tmp_path / "localtime").write_bytes(b"TZif2")
    assert system_zone({}, str(tmp_path)) == "UTC"


@pytest.mark.parametrize("name", ["", "Nowhere/Land", "../../etc/passwd", "/etc/localtime", "Europe", "C:\\x"])
def test_what_is_no_zone(name: str) -> None:
    assert not is_zone(name)


def test_a_day_in_a_named_zone() -> None:
    # 20 November 23:00Z to 21 November 23:00Z; 20778 days since 1970.
    assert local_midnights(NOON_21_NOVEMBER, "Europe/Berlin") == (20778, 1795215600, 1795302000)


def test_the_night_of_the_clock_change_has_25_hours() -> None:
    day, start, end = local_midnights(1792922400, "Europe/Berlin")  # 2026-10-25T10:00:00Z
    assert (day, end - start) == (20751, 25 * 3600)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the C library's zone cannot be set here")
@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Midway", "UTC"]
)
@pytest.mark.parametrize(
    "instant", [NOON_21_NOVEMBER, 1792888200, 1792922400, 1774746000, 1774738800, 0, 1795215599, 1795215600]
)
def test_the_c_library_agrees(in_zone: pytest.MonkeyPatch, zone: str, instant: int) -> None:
    in_zone.setenv("TZ", zone)
    time.tzset()
    assert local_midnights(instant, "") == local_midnights(instant, zone)


def test_today_is_the_same_by_name_and_by_the_c_library(in_zone: pytest.MonkeyPatch) -> None:
    in_zone.setenv("TZ", "Europe/Berlin")
    time.tzset()
    today = ("Europe/Berlin", 20778, 1795215600, 1795302000)
    assert today_in(NOON_21_NOVEMBER, "", {"TZ": "Europe/Berlin"}) == today
    assert today_in(NOON_21_NOVEMBER, "Europe/Berlin", {}) == today


def test_today_in_utc() -> None:
    assert today_in(NOON_21_NOVEMBER, "UTC", {"TZ": "Asia/Tokyo"}) == ("UTC", 20778, 1795219200, 1795305600)
