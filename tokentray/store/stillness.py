"""Whether a history lies where nobody can write it."""

import os


def lies_still(path: str) -> bool:
    """
    Whether nobody can be writing it: its folder is read-only, and nothing stands beside it.

    SQLite has to be told: it wants to lay a -shm beside a history before it reads.
    """
    return not os.access(os.path.dirname(path) or ".", os.W_OK) and not os.path.exists(path + "-wal")
