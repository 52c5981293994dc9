"""Folders are watched for new files, and files that changed lately for new lines."""

from __future__ import annotations

import os
from pathlib import Path

from tokentray.ingest.watching import places_to_watch

NOW = 1_795_000_000.0
DAY = 86400


def test_all_folders_and_the_files_of_the_last_two_days(tmp_path: Path) -> None:
    fresh = _file(tmp_path / "alpha" / "fresh.jsonl", NOW - DAY)
    _file(tmp_path / "beta" / "old.jsonl", NOW - 3 * DAY)
    folders, files = places_to_watch([str(tmp_path)], NOW)
    assert sorted(folders) == [str(tmp_path), str(tmp_path / "alpha"), str(tmp_path / "beta")]
    assert files == [fresh]


def test_the_newest_come_first(tmp_path: Path) -> None:
    older, newer = _file(tmp_path / "a", NOW - 200), _file(tmp_path / "b", NOW - 100)
    assert places_to_watch([str(tmp_path)], NOW)[1] == [newer, older]


def test_a_root_that_is_not_there_is_passed_over(tmp_path: Path) -> None:
    assert places_to_watch([str(tmp_path / "none")], NOW) == ([], [])


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to(tmp_path)
    assert places_to_watch([str(tmp_path)], NOW)[0] == [str(tmp_path)]


def _file(path: Path, changed: float) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}\n")
    os.utime(path, (changed, changed))
    return str(path)
