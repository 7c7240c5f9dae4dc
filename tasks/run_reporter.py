"""A run as the Prefect UI shows it: its name, its tags, and artifacts. Telling it never fails a run."""

import time
from collections.abc import Callable, Iterable
from uuid import UUID

from prefect import runtime
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.client.orchestration import get_client

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.traces import describe_error
from pipeline_core.tasks.run_report_text import (
    counted,
    findings,
    first_and_more,
    name_at_end,
    summary,
    tags_at_end,
    tags_of,
)
from pipeline_core.tasks.runtime import flow_run_id, run_logger

BETWEEN_UPDATES_S = 2.0
"""An artifact costs about 30 ms: progress is told no more often than this, and of no run that is over before."""
PROGRESS, SUMMARY, FINDINGS = "pipeline-progress", "pipeline-summary", "pipeline-findings"
"""Keys: the Artifacts page lists what has one, with the newest run's first and those of earlier runs behind it."""


class RunReporter:
    """Tells of one run while it goes on and when it ends. After the first failure it keeps quiet."""

    def __init__(self, *, named_after: str | None = None) -> None:
        """``named_after`` makes the run's name of its documents, with this before them; else it has its name."""
        self._named_after = named_after
        self._ids: dict[DocumentId, None] = {}
        self._names: list[str] = []
        self._progress: UUID | None = None
        self._told_at = 0.0
        self._tags: set[str] = set()
        self._quiet = not pipeline().settings.run_artifacts or flow_run_id() is None

    def begins(self, document_ids: Iterable[UUID]) -> None:
        """These documents are taken in hand now; a run of several batches says so for each."""
        self._ids.update(dict.fromkeys(DocumentId(d) for d in document_ids))
        self._guarded(self._begin)

    def goes_on(self) -> None:
        """A stage is over: the progress is told, if it was not just told."""
        if time.monotonic() - self._told_at >= BETWEEN_UPDATES_S:
            self._guarded(self._show_progress)

    def ends(self, *, retried: bool = False) -> None:
        """The documents have come to rest; ``retried`` says that some went through the slow lane."""
        if self._ids:
            self._guarded(lambda: self._end(retried=retried))

    def _guarded(self, tell: Callable[[], None]) -> None:
        if self._quiet:
            return
        try:
            tell()
        except Exception as error:
            # whatever it is, the documents go on: what became of them is in the database
            self._quiet = True
            run_logger().warning("the run's progress is no longer reported: %s", describe_error(error))

    def _begin(self) -> None:
        rows = pipeline().views.run_documents(list(self._ids))
        names = {row.document_id: row.filename for row in rows}
        self._names = [names[d] for d in self._ids if d in names]
        self._describe(self._name(), tags_of(rows, retried=False))
        self._told_at = self._told_at or time.monotonic()

    def _name(self) -> str:
        named = self._named_after and self._names
        return f"{self._named_after} {first_and_more(self._names)}" if named else str(runtime.flow_run.name)

    def _describe(self, name: str, tags: set[str]) -> None:
        """The run's tags and its name, in one request if either is new."""
        if tags <= self._tags and name == runtime.flow_run.name:
            return
        self._tags |= tags
        with get_client(sync_client=True) as client:
            all_tags = sorted({*(runtime.flow_run.tags or []), *self._tags})
            client.update_flow_run(_this_run(), name=name, tags=all_tags)

    def _show_progress(self) -> None:
        rows = pipeline().views.progress(list(self._ids))
        percent = sum(row.percent for row in rows) / len(rows) if rows else 0.0
        if self._progress is None:
            self._progress = create_progress_artifact(percent, key=PROGRESS, description=counted(rows))  # type: ignore[assignment]
        else:
            update_progress_artifact(self._progress, percent, description=counted(rows))
        self._told_at = time.monotonic()

    def _end(self, *, retried: bool) -> None:
        app = pipeline()
        rows = app.views.run_documents(list(self._ids))
        text = summary(rows, app.cost_views.run(app.settings.run_id), app.settings)
        create_markdown_artifact(text, key=SUMMARY, description="Results of the documents, and decisions that are open")
        if table := findings(rows):
            create_table_artifact(table, key=FINDINGS, description="Findings of validation")
        self._describe(name_at_end(self._name(), rows), tags_of(rows, retried=retried) | tags_at_end(rows))
        # what was over before anybody could look needs no bar
        if self._progress is not None:
            self._show_progress()


def _this_run() -> UUID:
    value = flow_run_id()
    assert value is not None
    return value
