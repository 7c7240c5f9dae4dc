"""Rows of an older table are taken in as if they had been uploaded, as often as wanted."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pipeline_core.db.older_documents import OlderRow
from pipeline_core.domain.documents import Document
from pipeline_core.domain.ids import DocumentId, document_id_for, text_sha256
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import JobStage, JobState
from pipeline_core.services.enrol import EnrolDocuments, Enrolled
from pipeline_core.services.intake import Intake
from pipeline_core.settings import Settings
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import REALM, summary
from tests.support.memory_store import MemoryObjectStore
from tests.support.stage_context import stage_contexts

BOATS = OlderRow("1", "Boats", "# Boats\n", created_at=datetime(2020, 1, 1, tzinfo=UTC))


def _id(row: OlderRow) -> DocumentId:
    return document_id_for(REALM, text_sha256(row.content or ""))


def _enrol(
    *pages: list[OlderRow], known: JobSummary | None = None, store: MemoryObjectStore | None = None
) -> tuple[Enrolled, FakeDatabase]:
    there = {} if known is None else {known.document_id: f"documents/{known.document_id}/original/boats.md"}

    def register(documents: Sequence[Document], **_: Any) -> set[DocumentId]:
        return {document.document_id for document in documents} - there.keys()

    database = FakeDatabase(
        {
            "documents.ids_of": lambda _realm, sums: {one: document_id_for(REALM, one) for one in sums},
            "erasures.refused": set(),
            "documents.originals": lambda ids: {one: there[one] for one in ids if one in there},
            "documents.find": {} if known is None else {known.document_id: known},
            "documents.register": register,
            "staging.compared_since": set(),
        }
    )
    settings = Settings()
    store = store or MemoryObjectStore()
    intake = Intake(settings, store, stage_contexts(settings), database)
    enrol = EnrolDocuments(intake, database, lambda _table: iter(pages))
    return enrol("old_documents", realm_id=REALM, by="Ada"), database


def test_each_row_with_content_becomes_a_document_that_waits_for_a_person() -> None:
    oars, empty = OlderRow("2", "Oars.md", "# Oars\n"), OlderRow("3", "Empty", None)
    enrolled, database = _enrol([BOATS, empty], [oars])
    assert (enrolled.new, enrolled.without_content) == ([_id(BOATS), _id(oars)], 1)
    registered = database.given("documents.register")
    assert [document.filename for given in registered for document in given["documents"]] == ["Boats.md", "Oars.md"]
    places = [place.uri for given in database.given("documents.set_sources") for place in given["sources"]]
    assert places == ["table:old_documents/1", "table:old_documents/2"]
    assert [given["rows"] for given in database.given("documents.describe")] == [{_id(BOATS): BOATS}, {_id(oars): oars}]


def test_the_same_content_is_one_document_within_a_page_and_across_pages() -> None:
    enrolled, _ = _enrol([BOATS, OlderRow("2", "Copy", BOATS.content)], [OlderRow("3", "Copy", BOATS.content)])
    assert (enrolled.new, enrolled.same_content) == ([_id(BOATS)], 2)


def test_a_row_that_cannot_be_taken_is_refused_and_no_copy() -> None:
    enrolled, _ = _enrol([OlderRow("1", "Zero", "\0\0\0\0"), BOATS])
    assert [name for name, _ in enrolled.refused] == ["Zero.md"]
    assert (enrolled.new, enrolled.same_content) == ([_id(BOATS)], 0)


def _dead(code: str) -> JobSummary:
    given = {"document_id": _id(BOATS), "stage": JobStage.PARSING, "last_error": {"code": code}}
    return summary(1, JobState.DEADLETTER, **given)


def test_what_had_failed_for_want_of_its_bytes_starts_again_with_them() -> None:
    store = MemoryObjectStore()
    enrolled, database = _enrol([BOATS], known=_dead("original_missing"), store=store)
    assert (enrolled.known, enrolled.restored, enrolled.restarted) == (1, 1, [_id(BOATS)])
    assert list(store.objects.values()) == [b"# Boats\n"]
    assert database.given("jobs.restart")[0]["by"] == "Ada"
    assert "documents.describe" not in database.names


def test_what_failed_otherwise_stays_as_it_is() -> None:
    enrolled, database = _enrol([BOATS], known=_dead("no_text"))
    assert (enrolled.known, enrolled.restarted) == (1, [])
    assert "jobs.restart" not in database.names
