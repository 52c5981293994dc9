"""The same file, on Windows."""

from keyring.backends.SecretService import Keyring as WinVaultKeyring  # noqa: F401  as the library calls it
