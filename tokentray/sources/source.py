"""What a source is: the contract that every provider's and every agent's file fulfils."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tokentray.core.batch import Batch as Batch
from tokentray.core.batch import BucketSet as BucketSet
from tokentray.core.clock import Clock

if TYPE_CHECKING:
    from tokentray.http_client import Web


class Kind(StrEnum):
    """`PROVIDER`: a billing API, needs a key. `AGENT`: logs on this machine, needs nothing."""

    PROVIDER = "provider"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Poll:
    """
    One account's turn, frozen: what a fetch needs to know of the history.

    `cursors` as left by the last batch; `backfill_since` is how far back the person wants to see (aware, UTC);
    `full` asks to read everything again.
    """

    account: str
    cursors: Mapping[str, str]
    backfill_since: datetime
    full: bool = False


Fetch = Callable[[Poll, "Web", Clock], Iterator[Batch]]
Test = Callable[["Web"], str]


@dataclass(frozen=True, slots=True)
class Source:
    """
    One line of the catalogue.

    `gives` and `cannot` are sentences for the person. Providers have `key_kind` (which key with which right), `key_page` (where
    it is made, a URL), `origin` (the base address of its API, with the version's path), `authorise` (the request headers for a revealed key), `fetch` and
    `test`; agents have none of these.
    `test` makes one cheap call and gives a sentence about what the key opens; it raises KeyRejected with `needs` for a key of the wrong kind.
    """

    name: str
    title: str
    kind: Kind
    gives: str
    cannot: str
    key_kind: str = ""
    key_page: str = ""
    origin: str = ""
    authorise: Callable[[str], Mapping[str, str]] | None = None
    fetch: Fetch | None = None
    test: Test | None = None
    poll_every_minutes: int = 15
