"""Coding agents' logs: may read files, not the network."""
