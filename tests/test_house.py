"""The floors hold: a forbidden import planted in a copy of the package breaks the check."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

FORBIDDEN = {
    "core knows a room above it": ("core/usage.py", "import tokentray.store.database"),
    "Qt below the window": ("insights/trends.py", "import PySide6.QtCore"),
    "SQL outside the store": ("ingest/polls.py", "import sqlite3"),
    "a second importer of the HTTP library": ("sources/providers/openai.py", "import httpx"),
    "a second door to the keyring": ("cli/accounts.py", "import keyring"),
    "sources know each other": ("sources/providers/openai.py", "import tokentray.sources.providers.anthropic"),
    "agents use the network": ("sources/agents/codex.py", "import socket"),
    "the window reads the store": ("ui/window.py", "import tokentray.store.database"),
    "the window starts threads": ("ui/tray.py", "import threading"),
    "rooms on one floor know each other": ("engine.py", "import tokentray.cli.glance"),
    "a room without a floor": ("annex.py", "import tokentray.core"),
}


@pytest.fixture
def copy_of_the_house(tmp_path):
    shutil.copytree(
        os.path.join(ROOT, "tokentray"), tmp_path / "tokentray", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(os.path.join(ROOT, "pyproject.toml"), tmp_path)
    return tmp_path


def check(folder) -> subprocess.CompletedProcess[str]:
    program = os.path.join(os.path.dirname(sys.executable), "lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        [program, "--no-cache"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_house_as_it_stands_keeps_every_contract(copy_of_the_house):
    result = check(copy_of_the_house)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_planted_import_breaks_the_check(copy_of_the_house, what):
    file, line = FORBIDDEN[what]
    with open(copy_of_the_house / "tokentray" / file, "a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")

    result = check(copy_of_the_house)

    assert result.returncode != 0
    assert "BROKEN" in result.stdout or "Missing" in result.stdout or "exhaustive" in result.stdout.lower()


def test_packaging_never_becomes_a_package():
    assert not os.path.exists(os.path.join(ROOT, "packaging", "__init__.py"))


def test_the_top_of_the_house_stays_bare():
    allowed = {"tokentray", "resources", "tests", "packaging", "pyproject.toml", "README.md", "LICENSE"}
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    tops = {path.split("/")[0] for path in listed.stdout.splitlines()}

    assert {top for top in tops if not top.startswith(".")} <= allowed
