"""A run also finishes the documents whose exact duplicate it withdrew."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from pipeline_core.domain.ids import CorrelationId, DocumentId, RealmId
from pipeline_core.services.run_documents import process_with_revived


def test_what_is_revived_is_run_to_the_end_and_each_revival_once() -> None:
    first, second, third = (DocumentId(UUID(int=n)) for n in (1, 2, 3))
    stories = {document_id: CorrelationId(uuid4()) for document_id in (second, third)}
    runs: list[list[DocumentId]] = []
    watched: list[list[DocumentId]] = []

    def revived(_: RealmId, published: Sequence[DocumentId]) -> dict[DocumentId, CorrelationId]:
        """The first takes the duplicate of the second, that of the third; the third stays queued, whatever is run."""
        return {two: stories[two] for one, two in ((first, second), (second, third)) if one in published}

    ran = process_with_revived(
        runs.append, revived, RealmId(uuid4()), [first], lambda documents: watched.append(list(documents))
    )
    assert runs[0] == [first]
    assert second in runs[1]
    assert third in runs[-1]
    assert sum(run.count(third) for run in runs) == 1
    assert ran == [first, second, third]
    assert watched[-1] == ran
