"""Exit codes: public, and the same for every command."""

DONE = 0
BUG = 1
WRONG_USAGE = 2
PART_FAILED = 3
NOTHING_CONFIGURED = 4
INTERRUPTED = 130
PIPE_CLOSED = 141
