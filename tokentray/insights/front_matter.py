"""The lines between two `---` at a note's beginning, as far as Obsidian's properties go: texts, and lists of texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from tokentray.core.errors import Unreadable

FENCE = "---"
KEY = re.compile(r"""(?P<key>[^\s:#'"\[\]{}&*!|>%@`,-][^:]*?|"[^"]+"|'[^']+')[ \t]*:(?:[ \t]+(?P<value>.*))?$""")
# No YAML, but what a person means who writes by hand.
NO_SPACE = re.compile(r"(?P<key>[A-Za-z_-]+):(?!//)(?P<value>\S.*)$")
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
SINGLE = re.compile(r"'(?:[^']|'')*'")
COMMENT = re.compile(r"(?:^|[ \t])#.*$")
BLOCK = re.compile(r"[|>][-+0-9]*[ \t]*(?:#.*)?$")
# What YAML takes for something else than text, and what breaks its lines.
NO_TEXT = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"}
LINE_BREAKERS = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Property:
    """One key with the lines that belong to it, as they stand; `line` is the first one's number in the note."""

    key: str
    lines: tuple[str, ...]
    line: int

    @property
    def raw(self) -> str:
        return "\n".join(self.lines)

    def text(self) -> str:
        """
        The value as text; "" for none, a list's members after each other.

        Raises:
            Unreadable: a quote or a bracket is not closed.
        """
        found = self._value()
        return found if isinstance(found, str) else ", ".join(found)

    def whole(self) -> str:
        """As `text`, but what stands without quotes is taken to the end of its line: `#` and brackets are a title's, too."""
        first = self._first
        quoted = first[:1] in ("'", '"') and (QUOTED if first[0] == '"' else SINGLE).fullmatch(first)
        return self.text() if quoted or not first or BLOCK.match(first) else first

    def texts(self) -> tuple[str, ...]:
        """
        The members of a list; a text that is not in quotes is cut at its commas.

        Raises:
            Unreadable: a quote or a bracket is not closed.
        """
        found = self._value()
        if not isinstance(found, str):
            return tuple(found)
        if self._first[:1] in ("'", '"'):
            return (found,)
        return tuple(part.strip() for part in found.split(",") if part.strip())

    @property
    def _first(self) -> str:
        match = _key(self.lines[0])
        return (match["value"] or "").strip() if match else ""

    def _value(self) -> str | list[str]:
        first, rest = self._first, self.lines[1:]
        if BLOCK.match(first):
            return _block(first, rest)
        if first.startswith("["):
            return self._flow(" ".join([first, *(line.strip() for line in rest)]))
        if COMMENT.sub("", first):
            return self._scalar(" ".join([first, *(line.strip() for line in rest if line.strip())]))
        return [self._scalar(line.strip()[1:].strip()) for line in rest if line.strip().startswith("-")] or ""

    def _scalar(self, raw: str) -> str:
        if raw[:1] not in ("'", '"'):
            plain = COMMENT.sub("", raw).strip()
            return "" if plain in ("~", "null") else plain
        match = (QUOTED if raw[0] == '"' else SINGLE).match(raw)
        if match is None or COMMENT.sub("", raw[match.end() :]).strip():
            raise Unreadable(f"line {self.line}: the quotes of “{self.key}” do not end where the text does")
        return self._unquoted(match.group())

    def _unquoted(self, quoted: str) -> str:
        if quoted[0] == "'":
            return quoted[1:-1].replace("''", "'")
        try:
            return str(json.loads(quoted, strict=False))
        except ValueError as error:
            raise Unreadable(f"line {self.line}: “{self.key}” has a backslash that means nothing") from error

    def _flow(self, raw: str) -> list[str]:
        found: list[str] = []
        place = 1
        while True:
            place += len(raw[place:]) - len(raw[place:].lstrip())
            if raw[place : place + 1] == "]":
                return found
            quoted = (QUOTED if raw[place : place + 1] == '"' else SINGLE).match(raw, place)
            end = quoted.end() if quoted else min(raw.find(sign, place) % (len(raw) + 1) for sign in ",]")
            if end > place:
                found.append(self._scalar(raw[place:end].strip()))
            place = end + len(raw[end:]) - len(raw[end:].lstrip())
            if raw[place : place + 1] == ",":
                place += 1
            elif raw[place : place + 1] != "]":
                raise Unreadable(f"line {self.line}: the list of “{self.key}” has no end")


def split_note(text: str) -> tuple[list[Property], str]:
    """
    A note's properties in their order, and its body; lines before the first property, comments among them, belong to no one.

    Without a fence in the first line, or without one that ends them, there are no properties and all is body.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != FENCE:
        return [], "\n".join(lines)
    end = next((place for place, line in enumerate(lines[1:], 1) if line.rstrip() in (FENCE, "...")), None)
    if end is None:
        return [], "\n".join(lines)
    found: list[tuple[str, list[str], int]] = []
    for number, line in enumerate(lines[1:end], 2):
        match = _key(line)
        if match:
            found.append((match["key"], [line], number))
        elif found:
            found[-1][1].append(line)
    return [Property(key, tuple(_trimmed(block)), number) for key, block, number in found], "\n".join(lines[end + 1 :])


def scalar(text: str) -> str:
    """A text as YAML reads it: plain if nothing in it could mean anything else, else in quotes."""
    plain = text[:1].isalpha() and text[-1:].isalnum() and all(sign.isalnum() or sign in " _-./" for sign in text)
    if plain and text.lower() not in NO_TEXT:
        return text
    return LINE_BREAKERS.sub(lambda match: f"\\u{ord(match.group()):04x}", json.dumps(text, ensure_ascii=False))


def flow(texts: Iterable[str]) -> str:
    """A list of texts in one line."""
    return f"[{', '.join(map(scalar, texts))}]"


def _key(line: str) -> re.Match[str] | None:
    return KEY.match(line) or NO_SPACE.match(line)


def _block(sign: str, lines: tuple[str, ...]) -> str:
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    cut = [line[indent:] for line in lines]
    if sign[0] == "|":
        return "\n".join(cut).strip("\n")
    paragraphs = re.split(r"\n{2,}", "\n".join(cut).strip("\n"))
    return "\n".join(" ".join(paragraph.split("\n")) for paragraph in paragraphs)


def _trimmed(block: list[str]) -> list[str]:
    while len(block) > 1 and not block[-1].strip():
        block.pop()
    return block
