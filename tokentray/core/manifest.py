"""What a season's manifest and an invite say, as values; board_crypto makes and checks them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from tokentray.core.fragment import Vocabulary

Week = Annotated[str, Meta(pattern="^[0-9]{4}-W[0-9]{2}\\Z")]

MOST_WORDS = 200
"""Of categories, of tools, of functions."""

LONGEST_WORD = 64
LONGEST_WINDOW_DAYS = 90

Word = Annotated[str, Meta(min_length=1, max_length=LONGEST_WORD)]


class Function(Struct, frozen=True, forbid_unknown_fields=True):
    """A function of work that may be named, and the band of its head count ("10-24")."""

    id: Word
    band: str


class Noise(Struct, frozen=True, forbid_unknown_fields=True, rename={"least": "from"}):
    """Laplace noise of this ε for each table and week, from `least` contributors on."""

    eps: float = 2.0
    least: int = 25


class Window(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a week takes fragments, in days from its Monday, 00:00 UTC: `opens` inclusive, `closes` exclusive."""

    opens: int = 0
    closes: int = 14


class Manifest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A season as everybody sees it; `keys` are the issuer's SPKI in DER by "week/kind", `seal` is for the envelopes."""

    v: Literal[1]
    board: Annotated[str, Meta(min_length=1, max_length=255)]
    scheme: Literal["rfc9578-2"]
    season: Annotated[str, Meta(min_length=1, max_length=32)]
    weeks: tuple[Week, ...]
    kinds: dict[Literal["c1", "c2", "use", "card"], Annotated[int, Meta(ge=1, le=8)]]
    keys: dict[str, bytes]
    seal: bytes
    relay: str | None = None
    k: int = 5
    noise: Noise = Noise()
    functions: tuple[Function, ...] = ()
    categories: tuple[Word, ...] = ()
    tools: tuple[Word, ...] = ()
    retention_weeks: int = 13
    window: Window = Window()

    @property
    def vocabulary(self) -> Vocabulary:
        """The words fragments of this season may use."""
        return Vocabulary(
            functions=tuple(function.id for function in self.functions), categories=self.categories, tools=self.tools
        )


class Invite(Struct, frozen=True, kw_only=True):
    """One seat's way in: `board` is an origin ("https://board.example"); 16, 32 and 32 bytes that belong in no log."""

    board: str
    code: bytes
    root_hash: bytes
    team_key: bytes

    def __repr__(self) -> str:
        return f"Invite({self.board}, ••••)"
