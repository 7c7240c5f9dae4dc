"""Connections of the pool that were cut while nobody used them."""

import psycopg
import pytest

from pipeline_core.db.database import Database
from pipeline_core.domain.errors import DatabaseUnavailableError

_CUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@pytest.mark.parametrize(("unused_s", "is_noticed"), [(0, True), (1e-9, True), (60, False)])
def test_what_was_cut_meanwhile_is_replaced_before_it_is_lent(
    database_url: str, unused_s: float, is_noticed: bool
) -> None:
    database = Database(database_url, role="", unused_s=unused_s)
    with database.lend() as one, database.lend() as other:
        pids = {one.info.backend_pid, other.info.backend_pid}
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_CUT)
    if not is_noticed:
        # used a moment ago, they are believed to stand: their users are told to try again
        for _ in pids:
            with pytest.raises(DatabaseUnavailableError), database.lend() as lent:
                lent.execute("SELECT 1")
    with database.lend() as one, database.lend() as other:
        assert one.execute("SELECT 1").fetchone() == other.execute("SELECT 1").fetchone()
        assert not pids & {one.info.backend_pid, other.info.backend_pid}
    database.close()
