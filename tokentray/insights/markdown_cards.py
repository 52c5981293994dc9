"""
A card as a Markdown note with front matter, and back: what Obsidian and any editor can read and write.

Nothing is lost on the way: what a section cannot hold as it is (blank lines at its ends, odd line breaks) stands in the front matter once more.
A note's own properties and its text before the first section stay; a card's earlier texts are not in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from tokentray.core.errors import Unreadable
from tokentray.core.journal import Card, Level, Link, Outcome
from tokentray.insights.front_matter import FENCE, Property, flow, scalar, split_note
from tokentray.insights.minutes import minutes_of, range_of

SECTIONS = {"Tried": "tried", "Worked": "worked", "Learned": "learned", "Next": "next"}
HEADING = re.compile(rf"(?P<escape>\\*)##[ \t]+(?P<name>{'|'.join(SECTIONS)})[ \t]*", re.IGNORECASE | re.ASCII)
TITLE = re.compile(r"#[ \t]+(?P<title>.*?)[ \t]*#*[ \t]*")
EXACT = "_exact"
OURS = (
    *("id", "title", "date", "outcome", "level", "function", "tags", "effort", "saved", "link", "models", "work"),
    *("follows", "draft", "created", "edited", "fingerprint", *(name + EXACT for name in SECTIONS.values())),
)
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
DAY_FIRST = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})(?:[T _.-]+|$)")
UNFIT_FOR_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|#^\[\]\u2028\u2029\ud800-\udfff]+')
LONGEST_NAME = 80
TRUE, FALSE = ("true", "yes"), ("false", "no", "")


@dataclass(frozen=True, slots=True)
class Note:
    """
    What a note says. `own`: it bears a card's id. `untouched`: nobody changed it since a TokenTray wrote it. `others` are the properties that are
    not ours, as they stand.
    """

    card: Card
    own: bool
    untouched: bool
    others: tuple[str, ...] = ()


def read_note(text: str, base: Card) -> Note:
    """
    The card a note tells of. What it does not say is taken from `base`, save its sections; of a note with an id of its own, nothing but the
    two instants is.

    Raises:
        Unreadable: something in it cannot be understood; the message begins with the line.
    """
    found, body = split_note(text)
    properties = {each.key.lower(): each for each in found if each.key.lower() in OURS}
    others = tuple(each.raw for each in found if each.key.lower() not in OURS)
    own = bool(properties["id"].text()) if "id" in properties else False
    if own:
        base = Card(_id(properties["id"]), base.created_at, base.edited_at)
    card = replace(base, **_facts(properties, own))
    heading, sections = _sections(body)
    if "title" not in properties and heading is not None:
        card = replace(card, title=heading)
    elif heading is not None and heading != card.title:
        sections["tried"] = _joined(f"# {heading}", sections["tried"])
    told = _exactly(sections, properties)
    card = replace(card, tried=told["tried"], worked=told["worked"], learned=told["learned"], next=told["next"])
    return Note(card, own, _said(properties, "fingerprint") == fingerprint(card), others)


def write_note(card: Card, others: Iterable[str] = ()) -> str:
    """The whole card; `others` are properties to keep, as `read_note` gave them."""
    body = _body({name: text for name, text in _texts(card).items() if text})
    _, sections = _sections(_as_it_comes_back(body))
    exact = [f"{name}{EXACT}: {scalar(text)}" for name, text in _texts(card).items() if sections[name] != text]
    lines = [FENCE, *_front(card), *exact, *others, f"fingerprint: {scalar(fingerprint(card))}", FENCE, ""]
    return "\n".join(lines) + body


def has_sections(text: str) -> bool:
    """Whether a note has one of a card's headings."""
    return any(
        match and not match["escape"] for match in map(HEADING.fullmatch, text.replace("\r\n", "\n").split("\n"))
    )


def template(card: Card, functions: Iterable[str] = (), tags: Iterable[str] = ()) -> str:
    """A card to be filled in by hand, with what may stand where; `read_note` takes it back with the card as its base."""
    known = {
        "outcome": ", ".join(Outcome),
        "level": ", ".join(Level),
        "function": ", ".join(functions),
        "tags": ", ".join(tags),
        "effort": "your time, such as 45m or 1h30",
        "saved": "only if you want: a range, such as 30m-1h",
        "date": "2026-11-21, for use that no log knows",
        "link": "a page, an issue, a file",
    }
    values = {
        "title": scalar(card.title) if card.title else "",
        "date": card.day.isoformat() if card.day else "",
        "outcome": card.outcome or "",
        "level": card.level,
        "function": scalar(card.function) if card.function else "",
        "tags": flow(card.tags),
        "effort": "" if card.effort_minutes is None else f"{card.effort_minutes}m",
        "saved": "{}m-{}m".format(*card.saved_minutes) if card.saved_minutes else "",
        "link": scalar(card.url) if card.url else "",
    }
    if card.draft:
        known["draft"], values["draft"] = "false when it is finished", "true"
    lines = [
        f"{key}: {value}".ljust(24) + (f"  # {known[key]}" if known.get(key) else "") for key, value in values.items()
    ]
    return "\n".join([FENCE, *(line.rstrip() for line in lines), FENCE, ""]) + _body(_texts(card))


def fingerprint(card: Card) -> str:
    """Twelve characters that are the same for cards that say the same, whenever they were made and edited."""
    return hashlib.sha256(json.dumps(_content(card)).encode()).hexdigest()[:12]


def says_the_same(one: Card, other: Card) -> bool:
    """Whether two cards differ in nothing but their id and the instants of making and editing."""
    return _content(one) == _content(other)


def file_name(card: Card, day: date) -> str:
    """2026-11-21 Title.md, fit for every system and for Obsidian's links; `day` is where the card stands in the journal."""
    title = UNFIT_FOR_NAMES.sub(" ", card.title)
    title = " ".join(title.split())[:LONGEST_NAME].encode()[: 2 * LONGEST_NAME].decode(errors="ignore").strip(" .")
    return f"{day} {title or 'Untitled'}.md"


def named_by_file(stem: str) -> tuple[date | None, str]:
    """The day and the title in a note's file name, which is given without its ending."""
    match = DAY_FIRST.match(stem)
    try:
        day = date.fromisoformat(match["day"]) if match else None
    except ValueError:
        day = None
    return day, stem if match is None or day is None else stem[match.end() :].strip()


def _front(card: Card) -> Iterator[str]:
    yield f"id: {scalar(card.id)}"
    yield f"title: {scalar(card.title)}"
    if card.day:
        yield f"date: {card.day.isoformat()}"
    if card.outcome:
        yield f"outcome: {card.outcome}"
    yield f"level: {card.level}"
    if card.function:
        yield f"function: {scalar(card.function)}"
    if card.tags:
        yield f"tags: {flow(card.tags)}"
    if card.effort_minutes is not None:
        yield f"effort: {card.effort_minutes}m"
    if card.saved_minutes:
        yield "saved: {}m-{}m".format(*card.saved_minutes)
    if card.url:
        yield f"link: {scalar(card.url)}"
    if card.models:
        yield f"models: {flow(card.models)}"
    if card.links:
        yield "work:"
        yield from (f"  - {scalar(_link_text(link))}" for link in card.links)
    if card.follows is not None:
        yield f"follows: {scalar(card.follows)}"
    if card.draft:
        yield "draft: true"
    yield f"created: {_instant_text(card.created_at)}"
    yield f"edited: {_instant_text(card.edited_at)}"


def _texts(card: Card) -> dict[str, str]:
    return {name: getattr(card, name) for name in SECTIONS.values()}


def _body(texts: Mapping[str, str]) -> str:
    titles = {name: title for title, name in SECTIONS.items()}
    return "".join(f"\n## {titles[name]}\n\n" + (f"{_escaped(text)}\n" if text else "") for name, text in texts.items())


def _escaped(text: str) -> str:
    return "\n".join("\\" + line if HEADING.fullmatch(line) else line for line in text.split("\n"))


def _as_it_comes_back(body: str) -> str:
    return split_note(f"{FENCE}\n{FENCE}\n{body}")[1]


def _sections(body: str) -> tuple[str | None, dict[str, str]]:
    """The heading of the whole note if there is one, and the text of each section; what stands before the first one was tried."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for line in body.split("\n"):
        match = HEADING.fullmatch(line)
        if match and not match["escape"]:
            parts.append((SECTIONS[match["name"].capitalize()], []))
        else:
            parts[-1][1].append(line[1:] if match else line)
    title, before = _titled(_stripped(parts[0][1]))
    texts = dict.fromkeys(SECTIONS.values(), "")
    for name, lines in [("tried", before), *parts[1:]]:
        texts[name] = _joined(texts[name], "\n".join(_stripped(lines)))
    return title, texts


def _titled(before: list[str]) -> tuple[str | None, list[str]]:
    match = TITLE.fullmatch(before[0]) if before else None
    return (match["title"], before[1:]) if match else (None, before)


def _stripped(lines: list[str]) -> list[str]:
    first = next((place for place, line in enumerate(lines) if line.strip()), len(lines))
    last = next((place for place in range(len(lines), first, -1) if lines[place - 1].strip()), first)
    return lines[first:last]


def _joined(one: str, other: str) -> str:
    return "\n\n".join(text for text in (one, other) if text)


def _exactly(sections: dict[str, str], properties: Mapping[str, Property]) -> dict[str, str]:
    """The exact text where the front matter has it and the section was not changed since."""
    exact = {}
    for name, text in sections.items():
        told = _said(properties, name + EXACT)
        if told:
            then = _sections(_as_it_comes_back(_body({name: told})))[1][name]
            exact[name] = told if then == text else text
    return {**sections, **exact}


def _said(properties: Mapping[str, Property], key: str) -> str | None:
    return properties[key].text() if key in properties else None


def _facts(properties: Mapping[str, Property], own: bool) -> dict[str, Any]:
    """What the properties say, by the names of a card's fields."""
    facts: dict[str, Any] = {}
    for key, each in properties.items():
        try:
            facts.update(_fact(key, each, own))
        except ValueError as error:
            raise Unreadable(f"line {each.line}: {key}: {error}") from error
    return facts


def _fact(key: str, each: Property, own: bool) -> dict[str, Any]:
    if key == "title":
        return {"title": each.whole()}
    text = each.text()
    match key:
        case "function":
            return {"function": text}
        case "follows":
            return {"follows": text or None}
        case "link":
            return {"url": text}
        case "date":
            return {"day": _day(text)}
        case "outcome":
            return {"outcome": _one_of(Outcome, text) if text else None}
        case "level":
            return {"level": _one_of(Level, text) if text else Level.ME}
        case "tags":
            return {"tags": _tags(each.texts(), own)}
        case "models":
            return {"models": each.texts()}
        case "effort":
            return {"effort_minutes": minutes_of(text) if text else None}
        case "saved":
            return {"saved_minutes": range_of(text) if text else None}
        case "work":
            return {"links": tuple(_link(link) for link in each.texts())}
        case "draft":
            return {"draft": _truth(text)}
        case "created" | "edited":
            return _when(f"{key}_at", text, own)
    return {}


def _id(each: Property) -> str:
    text = each.text()
    if not ID.fullmatch(text):
        raise Unreadable(f"line {each.line}: id: “{text}” is no card's id")
    return text


def _day(text: str) -> date | None:
    """Of 2026-11-21 and of what begins with it: Obsidian has properties with a time, too."""
    match = DAY_FIRST.match(text)
    if text and not match:
        raise ValueError(f"“{text}” is no day such as 2026-11-21")
    return date.fromisoformat(match["day"]) if match else None


def _one_of(kind: type[Outcome] | type[Level], text: str) -> Outcome | Level:
    try:
        return kind(text.lower())
    except ValueError:
        raise ValueError(f"“{text}” is none of {', '.join(kind)}") from None


def _tags(texts: Iterable[str], own: bool) -> tuple[str, ...]:
    if own:
        return tuple(texts)
    return tuple(dict.fromkeys(text.strip().removeprefix("#") for text in texts if text.strip().removeprefix("#")))


def _truth(text: str) -> bool:
    if text.lower() not in (*TRUE, *FALSE):
        raise ValueError(f"“{text}” is neither true nor false")
    return text.lower() in TRUE


def _when(field: str, text: str, own: bool) -> dict[str, Any]:
    try:
        return {field: _instant(text)}
    except ValueError:
        if own:
            raise
    # Other programs write local time, of whatever place: good for a day at most.
    match = DAY_FIRST.match(text) if field == "created_at" else None
    return {"day": date.fromisoformat(match["day"])} if match else {}


def _link_text(link: Link) -> str:
    instants = (_instant_text(instant) for instant in (link.start, link.end, link.anchor))
    text = "{}/{} @ {}".format(*instants)
    return text if link.project is None else f"{text} {link.project}"


def _link(text: str) -> Link:
    start, _, rest = text.partition("/")
    end, _, rest = rest.partition(" @ ")
    anchor, space, project = rest.partition(" ")
    try:
        instants = [_instant(instant) for instant in (anchor, start, end)]
    except ValueError:
        raise ValueError(f"“{text}” is no session of work such as START/END @ INSTANT PROJECT") from None
    return Link(project if space else None, *instants)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"“{text}” is no instant such as 2026-11-21T09:00:00Z")


def _instant_text(instant: datetime) -> str:
    whole = instant.microsecond % 1000 == 0
    text = instant.astimezone(UTC).isoformat(timespec="milliseconds" if whole else "microseconds")
    return text.replace("+00:00", "Z")


def _content(card: Card) -> list[Any]:
    return [
        *("" if card.day is None else card.day.isoformat(), card.title),
        *(getattr(card, name) for name in SECTIONS.values()),
        *(card.outcome or "", str(card.level), card.function, card.effort_minutes, list(card.saved_minutes or ())),
        *(
            list(card.tags),
            card.url,
            [_link_text(link) for link in card.links],
            list(card.models),
            card.follows,
            card.draft,
        ),
    ]
