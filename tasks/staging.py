"""The import of a question bank as tasks."""

from uuid import UUID

from pipeline_core.bootstrap import pipeline
from pipeline_core.domain.ids import BatchId, UserId
from pipeline_core.domain.review import Reviewer
from pipeline_core.services.batch_import import ImportReport
from pipeline_core.tasks.runtime import run_logger
from pipeline_core.tasks.stage_task import retried_task


@retried_task(name="embed-batch")
def embed_batch(batch_id: UUID, user_id: UUID | None, name: str) -> None:
    """Vectors for the approved questions, into the cache; a refused text is named and does not sink the others."""
    for question_id in pipeline().staging.importer.embed(BatchId(batch_id), by=_reviewer(batch_id, user_id, name)):
        run_logger().warning("question %s has no vector; the batch says why", question_id)


@retried_task(name="import-approved")
def import_approved(batch_id: UUID, user_id: UUID | None, name: str) -> ImportReport:
    """The approved questions into production, in one transaction."""
    report = pipeline().staging.import_approved(BatchId(batch_id), by=_reviewer(batch_id, user_id, name))
    run_logger().info(
        "%d imported, %d imported before, %d replaced, %d failed with a reason",
        len(report.imported), report.already, len(report.replaced), len(report.failed),
    )  # fmt: skip
    return report


def _reviewer(batch_id: UUID, user_id: UUID | None, name: str) -> Reviewer:
    """Return the reviewer who imports, in the batch's realm."""
    app = pipeline()
    realm_id = app.staging.realm_of(BatchId(batch_id))
    return Reviewer(realm_id, name, user_id=UserId(user_id) if user_id else app.person.user_id)
