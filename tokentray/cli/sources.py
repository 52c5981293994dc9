"""`tokentray sources`: what could be added, what each gives, and which key it needs."""

from __future__ import annotations

import shutil
import textwrap
from argparse import ArgumentParser, Namespace
from typing import Any
from urllib.parse import urlsplit

from tokentray.cli.codes import DONE
from tokentray.cli.here import Here
from tokentray.cli.output import print_json
from tokentray.sources import all_sources
from tokentray.sources.source import Kind, Source


def parser(name: str) -> ArgumentParser:
    parser = ArgumentParser(
        allow_abbrev=False,
        prog=f"tokentray {name}",
        description="Every source TokenTray can read: what it gives and cannot give, which key and right it needs, where that key is made.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser


def run(options: Namespace, here: Here) -> int:
    if options.json:
        print_json("sources", {"sources": [_object(source) for source in all_sources()]})
    else:
        print("\n\n".join(_paragraph(source) for source in all_sources()))
    return DONE


def _object(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "title": source.title,
        "kind": str(source.kind),
        "gives": source.gives,
        "cannot": source.cannot,
        "key_kind": source.key_kind or None,
        "key_page": source.key_page or None,
        "base_url": _host(source.origin),
        "add": _how_to_add(source),
    }


def _host(origin: str) -> str | None:
    parts = urlsplit(origin)
    return f"{parts.scheme}://{parts.netloc}" if origin else None


def _paragraph(source: Source) -> str:
    facts = [
        ("gives", source.gives),
        ("cannot", source.cannot),
        ("key", source.key_kind),
        ("made at", source.key_page),
        ("add", _how_to_add(source)),
    ]
    width = max(40, min(100, shutil.get_terminal_size().columns) - 10)
    lines = [f"{source.title} ({source.name})"]
    for what, text in facts:
        for number, line in enumerate(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)):
            lines.append(f"  {what if number == 0 else '':8}{line}")
    return "\n".join(lines)


def _how_to_add(source: Source) -> str:
    if source.kind == Kind.AGENT:
        return f"found by itself; another home: tokentray accounts add {source.name} --label NAME --folder FOLDER"
    return f"tokentray accounts add {source.name} --key-stdin"
