"""Measures connection pools: the cost of lending a connection, and the time to notice that the database was or is away.

Compares psycopg's pool, as ``Database`` uses it, with SQLAlchemy's.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import create_engine

from pipeline_core.db.connection import connect
from pipeline_core.db.database import Database
from pipeline_core.db.embedded import EmbeddedPostgres
from pipeline_core.domain.errors import PipelineError

_TURNS, _TIMES, _TRUSTED_S = 5, 2000, 30
_CUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
Lend = Callable[[], AbstractContextManager[psycopg.Connection[Any]]]


def main(show: Callable[..., None]) -> None:
    with tempfile.TemporaryDirectory(prefix="pipeline-pg-") as folder:
        server = EmbeddedPostgres(Path(folder) / "data")
        ours = [Database(server.url, role="", unused_s=unused_s) for unused_s in (0, _TRUSTED_S)]
        pools: dict[str, Lend] = {
            "psycopg_pool, asked each time": ours[0].lend,
            "SQLAlchemy, asked each time": _sqlalchemy(server.url, is_asked=True),
            "psycopg_pool, trusted for 30 s": ours[1].lend,
            "SQLAlchemy, trusted": _sqlalchemy(server.url, is_asked=False),
        }
        best = {(name, n): _best(pools, n)[name] for n in (1, 8, 16) for name in pools}
        cut = {name: _after_a_cut(server.url, lend) for name, lend in pools.items()}
        server.close()
        away = {name: _seconds(lend, tries=2) for name, lend in pools.items()}
        for database in ours:
            database.close()
    rows = []
    for name, beside in zip(pools, [*pools][1:] + [*pools][:1], strict=True):
        figures = [best[name, n] for n in (1, 8, 16)]
        ratios = [f"{best[name, n] / best[beside, n]:.2f}" if "psycopg" in name else "1" for n in (1, 8, 16)]
        rows.append(
            [name]
            + [f"{figure * 1e6:.0f} ({ratio})" for figure, ratio in zip(figures, ratios, strict=True)]
            + [f"{cut[name] * 1000:.0f}", f"{away[name] * 1000:.0f}"]
        )
    show(
        "A connection is lent, SELECT 1, and given back",
        ["pool", "CPU µs, 1 thread", "8 threads", "16 threads", "ms after all were cut", "ms until it says it is away"],
        rows,
        f"client's processor time, the best of {_TURNS} turns of {_TIMES:,}; in brackets as a share of SQLAlchemy's",
    )


def _sqlalchemy(url: str, *, is_asked: bool) -> Lend:
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: connect(url),
        pool_size=8,
        max_overflow=8,
        pool_pre_ping=is_asked,
    )

    @contextmanager
    def lend() -> Iterator[psycopg.Connection[Any]]:
        lent = engine.raw_connection()
        try:
            driver: Any = lent.driver_connection
            yield driver
        except psycopg.Error:
            lent.invalidate()
            raise
        finally:
            lent.close()

    return lend


def _best(pools: dict[str, Lend], threads: int) -> dict[str, float]:
    """Seconds of this process's processor time for one time, by pool; they take turns."""
    turns = [{name: _turn(lend, threads) for name, lend in pools.items()} for _ in range(_TURNS)]
    return {name: min(turn[name] for turn in turns) for name in pools}


def _turn(lend: Lend, threads: int) -> float:
    def work() -> None:
        for _ in range(_TIMES // threads):
            with lend() as connection:
                connection.execute("SELECT 1").fetchone()

    started = [threading.Thread(target=work) for _ in range(threads)]
    began = time.process_time()
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return (time.process_time() - began) / _TIMES


def _after_a_cut(url: str, lend: Lend) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_CUT)
    return _seconds(lend)


def _seconds(lend: Lend, tries: int = 20) -> float:
    """Until there is a connection that works, or it is known that there is none. What is trusted may fail once each."""
    began = time.perf_counter()
    for _ in range(tries):
        try:
            with lend() as connection:
                connection.execute("SELECT 1")
            break
        except (psycopg.Error, PipelineError):
            continue
    return time.perf_counter() - began
