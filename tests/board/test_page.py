"""The board's pages: honest with little, fast with a year, and under a policy that allows nothing but a style sheet."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.board.made_up import (
    ADOPTIONS,
    BANDS,
    CATEGORIES,
    EFFORTS,
    OUTCOMES,
    SMALL_TEAM,
    TEAM,
    TOOLS,
    banded_year,
    counted_year,
)
from tests.browser import browser, needs_chromium
from tokentray.board.page import HEADERS, show_board, show_invite, show_paper, static_file
from tokentray.board.papers import PAPERS
from tokentray.board.publish import cells_of_week
from tokentray.core.published import FEWER, OTHER, Published, published_of
from tokentray.ui.look import DARK, LIGHT

VOID = {"meta", "link", "img", "br", "hr", "input"}


def every_page() -> dict[str, str]:
    return {
        "numbers": show_board(TEAM, counted_year()),
        "words": show_board(SMALL_TEAM, banded_year()),
        "fewer": show_board(SMALL_TEAM, banded_year(2)),
        "empty": show_board(SMALL_TEAM, []),
        "invite": show_invite(TEAM),
        **{name: show_paper(TEAM, name) or "" for name in PAPERS},
    }


PAGES = every_page()


class Tags(HTMLParser):
    """Every element with its attributes, and whether each was closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.split("<main", 1)[1]))


@pytest.mark.parametrize("name", PAGES)
def test_nothing_needs_more_than_the_policy_allows(name):
    for tag, attributes in Tags(PAGES[name]).found:
        assert tag not in {"script", "style", "iframe", "form", "object", "embed"}
        assert "style" not in attributes
        assert not [attribute for attribute in attributes if attribute.startswith("on")]
        assert (attributes.get("src") or "/").startswith("/")


@pytest.mark.parametrize("name", PAGES)
def test_elements_are_closed_in_order(name):
    assert Tags(PAGES[name]).open == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_title_and_every_picture_a_name_or_a_table(name):
    found = Tags(PAGES[name]).found

    assert [tag for tag, _ in found].count("h1") == 1
    for tag, attributes in found:
        if tag == "svg":
            assert attributes.get("aria-hidden") == "true" or attributes.get("aria-label")


def test_a_week_of_fewer_than_five_shows_nothing_else():
    words = words_of(PAGES["fewer"])

    assert "Fewer than five people checked in, so nothing is shown." in words
    assert "Fewer than 5" in words
    assert not re.search(
        r"\d+ %|about half|≈", words.split("What the numbers can and cannot say")[0].split("one step is")[0]
    )


def test_a_small_team_reads_words_and_no_numbers():
    words = words_of(PAGES["words"]).split("What the numbers can and cannot say")[0]

    assert "About half used AI weekly, some daily." in words
    assert not re.search(r"\d+ %|≈", words)
    assert "This board does not ask for functions" in words


def test_a_larger_team_reads_rounded_shares():
    words = words_of(PAGES["numbers"])

    assert "About 70 % of the check‑ins used AI weekly or daily." in words
    assert "4 of 4" in words


def test_functions_stand_in_alphabetical_order():
    rows = re.findall(r'<th scope="row">(\w+)</th>', PAGES["numbers"].split('id="breadth-title"')[1])

    assert rows[:5] == ["Design", "Engineering", "Finance", "Support", "Other"]


def test_a_year_is_drawn_and_not_more():
    page = show_board(TEAM, counted_year(60))

    assert len(re.findall(r'<tr><th scope="row">20\d\d-W', page)) == 2 * 52


def test_functions_that_were_all_folded_are_not_shown_as_one_row():
    weeks = counted_year(1)
    check_ins = replace(weeks[0], cells=tuple(cell for cell in weeks[0].cells if cell.b == "other"))

    words = words_of(show_board(TEAM, [check_ins, *weeks[1:]]))

    assert "This week the functions were too small to be told apart" in words


def test_a_quiet_newest_week_leaves_the_columns_of_those_before():
    quiet = [Published("2026-W41", kind, FEWER) for kind in ("c1", "c2", "use", "card")]

    assert "Each column is a closed week, in shares." in words_of(show_board(TEAM, [*counted_year(3), *quiet]))


def test_the_level_that_holds_is_said():
    assert "L2" in words_of(PAGES["numbers"])
    assert "Level L1, theft-safe." in words_of(PAGES["words"])
    assert "Level L2" not in words_of(PAGES["words"])


def test_a_boards_own_words_are_escaped():
    page = show_board(replace(TEAM, name="<script>alert(1)</script>"), counted_year(1))

    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (4, "Fewer than five people checked in"),
        (12, "used AI weekly"),
        (60, "of the check‑ins used AI weekly or daily"),
    ],
)
def test_a_week_as_it_is_really_published_is_shown(people, said):
    page = show_board(TEAM, published_of(cells_of_week("2026-W40", counts_of_people(people), VALUES)))

    assert said in words_of(page)
    assert ("Engineering" in page) == (people == 60)


FUNCTIONS = [function for function, _ in TEAM.functions]
VALUES = {
    "c1": ([*ADOPTIONS], [*FUNCTIONS, OTHER]),
    "c2": ([*OUTCOMES], [*EFFORTS]),
    "use": ([*TOOLS], [*BANDS]),
    "card": ([*CATEGORIES], [*OUTCOMES]),
}


def counts_of_people(people: int) -> list[tuple[str, str, str, int]]:
    """What the store counts for a week in which everybody sent one of each kind."""
    answers = Counter[tuple[str, str, str]]()
    for person in range(people):
        answers["c1", ADOPTIONS[person % 3 + 1], FUNCTIONS[person % 4]] += 1
        answers["c2", OUTCOMES[person % 4], EFFORTS[person % 3]] += 1
        answers["use", TOOLS[person % 2], BANDS[person % 7]] += 1
        answers["card", f"{CATEGORIES[person % 5]}/{OUTCOMES[person % 4]}/team", "00" * 8] += 1
    return [(*answer, n) for answer, n in answers.items()]


def test_pages_and_files_that_do_not_exist():
    assert show_paper(TEAM, "../../etc/passwd") is None
    assert static_file("../page.py") is None


def test_a_year_is_shown_within_ten_milliseconds():
    year = counted_year()
    best = min(_seconds(lambda: show_board(TEAM, year)) for _ in range(15))

    assert best < 0.010


def _seconds(call) -> float:
    # The processor's own time: how busy the machine is with something else says nothing about the page.
    start = time.thread_time()
    call()
    return time.thread_time() - start


def style_sheet() -> str:
    found = static_file("board.css")
    assert found is not None
    return found[0].decode()


def tokens(css: str) -> list[dict[str, str]]:
    """The custom properties of each :root block: light, dark, print."""
    return [dict(re.findall(r"--([\w-]+): (#\w+);", block)) for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)]


@pytest.mark.parametrize(("place", "look"), [(0, LIGHT), (1, DARK)], ids=["light", "dark"])
def test_colours_are_those_of_the_application(place, look):
    for name, colour in tokens(style_sheet())[place].items():
        if name.startswith("on-") and name != "on-accent":
            continue
        family, _, number = name.partition("-")
        usual = getattr(look, family)[int(number)] if number.isdigit() else getattr(look, name.replace("-", "_"))
        assert colour == usual, name


@pytest.mark.parametrize("place", [0, 1, 2], ids=["light", "dark", "print"])
def test_words_on_bars_can_be_read(place):
    css = tokens(style_sheet())
    colours = {**css[0], **css[place]}
    mixed = colours["on-accent"] if place == 1 else colours["text"]
    pairs = [
        *((colours[f"on-{name}"], colours[name]) for name in ("heat-3", "heat-4", "series-1", "series-3", "series-8")),
        (colours["text"], colours["heat-2"]),
        (mixed, colours["series-2"]),
    ]
    for front, back in pairs:
        assert contrast(front, back) >= 4.5, (front, back)


def contrast(front: str, back: str) -> float:
    lighter, darker = sorted((luminance(front), luminance(back)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@contextmanager
def served(page: str):
    """The page, its files and its headers on loopback, as the board sends them."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            found = static_file(self.path.removeprefix("/static/"))
            shown = PAGES.get(self.path.removeprefix("/pages/"), page)
            body, kind = found or (shown.encode(), "text/html; charset=utf-8")
            self.send_response(200)
            for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@needs_chromium
def test_a_browser_has_nothing_to_complain_about_and_nothing_is_cut_off(tmp_path):
    with served(PAGES["numbers"]) as address, browser(tmp_path) as tab:
        for name in PAGES:
            for width in (1200, 700, 320):
                tab.open(f"{address}pages/{name}", width=width)
                assert tab.overflowing() == [], (name, width)

    assert tab.complaints == []
    assert all(each.startswith(address) for each in tab.requested)


@needs_chromium
@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        ('<h1 style="color: red">', "Content Security Policy"),
        ("<h1><script>1</script>", "Content Security Policy"),
        ('<h1><img src="https://elsewhere.example/x.png" alt="">', "Content Security Policy"),
    ],
)
def test_a_browser_would_complain(spoiled, said, tmp_path):
    with served(PAGES["numbers"].replace("<h1>", spoiled)) as address, browser(tmp_path) as tab:
        tab.open(address)

    assert any(said in complaint for complaint in tab.complaints)


@needs_chromium
def test_what_is_cut_off_would_be_found(tmp_path):
    wide = PAGES["numbers"].replace("<h1>", f"<h1>{'W' * 200}")
    with served(wide) as address, browser(tmp_path) as tab:
        tab.open(address, width=320)
        assert tab.overflowing() != []
