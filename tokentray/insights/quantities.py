"""Adds up what providers count that is not tokens: images, searches, seconds of audio and the like."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tokentray.insights.snapshot import Quantity
from tokentray.insights.sums import Keys
from tokentray.insights.work_sums import TAG, WORK
from tokentray.store.bucket_sums import meters
from tokentray.store.database import History
from tokentray.store.question import Question

MEGABYTE = 1_000_000
# By the provider's report and its unit: of one, and of several.
WORDS = {
    ("images", "images"): ("image", "images"),
    ("audio_speeches", "characters"): ("character spoken", "characters spoken"),
    ("audio_transcriptions", "seconds"): ("second of audio written down", "seconds of audio written down"),
    ("vector_stores", "bytes"): ("byte in vector stores", "bytes in vector stores"),
    ("code_interpreter_sessions", "sessions"): ("code interpreter session", "code interpreter sessions"),
    ("file_search_calls", "calls"): ("file search", "file searches"),
    ("web_search_calls", "calls"): ("web search", "web searches"),
    ("claude_code", "sessions"): ("Claude Code session", "Claude Code sessions"),
    ("claude_code", "lines"): ("line by Claude Code", "lines by Claude Code"),
    ("claude_code", "commits"): ("commit by Claude Code", "commits by Claude Code"),
}


@dataclass(frozen=True, slots=True)
class QuantitySum:
    """A quantity in `unit` of one of a provider's reports (`feed`) for the question's keys; origins are never added up."""

    keys: Keys
    origin: str
    feed: str
    unit: str
    quantity: int


def add_up_quantities(history: History, question: Question) -> list[QuantitySum]:
    """In order of time. Of stretches of work and tags nothing is known: those keys are None, and one tag has none of it."""
    if question.tag is not None:
        return []
    known = tuple(key for key in question.by if key not in (WORK, TAG))
    sums: dict[tuple[Keys, str, str, str], int] = {}
    for total in meters(history, replace(question, by=known)):
        said = iter(total.keys)
        keys = tuple(next(said) if key in known else None for key in question.by)
        part = (keys, total.origin, total.feed, total.unit)
        sums[part] = sums.get(part, 0) + total.quantity
    return [QuantitySum(*part, quantity) for part, quantity in sums.items()]


def take_quantities(history: History, question: Question) -> tuple[Quantity, ...]:
    """Of the whole stretch, whatever keys are asked for, in words."""
    sums = add_up_quantities(history, replace(question, by=()))
    return tuple(in_words(total.feed, total.unit, total.quantity) for total in sums if total.quantity)


def in_words(feed: str, unit: str, quantity: int) -> Quantity:
    """A unit that has no words yet names its report: "7 pages (ocr)"."""
    one, many = WORDS.get((feed, unit), (f"{unit} ({feed})",) * 2)
    if unit == "bytes" and quantity >= MEGABYTE:
        return Quantity(quantity // MEGABYTE, many.replace("bytes", "MB"))
    return Quantity(quantity, one if quantity == 1 else many)
