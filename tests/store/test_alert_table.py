"""What stood at the last look is remembered in the history."""

from __future__ import annotations

from pathlib import Path

from tokentray.store.alert_table import record_standing, standing_alerts
from tokentray.store.database import open_history, transaction


def test_nothing_stands_in_a_new_history(tmp_path: Path) -> None:
    with open_history(str(tmp_path / "history.sqlite")) as history:
        assert standing_alerts(history) == frozenset()


def test_what_stood_last_survives_a_restart_and_replaces_what_stood_before(tmp_path: Path) -> None:
    path = str(tmp_path / "history.sqlite")
    with open_history(path) as history, transaction(history):
        record_standing(history, ["key openai/work"])
        record_standing(history, ["quota codex/default week red", "quota codex/default week amber"])
    with open_history(path) as history:
        assert standing_alerts(history) == {"quota codex/default week red", "quota codex/default week amber"}


def test_nothing_standing_any_more_is_remembered_too(tmp_path: Path) -> None:
    with open_history(str(tmp_path / "history.sqlite")) as history, transaction(history):
        record_standing(history, ["key openai/work"])
        record_standing(history, [])
        assert standing_alerts(history) == frozenset()
