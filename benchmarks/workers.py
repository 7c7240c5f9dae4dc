"""Two process workers against one: the same queue, drained by runs of the deployment ``process-queue``."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
from prefect.client.base import PrefectHttpxSyncClient

from benchmarks.corpus import write_markdown
from benchmarks.scenario import ROOT
from pipeline_core.adapters.prefect_login import headers, signed_in

_DOCUMENTS = 120
_BATCH = 10
_READY_S = 180
_SPAN = "SELECT extract(epoch FROM max(published_at)), count(published_at) FROM upload_pipeline.documents"
_BEGIN = "SELECT extract(epoch FROM min(started_at)) FROM upload_pipeline.document_processing_stages"


def main(folder: Path, show: Callable[..., None]) -> None:
    files = write_markdown(folder / "md", _DOCUMENTS)
    figures = {workers: drain(files, workers) for workers in (1, 2)}
    rows = [
        [str(workers), f"{took:.1f}", f"{_DOCUMENTS / took:.1f}", f"{figures[1] / took:.2f}×"]
        for workers, took in figures.items()
    ]
    show(
        f"Workers on one queue, {_DOCUMENTS} markdown of 11.5 KB, batches of {_BATCH}",
        ["process workers", "seconds", "docs/s", "against one"],
        rows,
        f"from the first stage to the last publication; {os.cpu_count()} cores, which PostgreSQL and Prefect share",
    )


def drain(files: list[Path], workers: int) -> float:
    """Seconds from the first stage to the last publication.

    Raises:
        SystemExit: not every document was published.
    """
    from pipeline_core.bootstrap import Pipeline
    from pipeline_core.client import Client, Upload
    from pipeline_core.settings import load_settings

    with up(workers, batch_size=_BATCH) as home:
        app = Pipeline(load_settings(home=home, batch_size=_BATCH, launch="deployment"))
        try:
            with Client(app=app) as client:
                # who watches the queue asks for a run for each worker
                handed = client.submit([Upload(path.name, path.read_bytes()) for path in files], start=False)
                client.wait(handed.document_ids)
            with app.database.lend() as connection:
                [(ended, count)] = connection.execute(_SPAN).fetchall()
                [(begun,)] = connection.execute(_BEGIN).fetchall()
            if count != len(files):
                raise SystemExit(f"{count} of {len(files)} documents were published by {workers} workers")
            return float(ended - begun)
        finally:
            app.close()


@contextmanager
def up(workers: int, *, batch_size: int, prepare: Callable[[Path], object] = lambda _: None) -> Iterator[Path]:
    """``pipeline up`` on a home that ``prepare`` has made ready; its schedules rest. This process asks its server."""
    with tempfile.TemporaryDirectory(prefix="pipeline-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs as a user that has to get in
        home, (port, api_port) = Path(folder) / "home", _free_ports(2)
        api = f"http://127.0.0.1:{port}/api"
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("UPLOAD_PIPELINE_", "PREFECT_"))},
            "UPLOAD_PIPELINE_HOME": str(home),
            "UPLOAD_PIPELINE_PREFECT_PORT": str(port),
            "UPLOAD_PIPELINE_API_PORT": str(api_port),
            "UPLOAD_PIPELINE_BATCH_SIZE": str(batch_size),
        }
        prepare(home)
        command = [sys.executable, "-m", "pipeline_core", "up", "--workers", str(workers)]
        with (Path(folder) / "up.log").open("w+") as log:
            process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
            try:
                _wait(process, Path(log.name))
                os.environ["PREFECT_API_URL"] = api
                _pause(home)
                yield home
            finally:
                os.environ.pop("PREFECT_API_URL", None)
                process.send_signal(signal.SIGTERM)
                process.wait()


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(one.getsockname()[1]) for one in sockets]


def _wait(process: subprocess.Popen[Any], log: Path) -> None:
    deadline = time.monotonic() + _READY_S
    while "Ready." not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"pipeline up did not start:\n{log.read_text()}")
        time.sleep(0.2)


@contextmanager
def asking(home: Path) -> Iterator[httpx.Client]:
    """A client of the home's server as Prefect's own: it asks again when the server is busy, and raises on an error."""
    login = headers(signed_in(os.environ, home))
    with PrefectHttpxSyncClient(base_url=os.environ["PREFECT_API_URL"], headers=login, timeout=30) as client:
        yield client


def _pause(home: Path) -> None:
    with asking(home) as client:
        for row in client.post("/deployments/filter", json={}).json():
            for schedule in row["schedules"]:
                client.patch(f"/deployments/{row['id']}/schedules/{schedule['id']}", json={"active": False})
