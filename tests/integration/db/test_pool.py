"""Connections that a database lends: cut while nobody used them, refused, given back in the middle, and closed."""

import signal
import threading
import time
from contextlib import ExitStack

import psycopg
import pytest

from pipeline_core.db.database import Database
from pipeline_core.domain.errors import DatabaseUnavailableError
from tests.support.servers import wait_until

_CUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_SOON_S = 5
"""What takes milliseconds, on a machine that is busy with other tests."""


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


def test_when_all_were_cut_nobody_waits_for_one_after_another_to_be_found_out(database_url: str) -> None:
    database = Database(database_url, role="")
    with ExitStack() as lent:
        for _ in range(12):
            lent.enter_context(database.lend())
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(_CUT)
    began = time.monotonic()
    with database.lend() as again:
        again.execute("SELECT 1")
    assert time.monotonic() - began < _SOON_S
    database.close()


def test_why_there_is_no_connection_is_told_at_once_to_all_who_wait(database_url: str) -> None:
    database = Database(database_url.replace("/t_", "/no_such_"), role="", wait_s=60)
    told: list[str] = []

    def ask() -> None:
        with pytest.raises(DatabaseUnavailableError) as raised, database.lend():
            pass
        told.append(str(raised.value))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < _SOON_S
    assert len(told) == 3
    assert all("does not exist" in text and "no_such_" in text for text in told)
    database.close()


def test_a_signal_in_the_middle_of_a_statement_ends_the_statement(database_url: str) -> None:
    # for KeyboardInterrupt psycopg does it itself
    class EndedError(BaseException):
        pass

    def end(_number: int, _frame: object) -> None:
        raise EndedError

    database = Database(database_url, role="")
    before = signal.signal(signal.SIGUSR1, end)
    timer = threading.Timer(0.2, lambda: signal.raise_signal(signal.SIGUSR1))
    try:
        with database.lend() as connection:
            pid = connection.info.backend_pid
            timer.start()
            connection.execute("SELECT pg_sleep(60)")
        pytest.fail("the statement took its minute")
    except EndedError:
        pass
    finally:
        signal.signal(signal.SIGUSR1, before)

    def is_over() -> bool:
        with database.lend() as other:
            assert other.info.backend_pid != pid
            return not other.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [pid]).fetchall()

    assert wait_until(is_over, within_s=_SOON_S)
    database.close()


def test_what_was_not_committed_is_rolled_back_and_the_next_transaction_is_one_again(database_url: str) -> None:
    database = Database(database_url, role="", size=1)
    with database.lend(autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    with database.lend() as connection:
        connection.execute("INSERT INTO kept VALUES (1)")
    with database.lend() as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchall() == [(0,)]
        connection.execute("INSERT INTO kept VALUES (2)")
        connection.commit()
    with database.lend() as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(2,)]
    database.close()


def test_nothing_is_left_when_it_is_closed(database_url: str) -> None:
    before = set(threading.enumerate())
    database = Database(database_url, role="")
    with database.lend() as lent:
        assert set(threading.enumerate()) - before
        database.close()
    assert lent.closed
    assert not {thread for thread in set(threading.enumerate()) - before if thread.is_alive()}
    with pytest.raises(DatabaseUnavailableError), database.lend():
        pass
