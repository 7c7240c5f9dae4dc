"""Many kills at random moments, of real runs over many documents; in the end, the rows of an undisturbed run."""

import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from benchmarks.corpus import write_markdown
from tests.e2e.conftest import CommandLine
from tests.support.killing import settled

pytestmark = pytest.mark.chaos
LEAST_KILLS, MOST_KILLS = 5, 40
DOCUMENTS = 400


@pytest.mark.timeout(1800)
def test_random_kills(command_line: Callable[..., CommandLine], database_url: str, tmp_path: Path) -> None:
    """Batches are small and one at a time, so that kills fall into every stage and which fact came first is fixed."""
    corpus = tmp_path / "corpus"
    write_markdown(corpus, DOCUMENTS, characters=4000)
    cli = command_line(retry_base_s="0.1", batch_size="20", concurrency="1")
    seed = int(time.time())
    chooser = random.Random(seed)
    print(f"seed {seed}")
    killed = 0
    for _ in range(MOST_KILLS):
        process = cli.start("run", str(corpus))
        try:
            process.wait(timeout=chooser.uniform(2.5, 5.0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
        else:
            assert process.returncode in (0, 3), process.communicate()
            break
    assert killed >= LEAST_KILLS
    cli("run", str(corpus), code=None)
    disturbed = settled(database_url)

    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE upload_pipeline.events DISABLE TRIGGER events_append_only")
        connection.execute("TRUNCATE upload_pipeline.documents, upload_pipeline.events CASCADE")
        connection.execute("TRUNCATE upload_pipeline.fact_cache, upload_pipeline.embedding_cache")
        connection.execute("ALTER TABLE upload_pipeline.events ENABLE TRIGGER events_append_only")
    cli("run", str(corpus), code=None)
    assert settled(database_url) == disturbed
