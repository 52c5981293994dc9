"""Billing APIs: may use the network, not the files."""
