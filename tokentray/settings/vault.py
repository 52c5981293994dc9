"""
The one door to keys: the system's keyring, or what the person named instead of it.

The Secret Service (GNOME, KDE from kwalletd 5.97 on, KeePassXC), macOS's Keychain and Windows' Credential Manager are asked by their own
class: whatever other backends the keyring library finds on a machine, some of which write plain files, are never used.
A keyring that is locked blocks its caller until a prompt is answered, so each call has a thread and a time limit.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Protocol, TypeVar

from tokentray.core.api_key import ApiKey
from tokentray.core.errors import KeyMissing, NoVault, VaultError, VaultLocked
from tokentray.settings.settings import AccountSetting

SERVICE = "tokentray-desktop"
WAIT_SECONDS = 60.0

Answer = TypeVar("Answer")

NO_VAULT = (
    "No keyring answers on this system, and keys are never written to a plain file: start one "
    "(GNOME Keyring, KWallet or KeePassXC), or let the key come from an environment variable or a command."
)
LOCKED = "The keyring is locked, or said no: unlock it and try again."
SILENT = "The keyring has not answered for a minute: answer its prompt and try again."


class Keyring(Protocol):
    """What a system's keyring can do; the keyring library's backends fit, and so does a dictionary in a test."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


class Vault:
    """
    Keys by account name. Every call may wait for a person, up to a minute: never from the thread that paints.

    Keys that were read are kept for this run. A keyring that refused is not asked again until `ask_again`.
    """

    def __init__(
        self,
        keyring: Keyring | None = None,
        environ: Mapping[str, str] = os.environ,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._keyring = keyring
        self._environ = environ
        self._wait_seconds = wait_seconds
        self._keys: dict[str, ApiKey] = {}
        self._refusal: VaultError | None = None
        # Two accounts polled at once must not open two prompts: the second finds the first one's answer.
        self._one_prompt = threading.Lock()

    def read_key(self, account: AccountSetting) -> ApiKey:
        """
        The key from where this account's `key_from` says.

        Raises:
            NoVault, VaultLocked: the keyring does not run, or does not open; also when it refused before.
            KeyMissing: nothing is stored or said there.
        """
        if account.name in self._keys:
            return self._keys[account.name]
        kind, _colon, rest = account.key_from.partition(":")
        if kind == "env":
            key = self._from_variable(rest)
        elif kind == "command":
            key = self._from_command(rest)
        else:
            key = self._from_keyring(account.name)
        self._keys[account.name] = key
        return key

    def store_key(self, name: str, key: ApiKey) -> None:
        """Puts the key into the keyring. Being asked by the person, it asks a keyring that refused before."""
        self.ask_again()
        self._call(lambda keyring: keyring.set_password(SERVICE, name, key.reveal()))
        self._keys[name] = key

    def forget_key(self, name: str) -> None:
        """Takes the key out of the keyring; none there is fine."""
        self.drop_key(name)
        self.ask_again()
        if self._call(lambda keyring: keyring.get_password(SERVICE, name)) is not None:
            self._call(lambda keyring: keyring.delete_password(SERVICE, name))

    def drop_key(self, name: str) -> None:
        """Forgets what was read in this run, so that a changed key is read anew."""
        self._keys.pop(name, None)

    def ask_again(self) -> None:
        """The person wants the keyring to be asked even though it refused."""
        self._refusal = None

    def state(self) -> str:
        """One sentence on whether keys can be kept here. Opens no prompt."""
        if self._refusal is not None:
            return str(self._refusal)
        try:
            locked = self._limited(lambda: self._keyring is None and _is_locked())
        except VaultError as error:
            return str(error)
        if locked:
            return "The system's keyring runs and is locked; it will ask for its password when a key is needed."
        return "The system's keyring runs and is open."

    def _from_variable(self, name: str) -> ApiKey:
        return _key(self._environ.get(name, ""), f"The environment variable {name} is not set, or holds no key.")

    def _from_command(self, line: str) -> ApiKey:
        # 1 MB together, for the few who have such a command.
        import shlex
        import subprocess

        words = shlex.split(line, posix=os.name != "nt")
        if not words:
            raise KeyMissing("The command that gives the key is empty.")
        program = os.path.basename(words[0])
        try:
            # The person's own command, without a shell; its messages may hold the key and are not kept.
            done = subprocess.run(  # noqa: S603
                words, stdin=subprocess.DEVNULL, capture_output=True, timeout=self._wait_seconds, check=False
            )
        except OSError as error:
            raise KeyMissing(f"The command {program}, which gives the key, could not be started.") from error
        except subprocess.TimeoutExpired as error:
            raise VaultLocked(f"The command {program}, which gives the key, did not answer in time.") from error
        if done.returncode != 0:
            raise KeyMissing(f"The command {program}, which gives the key, failed with status {done.returncode}.")
        return _key(done.stdout.decode("utf-8", "replace"), f"The command {program} gave no key.")

    def _from_keyring(self, name: str) -> ApiKey:
        with self._one_prompt:
            if self._refusal is not None:
                raise self._refusal
            secret = self._call(lambda keyring: keyring.get_password(SERVICE, name))
        return _key(secret or "", f"No key is stored for {name}: add the account again.")

    def _call(self, ask: Callable[[Keyring], Answer]) -> Answer:
        try:
            return self._limited(lambda: ask(self._keyring or _system_keyring()))
        except VaultError as error:
            self._refusal = error
            raise

    def _limited(self, ask: Callable[[], Answer]) -> Answer:
        answers: list[Answer] = []
        errors: list[Exception] = []

        def ask_and_keep() -> None:
            try:
                answers.append(ask())
            except Exception as error:  # carried to the caller, who raises it
                errors.append(error)

        # A daemon: a keyring whose prompt nobody answers must not keep the program from ending.
        thread = threading.Thread(target=ask_and_keep, name="keyring", daemon=True)
        thread.start()
        thread.join(self._wait_seconds)
        if errors:
            raise _in_our_words(errors[0])
        if not answers:
            raise VaultLocked(SILENT)
        return answers[0]


def _key(text: str, nothing: str) -> ApiKey:
    """The first line, as `pass` and other password stores give it."""
    lines = text.strip().splitlines()
    if not lines or not lines[0].isascii() or not lines[0].isprintable():
        raise KeyMissing(nothing)
    return ApiKey(lines[0])


def _system_keyring() -> Keyring:
    """
    This system's own keyring, and no other backend.

    Raises:
        RuntimeError: it does not run.
    """
    # The keyring library costs 90 ms and 12 MB: it is imported when a key is needed, not before.
    if sys.platform == "darwin":
        from keyring.backends.macOS import Keyring as SystemKeyring
    elif sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring as SystemKeyring
    else:
        from keyring.backends.SecretService import Keyring as SystemKeyring
    # Asking for its priority asks whether it runs.
    if SystemKeyring.priority <= 0:
        raise RuntimeError
    keyring: Keyring = SystemKeyring()  # type: ignore[no-untyped-call]
    return keyring


def _is_locked() -> bool:
    """Whether the next read opens a prompt; only the Secret Service can say so beforehand."""
    _system_keyring()
    if sys.platform in ("darwin", "win32"):
        return False
    import secretstorage  # came with the keyring library

    with closing(secretstorage.dbus_init()) as bus:
        try:
            return bool(secretstorage.Collection(bus, "/org/freedesktop/secrets/aliases/default").is_locked())
        except secretstorage.exceptions.ItemNotFoundException:
            return False


def _in_our_words(error: Exception) -> Exception:
    """The foreign errors of a keyring as ours, with their cause; any other error as it is: a bug."""
    kind = type(error)
    package = kind.__module__.partition(".")[0]
    if kind.__name__ in ("KeyringLocked", "InitError", "LockedException", "PromptDismissedException"):
        ours: Exception = VaultLocked(LOCKED)
    elif package in ("keyring", "secretstorage", "jeepney", "pywintypes") or isinstance(error, (RuntimeError, OSError)):
        ours = NoVault(NO_VAULT)
    else:
        return error
    ours.__cause__ = error
    return ours
