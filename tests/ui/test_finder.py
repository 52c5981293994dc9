"""What the search finds, and in which order."""

from __future__ import annotations

from tokentray.ui.finder import Target, matching

TARGETS = [
    Target("page", "trends", "Trends", "page"),
    Target("action", "sync", "Sync now", "action"),
    Target("model", "gpt-5", "gpt-5", "model"),
    Target("model", "my-gpt", "my-gpt", "model"),
    Target("project", "gpt-tests", "gpt-tests", "project"),
]


def titles(typed: str) -> list[str]:
    return [target.title for target in matching(TARGETS, typed)]


def test_nothing_typed_shows_everything() -> None:
    assert len(titles("")) == 5


def test_beginnings_come_first() -> None:
    assert titles("gpt") == ["gpt-5", "gpt-tests", "my-gpt"]


def test_all_words_have_to_fit_and_the_kind_counts() -> None:
    assert titles("GPT model") == ["gpt-5", "my-gpt"]


def test_what_does_not_fit_is_not_shown() -> None:
    assert titles("claude") == []
