"""The local history: the desktop's only SQL."""
