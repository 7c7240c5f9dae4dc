"""Near-duplicates of a bank: in groups by how they differ, one pair open, and a key for each decision."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Form, Query
from starlette.responses import Response

from pipeline_core.api.console.desk import shown_pair
from pipeline_core.api.console.routing import console_router
from pipeline_core.api.console.too_late import too_late
from pipeline_core.api.console.visits import ToLook, ToReview, Visit
from pipeline_core.domain.differences import PairGroup
from pipeline_core.domain.errors import ChangedMeanwhileError
from pipeline_core.domain.ids import BatchId
from pipeline_core.domain.question_filter import PairFilter, group_of
from pipeline_core.domain.review import OfBatch, Seen, StagedPair
from pipeline_core.domain.wording import counted
from pipeline_core.review.decisions import Resolution

router = console_router()
PATH = "/duplicates/{batch_id}"
NAMES = {
    PairGroup.NUMBER: "Another number",
    PairGroup.NEGATION: "A negation or an opposite",
    PairGroup.SIGN: "Another sign or unit",
    PairGroup.CODE: "Another code or abbreviation",
    PairGroup.LABEL: "Another label before the colon",
    PairGroup.NAME: "Another name",
    PairGroup.ANSWER: "Another answer",
    PairGroup.WORDS: "Other words",
    PairGroup.SPELLING: "Hardly any difference",
}
_DONE = {
    Resolution.KEEP_EXISTING: "kept as it was there first; the new one is left out",
    Resolution.REPLACE_EXISTING: "replaced: the new one takes its place",
    Resolution.KEEP_BOTH: "kept beside the new one",
    Resolution.NOT_DUPLICATE: "different: nobody is asked about the two again",
}
_MOST_KEPT = 50
Kept = Annotated[list[UUID] | None, Query(max_length=_MOST_KEPT)]
PairId = Annotated[UUID, Form()]


@router.get(PATH)
def duplicates(visit: ToLook, batch_id: UUID, pair: UUID | None = None, kept: Kept = None) -> Response:
    """Show the undecided pairs in their groups; those of a document lead to its review."""
    batch = visit.services.views.batch(BatchId(batch_id))
    if batch.document_id is not None and batch.needs_person:
        return visit.go(batch.review_url)
    return _show(visit, batch_id, pair, kept or ())


def _show(
    visit: Visit, batch_id: UUID, pair_id: UUID | None, kept: Sequence[UUID], status: int = 200, conflict: str = ""
) -> Response:
    services, where = visit.services, OfBatch(BatchId(batch_id))
    batch = services.views.batch(BatchId(batch_id))
    pairs = _listed(visit, batch_id, kept)
    groups = [(group, NAMES[group], [one for one in pairs if group_of(one) is group]) for group in PairGroup]
    in_order = [one for _, _, members in groups for one in members]
    current = next((one for one in in_order if one.duplicate_id == pair_id), None)
    current = current or following(in_order, None) or next(iter(in_order), None)
    may_decide = visit.may("reviewer") and batch.document_id is None
    return visit.page(
        "duplicates.html",
        status,
        batch=batch,
        groups=[one for one in groups if one[2]],
        undecided=sum(one.is_to_decide for one in pairs),
        current=current,
        shown=shown_pair(current) if current else None,
        kept=kept,
        may_decide=may_decide,
        undoable=services.desk.undoable(where, visit.reviewer()) if may_decide else None,
        conflict=conflict,
        url=lambda one=None, action="": _url(batch_id, one, kept, action),
        # the open pair stays open, whoever decides it meanwhile: no key is pressed on another
        live_url=_url(batch_id, current.duplicate_id, [*kept, current.duplicate_id]) if current else "",
    )


def _listed(visit: Visit, batch_id: UUID, kept: Sequence[UUID]) -> list[StagedPair]:
    """The undecided pairs, and those that were decided since the list was opened, the most alike first."""
    pairs = visit.services.review.pairs(OfBatch(BatchId(batch_id)), visit.services.realm_id)
    return [one for one in pairs if one.is_to_decide or one.duplicate_id in kept]


def following(pairs: Sequence[StagedPair], after: UUID | None) -> StagedPair | None:
    """The next pair that nobody has decided, from this one on and around the list's end."""
    at = next((n for n, one in enumerate(pairs) if one.duplicate_id == after), -1)
    around = (*pairs[at + 1 :], *pairs[: at + 1])
    return next((one for one in around if one.is_to_decide and one.duplicate_id != after), None)


def _url(batch_id: UUID, pair: UUID | None, kept: Sequence[UUID], action: str = "") -> str:
    asked = [*(("kept", one) for one in kept[-_MOST_KEPT:]), *([("pair", pair)] if pair else [])]
    return f"/duplicates/{batch_id}{action and f'/{action}'}" + (f"?{urlencode(asked)}" if asked else "")


@router.post(PATH + "/resolve")
def resolve(
    visit: ToReview,
    batch_id: UUID,
    pair_id: PairId,
    resolution: Annotated[Resolution, Form()],
    seen: Annotated[str, Form(max_length=40)],
    version: Annotated[int, Form()],
    kept: Kept = None,
) -> Response:
    """Decide the open pair, as it was seen, and open the next."""
    where = OfBatch(BatchId(batch_id))
    by = visit.reviewer(expected={pair_id: Seen(seen, version)})
    staying = list(dict.fromkeys([*(kept or ()), pair_id]))[-_MOST_KEPT:]
    try:
        visit.services.review.resolve(where, resolution, [pair_id], by=by)
    except ChangedMeanwhileError as error:
        return _show(visit, batch_id, pair_id, staying, 409, too_late(error, visit.people))
    pairs = _listed(visit, batch_id, staying)
    in_order = [one for group in PairGroup for one in pairs if group_of(one) is group]
    after = following(in_order, pair_id)
    said = f"The earlier one is {_DONE[resolution]}."
    return visit.go(_url(batch_id, after.duplicate_id if after else pair_id, staying), said=said)


@router.post(PATH + "/undo")
def undo(visit: ToReview, batch_id: UUID, kept: Kept = None) -> Response:
    """Take back the reviewer's last decision here that stands, with all that it was about."""
    change = visit.services.review.undo_last(OfBatch(BatchId(batch_id)), by=visit.reviewer())
    subject = change.changed[0] if len(change.changed) == 1 else None
    said = f"Taken back: {counted(len(change.changed), 'decision')}."
    return visit.go(_url(batch_id, subject, kept or ()), said=said)


@router.get(PATH + "/group")
def preview_group(visit: ToReview, batch_id: UUID, group: PairGroup) -> Response:
    """Show five pairs of a group, at random, before all of it is decided."""
    services = visit.services
    preview = services.bulk.preview_pairs(OfBatch(BatchId(batch_id)), services.realm_id, PairFilter(group))
    return visit.page(
        "duplicates_group.html",
        batch=services.views.batch(BatchId(batch_id)),
        group=group,
        name=NAMES[group],
        total=preview.total,
        proposed=preview.proposed,
        sample=[shown_pair(one) for one in preview.sample],
        resolutions=Resolution,
    )


@router.post(PATH + "/group")
def resolve_group(
    visit: ToReview,
    batch_id: UUID,
    group: Annotated[PairGroup, Form()],
    resolution: Annotated[Resolution, Form()],
    total: Annotated[int, Form()],
) -> Response:
    """Decide all undecided pairs of a group, if they are as many as were shown."""
    where = OfBatch(BatchId(batch_id))
    change = visit.services.bulk.resolve(where, PairFilter(group), resolution, by=visit.reviewer(), expected=total)
    said = f"{counted(len(change.changed), 'pair')} decided: {resolution.replace('_', ' ')}."
    return visit.go(_url(batch_id, None, ()), said=said)
