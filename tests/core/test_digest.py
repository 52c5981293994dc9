"""The digest is made of published cells only, in every form, and a board's own words cannot break out of it."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.board.made_up import SMALL_TEAM, TEAM, banded_year, counted_year
from tokentray.core.digest import FORMS, Digest, OwnCard, digest_of, mail, markdown, slack, teams


def digest(team=TEAM, year=None, week=None) -> Digest:
    found = digest_of(team, counted_year(2) if year is None else year, week)
    assert found is not None
    return found


def every_form(made: Digest) -> list[str]:
    return [FORMS[form](made) for form in ("markdown", "html", "slack", "teams")]


def test_it_is_about_the_newest_week_unless_another_is_asked_for():
    assert digest().title == "Platform group: Week 40, 28 September to 4 October 2026"
    assert digest(week="2026-W39").title == "Platform group: Week 39, 21 to 27 September 2026"


def test_a_week_that_has_not_closed_has_none():
    assert digest_of(TEAM, counted_year(2), "2026-W41") is None
    assert digest_of(TEAM, []) is None


def test_markdown_begins_with_the_week_and_its_sentence():
    made = markdown(digest(SMALL_TEAM, banded_year()))

    assert made.splitlines()[:3] == [
        "# Eight of us: Week 40, 28 September to 4 October 2026",
        "",
        "**About half used AI weekly, some daily.**",
    ]
    assert "| Did not work | few |" in made


def test_markdown_names_the_columns_of_its_tables():
    # A table of Markdown has a head, and an empty one is drawn as an empty line.
    assert "\n| Answer | Share |\n|---|---|\n| Daily | " in markdown(digest(SMALL_TEAM, banded_year()))


@pytest.mark.parametrize("form", range(4), ids=["markdown", "mail", "slack", "teams"])
def test_a_week_of_fewer_than_five_says_only_that(form):
    made = every_form(digest(SMALL_TEAM, banded_year(), "2026-W28"))[form]

    assert "Fewer than 5" in made
    assert not any(word in made for word in ("Daily", "Worked", "Under 1 hour", "about half", "%,"))


@pytest.mark.parametrize("form", range(4), ids=["markdown", "mail", "slack", "teams"])
def test_a_banded_week_has_no_percentage(form):
    made = every_form(digest(SMALL_TEAM, banded_year()))[form]

    assert " %" not in made
    assert "few may be nobody" in made


def test_a_boards_name_cannot_break_out_of_any_form():
    hostile = replace(TEAM, name='<img src=x> [a](https://evil.example) *b* <!channel> "&')
    made = digest(hostile)

    assert "<img" not in mail(made)[1]
    assert "<!channel>" not in json.dumps(slack(made))
    assert "[a](https" not in markdown(made)
    assert "[a](https" not in teams(made)["attachments"][0]["content"]["body"][0]["text"]


def test_mail_loads_nothing_from_elsewhere():
    class Loads(HTMLParser):
        tags: list[str] = []  # noqa: RUF012  one parser, one test

        def handle_starttag(self, tag, attributes):
            self.tags.append(tag)

    Loads().feed(mail(digest())[1])

    assert not {"img", "script", "link", "iframe"} & set(Loads.tags)
    assert "url(" not in mail(digest())[1]


def test_slack_keeps_its_limits():
    made = slack(digest(replace(TEAM, name="long " * 60)))

    assert len(made["blocks"]) <= 50
    assert len(made["blocks"][0]["text"]["text"]) <= 150
    assert all(len(block.get("fields", ())) <= 10 for block in made["blocks"])


def test_teams_gets_an_adaptive_card():
    attachment = teams(digest())["attachments"][0]

    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert (attachment["content"]["type"], attachment["content"]["version"]) == ("AdaptiveCard", "1.4")
    assert attachment["content"]["actions"][0]["url"] == "https://board.example.org/"


CARDS = tuple(
    OwnCard(f"Tests <{number}>", "it worked", (("Tried", "a *b*\n<!channel> c" * 200),)) for number in range(10)
)


def test_own_cards_stand_beneath_under_the_own_name_in_every_form():
    card = OwnCard("Tests <1>", "it worked", (("Tried", "a *b*\n<!channel>"), ("Learned", "c")))
    made = replace(digest(), name="Mira <K>", cards=(card,))

    assert markdown(made).endswith(
        "## From Mira \\<K\\>\n\n### Tests \\<1\\> (it worked)\n\n**Tried:** a \\*b\\*  \n\\<!channel\\>\n\n**Learned:** c\n\n"
        "The board: <https://board.example.org/>\n"
    )
    assert "From Mira &lt;K&gt;</h2><h3" in mail(made)[1]
    assert "<b>Tried:</b> a *b*<br>&lt;!channel&gt;</p>" in mail(made)[1]
    assert [block["text"]["text"] for block in slack(made)["blocks"][-3:-1]] == [
        "*From Mira &lt;K&gt;*",
        "*Tests &lt;1&gt; (it worked)*\n*Tried:* a  b \n&lt;!channel&gt;\n*Learned:* c",
    ]
    assert [each["text"] for each in teams(made)["attachments"][0]["content"]["body"][-4:]] == [
        "From Mira \\<K\\>",
        "Tests \\<1\\> (it worked)",
        "Tried: a \\*b\\*  \n\\<!channel\\>",
        "Learned: c",
    ]


def test_ten_long_cards_keep_slacks_and_teams_limits():
    made = replace(digest(), name="Mira", cards=CARDS)

    blocks = slack(made)["blocks"]
    assert len(blocks) <= 50
    assert all(len(block["text"]["text"]) <= 3000 for block in blocks if "text" in block)
    assert len(FORMS["teams"](made).encode()) < 28_000


def test_without_a_name_nothing_stands_beneath():
    assert "## From" not in markdown(digest())
    assert not any("From Mira" in made for made in every_form(digest()))
