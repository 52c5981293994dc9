"""`tokentray import`: another TokenTray's export into the history."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace

from tokentray.cli.codes import DONE, PART_FAILED
from tokentray.cli.errors import WrongUsage
from tokentray.cli.here import Here, warn
from tokentray.cli.journal_history import journal_to_write
from tokentray.cli.plain import counted
from tokentray.cli.progress import Bar
from tokentray.core.errors import HistoryError, Unreadable
from tokentray.insights.price_lookup import price_missing_models
from tokentray.store.database import History, transaction
from tokentray.store.export_reading import is_export, read_export
from tokentray.store.extent import usage_count
from tokentray.store.unfinished import finish_first_reading, is_unfinished

LATER = "It is no export of a TokenTray; other programs' files come later."
NOTES = (".md", ".markdown")


def parser(name: str) -> ArgumentParser:
    parser = ArgumentParser(
        allow_abbrev=False,
        prog=f"tokentray {name}",
        description="Takes in what “tokentray export” or “tokentray journal export --json” wrote. Doing it again is harmless: "
        "nothing is counted twice.",
        epilog="Markdown notes go into the journal: “tokentray journal import”. Files of other programs come later.",
    )
    parser.add_argument("files", metavar="FILE", nargs="+", help="an export, as JSON or CSV")
    return parser


def run(options: Namespace, here: Here) -> int:
    return import_files(options.files, here)


def import_files(files: list[str], here: Here) -> int:
    """
    All of them, one after the other; gives the exit code. What can be read is, even if another file cannot.

    Raises:
        WrongUsage: one of them is not there.
    """
    for file in files:
        if not os.path.isfile(file):
            raise WrongUsage(
                f"{file} is a folder; notes go into the journal: “tokentray journal import”."
                if os.path.isdir(file)
                else f"There is no file {file}."
            )
    exports = [file for file in files if is_export(file)]
    for file in files:
        if file not in exports:
            notes = file.lower().endswith(NOTES)
            warn(f"{file} was not read. {'Notes go into the journal: “tokentray journal import”.' if notes else LATER}")
    if not exports:
        return PART_FAILED
    is_new = not here.has_history
    with journal_to_write(here) as history:
        failed = [file for file in exports if not _take(history, file)]
        price_missing_models(history, here.settings.own_prices)
        if is_new and is_unfinished(history) and usage_count(history):
            _leave_the_logs(history)
    return PART_FAILED if failed or len(exports) < len(files) else DONE


def _leave_the_logs(history: History) -> None:
    # What was brought along is to stay as it was until somebody asks for more.
    with transaction(history):
        finish_first_reading(history)
    warn("The logs on this machine have not been read into this history yet: “tokentray sync” does.")


def _take(history: History, file: str) -> bool:
    try:
        with Bar(f"Reading {os.path.basename(file)}") as bar:
            found = read_export(history, file, bar.show)
    except (HistoryError, Unreadable) as error:
        warn(str(error))
        return False
    new = [counted(found.new_usages, "usage"), counted(found.new_cards, "card")]
    print(f"{file}: {counted(found.rows, 'row')} read; new to this history: {' and '.join(new)}.")
    return True
