"""Free text is looked through before it leaves, and what is harmless is left alone."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokentray.share.lint import findings, rewritten

ROOT = Path(__file__).parents[2]


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
        ("to jo.doe＠example.com", "e-mail", "jo.doe＠example.com"),
        ("to jo\u200b.doe@exam\u200bple.com", "e-mail", "jo\u200b.doe@exam\u200bple.com"),
        ("to jo@example。com", "e-mail", "jo@example。com"),
        ("@李雷 knows", "name", "@李雷"),
        ("SHOP\u20111234", "ticket", "SHOP\u20111234"),
        ("KUNDE-2024-0042", "ticket", "KUNDE-2024-0042"),
        ("to DE89 3704 0044 0532 0130 00", "number", "DE89 3704 0044 0532 0130 00"),
        ("to GB29NWBK60161331926819", "number", "GB29NWBK60161331926819"),
        ("call １２３４５６７", "number", "１２３４５６７"),
        ("on 10.0.12.7 now", "machine", "10.0.12.7"),
        ("on fe80::1ff:fe23:4567:890a", "machine", "fe80::1ff:fe23:4567:890a"),
        ("on 2001:db8::1", "machine", "2001:db8::1"),
        ("at 00:1A:2B:3C:4D:5E", "machine", "00:1A:2B:3C:4D:5E"),
        ("on nas.fritz.box", "link", "nas.fritz.box"),
        ("in C:/Users/mira/shop.txt", "path", "C:/Users/mira/shop.txt"),
        (r"in %APPDATA%\shop", "path", r"%APPDATA%\shop"),
        (r"in Documents\plans\2026", "path", r"Documents\plans\2026"),
        ("Passwort: Sommer24!", "key", "Passwort: Sommer24"),
        ("with Bearer abcdefghij", "key", "Bearer abcdefghij"),
        ("-----BEGIN PRIVATE KEY-----", "key", "-----BEGIN PRIVATE KEY-----"),
        ("for Project Falcon", "own word", "Falcon"),
        ("for F\u00adal\u200dcon", "own word", "F\u00adal\u200dcon"),
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
        "At 12:30:45, in 1:2 and 16:9; std::string, a::b.",
        "The secret is small steps; a token is no word.",
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


@pytest.mark.parametrize(
    "unit", ["a-", "a_", "a+", "sk-", "www.", "1.", "A1-", "a/", "a\\", "~", "@a", "#1 ", "SHOP-12 ", "a.a@", "/a-"]
)
def test_a_long_text_takes_no_longer_than_its_length(unit: str) -> None:
    # What grew with the square of the length would need many minutes here; a search cannot be interrupted from within.
    program = f"from tokentray.share.lint import findings; findings(({unit!r} * 150_000)[:150_000])"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30, cwd=ROOT)
