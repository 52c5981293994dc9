"""What the reminders say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tokentray.core.journal import WorkSession
from tokentray.core.usage import Tokens
from tokentray.insights.nudge import Nudge
from tokentray.ui.notice import nudge_text, nudge_title

START = datetime(2026, 11, 19, 14, 0, tzinfo=UTC)
SESSION = WorkSession(
    "2026-11-19T14:00Z/alpha",
    "alpha",
    START,
    START + timedelta(minutes=130),
    "response",
    ("claude-code/default",),
    ("claude-code",),
    ("claude-opus-5",),
    Tokens(input=100, output=10),
    4,
    (),
)


def test_a_long_stretch_is_named_by_its_length_and_project() -> None:
    assert nudge_title(Nudge("card", "2026-11-19", SESSION)) == "2 h 10 m on alpha: what was it for?"


def test_work_of_no_known_project_is_named_too() -> None:
    nudge = Nudge("card", "2026-11-19", replace(SESSION, project=None))
    assert nudge_title(nudge) == "2 h 10 m of work: what was it for?"


def test_both_say_what_to_do() -> None:
    assert "Tag this session" in nudge_text(Nudge("card", "2026-11-19", SESSION))
    assert nudge_title(Nudge("checkin", "2026-W47")) == "Time for this week’s check-in"
    assert "Check-in" in nudge_text(Nudge("checkin", "2026-W47"))
