"""
Makes the README's pictures of the team board's page from a made-up year, with a headless Chromium:

    python packaging/make_board_pictures.py [FOLDER]

FOLDER is resources/pictures unless another one is named.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
WIDTH, HEIGHT = 1180, 1014
sys.path.insert(0, str(ROOT))

from tests.board.made_up import TEAM, counted_year  # noqa: E402
from tests.board.test_page import served  # noqa: E402
from tests.browser import CHROMIUM, browser  # noqa: E402
from tokentray.board.page import show_board  # noqa: E402


def main(folder: Path) -> None:
    if CHROMIUM is None:
        raise SystemExit("Chromium is not installed here.")
    os.makedirs(folder, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        served(show_board(TEAM, counted_year())) as address,
        browser(Path(profile)) as tab,
    ):
        for look in ("light", "dark"):
            tab.open(address, width=WIDTH, dark=look == "dark")
            tab.picture(folder / f"board-{look}.png", HEIGHT)
            print(folder / f"board-{look}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "resources" / "pictures")
