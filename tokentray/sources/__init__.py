"""
Where usage comes from: one file per source, one line here.

Files are loaded when asked for by name: all of them together cost 30 ms, and the commands that only read logs must not pay for billing APIs.
"""

from __future__ import annotations

from importlib import import_module

# Not typing's: importing that costs 5 ms, which the quick commands do not have.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from tokentray.sources.source import Source

AGENTS = {
    "claude-code": "tokentray.sources.agents.claude_code.source",
    "codex": "tokentray.sources.agents.codex.source",
}
PROVIDERS = {
    "openai": "tokentray.sources.providers.openai",
    "anthropic": "tokentray.sources.providers.anthropic",
    "openrouter": "tokentray.sources.providers.openrouter",
}


def source_named(name: str) -> Source | None:
    """The source of that name, or None; `name` may be an account's, such as "openai/work"."""
    module = (AGENTS | PROVIDERS).get(name.partition("/")[0])
    return _loaded(module) if module else None


def all_sources() -> tuple[Source, ...]:
    """The whole catalogue, agents first."""
    return tuple(_loaded(module) for module in (AGENTS | PROVIDERS).values())


def _loaded(module: str) -> Source:
    source: Source = import_module(module).SOURCE
    return source
