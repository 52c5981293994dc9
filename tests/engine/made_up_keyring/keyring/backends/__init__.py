"""Each system's backend, as settings.vault asks for them; all are the same file."""
