"""The same file, on macOS."""

from keyring.backends.SecretService import Keyring as Keyring
