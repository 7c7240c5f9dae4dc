"""A published document as an answer: on record before it leaves, and phase 6 complete once it has left."""

from datetime import datetime
from urllib.parse import quote

from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask
from starlette.responses import Response

from pipeline_core.bootstrap import UserServices
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.realms import Role
from pipeline_core.domain.rows.exported import ExportedDocument
from pipeline_core.services.export_formats import FORMATS, Format


def export_answer(
    services: UserServices,
    document_id: DocumentId,
    form: Format,
    *,
    is_head: bool = False,
    as_of: datetime | None = None,
) -> Response:
    """Return the document as a file. Of a HEAD request nothing leaves, and nothing is recorded.

    ``as_of``: as it was published at that moment, which completes nothing.

    Raises:
        NotFoundError, NotPublishedError: as ``ExportDocument.read``.
    """
    if is_head:
        exported, after = services.views.export(services.realm_id, document_id, as_of), None
    else:
        exported = services.export.read(document_id, realm_id=services.realm_id, as_of=as_of)
        after = BackgroundTask(_arrived, services, exported) if as_of is None else None
    name = f"{exported.filename}.{form}"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    kind = FORMATS[form]
    return StreamingResponse(kind.write(exported), headers=headers, media_type=kind.mime_type, background=after)


def _arrived(services: UserServices, exported: ExportedDocument) -> None:
    role = services.realms.require(services.realm_id, Role.READER)
    if role.includes(Role.CONTRIBUTOR):
        services.export.acknowledge(exported, realm_id=services.realm_id)
