"""In a batch, one bad document never changes what becomes of another."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_core.adapters.workers import WorkerProcesses
from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.documents import Document
from pipeline_core.domain.errors import (
    ConflictError,
    CorruptDocumentError,
    DataRejectedError,
    IllegalMoveError,
    LedgerError,
    PipelineError,
    ServiceUnavailableError,
    StatementTimeoutError,
)
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.settings import load_settings
from pipeline_core.stages.base import Stage
from pipeline_core.stages.registry import STAGES
from tests.support.examples import examples
from tests.support.published import UNDER_ITS_LEASE
from tests.support.through import needs_work, receive, upload

NUMBER = count(1)
ERRORS = (
    CorruptDocumentError("it is broken"),
    DataRejectedError("the rows are refused"),
    LedgerError("it does not add up"),
    IllegalMoveError("it has moved on"),
    ServiceUnavailableError("it is away"),
    KeyError("nobody foresaw this"),
)


def documents(app: Pipeline, how_many: int) -> list[DocumentId]:
    numbers = [next(NUMBER) for _ in range(how_many)]
    files = [
        upload(f"{n}.md", f"# Part {n}\n\nThe part {n} must be kept in cabinet {n + 40} overnight.\n") for n in numbers
    ]
    return needs_work(app, receive(app, *files))


def states(app: Pipeline, ids: Sequence[DocumentId]) -> dict[DocumentId, str]:
    return {row["document_id"]: row["state"] for row in app.views.jobs(app.realm_id, document_ids=list(ids))}


def breaking(stage: Stage, part: str, bad: DocumentId, error: Exception) -> Stage:
    """The stage with one of its three functions failing whenever the bad document is among what it is given."""
    function: Callable[..., Any] = getattr(stage, part)

    def wrapped(ctx: Any, second: Any, third: Any) -> Any:
        seen = [second] if isinstance(second, Document) else third
        if bad in [item.document_id if hasattr(item, "document_id") else item.document.document_id for item in seen]:
            raise error
        return function(ctx, second, third)

    return replace(stage, **{part: wrapped})


def take_through(app: Pipeline, ids: Sequence[DocumentId], stages: Sequence[Stage]) -> None:
    batch = app.claim(ids)
    with app.claim.released(batch):
        app.run_through(batch, stages=stages)


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from([stage.name for stage in STAGES]),
    part=st.sampled_from(["fetch", "run", "save"]),
    error=st.sampled_from(ERRORS),
    position=st.integers(0, 2),
)
def test_whatever_fails_for_one_document_the_others_are_published(
    app: Pipeline, name: StageName, part: str, error: Exception, position: int
) -> None:
    ids = documents(app, 3)
    bad = ids[position]
    take_through(app, ids, [breaking(s, part, bad, error) if s.name is name else s for s in STAGES])
    found = states(app, ids)
    transient = isinstance(error, ServiceUnavailableError | ConflictError)
    assert found.pop(bad) == ("retryable" if transient else "deadletter")
    assert set(found.values()) == {"done"}


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM stage_output_files WHERE document_id = %s AND stage_name = 'markdown-conversion'",
        "UPDATE stage_output_files SET metadata = '{}' WHERE document_id = %s AND stage_name = 'markdown-conversion'",
        "DELETE FROM document_processing_stages WHERE document_id = %s AND stage_name = 'markdown-optimizer'",
    ],
    ids=["an output is missing", "the page map is missing", "a stage's row is missing"],
)
def test_what_is_missing_of_one_document_is_only_its_own_matter(app: Pipeline, harm: str) -> None:
    ids = documents(app, 3)
    batch = app.claim(ids)
    with app.claim.released(batch):
        batch, _ = app.run_through(batch, until=STAGES[1].name)
        with app.open_uow() as uow:
            uow.session.connection.execute(UNDER_ITS_LEASE)
            uow.session.connection.execute(harm.encode(), [ids[1]])
            uow.commit()
        report = app.run_stage(STAGES[2], batch)
    assert report.ran == [ids[0], ids[2]]
    assert list(report.dead) == [ids[1]]
    assert states(app, ids)[ids[1]] == "deadletter"


def test_a_lost_lease_is_only_its_own_matter(app: Pipeline) -> None:
    """While a batch runs, one document's lease is taken by another worker, and a second document fails."""
    ids = documents(app, 3)

    def run(ctx: Any, document: Document, data: Any) -> Any:
        if document.document_id == ids[0]:
            with app.open_uow() as uow:
                uow.session.connection.execute(
                    b"UPDATE upload_jobs SET lease_token = gen_random_uuid() WHERE document_id = %s", [ids[0]]
                )
                uow.commit()
            raise CorruptDocumentError("it is broken")
        if document.document_id == ids[1]:
            raise CorruptDocumentError("it is broken")
        return STAGES[0].run(ctx, document, data)

    batch = app.claim(ids)
    with app.claim.released(batch):
        report = app.run_stage(replace(STAGES[0], run=run), batch)
    assert report.ran == [ids[2]]
    assert list(report.dead) == [ids[1]]
    assert states(app, ids)[ids[0]] == "working"


def test_a_stage_that_hangs_on_a_document_is_killed(make_pipeline: Callable[..., Pipeline]) -> None:
    limited = WorkerProcesses(load_settings(stage_workers=2, stage_timeout_s=1))
    app = make_pipeline(workers=limited)
    ids = documents(app, 3)
    stage = STAGES[0]

    def run(ctx: Any, document: Document, data: Any) -> Any:
        return partial(time.sleep, 60) if document.document_id == ids[1] else stage.run(ctx, document, data)

    batch = app.claim(ids)
    started = time.monotonic()
    with app.claim.released(batch):
        report = app.run_stage(replace(stage, run=run), batch)
    assert time.monotonic() - started < 20
    assert report.ran == [ids[0], ids[2]]
    assert report.dead[ids[1]].code == "stage_timeout"
    limited.close()


def test_a_statement_that_hangs_is_stopped(make_pipeline: Callable[..., Pipeline]) -> None:
    app = make_pipeline(changes={"statement_timeout_s": 0.2})
    with pytest.raises(StatementTimeoutError), app.open_uow() as uow:
        uow.session.connection.execute("SELECT pg_sleep(30)")


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage.before], ids=lambda stage: stage.name)
@pytest.mark.parametrize("error", [IllegalMoveError("it has moved on"), DataRejectedError("the rows are refused")])
def test_what_fails_at_a_gate_stops_one_document(app: Pipeline, stage: Stage, error: PipelineError) -> None:
    ids = documents(app, 3)
    batch, _ = app.run_through(app.claim(ids), until=STAGES[STAGES.index(stage) - 1].name)
    open_uow = app.open_uow
    broken = replace(app.pass_gate, open_uow=lambda: Failing(open_uow(), ids[1], error))
    assert stage.before
    with app.claim.released(batch):
        batch = broken(stage.before, batch)
    assert set(batch.document_ids) == {ids[0], ids[2]}
    assert states(app, ids)[ids[1]] == ("retryable" if isinstance(error, ConflictError) else "deadletter")


class Failing:
    """A unit of work whose gate refuses one document."""

    def __init__(self, uow: Any, bad: DocumentId, error: PipelineError) -> None:
        self._uow, self._bad, self._error = uow, bad, error

    def __enter__(self) -> Any:
        uow = self._uow.__enter__()
        for part, name in ((uow.staging, "undecided"), (uow.staging, "approve_pending")):
            self._guard(part, name)
        return uow

    def _guard(self, part: Any, name: str) -> None:
        function = getattr(part, name)

        def guarded(ids: Sequence[DocumentId], **options: Any) -> Any:
            if self._bad in ids:
                raise self._error
            return function(ids, **options)

        setattr(part, name, guarded)

    def __exit__(self, *error: Any) -> Any:
        return self._uow.__exit__(*error)


@pytest.mark.parametrize(
    ("error", "alone", "together"),
    [
        (CorruptDocumentError("it is broken"), "deadletter", "retryable"),
        (ConflictError("somebody was first"), "retryable", "retryable"),
        (ServiceUnavailableError("it is away"), "retryable", "retryable"),
        (RuntimeError("nobody foresaw this"), "deadletter", "retryable"),
    ],
)
def test_what_ends_a_run_is_held_against_nobody_but_its_own(
    app: Pipeline, error: Exception, alone: str, together: str
) -> None:
    for expected, ids in ((alone, documents(app, 1)), (together, documents(app, 2))):
        batch = app.claim(ids)
        with pytest.raises(type(error)), app.claim.released(batch):
            raise error
        assert set(states(app, ids).values()) == {expected}
