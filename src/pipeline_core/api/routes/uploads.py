"""Uploading a document."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from pipeline_core.api.correlation import as_correlation_id
from pipeline_core.api.deps import Services, TheSettings
from pipeline_core.api.multipart import FORM_BODY, receive_file
from pipeline_core.api.problems import responses
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.services.receive_upload import spool

router = APIRouter(tags=["uploads"])
PATH = "/api/v2/upload"


class UploadAnswer(BaseModel):
    """Where the document and its job are."""

    document_id: UUID
    job_id: UUID
    filename: str = Field(description="The name as it is kept")
    is_new: bool = Field(description="False when the same bytes had been uploaded before: nothing was added")
    state: JobState
    status_url: str
    review_url: str


@router.post(
    PATH,
    operation_id="upload_document",
    status_code=202,
    response_model=UploadAnswer,
    summary="Upload a document",
    openapi_extra=FORM_BODY,
    responses={
        200: {"model": UploadAnswer, "description": "The same bytes were there already"},
        **responses(401, 408, 413, 415, 422, 429, 503),
    },
)
async def upload_document(
    request: Request, response: Response, services: Services, settings: TheSettings
) -> UploadAnswer:
    """Take one document in. Its job is in the queue when this answers; the same bytes again name the document that
    is there."""
    with spool() as file:
        upload = await receive_file(request, file, max_bytes=settings.max_file_bytes)
        uploaded = await run_in_threadpool(
            services.receive_upload, upload, user_id=services.user_id, correlation_id=as_correlation_id(request)
        )
    job = uploaded.job
    if uploaded.is_new:
        await run_in_threadpool(request.app.state.ask_for_run)
    else:
        response.status_code = 200
    return UploadAnswer(
        document_id=job.document_id,
        job_id=job.job_id,
        filename=job.filename,
        is_new=uploaded.is_new,
        state=job.state,
        status_url=str(request.url_for("get_job", job_id=job.job_id).path),
        review_url=f"/review-matching/{job.job_id}",
    )
