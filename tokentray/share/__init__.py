"""Sharing by choice: what may leave this machine, when it leaves, and proof of what left."""
