"""What may leave for the team board: four kinds of fragment, each of closed words, and nothing else (TTB/1, section 3)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from bisect import bisect_right
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from tokentray.core.errors import FragmentRefused

KINDS: Final = ("c1", "c2", "use", "card")
PER_WEEK: Final = {"c1": 1, "c2": 1, "use": 2, "card": 3}
CARD_SIZES: Final = (512, 1024, 2048)

Adoption = Literal["none", "tried", "weekly", "daily"]
Result = Literal["worked", "mixed", "failed", "unsure"]
Effort = Literal["lt1h", "1-4h", "4-16h", "gt16h"]
Band = Literal["0", "<10k", "<100k", "<1M", "<10M", "<100M", ">=100M"]
Reach = Literal["me", "team", "company"]
ADOPTIONS: Final = ("none", "tried", "weekly", "daily")
RESULTS: Final = ("worked", "mixed", "failed", "unsure")
EFFORTS: Final = ("lt1h", "1-4h", "4-16h", "gt16h")
BANDS: Final[tuple[Band, ...]] = ("0", "<10k", "<100k", "<1M", "<10M", "<100M", ">=100M")
BAND_EDGES: Final = (1, 10**4, 10**5, 10**6, 10**7, 10**8)
REACHES: Final = ("me", "team", "company")

Word = Annotated[str, Meta(min_length=1, max_length=64)]


class Adopted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="c1"):
    """How often AI was used in the week; `function` only if the manifest offers it."""

    v: Literal[1]
    adoption: Adoption
    function: Word | UnsetType = UNSET


class Went(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="c2"):
    """How the week's experiment went, and what it took."""

    v: Literal[1]
    outcome: Result
    effort: Effort


class Used(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="use"):
    """The week's tokens with one family of tools, as a band."""

    v: Literal[1]
    tool: Word
    tokens: Band


class Told(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="card"):
    """A card: `ct` is what board_crypto.seal_card made, in base64; `circle` says in 16 hex digits which team key opens it."""

    v: Literal[1]
    category: Word
    outcome: Result
    level: Reach
    circle: Annotated[str, Meta(pattern="^[0-9a-f]{16}\\Z")]
    ct: Annotated[str, Meta(max_length=2732)]


Fragment = Adopted | Went | Used | Told


class Vocabulary(Struct, frozen=True, kw_only=True):
    """The words a season's manifest offers."""

    functions: tuple[str, ...]
    categories: tuple[str, ...]
    tools: tuple[str, ...]


def parse_fragment(data: bytes, kind: str, offered: Vocabulary) -> Fragment:
    """
    The fragment in the JSON `data`, checked against `kind` and the words that are offered.

    Raises:
        FragmentRefused: a field or a word that is unknown, missing, or of another kind.
    """
    try:
        fragment = msgspec.json.decode(data, type=Adopted | Went | Used | Told)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        # The decoder's own words quote what it found, which may be the very text that must not leave.
        where = str(error).rpartition(" - at ")[2] if " - at " in str(error) else "`$`"
        raise FragmentRefused(f"This is no fragment of TTB/1; what does not belong is at {where}.") from None
    if kind_of(fragment) != kind:
        raise FragmentRefused(f"A fragment of kind {kind_of(fragment)} where {kind} belongs.")
    _refuse_strange_words(fragment, offered)
    return fragment


def fragment_bytes(fragment: Fragment) -> bytes:
    """The one canonical form: JSON in UTF-8, keys sorted, no spaces."""
    return msgspec.json.encode(fragment, order="sorted")


def kind_of(fragment: Fragment) -> str:
    """c1, c2, use or card."""
    return str(fragment.__struct_config__.tag)


def band_of_tokens(tokens: int) -> Band:
    """The band a week's tokens fall into: log10 steps from 10k to 100M."""
    return BANDS[bisect_right(BAND_EDGES, tokens)]


def _refuse_strange_words(fragment: Fragment, offered: Vocabulary) -> None:
    match fragment:
        case Adopted(function=str(function)) if function not in offered.functions:
            raise FragmentRefused("This function is not offered.")
        case Used(tool=tool) if tool not in offered.tools:
            raise FragmentRefused("This tool is not offered.")
        case Told(category=category) if category not in offered.categories:
            raise FragmentRefused("This category is not offered.")
        case Told(ct=ct) if _size(ct) not in CARD_SIZES:
            raise FragmentRefused("A card's ciphertext has 512, 1024 or 2048 bytes.")


def _size(ct: str) -> int:
    """How many bytes `ct` holds; 0 if it is not spelled as base64 always is."""
    try:
        data = b64decode(ct, validate=True)
    except (NotBase64, ValueError):
        return 0
    return len(data) if b64encode(data).decode() == ct else 0
