"""A download leaves an event; parts of one file within an hour are one download."""

import pytest

from pipeline_core.domain.ids import UserId
from pipeline_core.domain.lifecycle import EventType
from pipeline_core.domain.realms import Person
from pipeline_core.domain.rows.documents import DocumentFile
from pipeline_core.services.downloads import RecordDownload
from tests.support.fake_database import FakeDatabase
from tests.support.jobs import REALM, document_id
from tests.support.rows import row_of

FILE = row_of(DocumentFile, stage="chunker", key="1/chunker/chunks.json", sha256="abc")
ADA = Person(UserId(REALM), "Ada")


@pytest.mark.parametrize(("is_part", "once_in_s"), [(False, 0), (True, 3600.0)])
def test_a_download_is_on_record(is_part: bool, once_in_s: float) -> None:
    database = FakeDatabase({"audit.take_out": True})
    RecordDownload(database)(document_id(1), FILE, realm_id=REALM, by=ADA, is_part=is_part)
    [given] = database.given("audit.take_out")
    assert given["once_in_s"] == once_in_s
    taken = given["taken"]
    assert (taken.type, taken.code, taken.by) == (EventType.DOWNLOADED, "file_downloaded", ADA.shown)
    assert taken.details == {"stage": "chunker", "file": "chunks.json", "sha256": "abc", "part": is_part}
    assert database.names[-1] == "commit"
