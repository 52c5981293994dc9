"""Finds in free text what could tell who wrote it, and offers other words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

# Each looks at a sign a bounded number of times: a run without an end begins at its first sign only, or has a limit.
# In this order: of two findings that overlap, the one further up is told.
PATTERNS = (
    ("link", re.compile(r"\b[a-z][a-z0-9+.-]{0,40}://\S+|\bwww\.\S+|\bmailto:\S+", re.IGNORECASE)),
    ("e-mail", re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")),
    ("number", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")),
    (
        "machine",
        re.compile(
            r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b|(?<![\w:])(?=[0-9A-Fa-f:]*\d)(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}(?![\w:])|(?<![\w:])(?=[0-9A-Fa-f:]*\d)(?:[0-9A-Fa-f]{1,4}:{1,2}){3,7}[0-9A-Fa-f]{0,4}(?![\w:])|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w])"
        ),
    ),
    (
        "key",
        re.compile(
            r"\b(?:sk|pk|rk|xai|xox[a-z]|gh[a-z]|glpat|hf|key|apikey|token)[-_][\w-]{6,}"
            r"|(?i:\b(?:passwor[dt]|passwd|pwd|passphrase|secret|api[ _-]?key)\s{0,3}[:=]\s{0,3}|\bbearer\s{1,3})[^\s,;]{4,}"
            r"|-{5}BEGIN [A-Z ]{1,40}-{5}|\bA(?:KI|SI)A[A-Z0-9]{12,}|\beyJ[\w-]{8,}(?:\.[\w-]+)*"
            r"|(?<![\w/+-])(?=[\w/+-]*\d)(?=[\w/+-]*[A-Za-z])[\w/+-]{28,}={0,2}",
        ),
    ),
    (
        "path",
        re.compile(
            r"\b[A-Za-z]:[\\/][^\s\"“”]+|(?<![\w.%\\-])[\w.%-]+(?:\\[\w.-]+)*\\[\w.-]*\w|\\\\[\w.$-]+\\\S*|(?<![\w.~])~[\w.-]*/\S*|(?<![\w:/.<])(?:\.{1,2})?/[\w.@~-]+(?:/[\w.@~-]*)+"
            r"|(?<![\w/.-])[\w.-]+(?:/[\w.-]+)+\.[A-Za-z]\w{0,7}\b"
        ),
    ),
    (
        "link",
        re.compile(
            r"(?<![\w.@-])(?:[\w-]+\.)+(?:com|org|net|io|dev|ai|app|co|de|eu|uk|fr|ch|at|local|internal|intern|intra|intranet|corp|lan|home|box|cloud|tech|info|biz)\b(?:/\S*)?",
            re.I,
        ),
    ),
    ("name", re.compile(r"(?<![\w@])@[^\W\d][\w.-]*\w")),
    (
        "ticket",
        re.compile(
            r"\b[A-Z][A-Z0-9]{1,9}-\d+(?:-\d+)*\b|(?<![\w&])[#!]\d{1,7}\b|\b(?:CVE-\d{4}-\d+|INC\d{5,}|RITM\d{5,})\b"
        ),
    ),
    ("number", re.compile(r"(?<![\w.,])\+?\d(?:[ ()/.-]{0,2}\d){5,}(?![\w])")),
)
# Hyphens of all lengths, and the stop of East Asian addresses.
DASHES = {**dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"), "\u3002": "."}
IN_PLACE_OF = {
    "link": "[a link]",
    "e-mail": "[an address]",
    "key": "[a key]",
    "path": "[a file]",
    "name": "[a person]",
    "ticket": "[a ticket]",
    "number": "[a number]",
    "machine": "[a machine]",
    "own word": "[…]",
}
WHY = {
    "link": "a link may lead to a page that few people know",
    "e-mail": "an e-mail address names a person",
    "key": "this looks like a key or a password; it must never leave",
    "path": "a path often holds a user's or a project's name",
    "name": "a name with @ is a person's",
    "ticket": "a ticket's number tells who worked on it",
    "number": "a long number may be a telephone's, an account's or a customer's",
    "machine": "an address leads to one machine, and so to who works at it",
    "own word": "it is on your own list of words that stay here",
}
# Models and standards that look like tickets and are none.
NO_TICKETS = re.compile(
    r"(?:GPT|UTF|ISO|RFC|SHA|AES|RSA|MD|HTTP|IPV|COVID|PEP|ES|H|CLAUDE|GEMINI|LLAMA|O|A|F|T|B|Q|MP|USB|WEB|ED|TLS|X|C|P|K|W)-?\d+",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What stands from `start` to `end` (exclusive) of a text, which kind of thing it looks like, and what could stand there instead."""

    start: int
    end: int
    text: str
    kind: str
    rewrite: str

    @property
    def why(self) -> str:
        """A part of a sentence for the person."""
        return WHY[self.kind]


def findings(text: str, own_words: Iterable[str] = ()) -> tuple[Finding, ...]:
    """What a person should look at before the text leaves, in its order and without overlaps; `own_words` in any case, as whole words."""
    seen, places = _as_seen(text)
    found: list[Finding] = []
    told = bytearray(len(text))
    for kind, pattern in (*_own(_as_seen(word)[0] for word in own_words), *PATTERNS):
        for match in pattern.finditer(seen):
            first, last = match.start(), match.start() + len(match[0].rstrip(".,;:!?)]}>\"'”"))
            if first == last or _is_harmless(kind, seen[first:last]):
                continue
            start, end = places[first], places[last - 1] + 1
            if not any(told[start:end]):
                told[start:end] = bytes([1]) * (end - start)
                found.append(Finding(start, end, text[start:end], kind, IN_PLACE_OF[kind]))
    return tuple(sorted(found, key=lambda finding: finding.start))


def rewritten(text: str, found: Iterable[Finding]) -> str:
    """The text with the offered words in place of these findings."""
    for finding in sorted(found, key=lambda finding: finding.start, reverse=True):
        text = text[: finding.start] + finding.rewrite + text[finding.end :]
    return text


def _as_seen(text: str) -> tuple[str, list[int]]:
    """The text as a reader sees it, letter by letter, with the place of each: without what is invisible, wide signs as the usual ones."""
    letters, places = [], []
    for place, letter in enumerate(text):
        plain = DASHES.get(letter) or unicodedata.normalize("NFKC", letter)
        if unicodedata.category(letter) != "Cf":
            letters.append(plain if len(plain) == 1 else letter)
            places.append(place)
    return "".join(letters), places


def _own(words: Iterable[str]) -> list[tuple[str, re.Pattern[str]]]:
    listed = sorted({word.strip() for word in words if word.strip()}, key=len, reverse=True)
    if not listed:
        return []
    return [("own word", re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, listed))})(?!\w)", re.IGNORECASE))]


def _is_harmless(kind: str, text: str) -> bool:
    return kind == "ticket" and NO_TICKETS.fullmatch(text) is not None
