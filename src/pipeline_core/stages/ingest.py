"""ingest: the stored original is what was uploaded, and is of a type that is read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline_core.domain.documents import Document
from pipeline_core.domain.errors import (
    ChecksumMismatchError,
    FileTooLargeError,
    ObjectNotFoundError,
    OriginalMissingError,
)
from pipeline_core.domain.filetypes import detect
from pipeline_core.domain.jobs import HeldJob
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.stages.base import Fetched, Stage, StageContext, StageInput, StageResult

if TYPE_CHECKING:
    from pipeline_core.db.unit_of_work import UnitOfWork


def fetch(_ctx: StageContext, _uow: "UnitOfWork", jobs: Sequence[HeldJob]) -> Fetched[None]:
    return {job.document_id: StageInput((job.document.file_sha256,), None) for job in jobs}


def run(ctx: StageContext, document: Document, _data: None) -> StageResult[None]:
    if document.bytes_len > ctx.settings.max_file_bytes:
        raise FileTooLargeError(
            f"{document.filename} has {document.bytes_len:,} bytes; the limit is {ctx.settings.max_file_bytes:,}."
        )
    try:
        data = ctx.store.get(document.raw_path, sha256=document.file_sha256)
    except ObjectNotFoundError as error:
        raise OriginalMissingError(f"The original of {document.filename} is not in the object store.") from error
    except ChecksumMismatchError as error:
        raise ChecksumMismatchError(
            f"The original of {document.filename} in the object store is not what was handed in.",
            action=OriginalMissingError.action,
            http_action=OriginalMissingError.http_action,
        ) from error
    kind = detect(data, document.stored_name)
    return StageResult(None, report={"bytes": len(data), "type": kind.label})


STAGE = Stage(
    name=StageName.INGEST,
    version="1",
    fetch=fetch,
    run=run,
    config=lambda ctx: {"max_file_bytes": ctx.settings.max_file_bytes},
)
