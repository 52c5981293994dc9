"""JSON objects and decimals as CLI.md promises them."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from decimal import Decimal
from typing import Any

from tokentray.cli.here import rfc3339


def print_json(name: str, content: dict[str, Any], version: int = 1) -> None:
    """One object with its schema first. Terminals that know no UTF-8 get escapes."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    print(
        json.dumps({"schema": f"tokentray.{name}/{version}", **content}, ensure_ascii=plain, indent=1, default=_plain)
    )


def decimal_text(number: Decimal | None) -> str | None:
    """Without an exponent and without trailing zeros; None stays None."""
    if number is None:
        return None
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(value: Any) -> str | None:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, Decimal):
        return decimal_text(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")
