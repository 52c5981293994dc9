"""Free text is looked through before it leaves, and what is harmless is left alone."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokentray.share.lint import findings, rewritten


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("Ask jo.doe+ai@example.co.uk, she knows", "e-mail", "jo.doe+ai@example.co.uk"),
        ("as @mira.k told", "name", "@mira.k"),
        ("see SHOP-1234.", "ticket", "SHOP-1234"),
        ("fixes #482", "ticket", "#482"),
        ("from https://wiki.example.com/x?y=1, mostly", "link", "https://wiki.example.com/x?y=1"),
        ("on wiki.corp/pages", "link", "wiki.corp/pages"),
        ("in /home/mira/shop/cart.py", "path", "/home/mira/shop/cart.py"),
        (r"in C:\Users\mira\shop.txt", "path", r"C:\Users\mira\shop.txt"),
        (r"on \\files\sales\plan", "path", r"\\files\sales\plan"),
        ("in ~/work/shop", "path", "~/work/shop"),
        ("in src/shop/cart.py today", "path", "src/shop/cart.py"),
        ("with sk-ant-api03-abcdefgh", "key", "sk-ant-api03-abcdefgh"),
        ("AKIAIOSFODNN7EXAMPLE", "key", "AKIAIOSFODNN7EXAMPLE"),
        ("hash 9f86d081884c7d659a2feaa0c55ad015", "key", "9f86d081884c7d659a2feaa0c55ad015"),
        ("call +49 170 1234567 then", "number", "+49 170 1234567"),
        ("customer 4711123", "number", "4711123"),
        ("for Project Falcon", "own word", "Falcon"),
        ("for FALCON", "own word", "FALCON"),
    ],
)
def test_what_could_tell_who_wrote_it_is_found(text: str, kind: str, told: str) -> None:
    assert [(finding.kind, finding.text) for finding in findings(text, ["falcon"])] == [(kind, told)]


@pytest.mark.parametrize(
    "text",
    [
        "It wrote 40 tests in 3 hours, twice as fast.",
        "Review and/or rewrite: 24/7, e.g. i.e. 3.5x.",
        "From 1,200 to 12.50 in 2026, week 47.",
        "GPT-5 and UTF-8, SHA-256 and RFC-9474.",
        "Falconry is no falcons.",
        "C# and F#, `@` alone, a -> b",
        "",
    ],
)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert findings(text, ["falcon"]) == ()


def test_the_rewrite_holds_none_of_it() -> None:
    text = "Ask @mira in SHOP-12 (https://x.example.com/SHOP-12)."
    assert rewritten(text, findings(text)) == "Ask [a person] in [a ticket] ([a link])."


@given(st.text(max_size=200))
def test_any_text_is_taken_and_a_rewrite_is_quiet(text: str) -> None:
    found = findings(text)
    assert all(text[one.start : one.end] == one.text for one in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


@given(st.text(alphabet="ab@./-_:1#A~\\ ", max_size=2000))
def test_no_text_takes_long(text: str) -> None:
    findings(text * 5)
