"""Files of stages: what the database points at is never changed, whoever writes meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline_core.bootstrap import Pipeline
from pipeline_core.domain.documents import Document
from pipeline_core.domain.errors import LeaseLostError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.jobs import WrittenFile
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.stages.registry import BY_NAME
from tests.support.through import MANUAL, needs_work, publish, receive, through, upload

MakePipeline = Callable[..., Pipeline]


def quotes_stand(app: Pipeline, document_id: DocumentId) -> int:
    """How many published facts there are, each of which stands at its offsets of the published text."""
    exported = app.views.export(app.realm_id, document_id)
    text = app.store.get(exported["published_path"], sha256=exported["published_sha256"]).decode()
    for row in exported["facts"]:
        assert row["char_from"] == row["evidence"][0]["char_from"]
        for span in row["evidence"]:
            assert text[span["char_from"] : span["char_to"]] == span["quote"]
    for row in exported["chunks"]:
        assert text[row["char_from"] : row["char_to"]] == row["text"]
    return len(exported["facts"])


def test_a_rerun_that_parks_leaves_the_published_text_as_it_is(make_pipeline: MakePipeline) -> None:
    """The text changes under other settings, and waits for a person: what is published still quotes the old one."""
    ragged = "\n\n\n\n".join(line for line in MANUAL.splitlines() if line)
    [document_id] = publish(make_pipeline(), upload(text=ragged))
    app = make_pipeline(changes={"optimizer_enabled": False, "workflow": "manual"})
    published = quotes_stand(app, document_id)
    with app.open_uow() as uow:
        uow.session.connection.execute("UPDATE processing_workflows SET workflow_type = 'manual'")
        uow.session.connection.execute("UPDATE upload_jobs SET stage2_completed_at = NULL")
        uow.commit()

    needs_work(app, receive(app, upload(text=ragged)))
    through(app, [document_id])

    [row] = app.views.jobs(app.realm_id)
    assert (row["state"], row["stage"]) == ("awaiting_review", "matching_review")
    assert quotes_stand(app, document_id) == published > 0


def test_a_worker_without_its_lease_changes_no_file_and_no_row(app: Pipeline) -> None:
    [document_id] = publish(app, upload())
    before = app.views.export(app.realm_id, document_id)["files"]
    app.retry(document_id, from_stage=StageName.MARKDOWN_OPTIMIZER, by="test")
    stage = BY_NAME[StageName.MARKDOWN_OPTIMIZER]

    def run(ctx: Any, document: Document, data: Any) -> Any:
        with app.open_uow() as uow:
            uow.session.connection.execute("UPDATE upload_jobs SET lease_token = gen_random_uuid()")
            uow.commit()
        result = stage.run(ctx, document, data)()  # type: ignore[operator]
        return replace(result, outputs=tuple(replace(o, data=b"the work of another time") for o in result.outputs))

    batch = app.claim([document_id])
    with app.claim.released(batch):
        report = app.run_stage(replace(stage, run=run), batch)

    assert (report.ran, report.dead, report.retry) == ([], {}, {})
    assert app.views.export(app.realm_id, document_id)["files"] == before
    for file in before:
        assert len(app.store.get(file["file_path"], sha256=file["checksum"])) == file["file_size"]


def test_the_row_of_a_file_is_written_under_the_lease_or_not_at_all(app: Pipeline) -> None:
    [document_id] = needs_work(app, receive(app, upload()))
    batch = app.claim([document_id])
    with app.open_uow() as uow:
        [job] = uow.jobs.held(batch.lease, [document_id])
        row = WrittenFile(job.document, "markdown", "documents/x", "0" * 64, 1, "text/markdown", {})
        uow.session.connection.execute("UPDATE upload_jobs SET lease_token = gen_random_uuid()")
        with pytest.raises(LeaseLostError):
            uow.stages.put_outputs(StageName.MARKDOWN_CONVERSION, [row], lease=batch.lease)


def test_a_file_keeps_its_plain_name(app: Pipeline) -> None:
    [document_id] = publish(app, upload("manual.md"))
    names = {
        f["file_type"]: f["file_path"].rsplit("/", 1)[1] for f in app.views.export(app.realm_id, document_id)["files"]
    }
    assert names["optimized_markdown"] == "manual.opt.md"
    assert names["chunks_json"] == "manual.chunks.json"


def test_the_published_text_is_forgotten_with_the_publication(app: Pipeline) -> None:
    [old] = publish(app, upload(source="file:///manual.md"))
    publish(app, upload(text=MANUAL + "\nThe chimney is swept every 6 months.\n", source="file:///manual.md"))
    exported = app.views.export(app.realm_id, old)
    assert (exported["published_at"], exported["published_path"], exported["published_sha256"]) == (None, None, None)
