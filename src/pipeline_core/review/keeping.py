"""A document whose last file has vanished stays in production, because a person says so."""

from pipeline_core.domain.errors import AlreadyDecidedError
from pipeline_core.domain.wording import dated
from pipeline_core.review.decisions import Decided
from pipeline_core.review.document_scope import DocumentScope

CODE = "vanished_kept"


def keep(scope: DocumentScope) -> Decided:
    """Record that the document stays, until it has a file again.

    Raises:
        AlreadyDecidedError: no file of it has vanished, or it was decided about; says who decided what and when.
    """
    scope.refuse_parked()
    uow, document_id, name = scope.uow, scope.document_id, scope.summary.filename
    row = next(iter(uow.sources.vanished(scope.by.realm_id, document_id=document_id)), None)
    if row is None or not scope.summary.is_published:
        raise AlreadyDecidedError(f"{name} is in no doubt: no source has lost it while it is published.")
    if not uow.sources.decide_vanishings([document_id], "keep", scope.by):
        at = f" on {dated(row.decided_at)}" if row.decided_at else ""
        raise AlreadyDecidedError(f"{row.decided_by} decided “{row.decision}” about {name}{at}.")
    scope.log(CODE, source=row.source, file=row.name)
    return Decided(document_id, scope.summary.state, f"{name} stays published, though its file has vanished")
