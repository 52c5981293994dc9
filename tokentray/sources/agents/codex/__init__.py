"""Codex: what it gives (source.py) and how its rollouts are read (log.py)."""
