"""TokenTray: one person's AI use at a glance, and what it was for."""

__version__ = "0.1.0"
