"""A keyring library for programs under test, found by PYTHONPATH before the real one: the system's keyring is a file that the test can read."""
