"""The papers about the promise, from the help pages that the app shows too."""

from __future__ import annotations

import re
from functools import cache
from html import escape

from tokentray.paths import resource

PAPERS = {
    "what-leaves": "What leaves, and what never can",
    "data-flow": "Data flow, for a works council",
    "impact-assessment": "Impact assessment, a template",
    "limits": "The limits, said plainly",
}
"""Their names in the address, which are the files' names in resources/help/ too, and their titles."""

_INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([^)\s]+)\)")
_LOCAL_PAPER = re.compile(r"[a-z-]+\.md")


@cache
def paper(name: str) -> tuple[str, str] | None:
    """A paper's title and its body as HTML; None if no paper has that name."""
    if name not in PAPERS:
        return None
    with open(resource(f"help/{name}.md"), encoding="utf-8") as file:
        heading, _, text = file.read().partition("\n")
    return heading.removeprefix("# "), html_of(text)


def html_of(markdown: str) -> str:
    """
    HTML for the little Markdown the papers are written in: headings, paragraphs, lists, tables, code, bold, italics, links.

    Blocks are parted by an empty line. Anything else is shown as it stands, and HTML never gets through.
    """
    return "\n".join(_block(block.strip("\n")) for block in re.split(r"\n{2,}", markdown.strip()) if block.strip())


def _block(block: str) -> str:
    lines = block.splitlines()
    level = len(lines[0]) - len(lines[0].lstrip("#"))
    if level:
        return f"<h{level}>{_inline(lines[0][level:].strip())}</h{level}>"
    if lines[0].startswith("|"):
        return _table(lines)
    if lines[0].startswith("```"):
        return f"<pre><code>{escape(chr(10).join(lines[1:-1]))}</code></pre>"
    for tag, start in (("ul", r"[*-] +"), ("ol", r"\d+\. +")):
        if re.match(start, lines[0]):
            items = re.split(rf"^{start}", block.replace("- [ ] ", "- ☐ "), flags=re.MULTILINE)[1:]
            return f"<{tag}>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</{tag}>"
    return f"<p>{_inline(block)}</p>"


def _table(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    head = "".join(f'<th scope="col">{_inline(cell)}</th>' for cell in rows[0])
    # On a phone each cell stands below its column's head, which the style sheet takes from the attribute.
    body = "".join(f"<tr>{''.join(_cell(*pair) for pair in zip(rows[0], row, strict=True))}</tr>" for row in rows[2:])
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(head: str, text: str) -> str:
    return f'<td data-head="{escape(head)}">{_inline(text)}</td>'


def _inline(text: str) -> str:
    made, end = [], 0
    for match in _INLINE.finditer(text):
        made.append(escape(text[end : match.start()]))
        made.append(_span(match))
        end = match.end()
    made.append(escape(text[end:]))
    return "".join(made).replace("\n", " ").strip()


def _span(match: re.Match[str]) -> str:
    code, bold, italics, label, address = match.groups()
    if code:
        return f"<code>{escape(code)}</code>"
    if bold:
        return f"<strong>{escape(bold)}</strong>"
    if italics:
        return f"<em>{escape(italics)}</em>"
    if _LOCAL_PAPER.fullmatch(address):
        return f'<a href="/papers/{address.removesuffix(".md")}">{escape(label)}</a>'
    if address.startswith("https://"):
        return f'<a href="{escape(address)}" rel="noreferrer">{escape(label)}</a>'
    return escape(match.group())
