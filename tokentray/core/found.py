"""What reading an agent's logs found, as plain tuples that go between processes and into the history."""

from __future__ import annotations

from collections.abc import Iterable

# Not typing's: importing that costs 5 ms, which the quick commands do not have.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Flags of a response, as in the history's usage table.
INCOMPLETE = 1
SIDECHAIN = 2
OWNER_NAMED = 4

# Price bands as core.usage.band_of has them; that module imports dataclasses, which a quick sync cannot pay for.
BAND_EDGES = (100_000, 199_999, 200_000, 256_000, 272_000, 512_000)

# id, start, model, project, session, tier, input, cache_read, cache_write, cache_write_1h, output, reasoning, flags
Response = tuple[
    int, int, str, str, str, str, int | None, int | None, int | None, int | None, int | None, int | None, int
]
# session, at, model, input, cache_read, cache_write, cache_write_1h, output, cost in USD as text
CostState = tuple[str, int, str, int | None, int | None, int | None, int | None, int | None, str]
# name, at, used percent, remaining, unit, window in minutes, resets at
Sample = tuple[str, int, str | None, str | None, str, int | None, int | None]


class Found:
    """
    Collects over files: `responses` in order of their lines (the same id may come again), `sessions` with the first instant in their file
    and the session they were forked from, `cost_states` and the newest `samples` of each gauge.
    """

    __slots__ = ("cost_states", "responses", "samples", "sessions")

    def __init__(self) -> None:
        self.responses: list[Response] = []
        self.sessions: dict[str, tuple[int, str]] = {}
        self.cost_states: list[CostState] = []
        self.samples: dict[str, Sample] = {}

    def session(self, session: str, first_at: int, parent: str = "") -> None:
        """A session's file begins at this instant; the earliest holds."""
        known = self.sessions.get(session)
        if known is None:
            self.sessions[session] = (first_at, parent)
        elif first_at < known[0] or (parent and not known[1]):
            self.sessions[session] = (min(first_at, known[0]), parent or known[1])

    def sample(self, sample: Sample) -> None:
        """A reading of a gauge; the newest holds."""
        known = self.samples.get(sample[0])
        if known is None or sample[1] >= known[1]:
            self.samples[sample[0]] = sample

    def packed(self) -> tuple[Any, ...]:
        return (self.responses, self.sessions, self.cost_states, list(self.samples.values()))

    def add_packed(self, packed: Iterable[Any]) -> None:
        responses, sessions, cost_states, samples = packed
        self.responses.extend(responses)
        for session, (first_at, parent) in sessions.items():
            self.session(session, first_at, parent)
        self.cost_states.extend(cost_states)
        for sample in samples:
            self.sample(sample)


def band_of(prompt: int) -> int:
    """The price band of one request with that many prompt tokens."""
    if prompt <= BAND_EDGES[0]:
        return 0
    return sum(prompt > edge for edge in BAND_EDGES)
