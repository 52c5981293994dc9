"""A machine for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "home").mkdir()
    return Machine(tmp_path / "home", tmp_path / "tokentray")
