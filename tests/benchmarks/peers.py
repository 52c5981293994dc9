"""Fetches what the benchmark compares with: the peer's native program and a made-up corpus of logs."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GENERATOR = os.path.join(os.path.dirname(ROOT), "shared", "perf", "gen_corpus.py")
PEER = "ccusage@20.0.24"


def ccusage(folder: str) -> str:
    """The path of the peer's native Linux program (not its launcher), installed from the npm registry if need be."""
    program = os.path.join(folder, "node_modules", "@ccusage", "ccusage-linux-x64", "bin", "ccusage")
    if not os.path.exists(program):
        if not shutil.which("npm"):
            raise SystemExit("npm is needed to install the peer that is compared with.")
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--prefix", folder, PEER], check=True)
    os.chmod(program, os.stat(program).st_mode | stat.S_IXUSR)
    return program


def corpus(folder: str, variant: str, size: str) -> str:
    """A home folder full of made-up logs of the two agents, made once."""
    home = os.path.join(folder, f"corpus-{variant}-{size}", "home")
    if not os.path.exists(home + ".truth.json"):
        if not os.path.exists(GENERATOR):
            raise SystemExit("The corpus generator is missing: it lies in shared/perf/ beside the project.")
        shutil.rmtree(os.path.dirname(home), ignore_errors=True)
        os.makedirs(home)
        words = [sys.executable, GENERATOR, home, "--size", size, "--variant", variant, "--end", "2026-11-20"]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return home
