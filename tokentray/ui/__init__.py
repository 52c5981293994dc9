"""Shows snapshots, says what the person did; nothing else."""
