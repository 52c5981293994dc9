"""Claude Code: what it gives (source.py) and how its transcripts are read (log.py)."""
