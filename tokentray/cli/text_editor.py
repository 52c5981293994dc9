"""The person's own editor on a text, as $VISUAL and $EDITOR name it."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

from tokentray.cli.errors import WrongUsage
from tokentray.cli.here import warn
from tokentray.core.errors import TokenTrayError

USUAL = ("notepad",) if sys.platform == "win32" else ("sensible-editor", "nano", "vi")


class EditorFailed(TokenTrayError):
    """The editor could not be started, or ended with an error."""


class TextEditor:
    """
    A text in a private file for as long as the context lasts. If an error ends it, what the person wrote is kept and told of.

    Raises:
        WrongUsage: no editor is named, and there is no terminal for a usual one.
    """

    def __init__(self, text: str, folder: str, name: str) -> None:
        self._command = _editor()
        self._shown = text
        # Not where the system keeps temporary files: a restart would take the text away, and others may look there.
        self._folder = tempfile.mkdtemp(prefix="editing-", dir=folder)
        self._path = os.path.join(self._folder, name)
        with open(self._path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)

    def edited(self) -> str | None:
        """
        What the person made of it; None if it was left as it was.

        Raises:
            EditorFailed: the editor did, or left something that is no text.
        """
        # An answer that goes into a pipe is not to hold what the editor draws.
        output = None if sys.stdout.isatty() else sys.stderr
        # Ctrl-C is the editor's key as long as it runs; a handler of ours, unlike SIG_IGN, is not passed on to it.
        ours = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            # The person's own command.
            done = subprocess.run([*self._command, self._path], stdout=output, check=False)  # noqa: S603
        except OSError as error:
            raise EditorFailed(f"The editor could not be started ({error.strerror}).") from error
        finally:
            signal.signal(signal.SIGINT, ours)
        if done.returncode:
            raise EditorFailed(f"The editor ended with status {done.returncode}; nothing was saved.")
        text = self._read()
        return None if text == self._shown else text

    def __enter__(self) -> TextEditor:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and self._is_changed():
            warn(f"What you wrote was kept: --from {shlex.quote(self._path)} takes it once it is mended.")
        else:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _is_changed(self) -> bool:
        try:
            return self._read() != self._shown
        except EditorFailed:
            return True

    def _read(self) -> str:
        try:
            with open(self._path, encoding="utf-8", newline="") as file:
                return file.read()
        except UnicodeDecodeError as error:
            raise EditorFailed("What the editor left is not UTF-8; nothing was saved.") from error
        except FileNotFoundError:
            return self._shown


def _editor() -> list[str]:
    named = os.environ.get("VISUAL", "").strip() or os.environ.get("EDITOR", "").strip()
    if not named:
        found = next((program for program in USUAL if shutil.which(program)), None)
        if found is None or not sys.stdin.isatty():
            raise WrongUsage(
                "No editor is named by VISUAL or EDITOR; give the card's texts, such as --title and --tried."
            )
        return [found]
    if sys.platform == "win32":
        return [word.strip('"') for word in shlex.split(named, posix=False)]
    # It may have options and quotes: the shell reads it, as git has it. The shell outlives Ctrl-C, too.
    return ["/bin/sh", "-c", f'trap : INT; {named} "$@"', named]
