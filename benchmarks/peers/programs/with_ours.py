"""Ours: the pipeline with Prefect, as ``pipeline run`` wires it. It runs in the project's environment."""

import tempfile
from pathlib import Path
from uuid import uuid4

import protocol

from benchmarks.scenario import Silent
from pipeline_core import logs
from pipeline_core.adapters.prefect_launcher import PrefectLauncher
from pipeline_core.bootstrap import Pipeline, pipeline
from pipeline_core.domain.ids import RealmId
from pipeline_core.services.run_documents import RunDocuments


def _get_ready(asked: protocol.Asked) -> protocol.Work:
    app = pipeline()
    logs.configure(app.settings.home / "logs")
    app.ctx.embedder.embed(["warm up"])
    launcher = PrefectLauncher(app.settings)
    launcher.wait()
    run = RunDocuments(app.intake, app.find_work, launcher, app.holds)
    _warm_up(run)

    def work() -> protocol.Counts:
        done = run(asked.documents(), realm_id=app.realm_id, display=Silent())
        return {"ran": len(done.ran), **_counts(app)}

    protocol.after(launcher.close)
    protocol.after(app.close)
    return work


def _counts(app: Pipeline) -> protocol.Counts:
    counts = app.views.counts(app.realm_id)
    return {"chunks": counts["chunks"], "facts": counts["facts"], "states": str(counts["jobs"])}


def _warm_up(run: RunDocuments) -> None:
    """The first document of a process pays for what every other finds: it is another user's, and not counted."""
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "first.md"
        first.write_text("# Warm up\n\nThe boiler is serviced every year by an engineer.\n")
        run([first], realm_id=RealmId(uuid4()), display=Silent())


if __name__ == "__main__":
    protocol.run(_get_ready)
