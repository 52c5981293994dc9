"""`tokentray export`, `backup` and `restore`: the whole history, out of its file and back."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace

from tokentray.cli.codes import DONE
from tokentray.cli.errors import WrongUsage
from tokentray.cli.files import write_whole
from tokentray.cli.first_reading import history_to_read
from tokentray.cli.here import Here
from tokentray.cli.progress import Bar
from tokentray.share.reasons import held_back_words
from tokentray.store.copying import backup_history, export_csv, export_json, restore_history
from tokentray.store.database import open_history
from tokentray.store.outbox_table import held_back

PURPOSES = {
    "export": "Everything the history holds, the journal too, as CSV or JSON: what other programs can read. “tokentray import” takes the JSON back.",
    "backup": "Copies the history into one file, as it is at this moment; the tray may go on meanwhile.",
    "restore": "Puts a backup in the history's place. The present one is kept beside it; the tray has to be quit first.",
}
EXPORTS = {"csv": export_csv, "json": export_json}


def parser(name: str) -> ArgumentParser:
    parser = ArgumentParser(allow_abbrev=False, prog=f"tokentray {name}", description=PURPOSES[name])
    parser.set_defaults(command=name)
    if name == "export":
        parser.add_argument("--format", choices=("csv", "json"), required=True, help="csv: one table; json: one object")
        parser.add_argument("--out", metavar="FILE", help="where to; standard output if it is not given")
    else:
        parser.add_argument("file", metavar="FILE", help="the backup")
    return parser


def run(options: Namespace, here: Here) -> int:
    match options.command:
        case "export":
            return _export(options, here)
        case "backup":
            return _backup(options.file, here)
    return _restore(options.file, here)


def _export(options: Namespace, here: Here) -> int:
    with history_to_read(here) as history:
        pieces = EXPORTS[options.format](history)
        if options.out is None:
            for piece in pieces:
                sys.stdout.write(piece)
            return DONE
        write_whole(options.out, pieces)
    return DONE


def _backup(file: str, here: Here) -> int:
    if os.path.isdir(file):
        raise WrongUsage(f"{file} is a folder; name a file.")
    if os.path.exists(file) and os.path.exists(here.history_path) and os.path.samefile(file, here.history_path):
        raise WrongUsage("That is the history itself; name another file.")
    with history_to_read(here) as history, Bar("Copying the history") as bar:
        backup_history(history, file, bar.show)
    print(f"The history was copied to {file}.")
    return DONE


def _restore(file: str, here: Here) -> int:
    kept = restore_history(here.history_path, file)
    with open_history(here.history_path, zone=here.zone) as history:
        held = held_back(history)
    print(f"{file} is the history now." + (f" The one before was kept as {kept}." if kept else ""))
    if held:
        print(held_back_words(held))
    return DONE
