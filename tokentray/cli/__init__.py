"""Commands for the terminal: one file for each group, none of them with a window."""
