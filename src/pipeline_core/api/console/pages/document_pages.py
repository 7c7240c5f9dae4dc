"""Pages of documents: their pictures, and one page with all the facts that it proves."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Header, Path
from starlette.responses import Response

from pipeline_core.api.console.evidence import PageShown, facts_of_page, image_url, quote_on_page, rail_of
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.visits import ToLook, Visit, is_htmx
from pipeline_core.api.ranges import is_known
from pipeline_core.api.routes.evidence import IMAGE_HEADERS
from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.page_views import ImageKind

router = console_router()
PageNumber = Annotated[int, Path(ge=1, le=1_000_000)]
IfNoneMatch = Annotated[str | None, Header(max_length=500)]


@router.get("/documents/{document_id}/pages/{page}.small.webp")
def small_image(document_id: UUID, page: PageNumber, visit: ToLook, if_none_match: IfNoneMatch = None) -> Response:
    """Return a page's picture in a size by which pages are told apart."""
    return _image(visit, document_id, page, ImageKind.SMALL, if_none_match)


@router.get("/documents/{document_id}/pages/{page}.webp")
def image(document_id: UUID, page: PageNumber, visit: ToLook, if_none_match: IfNoneMatch = None) -> Response:
    """Return a page's picture."""
    return _image(visit, document_id, page, ImageKind.WEBP, if_none_match)


@router.get("/documents/{document_id}/pages/{page}")
def document_page(document_id: UUID, page: PageNumber, visit: ToLook, fact: UUID | None = None) -> Response:
    """Show a page with the boxes of all facts that it proves, and the quote of one of them marked."""
    original = visit.services.views.original(DocumentId(document_id))
    shown, marks = visit.services.evidence.on_page(DocumentId(document_id), page)
    facts = facts_of_page(marks, page, lambda fact_id: f"/facts/{fact_id}")
    drawn = PageShown(
        page,
        shown.width,
        shown.height,
        image_url(document_id, page),
        f"0 0 {shown.width:g} {shown.height:g}",
        f"Page {page} with the places of its facts",
        quote_on_page(visit, document_id, fact, page) if fact else (),
        facts,
    )
    # beside a fact it is shown with the pages about it, from which one goes on
    small_pages = rail_of(document_id, original.pages, [page]) if is_htmx(visit.request) else []
    return visit.page(
        "document_page.html",
        section="Documents",
        original=original,
        page=drawn,
        facts=facts,
        small_pages=small_pages,
        fact_id=fact,
    )


@router.get("/documents/{document_id}/original/{name}")
def original(document_id: UUID, name: str, visit: ToLook) -> Response:
    """Hand out the file as it was uploaded; it is on record that it left."""
    services = visit.services
    files = services.views.files(DocumentId(document_id))
    file = next((one for one in files if one.file_type == "original" and one.name == name), None)
    if file is None:
        raise NotFoundError("There is no such file.")
    data = services.pipeline.store.get(file.key, sha256=file.sha256)
    services.record_download(DocumentId(document_id), file, realm_id=services.realm_id, by=services.person)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "private, no-cache",
        # what somebody uploaded is never a page of ours
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(data, headers=headers, media_type=file.mime_type)


def _image(visit: Visit, document_id: UUID, page: int, kind: ImageKind, if_none_match: str | None) -> Response:
    etag = visit.services.evidence.etag(DocumentId(document_id), page, kind)
    headers = {"ETag": etag, **IMAGE_HEADERS}
    if is_known(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    made = visit.services.evidence.image(DocumentId(document_id), page, kind)
    return Response(made, headers=headers, media_type=kind.mime)
