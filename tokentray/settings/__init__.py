"""What the person set: a JSON file, and the system's keyring."""
