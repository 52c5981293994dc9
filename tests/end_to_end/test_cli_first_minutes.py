"""A stranger's first minutes: an empty home with agents' logs in it, and the first command shows right numbers."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.end_to_end.machine import CLASSES, Machine, by, needs_samples, said, truth

pytestmark = needs_samples

BOTH = ("claude", "codex")


@pytest.fixture
def stranger(machine: Machine) -> Machine:
    machine.take_logs(*BOTH)
    return machine


def test_a_report_is_right_at_once(stranger: Machine) -> None:
    report = stranger.run("report", "--by", "day,model", "--json")
    assert (report.code, report.err) == (0, "")
    assert said(report.json["rows"], "day", "model") == by(truth(*BOTH), "day", "model")
    assert report.json["totals"]["headline"]["tokens"]["total"] == 1_819_366 + 1_395_651


def test_another_zone_has_other_days(stranger: Machine) -> None:
    report = stranger.run("report", "--by", "day", "--zone", "America/Los_Angeles", "--json")
    assert report.json["zone"] == "America/Los_Angeles"
    assert said(report.json["rows"], "day") == by(truth(*BOTH), "day", zone="America/Los_Angeles")


@pytest.mark.parametrize("day", ["2026-11-16", "2026-10-25", "2026-03-29"])
def test_today_is_right_at_once(stranger: Machine, day: str) -> None:
    today = stranger.run("today", "--json", TOKENTRAY_NOW=f"{day}T21:00:00Z")
    expected = by(truth(*BOTH), "day")[day,]
    assert (today.code, today.json["day"], today.json["complete"]) == (0, day, False)
    assert {name: today.json["tokens"][name] for name in (*CLASSES, "total")} == {
        name: expected[name] for name in (*CLASSES, "total")
    }
    assert today.json["requests"] == expected["requests"]


def test_after_a_glance_at_today_the_rest_is_read(stranger: Machine) -> None:
    first = stranger.run("today", TOKENTRAY_NOW="2026-11-16T21:00:00Z")
    assert "“tokentray sync” reads the days before" in first.out
    report = stranger.run("report", "--by", "model", "--json")
    assert said(report.json["rows"], "model") == by(truth(*BOTH), "model")
    again = stranger.run("today", TOKENTRAY_NOW="2026-11-16T21:00:00Z")
    assert "the days before" not in again.out


def test_reading_twice_changes_nothing(stranger: Machine) -> None:
    assert stranger.run("sync").out.startswith("Read what was new in ")
    before = stranger.run("report", "--json").json
    assert stranger.run("sync").out == "Nothing new in the logs.\n"
    assert stranger.run("sync", "--full").code == 0
    after = stranger.run("report", "--json").json
    assert (after["rows"], after["totals"]) == (before["rows"], before["totals"])


def test_two_at_once_come_to_the_same(stranger: Machine) -> None:
    with stranger.start("sync") as one, stranger.start("sync") as other:
        said_by = [process.communicate(timeout=60) for process in (one, other)]
    assert [one.returncode, other.returncode, *(err for _, err in said_by)] == [0, 0, "", ""]
    report = stranger.run("report", "--by", "model", "--json")
    assert said(report.json["rows"], "model") == by(truth(*BOTH), "model")


def test_doctor_finds_nothing_it_cannot_explain(stranger: Machine) -> None:
    for _ in ("before anything was read", "after"):
        doctor = stranger.run("doctor", "--json")
        assert (doctor.code, doctor.json["state"], doctor.err) == (0, "ok", "")
        assert all(finding["state"] in ("ok", "note") and finding["says"] for finding in doctor.json["findings"])
        assert stranger.run("sync").code == 0


def test_today_and_status_agree(stranger: Machine) -> None:
    stranger.run("sync")
    now = {"TOKENTRAY_NOW": "2026-11-17T12:00:00Z"}
    today, status = stranger.run("today", "--json", **now).json, stranger.run("status", "--format", "json", **now).json
    assert {name: status[name] for name in ("tokens", "requests", "cost", "day")} == {
        name: today[name] for name in ("tokens", "requests", "cost", "day")
    }
    report = stranger.run("report", "--since", "2026-11-17", "--until", "2026-11-17", "--json", **now).json
    assert report["rows"][0]["cost"] == today["cost"]
    assert report["totals"]["logged"]["tokens"] | {"cache_write_1h": 0} == {
        **today["totals"]["logged"]["tokens"],
        "cache_write_1h": 0,
    }


def test_without_a_display_today_is_printed(stranger: Machine) -> None:
    ran = stranger.run(TOKENTRAY_NOW="2026-11-16T21:00:00Z")
    assert ran.code == 0
    assert "There is no display here" in ran.err
    assert "397,924 tokens" in ran.out


def test_quota_windows_of_the_logs(stranger: Machine) -> None:
    gauges = stranger.run("quota", "--json").json["gauges"]
    assert Counter(gauge["account"] for gauge in gauges) == {"codex/default": 2}
    assert all(gauge["unit"] == "percent" and gauge["age_seconds"] > 0 for gauge in gauges)
    later = stranger.run("quota", "--json", TOKENTRAY_NOW="2026-11-21T12:00:00Z").json["gauges"]
    assert {gauge["name"]: gauge["void"] for gauge in later} == {"5h": True, "week": False}
