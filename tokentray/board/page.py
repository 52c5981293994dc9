"""The board's pages, made on the server from published cells only: no JavaScript, nothing from elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tokentray.board.papers import PAPERS, paper
from tokentray.core.fragment import BANDS, EFFORTS, RESULTS
from tokentray.core.published import BANDED, COUNTED, FEWER, Published, Team
from tokentray.core.published_words import (
    ADOPTIONS,
    Share,
    Week,
    by_effort,
    by_function,
    by_week,
    figures,
    headline,
    label_of,
    shares,
    size_of,
    values_of,
    week_name,
)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
}
"""For every page and file served beside it."""

WEEKS_DRAWN = 52

_HERE = os.path.dirname(os.path.abspath(__file__))


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(os.path.join(_HERE, "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(label_of=label_of, week_name=week_name, papers=PAPERS)
    return environment


_PAGES = _environment()


@dataclass(frozen=True, slots=True)
class Trend:
    """
    One field over the weeks: stacked columns of shares where the newest week that says anything has numbers, else a row of steps for each value.

    `marks` are the picture's rectangles, their edges in per cent of it; `ticks` are (x in per cent, words) below; `rows` is the same as a table, newest week first.
    """

    stacked: bool
    marks: Markup
    ticks: tuple[tuple[str, str], ...]
    values: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]


def show_board(team: Team, published: Iterable[Published]) -> str:
    """The board's page: the newest closed week and its trend over at most `WEEKS_DRAWN` weeks."""
    weeks = by_week(published)
    names = list(weeks)[-WEEKS_DRAWN:]
    if not names:
        return _PAGES.get_template("empty.html").render(team=team, here="board")
    week = weeks[names[-1]]
    before = weeks[names[-2]] if len(names) > 1 else None
    functions = [function for function, _ in team.functions]
    kinds = {kind: week.get(kind) for kind in ("c1", "c2", "use", "card")}
    return _PAGES.get_template("board.html").render(
        team=team,
        here="board",
        name=names[-1],
        size=size_of(kinds["c1"]),
        sizes={kind: size_of(each) for kind, each in kinds.items()},
        totals={kind: each.total if each else None for kind, each in kinds.items()},
        FEWER=FEWER,
        BANDED=BANDED,
        COUNTED=COUNTED,
        headline=headline(week),
        figures=figures(week, before, functions),
        adoption=shares(kinds["c1"], ADOPTIONS),
        adoption_trend=_trend([weeks[name] for name in names], names, "c1", ADOPTIONS),
        functions=by_function(kinds["c1"], functions),
        adoptions=ADOPTIONS,
        outcome=shares(kinds["c2"], RESULTS),
        effort=shares(kinds["c2"], EFFORTS, first=False),
        efforts=by_effort(kinds["c2"]),
        outcomes=RESULTS,
        outcome_trend=_trend([weeks[name] for name in names], names, "c2", RESULTS),
        tokens=shares(kinds["use"], BANDS, first=False),
        tools=shares(kinds["use"], values_of(kinds["use"])),
        categories=shares(kinds["card"], values_of(kinds["card"])),
        card_outcomes=shares(kinds["card"], RESULTS, first=False),
    )


def show_paper(team: Team, name: str) -> str | None:
    """One of the papers of `papers.PAPERS` by its name in the address; None if there is none of that name."""
    found = paper(name)
    if found is None:
        return None
    title, body = found
    return _PAGES.get_template("paper.html").render(team=team, here=name, title=title, body=body)


def show_invite(team: Team) -> str:
    """What a browser shows for an invite link; the part that matters was not sent to the server."""
    return _PAGES.get_template("invite.html").render(team=team, here="invite")


def static_file(name: str) -> tuple[bytes, str] | None:
    """A file the pages refer to below /static/, with its media type; None for any other name."""
    if name not in _STATIC:
        return None
    with open(os.path.join(_HERE, "static", name), "rb") as file:
        return file.read(), _STATIC[name]


_STATIC = {"board.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}


def _trend(weeks: Sequence[Week], names: Sequence[str], kind: str, values: Sequence[str]) -> Trend:
    found = [shares(week.get(kind), values) for week in weeks]
    sizes = [size_of(week.get(kind)) for week in weeks]
    stacked = next((size for size in reversed(sizes) if size != FEWER), FEWER) == COUNTED
    slots = max(len(weeks), 8)
    first = slots - len(weeks)
    marks: list[str] = []
    for index, (size, week) in enumerate(zip(sizes, found, strict=True), start=first):
        place = f'x="{100 * (index + 0.1) / slots:.2f}%" width="{80 / slots:.2f}%"'
        if not week:
            marks.append(_mark(place, 98, 2, "nothing"))
        elif stacked:
            marks.extend(_column(week, place, size))
        else:
            marks.extend(_steps(week, values, place))
    rows = tuple(
        (name, "" if week else "fewer than 5", tuple(_texts(week, values)))
        for name, week in zip(reversed(names), reversed(found), strict=True)
    )
    # Made of numbers and of the style sheet's own words, so there is nothing to escape: a year has two thousand values.
    drawn = Markup("".join(marks))  # noqa: S704  as said above
    return Trend(stacked, drawn, _ticks(names, first, slots), tuple(values), rows)


def _mark(place: str, top: float, height: float, look: str) -> str:
    return f'<rect class="{look}" {place} y="{top:.1f}%" height="{height:.1f}%"/>'


def _column(week: tuple[Share, ...], place: str, size: str) -> Iterable[str]:
    if size != COUNTED:
        # Words have no numbers to stack; the table beside the picture has the words.
        yield _mark(place, 94, 6, "in-words")
        return
    top = 0.0
    for share in reversed(week):
        yield _mark(place, 100 * top, 100 * share.part, share.value)
        top += share.part


def _steps(week: tuple[Share, ...], values: Sequence[str], place: str) -> Iterable[str]:
    row = 100 / len(values)
    for share in week:
        height = row * 0.82 * share.level / 4
        bottom = row * (values.index(share.value) + 1) - row * 0.06
        yield _mark(place, bottom - height, height, share.value)


def _texts(week: tuple[Share, ...], values: Sequence[str]) -> Iterable[str]:
    texts = {share.value: share.text for share in week}
    return (texts.get(value, "—") for value in values)


def _ticks(names: Sequence[str], first: int, slots: int) -> tuple[tuple[str, str], ...]:
    every = max(1, round(len(names) / 6))
    last = len(names) - 1
    shown = [index for index in range(len(names)) if (last - index) % every == 0]
    return tuple((f"{100 * (first + i + 0.5) / slots:.2f}%", f"W{names[i].split('-W')[1]}") for i in shown)
