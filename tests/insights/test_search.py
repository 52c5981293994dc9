"""What is typed to find cards is understood, and what is not is said in clear words."""

from __future__ import annotations

from datetime import date

import pytest

from tokentray.core.journal import Level, Outcome, SearchQuery
from tokentray.insights.search import parse_search


def test_words_phrases_and_filters_are_told_apart() -> None:
    search = parse_search('tag:refactor outcome:failed model:opus since:2026-09 parser "two words"')
    assert search.problems == ()
    assert search.query == SearchQuery(
        words=("parser", "two words"),
        tags=("refactor",),
        outcomes=(Outcome.FAILED,),
        models=("opus",),
        since=date(2026, 9, 1),
    )


def test_several_values_of_a_filter_are_alternatives() -> None:
    query = parse_search('tag:a,b tag:"code review" level:team,company function:legal project:alpha draft:no').query
    assert query.tags == ("a", "b", "code review")
    assert query.levels == (Level.TEAM, Level.COMPANY)
    assert (query.functions, query.projects, query.draft) == (("legal",), ("alpha",), False)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2026-09-14", date(2026, 9, 14), date(2026, 9, 14)),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_day_a_week_a_month_and_a_year_have_two_edges(text: str, since: date, until: date) -> None:
    assert parse_search(f"since:{text}").query.since == since
    assert parse_search(f"until:{text}").query.until == until


@pytest.mark.parametrize("text", ["https://example.org/x", "12:30", '"tag:x"', "ratio 3:1"])
def test_a_colon_in_a_word_is_no_filter(text: str) -> None:
    search = parse_search(text)
    assert search.problems == ()
    assert search.query.tags == ()
    assert " ".join(search.query.words) == text.strip('"')


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tags:x", "There is no filter “tags:”. Did you mean “tag:”?"),
        (
            "zzz:x",
            "There is no filter “zzz:”. There are tag, outcome, level, function, model, project, since, until, draft.",
        ),
        ("outcome:great", "“outcome:great” is not known; there are worked, partly, failed, unclear."),
        ("level:world", "“level:world” is not known; there are me, team, company."),
        ("since:monday", "“since:monday” is no day; it can be 2026-09-14, 2026-W38, 2026-09 or 2026."),
        ("until:2026-13", "“until:2026-13” is no day; it can be 2026-09-14, 2026-W38, 2026-09 or 2026."),
        ("draft:perhaps", "“draft:perhaps” is not known; there are draft:yes and draft:no."),
        ("tag: x", "“tag:” needs a value right behind the colon, such as tag:refactor."),
        ("since:2026-10 until:2026-09", "since:2026-10-01 is after until:2026-09-30, so nothing can be found."),
    ],
)
def test_what_is_not_understood_is_said(text: str, problem: str) -> None:
    assert parse_search(text).problems == (problem,)


def test_what_is_still_being_typed_does_no_harm() -> None:
    for text in ('"two wo', 'tag:"code', '"', "   ", 'a "" b'):
        assert parse_search(text).problems == ()
    assert parse_search('tag:"code').query.tags == ("code",)
    assert parse_search('a "" b').query.words == ("a", "b")
