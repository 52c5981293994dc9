"""Teams made by hand for the tests of sharing: just joined, an ordinary week, a long season."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from tests.ui.snapshots import LONG, NOW
from tokentray.core.fragment import Vocabulary, fragment_bytes
from tokentray.core.journal import Card, Level, Outcome
from tokentray.share.fragments import WeekOfUse, adopted, sentence_of
from tokentray.share.team_view import Left, Sending, TeamFacts, TeamView, WeekToShare

WEEK = "2026-W47"
CLOSES = datetime(2026, 11, 30, tzinfo=UTC)
PROMISE = (
    "Level L2: fragments travel sealed through a relay, so that it holds against an operator of the board who changes it and records "
    "connections, too, as long as somebody else runs the relay."
)
OFFERED = Vocabulary(
    functions=("engineering", "support"),
    categories=("code", "testing", "writing"),
    tools=("claude-code", "other"),
)
FACTS = TeamFacts(
    board="https://board.example.org",
    season="2026-Q4",
    level="L2",
    promise=PROMISE,
    relay="relay.example.net",
    weeks=("2026-W45", "2026-W46", "2026-W47", "2026-W48"),
    open_weeks=("2026-W46", "2026-W47"),
    offered=OFFERED,
    per_week=(("c1", 1), ("c2", 1), ("use", 2), ("card", 3)),
    retention_weeks=13,
    checked_at=NOW - timedelta(hours=5),
    secrets_in_keyring=True,
)


def card(number: int, title: str, outcome: Outcome, level: Level = Level.TEAM, **texts: str) -> Card:
    return Card(
        f"{number:012x}",
        NOW,
        NOW,
        day=date(2026, 11, 18),
        title=title,
        outcome=outcome,
        level=level,
        effort_minutes=90,
        **texts,  # type: ignore[arg-type]
    )


PARSER = card(
    1,
    "Property tests found the bug in the parser",
    Outcome.WORKED,
    tried="Asked for property tests of the parser in src/billing/parser.py before any change.",
    worked="Two hours instead of two days; the failing case was one nobody had thought of.",
    learned="Ask for the invariant first. Write to jo@example.org for the prompt, ticket BILL-1234.",
    next="The same for the exporter.",
)
CONTRACT = card(
    2,
    "Let an agent translate the contract template",
    Outcome.FAILED,
    Level.COMPANY,
    tried="The whole template of forty pages at once.",
    learned="It keeps the glossary for ten pages and then forgets it.",
)
USE = WeekOfUse(WEEK, 4, (("claude-code", 3_400_000), ("codex", 12_000)), (PARSER, CONTRACT))


def week(**changes: object) -> WeekToShare:
    made = WeekToShare(
        week=WEEK,
        open=True,
        closes_at=CLOSES,
        skipped=False,
        use=USE,
        shareable=(PARSER, CONTRACT),
        private=3,
        kinds=(),
        function="",
        sendings=(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def sending(number: int, kind: str = "c1", state: str = "waiting", **changes: object) -> Sending:
    fragment = adopted(USE, OFFERED)
    waits = state == "waiting"
    made = Sending(
        number=number,
        op="put",
        week=WEEK,
        kind=kind,
        card=None,
        words=sentence_of(fragment),
        bytes_inside=fragment_bytes(fragment).decode(),
        state=state,
        why="",
        planned_at=NOW + timedelta(days=3) if waits else None,
        done_at=None if waits else NOW - timedelta(hours=2),
        seen_at=None,
        can_withdraw=state in ("waiting", "sent"),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def withdrawal(number: int, kind: str = "c1", state: str = "waiting", **changes: object) -> Sending:
    return sending(
        number, kind, state, **{"op": "delete", "words": "", "bytes_inside": "", "can_withdraw": False, **changes}
    )


def left(number: int, **changes: object) -> Left:
    made = Left(
        number=number,
        at=NOW - timedelta(hours=2, minutes=number),
        method="POST",
        url="https://relay.example.net/v1/relay",
        words="Somebody had this week: AI used on some days.",
        inside='{"op":"put","week":"2026-W47","kind":"c1","token":"AAIB…","body":{"adoption":"weekly","kind":"c1","v":1}}',
        size=8192,
        status=201,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def joined(**changes: object) -> TeamView:
    """Joined, nothing shared yet."""
    return replace(TeamView(NOW, FACTS, week()), **changes)  # type: ignore[arg-type]


def shared() -> TeamView:
    """Some of it waits, some left, one was withdrawn."""
    sendings = (
        sending(6, "c1"),
        sending(5, "use", "sent", words="Somebody used Claude Code this week: 1M to 10M tokens.", seen_at=NOW),
        sending(4, "card", "sent", card=CONTRACT.id, words=CARD_WORDS, bytes_inside='{"category":"writing"}'),
        sending(
            3,
            "c2",
            "sent",
            can_withdraw=False,
            words="Somebody tried something this week: it worked, after one to four hours.",
        ),
        withdrawal(7, "c2", "sent", seen_at=NOW),
    )
    earlier = (
        sending(2, "c1", "lapsed", week="2026-W46", why="its week closed before"),
        sending(1, "c2", "refused", week="2026-W45", why="the board did not take the token"),
    )
    log = (
        left(0),
        left(
            1,
            method="GET",
            url="https://board.example.org/v1/weeks/2026-W47/nonces",
            words="the question for the public list of 2026-W47",
            inside="",
            size=0,
            status=200,
        ),
        left(2, words="The withdrawal of a fragment of 2026-W47 (c2).", inside="", status=204),
        left(3, status=None),
        left(4, status=409),
        *(left(number) for number in range(5, 24)),
    )
    return replace(
        joined(week=week(kinds=("c1", "use", "card"), sendings=sendings)),
        sendings=(*sendings, *earlier),
        left=log,
        left_count=311,
    )


CARD_WORDS = "A card on writing, for the company: it did not work. Its texts are encrypted for your team."


def long_season() -> TeamView:
    """Everything as long as it gets: words that do not end, many weeks."""
    cards = tuple(
        replace(
            one,
            title=f"{LONG} {LONG}",
            tried=f"{LONG}@{LONG}.de {one.tried}",
            learned=f"{one.learned} /home/{LONG}/{LONG}",
        )
        for one in (PARSER, CONTRACT)
    )
    facts = replace(
        FACTS,
        board=f"https://{LONG.lower()}.example.org",
        offered=Vocabulary(functions=(LONG, "support"), categories=(LONG, "code"), tools=("claude-code",)),
    )
    some = shared()
    return replace(
        some,
        team=facts,
        week=week(shareable=cards, kinds=("c1", "c2", "use", "card")),
        sendings=tuple(replace(one, words=f"{LONG} {LONG} {one.words}", why=one.why and LONG) for one in some.sendings),
    )
