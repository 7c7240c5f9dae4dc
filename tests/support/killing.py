"""Processes that are stopped at a chosen row, and what their database holds afterwards."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.through import MANUAL

LOCK = 424242
CONTENT = {
    "document_chunks": "chunk_id, document_id, ordinal, text, char_from, char_to, page_from, embed_model",
    "all_questions": "question_id, document_id, chunk_id, question, answer, evidence, evidence_char_from",
    "documents": "document_id, filename, parsed_sha256, page_count, published_at IS NOT NULL",
    "staged_chunks": "chunk_id, outcome, outcome_reason, fact_count",
    "staged_questions": "question_id, status, duplicate_of",
    "document_processing_stages": "document_id, stage_name, status",
    "stage_output_files": "document_id, stage_name, file_type, checksum",
    "document_vector_buffer": "owner_id",
    "upload_jobs": "document_id, state, stage, outcome",
}


def rows(connection: psycopg.Connection[Any]) -> dict[str, list[Any]]:
    """Everything that must not depend on what happened on the way."""
    return {
        table: sorted(map(repr, connection.execute(f"SELECT {columns} FROM upload_pipeline.{table}").fetchall()))
        for table, columns in CONTENT.items()
    }


class Running:
    """A function in a process of its own."""

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        self._process = get_context("forkserver").Process(target=target, args=arguments)
        self._process.start()

    def poll(self) -> int | None:
        return self._process.exitcode

    def communicate(self) -> str:
        return "it ended by itself"

    def kill(self) -> None:
        self._process.kill()
        self._process.join()


@contextmanager
def blocked_at(url: str, table: str, condition: str, *, change: str = "INSERT") -> Iterator[psycopg.Connection[Any]]:
    """Whoever inserts (or otherwise changes) such a row waits, inside its transaction, until this ends."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        connection.execute(f"""
            CREATE FUNCTION public.wait_here() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_advisory_lock({LOCK});
                PERFORM pg_advisory_unlock({LOCK});
                RETURN coalesce(NEW, OLD);
            END $$;
            CREATE TRIGGER wait_here BEFORE {change} ON upload_pipeline.{table}
            FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION public.wait_here()""")
        try:
            yield connection
        finally:
            connection.execute("SELECT pg_advisory_unlock_all()")
            connection.execute(f"DROP TRIGGER IF EXISTS wait_here ON upload_pipeline.{table}")
            connection.execute("DROP FUNCTION IF EXISTS public.wait_here")


def wait_until_blocked(connection: psycopg.Connection[Any], process: Any) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if connection.execute(waiting, (LOCK,)).fetchone() != (0,):
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    raise AssertionError("the run never came to this point")


def until_ended(process: Any) -> None:
    """Ctrl-C again and again: a busy process may take two in a row for one."""
    deadline = time.monotonic() + 60
    while process.poll() is None:
        assert time.monotonic() < deadline, "the process goes on"
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    places = ["cellar", "attic", "garage"]
    for place in places:
        text = MANUAL.replace("boiler", f"{place} boiler").replace("Boiler", f"{place.title()} boiler")
        (folder / f"{place}.md").write_text(text + f"\nThe {place} key hangs behind the {place} door number 7.\n")
    return folder


# as a stage is marked begun (before its work), and as its results are recorded (after its work)
BEGUN_CODES = ("parsing", "optimizing", "chunking", "generating_facts", "validating", "embedding", "ingesting")
RECORDED_CODES = ("job_validated", "parse_validated", "optimized", "chunked", "facts_staged", "embedded", "published")
POINTS = [
    pytest.param("events", "NEW.code = 'claimed'", id="claim"),
    pytest.param("events", "NEW.code = 'facts_staged'", id="facts_staged"),
    # inside the swap: the old rows are deleted and the chunks are in, the facts are not
    pytest.param("all_questions", "true", id="inside-the-swap"),
]
RECORDED = [(("events", f"NEW.code = '{code}'"), code) for code in RECORDED_CODES if code != "facts_staged"]
BEGUN = [(("events", f"NEW.code = '{code}'"), code) for code in BEGUN_CODES]


def settled(url: str) -> dict[str, list[str]]:
    with psycopg.connect(url) as connection:
        return rows(connection)
