"""The week in a message, made of published cells only: Markdown, HTML mail, Slack and Teams."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from tokentray.core.published import Published, Team
from tokentray.core.published_words import (
    Figure,
    Share,
    Week,
    by_week,
    figures,
    headline,
    label_of,
    small_print,
    tables,
    week_name,
)


@dataclass(frozen=True, slots=True)
class OwnCard:
    """A card that its author tells in clear: `texts` are (label, text) of what it says, `outcome` in words, "" if it has none."""

    title: str
    outcome: str
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """
    What every form of the message says, in plain words that are not escaped yet.

    `parts` are (title, rows of (label, what is said of it)); `address` is the board's page, "" if it has none. `name` is who posts it and
    whose `cards` stand beneath; the board itself posts without both.
    """

    title: str
    headline: str
    figures: tuple[Figure, ...]
    parts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    small_print: str
    address: str
    name: str = ""
    cards: tuple[OwnCard, ...] = ()


def digest_of(team: Team, published: Iterable[Published], week: str | None = None) -> Digest | None:
    """The digest of a closed week, by itself the newest; None if there is no such week."""
    weeks = by_week(published)
    name = week or next(reversed(weeks), None)
    if name is None or name not in weeks:
        return None
    names = list(weeks)
    place = names.index(name)
    before = weeks[names[place - 1]] if place else None
    return Digest(
        title=f"{team.name}: {week_name(name)}",
        headline=headline(weeks[name]),
        figures=_known(figures(weeks[name], before, [function for function, _ in team.functions])),
        parts=_parts(weeks[name]),
        small_print=small_print(weeks[name]),
        address=team.address,
    )


def markdown(digest: Digest) -> str:
    """For a wiki, a channel or a file."""
    lines = [f"# {_plain(digest.title)}", "", f"**{_plain(digest.headline)}**", ""]
    lines += [f"- {_plain(each.label)}: **{_plain(each.value)}** ({_plain(each.note)})" for each in digest.figures]
    for title, rows in digest.parts:
        lines += ["", f"## {_plain(title)}", "", "| Answer | Share |", "|---|---|"]
        lines += [f"| {_plain(label)} | {_plain(text)} |" for label, text in rows]
    lines += ["", _plain(digest.small_print)]
    lines += ["", f"## From {_plain(digest.name)}"] if digest.name else []
    for card in digest.cards:
        lines += ["", f"### {_plain(_heading(card))}"]
        for label, text in card.texts:
            lines += ["", f"**{label}:** {_plain_lines(text)}"]
    lines += ["", f"The board: <{digest.address}/>"] if digest.address else []
    return "\n".join(lines) + "\n"


def mail(digest: Digest) -> tuple[str, str]:
    """
    The subject and the HTML body of an e-mail.

    Mail programs drop style sheets, so each element carries its own style, and the sheet for dark mode is for those that keep it;
    nothing is loaded from elsewhere, and there is no counting pixel.
    """
    boxes = "".join(
        f'<tr><td class="quiet" style="{_CELL}color:#5c667a">{escape(each.label)}</td>'
        f'<td style="{_CELL}font-weight:600">{escape(each.value)}</td>'
        f'<td class="quiet" style="{_CELL}color:#5c667a">{escape(each.note)}</td></tr>'
        for each in digest.figures
    )
    parts = "".join(
        f'<h2 style="font-size:16px;margin:24px 0 8px">{escape(title)}</h2>{_TABLE}{_mail_rows(rows)}</table>'
        for title, rows in digest.parts
    )
    own = f'<h2 style="font-size:16px;margin:24px 0 8px">From {escape(digest.name)}</h2>' if digest.name else ""
    own += "".join(_mail_card(card) for card in digest.cards)
    link = (
        f'<p><a class="link" href="{escape(digest.address)}/" style="color:#3b55d9">Open the board</a></p>'
        if digest.address
        else ""
    )
    body = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(digest.title)}</title>{_DARK}</head>'
        '<body style="margin:0;padding:24px;font:15px/1.5 Inter,system-ui,sans-serif;color:#171a21;background:#ffffff">'
        f'<div style="max-width:600px;margin:0 auto"><p class="quiet" style="color:#5c667a;margin:0">{escape(digest.title)}</p>'
        f'<h1 style="font-size:24px;line-height:1.25;margin:4px 0 16px">{escape(digest.headline)}</h1>'
        f"{_TABLE}{boxes}</table>{parts}"
        f'<p class="quiet" style="color:#5c667a;font-size:13px;margin-top:24px">{escape(digest.small_print)}</p>{own}{link}</div></body></html>'
    )
    return digest.title, body


def slack(digest: Digest) -> dict[str, Any]:
    """
    The body of an incoming webhook in Slack's blocks.

    Within Slack's limits for up to `MOST_CARDS` cards: 50 blocks, a header of 150 characters, ten fields of 2000, `SLACK_ROOM` in all.
    """
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(_without_angles(digest.title), 150)}},
        _section(f"*{_slack(digest.headline)}*"),
    ]
    if digest.figures:
        fields = [_slack_text(f"*{_slack(each.label)}*\n{_slack(each.value)}") for each in digest.figures]
        blocks.append({"type": "section", "fields": fields})
    for title, rows in digest.parts:
        lines = [f"{_slack(label)}: {_slack(text)}" for label, text in rows]
        blocks.append(_section("\n".join([f"*{_slack(title)}*", *lines])))
    blocks.append({"type": "context", "elements": [_slack_text(_slack(digest.small_print))]})
    if digest.name:
        blocks += [{"type": "divider"}, _section(f"*From {_slack(digest.name)}*")]
    for card in digest.cards:
        lines = [f"*{label}:* {_slack(text)}" for label, text in card.texts]
        words = "\n".join([f"*{_slack(_heading(card))}*", *lines])
        blocks.append(_section(_cut(words, SLACK_ROOM // len(digest.cards))))
    if digest.address:
        blocks.append(_section(f"<{digest.address}/|Open the board>"))
    return {"text": _slack(f"{digest.title}. {digest.headline}"), "blocks": blocks}


def teams(digest: Digest) -> dict[str, Any]:
    """The body of a Teams workflow's webhook: an Adaptive Card, the one form that workflows take."""
    body: list[dict[str, Any]] = [
        _teams_text(digest.title, isSubtle=True),
        _teams_text(digest.headline, size="Large", weight="Bolder"),
    ]
    if digest.figures:
        body.append(_facts([(each.label, f"{each.value} ({each.note})") for each in digest.figures]))
    for title, rows in digest.parts:
        body += [_teams_text(title, weight="Bolder", separator=True), _facts(rows)]
    body.append(_teams_text(digest.small_print, isSubtle=True, size="Small", separator=True))
    if digest.name:
        body.append(_teams_text(f"From {digest.name}", weight="Bolder", separator=True))
    room = TEAMS_ROOM // max(1, sum(len(own.texts) + 1 for own in digest.cards))
    for own in digest.cards:
        body.append(_teams_text(_cut(_heading(own), room // 4), weight="Bolder"))
        body += [
            {**_teams_text(""), "text": _cut_bytes(f"{label}: {_plain_lines(text)}", room)} for label, text in own.texts
        ]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if digest.address:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open the board", "url": f"{digest.address}/"}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


MOST_CARDS = 10
"""That many own cards fit beneath a digest in every form."""

FORMS: dict[str, Callable[[Digest], str]] = {
    "markdown": markdown,
    "html": lambda digest: mail(digest)[1],
    "slack": lambda digest: json.dumps(slack(digest), ensure_ascii=False),
    "teams": lambda digest: json.dumps(teams(digest), ensure_ascii=False),
}
"""Each form as the text that is posted or mailed."""

_CELL = "padding:6px 12px 6px 0;border-bottom:1px solid #e5e7ee;vertical-align:top;"
_DARK = (
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
    "<style>@media (prefers-color-scheme: dark) { body { background: #1b1e24 !important; color: #eceef3 !important; }"
    " td { border-color: #2b2f38 !important; } .quiet { color: #98a1b2 !important; } .link { color: #93a8ff !important; } }"
    "</style>"
)
_TABLE = '<table role="presentation" cellspacing="0" cellpadding="0" style="border-collapse:collapse;width:100%">'
SLACK_ROOM = 6_000
"""Characters that the own cards may take in Slack: it refuses blocks of about 11 000 together, which its documentation does not say."""

TEAMS_ROOM = 16_000
"""Bytes that the own cards of a digest may take in Teams, which refuses a message of more than 28 KB."""

_MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~])")


def _parts(week: Week) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    return tuple((title, _rows(table)) for title, _kind, table in tables(week) if table)


def _rows(table: tuple[Share, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((label_of(share.value), share.text) for share in table)


def _known(found: list[Figure]) -> tuple[Figure, ...]:
    return tuple(figure for figure in found if figure.value != "—")


def _heading(card: OwnCard) -> str:
    return f"{card.title} ({card.outcome})" if card.outcome else card.title


def _mail_card(card: OwnCard) -> str:
    texts = "".join(
        f'<p style="margin:0 0 8px"><b>{escape(label)}:</b> {escape(text).replace(chr(10), "<br>")}</p>'
        for label, text in card.texts
    )
    return f'<h3 style="font-size:15px;margin:16px 0 4px">{escape(_heading(card))}</h3>{texts}'


def _plain_lines(text: str) -> str:
    return "  \n".join(_plain(line) for line in text.strip().splitlines())


def _plain(text: str) -> str:
    return _MARKDOWN_SIGNS.sub(r"\\\1", text.replace("\n", " "))


def _slack(text: str) -> str:
    # Slack's three signs that must be escaped; * and _ in a board's own words are taken out, since it has no escape for them.
    plain = re.sub(r"[*_~`]", " ", text)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _without_angles(text: str) -> str:
    # A header is plain text and should not call a channel; Slack does not say so for all its programs.
    return text.replace("<", "‹").replace(">", "›")


def _slack_text(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": _cut(text, 2000)}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _slack_text(text)}


def _teams_text(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "text": _plain(text), "wrap": True, **more}


def _facts(rows: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return {"type": "FactSet", "facts": [{"title": _plain(label), "value": _plain(text)} for label, text in rows]}


def _mail_rows(rows: Iterable[tuple[str, str]]) -> str:
    return "".join(
        f'<tr><td style="{_CELL}">{escape(label)}</td><td style="{_CELL}padding-right:0;text-align:right">{escape(text)}</td></tr>'
        for label, text in rows
    )


def _cut_bytes(text: str, size: int) -> str:
    data = text.encode()
    return text if len(data) <= size else data[: size - 3].decode(errors="ignore").rstrip("\\") + "…"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
