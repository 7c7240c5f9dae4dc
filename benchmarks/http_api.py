"""The HTTP API, served by one process, against FastAPI that writes the same bytes and a row as durably, and no more."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.http_load import Figures, Request, connect, measure, send, upload
from benchmarks.scenario import ROOT
from pipeline_core.db.embedded import EmbeddedPostgres
from pipeline_core.db.migrate import migrate

_TURNS = 3
_CLIENTS = (1, 8, 32)
_READY_S = 60
_UPLOAD = "/api/v2/upload"
_NO_LIMITS = ("UPLOADS_PER_DAY", "POLLS_PER_MINUTE", "ACTIVE_JOBS", "REQUESTS_PER_HOUR")
_COUNTED = {"LIMIT_POLLS_PER_MINUTE": "1000000", "LIMIT_REQUESTS_PER_HOUR": "1000000"}


def main(show: Callable[..., None]) -> None:
    with tempfile.TemporaryDirectory(prefix="pipeline-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root, PostgreSQL runs as a user that has to get in
        rows = _measured(folder)
    show(
        "HTTP API by one process, against FastAPI with the same durable write",
        ["requests", "clients", "a second", "p50 ms", "p99 ms", "bare, a second", "p50 ms", "p99 ms", "rate"],
        rows,
        f"the best of {_TURNS} turns each; server, PostgreSQL and clients share {os.cpu_count()} cores. Bare: bytes "
        "and folder flushed, a row as large as a poll's answer committed to the same PostgreSQL and read by polls",
    )


def _measured(folder: Path) -> list[list[str]]:
    database = EmbeddedPostgres(folder / "postgres")
    try:
        migrate(database.url)
        return _rows(folder, database.url)
    finally:
        database.close()


def _rows(folder: Path, url: str) -> list[list[str]]:
    environment = _environment(folder, url)
    answer, objects = folder / "answer.json", folder / "bare"
    objects.mkdir()
    rows = []
    with _server(["pipeline_core", "api"], environment) as port:
        token = _token(environment)
        polls = [_poll_of_new(port, token)]
        answer.write_bytes(send(connect(port), polls[0], token))
        with _server(["benchmarks.bare_api", "PORT", url, str(objects), str(answer)], environment) as bare:
            polls.append(_poll_of_new(bare, token))
            for name, requests, count in (
                ("upload of 100 KB", (upload(_UPLOAD), upload(_UPLOAD)), 150),
                (f"poll of a job, {answer.stat().st_size / 1000:.1f} KB", tuple(polls), 600),
            ):
                rows += [[name, *_compared((port, bare), token, requests, count, clients)] for clients in _CLIENTS]
    return rows


def _poll_of_new(port: int, token: str) -> Request:
    job_id = json.loads(send(connect(port), upload(_UPLOAD), token))["job_id"]
    return Request("GET", f"/api/v2/jobs/{job_id}", 200)


def _compared(ports: tuple[int, int], token: str, requests: Sequence[Request], count: int, clients: int) -> list[str]:
    # the two take turns, so that a noisy neighbour meets both
    pairs = [
        [
            measure(port, token, request, count=count, clients=clients)
            for port, request in zip(ports, requests, strict=True)
        ]
        for _ in range(_TURNS)
    ]
    mine, theirs = (max(figures, key=lambda one: one.rate) for figures in zip(*pairs, strict=True))
    return [str(clients), *_shown(mine), *_shown(theirs), f"{mine.rate / theirs.rate:.0%}"]


def _shown(figures: Figures) -> tuple[str, str, str]:
    return f"{figures.rate:.0f}", f"{figures.p50:.1f}", f"{figures.p99:.1f}"


def _environment(folder: Path, url: str) -> dict[str, str]:
    """An installation of its own; limits that are counted and never reached."""
    settings = {f"LIMIT_{name}": "0" for name in _NO_LIMITS} | _COUNTED
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith(("UPLOAD_PIPELINE_", "PREFECT_"))},
        "UPLOAD_PIPELINE_HOME": str(folder / "home"),
        "UPLOAD_PIPELINE_DATABASE_URL": url,
        **{f"UPLOAD_PIPELINE_{name}": value for name, value in settings.items()},
    }


def _token(environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "pipeline_core", "token"]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def _server(module: list[str], environment: dict[str, str]) -> Iterator[int]:
    """A module that serves, in a process of its own; its port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    arguments = [str(port) if part == "PORT" else part for part in module]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env={**environment, "UPLOAD_PIPELINE_API_PORT": str(port)},
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        try:
            _wait(process, port)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _READY_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("a server did not start")
