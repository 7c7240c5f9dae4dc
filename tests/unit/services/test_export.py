"""What is handed out is on record before it leaves, and acknowledged only once it has arrived."""

from typing import Any

import pytest

from pipeline_core.domain.errors import DatabaseUnavailableError, NotPublishedError
from pipeline_core.domain.jobs import PublishedJob
from pipeline_core.domain.lifecycle import EventType, Outcome
from pipeline_core.domain.rows.exported import ExportedDocument
from pipeline_core.services.export import ExportDocument
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import REALM, document_id, job_id
from tests.support.rows import row_of


class _Views:
    def __init__(self, published_at: str | None) -> None:
        self._published_at = published_at

    def export(self, _realm_id: object, document_id: object, _as_of: object = None) -> ExportedDocument:
        return exported(document_id, self._published_at)


def exported(document_id: object, published_at: str | None) -> ExportedDocument:
    return row_of(ExportedDocument, document_id=document_id, published_at=published_at, chunks=[1, 2], facts=[3])


def _export(published_at: str | None, **answers: Any) -> tuple[ExportDocument, FakeDatabase]:
    database = FakeDatabase({"audit.take_out": True, **answers})
    return ExportDocument(_Views(published_at), database, "Ada"), database  # type: ignore[arg-type]


def test_a_document_is_read_and_the_event_says_what_was_in_it() -> None:
    export, database = _export("2026-11-30")
    assert export.read(document_id(1), realm_id=REALM).filename == "a.md"
    [given] = database.given("audit.take_out")
    taken = given["taken"]
    assert (taken.document_id, taken.type, taken.code, taken.by) == (
        document_id(1), EventType.EXPORTED, "document_exported", "Ada",
    )  # fmt: skip
    assert taken.details == {"published_at": "2026-11-30", "chunks": 2, "facts": 1}
    assert database.names[-1] == "commit"


def test_what_is_not_published_is_not_handed_out() -> None:
    export, database = _export(None)
    with pytest.raises(NotPublishedError, match=r"a\.md is not published"):
        export.read(document_id(1), realm_id=REALM)
    assert database.names == []


def test_what_is_not_on_record_does_not_leave() -> None:
    export, _ = _export("2026-11-30", **{"audit.take_out": DatabaseUnavailableError()})
    with pytest.raises(DatabaseUnavailableError):
        export.read(document_id(1), realm_id=REALM)


@pytest.mark.parametrize(
    ("stands", "was_complete", "moved"), [("2026-11-30", None, 1), ("2026-12-01", None, 0), ("2026-11-30", "then", 0)]
)
def test_the_version_that_arrived_is_acknowledged_once(stands: str, was_complete: str | None, moved: int) -> None:
    job = PublishedJob(job_id(1), document_id(1), "a.md", Outcome.PUBLISHED, stands, was_complete)  # type: ignore[arg-type]
    export, database = _export("2026-11-30", **{"production.to_acknowledge": [job]})
    was_that = export.acknowledge(exported(document_id(1), "2026-11-30"), realm_id=REALM)
    assert was_that is (stands == "2026-11-30")
    [given] = database.given("jobs.move")
    payload = {"by": "Ada", "how": "download", "published_at": stands}
    assert given["payloads"] == ({job_id(1): payload} if moved else {})
    assert database.names[-1] == "commit"
