"""What is handed out is on record before it leaves, and acknowledged only once it has arrived."""

from typing import Any

import pytest

from pipeline_core.domain.errors import DatabaseUnavailableError, NotPublishedError
from pipeline_core.domain.lifecycle import EventType
from pipeline_core.domain.rows.exported import ExportedDocument
from pipeline_core.services.export import ExportDocument
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import REALM, document_id
from tests.support.rows import row_of


class _Views:
    def __init__(self, published_at: str | None) -> None:
        self._published_at = published_at

    def export(self, _realm_id: object, document_id: object) -> ExportedDocument:
        return exported(document_id, self._published_at)


def exported(document_id: object, published_at: str | None) -> ExportedDocument:
    return row_of(ExportedDocument, document_id=document_id, published_at=published_at, chunks=[1, 2], facts=[3])


def _export(published_at: str | None, **answers: Any) -> tuple[ExportDocument, FakeDatabase]:
    database = FakeDatabase({"audit.take_out": True, "production.acknowledge": True, **answers})
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


@pytest.mark.parametrize("was_that", [True, False])
def test_the_version_that_arrived_is_acknowledged(was_that: bool) -> None:
    export, database = _export("2026-11-30", **{"production.acknowledge": was_that})
    assert export.acknowledge(exported(document_id(1), "2026-11-30")) is was_that
    assert list(database.given("production.acknowledge")[0].values()) == [document_id(1), "2026-11-30"]
    assert database.names[-1] == "commit"
