"""The program's door: the quick commands first, then the others, then the tray."""

import os
import sys

from tokentray.cli.codes import BUG, DONE, INTERRUPTED, PART_FAILED, PIPE_CLOSED
from tokentray.cli.plain import bear_any_text

QUICK = ("today", "status")
PLAIN_SYNC = (["sync"], ["sync", "--json"])


def main() -> int:
    """Runs one command, or the tray if none is named, and gives the exit code of CLI.md."""
    arguments = sys.argv[1:]
    code = _exit_code(arguments)
    if code == DONE and _is_quick(arguments):
        # Nothing is open any more and all was printed: Python would take 3 to 6 ms to take itself apart.
        os._exit(code)
    return code


def _is_quick(arguments: list[str]) -> bool:
    return arguments in PLAIN_SYNC or (bool(arguments) and arguments[0] in QUICK)


def _exit_code(arguments: list[str]) -> int:
    bear_any_text(sys.stdout, sys.stderr)
    try:
        code = _code(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _leave_the_pipe()
    except Exception as error:
        return _own_up(error)
    return code


def _code(arguments: list[str]) -> int:
    try:
        return _run(arguments)
    except SystemExit as end:  # how argparse leaves after --help and after wrong usage
        return end.code if isinstance(end.code, int) else 0


# The imports inside these functions are the point of this file: `today` and `status` must not take more than three times
# what Python itself takes to start (11 ms), and settings, argparse and dataclasses alone cost 30.


def _run(arguments: list[str]) -> int:
    command = arguments[0] if arguments else ""
    if command in QUICK:
        from tokentray.cli.glance import run_quickly

        return run_quickly(arguments)
    if arguments in PLAIN_SYNC:
        from tokentray.cli.sync import run_sync

        return run_sync([], as_json=len(arguments) > 1)
    if arguments in (["popover"], ["tag"]):
        from tokentray.cli.calling import call

        return 0 if call(command) else _tray([], command)
    if command in ("", "demo"):
        return _tray(arguments)
    if command == "board":
        return _board(arguments[1:])
    from tokentray.cli.commands import run_command

    return run_command(arguments)


def _board(arguments: list[str]) -> int:
    try:
        from tokentray.board.command import run_board
    except ImportError as error:
        if (error.name or "").startswith("tokentray"):
            raise
        print(
            f"tokentray: The board's server needs more than the app ({error.name}): pip install 'tokentray-desktop[board]'",
            file=sys.stderr,
        )
        return PART_FAILED
    return run_board(arguments)


def _tray(arguments: list[str], wish: str = "") -> int:
    from tokentray.cli.display import no_display

    sample = arguments == ["demo"]
    if arguments and not sample:
        from tokentray.cli.commands import explain_demo

        return explain_demo(arguments[1:])
    if "TOKENTRAY_NOW" in os.environ:
        from tokentray.cli.own_clock import own_clock

        own_clock()  # says what is wrong with it, before there is a window that could not
    missing = no_display(os.environ)
    if missing is None:
        try:
            from tokentray.app import run_tray
        except ImportError as error:
            if (error.name or "").startswith("tokentray"):
                raise
            missing = f"There is no window here, because Qt could not be loaded ({error})."
        else:
            return run_tray(sample=sample, wish=wish)
    from tokentray.cli.windowless import run_windowless

    return run_windowless(missing, sample=sample)


def _leave_the_pipe() -> int:
    # What reads us is gone. Python would complain once more when it flushes at its end, so that end leads nowhere.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return PIPE_CLOSED


def _own_up(error: Exception) -> int:
    from tokentray.cli.errors import code_of
    from tokentray.core.errors import TokenTrayError
    from tokentray.diagnostics import log_bug
    from tokentray.paths import log_file

    if isinstance(error, TokenTrayError):
        print(f"tokentray: {error}", file=sys.stderr)
        return code_of(error)
    log_bug(log_file(), error)
    print(
        f"tokentray: A bug of ours ({type(error).__name__}); please report it. {log_file()} has the details.",
        file=sys.stderr,
    )
    return BUG


if __name__ == "__main__":
    sys.exit(main())
