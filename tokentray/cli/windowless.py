"""What `tokentray` does where no window can be shown: says so, reads what it finds, and prints today."""

from __future__ import annotations

import os
import tempfile

from tokentray import paths
from tokentray.cli.codes import NOTHING_CONFIGURED
from tokentray.cli.glance import show_today
from tokentray.cli.here import here, warn
from tokentray.cli.sync import run_sync
from tokentray.ingest.demo import make_demo
from tokentray.insights.price_lookup import price_missing_models
from tokentray.store.database import open_history


def run_windowless(why: str, *, sample: bool = False) -> int:
    """`why` is the sentence that says what is missing; `sample` shows the made-up history instead."""
    if not sample:
        warn(f"{why} This is today; “tokentray --help” lists the commands.")
        code = run_sync([], quietly=True)
        return code if code == NOTHING_CONFIGURED else show_today(False) or code
    warn(f"{why} This is today of a made-up history: sample data.")
    place = here()
    with tempfile.TemporaryDirectory(prefix="tokentray-demo-") as folder:
        path = os.path.join(folder, os.path.basename(paths.history_file()))
        with open_history(path, zone=place.zone) as history:
            make_demo(history, place.clock)
            price_missing_models(history)
        print("SAMPLE DATA, made up")
        return show_today(False, path=path)
