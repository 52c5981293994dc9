"""The stores that every test of the board's server runs on; clusters are started once and emptied between tests."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from tempfile import TemporaryDirectory

import pytest
from starlette.testclient import TestClient

from tests.board.people import Member
from tests.board.stores import KINDS_OF_STORE, cluster, empty, postgres_programs, shard
from tests.fakes import MovableClock
from tokentray.board.command import run_board
from tokentray.board.database import open_board
from tokentray.board.season import Plan, make_season
from tokentray.board.serve import Service, opened


@pytest.fixture(scope="session")
def postgresql_urls():
    if postgres_programs() is None:
        pytest.skip("PostgreSQL's programs (initdb, pg_ctl) are not installed here")
    # Not below pytest's folder: the server runs as another user where the tests are root.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        os.chmod(folder, 0o755)  # noqa: S103  the clusters inside are their own user's alone
        yield [stack.enter_context(cluster(os.path.join(folder, f"cluster{number}"))) for number in range(4)]


@pytest.fixture(scope="session")
def sharded_url(postgresql_urls):
    shard(postgresql_urls[1:])
    return postgresql_urls[1]


@pytest.fixture(params=KINDS_OF_STORE)
def database(request):
    """The value of --database: None for SQLite."""
    if request.param == "sqlite":
        return None
    url = request.getfixturevalue("sharded_url") if request.param == "sharded" else None
    url = url or request.getfixturevalue("postgresql_urls")[0]
    empty(url)
    return url


@pytest.fixture
def store(tmp_path, database):
    opened = open_board(str(tmp_path), database)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def season_folder(tmp_path_factory):
    """A board's folder with a season of 2026-W40 to W52 and its invites; made once, for keys take seconds."""
    folder = tmp_path_factory.mktemp("season")
    make_season(str(folder), Plan(url="https://board.example", first_week="2026-W40"), date(2026, 11, 18))
    return folder


@dataclass
class Running:
    """A board in this process: `client` speaks to it, `clock` can be moved, `links` are unused invites."""

    client: TestClient
    clock: MovableClock
    folder: str
    database: str | None
    links: list[str]

    def member(self, code=None):
        return Member(self.client, self.links.pop(), code).claim()


@pytest.fixture
def running(season_folder, tmp_path, database, capsys):
    folder = str(tmp_path / "board")
    shutil.copytree(season_folder, folder)
    assert run_board(["invite", "--data", folder, "--count", "10"]) == 0
    links = capsys.readouterr().out.split()
    clock = MovableClock(datetime(2026, 11, 18, 12, tzinfo=UTC))
    with (
        opened(Service(role="all", folder=folder, clock=clock, database=database)) as app,
        TestClient(app, base_url="https://board.example") as client,
    ):
        yield Running(client, clock, folder, database, links)
