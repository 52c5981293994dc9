"""The board's own command prints the digest of a week it has published."""

from __future__ import annotations

import json
import shutil
from contextlib import closing

import pytest

from tests.board.made_up import counted_year
from tokentray.board.cell_table import write_cells
from tokentray.board.command import run_board
from tokentray.board.database import open_board
from tokentray.core.published import rows_of


@pytest.fixture
def folder(season_folder, tmp_path):
    """A board with one season and two published weeks."""
    copy = str(shutil.copytree(season_folder, tmp_path / "board"))
    with closing(open_board(copy)) as board, board.writing() as connection:
        write_cells(connection, [row for published in counted_year(2) for row in rows_of(published)])
    return copy


def test_the_command_prints_the_newest_week(folder, capsys):
    assert run_board(["digest", "--data", folder]) == 0

    assert capsys.readouterr().out.startswith("# board.example: Week 40, 28 September to 4 October 2026\n")


def test_the_command_prints_a_webhooks_body(folder, capsys):
    assert run_board(["digest", "--data", folder, "--format", "slack"]) == 0

    assert json.loads(capsys.readouterr().out)["text"].startswith("board.example: Week 40")


def test_the_command_says_that_a_week_was_not_published(folder, capsys):
    assert run_board(["digest", "--data", folder, "--week", "2026-W50"]) == 2

    assert capsys.readouterr().err.endswith("tokentray: That week has not been published.\n")
