"""The catalogue: one line for each source, all of one shape, and loaded only when asked for."""

from __future__ import annotations

import subprocess
import sys

from tokentray.sources import AGENTS, PROVIDERS, all_sources, source_named
from tokentray.sources.source import Kind


def test_every_line_leads_to_a_source_of_that_name():
    assert [source.name for source in all_sources()] == [*AGENTS, *PROVIDERS]


def test_providers_say_which_key_they_need_and_agents_need_none():
    for source in all_sources():
        is_provider = source.name in PROVIDERS
        assert (source.kind is Kind.PROVIDER) == is_provider
        assert all(
            bool(part) == is_provider
            for part in (source.key_kind, source.key_page, source.origin, source.authorise, source.fetch, source.test)
        )
        assert source.gives.endswith(".")


def test_a_source_is_found_by_its_accounts_name():
    assert source_named("openai/work").title == "OpenAI"
    assert source_named("nobody/work") is None


def test_reading_the_catalogue_loads_neither_a_source_nor_the_http_library():
    seen = subprocess.run(
        [sys.executable, "-c", "import sys, tokentray.sources; print([m for m in sys.modules if 'provider' in m or m in ('httpx', 'msgspec')])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert seen.stdout == "[]\n"


def test_knowing_the_providers_does_not_load_the_http_library():
    program = "import sys, tokentray.sources as s; s.source_named('openai'); print('httpx' in sys.modules)"

    seen = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert seen.stdout == "False\n"
