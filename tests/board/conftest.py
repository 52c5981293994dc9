"""The stores that every test of the board's server runs on; clusters are started once and emptied between tests."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests.board.stores import KINDS_OF_STORE, cluster, empty, postgres_programs, shard
from tokentray.board.database import open_board


@pytest.fixture(scope="session")
def postgresql_urls(tmp_path_factory):
    if postgres_programs() is None:
        pytest.skip("PostgreSQL's programs (initdb, pg_ctl) are not installed here")
    folder = tmp_path_factory.mktemp("clusters")
    folder.chmod(0o755)
    for parent in list(folder.parents)[:3]:
        if parent.name.startswith("pytest"):
            parent.chmod(0o755)
    with ExitStack() as stack:
        yield [stack.enter_context(cluster(str(folder / f"cluster{number}"))) for number in range(4)]


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
