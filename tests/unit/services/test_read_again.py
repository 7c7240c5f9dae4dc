"""Published documents are read again from a stage: those at rest that had no deep scan."""

from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.jobs import PublishedDocument
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.services.foresee_facts import Foreseen
from pipeline_core.services.read_again import ReadAgain
from pipeline_core.stages.registry import BY_NAME
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import REALM, document_id, job_id, summary

PUBLISHED = [
    PublishedDocument(document_id(1), is_at_rest=True, is_scanned=False),
    PublishedDocument(document_id(2), is_at_rest=False, is_scanned=False),
    PublishedDocument(document_id(3), is_at_rest=True, is_scanned=True),
    # under way: counted once, and not as scanned
    PublishedDocument(document_id(4), is_at_rest=False, is_scanned=True),
]


class _Foresee:
    def __init__(self) -> None:
        self.asked: list[tuple[list[DocumentId], int | None]] = []

    def __call__(self, document_ids: list[DocumentId], *, most: int | None = None) -> Foreseen:
        self.asked.append((document_ids, most))
        return Foreseen(not_looked_at=3)


def _again(published: list[PublishedDocument]) -> tuple[ReadAgain, FakeDatabase, _Foresee]:
    foresee = _Foresee()
    found = {document_id(1): summary(1)}
    database = FakeDatabase({"documents.published": published, "documents.find": found})
    return ReadAgain(database, foresee), database, foresee  # type: ignore[arg-type]


def test_documents_that_are_under_way_or_were_scanned_are_left_alone() -> None:
    again, database, _ = _again(PUBLISHED)
    meant = again.which(REALM)
    assert (meant.document_ids, meant.waiting, meant.scanned) == ([document_id(1)], 2, 1)
    assert database.names == ["documents.published"]


def test_they_are_queued_at_the_stage_which_runs_anew() -> None:
    again, database, _ = _again(PUBLISHED)
    assert again(REALM, StageName.CHUNKER, by="Ada").document_ids == [document_id(1)]
    assert database.names == [
        "staging.lock_matching",
        "documents.published",
        "documents.find",
        "stages.forget",
        "jobs.restart",
        "commit",
    ]
    [given] = database.given("jobs.restart")
    assert given["targets"] == {job_id(1): BY_NAME[StageName.CHUNKER].restarts_at}


def test_where_there_is_nothing_to_read_nothing_is_written() -> None:
    again, database, _ = _again(PUBLISHED[1:])
    assert again(REALM, StageName.CHUNKER, by="Ada").document_ids == []
    assert "commit" not in database.names


def test_only_with_the_stages_before_unchanged_can_the_facts_be_foretold() -> None:
    again, _, foresee = _again(PUBLISHED)
    ids = [document_id(1), document_id(2)]
    assert again.preview(ids, StageName.FACT_GENERATOR, most=1).not_looked_at == 3
    assert foresee.asked == [(ids, 1)]
    assert again.preview(ids, StageName.CHUNKER) == Foreseen(not_looked_at=2)
    assert len(foresee.asked) == 1
