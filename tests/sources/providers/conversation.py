"""A provider that answers from a function, and remembers what it was asked."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from tokentray.core.clock import StoppedClock
from tokentray.core.errors import SourceError
from tokentray.http_client import Web
from tokentray.sources import source_named
from tokentray.sources.source import Batch, Poll

SAMPLES = os.path.join(os.path.dirname(__file__), "samples")
KEY = "sk-admin-Zq81Kd03Xw72Lm55Rt94"


def sample(name: str) -> Any:
    """One of the dossier's samples, such as "openai/projects"."""
    with open(os.path.join(SAMPLES, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def raw_sample(name: str) -> str:
    """Its text as it is, with numbers as they are written."""
    with open(os.path.join(SAMPLES, name + ".json"), encoding="utf-8") as file:
        return file.read()


@dataclass(frozen=True)
class Asked:
    """One question: `path` behind the base address, `query` in its order, `body` of a POST."""

    path: str
    query: tuple[tuple[str, str], ...]
    body: Any = None

    @property
    def one(self) -> dict[str, str]:
        return dict(self.query)


@dataclass
class Conversation:
    """
    `answer` maps a question to what is said: JSON, text, or a status with JSON; None stands for a 404.

    `found` holds the batches of `fetch` as far as they came, `failure` the error that ended it, or None.
    """

    source: str
    answer: Callable[[Asked], Any]
    now: datetime
    asked: list[Asked] = field(default_factory=list)
    found: list[Batch] = field(default_factory=list)
    failure: SourceError | None = None

    def fetch(self, since: datetime, cursors: Mapping[str, str] | None = None, full: bool = False) -> Conversation:
        self.asked.clear()
        self.found.clear()
        self.failure = None
        source, clock = source_named(self.source), StoppedClock(self.now)
        try:
            with self.web() as web:
                for batch in source.fetch(Poll(f"{self.source}/main", cursors or {}, since, full), web, clock):
                    self.found.append(batch)
        except SourceError as error:
            self.failure = error
        return self

    def test(self) -> str:
        with self.web() as web:
            return source_named(self.source).test(web)

    def web(self) -> Web:
        source = source_named(self.source)
        return Web(
            source.origin,
            source.authorise(KEY),
            needs=source.key_kind,
            clock=StoppedClock(self.now),
            transport=httpx.MockTransport(self._respond),
        )

    @property
    def cursors(self) -> dict[str, str]:
        return {feed: text for batch in self.found for feed, text in batch.cursors.items()}

    @property
    def notes(self) -> list[str]:
        return [note for batch in self.found for note in batch.notes]

    @property
    def names(self) -> dict[str, str]:
        return {key: name for batch in self.found for key, name in batch.names.items()}

    def sets(self, feed: str) -> list[Any]:
        return [found for batch in self.found for found in batch.bucket_sets if found.feed == feed]

    def usages(self, feed: str) -> list[Any]:
        return [usage for found in self.sets(feed) for usage in found.usages]

    def costs(self, feed: str) -> list[Any]:
        return [cost for found in self.sets(feed) for cost in found.costs]

    def meters(self, feed: str) -> list[Any]:
        return [meter for found in self.sets(feed) for meter in found.meters]

    def questions(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def _respond(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix(httpx.URL(source_named(self.source).origin).path)
        body = json.loads(request.content) if request.content else None
        asked = Asked(path, tuple(request.url.params.multi_items()), body)
        self.asked.append(asked)
        said = self.answer(asked)
        if said is None:
            return httpx.Response(404, json={})
        if isinstance(said, tuple):
            status, content, *headers = said
            return httpx.Response(status, json=content, headers=headers[0] if headers else None)
        return httpx.Response(200, content=said) if isinstance(said, str) else httpx.Response(200, json=said)
