"""The queue at scale: many small documents of many users, put there without a word, and two workers.

Everything is under ``pipeline up``; the documents are handed in while it is down and begin to wait by one statement of
plain SQL, so nobody asks for a run but who watches the queue.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from benchmarks.workers import asking, up
from pipeline_core.adapters.prefect_queue import QUEUE_DEPLOYMENT
from pipeline_core.bootstrap import Pipeline
from pipeline_core.client import Client, Upload
from pipeline_core.domain.ids import user_id_for
from pipeline_core.settings import load_settings

DOCUMENTS, USERS, WORKERS = 2000, 20, 2
_LIMIT = 400
"""Documents of a run, fewer than the deployment's own so that several end at it."""
_IDLE_RUNS = 5
_LONGEST_S = 1800.0
_WAIT = "UPDATE upload_pipeline.upload_jobs SET parked_until = NULL WHERE state = 'queued'"
_PARK = "UPDATE upload_pipeline.upload_jobs SET parked_until = 'infinity' WHERE state = 'queued'"
_REST = "SELECT count(*) FROM upload_pipeline.upload_jobs WHERE state IN ('queued', 'retryable', 'working')"
_SPANS = (
    "SELECT extract(epoch FROM min(e.ts))::float8, extract(epoch FROM j.finished_at)::float8, j.flow_run_id"
    " FROM upload_pipeline.upload_jobs j JOIN upload_pipeline.events e ON e.job_id = j.job_id AND e.code = 'claimed'"
    " GROUP BY j.job_id, j.finished_at, j.flow_run_id"
)


class Drill(NamedTuple):
    """Measurements of a drill. Seconds count from the moment the documents begin to wait."""

    asked_s: float
    found_s: float
    every_worker_s: float
    took_s: float
    idle_s: float
    longest_idle_s: float
    shares: dict[str, int]
    runs: int
    left: int
    """Runs that are there and took nothing, after the queue was empty and ``_IDLE_RUNS`` more were made."""


def main(_folder: Path, show: Callable[..., None]) -> None:
    seen = drill(DOCUMENTS, USERS, WORKERS, limit=_LIMIT)
    shares = ", ".join(f"{share / DOCUMENTS:.0%}" for share in sorted(seen.shares.values(), reverse=True))
    rows = [
        ["a run is asked for after, s", f"{seen.asked_s:.1f}"],
        ["its process has started and taken the first after, s", f"{seen.found_s:.1f}"],
        [f"{WORKERS} runs are at it after, s", f"{seen.every_worker_s:.1f}"],
        ["all done after, s", f"{seen.took_s:.1f}"],
        ["documents a second", f"{DOCUMENTS / seen.took_s:.1f}"],
        ["nobody at it between first and last, s", f"{seen.idle_s:.1f}"],
        ["the longest of it, s", f"{seen.longest_idle_s:.1f}"],
        ["runs that took something", str(seen.runs)],
        ["share of each worker", shares],
        [f"runs left of {_IDLE_RUNS} that found nothing", str(seen.left)],
    ]
    show(
        f"The queue: {DOCUMENTS:,} documents of {USERS} users, {WORKERS} workers, at most {_LIMIT} documents a run",
        ["", ""],
        rows,
        f"filled by one SQL statement; {os.cpu_count()} cores, which PostgreSQL and Prefect share",
    )


def drill(documents: int, users: int, workers: int, *, limit: int, batch_size: int = 100) -> Drill:
    """Fill, wait until all is done, and let the idle queue be looked at.

    Raises:
        SystemExit: it was not done in half an hour.
    """
    with (
        up(workers, batch_size=batch_size, prepare=lambda home: _hand_in(home, documents, users)) as home,
        asking(home) as prefect,
        _database(home) as database,
    ):
        deployment = prefect.get(f"/deployments/name/{QUEUE_DEPLOYMENT}").json()["id"]
        prefect.patch(f"/deployments/{deployment}", json={"parameters": {"limit": limit}})
        # what the start has asked for is over
        time.sleep(15)
        began = time.time()
        database.execute(_WAIT)
        while database.execute(_REST).fetchone() != (0,):
            if time.time() - began > _LONGEST_S:
                raise SystemExit(f"not done in {_LONGEST_S:.0f} s")
            time.sleep(1)
        spans = database.execute(_SPANS).fetchall()
        _settle(prefect, deployment)
        shares, took = _shares(prefect, spans)
        asked = min(datetime.fromisoformat(prefect.get(f"/flow_runs/{one}").json()["created"]) for one in took)
        for number in range(_IDLE_RUNS):
            key = {"idempotency_key": f"idle {number}", "state": {"type": "SCHEDULED"}}
            prefect.post(f"/deployments/{deployment}/create_flow_run", json=key)
            _settle(prefect, deployment)
        left = [run for run in _runs(prefect, deployment) if UUID(run["id"]) not in took]
    firsts = sorted(min(begin for begin, _, run in spans if run == one) for one in took)
    gaps = list(_gaps(sorted((begin, end) for begin, end, _ in spans)))
    return Drill(
        asked_s=asked.timestamp() - began,
        found_s=firsts[0] - began,
        every_worker_s=firsts[min(workers, len(firsts)) - 1] - began,
        took_s=max(end for _, end, _ in spans) - began,
        idle_s=sum(gaps),
        longest_idle_s=max(gaps, default=0.0),
        shares=shares,
        runs=len(took),
        left=len(left),
    )


def _hand_in(home: Path, documents: int, users: int) -> None:
    app = Pipeline(load_settings(home=home, launch="here"))
    try:
        for user in range(users):
            uploads = [
                Upload(f"{user}-{n}.md", f"# Room {user}-{n}\n\nThe key of room {user}-{n} is number {n}.\n".encode())
                for n in range(user, documents, users)
            ]
            with Client(realm_id=user_id_for(f"user {user}"), app=app) as client:
                client.submit(uploads, start=False)
        with psycopg.connect(app.database_url) as connection:
            connection.execute(_PARK)
    finally:
        app.close()


@contextmanager
def _database(home: Path) -> Iterator[psycopg.Connection[Any]]:
    app = Pipeline(load_settings(home=home))
    try:
        with psycopg.connect(app.database_url, autocommit=True) as connection:
            yield connection
    finally:
        app.close()


def _runs(prefect: Any, deployment: str, *states: str) -> list[dict[str, Any]]:
    of_run = {"flow_runs": {"state": {"type": {"any_": list(states)}}}} if states else {}
    asked = {"deployments": {"id": {"any_": [deployment]}}, "sort": "EXPECTED_START_TIME_DESC", **of_run}
    found: list[dict[str, Any]] = prefect.post("/flow_runs/filter", json=asked).json()
    return found


def _settle(prefect: Any, deployment: str) -> None:
    """Return when no run waits or works any more."""
    while _runs(prefect, deployment, "SCHEDULED", "PENDING", "RUNNING"):
        time.sleep(0.5)
    time.sleep(1)


def _shares(prefect: Any, spans: Sequence[tuple[float, float, UUID]]) -> tuple[dict[str, int], set[UUID]]:
    """Count the documents of each worker, and return the runs that had any."""
    took = {run for _, _, run in spans}
    shares: dict[str, int] = {}
    for one in took:
        worker = prefect.get(f"/flow_runs/{one}").json()["labels"]["prefect.worker.name"]
        shares[worker] = shares.get(worker, 0) + sum(run == one for _, _, run in spans)
    return shares, took


def _gaps(spans: Sequence[tuple[float, float]]) -> Iterator[float]:
    """The times within the whole in which no document was in work."""
    until = spans[0][1]
    for begin, end in spans:
        if begin > until:
            yield begin - until
        until = max(until, end)
