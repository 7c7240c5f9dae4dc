"""Uploading documents: one, or several in one request."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool

from pipeline_core.api.auth import CurrentUser
from pipeline_core.api.correlation import as_correlation_id
from pipeline_core.api.deps import RealmName, ThePipeline, TheSettings, services_in
from pipeline_core.api.multipart import REALM_FIELD, Refused, form_body, realm_of_form, receive_form
from pipeline_core.api.problems import Problem, of_refused_files, problem_of, responses
from pipeline_core.bootstrap import UserServices
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.labels import MOST_CHARS, Labels
from pipeline_core.domain.lifecycle import REVIEW_PAGES, JobState, Profile, Workflow
from pipeline_core.domain.realms import Role
from pipeline_core.domain.wished import LOWEST_PRIORITY, NOTHING_WISHED, USUAL_PRIORITY, Wished
from pipeline_core.services.receive_upload import SpooledUpload, Uploaded, spool
from pipeline_core.services.wishes import require_may_wish

router = APIRouter(tags=["uploads"])
PATH = "/api/v2/upload"
_PROBABILITY: TypeAdapter[Any] = TypeAdapter(Annotated[float, Field(ge=0, le=1)])
_LABELS = {
    "tags": {
        "type": "string",
        "maxLength": 1024,
        "description": "Words to sort the documents by, separated by commas or in several fields; a document that is "
        "there already gets them, too",
    },
    "collection": {
        "type": "string",
        "maxLength": MOST_CHARS,
        "description": "The collection that the documents belong to; one that is there already is put into it",
    },
}
_CHOICES: Mapping[str, Mapping[str, Any]] = {
    "publish_from": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "description": "Confidence from which a fact is published without review (default: as the installation is set)",
    },
    "ask_from": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "description": "Confidence from which a person is asked about a fact that is not published without review; "
        "facts below it are left out. Not above `publish_from`",
    },
    "workflow": {
        "type": "string",
        "enum": list(Workflow),
        "description": "`manual`: a person looks at every version of these documents; `automatic`, which is for "
        "reviewers to choose: only where something has to be decided (default: as the installation is set)",
    },
    "profile": {
        "type": "string",
        "enum": list(Profile),
        "description": "`deep`, which is for reviewers to choose: read with the settings of a deep scan from the first "
        "run on (default: `standard`)",
    },
    "priority": {
        "type": "integer",
        "minimum": LOWEST_PRIORITY,
        "maximum": USUAL_PRIORITY,
        "description": "Below 0: taken from the queue when nothing of a higher priority is left (default: 0)",
    },
}
_READ: Mapping[str, TypeAdapter[Any]] = {
    "publish_from": _PROBABILITY,
    "ask_from": _PROBABILITY,
    # as the command line takes them
    "workflow": TypeAdapter(Annotated[Workflow, BeforeValidator(str.lower)]),
    "profile": TypeAdapter(Annotated[Profile, BeforeValidator(str.lower)]),
    "priority": TypeAdapter(Annotated[int, Field(ge=LOWEST_PRIORITY, le=USUAL_PRIORITY)]),
}


class KeptChoice(BaseModel):
    """A choice that a known document keeps as it is."""

    choice: Literal["thresholds", "workflow", "profile", "priority"]
    why: str
    action: str = Field(description="What to do for another one")


class UploadAnswer(BaseModel):
    """An uploaded document and its job."""

    document_id: UUID
    job_id: UUID
    filename: str = Field(description="The name as stored")
    is_new: bool = Field(description="False when the same bytes had been uploaded before: nothing was added")
    state: JobState
    choices_kept: list[KeptChoice] = Field(
        description="What a known document keeps though this upload asks for something else; empty if all of it applies"
    )
    status_url: str
    review_url: str


class FileAnswer(BaseModel):
    """The result for one of several files."""

    filename: str = Field(description="The name as it was sent")
    outcome: Literal["queued", "known", "refused"] = Field(
        description="`queued`: a new document; `known`: the same bytes were there; `refused`: not accepted"
    )
    upload: UploadAnswer | None = Field(description="Its document and job; null if it was refused")
    problem: Problem | None = Field(description="Why it was refused, and what to do")


class UploadsAnswer(BaseModel):
    """The results for several files, in their order."""

    queued: int
    known: int
    refused: int
    files: list[FileAnswer]


@router.post(
    PATH,
    status_code=202,
    response_model=UploadAnswer | UploadsAnswer,
    summary="Upload documents",
    openapi_extra=form_body(of_many=True, fields={**_CHOICES, **_LABELS, **REALM_FIELD}),
    responses={
        200: {"model": UploadAnswer | UploadsAnswer, "description": "The same bytes were there already"},
        **responses(408, 413, 415, 503),
    },
)
async def upload_document(
    request: Request,
    response: Response,
    pipeline: ThePipeline,
    user: CurrentUser,
    settings: TheSettings,
    realm: RealmName = None,
) -> UploadAnswer | UploadsAnswer | Response:
    """Take documents in: the part `file`, as often as there are files. Their jobs are in the queue when this answers;
    the same bytes again name the document that is there.

    One file is answered for itself. Several are answered one by one: a file that is refused does not hold the others,
    and a problem is answered only if none was taken. The limit of active jobs is looked at once, for all of them.

    `publish_from` and `ask_from` say for these documents what becomes of a fact by its confidence, in every run of
    theirs; `workflow`, `profile` and `priority` how they are processed. A document that is there already is queued
    again for other thresholds if it is published, and has another workflow from its next gate on; `choices_kept` says
    what it keeps, and why. `tags` and `collection` are what people sort documents by; they are shown with each."""
    with ExitStack() as files:
        form = await receive_form(
            request,
            lambda: files.enter_context(spool()),
            max_bytes=settings.max_file_bytes,
            max_files=settings.api_max_upload_files,
            fields=[*_CHOICES, *_LABELS, *REALM_FIELD],
        )
        named = realm_of_form(realm, form.fields)

        def take_all() -> list[Uploaded | Refused]:
            services = services_in(pipeline, user, request, named, Role.CONTRIBUTOR)
            wished = read_wished(form.fields)
            wished.over(settings.policy)
            labels = Labels.of([form.fields.get("tags", "")], form.fields.get("collection"))
            done = take(request, services, form.files, wished, labels)
            if any(isinstance(one, Uploaded) and (one.is_new or one.is_again) for one in done):
                request.app.state.ask_for_run()
            return done

        taken = await run_in_threadpool(take_all)
        arrived = form.files
    uploaded = [one for one in taken if isinstance(one, Uploaded)]
    if uploaded and not any(one.is_new for one in uploaded):
        response.status_code = 200
    if len(taken) == 1:
        [only] = taken
        if isinstance(only, Refused):
            raise only.error
        return _upload(request, only)
    refused = [(one.filename, one.error) for one in taken if isinstance(one, Refused)]
    if len(refused) == len(taken):
        return of_refused_files(refused, request)
    shown = [_file(request, sent, one) for sent, one in zip(arrived, taken, strict=True)]
    outcomes = [one.outcome for one in shown]
    return UploadsAnswer(
        queued=outcomes.count("queued"), known=outcomes.count("known"), refused=outcomes.count("refused"), files=shown
    )


def read_wished(fields: Mapping[str, str]) -> Wished:
    """Read from the form how the documents are to be processed; what is empty is left open.

    Raises:
        RequestValidationError: a value is none of those that there are.
    """
    wrong = []
    said: dict[str, Any] = {}
    for name, adapter in _READ.items():
        if not (text := fields.get(name, "").strip()):
            continue
        try:
            said[name] = adapter.validate_python(text)
        except ValidationError as error:
            wrong += [{**found, "loc": ("body", name)} for found in error.errors()]
    if wrong:
        raise RequestValidationError(wrong)
    return Wished(**said)


def take(
    request: Request,
    services: UserServices,
    arrived: Sequence[SpooledUpload | Refused],
    wished: Wished,
    labels: Labels,
) -> list[Uploaded | Refused]:
    """Take each that arrived whole; what is wrong with one says nothing of the next.

    Raises:
        RefusedError, NotPermittedError: the user may not choose what is wished; nothing is taken.
    """
    if wished != NOTHING_WISHED:
        require_may_wish(wished, services.realms.require(services.realm_id, Role.CONTRIBUTOR))
    taken: list[Uploaded | Refused] = []
    is_admitted = False
    for one in arrived:
        if isinstance(one, Refused):
            taken.append(one)
            continue
        try:
            uploaded = services.receive_upload(
                one,
                realm_id=services.realm_id,
                user_id=services.user_id,
                correlation_id=as_correlation_id(request),
                is_admitted=is_admitted,
                wished=wished,
                labels=labels,
            )
        except PipelineError as error:
            taken.append(Refused(one.filename, error))
        else:
            taken.append(uploaded)
            is_admitted = is_admitted or uploaded.is_new
    return taken


def _file(request: Request, sent: SpooledUpload | Refused, one: Uploaded | Refused) -> FileAnswer:
    if isinstance(one, Refused):
        return FileAnswer(
            filename=sent.filename, outcome="refused", upload=None, problem=problem_of(one.error, request)
        )
    outcome: Literal["queued", "known"] = "queued" if one.is_new else "known"
    return FileAnswer(filename=sent.filename, outcome=outcome, upload=_upload(request, one), problem=None)


def _upload(request: Request, uploaded: Uploaded) -> UploadAnswer:
    job = uploaded.job
    return UploadAnswer(
        document_id=job.document_id,
        job_id=job.job_id,
        filename=job.filename,
        is_new=uploaded.is_new,
        state=job.state,
        choices_kept=[KeptChoice.model_validate(one, from_attributes=True) for one in uploaded.choices_kept],
        status_url=str(request.url_for("get_job", job_id=job.job_id).path),
        review_url=REVIEW_PAGES[2].format(job.job_id),
    )
