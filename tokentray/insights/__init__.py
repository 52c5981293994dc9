"""From rows to what is shown."""
