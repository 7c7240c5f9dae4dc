"""fact-generator where no facts are asked for: the ledger says so of every chunk, and none is read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipeline_core.domain.documents import Document
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.jobs import HeldJob, JobSummary, is_scan
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.ports.fact_generator import AsksNothing
from pipeline_core.stages.base import Fetched, StageContext, StageInput
from pipeline_core.stages.inputs import for_each, require

if TYPE_CHECKING:
    from pipeline_core.db.unit_of_work import UnitOfWork


REPORT: dict[str, Any] = {"facts": 0, "asked": "no facts were asked for"}
"""The stage's report."""


def asks_nothing(ctx: StageContext) -> bool:
    """Return whether the settings want passages and vectors only."""
    return isinstance(ctx.generator, AsksNothing)


def fetch(uow: "UnitOfWork", jobs: Sequence[HeldJob | JobSummary]) -> Fetched[None]:
    """Only which chunks there are: others that take their place have to say the same."""
    ids = [job.document_id for job in jobs]
    outputs = uow.stages.outputs(ids, ["chunks_json"])

    def read(document_id: DocumentId) -> StageInput[None]:
        return StageInput((require(outputs.get(document_id, {}), "chunks_json").checksum,), None)

    return for_each(ids, read)


def save(ctx: StageContext, uow: "UnitOfWork", documents: Sequence[Document]) -> None:
    """Facts that were found under other settings go, but for those that people have decided about; of a document that
    is scanned again all stay, for a scan adds to what there is."""
    ids = [document.document_id for document in documents]
    uow.staging.lock_matching_of_staged(ids)
    uow.staging.ask_nothing(ids)
    uow.stages.drop_outputs(StageName.FACT_GENERATOR, ids)
    staged = {row.document_id for row in uow.staging.staged_before(ids)}
    scanned = [one for one in documents if is_scan(ctx.profile, one.document_id, one.job_id)]
    for document in scanned:
        uow.deep_scans.add_questions(document, [])
    if others := [one for one in documents if one.document_id in staged and one not in scanned]:
        uow.staging.replace_questions(others, [])
