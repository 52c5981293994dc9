"""The team board: a web service of its own that answers what works, and cannot answer who."""
