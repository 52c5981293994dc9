"""The papers are whole, lead to each other, and use no Markdown that the board cannot show."""

from __future__ import annotations

import re

import pytest

from tokentray.board.papers import PAPERS, html_of, paper
from tokentray.core.published import Team


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_is_shown_whole(name):
    title, body = paper(name)
    words = re.sub(r"<[^>]+>", " ", body)

    assert title == PAPERS[name]
    assert not re.search(r"\*\*|\]\(|^#|\|", words, re.MULTILINE)


@pytest.mark.parametrize("name", PAPERS)
def test_links_lead_to_papers_that_exist(name):
    links = re.findall(r'href="/papers/([^"]+)"', paper(name)[1])

    assert set(links) <= set(PAPERS)


@pytest.mark.parametrize("name", ["", "../settings", "what-leaves.md", "/etc/passwd"])
def test_no_other_file_is_a_paper(name):
    assert paper(name) is None


def test_the_papers_name_the_retention_that_is_usual():
    assert f"({Team('a', 'b').retention_weeks} unless set otherwise)" in paper("data-flow")[1]


def test_the_paper_says_that_a_card_told_in_clear_names_its_anonymous_copy():
    assert "its anonymous copy has your name, too" in paper("what-leaves")[1]


def test_html_in_a_paper_never_gets_through():
    assert html_of('<script>x</script> `<b>` **<i>** [<u>](https://a.example/"x)') == (
        "<p>&lt;script&gt;x&lt;/script&gt; <code>&lt;b&gt;</code> <strong>&lt;i&gt;</strong> "
        '<a href="https://a.example/&quot;x" rel="noreferrer">&lt;u&gt;</a></p>'
    )


def test_a_link_that_runs_a_script_stays_text():
    assert html_of("[a](javascript:alert)") == "<p>[a](javascript:alert)</p>"


def test_lists_tables_and_code():
    assert html_of("- a\n- b\n\n1. c\n2. d") == "<ul><li>a</li><li>b</li></ul>\n<ol><li>c</li><li>d</li></ol>"
    assert '<th scope="col">A</th></tr></thead><tbody><tr><td data-head="A">b</td></tr>' in html_of(
        "| A |\n|---|\n| b |"
    )
    assert html_of("- [ ] a") == "<ul><li>☐ a</li></ul>"
    assert html_of("```\na < b\n```") == "<pre><code>a &lt; b</code></pre>"
