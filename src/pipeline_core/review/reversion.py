"""A version of a document is to come back: whose it is, what would come and go, and what stands in its way."""

from dataclasses import replace

from pipeline_core.domain.errors import (
    AlreadyDecidedError,
    BeingErasedError,
    NotFoundError,
    NotPublishedError,
    RefusedError,
)
from pipeline_core.domain.lifecycle import JobStage, JobState, Outcome
from pipeline_core.domain.rows.versions import Resembling, Reverting
from pipeline_core.domain.staging import Pair
from pipeline_core.domain.wording import counted
from pipeline_core.review.document_scope import DocumentScope
from pipeline_core.review.resembling import left_out_by, pairs_of_version

_REST = "Let it come to rest, or reject what waits; then revert it."


def foresee(scope: DocumentScope, number: int) -> Reverting:
    """Return what would come and go, and change nothing.

    Raises:
        NotFoundError: the document has no such version, nor has earlier content of the same file.
        NotPublishedError: it is not in production.
        AlreadyDecidedError: a decision about it is parked, or it is on its way.
        BeingErasedError: the content that has the version is being erased.
        RefusedError: production says so now, the version was compared by an older version of this software or is not
            remembered whole any more, or the file is not where its earlier content was.
    """
    holder = holder_of(scope, number)
    found = foresee_of(scope, holder, number)
    pairs, undecided = pairs_of(scope, holder, number)
    return replace(found, elsewhere=found.elsewhere + left_out_by(pairs), undecided=undecided)


def pairs_of(scope: DocumentScope, holder: DocumentScope, number: int) -> tuple[list[Pair], list[Resembling]]:
    """Return what of it resembles published facts of others, and both texts of what is undecided."""
    leaving = [] if holder is scope else [scope.document_id]
    return pairs_of_version(scope.uow, holder.document_id, number, scope.by.realm_id, leaving)


def holder_of(scope: DocumentScope, number: int) -> DocumentScope:
    """The document that has the version: this one, or earlier content of the same file."""
    name = scope.summary.filename
    holders = scope.uow.reversions.holders(scope.document_id, number, scope.by.realm_id)
    if not holders:
        raise NotFoundError(
            f"There is no version {number} of {name}.",
            action="`pipeline versions DOCUMENT` lists them.",
            http_action="`GET /api/v2/documents/{document_id}/versions` lists them.",
            page_action="The page of the document lists them.",
        )
    if scope.document_id in holders:
        return scope
    if len(holders) > 1:
        raise RefusedError(
            f"{counted(len(holders), 'file')} that {name} took the place of had a version {number}.",
            action="Process again the file that it is to be.",
        )
    return DocumentScope(scope.uow, holders[0], scope.by)


def foresee_of(scope: DocumentScope, holder: DocumentScope, number: int) -> Reverting:
    """Return what would come and go, but for near-duplicates, and refuse what cannot be; raises as ``foresee``."""
    scope.refuse_parked()
    summary, leaving = scope.summary, [] if holder is scope else [scope.document_id]
    found = scope.uow.reversions.foresee(holder.document_id, number, scope.by.realm_id, leaving)
    if found is None or found.number is None:
        raise NotFoundError(f"There is no version {number} of {summary.filename}.")
    if not summary.is_published:
        raise NotPublishedError(
            f"{summary.filename} is not published.",
            action="`pipeline retry NAME` publishes it again; then it can be reverted.",
            http_action="`POST /api/v2/jobs/{job_id}/retry` publishes it again; then it can be reverted.",
            page_action="Publish it again; then it can be reverted.",
        )
    if (summary.state, summary.outcome) != (JobState.DONE, Outcome.PUBLISHED):
        raise AlreadyDecidedError(
            f"{summary.filename} is being processed, or waits for a decision.",
            action="Let it come to rest (`pipeline status NAME`), or reject what waits; then revert it.",
            http_action=_REST,
            page_action=_REST,
        )
    if holder is not scope:
        _require_earlier(scope, holder, number)
    if found.is_forgotten:
        raise RefusedError(
            f"Version {number} of {summary.filename} is older than what is kept: it is not remembered whole any more.",
            action="Process again the file as it was then.",
        )
    if found.is_present:
        raise RefusedError(
            f"Version {number} of {summary.filename} is what production says now.", action="Name another."
        )
    if found.outdated:
        raise RefusedError(
            f"Version {number} of {summary.filename} was compared by an older version of this software.",
            action="Process the document again: `pipeline retry NAME`.",
        )
    return found


def _require_earlier(scope: DocumentScope, holder: DocumentScope, number: int) -> None:
    """Require that the earlier content can take the place back."""
    name, summary = scope.summary.filename, holder.summary
    holder.refuse_parked()
    if scope.uow.erasures.refused([holder.document_id], scope.by.realm_id):
        raise BeingErasedError
    is_at_rest = summary.state is JobState.DONE and summary.outcome in (Outcome.PUBLISHED, Outcome.WITHDRAWN)
    if summary.is_published or not is_at_rest or summary.stage is not JobStage.INGESTED:
        raise AlreadyDecidedError(
            f"Version {number} of {name} is of other content of the file, which is published elsewhere, "
            "or was started again since.",
            action="Process again the file as it was then.",
        )
    if not scope.uow.reversions.could_stand(holder.document_id, scope.document_id):
        raise RefusedError(
            f"Version {number} of {name} is of other content of the file, and another file stands there now.",
            action="Process again the file as it was then.",
        )
