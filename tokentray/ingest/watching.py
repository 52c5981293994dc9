"""
Which folders and files of the agents to watch, so that an appended line is noticed at once.

A watched folder tells of new files but not of lines appended to old ones, so the files that changed lately are watched too. An
older file that is taken up again is noticed by the slow scan, and watched from then on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

# Systems limit what one person may watch (8,192 on older kernels), and other programs want their part.
MOST_FOLDERS = 1000
MOST_FILES = 200
LATELY_SECONDS = 2 * 86400
DEEPEST = 6


def places_to_watch(roots: Iterable[str], now: float) -> tuple[list[str], list[str]]:
    """The folders below the roots and the files in them that changed lately, newest first; `now` in seconds since 1970."""
    folders: list[tuple[float, str]] = []
    files: list[tuple[float, str]] = []
    for root in roots:
        _look(root, now - LATELY_SECONDS, DEEPEST, folders, files)
    folders.sort(reverse=True)
    files.sort(reverse=True)
    return [path for _at, path in folders[:MOST_FOLDERS]], [path for _at, path in files[:MOST_FILES]]


def _look(
    folder: str, since: float, deeper: int, folders: list[tuple[float, str]], files: list[tuple[float, str]]
) -> None:
    try:
        folders.append((os.stat(folder).st_mtime, folder))
        entries = list(os.scandir(folder))
    except OSError:  # gone in the meantime, or not ours to read
        return
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                if deeper:
                    _look(entry.path, since, deeper - 1, folders, files)
            elif (changed := entry.stat().st_mtime) >= since:
                files.append((changed, entry.path))
        except OSError:
            continue
