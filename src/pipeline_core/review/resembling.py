"""Facts of a version that comes back, compared with what production says, as those of a publication are."""

from collections.abc import Sequence

from pipeline_core.db.unit_of_work import UnitOfWork
from pipeline_core.domain.errors import UndecidedDuplicatesError
from pipeline_core.domain.ids import DocumentId, RealmId
from pipeline_core.domain.review import Reviewer
from pipeline_core.domain.rows.versions import Resembling
from pipeline_core.domain.staging import NewRows, Pair
from pipeline_core.domain.wording import clipped, counted
from pipeline_core.duplicates.comparing import compare, languages_to_compare
from pipeline_core.review.decisions import Resolution

_TOLD = 5
_ALL = "all of them: keep_existing, keep_both, replace_existing or not_duplicate"


def pairs_of_version(
    uow: UnitOfWork, document_id: DocumentId, number: int, realm_id: RealmId, leaving: Sequence[DocumentId]
) -> tuple[list[Pair], list[Resembling]]:
    """Return what resembles a published fact of another document, and of what nobody has decided both texts."""
    rows = uow.reversions.to_match(document_id, number, leaving)
    if not rows:
        return [], []
    ids = [row.question_id for row in rows]
    new = NewRows(realm_id, [document_id, *leaving], ids, languages=languages_to_compare(rows))
    found = compare(uow.staging, new, rows, uow.comparing.within(uow, rows))
    published = [pair for pair in found if not pair.existing_is_staged]
    pairs = uow.reversions.decided_before(published, {row.question_id: row.sha256 for row in rows})
    undecided = [pair for pair in pairs if pair.resolution == "pending"]
    said = {row.question_id: row.text for row in rows}
    there = uow.staging.compared_texts([pair.existing for pair in undecided]) if undecided else {}
    texts = [Resembling(said[pair.staged], there[pair.existing].text, pair.score) for pair in undecided]
    return pairs, texts


def require_decided(undecided: Sequence[Resembling], duplicates: Resolution | None) -> None:
    """Require a decision about facts that come back and resemble what production says.

    Raises:
        UndecidedDuplicatesError: there are some, and none was given; it lists them.
    """
    if not undecided or duplicates is not None:
        return
    listed = "; ".join(f"“{clipped(one.comes)}” / “{clipped(one.says)}”" for one in undecided[:_TOLD])
    more = f"; and {len(undecided) - _TOLD} more" if len(undecided) > _TOLD else ""
    raise UndecidedDuplicatesError(
        f"{counted(len(undecided), 'fact')} that would come back may be what others say: {listed}{more}.",
        action=f"Decide about {_ALL} (`--duplicates`).",
        http_action=f"Decide about {_ALL} (`duplicates`).",
        page_action="Say what becomes of them.",
    )


def settle_pairs(
    uow: UnitOfWork, document_id: DocumentId, pairs: Sequence[Pair], duplicates: Resolution | None, *, by: Reviewer
) -> None:
    """Keep the pairs of staged facts, as they are decided, and leave out what is left out by them."""
    uow.staging.record_pairs(pairs, [document_id])
    undecided = [pair for pair in pairs if pair.resolution == "pending"]
    if undecided and duplicates is not None:
        uow.reversions.decide(undecided, duplicates, by=by)
        uow.reviews.apply_to_document(document_id)


def left_out_by(pairs: Sequence[Pair], duplicates: Resolution | None = None) -> int:
    """Count the facts that stay published from others for these pairs."""
    decided = [(pair.staged, duplicates if pair.resolution == "pending" else pair.resolution) for pair in pairs]
    return len({staged for staged, resolution in decided if resolution == "keep_existing"})
