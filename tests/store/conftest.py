"""A history of this test's own, and short ways to fill it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tokentray.core.batch import BucketSet
from tokentray.core.usage import Tokens, Usage
from tokentray.store.account_table import account_id
from tokentray.store.database import History, open_history, transaction
from tokentray.store.usage_table import replace_buckets

HOUR = timedelta(hours=1)
MOMENT = timedelta(milliseconds=1)

Put = Callable[..., None]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[History]:
    with open_history(str(tmp_path / "history.sqlite"), zone="Europe/Berlin") as history:
        yield history


@pytest.fixture
def put(opened: History) -> Put:
    """Records one usage as all there is in its bucket: `put("2026-10-25T00:00Z", input=5, model="gpt-5")`."""

    def put_one(
        start: str,
        span: timedelta = HOUR,
        account: str = "openai/work",
        origin: str = "billed",
        requests: int | None = 1,
        own_id: str = "a",
        **rest: Any,
    ) -> None:
        begin = datetime.fromisoformat(start)
        tokens = Tokens(**{name: rest.pop(name) for name in tuple(rest) if name in Tokens.__slots__})
        usage = Usage(own_id, begin, span, tokens, requests, **rest)
        with transaction(opened):
            replace_buckets(
                opened,
                account_id(opened, account, origin),
                BucketSet(f"feed {own_id}", begin, begin + (span or MOMENT), (usage,)),
            )

    return put_one
