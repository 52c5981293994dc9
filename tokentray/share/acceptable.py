"""What a manifest may say for this machine to belong to its team: no less protection than TTB/1 fixes, and nothing that cannot be."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from tokentray.core.board_crypto import sealed_envelope
from tokentray.core.errors import NotGenuine, SourceError
from tokentray.core.fragment import KINDS
from tokentray.core.manifest import LONGEST_WINDOW_DAYS, MOST_WORDS, Manifest, Noise
from tokentray.http_client import checked_address, is_loopback
from tokentray.share.team import monday_of

LEAST: Final = 5
"""People that a published number stands for."""

NOISE: Final = Noise()
SMALLEST_FUNCTION: Final = 10
MOST_WEEKS: Final = 53
LARGEST_KEY: Final = 1024
LONGEST_ADDRESS: Final = 255
LONGEST_RETENTION_WEEKS: Final = 520


def refuse_weak_or_strange(manifest: Manifest, board: str) -> None:
    """
    Raises:
        NotGenuine: the manifest protects less than every member was promised, or says what no board of that address (an origin) can mean.
    """
    weak = next(_weaknesses(manifest), None)
    if weak is not None:
        raise NotGenuine(
            f"The board's manifest protects less than the protocol promises: {weak}. Nothing is sent; tell your team."
        )
    strange = next(_oddities(manifest, board), None)
    if strange is not None:
        raise NotGenuine(f"The board's manifest says what cannot be: {strange}. Nothing is sent; tell your team.")


def _weaknesses(manifest: Manifest) -> Iterator[str]:
    if manifest.k < LEAST:
        yield f"a published number would stand for {manifest.k} people at least, instead of {LEAST}"
    noise = manifest.noise
    if not (math.isfinite(noise.eps) and 0 < noise.eps <= NOISE.eps) or noise.least > NOISE.least:
        yield f"the noise would have ε {noise.eps:g} from {noise.least} people on, instead of {NOISE.eps:g} from {NOISE.least}"
    for function in manifest.functions:
        heads = re.match("[0-9]{1,6}", function.band)
        if heads is None or int(heads[0]) < SMALLEST_FUNCTION:
            yield f"a function of fewer than {SMALLEST_FUNCTION} people would be asked for"


def _oddities(manifest: Manifest, board: str) -> Iterator[str]:
    weeks, window = manifest.weeks, manifest.window
    if not weeks or len(weeks) > MOST_WEEKS or list(weeks) != sorted(set(weeks)) or not all(map(_exists, weeks)):
        yield "its weeks"
    if not 0 <= window.opens < window.closes <= LONGEST_WINDOW_DAYS:
        yield "how long a week takes fragments"
    if not 1 <= manifest.retention_weeks <= LONGEST_RETENTION_WEEKS:
        yield "how long fragments are kept"
    if not manifest.kinds:
        yield "its kinds"
    if len(manifest.keys) > MOST_WEEKS * len(KINDS) or any(len(key) > LARGEST_KEY for key in manifest.keys.values()):
        yield "its keys"
    for words in (*_vocabularies(manifest), (manifest.season, manifest.board)):
        # What is not printable turns a line's direction, hides in it, or is obeyed by a terminal.
        if len(words) > MOST_WORDS or len(set(words)) != len(words) or not all(map(str.isprintable, words)):
            yield "its words"
    if not _seals(manifest):
        yield "the key for envelopes"
    if manifest.relay is not None and not _is_relay(manifest.relay, board):
        yield "the relay's address"


def _vocabularies(manifest: Manifest) -> tuple[tuple[str, ...], ...]:
    offered = manifest.vocabulary
    return offered.functions, offered.categories, offered.tools


def _exists(week: str) -> bool:
    try:
        return 2000 <= monday_of(week).year < 2100
    except ValueError:
        return False


def _seals(manifest: Manifest) -> bool:
    try:
        sealed_envelope(b"", manifest.seal, manifest.board)
    except ValueError:
        return False
    return True


def _is_relay(relay: str, board: str) -> bool:
    try:
        host = urlsplit(checked_address(relay)).hostname or ""
    except (SourceError, ValueError):
        return False
    # A relay on this very machine is somebody else's program, to which a board elsewhere could make this one write.
    return (
        len(relay) <= LONGEST_ADDRESS
        and relay.isascii()
        and relay.isprintable()
        and (not is_loopback(host) or is_loopback(urlsplit(board).hostname or ""))
    )
