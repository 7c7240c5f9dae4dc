"""Machines share a database and an S3 store, nothing else: one is lost with its disk, another goes on from there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.killing import blocked_at, wait_until_blocked
from tests.support.paths import ROOT
from tests.support.rclone import ACCESS_KEY, SECRET_KEY, S3Server, serve_s3
from tests.support.through import MANUAL

DRAIN = "from pipeline_core.flows.process_queue import process_queue; process_queue(return_state=True)"
HAND_IN = """
import sys
from pipeline_core.client import Client, Upload
with Client() as client:
    texts = [sys.argv[1] + f"Room {n} has its own key." for n in range(4)]
    client.submit([Upload(f"{n}.md", text.encode()) for n, text in enumerate(texts)], start=False)
"""


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[S3Server]:
    (tmp_path / "s3").mkdir()
    with serve_s3(tmp_path / "s3") as server:
        server.make_bucket("documents")
        yield server


class Machine:
    """A home and a working folder of its own, on the same database and store as the others."""

    def __init__(self, folder: Path, s3: S3Server, database_url: str, prefect_api_url: str) -> None:
        self.folder = folder
        folder.mkdir()
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "PREFECT_API_URL": prefect_api_url,
            "PREFECT_HOME": str(folder / "prefect"),
            "UPLOAD_PIPELINE_HOME": str(folder / "home"),
            "UPLOAD_PIPELINE_DATABASE_URL": database_url,
            "UPLOAD_PIPELINE_OBJECT_STORE": "s3://documents/pipeline",
            "UPLOAD_PIPELINE_S3_ENDPOINT_URL": s3.endpoint_url,
            "UPLOAD_PIPELINE_DUPLICATE_THRESHOLD": "1.0",
        }

    def start(self, script: str, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", script, *arguments], env=self.environment, cwd=self.folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, script: str, *arguments: str) -> None:
        process = self.start(script, *arguments)
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0, out
        assert not (self.folder / "home" / "objects").exists()


@pytest.mark.chaos
def test_a_machine_is_lost_with_its_disk(tmp_path: Path, s3: S3Server, database_url: str, prefect_api_url: str) -> None:
    """One hands in, one is killed between two stages and its disk removed, one brings all to the end."""
    first, second, third = (Machine(tmp_path / f"m{n}", s3, database_url, prefect_api_url) for n in range(3))
    first.run(HAND_IN, MANUAL)
    shutil.rmtree(first.folder)
    with blocked_at(database_url, "events", "NEW.code = 'chunked'") as blocker:
        lost = second.start(DRAIN)
        wait_until_blocked(blocker, lost)
        lost.kill()
        lost.communicate()
    shutil.rmtree(second.folder)
    third.run(DRAIN)
    with psycopg.connect(database_url, options="-c search_path=upload_pipeline,public") as connection:
        ended = connection.execute("SELECT outcome FROM upload_jobs").fetchall()
        assert [outcome for (outcome,) in ended] == ["published"] * 4
        once = connection.execute("SELECT count(*) FROM events WHERE code = 'published' GROUP BY job_id").fetchall()
        assert once == [(1,)] * 4
        workers = "SELECT count(DISTINCT payload ->> 'worker') FROM events WHERE type = 'claimed'"
        assert connection.execute(workers).fetchone() == (2,)
        converted = "SELECT max(runs) FROM document_processing_stages WHERE stage_name = 'markdown-conversion'"
        assert connection.execute(converted).fetchone() == (1,), "what the lost machine had converted is used"
