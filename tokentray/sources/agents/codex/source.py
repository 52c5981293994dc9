"""Codex's line in the catalogue."""

from __future__ import annotations

from tokentray.sources.source import Kind, Source

SOURCE = Source(
    name="codex",
    title="Codex",
    kind=Kind.AGENT,
    gives="Every response in the rollouts on this machine, archived and compressed ones too: tokens by model, project and session; quota windows.",
    cannot="Rollouts leave out aborted responses and, up to version 0.130, the calls that compact a conversation.",
)
