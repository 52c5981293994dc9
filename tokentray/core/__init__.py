"""What things are: values and their rules, without I/O and without Qt."""
