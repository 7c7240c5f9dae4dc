"""One measured run in a process of its own, so that memory and caches of one do not reach the next."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.memory import peak_memory

ROOT = Path(__file__).resolve().parents[1]


def measure(kind: str, files: Sequence[Path], **settings: object) -> dict[str, Any]:
    """Run a scenario on the files in a new process with a home of its own; returns its figures."""
    with tempfile.TemporaryDirectory(prefix="pipeline-bench-", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)  # as root, PostgreSQL runs as a user that has to get in
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("UPLOAD_PIPELINE_", "PREFECT_"))},
            "UPLOAD_PIPELINE_HOME": home,
            **{f"UPLOAD_PIPELINE_{name.upper()}": str(value) for name, value in settings.items()},
        }
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.scenario", kind]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, input="\n".join(map(str, files)), text=True, capture_output=True
        )
        if done.returncode:
            raise SystemExit(f"{kind} failed:\n{done.stdout}\n{done.stderr}")
        figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return figures


def all_published(figures: dict[str, Any]) -> dict[str, Any]:
    """The same figures, if every document was published with facts; a rate of documents that wait would say nothing.

    Raises:
        SystemExit: some were not.
    """
    count = figures["documents"]
    if figures["states"] != {"done": count} or figures["published"] != count or figures["facts"] < count:
        raise SystemExit(f"Not all of {count} documents were published: {figures}")
    return figures


def at_rest(figures: dict[str, Any]) -> dict[str, Any]:
    """The same figures, if every document was published, waits for a person, or was queued again as its duplicate went.

    Raises:
        SystemExit: some failed, or are under way still.
    """
    if not figures["states"].keys() <= {"done", "awaiting_review", "queued"} or not figures["published"]:
        raise SystemExit(f"Not all of {figures['documents']} documents came to rest: {figures}")
    return figures


class Silent:
    """Nobody watches a benchmark."""

    note = ""

    def watch(self, document_ids: Sequence[object]) -> None:
        pass


class Direct:
    """A launcher without an orchestrator: the same stages in the same batches, called one after the other."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def start(self) -> None:
        pass

    def wait(self) -> None:
        pass

    def ui_url(self) -> None:
        return None

    def close(self) -> None:
        pass

    def process(self, document_ids: Sequence[Any]) -> None:
        from concurrent.futures import ThreadPoolExecutor

        size = self.app.settings.batch_size
        batches = [document_ids[i : i + size] for i in range(0, len(document_ids), size)]
        with ThreadPoolExecutor(self.app.settings.concurrency) as pool:
            list(pool.map(self._batch, batches))

    def _batch(self, document_ids: Sequence[Any]) -> None:
        batch = self.app.claim(document_ids)
        with self.app.claim.released(batch):
            self.app.run_through(batch)


def _empty_run(launcher: Any) -> float:
    """Seconds that a run takes whose documents do not exist: what Prefect costs a batch, whatever is in it."""
    from pipeline_core.domain.ids import DocumentId

    start = time.perf_counter()
    launcher.process([DocumentId(uuid4())])
    return time.perf_counter() - start


def main(kind: str, files: Sequence[Path]) -> dict[str, Any]:
    from pipeline_core import logs
    from pipeline_core.adapters.prefect_launcher import PrefectLauncher
    from pipeline_core.bootstrap import pipeline
    from pipeline_core.domain.ids import RealmId
    from pipeline_core.services.run_documents import RunDocuments

    app = pipeline()
    logs.configure(app.settings.home / "logs")
    # Start-up is not what is measured: servers up, model loaded, flow imported, converter processes there.
    app.ctx.embedder.embed(["warm up"])
    app.views.counts(app.realm_id)
    app.converter.convert(b"<p>warm up</p>", filename="a.html", mime="text/html")
    launcher: Any = Direct(app) if kind == "direct" else PrefectLauncher(app.settings)
    launcher.wait()
    run = RunDocuments(app.intake, app.find_work, launcher, app.holds)
    with tempfile.TemporaryDirectory() as folder:
        # the first document of a process pays for what every other finds: it is another user's, and not counted
        first = Path(folder) / "first.md"
        first.write_text("# Warm up\n\nThe boiler is serviced every year by an engineer.\n")
        run([first], realm_id=RealmId(uuid4()), display=Silent())
    empty_run_s = min(_empty_run(launcher) for _ in range(3)) if kind != "direct" else 0.0
    start, cpu = time.perf_counter(), time.process_time()
    cold = run(files, realm_id=app.realm_id, display=Silent())
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    start = time.perf_counter()
    again = run(files, realm_id=app.realm_id, display=Silent())
    warm_seconds = time.perf_counter() - start
    counts = app.views.counts(app.realm_id)
    figures = {
        "documents": len(cold.document_ids),
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "warm_seconds": warm_seconds,
        "warm_ran": len(again.ran),
        "peak_mb": peak_memory(),
        "states": counts["jobs"],
        "published": counts["documents"],
        "chunks": counts["chunks"],
        "facts": counts["facts"],
        "empty_run_s": empty_run_s,
    }
    launcher.close()
    app.close()
    return figures


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], [Path(line) for line in sys.stdin.read().splitlines() if line])))
