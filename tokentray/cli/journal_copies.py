"""`tokentray journal export` and `import`: the journal as notes or as one file, and back."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from tokentray.cli.codes import DONE, PART_FAILED
from tokentray.cli.errors import WrongUsage
from tokentray.cli.files import write_whole
from tokentray.cli.here import Here, warn
from tokentray.cli.importing import import_files
from tokentray.cli.journal_history import journal_to_read, journal_to_write
from tokentray.cli.note_files import ENDINGS, Taken, take_notes, write_notes
from tokentray.cli.plain import counted
from tokentray.store.copying import JOURNAL, export_json
from tokentray.store.database import History
from tokentray.store.journal_table import all_cards


def run(options: Namespace, here: Here) -> int:
    return _import(options.paths, here) if options.action == "import" else _export(options, here)


def _export(options: Namespace, here: Here) -> int:
    history = journal_to_read(here)
    if history is None:
        raise WrongUsage("There is no journal yet: “tokentray journal add” begins it.")
    with history:
        if options.markdown is not None:
            return _write_notes(history, options.markdown, here)
        pieces = export_json(history, JOURNAL)
        if options.json_file != "-":
            write_whole(options.json_file, pieces)
            return DONE
        for piece in pieces:
            sys.stdout.write(piece)
    return DONE


def _write_notes(history: History, folder: str, here: Here) -> int:
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise WrongUsage(f"{folder} is a file; name a folder.")
    done = write_notes(history, all_cards(history), folder, here.zone)
    print(f"{counted(done.written, 'note')} written to {folder}, {done.right:,} were right already.")
    for path in done.left:
        warn(f"{path} was changed since it was written, and was left alone; “tokentray journal import” takes it.")
    return PART_FAILED if done.left else DONE


def _import(paths: list[str], here: Here) -> int:
    for path in paths:
        if not os.path.exists(path):
            raise WrongUsage(f"There is nothing at {path}.")
    notes = [path for path in paths if os.path.isdir(path) or path.lower().endswith(ENDINGS)]
    others = [path for path in paths if path not in notes]
    code = DONE
    if notes:
        with journal_to_write(here) as history:
            code = _tell(take_notes(history, notes, here.now))
    return max(code, import_files(others, here)) if others else code


def _tell(taken: Taken) -> int:
    print(f"{counted(taken.new, 'card')} new, {taken.changed:,} changed, {taken.known:,} known already.")
    if taken.passed:
        warn(f"{counted(taken.passed, 'note')} without front matter left out; naming one takes it.")
    for problem in taken.problems:
        warn(problem)
    return PART_FAILED if taken.problems else DONE
