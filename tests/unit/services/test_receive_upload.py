"""One uploaded file: refused before anything is stored, stored before it is known, and known once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pipeline_core.domain.errors import (
    ConflictError,
    EmptyFileError,
    FileTooLargeError,
    LimitExceededError,
    PipelineError,
    UnsupportedTypeError,
)
from pipeline_core.domain.ids import UserId, sha256_hex
from pipeline_core.domain.jobs import JobSummary
from pipeline_core.domain.lifecycle import JobStage, JobState
from pipeline_core.domain.wished import Wished
from pipeline_core.services.receive_upload import ReceiveUpload, SpooledUpload, Uploaded, accepted_types, spool
from pipeline_core.settings import Settings
from tests.support.fake_database import FakeDatabase, in_turn
from tests.support.jobs import REALM, RUN, document_id, summary
from tests.support.memory_store import MemoryObjectStore

USER = UserId(REALM)
TEXT = b"# Boats\n\nBoats float.\n"
KEY = f"documents/{document_id(1)}/original/boats.md"
NEW = summary(1, JobState.QUEUED)


@contextmanager
def _upload(data: bytes = TEXT, name: str = "boats.md") -> Iterator[SpooledUpload]:
    with spool() as file:
        file.write(data)
        file.flush()
        yield SpooledUpload(name, file, len(data), sha256_hex(data))


def _receive(
    database: FakeDatabase,
    data: bytes = TEXT,
    name: str = "boats.md",
    *,
    store: MemoryObjectStore | None = None,
    settings: Settings | None = None,
    **given: Any,
) -> tuple[Uploaded, MemoryObjectStore]:
    store = store or MemoryObjectStore()
    receive = ReceiveUpload(settings or Settings(), store, database)
    with _upload(data, name) as upload:
        return receive(upload, realm_id=REALM, user_id=USER, correlation_id=RUN, **given), store


def _database(*finds: JobSummary | None, **answers: Any) -> FakeDatabase:
    """A database in which the document is found, or not, in turn: before the upload, in its transaction, at its end."""
    stored = [{} if job is None else {job.document_id: KEY} for job in finds[:2]]
    found = [{} if job is None else {job.document_id: job} for job in (finds if any(finds[:1]) else finds[2:])]
    return FakeDatabase(
        {
            "documents.ids_of": {sha256_hex(TEXT): document_id(1)},
            "erasures.refused": set(),
            "documents.find": in_turn(*found),
            "documents.register": {document_id(1)},
            "documents.originals": in_turn(*stored),
            "jobs.active": 0,
            "jobs.recent_uploads": (0, 0.0),
            **answers,
        }
    )


def test_a_new_file_is_stored_before_it_is_known() -> None:
    database = _database(None, None, NEW)
    uploaded, store = _receive(database, wished=Wished(publish_from=0.9))
    assert uploaded == Uploaded(NEW, is_new=True)
    assert list(store.objects.values()) == [TEXT]
    [given] = database.given("documents.register")
    [document] = given["documents"]
    assert (document.filename, document.mime, document.bytes_len) == ("boats.md", "text/markdown", len(TEXT))
    assert (given["submitted_via"], given["wished"]) == ("http", Wished(publish_from=0.9))
    assert document.raw_path in store.objects
    names = database.names
    assert names.index("jobs.lock_active") < names.index("documents.register") < names.index("documents.set_sources")
    assert names[-1] == "commit"


def test_the_same_bytes_again_name_the_document_that_is_there() -> None:
    done = summary(1)
    database = _database(done, done)
    store = MemoryObjectStore()
    store.put(KEY, TEXT)
    uploaded, _ = _receive(database, name="other name.md", store=store)
    assert uploaded == Uploaded(done, is_new=False)
    assert "documents.register" not in database.names
    [place] = database.given("documents.set_sources")[0]["sources"]
    assert place.filename == "other name.md"


def test_an_original_that_the_store_has_lost_is_stored_again() -> None:
    _, store = _receive(_database(summary(1), summary(1)))
    assert store.objects == {KEY: TEXT}


def test_a_published_document_is_queued_again_for_another_policy() -> None:
    done, queued = summary(1), summary(1, JobState.QUEUED)
    database = _database(done, done, queued)
    uploaded, _ = _receive(database, wished=Wished(publish_from=0.9))
    assert (uploaded.job, uploaded.is_again, uploaded.choices_kept) == (queued, True, ())


def test_a_document_that_keeps_its_policy_says_why() -> None:
    working = summary(1, JobState.WORKING, stage=JobStage.CHUNKED)
    uploaded, _ = _receive(_database(working, working, working), wished=Wished(publish_from=0.9))
    [kept] = uploaded.choices_kept
    assert (uploaded.is_again, kept.choice, kept.why) == (False, "thresholds", "it is under way")


@pytest.mark.parametrize(
    ("data", "name", "settings", "error", "message"),
    [
        (b"", "boats.md", {}, EmptyFileError, "The file is empty"),
        (TEXT, "boats.md", {"max_file_bytes": 10}, FileTooLargeError, "The file has 22 bytes; the limit is 10"),
    ],
)
def test_a_file_of_the_wrong_size_is_refused_before_anything_is_asked(
    data: bytes, name: str, settings: dict[str, Any], error: type[PipelineError], message: str
) -> None:
    database = _database()
    with pytest.raises(error, match=message):
        _receive(database, data, name, settings=Settings(**settings))
    assert database.names == []


def test_a_type_that_is_not_accepted_is_refused_before_the_limits_are_looked_at() -> None:
    database, settings = _database(None), Settings(api_accepted_types="pdf")
    with pytest.raises(UnsupportedTypeError, match=r"boats\.md is a markdown text, which is not accepted") as refused:
        _receive(database, settings=settings)
    assert refused.value.what_to_do == "Accepted types: PDF document."
    assert "jobs.active" not in database.names


@pytest.mark.parametrize(
    ("answers", "limit", "retry_after_s", "message"),
    [
        ({"jobs.active": 3}, "active_jobs", 30, "You have 3 jobs under way; the limit is 3."),
        (
            {"jobs.recent_uploads": (5, 90.4)},
            "uploads_per_day",
            91,
            "You added 5 documents over HTTP in 24 hours; the limit is 5.",
        ),
    ],
)
def test_a_limit_is_refused_and_nothing_is_stored(
    answers: dict[str, Any], limit: str, retry_after_s: int, message: str
) -> None:
    store, settings = MemoryObjectStore(), Settings(limit_active_jobs=3, limit_uploads_per_day=5)
    with pytest.raises(LimitExceededError) as refused:
        _receive(_database(None, **answers), store=store, settings=settings)
    assert (refused.value.limit, refused.value.retry_after_s, refused.value.message) == (limit, retry_after_s, message)
    assert store.objects == {}


def test_another_file_of_a_request_that_was_let_in_is_not_counted_against_the_active_jobs() -> None:
    database = _database(None, None, NEW, **{"jobs.active": 3})
    uploaded, _ = _receive(database, settings=Settings(limit_active_jobs=3), is_admitted=True)
    assert uploaded.is_new


def test_the_limits_are_looked_at_again_where_no_other_upload_can_come_between() -> None:
    database = _database(None, None, **{"jobs.active": in_turn(0, 3)})
    with pytest.raises(LimitExceededError):
        _receive(database, settings=Settings(limit_active_jobs=3))
    assert database.names.index("jobs.lock_active") < len(database.names) - 1
    assert "documents.register" not in database.names


def test_a_document_that_came_meanwhile_is_not_counted_again() -> None:
    database = _database(None, NEW, NEW, **{"documents.register": set(), "jobs.active": in_turn(0)})
    uploaded, _ = _receive(database, settings=Settings(limit_active_jobs=3))
    assert uploaded == Uploaded(NEW, is_new=False)


def test_content_that_is_there_under_another_id_is_a_conflict() -> None:
    database = _database(None, None, None, **{"documents.register": set()})
    with pytest.raises(ConflictError, match="The same content already exists under another document id"):
        _receive(database)
    assert "commit" not in database.names


@pytest.mark.parametrize(("setting", "labels"), [("md, PDF", ["PDF document", "markdown text"]), ("exe", [])])
def test_types_are_accepted_by_their_extensions(setting: str, labels: list[str]) -> None:
    assert [kind.label for kind in accepted_types(Settings(api_accepted_types=setting))] == labels
