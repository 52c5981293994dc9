"""A keyring that is the JSON file named by MADE_UP_KEYRING."""

from __future__ import annotations

import json
import os
from pathlib import Path


class Keyring:
    """What the vault asks of a system's keyring."""

    priority = 5

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._keep({**self._kept(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        self._keep({name: secret for name, secret in self._kept().items() if name != f"{service} {username}"})

    @property
    def _file(self) -> Path:
        return Path(os.environ["MADE_UP_KEYRING"])

    def _kept(self) -> dict[str, str]:
        kept: dict[str, str] = json.loads(self._file.read_text()) if self._file.exists() else {}
        return kept

    def _keep(self, secrets: dict[str, str]) -> None:
        self._file.write_text(json.dumps(secrets))
