"""Files of documents: dropped here, and what the stages made of them to open and download."""

import hashlib
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import Annotated, BinaryIO, cast
from urllib.parse import quote
from uuid import UUID

from fastapi import File, Form, UploadFile
from markupsafe import Markup
from starlette.responses import Response, StreamingResponse

from pipeline_core.api.console.pages.documents import page
from pipeline_core.api.console.routing import advice, console_router
from pipeline_core.api.console.visits import ToContribute, ToLook, Visit
from pipeline_core.api.multipart import Refused
from pipeline_core.api.routes.documents import blocks, named_file
from pipeline_core.api.routes.uploads import read_wished, take
from pipeline_core.domain.chunk_html import marked_html
from pipeline_core.domain.errors import EmptyFileError, FileTooLargeError, RefusedError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.labels import MOST_CHARS, Labels
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.rows.documents import DocumentFile
from pipeline_core.domain.wording import counted
from pipeline_core.services.receive_upload import SpooledUpload, Uploaded, spool

UPLOAD_PATH = "/documents/upload"
router = console_router()
Choice = Annotated[str, Form(max_length=20)]
_IN_MEMORY = 1024 * 1024
_BLOCK = 256 * 1024
_MOST_SHOWN = 200_000
"""Bytes of an output that a page shows; the whole of it can be downloaded."""


@router.post(UPLOAD_PATH)
def upload(
    visit: ToContribute,
    file: Annotated[list[UploadFile], File()],
    workflow: Choice = "",
    profile: Choice = "",
    priority: Choice = "",
    publish_from: Choice = "",
    ask_from: Choice = "",
    tags: Annotated[str, Form(max_length=1024)] = "",
    collection: Annotated[str, Form(max_length=MOST_CHARS)] = "",
) -> Response:
    """Take in files, each by itself: what is refused is named, and holds no other."""
    settings = visit.services.settings
    sent = [one for one in file if one.filename]
    if not sent:
        raise RefusedError("No file was chosen.", action="Choose some, or drop them on the page.")
    if len(sent) > settings.api_max_upload_files:
        most = counted(settings.api_max_upload_files, "file")
        raise RefusedError(
            f"{counted(len(sent), 'file')} were sent, and nothing was taken.", action=f"Send {most} at a time."
        )
    asked = {"workflow": workflow, "profile": profile, "priority": priority, "publish_from": publish_from}
    wished, labels = read_wished({**asked, "ask_from": ask_from}), Labels.of([tags], collection)
    wished.over(settings.policy)
    with ExitStack() as files:
        arrived = [_arrived(one, files, settings.max_file_bytes) for one in sent]
        taken = take(visit.request, visit.services, arrived, wished, labels)
    new = sum(isinstance(one, Uploaded) and one.is_new for one in taken)
    if any(isinstance(one, Uploaded) and (one.is_new or one.is_again) for one in taken):
        visit.request.app.state.ask_for_run()
    refused = sum(isinstance(one, Refused) for one in taken)
    if not refused and not any(isinstance(one, Uploaded) and one.choices_kept for one in taken):
        return visit.go("/documents", said=_said(new, len(taken) - new))
    return page(visit, {}, outcomes=[_outcome(one) for one in taken])


def _outcome(one: Uploaded | Refused) -> tuple[str, str, str]:
    if isinstance(one, Refused):
        return one.filename, "Refused", f"{one.error.page_message} {advice(one.error)}".strip()
    kept = " ".join(f"It keeps its {kept.choice}: {kept.why}. {kept.action}" for kept in one.choices_kept)
    return one.job.filename, "Taken in" if one.is_new else "Known", kept


def _arrived(file: UploadFile, files: ExitStack, max_bytes: int) -> SpooledUpload | Refused:
    name, digest, size = file.filename or "", hashlib.sha256(), 0
    target = files.enter_context(spool())
    while block := file.file.read(_BLOCK):
        size += len(block)
        if size > max_bytes:
            return Refused(name, FileTooLargeError(f"The file has more than {max_bytes:,} bytes.", where=name))
        digest.update(block)
        target.write(block)
    if not size:
        return Refused(name, EmptyFileError(where=name))
    target.flush()
    return SpooledUpload(name, target, size, digest.hexdigest())


def _said(new: int, known: int) -> str:
    told = [counted(new, "document was", "documents were") + " taken in"] if new else []
    told += [counted(known, "file was", "files were") + " there already"] if known else []
    return f"{'; '.join(told)}."


@router.get("/documents/{document_id}/files/{stage}/{name}")
def download(document_id: UUID, stage: StageName, name: str, visit: ToLook) -> Response:
    """Download a file of a document; it is on record."""
    file, content = _content(visit, DocumentId(document_id), stage, name)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Length": str(file.size),
        "Cache-Control": "private, no-cache",
        # what somebody uploaded is never a page of ours
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return StreamingResponse(blocks(content, 0, file.size), headers=headers, media_type=file.mime_type)


@router.get("/documents/{document_id}/outputs/{stage}/{name}")
def output(document_id: UUID, stage: StageName, name: str, visit: ToLook) -> Response:
    """Show the beginning of what a stage made: markdown rendered, everything else as it is."""
    file, content = _content(visit, DocumentId(document_id), stage, name, is_part=True)
    with content:
        text = content.read(_MOST_SHOWN).decode("utf-8", "replace")
    is_markdown = "markdown" in file.file_type or file.mime_type == "text/markdown"
    document = visit.services.views.document(DocumentId(document_id))
    return visit.page(
        "output.html",
        section="Documents",
        document=document,
        file=file,
        # nothing in what marked_html makes is active: it is tried against hostile documents
        shown=Markup(marked_html(text, ())) if is_markdown else None,
        text=text,
        is_cut=file.size > _MOST_SHOWN,
    )


def _content(
    visit: Visit, document_id: DocumentId, stage: StageName, name: str, *, is_part: bool = False
) -> tuple[DocumentFile, BinaryIO]:
    """The file and its content, which is on record; looking at parts of it within an hour is so once."""
    services = visit.services
    file = named_file(services.views.files(document_id), stage, name)
    content = cast("BinaryIO", SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115
    try:
        services.pipeline.store.get_file(file.key, content, sha256=file.sha256)
        services.record_download(document_id, file, realm_id=services.realm_id, by=services.person, is_part=is_part)
        content.seek(0)
    except BaseException:
        content.close()
        raise
    return file, content
