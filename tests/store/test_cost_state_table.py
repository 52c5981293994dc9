"""What the transcripts leave out, against the ledger of what was really served."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.test_logs_exact import SAMPLES, needs_samples, scan
from tokentray.core.usage import Tokens
from tokentray.store.cost_state_table import hidden_total, hidden_usage
from tokentray.store.database import open_history


@needs_samples
def test_hidden_calls_of_the_samples(tmp_path: Path) -> None:
    with open_history(str(tmp_path / "history.sqlite"), zone="UTC") as history:
        scan(history, SAMPLES / "claude" / "home")
        hidden = {(usage.session[:8], usage.model): usage.tokens for usage in hidden_usage(history)}
    # Worked out from ground-truth.jsonl: served, less what is in the log; a compaction, a compaction, a fork with nothing hidden.
    assert hidden["36212e35", "claude-opus-4-6"] == Tokens(9, 9377, 6058, 6058, 530)
    assert hidden["8537a0f6", "claude-sonnet-4-6"] == Tokens(7, 0, 12221, 0, 236)
    assert hidden["5e13d059", "claude-haiku-5-5"].output == 378
    assert not [key for key in hidden if key[0] in ("4c8286d9", "db54a73e", "1e509c65")]


@needs_samples
def test_their_sum_is_worked_out_again_when_another_account_is_written(tmp_path: Path) -> None:
    with open_history(str(tmp_path / "history.sqlite"), zone="UTC") as history:
        assert hidden_total(history) == 0
        scan(history, SAMPLES / "claude" / "home")
        assert hidden_total(history) == sum(usage.tokens.total or 0 for usage in hidden_usage(history)) > 0
