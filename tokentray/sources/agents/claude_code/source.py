"""Claude Code's line in the catalogue."""

from __future__ import annotations

from tokentray.sources.source import Kind, Source

SOURCE = Source(
    name="claude-code",
    title="Claude Code",
    kind=Kind.AGENT,
    gives="Every response in the transcripts on this machine: tokens by model, project and session, forks counted once.",
    cannot=(
        "Transcripts leave out compaction, titles and helper calls, and versions up to 2.1.90 wrote too small an output; "
        "they say nothing about the subscription's limits."
    ),
)
