"""Shows snapshots and says what the person did; nothing else."""

import builtins
import linecache

import PySide6.QtCore  # noqa: F401  puts its hook into place

# PySide's hook reads the source of every module that is imported after it, and keeps it, to learn whether the module switches on
# one of PySide's features (`from __feature__ import snake_case`). We use none, and are spared 5 MB and a third of the start.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
linecache.clearcache()
