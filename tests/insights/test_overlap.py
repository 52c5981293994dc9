"""Two origins are never added up."""

import pytest

from tokentray.insights.overlap import LARGER, SEPARATE, family, reason, taken_origins


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gpt-5-2025-08-07", "gpt-5"),
        ("openai/gpt-5", "gpt-5"),
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5[1m]", "claude-sonnet-4-5"),
        ("gpt-5.1-codex-mini", "gpt-5-1-codex-mini"),
        ("grok-4-0709", "grok-4"),
        (None, ""),
    ],
)
def test_a_family_is_what_bill_and_log_have_in_common(model, expected):
    assert family(model) == expected


def test_the_larger_is_taken_and_not_the_sum():
    claims = [
        ((1, "gpt-5"), "billed", 100),
        ((1, "gpt-5"), "logged", 60),
        ((1, "gpt-5"), "logged", 50),
        ((2, "gpt-5"), "logged", 7),
    ]
    assert taken_origins(claims) == {(1, "gpt-5"): "logged", (2, "gpt-5"): "logged"}


def test_of_equal_ones_the_provider_is_taken():
    assert taken_origins([("x", "logged", 9), ("x", "billed", 9)]) == {"x": "billed"}


def test_the_reason_names_what_was_done():
    assert reason(["logged"], False) == "As logged by the agents on this machine."
    assert reason(["logged", "billed"], True) == LARGER
    assert reason(["logged", "billed"], False) == SEPARATE
    assert reason([], False) == ""
