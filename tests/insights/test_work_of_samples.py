"""Stretches of work in the real logs, with hourly bills beside them, are those of a table worked out by hand, in three zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tokentray.core.batch import BucketSet
from tokentray.core.clock import StoppedClock
from tokentray.core.journal import WorkSession
from tokentray.core.usage import Tokens, Usage
from tokentray.ingest.logs import find_agents, scan_logs
from tokentray.insights.journal import JournalChoice, take_journal
from tokentray.insights.prices import open_price_book
from tokentray.insights.words import short_name
from tokentray.insights.work_sessions import take_sessions
from tokentray.settings.settings import Settings
from tokentray.store.account_table import account_id
from tokentray.store.database import History, open_history, set_zone, transaction
from tokentray.store.usage_table import replace_buckets

SAMPLES = Path(__file__).parents[3] / "shared" / "agent-logs" / "samples"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the agent-log samples are not beside this checkout")

# From the samples' ground truth: its responses by project, cut where thirty minutes and more lie between two. Clocks went forward on 29 March
# at 01:00 UTC and back on 25 October at 01:00 UTC in Berlin, and back on 1 November at 06:00 UTC in New York.
# UTC, Berlin, New York; project, agents, tokens, responses
TABLE = """
03-28 22:30-22:40  03-28 23:30-23:40  03-28 18:30-18:40  alpha claude-code+codex  82212  6
03-29 00:58-01:10  03-29 01:58-03:10  03-28 20:58-21:10  alpha claude-code+codex  58764  4
03-29 01:04-01:04  03-29 03:04-03:04  03-28 21:04-21:04  beta  claude-code        29240  2
03-29 10:00-10:00  03-29 12:00-12:00  03-29 06:00-06:00  beta  codex              25487  2
03-29 22:10-22:10  03-30 00:10-00:10  03-29 18:10-18:10  beta  codex              34480  2
03-30 10:00-10:30  03-30 12:00-12:30  03-30 06:00-06:30  alpha claude-code       173148 12
03-30 16:00-16:00  03-30 18:00-18:00  03-30 12:00-12:00  beta  claude-code        71667  5
03-30 17:00-17:00  03-30 19:00-19:00  03-30 13:00-13:00  beta  claude-code        24852  2
03-31 06:00-06:00  03-31 08:00-08:00  03-31 02:00-02:00  beta  codex              24885  2
03-31 07:30-07:30  03-31 09:30-09:30  03-31 03:30-03:30  alpha claude-code        50647  4
04-01 08:00-08:00  04-01 10:00-10:00  04-01 04:00-04:00  beta  claude-code        66739  5
04-17 08:00-08:00  04-17 10:00-10:00  04-17 04:00-04:00  beta  codex              33376  2
05-05 08:00-08:00  05-05 10:00-10:00  05-05 04:00-04:00  alpha codex              45118  3
05-06 08:00-08:00  05-06 10:00-10:00  05-06 04:00-04:00  alpha codex              32680  2
05-07 08:00-08:00  05-07 10:00-10:00  05-07 04:00-04:00  alpha codex              25536  2
05-08 07:00-07:00  05-08 09:00-09:00  05-08 03:00-03:00  alpha codex              24239  2
06-01 08:00-08:00  06-01 10:00-10:00  06-01 04:00-04:00  beta  claude-code        89872  5
06-17 08:00-08:00  06-17 10:00-10:00  06-17 04:00-04:00  beta  codex              82639  6
06-18 08:00-08:00  06-18 10:00-10:00  06-18 04:00-04:00  alpha codex             130855  7
06-18 09:00-09:00  06-18 11:00-11:00  06-18 05:00-05:00  alpha codex              99717  6
10-24 21:58-22:09  10-24 23:58-00:09  10-24 17:58-18:09  alpha claude-code+codex 189619 11
10-25 01:20-01:30  10-25 02:20-02:30  10-24 21:20-21:30  alpha claude-code+codex  59494  4
10-25 08:20-08:20  10-25 09:20-09:20  10-25 04:20-04:20  alpha claude-code        51424  3
10-25 09:00-09:00  10-25 10:00-10:00  10-25 05:00-05:00  alpha codex              35164  2
10-26 09:00-09:00  10-26 10:00-10:00  10-26 05:00-05:00  alpha codex              35355  2
11-01 08:30-08:30  11-01 09:30-09:30  11-01 03:30-03:30  alpha claude-code        26722  2
11-01 08:40-08:40  11-01 09:40-09:40  11-01 03:40-03:40  beta  codex              30864  2
11-16 09:00-09:00  11-16 10:00-10:00  11-16 04:00-04:00  beta  claude-code+codex 220583 14
11-16 10:00-10:15  11-16 11:00-11:15  11-16 05:00-05:15  beta  claude-code+codex 177341 10
11-17 07:00-07:30  11-17 08:00-08:30  11-17 02:00-02:30  beta  claude-code        48037  4
11-17 09:00-09:00  11-17 10:00-10:00  11-17 04:00-04:00  beta  codex              55522  4
11-17 11:00-11:00  11-17 12:00-12:00  11-17 06:00-06:00  beta  codex              28487  2
11-17 13:00-13:00  11-17 14:00-14:00  11-17 08:00-08:00  alpha claude-code       145360 10
11-17 14:00-14:00  11-17 15:00-15:00  11-17 09:00-09:00  alpha claude-code        91377  5
11-18 08:00-08:30  11-18 09:00-09:30  11-18 03:00-03:30  beta  claude-code        73992  5
11-18 09:00-09:00  11-18 10:00-10:00  11-18 04:00-04:00  alpha codex              21791  2
11-18 10:00-10:00  11-18 11:00-11:00  11-18 05:00-05:00  alpha codex              34526  2
11-18 11:00-11:10  11-18 12:00-12:10  11-18 06:00-06:10  alpha claude-code+codex  54806  4
11-18 15:00-15:40  11-18 16:00-16:40  11-18 10:00-10:40  beta  claude-code       249338  6
11-18 16:00-16:30  11-18 17:00-17:30  11-18 11:00-11:30  alpha claude-code+codex 103397  7
11-19 08:00-08:00  11-19 09:00-09:00  11-19 03:00-03:00  alpha codex              27766  2
11-20 09:00-09:00  11-20 10:00-10:00  11-20 04:00-04:00  alpha claude-code       166107 10
11-20 13:55-13:55  11-20 14:55-14:55  11-20 08:55-08:55  beta  claude-code        53772  4
11-20 15:00-15:00  11-20 16:00-16:00  11-20 10:00-10:00  beta  claude-code        28020  2
"""
ZONES = ("UTC", "Europe/Berlin", "America/New_York")

# Hour (UTC), model, tokens, OpenAI's project. On 18 November Codex ran at 10:00 and 11:00, too, with gpt-6.1-sol; on 25 October from 01:20 on.
BILLS = (
    ("2026-10-25T00", "gpt-6.1-sol", 500, None),
    ("2026-10-25T01", "gpt-6.1-sol", 34886, None),
    ("2026-10-25T01", "gpt-5-mini", 70, None),
    ("2026-10-25T02", "gpt-5-mini", 30, None),
    ("2026-11-18T10", "gpt-6.1-sol-2026-09-01", 34526, "proj_alpha"),
    ("2026-11-18T11", "gpt-6.1-sol-2026-09-01", 25753, "proj_alpha"),
    ("2026-11-18T12", "gpt-6.1-sol-2026-09-01", 900, "proj_alpha"),
    ("2026-11-18T23", "gpt-5-mini", 11, "proj_alpha"),
    ("2026-11-19T00", "gpt-5-mini", 22, "proj_alpha"),
)
# The hours of which no log speaks: UTC, Berlin, New York; project, tokens.
BILLED = """
10-25 00:00-03:00  10-25 02:00-04:00  10-24 20:00-23:00  -           600
11-18 12:00-13:00  11-18 13:00-14:00  11-18 07:00-08:00  proj_alpha  900
11-18 23:00-01:00  11-19 00:00-02:00  11-18 18:00-20:00  proj_alpha   33
"""


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    with open_history(str(tmp_path_factory.mktemp("samples") / "history.sqlite"), zone="UTC") as history:
        for sample in ("claude", "codex"):
            result = scan_logs(history, find_agents({}, str(SAMPLES / sample / "home")), StoppedClock(NOON))
            assert result.problems == []
        yield history


@pytest.fixture(scope="module")
def billed(logged: History) -> History:
    with transaction(logged):
        account = account_id(logged, "openai/work", "billed")
        for number, (hour, model, tokens, project) in enumerate(BILLS):
            start = datetime.fromisoformat(hour + ":00+00:00")
            usage = Usage(str(number), start, HOUR, Tokens(input=tokens), 1, model, project)
            replace_buckets(logged, account, BucketSet(f"usage {number}", start, start + HOUR, usages=(usage,)))
    return logged


def rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]


def everywhere(session: WorkSession) -> list[str]:
    """Local day, start and end in each of the zones."""
    words = []
    for zone in map(ZoneInfo, ZONES):
        start, end = session.start.astimezone(zone), session.end.astimezone(zone)
        words += [f"{start:%m-%d}", f"{start:%H:%M}-{end:%H:%M}"]
    return words


def sessions(history: History, grain: str) -> list[WorkSession]:
    found = take_sessions(history, None, None, 30, open_price_book(history))
    return [session for session in found if session.grain == grain]


def told(session: WorkSession) -> list[str]:
    agents = "+".join(session.agents)
    return [short_name(session.project or "-"), agents, str(session.tokens.total), str(session.requests)]


def test_stretches_are_those_of_the_table(logged: History) -> None:
    found = [[*everywhere(one), *told(one)] for one in sessions(logged, "response")]
    assert found == rows(TABLE)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_each_zone_has_them_on_its_own_days(logged: History, place: int) -> None:
    set_zone(logged, ZONES[place])
    view = take_journal(logged, Settings(), NOON, ZONES[place], JournalChoice(since=datetime(2026, 3, 1).date()))
    days = {f"{day.day:%m-%d}": [told(one) for one in reversed(day.unexplained)] for day in view.days}
    expected: dict[str, list[list[str]]] = {}
    for row in rows(TABLE):
        expected.setdefault(row[2 * place], []).append(row[6:])
    assert days == expected


def test_the_stretch_over_berlins_midnight_is_one(logged: History) -> None:
    start = datetime(2026, 10, 24, 22, 5, tzinfo=UTC)
    (session,) = take_sessions(logged, start, start + HOUR, 30, open_price_book(logged))
    assert session.id == "2026-10-24T21:58Z//home/dev/projects/alpha"
    assert session.models == ("claude-opus-4-6", "gpt-6.1-sol")


def test_subagents_are_in_the_stretch_of_what_called_them(logged: History) -> None:
    start = datetime(2026, 11, 17, 13, tzinfo=UTC)
    (session,) = take_sessions(logged, start, start + HOUR / 2, 30, open_price_book(logged))
    assert (session.models, session.requests) == (("claude-opus-4-6", "claude-haiku-5-5"), 10)


def test_what_a_bill_says_of_the_same_hour_stands_beside(billed: History) -> None:
    beside = {one.id[:16]: one.also_billed for one in sessions(billed, "response") if one.also_billed is not None}
    assert beside == {"2026-10-25T01:20": 34886, "2026-11-18T10:00": 34526, "2026-11-18T11:00": 25753}
    assert [told(one) for one in sessions(billed, "response")] == [row[6:] for row in rows(TABLE)]


def test_other_hours_of_a_bill_are_stretches_as_fine_as_it_is(billed: History) -> None:
    found = [[*everywhere(one), one.project or "-", str(one.tokens.total)] for one in sessions(billed, "hour")]
    assert found == rows(BILLED)
