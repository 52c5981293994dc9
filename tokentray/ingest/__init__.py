"""From a source into the history: asks, reads, records."""
