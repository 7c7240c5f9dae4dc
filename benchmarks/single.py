"""A single document from upload to published, one after the other, on an installation that is up."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import httpx

from benchmarks.corpus import Writer

_DOCUMENTS = {True: 30, False: 8}
"""One after the other, with the process that is ready and without it, where each takes seconds."""
_CHARACTERS = 3_000
_UP_WITHIN_S = 180.0
_PUBLISHED_WITHIN_S = 60.0
_LOOK_S = 0.01
_PAUSE_S = 0.5
"""Between documents: whoever uploads one by one does not wait for the machine to be busy."""
_NO_LIMITS = ("UPLOADS_PER_DAY", "POLLS_PER_MINUTE", "ACTIVE_JOBS", "REQUESTS_PER_HOUR")


def main(folder: Path, show: Callable[..., None]) -> None:
    """Print p50 and p95 of the whole and of its parts, with the process that is ready and without it."""
    writer, rows = Writer(17), []
    for ready in (True, False):
        home = folder / f"ready-{ready}".lower()
        home.mkdir()
        folder.chmod(0o755)  # as root, PostgreSQL runs as a user that has to get in
        with _installation(home, ready=ready) as client:
            taken = [_one(client, f"{n}.md", writer.document(_CHARACTERS)) for n in range(_DOCUMENTS[ready])]
        for part, name in enumerate(("answered", "begun", "published")):
            p50, p95 = _percentiles([times[part] for times in taken])
            rows.append(["ready" if ready else "a run for each", name, f"{p50:.2f}", f"{p95:.2f}"])
    show(
        f"A single document by HTTP, {_DOCUMENTS[True]} and {_DOCUMENTS[False]} one after the other, markdown of "
        f"{_CHARACTERS / 1000:g} KB",
        ["worker", "from the upload until it is", "p50 s", "p95 s"],
        rows,
        "with `pipeline up` on this machine; begun: a worker has taken it",
    )


def _percentiles(seconds: list[float]) -> tuple[float, float]:
    return median(seconds), quantiles(seconds, n=20, method="inclusive")[-1]


def _one(client: httpx.Client, name: str, text: str) -> tuple[float, float, float]:
    """Seconds from the upload until it was answered, until a worker had the document, and until it was published."""
    start = time.perf_counter()
    answer = client.post("/api/v2/upload", files={"file": (name, text.encode(), "text/markdown")})
    answer.raise_for_status()
    answered, begun = time.perf_counter() - start, None
    job_id = answer.json()["job_id"]
    while (now := time.perf_counter() - start) < _PUBLISHED_WITHIN_S:
        job = client.get(f"/api/v2/jobs/{job_id}").raise_for_status().json()
        begun = now if begun is None and job["state"] != "queued" else begun
        if job["state"] in ("done", "awaiting_review", "deadletter"):
            time.sleep(_PAUSE_S)
            return answered, begun or now, now
        time.sleep(_LOOK_S)
    raise SystemExit(f"{name} was not published within {_PUBLISHED_WITHIN_S:g} s.")


@contextmanager
def _installation(home: Path, *, ready: bool) -> Iterator[httpx.Client]:
    """``pipeline up`` in a home of its own, and a client of its API."""
    port = _free_port()
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("UPLOAD_PIPELINE_", "PREFECT_"))},
        "UPLOAD_PIPELINE_HOME": str(home),
        "UPLOAD_PIPELINE_API_PORT": str(port),
        "UPLOAD_PIPELINE_PREFECT_PORT": str(_free_port()),
        "UPLOAD_PIPELINE_READY_WORKER": str(ready).lower(),
        **{f"UPLOAD_PIPELINE_LIMIT_{name}": "0" for name in _NO_LIMITS},
    }
    log = home / "up.log"
    with log.open("wb") as file:
        process = subprocess.Popen(_pipeline("up"), env=environment, stdout=file, stderr=file)
    try:
        _wait_for(process, log)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=_login(environment), timeout=30) as client:
            _one(client, "first.md", "# Boiler\n\nThe boiler is serviced once every year by an engineer.\n")
            yield client
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _wait_for(process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + _UP_WITHIN_S
    while "Ready." not in log.read_text():
        if process.poll() is not None or time.monotonic() > until:
            raise SystemExit(f"`pipeline up` did not come up:\n{log.read_text()}")
        time.sleep(0.2)


def _login(environment: Mapping[str, str]) -> dict[str, str]:
    done = subprocess.run(_pipeline("token"), env=environment, capture_output=True, text=True, check=True)
    return {"Authorization": f"Bearer {done.stdout.strip()}"}


def _pipeline(command: str) -> list[str]:
    return [sys.executable, "-m", "pipeline_core", command]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
