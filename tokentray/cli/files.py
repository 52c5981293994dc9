"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable

from tokentray.core.errors import HistoryFull


def write_whole(path: str, pieces: Iterable[str]) -> None:
    """
    UTF-8, line ends as they are; a half file never bears the wanted name.

    Raises:
        HistoryFull: there is no room or no right.
    """
    part = path + ".part"
    try:
        with open(part, "w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
        os.replace(part, path)
    except OSError as error:
        raise HistoryFull(f"{path} cannot be written ({error.strerror}).") from error
    finally:
        if os.path.exists(part):
            os.remove(part)
