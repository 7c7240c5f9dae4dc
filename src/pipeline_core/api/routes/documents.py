"""Documents: what is known of them, their stages and their files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO, cast
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from pipeline_core.api.deps import InEachRealm, Services, ThePipeline, ToContribute
from pipeline_core.api.document_filters import FilterOfQuery
from pipeline_core.api.exporting import export_answer
from pipeline_core.api.head import IS_HEAD
from pipeline_core.api.pagination import Page, PageCursor
from pipeline_core.api.problems import responses
from pipeline_core.api.ranges import content_range, is_known, is_of, parse_range
from pipeline_core.api.routes.jobs import RetryAnswer
from pipeline_core.api.routes.search import AsOf
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.moments import moment_of
from pipeline_core.domain.rows.documents import Document, DocumentFile, ListedDocument
from pipeline_core.domain.rows.jobs import StageTiming
from pipeline_core.services.export_formats import FORMATS, Format

router = APIRouter(prefix="/api/v2/documents", tags=["documents"])
_IN_MEMORY = 1024 * 1024
_BLOCK = 256 * 1024


class StageFile(BaseModel):
    """A file that a stage left; the original is a file of ``ingest``."""

    stage_name: StageName
    file_type: str
    name: str
    size: int = Field(description="Bytes")
    mime_type: str
    sha256: str
    created_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class DocumentStage(StageTiming):
    """One stage of a document."""

    available: Annotated[bool, Field(description="It can be run now, by `POST …/stages/{stage}/run`")]
    next: Annotated[bool, Field(description="It is the next stage")]


class DocumentPage(Page[ListedDocument]):
    """Some of the documents, and how many match in all."""

    total: int = Field(description="The number of documents that match, on all pages")


@router.get("", summary="List documents", response_model=DocumentPage)
def list_documents(realms: InEachRealm, cursor: PageCursor, matching: FilterOfQuery) -> dict[str, Any]:
    """Documents of the realms that match all filters, newest first, each with the position of its newest job."""
    realm_ids = [one.realm_id for one in realms]
    views = realms[0].views
    rows = views.documents_page(realm_ids, matching, before=cursor.before, limit=cursor.limit + 1)
    page = cursor.page(rows, lambda row: (row.created_at, row.document_id))
    return {**page, "total": views.documents_total(realm_ids, matching)}


@router.get("/{document_id}", summary="Get a document")
def get_document(document_id: UUID, services: Services) -> Document:
    """One document."""
    return services.views.document(DocumentId(document_id))


@router.get("/{document_id}/stages", summary="List a document's stages", response_model=list[DocumentStage])
def list_stages(document_id: UUID, services: Services) -> list[dict[str, object]]:
    """Every stage in its order, with status, times, tries, cost and error, and whether it can be run now."""
    now = services.single_stage.look(DocumentId(document_id))
    rows = services.views.stages(DocumentId(document_id))
    return [{**row, "available": row.stage_name in now.stages, "next": row.stage_name == now.next} for row in rows]


@router.post(
    "/{document_id}/stages/{stage}/run", status_code=202, summary="Run one stage alone", responses=responses(409)
)
def run_stage(document_id: UUID, stage: StageName, request: Request, services: ToContribute) -> RetryAnswer:
    """Have this stage run by itself, on what the stages before it recorded; behind it the document stops.

    `GET …/stages` says which can be run now (`available`) and which comes `next`. A gate before the stage is passed as
    ever: where a person has to decide, the document waits for that. Once stopped, run the next stage, or let the
    document go on with `POST /api/v2/jobs/{job_id}/retry`. That takes a finished one through again, too.
    """
    job_id = services.single_stage.execute_stage(DocumentId(document_id), stage, by=services.person.shown)
    request.app.state.ask_for_run()
    return RetryAnswer(
        job_id=job_id,
        document_id=document_id,
        status_url=str(request.url_for("get_job", job_id=job_id).path),
    )


@router.get("/{document_id}/files", summary="List a document's files")
def list_files(document_id: UUID, request: Request, services: Services) -> list[StageFile]:
    """The original and what every stage made of it."""
    services.views.document(DocumentId(document_id))
    return [_shown(row, document_id, request) for row in services.views.files(DocumentId(document_id))]


@router.get(
    "/{document_id}/files/{stage}/{name}",
    summary="Download a file",
    response_class=Response,
    responses={
        200: {"description": "The file", "content": {"application/octet-stream": {}}},
        206: {"description": "The part that `Range` requests", "content": {"application/octet-stream": {}}},
        304: {"description": "`If-None-Match` names this content"},
        **responses(410, 416, 503),
    },
)
def download_file(
    document_id: UUID,
    stage: StageName,
    name: str,
    request: Request,
    services: Services,
    pipeline: ThePipeline,
    range_header: Annotated[str | None, Header(alias="Range", max_length=200)] = None,
    if_none_match: Annotated[str | None, Header(max_length=500)] = None,
    if_range: Annotated[str | None, Header(max_length=200, description="`Range` only of this version")] = None,
) -> Response:
    """One file of the document, its checksum verified before the first byte is sent. It leaves the event
    ``file_downloaded``; parts of one file that are asked for within an hour leave one."""
    services.views.document(DocumentId(document_id))
    file = named_file(services.views.files(DocumentId(document_id)), stage, name)
    etag = f'"{file.sha256}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "private, no-cache",
        # what somebody uploaded is never a page of ours
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if is_known(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    wanted = parse_range(range_header, file.size) if is_of(if_range, etag) else None
    content = cast("BinaryIO", SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115
    try:
        pipeline.store.get_file(file.key, content, sha256=file.sha256)
        if not request.scope.get(IS_HEAD):
            services.record_download(
                DocumentId(document_id),
                file,
                realm_id=services.realm_id,
                by=services.person,
                is_part=wanted is not None,
            )
    except BaseException:
        content.close()
        raise
    start, end = wanted or (0, file.size)
    headers["Content-Length"] = str(end - start)
    if wanted:
        headers["Content-Range"] = content_range(start, end, file.size)
    return StreamingResponse(
        blocks(content, start, end), 206 if wanted else 200, headers=headers, media_type=file.mime_type
    )


@router.get(
    "/{document_id}/export",
    summary="Export a document as published",
    response_class=Response,
    responses={
        200: {
            "description": "The document, with its chunks and facts",
            "content": {one.mime_type: {} for one in FORMATS.values()},
        },
        **responses(422),
    },
)
def export_document(
    document_id: UUID,
    request: Request,
    services: Services,
    form: Annotated[
        Format, Query(alias="format", description="`jsonl`: one record per line; `csv`: facts only")
    ] = Format.JSON,
    as_of: AsOf = None,
) -> Response:
    """Chunks and facts with their evidence, all of one moment. It leaves the event ``document_exported``, and once the
    last byte has left phase 6 of the job is complete; an export by a reader, who changes nothing, or of the past does
    not complete it. With ``as_of``, what stood there then: where the file had other content, that is another document.
    """
    moment = None if as_of is None else moment_of(as_of)
    return export_answer(
        services, DocumentId(document_id), form, is_head=bool(request.scope.get(IS_HEAD)), as_of=moment
    )


def blocks(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while start < end and (block := file.read(min(_BLOCK, end - start))):
            start += len(block)
            yield block


def named_file(files: list[DocumentFile], stage: StageName, name: str) -> DocumentFile:
    """By the name in the list, never by a path: nothing outside the document's own files can be reached."""
    for file in files:
        if (file.stage, file.name) == (stage, name):
            return file
    raise NotFoundError(f"The document has no file {name[:100]!r} of {stage}.", action="See the list of its files.")


def _shown(file: DocumentFile, document_id: UUID, request: Request) -> StageFile:
    url = request.url_for("download_file", document_id=document_id, stage=file.stage, name=quote(file.name, safe=""))
    return StageFile(**file, stage_name=file.stage, name=file.name, url=url.path)
