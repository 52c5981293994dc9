"""A week is taken from the history with each token once, in the person's own days."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.insights.conftest import Ledger
from tests.share.conftest import FRIDAY, Member
from tokentray.core.journal import Card
from tokentray.core.usage import Tokens
from tokentray.settings.settings import Settings
from tokentray.share.fragments import WeekOfUse
from tokentray.share.week import take_week
from tokentray.store.database import transaction
from tokentray.store.journal_table import save_card


def test_days_sources_and_cards_of_a_week(member: Member) -> None:
    ledger = Ledger(member.history)
    # Sunday, 23:30 UTC, is Monday in Berlin; the Sunday before is not of this week
    ledger.log(datetime(2026, 11, 15, 23, 30, tzinfo=UTC), "opus", Tokens(input=10))
    ledger.log(datetime(2026, 11, 15, 22, 30, tzinfo=UTC), "opus", Tokens(input=1000))
    ledger.log(FRIDAY, "gpt", Tokens(input=3, output=4), "codex/default")
    ledger.log(FRIDAY, "opus", Tokens(input=20))
    with transaction(member.history):
        card = save_card(member.history, Card("a", FRIDAY, FRIDAY, title="x"), FRIDAY)
        save_card(member.history, Card("b", FRIDAY, FRIDAY, title="x", draft=True), FRIDAY)
    week = take_week(member.history, Settings(), "2026-W47", "Europe/Berlin")
    assert week == WeekOfUse("2026-W47", 2, (("claude-code", 30), ("codex", 7)), (card,))


def test_no_use_is_no_days(member: Member) -> None:
    assert take_week(member.history, Settings(), "2026-W47", "UTC") == WeekOfUse("2026-W47", 0, (), ())
    with pytest.raises(ValueError, match="no week"):
        take_week(member.history, Settings(), "2026-W99", "UTC")
