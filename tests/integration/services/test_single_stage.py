"""Stages of a document that are run one at a time, each on what the ones before it recorded."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.client import Client
from pipeline_core.domain.errors import ChecksumMismatchError, NotFoundError, StageNotAvailableError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.stages.registry import STAGES
from pipeline_core.terminal.jobs_table import place_of
from tests.support.through import needs_work, publish, receive, through, upload

MakePipeline = Callable[..., Pipeline]


def new(app: Pipeline) -> DocumentId:
    [document_id] = needs_work(app, receive(app, upload()))
    return document_id


def execute(app: Pipeline, document_id: DocumentId, stage: StageName) -> dict[str, Any]:
    """Ask for the stage and let the next run come by; where the document stands then."""
    app.single_stage.execute_stage(document_id, stage, by="ann")
    batch = app.queue.take(10)
    assert batch.document_ids == (document_id,)
    with app.claim.released(batch):
        app.run_through(batch)
    assert not app.queue.take(10).document_ids
    return app.views.jobs(app.realm_id)[0]


def runs(app: Pipeline, document_id: DocumentId) -> dict[str, int]:
    stages = app.views.job(app.realm_id, app.views.resolve_job(app.realm_id, str(document_id)))["stages"]
    return {row["stage_name"]: row["runs"] for row in stages}


def test_a_document_goes_from_stage_to_stage_as_it_is_asked_to(app: Pipeline) -> None:
    document_id = new(app)
    for at, stage in enumerate(STAGES):
        assert app.single_stage.next_available_stage(document_id) is stage.name
        job = execute(app, document_id, stage.name)
        assert runs(app, document_id) == {one.name: int(STAGES.index(one) <= at) for one in STAGES}
        assert job["state"] == ("done" if stage.publish else "queued")
    assert app.single_stage.next_available_stage(document_id) is None
    assert job["outcome"] == "published"


def test_the_optimizer_may_be_left_out(app: Pipeline) -> None:
    document_id = new(app)
    for stage in (StageName.INGEST, StageName.MARKDOWN_CONVERSION, StageName.CHUNKER):
        execute(app, document_id, stage)
    assert runs(app, document_id)["markdown-optimizer"] == 0
    assert app.single_stage.next_available_stage(document_id) is StageName.FACT_GENERATOR


def test_a_document_that_has_stopped_goes_on_when_it_is_told_to(app: Pipeline) -> None:
    document_id = new(app)
    job = execute(app, document_id, StageName.INGEST)
    assert place_of(job) == "stopped at job validated"
    assert Client(app=app).wait([document_id], timeout_s=5)[0].stage == "job_validated"
    app.retry(document_id, from_stage=None, by="ann")
    batch = app.queue.take(10)
    with app.claim.released(batch):
        app.run_through(batch)
    assert app.views.jobs(app.realm_id)[0]["outcome"] == "published"


def test_a_gate_before_the_stage_holds(make_pipeline: MakePipeline) -> None:
    app = make_pipeline(changes={"workflow": "manual"})
    document_id = new(app)
    for stage in STAGES[:5]:
        execute(app, document_id, stage.name)
    job = execute(app, document_id, StageName.VALIDATION)
    assert (job["state"], job["stage"]) == ("awaiting_review", "matching_review")
    assert runs(app, document_id)["validation"] == 0
    with pytest.raises(StageNotAvailableError, match="waits for a person's decision"):
        app.single_stage.execute_stage(document_id, StageName.VALIDATION, by="ann")


def test_no_stage_is_run_before_what_it_needs(app: Pipeline) -> None:
    document_id = new(app)
    for stage in STAGES[1:]:
        with pytest.raises(StageNotAvailableError, match=r"needs what .* makes") as refused:
            app.single_stage.execute_stage(document_id, stage.name, by="ann")
        assert refused.value.what_to_do == "Run ingest first."


def test_where_no_stage_can_be_run_the_refusal_says_what_to_do(app: Pipeline) -> None:
    document_id = new(app)
    batch = app.claim([document_id])
    with pytest.raises(StageNotAvailableError, match="is being worked on"):
        app.single_stage.execute_stage(document_id, StageName.INGEST, by="ann")
    with app.claim.released(batch):
        app.run_through(batch)
    with pytest.raises(StageNotAvailableError, match="is done") as refused:
        app.single_stage.execute_stage(document_id, StageName.CHUNKER, by="ann")
    assert f"pipeline retry {document_id} --from chunker" in refused.value.what_to_do
    assert "POST /api/v2/jobs" in refused.value.http_what_to_do
    with pytest.raises(NotFoundError):
        app.single_stage.execute_stage(DocumentId(uuid4()), StageName.INGEST, by="ann")
    assert app.single_stage.look(document_id) == ([], None)


def test_of_a_dead_letter_any_stage_that_it_came_to_is_run_on_what_is_recorded(app: Pipeline) -> None:
    document_id = new(app)

    def fail(*_: object) -> None:
        raise ChecksumMismatchError("the object was changed")

    stages = [replace(one, fetch=fail) if one.name is StageName.FACT_GENERATOR else one for one in STAGES]
    batch = app.claim([document_id])
    with app.claim.released(batch):
        app.run_through(batch, stages=stages)
    assert app.views.jobs(app.realm_id)[0]["state"] == "deadletter"
    assert app.single_stage.next_available_stage(document_id) is StageName.FACT_GENERATOR
    execute(app, document_id, StageName.MARKDOWN_OPTIMIZER)
    assert runs(app, document_id)["markdown-optimizer"] == 2
    assert app.single_stage.next_available_stage(document_id) is StageName.CHUNKER
    execute(app, document_id, StageName.CHUNKER)
    # what it reads is as it was
    assert runs(app, document_id)["chunker"] == 1


def test_a_lost_record_is_named(app: Pipeline) -> None:
    document_id = new(app)
    execute(app, document_id, StageName.INGEST)
    execute(app, document_id, StageName.MARKDOWN_CONVERSION)
    with app.open_uow() as uow:
        uow.session.connection.execute("DELETE FROM stage_output_files")
        uow.commit()
    with pytest.raises(StageNotAvailableError, match="needs what markdown-conversion makes"):
        app.single_stage.execute_stage(document_id, StageName.CHUNKER, by="ann")


def test_the_client_runs_a_stage(app: Pipeline) -> None:
    client = Client(app=app)
    document_id = new(app)
    assert client.next_available_stage(document_id) is StageName.INGEST
    assert client.execute_stage(document_id, StageName.INGEST, start=False).state == "queued"
    through(app, [document_id])
    assert client.next_available_stage(document_id) is StageName.MARKDOWN_CONVERSION
    [published] = publish(app, upload("other.md", "# Lamp\n\nThe lamp must be cleaned every 3 weeks by hand.\n"))
    assert client.next_available_stage(published) is None
